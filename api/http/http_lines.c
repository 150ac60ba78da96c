#include "api/http/http_lines.h"

/* The bytes that need a look; all others are only counted. */
static bool is_special(char byte)
{
    return byte == '\r' || byte == '\n' || byte == '\0';
}

static enum http_lines_result
bad(size_t at, size_t *ret_taken, struct http_fault *fault, const char *text)
{
    *ret_taken = at;
    (void)http_fault_set(fault, 400, "malformed_request", "%s", text);
    return HTTP_LINES_BAD;
}

/* Takes the bytes of a line up to the next special one. Returns: where that stands. */
static size_t skip_plain(struct http_lines *lines, struct slice input, size_t at)
{
    size_t start = at;
    while (at < input.size && !is_special(input.data[at])) {
        at++;
    }
    lines->line_bytes += at - start;
    return at;
}

enum http_lines_result http_lines_feed(struct http_lines *lines,
                                       struct slice input,
                                       size_t *ret_taken,
                                       struct http_fault *fault)
{
    size_t at = 0;
    while (at < input.size) {
        char byte = input.data[at];
        if (lines->after_cr) {
            if (byte != '\n') {
                return bad(at, ret_taken, fault, "A CR must be followed by LF");
            }
            bool empty = lines->line_bytes == 0;
            *lines = (struct http_lines){.count = lines->count + 1};
            at++;
            if (empty) {
                *ret_taken = at;
                return HTTP_LINES_EMPTY;
            }
        } else if (lines->line_bytes == 0 && (byte == ' ' || byte == '\t')) {
            return bad(at, ret_taken, fault, "A line must not begin with a space or tab");
        } else if (byte == '\r') {
            lines->after_cr = true;
            at++;
        } else if (is_special(byte)) {
            return bad(at, ret_taken, fault,
                       byte == '\n' ? "Every line must end with CR and LF"
                                    : "A NUL byte must not stand in a request");
        } else {
            at = skip_plain(lines, input, at);
        }
    }
    *ret_taken = at;
    return HTTP_LINES_MORE;
}
