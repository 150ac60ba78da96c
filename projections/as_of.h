/*
 * as_of: a thing as it was at a sequence, by folding its stream up to there with the same `evolve`
 * that makes the views.
 *
 * The per-stream index of the views says which records to read; the journal's snapshot must hold
 * them. Everything returned lives in `arena`. Bodies that are erased or expired fold as if never
 * there.
 */
#ifndef DAYBOOK_PROJECTIONS_AS_OF_H
#define DAYBOOK_PROJECTIONS_AS_OF_H

#include "core/domain/customer.h"
#include "core/domain/instance.h"
#include "core/domain/integration.h"
#include "journal/journal.h"
#include "projections/views.h"

/* Records of one stream that are folded for one answer. */
#define AS_OF_RECORDS_MAX 100000

/* Told each event of a stream in order. Returns: false to stop. */
typedef bool (*as_of_event_cb)(void *data,
                               const struct recorded_event *event,
                               struct slice reason,
                               unsigned absent);

/**
 * Walks the events of a stream from the first behind `after_seq` to `to_seq`, with the bodies asked
 * for. Errors: ERR_LIMIT past AS_OF_RECORDS_MAX records or out of `arena`; those of reading.
 */
MUST_USE enum err as_of_walk(struct views_txn *views,
                             struct journal_reader *journal,
                             struct stream_ref stream,
                             uint64_t after_seq,
                             uint64_t to_seq,
                             unsigned bodies,
                             struct arena *arena,
                             as_of_event_cb callback,
                             void *data,
                             struct error *reterr);

/* Each as it was behind event `seq`. Errors: ERR_NOT_FOUND when it did not exist yet. */
MUST_USE enum err as_of_customer(struct views_txn *views,
                                 struct journal_reader *journal,
                                 struct uuid id,
                                 uint64_t seq,
                                 struct arena *arena,
                                 struct customer *ret,
                                 struct error *reterr);
MUST_USE enum err as_of_integration(struct views_txn *views,
                                    struct journal_reader *journal,
                                    struct uuid id,
                                    uint64_t seq,
                                    struct arena *arena,
                                    struct integration *ret,
                                    struct error *reterr);
MUST_USE enum err as_of_instance(struct views_txn *views,
                                 struct journal_reader *journal,
                                 struct uuid id,
                                 uint64_t seq,
                                 struct arena *arena,
                                 struct instance *ret,
                                 struct error *reterr);

#endif
