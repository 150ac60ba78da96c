/*
 * http_server (inside): what connections share.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_SERVER_PRIV_H
#define DAYBOOK_API_HTTP_HTTP_SERVER_PRIV_H

#include "api/http/http_budget.h"
#include "api/http/http_parse.h"
#include "api/http/http_response_priv.h"
#include "api/http/http_server.h"
#include "core/base/list.h"

/* One read: all connections read into one buffer, so an idle one needs none. Also the most that a
 * connection holds of pipelined requests. */
#define HTTP_SERVER_READ_BYTES (64 * 1024)

struct http_server {
    uv_loop_t *loop;
    struct http_server_options options;
    struct http_parse_limits parse_limits;
    struct http_handler handler;

    struct list listeners; /* of http_server_listen.c */
    struct list conns;     /* struct http_conn whose handle is open or closing */
    struct list orphans;   /* struct http_conn without a handle, whose request is not responded */
    struct list resuming;  /* struct http_conn with input to look at in the next turn */
    size_t turning_away;   /* of conns, those over the limit that are being told so */

    struct http_budget bodies;
    struct http_server_stats stats; /* bodies and numbers of connections are filled in when asked */

    uv_timer_t sweeper;
    uv_idle_t resumer;
    size_t handles_open; /* listeners, sweeper, resumer */

    bool closing;
    bool ending; /* sweeper and resumer are closing: the last step */
    uint64_t deadline_ms;
    uint64_t incoming_deadline_ms; /* of requests that are not here whole */
    http_server_closed_cb closed_cb;
    void *closed_data;

    char date[HTTP_RESPONSE_DATE_SIZE];
    char *read_buffer; /* HTTP_SERVER_READ_BYTES */
};

struct http_conn;

/** Has the connection's pending input looked at in the next turn of the loop. */
void http_server_resume_soon(struct http_server *server, struct http_conn *conn);

/** Something of the server was closed: if nothing is left, ends the server. May free it. */
void http_server_maybe_closed(struct http_server *server);

/** Accepts what could not be accepted for lack of memory. */
void http_server_listen_retry(struct http_server *server);

/** Closes all listeners. */
void http_server_listen_end(struct http_server *server);

#endif
