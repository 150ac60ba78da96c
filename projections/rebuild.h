/*
 * rebuild: views from nothing, by folding the journal, and the proof that the live ones equal that.
 *
 *     into a new directory DATA/views.new -> synced -> rename over DATA/views
 *
 * A rebuild that is cut leaves DATA/views.new behind, which the next one removes; the old views
 * stay in place until the rename.
 */
#ifndef DAYBOOK_PROJECTIONS_REBUILD_H
#define DAYBOOK_PROJECTIONS_REBUILD_H

#include "projections/projector.h"
#include "projections/trust.h"

struct rebuild_options {
    const char *data_dir;
    uint64_t map_bytes; /* 0: default */
    projector_progress_cb progress;
    void *progress_data;
};

/** Builds all views anew and puts them in place of the old. Nobody may have them open. */
MUST_USE enum err
rebuild_all(struct journal *journal, const struct rebuild_options *options, struct error *reterr);

/** Builds all views beside and replaces the tables of one projection. Nobody may have them open. */
MUST_USE enum err rebuild_one(struct journal *journal,
                              const struct rebuild_options *options,
                              const struct projection *projection,
                              struct error *reterr);

struct rebuild_check {
    uint64_t seq; /* both sides stand at this sequence */
    uint64_t rows;
    bool equal;
    char difference[400]; /* table, key and what differs; empty when equal */
};

/**
 * Builds beside, to the sequence the live views stand at, and compares every row of every table (of
 * one projection, when given). Works while a server runs. What a killed comparison left is removed
 * by the next.
 */
MUST_USE enum err rebuild_compare(struct journal *journal,
                                  const struct rebuild_options *options,
                                  const struct projection *projection,
                                  struct rebuild_check *ret,
                                  struct error *reterr);

/**
 * Opens the views for writing: trusted ones are caught up, others built anew. `ret_reason` says
 * what was done and why. The trust begins here; end it with trust_finish when closing cleanly.
 */
MUST_USE enum err rebuild_or_open(struct journal *journal,
                                  const struct rebuild_options *options,
                                  struct views **ret_views,
                                  struct trust **ret_trust,
                                  const char **ret_reason,
                                  struct error *reterr);

#endif
