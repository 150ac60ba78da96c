#include "api/http/http_conn_priv.h"

#include "api/http/http_conn_write_priv.h"
#include "core/base/memory.h"

/* Small responses of pipelined requests wait for each other up to this size. */
#define CORKED_BYTES ((size_t)32 * 1024)

/* The rest of a body nobody wants is read past, and the connection kept, up to this size. */
#define DISCARDED_BYTES ((size_t)64 * 1024)

static void settle(struct http_conn *conn);

static uint64_t now_ms(const struct http_conn *conn)
{
    return uv_now(conn->server->loop);
}

void http_conn_enter(struct http_conn *conn, enum http_conn_state state)
{
    conn->state = state;
    conn->since_ms = now_ms(conn);
}

/* ---- life ---- */

struct http_conn *http_conn_create(struct http_server *server, bool local)
{
    struct http_conn *conn = memory_zalloc(1, sizeof *conn);
    if (conn == NULL) {
        return NULL;
    }
    int status = local ? uv_pipe_init(server->loop, &conn->uv.pipe, 0)
                       : uv_tcp_init(server->loop, &conn->uv.tcp);
    if (status != 0) {
        memory_free(conn);
        return NULL;
    }
    conn->uv.handle.data = conn;
    conn->shutdown.data = conn;
    conn->server = server;
    conn->local = local;
    list_link_init(&conn->resume_link);
    arena_init(&conn->arena, server->options.arena_bytes_max);
    buf_init(&conn->pending, HTTP_SERVER_READ_BYTES);
    buf_init(&conn->out, SIZE_MAX);
    http_parse_init(&conn->parse, &server->parse_limits, &conn->request, &conn->arena,
                    &server->bodies);
    list_push_back(&server->conns, &conn->link);
    http_conn_enter(conn, HTTP_CONN_IDLE);
    return conn;
}

static void free_conn(struct http_conn *conn)
{
    http_parse_deinit(&conn->parse);
    arena_deinit(&conn->arena);
    buf_deinit(&conn->pending);
    buf_deinit(&conn->out);
    memory_free(conn);
}

static void on_closed(uv_handle_t *handle)
{
    struct http_conn *conn = handle->data;
    struct http_server *server = conn->server;
    list_remove(&server->conns, &conn->link);
    server->turning_away -= conn->turned_away;
    conn->handle_closed = true;
    if (conn->held) {
        list_push_back(&server->orphans, &conn->link);
    } else {
        free_conn(conn);
    }
    http_server_maybe_closed(server);
}

void http_conn_close(struct http_conn *conn)
{
    if (conn->state == HTTP_CONN_CLOSING) {
        return;
    }
    conn->held = conn->state == HTTP_CONN_HANDLER || conn->state == HTTP_CONN_ASKING;
    http_conn_enter(conn, HTTP_CONN_CLOSING);
    if (list_linked(&conn->resume_link)) {
        list_remove(&conn->server->resuming, &conn->resume_link);
    }
    uv_close(&conn->uv.handle, on_closed);
}

void http_conn_release(struct http_conn *conn)
{
    ASSERT(conn->state == HTTP_CONN_CLOSING && conn->held);
    conn->held = false;
    if (!conn->handle_closed) {
        return; /* on_closed frees */
    }
    if (conn->server != NULL) {
        list_remove(&conn->server->orphans, &conn->link);
    }
    free_conn(conn);
}

void http_conn_outlive(struct http_conn *conn)
{
    http_body_disown(&conn->parse.body);
    conn->server = NULL;
}

struct http_conn *http_conn_of(const struct http_request *request)
{
    return LIST_ENTRY(request, struct http_conn, request);
}

void http_conn_close_idle(struct http_conn *conn)
{
    if (conn->state == HTTP_CONN_IDLE && conn->pending.size == 0) {
        http_conn_close(conn);
    }
}

void http_conn_open(struct http_conn *conn)
{
    if (!conn->local) {
        /* Answers are written whole: waiting for more to send would only delay them. */
        (void)uv_tcp_nodelay(&conn->uv.tcp, 1);
    }
    http_conn_read_set(conn, true);
}

void http_conn_turn_away(struct http_conn *conn)
{
    struct http_fault fault;
    (void)http_fault_set(&fault, 503, "overloaded", "The server has too many connections now");
    conn->turned_away = true;
    conn->server->turning_away++;
    http_conn_answer_fault(conn, &fault);
}

/* ---- responding ---- */

static void on_written(struct http_conn *conn, int status)
{
    if (status != 0) {
        http_conn_close(conn);
    } else if (conn->state == HTTP_CONN_WRITING && conn->writes == 0) {
        settle(conn);
    }
}

static void begin_writing(struct http_conn *conn)
{
    http_conn_enter(conn, HTTP_CONN_WRITING);
    conn->started_ms = conn->since_ms;
    conn->queued_bytes = uv_stream_get_write_queue_size(&conn->uv.stream);
    conn->queued_at_start = conn->queued_bytes;
}

void http_conn_flush(struct http_conn *conn)
{
    if (conn->out.size == 0 || conn->state == HTTP_CONN_CLOSING) {
        return;
    }
    if (conn->out.failed ||
        !http_conn_write_send(conn, (struct slice){NULL, 0}, NULL, on_written)) {
        http_conn_close(conn);
    } else if (conn->writes > 0 && http_conn_may_look(conn)) {
        conn->close_after = false;
        begin_writing(conn);
    }
}

void http_conn_forget_request(struct http_conn *conn)
{
    http_parse_reset(&conn->parse);
    arena_reset(&conn->arena);
}

bool http_conn_must_close(struct http_conn *conn)
{
    const struct http_request *request = &conn->request;
    if (!request->keep_alive || conn->server->closing) {
        return true;
    }
    if (conn->state != HTTP_CONN_ASKING || (!request->chunked && request->content_length == 0)) {
        return false;
    }
    /* A client that waits for a 100 may or may not send its body now: nobody can tell. */
    return request->expects_continue || !http_parse_discard(&conn->parse, DISCARDED_BYTES);
}

void http_conn_respond(struct http_conn *conn, struct slice body, struct buf *taken, bool close)
{
    bool held_back = conn->looping && conn->input.size > 0 && !close &&
                     conn->out.size + body.size <= CORKED_BYTES;
    bool good = !conn->out.failed;
    if (good && held_back) {
        buf_put_slice(&conn->out, body);
        good = !conn->out.failed;
    } else if (good) {
        good = http_conn_write_send(conn, body, taken, on_written);
    }
    if (!close && !conn->parse.discarding) {
        http_conn_forget_request(conn);
    }
    conn->close_after = close;
    begin_writing(conn); /* the handler holds it no more */
    if (!good) {
        http_conn_close(conn);
    } else if (conn->writes == 0) {
        settle(conn);
    }
}

static void on_shut_down(uv_shutdown_t *shutdown, int status)
{
    if (status != 0) {
        http_conn_close(shutdown->data);
    }
}

/* The response is out. */
static void settle(struct http_conn *conn)
{
    if (conn->close_after) {
        http_conn_end(conn);
        return;
    }
    if (http_parse_in_body(&conn->parse)) {
        http_conn_enter(conn, HTTP_CONN_BODY);
        conn->started_ms = conn->since_ms;
    } else {
        http_conn_enter(conn, http_parse_begun(&conn->parse) ? HTTP_CONN_HEAD : HTTP_CONN_IDLE);
    }
    if (conn->looping) {
        return; /* the loop looks at what there is */
    }
    if (conn->pending.size > 0) {
        http_server_resume_soon(conn->server, conn);
    } else if (conn->input_ended) {
        http_conn_close(conn);
    } else if (conn->server->closing) {
        http_conn_close_idle(conn);
    } else {
        http_conn_read_set(conn, true);
    }
}

void http_conn_end(struct http_conn *conn)
{
    conn->drained_bytes = 0;
    http_conn_enter(conn, HTTP_CONN_DRAINING);
    http_conn_flush(conn);
    if (conn->state == HTTP_CONN_CLOSING) {
        return;
    }
    if (conn->input_ended || uv_shutdown(&conn->shutdown, &conn->uv.stream, on_shut_down) != 0) {
        http_conn_close(conn);
        return;
    }
    http_conn_read_set(conn, true);
}

void http_conn_answer_fault(struct http_conn *conn, const struct http_fault *fault)
{
    struct http_server *server = conn->server;
    struct buf body;
    buf_init(&body, SIZE_MAX);
    http_response_put_error(&body, fault->code, fault->text);
    struct http_response response = {.status = fault->status,
                                     .content_type = SLICE("application/json")};
    struct http_response_frame frame = {.date = slice_of_text(server->date),
                                        .body_size = body.size,
                                        .close = true,
                                        .retry_later = fault->status == 503};
    http_response_put_head(&conn->out, &response, &frame);
    server->stats.malformed++;
    server->stats.responses[fault->status / 100]++;
    if (body.failed) {
        http_conn_close(conn);
    } else {
        http_conn_respond(conn, buf_slice(&body), &body, true);
    }
    buf_deinit(&body);
}
