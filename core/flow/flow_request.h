/*
 * flow_request: the HTTP request of a step, ready to be sent.
 *
 * Rendering evaluates the inputs of an action of the http component:
 *
 *     url            http or https; bytes that may not stand in a URL are percent-encoded, a
 *                    fragment is cut off
 *     method         of httpRequest; the other actions have theirs
 *     queryParams    appended, percent-encoded
 *     headers        checked: a name is a token, a value has no control characters. Headers that
 *                    belong to the connection itself (Content-Length, Host ...) are left out, with
 *                    a warning
 *     data           text as it is (JSON by its looks: application/json, else text/plain), lists,
 *                    objects, numbers, booleans as JSON, binary as it is, {data: <binary>,
 *                    contentType} as that. A Content-Type header that is given wins
 *     formData, fileData    multipart/form-data (multipart.h); not beside data
 *     connection     credentials, see flow_request.c
 *     responseType   json (default), text, binary, arraybuffer, document
 *     timeout        milliseconds; empty or 0 is the default of the limits
 *     includeFullResponse ignoreSslErrors
 *     maxRetries retryDelayMS retryOnAllErrors useExponentialBackoff
 *                    retries of the component's own, within one attempt of the step's setting;
 *                    over their bounds they are cut, with a warning
 *
 * Every request carries an Idempotency-Key header unless the flow gives one itself.
 *
 * Thread: one at a time. A request lives in the arena it was rendered into and borrows from scope
 * and snapshot.
 */
#ifndef DAYBOOK_CORE_FLOW_FLOW_REQUEST_H
#define DAYBOOK_CORE_FLOW_FLOW_REQUEST_H

#include "core/definition/definition.h"
#include "core/flow/flow_headers.h"
#include "core/flow/scope.h"

/* The longest URL we send: no common server takes longer ones. */
#define FLOW_REQUEST_URL_BYTES_MAX ((size_t)16 * 1024)

/* The largest body, which is also the largest step result it could come from. */
#define FLOW_REQUEST_BODY_BYTES_MAX ((size_t)64 * 1024 * 1024)

/* The component's own retries: at most so many, so far apart. */
#define FLOW_REQUEST_RETRIES_MAX        10
#define FLOW_REQUEST_RETRY_DELAY_MS_MAX 60000

/* Sentences for the log that rendering one request can give. */
#define FLOW_REQUEST_WARNINGS_MAX 8

enum flow_response_type {
    FLOW_RESPONSE_JSON, /* parsed if it is JSON, else text */
    FLOW_RESPONSE_TEXT,
    FLOW_RESPONSE_BINARY,
};

struct flow_request {
    struct slice method; /* upper case */
    struct slice url;
    struct slice shown_url; /* without user, password and query: for messages and logs */
    struct flow_headers headers;
    bool has_body;
    struct slice body;
    struct slice idempotency_key;
    enum flow_response_type response_type;
    bool include_full_response;
    bool ignore_ssl_errors;
    int64_t timeout_ms;
    /* the component's own retries */
    int32_t retries_max;
    int64_t retry_delay_ms;
    bool retry_on_all_errors;
    bool exponential_backoff;
    const struct snapshot_connection *connection; /* NULL: none; for masking its secrets */
    struct slice warnings[FLOW_REQUEST_WARNINGS_MAX];
    uint32_t warning_count;
};

/* What the machine adds to a step's inputs. */
struct flow_request_terms {
    struct slice idempotency_key;
    int64_t timeout_ms_default;
    int64_t timeout_ms_max;
};

/**
 * Renders the request of `step`, an action of kind ACTION_HTTP.
 * Errors: ERR_INVALID, ERR_NOT_FOUND, naming the input; ERR_LIMIT (arena, work); ERR_NO_MEMORY.
 */
MUST_USE enum err flow_request_render(const struct step *step,
                                      const struct flow_request_terms *terms,
                                      struct scope *scope,
                                      struct arena *arena,
                                      struct flow_request *ret,
                                      struct error *reterr);

/** Whether the method changes nothing on the other side by its meaning: GET, HEAD, OPTIONS. */
bool flow_request_is_safe(const struct flow_request *request);

/** Whether sending it twice is the same as once by the method's meaning: safe, PUT, DELETE. */
bool flow_request_is_idempotent(const struct flow_request *request);

/* Takes the next piece of a request's bytes; borrowed until return. */
typedef void (*flow_request_put_cb)(void *state, struct slice piece);

/**
 * Hands the request's bytes to `put` piece by piece, for a digest that tells whether two requests
 * are the same: method, URL, headers, body, each with its length before it (8 bytes, big-endian).
 * Secret headers are left out, so that a renewed token is no difference.
 */
void flow_request_feed(const struct flow_request *request, flow_request_put_cb put, void *state);

/** The size of the longest secret flow_request_mask looks for, in bytes. */
size_t flow_request_secret_bytes_max(const struct flow_request *request);

/**
 * `text` with every secret of the connection in it (4 bytes and longer, also as the header that
 * was made of it) replaced by "***". For sentences that quote what the other side said.
 * Looks at each byte once for each secret: cut long texts first, but not closer than
 * flow_request_secret_bytes_max behind what is shown.
 * Returns: text in `arena`; data NULL with it exhausted.
 */
struct slice
flow_request_mask(const struct flow_request *request, struct slice text, struct arena *arena);

#endif
