/*
 * gql_coerce: literals and JSON variables to the values that resolvers get.
 *
 * One walk serves two times. While a document is validated, it reports everything that does not fit
 * and notes which variables are used where; while an operation runs, it puts the variables' values
 * in. So what validation let pass and what execution does cannot drift apart.
 *
 * Our reading of null: an explicit null for an argument, a variable or an input field that may be
 * null is the same as leaving it out, so its default applies. Clients send null for "no filter"
 * and "not given" alike. Null items of lists stay.
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_COERCE_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_COERCE_PRIV_H

#include "api/graphql/gql_error.h"
#include "api/graphql/gql_type_priv.h"

/* A place where a variable is used, noted while validating. */
struct gql_usage {
    const struct gql_ast_value *variable;
    const struct gql_type_ref *type; /* wanted there; NULL: anything */
    bool has_default;                /* the place has a default that is not null */
    struct gql_usage *next;
};

struct gql_coercion {
    struct arena *arena; /* of the values */
    struct gql_errors *errors;
    struct gql_usage **usages;     /* validating: where the next one is linked; NULL: executing */
    const struct value *variables; /* executing: the coerced ones, a map */
    const struct gql_path *path;   /* executing: of the field, for errors */
};

/* Whose arguments or fields are coerced; one of the three is set. */
struct gql_owner {
    const struct gql_field *field;
    const struct gql_directive *directive;
    const struct gql_type *type;
};

/**
 * A literal as a value of `type`. Where a variable stands while validating, the value is null.
 * Returns: false after adding errors.
 */
bool gql_coerce_literal(struct gql_coercion *coercion,
                        const struct gql_type_ref *type,
                        const struct gql_ast_value *literal,
                        struct value *ret);

/**
 * Given arguments (or fields of an object literal) against their definitions, as a map in the order
 * of the definitions. `at` is where a missing one is reported.
 * Returns: false after adding errors.
 */
bool gql_coerce_members(struct gql_coercion *coercion,
                        const struct gql_owner *owner,
                        const struct gql_ast_argument *given,
                        uint32_t at,
                        struct value *ret);

/**
 * The variables of an operation from the JSON object `given` (NULL: none), as a map of those that
 * have a value. Undeclared ones are ignored. Texts are copied.
 * Returns: false after adding errors.
 */
bool gql_coerce_variables(struct gql_coercion *coercion,
                          const struct gql_ast_operation *operation,
                          const struct value *given,
                          struct value *ret);

#endif
