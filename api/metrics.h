/*
 * metrics: GET /metrics, what the server counts, as Prometheus reads it (text format 0.0.4).
 *
 * Figures of the whole server only: no name, id or text of a customer is ever a label, so the
 * number of series is fixed and nothing secret can be among them.
 *
 * Thread: loop.
 */
#ifndef DAYBOOK_API_METRICS_H
#define DAYBOOK_API_METRICS_H

#include "api/http/http.h"
#include "api/server.h"

/** The request is complete and its token known. */
void metrics_on_request(struct server *server, struct http_request *request);

#endif
