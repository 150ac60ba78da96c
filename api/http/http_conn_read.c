#include "api/http/http_conn_priv.h"

#include "api/http/http_conn_write_priv.h"

static void look_at(struct http_conn *conn, struct slice input);

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    (void)suggested;
    struct http_conn *conn = handle->data;
    *ret_buf = uv_buf_init(conn->server->read_buffer, HTTP_SERVER_READ_BYTES);
}

static void on_input_end(struct http_conn *conn)
{
    conn->input_ended = true;
    conn->reading = false; /* libuv stops by itself */
    if (http_conn_may_look(conn) || conn->state == HTTP_CONN_DRAINING) {
        http_conn_close(conn);
    }
}

/* Keeps what must wait, and reads no more until it was looked at. */
static void keep_pending(struct http_conn *conn, struct slice input)
{
    ASSERT(conn->pending.size == 0);
    buf_put_slice(&conn->pending, input);
    conn->pending_at = 0;
    if (conn->pending.failed) {
        http_conn_close(conn);
        return;
    }
    http_conn_read_set(conn, false);
}

static void drain(struct http_conn *conn, size_t size)
{
    conn->drained_bytes += size;
    if (conn->drained_bytes > conn->server->options.drain_bytes_max) {
        http_conn_close(conn);
    }
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct http_conn *conn = stream->data;
    if (size == 0) {
        return; /* nothing there after all */
    }
    if (size < 0) {
        if (size == UV_EOF) {
            on_input_end(conn);
        } else {
            http_conn_close(conn);
        }
        return;
    }
    conn->server->stats.received_bytes += (size_t)size;
    struct slice input = slice_of(buf->base, (size_t)size);
    if (conn->state == HTTP_CONN_DRAINING) {
        drain(conn, input.size);
    } else if (http_conn_may_look(conn)) {
        look_at(conn, input);
    } else {
        keep_pending(conn, input);
    }
}

void http_conn_read_set(struct http_conn *conn, bool reading)
{
    if (conn->reading == reading || conn->input_ended || conn->state == HTTP_CONN_CLOSING) {
        return;
    }
    conn->reading = reading;
    if (!reading) {
        (void)uv_read_stop(&conn->uv.stream);
    } else if (uv_read_start(&conn->uv.stream, on_alloc, on_read) != 0) {
        http_conn_close(conn);
    }
}

/* Only if nothing of the body is here already (RFC 9110 section 10.1.1). */
static void say_continue(struct http_conn *conn)
{
    const struct http_request *request = &conn->request;
    bool has_body = request->chunked || request->content_length > 0;
    if (request->expects_continue && has_body && conn->input.size == 0) {
        buf_put_slice(&conn->out, SLICE("HTTP/1.1 100 Continue\r\n\r\n"));
        http_conn_flush(conn);
    }
}

static void ask_handler(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    struct http_request *request = &conn->request;
    conn->used = true;
    request->number = ++server->stats.requests;
    request->local = conn->local;
    request->arena = &conn->arena;
    request->data = NULL;
    http_conn_enter(conn, HTTP_CONN_ASKING);
    size_t limit = server->handler.on_head(request, server->handler.data);
    if (limit == HTTP_RESPONDED) {
        ASSERT(conn->state != HTTP_CONN_ASKING);
        return;
    }
    if (conn->state == HTTP_CONN_CLOSING) { /* the handler has cut off the server */
        http_conn_release(conn);
        return;
    }
    ASSERT(conn->state == HTTP_CONN_ASKING);
    http_conn_enter(conn, HTTP_CONN_BODY);
    conn->started_ms = conn->since_ms;
    if (http_parse_accept(&conn->parse, limit)) {
        say_continue(conn);
    }
}

static void hand_over(struct http_conn *conn)
{
    struct http_server *server = conn->server;
    if (conn->parse.discarding) { /* answered before; this was only the rest of its body */
        http_conn_forget_request(conn);
        http_conn_enter(conn, HTTP_CONN_IDLE);
        return;
    }
    http_conn_enter(conn, HTTP_CONN_HANDLER);
    conn->in_flight = true;
    server->stats.in_flight++;
    server->handler.on_request(&conn->request, server->handler.data);
}

static void note_progress(struct http_conn *conn)
{
    if (conn->state == HTTP_CONN_IDLE && http_parse_begun(&conn->parse)) {
        http_conn_enter(conn, HTTP_CONN_HEAD);
    } else if (conn->state == HTTP_CONN_BODY) {
        http_conn_enter(conn, HTTP_CONN_BODY);
    }
}

/* Returns: false when more input is needed. */
static bool take_step(struct http_conn *conn)
{
    size_t taken = 0;
    enum http_parse_step step = http_parse_feed(&conn->parse, conn->input, &taken);
    conn->input = slice_from(conn->input, taken);
    switch (step) {
    case HTTP_PARSE_MORE:
        note_progress(conn);
        return false;
    case HTTP_PARSE_HEAD:
        ask_handler(conn);
        break;
    case HTTP_PARSE_DONE:
        hand_over(conn);
        break;
    case HTTP_PARSE_FAILED:
        if (conn->parse.discarding) {
            http_conn_end(conn); /* it has its answer already */
        } else {
            http_conn_answer_fault(conn, &conn->parse.fault);
        }
        break;
    }
    return true;
}

/* What the loop left over: `rest` of the pending input, or of a read. */
static void put_by(struct http_conn *conn, struct slice rest)
{
    bool ending = conn->state == HTTP_CONN_DRAINING || conn->state == HTTP_CONN_CLOSING;
    if (ending || rest.size == 0) {
        buf_deinit(&conn->pending);
        http_conn_read_set(conn, true);
    } else if (conn->pending.size > 0) {
        conn->pending_at = conn->pending.size - rest.size;
    } else {
        keep_pending(conn, rest);
    }
}

/* Parses and hands over until the input is used up or a request must be waited for. */
static void look_at(struct http_conn *conn, struct slice input)
{
    ASSERT(!conn->looping);
    conn->looping = true;
    conn->input = input;
    while (http_conn_may_look(conn) && take_step(conn)) {
    }
    conn->looping = false;
    http_conn_flush(conn);
    struct slice rest = conn->input;
    conn->input = (struct slice){NULL, 0};
    put_by(conn, rest);
    if (conn->input_ended && http_conn_may_look(conn)) {
        http_conn_close(conn); /* what is missing will not come */
    }
}

void http_conn_read_pending(struct http_conn *conn)
{
    ASSERT(http_conn_may_look(conn) && conn->pending.size > 0);
    look_at(conn, slice_from(buf_slice(&conn->pending), conn->pending_at));
}
