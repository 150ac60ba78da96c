#include "tests/lib/kit_message.h"

#include <stdint.h>

/* The number at the start of `text` in base 10 or 16. Returns: SIZE_MAX when there is none. */
static size_t read_number(struct slice text, size_t base)
{
    size_t number = 0;
    size_t i = 0;
    for (; i < text.size; i++) {
        char c = text.data[i];
        size_t digit = c >= '0' && c <= '9'   ? (size_t)(c - '0')
                       : c >= 'a' && c <= 'f' ? (size_t)(c - 'a') + 10
                       : c >= 'A' && c <= 'F' ? (size_t)(c - 'A') + 10
                                              : base;
        if (digit >= base || number > SIZE_MAX / 16 - 16) {
            break;
        }
        number = number * base + digit;
    }
    return i > 0 ? number : SIZE_MAX;
}

/* The part of `text` before the next `mark`, which is taken off. */
static struct slice take_until(struct slice *text, struct slice mark)
{
    size_t at = slice_find(*text, mark);
    struct slice taken = slice_of(text->data, at < text->size ? at : text->size);
    *text = slice_from(*text, taken.size + mark.size);
    return taken;
}

static enum err
read_start_line(enum kit_message_kind kind, struct kit_message *message, struct error *reterr)
{
    struct slice rest = message->start_line;
    struct slice first = take_until(&rest, SLICE(" "));
    struct slice second = take_until(&rest, SLICE(" "));
    struct slice version = kind == KIT_REQUEST ? rest : first;
    message->keep_alive = slice_is(version, "HTTP/1.1");
    if (!slice_starts_with(version, SLICE("HTTP/1."))) {
        return error_set(reterr, ERR_MALFORMED, "no HTTP/1.x start line: '%.*s'",
                         SLICE_ARGS(message->start_line));
    }
    if (kind == KIT_REQUEST) {
        message->method = first;
        message->target = second;
        return ERR_OK;
    }
    size_t status = read_number(second, 10);
    if (second.size != 3 || status < 100 || status > 599) {
        return error_set(reterr, ERR_MALFORMED, "no status in '%.*s'",
                         SLICE_ARGS(message->start_line));
    }
    message->status = (int)status;
    return ERR_OK;
}

static enum err read_headers(struct slice lines, struct kit_message *message, struct error *reterr)
{
    while (lines.size > 0) {
        struct slice line = take_until(&lines, SLICE("\r\n"));
        if (line.size == 0) {
            break;
        }
        if (message->header_count == KIT_HEADER_COUNT_MAX) {
            return error_set(reterr, ERR_LIMIT, "over %d headers", KIT_HEADER_COUNT_MAX);
        }
        struct kit_header *header = &message->headers[message->header_count++];
        if (slice_find(line, SLICE(":")) == SIZE_MAX) {
            return error_set(reterr, ERR_MALFORMED, "a header line without a colon: '%.*s'",
                             SLICE_ARGS(line));
        }
        header->name = take_until(&line, SLICE(":"));
        header->value = slice_trim(line);
    }
    return ERR_OK;
}

struct slice kit_message_header(const struct kit_message *message, const char *name)
{
    for (size_t i = 0; i < message->header_count; i++) {
        if (slice_equal_nocase(message->headers[i].name, slice_of_text(name))) {
            return message->headers[i].value;
        }
    }
    return (struct slice){0};
}

/* Walks the chunks in `bytes`. *ret_size gets their bytes on the wire, `body`, if given, theirs. */
static enum err walk_chunks(struct slice bytes,
                            char *body,
                            size_t *ret_body_size,
                            size_t *ret_size,
                            bool *ret_complete,
                            struct error *reterr)
{
    size_t at = 0;
    size_t body_size = 0;
    *ret_complete = false;
    for (;;) {
        struct slice rest = slice_from(bytes, at);
        size_t line = slice_find(rest, SLICE("\r\n"));
        if (line == SIZE_MAX) {
            return ERR_OK;
        }
        size_t chunk = read_number(slice_of(rest.data, line), 16);
        if (chunk == SIZE_MAX) {
            return error_set(reterr, ERR_MALFORMED, "a chunk without a size");
        }
        if (chunk == 0) {
            /* Trailers end with an empty line, as the head does. */
            size_t end = slice_find(slice_from(rest, line), SLICE("\r\n\r\n"));
            if (end == SIZE_MAX) {
                return ERR_OK;
            }
            *ret_size = at + line + end + 4;
            *ret_body_size = body_size;
            *ret_complete = true;
            return ERR_OK;
        }
        if (rest.size < line + 2 || rest.size - line - 2 < chunk + 2) {
            return ERR_OK;
        }
        if (body != NULL) {
            memcpy(body + body_size, rest.data + line + 2, chunk);
        }
        body_size += chunk;
        at += line + 2 + chunk + 2;
    }
}

static enum err read_chunked_body(struct slice rest,
                                  struct arena *arena,
                                  struct kit_message *message,
                                  bool *ret_complete,
                                  struct error *reterr)
{
    size_t body_size = 0;
    size_t wire_size = 0;
    enum err e = walk_chunks(rest, NULL, &body_size, &wire_size, ret_complete, reterr);
    if (e != ERR_OK || !*ret_complete) {
        return e;
    }
    char *body = arena_alloc(arena, body_size + 1);
    if (body == NULL) {
        return arena_error(arena, "a chunked body", reterr);
    }
    message->body = slice_of(body, body_size);
    message->size += wire_size;
    return walk_chunks(rest, body, &body_size, &wire_size, ret_complete, reterr);
}

static enum err read_body(struct slice rest,
                          enum kit_message_kind kind,
                          bool at_end,
                          struct arena *arena,
                          struct kit_message *message,
                          bool *ret_complete,
                          struct error *reterr)
{
    struct slice length = kit_message_header(message, "content-length");
    struct slice coding = kit_message_header(message, "transfer-encoding");
    bool bodiless = kind == KIT_RESPONSE_TO_HEAD || message->status == 204 ||
                    message->status == 304 || (message->status >= 100 && message->status < 200);
    *ret_complete = true;
    if (bodiless) {
        return ERR_OK;
    }
    if (coding.data != NULL) {
        return read_chunked_body(rest, arena, message, ret_complete, reterr);
    }
    size_t size = length.data != NULL   ? read_number(length, 10)
                  : kind == KIT_REQUEST ? 0
                                        : SIZE_MAX;
    if (length.data != NULL && size == SIZE_MAX) {
        return error_set(reterr, ERR_MALFORMED, "a Content-Length that is no number");
    }
    if (size == SIZE_MAX) {
        /* A response without a length lasts until the connection ends. */
        message->keep_alive = false;
        size = at_end ? rest.size : rest.size + 1;
    }
    *ret_complete = rest.size >= size;
    message->body = slice_of(rest.data, *ret_complete ? size : rest.size);
    message->size += message->body.size;
    return ERR_OK;
}

enum err kit_message_parse(struct slice bytes,
                           enum kit_message_kind kind,
                           bool at_end,
                           struct arena *arena,
                           struct kit_message *ret,
                           bool *ret_complete,
                           struct error *reterr)
{
    *ret = (struct kit_message){0};
    *ret_complete = false;
    size_t head_end = slice_find(bytes, SLICE("\r\n\r\n"));
    if (head_end == SIZE_MAX) {
        return ERR_OK;
    }
    ret->head = slice_of(bytes.data, head_end + 4);
    ret->size = ret->head.size;
    struct slice lines = ret->head;
    ret->start_line = take_until(&lines, SLICE("\r\n"));
    enum err e = read_start_line(kind, ret, reterr);
    if (e == ERR_OK) {
        e = read_headers(lines, ret, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    struct slice connection = kit_message_header(ret, "connection");
    ret->keep_alive = ret->keep_alive && !slice_equal_nocase(connection, SLICE("close"));
    ret->wants_go_ahead =
        slice_equal_nocase(kit_message_header(ret, "expect"), SLICE("100-continue"));
    return read_body(slice_from(bytes, ret->size), kind, at_end, arena, ret, ret_complete, reterr);
}
