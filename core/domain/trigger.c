#include "core/domain/trigger.h"

#include "core/base/codec.h"
#include "core/base/limits.h"

#define FORMAT 1

void trigger_put_body(struct buf *out, struct slice head, struct slice body)
{
    codec_put_list(out, 1); /* one place for each event of the record; only the first has one */
    codec_put_list(out, 3);
    codec_put_u64(out, FORMAT);
    codec_put_binary(out, head);
    codec_put_binary(out, body);
}

enum err trigger_get_body(const struct value *payload,
                          struct slice *ret_head,
                          struct slice *ret_body,
                          struct error *reterr)
{
    struct codec_reader reader = codec_reader(payload);
    uint64_t format = codec_take_u64(&reader);
    struct slice head = codec_take_binary(&reader);
    struct slice body = codec_take_binary(&reader);
    enum err e = codec_check(&reader, "trigger", reterr);
    if (e == ERR_OK && format != FORMAT) {
        return error_set(reterr, ERR_UNSUPPORTED,
                         "the trigger has format %llu, this daybook reads %d",
                         (unsigned long long)format, FORMAT);
    }
    if (e == ERR_OK) {
        *ret_head = head;
        *ret_body = body;
    }
    return e;
}

/* Takes one line without its CRLF off `rest`. Returns: false when there is none. */
static bool take_line(struct slice *rest, struct slice *ret_line)
{
    size_t end = slice_find(*rest, SLICE("\r\n"));
    if (end == SIZE_MAX) {
        return false;
    }
    *ret_line = slice_of(rest->data, end);
    *rest = slice_from(*rest, end + 2);
    return true;
}

/* Takes what stands before the next space. */
static struct slice take_word(struct slice *rest)
{
    size_t end = slice_find(*rest, SLICE(" "));
    struct slice word = slice_of(rest->data, end == SIZE_MAX ? rest->size : end);
    *rest = end == SIZE_MAX ? (struct slice){NULL, 0} : slice_from(*rest, end + 1);
    return word;
}

/* A target may be a whole URL (RFC 9112, 3.2.2): proxies write it so. Returns: what a path can
 * begin with of it. */
static struct slice skip_authority(struct slice target)
{
    size_t scheme = slice_find(target, SLICE("://"));
    if (slice_starts_with(target, SLICE("/")) || scheme == SIZE_MAX) {
        return target;
    }
    struct slice rest = slice_from(target, scheme + 3);
    size_t at = 0;
    while (at < rest.size && rest.data[at] != '/' && rest.data[at] != '?') {
        at++;
    }
    return slice_from(rest, at);
}

static void split_target(struct trigger *trigger)
{
    struct slice local = skip_authority(trigger->target);
    size_t mark = slice_find(local, SLICE("?"));
    trigger->path = mark == SIZE_MAX ? local : slice_of(local.data, mark);
    trigger->query = mark == SIZE_MAX ? (struct slice){NULL, 0} : slice_from(local, mark + 1);
}

static bool add_header(struct trigger *trigger, struct slice line)
{
    size_t colon = slice_find(line, SLICE(":"));
    if (colon == 0 || colon == SIZE_MAX || trigger->header_count == TRIGGER_HEADERS_MAX) {
        return false;
    }
    struct trigger_header header = {slice_of(line.data, colon),
                                    slice_trim(slice_from(line, colon + 1))};
    trigger->headers[trigger->header_count++] = header;
    if (slice_equal_nocase(header.name, SLICE("Content-Type")) && trigger->content_type.size == 0) {
        trigger->content_type = header.value;
    }
    return true;
}

enum err
trigger_parse(struct slice head, struct slice body, struct trigger *ret, struct error *reterr)
{
    struct slice rest = head;
    struct slice line;
    ret->head = head;
    ret->body = body;
    ret->header_count = 0;
    ret->content_type = (struct slice){NULL, 0};
    if (!take_line(&rest, &line)) {
        return error_set(reterr, ERR_MALFORMED, "the trigger's head has no request line");
    }
    ret->method = take_word(&line);
    ret->target = take_word(&line);
    split_target(ret);
    while (take_line(&rest, &line) && line.size > 0) {
        if (!add_header(ret, line)) {
            return error_set(reterr, ERR_MALFORMED,
                             "the trigger's head has a malformed header line");
        }
    }
    return ERR_OK;
}

const char *trigger_header_flaw(const struct trigger_header *header)
{
    bool plain = header->name.size > 0;
    for (size_t i = 0; i < header->name.size; i++) {
        char c = header->name.data[i];
        plain = plain && c > ' ' && c < 0x7f && c != ':';
    }
    if (!plain) {
        return "is no header name";
    }
    for (size_t i = 0; i < header->value.size; i++) {
        char c = header->value.data[i];
        if (c == '\r' || c == '\n' || c == '\0') {
            return "has a value with a line break or a zero byte";
        }
    }
    return NULL;
}

/* Appends a header line that can stand in a head and leaves room for the empty line. */
static void put_header(struct buf *out, const struct trigger_header *header)
{
    size_t line_size = header->name.size + header->value.size + sizeof ": \r\n" - 1;
    size_t room = LIMIT_HEAD_BYTES - (sizeof "\r\n" - 1) - out->size;
    if (trigger_header_flaw(header) != NULL || line_size > room) {
        return;
    }
    buf_put_slice(out, header->name);
    buf_put_text(out, ": ");
    buf_put_slice(out, header->value);
    buf_put_text(out, "\r\n");
}

struct slice trigger_make_head(struct arena *arena,
                               struct slice target,
                               struct slice content_type,
                               const struct trigger_header *headers,
                               size_t header_count)
{
    struct buf out;
    buf_init(&out, LIMIT_HEAD_BYTES);
    struct trigger_header type = {SLICE("Content-Type"), content_type};
    buf_put_text(&out, "POST ");
    buf_put_slice(&out, target);
    buf_put_text(&out, " HTTP/1.1\r\n");
    if (content_type.size > 0) {
        put_header(&out, &type);
    }
    for (size_t i = 0; i < header_count && i < LIMIT_HEADER_COUNT; i++) {
        bool is_type = slice_equal_nocase(headers[i].name, type.name);
        if (!(is_type && content_type.size > 0)) {
            put_header(&out, &headers[i]);
        }
    }
    buf_put_text(&out, "\r\n");
    struct slice head = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return head;
}
