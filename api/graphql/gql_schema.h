/*
 * gql_schema: the types of an API, built from schema text.
 *
 * Happy path, at the start of the program: gql_schema_create with the text, gql_schema_bind
 * (gql_bind.h) with the resolvers, then read-only use from any thread until gql_schema_destroy.
 *
 * The text is checked as section 3 of the October 2021 specification demands; a schema with any
 * fault is not built. Of custom scalars only those that the engine knows may be declared
 * (gql_scalar.h). Subscriptions are not served, so a subscription root is refused.
 *
 * The built-in scalars, directives (@skip, @include, @deprecated, @specifiedBy) and introspection
 * types come by themselves.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_SCHEMA_H
#define DAYBOOK_API_GRAPHQL_GQL_SCHEMA_H

#include "api/graphql/gql_error.h"

struct gql_schema;

enum gql_operation_kind {
    GQL_QUERY,
    GQL_MUTATION,
    GQL_SUBSCRIPTION,
};

/**
 * Builds a schema from SDL text, which is copied.
 * Takes: `errors` may be NULL; else it gets every fault with its place.
 * Returns: ERR_OK, and the schema belongs to the caller.
 * Errors: ERR_MALFORMED (syntax), ERR_INVALID (the types do not fit), ERR_LIMIT, ERR_NO_MEMORY;
 * `reterr` gets the first fault as a sentence.
 */
MUST_USE enum err gql_schema_create(struct slice sdl,
                                    struct gql_schema **ret,
                                    struct gql_errors *errors,
                                    struct error *reterr);

/** Frees a schema and sets the pointer to NULL. No document or operation of it may be left. */
void gql_schema_destroy(struct gql_schema **schema);

/** The text it was built from. */
struct slice gql_schema_text(const struct gql_schema *schema);

#endif
