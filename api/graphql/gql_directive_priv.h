/*
 * gql_directive: are directives in their place? The same question for queries and schemas.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_DIRECTIVE_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_DIRECTIVE_PRIV_H

#include "api/graphql/gql_coerce_priv.h"

/**
 * Checks the directives at one place: defined, allowed there, not repeated unless they may be,
 * their arguments right. Returns: false after adding errors.
 */
bool gql_directives_check(const struct gql_schema *schema,
                          struct gql_coercion *coercion,
                          const struct gql_ast_directive *first,
                          enum gql_location_kind location);

/** The directive of a name at a place. Returns: NULL when it is not there. */
const struct gql_ast_directive *gql_directives_find(const struct gql_ast_directive *first,
                                                    const char *name);

#endif
