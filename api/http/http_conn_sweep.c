#include "api/http/http_conn_priv.h"

static bool is_over(uint64_t start_ms, uint64_t timeout_ms, uint64_t now)
{
    return now - start_ms >= timeout_ms;
}

static void time_out(struct http_conn *conn, const char *what)
{
    struct http_fault fault;
    (void)http_fault_set(&fault, 408, "request_timeout", "%s took too long", what);
    http_conn_answer_fault(conn, &fault);
}

/* Less than the least speed, once the timeout has passed since `started_ms`. */
static bool
is_trickling(const struct http_conn *conn, uint64_t bytes, uint64_t timeout, uint64_t now)
{
    uint64_t elapsed = now - conn->started_ms;
    uint64_t least = conn->server->options.bytes_per_second_min;
    return elapsed > timeout && bytes * 1000 / elapsed < least;
}

static void sweep_idle(struct http_conn *conn, uint64_t now)
{
    const struct http_server_options *options = &conn->server->options;
    uint64_t timeout = conn->used ? options->idle_timeout_ms : options->head_timeout_ms;
    if (conn->pending.size > 0) {
        return; /* not idle at all: its turn comes */
    }
    if (is_over(conn->since_ms, timeout, now)) {
        http_conn_close(conn);
    } else if (is_over(conn->since_ms, options->sweep_interval_ms, now)) {
        http_parse_trim(&conn->parse);
        arena_deinit(&conn->arena);
        buf_deinit(&conn->out);
    }
}

static void sweep_body(struct http_conn *conn, uint64_t now)
{
    uint64_t timeout = conn->server->options.body_timeout_ms;
    bool over = is_over(conn->since_ms, timeout, now) ||
                is_trickling(conn, conn->parse.body_bytes, timeout, now);
    if (!over || conn->pending.size > 0) {
        return;
    }
    if (conn->parse.discarding) {
        http_conn_close(conn); /* it has its answer already */
    } else {
        time_out(conn, "The request body");
    }
}

static void sweep_writing(struct http_conn *conn, uint64_t now)
{
    uint64_t timeout = conn->server->options.write_timeout_ms;
    size_t queued = uv_stream_get_write_queue_size(&conn->uv.stream);
    if (queued != conn->queued_bytes) {
        conn->queued_bytes = queued;
        conn->since_ms = now;
    }
    if (is_over(conn->since_ms, timeout, now) ||
        is_trickling(conn, conn->queued_at_start - queued, timeout, now)) {
        http_conn_close(conn);
    }
}

void http_conn_sweep(struct http_conn *conn, uint64_t now)
{
    const struct http_server_options *options = &conn->server->options;
    switch (conn->state) {
    case HTTP_CONN_IDLE:
        sweep_idle(conn, now);
        break;
    case HTTP_CONN_HEAD:
        if (is_over(conn->since_ms, options->head_timeout_ms, now)) {
            time_out(conn, "The request head");
        }
        break;
    case HTTP_CONN_BODY:
        sweep_body(conn, now);
        break;
    case HTTP_CONN_WRITING:
        sweep_writing(conn, now);
        break;
    case HTTP_CONN_DRAINING:
        if (is_over(conn->since_ms, options->drain_timeout_ms, now)) {
            http_conn_close(conn);
        }
        break;
    case HTTP_CONN_ASKING:
    case HTTP_CONN_HANDLER:
    case HTTP_CONN_CLOSING:
        break;
    }
}
