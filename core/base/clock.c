#include "core/base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t system_wall_us(void *state)
{
    (void)state;
    return read_clock(CLOCK_REALTIME);
}

static int64_t system_monotonic_us(void *state)
{
    (void)state;
    return read_clock(CLOCK_MONOTONIC);
}

const struct clock *clock_system(void)
{
    static const struct clock system = {system_wall_us, system_monotonic_us, 0};
    return &system;
}

static int64_t manual_wall_us(void *state)
{
    return ((struct clock_manual *)state)->wall;
}

static int64_t manual_monotonic_us(void *state)
{
    return ((struct clock_manual *)state)->monotonic;
}

void clock_manual_init(struct clock_manual *manual, int64_t wall_us)
{
    *manual = (struct clock_manual){
        .clock = {manual_wall_us, manual_monotonic_us, manual}, .wall = wall_us, .monotonic = 1};
}
