#include "api/http/http_client_priv.h"

#include "core/base/limits.h"
#include "core/base/memory.h"

#include <stdio.h>

/* How often requests are searched for one whose time is over: in line, where libcurl does not know
 * it, and running, where libcurl's own timer has been seen to fail after it ran out of memory. */
#define SWEEP_MS 1000

static void deliver_soon(struct http_client *client);

void http_client_options_init(struct http_client_options *options)
{
    *options = (struct http_client_options){
        .transfers_max = 64,
        .waiting_max = 1000,
        .request_total_bytes_max = 256 * MIB,
        .response_total_bytes_max = 256 * MIB,
        .connect_timeout_ms = 10000,
        .stall_timeout_s = 60,
        .kept_connections_max = 64,
        .user_agent = "daybook/" DAYBOOK_VERSION,
    };
}

const char *http_client_failure_name(enum http_client_failure failure)
{
    static const char *const names[] = {
        [HTTP_CLIENT_OK] = "ok",
        [HTTP_CLIENT_RESOLVE] = "resolve",
        [HTTP_CLIENT_CONNECT] = "connect",
        [HTTP_CLIENT_TLS] = "tls",
        [HTTP_CLIENT_BROKEN] = "broken",
        [HTTP_CLIENT_TIMEOUT] = "timeout",
        [HTTP_CLIENT_TOO_LARGE] = "too_large",
        [HTTP_CLIENT_ADDRESS_REFUSED] = "address_refused",
        [HTTP_CLIENT_REDIRECT] = "redirect",
        [HTTP_CLIENT_OVERLOADED] = "overloaded",
        [HTTP_CLIENT_CANCELED] = "canceled",
    };
    ASSERT((size_t)failure < ARRAY_COUNT(names));
    return names[failure];
}

/* ---- through the three lists ---- */

static struct list *list_of(struct http_client_transfer *transfer)
{
    struct http_client *client = transfer->client;
    switch (transfer->state) {
    case HTTP_TRANSFER_WAITING:
        return &client->waiting;
    case HTTP_TRANSFER_RUNNING:
        return &client->running;
    case HTTP_TRANSFER_FINISHED:
        return &client->finished;
    }
    UNREACHABLE("a transfer has three states");
}

static void move(struct http_client_transfer *transfer, enum http_transfer_state state)
{
    if (list_linked(&transfer->link)) {
        list_remove(list_of(transfer), &transfer->link);
    }
    transfer->state = state;
    list_push_back(list_of(transfer), &transfer->link);
}

static void finish(struct http_client_transfer *transfer)
{
    transfer->result.duration_ms = uv_now(transfer->client->loop) - transfer->started_ms;
    move(transfer, HTTP_TRANSFER_FINISHED);
    deliver_soon(transfer->client);
}

/* Begins, or goes on with the next hop. What cannot begin is finished. */
static void run(struct http_client_transfer *transfer)
{
    struct http_client *client = transfer->client;
    struct error error;
    uint64_t now = uv_now(client->loop);
    move(transfer, HTTP_TRANSFER_RUNNING);
    if (now >= transfer->deadline_ms) {
        http_transfer_fail(transfer, HTTP_CLIENT_TIMEOUT, ERR_TIMEOUT,
                           "request %s: no complete answer within %llu ms", transfer->target.host,
                           (unsigned long long)transfer->request.timeout_ms);
        finish(transfer);
        return;
    }
    enum err code = http_transfer_prepare(transfer, now, &error);
    if (code == ERR_OK) {
        code = http_multi_add(&client->multi, transfer->easy, &error);
    }
    if (code != ERR_OK) {
        http_transfer_fail(transfer, HTTP_CLIENT_OVERLOADED, code, "%s", error.text);
        finish(transfer);
    }
}

static void run_waiting(struct http_client *client)
{
    while (!client->closing && !list_empty(&client->waiting) &&
           client->running.count < client->options.transfers_max) {
        run(LIST_ENTRY(list_front(&client->waiting), struct http_client_transfer, link));
    }
    if (list_empty(&client->waiting) && list_empty(&client->running)) {
        (void)uv_timer_stop(&client->sweeper);
    }
}

/* From http_multi: the handle is out of libcurl. */
static void on_done(CURL *easy, CURLcode code, void *data)
{
    (void)data;
    char *private = NULL;
    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    struct http_client_transfer *transfer = (void *)private;
    if (http_transfer_conclude(transfer, code)) {
        run(transfer);
    } else {
        finish(transfer);
    }
}

/* ---- delivering ---- */

static void on_handle_closed(uv_handle_t *handle);
static void on_multi_closed(void *data);

static void maybe_closed(struct http_client *client)
{
    if (!client->closing || client->delivering || http_client_count(client) > 0) {
        return;
    }
    if (!client->ending) {
        client->ending = true;
        uv_close((uv_handle_t *)&client->deliverer, on_handle_closed);
        uv_close((uv_handle_t *)&client->sweeper, on_handle_closed);
        http_multi_close(&client->multi, on_multi_closed);
    }
    if (client->handles_open > 0) {
        return;
    }
    void (*closed)(void *) = client->closed;
    void *data = client->closed_data;
    memory_free(client);
    curl_global_cleanup();
    closed(data);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct http_client *client = handle->data;
    client->handles_open--;
    maybe_closed(client);
}

static void on_multi_closed(void *data)
{
    struct http_client *client = data;
    client->handles_open--;
    maybe_closed(client);
}

static void deliver(struct http_client_transfer *transfer)
{
    struct http_client *client = transfer->client;
    list_remove(&client->finished, &transfer->link);
    client->stats.results[transfer->result.failure]++;
    transfer->done(&transfer->result, transfer->data);
    http_budget_give(&client->requests, transfer->request.body.size);
    http_transfer_destroy(transfer);
}

/* In a turn of its own, so that no callback comes from inside a call of the user's. */
static void on_deliver(uv_idle_t *idle)
{
    struct http_client *client = idle->data;
    client->delivering = true;
    for (size_t left = client->finished.count; left > 0; left--) {
        deliver(LIST_ENTRY(list_front(&client->finished), struct http_client_transfer, link));
    }
    client->delivering = false;
    if (list_empty(&client->finished)) {
        (void)uv_idle_stop(idle);
    }
    run_waiting(client);
    maybe_closed(client);
}

static void deliver_soon(struct http_client *client)
{
    (void)uv_idle_start(&client->deliverer, on_deliver);
}

static void time_out(struct http_client_transfer *transfer, const char *where)
{
    if (transfer->state == HTTP_TRANSFER_RUNNING) {
        http_multi_remove(&transfer->client->multi, transfer->easy);
    }
    http_transfer_fail(transfer, HTTP_CLIENT_TIMEOUT, ERR_TIMEOUT,
                       "request %s: no complete answer within %llu ms, %s", transfer->target.host,
                       (unsigned long long)transfer->request.timeout_ms, where);
    finish(transfer);
}

static void sweep(struct list *list, uint64_t now, const char *where)
{
    LIST_FOR_EACH(link, list)
    {
        struct http_client_transfer *transfer = LIST_ENTRY(link, struct http_client_transfer, link);
        if (now >= transfer->deadline_ms) {
            time_out(transfer, where);
        }
    }
}

static void on_sweep(uv_timer_t *timer)
{
    struct http_client *client = timer->data;
    uint64_t now = uv_now(client->loop);
    sweep(&client->waiting, now, "it waited for others to end");
    if (now > SWEEP_MS) { /* libcurl comes first */
        sweep(&client->running, now - SWEEP_MS, "its connection was not heard of");
    }
}

/* ---- for the user ---- */

static char *duplicate(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memory_alloc(size);
    return copy == NULL ? NULL : memcpy(copy, text, size);
}

enum err http_client_create(uv_loop_t *loop,
                            const struct http_client_options *options,
                            struct http_client **ret_client,
                            struct error *reterr)
{
    if (options->ca_file != NULL && strlen(options->ca_file) >= HTTP_CLIENT_CA_FILE_SIZE) {
        return error_set(reterr, ERR_INVALID, "the path of the file of certificates is too long");
    }
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, memory_alloc, memory_free, memory_realloc,
                             duplicate, memory_zalloc) != CURLE_OK) {
        return error_set(reterr, ERR_IO, "ready libcurl: it does not start");
    }
    struct http_client *client = memory_zalloc(1, sizeof *client);
    if (client == NULL) {
        curl_global_cleanup();
        return error_set(reterr, ERR_NO_MEMORY, "create HTTP client: out of memory");
    }
    enum err code = http_multi_init(&client->multi, loop, options->kept_connections_max, on_done,
                                    client, reterr);
    if (code != ERR_OK) {
        memory_free(client);
        curl_global_cleanup();
        return error_wrap(reterr, code, "create HTTP client");
    }
    client->loop = loop;
    client->options = *options;
    (void)snprintf(client->user_agent, sizeof client->user_agent, "%s", options->user_agent);
    client->options.user_agent = client->user_agent;
    if (options->ca_file != NULL) {
        (void)snprintf(client->ca_file, sizeof client->ca_file, "%s", options->ca_file);
        client->options.ca_file = client->ca_file;
    }
    client->requests.max_bytes = options->request_total_bytes_max;
    client->responses.max_bytes = options->response_total_bytes_max;
    list_init(&client->waiting);
    list_init(&client->running);
    list_init(&client->finished);
    (void)uv_idle_init(loop, &client->deliverer); /* neither of the two can fail */
    (void)uv_timer_init(loop, &client->sweeper);
    client->deliverer.data = client->sweeper.data = client;
    client->handles_open = 3;
    *ret_client = client;
    return ERR_OK;
}

static enum err check_room(struct http_client *client,
                           const struct http_client_request *request,
                           struct error *reterr)
{
    if (client->closing) {
        return error_set(reterr, ERR_CLOSED, "the HTTP client is closing");
    }
    if (client->waiting.count >= client->options.waiting_max) {
        return error_set(reterr, ERR_LIMIT, "%zu requests are waiting already",
                         client->waiting.count);
    }
    if (!http_budget_take(&client->requests, request->body.size)) {
        return error_set(reterr, ERR_LIMIT, "request bodies that wait or run are over %zu bytes",
                         client->requests.max_bytes);
    }
    return ERR_OK;
}

enum err http_client_start(struct http_client *client,
                           const struct http_client_request *request,
                           http_client_done done,
                           void *data,
                           struct http_client_transfer **ret_transfer,
                           struct error *reterr)
{
    enum err code = check_room(client, request, reterr);
    if (code != ERR_OK) {
        return code;
    }
    struct http_client_transfer *transfer;
    code = http_transfer_create(client, request, &transfer, reterr);
    if (code != ERR_OK) {
        http_budget_give(&client->requests, request->body.size);
        return code;
    }
    transfer->done = done;
    transfer->data = data;
    transfer->started_ms = uv_now(client->loop);
    transfer->deadline_ms = transfer->started_ms + transfer->request.timeout_ms;
    move(transfer, HTTP_TRANSFER_WAITING);
    run_waiting(client);
    if (!uv_is_active((uv_handle_t *)&client->sweeper)) {
        (void)uv_timer_start(&client->sweeper, on_sweep, SWEEP_MS, SWEEP_MS);
    }
    if (ret_transfer != NULL) {
        *ret_transfer = transfer;
    }
    return ERR_OK;
}

void http_client_cancel(struct http_client_transfer *transfer)
{
    if (transfer->state == HTTP_TRANSFER_FINISHED) {
        return;
    }
    if (transfer->state == HTTP_TRANSFER_RUNNING) {
        http_multi_remove(&transfer->client->multi, transfer->easy);
    }
    http_transfer_fail(transfer, HTTP_CLIENT_CANCELED, ERR_CANCELED, "request %s: canceled",
                       transfer->target.host);
    finish(transfer);
}

size_t http_client_count(const struct http_client *client)
{
    return client->waiting.count + client->running.count + client->finished.count;
}

struct http_client_stats http_client_stats(const struct http_client *client)
{
    struct http_client_stats stats = client->stats;
    stats.running = client->running.count;
    stats.waiting = client->waiting.count;
    stats.request_bytes = client->requests.used_bytes;
    stats.response_bytes = client->responses.used_bytes;
    return stats;
}

static void cancel_all(struct list *list)
{
    while (!list_empty(list)) {
        http_client_cancel(LIST_ENTRY(list_front(list), struct http_client_transfer, link));
    }
}

void http_client_close(struct http_client *client, void (*closed)(void *data), void *data)
{
    ASSERT(!client->closing);
    client->closing = true;
    client->closed = closed;
    client->closed_data = data;
    cancel_all(&client->waiting);
    cancel_all(&client->running);
    maybe_closed(client);
}
