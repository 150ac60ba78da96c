/*
 * projector: applies records to all views, and knows how far they are.
 *
 *     live      the engine appends a command -> projector_apply_append in the same batch
 *               -> projector_set_position
 *     catch up  projector_catch_up reads the journal from the views' position to its head
 *     rebuild   rebuild.h does the same into a new directory
 *
 * The position is the sequence, chain link and time of the last record the views hold; with it
 * stands the version of every projection.
 */
#ifndef DAYBOOK_PROJECTIONS_PROJECTOR_H
#define DAYBOOK_PROJECTIONS_PROJECTOR_H

#include "journal/journal.h"
#include "projections/projection.h"

/* Records put into one views transaction while catching up or rebuilding: LMDB spills dirty pages
 * past 131,072, and a crash repeats at most this much. */
#define PROJECTOR_BATCH_RECORDS 10000

/** All projections, in the order of application. Returns: their number. */
size_t projector_list(const struct projection *const **ret);

/** The projection of a name. Returns: NULL when there is none. */
const struct projection *projector_find(const char *name);

/** Which bodies of a record the projections need: bits (1 << enum body_class). */
unsigned projector_bodies(enum stream_kind stream);

/**
 * Folds what was just appended, seen as a reader of the journal will see it: so a rebuild finds the
 * same rows. Empties context->arena. A failure means the transaction must be given up.
 */
MUST_USE enum err projector_apply_append(struct projection_context *context,
                                         const struct append *append,
                                         const struct append_result *result,
                                         struct error *reterr);

/** The views' position; seq 0 when they are empty. */
MUST_USE enum err
projector_position(struct views_txn *txn, struct journal_head *ret, struct error *reterr);

/** Writes the position. */
MUST_USE enum err projector_set_position(struct views_txn *txn,
                                         const struct journal_head *head,
                                         struct error *reterr);

/** Writes the versions of all projections, for new views. */
MUST_USE enum err projector_set_versions(struct views_txn *txn, struct error *reterr);

/** The first projection whose version in the views is not this program's; NULL when all agree. */
const struct projection *projector_outdated(struct views_txn *txn);

/* Told every few thousand records while catching up or rebuilding. */
typedef void (*projector_progress_cb)(void *data, uint64_t seq, uint64_t head_seq);

/** Reads the journal from the views' position to its head and applies everything. */
MUST_USE enum err projector_catch_up(struct views *views,
                                     struct journal *journal,
                                     projector_progress_cb progress,
                                     void *progress_data,
                                     struct error *reterr);

/** As projector_catch_up, but only to `to_seq`. Errors: ERR_INVALID when no command ends there. */
MUST_USE enum err projector_catch_up_to(struct views *views,
                                        struct journal *journal,
                                        uint64_t to_seq,
                                        projector_progress_cb progress,
                                        void *progress_data,
                                        struct error *reterr);

#endif
