#include "tests/lib/kit_time.h"
#include "core/base/clock.h"

#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>

bool kit_time_long(void)
{
    return getenv("DAYBOOK_TEST_LONG") != NULL;
}

int64_t kit_time_ms(void)
{
    return clock_monotonic_us(clock_system()) / 1000;
}

void kit_time_pause(int ms)
{
    (void)poll(NULL, 0, ms);
}

int kit_time_left(int64_t deadline_ms)
{
    int64_t left = deadline_ms - kit_time_ms();
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}
