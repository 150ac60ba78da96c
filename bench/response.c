#include "bench/response.h"

#define LENGTH_HEADER "\r\nContent-Length:"
#define STATUS_AT     9 /* behind "HTTP/1.1 " */

void response_reset(struct response *response)
{
    response->head_size = 0;
    response->in_body = false;
}

/* The decimal number at the start of a text, white space before it skipped. Returns: false when
 * there is none or it is too large. */
static bool read_number(struct slice text, uint64_t *ret)
{
    uint64_t number = 0;
    size_t at = 0;
    while (at < text.size && text.data[at] == ' ') {
        at++;
    }
    size_t first = at;
    for (; at < text.size && text.data[at] >= '0' && text.data[at] <= '9'; at++) {
        number = number * 10 + (uint64_t)(text.data[at] - '0');
    }
    *ret = number;
    return at > first && at - first < 18;
}

/* Status and length of a complete head. */
static bool read_head(struct response *response, struct slice head)
{
    uint64_t status = 0;
    size_t at = slice_find(head, SLICE(LENGTH_HEADER));
    if (!slice_starts_with(head, SLICE("HTTP/1.1 ")) ||
        !read_number(slice_from(head, STATUS_AT), &status) || status > 999 || at == SIZE_MAX ||
        !read_number(slice_from(head, at + sizeof LENGTH_HEADER - 1), &response->body_left)) {
        return false;
    }
    response->status = (int)status;
    response->in_body = true;
    return true;
}

static enum response_state take_body(struct response *response, struct slice bytes)
{
    if (bytes.size > response->body_left) {
        return RESPONSE_BROKEN;
    }
    response->body_left -= bytes.size;
    return response->body_left == 0 ? RESPONSE_DONE : RESPONSE_MORE;
}

enum response_state response_feed(struct response *response, struct slice bytes)
{
    if (response->in_body) {
        return take_body(response, bytes);
    }
    size_t room = sizeof response->head - response->head_size;
    size_t taken = bytes.size < room ? bytes.size : room;
    memcpy(response->head + response->head_size, bytes.data, taken);
    response->head_size += taken;
    struct slice all = slice_of(response->head, response->head_size);
    size_t end = slice_find(all, SLICE("\r\n\r\n"));
    if (end == SIZE_MAX) {
        return taken < bytes.size ? RESPONSE_BROKEN : RESPONSE_MORE;
    }
    if (!read_head(response, slice_of(all.data, end + 4))) {
        return RESPONSE_BROKEN;
    }
    enum response_state state = take_body(response, slice_from(all, end + 4));
    struct slice rest = slice_from(bytes, taken);
    return rest.size == 0 || state == RESPONSE_BROKEN ? state : take_body(response, rest);
}
