/* What many types of the schema have in common: connections, edges, pageInfo, payloads, problems.
 */
#include "api/resolvers/bindings.h"
#include "api/resolvers/graph.h"
#include "api/resolvers/page.h"

static enum err resolve_total(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct page *page = call->parent;
    if (page->total < 0) {
        return error_set(reterr, ERR_LIMIT, "the total cannot be counted here");
    }
    *ret = gql_result_int(page->total);
    return ERR_OK;
}

static const struct gql_binding connection_fields[] = {
    GQL_OBJECTS("edges", struct page, edges),
    GQL_OBJECTS("nodes", struct page, nodes),
    GQL_SELF("pageInfo"),
    GQL_CALL("totalCount", resolve_total),
};

static const struct gql_binding edge_fields[] = {
    GQL_TEXT("cursor", struct page_edge, cursor),
    GQL_OBJECT("node", struct page_edge, node),
};

static const struct gql_binding page_info_fields[] = {
    GQL_TEXT("endCursor", struct page, end_cursor),
    GQL_BOOL("hasNextPage", struct page, has_next),
    GQL_BOOL("hasPreviousPage", struct page, has_previous),
    GQL_TEXT("startCursor", struct page, start_cursor),
};

static const struct gql_binding payload_fields[] = {
    GQL_TEXT("clientMutationId", struct graph_payload, client_mutation_id),
    GQL_OBJECTS("errors", struct graph_payload, errors),
};

static const struct gql_binding error_fields[] = {
    GQL_TEXT("field", struct graph_problem, field),
    GQL_TEXTS("messages", struct graph_problem, messages),
};

static const struct gql_type_binding types[] = {
    GQL_TYPE("*Connection", connection_fields), GQL_TYPE("*Edge", edge_fields),
    GQL_TYPE("PageInfo", page_info_fields),     GQL_TYPE("*Payload", payload_fields),
    GQL_TYPE("ErrorType", error_fields),
};

const struct gql_bindings shared_bindings = {
    .types = types,
    .type_count = sizeof types / sizeof types[0],
};
