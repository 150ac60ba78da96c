#include "projections/projector.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/event/event_codec.h"
#include "projections/access_view.h"
#include "projections/customers_view.h"
#include "projections/executions_view.h"
#include "projections/idempotency_view.h"
#include "projections/instances_view.h"
#include "projections/integrations_view.h"
#include "projections/keys_view.h"
#include "projections/logs_view.h"
#include "projections/streams_view.h"

#include <stdio.h>

/* One record's decoded events and rows; 768 KiB of command decode to a few MiB. */
#define RECORD_ARENA_BYTES (128 * MIB)
#define ROW_BYTES_MAX      (16 * MIB)

/* Records between two looks at the progress callback. */
#define PROGRESS_RECORDS 5000

static const struct projection *const projections[] = {
    &streams_view,   &keys_view,       &access_view, &customers_view,   &integrations_view,
    &instances_view, &executions_view, &logs_view,   &idempotency_view,
};

size_t projector_list(const struct projection *const **ret)
{
    *ret = projections;
    return ARRAY_COUNT(projections);
}

const struct projection *projector_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(projections); i++) {
        if (strcmp(projections[i]->name, name) == 0) {
            return projections[i];
        }
    }
    return NULL;
}

unsigned projector_bodies(enum stream_kind stream)
{
    /* Executions are folded from facts alone: their rows hold no payload, result or error text. */
    return stream == STREAM_EXECUTION ? 0 : 1U << BODY_STATE;
}

/* Applies one record to every view. A failure means the transaction must be given up. */
static enum err apply_record(struct projection_context *context,
                             const struct projection_record *record,
                             struct error *reterr)
{
    context->execution = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(projections); i++) {
        enum err e = projections[i]->apply(context, record, reterr);
        if (e == ERR_OK && arena_exhausted(context->arena)) {
            e = arena_error(context->arena, "folding a record", reterr);
        }
        if (e != ERR_OK) {
            return error_wrap(reterr, e, "view %s at seq %llu", projections[i]->name,
                              (unsigned long long)record->first_seq);
        }
    }
    return ERR_OK;
}

/* ---- what was just appended ---- */

/* The event as journal_read_events would give it. */
static struct event
as_read(const struct append_record *record, size_t index, int64_t recorded_at_us)
{
    struct event event = record->events[index];
    unsigned wanted = projector_bodies(record->stream.kind);
    event.occurred_at_us = event_codec_occurred_at(event.occurred_at_us, recorded_at_us);
    for (unsigned i = 0; i < BODY_CLASS_COUNT; i++) {
        if ((wanted & 1U << i) == 0 || record->not_stored[i]) {
            event.bodies[i] = value_null();
        }
    }
    return event;
}

static enum err apply_part(struct projection_context *context,
                           const struct append *append,
                           size_t part,
                           uint64_t first_seq,
                           int64_t recorded_at_us,
                           struct error *reterr)
{
    const struct append_record *record = &append->records[part];
    const struct stream_ref owner = journal_recorded_owner(append, part);
    bool last = part + 1 == append->record_count;
    struct recorded_event *events =
        ARENA_ARRAY(context->arena, struct recorded_event, record->event_count);
    if (events == NULL) {
        return arena_error(context->arena, "folding a record", reterr);
    }
    for (size_t i = 0; i < record->event_count; i++) {
        events[i] = (struct recorded_event){
            .seq = first_seq + i,
            .stream_version = record->first_stream_version + i,
            .recorded_at_us = recorded_at_us,
            .stream = record->stream,
            .owner = owner,
            .actor = append->actor,
            .append_id = append->id,
            .ends_command = last && i + 1 == record->event_count,
            .event = as_read(record, i, recorded_at_us),
        };
    }
    struct projection_record projected = {
        .events = events,
        .count = record->event_count,
        .first_seq = first_seq,
        .last_seq = first_seq + record->event_count - 1,
        .recorded_at_us = recorded_at_us,
        .stream = record->stream,
        .owner = owner,
        .actor = append->actor,
        .append_id = append->id,
        .idempotency = part == 0 ? append->idempotency : (struct slice){NULL, 0},
        .request = part == 0 ? append->request : (struct slice){NULL, 0},
        .ends_command = last,
    };
    return apply_record(context, &projected, reterr);
}

enum err projector_apply_append(struct projection_context *context,
                                const struct append *append,
                                const struct append_result *result,
                                struct error *reterr)
{
    uint64_t seq = result->first_seq;
    enum err e = ERR_OK;
    for (size_t i = 0; i < append->record_count && e == ERR_OK; i++) {
        e = apply_part(context, append, i, seq, result->recorded_at_us, reterr);
        seq += append->records[i].event_count;
        arena_reset(context->arena);
    }
    return e;
}

enum err projection_put_row(struct projection_context *context,
                            enum views_table table,
                            const struct views_key *key,
                            struct error *reterr)
{
    enum err e = buf_check(context->row, views_table_name(table), reterr);
    return e != ERR_OK ? e
                       : views_put(context->txn, table, views_key_slice(key),
                                   buf_slice(context->row), reterr);
}

enum err projection_put_mark(struct projection_context *context,
                             enum views_table table,
                             const struct views_key *key,
                             struct error *reterr)
{
    return views_put(context->txn, table, views_key_slice(key), SLICE(""), reterr);
}

/* ---- position: seq u64, recorded-at i64 (both big-endian), link ---- */

#define POSITION_BYTES (16 + JOURNAL_LINK_BYTES)

enum err projector_position(struct views_txn *txn, struct journal_head *ret, struct error *reterr)
{
    struct slice row;
    enum err e = views_get(txn, VIEWS_META, SLICE("position"), &row, reterr);
    if (e == ERR_NOT_FOUND) {
        *ret = (struct journal_head){0};
        return ERR_OK;
    }
    if (e == ERR_OK && row.size != POSITION_BYTES) {
        return error_set(reterr, ERR_DAMAGED, "the views' position has %zu bytes, not %d", row.size,
                         POSITION_BYTES);
    }
    if (e == ERR_OK) {
        ret->seq = bytes_be64(row.data);
        ret->recorded_at_us = (int64_t)bytes_be64(row.data + 8);
        memcpy(ret->link, row.data + 16, JOURNAL_LINK_BYTES);
    }
    return e;
}

enum err
projector_set_position(struct views_txn *txn, const struct journal_head *head, struct error *reterr)
{
    char row[POSITION_BYTES];
    bytes_put_be64(row, head->seq);
    bytes_put_be64(row + 8, (uint64_t)head->recorded_at_us);
    memcpy(row + 16, head->link, JOURNAL_LINK_BYTES);
    return views_put(txn, VIEWS_META, SLICE("position"), slice_of(row, sizeof row), reterr);
}

static struct views_key version_key(const struct projection *projection)
{
    struct views_key key = views_key();
    views_key_text(&key, SLICE("view:"));
    views_key_text(&key, slice_of_text(projection->name));
    return key;
}

enum err projector_set_versions(struct views_txn *txn, struct error *reterr)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < ARRAY_COUNT(projections) && e == ERR_OK; i++) {
        char version[4];
        bytes_put_be32(version, projections[i]->version);
        struct views_key key = version_key(projections[i]);
        e = views_put(txn, VIEWS_META, views_key_slice(&key), slice_of(version, 4), reterr);
    }
    return e;
}

const struct projection *projector_outdated(struct views_txn *txn)
{
    for (size_t i = 0; i < ARRAY_COUNT(projections); i++) {
        struct views_key key = version_key(projections[i]);
        struct slice row;
        enum err e = views_get(txn, VIEWS_META, views_key_slice(&key), &row, NULL);
        if (e != ERR_OK || row.size != 4 || bytes_be32(row.data) != projections[i]->version) {
            return projections[i];
        }
    }
    return NULL;
}

/* ---- catching up ---- */

struct catching_up {
    struct views *views;
    struct journal_reader *reader;
    struct views_txn *txn;
    struct arena arena;
    struct buf row;
    uint64_t to_seq;
    uint64_t records_in_txn;
    uint64_t records;
    bool from_nothing; /* the views were empty */
    struct journal_head position;
    projector_progress_cb progress;
    void *progress_data;
};

static enum err
apply_view(struct catching_up *run, const struct record_view *view, struct error *reterr)
{
    struct recorded_event *events = NULL;
    enum err e = journal_read_events(run->reader, view, projector_bodies(view->stream.kind),
                                     &run->arena, &events, NULL, NULL, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct projection_record record = {
        .events = events,
        .count = view->event_count,
        .first_seq = view->first_seq,
        .last_seq = view->last_seq,
        .recorded_at_us = view->recorded_at_us,
        .stream = view->stream,
        .owner = view->owner,
        .actor = view->actor,
        .append_id = view->append_id,
        .idempotency = view->idempotency,
        .request = view->request,
        .ends_command = view->part + 1 == view->part_count,
    };
    struct projection_context context = {.txn = run->txn, .arena = &run->arena, .row = &run->row};
    e = apply_record(&context, &record, reterr);
    arena_reset(&run->arena);
    return e;
}

/* New views get their position at the end alone: a link costs up to 65,536 records to hash, and
 * views that were cut before their first position are not used anyway. */
static enum err
put_position(struct catching_up *run, struct journal_head *head, struct error *reterr)
{
    if (run->from_nothing && head->seq != run->to_seq) {
        return ERR_OK;
    }
    enum err e = journal_link_at(run->reader, head->seq, head->link, reterr);
    return e != ERR_OK ? e : projector_set_position(run->txn, head, reterr);
}

static enum err
flush(struct catching_up *run, uint64_t seq, int64_t recorded_at_us, struct error *reterr)
{
    struct journal_head head = {.seq = seq, .recorded_at_us = recorded_at_us};
    enum err e = put_position(run, &head, reterr);
    if (e == ERR_OK) {
        e = views_commit(&run->txn, reterr);
    }
    if (e == ERR_OK) {
        run->records_in_txn = 0;
        run->position = head;
        if (run->progress != NULL) {
            run->progress(run->progress_data, seq, run->to_seq);
        }
    }
    return e;
}

/* Applies the record and commits when the batch is full at the end of a command, or at the end. */
static enum err step(struct catching_up *run, const struct record_view *view, struct error *reterr)
{
    bool ends_command = view->part + 1 == view->part_count;
    if (view->last_seq > run->to_seq || (view->last_seq == run->to_seq && !ends_command)) {
        return error_set(reterr, ERR_INVALID, "no command ends at sequence %llu",
                         (unsigned long long)run->to_seq);
    }
    enum err e = ERR_OK;
    if (run->txn == NULL) {
        e = views_begin(run->views, true, &run->txn, reterr);
    }
    if (e == ERR_OK) {
        e = apply_view(run, view, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    run->records_in_txn++;
    run->records++;
    bool full = run->records_in_txn >= PROJECTOR_BATCH_RECORDS && ends_command;
    if (full || view->last_seq == run->to_seq) {
        return flush(run, view->last_seq, view->recorded_at_us, reterr);
    }
    if (run->progress != NULL && run->records % PROGRESS_RECORDS == 0) {
        run->progress(run->progress_data, view->last_seq, run->to_seq);
    }
    return ERR_OK;
}

/* The next record; behind a commit in a new snapshot, for the journal keeps old pages for each. */
static enum err next(struct catching_up *run, struct record_view *view, struct error *reterr)
{
    if (run->txn != NULL) {
        return journal_next(run->reader, view, reterr);
    }
    journal_reader_end(run->reader);
    enum err e = journal_reader_begin(run->reader, reterr);
    return e != ERR_OK ? e : journal_read(run->reader, run->position.seq + 1, view, reterr);
}

static enum err walk(struct catching_up *run, struct error *reterr)
{
    struct record_view view;
    enum err e = next(run, &view, reterr);
    while (e == ERR_OK) {
        e = step(run, &view, reterr);
        if (e != ERR_OK || view.last_seq >= run->to_seq) {
            return e;
        }
        e = next(run, &view, reterr);
    }
    return e;
}

static enum err start(struct catching_up *run, struct error *reterr)
{
    struct views_txn *txn = NULL;
    enum err e = views_begin(run->views, false, &txn, reterr);
    if (e == ERR_OK) {
        e = projector_position(txn, &run->position, reterr);
    }
    views_end(&txn);
    struct journal_head head = {0};
    if (e == ERR_OK) {
        e = journal_reader_head(run->reader, &head, reterr);
    }
    if (e == ERR_OK && run->to_seq > head.seq) {
        run->to_seq = head.seq;
    }
    run->from_nothing = run->position.seq == 0;
    return e;
}

enum err projector_catch_up_to(struct views *views,
                               struct journal *journal,
                               uint64_t to_seq,
                               projector_progress_cb progress,
                               void *progress_data,
                               struct error *reterr)
{
    struct catching_up run = {
        .views = views, .to_seq = to_seq, .progress = progress, .progress_data = progress_data};
    arena_init(&run.arena, RECORD_ARENA_BYTES);
    buf_init(&run.row, ROW_BYTES_MAX);
    enum err e = journal_reader_create(journal, &run.reader, reterr);
    if (e == ERR_OK) {
        e = journal_reader_begin(run.reader, reterr);
    }
    if (e == ERR_OK) {
        e = start(&run, reterr);
    }
    if (e == ERR_OK && run.position.seq < run.to_seq) {
        e = walk(&run, reterr);
    }
    views_end(&run.txn);
    if (run.reader != NULL) {
        journal_reader_end(run.reader);
    }
    journal_reader_destroy(&run.reader);
    buf_deinit(&run.row);
    arena_deinit(&run.arena);
    return e;
}

enum err projector_catch_up(struct views *views,
                            struct journal *journal,
                            projector_progress_cb progress,
                            void *progress_data,
                            struct error *reterr)
{
    return projector_catch_up_to(views, journal, UINT64_MAX, progress, progress_data, reterr);
}
