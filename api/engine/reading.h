/*
 * reading: what is true at one moment, for reading: views and journal together.
 *
 * The views' snapshot is taken first and the journal's after it, so every sequence the views name
 * can be read. Readings are pooled: opening one renews two read transactions, which costs under a
 * microsecond. Hold one for a request's work and no longer: old pages are kept for it.
 *
 * Thread: any, one at a time.
 */
#ifndef DAYBOOK_API_ENGINE_READING_H
#define DAYBOOK_API_ENGINE_READING_H

#include "api/engine/engine.h"
#include "core/domain/config.h"
#include "core/domain/instance.h"

/* Readings open at a time: LMDB has 512 reader slots, and tools want some. */
#define READINGS_MAX 256

struct readings;

struct reading {
    struct views_txn *views;
    struct journal_reader *journal;
    struct engine *engine;
    struct instance_cache *instances; /* made when first asked; outlives what is read */
    struct list_link link;
};

/** A pool. */
MUST_USE enum err
readings_create(struct engine *engine, struct readings **ret, struct error *reterr);

/** Frees; sets the pointer to NULL. Nothing may be open. Takes NULL too. */
void readings_destroy(struct readings **readings);

/** What is true now. Errors: ERR_BUSY (too many open), ERR_IO. */
MUST_USE enum err
reading_open(struct readings *readings, struct reading **ret, struct error *reterr);

/** Lets it go and sets the pointer to NULL. Takes NULL too. */
void reading_close(struct readings *readings, struct reading **reading);

/** The sequence everything in it is true at. */
MUST_USE enum err reading_seq(struct reading *reading, uint64_t *ret, struct error *reterr);

/** An instance; valid until the next call, and until the reading is closed. Errors: ERR_NOT_FOUND.
 */
MUST_USE enum err reading_instance(struct reading *reading,
                                   struct uuid id,
                                   const struct instance **ret,
                                   struct error *reterr);

/** A definition by the sequence of its draft_imported; give it back with definitions_release. */
MUST_USE enum err reading_definition(struct reading *reading,
                                     uint64_t draft_seq,
                                     const struct definition **ret,
                                     struct error *reterr);

/** One event with all bodies asked for, in `arena`. Errors: those of journal_read_events. */
MUST_USE enum err reading_event(struct reading *reading,
                                uint64_t seq,
                                unsigned bodies,
                                struct arena *arena,
                                const struct recorded_event **ret,
                                unsigned *ret_absent,
                                struct error *reterr);

/**
 * As reading_event with one body, which must be there. Errors: also ERR_EXPIRED (saying when and by
 * which policy), ERR_ERASED, ERR_NOT_STORED.
 */
MUST_USE enum err reading_event_with(struct reading *reading,
                                     uint64_t seq,
                                     enum body_class body_class,
                                     struct arena *arena,
                                     const struct recorded_event **ret,
                                     struct error *reterr);

#endif
