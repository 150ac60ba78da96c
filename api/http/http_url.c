#include "api/http/http_url.h"

#include <stdint.h>

bool http_url_next_segment(struct slice *rest, struct slice *ret_segment)
{
    if (rest->size == 0 || rest->data[0] != '/') {
        return false;
    }
    struct slice path = slice_from(*rest, 1);
    const char *slash = path.size == 0 ? NULL : memchr(path.data, '/', path.size);
    size_t size = slash == NULL ? path.size : (size_t)(slash - path.data);
    *ret_segment = slice_of(path.data, size);
    *rest = slice_from(path, size);
    return true;
}

/* Cuts `text` at the first `mark`. Returns: what stands before; *text becomes what stands behind.
 */
static struct slice take_until(struct slice *text, char mark)
{
    const char *at = text->size == 0 ? NULL : memchr(text->data, mark, text->size);
    size_t size = at == NULL ? text->size : (size_t)(at - text->data);
    struct slice before = slice_of(text->data, size);
    *text = slice_from(*text, at == NULL ? size : size + 1);
    return before;
}

bool http_url_next_parameter(struct slice *rest, struct slice *ret_name, struct slice *ret_value)
{
    while (rest->size > 0) {
        struct slice pair = take_until(rest, '&');
        if (pair.size > 0) {
            *ret_name = take_until(&pair, '=');
            *ret_value = pair;
            return true;
        }
    }
    return false;
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Decodes into `out`, which has room for raw.size bytes. Returns: bytes written, or SIZE_MAX. */
static size_t decode_bytes(struct slice raw, bool plus_is_space, char *out)
{
    size_t written = 0;
    for (size_t i = 0; i < raw.size; i++) {
        char byte = raw.data[i];
        if (byte == '%') {
            int high = i + 2 < raw.size ? hex_value(raw.data[i + 1]) : -1;
            int low = i + 2 < raw.size ? hex_value(raw.data[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return SIZE_MAX;
            }
            byte = (char)(high * 16 + low);
            i += 2;
        } else if (byte == '+' && plus_is_space) {
            byte = ' ';
        }
        out[written++] = byte;
    }
    return written;
}

static bool needs_decoding(struct slice raw, bool plus_is_space)
{
    return raw.size > 0 && (memchr(raw.data, '%', raw.size) != NULL ||
                            (plus_is_space && memchr(raw.data, '+', raw.size) != NULL));
}

static enum err decode(struct arena *arena,
                       struct slice raw,
                       bool plus_is_space,
                       struct slice *ret_decoded,
                       struct error *reterr)
{
    if (!needs_decoding(raw, plus_is_space)) {
        *ret_decoded = raw;
        return ERR_OK;
    }
    char *out = arena_alloc(arena, raw.size);
    if (out == NULL) {
        return arena_error(arena, "decoding a URL", reterr);
    }
    size_t size = decode_bytes(raw, plus_is_space, out);
    if (size == SIZE_MAX) {
        return error_set(reterr, ERR_INVALID,
                         "every %% in a URL must be followed by two hex digits, as in %%20");
    }
    *ret_decoded = slice_of(out, size);
    return ERR_OK;
}

enum err http_url_decode(struct arena *arena,
                         struct slice raw,
                         struct slice *ret_decoded,
                         struct error *reterr)
{
    return decode(arena, raw, false, ret_decoded, reterr);
}

enum err http_url_decode_parameter(struct arena *arena,
                                   struct slice raw,
                                   struct slice *ret_decoded,
                                   struct error *reterr)
{
    return decode(arena, raw, true, ret_decoded, reterr);
}

enum err http_url_find_parameter(struct arena *arena,
                                 struct slice query,
                                 const char *name,
                                 struct slice *ret_value,
                                 struct error *reterr)
{
    struct slice raw_name;
    struct slice raw_value;
    while (http_url_next_parameter(&query, &raw_name, &raw_value)) {
        struct slice decoded;
        enum err code = http_url_decode_parameter(arena, raw_name, &decoded, reterr);
        if (code != ERR_OK) {
            return code;
        }
        if (slice_is(decoded, name)) {
            return http_url_decode_parameter(arena, raw_value, ret_value, reterr);
        }
    }
    return error_set(reterr, ERR_NOT_FOUND, "the query string has no parameter %s", name);
}
