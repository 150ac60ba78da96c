/*
 * instance_cache: decoded instances, for those who ask for the same few again and again: each
 * webhook needs its instance three times, and it hardly ever changes.
 *
 * Nothing is invalidated: a row is looked up every time and compared byte by byte with the one that
 * was decoded, which costs a fraction of decoding it. So an instance is always as the transaction
 * sees it.
 *
 * Bounded: INSTANCE_CACHE_SLOTS rows of INSTANCE_CACHE_ROW_BYTES; a larger one is decoded each
 * time.
 *
 * Thread: one.
 */
#ifndef DAYBOOK_PROJECTIONS_INSTANCE_CACHE_H
#define DAYBOOK_PROJECTIONS_INSTANCE_CACHE_H

#include "core/domain/instance.h"
#include "projections/views.h"

/* A power of two. With rows of 2 KiB they take some 2 MiB when all are in use. */
#define INSTANCE_CACHE_SLOTS     256
#define INSTANCE_CACHE_ROW_BYTES ((size_t)4096)

struct instance_cache;

/** An empty cache. Errors: ERR_NO_MEMORY. */
MUST_USE enum err instance_cache_create(struct instance_cache **ret, struct error *reterr);

/** Frees it; sets the pointer to NULL. Takes NULL too. */
void instance_cache_destroy(struct instance_cache **cache);

/** The instance as `txn` sees it; valid until the next call. Errors: as instances_view_get. */
MUST_USE enum err instance_cache_get(struct instance_cache *cache,
                                     struct views_txn *txn,
                                     struct uuid id,
                                     const struct instance **ret,
                                     struct error *reterr);

#endif
