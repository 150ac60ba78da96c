/* One run: the machine of core/flow between the journal and the outside. */
#include "api/diag.h"
#include "api/engine/engine.h"
#include "api/runner/runner_priv.h"
#include "core/base/check.h"
#include "core/base/memory.h"

#include <sodium.h>

/* How long a run waits before it tries again to reach a busy writer, and a full disk. */
#define BUSY_RETRY_MS      50
#define DISK_FULL_RETRY_MS 1000

static void step(struct run *run);
static void commit(struct run *run);

static int64_t now_us(const struct run *run)
{
    return clock_wall_us(engine_clock(run->runner->options.engine));
}

/* ---- end ---- */

void run_free(struct run *run)
{
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        sealed_body_deinit(&run->command.sealed[i]);
    }
    run_events_deinit(&run->batch);
    flow_run_destroy(&run->machine);
    run_configs_release(run->runner->configs, &run->config);
    sealer_destroy(&run->sealer);
    arena_deinit(&run->batch_arena);
    arena_deinit(&run->arena);
    sodium_memzero(&run->key, sizeof run->key);
    memory_free(run);
}

static void on_timer_closed(uv_handle_t *handle)
{
    run_free(handle->data);
}

/* Takes the run out of the runner and frees it; `outcome` is NULL when it is only parked. */
static void end(struct run *run, const struct runner_outcome *outcome)
{
    run->phase = RUN_ENDED;
    runner_run_ended(run->runner, run, outcome);
    if (run->timer_open) {
        uv_close((uv_handle_t *)&run->timer, on_timer_closed);
    } else {
        run_free(run);
    }
}

/* Whether a caller was promised the result. */
static bool is_awaited(const struct run *run)
{
    return (run->execution.flags & EXECUTION_FLAG_SYNCHRONOUS) != 0;
}

static void deliver(struct run *run)
{
    struct runner_outcome outcome = {
        .execution = run->id, .state = run->end_state, .error = run->end_text};
    struct flow_response response;
    struct error error = {0};
    if (!run->failed && run->effect.end->succeeded && is_awaited(run)) {
        enum err e = run_response(run->effect.end, &run->arena, &response, &error);
        outcome.response = e == ERR_OK ? &response : NULL;
        outcome.error = slice_of_text(e == ERR_OK ? NULL : error_text(&error));
    }
    end(run, &outcome);
}

/* ---- timers ---- */

static void on_timer(uv_timer_t *timer);

static void start_timer(struct run *run, int64_t delay_ms)
{
    if (!run->timer_open) {
        (void)uv_timer_init(run->runner->loop, &run->timer); /* cannot fail */
        run->timer.data = run;
        run->timer_open = true;
    }
    (void)uv_timer_start(&run->timer, on_timer, delay_ms > 0 ? (uint64_t)delay_ms : 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
    struct run *run = timer->data;
    if (run->phase == RUN_COMMITTING) {
        commit(run); /* the writer was busy */
    } else if (run->phase == RUN_STEPPING) {
        step(run); /* a long stretch of pure steps goes on in a new turn */
    } else if (run->phase == RUN_OUTSIDE) {
        struct flow_outcome outcome = {.kind = FLOW_ELAPSED};
        run_resolve(run, &outcome);
    }
}

/* ---- effects ---- */

static void perform(struct run *run)
{
    if (run->failed || run->effect.kind == FLOW_FINISHED) {
        deliver(run);
        return;
    }
    if (run->timed_out) {
        run_fail(run, EXECUTION_TIMED_OUT, ERROR_CLASS_TIMEOUT, "the execution timed out");
        return;
    }
    if (run->effect.kind == FLOW_COMMIT) {
        run->phase = RUN_STEPPING;
        start_timer(run, 0);
        return;
    }
    run->phase = RUN_OUTSIDE;
    run->was_outside = true;
    if (run->effect.kind != FLOW_HTTP) {
        start_timer(run, run->effect.wait_ms);
        return;
    }
    struct error error = {0};
    if (run_http_start(run, &error) != ERR_OK) {
        struct flow_outcome outcome = {.kind = FLOW_NO_ANSWER,
                                       .error = ERROR_CLASS_CONNECTION,
                                       .text = slice_of_text(error_text(&error))};
        run_resolve(run, &outcome);
    }
}

void run_resolve(struct run *run, const struct flow_outcome *outcome)
{
    ASSERT(run->phase == RUN_OUTSIDE);
    struct error error = {0};
    run->phase = RUN_STEPPING;
    if (flow_run_resolve(run->machine, now_us(run), outcome, &error) != ERR_OK) {
        run_fail(run, EXECUTION_FAILED, ERROR_CLASS_INTERNAL, error_text(&error));
        return;
    }
    step(run);
}

/* ---- committing ---- */

static void clear_batch(struct run *run)
{
    run_events_deinit(&run->batch);
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        sealed_body_deinit(&run->command.sealed[i]);
        run->command.has_sealed[i] = false;
    }
    if (run->machine != NULL) {
        flow_run_clear_entries(run->machine);
    }
    arena_reset(&run->batch_arena);
}

static void note_committed(struct run *run)
{
    run->was_outside = false;
    for (size_t i = 0; i < run->batch.count; i++) {
        const struct event *event = &run->batch.events[i];
        run->journaled_start = run->journaled_start || event->type == EVENT_EXECUTION_STARTED;
        run->resumes = run->resumes && event->type != EVENT_EXECUTION_RESUMED;
        if (event->type == EVENT_STEP_FINISHED) {
            run->steps += event->facts.step_finished.status != (uint64_t)STEP_RETRIED;
        }
    }
}

/* A batch that the writer will never take: over the command's size, say. The run fails instead. */
static void on_batch_refused(struct run *run, const char *text)
{
    bool was_end = run->failed;
    clear_batch(run);
    if (was_end) {
        diag_error("an execution cannot be journaled; it is tried again at the next start",
                   diag_string("why", text));
        end(run, NULL);
        return;
    }
    run_fail(run, EXECUTION_FAILED, ERROR_CLASS_LIMIT, text);
}

static void on_committed(struct command *command)
{
    struct run *run = LIST_ENTRY(command, struct run, command.base);
    if (command->outcome == COMMAND_DONE) {
        note_committed(run);
        clear_batch(run);
        perform(run);
    } else if (command->outcome == COMMAND_FAILED && command->error.code == ERR_DISK_FULL) {
        start_timer(run, DISK_FULL_RETRY_MS);
    } else if (command->outcome == COMMAND_FAILED && command->error.code == ERR_LIMIT) {
        on_batch_refused(run, error_text(&command->error));
    } else {
        /* Canceled, or its instance erased, while it ran: somebody else has ended it. */
        clear_batch(run);
        end(run, NULL);
    }
}

/* Whether nobody waits for this batch: it ends an execution that nobody asked the result of, and
 * tells of no effect outside, which a crash would make unknown. */
static bool is_patient(const struct run *run)
{
    bool ends = run->failed || run->effect.kind == FLOW_FINISHED;
    return ends && !is_awaited(run) && !run->was_outside;
}

static void commit(struct run *run)
{
    struct error error = {0};
    struct execution_progress_command *command = &run->command;
    size_t bytes = 0;
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        bytes += command->sealed[i].stored.size;
    }
    command->base.execute = execution_command_progress;
    command->base.done = on_committed;
    command->base.arena = &run->batch_arena;
    command->base.bytes = bytes + run->batch.count * sizeof(struct event);
    command->base.patient = is_patient(run);
    command->execution = run->id;
    command->instance = run->execution.instance;
    command->key = run->key.number;
    command->events = run->batch.events;
    command->event_count = run->batch.count;
    run->phase = RUN_COMMITTING;
    enum err e = engine_submit(run->runner->options.engine, &command->base, &error);
    if (e == ERR_CLOSED) {
        end(run, NULL); /* stays open in the journal */
    } else if (e != ERR_OK) {
        start_timer(run, e == ERR_DISK_FULL ? DISK_FULL_RETRY_MS : BUSY_RETRY_MS);
    }
}

/* ---- sealing ---- */

static enum err seal_all(struct run *run, struct sealer *sealer, struct error *reterr)
{
    enum err e = ERR_OK;
    for (int i = 0; i < BODY_CLASS_COUNT && e == ERR_OK; i++) {
        if (run->batch.raw[i].size == 0) {
            continue;
        }
        struct body_place place = {.append_id = run->command.base.append_id,
                                   .body_class = (enum body_class)i};
        e = body_seal(sealer, &run->key, &place, buf_slice(&run->batch.raw[i]),
                      &run->command.sealed[i], reterr);
        run->command.has_sealed[i] = e == ERR_OK;
    }
    return e;
}

static void seal_work(uv_work_t *work)
{
    struct run *run = LIST_ENTRY(work, struct run, work);
    run->work_err = seal_all(run, run->sealer, &run->work_error);
}

static void sealed(struct run *run, enum err e, const struct error *error)
{
    if (e == ERR_OK) {
        commit(run);
    } else {
        on_batch_refused(run, error_text(error));
    }
}

static void seal_done(uv_work_t *work, int status)
{
    struct run *run = LIST_ENTRY(work, struct run, work);
    (void)status; /* never canceled */
    sealer_destroy(&run->sealer);
    sealed(run, run->work_err, &run->work_error);
}

static bool has_large_body(const struct run *run)
{
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        if (run->batch.raw[i].size > 0 && body_is_large(run->batch.raw[i].size)) {
            return true;
        }
    }
    return false;
}

/* Seals the batch here, or on a pool thread when that takes milliseconds. */
static void seal(struct run *run)
{
    struct engine *engine = run->runner->options.engine;
    struct error error = {0};
    run->command.base.append_id = engine_new_id(engine);
    run->phase = RUN_SEALING;
    if (!has_large_body(run)) {
        sealed(run, seal_all(run, run->runner->sealer, &error), &error);
        return;
    }
    enum err e = sealer_create(engine_journal(engine), &run->sealer, &error);
    if (e == ERR_OK && uv_queue_work(run->runner->loop, &run->work, seal_work, seal_done) != 0) {
        e = error_set(&error, ERR_IO, "no thread to seal a large result");
        sealer_destroy(&run->sealer);
    }
    if (e != ERR_OK) {
        sealed(run, e, &error);
    }
}

/* ---- stepping ---- */

/* Journals entries and frame if there are any, then performs the effect. */
static void journal(struct run *run, const struct flow_entry *entries, size_t count)
{
    bool ends = run->failed || run->effect.kind == FLOW_FINISHED;
    struct run_events_frame frame = {
        .started = !run->journaled_start,
        .resumed = run->resumes,
        .ended = ends,
        .state = run->end_state,
        .error_class = run->end_class,
        .error_text = run->end_text,
        .steps = run->steps,
        .now_us = now_us(run),
    };
    struct error error = {0};
    enum err e =
        run_events_build(entries, count, &frame, &run->key, &run->batch_arena, &run->batch, &error);
    if (e != ERR_OK) {
        on_batch_refused(run, error_text(&error));
    } else if (run->batch.count == 0) {
        clear_batch(run);
        perform(run);
    } else {
        seal(run);
    }
}

/* What the machine's end means for the execution. */
static void note_end(struct run *run)
{
    const struct flow_end *machine_end = run->effect.end;
    run->end_state = machine_end->succeeded ? EXECUTION_SUCCEEDED : EXECUTION_FAILED;
    run->end_class = machine_end->error;
    run->end_text = arena_copy(&run->arena, machine_end->error_text);
}

static void step(struct run *run)
{
    struct error error = {0};
    size_t count = 0;
    run->phase = RUN_STEPPING;
    if (flow_run_next(run->machine, now_us(run), &run->effect, &error) != ERR_OK) {
        run_fail(run, EXECUTION_FAILED, ERROR_CLASS_INTERNAL, error_text(&error));
        return;
    }
    if (run->effect.kind == FLOW_FINISHED) {
        note_end(run);
    }
    const struct flow_entry *entries = flow_run_entries(run->machine, &count);
    journal(run, entries, count);
}

void run_fail(struct run *run, enum execution_state state, enum error_class class, const char *text)
{
    ASSERT(run->phase != RUN_COMMITTING && run->phase != RUN_SEALING);
    size_t count = 0;
    const struct flow_entry *entries =
        run->machine != NULL ? flow_run_entries(run->machine, &count) : NULL;
    run->failed = true;
    run->end_state = state;
    run->end_class = class;
    run->end_text = arena_copy(&run->arena, slice_of_text(text));
    journal(run, entries, count);
}

void run_time_out(struct run *run)
{
    if (run->timed_out) {
        return;
    }
    run->timed_out = true; /* seen by perform, when a commit is under way */
    if (run->phase == RUN_OUTSIDE) {
        if (run->outbound != NULL) {
            run_http_cancel(run);
        } else {
            (void)uv_timer_stop(&run->timer);
        }
        run_fail(run, EXECUTION_TIMED_OUT, ERROR_CLASS_TIMEOUT, "the execution timed out");
    }
}

bool run_park(struct run *run)
{
    bool retrying =
        run->phase == RUN_COMMITTING && run->timer_open && uv_is_active((uv_handle_t *)&run->timer);
    if (run->phase != RUN_OUTSIDE && run->phase != RUN_STEPPING && run->phase != RUN_LOADING &&
        !retrying) {
        return false; /* the writer or a pool thread has it: it will be back */
    }
    if (run->phase == RUN_LOADING) {
        list_remove(&run->runner->ready, &run->ready_link);
    }
    if (run->outbound != NULL) {
        run_http_cancel(run);
    }
    end(run, NULL);
    return true;
}

/* ---- begin ---- */

enum err run_make(struct runner *runner, struct uuid id, struct run **ret, struct error *reterr)
{
    struct run *run = memory_zalloc(1, sizeof *run);
    if (run == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for an execution");
    }
    run->runner = runner;
    run->id = id;
    run->phase = RUN_LOADING;
    arena_init(&run->arena, RUN_ARENA_BYTES);
    arena_init(&run->batch_arena, RUN_BATCH_BYTES);
    *ret = run;
    return ERR_OK;
}

void run_create(struct runner *runner, struct uuid id, struct slice head, struct slice body)
{
    struct run *run = NULL;
    if (run_make(runner, id, &run, NULL) != ERR_OK) {
        runner_note_backlog(runner, id); /* still open in the journal */
        return;
    }
    if (head.size + body.size <= RUN_COPIED_BYTES_MAX) {
        run->head = arena_copy(&run->arena, head);
        run->body = arena_copy(&run->arena, body);
    }
    list_push_back(&runner->running, &run->link);
    list_push_back(&runner->ready, &run->ready_link);
    runner_wake(runner);
}

void run_loaded(struct run *run, enum err e, const struct error *error)
{
    run->phase = RUN_LOADING;
    if (e == ERR_OK) {
        run->runner->stats.started++;
        run->runner->stats.resumed += run->resumes;
        step(run);
    } else if (e == ERR_BUSY) {
        run->runner->stalled = true;
        runner_note_backlog(run->runner, run->id);
        end(run, NULL);
    } else if (run->key.number != 0) {
        run_fail(run, EXECUTION_FAILED, e == ERR_LIMIT ? ERROR_CLASS_LIMIT : ERROR_CLASS_DEFINITION,
                 error_text(error));
    } else {
        diag_warn("an execution cannot be run now; it stays open",
                  diag_string("why", error_text(error)));
        end(run, NULL);
    }
}
