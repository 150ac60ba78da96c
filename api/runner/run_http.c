/* The outside effect: an HTTP request through the client, and its answer as an outcome of the
 * machine. */
#include "api/runner/runner_priv.h"
#include "core/base/failpoint.h"
#include "core/base/memory.h"

/* One request under way. Outlives the run when it is canceled: the client answers later. */
struct outbound {
    struct run *run; /* NULL: canceled, nobody listens */
    struct http_client_transfer *transfer;
};

static enum error_class class_of(enum http_client_failure failure)
{
    switch (failure) {
    case HTTP_CLIENT_TIMEOUT:
        return ERROR_CLASS_TIMEOUT;
    case HTTP_CLIENT_TOO_LARGE:
        return ERROR_CLASS_LIMIT;
    case HTTP_CLIENT_ADDRESS_REFUSED:
        return ERROR_CLASS_REFUSED_TARGET;
    case HTTP_CLIENT_OK:
    case HTTP_CLIENT_RESOLVE:
    case HTTP_CLIENT_CONNECT:
    case HTTP_CLIENT_TLS:
    case HTTP_CLIENT_BROKEN:
    case HTTP_CLIENT_REDIRECT:
    case HTTP_CLIENT_OVERLOADED:
    case HTTP_CLIENT_CANCELED:
        break;
    }
    return ERROR_CLASS_CONNECTION;
}

static void resolve_reply(struct run *run, const struct http_client_result *result)
{
    struct flow_header headers[FLOW_HEADERS_MAX];
    struct flow_reply reply = {
        .status = result->status, .headers = headers, .body = buf_slice(result->body)};
    for (size_t i = 0; i < result->header_count && reply.header_count < FLOW_HEADERS_MAX; i++) {
        headers[reply.header_count++] = (struct flow_header){.name = result->headers[i].name,
                                                             .value = result->headers[i].value};
    }
    struct flow_outcome outcome = {.kind = FLOW_REPLIED, .reply = &reply};
    run_resolve(run, &outcome);
}

static void on_done(struct http_client_result *result, void *data)
{
    struct outbound *outbound = data;
    struct run *run = outbound->run;
    memory_free(outbound);
    if (run == NULL) {
        return;
    }
    run->outbound = NULL;
    run->runner->stats.outside--;
    (void)failpoint_hit(FAILPOINT_RUN_AFTER_EFFECT); /* a place to die at; it has no error */
    if (result->code == ERR_OK) {
        resolve_reply(run, result);
        return;
    }
    struct flow_outcome outcome = {.kind = FLOW_NO_ANSWER,
                                   .error = class_of(result->failure),
                                   .text = slice_of_text(error_text(&result->error))};
    run_resolve(run, &outcome);
}

static void split_headers(const struct flow_headers *source,
                          struct http_header *plain,
                          size_t *plain_count,
                          struct http_header *secret,
                          size_t *secret_count)
{
    for (uint32_t i = 0; i < source->count; i++) {
        struct http_header header = {source->items[i].name, source->items[i].value};
        if (source->items[i].secret) {
            secret[(*secret_count)++] = header;
        } else {
            plain[(*plain_count)++] = header;
        }
    }
}

enum err run_http_start(struct run *run, struct error *reterr)
{
    const struct flow_request *source = run->effect.request;
    struct http_header plain[FLOW_HEADERS_MAX];
    struct http_header secret[FLOW_HEADERS_MAX];
    struct http_client_request request = {
        .method = source->method,
        .url = source->url,
        .headers = plain,
        .secret_headers = secret,
        .body = source->has_body ? source->body : (struct slice){NULL, 0},
        .timeout_ms = (uint64_t)source->timeout_ms,
        .response_bytes_max = LIMIT_STEP_RESULT_BYTES,
    };
    split_headers(&source->headers, plain, &request.header_count, secret,
                  &request.secret_header_count);
    struct outbound *outbound = memory_zalloc(1, sizeof *outbound);
    if (outbound == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for an outbound request");
    }
    outbound->run = run;
    enum err e = failpoint_check(FAILPOINT_RUN_BEFORE_EFFECT, reterr);
    e = e != ERR_OK ? e
                    : http_client_start(run->runner->options.client, &request, on_done, outbound,
                                        &outbound->transfer, reterr);
    if (e != ERR_OK) {
        memory_free(outbound);
        return e;
    }
    run->outbound = outbound;
    run->runner->stats.outside++;
    return ERR_OK;
}

void run_http_cancel(struct run *run)
{
    struct outbound *outbound = run->outbound;
    run->outbound = NULL;
    run->runner->stats.outside--;
    outbound->run = NULL;
    http_client_cancel(outbound->transfer);
}
