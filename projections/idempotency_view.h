/*
 * idempotency_view: which keyed request was answered by which record, for 24 hours of recorded
 * time.
 *
 * A fold of the envelopes: the digest of scope and key -> the digest of the request and the
 * sequence of the command's first record. Entries end inside the fold, by the recorded-at of later
 * commands, so that a rebuild forgets the same ones; at most EXPIRIES_PER_COMMAND at a time, so
 * that no command pays for a million others. Readers check the expiry themselves.
 */
#ifndef DAYBOOK_PROJECTIONS_IDEMPOTENCY_VIEW_H
#define DAYBOOK_PROJECTIONS_IDEMPOTENCY_VIEW_H

#include "projections/projection.h"

#define IDEMPOTENCY_DIGEST_BYTES 32
#define IDEMPOTENCY_WINDOW_US    ((int64_t)24 * 3600 * 1000000)
#define EXPIRIES_PER_COMMAND     64

extern const struct projection idempotency_view;

struct idempotency_entry {
    uint64_t seq; /* first of the command's first record */
    unsigned char request[IDEMPOTENCY_DIGEST_BYTES];
};

/** What was answered under the digest. Errors: ERR_NOT_FOUND, also when it has expired by `now_us`.
 */
MUST_USE enum err idempotency_view_find(struct views_txn *txn,
                                        struct slice digest,
                                        int64_t now_us,
                                        struct idempotency_entry *ret,
                                        struct error *reterr);

#endif
