/*
 * Outside steps: beginning them, and what happens when an attempt fails.
 *
 *     attempt failed ──► the http component's own retries left?   wait retryDelayMS, next attempt
 *                   └──► the step's setting has retries left?     wait delaySeconds, next attempt
 *                   └──► the step's setting says ignore?          go on without a result
 *                   └──► failed for good                          unwind (flow_walk.c)
 *
 * Attempts are counted through both kinds of retries; what was used of each follows from the
 * failures in order, so a resumed run comes to the same count.
 */
#include "core/base/check.h"
#include "core/definition/component.h"
#include "core/flow/flow_priv.h"

#include <stdio.h>

#define US_PER_MS ((int64_t)1000)

/* The http component's own backoff starts here when no delay is given, milliseconds. */
#define BACKOFF_FIRST_MS 100

static bool is_http(const struct step *step)
{
    return step->builtin != NULL && step->builtin->kind == ACTION_HTTP;
}

static enum err no_memory(struct error *reterr)
{
    return error_set(reterr, ERR_NO_MEMORY, "a step's attempt: out of memory");
}

/* A moment of an earlier life, which the clock now may not have come to: nobody waits for longer
 * than he was to. */
static int64_t at_most(int64_t then_us, int64_t now_us)
{
    return then_us < now_us ? then_us : now_us;
}

/* ---- beginning ---- */

static struct slice idempotency_key(struct flow_run *run)
{
    char loop_path[FLOW_PLACE_LOOP_PATH_SIZE];
    flow_place_loop_path(&run->place, loop_path);
    return arena_format(&run->scratch, "%s:%u%s%s", run->execution_id, run->place.step_index,
                        run->place.depth > 0 ? ":" : "", loop_path);
}

enum err flow_attempt_render(struct flow_run *run, struct error *reterr)
{
    if (run->has_request) {
        return ERR_OK;
    }
    struct flow_request_terms terms = {.idempotency_key = idempotency_key(run),
                                       .timeout_ms_default = run->limits.timeout_ms_default,
                                       .timeout_ms_max = run->limits.timeout_ms_max};
    if (terms.idempotency_key.data == NULL) {
        return no_memory(reterr);
    }
    enum err e =
        flow_request_render(run->step, &terms, &run->scope, &run->scratch, &run->request, reterr);
    run->has_request = e == ERR_OK;
    return e;
}

static enum err fail_unknown_outcome(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    struct slice text = SLICE("the server stopped while this step ran; whether it took effect is "
                              "not known, and doing it again could do it twice");
    if (run->history.starts >= FLOW_STARTS_MAX) {
        text = SLICE("the server stopped each time while this step ran; it is not begun again");
    }
    struct flow_failure failure = {
        .error = ERROR_CLASS_UNKNOWN_OUTCOME, .text = text, .at_us = now_us};
    return flow_attempt_failed(run, &failure, now_us, reterr);
}

static enum err outside(struct flow_run *run,
                        const struct flow_effect *effect,
                        bool again,
                        int64_t now_us,
                        struct error *reterr)
{
    run->effect = *effect;
    run->effect.step = run->step;
    run->effect.place = run->place;
    run->state = FLOW_OUTSIDE;
    run->started_us = again ? run->history.started_us : now_us;
    return flow_entry_started(run, now_us, again, reterr);
}

static enum err log_warnings(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < run->request.warning_count && e == ERR_OK; i++) {
        if (run->state == FLOW_TRYING) {
            e = flow_entry_log(run, LOG_LEVEL_WARN, run->request.warnings[i], now_us, reterr);
        }
    }
    return e;
}

static enum err fail_not_recorded(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    return flow_walk_fail(run, ERROR_CLASS_UNKNOWN_OUTCOME,
                          SLICE("this run is answered from a recording, and the recording has no "
                                "answer for this step at this place"),
                          now_us, reterr);
}

enum err flow_attempt_begin_http(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    bool again = flow_history_in_doubt(run, &run->place);
    if (run->history.use == FLOW_HISTORY_RECORDED) {
        return fail_not_recorded(run, now_us, reterr);
    }
    enum err e = flow_attempt_render(run, reterr);
    if (e != ERR_OK) {
        return flow_step_error(run, e, now_us, reterr);
    }
    if (again && (!flow_request_is_safe(&run->request) || run->history.starts >= FLOW_STARTS_MAX)) {
        return fail_unknown_outcome(run, now_us, reterr);
    }
    if (!again && run->place.attempt == 0) {
        e = log_warnings(run, now_us, reterr);
    }
    if (e != ERR_OK || run->state != FLOW_TRYING) {
        return e;
    }
    struct flow_effect effect = {.kind = FLOW_HTTP, .request = &run->request};
    return outside(run, &effect, again, now_us, reterr);
}

enum err
flow_attempt_begin_sleep(struct flow_run *run, int64_t ms, int64_t now_us, struct error *reterr)
{
    bool again = flow_history_in_doubt(run, &run->place);
    struct value nothing = value_null();
    if (run->history.use == FLOW_HISTORY_RECORDED) {
        return flow_step_done(run, &nothing, (struct slice){NULL, 0}, now_us, reterr);
    }
    int64_t from_us = again ? at_most(run->history.started_us, now_us) : now_us;
    struct flow_effect effect = {.kind = FLOW_SLEEP, .until_us = from_us + ms * US_PER_MS};
    return outside(run, &effect, again, now_us, reterr);
}

/* ---- failing ---- */

/* Whether trying again could mend it, so that the step's own retry setting applies. */
static bool may_pass(enum error_class error)
{
    switch (error) {
    case ERROR_CLASS_HTTP_STATUS:
    case ERROR_CLASS_CONNECTION:
    case ERROR_CLASS_TIMEOUT:
    case ERROR_CLASS_UNKNOWN_OUTCOME:
        return true;
    case ERROR_CLASS_NONE:
    case ERROR_CLASS_MALFORMED_PAYLOAD:
    case ERROR_CLASS_EXPRESSION:
    case ERROR_CLASS_INPUT:
    case ERROR_CLASS_REFUSED_TARGET:
    case ERROR_CLASS_UNKNOWN_COMPONENT:
    case ERROR_CLASS_LIMIT:
    case ERROR_CLASS_DEFINITION:
    case ERROR_CLASS_INTERNAL:
        break;
    }
    return false;
}

/* Whether the http component itself tries again: when the other side may do better and sending the
 * request twice is the same as once; with retryOnAllErrors after every failure it knows of. */
static bool component_retries(const struct flow_request *request,
                              const struct flow_failure *failure)
{
    bool known = failure->error == ERROR_CLASS_HTTP_STATUS ||
                 failure->error == ERROR_CLASS_CONNECTION || failure->error == ERROR_CLASS_TIMEOUT;
    bool their_fault = failure->error == ERROR_CLASS_CONNECTION ||
                       (failure->error == ERROR_CLASS_HTTP_STATUS && failure->http_status >= 500);
    return request->retry_on_all_errors ? known
                                        : their_fault && flow_request_is_idempotent(request);
}

static int64_t doubled(int64_t ms, uint32_t times, int64_t max)
{
    for (uint32_t i = 0; i < times && ms < max; i++) {
        ms *= 2;
    }
    return ms < max ? ms : max;
}

static bool take_component_retry(struct flow_run *run,
                                 const struct flow_failure *failure,
                                 int64_t *ret_delay_ms)
{
    const struct flow_request *request = &run->request;
    if (!run->has_request || run->tries >= (uint32_t)request->retries_max ||
        !component_retries(request, failure)) {
        return false;
    }
    *ret_delay_ms = request->retry_delay_ms;
    if (request->exponential_backoff) {
        int64_t first = request->retry_delay_ms > 0 ? request->retry_delay_ms : BACKOFF_FIRST_MS;
        *ret_delay_ms = doubled(first, run->tries, FLOW_REQUEST_RETRY_DELAY_MS_MAX);
    }
    run->tries++;
    return true;
}

static bool
take_setting_retry(struct flow_run *run, const struct flow_failure *failure, int64_t *ret_delay_ms)
{
    const struct error_config *setting = &run->step->error;
    if (setting->handler != HANDLER_RETRY || !may_pass(failure->error) ||
        run->retries >= (uint32_t)setting->max_attempts) {
        return false;
    }
    int64_t delay_ms = (int64_t)setting->delay_seconds * 1000;
    *ret_delay_ms =
        setting->exponential_backoff ? doubled(delay_ms, run->retries, INT32_MAX) : delay_ms;
    run->retries++;
    run->tries = 0;
    return true;
}

/* Whether another attempt follows, and after which time. Rendering again gives the component's
 * settings when the failure itself was answered from a record; if that fails, it has none. */
static enum err take_retry(struct flow_run *run,
                           const struct flow_failure *failure,
                           bool *ret,
                           int64_t *ret_delay_ms,
                           struct error *reterr)
{
    if (is_http(run->step) && may_pass(failure->error)) {
        struct error why = {0};
        if (flow_attempt_render(run, &why) == ERR_NO_MEMORY) {
            return no_memory(reterr);
        }
    }
    *ret = run->place.attempt + 1 < FLOW_ATTEMPTS_MAX &&
           (take_component_retry(run, failure, ret_delay_ms) ||
            take_setting_retry(run, failure, ret_delay_ms));
    return ERR_OK;
}

/* Whether the next attempt is known already, so that its wait is over. */
static bool is_known(const struct flow_run *run, const struct flow_place *place)
{
    return run->history.use == FLOW_HISTORY_RECORDED ||
           flow_history_find(run, run->step, place) != NULL || flow_history_in_doubt(run, place);
}

static void wait_for_next(struct flow_run *run, int64_t until_us)
{
    run->place.attempt++;
    run->has_request = false;
    run->state = is_known(run, &run->place) ? FLOW_TRYING : FLOW_WAITING;
    run->effect = (struct flow_effect){
        .kind = FLOW_WAIT, .step = run->step, .place = run->place, .until_us = until_us};
}

static enum err report(struct flow_run *run,
                       const struct flow_failure *failure,
                       enum step_status status,
                       int64_t now_us,
                       struct error *reterr)
{
    struct flow_entry entry = flow_entry_of_step(run, status, now_us);
    entry.error = failure->error;
    entry.error_text = failure->text;
    entry.http_status = failure->http_status;
    return flow_entry_finished(run, &entry, reterr);
}

/* What follows an attempt that failed. A record decides itself: the settings that led to it may be
 * those of another version, and the step's own count of retries must not end what went on. */
static enum step_status
decide(const struct flow_run *run, const struct flow_failure *failure, bool may_retry)
{
    if (failure->record != NULL) {
        return failure->record->status;
    }
    if (may_retry) {
        return STEP_RETRIED;
    }
    return flow_walk_ignores(run->step) ? STEP_IGNORED : STEP_FAILED;
}

enum err flow_attempt_failed(struct flow_run *run,
                             const struct flow_failure *given,
                             int64_t now_us,
                             struct error *reterr)
{
    struct flow_failure failure = *given;
    bool may_retry = false;
    int64_t delay_ms = 0;
    if (failure.text.data == NULL && run->scratch.no_memory) {
        return no_memory(reterr);
    }
    if (failure.text.data == NULL) {
        failure.text = SLICE("it failed, and the memory of the run is too full to say how");
    }
    enum err e = take_retry(run, &failure, &may_retry, &delay_ms, reterr);
    if (e != ERR_OK) {
        return e;
    }
    enum step_status status = decide(run, &failure, may_retry);
    e = report(run, &failure, status, now_us, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (status == STEP_RETRIED) {
        wait_for_next(run, at_most(failure.at_us, now_us) + delay_ms * US_PER_MS);
        return ERR_OK;
    }
    struct result *none = NULL;
    flow_walk_set_result(run, run->step, &none);
    run->state = FLOW_WALKING;
    return status == STEP_IGNORED
               ? ERR_OK
               : flow_walk_unwind(run, failure.error, failure.text, now_us, reterr);
}

/* ---- outcomes ---- */

static enum err take_reply(struct flow_run *run,
                           const struct flow_reply *reply,
                           int64_t now_us,
                           struct error *reterr)
{
    struct value value = value_null();
    struct slice content_type = {NULL, 0};
    run->batch_work += reply->body.size;
    if (!flow_reply_is_success(reply)) {
        struct flow_failure failure = {.error = ERROR_CLASS_HTTP_STATUS,
                                       .text =
                                           flow_reply_failure(reply, &run->request, &run->scratch),
                                       .http_status = reply->status,
                                       .at_us = now_us};
        return flow_attempt_failed(run, &failure, now_us, reterr);
    }
    enum err e =
        flow_reply_value(reply, &run->request, &run->scratch, &value, &content_type, reterr);
    if (e == ERR_OK) {
        return flow_step_done(run, &value, content_type, now_us, reterr);
    }
    if (e == ERR_NO_MEMORY || arena_exhausted(&run->scratch)) {
        return flow_step_error(run, e, now_us, reterr);
    }
    struct flow_failure failure = {
        .error = ERROR_CLASS_LIMIT,
        .text =
            flow_reply_no_answer(&run->request, slice_of_text(error_text(reterr)), &run->scratch),
        .http_status = reply->status,
        .at_us = now_us};
    return flow_attempt_failed(run, &failure, now_us, reterr);
}

static enum err take_no_answer(struct flow_run *run,
                               const struct flow_outcome *outcome,
                               int64_t now_us,
                               struct error *reterr)
{
    ASSERT(outcome->error == ERROR_CLASS_CONNECTION || outcome->error == ERROR_CLASS_TIMEOUT ||
           outcome->error == ERROR_CLASS_LIMIT || outcome->error == ERROR_CLASS_REFUSED_TARGET);
    struct flow_failure failure = {
        .error = outcome->error,
        .text = flow_reply_no_answer(&run->request, outcome->text, &run->scratch),
        .at_us = now_us};
    return flow_attempt_failed(run, &failure, now_us, reterr);
}

enum err flow_attempt_resolve(struct flow_run *run,
                              const struct flow_outcome *outcome,
                              int64_t now_us,
                              struct error *reterr)
{
    struct value nothing = value_null();
    if (run->effect.kind == FLOW_HTTP) {
        ASSERT(outcome->kind != FLOW_ELAPSED);
        return outcome->kind == FLOW_REPLIED ? take_reply(run, outcome->reply, now_us, reterr)
                                             : take_no_answer(run, outcome, now_us, reterr);
    }
    ASSERT(outcome->kind == FLOW_ELAPSED);
    if (run->effect.kind == FLOW_WAIT) {
        run->state = FLOW_TRYING;
        return ERR_OK;
    }
    return flow_step_done(run, &nothing, (struct slice){NULL, 0}, now_us, reterr);
}
