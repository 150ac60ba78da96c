/*
 * latency: how long many things took, for percentiles. Every sample is counted, in classes whose
 * width grows with the value, so that a percentile is exact to 0.8 % from a microsecond to hours.
 *
 *     value    0 .. 255     one class for each microsecond
 *              256 ..       128 classes for each doubling
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_BENCH_LATENCY_H
#define DAYBOOK_BENCH_LATENCY_H

#include <stdint.h>

#define LATENCY_SUB_BITS 7
#define LATENCY_MAX_BITS 36 /* 19 hours; what is longer counts as that */
#define LATENCY_CLASSES  ((LATENCY_MAX_BITS - LATENCY_SUB_BITS + 1) << LATENCY_SUB_BITS)

struct latency {
    uint64_t counts[LATENCY_CLASSES];
    uint64_t count;
    int64_t max_us;
};

/** Counts one duration in microseconds; a negative one counts as 0. */
void latency_add(struct latency *latency, int64_t duration_us);

/**
 * The duration that `per_mille` of a thousand samples do not exceed: the upper end of its class, at
 * most the largest sample. Returns: microseconds; 0 without samples.
 */
int64_t latency_percentile(const struct latency *latency, unsigned per_mille);

#endif
