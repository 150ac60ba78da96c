#include "core/flow/flow_priv.h"

#include "core/base/check.h"
#include "core/definition/component.h"
#include "core/flow/coerce.h"
#include "core/flow/expression.h"

#include <stdio.h>

/* ---- ends of a step ---- */

enum err flow_step_report_ok(struct flow_run *run,
                             const struct result *result,
                             struct slice branch,
                             bool derived,
                             int64_t now_us,
                             struct error *reterr)
{
    struct flow_entry entry = flow_entry_of_step(run, STEP_OK, now_us);
    entry.result = result;
    entry.branch = branch;
    entry.derived = derived;
    return flow_entry_finished(run, &entry, reterr);
}

enum err flow_step_done(struct flow_run *run,
                        const struct value *value,
                        struct slice content_type,
                        int64_t now_us,
                        struct error *reterr)
{
    struct result *result = NULL;
    enum err e = result_create(&run->pool, value, content_type, &result, reterr);
    if (e != ERR_OK) {
        return flow_step_error(run, e, now_us, reterr);
    }
    run->batch_work += result->bytes;
    e = flow_step_report_ok(run, result, (struct slice){NULL, 0}, false, now_us, reterr);
    flow_walk_set_result(run, run->step, &result);
    run->state = FLOW_WALKING;
    return e;
}

enum err flow_step_done_with_nothing(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    struct value nothing = value_null();
    return flow_step_done(run, &nothing, (struct slice){NULL, 0}, now_us, reterr);
}

enum err flow_step_fail(struct flow_run *run,
                        enum error_class error,
                        struct slice text,
                        int64_t now_us,
                        struct error *reterr)
{
    struct flow_failure failure = {.error = error, .text = text, .at_us = now_us};
    return flow_attempt_failed(run, &failure, now_us, reterr);
}

enum err flow_step_error(struct flow_run *run, enum err code, int64_t now_us, struct error *reterr)
{
    struct error cause = {0};
    if (code == ERR_NO_MEMORY) {
        return code;
    }
    if (reterr != NULL) {
        cause = *reterr;
        error_clear(reterr);
    }
    cause.code = code;
    struct slice text = slice_of_text(error_text(&cause));
    if (code == ERR_LIMIT) {
        char limit[ERROR_TEXT_SIZE + 20];
        (void)snprintf(limit, sizeof limit, "runaway flow: %s", error_text(&cause));
        return flow_walk_fail(run, ERROR_CLASS_LIMIT, slice_of_text(limit), now_us, reterr);
    }
    enum error_class error = code == ERR_NOT_FOUND ? ERROR_CLASS_EXPRESSION : ERROR_CLASS_INPUT;
    return flow_step_fail(run, error, text, now_us, reterr);
}

/* ---- inputs ---- */

/* The value of an input of the current step. Errors: named by the input. */
enum err
flow_step_input(struct flow_run *run, const char *key, struct value *ret, struct error *reterr)
{
    enum err e = expression_evaluate(definition_input(run->step, key), &run->scope, &run->scratch,
                                     ret, reterr);
    return e != ERR_OK ? error_wrap(reterr, e, "input \"%s\"", key) : ERR_OK;
}

/* ---- trigger, stop, log ---- */

static enum err do_trigger(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    struct result *trigger = result_hold(run->trigger);
    enum err e = flow_step_report_ok(run, trigger, (struct slice){NULL, 0}, true, now_us, reterr);
    flow_walk_set_result(run, run->step, &trigger);
    run->state = FLOW_WALKING;
    return e;
}

static enum err do_stop(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    enum err e =
        flow_response_of_stop(run->step, &run->scope, &run->scratch, &run->end.response, reterr);
    if (e != ERR_OK) {
        return flow_step_error(run, e, now_us, reterr);
    }
    e = flow_step_done_with_nothing(run, now_us, reterr);
    if (e == ERR_OK && run->state == FLOW_WALKING) {
        flow_walk_succeed(run, true);
    }
    return e;
}

/* The level as given; info without one, and with a warning for an unknown one. */
static enum err
get_level(struct flow_run *run, enum log_level *ret, int64_t now_us, struct error *reterr)
{
    struct value value = value_null();
    *ret = LOG_LEVEL_INFO;
    enum err e = flow_step_input(run, "level", &value, reterr);
    struct slice name = slice_trim(value_text_of(&value));
    if (slice_equal_nocase(name, SLICE("warning"))) {
        name = SLICE("warn");
    }
    if (e != ERR_OK || coerce_is_empty(&value) || log_level_of(name, ret)) {
        return e;
    }
    return flow_entry_log(run, LOG_LEVEL_WARN,
                          SLICE("the level of the next line is none of trace, debug, info, warn, "
                                "error, fatal; info is used"),
                          now_us, reterr);
}

static enum err do_write_log(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    struct value value = value_null();
    struct slice message = {NULL, 0};
    enum log_level level = LOG_LEVEL_INFO;
    enum err e = flow_step_input(run, "message", &value, reterr);
    if (e == ERR_OK) {
        e = coerce_text(&value, &run->scratch, &message, reterr);
    }
    if (e == ERR_OK) {
        e = get_level(run, &level, now_us, reterr);
    }
    if (e != ERR_OK) {
        return flow_step_error(run, e, now_us, reterr);
    }
    if (run->state == FLOW_TRYING) {
        e = flow_entry_log(run, level, message, now_us, reterr);
    }
    return e == ERR_OK && run->state == FLOW_TRYING
               ? flow_step_done_with_nothing(run, now_us, reterr)
               : e;
}

/* ---- sleep and everything unknown ---- */

static enum err do_sleep(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    struct value value = value_null();
    int64_t ms = 0;
    enum err e = flow_step_input(run, "ms", &value, reterr);
    if (e == ERR_OK) {
        e = coerce_int(&value, "ms", 0, 0, FLOW_SLEEP_MS_MAX, &ms, reterr);
    }
    return e == ERR_OK ? flow_attempt_begin_sleep(run, ms, now_us, reterr)
                       : flow_step_error(run, e, now_us, reterr);
}

static enum err fail_unknown(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    const struct component_ref *action = &run->step->action;
    struct slice version = action->version.size > 0 ? action->version : action->signature;
    struct slice text = arena_format(
        &run->scratch,
        "action \"%.*s\" of component \"%.*s\", version %.*s, is not built into this server",
        SLICE_ARGS(action->key), SLICE_ARGS(action->component), SLICE_ARGS(version));
    return flow_step_fail(run, ERROR_CLASS_UNKNOWN_COMPONENT, text, now_us, reterr);
}

static enum err do_action(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    switch (run->step->builtin->kind) {
    case ACTION_TRIGGER:
        return do_trigger(run, now_us, reterr);
    case ACTION_HTTP:
        return flow_attempt_begin_http(run, now_us, reterr);
    case ACTION_SLEEP:
        return do_sleep(run, now_us, reterr);
    case ACTION_WRITE_LOG:
        return do_write_log(run, now_us, reterr);
    case ACTION_STOP:
        return do_stop(run, now_us, reterr);
    case ACTION_BRANCH_EXPR:
        return flow_control_branch_on_expression(run, now_us, reterr);
    case ACTION_BRANCH_VALUE:
        return flow_control_branch_on_value(run, now_us, reterr);
    case ACTION_LOOP_ITEMS:
        return flow_control_loop_items(run, now_us, reterr);
    case ACTION_LOOP_TIMES:
        return flow_control_loop_times(run, now_us, reterr);
    case ACTION_BREAK_LOOP:
        return flow_control_break(run, now_us, reterr);
    }
    UNREACHABLE("kind of action");
}

/* ---- from a record ---- */

static bool is_loop(const struct step *step)
{
    return step->builtin != NULL &&
           (step->builtin->kind == ACTION_LOOP_ITEMS || step->builtin->kind == ACTION_LOOP_TIMES);
}

/* Answers the current step from its record. What steers the walk is walked again: the trigger, a
 * stop, a break, a loop; but a branch is taken as it was, whatever its conditions would give. */
static enum err
answer(struct flow_run *run, const struct flow_record *record, int64_t now_us, struct error *reterr)
{
    if (record->status != STEP_OK) {
        struct flow_failure failure = {.error = record->error,
                                       .text = record->error_text.data != NULL ? record->error_text
                                                                               : SLICE(""),
                                       .http_status = record->http_status,
                                       .at_us = record->finished_us,
                                       .record = record};
        return flow_attempt_failed(run, &failure, now_us, reterr);
    }
    switch (run->step->builtin->kind) {
    case ACTION_BRANCH_EXPR:
    case ACTION_BRANCH_VALUE:
        return flow_control_take_branch(run, value_text_of(&record->result), now_us, reterr);
    case ACTION_HTTP:
    case ACTION_SLEEP:
        return flow_step_done(run, &record->result, record->content_type, now_us, reterr);
    case ACTION_WRITE_LOG:
        if (run->history.use != FLOW_HISTORY_RESUME) {
            return flow_step_done_with_nothing(run, now_us, reterr);
        }
        break; /* counted again towards the limits, but not written again */
    case ACTION_TRIGGER:
    case ACTION_STOP:
    case ACTION_LOOP_ITEMS:
    case ACTION_LOOP_TIMES:
    case ACTION_BREAK_LOOP:
        break;
    }
    return do_action(run, now_us, reterr);
}

enum err flow_step_try(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    const struct flow_record *record = flow_history_find(run, run->step, &run->place);
    run->batch_work += run->scope.work.done;
    run->scope.work.done = 0;
    run->has_request = false;
    arena_reset(&run->scratch);
    if (run->step->is_trigger) {
        return do_trigger(run, now_us, reterr);
    }
    if (record != NULL && (run->step->builtin != NULL || record->status != STEP_OK) &&
        !is_loop(run->step)) {
        return answer(run, record, now_us, reterr);
    }
    return run->step->builtin != NULL ? do_action(run, now_us, reterr)
                                      : fail_unknown(run, now_us, reterr);
}
