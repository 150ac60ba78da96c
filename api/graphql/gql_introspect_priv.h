/*
 * gql_introspect: the schema about itself (specification, section 4).
 *
 * Introspection is an API like any other: its types are schema text (gql_prelude.c) and its
 * resolvers are bindings, checked and executed by the same code. Its objects are the schema's own
 * structs: __Type is a struct gql_type_ref, so that lists and non-null marks are types too.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_INTROSPECT_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_INTROSPECT_PRIV_H

#include "api/graphql/gql_schema.h"

/** Binds the introspection types and the meta fields of a schema. Errors: ERR_INVALID. */
MUST_USE enum err gql_introspect_bind(struct gql_schema *schema, struct error *reterr);

#endif
