#include "core/flow/flow_priv.h"

#include "core/base/check.h"
#include "core/base/memory.h"
#include "core/definition/component.h"

#define US_PER_MS ((int64_t)1000)

/* Bookkeeping of the longest flow: names and results of 2000 steps, and the index of its records.
 */
#define RUN_BYTES_MAX ((size_t)64 * 1024 * 1024)

/* A run that does not come to an effect, a commit or an end by then has a bug: every move either
 * makes an entry, counts as a step or leaves a frame. */
#define MOVES_MAX 1000000

struct flow_limits flow_limits_default(void)
{
    return (struct flow_limits){.steps_max = 100000,
                                .iterations_max = 100000,
                                .log_lines_max = 10000,
                                .log_bytes_max = 16 * MIB,
                                .memory_bytes_max = 256 * MIB,
                                .work_max = SCOPE_WORK_MAX,
                                .timeout_ms_default = 120000,
                                .timeout_ms_max = 900000};
}

/* ---- making ---- */

/* Steps are visited in document order, those in loops and branches too. */
typedef void (*visit_cb)(struct flow_run *run, const struct step *step);

static void visit(struct flow_run *run, const struct step *steps, uint32_t count, visit_cb each)
{
    for (uint32_t i = 0; i < count; i++) {
        each(run, &steps[i]);
        visit(run, steps[i].steps, steps[i].step_count, each);
        for (uint32_t b = 0; b < steps[i].branch_count; b++) {
            visit(run, steps[i].branches[b].steps, steps[i].branches[b].step_count, each);
        }
    }
}

static void visit_all(struct flow_run *run, visit_cb each)
{
    visit(run, run->flow->steps, run->flow->step_count, each);
}

static void add_name(struct flow_run *run, const struct step *step)
{
    bool loops = step->builtin != NULL && (step->builtin->kind == ACTION_LOOP_ITEMS ||
                                           step->builtin->kind == ACTION_LOOP_TIMES);
    ASSERT(step->index < run->flow->total_step_count);
    scope_add(&run->scope, step->reference, loops);
}

static void link_name(struct flow_run *run, const struct step *step)
{
    run->names[step->index] = scope_find(&run->scope, step->reference);
}

static enum err
init_names(struct flow_run *run, const struct snapshot *snapshot, struct error *reterr)
{
    uint32_t count = run->flow->total_step_count;
    enum err e = scope_init(&run->scope, snapshot, count, &run->arena, reterr);
    if (e != ERR_OK) {
        return e;
    }
    run->results = ARENA_ARRAY(&run->arena, struct result *, count);
    run->names = ARENA_ARRAY(&run->arena, struct scope_step *, count);
    if (run->results == NULL || run->names == NULL) {
        return arena_error(&run->arena, "a run", reterr);
    }
    visit_all(run, add_name);
    scope_sort(&run->scope);
    visit_all(run, link_name);
    run->scope.work.max = run->limits.work_max;
    return ERR_OK;
}

static enum err init(struct flow_run *run, const struct flow_params *params, struct error *reterr)
{
    run->flow = params->flow;
    run->limits = params->limits;
    run->pool.cap_bytes = params->limits.memory_bytes_max;
    arena_init(&run->arena, RUN_BYTES_MAX);
    arena_init(&run->scratch, params->limits.memory_bytes_max);
    arena_init(&run->entry_arena, FLOW_ENTRY_TEXT_BYTES_MAX);
    uuid_format(params->execution_id, run->execution_id);
    run->frames[0] =
        (struct flow_frame){.steps = params->flow->steps, .count = params->flow->step_count};
    run->depth = 1;
    enum err e = init_names(run, params->snapshot, reterr);
    if (e == ERR_OK) {
        e = flow_history_init(run, params->history, reterr);
    }
    if (e == ERR_OK) {
        e = result_create(&run->pool, params->trigger, (struct slice){NULL, 0}, &run->trigger,
                          reterr);
    }
    return e;
}

enum err
flow_run_create(const struct flow_params *params, struct flow_run **ret, struct error *reterr)
{
    ASSERT(params->flow->step_count > 0);
    struct flow_run *run = memory_zalloc(1, sizeof *run);
    if (run == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "a run: out of memory");
    }
    enum err e = init(run, params, reterr);
    if (e != ERR_OK) {
        flow_run_destroy(&run);
        return e;
    }
    *ret = run;
    return ERR_OK;
}

void flow_run_destroy(struct flow_run **run_pointer)
{
    struct flow_run *run = *run_pointer;
    *run_pointer = NULL;
    if (run == NULL) {
        return;
    }
    flow_entry_clear(run);
    memory_free(run->entries);
    arena_deinit(&run->entry_arena);
    if (run->names != NULL) {
        flow_walk_deinit(run);
    }
    for (uint32_t i = 0; run->results != NULL && i < run->flow->total_step_count; i++) {
        result_release(&run->results[i]);
    }
    result_release(&run->trigger);
    result_release(&run->last_result);
    ASSERT(run->pool.used_bytes == 0);
    arena_deinit(&run->scratch);
    arena_deinit(&run->arena);
    memory_free(run);
}

/* ---- going on ---- */

static bool batch_is_full(const struct flow_run *run)
{
    return run->entry_count >= FLOW_BATCH_ENTRIES || run->entry_bytes >= FLOW_BATCH_BYTES ||
           run->batch_work >= FLOW_BATCH_WORK;
}

/* Moves once. Returns through `ret` whether there is an effect to give out. */
static enum err move(struct flow_run *run, int64_t now_us, bool *ret, struct error *reterr)
{
    enum err e = ERR_OK;
    *ret = false;
    switch (run->state) {
    case FLOW_WALKING:
        e = flow_walk_move(run, now_us, reterr);
        break;
    case FLOW_TRYING:
        e = flow_step_try(run, now_us, reterr);
        break;
    case FLOW_OUTSIDE:
    case FLOW_WAITING:
        *ret = true;
        break;
    case FLOW_ENDED:
        run->effect = (struct flow_effect){.kind = FLOW_FINISHED, .end = &run->end};
        *ret = true;
        break;
    }
    return e;
}

static void set_wait(struct flow_effect *effect, int64_t now_us)
{
    int64_t left_us = effect->until_us - now_us;
    effect->wait_ms = left_us > 0 ? (left_us + US_PER_MS - 1) / US_PER_MS : 0;
}

static bool is_between(const struct flow_run *run)
{
    return run->state == FLOW_WALKING || run->state == FLOW_TRYING;
}

/* The run can go no further: what it holds no longer fits together. */
static enum err
give_up(struct flow_run *run, enum err code, const struct error *why, struct error *reterr)
{
    ASSERT(code == ERR_NO_MEMORY);
    run->broken = true;
    if (reterr != NULL) {
        *reterr = *why;
    }
    return code;
}

static enum err broken(struct error *reterr)
{
    return error_set(reterr, ERR_NO_MEMORY,
                     "the run was given up when memory was gone; it can be resumed from its "
                     "journal");
}

enum err
flow_run_next(struct flow_run *run, int64_t now_us, struct flow_effect *ret, struct error *reterr)
{
    bool found = false;
    if (run->broken) {
        return broken(reterr);
    }
    for (uint32_t moves = 0; !found; moves++) {
        struct error why = {
            0}; /* our own: its sentence becomes a step's, whatever the caller has */
        ASSERT(moves < MOVES_MAX);
        if (is_between(run) && batch_is_full(run)) {
            run->batch_work = 0;
            *ret = (struct flow_effect){.kind = FLOW_COMMIT};
            return ERR_OK;
        }
        enum err e = move(run, now_us, &found, &why);
        if (e != ERR_OK) {
            return give_up(run, e, &why, reterr);
        }
    }
    set_wait(&run->effect, now_us);
    *ret = run->effect;
    return ERR_OK;
}

enum err flow_run_resolve(struct flow_run *run,
                          int64_t now_us,
                          const struct flow_outcome *outcome,
                          struct error *reterr)
{
    struct error why = {0};
    if (run->broken) {
        return broken(reterr);
    }
    ASSERT(run->state == FLOW_OUTSIDE || run->state == FLOW_WAITING);
    enum err e = flow_attempt_resolve(run, outcome, now_us, &why);
    return e == ERR_OK ? ERR_OK : give_up(run, e, &why, reterr);
}

const struct flow_entry *flow_run_entries(const struct flow_run *run, size_t *ret_count)
{
    *ret_count = run->entry_count;
    return run->entries;
}

void flow_run_clear_entries(struct flow_run *run)
{
    flow_entry_clear(run);
}

size_t flow_run_memory_bytes(const struct flow_run *run)
{
    return run->pool.used_bytes;
}
