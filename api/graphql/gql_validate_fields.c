/*
 * Everything that can be said of a definition without following its spreads: fields, leafs,
 * arguments, directives, type conditions.
 */
#include "api/graphql/gql_directive_priv.h"
#include "api/graphql/gql_validate_priv.h"

/* A walk over one definition. Bounded by the parser's limit on nesting. */
struct walk {
    struct gql_validation *validation;
    struct gql_coercion coercion; /* notes variables for the definition */
};

static struct walk walk_of(struct gql_validation *validation, struct gql_usage **usages)
{
    return (struct walk){
        validation, {.arena = validation->arena, .errors = validation->errors, .usages = usages}};
}

static void check_directives(struct walk *walk,
                             const struct gql_ast_directive *directives,
                             enum gql_location_kind location)
{
    (void)gql_directives_check(walk->validation->schema, &walk->coercion, directives, location);
}

/* The condition of @skip or @include; NULL where it does not stand. */
static const struct gql_ast_value *condition(const struct gql_ast_selection *selection,
                                             const char *name)
{
    const struct gql_ast_directive *directive = gql_directives_find(selection->directives, name);
    const struct gql_ast_argument *argument =
        directive != NULL ? gql_argument_find(directive->arguments, SLICE("if")) : NULL;
    return argument != NULL ? argument->value : NULL;
}

static void check_selection_directives(struct walk *walk, struct gql_ast_selection *selection)
{
    static const enum gql_location_kind locations[] = {
        [GQL_AST_FIELD] = GQL_AT_FIELD,
        [GQL_AST_SPREAD] = GQL_AT_FRAGMENT_SPREAD,
        [GQL_AST_INLINE] = GQL_AT_INLINE_FRAGMENT,
    };
    if (selection->directives == NULL) {
        return;
    }
    check_directives(walk, selection->directives, locations[selection->kind]);
    selection->skip_if = condition(selection, "skip");
    selection->include_if = condition(selection, "include");
}

static void check_leaf(struct walk *walk, const struct gql_ast_selection *selection)
{
    const struct gql_field *field = selection->field;
    bool composite = gql_type_is_composite(field->type->named);
    char room[GQL_REF_TEXT_SIZE];
    if (composite && selection->selections == NULL) {
        (void)gql_validate_fail(walk->validation, selection->at,
                                "field \"%.*s\" of type \"%s\" needs a selection of fields",
                                SLICE_ARGS(field->name), gql_ref_text(field->type, room));
    } else if (!composite && selection->selections != NULL) {
        (void)gql_validate_fail(walk->validation, selection->selections->at,
                                "field \"%.*s\" of type \"%s\" has no fields to select",
                                SLICE_ARGS(field->name), gql_ref_text(field->type, room));
    }
}

static void check_arguments(struct walk *walk, struct gql_ast_selection *selection)
{
    selection->constant = true;
    for (const struct gql_ast_argument *argument = selection->arguments; argument != NULL;
         argument = argument->next) {
        selection->constant = selection->constant && !argument->value->has_variable;
    }
    (void)gql_coerce_members(&walk->coercion, &(struct gql_owner){.field = selection->field},
                             selection->arguments, selection->at, &selection->arguments_value);
}

static const struct gql_type *
check_field(struct walk *walk, struct gql_ast_selection *selection, const struct gql_type *parent)
{
    if (parent == NULL) {
        return NULL;
    }
    selection->field = gql_schema_field(walk->validation->schema, parent, selection->name);
    if (selection->field == NULL) {
        (void)gql_validate_fail(walk->validation, selection->name_at,
                                "Cannot query field \"%.*s\" on type \"%.*s\".",
                                SLICE_ARGS(selection->name), SLICE_ARGS(parent->name));
        return NULL;
    }
    check_arguments(walk, selection);
    check_leaf(walk, selection);
    const struct gql_type *named = selection->field->type->named;
    return gql_type_is_composite(named) ? named : NULL;
}

static void check_possible(struct walk *walk,
                           const struct gql_ast_selection *selection,
                           const struct gql_type *parent,
                           const struct gql_type *type)
{
    if (parent != NULL && type != NULL && !gql_type_overlap(parent, type)) {
        (void)gql_validate_fail(walk->validation, selection->at,
                                "a fragment on \"%.*s\" never applies to type \"%.*s\"",
                                SLICE_ARGS(type->name), SLICE_ARGS(parent->name));
    }
}

static const struct gql_type *
check_inline(struct walk *walk, struct gql_ast_selection *selection, const struct gql_type *parent)
{
    if (selection->name.size == 0) {
        return parent;
    }
    const struct gql_type *type = gql_schema_type(walk->validation->schema, selection->name);
    if (type == NULL) {
        (void)gql_validate_fail(walk->validation, selection->name_at, "unknown type \"%.*s\"",
                                SLICE_ARGS(selection->name));
        return NULL;
    }
    if (!gql_type_is_composite(type)) {
        (void)gql_validate_fail(walk->validation, selection->name_at,
                                "a fragment cannot be on type \"%.*s\", which has no fields",
                                SLICE_ARGS(type->name));
        return NULL;
    }
    check_possible(walk, selection, parent, type);
    selection->condition = type;
    return type;
}

/* `parent` is NULL below something unknown: then only what needs no type is checked. */
static void
check_selections(struct walk *walk, struct gql_ast_selection *first, const struct gql_type *parent)
{
    for (struct gql_ast_selection *selection = first; selection != NULL;
         selection = selection->next) {
        const struct gql_type *inside = NULL;
        check_selection_directives(walk, selection);
        switch (selection->kind) {
        case GQL_AST_FIELD:
            inside = check_field(walk, selection, parent);
            break;
        case GQL_AST_INLINE:
            inside = check_inline(walk, selection, parent);
            break;
        case GQL_AST_SPREAD:
            if (selection->fragment != NULL) {
                check_possible(walk, selection, parent, selection->fragment->type);
            }
            break;
        }
        check_selections(walk, selection->selections, inside);
    }
}

/* ---- variables of an operation ---- */

static const struct gql_type_ref *variable_ref(struct walk *walk,
                                               const struct gql_ast_variable *variable,
                                               const struct gql_ast_type *ast)
{
    if (ast->kind == GQL_AST_NAMED) {
        const struct gql_type *type = gql_schema_type(walk->validation->schema, ast->name);
        if (type == NULL) {
            (void)gql_validate_fail(walk->validation, ast->at, "unknown type \"%.*s\"",
                                    SLICE_ARGS(ast->name));
        } else if (!gql_type_is_input(type)) {
            (void)gql_validate_fail(
                walk->validation, ast->at,
                "variable \"$%.*s\" cannot be of type \"%.*s\", which is no input type",
                SLICE_ARGS(variable->name), SLICE_ARGS(type->name));
            type = NULL;
        }
        return type != NULL ? &type->self : NULL;
    }
    const struct gql_type_ref *of = variable_ref(walk, variable, ast->of);
    struct gql_type_ref *ref =
        of != NULL ? ARENA_NEW(walk->validation->arena, struct gql_type_ref) : NULL;
    if (ref != NULL) {
        ref->kind = ast->kind == GQL_AST_LIST_OF ? GQL_REF_LIST : GQL_REF_NON_NULL;
        ref->of = of;
        ref->named = of->named;
    }
    return ref;
}

static void check_variable(struct walk *walk,
                           const struct gql_ast_operation *operation,
                           struct gql_ast_variable *variable)
{
    const struct gql_ast_variable *first = operation->variables;
    while (!slice_equal(first->name, variable->name)) {
        first = first->next;
    }
    if (first != variable) {
        (void)gql_validate_fail(walk->validation, variable->at,
                                "variable \"$%.*s\" is defined twice", SLICE_ARGS(variable->name));
    }
    check_directives(walk, variable->directives, GQL_AT_VARIABLE_DEFINITION);
    variable->type_ref = variable_ref(walk, variable, variable->type);
    if (variable->type_ref == NULL || variable->default_value == NULL) {
        return;
    }
    if (gql_coerce_literal(&walk->coercion, variable->type_ref, variable->default_value,
                           &variable->default_coerced)) {
        variable->has_default = variable->default_coerced.type != VALUE_NULL;
    }
}

static void check_operation(struct gql_validation *validation, struct gql_ast_operation *operation)
{
    static const enum gql_location_kind locations[] = {
        [GQL_QUERY] = GQL_AT_QUERY,
        [GQL_MUTATION] = GQL_AT_MUTATION,
        [GQL_SUBSCRIPTION] = GQL_AT_SUBSCRIPTION,
    };
    struct walk walk = walk_of(validation, &operation->usages);
    for (struct gql_ast_variable *variable = operation->variables; variable != NULL;
         variable = variable->next) {
        check_variable(&walk, operation, variable);
    }
    check_directives(&walk, operation->directives, locations[operation->kind]);
    check_selections(&walk, operation->selections, operation->root);
}

void gql_validate_fields(struct gql_validation *validation)
{
    for (struct gql_ast_operation *operation = validation->document->operations; operation != NULL;
         operation = operation->next) {
        check_operation(validation, operation);
    }
    for (struct gql_ast_fragment *fragment = validation->document->fragments; fragment != NULL;
         fragment = fragment->next) {
        struct walk walk = walk_of(validation, &fragment->usages);
        check_directives(&walk, fragment->directives, GQL_AT_FRAGMENT_DEFINITION);
        check_selections(&walk, fragment->selections, fragment->type);
    }
}
