/*
 * keys_view: which data key belongs to whom, and so which number is the next to give.
 */
#ifndef DAYBOOK_PROJECTIONS_KEYS_VIEW_H
#define DAYBOOK_PROJECTIONS_KEYS_VIEW_H

#include "projections/projection.h"

extern const struct projection keys_view;

/** Whose data key it is. Errors: ERR_NOT_FOUND, ERR_DAMAGED. */
MUST_USE enum err keys_view_owner(struct views_txn *txn,
                                  uint64_t number,
                                  struct stream_ref *ret,
                                  struct error *reterr);

/**
 * The owner of the given kind whose key the event destroys: whoever folds it then takes out what
 * that key's bodies told. Not the owner that the event names, which is what somebody said: a
 * rebuild misses what the key sealed. Errors: ERR_NOT_FOUND (another event, another kind of owner,
 * nobody's key), ERR_DAMAGED, ERR_IO.
 */
MUST_USE enum err keys_view_destroyed(struct views_txn *txn,
                                      const struct event *event,
                                      enum stream_kind kind,
                                      struct uuid *ret,
                                      struct error *reterr);

/** The lowest number that no owner has. */
MUST_USE enum err keys_view_next(struct views_txn *txn, uint64_t *ret, struct error *reterr);

#endif
