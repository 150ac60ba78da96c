/*
 * http_response: a response written down as bytes. Pure.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_RESPONSE_PRIV_H
#define DAYBOOK_API_HTTP_HTTP_RESPONSE_PRIV_H

#include "api/http/http.h"

struct http_response_frame {
    struct slice date;   /* value of the Date header */
    size_t body_size;    /* announced, also when the body is not sent (HEAD) */
    bool close;          /* Connection: close */
    bool say_keep_alive; /* for a client of HTTP/1.0 that asked for it */
    bool retry_later;    /* Retry-After: 1 */
};

/** What HTTP could not carry in a response, as a sentence. Returns: NULL when it is good. */
const char *http_response_flaw(const struct http_response *response);

/** Appends status line, headers and empty line. The response must have no flaw. */
void http_response_put_head(struct buf *out,
                            const struct http_response *response,
                            const struct http_response_frame *frame);

/** Appends {"error": text, "code": code}. */
void http_response_put_error(struct buf *out, const char *code, const char *text);

/* "Sun, 06 Nov 1994 08:49:37 GMT" and a zero (RFC 9110 section 5.6.7). */
#define HTTP_RESPONSE_DATE_SIZE 30

/** Writes a time (UTC microseconds since 1970) as HTTP does. */
void http_response_date(int64_t us, char ret_date[HTTP_RESPONSE_DATE_SIZE]);

#endif
