#include "api/runner/runner.h"

#include "api/runner/runner_priv.h"
#include "core/base/check.h"
#include "core/base/memory.h"
#include "projections/executions_view.h"

#define SWEEP_MS 1000

/* Rows of open executions looked at in one go: the loop has other things to do. */
#define SCAN_ROWS 4096

enum err
runner_create(const struct runner_options *options, struct runner **ret, struct error *reterr)
{
    struct runner *runner = memory_zalloc(1, sizeof *runner);
    if (runner == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "runner: out of memory");
    }
    runner->options = *options;
    runner->loop = engine_loop(options->engine);
    list_init(&runner->running);
    list_init(&runner->ready);
    list_init(&runner->waiters);
    enum err e = run_configs_create(options->engine, &runner->configs, reterr);
    e = e != ERR_OK ? e : sealer_create(engine_journal(options->engine), &runner->sealer, reterr);
    if (e != ERR_OK) {
        runner_destroy(&runner);
        return e;
    }
    *ret = runner;
    return ERR_OK;
}

void runner_destroy(struct runner **runner)
{
    if (*runner == NULL) {
        return;
    }
    ASSERT(list_empty(&(*runner)->running) && !(*runner)->sweep_open && !(*runner)->idle_open);
    run_configs_destroy(&(*runner)->configs);
    sealer_destroy(&(*runner)->sealer);
    memory_free(*runner);
    *runner = NULL;
}

struct runner_stats runner_stats(const struct runner *runner)
{
    struct runner_stats stats = runner->stats;
    stats.running = runner->running.count;
    stats.payload_bytes = runner->reserved_bytes;
    return stats;
}

/* ---- waiting ---- */

void runner_wait(struct runner *runner, struct runner_waiter *waiter)
{
    list_push_back(&runner->waiters, &waiter->link);
}

void runner_unwait(struct runner *runner, struct runner_waiter *waiter)
{
    list_remove(&runner->waiters, &waiter->link);
}

static void tell_waiters(struct runner *runner, const struct runner_outcome *outcome)
{
    LIST_FOR_EACH(link, &runner->waiters)
    {
        struct runner_waiter *waiter = LIST_ENTRY(link, struct runner_waiter, link);
        if (uuid_equal(waiter->execution, outcome->execution)) {
            list_remove(&runner->waiters, link);
            waiter->callback(waiter->data, outcome);
        }
    }
}

/* ---- taking up ---- */

static bool is_running(const struct runner *runner, struct uuid id)
{
    LIST_FOR_EACH(link, &runner->running)
    {
        if (uuid_equal(LIST_ENTRY(link, struct run, link)->id, id)) {
            return true;
        }
    }
    return false;
}

/* The id right behind `id`. */
static struct uuid successor(struct uuid id)
{
    for (size_t i = sizeof id.bytes; i > 0; i--) {
        if (++id.bytes[i - 1] != 0) {
            break;
        }
    }
    return id;
}

/* Finds open executions without a run, from backlog_from on. Returns: how many ids were put. */
static size_t find_open(struct runner *runner, struct uuid *ret_ids, size_t max)
{
    struct reading *reading = NULL;
    struct views_cursor cursor = {0};
    size_t count = 0;
    if (reading_open(runner->options.readings, &reading, NULL) != ERR_OK ||
        views_cursor_open(reading->views, VIEWS_EXECUTIONS_OPEN, &cursor, NULL) != ERR_OK) {
        reading_close(runner->options.readings, &reading);
        return 0; /* the sweep looks again */
    }
    struct views_key from = views_key_of_id(runner->backlog_from);
    bool found = views_cursor_seek(&cursor, views_key_slice(&from));
    for (size_t rows = 0; found && count < max && rows < SCAN_ROWS; rows++) {
        struct uuid id;
        memcpy(id.bytes, cursor.key.data, sizeof id.bytes);
        if (!is_running(runner, id)) {
            ret_ids[count++] = id;
        }
        runner->backlog_from = successor(id);
        found = views_cursor_next(&cursor);
    }
    runner->backlog = found;
    views_cursor_close(&cursor);
    reading_close(runner->options.readings, &reading);
    return count;
}

static void fill_slots(struct runner *runner)
{
    while (runner->backlog && !runner->stalled && !runner->closing &&
           runner->running.count < RUNNER_SLOTS) {
        struct uuid ids[RUNNER_SLOTS];
        size_t count = find_open(runner, ids, RUNNER_SLOTS - runner->running.count);
        for (size_t i = 0; i < count; i++) {
            run_create(runner, ids[i], (struct slice){NULL, 0}, (struct slice){NULL, 0});
        }
        if (count == 0) {
            return;
        }
    }
}

void runner_note_backlog(struct runner *runner, struct uuid id)
{
    bool earlier = memcmp(id.bytes, runner->backlog_from.bytes, sizeof id.bytes) < 0;
    if (!runner->backlog || earlier) {
        runner->backlog_from = earlier || !runner->backlog ? id : runner->backlog_from;
        runner->backlog = true;
    }
}

void runner_offer(struct runner *runner,
                  struct uuid execution,
                  struct slice head,
                  struct slice body)
{
    if (runner->closing) {
        return; /* open in the journal: the next start picks it up */
    }
    if (runner->backlog || runner->running.count >= RUNNER_SLOTS) {
        runner_note_backlog(runner, execution);
        return;
    }
    run_create(runner, execution, head, body);
}

/* ---- turns ---- */

static void on_idle(uv_idle_t *idle)
{
    struct runner *runner = idle->data;
    struct list_link *link = NULL;
    for (int i = 0; i < RUNNER_STARTS_PER_TURN && (link = list_pop_front(&runner->ready)) != NULL;
         i++) {
        run_load_start(LIST_ENTRY(link, struct run, ready_link));
    }
    if (list_empty(&runner->ready)) {
        (void)uv_idle_stop(&runner->idle);
    }
}

void runner_wake(struct runner *runner)
{
    (void)uv_idle_start(&runner->idle, on_idle); /* does nothing when it is active */
}

/* ---- ends ---- */

static void on_handle_closed(uv_handle_t *handle)
{
    struct runner *runner = handle->data;
    if (handle == (uv_handle_t *)&runner->sweep) {
        runner->sweep_open = false;
    } else {
        runner->idle_open = false;
    }
    if (!runner->sweep_open && !runner->idle_open && runner->closed_cb != NULL) {
        runner->closed_cb(runner->closed_data);
    }
}

static void maybe_closed(struct runner *runner)
{
    if (runner->closing && list_empty(&runner->running) &&
        !uv_is_closing((uv_handle_t *)&runner->sweep)) {
        uv_close((uv_handle_t *)&runner->sweep, on_handle_closed);
        uv_close((uv_handle_t *)&runner->idle, on_handle_closed);
    }
}

static void count_end(struct runner *runner, const struct run *run, enum execution_state state)
{
    int64_t now = clock_monotonic_us(engine_clock(runner->options.engine));
    runner->stats.finished++;
    runner->stats.ends[state]++;
    histogram_add(&runner->stats.durations, now - run->began_us);
}

void runner_count_at_once(struct runner *runner)
{
    runner->stats.started++;
    runner->stats.finished++;
    runner->stats.ends[EXECUTION_SUCCEEDED]++;
    histogram_add(&runner->stats.durations, 0);
}

void runner_run_ended(struct runner *runner, struct run *run, const struct runner_outcome *outcome)
{
    list_remove(&runner->running, &run->link);
    runner->reserved_bytes -= run->reserved_bytes;
    runner->stalled = runner->stalled && run->reserved_bytes == 0;
    if (outcome != NULL) {
        count_end(runner, run, outcome->state);
        tell_waiters(runner, outcome);
    }
    if (runner->running.count + RUNNER_REFILL <= RUNNER_SLOTS) {
        fill_slots(runner);
    }
    maybe_closed(runner);
}

/* ---- the sweep: deadlines, forgotten backlog, shutdown ---- */

static void sweep_running(struct runner *runner)
{
    int64_t now = clock_monotonic_us(engine_clock(runner->options.engine));
    LIST_FOR_EACH(link, &runner->running)
    {
        struct run *run = LIST_ENTRY(link, struct run, link);
        if (now >= run->deadline_us && run->phase != RUN_LOADING) {
            run_time_out(run);
        }
    }
}

static void park_running(struct runner *runner)
{
    LIST_FOR_EACH(link, &runner->running)
    {
        (void)run_park(LIST_ENTRY(link, struct run, link)); /* others end when they come back */
    }
}

static void on_sweep(uv_timer_t *timer)
{
    struct runner *runner = timer->data;
    if (runner->closing &&
        clock_monotonic_us(engine_clock(runner->options.engine)) >= runner->close_by_us) {
        park_running(runner);
        return;
    }
    sweep_running(runner);
    fill_slots(runner);
}

void runner_begin(struct runner *runner)
{
    (void)uv_timer_init(runner->loop, &runner->sweep); /* cannot fail */
    runner->sweep.data = runner;
    runner->sweep_open = true;
    (void)uv_idle_init(runner->loop, &runner->idle);
    runner->idle.data = runner;
    runner->idle_open = true;
    (void)uv_timer_start(&runner->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
    runner->backlog = true;
    runner->backlog_from = (struct uuid){{0}};
    fill_slots(runner);
}

void runner_close(struct runner *runner, uint64_t deadline_ms, void (*cb)(void *data), void *data)
{
    ASSERT(!runner->closing && runner->sweep_open);
    runner->closing = true;
    runner->closed_cb = cb;
    runner->closed_data = data;
    runner->close_by_us =
        clock_monotonic_us(engine_clock(runner->options.engine)) + (int64_t)deadline_ms * 1000;
    (void)uv_timer_start(&runner->sweep, on_sweep, 100, 100);
    maybe_closed(runner);
}

void runner_close_sooner(struct runner *runner)
{
    ASSERT(runner->closing);
    runner->close_by_us = clock_monotonic_us(engine_clock(runner->options.engine));
}
