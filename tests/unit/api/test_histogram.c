/* Durations counted in classes. */
#include "api/histogram.h"

#include <criterion/criterion.h>

Test(histogram, counts_by_class)
{
    struct histogram histogram = {0};
    histogram_add(&histogram, -5);
    histogram_add(&histogram, 500); /* a bound belongs to its class */
    histogram_add(&histogram, 501);
    histogram_add(&histogram, (int64_t)900 * 1000000);
    histogram_add(&histogram, (int64_t)900 * 1000000 + 1);
    cr_assert_eq(histogram.counts[0], 2);
    cr_assert_eq(histogram.counts[1], 1);
    cr_assert_eq(histogram.counts[HISTOGRAM_BOUNDS - 1], 1);
    cr_assert_eq(histogram.counts[HISTOGRAM_BOUNDS], 1);
    cr_assert_eq(histogram.total_us, (int64_t)1800 * 1000000 + 1002);
    for (int i = 1; i < HISTOGRAM_BOUNDS; i++) {
        cr_assert_lt(histogram_bound_us(i - 1), histogram_bound_us(i));
    }
}
