/*
 * gql_validate: is an executable document right for a schema? Every rule of section 5 of the
 * October 2021 specification, each in the file that walks what it needs:
 *
 *   gql_validate_definitions.c  5.1 documents, 5.2 operations, 5.5.1.1, 5.5.1.4, 5.5.2.1, 5.5.2.2
 *                               fragments: names, targets, uses, cycles; the size limits
 *   gql_validate_fields.c       5.3.1 selections, 5.3.3 leafs, 5.4 arguments, 5.5.1.2, 5.5.1.3,
 *                               5.5.2.3 where fragments fit, 5.7 directives, and by way of
 *                               gql_coerce 5.6 values
 *   gql_validate_variables.c    5.8 variables
 *   gql_validate_merge.c        5.3.2 fields of the same response name
 *
 * A walk also writes what it found into the tree (which field a selection means, which fragment a
 * spread, coerced constants), so that execution looks nothing up.
 *
 * Each walk visits a definition once, without following spreads, except the last two; those run
 * only on documents whose fragments are known to be acyclic and within the limits.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_VALIDATE_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_VALIDATE_PRIV_H

#include "api/graphql/gql_coerce_priv.h"
#include "api/graphql/gql_error.h"

struct gql_validation {
    const struct gql_schema *schema;
    struct gql_ast_document *document;
    struct arena *arena; /* the document's */
    struct gql_errors *errors;
    uint32_t visit_mark; /* of the current walk through fragments */
};

/**
 * Validates `document` and completes its tree.
 * Returns: ERR_OK, ERR_INVALID or ERR_LIMIT, after adding errors.
 */
MUST_USE enum err gql_validate(const struct gql_schema *schema,
                               struct gql_ast_document *document,
                               struct arena *arena,
                               struct gql_errors *errors);

/** Adds an error of code ERR_INVALID. Returns: false. */
bool gql_validate_fail(struct gql_validation *validation, uint32_t at, const char *format, ...)
    PRINTF_LIKE(3, 4);

/** Returns: false when fragments cannot be followed: unknown ones, cycles, limits. */
bool gql_validate_definitions(struct gql_validation *validation);

/** Fields, arguments, values, directives, of each definition by itself. */
void gql_validate_fields(struct gql_validation *validation);

/** Variables of each operation, through the fragments it uses. */
void gql_validate_variables(struct gql_validation *validation);

/** Whether fields of the same response name can be merged. The document must be right otherwise. */
void gql_validate_merge(struct gql_validation *validation);

#endif
