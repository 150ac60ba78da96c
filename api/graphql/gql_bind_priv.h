/*
 * gql_bind_priv: binding for the schema's users and for its own introspection.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_BIND_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_BIND_PRIV_H

#include "api/graphql/gql_bind.h"

/** As gql_schema_bind, for the built-in types or for all others. */
MUST_USE enum err gql_bind(struct gql_schema *schema,
                           const struct gql_bindings *sets,
                           size_t set_count,
                           bool builtin,
                           struct buf *report,
                           struct error *reterr);

#endif
