/*
 * Definitions by themselves, and the one walk that follows spreads into fragments nobody has looked
 * at yet: it resolves them, finds cycles and measures. A fragment is entered once; what it measures
 * is remembered, so a short text that expands to millions of fields is refused in no time.
 */
#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_validate_priv.h"

static void check_executable(struct gql_validation *validation)
{
    const struct gql_ast_document *document = validation->document;
    for (const struct gql_ast_type_definition *type = document->types; type != NULL;
         type = type->next) {
        (void)gql_validate_fail(validation, type->at,
                                "the definition of \"%.*s\" cannot be executed",
                                SLICE_ARGS(type->name));
    }
    for (const struct gql_ast_directive_definition *directive = document->directives;
         directive != NULL; directive = directive->next) {
        (void)gql_validate_fail(validation, directive->at,
                                "the definition of \"@%.*s\" cannot be executed",
                                SLICE_ARGS(directive->name));
    }
    for (const struct gql_ast_schema *schema = document->schemas; schema != NULL;
         schema = schema->next) {
        (void)gql_validate_fail(validation, schema->at, "a schema definition cannot be executed");
    }
}

static void check_operation_name(struct gql_validation *validation,
                                 const struct gql_ast_operation *operation)
{
    const struct gql_ast_operation *first = validation->document->operations;
    if (operation->name.size == 0) {
        if (validation->document->operation_count > 1) {
            (void)gql_validate_fail(validation, operation->at,
                                    "an operation without a name must be the only one");
        }
        return;
    }
    while (!slice_equal(first->name, operation->name)) {
        first = first->next;
    }
    if (first != operation) {
        (void)gql_validate_fail(validation, operation->at, "two operations are named \"%.*s\"",
                                SLICE_ARGS(operation->name));
    }
}

static void set_root(struct gql_validation *validation, struct gql_ast_operation *operation)
{
    switch (operation->kind) {
    case GQL_QUERY:
        operation->root = validation->schema->query;
        return;
    case GQL_MUTATION:
        operation->root = validation->schema->mutation;
        if (operation->root == NULL) {
            (void)gql_validate_fail(validation, operation->at, "this API has no mutations");
        }
        return;
    case GQL_SUBSCRIPTION:
        (void)gql_validate_fail(validation, operation->at, "this API has no subscriptions");
        return;
    }
}

static struct gql_ast_fragment *find_fragment(const struct gql_validation *validation,
                                              struct slice name)
{
    struct gql_ast_fragment *fragment = validation->document->fragments;
    while (fragment != NULL && !slice_equal(fragment->name, name)) {
        fragment = fragment->next;
    }
    return fragment;
}

static void check_fragment(struct gql_validation *validation, struct gql_ast_fragment *fragment)
{
    if (find_fragment(validation, fragment->name) != fragment) {
        (void)gql_validate_fail(validation, fragment->at, "two fragments are named \"%.*s\"",
                                SLICE_ARGS(fragment->name));
    }
    const struct gql_type *type = gql_schema_type(validation->schema, fragment->condition);
    if (type == NULL) {
        (void)gql_validate_fail(validation, fragment->condition_at, "unknown type \"%.*s\"",
                                SLICE_ARGS(fragment->condition));
    } else if (!gql_type_is_composite(type)) {
        (void)gql_validate_fail(validation, fragment->condition_at,
                                "fragment \"%.*s\" cannot be on type \"%.*s\", which has no fields",
                                SLICE_ARGS(fragment->name), SLICE_ARGS(type->name));
    } else {
        fragment->type = type;
    }
}

/* ---- spreads, cycles and sizes: one walk that enters every fragment once ---- */

struct measure {
    struct gql_validation *validation;
    bool from_operation; /* what is met is used */
    bool followable;
};

static bool measure_selections(struct measure *measure,
                               struct gql_ast_selection *first,
                               uint32_t level,
                               struct gql_ast_size *ret);

static bool too_nested(struct measure *measure, uint32_t at)
{
    (void)gql_errors_add(measure->validation->errors, ERR_LIMIT, at,
                         "fields and fragments are nested over %d levels", GQL_NESTING_MAX);
    return false;
}

static bool measure_fragment(struct measure *measure,
                             struct gql_ast_fragment *fragment,
                             uint32_t level,
                             uint32_t at)
{
    if (fragment->measuring) {
        measure->followable =
            gql_validate_fail(measure->validation, at, "fragment \"%.*s\" contains itself",
                              SLICE_ARGS(fragment->name));
        return true;
    }
    fragment->used = fragment->used || measure->from_operation;
    if (fragment->measured) {
        return level + fragment->size.nesting <= GQL_NESTING_MAX || too_nested(measure, at);
    }
    fragment->measuring = true;
    bool fits = measure_selections(measure, fragment->selections, level, &fragment->size);
    fragment->measuring = false;
    fragment->measured = true;
    return fits;
}

/* Size of what one selection selects. */
static bool measure_selection(struct measure *measure,
                              struct gql_ast_selection *selection,
                              uint32_t level,
                              struct gql_ast_size *ret)
{
    if (selection->kind != GQL_AST_SPREAD) {
        return measure_selections(measure, selection->selections, level, ret);
    }
    struct gql_ast_fragment *fragment = find_fragment(measure->validation, selection->name);
    if (fragment == NULL) {
        measure->followable =
            gql_validate_fail(measure->validation, selection->name_at,
                              "fragment \"%.*s\" is not defined", SLICE_ARGS(selection->name));
        return true;
    }
    selection->fragment = fragment;
    if (!measure_fragment(measure, fragment, level, selection->at)) {
        return false;
    }
    *ret = fragment->size;
    return true;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Size of a selection set that lies inside `level` others. The sum of fields cannot overflow: it
 * is cut at the limit, which every way up reports. Returns: false when nested too deep. */
static bool measure_selections(struct measure *measure,
                               struct gql_ast_selection *first,
                               uint32_t level,
                               struct gql_ast_size *ret)
{
    struct gql_ast_size sum = {0};
    for (struct gql_ast_selection *selection = first; selection != NULL;
         selection = selection->next) {
        struct gql_ast_size size = {0};
        if (level >= GQL_NESTING_MAX) {
            return too_nested(measure, selection->at);
        }
        if (!measure_selection(measure, selection, level + 1, &size)) {
            return false;
        }
        bool field = selection->kind == GQL_AST_FIELD;
        sum.depth = larger(sum.depth, size.depth + field);
        sum.nesting = larger(sum.nesting, size.nesting + 1);
        sum.fields += size.fields + field;
        if (sum.fields > GQL_FIELDS_MAX) {
            sum.fields = GQL_FIELDS_MAX + 1;
        }
    }
    *ret = sum;
    return true;
}

static bool check_size(struct gql_validation *validation,
                       const struct gql_ast_operation *operation,
                       const struct gql_ast_size *size)
{
    if (size->depth > GQL_DEPTH_MAX) {
        (void)gql_errors_add(validation->errors, ERR_LIMIT, operation->at,
                             "the operation is %u levels deep, at most %d are allowed", size->depth,
                             GQL_DEPTH_MAX);
        return false;
    }
    if (size->fields > GQL_FIELDS_MAX) {
        (void)gql_errors_add(validation->errors, ERR_LIMIT, operation->at,
                             "the operation has more than %d fields, fragments expanded",
                             GQL_FIELDS_MAX);
        return false;
    }
    return true;
}

static bool measure_all(struct gql_validation *validation)
{
    struct measure measure = {validation, true, true};
    for (struct gql_ast_operation *operation = validation->document->operations; operation != NULL;
         operation = operation->next) {
        struct gql_ast_size size = {0};
        if (!measure_selections(&measure, operation->selections, 0, &size) ||
            !check_size(validation, operation, &size)) {
            return false;
        }
    }
    measure.from_operation = false;
    for (struct gql_ast_fragment *fragment = validation->document->fragments; fragment != NULL;
         fragment = fragment->next) {
        if (!fragment->used) {
            (void)gql_validate_fail(validation, fragment->at, "fragment \"%.*s\" is not used",
                                    SLICE_ARGS(fragment->name));
        }
        if (!measure_fragment(&measure, fragment, 0, fragment->at)) {
            return false;
        }
    }
    return measure.followable;
}

bool gql_validate_definitions(struct gql_validation *validation)
{
    const struct gql_ast_document *document = validation->document;
    check_executable(validation);
    if (document->operations == NULL) {
        (void)gql_validate_fail(validation, GQL_NOWHERE, "the document holds no operation");
    }
    for (struct gql_ast_operation *operation = document->operations; operation != NULL;
         operation = operation->next) {
        check_operation_name(validation, operation);
        set_root(validation, operation);
    }
    for (struct gql_ast_fragment *fragment = document->fragments; fragment != NULL;
         fragment = fragment->next) {
        check_fragment(validation, fragment);
    }
    return measure_all(validation);
}
