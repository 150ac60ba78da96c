/*
 * access_view: the organization, its users, and tokens by id and by digest.
 */
#ifndef DAYBOOK_PROJECTIONS_ACCESS_VIEW_H
#define DAYBOOK_PROJECTIONS_ACCESS_VIEW_H

#include "core/domain/access.h"
#include "projections/projection.h"

extern const struct projection access_view;

/* Each reads one row; texts live in `arena`. Errors: ERR_NOT_FOUND, ERR_DAMAGED. */
MUST_USE enum err access_view_organization(struct views_txn *txn,
                                           struct arena *arena,
                                           struct organization *ret,
                                           struct error *reterr);
MUST_USE enum err access_view_user(struct views_txn *txn,
                                   struct uuid id,
                                   struct arena *arena,
                                   struct user *ret,
                                   struct error *reterr);
MUST_USE enum err access_view_token(struct views_txn *txn,
                                    struct uuid id,
                                    struct arena *arena,
                                    struct token *ret,
                                    struct error *reterr);

/** The token of a digest (ACCESS_DIGEST_BYTES). */
MUST_USE enum err access_view_token_by_digest(struct views_txn *txn,
                                              struct slice digest,
                                              struct arena *arena,
                                              struct token *ret,
                                              struct error *reterr);

#endif
