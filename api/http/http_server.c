#include "api/http/http_server.h"

#include "api/http/http_conn_priv.h"
#include "core/base/limits.h"
#include "core/base/memory.h"

#include <signal.h>

void http_server_options_init(struct http_server_options *options)
{
    *options = (struct http_server_options){
        .connections_max = 1024,
        .head_bytes_max = LIMIT_HEAD_BYTES,
        .header_count_max = LIMIT_HEADER_COUNT,
        .body_total_bytes_max = 256 * MIB,
        .response_bytes_max = 128 * MIB,
        .output_total_bytes_max = 256 * MIB,
        .arena_bytes_max = 16 * MIB,
        .drain_bytes_max = 16 * MIB,
        .drain_timeout_ms = 10000,
        .head_timeout_ms = 10000,
        .body_timeout_ms = 60000,
        .idle_timeout_ms = 75000,
        .write_timeout_ms = 60000,
        .bytes_per_second_min = 256,
        .sweep_interval_ms = 1000,
        .clock = clock_system(),
    };
}

static void renew_date(struct http_server *server)
{
    http_response_date(clock_wall_us(server->options.clock), server->date);
}

/* ---- the sweep and the turn ---- */

static void cut_all(struct http_server *server)
{
    LIST_FOR_EACH(link, &server->conns)
    {
        http_conn_close(LIST_ENTRY(link, struct http_conn, link));
    }
}

/* Requests that the handler has not got whole; what it has is answered. */
static void cut_incoming(struct http_server *server)
{
    LIST_FOR_EACH(link, &server->conns)
    {
        struct http_conn *conn = LIST_ENTRY(link, struct http_conn, link);
        bool answering = conn->in_flight || conn->state == HTTP_CONN_WRITING;
        if (!answering) {
            http_conn_close(conn);
        }
    }
}

static void on_sweep(uv_timer_t *timer)
{
    struct http_server *server = timer->data;
    uint64_t now = uv_now(server->loop);
    renew_date(server);
    LIST_FOR_EACH(link, &server->conns)
    {
        http_conn_sweep(LIST_ENTRY(link, struct http_conn, link), now);
    }
    http_server_listen_retry(server);
    if (server->closing && now >= server->deadline_ms) {
        cut_all(server);
    } else if (server->closing && now >= server->incoming_deadline_ms) {
        cut_incoming(server);
    }
}

static void on_turn(uv_idle_t *idle)
{
    struct http_server *server = idle->data;
    /* Those that come back while we look wait for the next turn. */
    for (size_t left = server->resuming.count; left > 0 && !list_empty(&server->resuming); left--) {
        struct list_link *link = list_pop_front(&server->resuming);
        http_conn_read_pending(LIST_ENTRY(link, struct http_conn, resume_link));
    }
    if (list_empty(&server->resuming)) {
        (void)uv_idle_stop(idle);
    }
}

void http_server_resume_soon(struct http_server *server, struct http_conn *conn)
{
    ASSERT(!list_linked(&conn->resume_link));
    list_push_back(&server->resuming, &conn->resume_link);
    (void)uv_idle_start(&server->resumer, on_turn);
}

/* ---- life ---- */

static struct http_server *make_server(const struct http_server_options *options)
{
    struct http_server *server = memory_zalloc(1, sizeof *server);
    if (server == NULL) {
        return NULL;
    }
    server->read_buffer = memory_alloc(HTTP_SERVER_READ_BYTES);
    if (server->read_buffer == NULL) {
        memory_free(server);
        return NULL;
    }
    server->options = *options;
    server->parse_limits =
        (struct http_parse_limits){options->head_bytes_max, options->header_count_max};
    server->bodies.max_bytes = options->body_total_bytes_max;
    list_init(&server->listeners);
    list_init(&server->conns);
    list_init(&server->orphans);
    list_init(&server->resuming);
    return server;
}

enum err http_server_create(uv_loop_t *loop,
                            const struct http_server_options *options,
                            const struct http_handler *handler,
                            struct http_server **ret_server,
                            struct error *reterr)
{
    struct http_server *server = make_server(options);
    if (server == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "create HTTP server: out of memory");
    }
    server->loop = loop;
    server->handler = *handler;
    /* libuv writes without MSG_NOSIGNAL: a client that has gone would end the process. */
    (void)signal(SIGPIPE, SIG_IGN);
    renew_date(server);
    /* These three cannot fail on a loop that works. */
    (void)uv_timer_init(loop, &server->sweeper);
    (void)uv_idle_init(loop, &server->resumer);
    server->sweeper.data = server->resumer.data = server;
    server->handles_open = 2;
    uint64_t interval = options->sweep_interval_ms;
    (void)uv_timer_start(&server->sweeper, on_sweep, interval, interval);
    *ret_server = server;
    return ERR_OK;
}

static void free_server(struct http_server *server)
{
    LIST_FOR_EACH(link, &server->orphans)
    {
        http_conn_outlive(LIST_ENTRY(link, struct http_conn, link));
    }
    memory_free(server->read_buffer);
    memory_free(server);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct http_server *server = handle->data;
    server->handles_open--;
    http_server_maybe_closed(server);
}

/* The last step once connections and listeners are gone; then free, then tell. */
void http_server_maybe_closed(struct http_server *server)
{
    if (!server->closing || !list_empty(&server->conns) || !list_empty(&server->listeners)) {
        return;
    }
    if (!server->ending) {
        server->ending = true;
        uv_close((uv_handle_t *)&server->sweeper, on_handle_closed);
        uv_close((uv_handle_t *)&server->resumer, on_handle_closed);
    }
    if (server->handles_open > 0) {
        return;
    }
    http_server_closed_cb callback = server->closed_cb;
    void *data = server->closed_data;
    free_server(server);
    callback(data);
}

/* While closing, the sweep comes more often, so that the deadline is kept. */
#define CLOSING_SWEEP_MS 100

static void begin_closing(struct http_server *server)
{
    server->closing = true;
    if (server->options.sweep_interval_ms > CLOSING_SWEEP_MS) {
        (void)uv_timer_start(&server->sweeper, on_sweep, CLOSING_SWEEP_MS, CLOSING_SWEEP_MS);
    }
    http_server_listen_end(server);
    LIST_FOR_EACH(link, &server->conns)
    {
        http_conn_close_idle(LIST_ENTRY(link, struct http_conn, link));
    }
}

void http_server_close(struct http_server *server,
                       uint64_t deadline_ms,
                       http_server_closed_cb callback,
                       void *data)
{
    uint64_t deadline = uv_now(server->loop) + deadline_ms;
    bool again = server->closing;
    if (!again) {
        server->closed_cb = callback;
        server->closed_data = data;
        server->deadline_ms = server->incoming_deadline_ms = deadline;
        begin_closing(server);
    } else if (deadline < server->deadline_ms) {
        server->deadline_ms = deadline;
    }
    if (deadline_ms == 0) {
        cut_all(server);
    }
    http_server_maybe_closed(server);
}

void http_server_close_incoming(struct http_server *server, uint64_t deadline_ms)
{
    ASSERT(server->closing);
    server->incoming_deadline_ms = uv_now(server->loop) + deadline_ms;
}

void http_server_stats(const struct http_server *server, struct http_server_stats *ret_stats)
{
    *ret_stats = server->stats;
    ret_stats->connections = server->conns.count + server->orphans.count;
    ret_stats->body_bytes = server->bodies.used_bytes;
}
