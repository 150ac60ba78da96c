/*
 * Step 3 of building a schema: default values, and the directives that stand in the text.
 */
#include "api/graphql/gql_directive_priv.h"
#include "api/graphql/gql_sdl_priv.h"

static bool set_defaults(struct gql_sdl *sdl, struct gql_input *inputs, size_t count);

/* Default values of an input type's fields, before anything needs them to fill an object. */
static bool set_type_defaults(struct gql_sdl *sdl, const struct gql_type *named)
{
    struct gql_type *type = sdl->schema->types[named->index];
    if (type->kind != GQL_KIND_INPUT || type->defaults_walk == GQL_WALK_DONE) {
        return true;
    }
    if (type->defaults_walk == GQL_WALK_INSIDE) {
        return gql_sdl_fail(sdl, type->at, "default values of \"%.*s\" contain themselves",
                            SLICE_ARGS(type->name));
    }
    type->defaults_walk = GQL_WALK_INSIDE;
    bool good = set_defaults(sdl, type->inputs, type->input_count);
    type->defaults_walk = GQL_WALK_DONE;
    return good;
}

static bool set_default(struct gql_sdl *sdl, struct gql_input *input)
{
    struct gql_usage *usages = NULL;
    struct gql_coercion coercion = {.arena = sdl->arena, .errors = sdl->errors, .usages = &usages};
    if (input->default_ast == NULL) {
        return true;
    }
    if (!set_type_defaults(sdl, input->type->named) ||
        !gql_coerce_literal(&coercion, input->type, input->default_ast, &input->default_value)) {
        return false;
    }
    input->has_default = input->default_value.type != VALUE_NULL;
    return true;
}

static bool set_defaults(struct gql_sdl *sdl, struct gql_input *inputs, size_t count)
{
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        good = set_default(sdl, &inputs[i]) && good;
    }
    return good;
}

static bool set_all_defaults(struct gql_sdl *sdl)
{
    struct gql_schema *schema = sdl->schema;
    bool good = true;
    for (size_t i = 0; i < schema->directive_count; i++) {
        good = set_defaults(sdl, schema->directives[i]->arguments,
                            schema->directives[i]->argument_count) &&
               good;
    }
    for (size_t i = 0; i < schema->type_count; i++) {
        const struct gql_type *type = schema->types[i];
        good = set_type_defaults(sdl, type) && good;
        for (size_t j = 0; j < type->field_count; j++) {
            good = set_defaults(sdl, type->fields[j].arguments, type->fields[j].argument_count) &&
                   good;
        }
    }
    return good;
}

static bool check_at(struct gql_sdl *sdl,
                     const struct gql_ast_directive *directives,
                     enum gql_location_kind location)
{
    struct gql_usage *usages = NULL;
    struct gql_coercion coercion = {.arena = sdl->arena, .errors = sdl->errors, .usages = &usages};
    return gql_directives_check(sdl->schema, &coercion, directives, location);
}

/* The reason of @deprecated. Returns: false, with `ret_reason` untouched, where it does not stand.
 */
static bool deprecation(struct gql_sdl *sdl,
                        const struct gql_ast_directive *directives,
                        struct slice *ret_reason)
{
    const struct gql_ast_directive *found = gql_directives_find(directives, "deprecated");
    const struct gql_directive *directive = gql_schema_directive(sdl->schema, SLICE("deprecated"));
    if (found == NULL) {
        return false;
    }
    const struct gql_ast_argument *reason = gql_argument_find(found->arguments, SLICE("reason"));
    *ret_reason = reason != NULL && reason->value->kind == GQL_AST_STRING
                      ? reason->value->text
                      : value_text_of(&directive->arguments[0].default_value);
    return true;
}

static bool apply_inputs(struct gql_sdl *sdl,
                         const struct gql_ast_input *first,
                         enum gql_location_kind location)
{
    bool good = true;
    for (const struct gql_ast_input *ast = first; ast != NULL; ast = ast->next) {
        good = check_at(sdl, ast->directives, location) && good;
    }
    return good;
}

static bool apply_fields(struct gql_sdl *sdl, struct gql_type *type)
{
    bool good = true;
    struct gql_field *field = type->fields;
    for (const struct gql_ast_field *ast = type->ast->fields; ast != NULL;
         ast = ast->next, field++) {
        good = check_at(sdl, ast->directives, GQL_AT_FIELD_DEFINITION) && good;
        good = apply_inputs(sdl, ast->arguments, GQL_AT_ARGUMENT_DEFINITION) && good;
        field->deprecated = deprecation(sdl, ast->directives, &field->deprecation_reason);
    }
    return good;
}

static bool apply_values(struct gql_sdl *sdl, struct gql_type *type)
{
    bool good = true;
    struct gql_enum_value *value = type->values;
    for (const struct gql_ast_enum_value *ast = type->ast->values; ast != NULL;
         ast = ast->next, value++) {
        good = check_at(sdl, ast->directives, GQL_AT_ENUM_VALUE) && good;
        value->deprecated = deprecation(sdl, ast->directives, &value->deprecation_reason);
    }
    return good;
}

static bool apply_type(struct gql_sdl *sdl, struct gql_type *type)
{
    static const enum gql_location_kind locations[] = {
        [GQL_KIND_SCALAR] = GQL_AT_SCALAR,       [GQL_KIND_OBJECT] = GQL_AT_OBJECT,
        [GQL_KIND_INTERFACE] = GQL_AT_INTERFACE, [GQL_KIND_UNION] = GQL_AT_UNION,
        [GQL_KIND_ENUM] = GQL_AT_ENUM,           [GQL_KIND_INPUT] = GQL_AT_INPUT_OBJECT,
    };
    bool good = check_at(sdl, type->ast->directives, locations[type->kind]);
    const struct gql_ast_directive *specified =
        gql_directives_find(type->ast->directives, "specifiedBy");
    if (good && specified != NULL) {
        type->specified_by = gql_argument_find(specified->arguments, SLICE("url"))->value->text;
    }
    good = apply_fields(sdl, type) && good;
    good = apply_values(sdl, type) && good;
    return apply_inputs(sdl, type->ast->inputs, GQL_AT_INPUT_FIELD_DEFINITION) && good;
}

bool gql_sdl_apply(struct gql_sdl *sdl)
{
    struct gql_schema *schema = sdl->schema;
    if (!set_all_defaults(sdl)) {
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < schema->type_count; i++) {
        good = apply_type(sdl, schema->types[i]) && good;
    }
    for (size_t i = 0; i < schema->directive_count; i++) {
        good =
            apply_inputs(sdl, schema->directives[i]->ast->arguments, GQL_AT_ARGUMENT_DEFINITION) &&
            good;
    }
    for (const struct gql_ast_schema *ast = sdl->document->schemas; ast != NULL; ast = ast->next) {
        good = check_at(sdl, ast->directives, GQL_AT_SCHEMA) && good;
    }
    return good;
}
