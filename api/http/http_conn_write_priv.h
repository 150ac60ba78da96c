/*
 * http_conn_write: bytes out of a connection, at once as far as the socket takes them.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_CONN_WRITE_PRIV_H
#define DAYBOOK_API_HTTP_HTTP_CONN_WRITE_PRIV_H

#include "api/http/http_conn_priv.h"

/** Sends conn->out (empty afterwards), then `body`. What the socket does not take now is queued:
 * conn->writes counts it, and `done` is called when it is through or failed.
 * Takes: `taken`, when not NULL, is the buffer of `body`; left empty.
 * Callback: once for each queued write, after this returns.
 * Returns: false when the connection is broken or memory is gone; close it. */
MUST_USE bool http_conn_write_send(struct http_conn *conn,
                                   struct slice body,
                                   struct buf *taken,
                                   void (*done)(struct http_conn *conn, int status));

#endif
