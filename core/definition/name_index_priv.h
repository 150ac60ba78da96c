/*
 * name_index: finds names fast, and names that stand twice. Added first, sorted once, then asked.
 */
#ifndef DAYBOOK_CORE_DEFINITION_NAME_INDEX_PRIV_H
#define DAYBOOK_CORE_DEFINITION_NAME_INDEX_PRIV_H

#include "core/base/arena.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

#define NAME_INDEX_NONE UINT32_MAX

struct name_entry {
    struct slice name; /* borrowed */
    uint32_t value;    /* the caller's number for it */
};

struct name_index {
    struct name_entry *entries;
    uint32_t count;
};

/** An empty index with room for `capacity` names in `arena`. Returns: false when it is exhausted.
 */
bool name_index_init(struct name_index *index, struct arena *arena, uint32_t capacity);

/** Adds a name; empty ones are left out. There must be room. */
void name_index_add(struct name_index *index, struct slice name, uint32_t value);

/** Sorts, after the last add. */
void name_index_sort(struct name_index *index);

/** The smallest value added with `name`, or NAME_INDEX_NONE. */
uint32_t name_index_find(const struct name_index *index, struct slice name);

/**
 * Walks the names that stand more than once. `cursor` begins at 0. Returns: false at the end, else
 * true with the value of the first of that name and of one more.
 */
bool name_index_next_twice(const struct name_index *index,
                           uint32_t *cursor,
                           uint32_t *ret_first,
                           uint32_t *ret_again);

#endif
