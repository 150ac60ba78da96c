/*
 * graphql_route: POST /api.
 *
 *   401   no or wrong token, before the body is read, as {"errors": [...]}
 *   400   the body is no JSON or has no query; Idempotency-Key with other than one mutation
 *   200   everything else, {"data": ..., "errors": ...}
 *
 * Queries for lists run on a pool thread, because a list may look at many rows; what asks for
 * single things is answered on the loop. Mutations wait for the writer.
 *
 * Thread: loop.
 */
#ifndef DAYBOOK_API_ROUTES_GRAPHQL_ROUTE_H
#define DAYBOOK_API_ROUTES_GRAPHQL_ROUTE_H

#include "api/http/http.h"
#include "api/resolvers/documents.h"
#include "api/resolvers/graph.h"

struct graphql_route {
    struct graph *graph;
    struct documents documents;
    size_t in_flight; /* requests being answered */
};

/** The head of a request. Returns: as http_handler.on_head. */
size_t graphql_route_on_head(struct graphql_route *route, struct http_request *request);

/** The request is complete. */
void graphql_route_on_request(struct graphql_route *route, struct http_request *request);

#endif
