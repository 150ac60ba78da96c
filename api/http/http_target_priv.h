/*
 * http_target: the URL a request goes to, taken apart as libcurl understands it.
 *
 * libcurl's own reader is used, because a second reader could see another host in the same text.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_TARGET_PRIV_H
#define DAYBOOK_API_HTTP_HTTP_TARGET_PRIV_H

#include "core/base/arena.h"

struct http_target {
    const char *url; /* normalized; these lie in the arena, zero-terminated */
    const char *scheme;
    const char *host;
    const char *port; /* the scheme's own when the URL has none */
};

/** Reads an absolute http or https URL. Errors: ERR_INVALID, ERR_NO_MEMORY. */
MUST_USE enum err http_target_read(struct arena *arena,
                                   struct slice url,
                                   struct http_target *ret_target,
                                   struct error *reterr);

/** Same scheme, host and port. */
bool http_target_same_origin(const struct http_target *a, const struct http_target *b);

#endif
