#include "projections/instance_cache.h"

#include "core/base/bytes.h"
#include "core/base/limits.h"
#include "core/base/memory.h"
#include "projections/instances_view.h"

/* What one row decodes to. */
#define ARENA_BYTES_MAX (64 * MIB)

struct slot {
    struct slice row; /* in the arena, as the instance's texts are; empty: nothing is kept */
    struct instance instance;
    struct arena arena;
};

struct instance_cache {
    struct slot slots[INSTANCE_CACHE_SLOTS];
    struct slot large; /* the last one that was too large for a slot */
};

_Static_assert((INSTANCE_CACHE_SLOTS & (INSTANCE_CACHE_SLOTS - 1)) == 0, "slots are masked");

enum err instance_cache_create(struct instance_cache **ret, struct error *reterr)
{
    struct instance_cache *cache = memory_zalloc(1, sizeof *cache);
    if (cache == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "instance cache: out of memory");
    }
    for (size_t i = 0; i < INSTANCE_CACHE_SLOTS; i++) {
        arena_init(&cache->slots[i].arena, ARENA_BYTES_MAX);
    }
    arena_init(&cache->large.arena, ARENA_BYTES_MAX);
    *ret = cache;
    return ERR_OK;
}

void instance_cache_destroy(struct instance_cache **cache)
{
    if (*cache == NULL) {
        return;
    }
    for (size_t i = 0; i < INSTANCE_CACHE_SLOTS; i++) {
        arena_deinit(&(*cache)->slots[i].arena);
    }
    arena_deinit(&(*cache)->large.arena);
    memory_free(*cache);
    *cache = NULL;
}

/* The id's random half is hash enough; nobody outside chooses instance ids. */
static struct slot *slot_of(struct instance_cache *cache, struct uuid id, struct slice row)
{
    if (row.size > INSTANCE_CACHE_ROW_BYTES) {
        return &cache->large;
    }
    return &cache->slots[bytes_be64(id.bytes + 8) & (INSTANCE_CACHE_SLOTS - 1)];
}

static enum err decode(struct slot *slot, struct uuid id, struct slice row, struct error *reterr)
{
    slot->row = (struct slice){NULL, 0};
    arena_reset(&slot->arena);
    struct slice copy = arena_copy(&slot->arena, row);
    if (copy.data == NULL) {
        return arena_error(&slot->arena, "an instance", reterr);
    }
    enum err e = instance_get(copy, id, &slot->arena, &slot->instance, reterr);
    if (e == ERR_OK) {
        slot->row = copy;
    }
    return e;
}

enum err instance_cache_get(struct instance_cache *cache,
                            struct views_txn *txn,
                            struct uuid id,
                            const struct instance **ret,
                            struct error *reterr)
{
    struct slice row;
    enum err e = instances_view_row(txn, id, &row, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct slot *slot = slot_of(cache, id, row);
    if (slot->row.size == 0 || !uuid_equal(slot->instance.id, id) || !slice_equal(slot->row, row)) {
        e = decode(slot, id, row, reterr);
    }
    if (e == ERR_OK) {
        *ret = &slot->instance;
    }
    return e;
}
