#include "core/flow/scope.h"

#include "core/base/check.h"

#include <stdlib.h>

enum err scope_init(struct scope *scope,
                    const struct snapshot *snapshot,
                    uint32_t capacity,
                    struct arena *arena,
                    struct error *reterr)
{
    struct scope_step *steps = ARENA_ARRAY(arena, struct scope_step, capacity);
    if (steps == NULL) {
        return arena_error(arena, "the names of the flow's steps", reterr);
    }
    *scope = (struct scope){.snapshot = snapshot,
                            .work = {.max = SCOPE_WORK_MAX},
                            .steps = steps,
                            .capacity = capacity};
    return ERR_OK;
}

void scope_add(struct scope *scope, struct slice reference, bool is_loop)
{
    ASSERT(scope->count < scope->capacity);
    scope->steps[scope->count++] =
        (struct scope_step){.reference = reference, .is_loop = is_loop, .iteration = -1};
}

static int by_reference(const void *a, const void *b)
{
    const struct scope_step *left = a;
    const struct scope_step *right = b;
    return slice_compare(left->reference, right->reference);
}

void scope_sort(struct scope *scope)
{
    qsort(scope->steps, scope->count, sizeof *scope->steps, by_reference);
}

struct scope_step *scope_find(const struct scope *scope, struct slice reference)
{
    struct scope_step key = {.reference = reference};
    return bsearch(&key, scope->steps, scope->count, sizeof key, by_reference);
}
