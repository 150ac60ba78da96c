/*
 * figures: what a server counts of itself, read from its /metrics, and the difference between two
 * readings.
 */
#ifndef DAYBOOK_BENCH_FIGURES_H
#define DAYBOOK_BENCH_FIGURES_H

#include "bench/ask.h"

#include <stdint.h>

/* One field for each line of figures.c's table. */
struct figures {
    uint64_t webhooks;           /* accepted */
    uint64_t commits;            /* of the journal, each synced */
    uint64_t commands;           /* that appended */
    uint64_t finished;           /* executions that succeeded */
    uint64_t open;               /* executions that have not ended */
    uint64_t journal_file_bytes; /* pages in use */
    uint64_t views_file_bytes;
};

/** Reads them. Errors: ERR_NOT_FOUND, naming a figure the server does not tell; as ask_get. */
MUST_USE enum err figures_read(struct ask *ask, struct figures *ret, struct error *reterr);

/** Takes them out of a page of Prometheus text. Errors: ERR_NOT_FOUND. */
MUST_USE enum err figures_parse(struct slice page, struct figures *ret, struct error *reterr);

#endif
