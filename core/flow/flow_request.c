#include "core/flow/flow_request.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/definition/component.h"
#include "core/flow/coerce.h"
#include "core/flow/expression.h"
#include "core/flow/flow_request_priv.h"
#include "core/flow/url.h"

enum err
flow_request_input(struct flow_request_rendering *rendering, const char *key, struct value *ret)
{
    struct value value = value_null();
    enum err e = expression_evaluate(definition_input(rendering->step, key), rendering->scope,
                                     rendering->arena, &value, rendering->reterr);
    if (e != ERR_OK) {
        return error_wrap(rendering->reterr, e, "input \"%s\"", key);
    }
    *ret = value;
    return ERR_OK;
}

static void warn(struct flow_request_rendering *rendering, struct slice text)
{
    struct flow_request *request = rendering->request;
    if (request->warning_count < FLOW_REQUEST_WARNINGS_MAX) {
        request->warnings[request->warning_count++] = text;
    }
}

static enum err get_bool(struct flow_request_rendering *rendering, const char *key, bool *ret)
{
    struct value value = value_null();
    enum err e = flow_request_input(rendering, key, &value);
    return e == ERR_OK ? coerce_bool(&value, key, ret, rendering->reterr) : e;
}

static enum err
get_int(struct flow_request_rendering *rendering, const char *key, int64_t max, int64_t *ret)
{
    struct value value = value_null();
    enum err e = flow_request_input(rendering, key, &value);
    return e == ERR_OK ? coerce_int(&value, key, 0, 0, max, ret, rendering->reterr) : e;
}

/* ---- method and URL ---- */

static enum err add_method(struct flow_request_rendering *rendering)
{
    static const char *const methods[] = {"GET",    "POST", "PUT",    "PATCH",
                                          "DELETE", "HEAD", "OPTIONS"};
    struct value value = value_null();
    if (rendering->step->builtin->http_method != NULL) {
        rendering->request->method = slice_of_text(rendering->step->builtin->http_method);
        return ERR_OK;
    }
    enum err e = flow_request_input(rendering, "method", &value);
    if (e != ERR_OK) {
        return e;
    }
    for (size_t i = 0; i < ARRAY_COUNT(methods); i++) {
        if (slice_equal_nocase(slice_trim(value_text_of(&value)), slice_of_text(methods[i]))) {
            rendering->request->method = slice_of_text(methods[i]);
            return ERR_OK;
        }
    }
    return error_set(rendering->reterr, ERR_INVALID,
                     "input \"method\" is not one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS");
}

static enum err put_query(struct flow_request_rendering *rendering, struct buf *url)
{
    struct value value = value_null();
    struct coerce_pair *pairs = NULL;
    uint32_t count = 0;
    enum err e = flow_request_input(rendering, "queryParams", &value);
    if (e == ERR_OK) {
        e = coerce_pairs(&value, "queryParams", rendering->arena, &pairs, &count,
                         rendering->reterr);
    }
    bool has_query = url->size > 0 && memchr(url->data, '?', url->size) != NULL;
    for (uint32_t i = 0; i < count && e == ERR_OK; i++) {
        struct slice text = {NULL, 0};
        e = coerce_text(pairs[i].value, rendering->arena, &text, rendering->reterr);
        buf_put_char(url, has_query ? '&' : '?');
        url_put_encoded(url, pairs[i].name);
        buf_put_char(url, '=');
        url_put_encoded(url, text);
        has_query = true;
    }
    return e;
}

static enum err put_url(struct flow_request_rendering *rendering, struct buf *url)
{
    struct value value = value_null();
    struct slice text = {NULL, 0};
    enum err e = flow_request_input(rendering, "url", &value);
    if (e == ERR_OK) {
        e = coerce_required_text(&value, "url", rendering->arena, &text, rendering->reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    e = url_put_clean(url, text, rendering->reterr);
    if (e != ERR_OK) {
        return error_wrap(rendering->reterr, e, "input \"url\"");
    }
    return put_query(rendering, url);
}

static enum err add_url(struct flow_request_rendering *rendering)
{
    struct flow_request *request = rendering->request;
    struct buf url;
    buf_init(&url, FLOW_REQUEST_URL_BYTES_MAX);
    enum err e = put_url(rendering, &url);
    if (e == ERR_OK && url.failed) {
        e = url.no_memory ? error_set(rendering->reterr, ERR_NO_MEMORY, "a URL: out of memory")
                          : error_set(rendering->reterr, ERR_INVALID,
                                      "input \"url\" is over %zu bytes with its query",
                                      FLOW_REQUEST_URL_BYTES_MAX);
    }
    if (e == ERR_OK) {
        request->url = arena_copy(rendering->arena, buf_slice(&url));
        request->shown_url = url_shown(request->url, rendering->arena);
    }
    buf_deinit(&url);
    if (e == ERR_OK && (request->url.data == NULL || request->shown_url.data == NULL)) {
        return arena_error(rendering->arena, "a URL", rendering->reterr);
    }
    return e;
}

/* ---- headers ---- */

static enum err add_header(struct flow_request_rendering *rendering, const struct coerce_pair *pair)
{
    struct slice text = {NULL, 0};
    if (flow_headers_is_reserved(pair->name)) {
        warn(rendering, arena_format(rendering->arena,
                                     "header %.*s is set by the server itself and was left out",
                                     SLICE_ARGS(pair->name)));
        return ERR_OK;
    }
    enum err e = coerce_text(pair->value, rendering->arena, &text, rendering->reterr);
    if (e == ERR_OK) {
        struct flow_header header = {pair->name, slice_trim(text), false};
        e = flow_headers_set(&rendering->request->headers, header, rendering->reterr);
    }
    return e;
}

static enum err add_headers(struct flow_request_rendering *rendering)
{
    struct value value = value_null();
    struct coerce_pair *pairs = NULL;
    uint32_t count = 0;
    enum err e =
        flow_headers_init(&rendering->request->headers, rendering->arena, rendering->reterr);
    if (e == ERR_OK) {
        e = flow_request_input(rendering, "headers", &value);
    }
    if (e == ERR_OK) {
        e = coerce_pairs(&value, "headers", rendering->arena, &pairs, &count, rendering->reterr);
    }
    for (uint32_t i = 0; i < count && e == ERR_OK; i++) {
        e = add_header(rendering, &pairs[i]);
    }
    return e;
}

static enum err add_idempotency_key(struct flow_request_rendering *rendering)
{
    struct flow_request *request = rendering->request;
    request->idempotency_key = rendering->terms->idempotency_key;
    if (flow_headers_find(&request->headers, "Idempotency-Key") != NULL) {
        return ERR_OK;
    }
    struct flow_header header = {SLICE("Idempotency-Key"), request->idempotency_key, false};
    return flow_headers_set(&request->headers, header, rendering->reterr);
}

/* ---- options ---- */

static enum err add_response_type(struct flow_request_rendering *rendering)
{
    static const struct {
        const char *name;
        enum flow_response_type type;
    } types[] = {{"", FLOW_RESPONSE_JSON},         {"json", FLOW_RESPONSE_JSON},
                 {"text", FLOW_RESPONSE_TEXT},     {"document", FLOW_RESPONSE_TEXT},
                 {"binary", FLOW_RESPONSE_BINARY}, {"arraybuffer", FLOW_RESPONSE_BINARY}};
    struct value value = value_null();
    enum err e = flow_request_input(rendering, "responseType", &value);
    if (e != ERR_OK) {
        return e;
    }
    for (size_t i = 0; i < ARRAY_COUNT(types); i++) {
        if (slice_equal_nocase(slice_trim(value_text_of(&value)), slice_of_text(types[i].name))) {
            rendering->request->response_type = types[i].type;
            return ERR_OK;
        }
    }
    return error_set(rendering->reterr, ERR_INVALID,
                     "input \"responseType\" is not one of json, text, binary, arraybuffer, "
                     "document");
}

static enum err add_timeout(struct flow_request_rendering *rendering)
{
    int64_t ms = 0;
    enum err e = get_int(rendering, "timeout", rendering->terms->timeout_ms_max, &ms);
    if (e == ERR_OK) {
        rendering->request->timeout_ms = ms > 0 ? ms : rendering->terms->timeout_ms_default;
    }
    return e;
}

static enum err add_retries(struct flow_request_rendering *rendering)
{
    struct flow_request *request = rendering->request;
    int64_t retries = 0;
    int64_t delay_ms = 0;
    enum err e = get_int(rendering, "maxRetries", INT32_MAX, &retries);
    if (e == ERR_OK) {
        e = get_int(rendering, "retryDelayMS", INT32_MAX, &delay_ms);
    }
    if (e == ERR_OK) {
        e = get_bool(rendering, "retryOnAllErrors", &request->retry_on_all_errors);
    }
    if (e == ERR_OK) {
        e = get_bool(rendering, "useExponentialBackoff", &request->exponential_backoff);
    }
    if (retries > FLOW_REQUEST_RETRIES_MAX) {
        warn(rendering, SLICE("maxRetries is over 10, the most there are; 10 is used"));
        retries = FLOW_REQUEST_RETRIES_MAX;
    }
    if (delay_ms > FLOW_REQUEST_RETRY_DELAY_MS_MAX) {
        warn(rendering, SLICE("retryDelayMS is over 60000, the longest there is; 60000 is used"));
        delay_ms = FLOW_REQUEST_RETRY_DELAY_MS_MAX;
    }
    request->retries_max = (int32_t)retries;
    request->retry_delay_ms = delay_ms;
    return e;
}

static enum err add_flags(struct flow_request_rendering *rendering)
{
    struct flow_request *request = rendering->request;
    bool debug = false;
    enum err e = get_bool(rendering, "includeFullResponse", &request->include_full_response);
    if (e == ERR_OK) {
        e = get_bool(rendering, "ignoreSslErrors", &request->ignore_ssl_errors);
    }
    if (e == ERR_OK) {
        e = get_bool(rendering, "debugRequest", &debug);
    }
    if (debug) {
        warn(rendering, SLICE("debugRequest is not acted on: requests are never logged, because "
                              "they hold credentials; the journal keeps their digests"));
    }
    return e;
}

enum err flow_request_render(const struct step *step,
                             const struct flow_request_terms *terms,
                             struct scope *scope,
                             struct arena *arena,
                             struct flow_request *ret,
                             struct error *reterr)
{
    static enum err (*const parts[])(struct flow_request_rendering *) = {
        add_method,
        add_url,
        add_headers,
        flow_request_add_body,
        flow_request_add_credentials,
        add_idempotency_key,
        add_response_type,
        add_timeout,
        add_retries,
        add_flags};
    struct flow_request request = {.method = {NULL, 0}};
    struct flow_request_rendering rendering = {step, terms, scope, arena, &request, reterr};
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        enum err e = parts[i](&rendering);
        if (e != ERR_OK) {
            return e;
        }
    }
    if (arena_exhausted(arena)) {
        return arena_error(arena, "the request", reterr);
    }
    *ret = request;
    return ERR_OK;
}

/* ---- questions about a request ---- */

bool flow_request_is_safe(const struct flow_request *request)
{
    return slice_is(request->method, "GET") || slice_is(request->method, "HEAD") ||
           slice_is(request->method, "OPTIONS");
}

bool flow_request_is_idempotent(const struct flow_request *request)
{
    return flow_request_is_safe(request) || slice_is(request->method, "PUT") ||
           slice_is(request->method, "DELETE");
}

static void feed(struct slice piece, flow_request_put_cb put, void *state)
{
    char size[8];
    bytes_put_be64(size, piece.size);
    put(state, slice_of(size, sizeof size));
    put(state, piece);
}

void flow_request_feed(const struct flow_request *request, flow_request_put_cb put, void *state)
{
    feed(request->method, put, state);
    feed(request->url, put, state);
    for (uint32_t i = 0; i < request->headers.count; i++) {
        const struct flow_header *header = &request->headers.items[i];
        if (!header->secret) {
            feed(header->name, put, state);
            feed(header->value, put, state);
        }
    }
    /* An empty name cannot be a header: it separates the body. */
    feed((struct slice){NULL, 0}, put, state);
    feed(request->body, put, state);
}
