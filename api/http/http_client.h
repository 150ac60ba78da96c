/*
 * http_client: HTTP requests outward, on the loop, through libcurl.
 *
 *     http_client_create ─► http_client_start ─► ... ─► callback(result) ─► ... ─►
 * http_client_close │ (http_client_cancel)       ▲ └────────────────────────────┘
 *
 * Only http and https, HTTP/1.1, no proxy from the environment, no cookies, no netrc, nothing
 * decompressed. Certificates are verified. Where a request may connect to is decided on the
 * resolved address, for each address tried and each redirect (http_address.h).
 *
 * Failure modes: http_client_start refuses what cannot be sent (bad URL, full queue); everything
 * later is a result whose `failure` and sentence say what failed.
 * Thread: the loop's, all of it. libcurl resolves names on threads of its own.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_CLIENT_H
#define DAYBOOK_API_HTTP_HTTP_CLIENT_H

#include "api/http/http_header.h"
#include "core/base/buf.h"
#include "core/base/error.h"

#include <uv.h>

struct http_client;
struct http_client_transfer;
struct sockaddr;

struct http_client_options {
    size_t transfers_max; /* 64: at one time; more wait in line */
    size_t waiting_max;   /* 1,000; over it http_client_start refuses */

    /* Copies of request bodies, waiting ones too; over it http_client_start refuses. */
    size_t request_total_bytes_max; /* 256 MiB */

    /* Responses held over all transfers; over it the transfer fails. */
    size_t response_total_bytes_max; /* 256 MiB */

    uint64_t connect_timeout_ms; /* 10 s, resolving included */
    uint64_t stall_timeout_s;    /* 60 s with under 1 byte a second; 0: never */
    size_t kept_connections_max; /* 64 idle ones */

    bool allow_private_targets; /* false: only public addresses */
    const char *user_agent;     /* "daybook/VERSION"; copied */

    /* Certificates trusted for https, a PEM file; NULL: the system's. Copied. */
    const char *ca_file;

    /* Instead of the rule above, when not NULL: whether this address may be connected to. */
    bool (*address_allowed)(const struct sockaddr *address, void *data);
    void *address_data;
};

struct http_client_request {
    struct slice method; /* empty: GET */
    struct slice url;
    const struct http_header *headers; /* those that frame the message are left out */
    size_t header_count;

    /* Sent too, but never to another origin (scheme, host, port) than that of `url`, when a
     * redirect leads there. Authorization, Cookie, Api-Key and X-Api-Key among `headers` are
     * treated so without being here. */
    const struct http_header *secret_headers;
    size_t secret_header_count;

    struct slice body;         /* data NULL: none */
    uint64_t timeout_ms;       /* for all of it, from http_client_start; 0: 60 s */
    size_t response_bytes_max; /* of the body; 0: 64 MiB */
    unsigned redirects_max;    /* 0: a redirect is an answer like any other */
};

/* What failed, for retry rules and metrics; the sentence in `error` is for people. */
enum http_client_failure {
    HTTP_CLIENT_OK,
    HTTP_CLIENT_RESOLVE,         /* ERR_IO: no address for the name */
    HTTP_CLIENT_CONNECT,         /* ERR_IO */
    HTTP_CLIENT_TLS,             /* ERR_IO */
    HTTP_CLIENT_BROKEN,          /* ERR_IO: the connection ended early, or what came is no HTTP */
    HTTP_CLIENT_TIMEOUT,         /* ERR_TIMEOUT */
    HTTP_CLIENT_TOO_LARGE,       /* ERR_LIMIT: the response */
    HTTP_CLIENT_ADDRESS_REFUSED, /* ERR_DENIED */
    HTTP_CLIENT_REDIRECT,        /* ERR_REFUSED: too many, or to where none may lead */
    HTTP_CLIENT_OVERLOADED,      /* ERR_BUSY: response_total_bytes_max; ERR_NO_MEMORY */
    HTTP_CLIENT_CANCELED,        /* ERR_CANCELED */
};

#define HTTP_CLIENT_FAILURE_COUNT (HTTP_CLIENT_CANCELED + 1)

struct http_client_result {
    enum err code; /* ERR_OK: there is an answer, whatever its status */
    enum http_client_failure failure;
    struct error error;

    int status;                        /* 0 when there is no answer */
    const struct http_header *headers; /* of the last answer, in order; without trailers */
    size_t header_count;
    struct buf *body; /* may be taken over: copy the struct and buf_init this one */

    struct slice url; /* where the answer came from, after redirects */
    unsigned redirect_count;
    uint64_t duration_ms; /* since http_client_start */
};

/** The result and all it points at are valid until this returns. */
typedef void (*http_client_done)(struct http_client_result *result, void *data);

struct http_client_stats {
    uint64_t results[HTTP_CLIENT_FAILURE_COUNT]; /* delivered since the start, by their failure */
    size_t running;                              /* requests now */
    size_t waiting;                              /* in line */
    size_t request_bytes;                        /* bodies held in memory */
    size_t response_bytes;
};

/** Fills in the defaults named above. */
void http_client_options_init(struct http_client_options *options);

/** A client with nothing under way. `options` are copied. Errors: ERR_INVALID, ERR_NO_MEMORY,
 * ERR_IO. */
MUST_USE enum err http_client_create(uv_loop_t *loop,
                                     const struct http_client_options *options,
                                     struct http_client **ret_client,
                                     struct error *reterr);

/** Begins a request, or lets it wait in line. `request` and all in it is copied.
 * Callback: `done` exactly once, after this returns with ERR_OK; never otherwise.
 * Returns: in *ret_transfer (may be NULL) a handle for http_client_cancel, valid until `done`.
 * Errors: ERR_INVALID (URL, method, header), ERR_LIMIT (the line or the bodies in it), ERR_CLOSED,
 * ERR_NO_MEMORY. */
MUST_USE enum err http_client_start(struct http_client *client,
                                    const struct http_client_request *request,
                                    http_client_done done,
                                    void *data,
                                    struct http_client_transfer **ret_transfer,
                                    struct error *reterr);

/** Gives up: `done` comes with HTTP_CLIENT_CANCELED, unless the result was there already. What
 * was sent stays sent. Callback: not from inside this call. */
void http_client_cancel(struct http_client_transfer *transfer);

/** Requests under way and waiting. */
size_t http_client_count(const struct http_client *client);

/** What the client did and holds. */
struct http_client_stats http_client_stats(const struct http_client *client);

/** The name of a failure in snake_case ("address_refused"). Returns: a static string. */
const char *http_client_failure_name(enum http_client_failure failure);

/** Cancels everything and ends.
 * Callback: `closed`, after every `done`, when nothing is left; the client no longer exists. */
void http_client_close(struct http_client *client, void (*closed)(void *data), void *data);

#endif
