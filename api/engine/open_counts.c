#include "api/engine/open_counts.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/memory.h"

#define CAPACITY_FIRST 256

void open_counts_deinit(struct open_counts *counts)
{
    memory_free(counts->slots);
    *counts = (struct open_counts){0};
}

/* The id's random half is hash enough; nobody outside chooses instance ids. */
static size_t slot_of(const struct open_counts *counts, struct uuid instance, uint64_t flow)
{
    uint64_t hash = bytes_be64(instance.bytes + 8) ^ flow * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)hash & (counts->capacity - 1);
    while (counts->slots[at].used &&
           (!uuid_equal(counts->slots[at].instance, instance) || counts->slots[at].flow != flow)) {
        at = (at + 1) & (counts->capacity - 1);
    }
    return at;
}

/* Twice the room; or as much as before, when most flows have nothing open and will be forgotten. */
static size_t next_capacity(const struct open_counts *counts)
{
    size_t open = 0;
    for (size_t i = 0; i < counts->capacity; i++) {
        open += counts->slots[i].used && counts->slots[i].count > 0;
    }
    if (counts->capacity == 0) {
        return CAPACITY_FIRST;
    }
    return open * 4 > counts->capacity ? counts->capacity * 2 : counts->capacity;
}

static enum err grow(struct open_counts *counts, struct error *reterr)
{
    struct open_counts grown = {.capacity = next_capacity(counts), .total = counts->total};
    grown.slots = memory_zalloc(grown.capacity, sizeof *grown.slots);
    if (grown.slots == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "counting open executions: out of memory");
    }
    for (size_t i = 0; i < counts->capacity; i++) {
        const struct open_count *old = &counts->slots[i];
        if (old->used && old->count > 0) { /* flows with nothing open are forgotten here */
            grown.slots[slot_of(&grown, old->instance, old->flow)] = *old;
            grown.used++;
        }
    }
    memory_free(counts->slots);
    *counts = grown;
    return ERR_OK;
}

enum err open_counts_add(struct open_counts *counts,
                         struct uuid instance,
                         uint64_t flow,
                         int64_t delta,
                         struct error *reterr)
{
    if (counts->used * 2 >= counts->capacity) {
        enum err e = grow(counts, reterr);
        if (e != ERR_OK) {
            return e;
        }
    }
    struct open_count *slot = &counts->slots[slot_of(counts, instance, flow)];
    if (!slot->used) {
        *slot = (struct open_count){.instance = instance, .flow = flow, .used = true};
        counts->used++;
    }
    ASSERT(delta >= 0 || slot->count >= (uint64_t)-delta);
    slot->count += (uint64_t)delta;
    counts->total += (uint64_t)delta;
    return ERR_OK;
}

uint64_t open_counts_get(const struct open_counts *counts, struct uuid instance, uint64_t flow)
{
    if (counts->capacity == 0) {
        return 0;
    }
    const struct open_count *slot = &counts->slots[slot_of(counts, instance, flow)];
    return slot->used ? slot->count : 0;
}
