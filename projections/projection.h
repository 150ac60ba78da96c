/*
 * projection: one fold of the journal into tables of the views.
 *
 * A projection is a name, a version, the tables it owns and `apply`, a pure function of what the
 * tables hold and one record: no clock, no randomness, no key. So a rebuild gives the same rows
 * byte for byte. A body that is expired or erased reaches `apply` as null, as if it had never been
 * there.
 *
 * The projections are applied in the order of the list in projector.c; a later one may read what an
 * earlier one wrote for the same record, never the other way round.
 *
 * A change of the fold or of a row raises the projection's version: views of another version are
 * built anew at the start.
 */
#ifndef DAYBOOK_PROJECTIONS_PROJECTION_H
#define DAYBOOK_PROJECTIONS_PROJECTION_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/event/event.h"
#include "projections/views.h"

/* One record as projections see it. */
struct projection_record {
    const struct recorded_event
        *events; /* in order, bodies opened where projector_bodies says so */
    size_t count;
    uint64_t first_seq;
    uint64_t last_seq;
    int64_t recorded_at_us;
    struct stream_ref stream;
    struct stream_ref owner;
    struct actor actor;
    struct uuid append_id;
    struct slice idempotency; /* 32 bytes or empty */
    struct slice request;     /* 32 bytes or empty */
    bool ends_command;
};

struct execution;

/* What `apply` works with, made once per batch. */
struct projection_context {
    struct views_txn *txn;
    struct arena *arena; /* emptied by the caller between records */
    struct buf *row;     /* scratch for the row being written */
    /* The execution that the record is about, as it is behind it; for the projections behind
     * executions_view. NULL for other records. */
    const struct execution *execution;
};

struct projection {
    const char *name;
    uint32_t version;
    const enum views_table *tables;
    size_t table_count;
    enum err (*apply)(struct projection_context *context,
                      const struct projection_record *record,
                      struct error *reterr);
};

/** Puts what is in context->row as a row, checking that it is whole. */
MUST_USE enum err projection_put_row(struct projection_context *context,
                                     enum views_table table,
                                     const struct views_key *key,
                                     struct error *reterr);

/** Puts an empty row: the key says it all. */
MUST_USE enum err projection_put_mark(struct projection_context *context,
                                      enum views_table table,
                                      const struct views_key *key,
                                      struct error *reterr);

#endif
