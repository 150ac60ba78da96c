/*
 * metrics_text: Prometheus' text exposition format, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). Pure.
 *
 *     # HELP daybook_commands_total Commands executed.
 *     # TYPE daybook_commands_total counter
 *     daybook_commands_total{outcome="done"} 17
 *
 * Names, help and label values are ours and hold neither quotes, backslashes nor line ends.
 */
#ifndef DAYBOOK_API_METRICS_TEXT_H
#define DAYBOOK_API_METRICS_TEXT_H

#include "api/histogram.h"
#include "core/base/buf.h"

#define METRICS_TEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/** Begins a metric of several samples: "counter" (its name ends in _total) or "gauge". */
void metrics_text_family(struct buf *out, const char *name, const char *type, const char *help);

/** One sample of a family, with one label. */
void metrics_text_sample(
    struct buf *out, const char *name, const char *label, const char *value, uint64_t number);

/** A whole metric of one sample. */
void metrics_text_counter(struct buf *out, const char *name, const char *help, uint64_t number);
void metrics_text_gauge(struct buf *out, const char *name, const char *help, uint64_t number);

/** As the two above for a time, written in seconds. */
void metrics_text_counter_us(struct buf *out, const char *name, const char *help, int64_t us);
void metrics_text_gauge_us(struct buf *out, const char *name, const char *help, int64_t us);

/** A histogram of seconds. */
void metrics_text_histogram(struct buf *out,
                            const char *name,
                            const char *help,
                            const struct histogram *histogram);

#endif
