#include "bench/latency.h"

#include "core/base/check.h"

#define SUB_CLASSES ((uint64_t)1 << LATENCY_SUB_BITS)
#define VALUE_MAX   (((uint64_t)1 << LATENCY_MAX_BITS) - 1)

/* How far a value of this size is shifted right to fit the classes of its doubling. */
static unsigned shift_of(uint64_t value)
{
    unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
    return bits > LATENCY_SUB_BITS + 1 ? bits - LATENCY_SUB_BITS - 1 : 0;
}

static uint64_t class_of(uint64_t value)
{
    unsigned shift = shift_of(value);
    return ((uint64_t)shift << LATENCY_SUB_BITS) + (value >> shift);
}

/* The largest value of a class. */
static uint64_t upper_end(uint64_t class)
{
    uint64_t doubling = class >> LATENCY_SUB_BITS;
    unsigned shift = doubling > 1 ? (unsigned)doubling - 1 : 0;
    uint64_t head = class - ((uint64_t)shift << LATENCY_SUB_BITS);
    return ((head + 1) << shift) - 1;
}

void latency_add(struct latency *latency, int64_t duration_us)
{
    uint64_t value = duration_us > 0 ? (uint64_t)duration_us : 0;
    value = value < VALUE_MAX ? value : VALUE_MAX;
    uint64_t class = class_of(value);
    ASSERT(class < LATENCY_CLASSES);
    latency->counts[class]++;
    latency->count++;
    latency->max_us = (int64_t)value > latency->max_us ? (int64_t)value : latency->max_us;
}

int64_t latency_percentile(const struct latency *latency, unsigned per_mille)
{
    ASSERT(per_mille <= 1000);
    uint64_t wanted = (latency->count * per_mille + 999) / 1000;
    uint64_t seen = 0;
    for (uint64_t class = 0; class < LATENCY_CLASSES && latency->count > 0; class ++) {
        seen += latency->counts[class];
        if (seen >= wanted && seen > 0) {
            int64_t end = (int64_t)upper_end(class);
            return end < latency->max_us ? end : latency->max_us;
        }
    }
    return latency->max_us;
}
