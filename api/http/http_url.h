/*
 * http_url: taking paths and query strings of request targets apart.
 *
 * A target is split before it is decoded: "%2F" inside a segment is a character of the segment,
 * never a separator. Nothing here resolves "." and ".."; whoever routes compares segments, and
 * such a segment matches nothing.
 *
 * Thread: any.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_URL_H
#define DAYBOOK_API_HTTP_HTTP_URL_H

#include "core/base/arena.h"

/** Takes the next segment off a raw path: "/a/b" gives "a", then "b"; "/a/" gives "a", then "".
 * Returns: false when none is left; then nothing is written. */
bool http_url_next_segment(struct slice *rest, struct slice *ret_segment);

/** Takes the next `name=value` pair off a raw query string; both raw, the value empty without "=".
 * Empty pairs ("a&&b") are skipped. Returns: false when none is left. */
bool http_url_next_parameter(struct slice *rest, struct slice *ret_name, struct slice *ret_value);

/** Percent-decodes a path segment (RFC 3986 section 2.1). May hold any byte afterwards, NUL and
 * "/" too. The result lies in `arena`, or is `raw` itself when there is nothing to decode.
 * Errors: ERR_INVALID for a "%" without two hex digits, ERR_LIMIT for a full arena. */
MUST_USE enum err http_url_decode(struct arena *arena,
                                  struct slice raw,
                                  struct slice *ret_decoded,
                                  struct error *reterr);

/** As http_url_decode for names and values of a query string, where "+" means a space. */
MUST_USE enum err http_url_decode_parameter(struct arena *arena,
                                            struct slice raw,
                                            struct slice *ret_decoded,
                                            struct error *reterr);

/** The decoded value of the first query parameter of that (decoded) name. Errors: ERR_NOT_FOUND,
 * and those of http_url_decode. */
MUST_USE enum err http_url_find_parameter(struct arena *arena,
                                          struct slice query,
                                          const char *name,
                                          struct slice *ret_value,
                                          struct error *reterr);

#endif
