/*
 * http_multi: libcurl's multi interface driven by a libuv loop. Knows nothing of requests.
 *
 * libcurl says which sockets it watches (one uv_poll_t each) and when it wants to be called at the
 * latest (one uv_timer_t); the loop calls it back on either. Traps, each handled at its place
 * in the .c file:
 *
 *   - A timeout of 0 means "in the next turn" and must stay 0: rounded up to 1 ms it made a chain
 *     of short requests sixty times slower. It must not call libcurl from inside its callback.
 *   - A uv_poll_t is freed in its close callback, never where libcurl lets go of the socket.
 *   - A handle is never removed inside a callback of libcurl's: `done` is called when libcurl has
 *     returned, and may add and remove what it likes.
 *   - A socket callback that fails kills the multi handle for good, so ours never does.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_MULTI_PRIV_H
#define DAYBOOK_API_HTTP_HTTP_MULTI_PRIV_H

#include "core/base/error.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <uv.h>

struct http_multi {
    CURLM *multi;
    uv_loop_t *loop;
    uv_timer_t timer;
    size_t handles_open; /* the timer and the polls */
    bool closing;
    void (*done)(CURL *easy, CURLcode code, void *data);
    void (*closed)(void *data);
    void *data;
};

/** Readies a multi handle on the loop. `done` is called for each handle that ends, on the loop,
 * outside libcurl; the handle is removed already. Errors: ERR_NO_MEMORY. */
MUST_USE enum err http_multi_init(struct http_multi *multi,
                                  uv_loop_t *loop,
                                  size_t kept_connections_max,
                                  void (*done)(CURL *easy, CURLcode code, void *data),
                                  void *data,
                                  struct error *reterr);

/** Starts a handle. Nothing is called back before this returns. Errors: ERR_NO_MEMORY. */
MUST_USE enum err http_multi_add(struct http_multi *multi, CURL *easy, struct error *reterr);

/** Stops a handle without `done`. Not from inside a callback of libcurl's. */
void http_multi_remove(struct http_multi *multi, CURL *easy);

/** Ends it; no handle may be in it any more. Callback: `closed`, once, after this returns. */
void http_multi_close(struct http_multi *multi, void (*closed)(void *data));

#endif
