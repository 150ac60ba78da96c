/*
 * Variables. The walk over fields has noted for each definition which variables it uses and where;
 * here each operation collects the notes of itself and of all fragments it reaches.
 */
#include "api/graphql/gql_validate_priv.h"

static struct gql_ast_variable *find_variable(const struct gql_ast_operation *operation,
                                              struct slice name)
{
    struct gql_ast_variable *variable = operation->variables;
    while (variable != NULL && !slice_equal(variable->name, name)) {
        variable = variable->next;
    }
    return variable;
}

/* Whether every value of `variable` may stand where `place` is wanted, nulls aside. */
static bool compatible(const struct gql_type_ref *variable, const struct gql_type_ref *place)
{
    while (place->kind != GQL_REF_NAMED || variable->kind != GQL_REF_NAMED) {
        if (place->kind == GQL_REF_NON_NULL && variable->kind != GQL_REF_NON_NULL) {
            return false;
        }
        if (place->kind == GQL_REF_NON_NULL || variable->kind == GQL_REF_NON_NULL) {
            place = gql_ref_nullable(place);
            variable = variable->of;
        } else if (place->kind == GQL_REF_LIST && variable->kind == GQL_REF_LIST) {
            place = place->of;
            variable = variable->of;
        } else {
            return false;
        }
    }
    return place->named == variable->named;
}

/* Specification 5.8.5: a default on either side stands in for a missing value. */
static bool allowed(const struct gql_ast_variable *variable, const struct gql_usage *usage)
{
    const struct gql_type_ref *place = usage->type;
    if (place == NULL || variable->type_ref == NULL) {
        return true; /* anything goes, or the variable's type is an error already */
    }
    if (place->kind == GQL_REF_NON_NULL && variable->type_ref->kind != GQL_REF_NON_NULL &&
        (variable->has_default || usage->has_default)) {
        place = place->of;
    }
    return compatible(variable->type_ref, place);
}

static void undefined_variable(struct gql_validation *validation,
                               const struct gql_ast_operation *operation,
                               const struct gql_ast_value *variable)
{
    struct gql_error *error =
        gql_errors_add(validation->errors, ERR_INVALID, variable->at,
                       "variable \"$%.*s\" is not defined by %s%.*s%s", SLICE_ARGS(variable->text),
                       operation->name.size > 0 ? "operation \"" : "the operation",
                       SLICE_ARGS(operation->name), operation->name.size > 0 ? "\"" : "");
    gql_errors_also_at(validation->errors, error, operation->at);
}

static void check_usage(struct gql_validation *validation,
                        const struct gql_ast_operation *operation,
                        const struct gql_usage *usage)
{
    struct gql_ast_variable *variable = find_variable(operation, usage->variable->text);
    if (variable == NULL) {
        undefined_variable(validation, operation, usage->variable);
        return;
    }
    variable->used = true;
    if (allowed(variable, usage)) {
        return;
    }
    char variable_room[GQL_REF_TEXT_SIZE];
    char place_room[GQL_REF_TEXT_SIZE];
    struct gql_error *error =
        gql_errors_add(validation->errors, ERR_INVALID, usage->variable->at,
                       "variable \"$%.*s\" of type \"%s\" is used where type \"%s\" is expected",
                       SLICE_ARGS(variable->name), gql_ref_text(variable->type_ref, variable_room),
                       gql_ref_text(usage->type, place_room));
    gql_errors_also_at(validation->errors, error, variable->at);
}

static void check_usages(struct gql_validation *validation,
                         const struct gql_ast_operation *operation,
                         const struct gql_usage *first)
{
    for (const struct gql_usage *usage = first; usage != NULL; usage = usage->next) {
        check_usage(validation, operation, usage);
    }
}

/* Every fragment once per operation; nesting is within GQL_NESTING_MAX. */
static void follow_spreads(struct gql_validation *validation,
                           const struct gql_ast_operation *operation,
                           const struct gql_ast_selection *first)
{
    for (const struct gql_ast_selection *selection = first; selection != NULL;
         selection = selection->next) {
        follow_spreads(validation, operation, selection->selections);
        struct gql_ast_fragment *fragment = selection->fragment;
        if (fragment != NULL && fragment->visit_mark != validation->visit_mark) {
            fragment->visit_mark = validation->visit_mark;
            check_usages(validation, operation, fragment->usages);
            follow_spreads(validation, operation, fragment->selections);
        }
    }
}

void gql_validate_variables(struct gql_validation *validation)
{
    for (const struct gql_ast_operation *operation = validation->document->operations;
         operation != NULL; operation = operation->next) {
        validation->visit_mark++;
        check_usages(validation, operation, operation->usages);
        follow_spreads(validation, operation, operation->selections);
        for (const struct gql_ast_variable *variable = operation->variables; variable != NULL;
             variable = variable->next) {
            if (!variable->used) {
                (void)gql_validate_fail(validation, variable->at, "variable \"$%.*s\" is not used",
                                        SLICE_ARGS(variable->name));
            }
        }
    }
}
