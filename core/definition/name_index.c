/*
 * A sorted array.
 */
#include "core/definition/name_index_priv.h"

#include <stdlib.h>

bool name_index_init(struct name_index *index, struct arena *arena, uint32_t capacity)
{
    index->entries = ARENA_ARRAY(arena, struct name_entry, capacity);
    index->count = 0;
    return index->entries != NULL;
}

void name_index_add(struct name_index *index, struct slice name, uint32_t value)
{
    if (name.size > 0) {
        index->entries[index->count++] = (struct name_entry){name, value};
    }
}

static int compare_entries(const void *a, const void *b)
{
    const struct name_entry *x = a;
    const struct name_entry *y = b;
    int order = slice_compare(x->name, y->name);
    return order != 0 ? order : (x->value > y->value) - (x->value < y->value);
}

void name_index_sort(struct name_index *index)
{
    if (index->count > 1) {
        qsort(index->entries, index->count, sizeof(struct name_entry), compare_entries);
    }
}

uint32_t name_index_find(const struct name_index *index, struct slice name)
{
    uint32_t low = 0;
    uint32_t high = index->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (slice_compare(index->entries[middle].name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < index->count && slice_equal(index->entries[low].name, name);
    return found ? index->entries[low].value : NAME_INDEX_NONE;
}

bool name_index_next_twice(const struct name_index *index,
                           uint32_t *cursor,
                           uint32_t *ret_first,
                           uint32_t *ret_again)
{
    for (uint32_t i = *cursor + 1; i < index->count; i++) {
        if (slice_equal(index->entries[i - 1].name, index->entries[i].name)) {
            *ret_first = name_index_find(index, index->entries[i].name);
            *ret_again = index->entries[i].value;
            *cursor = i;
            return true;
        }
    }
    return false;
}
