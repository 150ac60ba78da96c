#include "api/engine/writer.h"

#include "api/engine/writer_priv.h"
#include "core/base/check.h"
#include "projections/executions_view.h"
#include "projections/instance_cache.h"
#include "projections/keys_view.h"

struct views_txn *writer_views(struct writer *writer)
{
    return writer->txn;
}

struct journal *writer_journal(struct writer *writer)
{
    return writer->journal;
}

int64_t writer_now_us(const struct writer *writer)
{
    return writer->now_us;
}

uint64_t writer_open_executions(struct writer *writer, struct uuid instance, uint64_t flow)
{
    return open_counts_get(&writer->open, instance, flow);
}

enum err writer_instance(struct writer *writer,
                         struct uuid id,
                         const struct instance **ret,
                         struct error *reterr)
{
    return instance_cache_get(writer->instances, writer->txn, id, ret, reterr);
}

enum err writer_new_key(struct writer *writer, uint64_t *ret, struct error *reterr)
{
    enum err e = keyring_reserve(journal_keyring(writer->journal), writer->next_key, reterr);
    if (e == ERR_OK) {
        *ret = writer->next_key++;
    }
    return e;
}

/* ---- definitions ---- */

static enum err open_reader(struct writer *writer, struct error *reterr)
{
    if (writer->reader_open) {
        return ERR_OK;
    }
    enum err e = journal_reader_begin(writer->reader, reterr);
    writer->reader_open = e == ERR_OK;
    return e;
}

enum err writer_definition(struct writer *writer,
                           uint64_t draft_seq,
                           const struct definition **ret,
                           struct error *reterr)
{
    if (draft_seq > writer->committed_seq || writer->held_count == WRITER_DEFINITIONS_MAX) {
        writer->must_wait = true;
        return error_set(reterr, ERR_BUSY, "the definition is not committed yet");
    }
    enum err e = open_reader(writer, reterr);
    const struct definition *definition = NULL;
    if (e == ERR_OK) {
        e = definitions_acquire(writer->definitions, writer->reader, draft_seq, &definition,
                                reterr);
    }
    if (e == ERR_OK) {
        writer->held[writer->held_count++] = definition;
        *ret = definition;
    }
    return e;
}

void writer_end_batch(struct writer *writer)
{
    for (size_t i = 0; i < writer->held_count; i++) {
        definitions_release(writer->definitions, &writer->held[i]);
    }
    writer->held_count = 0;
    if (writer->reader_open) {
        journal_reader_end(writer->reader);
        writer->reader_open = false;
    }
}

/* ---- appending ---- */

/* Keeps the counts of open executions with what is about to be folded: whose they are stands in the
 * first event, and then in the table of open ones. */
static enum err
count_record(struct writer *writer, const struct append_record *record, struct error *reterr)
{
    const struct event *first = &record->events[0];
    const struct event *last = &record->events[record->event_count - 1];
    bool begins = record->first_stream_version == 1;
    bool ends = last->type == EVENT_EXECUTION_FINISHED;
    if (record->stream.kind != STREAM_EXECUTION || begins == ends) {
        return ERR_OK;
    }
    if (begins) {
        return open_counts_add(&writer->open, record->owner.id, first->facts.execution_queued.flow,
                               1, reterr);
    }
    struct uuid instance;
    uint32_t flow = 0;
    enum err e =
        executions_view_open_place(writer->txn, record->stream.id, &instance, &flow, reterr);
    return e != ERR_OK ? e : open_counts_add(&writer->open, instance, flow, -1, reterr);
}

static enum err fold(struct writer *writer,
                     const struct append *append,
                     const struct append_result *result,
                     struct error *reterr)
{
    struct projection_context context = {
        .txn = writer->txn, .arena = &writer->arena, .row = &writer->row};
    enum err e = ERR_OK;
    for (size_t i = 0; i < append->record_count && e == ERR_OK; i++) {
        e = count_record(writer, &append->records[i], reterr);
    }
    e = e != ERR_OK ? e : projector_apply_append(&context, append, result, reterr);
    arena_reset(&writer->arena);
    return e;
}

enum err writer_append(struct writer *writer,
                       struct command *command,
                       struct append_record *records,
                       size_t count,
                       struct error *reterr)
{
    ASSERT(!command->appended && count > 0);
    if (arena_exhausted(command->arena)) { /* parts of the events are missing */
        return arena_error(command->arena, "the command", reterr);
    }
    struct append append = {
        .id = command->append_id,
        .actor = command->actor,
        .correlation = command->correlation,
        .reason = command->reason,
        .idempotency = command->idempotency,
        .request = command->request,
        .records = records,
        .record_count = count,
    };
    enum err e = journal_append(writer->journal, &append, &command->result, reterr);
    writer->must_wait = writer->must_wait || e == ERR_BUSY; /* no room in this batch */
    if (e == ERR_LIMIT || e == ERR_ERASED || e == ERR_BUSY) {
        return e; /* refused whole; the batch is as before */
    }
    e = e != ERR_OK ? e : fold(writer, &append, &command->result, reterr);
    if (e != ERR_OK) {
        writer->must_end = true;
        return e;
    }
    command->appended = true;
    writer->appended = true;
    return ERR_OK;
}

enum err writer_append_decision(struct writer *writer,
                                struct command *command,
                                const struct decision *decision,
                                struct stream_ref stream,
                                struct stream_ref owner,
                                uint64_t key,
                                uint64_t version,
                                struct error *reterr)
{
    if (decision_refused(decision)) {
        command->problems = decision->problems;
        return ERR_OK;
    }
    if (decision->count == 0) {
        return ERR_OK;
    }
    struct append_record record = {
        .stream = stream,
        .owner = owner,
        .key = key,
        .first_stream_version = version + 1,
        .events = decision->events,
        .event_count = decision->count,
    };
    return writer_append(writer, command, &record, 1, reterr);
}

/* ---- start ---- */

static enum err load_open(struct writer *writer, struct views_txn *txn, struct error *reterr)
{
    struct views_cursor cursor;
    enum err e = views_cursor_open(txn, VIEWS_EXECUTIONS_OPEN, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    bool found = views_cursor_seek(&cursor, (struct slice){NULL, 0});
    while (found && e == ERR_OK) {
        struct uuid instance;
        uint32_t flow = 0;
        e = executions_view_place(cursor.row, &instance, &flow, reterr);
        e = e != ERR_OK ? e : open_counts_add(&writer->open, instance, flow, 1, reterr);
        found = views_cursor_next(&cursor);
    }
    e = e != ERR_OK ? e : views_cursor_check(&cursor, reterr);
    views_cursor_close(&cursor);
    return e;
}

enum err writer_load(struct writer *writer, struct error *reterr)
{
    struct views_txn *txn = NULL;
    struct journal_head position = {0};
    enum err e = views_begin(writer->views, false, &txn, reterr);
    e = e != ERR_OK ? e : projector_position(txn, &position, reterr);
    e = e != ERR_OK ? e : load_open(writer, txn, reterr);
    e = e != ERR_OK ? e : keys_view_next(txn, &writer->next_key, reterr);
    views_end(&txn);
    writer->committed_seq = position.seq;
    return e;
}
