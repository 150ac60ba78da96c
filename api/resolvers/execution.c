/* Executions: one, and its fields. Lists are in execution_list.c, steps.c and logs.c. */
#include "api/resolvers/execution.h"

#include "api/resolvers/bindings.h"
#include "api/resolvers/execution_list.h"
#include "api/resolvers/logs.h"
#include "api/resolvers/steps.h"
#include "core/base/check.h"
#include "projections/executions_view.h"
#include "projections/integrations_view.h"

#include <sodium.h>

/* ---- loading ---- */

enum err execution_node_load(const struct gql_call *call,
                             struct uuid id,
                             const struct execution_node **ret,
                             struct error *reterr)
{
    struct execution_node *node = ARENA_NEW(call->arena, struct execution_node);
    if (node == NULL) {
        return arena_error(call->arena, "an execution", reterr);
    }
    enum err e = executions_view_get(graph_context_of(call)->reading->views, id, call->arena,
                                     &node->execution, reterr);
    if (e == ERR_NOT_FOUND) {
        return error_set(reterr, e, "Execution not found");
    }
    *ret = node;
    return e;
}

/* The version whose definition is the draft of that sequence; 0 when none is. */
static enum err find_version(const struct gql_call *call,
                             const struct instance *instance,
                             uint64_t draft_seq,
                             uint64_t *ret,
                             struct error *reterr)
{
    struct views_txn *views = graph_context_of(call)->reading->views;
    struct integration_version deployed;
    struct integration_version *versions = NULL;
    size_t count = 0;
    *ret = 0;
    /* Nearly always it is the one that is deployed now. */
    enum err e = integrations_view_version(views, instance->integration, instance->deployed_version,
                                           call->arena, &deployed, reterr);
    if (e == ERR_OK && deployed.draft_seq == draft_seq) {
        *ret = deployed.number;
        return ERR_OK;
    }
    e = integrations_view_versions(views, instance->integration, call->arena, &versions, &count,
                                   reterr);
    for (size_t i = 0; e == ERR_OK && i < count; i++) {
        *ret = versions[i].draft_seq == draft_seq ? versions[i].number : *ret;
    }
    return e;
}

enum err execution_node_integration(const struct gql_call *call,
                                    const struct execution *execution,
                                    const struct integration_node **ret,
                                    struct error *reterr)
{
    const struct instance_node *instance = NULL;
    const struct integration_node *node = NULL;
    uint64_t number = 0;
    enum err e = instance_node_load(call, execution->instance, &instance, reterr);
    if (e == ERR_OK && !instance->instance.is_system) {
        e = find_version(call, &instance->instance, execution->definition, &number, reterr);
    }
    e = e != ERR_OK ? e
                    : integration_node_load_version(call, instance->instance.integration, number,
                                                    &node, reterr);
    struct integration_node *as_it_ran = ARENA_NEW(call->arena, struct integration_node);
    if (e != ERR_OK || as_it_ran == NULL) {
        return e != ERR_OK ? e : arena_error(call->arena, "an integration", reterr);
    }
    *as_it_ran = *node;
    as_it_ran->definition_seq = execution->definition; /* a draft may have changed since */
    *ret = as_it_ran;
    return ERR_OK;
}

enum err execution_node_flow(const struct gql_call *call,
                             const struct execution *execution,
                             const struct flow_node **ret,
                             struct error *reterr)
{
    const struct instance_node *instance = NULL;
    const struct integration_node *integration = NULL;
    *ret = NULL;
    enum err e = instance_node_load(call, execution->instance, &instance, reterr);
    if (e != ERR_OK || execution->flow >= instance->instance.flow_count) {
        return e;
    }
    e = execution_node_integration(call, execution, &integration, reterr);
    return e != ERR_OK ? e
                       : flow_node_load(call, integration,
                                        &instance->instance.flows[execution->flow], ret, reterr);
}

enum err execution_result_url(const struct gql_call *call,
                              enum capability_kind kind,
                              struct uuid execution,
                              uint64_t seq,
                              struct slice *ret,
                              struct error *reterr)
{
    const struct graph_options *options = &graph_context_of(call)->graph->options;
    int64_t now_us = clock_wall_us(engine_clock(options->engine));
    char text[CAPABILITY_TEXT_SIZE];
    struct capability capability = {
        .kind = kind,
        .execution = execution,
        .seq = seq,
        .expires_at = now_us / 1000000 + CAPABILITY_LIFE_SECONDS,
    };
    enum err e = capability_make(engine_journal(options->engine), &capability, text, reterr);
    if (e == ERR_OK) {
        *ret = arena_format(call->arena, "%s/results/%s", options->public_url, text);
    }
    return e;
}

static const struct execution *execution_of(const struct gql_call *call)
{
    return &((const struct execution_node *)call->parent)->execution;
}

/* ---- plain fields ---- */

/* What of the state body the last event says; null when it is no longer kept. */
static enum err resolve_error(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct execution *execution = execution_of(call);
    const struct recorded_event *event = NULL;
    *ret = gql_result_null();
    if (execution->finished_seq == 0 || execution->state == EXECUTION_SUCCEEDED) {
        return ERR_OK;
    }
    enum err e = reading_event(graph_context_of(call)->reading, execution->finished_seq,
                               1U << BODY_STATE, call->arena, &event, NULL, reterr);
    if (e == ERR_OK) {
        struct slice text = value_get_text(&event->event.bodies[BODY_STATE], SLICE("error"));
        *ret = text.size > 0 ? gql_result_text(text) : gql_result_null();
    }
    return e;
}

static enum err
resolve_error_class(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct execution *execution = execution_of(call);
    (void)reterr;
    *ret = execution->error_class == ERROR_CLASS_NONE
               ? gql_result_null()
               : gql_result_string(execution_error_class_name(execution->error_class));
    return ERR_OK;
}

const char *execution_invoke_name(enum invoke_type invoke)
{
    static const char *const names[] = {
        [INVOKE_WEBHOOK] = "WEBHOOK",
        [INVOKE_INTEGRATION_TEST] = "INTEGRATION_FLOW_TEST",
        [INVOKE_INSTANCE_TEST] = "INTEGRATION_ENDPOINT_TEST",
    };
    return (unsigned)invoke < ARRAY_COUNT(names) ? names[invoke] : NULL;
}

static enum err
resolve_invoke_type(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_string(execution_invoke_name(execution_of(call)->invoke));
    return ERR_OK;
}

static enum err resolve_is_test(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_bool((execution_of(call)->flags & EXECUTION_FLAG_TEST) != 0);
    return ERR_OK;
}

static enum err
resolve_result_type(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    enum execution_state state = execution_of(call)->state;
    (void)reterr;
    *ret = !execution_is_final(state)
               ? gql_result_null()
               : gql_result_string(state == EXECUTION_SUCCEEDED ? "COMPLETED" : "ERROR");
    return ERR_OK;
}

static enum err resolve_started(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct execution *execution = execution_of(call);
    (void)reterr;
    *ret = gql_result_int(execution->started_at_us != 0 ? execution->started_at_us
                                                        : execution->queued_at_us);
    return ERR_OK;
}

static enum err resolve_state(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_string(execution_state_name(execution_of(call)->state));
    return ERR_OK;
}

static enum err resolve_status(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_string(execution_status_name(execution_of(call)->state));
    return ERR_OK;
}

/* The digest stands in the record and stays when the payload is gone. */
static enum err
resolve_payload_digest(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct record_view record;
    char hex[2 * JOURNAL_DIGEST_BYTES + 1];
    *ret = gql_result_null();
    enum err e = journal_read(graph_context_of(call)->reading->journal,
                              execution_of(call)->queued_seq, &record, reterr);
    if (e == ERR_OK && record.digests[BODY_PAYLOAD].size == JOURNAL_DIGEST_BYTES) {
        (void)sodium_bin2hex(hex, sizeof hex,
                             (const unsigned char *)record.digests[BODY_PAYLOAD].data,
                             JOURNAL_DIGEST_BYTES);
        *ret = gql_result_text(arena_copy(call->arena, slice_of_text(hex)));
    }
    return e;
}

static enum err
resolve_payload_url(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct execution *execution = execution_of(call);
    struct slice url = {NULL, 0};
    enum err e = execution_result_url(call, CAPABILITY_REQUEST_PAYLOAD, execution->id,
                                      execution->queued_seq, &url, reterr);
    *ret = gql_result_text(url);
    return e;
}

/* ---- relations ---- */

static enum err
resolve_instance(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct instance_node *node = NULL;
    enum err e = instance_node_load(call, execution_of(call)->instance, &node, reterr);
    *ret = gql_result_object(node);
    return e;
}

static enum err
resolve_integration(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct integration_node *node = NULL;
    enum err e = execution_node_integration(call, execution_of(call), &node, reterr);
    *ret = gql_result_object(node);
    return e;
}

static enum err resolve_flow(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct flow_node *node = NULL;
    enum err e = execution_node_flow(call, execution_of(call), &node, reterr);
    *ret = gql_result_object(node);
    return e;
}

static enum err
resolve_flow_config(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct instance_node *node = NULL;
    enum err e = instance_node_load(call, execution_of(call)->instance, &node, reterr);
    *ret =
        e == ERR_OK
            ? gql_result_object(flow_config_node_of(call, node, (uint32_t)execution_of(call)->flow))
            : gql_result_null();
    return e;
}

static enum err
other_execution(struct gql_call *call, struct uuid id, struct gql_result *ret, struct error *reterr)
{
    const struct execution_node *node = NULL;
    *ret = gql_result_null();
    if (uuid_is_zero(id)) {
        return ERR_OK;
    }
    enum err e = execution_node_load(call, id, &node, reterr);
    *ret = gql_result_object(node);
    return e == ERR_NOT_FOUND ? ERR_OK : e; /* erased with its instance */
}

static enum err
resolve_original(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    return other_execution(call, execution_of(call)->replay_of, ret, reterr);
}

static enum err
resolve_resolver(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    return other_execution(call, execution_of(call)->resolved_by, ret, reterr);
}

static enum err resolve_replays(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct page *page = NULL;
    enum err e = execution_list_of_replays(call, execution_of(call)->id, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

static enum err resolve_steps(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct page *page = NULL;
    enum err e = steps_page(call, execution_of(call), &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

static enum err resolve_logs(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct page *page = NULL;
    enum err e = logs_page(call, execution_of(call), &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

/* ---- roots ---- */

static enum err
resolve_execution(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct uuid id;
    const struct execution_node *node = NULL;
    enum err e = graph_id_argument(call, "id", "InstanceExecutionResult", "Execution", &id, reterr);
    e = e != ERR_OK ? e : execution_node_load(call, id, &node, reterr);
    *ret = gql_result_object(node);
    return e;
}

static enum err
resolve_executions(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct page *page = NULL;
    enum err e = execution_list(call, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

/* ---- tables ---- */

#define LIST_ARGS                                                                                  \
    PAGE_ARGS " endedAt_Gte endedAt_Isnull endedAt_Lte error_Isnull flow flowConfig "              \
              "flowConfig_Flow id id_In instance instance_Customer instance_Integration "          \
              "instance_Integration_VersionSequenceId instance_IsSystem integration "              \
              "invokeType_In isTestExecution orderBy queuedAt_Gte queuedAt_Lte "                   \
              "replayForExecution_Isnull resolvedBy_Isnull resultType resultType_In sortBy "       \
              "startedAt_Gte startedAt_Lte state_In status"

#define STEP_ARGS                                                                                  \
    PAGE_ARGS " displayStepName endedAt_Gte endedAt_Lte hasError loopPath loopPath_Istartswith "   \
              "orderBy sortBy startedAt_Gte startedAt_Lte stepName"

#define LOG_ARGS                                                                                   \
    PAGE_ARGS " message_Icontains orderBy severity severity_Gte sortBy timestamp_Gte "             \
              "timestamp_Lte"

static const struct gql_binding query_fields[] = {
    GQL_CALL_ARGS("executionResult", resolve_execution, "id"),
    GQL_PAGED("executionResults", resolve_executions, LIST_ARGS, PAGE_SIZE),
};

static const struct gql_binding execution_fields[] = {
    GQL_TIME("endedAt", struct execution_node, execution.finished_at_us),
    GQL_CALL("error", resolve_error),
    GQL_CALL("errorClass", resolve_error_class),
    GQL_CALL("flow", resolve_flow),
    GQL_CALL("flowConfig", resolve_flow_config),
    GQL_ID("id", struct execution_node, execution.id, "InstanceExecutionResult"),
    GQL_CALL("instance", resolve_instance),
    GQL_CALL("integration", resolve_integration),
    GQL_CALL("invokeType", resolve_invoke_type),
    GQL_CALL("isTestExecution", resolve_is_test),
    GQL_PAGED("logs", resolve_logs, LOG_ARGS, PAGE_SIZE),
    GQL_CALL("payloadDigest", resolve_payload_digest),
    GQL_TIME("queuedAt", struct execution_node, execution.queued_at_us),
    GQL_CALL("replayForExecution", resolve_original),
    GQL_PAGED("replays", resolve_replays, PAGE_ARGS, PAGE_SIZE),
    GQL_CALL("requestPayloadUrl", resolve_payload_url),
    GQL_CALL("resolvedBy", resolve_resolver),
    GQL_CALL("resultType", resolve_result_type),
    GQL_CALL("startedAt", resolve_started),
    GQL_CALL("state", resolve_state),
    GQL_CALL("status", resolve_status),
    GQL_UINT64("stepCount", struct execution_node, execution.steps),
    GQL_PAGED("stepResults", resolve_steps, STEP_ARGS, PAGE_SIZE),
};

static const struct gql_type_binding types[] = {
    GQL_TYPE("RootQuery", query_fields),
    GQL_TYPE("InstanceExecutionResult", execution_fields),
};

static const struct gql_input_binding inputs[] = {
    {"InstanceExecutionResultOrder", "direction field"},
};

const struct gql_bindings executions_bindings = {
    .types = types,
    .type_count = sizeof types / sizeof types[0],
    .inputs = inputs,
    .input_count = sizeof inputs / sizeof inputs[0],
};
