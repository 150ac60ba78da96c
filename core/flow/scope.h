/*
 * scope: what the names in an expression stand for at one moment of a run.
 *
 * `{{#Key}}` and inputs of type configVar are looked up in the snapshot; the first segment of a
 * path is the reference name of a step ("fetchParcel"), found here by binary search. The machine
 * changes `results`, `current_item` and `iteration` of a step's entry as the run goes on.
 *
 * Thread: one at a time (evaluating counts work). Owns nothing but the array in the arena given to
 * scope_init.
 */
#ifndef DAYBOOK_CORE_FLOW_SCOPE_H
#define DAYBOOK_CORE_FLOW_SCOPE_H

#include "core/base/arena.h"
#include "core/base/value.h"
#include "core/flow/snapshot.h"
#include "core/flow/work.h"

/* What one step has to offer. */
struct scope_step {
    struct slice reference;      /* the step's name in camel case */
    const struct value *results; /* NULL until the step has finished, and after it failed */
    bool is_loop;
    const struct value *current_item; /* of a loop that runs now; NULL otherwise */
    int64_t iteration;                /* 0-based, with current_item */
};

struct scope {
    const struct snapshot *snapshot; /* borrowed */
    struct work work;                /* what evaluating in this scope has cost */
    struct scope_step *steps;        /* by reference after scope_sort */
    uint32_t count;
    uint32_t capacity;
};

/* What one evaluation may cost unless the scope's owner sets another maximum: about a second. */
#define SCOPE_WORK_MAX 64000000

/** An empty scope with room for `capacity` steps. Errors: ERR_LIMIT, ERR_NO_MEMORY (arena). */
MUST_USE enum err scope_init(struct scope *scope,
                             const struct snapshot *snapshot,
                             uint32_t capacity,
                             struct arena *arena,
                             struct error *reterr);

/** Adds a step that has not run yet; `reference` is borrowed. The capacity must suffice. */
void scope_add(struct scope *scope, struct slice reference, bool is_loop);

/** Sorts after the last scope_add; only then scope_find works. Entries move once, here. */
void scope_sort(struct scope *scope);

/** The step of a reference name. Returns: NULL when the flow has no such step. */
struct scope_step *scope_find(const struct scope *scope, struct slice reference);

#endif
