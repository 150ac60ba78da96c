/*
 * arena: memory of one request, freed whole.
 *
 * Allocation bumps a pointer; nothing is freed one by one. Every arena has a cap in bytes: "too
 * much" is an error with a name (ERR_LIMIT), never growth without limit. After a failed allocation
 * the arena remembers it (arena_exhausted), so that builders of trees may check once at the end.
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_CORE_BASE_ARENA_H
#define DAYBOOK_CORE_BASE_ARENA_H

#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stddef.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *head; /* the chunk being filled, older ones behind it */
    size_t used_bytes;        /* handed out and reserved by chunks */
    size_t cap_bytes;
    bool exhausted; /* some allocation failed */
    bool no_memory; /* ... because the heap had nothing left, not because of the cap */
};

struct arena_mark {
    struct arena_chunk *chunk;
    size_t chunk_used;
};

/** An empty arena that will hold at most `cap_bytes` bytes of chunks. Allocates nothing yet. */
void arena_init(struct arena *arena, size_t cap_bytes);

/** Frees everything. Takes a zeroed or never used arena too. */
void arena_deinit(struct arena *arena);

/** Forgets everything but keeps the first chunk for the next request. */
void arena_reset(struct arena *arena);

/** `size` bytes aligned for any type, not cleared. Returns: NULL over the cap or without memory. */
void *arena_alloc(struct arena *arena, size_t size);

/** As arena_alloc for `count` items of `size` bytes, cleared. Overflow of the product gives NULL.
 */
void *arena_zalloc(struct arena *arena, size_t count, size_t size);

/** A zero-terminated copy of `source`. Returns: NULL over the cap. */
char *arena_text(struct arena *arena, struct slice source);

/** A copy of `source` in the arena. Returns: the empty slice with data NULL over the cap. */
struct slice arena_copy(struct arena *arena, struct slice source);

/** A formatted text in the arena. Returns: the empty slice with data NULL over the cap. */
struct slice arena_format(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/** Whether an allocation failed since init or reset. */
static inline bool arena_exhausted(const struct arena *arena)
{
    return arena->exhausted;
}

/**
 * The error of an exhausted arena: ERR_LIMIT, naming `what` needed more than the cap; or
 * ERR_NO_MEMORY when the heap itself had nothing left.
 */
MUST_USE enum err arena_error(const struct arena *arena, const char *what, struct error *reterr);

/** Where the arena stands now, for arena_rewind. */
struct arena_mark arena_mark(const struct arena *arena);

/** Frees everything allocated since `mark`. */
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* A new zeroed object of a type. */
#define ARENA_NEW(arena, type) ((type *)arena_zalloc((arena), 1, sizeof(type)))

/* A new zeroed array. */
#define ARENA_ARRAY(arena, type, count) ((type *)arena_zalloc((arena), (count), sizeof(type)))

#endif
