#include "core/domain/execution.h"

#include "core/base/check.h"

const char *execution_state_name(enum execution_state state)
{
    static const char *const names[] = {"QUEUED", "RUNNING",   "SUCCEEDED",
                                        "FAILED", "TIMED_OUT", "CANCELED"};
    return (unsigned)state < ARRAY_COUNT(names) ? names[state] : "UNKNOWN";
}

const char *execution_status_name(enum execution_state state)
{
    static const char *const names[] = {"QUEUED", "PENDING", "SUCCESS", "ERROR", "ERROR", "ERROR"};
    return (unsigned)state < ARRAY_COUNT(names) ? names[state] : "ERROR";
}

const char *execution_error_class_name(enum error_class error_class)
{
    static const char *const names[] = {
        "none",           "malformed_payload", "expression",
        "input",          "http_status",       "connection",
        "refused_target", "timeout",           "unknown_component",
        "limit",          "unknown_outcome",   "definition",
        "internal",
    };
    return (unsigned)error_class < ARRAY_COUNT(names) ? names[error_class] : "unknown";
}

static const char *const level_names[LOG_LEVEL_COUNT] = {"TRACE", "DEBUG", "INFO",  "WARN",
                                                         "ERROR", "FATAL", "METRIC"};

const char *log_level_name(enum log_level level)
{
    return (unsigned)level < LOG_LEVEL_COUNT ? level_names[level] : "INFO";
}

bool log_level_of(struct slice name, enum log_level *ret)
{
    for (unsigned i = 0; i < LOG_LEVEL_COUNT; i++) {
        if (slice_equal_nocase(name, slice_of_text(level_names[i]))) {
            *ret = (enum log_level)i;
            return true;
        }
    }
    return false;
}

static bool may_finish(enum execution_state from, uint64_t to)
{
    if (from == EXECUTION_WAITING) { /* never ran */
        return to == (uint64_t)EXECUTION_FAILED || to == (uint64_t)EXECUTION_CANCELED;
    }
    return from == EXECUTION_RUNNING && to >= (uint64_t)EXECUTION_SUCCEEDED &&
           to <= (uint64_t)EXECUTION_CANCELED;
}

/* Whether the event may follow in `state`; moves it on when it may. */
static bool follow(enum execution_state *state, const struct event *event)
{
    if (event->type == EVENT_EXECUTION_STARTED) {
        bool right = *state == EXECUTION_WAITING;
        *state = right ? EXECUTION_RUNNING : *state;
        return right;
    }
    if (event->type == EVENT_EXECUTION_FINISHED) {
        uint64_t to = event->facts.execution_finished.state;
        bool right = may_finish(*state, to);
        *state = right ? (enum execution_state)to : *state;
        return right;
    }
    /* Steps, logs and resuming only happen to what runs. */
    return *state == EXECUTION_RUNNING &&
           (event->type == EVENT_STEP_STARTED || event->type == EVENT_STEP_FINISHED ||
            event->type == EVENT_EXECUTION_LOGGED || event->type == EVENT_EXECUTION_RESUMED);
}

void execution_decide_progress(const struct execution *execution,
                               const struct event *events,
                               size_t count,
                               struct decision *decision)
{
    enum execution_state state = execution->state;
    if (execution->version == 0) {
        decision_refuse(decision, PROBLEM_ALL, "there is no such execution");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (!follow(&state, &events[i])) {
            decision_refuse(decision, PROBLEM_ALL, "%s cannot follow: the execution is %s",
                            event_info((uint64_t)events[i].type)->name,
                            execution_state_name(state));
            return;
        }
    }
}

static void apply_queued(struct execution *execution, const struct recorded_event *event)
{
    const struct facts_execution_queued *facts = &event->event.facts.execution_queued;
    execution->id = event->stream.id;
    execution->instance = event->owner.id;
    execution->flow = facts->flow;
    execution->definition = facts->definition;
    execution->config = facts->config;
    execution->invoke = (enum invoke_type)facts->invoke;
    execution->flags = facts->flags;
    execution->size = facts->size;
    execution->replay_of = facts->replay_of;
    execution->state = EXECUTION_WAITING;
    execution->queued_at_us = event->recorded_at_us;
    execution->queued_seq = event->seq;
}

static void apply_finished(struct execution *execution, const struct recorded_event *event)
{
    const struct facts_execution_finished *facts = &event->event.facts.execution_finished;
    execution->state = (enum execution_state)facts->state;
    execution->error_class = (enum error_class)facts->error_class;
    execution->steps = facts->steps;
    execution->finished_at_us = event->recorded_at_us;
    execution->finished_seq = event->seq;
}

void execution_evolve(struct execution *execution, const struct recorded_event *event)
{
    execution->version = event->stream_version;
    if (event->event.type == EVENT_EXECUTION_QUEUED) {
        apply_queued(execution, event);
    } else if (event->event.type == EVENT_EXECUTION_STARTED) {
        execution->state = EXECUTION_RUNNING;
        execution->started_at_us =
            event->event.occurred_at_us != 0 ? event->event.occurred_at_us : event->recorded_at_us;
    } else if (event->event.type == EVENT_EXECUTION_RESUMED) {
        execution->resumes++;
    } else if (event->event.type == EVENT_STEP_FINISHED) {
        execution->steps++;
    } else if (event->event.type == EVENT_EXECUTION_FINISHED) {
        apply_finished(execution, event);
    }
}

void execution_put(struct buf *out, const struct execution *execution)
{
    codec_put_list(out, 19);
    codec_put_u64(out, execution->version);
    codec_put_uuid(out, execution->instance);
    codec_put_u64(out, execution->flow);
    codec_put_u64(out, execution->definition);
    codec_put_u64(out, execution->config);
    codec_put_u64(out, (uint64_t)execution->invoke);
    codec_put_u64(out, execution->flags);
    codec_put_u64(out, execution->size);
    codec_put_u64(out, (uint64_t)execution->state);
    codec_put_u64(out, (uint64_t)execution->error_class);
    codec_put_int(out, execution->queued_at_us);
    codec_put_int(out, execution->started_at_us);
    codec_put_int(out, execution->finished_at_us);
    codec_put_u64(out, execution->queued_seq);
    codec_put_u64(out, execution->finished_seq);
    codec_put_u64(out, execution->steps);
    codec_put_u64(out, execution->resumes);
    codec_put_uuid(out, execution->replay_of);
    codec_put_uuid(out, execution->resolved_by);
}

enum err execution_get(struct slice bytes,
                       struct uuid id,
                       struct arena *arena,
                       struct execution *ret,
                       struct error *reterr)
{
    struct value row;
    enum err e = codec_decode(bytes, arena, &row, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct codec_reader reader = codec_reader(&row);
    struct execution execution = {.id = id};
    execution.version = codec_take_u64(&reader);
    execution.instance = codec_take_uuid(&reader);
    execution.flow = codec_take_u64(&reader);
    execution.definition = codec_take_u64(&reader);
    execution.config = codec_take_u64(&reader);
    execution.invoke = (enum invoke_type)codec_take_u64(&reader);
    execution.flags = codec_take_u64(&reader);
    execution.size = codec_take_u64(&reader);
    execution.state = (enum execution_state)codec_take_u64(&reader);
    execution.error_class = (enum error_class)codec_take_u64(&reader);
    execution.queued_at_us = codec_take_int(&reader);
    execution.started_at_us = codec_take_int(&reader);
    execution.finished_at_us = codec_take_int(&reader);
    execution.queued_seq = codec_take_u64(&reader);
    execution.finished_seq = codec_take_u64(&reader);
    execution.steps = codec_take_u64(&reader);
    execution.resumes = codec_take_u64(&reader);
    execution.replay_of = codec_take_uuid(&reader);
    execution.resolved_by = codec_take_uuid(&reader);
    e = codec_check(&reader, "execution", reterr);
    if (e == ERR_OK) {
        *ret = execution;
    }
    return e;
}
