/*
 * Literals. A literal is read by its type: lists and input objects part by part, scalars by first
 * taking the literal for what it says (raw_value) and then asking the scalar.
 *
 * Faults in one item or field do not end the walk: all of them are reported.
 */
#include "api/graphql/gql_coerce_priv.h"

#include "api/graphql/gql_scalar.h"
#include "core/base/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static bool fail(struct gql_coercion *coercion, uint32_t at, const char *format, ...)
    PRINTF_LIKE(3, 4);

static bool fail(struct gql_coercion *coercion, uint32_t at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct gql_error *error = gql_errors_addv(coercion->errors, ERR_INVALID, at, format, args);
    va_end(args);
    if (error != NULL) {
        error->path = gql_path_copy(coercion->errors->arena, coercion->path);
    }
    return false;
}

static bool out_of_memory(struct gql_coercion *coercion, uint32_t at)
{
    (void)gql_errors_add(coercion->errors, ERR_LIMIT, at, "the arguments need too much memory");
    return false;
}

/* ---- literals ---- */

static const char *literal_name(const struct gql_ast_value *literal)
{
    static const char *const names[] = {
        [GQL_AST_NULL] = "null",           [GQL_AST_BOOLEAN] = "a boolean",
        [GQL_AST_INT] = "a whole number",  [GQL_AST_FLOAT] = "a number with a fraction",
        [GQL_AST_STRING] = "a text",       [GQL_AST_ENUM] = "an enum value",
        [GQL_AST_VARIABLE] = "a variable", [GQL_AST_LIST] = "a list",
        [GQL_AST_OBJECT] = "an object",
    };
    return names[literal->kind];
}

/* A number literal; whole ones that do not fit 64 bits become doubles, as JSON's do. */
static struct value number_value(const struct gql_ast_value *literal, const char *text)
{
    errno = 0;
    long long number = strtoll(text, NULL, 10);
    if (literal->kind == GQL_AST_INT && errno == 0) {
        return value_int(number);
    }
    return value_float(strtod(text, NULL));
}

static bool
raw_value(struct gql_coercion *coercion, const struct gql_ast_value *literal, struct value *ret);

static bool
raw_list(struct gql_coercion *coercion, const struct gql_ast_value *literal, struct value *ret)
{
    *ret = value_list();
    for (const struct gql_ast_value *item = literal->items; item != NULL; item = item->next) {
        struct value value = value_null();
        if (!raw_value(coercion, item, &value)) {
            return false;
        }
        if (!value_list_push(coercion->arena, ret, value)) {
            return out_of_memory(coercion, literal->at);
        }
    }
    return true;
}

static bool
raw_object(struct gql_coercion *coercion, const struct gql_ast_value *literal, struct value *ret)
{
    *ret = value_map();
    for (const struct gql_ast_argument *field = literal->fields; field != NULL;
         field = field->next) {
        struct value value = value_null();
        if (coercion->usages != NULL && gql_argument_find(literal->fields, field->name) != field) {
            return fail(coercion, field->at, "field \"%.*s\" stands twice in an object",
                        SLICE_ARGS(field->name));
        }
        if (!raw_value(coercion, field->value, &value)) {
            return false;
        }
        if (!value_map_put(coercion->arena, ret, field->name, value)) {
            return out_of_memory(coercion, literal->at);
        }
    }
    return true;
}

/* Notes a use of a variable, or looks its value up. */
static bool variable_value(struct gql_coercion *coercion,
                           const struct gql_type_ref *type,
                           bool has_default,
                           const struct gql_ast_value *variable,
                           struct value *ret)
{
    *ret = value_null();
    if (coercion->usages == NULL) {
        const struct value *value = value_get(coercion->variables, variable->text);
        *ret = value != NULL ? *value : value_null();
        return true;
    }
    struct gql_usage *usage = ARENA_NEW(coercion->arena, struct gql_usage);
    if (usage == NULL) {
        return out_of_memory(coercion, variable->at);
    }
    *usage = (struct gql_usage){variable, type, has_default, NULL};
    *coercion->usages = usage;
    coercion->usages = &usage->next;
    return true;
}

/* A literal as the value it says by itself, without a type. Nesting is the parser's. */
static bool
raw_value(struct gql_coercion *coercion, const struct gql_ast_value *literal, struct value *ret)
{
    switch (literal->kind) {
    case GQL_AST_NULL:
        *ret = value_null();
        return true;
    case GQL_AST_BOOLEAN:
        *ret = value_bool(slice_is(literal->text, "true"));
        return true;
    case GQL_AST_INT:
    case GQL_AST_FLOAT: {
        const char *text = arena_text(coercion->arena, literal->text);
        *ret = text != NULL ? number_value(literal, text) : value_null();
        return text != NULL || out_of_memory(coercion, literal->at);
    }
    case GQL_AST_STRING:
    case GQL_AST_ENUM:
        *ret = value_text(literal->text);
        return true;
    case GQL_AST_VARIABLE:
        return variable_value(coercion, NULL, false, literal, ret);
    case GQL_AST_LIST:
        return raw_list(coercion, literal, ret);
    case GQL_AST_OBJECT:
        return raw_object(coercion, literal, ret);
    }
    UNREACHABLE("literal kind");
}

static bool wrong_literal(struct gql_coercion *coercion,
                          const struct gql_type *type,
                          const struct gql_ast_value *literal,
                          const char *expects)
{
    return fail(coercion, literal->at, "expected %s for type \"%.*s\", found %s", expects,
                SLICE_ARGS(type->name), literal_name(literal));
}

static bool scalar_literal(struct gql_coercion *coercion,
                           const struct gql_type *type,
                           const struct gql_ast_value *literal,
                           struct value *ret)
{
    bool structured = literal->kind == GQL_AST_LIST || literal->kind == GQL_AST_OBJECT ||
                      literal->kind == GQL_AST_ENUM;
    struct value value = value_null();
    if (structured && !type->scalar->structured) {
        return wrong_literal(coercion, type, literal, type->scalar->expects);
    }
    if (!raw_value(coercion, literal, &value)) {
        return false;
    }
    bool number = literal->kind == GQL_AST_INT || literal->kind == GQL_AST_FLOAT;
    struct gql_given given = {&value, true, number ? literal->text : SLICE("")};
    if (!type->scalar->take(&given, coercion->arena, ret)) {
        return wrong_literal(coercion, type, literal, type->scalar->expects);
    }
    return true;
}

static bool enum_literal(struct gql_coercion *coercion,
                         const struct gql_type *type,
                         const struct gql_ast_value *literal,
                         struct value *ret)
{
    if (literal->kind != GQL_AST_ENUM) {
        return wrong_literal(coercion, type, literal, "an enum value");
    }
    *ret = value_text(literal->text);
    return gql_type_has_value(type, literal->text) ||
           fail(coercion, literal->at, "\"%.*s\" is not a value of enum \"%.*s\"",
                SLICE_ARGS(literal->text), SLICE_ARGS(type->name));
}

static bool named_literal(struct gql_coercion *coercion,
                          const struct gql_type *type,
                          const struct gql_ast_value *literal,
                          struct value *ret)
{
    if (type->kind == GQL_KIND_SCALAR) {
        return scalar_literal(coercion, type, literal, ret);
    }
    if (type->kind == GQL_KIND_ENUM) {
        return enum_literal(coercion, type, literal, ret);
    }
    ASSERT(type->kind == GQL_KIND_INPUT);
    if (literal->kind != GQL_AST_OBJECT) {
        return wrong_literal(coercion, type, literal, "an object");
    }
    return gql_coerce_members(coercion, &(struct gql_owner){.type = type}, literal->fields,
                              literal->at, ret);
}

static bool list_literal(struct gql_coercion *coercion,
                         const struct gql_type_ref *item_type,
                         const struct gql_ast_value *literal,
                         struct value *ret)
{
    bool is_list = literal->kind == GQL_AST_LIST;
    bool good = true;
    *ret = value_list();
    for (const struct gql_ast_value *item = is_list ? literal->items : literal;
         item != NULL && !gql_errors_full(coercion->errors); item = is_list ? item->next : NULL) {
        struct value value = value_null();
        if (!gql_coerce_literal(coercion, item_type, item, &value)) {
            good = false; /* the other items may have faults of their own */
        } else if (!value_list_push(coercion->arena, ret, value)) {
            return out_of_memory(coercion, literal->at);
        }
    }
    return good;
}

static bool variable_literal(struct gql_coercion *coercion,
                             const struct gql_type_ref *type,
                             const struct gql_ast_value *variable,
                             struct value *ret)
{
    if (!variable_value(coercion, type, false, variable, ret)) {
        return false;
    }
    if (coercion->usages == NULL && type->kind == GQL_REF_NON_NULL && ret->type == VALUE_NULL) {
        char room[GQL_REF_TEXT_SIZE];
        return fail(coercion, variable->at,
                    "variable \"$%.*s\" has no value, and a value of type \"%s\" is needed here",
                    SLICE_ARGS(variable->text), gql_ref_text(type, room));
    }
    return true;
}

bool gql_coerce_literal(struct gql_coercion *coercion,
                        const struct gql_type_ref *type,
                        const struct gql_ast_value *literal,
                        struct value *ret)
{
    if (literal->kind == GQL_AST_VARIABLE) {
        return variable_literal(coercion, type, literal, ret);
    }
    if (literal->kind == GQL_AST_NULL) {
        char room[GQL_REF_TEXT_SIZE];
        *ret = value_null();
        return type->kind != GQL_REF_NON_NULL ||
               fail(coercion, literal->at, "expected a value of type \"%s\", found null",
                    gql_ref_text(type, room));
    }
    const struct gql_type_ref *nullable = gql_ref_nullable(type);
    if (nullable->kind == GQL_REF_LIST) {
        return list_literal(coercion, nullable->of, literal, ret);
    }
    return named_literal(coercion, nullable->named, literal, ret);
}

/* ---- arguments and fields of objects ---- */

/* Room for "input type" or "field", and a type and a field name of ordinary length. */
#define OWNER_TEXT_SIZE 200

static const char *owner_text(const struct gql_owner *owner, char room[OWNER_TEXT_SIZE])
{
    if (owner->field != NULL) {
        (void)snprintf(room, OWNER_TEXT_SIZE, "field \"%.*s.%.*s\"",
                       SLICE_ARGS(owner->field->parent->name), SLICE_ARGS(owner->field->name));
    } else if (owner->directive != NULL) {
        (void)snprintf(room, OWNER_TEXT_SIZE, "directive \"@%.*s\"",
                       SLICE_ARGS(owner->directive->name));
    } else {
        (void)snprintf(room, OWNER_TEXT_SIZE, "input type \"%.*s\"", SLICE_ARGS(owner->type->name));
    }
    return room;
}

static const char *member_word(const struct gql_owner *owner)
{
    return owner->type != NULL ? "field" : "argument";
}

static const struct gql_input *owner_inputs(const struct gql_owner *owner, size_t *ret_count)
{
    if (owner->field != NULL) {
        *ret_count = owner->field->argument_count;
        return owner->field->arguments;
    }
    if (owner->directive != NULL) {
        *ret_count = owner->directive->argument_count;
        return owner->directive->arguments;
    }
    *ret_count = owner->type->input_count;
    return owner->type->inputs;
}

/* Validating: names that are unknown or stand twice. */
static bool check_names(struct gql_coercion *coercion,
                        const struct gql_owner *owner,
                        const struct gql_ast_argument *given)
{
    size_t count = 0;
    const struct gql_input *inputs = owner_inputs(owner, &count);
    char room[OWNER_TEXT_SIZE];
    bool good = true;
    for (const struct gql_ast_argument *one = given; one != NULL; one = one->next) {
        if (gql_input_find(inputs, count, one->name) == NULL) {
            good = fail(coercion, one->at, "%s \"%.*s\" is not defined by %s", member_word(owner),
                        SLICE_ARGS(one->name), owner_text(owner, room));
        } else if (gql_argument_find(given, one->name) != one) {
            good = fail(coercion, one->at, "%s \"%.*s\" stands twice on %s", member_word(owner),
                        SLICE_ARGS(one->name), owner_text(owner, room));
        }
    }
    return good;
}

static bool missing(struct gql_coercion *coercion,
                    const struct gql_owner *owner,
                    const struct gql_input *input,
                    uint32_t at)
{
    char owner_room[OWNER_TEXT_SIZE];
    char type_room[GQL_REF_TEXT_SIZE];
    return fail(coercion, at, "%s \"%.*s\" of type \"%s\" is required by %s", member_word(owner),
                SLICE_ARGS(input->name), gql_ref_text(input->type, type_room),
                owner_text(owner, owner_room));
}

/* The value of one argument or field; null when it is not given. */
static bool member_value(struct gql_coercion *coercion,
                         const struct gql_input *input,
                         const struct gql_ast_value *literal,
                         struct value *ret)
{
    if (literal == NULL) {
        return true;
    }
    if (literal->kind == GQL_AST_VARIABLE) {
        return variable_value(coercion, input->type, input->has_default, literal, ret);
    }
    return gql_coerce_literal(coercion, input->type, literal, ret);
}

static bool put_member(struct gql_coercion *coercion,
                       const struct gql_owner *owner,
                       const struct gql_input *input,
                       const struct gql_ast_argument *given,
                       uint32_t at,
                       struct value *map)
{
    const struct gql_ast_value *literal = given != NULL ? given->value : NULL;
    struct value value = value_null();
    if (!member_value(coercion, input, literal, &value)) {
        return false;
    }
    if (value.type == VALUE_NULL && input->has_default) {
        value = input->default_value;
    }
    if (value.type != VALUE_NULL) {
        return value_map_put(coercion->arena, map, input->name, value) ||
               out_of_memory(coercion, at);
    }
    bool unknown = literal != NULL && literal->kind == GQL_AST_VARIABLE && coercion->usages != NULL;
    if (input->type->kind == GQL_REF_NON_NULL && !unknown) {
        return missing(coercion, owner, input, given != NULL ? given->at : at);
    }
    return true;
}

bool gql_coerce_members(struct gql_coercion *coercion,
                        const struct gql_owner *owner,
                        const struct gql_ast_argument *given,
                        uint32_t at,
                        struct value *ret)
{
    size_t count = 0;
    const struct gql_input *inputs = owner_inputs(owner, &count);
    bool good = coercion->usages == NULL || check_names(coercion, owner, given);
    *ret = value_map();
    for (size_t i = 0; i < count; i++) {
        const struct gql_ast_argument *one = gql_argument_find(given, inputs[i].name);
        good = put_member(coercion, owner, &inputs[i], one, at, ret) && good;
    }
    return good;
}
