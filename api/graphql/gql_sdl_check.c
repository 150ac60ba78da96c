/*
 * Step 4 of building a schema: what the specification demands of types (section 3, "Type
 * Validation" of each kind).
 */
#include "api/graphql/gql_sdl_priv.h"

static bool check_not_empty(struct gql_sdl *sdl, const struct gql_type *type)
{
    switch (type->kind) {
    case GQL_KIND_OBJECT:
    case GQL_KIND_INTERFACE:
        return type->field_count > 0 ||
               gql_sdl_fail(sdl, type->at, "type \"%.*s\" has no fields", SLICE_ARGS(type->name));
    case GQL_KIND_UNION:
        return type->possible_count > 0 ||
               gql_sdl_fail(sdl, type->at, "union \"%.*s\" has no members", SLICE_ARGS(type->name));
    case GQL_KIND_ENUM:
        return type->value_count > 0 ||
               gql_sdl_fail(sdl, type->at, "enum \"%.*s\" has no values", SLICE_ARGS(type->name));
    case GQL_KIND_INPUT:
        return type->input_count > 0 ||
               gql_sdl_fail(sdl, type->at, "input type \"%.*s\" has no fields",
                            SLICE_ARGS(type->name));
    case GQL_KIND_SCALAR:
        break;
    }
    return true;
}

static bool check_arguments(struct gql_sdl *sdl,
                            const struct gql_type *interface,
                            const struct gql_field *wanted,
                            const struct gql_field *field)
{
    bool good = true;
    for (size_t i = 0; i < wanted->argument_count; i++) {
        const struct gql_input *argument = &wanted->arguments[i];
        const struct gql_input *found =
            gql_input_find(field->arguments, field->argument_count, argument->name);
        if (found == NULL || !gql_ref_equal(found->type, argument->type)) {
            good = gql_sdl_fail(
                sdl, field->at,
                "\"%.*s.%.*s\" must have argument \"%.*s\" of the type that \"%.*s\" says",
                SLICE_ARGS(field->parent->name), SLICE_ARGS(field->name),
                SLICE_ARGS(argument->name), SLICE_ARGS(interface->name));
        }
    }
    for (size_t i = 0; i < field->argument_count; i++) {
        const struct gql_input *argument = &field->arguments[i];
        bool known =
            gql_input_find(wanted->arguments, wanted->argument_count, argument->name) != NULL;
        if (!known && gql_input_required(argument)) {
            good = gql_sdl_fail(
                sdl, argument->at,
                "argument \"%.*s\" is not in interface \"%.*s\", so it cannot be required",
                SLICE_ARGS(argument->name), SLICE_ARGS(interface->name));
        }
    }
    return good;
}

static bool check_field(struct gql_sdl *sdl,
                        const struct gql_type *type,
                        const struct gql_type *interface,
                        const struct gql_field *wanted)
{
    const struct gql_field *field = gql_names_get(&type->field_names, wanted->name);
    char room[GQL_REF_TEXT_SIZE];
    if (field == NULL) {
        return gql_sdl_fail(sdl, type->at, "\"%.*s\" lacks field \"%.*s\" of interface \"%.*s\"",
                            SLICE_ARGS(type->name), SLICE_ARGS(wanted->name),
                            SLICE_ARGS(interface->name));
    }
    bool good = check_arguments(sdl, interface, wanted, field);
    if (!gql_ref_is_subtype(field->type, wanted->type)) {
        good = gql_sdl_fail(sdl, field->at,
                            "\"%.*s.%.*s\" must be of type \"%s\" as interface \"%.*s\" says",
                            SLICE_ARGS(type->name), SLICE_ARGS(field->name),
                            gql_ref_text(wanted->type, room), SLICE_ARGS(interface->name));
    }
    return good;
}

static bool lists_interface(const struct gql_type *type, const struct gql_type *interface)
{
    for (size_t i = 0; i < type->interface_count; i++) {
        if (type->interfaces[i] == interface) {
            return true;
        }
    }
    return false;
}

static bool
check_interface(struct gql_sdl *sdl, const struct gql_type *type, const struct gql_type *interface)
{
    bool good = true;
    if (interface == type) {
        return gql_sdl_fail(sdl, type->at, "interface \"%.*s\" implements itself",
                            SLICE_ARGS(type->name));
    }
    for (size_t i = 0; i < interface->interface_count; i++) {
        const struct gql_type *further = interface->interfaces[i];
        if (!lists_interface(type, further)) {
            good = gql_sdl_fail(
                sdl, type->at, "\"%.*s\" must implement \"%.*s\" because \"%.*s\" does",
                SLICE_ARGS(type->name), SLICE_ARGS(further->name), SLICE_ARGS(interface->name));
        }
    }
    for (size_t i = 0; i < interface->field_count; i++) {
        good = check_field(sdl, type, interface, &interface->fields[i]) && good;
    }
    return good;
}

/* An input type may not need a value of itself: it could never be written down. */
static bool check_input_cycle(struct gql_sdl *sdl, struct gql_type *type)
{
    bool good = true;
    if (type->kind != GQL_KIND_INPUT || type->cycle_walk == GQL_WALK_DONE) {
        return true;
    }
    if (type->cycle_walk == GQL_WALK_INSIDE) {
        return gql_sdl_fail(sdl, type->at, "input type \"%.*s\" requires itself without end",
                            SLICE_ARGS(type->name));
    }
    type->cycle_walk = GQL_WALK_INSIDE;
    for (size_t i = 0; i < type->input_count; i++) {
        const struct gql_type_ref *ref = type->inputs[i].type;
        if (ref->kind == GQL_REF_NON_NULL && ref->of->kind == GQL_REF_NAMED) {
            good = check_input_cycle(sdl, sdl->schema->types[ref->named->index]) && good;
        }
    }
    type->cycle_walk = GQL_WALK_DONE;
    return good;
}

static bool inputs_use(struct gql_sdl *sdl,
                       const struct gql_ast_input *first,
                       const struct gql_directive *wanted);

/* Whether one of the directives is `wanted`, or leads to it. */
static bool directives_use(struct gql_sdl *sdl,
                           const struct gql_ast_directive *first,
                           const struct gql_directive *wanted)
{
    for (const struct gql_ast_directive *ast = first; ast != NULL; ast = ast->next) {
        const struct gql_directive *used = gql_schema_directive(sdl->schema, ast->name);
        struct gql_directive *walked = NULL;
        for (size_t i = 0; i < sdl->schema->directive_count; i++) {
            walked = sdl->schema->directives[i] == used ? sdl->schema->directives[i] : walked;
        }
        if (used == wanted) {
            return true;
        }
        if (walked != NULL && !walked->cycle_seen) {
            walked->cycle_seen = true;
            if (inputs_use(sdl, walked->ast->arguments, wanted)) {
                return true;
            }
        }
    }
    return false;
}

/* Whether a type an argument has leads to `wanted`. */
static bool
type_uses(struct gql_sdl *sdl, const struct gql_ast_type *ref, const struct gql_directive *wanted)
{
    while (ref->kind != GQL_AST_NAMED) {
        ref = ref->of;
    }
    const struct gql_type *named = gql_schema_type(sdl->schema, ref->name);
    struct gql_type *type = sdl->schema->types[named->index];
    if (type->cycle_walk == GQL_WALK_INSIDE) {
        return false;
    }
    type->cycle_walk = GQL_WALK_INSIDE;
    bool found = directives_use(sdl, type->ast->directives, wanted) ||
                 inputs_use(sdl, type->ast->inputs, wanted);
    for (const struct gql_ast_enum_value *value = type->ast->values; value != NULL;
         value = value->next) {
        found = found || directives_use(sdl, value->directives, wanted);
    }
    return found;
}

static bool inputs_use(struct gql_sdl *sdl,
                       const struct gql_ast_input *first,
                       const struct gql_directive *wanted)
{
    for (const struct gql_ast_input *ast = first; ast != NULL; ast = ast->next) {
        if (directives_use(sdl, ast->directives, wanted) || type_uses(sdl, ast->type, wanted)) {
            return true;
        }
    }
    return false;
}

/* A directive may not be used in its own definition, over whatever detour. */
static bool check_directive(struct gql_sdl *sdl, struct gql_directive *directive)
{
    for (size_t i = 0; i < sdl->schema->directive_count; i++) {
        sdl->schema->directives[i]->cycle_seen = false;
    }
    for (size_t i = 0; i < sdl->schema->type_count; i++) {
        sdl->schema->types[i]->cycle_walk = GQL_WALK_NEW;
    }
    return !inputs_use(sdl, directive->ast->arguments, directive) ||
           gql_sdl_fail(sdl, directive->at, "directive \"@%.*s\" is used in its own definition",
                        SLICE_ARGS(directive->name));
}

bool gql_sdl_check(struct gql_sdl *sdl)
{
    struct gql_schema *schema = sdl->schema;
    bool good = true;
    for (size_t i = 0; i < schema->type_count; i++) {
        const struct gql_type *type = schema->types[i];
        good = check_not_empty(sdl, type) && good;
        for (size_t j = 0; j < type->interface_count; j++) {
            good = check_interface(sdl, type, type->interfaces[j]) && good;
        }
        good = check_input_cycle(sdl, schema->types[i]) && good;
    }
    for (size_t i = 0; i < schema->directive_count; i++) {
        good = check_directive(sdl, schema->directives[i]) && good;
    }
    return good;
}
