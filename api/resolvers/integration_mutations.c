#include "api/resolvers/integration_mutations.h"

#include "api/commands/integration_commands.h"
#include "api/resolvers/nodes.h"
#include "projections/integrations_view.h"

/* How often an import that met another one is prepared again. */
#define PREPARE_ATTEMPTS 3

/* ---- import ---- */

struct import_mutation {
    struct graph_mutation mutation;
    struct integration_import_command command;
    struct graph *graph;
    bool replaces_nothing; /* `replace` without integrationId */
    int attempts;
    enum err code;
    struct error error;
    uv_work_t work;
};

static enum err prepare(struct import_mutation *it, struct error *reterr)
{
    struct readings *readings = it->graph->options.readings;
    struct sealer *sealer = NULL;
    struct reading *reading = NULL;
    enum err e = sealer_create(engine_journal(it->graph->options.engine), &sealer, reterr);
    e = e != ERR_OK ? e : reading_open(readings, &reading, reterr);
    e = e != ERR_OK ? e : integration_import_prepare(&it->command, reading, sealer, reterr);
    reading_close(readings, &reading);
    sealer_destroy(&sealer);
    return e;
}

static void prepare_work(uv_work_t *work)
{
    struct import_mutation *it = LIST_ENTRY(work, struct import_mutation, work);
    it->code = prepare(it, &it->error);
}

static void fail_import(struct import_mutation *it, enum err code)
{
    it->error.code = code;
    integration_import_deinit(&it->command);
    graph_complete_failed(&it->mutation, &it->error);
}

static void submit_import(struct import_mutation *it)
{
    enum err e = graph_submit(it->mutation.call, &it->command.base, &it->error);
    if (e != ERR_OK) {
        fail_import(it, e);
    }
}

static void prepare_done(uv_work_t *work, int status)
{
    struct import_mutation *it = LIST_ENTRY(work, struct import_mutation, work);
    (void)status; /* never canceled */
    if (it->code == ERR_OK && it->replaces_nothing) {
        problem_add(&it->command.parse_problems, SLICE("replace"),
                    "goes with integrationId: the id of the integration whose draft is replaced");
    }
    if (it->code != ERR_OK) {
        fail_import(it, it->code);
    } else if (!problem_none(&it->command.parse_problems)) {
        integration_import_deinit(&it->command);
        graph_complete_refused(&it->mutation, &it->command.parse_problems);
    } else {
        submit_import(it);
    }
}

static enum err queue_prepare(struct import_mutation *it, struct error *reterr)
{
    uv_loop_t *loop = engine_loop(it->graph->options.engine);
    it->attempts++;
    return uv_queue_work(loop, &it->work, prepare_work, prepare_done) == 0
               ? ERR_OK
               : error_set(reterr, ERR_BUSY, "no thread to read the definition");
}

static void on_imported(struct command *command)
{
    struct import_mutation *it = LIST_ENTRY(command, struct import_mutation, command.base);
    struct stream_ref stream;
    /* The draft changed under a caller who did not say which one he meant: read it again. */
    bool met = command->outcome == COMMAND_FAILED && command->error.code == ERR_CONFLICT &&
               command->idempotency.size == 0 && it->command.expected_version == 0;
    if (met && it->attempts < PREPARE_ATTEMPTS && queue_prepare(it, &it->error) == ERR_OK) {
        return;
    }
    integration_import_deinit(&it->command);
    if (graph_command_ended(&it->mutation, command, &stream)) {
        bool made = it->command.is_new && stream.kind == STREAM_INTEGRATION;
        graph_complete_id(&it->mutation, made ? stream.id : it->command.integration);
    }
}

/* The integration whose draft is replaced; the id may be the draft's or any version's. */
static enum err
read_target(struct import_mutation *it, const struct value *input, struct error *reterr)
{
    struct gql_call *call = it->mutation.call;
    struct uuid outside;
    uint64_t number = 0;
    it->command.is_new = value_get(input, SLICE("integrationId")) == NULL;
    if (it->command.is_new) {
        it->replaces_nothing = value_bool_of(value_get(input, SLICE("replace")), false);
        return ERR_OK;
    }
    enum err e =
        graph_input_target(input, "integrationId", "Integration", "Integration", &outside, reterr);
    e = e != ERR_OK ? e
                    : integrations_view_resolve(graph_context_of(call)->reading->views, outside,
                                                &it->command.integration, &number, reterr);
    return e == ERR_NOT_FOUND ? error_set(reterr, e, "Integration not found") : e;
}

static enum err start_import(struct gql_call *call, struct error *reterr)
{
    const struct value *input = gql_argument(call, "input");
    struct import_mutation *it = ARENA_NEW(call->arena, struct import_mutation);
    if (it == NULL) {
        return arena_error(call->arena, "a mutation", reterr);
    }
    graph_mutation_init(&it->mutation, call, input);
    graph_command_init(call, &it->command.base, integration_command_import, on_imported);
    it->graph = graph_context_of(call)->graph;
    it->command.text = graph_input_text(input, "definition");
    it->command.expected_version = graph_expected_version(input);
    it->command.system_instance = engine_new_id(it->graph->options.engine);
    it->command.base.bytes = it->command.text.size * 2;
    enum err e = read_target(it, input, reterr);
    return e != ERR_OK ? e : queue_prepare(it, reterr);
}

/* ---- publish ---- */

struct publish_mutation {
    struct graph_mutation mutation;
    struct integration_publish_command command;
};

/* The version an earlier request with the same key made. */
static enum err
repeated_version(struct publish_mutation *it, struct uuid *ret, struct error *reterr)
{
    struct gql_call *call = it->mutation.call;
    struct readings *readings = graph_context_of(call)->graph->options.readings;
    struct reading *reading = NULL;
    const struct recorded_event *event = NULL;
    enum err e = reading_open(readings, &reading, reterr);
    e = e != ERR_OK ? e
                    : reading_event(reading, it->command.base.result.first_seq, 0, call->arena,
                                    &event, NULL, reterr);
    if (e == ERR_OK) {
        *ret = event->event.facts.integration_published.version_id;
    }
    reading_close(readings, &reading);
    return e;
}

static void on_published(struct command *command)
{
    struct publish_mutation *it = LIST_ENTRY(command, struct publish_mutation, command.base);
    struct stream_ref stream;
    struct error error = {0};
    struct uuid version = it->command.input.version_id;
    if (!graph_command_ended(&it->mutation, command, &stream)) {
        return;
    }
    if (command->outcome == COMMAND_REPEATED) {
        enum err e = repeated_version(it, &version, &error);
        if (e != ERR_OK) {
            error.code = e;
            graph_complete_failed(&it->mutation, &error);
            return;
        }
    }
    graph_complete_id(&it->mutation, version);
}

/* The integration behind the id of its draft or of a version. */
static enum err resolve_target(struct gql_call *call,
                               const struct value *input,
                               struct uuid *ret,
                               uint64_t *ret_number,
                               struct error *reterr)
{
    struct uuid outside;
    enum err e = graph_input_target(input, "id", "Integration", "Integration", &outside, reterr);
    e = e != ERR_OK ? e
                    : integrations_view_resolve(graph_context_of(call)->reading->views, outside,
                                                ret, ret_number, reterr);
    return e == ERR_NOT_FOUND ? error_set(reterr, e, "Integration not found") : e;
}

static enum err start_publish(struct gql_call *call, struct error *reterr)
{
    const struct value *input = gql_argument(call, "input");
    struct publish_mutation *it = ARENA_NEW(call->arena, struct publish_mutation);
    uint64_t number = 0;
    if (it == NULL) {
        return arena_error(call->arena, "a mutation", reterr);
    }
    graph_mutation_init(&it->mutation, call, input);
    graph_command_init(call, &it->command.base, integration_command_publish, on_published);
    it->command.input = (struct integration_publish){
        .expected_version = graph_expected_version(input),
        .comment = graph_input_text(input, "comment"),
        .attributes = graph_input_text(input, "attributes"),
        .version_id = engine_new_id(graph_context_of(call)->graph->options.engine),
    };
    enum err e = resolve_target(call, input, &it->command.integration, &number, reterr);
    return e != ERR_OK ? e : graph_submit(call, &it->command.base, reterr);
}

/* ---- availability ---- */

struct availability_mutation {
    struct graph_mutation mutation;
    struct integration_availability_command command;
    struct uuid version_id;
};

static void on_availability(struct command *command)
{
    struct availability_mutation *it =
        LIST_ENTRY(command, struct availability_mutation, command.base);
    struct stream_ref stream;
    if (graph_command_ended(&it->mutation, command, &stream)) {
        graph_complete_id(&it->mutation, it->version_id);
    }
}

static enum err start_availability(struct gql_call *call, struct error *reterr)
{
    const struct value *input = gql_argument(call, "input");
    struct availability_mutation *it = ARENA_NEW(call->arena, struct availability_mutation);
    if (it == NULL) {
        return arena_error(call->arena, "a mutation", reterr);
    }
    graph_mutation_init(&it->mutation, call, input);
    graph_command_init(call, &it->command.base, integration_command_availability, on_availability);
    it->command.available = value_bool_of(value_get(input, SLICE("available")), false);
    it->command.expected_version = graph_expected_version(input);
    (void)graph_input_id(input, "id", "Integration", &it->version_id);
    enum err e =
        resolve_target(call, input, &it->command.integration, &it->command.version, reterr);
    return e != ERR_OK ? e : graph_submit(call, &it->command.base, reterr);
}

/* ---- validate ---- */

struct validate_mutation {
    struct graph_mutation mutation;
    struct problem_list problems;
    struct slice text;
    enum err code;
    struct error error;
    uv_work_t work;
};

struct validate_result {
    bool is_valid;
};

static void validate_work(uv_work_t *work)
{
    struct validate_mutation *it = LIST_ENTRY(work, struct validate_mutation, work);
    struct definition *definition = NULL;
    it->code = definition_parse(it->text, NULL, &it->problems, &definition, &it->error);
    definition_destroy(&definition);
}

static void validate_done(uv_work_t *work, int status)
{
    struct validate_mutation *it = LIST_ENTRY(work, struct validate_mutation, work);
    struct validate_result *result = ARENA_NEW(it->mutation.call->arena, struct validate_result);
    (void)status; /* never canceled */
    if (it->code != ERR_OK && problem_none(&it->problems)) {
        it->error.code = it->code;
        graph_complete_failed(&it->mutation, &it->error);
        return;
    }
    if (result != NULL) {
        result->is_valid = it->code == ERR_OK;
    }
    graph_complete_with(&it->mutation, result, &it->problems);
}

static enum err start_validate(struct gql_call *call, struct error *reterr)
{
    const struct value *input = gql_argument(call, "input");
    struct validate_mutation *it = ARENA_NEW(call->arena, struct validate_mutation);
    uv_loop_t *loop = engine_loop(graph_context_of(call)->graph->options.engine);
    if (it == NULL) {
        return arena_error(call->arena, "a mutation", reterr);
    }
    graph_mutation_init(&it->mutation, call, input);
    problem_list_init(&it->problems, call->arena);
    it->text = graph_input_text(input, "definition");
    return uv_queue_work(loop, &it->work, validate_work, validate_done) == 0
               ? ERR_OK
               : error_set(reterr, ERR_BUSY, "no thread to read the definition");
}

static enum err
resolve_validation(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct graph_payload *payload = call->parent;
    (void)reterr;
    *ret = gql_result_object(payload->object);
    return ERR_OK;
}

const struct gql_binding integration_mutation_fields[INTEGRATION_MUTATION_FIELDS] = {
    GQL_START("importIntegration", start_import, "input"),
    GQL_START("publishIntegration", start_publish, "input"),
    GQL_START("updateIntegrationVersionAvailability", start_availability, "input"),
    GQL_START("validateIntegrationSchema", start_validate, "input"),
};

const struct gql_binding validate_payload_fields[VALIDATE_PAYLOAD_FIELDS] = {
    GQL_CALL("result", resolve_validation),
};

const struct gql_binding validate_result_fields[VALIDATE_RESULT_FIELDS] = {
    GQL_BOOL("isValid", struct validate_result, is_valid),
};
