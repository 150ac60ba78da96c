#include "api/resolvers/graph.h"

#include "api/diag.h"
#include "api/engine/definitions.h"
#include "api/resolvers/bindings.h"
#include "core/base/memory.h"
#include "core/domain/decision.h"

#include <string.h>

/* The schema text, put into the program by the assembler. */
__asm__(".section .rodata\n"
        ".global daybook_schema_begin\n"
        ".global daybook_schema_end\n"
        "daybook_schema_begin:\n"
        ".incbin \"" DAYBOOK_SCHEMA_FILE "\"\n"
        "daybook_schema_end:\n"
        ".previous\n");
extern const char daybook_schema_begin[];
extern const char daybook_schema_end[];

#define REPORT_BYTES_MAX (256 * KIB)

struct slice graph_schema_text(void)
{
    return slice_of(daybook_schema_begin, (size_t)(daybook_schema_end - daybook_schema_begin));
}

static enum err bind_all(struct graph *graph, struct error *reterr)
{
    struct buf report;
    const struct gql_bindings *sets = NULL;
    size_t count = bindings_list(&sets);
    buf_init(&report, REPORT_BYTES_MAX);
    enum err e = gql_schema_bind(graph->schema, sets, count, &report, reterr);
    if (e != ERR_OK && report.size > 0) {
        diag_error("schema and resolvers do not fit", diag_text("faults", buf_slice(&report)));
    }
    buf_deinit(&report);
    return e;
}

enum err graph_create(const struct graph_options *options, struct graph **ret, struct error *reterr)
{
    struct graph *graph = memory_zalloc(1, sizeof *graph);
    if (graph == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "GraphQL: out of memory");
    }
    graph->options = *options;
    graph->invoker =
        (struct invoker){.engine = options->engine, .waiting_max = options->waiting_max};
    enum err e = gql_schema_create(graph_schema_text(), &graph->schema, NULL, reterr);
    e = e != ERR_OK ? e : bind_all(graph, reterr);
    e = e != ERR_OK
            ? e
            : sealer_create(engine_journal(options->engine), &graph->invoker.sealer, reterr);
    if (e != ERR_OK) {
        graph_destroy(&graph);
        return e;
    }
    *ret = graph;
    return ERR_OK;
}

void graph_destroy(struct graph **graph)
{
    if (*graph == NULL) {
        return;
    }
    gql_schema_destroy(&(*graph)->schema);
    sealer_destroy(&(*graph)->invoker.sealer);
    memory_free(*graph);
    *graph = NULL;
}

enum err graph_open(void *user, struct error *reterr)
{
    struct graph_context *context = user;
    return reading_open(context->graph->options.readings, &context->reading, reterr);
}

void graph_close(void *user)
{
    struct graph_context *context = user;
    reading_close(context->graph->options.readings, &context->reading);
}

/* ---- definitions ---- */

enum err graph_definition(struct graph_context *context,
                          uint64_t draft_seq,
                          const struct definition **ret,
                          struct error *reterr)
{
    for (struct graph_held *held = context->held; held != NULL; held = held->next) {
        if (held->seq == draft_seq) {
            *ret = held->definition;
            return ERR_OK;
        }
    }
    struct graph_held *held = memory_zalloc(1, sizeof *held);
    if (held == NULL || context->held_count == GRAPH_DEFINITIONS_MAX) {
        memory_free(held);
        return error_set(reterr, ERR_LIMIT, "one request looks at %d definitions at most",
                         GRAPH_DEFINITIONS_MAX);
    }
    enum err e = reading_definition(context->reading, draft_seq, &held->definition, reterr);
    if (e != ERR_OK) {
        memory_free(held);
        return e;
    }
    held->seq = draft_seq;
    held->next = context->held;
    context->held = held;
    context->held_count++;
    *ret = held->definition;
    return ERR_OK;
}

void graph_context_deinit(struct graph_context *context)
{
    while (context->held != NULL) {
        struct graph_held *held = context->held;
        context->held = held->next;
        definitions_release(engine_definitions(context->graph->options.engine), &held->definition);
        memory_free(held);
    }
    context->held_count = 0;
}

/* ---- arguments ---- */

enum err graph_id_argument(const struct gql_call *call,
                           const char *argument,
                           const char *type,
                           const char *what,
                           struct uuid *ret,
                           struct error *reterr)
{
    struct slice text = value_text_of(gql_argument(call, argument));
    if (id_decode(text, type, ret, NULL) != ERR_OK) {
        return error_set(reterr, ERR_NOT_FOUND, "%s not found", what);
    }
    return ERR_OK;
}

struct slice graph_input_text(const struct value *input, const char *name)
{
    return value_get_text(input, slice_of_text(name));
}

struct optional_text graph_input_optional(const struct value *input, const char *name)
{
    const struct value *value = value_get(input, slice_of_text(name));
    return (struct optional_text){value != NULL && value->type == VALUE_TEXT, value_text_of(value)};
}

struct optional_list
graph_input_list(const struct value *input, const char *name, struct arena *arena)
{
    const struct value *value = value_get(input, slice_of_text(name));
    return (struct optional_list){value != NULL && value->type == VALUE_LIST,
                                  text_list_of(arena, value)};
}

bool graph_input_id(const struct value *input, const char *name, const char *type, struct uuid *ret)
{
    return id_decode(graph_input_text(input, name), type, ret, NULL) == ERR_OK;
}

/* ---- mutations ---- */

void graph_mutation_init(struct graph_mutation *mutation,
                         struct gql_call *call,
                         const struct value *input)
{
    mutation->call = call;
    mutation->client_mutation_id = graph_input_text(input, "clientMutationId");
}

enum err graph_input_target(const struct value *input,
                            const char *name,
                            const char *type,
                            const char *what,
                            struct uuid *ret,
                            struct error *reterr)
{
    return graph_input_id(input, name, type, ret)
               ? ERR_OK
               : error_set(reterr, ERR_NOT_FOUND, "%s not found", what);
}

uint64_t graph_expected_version(const struct value *input)
{
    const struct value *given = value_get(input, SLICE("expectedVersion"));
    int64_t version = value_int_of(given, 0);
    if (given == NULL) {
        return 0;
    }
    return version > 0 ? (uint64_t)version : DECISION_NO_VERSION;
}

/* ---- commands ---- */

void graph_command_init(const struct gql_call *call,
                        struct command *command,
                        command_execute_cb execute,
                        command_done_cb done)
{
    const struct graph_context *context = graph_context_of(call);
    command->execute = execute;
    command->done = done;
    command->arena = call->arena;
    command->actor = (struct actor){
        .kind = ACTOR_USER, .user = context->principal.user, .token = context->principal.token};
    command->append_id = engine_new_id(context->graph->options.engine);
    command->correlation = context->correlation;
    command->reason = context->reason;
    command->idempotency = context->idempotency;
    command->request = context->request;
    command->bytes = 4 * KIB;
}

enum err graph_submit(const struct gql_call *call, struct command *command, struct error *reterr)
{
    return engine_submit(graph_context_of(call)->graph->options.engine, command, reterr);
}

/* ---- payloads ---- */

static bool add_message(struct arena *arena, struct graph_problem *problem, struct slice message)
{
    struct slice *items = ARENA_ARRAY(arena, struct slice, problem->messages.count + 1);
    if (items == NULL) {
        return false;
    }
    for (size_t i = 0; i < problem->messages.count; i++) {
        items[i] = problem->messages.items[i];
    }
    items[problem->messages.count] = message;
    problem->messages = (struct gql_texts){items, problem->messages.count + 1};
    return true;
}

/* The entry of a field, a new one at the end if there is none. */
static struct graph_problem *
entry_of(struct arena *arena, const void **entries, size_t *count, struct slice field)
{
    for (size_t i = 0; i < *count; i++) {
        struct graph_problem *entry = (struct graph_problem *)(uintptr_t)entries[i];
        if (slice_equal(entry->field, field)) {
            return entry;
        }
    }
    struct graph_problem *entry = ARENA_NEW(arena, struct graph_problem);
    if (entry != NULL) {
        entry->field = field;
        entries[(*count)++] = entry;
    }
    return entry;
}

/* Problems grouped by field, in the order in which fields first have one. */
static struct gql_objects group(struct arena *arena, const struct problem_list *problems)
{
    const void **entries = ARENA_ARRAY(arena, const void *, problems->count);
    size_t count = 0;
    for (const struct problem *p = problems->first; p != NULL && entries != NULL; p = p->next) {
        struct graph_problem *entry = entry_of(arena, entries, &count, p->field);
        if (entry == NULL || !add_message(arena, entry, p->message)) {
            break; /* the exhausted arena fails the operation */
        }
    }
    return (struct gql_objects){entries, count};
}

void graph_complete_with(struct graph_mutation *mutation,
                         const void *object,
                         const struct problem_list *problems)
{
    struct gql_call *call = mutation->call;
    struct graph_payload *payload = ARENA_NEW(call->arena, struct graph_payload);
    if (payload == NULL) {
        struct error error;
        IGNORE(arena_error(call->arena, "the answer", &error));
        gql_operation_complete(call->operation, ERR_LIMIT, NULL, &error);
        return;
    }
    payload->object = object;
    payload->client_mutation_id = mutation->client_mutation_id;
    if (problems != NULL) {
        payload->errors = group(call->arena, problems);
    }
    struct gql_result result = gql_result_object(payload);
    gql_operation_complete(call->operation, ERR_OK, &result, NULL);
}

/* A command that does nothing: its way to the writer and back is the later turn. */
struct refusal {
    struct command base;
    struct graph_mutation *mutation;
    struct problem_list problems;
};

static enum err
execute_refusal(struct command *command, struct writer *writer, struct error *reterr)
{
    (void)writer;
    (void)reterr;
    command->problems = LIST_ENTRY(command, struct refusal, base)->problems;
    return ERR_OK;
}

static void on_refusal(struct command *command)
{
    struct refusal *it = LIST_ENTRY(command, struct refusal, base);
    graph_complete_refused(it->mutation, &it->problems);
}

enum err graph_refuse(struct graph_mutation *mutation,
                      const struct problem_list *problems,
                      struct error *reterr)
{
    struct refusal *it = ARENA_NEW(mutation->call->arena, struct refusal);
    if (it == NULL) {
        return arena_error(mutation->call->arena, "a refusal", reterr);
    }
    graph_command_init(mutation->call, &it->base, execute_refusal, on_refusal);
    it->base.idempotency = (struct slice){NULL, 0}; /* nothing is done that could be repeated */
    it->mutation = mutation;
    it->problems = *problems;
    return graph_submit(mutation->call, &it->base, reterr);
}

void graph_complete_refused(struct graph_mutation *mutation, const struct problem_list *problems)
{
    graph_complete_with(mutation, NULL, problems);
}

void graph_complete(struct graph_mutation *mutation, const void *object)
{
    graph_complete_with(mutation, object, NULL);
}

void graph_complete_id(struct graph_mutation *mutation, struct uuid id)
{
    struct uuid *object = ARENA_NEW(mutation->call->arena, struct uuid);
    if (object != NULL) {
        *object = id;
    }
    graph_complete_with(mutation, object, NULL);
}

void graph_complete_failed(struct graph_mutation *mutation, const struct error *error)
{
    gql_operation_complete(mutation->call->operation, error->code, NULL, error);
}

/* The stream of the record that holds `seq`. */
static enum err
stream_at(struct graph *graph, uint64_t seq, struct stream_ref *ret, struct error *reterr)
{
    struct reading *reading = NULL;
    struct record_view record;
    enum err e = reading_open(graph->options.readings, &reading, reterr);
    e = e != ERR_OK ? e : journal_read(reading->journal, seq, &record, reterr);
    if (e == ERR_OK) {
        *ret = record.stream;
    }
    reading_close(graph->options.readings, &reading);
    return e;
}

bool graph_command_ended(struct graph_mutation *mutation,
                         const struct command *command,
                         struct stream_ref *ret_stream)
{
    struct error error = command->error;
    if (command->outcome == COMMAND_REFUSED) {
        graph_complete_refused(mutation, &command->problems);
        return false;
    }
    if (command->outcome == COMMAND_FAILED) {
        graph_context_of(mutation->call)->key_reused |= error.code == ERR_IDEMPOTENCY_KEY_REUSED;
        graph_complete_failed(mutation, &error);
        return false;
    }
    *ret_stream = (struct stream_ref){STREAM_NONE, {{0}}};
    bool has_record = command->outcome == COMMAND_REPEATED || command->appended;
    if (has_record) {
        struct graph *graph = graph_context_of(mutation->call)->graph;
        enum err e = stream_at(graph, command->result.first_seq, ret_stream, &error);
        if (e != ERR_OK) {
            error.code = e;
            graph_complete_failed(mutation, &error);
            return false;
        }
    }
    return true;
}
