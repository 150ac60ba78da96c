/*
 * customers_view: customers by id, and who has a name.
 */
#ifndef DAYBOOK_PROJECTIONS_CUSTOMERS_VIEW_H
#define DAYBOOK_PROJECTIONS_CUSTOMERS_VIEW_H

#include "core/domain/customer.h"
#include "projections/projection.h"

extern const struct projection customers_view;

/** One customer, deleted ones too; texts live in `arena`. Errors: ERR_NOT_FOUND. */
MUST_USE enum err customers_view_get(struct views_txn *txn,
                                     struct uuid id,
                                     struct arena *arena,
                                     struct customer *ret,
                                     struct error *reterr);

/** Who has this name; the zero id when nobody has. */
MUST_USE enum err customers_view_by_name(struct views_txn *txn,
                                         struct slice name,
                                         struct uuid *ret,
                                         struct error *reterr);

/** The system customer, owner of all test instances. Errors: ERR_NOT_FOUND before the first start.
 */
MUST_USE enum err
customers_view_system(struct views_txn *txn, struct uuid *ret, struct error *reterr);

#endif
