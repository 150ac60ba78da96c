/*
 * floor: what the disk alone can do: the same bytes appended to a plain file, with one sync for
 * each batch. No journal that answers only what is durable can be faster with such batches.
 */
#ifndef DAYBOOK_BENCH_FLOOR_H
#define DAYBOOK_BENCH_FLOOR_H

#include "core/base/error.h"

#include <stddef.h>
#include <stdint.h>

/** Appends batches of `batch_bytes` to a new file in `folder` for about `duration_us`, each
 * followed by fdatasync, and removes it. Returns: in *ret_us the mean time of a batch,
 * microseconds. Errors: ERR_IO, ERR_NO_MEMORY; ERR_CANCELED after Ctrl-C. */
MUST_USE enum err floor_measure(const char *folder,
                                size_t batch_bytes,
                                int64_t duration_us,
                                double *ret_us,
                                struct error *reterr);

#endif
