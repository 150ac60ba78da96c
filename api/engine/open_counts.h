/*
 * open_counts: how many executions of each flow are not final yet, in the writer's memory.
 *
 * A fold of executions_open, made at the start and kept with every append: what bounds the waiting
 * executions of a flow costs no row. A hash table with open addressing, keyed by instance and
 * place.
 *
 * Thread: writer.
 */
#ifndef DAYBOOK_API_ENGINE_OPEN_COUNTS_H
#define DAYBOOK_API_ENGINE_OPEN_COUNTS_H

#include "core/base/error.h"
#include "core/base/id.h"

#include <stdint.h>

struct open_count {
    struct uuid instance;
    uint64_t flow;
    uint64_t count;
    bool used;
};

struct open_counts {
    struct open_count *slots;
    size_t capacity; /* a power of two, or 0 */
    size_t used;
    uint64_t total;
};

/** Frees; takes a zeroed one too. */
void open_counts_deinit(struct open_counts *counts);

/** Adds `delta` to a flow's count, which must not fall below zero. Errors: ERR_NO_MEMORY. */
MUST_USE enum err open_counts_add(struct open_counts *counts,
                                  struct uuid instance,
                                  uint64_t flow,
                                  int64_t delta,
                                  struct error *reterr);

/** A flow's count. */
uint64_t open_counts_get(const struct open_counts *counts, struct uuid instance, uint64_t flow);

#endif
