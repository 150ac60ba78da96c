/*
 * gql_request: the body of a GraphQL request over HTTP.
 *
 * `{"query": text, "variables": object or null, "operationName": text or null}`; other members are
 * ignored. One request per body: lists of requests are not served.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_REQUEST_H
#define DAYBOOK_API_GRAPHQL_GQL_REQUEST_H

#include "api/graphql/gql_error.h"
#include "core/base/value.h"

struct gql_request {
    struct slice query;
    struct slice operation_name; /* empty: not given */
    struct value variables;      /* a map, or null */
};

/**
 * Reads a body. What `ret` points at lives in `arena`.
 * Errors: ERR_MALFORMED (not JSON), ERR_INVALID (not such an object, no query), ERR_LIMIT; `errors`
 * tells. The first two are what HTTP calls a bad request.
 */
MUST_USE enum err gql_request_parse(struct slice body,
                                    struct arena *arena,
                                    struct gql_request *ret,
                                    struct gql_errors *errors);

#endif
