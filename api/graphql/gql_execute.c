/*
 * Resolving fields and writing their values (specification 6.4).
 *
 * Values go straight into the answer's bytes. When a null may not stand where one came up, what was
 * written since the nearest place that may be null is cut off again (struct place): `false` travels
 * up until somebody writes the null.
 *
 * Recursion goes field by field and list by list: at most GQL_DEPTH_MAX fields, each with the list
 * marks of its type.
 */
#include "api/graphql/gql_coerce_priv.h"
#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_operation_priv.h"
#include "api/graphql/gql_read_priv.h"
#include "api/graphql/gql_scalar.h"
#include "core/base/check.h"

#include <stdarg.h>

/* Where the answer ended before something was written. */
struct place {
    size_t size;
    bool comma;
};

static struct place place_here(const struct gql_operation *operation)
{
    return (struct place){operation->out->size, operation->json.comma};
}

static void go_back(struct gql_operation *operation, struct place place)
{
    buf_truncate(operation->out, place.size);
    operation->json.comma = place.comma;
}

static bool complete(struct gql_operation *operation,
                     struct gql_planned *planned,
                     const struct gql_type_ref *type,
                     const struct gql_result *result,
                     const struct gql_path *path);

bool gql_execute_fail(struct gql_operation *operation,
                      const struct gql_planned *planned,
                      const struct gql_path *path,
                      enum err code,
                      const char *format,
                      ...)
{
    va_list args;
    va_start(args, format);
    struct gql_error *error =
        gql_errors_addv(&operation->errors, code, planned->nodes->selection->at, format, args);
    va_end(args);
    if (error != NULL) {
        error->path = gql_path_copy(&operation->arena, path);
    }
    return false;
}

bool gql_execute_fail_error(struct gql_operation *operation,
                            const struct gql_planned *planned,
                            const struct gql_path *path,
                            enum err code,
                            const struct error *error)
{
    bool told = error != NULL && error->text[0] != '\0';
    return gql_execute_fail(operation, planned, path, code, "%s",
                            told ? error->text : error_code_text(code));
}

/* Ends the execution: whatever is being written becomes null up to the root. */
static bool stop(struct gql_operation *operation,
                 const struct gql_planned *planned,
                 const struct gql_path *path,
                 const char *what,
                 size_t limit)
{
    if (!operation->stopped) {
        operation->stopped = true;
        (void)gql_execute_fail(operation, planned, path, ERR_LIMIT, "the answer %s %zu", what,
                               limit);
    }
    return false;
}

/* Counts a resolved field or list item. Returns: false when a limit is reached. */
static bool step(struct gql_operation *operation,
                 const struct gql_planned *planned,
                 const struct gql_path *path)
{
    size_t size = operation->out->size - operation->out_start;
    if (operation->stopped) {
        return false;
    }
    if (++operation->steps > GQL_STEPS_MAX) {
        return stop(operation, planned, path, "has more fields than", GQL_STEPS_MAX);
    }
    if (size > GQL_RESPONSE_BYTES_MAX) {
        return stop(operation, planned, path, "has more bytes than", GQL_RESPONSE_BYTES_MAX);
    }
    return !operation->out->failed ||
           stop(operation, planned, path, "has more bytes than", operation->out->max_bytes);
}

static bool out_of_memory(struct gql_operation *operation,
                          const struct gql_planned *planned,
                          const struct gql_path *path)
{
    return stop(operation, planned, path, "needs more bytes of memory than",
                operation->arena.cap_bytes);
}

/* ---- arguments ---- */

const struct value *gql_execute_arguments(struct gql_operation *operation,
                                          struct gql_planned *planned,
                                          const struct gql_path *path)
{
    const struct gql_ast_selection *selection = planned->nodes->selection;
    if (planned->arguments_ready) {
        return &planned->arguments;
    }
    if (selection->constant && selection->field == planned->field) {
        planned->arguments = selection->arguments_value;
        planned->arguments_ready = true;
        return &planned->arguments;
    }
    struct gql_coercion coercion = {.arena = &operation->arena,
                                    .errors = &operation->errors,
                                    .variables = &operation->variables,
                                    .path = path};
    planned->arguments_ready =
        gql_coerce_members(&coercion, &(struct gql_owner){.field = planned->field},
                           selection->arguments, selection->at, &planned->arguments);
    return planned->arguments_ready ? &planned->arguments : NULL;
}

/* ---- resolving ---- */

struct gql_call gql_execute_call(struct gql_operation *operation,
                                 const struct gql_planned *planned,
                                 const void *parent,
                                 const struct value *arguments,
                                 const struct gql_path *path)
{
    return (struct gql_call){.user = operation->user,
                             .parent = parent,
                             .args = arguments,
                             .arena = &operation->arena,
                             .operation = operation,
                             .path = path,
                             .planned = planned};
}

static bool call_resolver(struct gql_operation *operation,
                          struct gql_planned *planned,
                          const void *parent,
                          const struct gql_path *path,
                          struct gql_result *ret)
{
    const struct value *arguments = gql_execute_arguments(operation, planned, path);
    if (arguments == NULL) {
        return false;
    }
    struct gql_call call = gql_execute_call(operation, planned, parent, arguments, path);
    struct error error;
    error_clear(&error);
    enum err e = planned->field->binding->resolve(&call, ret, &error);
    return e == ERR_OK || gql_execute_fail_error(operation, planned, path, e, &error);
}

static bool resolve(struct gql_operation *operation,
                    struct gql_planned *planned,
                    const void *parent,
                    const struct gql_path *path,
                    struct gql_result *ret)
{
    const struct gql_binding *binding = planned->field->binding;
    if (binding == NULL) {
        return gql_execute_fail(
            operation, planned, path, ERR_UNSUPPORTED, "field \"%.*s.%.*s\" is not served",
            SLICE_ARGS(planned->field->parent->name), SLICE_ARGS(planned->field->name));
    }
    if (binding->read == GQL_READ_CALL) {
        return call_resolver(operation, planned, parent, path, ret);
    }
    ASSERT(parent != NULL || binding->read == GQL_READ_CONSTANT);
    *ret = gql_read_member(binding, parent);
    return true;
}

/* ---- writing ---- */

/* A result that a type cannot be: the resolver's fault, not the client's. */
static bool unfit(struct gql_operation *operation,
                  const struct gql_planned *planned,
                  const struct gql_path *path,
                  const struct gql_type *type)
{
    return gql_execute_fail(operation, planned, path, ERR_DAMAGED,
                            "what was found cannot be written as \"%.*s\"", SLICE_ARGS(type->name));
}

static bool complete_leaf(struct gql_operation *operation,
                          const struct gql_planned *planned,
                          const struct gql_type *type,
                          const struct gql_result *result,
                          const struct gql_path *path)
{
    struct gql_result plain = *result;
    if (plain.kind == GQL_RESULT_VALUE && (type->scalar == NULL || !type->scalar->writes_values)) {
        plain = gql_scalar_result(plain.value);
    }
    if (type->kind == GQL_KIND_SCALAR) {
        return type->scalar->write(&operation->json, &plain, &operation->arena) ||
               unfit(operation, planned, path, type);
    }
    if (plain.kind != GQL_RESULT_TEXT || !gql_type_has_value(type, plain.text)) {
        return unfit(operation, planned, path, type);
    }
    json_out_text(&operation->json, plain.text);
    return true;
}

static bool execute_field(struct gql_operation *operation,
                          const struct gql_plan *plan,
                          struct gql_planned *planned,
                          const void *object,
                          const struct gql_path *up)
{
    struct gql_path path = {up, planned->response, 0};
    struct gql_result result = gql_result_null();
    if (!step(operation, planned, &path)) {
        return false;
    }
    json_out_key_plain(&operation->json, planned->response);
    if (planned->field == &operation->schema->typename_field) {
        json_out_text(&operation->json, plan->type->name);
        return true;
    }
    struct place place = place_here(operation);
    if (resolve(operation, planned, object, &path, &result)) {
        return complete(operation, planned, planned->field->type, &result, &path);
    }
    if (operation->stopped || planned->field->type->kind == GQL_REF_NON_NULL) {
        return false;
    }
    go_back(operation, place);
    json_out_null(&operation->json);
    return true;
}

/* The object type of an object of an interface or union; NULL after adding an error. */
static const struct gql_type *concrete_type(struct gql_operation *operation,
                                            const struct gql_planned *planned,
                                            const struct gql_type *type,
                                            const void *object,
                                            const struct gql_path *path)
{
    const char *name = type->type_of != NULL ? type->type_of(object) : NULL;
    const struct gql_type *found =
        name != NULL ? gql_schema_type(operation->schema, slice_of_text(name)) : NULL;
    if (found != NULL && found->kind == GQL_KIND_OBJECT && gql_type_can_be(type, found)) {
        return found;
    }
    (void)unfit(operation, planned, path, type);
    return NULL;
}

static bool complete_object(struct gql_operation *operation,
                            struct gql_planned *planned,
                            const struct gql_type *type,
                            const void *object,
                            const struct gql_path *path)
{
    if (gql_type_is_abstract(type)) {
        type = concrete_type(operation, planned, type, object, path);
        if (type == NULL) {
            return false;
        }
    }
    const struct gql_plan *plan = gql_plan_below(operation, planned, type);
    if (plan == NULL) {
        return out_of_memory(operation, planned, path);
    }
    json_out_begin_object(&operation->json);
    for (struct gql_planned *field = plan->first; field != NULL; field = field->next) {
        if (!execute_field(operation, plan, field, object, path)) {
            return false;
        }
    }
    json_out_end_object(&operation->json);
    return true;
}

/* The i-th item of a list result. */
static struct gql_result list_item(const struct gql_result *list, size_t index)
{
    switch (list->kind) {
    case GQL_RESULT_OBJECTS:
        return gql_result_object(list->objects.items[index]);
    case GQL_RESULT_TEXTS:
        return gql_result_text(list->texts.items[index]);
    case GQL_RESULT_LIST:
        return list->list.items[index];
    case GQL_RESULT_VALUE:
        return gql_result_value(&list->value->list.items[index]);
    case GQL_RESULT_NULL:
    case GQL_RESULT_BOOL:
    case GQL_RESULT_INT:
    case GQL_RESULT_FLOAT:
    case GQL_RESULT_TEXT:
    case GQL_RESULT_ID:
    case GQL_RESULT_OBJECT:
        break;
    }
    UNREACHABLE("a result that is no list");
}

/* Items of a list result; SIZE_MAX when it is none. */
static size_t list_count(const struct gql_result *result)
{
    return result->kind == GQL_RESULT_OBJECTS ? result->objects.count
           : result->kind == GQL_RESULT_TEXTS ? result->texts.count
           : result->kind == GQL_RESULT_LIST  ? result->list.count
           : result->kind == GQL_RESULT_VALUE && result->value->type == VALUE_LIST
               ? result->value->list.count
               : SIZE_MAX;
}

static bool complete_list(struct gql_operation *operation,
                          struct gql_planned *planned,
                          const struct gql_type_ref *item_type,
                          const struct gql_result *result,
                          const struct gql_path *path)
{
    size_t count = list_count(result);
    if (count == SIZE_MAX) {
        return unfit(operation, planned, path, item_type->named);
    }
    json_out_begin_list(&operation->json);
    for (size_t i = 0; i < count; i++) {
        struct gql_path item_path = {path, {NULL, 0}, i};
        struct gql_result item = list_item(result, i);
        if (!step(operation, planned, &item_path) ||
            !complete(operation, planned, item_type, &item, &item_path)) {
            return false;
        }
    }
    json_out_end_list(&operation->json);
    return true;
}

/* Writes a result that is there, as a type that is not marked non-null. */
static bool complete_present(struct gql_operation *operation,
                             struct gql_planned *planned,
                             const struct gql_type_ref *type,
                             const struct gql_result *result,
                             const struct gql_path *path)
{
    if (type->kind == GQL_REF_LIST) {
        return complete_list(operation, planned, type->of, result, path);
    }
    if (!gql_type_is_composite(type->named)) {
        return complete_leaf(operation, planned, type->named, result, path);
    }
    if (result->kind != GQL_RESULT_OBJECT) {
        return unfit(operation, planned, path, type->named);
    }
    return complete_object(operation, planned, type->named, result->object, path);
}

static bool unwanted_null(struct gql_operation *operation,
                          const struct gql_planned *planned,
                          const struct gql_path *path)
{
    return gql_execute_fail(operation, planned, path, ERR_DAMAGED,
                            "null was found for \"%.*s.%.*s\", which cannot be null",
                            SLICE_ARGS(planned->field->parent->name),
                            SLICE_ARGS(planned->field->name));
}

/* Writes a result. Returns: false when a null must travel further up; the error is noted, and what
 * was written since is for the one who catches it to cut off. */
static bool complete(struct gql_operation *operation,
                     struct gql_planned *planned,
                     const struct gql_type_ref *type,
                     const struct gql_result *result,
                     const struct gql_path *path)
{
    bool required = type->kind == GQL_REF_NON_NULL;
    if (result->kind == GQL_RESULT_NULL) {
        if (required) {
            return unwanted_null(operation, planned, path);
        }
        json_out_null(&operation->json);
        return true;
    }
    struct place place = place_here(operation);
    if (complete_present(operation, planned, gql_ref_nullable(type), result, path)) {
        return true;
    }
    if (required || operation->stopped) {
        return false;
    }
    go_back(operation, place);
    json_out_null(&operation->json);
    return true;
}

/* ---- root fields ---- */

bool gql_execute_root(struct gql_operation *operation,
                      struct gql_planned *planned,
                      struct gql_result *ret)
{
    struct gql_path path = {NULL, planned->response, 0};
    *ret = gql_result_null();
    if (!step(operation, planned, &path)) {
        return false;
    }
    if (planned->field == &operation->schema->typename_field) {
        *ret = gql_result_text(operation->root->type->name);
        return true;
    }
    return resolve(operation, planned, NULL, &path, ret);
}

bool gql_execute_root_result(struct gql_operation *operation,
                             struct gql_planned *planned,
                             const struct gql_result *result)
{
    struct gql_path path = {NULL, planned->response, 0};
    const struct gql_type_ref *type = planned->field->type;
    json_out_key_plain(&operation->json, planned->response);
    if (result->kind == GQL_RESULT_NULL) {
        return complete(operation, planned, type, result, &path);
    }
    /* A null that travels up to here fails the root field, also where it might stand. */
    return complete_present(operation, planned, gql_ref_nullable(type), result, &path);
}
