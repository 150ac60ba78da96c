#include "api/http/http_conn_write_priv.h"

#include "core/base/memory.h"

struct http_conn_write {
    uv_write_t write;
    struct http_conn *conn;
    void (*done)(struct http_conn *conn, int status);
    struct buf head;
    struct buf body;
    size_t head_skip; /* bytes at the start that were sent already */
    size_t body_skip;
    size_t bytes; /* counted in the server's stats.output_bytes */
};

/* Buffers of at most this size are kept for the next response. */
#define KEPT_BYTES ((size_t)16 * 1024)

static void free_write(struct http_conn_write *write)
{
    buf_deinit(&write->head);
    buf_deinit(&write->body);
    memory_free(write);
}

static void on_written(uv_write_t *request, int status)
{
    struct http_conn_write *write = request->data;
    struct http_conn *conn = write->conn;
    void (*done)(struct http_conn *, int) = write->done;
    ASSERT(conn->writes > 0);
    conn->writes--;
    conn->server->stats.output_bytes -= write->bytes;
    free_write(write);
    done(conn, status);
}

static void move_buf(struct buf *to, struct buf *from)
{
    *to = *from;
    buf_init(from, from->max_bytes);
}

/* Owns what is left of conn->out and body behind their first `sent` bytes: `out` and `taken` are
 * moved whole, a borrowed body is copied as far as it is not sent. */
static struct http_conn_write *
make_write(struct http_conn *conn, size_t sent, struct slice body, struct buf *taken)
{
    struct http_conn_write *write = memory_zalloc(1, sizeof *write);
    if (write == NULL) {
        return NULL;
    }
    size_t of_head = sent < conn->out.size ? sent : conn->out.size;
    size_t of_body = sent - of_head;
    buf_init(&write->body, SIZE_MAX);
    if (taken != NULL) {
        move_buf(&write->body, taken);
        write->body_skip = of_body;
    } else {
        buf_put_slice(&write->body, slice_from(body, of_body));
    }
    if (write->body.failed) {
        free_write(write);
        return NULL;
    }
    move_buf(&write->head, &conn->out);
    write->head_skip = of_head;
    write->conn = conn;
    write->write.data = write;
    return write;
}

/* The parts that are not empty, as libuv wants them. Returns: their number. */
static unsigned parts_of(struct slice head, struct slice body, uv_buf_t ret_parts[2])
{
    const struct slice parts[2] = {head, body};
    unsigned count = 0;
    for (size_t i = 0; i < 2; i++) {
        if (parts[i].size > 0) {
            /* libuv does not write through it, but its type is not const. */
            ret_parts[count].base = (char *)(uintptr_t)parts[i].data;
            ret_parts[count].len = parts[i].size;
            count++;
        }
    }
    return count;
}

static bool queue_write(struct http_conn *conn, struct http_conn_write *write)
{
    struct slice head = slice_from(buf_slice(&write->head), write->head_skip);
    struct slice body = slice_from(buf_slice(&write->body), write->body_skip);
    uv_buf_t parts[2];
    unsigned count = parts_of(head, body, parts);
    write->bytes = head.size + body.size;
    if (uv_write(&write->write, &conn->uv.stream, parts, count, on_written) != 0) {
        free_write(write);
        return false;
    }
    conn->server->stats.output_bytes += write->bytes;
    conn->writes++;
    return true;
}

bool http_conn_write_send(struct http_conn *conn,
                          struct slice body,
                          struct buf *taken,
                          void (*done)(struct http_conn *conn, int status))
{
    uv_buf_t parts[2];
    size_t all = conn->out.size + body.size;
    unsigned count = parts_of(buf_slice(&conn->out), body, parts);
    if (count == 0) {
        return true;
    }
    int status = uv_try_write(&conn->uv.stream, parts, count);
    if (status < 0 && status != UV_EAGAIN) {
        return false;
    }
    size_t sent = status < 0 ? 0 : (size_t)status;
    if (sent < all) {
        struct http_conn_write *write = make_write(conn, sent, body, taken);
        if (write == NULL) {
            return false;
        }
        write->done = done;
        if (!queue_write(conn, write)) {
            return false;
        }
    }
    conn->server->stats.sent_bytes += all;
    if (taken != NULL) {
        buf_deinit(taken);
    }
    buf_clear(&conn->out);
    if (conn->out.capacity > KEPT_BYTES) {
        buf_deinit(&conn->out);
    }
    return true;
}
