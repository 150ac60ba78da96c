/*
 * gql_print: parts of a schema as GraphQL text.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_PRINT_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_PRINT_PRIV_H

#include "api/graphql/gql_ast.h"
#include "core/base/buf.h"

/** Appends a literal as it is written in a query. */
void gql_print_value(struct buf *out, const struct gql_ast_value *value);

#endif
