/*
 * instances_view: instances by id, by customer and by integration, and flow configs by the id that
 * is in their webhook URL.
 */
#ifndef DAYBOOK_PROJECTIONS_INSTANCES_VIEW_H
#define DAYBOOK_PROJECTIONS_INSTANCES_VIEW_H

#include "core/domain/instance.h"
#include "projections/projection.h"

extern const struct projection instances_view;

/** The row of one instance, as instance_get reads it; valid until the transaction ends or writes.
 * Errors: ERR_NOT_FOUND. */
MUST_USE enum err
instances_view_row(struct views_txn *txn, struct uuid id, struct slice *ret, struct error *reterr);

/** One instance; texts and lists live in `arena`. Errors: ERR_NOT_FOUND. */
MUST_USE enum err instances_view_get(struct views_txn *txn,
                                     struct uuid id,
                                     struct arena *arena,
                                     struct instance *ret,
                                     struct error *reterr);

/** Whose flow config it is, and its place there. Errors: ERR_NOT_FOUND. */
MUST_USE enum err instances_view_flow_config(struct views_txn *txn,
                                             struct uuid flow_config,
                                             struct uuid *ret_instance,
                                             uint32_t *ret_place,
                                             struct error *reterr);

/** How many instances a customer has, system instances included; counted to `max`. */
MUST_USE enum err instances_view_count_of_customer(
    struct views_txn *txn, struct uuid customer, uint64_t max, uint64_t *ret, struct error *reterr);

#endif
