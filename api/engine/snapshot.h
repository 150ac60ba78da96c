/*
 * snapshot: what is true at one moment, for reading: views and journal together.
 *
 * The views' snapshot is taken first and the journal's after it, so every sequence the views name
 * can be read. Snapshots are pooled: opening one renews two read transactions, which costs under a
 * microsecond. Hold one for a request's work and no longer: old pages are kept for it.
 *
 * Thread: any, one at a time.
 */
#ifndef DAYBOOK_API_ENGINE_SNAPSHOT_H
#define DAYBOOK_API_ENGINE_SNAPSHOT_H

#include "api/engine/engine.h"
#include "core/domain/config.h"
#include "core/domain/instance.h"

/* Snapshots in use at a time: LMDB has 512 reader slots, and tools want some. */
#define SNAPSHOTS_MAX 256

struct snapshots;

struct snapshot {
    struct views_txn *views;
    struct journal_reader *journal;
    struct engine *engine;
    struct list_link link;
};

/** A pool. */
MUST_USE enum err
snapshots_create(struct engine *engine, struct snapshots **ret, struct error *reterr);

/** Frees; sets the pointer to NULL. Nothing may be open. Takes NULL too. */
void snapshots_destroy(struct snapshots **snapshots);

/** What is true now. Errors: ERR_BUSY (too many open), ERR_IO. */
MUST_USE enum err
snapshot_open(struct snapshots *snapshots, struct snapshot **ret, struct error *reterr);

/** Lets it go and sets the pointer to NULL. Takes NULL too. */
void snapshot_close(struct snapshots *snapshots, struct snapshot **snapshot);

/** The sequence everything in it is true at. */
MUST_USE enum err snapshot_seq(struct snapshot *snapshot, uint64_t *ret, struct error *reterr);

/** A definition by the sequence of its draft_imported; give it back with definitions_release. */
MUST_USE enum err snapshot_definition(struct snapshot *snapshot,
                                      uint64_t draft_seq,
                                      const struct definition **ret,
                                      struct error *reterr);

/** One event with all bodies asked for, in `arena`. Errors: those of journal_read_events. */
MUST_USE enum err snapshot_event(struct snapshot *snapshot,
                                 uint64_t seq,
                                 unsigned bodies,
                                 struct arena *arena,
                                 const struct recorded_event **ret,
                                 unsigned *ret_absent,
                                 struct error *reterr);

#endif
