/*
 * gql_bind_priv: binding for the schema's users and for its own introspection.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_BIND_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_BIND_PRIV_H

#include "api/graphql/gql_bind.h"

struct gql_type_ref;

/** As gql_schema_bind, for the built-in types or for all others. */
MUST_USE enum err gql_bind(struct gql_schema *schema,
                           const struct gql_bindings *sets,
                           size_t set_count,
                           bool builtin,
                           struct buf *report,
                           struct error *reterr);

/* ---- gql_bind_fit.c ---- */

/** Cuts the first word off a list of words with spaces between; empty at its end. */
struct slice gql_bind_next_word(struct slice *list);

/** Whether a list of words (NULL: none) has one. */
bool gql_bind_has_word(const char *list, struct slice wanted);

/** Whether what a binding reads can be written as a type. */
bool gql_bind_fits(const struct gql_binding *binding, const struct gql_type_ref *type);

#endif
