#include "core/flow/flow_reply.h"

#include "core/base/json_in.h"
#include "core/base/utf8.h"

struct slice flow_reply_header(const struct flow_reply *reply, const char *name)
{
    for (uint32_t i = 0; i < reply->header_count; i++) {
        if (slice_equal_nocase(reply->headers[i].name, slice_of_text(name))) {
            return reply->headers[i].value;
        }
    }
    return (struct slice){NULL, 0};
}

static enum err body_value(const struct flow_reply *reply,
                           const struct flow_request *request,
                           struct arena *arena,
                           struct value *ret,
                           struct error *reterr)
{
    if (request->response_type == FLOW_RESPONSE_BINARY) {
        *ret = value_binary(reply->body);
        return ERR_OK;
    }
    *ret = value_text(reply->body);
    if (request->response_type != FLOW_RESPONSE_JSON || reply->body.size == 0) {
        return ERR_OK;
    }
    enum err e = json_in_parse(reply->body, arena, ret, reterr);
    return e == ERR_INVALID ? ERR_OK : e; /* not JSON: text, as people's flows expect */
}

/* A copy in small letters; data NULL when memory is gone. */
static struct slice small_letters(struct slice name, struct arena *arena)
{
    char *text = arena_text(arena, name);
    for (size_t i = 0; text != NULL && i < name.size; i++) {
        text[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
    }
    return slice_of(text, text != NULL ? name.size : 0);
}

/* {name: value}, names in small letters, as people's flows refer to them; of a name that comes
 * twice both, joined by ", ". */
static bool headers_value(const struct flow_reply *reply, struct arena *arena, struct value *ret)
{
    *ret = value_map();
    for (uint32_t i = 0; i < reply->header_count; i++) {
        const struct flow_header *header = &reply->headers[i];
        struct slice name = small_letters(header->name, arena);
        struct value *earlier = value_get(ret, name);
        if (earlier == NULL) {
            if (!value_map_put(arena, ret, name, value_text(header->value))) {
                return false;
            }
            continue;
        }
        earlier->bytes = arena_format(arena, "%.*s, %.*s", SLICE_ARGS(earlier->bytes),
                                      SLICE_ARGS(header->value));
    }
    return !arena_exhausted(arena);
}

static bool full_value(const struct flow_reply *reply,
                       struct value data,
                       struct arena *arena,
                       struct value *ret)
{
    struct value headers = value_null();
    struct value full = value_map();
    bool fits = headers_value(reply, arena, &headers) &&
                value_map_put(arena, &full, SLICE("data"), data) &&
                value_map_put(arena, &full, SLICE("status"), value_int(reply->status)) &&
                value_map_put(arena, &full, SLICE("headers"), headers);
    *ret = full;
    return fits;
}

enum err flow_reply_value(const struct flow_reply *reply,
                          const struct flow_request *request,
                          struct arena *arena,
                          struct value *ret,
                          struct slice *ret_content_type,
                          struct error *reterr)
{
    struct value data = value_null();
    enum err e = body_value(reply, request, arena, &data, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (request->include_full_response && !full_value(reply, data, arena, &data)) {
        return arena_error(arena, "the answer", reterr);
    }
    *ret = data;
    *ret_content_type = request->include_full_response ? SLICE("application/json")
                                                       : flow_reply_header(reply, "content-type");
    return ERR_OK;
}

/* The first bytes of a text on one line: white space and control characters become spaces, a
 * sequence that is not UTF-8 or is cut off ends it. */
static struct slice one_line(struct slice text, size_t max, struct arena *arena)
{
    char *out = arena_text(arena, slice_of(text.data, text.size < max ? text.size : max));
    size_t size = 0;
    while (out != NULL && size < text.size && size < max) {
        size_t length = utf8_sequence_length(slice_from(text, size));
        if (length == 0 || size + length > max) {
            break;
        }
        if (length == 1 && ((unsigned char)out[size] < 0x20 || out[size] == 0x7f)) {
            out[size] = ' ';
        }
        size += length;
    }
    return slice_of(out, size);
}

struct slice flow_reply_failure(const struct flow_reply *reply,
                                const struct flow_request *request,
                                struct arena *arena)
{
    struct slice body = reply->body;
    size_t looked_at = FLOW_REPLY_QUOTED_BYTES_MAX + flow_request_secret_bytes_max(request);
    body.size = body.size < looked_at ? body.size : looked_at;
    struct slice masked = flow_request_mask(request, body, arena);
    struct slice quoted = one_line(masked, FLOW_REPLY_QUOTED_BYTES_MAX, arena);
    return arena_format(arena, "%.*s %.*s answered %d%s%.*s", SLICE_ARGS(request->method),
                        SLICE_ARGS(request->shown_url), reply->status, quoted.size > 0 ? ": " : "",
                        SLICE_ARGS(quoted));
}

struct slice
flow_reply_no_answer(const struct flow_request *request, struct slice why, struct arena *arena)
{
    why.size = why.size < ERROR_TEXT_SIZE ? why.size : ERROR_TEXT_SIZE;
    struct slice masked = flow_request_mask(request, why, arena);
    struct slice quoted = one_line(masked, ERROR_TEXT_SIZE, arena);
    return arena_format(arena, "%.*s %.*s: %.*s", SLICE_ARGS(request->method),
                        SLICE_ARGS(request->shown_url), SLICE_ARGS(quoted));
}
