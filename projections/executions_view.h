/*
 * executions_view: executions by id (which is the order they were queued in), by instance, those
 * not final, those that failed, replays of each, and the results of their steps.
 *
 * A step row says where the result is (the sequence of its step.finished), not what it is.
 */
#ifndef DAYBOOK_PROJECTIONS_EXECUTIONS_VIEW_H
#define DAYBOOK_PROJECTIONS_EXECUTIONS_VIEW_H

#include "core/domain/execution.h"
#include "projections/projection.h"

extern const struct projection executions_view;

/* One finished step. Attempts that were retried have no row. */
struct step_row {
    uint64_t seq;  /* its step.finished */
    uint64_t step; /* place in the flow */
    struct slice loop_path;
    uint64_t attempt;
    enum step_status status;
    enum error_class error_class;
    int64_t started_at_us;
    int64_t ended_at_us;
    uint64_t size; /* bytes of the encoded result */
};

/** One execution. Errors: ERR_NOT_FOUND. */
MUST_USE enum err executions_view_get(struct views_txn *txn,
                                      struct uuid id,
                                      struct arena *arena,
                                      struct execution *ret,
                                      struct error *reterr);

/** Reads a row of VIEWS_STEPS; `key` is the cursor's. Texts borrow from the row. */
MUST_USE enum err executions_view_step(struct slice key,
                                       struct slice row,
                                       struct arena *arena,
                                       struct step_row *ret,
                                       struct error *reterr);

/** Steps of one execution in order of their end, in `arena`, at most `max`. */
MUST_USE enum err executions_view_steps(struct views_txn *txn,
                                        struct uuid execution,
                                        size_t max,
                                        struct arena *arena,
                                        struct step_row **ret,
                                        size_t *ret_count,
                                        struct error *reterr);

/** Whose execution it is, of one that has not ended. Errors: ERR_NOT_FOUND. */
MUST_USE enum err executions_view_open_place(struct views_txn *txn,
                                             struct uuid id,
                                             struct uuid *ret_instance,
                                             uint32_t *ret_flow,
                                             struct error *reterr);

/** Reads a row of VIEWS_EXECUTIONS_OPEN or _FAILED: whose execution it is. */
MUST_USE enum err executions_view_place(struct slice row,
                                        struct uuid *ret_instance,
                                        uint32_t *ret_flow,
                                        struct error *reterr);

#endif
