#include "api/http/http_response_priv.h"

#include "api/http/http_status.h"
#include "core/base/json_out.h"

#include <stdio.h>
#include <time.h>

const char *http_response_flaw(const struct http_response *response)
{
    if (!http_status_is_final(response->status)) {
        return "The status of the answer is not between 200 and 599";
    }
    if (!http_header_value_valid(response->content_type)) {
        return "The content type of the answer is not a valid header value";
    }
    for (size_t i = 0; i < response->header_count; i++) {
        if (!http_header_name_valid(response->headers[i].name) ||
            !http_header_value_valid(response->headers[i].value)) {
            return "A header of the answer has a name or value that HTTP does not allow";
        }
    }
    return NULL;
}

static void put_header(struct buf *out, struct slice name, struct slice value)
{
    buf_put_slice(out, name);
    buf_put(out, ": ", 2);
    buf_put_slice(out, value);
    buf_put(out, "\r\n", 2);
}

static void put_number(struct buf *out, size_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buf_put(out, digits + at, sizeof digits - at);
}

static void put_status_line(struct buf *out, int status)
{
    buf_put_slice(out, SLICE("HTTP/1.1 "));
    put_number(out, (size_t)status);
    buf_put_char(out, ' ');
    buf_put_text(out, http_status_text(status));
    buf_put(out, "\r\n", 2);
}

/* Headers that stand there already, or would break the framing. */
static bool is_ours(const struct http_response *response, struct slice name)
{
    return http_header_is_framing(name) || slice_equal_nocase(name, SLICE("Date")) ||
           (response->content_type.size > 0 && slice_equal_nocase(name, SLICE("Content-Type")));
}

void http_response_put_head(struct buf *out,
                            const struct http_response *response,
                            const struct http_response_frame *frame)
{
    put_status_line(out, response->status);
    put_header(out, SLICE("Date"), frame->date);
    if (response->content_type.size > 0) {
        put_header(out, SLICE("Content-Type"), response->content_type);
    }
    if (!http_status_is_bodiless(response->status)) {
        buf_put_slice(out, SLICE("Content-Length: "));
        put_number(out, frame->body_size);
        buf_put(out, "\r\n", 2);
    }
    if (frame->close) {
        put_header(out, SLICE("Connection"), SLICE("close"));
    } else if (frame->say_keep_alive) {
        put_header(out, SLICE("Connection"), SLICE("keep-alive"));
    }
    if (frame->retry_later) {
        put_header(out, SLICE("Retry-After"), SLICE("1"));
    }
    for (size_t i = 0; i < response->header_count; i++) {
        if (!is_ours(response, response->headers[i].name)) {
            put_header(out, response->headers[i].name, response->headers[i].value);
        }
    }
    buf_put(out, "\r\n", 2);
}

void http_response_put_error(struct buf *out, const char *code, const char *text)
{
    struct json_out json = json_out(out);
    json_out_begin_object(&json);
    json_out_member_string(&json, "error", text);
    json_out_member_string(&json, "code", code);
    json_out_end_object(&json);
}

void http_response_date(int64_t us, char ret_date[HTTP_RESPONSE_DATE_SIZE])
{
    /* English whatever the locale is, which strftime would not be. */
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(us / 1000000);
    struct tm tm;
    (void)gmtime_r(&seconds, &tm);
    (void)snprintf(ret_date, HTTP_RESPONSE_DATE_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                   days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour,
                   tm.tm_min, tm.tm_sec);
}
