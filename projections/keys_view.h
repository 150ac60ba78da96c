/*
 * keys_view: which data key belongs to whom, and so which number is the next to give.
 */
#ifndef DAYBOOK_PROJECTIONS_KEYS_VIEW_H
#define DAYBOOK_PROJECTIONS_KEYS_VIEW_H

#include "projections/projection.h"

extern const struct projection keys_view;

/** The lowest number that no owner has. */
MUST_USE enum err keys_view_next(struct views_txn *txn, uint64_t *ret, struct error *reterr);

#endif
