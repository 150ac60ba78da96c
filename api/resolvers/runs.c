/*
 * Executions that people start: tests of an instance's or a draft's flow, and replays.
 *
 *     test     a trigger is made of the payload, content type and headers given
 *     replay   the trigger of the original, byte for byte: its body is opened (which compares its
 *              digest) on a pool thread, as it may be large
 *
 * All go the way of a webhook (invocation.h): journaled, then answered, then run.
 */
#include "api/engine/definitions.h"
#include "api/invocation.h"
#include "api/resolvers/bindings.h"
#include "api/resolvers/execution.h"
#include "api/resolvers/flows.h"
#include "core/base/json_in.h"
#include "core/domain/trigger.h"
#include "projections/executions_view.h"
#include "projections/instances_view.h"
#include "projections/integrations_view.h"

/* A payload and its sealed form: 64 MiB and some. */
#define REPLAY_BYTES_MAX (LIMIT_WEBHOOK_BODY_BYTES_MAX * 3)

/* ---- what both have in common ---- */

struct run_mutation {
    struct graph_mutation mutation;
    struct graph *graph;
    struct invocation invocation;
    /* of a replay */
    struct execution original;
    struct arena payload; /* outlives the request's memory bound */
    enum err code;
    struct error error;
    uv_work_t work;
};

static const char *refusal_text(enum invocation_refusal refusal)
{
    switch (refusal) {
    case INVOCATION_PAUSED:
        return "the instance is paused: give \"force\": true to run it all the same";
    case INVOCATION_NOT_DEPLOYED:
        return "the instance was never deployed: deploy it first";
    case INVOCATION_QUEUE_FULL:
        return "too many executions of this flow wait: try again later";
    case INVOCATION_CHANGED:
    case INVOCATION_TAKEN:
        break;
    }
    return "the instance is being deployed: try again";
}

static void refuse(struct run_mutation *it, const char *field, const char *text)
{
    struct problem_list problems;
    problem_list_init(&problems, it->mutation.call->arena);
    problem_add(&problems, slice_of_text(field), "%s", text);
    arena_deinit(&it->payload);
    graph_complete_refused(&it->mutation, &problems);
}

static void fail(struct run_mutation *it, enum err code, struct error *error)
{
    error->code = code;
    arena_deinit(&it->payload);
    graph_complete_failed(&it->mutation, error);
}

static void on_invoked(struct invocation *invocation)
{
    struct run_mutation *it = LIST_ENTRY(invocation, struct run_mutation, invocation);
    struct command *command = &invocation->command.base;
    struct stream_ref stream;
    if (command->outcome == COMMAND_DONE && invocation->command.refusal != INVOCATION_TAKEN) {
        refuse(it, PROBLEM_ALL, refusal_text(invocation->command.refusal));
        return;
    }
    if (command->outcome == COMMAND_DONE && invocation->command.ends_at_once) {
        runner_count_at_once(it->graph->options.runner);
    } else if (command->outcome == COMMAND_DONE && invocation->command.malformed.size == 0) {
        runner_offer(it->graph->options.runner, command->append_id, invocation->head,
                     invocation->body);
    }
    arena_deinit(&it->payload);
    if (graph_command_ended(&it->mutation, command, &stream)) {
        graph_complete_id(&it->mutation, stream.id);
    }
}

static struct run_mutation *make(struct gql_call *call, const struct value *input)
{
    struct run_mutation *it = ARENA_NEW(call->arena, struct run_mutation);
    if (it != NULL) {
        graph_mutation_init(&it->mutation, call, input);
        it->graph = graph_context_of(call)->graph;
        it->invocation.invoker = &it->graph->invoker;
        it->invocation.done = on_invoked;
        graph_command_init(call, &it->invocation.command.base, NULL, NULL);
        it->invocation.command.force = value_bool_of(value_get(input, SLICE("force")), false);
        arena_init(&it->payload, REPLAY_BYTES_MAX);
    }
    return it;
}

/* What would run at a place of an instance. Errors: ERR_NOT_FOUND with a sentence. */
static enum err
admit(struct run_mutation *it, struct uuid instance_id, uint32_t place, struct error *reterr)
{
    struct gql_call *call = it->mutation.call;
    struct reading *reading = graph_context_of(call)->reading;
    const struct definition *definition = NULL;
    const struct flow_definition *flow = NULL;
    struct instance instance;
    enum err e = instances_view_get(reading->views, instance_id, call->arena, &instance, reterr);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && place >= instance.flow_count)) {
        return error_set(reterr, ERR_NOT_FOUND, "Instance not found");
    }
    e = e != ERR_OK ? e
                    : invocation_admit(reading, &instance, place, call->arena,
                                       &it->invocation.admission, &definition, &flow, reterr);
    definitions_release(engine_definitions(it->graph->options.engine), &definition);
    it->invocation.command.flags = instance.is_system ? EXECUTION_FLAG_TEST : 0;
    return e;
}

/* ---- tests ---- */

/* Room in a head for what stands there beside the headers of a test. */
#define HEAD_BYTES_KEPT 1024

static void check_header(struct problem_list *problems, const struct value_member *member)
{
    struct trigger_header header = {member->key, member->value.bytes};
    if (member->value.type != VALUE_TEXT) {
        problem_add(problems, SLICE("headers"), "\"%.*s\" must be a text, it is of type %s",
                    SLICE_ARGS(member->key), value_type_name(member->value.type));
    } else if (trigger_header_flaw(&header) != NULL) {
        problem_add(problems, SLICE("headers"), "\"%.*s\" %s", SLICE_ARGS(member->key),
                    trigger_header_flaw(&header));
    }
}

/* The headers of a test: a JSON object of names and texts. Adds problems. */
static void read_headers(struct gql_call *call,
                         struct slice text,
                         struct problem_list *problems,
                         struct trigger_header *ret,
                         size_t *ret_count)
{
    struct value object;
    struct error error = {0};
    *ret_count = 0;
    if (text.size == 0) {
        return;
    }
    if (json_in_parse(text, call->arena, &object, &error) != ERR_OK || object.type != VALUE_MAP) {
        problem_add(problems, SLICE("headers"),
                    "must be a JSON object of header names and texts, as {\"X-Event\": \"push\"}");
        return;
    }
    /* As JSON they are longer than as header lines. */
    if (object.map.count > LIMIT_HEADER_COUNT || text.size > LIMIT_HEAD_BYTES - HEAD_BYTES_KEPT) {
        problem_add(problems, SLICE("headers"), "at most %d headers of %zu bytes in all are taken",
                    LIMIT_HEADER_COUNT, LIMIT_HEAD_BYTES - HEAD_BYTES_KEPT);
        return;
    }
    for (uint32_t i = 0; i < object.map.count; i++) {
        const struct value_member *member = &object.map.members[i];
        check_header(problems, member);
        ret[(*ret_count)++] = (struct trigger_header){member->key, value_text_of(&member->value)};
    }
}

static void check_content_type(struct slice type, struct problem_list *problems)
{
    struct trigger_header header = {SLICE("Content-Type"), type};
    if (type.size > LIMIT_NAME_BYTES || trigger_header_flaw(&header) != NULL) {
        problem_add(problems, SLICE("contentType"),
                    "is no content type, as application/json, of at most %d bytes",
                    LIMIT_NAME_BYTES);
    }
}

/* Makes the trigger of the input. Returns: false after the mutation was refused. */
static bool
make_trigger(struct run_mutation *it, const struct value *input, struct problem_list *problems)
{
    struct gql_call *call = it->mutation.call;
    struct trigger_header headers[LIMIT_HEADER_COUNT];
    size_t count = 0;
    struct slice type = graph_input_text(input, "contentType");
    struct slice id =
        id_text(call->arena, "InstanceFlowConfig", it->invocation.admission.flow_config);
    read_headers(call, graph_input_text(input, "headers"), problems, headers, &count);
    check_content_type(type, problems);
    it->invocation.body = graph_input_text(input, "payload");
    it->invocation.content_type = type;
    it->invocation.head =
        trigger_make_head(call->arena, arena_format(call->arena, "/trigger/%.*s", SLICE_ARGS(id)),
                          type, headers, count);
    return problem_none(problems);
}

static enum err start_test(struct run_mutation *it,
                           const struct value *input,
                           struct uuid instance,
                           uint32_t place,
                           enum invoke_type invoke,
                           struct error *reterr)
{
    struct problem_list problems;
    problem_list_init(&problems, it->mutation.call->arena);
    enum err e = admit(it, instance, place, reterr);
    if (e == ERR_NOT_FOUND) {
        problem_add(&problems, SLICE("id"), "%s", error_text(reterr));
    } else if (e != ERR_OK) {
        return e;
    }
    bool made = make_trigger(it, input, &problems);
    if (e != ERR_OK || !made) {
        return graph_refuse(&it->mutation, &problems, reterr);
    }
    it->invocation.command.invoke = invoke;
    it->invocation.command.flags = EXECUTION_FLAG_TEST;
    return invocation_start(&it->invocation, reterr);
}

static enum err start_instance_test(struct gql_call *call, struct error *reterr)
{
    const struct value *input = gql_argument(call, "input");
    struct run_mutation *it = make(call, input);
    struct uuid flow_config;
    struct uuid instance;
    uint32_t place = 0;
    if (it == NULL) {
        return arena_error(call->arena, "a mutation", reterr);
    }
    enum err e =
        graph_input_target(input, "id", "InstanceFlowConfig", "Flow config", &flow_config, reterr);
    e = e != ERR_OK ? e
                    : instances_view_flow_config(graph_context_of(call)->reading->views,
                                                 flow_config, &instance, &place, reterr);
    if (e == ERR_NOT_FOUND) {
        return error_set(reterr, e, "Flow config not found");
    }
    return e != ERR_OK ? e : start_test(it, input, instance, place, INVOKE_INSTANCE_TEST, reterr);
}

/* The place on the system instance of the flow that an id names, in whatever version. */
static enum err find_draft_flow(struct gql_call *call,
                                struct uuid flow_id,
                                const struct instance_node **ret_system,
                                uint32_t *ret_place,
                                struct error *reterr)
{
    struct views_txn *views = graph_context_of(call)->reading->views;
    const struct integration_node *draft = NULL;
    const struct definition *definition = NULL;
    const struct flow_definition *flow = NULL;
    struct uuid integration;
    struct slice identity;
    uint64_t number = 0;
    enum err e = integrations_view_flow(views, flow_id, call->arena, &integration, &number,
                                        &identity, reterr);
    if (e == ERR_NOT_FOUND) {
        return error_set(reterr, e, "Flow not found");
    }
    e = e != ERR_OK ? e : integration_node_load(call, integration, &draft, reterr);
    e = e != ERR_OK
            ? e
            : instance_node_load(call, draft->integration.system_instance, ret_system, reterr);
    e = e != ERR_OK ? e
                    : flows_find(call, integration, number, identity, &definition, &flow, reterr);
    if (e != ERR_OK) {
        return e;
    }
    const struct instance *system = &(*ret_system)->instance;
    const struct instance_flow *found = flow != NULL
                                            ? instance_flow_for(system, definition, flow, ret_place)
                                            : instance_flow_of(system, identity, ret_place);
    return found != NULL ? ERR_OK
                         : error_set(reterr, ERR_NOT_FOUND, "the draft never had this flow");
}

static enum err start_draft_test(struct gql_call *call, struct error *reterr)
{
    const struct value *input = gql_argument(call, "input");
    struct run_mutation *it = make(call, input);
    const struct instance_node *system = NULL;
    struct uuid flow;
    uint32_t place = 0;
    if (it == NULL) {
        return arena_error(call->arena, "a mutation", reterr);
    }
    enum err e = graph_input_target(input, "id", "IntegrationFlow", "Flow", &flow, reterr);
    e = e != ERR_OK ? e : find_draft_flow(call, flow, &system, &place, reterr);
    return e != ERR_OK
               ? e
               : start_test(it, input, system->instance.id, place, INVOKE_INTEGRATION_TEST, reterr);
}

/* ---- replays ---- */

/* The trigger's bytes; opening the body compares its digest with the record's. */
static enum err read_trigger(struct run_mutation *it, struct error *reterr)
{
    struct readings *readings = it->graph->options.readings;
    struct reading *reading = NULL;
    const struct recorded_event *event = NULL;
    struct invocation *invocation = &it->invocation;
    struct trigger *trigger = ARENA_NEW(&it->payload, struct trigger);
    enum err e = trigger != NULL ? reading_open(readings, &reading, reterr)
                                 : arena_error(&it->payload, "a payload", reterr);
    e = e != ERR_OK ? e
                    : reading_event_with(reading, it->original.queued_seq, BODY_PAYLOAD,
                                         &it->payload, &event, reterr);
    e = e != ERR_OK ? e
                    : trigger_get_body(&event->event.bodies[BODY_PAYLOAD], &invocation->head,
                                       &invocation->body, reterr);
    e = e != ERR_OK ? e : trigger_parse(invocation->head, invocation->body, trigger, reterr);
    if (e == ERR_OK) {
        invocation->content_type = trigger->content_type;
    }
    reading_close(readings, &reading);
    return e;
}

static void read_work(uv_work_t *work)
{
    struct run_mutation *it = LIST_ENTRY(work, struct run_mutation, work);
    it->code = read_trigger(it, &it->error);
}

static void read_done(uv_work_t *work, int status)
{
    struct run_mutation *it = LIST_ENTRY(work, struct run_mutation, work);
    (void)status; /* never canceled */
    bool gone = it->code == ERR_EXPIRED || it->code == ERR_ERASED || it->code == ERR_NOT_STORED;
    if (gone) {
        struct error why = it->error;
        refuse(it, "id", error_text(&why));
        return;
    }
    enum err e = it->code != ERR_OK ? it->code : invocation_start(&it->invocation, &it->error);
    if (e != ERR_OK) {
        fail(it, e, &it->error);
    }
}

/* What the original was, for what starts from its bytes today. A replay never answers a caller. */
static void take_over(struct run_mutation *it)
{
    const struct execution *original = &it->original;
    it->invocation.command.replay_of = original->id;
    it->invocation.command.invoke = original->invoke;
    it->invocation.command.flags |= original->flags & EXECUTION_FLAG_TEST;
}

static enum err start_replay(struct gql_call *call, struct error *reterr)
{
    const struct value *input = gql_argument(call, "input");
    struct run_mutation *it = make(call, input);
    struct uuid id;
    if (it == NULL) {
        return arena_error(call->arena, "a mutation", reterr);
    }
    enum err e =
        graph_input_target(input, "id", "InstanceExecutionResult", "Execution", &id, reterr);
    e = e != ERR_OK ? e
                    : executions_view_get(graph_context_of(call)->reading->views, id, call->arena,
                                          &it->original, reterr);
    if (e == ERR_NOT_FOUND) {
        return error_set(reterr, e, "Execution not found");
    }
    e = e != ERR_OK ? e : admit(it, it->original.instance, (uint32_t)it->original.flow, reterr);
    if (e == ERR_NOT_FOUND) {
        struct problem_list problems;
        problem_list_init(&problems, call->arena);
        problem_add(&problems, SLICE("id"), "%s", error_text(reterr));
        return graph_refuse(&it->mutation, &problems, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    take_over(it);
    return uv_queue_work(engine_loop(it->graph->options.engine), &it->work, read_work, read_done) ==
                   0
               ? ERR_OK
               : error_set(reterr, ERR_BUSY, "no thread to read the payload");
}

/* ---- payloads ---- */

static enum err resolve_result(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct graph_payload *payload = call->parent;
    const struct execution_node *node = NULL;
    *ret = gql_result_null();
    if (payload->object == NULL) {
        return ERR_OK;
    }
    enum err e = execution_node_load(call, *(const struct uuid *)payload->object, &node, reterr);
    *ret = gql_result_object(node);
    return e;
}

static enum err
resolve_flow_config(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct execution *execution = &((const struct execution_node *)call->parent)->execution;
    const struct instance_node *instance = NULL;
    enum err e = instance_node_load(call, execution->instance, &instance, reterr);
    *ret = e == ERR_OK
               ? gql_result_object(flow_config_node_of(call, instance, (uint32_t)execution->flow))
               : gql_result_null();
    return e;
}

static enum err resolve_flow(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct execution *execution = &((const struct execution_node *)call->parent)->execution;
    const struct flow_node *flow = NULL;
    enum err e = execution_node_flow(call, execution, &flow, reterr);
    *ret = gql_result_object(flow);
    return e;
}

/* ---- tables ---- */

static const struct gql_binding mutation_fields[] = {
    GQL_START("testInstanceFlowConfig", start_instance_test, "input"),
    GQL_START("testIntegrationFlow", start_draft_test, "input"),
    GQL_START("replayExecution", start_replay, "input"),
};

static const struct gql_binding instance_test_payload[] = {
    GQL_CALL("testInstanceFlowConfigResult", resolve_result)};
static const struct gql_binding draft_test_payload[] = {
    GQL_CALL("testIntegrationFlowResult", resolve_result)};
static const struct gql_binding replay_payload[] = {
    GQL_CALL("instanceExecutionResult", resolve_result)};

/* Results of tests are the execution itself, seen from two sides. */
static const struct gql_binding instance_test_result[] = {
    GQL_SELF("execution"),
    GQL_CALL("flowConfig", resolve_flow_config),
};
static const struct gql_binding draft_test_result[] = {
    GQL_SELF("execution"),
    GQL_CALL("flow", resolve_flow),
};

static const struct gql_type_binding types[] = {
    GQL_TYPE("RootMutation", mutation_fields),
    GQL_TYPE("TestInstanceFlowConfigPayload", instance_test_payload),
    GQL_TYPE("TestInstanceFlowConfigResult", instance_test_result),
    GQL_TYPE("TestIntegrationFlowPayload", draft_test_payload),
    GQL_TYPE("TestIntegrationFlowResult", draft_test_result),
    GQL_TYPE("ReplayExecutionPayload", replay_payload),
};

static const struct gql_input_binding inputs[] = {
    {"TestInstanceFlowConfigInput", "clientMutationId contentType force headers id payload"},
    {"TestIntegrationFlowInput", "clientMutationId contentType headers id payload"},
    {"ReplayExecutionInput", "clientMutationId force id"},
};

const struct gql_bindings runs_bindings = {
    .types = types,
    .type_count = sizeof types / sizeof types[0],
    .inputs = inputs,
    .input_count = sizeof inputs / sizeof inputs[0],
};
