/*
 * One table per introspection type. Texts that are not there have data == NULL in the schema as in
 * results, so most members are read as they are; lists become arrays of pointers in the operation's
 * arena.
 */
#include "api/graphql/gql_introspect_priv.h"

#include "api/graphql/gql_bind_priv.h"
#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_operation_priv.h"
#include "api/graphql/gql_print_priv.h"
#include "core/base/check.h"

/* A list that grows up to a known count. */
struct list_builder {
    const void **items;
    size_t count;
};

static bool list_init(struct list_builder *list, struct gql_call *call, size_t count)
{
    *list = (struct list_builder){ARENA_ARRAY(call->arena, const void *, count), 0};
    return list->items != NULL;
}

static void list_add(struct list_builder *list, const void *item)
{
    list->items[list->count++] = item;
}

static enum err list_result(const struct list_builder *list, struct gql_result *ret)
{
    *ret = gql_result_objects(list->items, list->count);
    return ERR_OK;
}

static enum err no_memory(const struct gql_call *call, struct error *reterr)
{
    return arena_error(call->arena, "the schema's description", reterr);
}

static bool with_deprecated(const struct gql_call *call)
{
    return value_bool_of(gql_argument(call, "includeDeprecated"), false);
}

/* The items of an array as a list of pointers. */
static enum err pointers(struct gql_call *call,
                         const void *items,
                         size_t count,
                         size_t size,
                         struct gql_result *ret,
                         struct error *reterr)
{
    struct list_builder list;
    if (!list_init(&list, call, count)) {
        return no_memory(call, reterr);
    }
    for (size_t i = 0; i < count; i++) {
        list_add(&list, (const char *)items + i * size);
    }
    return list_result(&list, ret);
}

/* ---- __schema, __type ---- */

static enum err resolve_schema(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_object(call->operation->schema);
    return ERR_OK;
}

static enum err resolve_type(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    struct slice name = value_text_of(gql_argument(call, "name"));
    const struct gql_type *type = gql_schema_type(call->operation->schema, name);
    *ret = gql_result_object(type != NULL ? &type->self : NULL);
    return ERR_OK;
}

/* ---- __Schema ---- */

static enum err resolve_types(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct gql_schema *schema = call->parent;
    struct list_builder list;
    if (!list_init(&list, call, schema->type_count)) {
        return no_memory(call, reterr);
    }
    for (size_t i = 0; i < schema->type_count; i++) {
        list_add(&list, &schema->types[i]->self);
    }
    return list_result(&list, ret);
}

static enum err
resolve_query_type(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_object(&call->operation->schema->query->self);
    return ERR_OK;
}

static enum err
resolve_mutation_type(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    const struct gql_type *mutation = call->operation->schema->mutation;
    *ret = gql_result_object(mutation != NULL ? &mutation->self : NULL);
    return ERR_OK;
}

static enum err
resolve_directives(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct gql_schema *schema = call->parent;
    struct list_builder list;
    if (!list_init(&list, call, schema->directive_count)) {
        return no_memory(call, reterr);
    }
    for (size_t i = 0; i < schema->directive_count; i++) {
        list_add(&list, schema->directives[i]);
    }
    return list_result(&list, ret);
}

static const struct gql_binding schema_fields[] = {
    GQL_TEXT("description", struct gql_schema, description),
    GQL_CALL("types", resolve_types),
    GQL_CALL("queryType", resolve_query_type),
    GQL_CALL("mutationType", resolve_mutation_type),
    GQL_ALWAYS_NULL("subscriptionType"),
    GQL_CALL("directives", resolve_directives),
};

/* ---- __Type ---- */

/* The type that a reference names; NULL when it is a list or non-null. */
static const struct gql_type *named_type(const struct gql_call *call)
{
    const struct gql_type_ref *ref = call->parent;
    return ref->kind == GQL_REF_NAMED ? ref->named : NULL;
}

static enum err resolve_kind(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    static const char *const kinds[] = {
        [GQL_KIND_SCALAR] = "SCALAR",       [GQL_KIND_OBJECT] = "OBJECT",
        [GQL_KIND_INTERFACE] = "INTERFACE", [GQL_KIND_UNION] = "UNION",
        [GQL_KIND_ENUM] = "ENUM",           [GQL_KIND_INPUT] = "INPUT_OBJECT",
    };
    const struct gql_type_ref *ref = call->parent;
    (void)reterr;
    *ret = gql_result_string(ref->kind == GQL_REF_LIST       ? "LIST"
                             : ref->kind == GQL_REF_NON_NULL ? "NON_NULL"
                                                             : kinds[ref->named->kind]);
    return ERR_OK;
}

static enum err
resolve_type_name(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct gql_type *type = named_type(call);
    (void)reterr;
    *ret = gql_result_text(type != NULL ? type->name : (struct slice){NULL, 0});
    return ERR_OK;
}

static enum err
resolve_description(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct gql_type *type = named_type(call);
    (void)reterr;
    *ret = gql_result_text(type != NULL ? type->description : (struct slice){NULL, 0});
    return ERR_OK;
}

static enum err
resolve_specified_by(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct gql_type *type = named_type(call);
    (void)reterr;
    *ret = gql_result_text(type != NULL ? type->specified_by : (struct slice){NULL, 0});
    return ERR_OK;
}

static enum err resolve_fields(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct gql_type *type = named_type(call);
    struct list_builder list;
    *ret = gql_result_null();
    if (type == NULL || (type->kind != GQL_KIND_OBJECT && type->kind != GQL_KIND_INTERFACE)) {
        return ERR_OK;
    }
    if (!list_init(&list, call, type->field_count)) {
        return no_memory(call, reterr);
    }
    for (size_t i = 0; i < type->field_count; i++) {
        if (!type->fields[i].deprecated || with_deprecated(call)) {
            list_add(&list, &type->fields[i]);
        }
    }
    return list_result(&list, ret);
}

/* References to a list of types. */
static enum err type_list(struct gql_call *call,
                          const struct gql_type *const *types,
                          size_t count,
                          struct gql_result *ret,
                          struct error *reterr)
{
    struct list_builder list;
    if (!list_init(&list, call, count)) {
        return no_memory(call, reterr);
    }
    for (size_t i = 0; i < count; i++) {
        list_add(&list, &types[i]->self);
    }
    return list_result(&list, ret);
}

static enum err
resolve_interfaces(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct gql_type *type = named_type(call);
    *ret = gql_result_null();
    if (type == NULL || (type->kind != GQL_KIND_OBJECT && type->kind != GQL_KIND_INTERFACE)) {
        return ERR_OK;
    }
    return type_list(call, type->interfaces, type->interface_count, ret, reterr);
}

static enum err
resolve_possible_types(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct gql_type *type = named_type(call);
    *ret = gql_result_null();
    if (type == NULL || !gql_type_is_abstract(type)) {
        return ERR_OK;
    }
    return type_list(call, type->possible, type->possible_count, ret, reterr);
}

static enum err
resolve_enum_values(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct gql_type *type = named_type(call);
    struct list_builder list;
    *ret = gql_result_null();
    if (type == NULL || type->kind != GQL_KIND_ENUM) {
        return ERR_OK;
    }
    if (!list_init(&list, call, type->value_count)) {
        return no_memory(call, reterr);
    }
    for (size_t i = 0; i < type->value_count; i++) {
        if (!type->values[i].deprecated || with_deprecated(call)) {
            list_add(&list, &type->values[i]);
        }
    }
    return list_result(&list, ret);
}

static enum err
resolve_input_fields(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct gql_type *type = named_type(call);
    *ret = gql_result_null();
    if (type == NULL || type->kind != GQL_KIND_INPUT) {
        return ERR_OK;
    }
    return pointers(call, type->inputs, type->input_count, sizeof *type->inputs, ret, reterr);
}

static const struct gql_binding type_fields[] = {
    GQL_CALL("kind", resolve_kind),
    GQL_CALL("name", resolve_type_name),
    GQL_CALL("description", resolve_description),
    GQL_CALL("specifiedByURL", resolve_specified_by),
    GQL_CALL_ARGS("fields", resolve_fields, "includeDeprecated"),
    GQL_CALL("interfaces", resolve_interfaces),
    GQL_CALL("possibleTypes", resolve_possible_types),
    GQL_CALL_ARGS("enumValues", resolve_enum_values, "includeDeprecated"),
    GQL_CALL("inputFields", resolve_input_fields),
    GQL_OBJECT("ofType", struct gql_type_ref, of),
};

/* ---- __Field, __InputValue, __EnumValue ---- */

static enum err
resolve_field_args(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct gql_field *field = call->parent;
    return pointers(call, field->arguments, field->argument_count, sizeof *field->arguments, ret,
                    reterr);
}

static enum err resolve_default(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct gql_input *input = call->parent;
    struct buf out;
    *ret = gql_result_null();
    if (input->default_ast == NULL) {
        return ERR_OK;
    }
    buf_init(&out, GQL_SDL_BYTES_MAX);
    gql_print_value(&out, input->default_ast);
    struct slice text = arena_copy(call->arena, buf_slice(&out));
    buf_deinit(&out);
    *ret = gql_result_text(text);
    return text.data != NULL ? ERR_OK : no_memory(call, reterr);
}

static const struct gql_binding field_fields[] = {
    GQL_TEXT("name", struct gql_field, name),
    GQL_TEXT("description", struct gql_field, description),
    GQL_CALL("args", resolve_field_args),
    GQL_OBJECT("type", struct gql_field, type),
    GQL_BOOL("isDeprecated", struct gql_field, deprecated),
    GQL_TEXT("deprecationReason", struct gql_field, deprecation_reason),
};

static const struct gql_binding input_fields[] = {
    GQL_TEXT("name", struct gql_input, name),
    GQL_TEXT("description", struct gql_input, description),
    GQL_OBJECT("type", struct gql_input, type),
    GQL_CALL("defaultValue", resolve_default),
};

static const struct gql_binding enum_value_fields[] = {
    GQL_TEXT("name", struct gql_enum_value, name),
    GQL_TEXT("description", struct gql_enum_value, description),
    GQL_BOOL("isDeprecated", struct gql_enum_value, deprecated),
    GQL_TEXT("deprecationReason", struct gql_enum_value, deprecation_reason),
};

/* ---- __Directive ---- */

static enum err
resolve_locations(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct gql_directive *directive = call->parent;
    struct slice *names = ARENA_ARRAY(call->arena, struct slice, GQL_AT_COUNT);
    size_t count = 0;
    if (names == NULL) {
        return no_memory(call, reterr);
    }
    for (enum gql_location_kind kind = 0; kind < GQL_AT_COUNT; kind++) {
        if ((directive->locations >> kind & 1) != 0) {
            names[count++] = slice_of_text(gql_location_kind_name(kind));
        }
    }
    *ret = gql_result_texts(names, count);
    return ERR_OK;
}

static enum err
resolve_directive_args(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct gql_directive *directive = call->parent;
    return pointers(call, directive->arguments, directive->argument_count,
                    sizeof *directive->arguments, ret, reterr);
}

static const struct gql_binding directive_fields[] = {
    GQL_TEXT("name", struct gql_directive, name),
    GQL_TEXT("description", struct gql_directive, description),
    GQL_CALL("locations", resolve_locations),
    GQL_CALL("args", resolve_directive_args),
    GQL_BOOL("isRepeatable", struct gql_directive, repeatable),
};

static const struct gql_type_binding types[] = {
    GQL_TYPE("__Schema", schema_fields),        GQL_TYPE("__Type", type_fields),
    GQL_TYPE("__Field", field_fields),          GQL_TYPE("__InputValue", input_fields),
    GQL_TYPE("__EnumValue", enum_value_fields), GQL_TYPE("__Directive", directive_fields),
};

static const struct gql_binding meta_schema = GQL_CALL("__schema", resolve_schema);
static const struct gql_binding meta_type = GQL_CALL_ARGS("__type", resolve_type, "name");

enum err gql_introspect_bind(struct gql_schema *schema, struct error *reterr)
{
    static const struct gql_bindings set = {.types = types, .type_count = ARRAY_COUNT(types)};
    schema->schema_field.binding = &meta_schema;
    schema->type_field.binding = &meta_type;
    return gql_bind(schema, &set, 1, /* builtin */ true, /* report */ NULL, reterr);
}
