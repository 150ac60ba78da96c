/*
 * ingest_report: what `ingest` found, for people and for programs.
 */
#ifndef DAYBOOK_BENCH_INGEST_REPORT_H
#define DAYBOOK_BENCH_INGEST_REPORT_H

#include "bench/ingest.h"
#include "core/base/buf.h"

/** Appends what stands before the rows: machine, workload, how to read. */
void ingest_report_head(struct buf *out,
                        const struct ingest_options *options,
                        const struct machine *machine);

/** Appends one row. */
void ingest_report_row(struct buf *out, const struct ingest_row *row);

/** Appends all of it as one JSON object. */
void ingest_report_json(struct buf *out,
                        const struct ingest_options *options,
                        const struct machine *machine,
                        const struct ingest_row *rows,
                        size_t count);

#endif
