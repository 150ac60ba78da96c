/*
 * logs_view: which records hold log lines, whose, and of which levels. The lines themselves,
 * automatic ones included, come from the record's events (core/domain/log_line.h) when a log is
 * read.
 *
 * Order of arrival is the order of sequences, and a line's place is (sequence of its event, index).
 */
#ifndef DAYBOOK_PROJECTIONS_LOGS_VIEW_H
#define DAYBOOK_PROJECTIONS_LOGS_VIEW_H

#include "projections/projection.h"

extern const struct projection logs_view;

struct log_row {
    uint64_t last_seq; /* of the record */
    uint64_t first_seq;
    struct uuid instance;
    struct uuid execution; /* zero: the instance's own log */
    uint8_t levels;        /* bits (1 << enum log_level) */
};

/** Reads a row of VIEWS_LOGS; `key` is the cursor's. */
MUST_USE enum err
logs_view_row(struct slice key, struct slice row, struct log_row *ret, struct error *reterr);

/** The row of the record that ends at `last_seq`. Errors: ERR_NOT_FOUND. */
MUST_USE enum err
logs_view_get(struct views_txn *txn, uint64_t last_seq, struct log_row *ret, struct error *reterr);

#endif
