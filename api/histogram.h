/*
 * histogram: how long something took, counted in classes, for /metrics. One set of bounds for
 * everything, from half a millisecond (a sync on a good disk) to fifteen minutes (the longest an
 * execution may take by default).
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_API_HISTOGRAM_H
#define DAYBOOK_API_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BOUNDS 18

struct histogram {
    uint64_t counts[HISTOGRAM_BOUNDS + 1]; /* by class; the last is over all bounds */
    int64_t total_us;
};

/** Counts one duration; a negative one counts as 0. */
void histogram_add(struct histogram *histogram, int64_t duration_us);

/** The largest duration of class `index` (below HISTOGRAM_BOUNDS), in microseconds. */
int64_t histogram_bound_us(int index);

#endif
