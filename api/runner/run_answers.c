/* What callers are told of an execution: looked at like a run, but nothing is journaled or done. */
#include "api/runner/runner_priv.h"
#include "core/flow/flow_response.h"
#include "projections/executions_view.h"

/* A deep copy: what it was made from is about to be freed. */
static enum err copy_response(const struct flow_response *source,
                              struct arena *arena,
                              struct flow_response *ret,
                              struct error *reterr)
{
    *ret = *source;
    ret->content_type = arena_copy(arena, source->content_type);
    ret->body = arena_copy(arena, source->body);
    ret->headers.items = ARENA_ARRAY(arena, struct flow_header, source->headers.count);
    ret->headers.capacity = source->headers.count;
    for (uint32_t i = 0; ret->headers.items != NULL && i < source->headers.count; i++) {
        ret->headers.items[i].name = arena_copy(arena, source->headers.items[i].name);
        ret->headers.items[i].value = arena_copy(arena, source->headers.items[i].value);
    }
    return arena_exhausted(arena) ? arena_error(arena, "the answer", reterr) : ERR_OK;
}

enum err runner_trigger_value(struct runner *runner,
                              struct uuid execution,
                              struct arena *arena,
                              struct value *ret,
                              struct error *reterr)
{
    struct run *run = NULL;
    struct value trigger;
    enum err e = run_make(runner, execution, &run, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = run_load_trigger(run, &trigger, reterr);
    if (e == ERR_OK) {
        *ret = value_copy(arena, &trigger);
        e = arena_exhausted(arena) ? arena_error(arena, "the trigger's result", reterr) : ERR_OK;
    }
    run_free(run);
    return e;
}

enum err runner_trigger_response(struct runner *runner,
                                 struct uuid execution,
                                 struct arena *arena,
                                 struct flow_response *ret,
                                 struct error *reterr)
{
    struct run *run = NULL;
    struct value trigger;
    struct flow_response response;
    enum err e = run_make(runner, execution, &run, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = run_load_trigger(run, &trigger, reterr);
    e = e != ERR_OK ? e
                    : flow_response_of_trigger(run->flow, &run->config->config, &trigger,
                                               &run->arena, &response, reterr);
    e = e != ERR_OK ? e : copy_response(&response, arena, ret, reterr);
    run_free(run);
    return e;
}

/* The sentence of an execution that failed. */
static enum err failure_of(struct run *run, struct error *reterr)
{
    struct readings *readings = run->runner->options.readings;
    struct reading *reading = NULL;
    const struct recorded_event *event = NULL;
    enum err e = reading_open(readings, &reading, reterr);
    e = e != ERR_OK ? e
                    : reading_event(reading, run->execution.finished_seq, 1U << BODY_STATE,
                                    &run->arena, &event, NULL, reterr);
    if (e == ERR_OK) {
        struct slice text = value_get_text(&event->event.bodies[BODY_STATE], SLICE("error"));
        e = error_set(reterr, ERR_REFUSED, "%.*s", SLICE_ARGS(text));
    }
    reading_close(readings, &reading);
    return e;
}

enum err run_response(const struct flow_end *end,
                      struct arena *arena,
                      struct flow_response *ret,
                      struct error *reterr)
{
    static const struct value nothing = {.type = VALUE_NULL};
    if (end->stopped) {
        *ret = end->response;
        return ERR_OK;
    }
    const struct value *value = end->last_result != NULL ? &end->last_result->value : &nothing;
    return flow_response_of_value(value, arena, ret, reterr);
}

/* Walks the machine over the recorded results to its end. */
static enum err
walk_to_end(struct run *run, struct arena *arena, struct flow_response *ret, struct error *reterr)
{
    struct flow_effect effect = {.kind = FLOW_COMMIT};
    enum err e = ERR_OK;
    while (e == ERR_OK && effect.kind == FLOW_COMMIT) {
        e = flow_run_next(run->machine, run->execution.finished_at_us, &effect, reterr);
        flow_run_clear_entries(run->machine);
    }
    if (e != ERR_OK) {
        return e;
    }
    if (effect.kind != FLOW_FINISHED || !effect.end->succeeded) {
        return error_set(reterr, ERR_DAMAGED, "the journaled results do not lead to the same end");
    }
    struct flow_response response;
    e = run_response(effect.end, &run->arena, &response, reterr);
    return e != ERR_OK ? e : copy_response(&response, arena, ret, reterr);
}

enum err runner_stored_response(struct runner *runner,
                                struct uuid execution,
                                struct arena *arena,
                                struct flow_response *ret,
                                bool *ret_ended,
                                struct error *reterr)
{
    struct run *run = NULL;
    enum err e = run_make(runner, execution, &run, reterr);
    if (e != ERR_OK) {
        return e;
    }
    run->looked_at = true;
    e = run_load(run, reterr);
    *ret_ended = execution_is_final(run->execution.state);
    if (e == ERR_OK && *ret_ended) {
        e = run->execution.state == EXECUTION_SUCCEEDED ? walk_to_end(run, arena, ret, reterr)
                                                        : failure_of(run, reterr);
    }
    runner->reserved_bytes -= run->reserved_bytes;
    run_free(run);
    return e;
}
