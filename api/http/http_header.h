/*
 * http_header: header fields as they came, and the few questions one asks them.
 *
 * Names compare without case; values are bytes, kept as they are, without the white space around
 * them. Everything here is pure: no allocation, no failure.
 *
 * Thread: any.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_HEADER_H
#define DAYBOOK_API_HTTP_HTTP_HEADER_H

#include "core/base/slice.h"

#include <stdbool.h>
#include <stddef.h>

struct http_header {
    struct slice name;
    struct slice value;
};

/** The first field of that name. Returns: NULL when there is none. */
const struct http_header *
http_header_find(const struct http_header *headers, size_t count, const char *name);

/** The value of the first field of that name. Returns: the empty slice with data NULL when there
 * is none (an empty value has data). */
struct slice http_header_value(const struct http_header *headers, size_t count, const char *name);

/** Whether a comma-separated value ("keep-alive, Upgrade") holds the token, case ignored. */
bool http_header_has_token(struct slice value, const char *token);

/** Whether a name is a token of RFC 9110 section 5.6.2 and not empty. */
bool http_header_name_valid(struct slice name);

/** Whether a value may be sent: no control character but HTAB (RFC 9110 section 5.5); a CR or LF
 * here would let whoever made the value write headers of their own. */
bool http_header_value_valid(struct slice value);

/** Whether a field frames the message or governs its connection (Content-Length,
 * Transfer-Encoding, Connection, ...): those are written by this layer alone. */
bool http_header_is_framing(struct slice name);

/** The media type of a Content-Type value, without its parameters: "text/html; charset=x" gives
 * "text/html". */
struct slice http_header_media_type(struct slice content_type);

/** Whether a Content-Type value names JSON: application/json or a type ending in +json. */
bool http_header_type_is_json(struct slice content_type);

/** Whether a Content-Type value names that media type, case and parameters ignored. */
bool http_header_type_is(struct slice content_type, const char *media_type);

#endif
