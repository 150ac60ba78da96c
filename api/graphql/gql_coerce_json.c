/*
 * Variables: JSON values to the declared types.
 *
 * An error names the variable and the place inside it, never the value: what stands there may be a
 * secret that came to the wrong place.
 */
#include "api/graphql/gql_coerce_priv.h"
#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_scalar.h"
#include "core/base/check.h"

#include <stdarg.h>
#include <stdio.h>

/* One variable on its way in. */
struct given {
    struct gql_coercion *coercion;
    const struct gql_ast_variable *variable;
};

static bool fail(const struct given *given, const struct gql_path *place, const char *format, ...)
    PRINTF_LIKE(3, 4);

static bool fail(const struct given *given, const struct gql_path *place, const char *format, ...)
{
    struct gql_errors *errors = given->coercion->errors;
    if (errors->count >= GQL_ERRORS_MAX) {
        errors->left_out++; /* its text would not be kept */
        return false;
    }
    char text[ERROR_TEXT_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct slice where = gql_path_text(errors->arena, place);
    bool inside = where.size > 0;
    (void)gql_errors_add(errors, ERR_INVALID, given->variable->at, "variable \"$%.*s\"%s%.*s%s: %s",
                         SLICE_ARGS(given->variable->name), inside ? " at \"" : "",
                         SLICE_ARGS(where), inside ? "\"" : "", text);
    return false;
}

static bool out_of_memory(const struct given *given)
{
    (void)gql_errors_add(given->coercion->errors, ERR_LIMIT, GQL_NOWHERE,
                         "the variables need more than %zu bytes of memory",
                         given->coercion->arena->cap_bytes);
    return false;
}

static bool too_many(struct gql_coercion *coercion, uint32_t at)
{
    (void)gql_errors_add(coercion->errors, ERR_LIMIT, at,
                         "the variables, or an object in them, have more than %d members",
                         GQL_GIVEN_MAX);
    return false;
}

static bool wrong(const struct given *given,
                  const struct gql_path *place,
                  const char *expects,
                  const struct gql_type *type,
                  const struct value *value)
{
    return fail(given, place, "expected %s for type \"%.*s\", found %s %s", expects,
                SLICE_ARGS(type->name), value->type == VALUE_INT ? "an" : "a",
                value_type_name(value->type));
}

static bool coerce(const struct given *given,
                   const struct gql_type_ref *type,
                   const struct value *value,
                   const struct gql_path *place,
                   struct value *ret);

static bool coerce_scalar(const struct given *given,
                          const struct gql_type *type,
                          const struct value *value,
                          const struct gql_path *place,
                          struct value *ret)
{
    struct arena *arena = given->coercion->arena;
    struct gql_given scalar = {value, false, SLICE("")};
    struct value taken = value_null();
    if (!type->scalar->take(&scalar, arena, &taken)) {
        return wrong(given, place, type->scalar->expects, type, value);
    }
    *ret = value_copy(arena, &taken); /* the request's bytes may go before the operation ends */
    return true;
}

static bool coerce_enum(const struct given *given,
                        const struct gql_type *type,
                        const struct value *value,
                        const struct gql_path *place,
                        struct value *ret)
{
    if (value->type != VALUE_TEXT || !gql_type_has_value(type, value->bytes)) {
        return wrong(given, place, "one of the enum's values", type, value);
    }
    *ret = value_copy(given->coercion->arena, value);
    return true;
}

static bool check_unknown(const struct given *given,
                          const struct gql_type *type,
                          const struct value *value,
                          const struct gql_path *place)
{
    bool good = true;
    for (uint32_t i = 0; i < value->map.count; i++) {
        struct slice key = value->map.members[i].key;
        if (gql_input_find(type->inputs, type->input_count, key) == NULL) {
            good = fail(given, place, "field \"%.*s\" is not defined by input type \"%.*s\"",
                        SLICE_ARGS(key), SLICE_ARGS(type->name));
        }
    }
    return good;
}

static bool coerce_field(const struct given *given,
                         const struct gql_input *input,
                         const struct value *value,
                         const struct gql_path *place,
                         struct value *map)
{
    struct gql_path inside = {place, input->name, 0};
    struct value field = input->has_default ? input->default_value : value_null();
    if (!value_is_null(value)) {
        if (!coerce(given, input->type, value, &inside, &field)) {
            return false;
        }
    } else if (field.type == VALUE_NULL) {
        char room[GQL_REF_TEXT_SIZE];
        return input->type->kind != GQL_REF_NON_NULL ||
               fail(given, &inside, "a value of type \"%s\" is required",
                    gql_ref_text(input->type, room));
    }
    return value_map_put(given->coercion->arena, map, input->name, field) || out_of_memory(given);
}

static bool coerce_object(const struct given *given,
                          const struct gql_type *type,
                          const struct value *value,
                          const struct gql_path *place,
                          struct value *ret)
{
    if (value->type != VALUE_MAP) {
        return wrong(given, place, "an object", type, value);
    }
    if (value->map.count > GQL_GIVEN_MAX) {
        return too_many(given->coercion, given->variable->at);
    }
    bool good = check_unknown(given, type, value, place);
    *ret = value_map();
    for (size_t i = 0; i < type->input_count; i++) {
        const struct gql_input *input = &type->inputs[i];
        good = coerce_field(given, input, value_get(value, input->name), place, ret) && good;
    }
    return good;
}

static bool coerce_list(const struct given *given,
                        const struct gql_type_ref *item_type,
                        const struct value *value,
                        const struct gql_path *place,
                        struct value *ret)
{
    bool is_list = value->type == VALUE_LIST;
    size_t count = is_list ? value->list.count : 1;
    bool good = true;
    *ret = value_list();
    for (size_t i = 0; i < count && !gql_errors_full(given->coercion->errors); i++) {
        struct gql_path inside = {place, {NULL, 0}, i};
        struct value item = value_null();
        if (!coerce(given, item_type, is_list ? &value->list.items[i] : value,
                    is_list ? &inside : place, &item)) {
            good = false;
        } else if (!value_list_push(given->coercion->arena, ret, item)) {
            return out_of_memory(given);
        }
    }
    return good;
}

/* Recursion is bounded by the type's marks and by the nesting of the JSON text. */
static bool coerce(const struct given *given,
                   const struct gql_type_ref *type,
                   const struct value *value,
                   const struct gql_path *place,
                   struct value *ret)
{
    if (value->type == VALUE_NULL) {
        char room[GQL_REF_TEXT_SIZE];
        *ret = value_null();
        return type->kind != GQL_REF_NON_NULL ||
               fail(given, place, "expected a value of type \"%s\", found null",
                    gql_ref_text(type, room));
    }
    const struct gql_type_ref *nullable = gql_ref_nullable(type);
    if (nullable->kind == GQL_REF_LIST) {
        return coerce_list(given, nullable->of, value, place, ret);
    }
    switch (nullable->named->kind) {
    case GQL_KIND_SCALAR:
        return coerce_scalar(given, nullable->named, value, place, ret);
    case GQL_KIND_ENUM:
        return coerce_enum(given, nullable->named, value, place, ret);
    case GQL_KIND_INPUT:
        return coerce_object(given, nullable->named, value, place, ret);
    case GQL_KIND_OBJECT:
    case GQL_KIND_INTERFACE:
    case GQL_KIND_UNION:
        break;
    }
    UNREACHABLE("a variable of an output type");
}

static bool coerce_variable(struct gql_coercion *coercion,
                            const struct gql_ast_variable *variable,
                            const struct value *value,
                            struct value *map)
{
    struct given given = {coercion, variable};
    struct value coerced = variable->has_default ? variable->default_coerced : value_null();
    if (!value_is_null(value)) {
        if (!coerce(&given, variable->type_ref, value, NULL, &coerced)) {
            return false;
        }
    } else if (coerced.type == VALUE_NULL) {
        char room[GQL_REF_TEXT_SIZE];
        return variable->type_ref->kind != GQL_REF_NON_NULL ||
               fail(&given, NULL, "a value of type \"%s\" is required",
                    gql_ref_text(variable->type_ref, room));
    }
    return value_map_put(coercion->arena, map, variable->name, coerced) || out_of_memory(&given);
}

bool gql_coerce_variables(struct gql_coercion *coercion,
                          const struct gql_ast_operation *operation,
                          const struct value *given,
                          struct value *ret)
{
    bool good = true;
    *ret = value_map();
    if (given != NULL && given->type == VALUE_MAP && given->map.count > GQL_GIVEN_MAX) {
        return too_many(coercion, GQL_NOWHERE);
    }
    for (const struct gql_ast_variable *variable = operation->variables; variable != NULL;
         variable = variable->next) {
        const struct value *value = value_get(given, variable->name);
        good = coerce_variable(coercion, variable, value, ret) && good;
    }
    return good;
}
