/*
 * Directives at one place are at most GQL_MEMBERS_MAX, so they are compared in pairs.
 */
#include "api/graphql/gql_directive_priv.h"

static bool fail(struct gql_coercion *coercion,
                 const struct gql_ast_directive *directive,
                 const char *fault,
                 const char *detail)
{
    (void)gql_errors_add(coercion->errors, ERR_INVALID, directive->at, "directive \"@%.*s\" %s%s",
                         SLICE_ARGS(directive->name), fault, detail);
    return false;
}

static bool stands_before(const struct gql_ast_directive *first,
                          const struct gql_ast_directive *directive)
{
    while (!slice_equal(first->name, directive->name)) {
        first = first->next;
    }
    return first != directive;
}

bool gql_directives_check(const struct gql_schema *schema,
                          struct gql_coercion *coercion,
                          const struct gql_ast_directive *first,
                          enum gql_location_kind location)
{
    bool good = true;
    for (const struct gql_ast_directive *ast = first; ast != NULL; ast = ast->next) {
        const struct gql_directive *directive = gql_schema_directive(schema, ast->name);
        struct value arguments;
        if (directive == NULL) {
            good = fail(coercion, ast, "is not defined", "");
            continue;
        }
        if ((directive->locations >> location & 1) == 0) {
            good = fail(coercion, ast, "may not stand at ", gql_location_kind_name(location));
        }
        if (!directive->repeatable && stands_before(first, ast)) {
            good = fail(coercion, ast, "stands twice at one place", "");
        }
        good = gql_coerce_members(coercion, &(struct gql_owner){.directive = directive},
                                  ast->arguments, ast->at, &arguments) &&
               good;
    }
    return good;
}

const struct gql_ast_directive *gql_directives_find(const struct gql_ast_directive *first,
                                                    const char *name)
{
    while (first != NULL && !slice_is(first->name, name)) {
        first = first->next;
    }
    return first;
}
