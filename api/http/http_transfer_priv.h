/*
 * http_transfer: one outward request: its libcurl handle, what came back, what failed.
 *
 *     WAITING ─► RUNNING ─► FINISHED ─► delivered and freed (by the client)
 *        │          │ ▲ │        ▲
 *        │          └─┘ └────────┤ done, failed, canceled
 *        │       a redirect      │
 *        └───────────────────────┘ canceled, too late
 */
#ifndef DAYBOOK_API_HTTP_HTTP_TRANSFER_PRIV_H
#define DAYBOOK_API_HTTP_HTTP_TRANSFER_PRIV_H

#include "api/http/http_body.h"
#include "api/http/http_client.h"
#include "api/http/http_target_priv.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/list.h"

#include <curl/curl.h>

/* Header block of an answer. */
#define HTTP_TRANSFER_HEAD_BYTES (64 * KIB)

enum http_transfer_state {
    HTTP_TRANSFER_WAITING,
    HTTP_TRANSFER_RUNNING,
    HTTP_TRANSFER_FINISHED,
};

/* What the client forgets is its business; the name is public only as a handle. */
struct http_client_transfer {
    struct list_link link; /* in one of the client's three lists */
    struct http_client *client;
    enum http_transfer_state state;
    http_client_done done;
    void *data;

    struct arena arena;                 /* copies of the request; later the result's headers */
    struct http_client_request request; /* points into arena */
    uint64_t started_ms;
    uint64_t deadline_ms;
    struct http_target target; /* of the present hop */
    bool same_origin;          /* as the first hop's: secrets may be sent */
    bool bodiless;             /* a redirect has turned it into a GET */

    CURL *easy;
    struct curl_slist *lines; /* header lines to send */
    char curl_text[CURL_ERROR_SIZE];

    struct buf head;       /* header lines of the present answer, as they came */
    bool head_complete;    /* what comes as header now is a trailer */
    struct http_body body; /* charged to the client's budget */
    bool head_too_large;
    bool body_too_large;
    enum err body_error;       /* why body bytes could not be kept */
    bool address_refused;      /* at least one address tried */
    struct error address_text; /* which one, and why */

    struct http_client_result result;
};

/** A transfer that waits. Copies the request. Errors: ERR_INVALID, ERR_NO_MEMORY. */
MUST_USE enum err http_transfer_create(struct http_client *client,
                                       const struct http_client_request *request,
                                       struct http_client_transfer **ret_transfer,
                                       struct error *reterr);

/** Frees it; its handle must not run. */
void http_transfer_destroy(struct http_client_transfer *transfer);

/** Readies the libcurl handle for the present hop. Errors: ERR_NO_MEMORY. */
MUST_USE enum err
http_transfer_prepare(struct http_client_transfer *transfer, uint64_t now_ms, struct error *reterr);

/** The handle has ended: fills in the result.
 * Returns: true when a redirect must be followed: prepare and run again. */
bool http_transfer_conclude(struct http_client_transfer *transfer, CURLcode code);

/** Ends it with a failure; the sentence is formatted. */
void http_transfer_fail(struct http_client_transfer *transfer,
                        enum http_client_failure failure,
                        enum err code,
                        const char *format,
                        ...) PRINTF_LIKE(4, 5);

#endif
