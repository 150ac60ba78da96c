/*
 * result: what a step gave, kept as long as somebody needs it.
 *
 * A value that is handed in is copied into one block of exactly its size. The block counts its
 * holders: the name of the step in the scope, the list a loop collects, the entries that wait for
 * the journal. When a loop's next iteration replaces a result and nobody else holds it, its memory
 * is free again: a loop over ten thousand pages needs the memory of one, unless its result keeps
 * them.
 *
 * All results of one run share a pool with a cap; over it, result_create fails (ERR_LIMIT) and the
 * step with it. A list made of results (result_create_list) shares them and copies nothing.
 *
 * Thread: one at a time per pool.
 */
#ifndef DAYBOOK_CORE_FLOW_RESULT_H
#define DAYBOOK_CORE_FLOW_RESULT_H

#include "core/base/error.h"
#include "core/base/limits.h"
#include "core/base/value.h"

#include <stdint.h>

/* Containers inside each other in a result. Kept results are wrapped twice when they are encoded,
 * as {data, contentType} and in a body's list of events, and must still be decodable. */
#define RESULT_DEPTH_MAX (LIMIT_VALUE_DEPTH - 2)

struct result_pool {
    size_t used_bytes;
    size_t cap_bytes;
};

struct result {
    struct value value; /* shares memory with nothing outside this block and its parts */
    struct slice content_type;
    /* private: */
    struct result_pool *pool;
    uint32_t holders;
    size_t bytes;
    struct result **parts; /* held by this one */
    uint32_t part_count;
};

/** What copying a value takes, in bytes, texts and items included. */
size_t result_value_bytes(const struct value *value);

/**
 * A copy of `value`, held once by the caller. `pool` must outlive it.
 * Errors: ERR_LIMIT (the pool's cap, RESULT_DEPTH_MAX), ERR_NO_MEMORY.
 */
MUST_USE enum err result_create(struct result_pool *pool,
                                const struct value *value,
                                struct slice content_type,
                                struct result **ret,
                                struct error *reterr);

/**
 * A list of the values of `count` results; NULL stands for null. Holds each of them.
 * Errors: as result_create.
 */
MUST_USE enum err result_create_list(struct result_pool *pool,
                                     struct result *const *parts,
                                     uint32_t count,
                                     struct result **ret,
                                     struct error *reterr);

/** One more holder. Takes NULL. Returns: the same result. */
struct result *result_hold(struct result *result);

/** One holder less; the last one frees it. Sets the pointer to NULL; takes NULL. */
void result_release(struct result **result);

#endif
