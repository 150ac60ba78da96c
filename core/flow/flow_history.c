#include "core/flow/flow_priv.h"

#include "core/definition/component.h"

#include <stdlib.h>

static int by_place(const void *a, const void *b)
{
    const struct flow_record *const *left = a;
    const struct flow_record *const *right = b;
    return flow_place_compare(&(*left)->place, &(*right)->place);
}

enum err
flow_history_init(struct flow_run *run, const struct flow_history *history, struct error *reterr)
{
    if (history == NULL) {
        return ERR_OK;
    }
    run->records = ARENA_ARRAY(&run->arena, const struct flow_record *, history->count);
    if (run->records == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "the records of a run: out of memory");
    }
    for (size_t i = 0; i < history->count; i++) {
        run->records[i] = &history->records[i];
    }
    if (history->count > 0) {
        qsort(run->records, history->count, sizeof *run->records, by_place);
    }
    run->history = *history;
    return ERR_OK;
}

static const struct flow_record *lookup(const struct flow_run *run, const struct flow_place *place)
{
    struct flow_record wanted = {.place = *place};
    const struct flow_record *key = &wanted;
    if (run->history.count == 0) {
        return NULL;
    }
    const struct flow_record *const *found =
        bsearch(&key, run->records, run->history.count, sizeof *run->records, by_place);
    return found != NULL ? *found : NULL;
}

const struct flow_record *flow_history_find(const struct flow_run *run,
                                            const struct step *step,
                                            const struct flow_place *place)
{
    bool applies = false;
    switch (run->history.use) {
    case FLOW_HISTORY_RESUME:
        applies = true;
        break;
    case FLOW_HISTORY_RECORDED:
        applies = step->builtin != NULL && step->builtin->kind == ACTION_HTTP;
        break;
    case FLOW_HISTORY_FROM_STEP:
        applies = place->step_index < run->history.from_step;
        break;
    }
    return applies ? lookup(run, place) : NULL;
}

bool flow_history_in_doubt(const struct flow_run *run, const struct flow_place *place)
{
    return run->history.use == FLOW_HISTORY_RESUME && run->history.has_started &&
           flow_place_compare(&run->history.started, place) == 0;
}

bool flow_history_reported(const struct flow_run *run,
                           const struct step *step,
                           const struct flow_place *place)
{
    return run->history.use == FLOW_HISTORY_RESUME && flow_history_find(run, step, place) != NULL;
}
