/* latency: percentiles of what was counted. */
#include "bench/latency.h"

#include <criterion/criterion.h>

static struct latency latency; /* too large for a stack */

Test(latency, without_samples_everything_is_zero)
{
    cr_assert_eq(latency_percentile(&latency, 500), 0);
    cr_assert_eq(latency.max_us, 0);
}

Test(latency, small_values_are_exact)
{
    for (int64_t us = 1; us <= 200; us++) {
        latency_add(&latency, us);
    }
    cr_assert_eq(latency.count, 200);
    cr_assert_eq(latency_percentile(&latency, 0), 1);
    cr_assert_eq(latency_percentile(&latency, 500), 100);
    cr_assert_eq(latency_percentile(&latency, 990), 198);
    cr_assert_eq(latency_percentile(&latency, 1000), 200);
}

Test(latency, every_size_is_exact_to_one_part_in_128)
{
    for (int64_t us = 1; us < INT64_C(1) << 35; us += us / 7 + 1) {
        memset(&latency, 0, sizeof latency);
        latency_add(&latency, us);
        latency_add(&latency, us * 2); /* so that the largest sample does not cut it */
        int64_t found = latency_percentile(&latency, 500);
        cr_assert(found >= us && found - us <= us / 128, "%lld for %lld", (long long)found,
                  (long long)us);
    }
}

Test(latency, one_slow_sample_of_a_thousand_is_only_in_the_last_percentile)
{
    for (int i = 0; i < 999; i++) {
        latency_add(&latency, 1000);
    }
    latency_add(&latency, 1000000);
    cr_assert_leq(latency_percentile(&latency, 999), 1007);
    cr_assert_eq(latency_percentile(&latency, 1000), 1000000);
}

Test(latency, durations_out_of_range_count_at_the_ends)
{
    latency_add(&latency, -5);
    latency_add(&latency, INT64_MAX);
    cr_assert_eq(latency.count, 2);
    cr_assert_eq(latency_percentile(&latency, 500), 0);
    cr_assert_eq(latency_percentile(&latency, 1000), (INT64_C(1) << LATENCY_MAX_BITS) - 1);
}
