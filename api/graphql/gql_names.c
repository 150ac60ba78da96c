/*
 * Open addressing with linear probing; at least half of the slots stay free.
 */
#include "api/graphql/gql_names_priv.h"
#include "core/base/check.h"

/* FNV-1a: the keys are short. */
uint32_t gql_names_hash(struct slice name)
{
    uint32_t sum = 2166136261U;
    for (size_t i = 0; i < name.size; i++) {
        sum = (sum ^ (unsigned char)name.data[i]) * 16777619U;
    }
    return sum;
}

bool gql_names_init(struct gql_names *names, struct arena *arena, size_t count)
{
    size_t size = 4;
    while (size < count * 2) {
        size *= 2;
    }
    ASSERT(size <= UINT32_MAX);
    names->slots = ARENA_ARRAY(arena, struct gql_names_slot, size);
    names->mask = (uint32_t)(size - 1);
    return names->slots != NULL;
}

/* The slot of `name`, or the free one where it belongs. Half of the slots are free, so there is
 * one. */
static struct gql_names_slot *find(const struct gql_names *names, struct slice name)
{
    uint32_t index = gql_names_hash(name) & names->mask;
    while (names->slots[index].name.data != NULL && !slice_equal(names->slots[index].name, name)) {
        index = (index + 1) & names->mask;
    }
    return &names->slots[index];
}

bool gql_names_put(struct gql_names *names, struct slice name, void *thing)
{
    ASSERT(name.data != NULL);
    struct gql_names_slot *slot = find(names, name);
    if (slot->name.data != NULL) {
        return false;
    }
    *slot = (struct gql_names_slot){name, thing};
    return true;
}

void *gql_names_get(const struct gql_names *names, struct slice name)
{
    return names->slots == NULL ? NULL : find(names, name)->thing;
}
