/*
 * streams_view: which records belong to a stream, in order. What history and "as of" read.
 */
#ifndef DAYBOOK_PROJECTIONS_STREAMS_VIEW_H
#define DAYBOOK_PROJECTIONS_STREAMS_VIEW_H

#include "projections/projection.h"

extern const struct projection streams_view;

/* A walk over the records of one stream, oldest first. */
struct streams_cursor {
    struct views_cursor cursor;
    struct views_key prefix;
    uint64_t after_seq;
    bool started;
    uint64_t seq; /* last sequence of the record it stands on; 0: none */
};

/** Before the first record of the stream whose last sequence is over `after_seq`. */
MUST_USE enum err streams_cursor_open(struct views_txn *txn,
                                      struct stream_ref stream,
                                      uint64_t after_seq,
                                      struct streams_cursor *ret,
                                      struct error *reterr);

/** To the next record; the first call finds the first. Returns: false behind the last, for good, or
 * when reading failed (views_cursor_check of cursor->cursor). */
bool streams_cursor_next(struct streams_cursor *cursor);

/** Closes; takes a zeroed cursor too. */
void streams_cursor_close(struct streams_cursor *cursor);

#endif
