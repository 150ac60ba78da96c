/*
 * An execution as a map: what started it, how it went, step by step, and why it failed.
 *
 * Names of steps come from the definition it ran; they are left out when that cannot be read.
 */
#include "api/engine/definitions.h"
#include "core/base/check.h"
#include "projections/executions_view.h"
#include "projections/instances_view.h"
#include "tools/thing_shape_priv.h"

/* Steps shown of one execution. */
#define STEPS_MAX 10000

struct describing {
    struct thing_shaping *shaping;
    const struct execution *execution;
    const struct definition *definition; /* NULL when it cannot be read */
    const struct flow_definition *flow;  /* NULL when the definition has it no more */
    struct shape *shape;
};

static const char *invoke_name(enum invoke_type invoke)
{
    static const char *const names[] = {"WEBHOOK", "INTEGRATION_FLOW_TEST",
                                        "INTEGRATION_ENDPOINT_TEST"};
    return (unsigned)invoke < ARRAY_COUNT(names) ? names[invoke] : "UNKNOWN";
}

static const char *step_status_name(enum step_status status)
{
    static const char *const names[] = {"OK", "FAILED", "IGNORED", "RETRIED"};
    return (unsigned)status < ARRAY_COUNT(names) ? names[status] : "UNKNOWN";
}

/* ---- how it came to be ---- */

/* Keyed digest of the trigger's exact bytes: equal ones of one instance started from the same. */
static enum err put_payload_digest(struct describing *it, struct error *reterr)
{
    struct record_view record;
    enum err e =
        journal_read(it->shaping->data->reader, it->execution->queued_seq, &record, reterr);
    if (e == ERR_OK) {
        shape_hex(it->shape, "payloadDigest", record.digests[BODY_PAYLOAD]);
    }
    return e;
}

/* The instance's name, and the identity of the flow; both are the views', now. */
static void put_place(struct describing *it)
{
    struct instance instance;
    struct shape other = shape_in(it->shaping->arena);
    shape_id(&other, "id", "Instance", it->execution->instance);
    bool there =
        !it->shaping->alone && instances_view_get(it->shaping->data->txn, it->execution->instance,
                                                  it->shaping->arena, &instance, NULL) == ERR_OK;
    if (there) {
        shape_text(&other, "name", instance.name);
    }
    shape_value(it->shape, "instance", other.map);
    if (there && it->execution->flow < instance.flow_count) {
        const struct instance_flow *flow = &instance.flows[it->execution->flow];
        shape_text(it->shape, "flow", flow->identity);
        for (uint32_t i = 0; it->definition != NULL && i < it->definition->flow_count; i++) {
            bool same = slice_equal(it->definition->flows[i].identity, flow->identity);
            it->flow = same ? &it->definition->flows[i] : it->flow;
        }
    }
}

static enum err put_origin(struct describing *it, struct error *reterr)
{
    const struct execution *execution = it->execution;
    shape_string(it->shape, "invokeType", invoke_name(execution->invoke));
    shape_bool(it->shape, "isTest", (execution->flags & EXECUTION_FLAG_TEST) != 0);
    shape_bool(it->shape, "isSynchronous", (execution->flags & EXECUTION_FLAG_SYNCHRONOUS) != 0);
    shape_id(it->shape, "replayOf", "InstanceExecutionResult", execution->replay_of);
    shape_u64(it->shape, "payloadBytes", execution->size);
    shape_u64(it->shape, "definitionSeq", execution->definition);
    shape_u64(it->shape, "configSeq", execution->config);
    return put_payload_digest(it, reterr);
}

/* ---- how it went ---- */

static void put_course(struct describing *it)
{
    const struct execution *execution = it->execution;
    int64_t began =
        execution->started_at_us != 0 ? execution->started_at_us : execution->queued_at_us;
    shape_string(it->shape, "status", execution_status_name(execution->state));
    shape_string(it->shape, "state", execution_state_name(execution->state));
    shape_time(it->shape, "queuedAt", execution->queued_at_us);
    shape_time(it->shape, "startedAt", execution->started_at_us);
    shape_time(it->shape, "finishedAt", execution->finished_at_us);
    if (execution->finished_at_us != 0) {
        shape_int(it->shape, "durationUs", execution->finished_at_us - began);
    }
    shape_u64(it->shape, "stepsFinished", execution->steps);
    shape_u64(it->shape, "resumes", execution->resumes);
    shape_id(it->shape, "resolvedBy", "InstanceExecutionResult", execution->resolved_by);
    if (execution->error_class != ERROR_CLASS_NONE) {
        shape_string(it->shape, "errorClass", execution_error_class_name(execution->error_class));
    }
    shape_u64(it->shape, "streamVersion", execution->version);
}

/* The sentence in the state body of the event that ended an execution or a step. */
static enum err
put_error(struct describing *it, uint64_t seq, struct shape *shape, struct error *reterr)
{
    const struct value *body = NULL;
    enum err e = thing_shape_state_body(it->shaping, seq, &body, reterr);
    struct slice text = e == ERR_OK ? value_get_text(body, SLICE("error")) : (struct slice){0};
    if (text.size > 0) {
        shape_text(shape, "error", text);
    }
    return e;
}

/* ---- steps ---- */

static enum err put_step(struct describing *it,
                         const struct step_row *row,
                         struct value *list,
                         struct error *reterr)
{
    struct shape shape = shape_in(it->shaping->arena);
    const struct step *step =
        it->flow != NULL ? definition_step(it->flow, (uint32_t)row->step) : NULL;
    enum err e = ERR_OK;
    shape_u64(&shape, "seq", row->seq);
    shape_u64(&shape, "step", row->step);
    shape_value(&shape, "name", step != NULL ? value_text(step->name) : value_null());
    shape_text(&shape, "loopPath", row->loop_path);
    shape_u64(&shape, "attempt", row->attempt);
    shape_string(&shape, "status", step_status_name(row->status));
    shape_time(&shape, "startedAt", row->started_at_us);
    shape_time(&shape, "endedAt", row->ended_at_us);
    shape_int(&shape, "durationUs", row->ended_at_us - row->started_at_us);
    shape_u64(&shape, "resultBytes", row->size);
    if (row->error_class != ERROR_CLASS_NONE) {
        shape_string(&shape, "errorClass", execution_error_class_name(row->error_class));
        e = put_error(it, row->seq, &shape, reterr);
    }
    shape_push(&shape, list);
    return e;
}

static enum err put_steps(struct describing *it, struct error *reterr)
{
    struct step_row *rows = NULL;
    size_t count = 0;
    struct value list = value_list();
    enum err e = executions_view_steps(it->shaping->data->txn, it->execution->id, STEPS_MAX,
                                       it->shaping->arena, &rows, &count, reterr);
    for (size_t i = 0; i < count && e == ERR_OK; i++) {
        if (rows[i].seq <= it->shaping->seq) {
            e = put_step(it, &rows[i], &list, reterr);
        }
    }
    shape_value(it->shape, "steps", list);
    return e;
}

/* ---- all of it ---- */

static enum err describe(struct describing *it, struct error *reterr)
{
    enum err e = ERR_OK;
    put_place(it);
    e = put_origin(it, reterr);
    put_course(it);
    if (e == ERR_OK && !it->shaping->alone && it->execution->finished_seq != 0) {
        e = put_error(it, it->execution->finished_seq, it->shape, reterr);
    }
    if (e == ERR_OK && !it->shaping->alone) {
        e = put_steps(it, reterr);
    }
    return e;
}

/* With the definition at hand, for names. What is shown is copied out of it. */
static enum err describe_with_names(struct describing *it, struct error *reterr)
{
    struct definitions *definitions = NULL;
    enum err e = definitions_create(it->shaping->data->journal, &definitions, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (definitions_acquire(definitions, it->shaping->data->reader, it->execution->definition,
                            &it->definition, NULL) != ERR_OK) {
        it->definition = NULL;
    }
    e = describe(it, reterr);
    if (e == ERR_OK) {
        it->shape->map = value_copy(it->shaping->arena, &it->shape->map);
    }
    definitions_release(definitions, &it->definition);
    definitions_destroy(&definitions);
    return e;
}

enum err thing_shape_execution(struct thing_shaping *shaping,
                               const struct execution *execution,
                               struct shape *shape,
                               struct error *reterr)
{
    struct describing it = {.shaping = shaping, .execution = execution, .shape = shape};
    return shaping->alone ? describe(&it, reterr) : describe_with_names(&it, reterr);
}
