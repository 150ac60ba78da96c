#include "core/flow/flow_priv.h"

#include "core/base/check.h"
#include "core/base/memory.h"

#include <stdio.h>

#define PARTS_FIRST 16

/* What a step or an iteration costs, whatever it does: so that also a run that only walks through
 * its records pauses now and then. */
#define STEP_WORK 500

/* ---- frames ---- */

static struct flow_frame *top(struct flow_run *run)
{
    ASSERT(run->depth > 0);
    return &run->frames[run->depth - 1];
}

static void set_current_item(struct flow_run *run, struct flow_frame *frame)
{
    struct scope_step *name = run->names[frame->owner->index];
    name->iteration = frame->iteration;
    frame->number = value_int(frame->iteration);
    name->current_item =
        frame->items != NULL ? &frame->items->value.list.items[frame->iteration] : &frame->number;
}

/* What a loop frame holds for each iteration that was collected. */
static void release_parts(struct flow_frame *frame)
{
    for (uint32_t i = 0; i < frame->iteration; i++) {
        result_release(&frame->parts[i]);
    }
    memory_free(frame->parts);
    frame->parts = NULL;
    result_release(&frame->items);
}

static void pop(struct flow_run *run)
{
    struct flow_frame *frame = top(run);
    if (frame->is_loop) {
        run->names[frame->owner->index]->current_item = NULL;
        release_parts(frame);
    }
    run->depth--;
}

void flow_walk_deinit(struct flow_run *run)
{
    while (run->depth > 0) {
        pop(run);
    }
}

/* The place of a step in the topmost list of steps. */
static struct flow_place place_of(const struct flow_run *run, const struct step *step)
{
    struct flow_place place = {.step_index = step->index};
    for (uint32_t i = 0; i < run->depth; i++) {
        const struct flow_frame *frame = &run->frames[i];
        if (frame->is_loop) {
            place.iterations[place.depth++] = frame->iteration;
        }
    }
    return place;
}

static void set_step(struct flow_run *run, const struct step *step, int64_t now_us)
{
    run->step = step;
    run->place = place_of(run, step);
    run->started_us = now_us;
    run->retries = run->tries = 0;
    run->has_request = false;
}

void flow_walk_set_result(struct flow_run *run, const struct step *step, struct result **result)
{
    struct result *newest = *result;
    *result = NULL;
    result_release(&run->results[step->index]);
    run->results[step->index] = newest;
    run->names[step->index]->results = newest != NULL ? &newest->value : NULL;
}

bool flow_walk_ignores(const struct step *step)
{
    return step->error.handler == HANDLER_IGNORE ||
           (step->error.handler == HANDLER_RETRY && step->error.ignore_final_error);
}

/* ---- the end ---- */

void flow_walk_succeed(struct flow_run *run, bool stopped)
{
    const struct step *last = &run->flow->steps[run->flow->step_count - 1];
    run->last_result = result_hold(run->results[last->index]);
    run->end.succeeded = true;
    run->end.stopped = stopped;
    run->end.last_result = run->last_result;
    flow_walk_deinit(run);
    run->state = FLOW_ENDED;
}

static enum err
end_failed(struct flow_run *run, enum error_class error, struct slice text, struct error *reterr)
{
    struct slice kept = arena_copy(&run->arena, text);
    if (kept.data == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "the end of a run: out of memory");
    }
    run->end.error = error;
    run->end.error_text = kept;
    run->end.step = run->step;
    run->end.place = run->place;
    flow_walk_deinit(run);
    run->state = FLOW_ENDED;
    return ERR_OK;
}

enum err flow_walk_fail(struct flow_run *run,
                        enum error_class error,
                        struct slice text,
                        int64_t now_us,
                        struct error *reterr)
{
    struct flow_entry entry = flow_entry_of_step(run, STEP_FAILED, now_us);
    entry.error = error;
    entry.error_text = text;
    enum err e = flow_entry_finished(run, &entry, reterr);
    return e == ERR_OK ? end_failed(run, error, text, reterr) : e;
}

/* Reports that a loop ended because a step in it failed, and was told to go on. */
static enum err report_ignored_loop(struct flow_run *run,
                                    const struct flow_frame *frame,
                                    enum error_class error,
                                    struct slice text,
                                    int64_t now_us,
                                    struct error *reterr)
{
    struct flow_entry entry = {.place = frame->place,
                               .step = frame->owner,
                               .started_us = frame->started_us,
                               .finished_us = now_us,
                               .status = STEP_IGNORED,
                               .error = error,
                               .error_text = text};
    return flow_entry_finished(run, &entry, reterr);
}

enum err flow_walk_unwind(struct flow_run *run,
                          enum error_class error,
                          struct slice text,
                          int64_t now_us,
                          struct error *reterr)
{
    uint32_t depth = run->depth;
    while (depth > 0 && (run->frames[depth - 1].owner == NULL ||
                         !flow_walk_ignores(run->frames[depth - 1].owner))) {
        depth--;
    }
    if (depth == 0) {
        return end_failed(run, error, text, reterr);
    }
    while (run->depth > depth) {
        pop(run);
    }
    struct flow_frame *frame = top(run);
    enum err e = ERR_OK;
    if (frame->is_loop) {
        struct result *none = NULL;
        e = report_ignored_loop(run, frame, error, text, now_us, reterr);
        flow_walk_set_result(run, frame->owner, &none);
    }
    pop(run);
    run->state = FLOW_WALKING;
    return e;
}

/* ---- loops and branches ---- */

/* Makes the topmost frame. Returns: NULL when loops and branches are nested too deep. */
static struct flow_frame *push(struct flow_run *run)
{
    if (run->depth == ARRAY_COUNT(run->frames)) {
        return NULL;
    }
    struct flow_frame *frame = &run->frames[run->depth++];
    *frame =
        (struct flow_frame){.owner = run->step, .place = run->place, .started_us = run->started_us};
    return frame;
}

static enum err too_deep(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    char text[ERROR_TEXT_SIZE];
    (void)snprintf(text, sizeof text, "loops and branches are nested over %d levels",
                   DEFINITION_NESTING_MAX);
    return flow_walk_fail(run, ERROR_CLASS_LIMIT, slice_of_text(text), now_us, reterr);
}

enum err flow_walk_enter_branch(struct flow_run *run,
                                const struct branch *branch,
                                int64_t now_us,
                                struct error *reterr)
{
    run->state = FLOW_WALKING;
    if (branch == NULL) {
        return ERR_OK;
    }
    struct flow_frame *frame = push(run);
    if (frame == NULL) {
        return too_deep(run, now_us, reterr);
    }
    frame->steps = branch->steps;
    frame->count = branch->step_count;
    return ERR_OK;
}

static enum err too_many(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    char text[ERROR_TEXT_SIZE];
    const struct flow_frame *frame = top(run);
    struct flow_place place = frame->place;
    set_step(run, frame->owner, now_us);
    run->place = place;
    (void)snprintf(text, sizeof text,
                   "runaway flow: its loops run over %u times, the limit of one execution",
                   run->limits.iterations_max);
    return flow_walk_fail(run, ERROR_CLASS_LIMIT, slice_of_text(text), now_us, reterr);
}

static enum err begin_iteration(struct flow_run *run, int64_t now_us, struct error *reterr);

enum err flow_walk_enter_loop(struct flow_run *run,
                              struct result **items,
                              uint32_t iterations,
                              int64_t now_us,
                              struct error *reterr)
{
    struct result *taken = *items;
    *items = NULL;
    struct flow_frame *frame = push(run);
    if (frame == NULL) {
        result_release(&taken);
        return too_deep(run, now_us, reterr);
    }
    frame->steps = run->step->steps;
    frame->count = run->step->step_count;
    frame->is_loop = true;
    frame->items = taken;
    frame->iterations = iterations;
    run->state = FLOW_WALKING;
    return begin_iteration(run, now_us, reterr);
}

/* Keeps what the iteration that ran gave. Takes: `part`, which may be NULL. */
static enum err collect(struct flow_frame *frame, struct result *part, struct error *reterr)
{
    if (frame->iteration == frame->part_capacity) {
        uint32_t capacity = frame->part_capacity == 0 ? PARTS_FIRST : frame->part_capacity * 2;
        struct result **parts = memory_realloc(frame->parts, capacity * sizeof *parts);
        if (parts == NULL) {
            result_release(&part);
            return error_set(reterr, ERR_NO_MEMORY, "a loop: out of memory");
        }
        frame->parts = parts;
        frame->part_capacity = capacity;
    }
    frame->parts[frame->iteration++] = part;
    frame->next = 0;
    return ERR_OK;
}

/* The topmost frame is a loop that has ended: its result is what its iterations gave. */
static enum err finish_loop(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    struct flow_frame *frame = top(run);
    const struct step *owner = frame->owner;
    int64_t started_us = frame->started_us;
    struct result *result = NULL;
    enum err e = result_create_list(&run->pool, frame->parts, frame->iteration, &result, reterr);
    pop(run);
    set_step(run, owner, started_us);
    if (e != ERR_OK) {
        return flow_step_error(run, e, now_us, reterr);
    }
    struct flow_entry entry = flow_entry_of_step(run, STEP_OK, now_us);
    entry.result = result;
    entry.derived = true;
    e = flow_entry_finished(run, &entry, reterr);
    flow_walk_set_result(run, owner, &result);
    return e;
}

/* Begins the iteration of the topmost frame, or ends the loop when there is none left. */
static enum err begin_iteration(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    struct flow_frame *frame = top(run);
    if (frame->iteration == frame->iterations) {
        return finish_loop(run, now_us, reterr);
    }
    if (run->iterations_done == run->limits.iterations_max) {
        return too_many(run, now_us, reterr);
    }
    run->iterations_done++;
    run->batch_work += STEP_WORK;
    set_current_item(run, frame);
    return ERR_OK;
}

static enum err end_iteration(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    struct flow_frame *frame = top(run);
    struct result *part = NULL;
    if (frame->count > 0) {
        part = result_hold(run->results[frame->steps[frame->count - 1].index]);
    }
    enum err e = collect(frame, part, reterr);
    return e == ERR_OK ? begin_iteration(run, now_us, reterr) : e;
}

enum err flow_walk_break(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    while (!top(run)->is_loop) {
        pop(run);
    }
    enum err e = collect(top(run), NULL, reterr); /* the broken one counts, and gives null */
    return e == ERR_OK ? finish_loop(run, now_us, reterr) : e;
}

/* ---- moving ---- */

static enum err
begin(struct flow_run *run, const struct step *step, int64_t now_us, struct error *reterr)
{
    char text[ERROR_TEXT_SIZE];
    set_step(run, step, now_us);
    run->state = FLOW_TRYING;
    run->batch_work += STEP_WORK;
    if (++run->steps_done <= run->limits.steps_max) {
        return ERR_OK;
    }
    (void)snprintf(text, sizeof text,
                   "runaway flow: it runs over %u steps, the limit of one execution",
                   run->limits.steps_max);
    return flow_walk_fail(run, ERROR_CLASS_LIMIT, slice_of_text(text), now_us, reterr);
}

enum err flow_walk_move(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    struct flow_frame *frame = top(run);
    if (frame->next < frame->count) {
        return begin(run, &frame->steps[frame->next++], now_us, reterr);
    }
    if (frame->is_loop) {
        return end_iteration(run, now_us, reterr);
    }
    if (frame->owner == NULL) {
        flow_walk_succeed(run, false);
    } else {
        pop(run);
    }
    return ERR_OK;
}
