/*
 * http_conn: one connection, its one request, and their states.
 *
 *              first byte        head complete        on_head: a limit
 *     ┌► IDLE ───────────► HEAD ───────────────► ASKING ───────────────► BODY ◄─────────┐
 *     │                                            │ http_respond          │ complete    │ rest of
 * a │                                            │ (early)               ▼             │ body not
 *     │   all written, more may come               ▼      http_respond  HANDLER          │ wanted
 *     ├────────────────────────────────────── WRITING ◄────────────────────┘             │
 *     │                                          │ └─────────────────────────────────────┘
 *     │                                          │ all written, to be closed; or a fault
 *     │                                          ▼
 *     └ (a response that the socket takes     DRAINING ──► CLOSING ──► freed, or an orphan
 *        at once passes WRITING by)                                    until http_respond
 *
 * DRAINING: our side is shut down; what the client still sends is read and thrown away, because
 * closing a socket with unread input resets it, and the reset may destroy the answer before the
 * client has read it. Any state may go to CLOSING: the peer broke the connection, a timeout, the
 * server's end.
 *
 * While the handler has the request nothing is parsed. Reading goes on until bytes come, which is
 * how a vanished client is noticed; these bytes wait in `pending` and reading stops. The end of
 * the client's sending is not its end: it still gets its answers.
 *
 * Responses go out at once, unless more pipelined input waits: then small ones are held back and
 * leave together. What the socket does not take is moved to a queued write, the only place
 * where a response costs an allocation.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_CONN_PRIV_H
#define DAYBOOK_API_HTTP_HTTP_CONN_PRIV_H

#include "api/http/http_server_priv.h"

enum http_conn_state {
    HTTP_CONN_IDLE,
    HTTP_CONN_HEAD,
    HTTP_CONN_ASKING,
    HTTP_CONN_BODY,
    HTTP_CONN_HANDLER,
    HTTP_CONN_WRITING,
    HTTP_CONN_DRAINING,
    HTTP_CONN_CLOSING,
};

struct http_conn {
    struct list_link link;        /* in conns or orphans of the server */
    struct list_link resume_link; /* in resuming */
    struct http_server *server;   /* NULL for an orphan that outlived it */
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    uv_shutdown_t shutdown;

    enum http_conn_state state;
    bool local;
    bool turned_away;   /* over the limit of connections: only told so */
    bool used;          /* had a request */
    bool reading;       /* uv_read_start is in force */
    bool input_ended;   /* the client will send no more */
    bool looping;       /* inside http_conn's reading of input */
    bool close_after;   /* of the present response */
    bool in_flight;     /* the handler has the complete request */
    bool held;          /* CLOSING, but the handler still has the request */
    bool handle_closed; /* an orphan */

    uint64_t since_ms;      /* start of the state; in BODY and WRITING the last progress */
    uint64_t started_ms;    /* start of the body or of the writing */
    size_t drained_bytes;   /* in DRAINING */
    size_t queued_bytes;    /* in WRITING: seen at the last progress */
    size_t queued_at_start; /* in WRITING */
    size_t writes;          /* queued writes not done */

    struct http_parse parse;
    struct http_request request;
    struct arena arena;
    struct slice input; /* of the present loop, not looked at yet */
    struct buf pending; /* input that must wait, from pending_at on */
    size_t pending_at;
    struct buf out; /* bytes to send, before the body given beside it */
};

/* ---- http_conn.c: its life, and the way back from a response ---- */

/** A connection for a listener to accept into, in the server's list. Returns: NULL without memory.
 */
struct http_conn *http_conn_create(struct http_server *server, bool local);

/** It was accepted: begins to read. */
void http_conn_open(struct http_conn *conn);

/** It was accepted, but there are too many: says so and closes. */
void http_conn_turn_away(struct http_conn *conn);

/** Closes without another word. Frees later, or when the handler responds. */
void http_conn_close(struct http_conn *conn);

/** The server is closing: closes if nothing is under way. */
void http_conn_close_idle(struct http_conn *conn);

/** The connection of a request. */
struct http_conn *http_conn_of(const struct http_request *request);

/** Before the head of a response is written: whether the connection must close after it. Decides
 * what becomes of a body that was not read. */
bool http_conn_must_close(struct http_conn *conn);

/** The head of the response stands in conn->out: sends it and the body, and goes on.
 * Takes: `taken`, when not NULL, holds the body and is left empty. */
void http_conn_respond(struct http_conn *conn, struct slice body, struct buf *taken, bool close);

/** The client has gone: only ends the request. May free the connection. */
void http_conn_release(struct http_conn *conn);

/** The server of an orphan ends: takes back what it holds of it. */
void http_conn_outlive(struct http_conn *conn);

/** Answers what is no request, or too slow, and closes. */
void http_conn_answer_fault(struct http_conn *conn, const struct http_fault *fault);

/** Changes the state and starts its clock. */
void http_conn_enter(struct http_conn *conn, enum http_conn_state state);

/** Sends what conn->out holds; if the socket does not take it all, waits in WRITING. */
void http_conn_flush(struct http_conn *conn);

/** Sends what conn->out holds, ends our sending, reads past what comes, closes. */
void http_conn_end(struct http_conn *conn);

/** Ready for the next request. */
void http_conn_forget_request(struct http_conn *conn);

/** Whether input may be parsed now. */
static inline bool http_conn_may_look(const struct http_conn *conn)
{
    return conn->state == HTTP_CONN_IDLE || conn->state == HTTP_CONN_HEAD ||
           conn->state == HTTP_CONN_BODY;
}

/* ---- http_conn_read.c: from bytes to the handler ---- */

/** Reads, or reads no more. */
void http_conn_read_set(struct http_conn *conn, bool reading);

/** Looks at pending input. Called by the server, from the loop alone. */
void http_conn_read_pending(struct http_conn *conn);

/* ---- http_conn_sweep.c: what takes too long ---- */

/** Closes or answers what is over its time, frees what an idle one holds. */
void http_conn_sweep(struct http_conn *conn, uint64_t now_ms);

#endif
