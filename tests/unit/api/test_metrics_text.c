/* Prometheus' text format. */
#include "api/metrics_text.h"
#include "core/base/check.h"
#include "core/base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void expect(const struct buf *out, const char *text)
{
    cr_assert(slice_is(buf_slice(out), text), "%.*s", SLICE_ARGS(buf_slice(out)));
}

Test(metrics_text, a_counter_and_a_gauge)
{
    struct buf out;
    buf_init(&out, 4 * KIB);
    metrics_text_counter(&out, "a_total", "What it counts.", UINT64_MAX);
    metrics_text_gauge(&out, "b_bytes", "What there is.", 0);
    expect(&out, "# HELP a_total What it counts.\n"
                 "# TYPE a_total counter\n"
                 "a_total 18446744073709551615\n"
                 "# HELP b_bytes What there is.\n"
                 "# TYPE b_bytes gauge\n"
                 "b_bytes 0\n");
    buf_deinit(&out);
}

Test(metrics_text, a_family)
{
    struct buf out;
    buf_init(&out, 4 * KIB);
    metrics_text_family(&out, "a_total", "counter", "By code.");
    metrics_text_sample(&out, "a_total", "code", "x", 1);
    metrics_text_sample(&out, "a_total", "code", "y", 2);
    expect(&out, "# HELP a_total By code.\n"
                 "# TYPE a_total counter\n"
                 "a_total{code=\"x\"} 1\n"
                 "a_total{code=\"y\"} 2\n");
    buf_deinit(&out);
}

Test(metrics_text, times_are_seconds)
{
    static const struct {
        int64_t us;
        const char *text;
    } rows[] = {
        {0, "0"},         {1, "0.000001"},
        {500, "0.0005"},  {1000000, "1"},
        {1500000, "1.5"}, {12345678, "12.345678"},
        {10000000, "10"}, {1777000000000010, "1777000000.00001"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct buf out;
        char text[200];
        buf_init(&out, 4 * KIB);
        metrics_text_gauge_us(&out, "a_seconds", "A.", rows[i].us);
        (void)snprintf(text, sizeof text,
                       "# HELP a_seconds A.\n# TYPE a_seconds gauge\na_seconds %s\n", rows[i].text);
        expect(&out, text);
        buf_clear(&out);
        metrics_text_counter_us(&out, "a_seconds_total", "A.", rows[i].us);
        (void)snprintf(text, sizeof text,
                       "# HELP a_seconds_total A.\n# TYPE a_seconds_total counter\n"
                       "a_seconds_total %s\n",
                       rows[i].text);
        expect(&out, text);
        buf_deinit(&out);
    }
}

/* Cumulative, and the sum of all classes is the count. */
Test(metrics_text, a_histogram)
{
    struct histogram histogram = {0};
    struct buf out;
    buf_init(&out, 4 * KIB);
    histogram_add(&histogram, 400);
    histogram_add(&histogram, 1500);
    histogram_add(&histogram, (int64_t)1000 * 1000000);
    metrics_text_histogram(&out, "a_seconds", "A.", &histogram);
    expect(&out, "# HELP a_seconds A.\n"
                 "# TYPE a_seconds histogram\n"
                 "a_seconds_bucket{le=\"0.0005\"} 1\n"
                 "a_seconds_bucket{le=\"0.001\"} 1\n"
                 "a_seconds_bucket{le=\"0.002\"} 2\n"
                 "a_seconds_bucket{le=\"0.005\"} 2\n"
                 "a_seconds_bucket{le=\"0.01\"} 2\n"
                 "a_seconds_bucket{le=\"0.025\"} 2\n"
                 "a_seconds_bucket{le=\"0.05\"} 2\n"
                 "a_seconds_bucket{le=\"0.1\"} 2\n"
                 "a_seconds_bucket{le=\"0.25\"} 2\n"
                 "a_seconds_bucket{le=\"0.5\"} 2\n"
                 "a_seconds_bucket{le=\"1\"} 2\n"
                 "a_seconds_bucket{le=\"2.5\"} 2\n"
                 "a_seconds_bucket{le=\"5\"} 2\n"
                 "a_seconds_bucket{le=\"10\"} 2\n"
                 "a_seconds_bucket{le=\"30\"} 2\n"
                 "a_seconds_bucket{le=\"60\"} 2\n"
                 "a_seconds_bucket{le=\"300\"} 2\n"
                 "a_seconds_bucket{le=\"900\"} 2\n"
                 "a_seconds_bucket{le=\"+Inf\"} 3\n"
                 "a_seconds_sum 1000.0019\n"
                 "a_seconds_count 3\n");
    buf_deinit(&out);
}
