#include "api/metrics_text.h"

#include <inttypes.h>

void metrics_text_family(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_text_sample(
    struct buf *out, const char *name, const char *label, const char *value, uint64_t number)
{
    buf_printf(out, "%s{%s=\"%s\"} %" PRIu64 "\n", name, label, value, number);
}

static void
put_single(struct buf *out, const char *name, const char *type, const char *help, uint64_t number)
{
    metrics_text_family(out, name, type, help);
    buf_printf(out, "%s %" PRIu64 "\n", name, number);
}

void metrics_text_counter(struct buf *out, const char *name, const char *help, uint64_t number)
{
    put_single(out, name, "counter", help, number);
}

void metrics_text_gauge(struct buf *out, const char *name, const char *help, uint64_t number)
{
    put_single(out, name, "gauge", help, number);
}

/* Microseconds as seconds, exactly: "0.0005", "12". */
static void put_seconds(struct buf *out, int64_t us)
{
    int64_t seconds = us / 1000000;
    int64_t rest = us % 1000000;
    int digits = 6;
    buf_printf(out, "%" PRId64, seconds);
    while (rest != 0 && rest % 10 == 0) {
        rest /= 10;
        digits--;
    }
    if (rest != 0) {
        buf_printf(out, ".%0*" PRId64, digits, rest);
    }
}

static void
put_single_us(struct buf *out, const char *name, const char *type, const char *help, int64_t us)
{
    metrics_text_family(out, name, type, help);
    buf_printf(out, "%s ", name);
    put_seconds(out, us);
    buf_put_char(out, '\n');
}

void metrics_text_counter_us(struct buf *out, const char *name, const char *help, int64_t us)
{
    put_single_us(out, name, "counter", help, us);
}

void metrics_text_gauge_us(struct buf *out, const char *name, const char *help, int64_t us)
{
    put_single_us(out, name, "gauge", help, us);
}

void metrics_text_histogram(struct buf *out,
                            const char *name,
                            const char *help,
                            const struct histogram *histogram)
{
    uint64_t count = 0;
    metrics_text_family(out, name, "histogram", help);
    for (int i = 0; i < HISTOGRAM_BOUNDS; i++) {
        count += histogram->counts[i];
        buf_printf(out, "%s_bucket{le=\"", name);
        put_seconds(out, histogram_bound_us(i));
        buf_printf(out, "\"} %" PRIu64 "\n", count);
    }
    count += histogram->counts[HISTOGRAM_BOUNDS];
    buf_printf(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum ", name, count, name);
    put_seconds(out, histogram->total_us);
    buf_printf(out, "\n%s_count %" PRIu64 "\n", name, count);
}
