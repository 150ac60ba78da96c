/*
 * http_server: HTTP/1.1 and 1.0 on a libuv loop, over TCP and unix sockets.
 *
 *     http_server_create ─► http_server_listen_tcp / _unix (any number) ─► ... ─► http_server_close
 *
 * Meant to stand behind a reverse proxy or on a private address: no TLS, no HTTP/2. Requests of
 * one connection are answered in order, one at a time. Everything a client can make grow has a
 * limit below; what happens at it stands beside it.
 *
 * Failure modes: out of memory or descriptors closes the connection concerned, never the server.
 * Thread: the loop's, all of it.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_SERVER_H
#define DAYBOOK_API_HTTP_HTTP_SERVER_H

#include "api/http/http.h"
#include "core/base/clock.h"
#include "core/base/error.h"

#include <uv.h>

struct http_server;

struct http_server_options {
    /* Over it a new connection is answered 503 and closed. */
    size_t connections_max; /* 1,024 */

    size_t head_bytes_max;   /* 64 KiB; over it 431, or 414 while still in the request line */
    size_t header_count_max; /* 100; over it 431 */

    /* Request bodies held in memory over all connections; over it 503 with Retry-After. */
    size_t body_total_bytes_max; /* 256 MiB */

    /* One response with its head; over it 500. */
    size_t response_bytes_max; /* 128 MiB */

    /* Responses that slow clients have not taken yet, over all connections; a response of over
     * 64 KiB that would pass it is replaced by 503 with Retry-After. */
    size_t output_total_bytes_max; /* 256 MiB */

    size_t arena_bytes_max; /* 16 MiB: request->arena */

    /* After an early answer the rest of the request is read and thrown away, so that the client
     * sees the answer instead of a reset: at most so many bytes and so long. */
    size_t drain_bytes_max;    /* 16 MiB */
    uint64_t drain_timeout_ms; /* 10 s */

    uint64_t head_timeout_ms;  /* 10 s from the first byte, or from accept; over it 408 */
    uint64_t body_timeout_ms;  /* 60 s without a byte; over it 408 */
    uint64_t idle_timeout_ms;  /* 75 s between requests; over it closed */
    uint64_t write_timeout_ms; /* 60 s without a byte taken; over it cut */

    /* Once a body or a response has taken longer than its timeout, it must have had so many bytes
     * a second on average: one byte a minute holds nothing for long. */
    uint64_t bytes_per_second_min; /* 256 */

    /* One timer looks at all connections; it also renews the Date header. */
    uint64_t sweep_interval_ms; /* 1 s */

    const struct clock *clock; /* clock_system(): for the Date header */
};

struct http_server_stats {
    uint64_t accepted;       /* connections since the start */
    uint64_t turned_away;    /* of these, over connections_max */
    uint64_t requests;       /* complete heads */
    uint64_t malformed;      /* answered before they were requests: 400, 408, 414, 431, 505 ... */
    uint64_t responses[6];   /* by first digit of the status; [0] unused */
    uint64_t received_bytes; /* including heads and framing */
    uint64_t sent_bytes;
    size_t connections;  /* now, including requests whose client has gone */
    size_t in_flight;    /* requests the handler has not answered yet */
    size_t body_bytes;   /* held in memory */
    size_t output_bytes; /* waiting for slow clients */
};

/** Fills in the defaults named above. */
void http_server_options_init(struct http_server_options *options);

/** A server without listeners. `options` and `handler` are copied.
 * Errors: ERR_NO_MEMORY, ERR_IO. */
MUST_USE enum err http_server_create(uv_loop_t *loop,
                                     const struct http_server_options *options,
                                     const struct http_handler *handler,
                                     struct http_server **ret_server,
                                     struct error *reterr);

/** Listens on an address: "127.0.0.1", "::1", or "localhost" for the first. Port 0 picks a free
 * one. Errors: ERR_INVALID (not an address), ERR_EXISTS (in use), ERR_LIMIT, ERR_IO. */
MUST_USE enum err http_server_listen_tcp(struct http_server *server,
                                         const char *host,
                                         uint16_t port,
                                         uint16_t *ret_port,
                                         struct error *reterr);

/** Listens on a unix socket, mode 0600; its requests are marked `local`. A socket left behind at
 * that path is removed first, so the caller must be sure that nobody serves it (hold a lock).
 * Errors: ERR_INVALID (path over 107 bytes), ERR_EXISTS (another kind of file), ERR_LIMIT, ERR_IO.
 */
MUST_USE enum err
http_server_listen_unix(struct http_server *server, const char *path, struct error *reterr);

/** What the server did and holds. */
void http_server_stats(const struct http_server *server, struct http_server_stats *ret_stats);

/** Called when nothing of the server is left. */
typedef void (*http_server_closed_cb)(void *data);

/** Stops accepting and closes idle connections; the rest get `Connection: close` with their answer.
 * What is not done after `deadline_ms` is cut: its requests stay valid until they are responded,
 * as with any client that went away.
 * Callback: exactly once, after this returns; the server no longer exists then.
 * A second call only brings the deadline forward; its callback is not called. */
void http_server_close(struct http_server *server,
                       uint64_t deadline_ms,
                       http_server_closed_cb callback,
                       void *data);

/** While it closes: requests that are still being received are cut sooner, after so long from now.
 * Those that the handler has keep their deadline. */
void http_server_close_incoming(struct http_server *server, uint64_t deadline_ms);

#endif
