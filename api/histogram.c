#include "api/histogram.h"

#include "core/base/check.h"

#define MS ((int64_t)1000)
#define S  (1000 * MS)

static const int64_t bounds_us[] = {MS / 2,  MS,       2 * MS,   5 * MS,   10 * MS, 25 * MS,
                                    50 * MS, 100 * MS, 250 * MS, 500 * MS, 1 * S,   2500 * MS,
                                    5 * S,   10 * S,   30 * S,   60 * S,   300 * S, 900 * S};

_Static_assert(ARRAY_COUNT(bounds_us) == HISTOGRAM_BOUNDS, "as many bounds as the header says");

void histogram_add(struct histogram *histogram, int64_t duration_us)
{
    int64_t duration = duration_us > 0 ? duration_us : 0;
    int index = 0;
    while (index < HISTOGRAM_BOUNDS && duration > bounds_us[index]) {
        index++;
    }
    histogram->counts[index]++;
    histogram->total_us += duration;
}

int64_t histogram_bound_us(int index)
{
    ASSERT(index >= 0 && index < HISTOGRAM_BOUNDS);
    return bounds_us[index];
}
