/*
 * Step 2 of building a schema: members, references between types, roots, possible types.
 */
#include "api/graphql/gql_sdl_priv.h"

/* Number of nodes of a list. */
#define COUNT(first, ret_count)                                                                    \
    do {                                                                                           \
        (ret_count) = 0;                                                                           \
        for (__typeof__(&*(first)) node_ = (first); node_ != NULL; node_ = node_->next) {          \
            (ret_count)++;                                                                         \
        }                                                                                          \
    } while (0)

static bool
check_member_name(struct gql_sdl *sdl, const struct gql_type *type, struct slice name, uint32_t at)
{
    bool reserved = slice_starts_with(name, SLICE("__")) && (type == NULL || !type->builtin);
    return !reserved ||
           gql_sdl_fail(sdl, at, "\"%.*s\": names that begin with __ belong to introspection",
                        SLICE_ARGS(name));
}

static const struct gql_type_ref *build_ref(struct gql_sdl *sdl, const struct gql_ast_type *ast)
{
    if (ast->kind == GQL_AST_NAMED) {
        const struct gql_type *type = gql_schema_type(sdl->schema, ast->name);
        if (type == NULL) {
            (void)gql_sdl_fail(sdl, ast->at, "type \"%.*s\" is not defined", SLICE_ARGS(ast->name));
        }
        return type != NULL ? &type->self : NULL;
    }
    const struct gql_type_ref *of = build_ref(sdl, ast->of);
    if (of == NULL) {
        return NULL;
    }
    struct gql_type_ref *ref = ARENA_NEW(sdl->arena, struct gql_type_ref);
    if (ref == NULL) {
        (void)gql_sdl_no_memory(sdl);
        return NULL;
    }
    ref->kind = ast->kind == GQL_AST_LIST_OF ? GQL_REF_LIST : GQL_REF_NON_NULL;
    ref->of = of;
    ref->named = of->named;
    return ref;
}

/* Arguments of a field or directive, or fields of an input type. */
static bool build_inputs(struct gql_sdl *sdl,
                         const struct gql_type *type,
                         const struct gql_ast_input *first,
                         struct gql_input **ret,
                         size_t *ret_count)
{
    bool good = true;
    COUNT(first, *ret_count);
    struct gql_input *input = ARENA_ARRAY(sdl->arena, struct gql_input, *ret_count);
    *ret = input;
    if (input == NULL) {
        return gql_sdl_no_memory(sdl);
    }
    for (const struct gql_ast_input *ast = first; ast != NULL; ast = ast->next, input++) {
        input->name = ast->name;
        input->description = ast->description;
        input->at = ast->at;
        input->default_ast = ast->default_value;
        input->type = build_ref(sdl, ast->type);
        if (gql_input_find(*ret, *ret_count, ast->name) != input) {
            good = gql_sdl_fail(sdl, ast->at, "\"%.*s\" is defined twice", SLICE_ARGS(ast->name));
        }
        if (input->type != NULL && !gql_type_is_input(input->type->named)) {
            good = gql_sdl_fail(sdl, ast->type->at,
                                "\"%.*s\" cannot be given as an argument: it is no input type",
                                SLICE_ARGS(input->type->named->name));
        }
        good = input->type != NULL && check_member_name(sdl, type, ast->name, ast->at) && good;
    }
    return good;
}

static bool build_field(struct gql_sdl *sdl,
                        struct gql_type *type,
                        const struct gql_ast_field *ast,
                        struct gql_field *field)
{
    field->name = ast->name;
    field->description = ast->description;
    field->parent = type;
    field->at = ast->at;
    field->type = build_ref(sdl, ast->type);
    bool good = build_inputs(sdl, type, ast->arguments, &field->arguments, &field->argument_count);
    if (!gql_names_put(&type->field_names, field->name, field)) {
        good = gql_sdl_fail(sdl, ast->at, "field \"%.*s.%.*s\" is defined twice",
                            SLICE_ARGS(type->name), SLICE_ARGS(ast->name));
    }
    if (field->type != NULL && field->type->named->kind == GQL_KIND_INPUT) {
        good = gql_sdl_fail(sdl, ast->type->at, "a field cannot answer the input type \"%.*s\"",
                            SLICE_ARGS(field->type->named->name));
    }
    return field->type != NULL && check_member_name(sdl, type, ast->name, ast->at) && good;
}

static bool build_fields(struct gql_sdl *sdl, struct gql_type *type)
{
    bool good = true;
    COUNT(type->ast->fields, type->field_count);
    type->fields = ARENA_ARRAY(sdl->arena, struct gql_field, type->field_count);
    if (type->fields == NULL ||
        !gql_names_init(&type->field_names, sdl->arena, type->field_count)) {
        return gql_sdl_no_memory(sdl);
    }
    struct gql_field *field = type->fields;
    for (const struct gql_ast_field *ast = type->ast->fields; ast != NULL;
         ast = ast->next, field++) {
        good = build_field(sdl, type, ast, field) && good;
    }
    return good;
}

/* Types that a list of names refers to: interfaces of a type, members of a union. */
static bool build_list(struct gql_sdl *sdl,
                       const struct gql_ast_name *first,
                       enum gql_kind wanted,
                       const char *what,
                       const struct gql_type ***ret,
                       size_t *ret_count)
{
    size_t count = 0;
    bool good = true;
    COUNT(first, count);
    const struct gql_type **types = ARENA_ARRAY(sdl->arena, const struct gql_type *, count);
    if (types == NULL) {
        return gql_sdl_no_memory(sdl);
    }
    size_t kept = 0;
    for (const struct gql_ast_name *name = first; name != NULL; name = name->next) {
        const struct gql_type *type = gql_schema_type(sdl->schema, name->name);
        size_t seen = 0;
        while (seen < kept && types[seen] != type) {
            seen++;
        }
        if (type == NULL || type->kind != wanted) {
            good = gql_sdl_fail(sdl, name->at, "\"%.*s\" is no %s", SLICE_ARGS(name->name), what);
        } else if (seen < kept) {
            good = gql_sdl_fail(sdl, name->at, "\"%.*s\" stands twice", SLICE_ARGS(name->name));
        } else {
            types[kept++] = type;
        }
    }
    *ret = types;
    *ret_count = kept;
    return good;
}

static bool build_values(struct gql_sdl *sdl, struct gql_type *type)
{
    bool good = true;
    COUNT(type->ast->values, type->value_count);
    type->values = ARENA_ARRAY(sdl->arena, struct gql_enum_value, type->value_count);
    if (type->values == NULL) {
        return gql_sdl_no_memory(sdl);
    }
    size_t filled = 0;
    for (const struct gql_ast_enum_value *ast = type->ast->values; ast != NULL; ast = ast->next) {
        for (size_t i = 0; i < filled; i++) {
            if (slice_equal(type->values[i].name, ast->name)) {
                good = gql_sdl_fail(sdl, ast->at, "enum value \"%.*s\" is defined twice",
                                    SLICE_ARGS(ast->name));
            }
        }
        type->values[filled].name = ast->name;
        type->values[filled++].description = ast->description;
        good = check_member_name(sdl, type, ast->name, ast->at) && good;
    }
    return good;
}

static bool build_type(struct gql_sdl *sdl, struct gql_type *type)
{
    switch (type->kind) {
    case GQL_KIND_OBJECT:
    case GQL_KIND_INTERFACE: {
        bool good = build_list(sdl, type->ast->interfaces, GQL_KIND_INTERFACE, "interface",
                               &type->interfaces, &type->interface_count);
        return build_fields(sdl, type) && good;
    }
    case GQL_KIND_UNION:
        return build_list(sdl, type->ast->members, GQL_KIND_OBJECT, "object type", &type->possible,
                          &type->possible_count);
    case GQL_KIND_ENUM:
        return build_values(sdl, type);
    case GQL_KIND_INPUT:
        return build_inputs(sdl, type, type->ast->inputs, &type->inputs, &type->input_count);
    case GQL_KIND_SCALAR:
        break;
    }
    return true;
}

static bool build_directives(struct gql_sdl *sdl)
{
    const struct gql_ast_document *documents[] = {sdl->prelude, sdl->document};
    size_t index = 0;
    bool good = true;
    for (size_t i = 0; i < 2; i++) {
        for (const struct gql_ast_directive_definition *ast = documents[i]->directives; ast != NULL;
             ast = ast->next) {
            struct gql_directive *directive = sdl->schema->directives[index++];
            good = build_inputs(sdl, NULL, ast->arguments, &directive->arguments,
                                &directive->argument_count) &&
                   good;
        }
    }
    return good;
}

static bool set_root(struct gql_sdl *sdl, const struct gql_ast_root *root)
{
    const struct gql_type *type = gql_schema_type(sdl->schema, root->type);
    const struct gql_type **place =
        root->kind == GQL_QUERY ? &sdl->schema->query : &sdl->schema->mutation;
    if (type == NULL || type->kind != GQL_KIND_OBJECT) {
        return gql_sdl_fail(sdl, root->at, "root type \"%.*s\" is no object type",
                            SLICE_ARGS(root->type));
    }
    if (root->kind == GQL_SUBSCRIPTION) {
        return gql_sdl_fail(sdl, root->at, "subscriptions are not served");
    }
    if (*place != NULL) {
        return gql_sdl_fail(sdl, root->at, "two root types of the same operation");
    }
    *place = type;
    return true;
}

/* Without a schema definition the roots are the types called Query and Mutation. */
static bool build_default_roots(struct gql_sdl *sdl)
{
    static const struct gql_ast_root defaults[] = {
        {GQL_QUERY, {"Query", sizeof "Query" - 1}, GQL_NOWHERE, NULL},
        {GQL_MUTATION, {"Mutation", sizeof "Mutation" - 1}, GQL_NOWHERE, NULL},
        {GQL_SUBSCRIPTION, {"Subscription", sizeof "Subscription" - 1}, GQL_NOWHERE, NULL},
    };
    bool good = true;
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
        if (gql_schema_type(sdl->schema, defaults[i].type) != NULL) {
            good = set_root(sdl, &defaults[i]) && good;
        }
    }
    return good;
}

static bool build_roots(struct gql_sdl *sdl)
{
    bool good = true;
    size_t definitions = 0;
    for (const struct gql_ast_schema *ast = sdl->document->schemas; ast != NULL; ast = ast->next) {
        definitions += !ast->extension;
        if (definitions > 1) {
            good = gql_sdl_fail(sdl, ast->at, "the schema is defined twice");
        }
        if (!ast->extension) {
            sdl->schema->description = ast->description;
        }
        for (const struct gql_ast_root *root = ast->roots; root != NULL; root = root->next) {
            good = set_root(sdl, root) && good;
        }
    }
    if (definitions == 0) {
        good = build_default_roots(sdl) && good;
    }
    if (good && sdl->schema->query == NULL) {
        good = gql_sdl_fail(sdl, GQL_NOWHERE, "the schema has no query root");
    }
    if (good && sdl->schema->query == sdl->schema->mutation) {
        good = gql_sdl_fail(sdl, GQL_NOWHERE, "query and mutation have the same root type");
    }
    return good;
}

static bool implements(const struct gql_type *type, const struct gql_type *interface)
{
    for (size_t i = 0; i < type->interface_count; i++) {
        if (type->interfaces[i] == interface) {
            return true;
        }
    }
    return false;
}

/* The objects that implement an interface. */
static bool build_possible(struct gql_sdl *sdl, struct gql_type *interface)
{
    struct gql_schema *schema = sdl->schema;
    interface->possible = ARENA_ARRAY(sdl->arena, const struct gql_type *, schema->type_count);
    if (interface->possible == NULL) {
        return gql_sdl_no_memory(sdl);
    }
    for (size_t i = 0; i < schema->type_count; i++) {
        if (schema->types[i]->kind == GQL_KIND_OBJECT && implements(schema->types[i], interface)) {
            interface->possible[interface->possible_count++] = schema->types[i];
        }
    }
    return true;
}

static bool build_sets(struct gql_sdl *sdl)
{
    size_t words = (sdl->schema->type_count + 63) / 64;
    for (size_t i = 0; i < sdl->schema->type_count; i++) {
        struct gql_type *type = sdl->schema->types[i];
        if (!gql_type_is_composite(type)) {
            continue;
        }
        if (type->kind == GQL_KIND_INTERFACE && !build_possible(sdl, type)) {
            return false;
        }
        type->possible_set.words = ARENA_ARRAY(sdl->arena, uint64_t, words);
        type->possible_set.word_count = words;
        if (type->possible_set.words == NULL) {
            return gql_sdl_no_memory(sdl);
        }
        for (size_t j = 0; j < type->possible_count; j++) {
            uint32_t index = type->possible[j]->index;
            type->possible_set.words[index / 64] |= 1ULL << (index % 64);
        }
        if (type->kind == GQL_KIND_OBJECT) {
            type->possible_set.words[type->index / 64] |= 1ULL << (type->index % 64);
        }
    }
    return true;
}

/* The fields of __Meta stand in the order in which the prelude has them. */
bool gql_sdl_build_types(struct gql_sdl *sdl)
{
    struct gql_schema *schema = sdl->schema;
    bool good = build_type(sdl, sdl->meta);
    for (size_t i = 0; i < schema->type_count; i++) {
        good = build_type(sdl, schema->types[i]) && good;
    }
    good = build_directives(sdl) && good;
    good = build_roots(sdl) && good;
    if (!good || !build_sets(sdl)) {
        return false;
    }
    schema->schema_field = sdl->meta->fields[0];
    schema->type_field = sdl->meta->fields[1];
    schema->typename_field = sdl->meta->fields[2];
    return true;
}
