/*
 * clock: the only way to ask for the time.
 *
 * Code that needs the time takes a `const struct clock *`; the program passes clock_system(), tests
 * pass one they move by hand. Wall time is for people and records (UTC microseconds since 1970, may
 * jump); monotonic time is for durations and deadlines (microseconds since some start, never goes
 * back).
 */
#ifndef DAYBOOK_CORE_BASE_CLOCK_H
#define DAYBOOK_CORE_BASE_CLOCK_H

#include <stdint.h>

struct clock {
    int64_t (*wall_us)(void *state);
    int64_t (*monotonic_us)(void *state);
    void *state;
};

/** The machine's clocks. Thread: any. */
const struct clock *clock_system(void);

/** UTC microseconds since 1970. */
static inline int64_t clock_wall_us(const struct clock *clock)
{
    return clock->wall_us(clock->state);
}

/** Microseconds since some fixed start. */
static inline int64_t clock_monotonic_us(const struct clock *clock)
{
    return clock->monotonic_us(clock->state);
}

/* A clock for tests: both times are plain variables. */
struct clock_manual {
    struct clock clock;
    int64_t wall;
    int64_t monotonic;
};

/** Readies a manual clock standing at `wall_us`; move it through its fields. */
void clock_manual_init(struct clock_manual *manual, int64_t wall_us);

#endif
