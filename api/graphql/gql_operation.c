/*
 * The life of an operation: making it ready, the root fields in their order, waiting, the frame of
 * the answer. Fields are resolved and written in gql_execute.c.
 *
 * Bytes: `{"data":` stands at the start; if a root field fails, everything behind it is cut off and
 * null written instead. Errors and extensions follow at the end.
 */
#include "api/graphql/gql_operation.h"

#include "api/graphql/gql_coerce_priv.h"
#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_operation_priv.h"
#include "core/base/check.h"
#include "core/base/memory.h"

/* ---- making ---- */

static const struct gql_ast_operation *select_operation(const struct gql_ast_document *document,
                                                        struct slice name)
{
    const struct gql_ast_operation *operation = document->operations;
    if (name.size == 0) {
        return document->operation_count == 1 ? operation : NULL;
    }
    while (operation != NULL && !slice_equal(operation->name, name)) {
        operation = operation->next;
    }
    return operation;
}

static enum err no_operation(struct slice name, struct gql_errors *errors)
{
    if (name.size == 0) {
        (void)gql_errors_add(errors, ERR_INVALID, GQL_NOWHERE,
                             "the document has several operations: say which by operationName");
    } else {
        (void)gql_errors_add(errors, ERR_INVALID, GQL_NOWHERE,
                             "the document has no operation \"%.*s\"", SLICE_ARGS(name));
    }
    return ERR_INVALID;
}

static enum err check_cost(const struct gql_operation *operation, struct gql_errors *errors)
{
    if (operation->cost <= GQL_COST_MAX) {
        return ERR_OK;
    }
    (void)gql_errors_add(errors, ERR_LIMIT, operation->ast->at,
                         "the operation may come to %llu fields, at most %d are allowed: ask for "
                         "smaller pages (first) or fewer lists inside each other",
                         (unsigned long long)operation->cost, GQL_COST_MAX);
    return ERR_LIMIT;
}

static enum err prepare(struct gql_operation *operation,
                        const struct gql_operation_start *start,
                        struct gql_errors *errors)
{
    struct gql_coercion coercion = {.arena = &operation->arena, .errors = errors};
    operation->ast = select_operation(operation->document->ast, start->name);
    if (operation->ast == NULL) {
        return no_operation(start->name, errors);
    }
    if (!gql_coerce_variables(&coercion, operation->ast, start->variables, &operation->variables)) {
        return gql_errors_first(errors, NULL);
    }
    operation->root = gql_plan_root(operation);
    if (operation->root == NULL) {
        (void)gql_errors_add(errors, ERR_LIMIT, GQL_NOWHERE,
                             "the operation needs more than %zu bytes of memory",
                             operation->arena.cap_bytes);
        return ERR_LIMIT;
    }
    operation->cost = gql_cost(operation);
    return check_cost(operation, errors);
}

static void release(struct gql_operation *operation)
{
    gql_document_destroy(&operation->document);
    arena_deinit(&operation->arena);
    memory_free(operation);
}

enum err gql_operation_create(struct gql_document *document,
                              const struct gql_operation_start *start,
                              struct gql_operation **ret,
                              struct gql_errors *errors)
{
    struct gql_operation *operation = memory_zalloc(1, sizeof *operation);
    if (operation == NULL) {
        (void)gql_errors_add(errors, ERR_NO_MEMORY, GQL_NOWHERE, "no memory for the operation");
        return ERR_NO_MEMORY;
    }
    arena_init(&operation->arena, GQL_OPERATION_BYTES_MAX);
    operation->document = gql_document_hold(document);
    operation->schema = document->schema;
    operation->user = start->user;
    operation->hooks = start->hooks;
    gql_errors_init(&operation->errors, &operation->arena, document->ast->source);
    errors->source = document->ast->source;
    enum err e = prepare(operation, start, errors);
    errors->source = SLICE("");
    if (e != ERR_OK) {
        release(operation);
        return e;
    }
    *ret = operation;
    return ERR_OK;
}

void gql_operation_destroy(struct gql_operation **operation)
{
    struct gql_operation *gone = *operation;
    *operation = NULL;
    if (gone == NULL) {
        return;
    }
    ASSERT(gone->state != GQL_OPERATION_RUNNING);
    if (gone->state == GQL_OPERATION_WAITING) {
        gone->abandoned = true; /* gql_operation_complete frees it */
        return;
    }
    release(gone);
}

enum gql_operation_kind gql_operation_kind(const struct gql_operation *operation)
{
    return operation->ast->kind;
}

size_t gql_operation_root_count(const struct gql_operation *operation)
{
    return operation->root->count;
}

struct slice gql_operation_root_name(const struct gql_operation *operation, size_t index)
{
    const struct gql_planned *planned = operation->root->first;
    ASSERT(index < operation->root->count);
    while (index-- > 0) {
        planned = planned->next;
    }
    return planned->field->name;
}

uint64_t gql_operation_cost(const struct gql_operation *operation)
{
    return operation->cost;
}

enum err gql_operation_failed(const struct gql_operation *operation)
{
    return operation->failed;
}

/* ---- the answer around `data` ---- */

static void begin_answer(struct gql_operation *operation, struct buf *out)
{
    operation->out = out;
    operation->out_start = out->size;
    operation->json = json_out(out);
    json_out_begin_object(&operation->json);
    json_out_key(&operation->json, "data");
    operation->data_start = out->size;
    json_out_begin_object(&operation->json);
}

static void write_completed(struct gql_operation *operation)
{
    const struct gql_planned *planned = operation->root->first;
    struct json_out *json = &operation->json;
    json_out_key(json, "extensions");
    json_out_begin_object(json);
    json_out_key(json, "completed");
    json_out_begin_list(json);
    for (size_t i = 0; i < operation->completed; i++, planned = planned->next) {
        json_out_text(json, planned->response);
    }
    json_out_end_list(json);
    json_out_end_object(json);
}

static void write_end(struct gql_operation *operation, const struct gql_errors *errors)
{
    struct json_out *json = &operation->json;
    if (operation->failed == ERR_OK) {
        json_out_end_object(json);
    } else {
        buf_truncate(operation->out, operation->data_start);
        json->comma = false;
        json_out_null(json);
    }
    if (!gql_errors_none(errors)) {
        json_out_key(json, "errors");
        gql_errors_write(errors, json);
    }
    bool some_done = operation->completed > 0 || operation->root->count > 1;
    if (operation->failed != ERR_OK && operation->ast->kind == GQL_MUTATION && some_done) {
        write_completed(operation);
    }
    json_out_end_object(json);
}

/* Memory for one message. */
#define MESSAGE_ARENA_BYTES ((size_t)8 * 1024)

/* An answer that does not fit is replaced by one that says so, and what mutations were done. */
static void replace_answer(struct gql_operation *operation)
{
    struct buf *out = operation->out;
    struct arena arena;
    struct gql_errors errors;
    arena_init(&arena, MESSAGE_ARENA_BYTES);
    gql_errors_init(&errors, &arena, SLICE(""));
    (void)gql_errors_add(&errors, ERR_LIMIT, GQL_NOWHERE,
                         "the answer has more than %zu bytes, or memory is out", out->max_bytes);
    out->failed = false;
    buf_truncate(out, operation->out_start);
    begin_answer(operation, out);
    operation->failed = ERR_LIMIT;
    write_end(operation, &errors);
    arena_deinit(&arena);
}

/* ---- snapshots ---- */

static bool open_snapshot(struct gql_operation *operation, const struct gql_planned *planned)
{
    struct error error = {0};
    struct gql_path path = {NULL, planned->response, 0};
    if (operation->hooks.open != NULL) {
        enum err e = operation->hooks.open(operation->user, &error);
        if (e != ERR_OK) {
            return gql_execute_fail_error(operation, planned, &path, e, &error);
        }
    }
    operation->open = true;
    return true;
}

static void close_snapshot(struct gql_operation *operation)
{
    if (operation->open && operation->hooks.close != NULL) {
        operation->hooks.close(operation->user);
    }
    operation->open = false;
}

static void finish(struct gql_operation *operation)
{
    close_snapshot(operation);
    write_end(operation, &operation->errors);
    if (operation->out->failed) {
        replace_answer(operation);
    }
    operation->state = GQL_OPERATION_FINISHED;
}

/* ---- running ---- */

static bool run_query(struct gql_operation *operation)
{
    for (struct gql_planned *planned = operation->current; planned != NULL;
         planned = planned->next) {
        struct gql_result result;
        if (!gql_execute_root(operation, planned, &result) ||
            !gql_execute_root_result(operation, planned, &result)) {
            return false;
        }
    }
    return true;
}

/* A mutation that is done when its resolver returns. */
static bool run_mutation(struct gql_operation *operation, struct gql_planned *planned)
{
    struct gql_result result;
    if (!gql_execute_root(operation, planned, &result)) {
        return false;
    }
    operation->completed++;
    close_snapshot(operation);
    return open_snapshot(operation, planned) &&
           gql_execute_root_result(operation, planned, &result);
}

/* The call outlives this function, so everything it points at is in the arena. */
static bool start_mutation(struct gql_operation *operation, struct gql_planned *planned)
{
    struct gql_call *call = ARENA_NEW(&operation->arena, struct gql_call);
    struct gql_path *path = ARENA_NEW(&operation->arena, struct gql_path);
    struct gql_path here = {NULL, planned->response, 0};
    const struct value *arguments = gql_execute_arguments(operation, planned, &here);
    struct error error = {0};
    if (arguments == NULL) {
        return false;
    }
    if (call == NULL || path == NULL) {
        return gql_execute_fail(operation, planned, &here, ERR_LIMIT,
                                "the operation needs too much memory");
    }
    *path = here;
    *call = gql_execute_call(operation, planned, NULL, arguments, path);
    enum err e = planned->field->binding->start(call, &error);
    return e == ERR_OK || gql_execute_fail_error(operation, planned, &here, e, &error);
}

static bool is_started(const struct gql_planned *planned)
{
    return planned->field->binding != NULL && planned->field->binding->read == GQL_READ_START;
}

/* Root mutations one after the other, until one has to wait, one fails or all are done.
 * Returns: false when one failed. */
static bool run_mutations(struct gql_operation *operation)
{
    while (operation->current != NULL) {
        if (is_started(operation->current)) {
            if (!start_mutation(operation, operation->current)) {
                return false;
            }
            close_snapshot(operation);
            operation->state = GQL_OPERATION_WAITING;
            return true;
        }
        if (!run_mutation(operation, operation->current)) {
            return false;
        }
        operation->current = operation->current->next;
    }
    return true;
}

/* Takes note of how a stretch ended. */
static enum gql_progress settle(struct gql_operation *operation, bool good)
{
    if (operation->state == GQL_OPERATION_WAITING) {
        return GQL_WAITING;
    }
    if (!good) {
        const struct gql_error *last = operation->errors.last;
        operation->failed = last != NULL ? last->code : ERR_LIMIT;
    }
    finish(operation);
    return GQL_FINISHED;
}

enum gql_progress gql_operation_run(struct gql_operation *operation,
                                    struct buf *out,
                                    gql_finished_cb *finished,
                                    void *arg)
{
    ASSERT(operation->state == GQL_OPERATION_NEW);
    operation->state = GQL_OPERATION_RUNNING;
    operation->finished = finished;
    operation->finished_arg = arg;
    operation->current = operation->root->first;
    begin_answer(operation, out);
    bool good = operation->current == NULL || open_snapshot(operation, operation->current);
    if (good) {
        good =
            operation->ast->kind == GQL_MUTATION ? run_mutations(operation) : run_query(operation);
    }
    return settle(operation, good);
}

/* The started mutation is done or failed: its payload, then the next ones. */
static bool resume(struct gql_operation *operation,
                   enum err code,
                   const struct gql_result *result,
                   const struct error *error)
{
    struct gql_planned *planned = operation->current;
    struct gql_path path = {NULL, planned->response, 0};
    if (code != ERR_OK) {
        return gql_execute_fail_error(operation, planned, &path, code, error);
    }
    operation->completed++;
    if (!open_snapshot(operation, planned) ||
        !gql_execute_root_result(operation, planned, result)) {
        return false;
    }
    operation->current = planned->next;
    return run_mutations(operation);
}

void gql_operation_complete(struct gql_operation *operation,
                            enum err code,
                            const struct gql_result *result,
                            const struct error *error)
{
    ASSERT(operation->state == GQL_OPERATION_WAITING);
    if (operation->abandoned) {
        release(operation);
        return;
    }
    operation->state = GQL_OPERATION_RUNNING;
    if (settle(operation, resume(operation, code, result, error)) == GQL_WAITING) {
        return;
    }
    if (operation->finished != NULL) {
        operation->finished(operation, operation->finished_arg);
    }
}
