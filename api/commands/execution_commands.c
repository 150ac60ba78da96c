#include "api/commands/execution_commands.h"

#include "core/domain/instance.h"
#include "projections/executions_view.h"

/* Whether the instance takes the invocation as it was admitted. */
static enum invocation_refusal
check(const struct instance *instance, const struct execution_queue_command *it, uint64_t open)
{
    if (!instance->is_system && instance->deployment == 0) {
        return INVOCATION_NOT_DEPLOYED;
    }
    if (!instance->is_system && !instance->is_enabled && !it->force) {
        return INVOCATION_PAUSED;
    }
    /* A malformed payload waits in no queue: it has failed already. */
    if (open >= it->waiting_max && it->malformed.size == 0) {
        return INVOCATION_QUEUE_FULL;
    }
    /* A system instance runs the draft and config it was admitted with. */
    return instance->is_system || instance->deployed_seq == it->config ? INVOCATION_TAKEN
                                                                       : INVOCATION_CHANGED;
}

static void add_malformed(struct execution_queue_command *it, struct decision *decision)
{
    struct event *event = decision_add(decision, EVENT_EXECUTION_FINISHED);
    event->facts.execution_finished = (struct facts_execution_finished){
        .state = (uint64_t)EXECUTION_FAILED,
        .error_class = (uint64_t)ERROR_CLASS_MALFORMED_PAYLOAD,
    };
    decision_put_text(decision, event, "error", it->malformed);
}

/* A flow without steps that nobody waits for: one record tells all of its execution. */
static void add_whole_run(struct decision *decision)
{
    (void)decision_add(decision, EVENT_EXECUTION_STARTED);
    struct event *event = decision_add(decision, EVENT_EXECUTION_FINISHED);
    event->facts.execution_finished =
        (struct facts_execution_finished){.state = (uint64_t)EXECUTION_SUCCEEDED};
}

enum err
execution_command_queue(struct command *command, struct writer *writer, struct error *reterr)
{
    struct execution_queue_command *it = LIST_ENTRY(command, struct execution_queue_command, base);
    const struct instance *instance = NULL;
    enum err e = writer_instance(writer, it->instance, &instance, reterr);
    if (e != ERR_OK) {
        return e == ERR_NOT_FOUND ? error_set(reterr, e, "Instance not found") : e;
    }
    it->refusal = check(instance, it, writer_open_executions(writer, it->instance, it->flow));
    if (it->refusal != INVOCATION_TAKEN) {
        return ERR_OK;
    }
    struct decision decision;
    decision_init(&decision, command->arena);
    struct event *event = decision_add(&decision, EVENT_EXECUTION_QUEUED);
    event->facts.execution_queued = (struct facts_execution_queued){
        .flow = it->flow,
        .definition = it->definition,
        .config = it->config,
        .invoke = (uint64_t)it->invoke,
        .flags = it->flags,
        .size = it->size,
        .replay_of = it->replay_of,
    };
    if (it->malformed.size > 0) {
        add_malformed(it, &decision);
    } else if (it->ends_at_once) {
        add_whole_run(&decision);
    }
    struct append_record record = {
        .stream = {STREAM_EXECUTION, command->append_id},
        .owner = {STREAM_INSTANCE, it->instance},
        .key = it->key,
        .first_stream_version = 1,
        .events = decision.events,
        .event_count = decision.count,
    };
    record.sealed[BODY_PAYLOAD] = &it->payload;
    return writer_append(writer, command, &record, 1, reterr);
}

enum err
execution_command_progress(struct command *command, struct writer *writer, struct error *reterr)
{
    struct execution_progress_command *it =
        LIST_ENTRY(command, struct execution_progress_command, base);
    struct execution execution;
    struct decision decision;
    decision_init(&decision, command->arena);
    enum err e = executions_view_get(writer_views(writer), it->execution, command->arena,
                                     &execution, reterr);
    if (e != ERR_OK) {
        return e;
    }
    execution_decide_progress(&execution, it->events, it->event_count, &decision);
    if (decision_refused(&decision)) {
        command->problems = decision.problems;
        return ERR_OK;
    }
    struct append_record record = {
        .stream = {STREAM_EXECUTION, it->execution},
        .owner = {STREAM_INSTANCE, it->instance},
        .key = it->key,
        .first_stream_version = execution.version + 1,
        .events = it->events,
        .event_count = it->event_count,
    };
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        record.sealed[i] = it->has_sealed[i] ? &it->sealed[i] : NULL;
    }
    return writer_append(writer, command, &record, 1, reterr);
}
