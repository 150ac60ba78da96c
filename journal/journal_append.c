/*
 * Appending a command has two halves. *Prepare* encodes every record and seals every body into
 * scratch memory and knows all sizes; it may refuse, and then the batch is as before. *Put* writes
 * what was prepared; it fails only when the store fails, and then the batch is broken.
 */
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/failpoint.h"
#include "core/base/memory.h"
#include "core/event/event_codec.h"
#include "journal/chain_priv.h"
#include "journal/checksum_priv.h"
#include "journal/disk_priv.h"
#include "journal/journal_priv.h"

/* Disk allocated ahead of a batch: its bytes twice (values of two to four KiB take whole pages) and
 * the pages that the trees rewrite. */
#define ROOM_BYTES (4 * JOURNAL_BATCH_BYTES_MAX)

/* Scratch kept between commands; what one large body needed more is given back. */
#define RAW_KEPT_BYTES (1 * MIB)

/* A record's key and a body's, as counted for a command. */
#define KEY_BYTES RECORD_KEY_BYTES

/* A record ready to be put. */
struct prepared {
    size_t at; /* in journal->records */
    size_t size;
    uint16_t events;
    enum body_form forms[BODY_CLASS_COUNT];
    unsigned char digests[BODY_CLASS_COUNT][JOURNAL_DIGEST_BYTES];
    struct sealed_body *bodies[BODY_CLASS_COUNT]; /* sealed beforehand or in `made`; NULL: none */
    struct sealed_body made[BODY_CLASS_COUNT];    /* sealed here */
};

/* ---- batches ---- */

static enum err check_unchanged(struct journal *journal, struct error *reterr)
{
    struct journal_head there = {.seq = 0};
    enum err e = journal_last_checkpoint(journal->txn, &there, reterr);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    if (there.seq != journal->committed.head.seq) {
        return error_set(reterr, ERR_CONFLICT,
                         "the journal ends at %llu, not at %llu: another process writes to it",
                         (unsigned long long)there.seq,
                         (unsigned long long)journal->committed.head.seq);
    }
    return ERR_OK;
}

enum err journal_check(const struct journal *journal, struct error *reterr)
{
    if (journal->failed) {
        return error_set(reterr, ERR_IO, "a commit failed before: the process must end");
    }
    return blob_store_check(journal->blobs, reterr);
}

enum err journal_start_batch(struct journal *journal, struct error *reterr)
{
    ASSERT(journal->txn == NULL && !journal->read_only);
    enum err e = journal_check(journal, reterr);
    e = e != ERR_OK ? e : store_make_room(journal->store, ROOM_BYTES, reterr);
    if (e == ERR_OK) {
        e = store_begin(journal->store, true, &journal->txn, reterr);
    }
    if (e != ERR_OK) {
        return error_wrap(reterr, e, "begin a batch");
    }
    journal->current = journal->committed;
    journal->batch_bytes = 0;
    journal->batch_broken = false;
    e = check_unchanged(journal, reterr);
    if (e != ERR_OK) {
        journal_abort(journal);
    }
    return e;
}

enum err journal_begin_in_reserve(struct journal *journal, struct error *reterr)
{
    enum err e = journal_note_clock(journal, reterr);
    e = e != ERR_OK ? e : journal_start_batch(journal, reterr);
    if (e != ERR_OK) {
        return e;
    }
    journal->current.wall_us = clock_wall_us(journal->clock);
    journal->current.monotonic_us = clock_monotonic_us(journal->clock);
    e = failpoint_check(FAILPOINT_JOURNAL_BEFORE_APPEND, reterr);
    if (e != ERR_OK) {
        journal_abort(journal);
    }
    return e;
}

enum err journal_begin(struct journal *journal, struct error *reterr)
{
    ASSERT(journal->txn == NULL && !journal->read_only);
    enum err e = disk_check(store_descriptor(journal->store), journal->reserve_bytes, reterr);
    return e == ERR_OK ? journal_begin_in_reserve(journal, reterr) : e;
}

struct journal_head journal_head(const struct journal *journal)
{
    return journal->txn != NULL ? journal->current.head : journal->committed.head;
}

/* ---- prepare: bodies ---- */

static struct slice reason_of(const struct append *append, size_t part, enum body_class body_class)
{
    bool here = part == 0 && body_class == BODY_STATE;
    return here ? append->reason : (struct slice){NULL, 0};
}

static bool has_values(const struct append *append, size_t part, enum body_class body_class)
{
    const struct append_record *record = &append->records[part];
    return event_codec_has_body(record->events, record->event_count, body_class) ||
           reason_of(append, part, body_class).size > 0;
}

/* Whether the record has a body of any class. */
static bool has_bodies(const struct append *append, size_t part)
{
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        if (append->records[part].sealed[i] != NULL ||
            has_values(append, part, (enum body_class)i)) {
            return true;
        }
    }
    return false;
}

struct stream_ref journal_recorded_owner(const struct append *append, size_t part)
{
    const struct append_record *record = &append->records[part];
    bool named = record->first_stream_version == 1 || has_bodies(append, part);
    return named ? record->owner : record->stream;
}

/* A body that came sealed: it must be this place's, or the caller mixed something up. */
static void take_sealed(const struct append *append,
                        size_t part,
                        enum body_class body_class,
                        struct prepared *prepared)
{
    const struct append_record *record = &append->records[part];
    struct sealed_body *sealed = record->sealed[body_class];
    ASSERT(uuid_equal(sealed->place.append_id, append->id));
    ASSERT(sealed->place.part == part && sealed->place.body_class == body_class);
    ASSERT(sealed->key == record->key);
    memcpy(prepared->digests[body_class], sealed->digest, JOURNAL_DIGEST_BYTES);
    prepared->forms[body_class] = record->not_stored[body_class] ? BODY_FORM_NOT_STORED
                                  : sealed->is_blob              ? BODY_FORM_BLOB
                                                                 : BODY_FORM_INLINE;
    prepared->bodies[body_class] = record->not_stored[body_class] ? NULL : sealed;
}

static enum err seal_values(struct journal *journal,
                            const struct append *append,
                            size_t part,
                            enum body_class body_class,
                            const struct data_key *key,
                            struct prepared *prepared,
                            struct error *reterr)
{
    const struct append_record *record = &append->records[part];
    buf_clear(&journal->raw);
    event_codec_put_body(&journal->raw, record->events, record->event_count, body_class,
                         reason_of(append, part, body_class));
    enum err e = buf_check(&journal->raw, body_class_name(body_class), reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct slice raw = buf_slice(&journal->raw);
    if (record->not_stored[body_class]) {
        prepared->forms[body_class] = BODY_FORM_NOT_STORED;
        body_digest(key, raw, prepared->digests[body_class]);
        return ERR_OK;
    }
    struct body_place place = {append->id, (uint16_t)part, body_class};
    struct sealed_body *made = &prepared->made[body_class];
    e = body_seal(journal->sealer, key, &place, raw, made, reterr);
    if (e == ERR_OK) {
        memcpy(prepared->digests[body_class], made->digest, JOURNAL_DIGEST_BYTES);
        prepared->forms[body_class] = made->is_blob ? BODY_FORM_BLOB : BODY_FORM_INLINE;
        prepared->bodies[body_class] = made;
    }
    return e;
}

static enum err prepare_bodies(struct journal *journal,
                               const struct append *append,
                               size_t part,
                               struct prepared *prepared,
                               struct error *reterr)
{
    const struct append_record *record = &append->records[part];
    struct data_key key = {.number = 0};
    if (!has_bodies(append, part)) {
        return ERR_OK; /* what happens to an erased owner can still be told */
    }
    enum err e = record->key == 0 ? ERR_OK : journal_take_key(journal, record->key, &key, reterr);
    for (int i = 0; i < BODY_CLASS_COUNT && e == ERR_OK; i++) {
        enum body_class body_class = (enum body_class)i;
        bool sealed = record->sealed[i] != NULL;
        bool values = !sealed && has_values(append, part, body_class);
        ASSERT(!(values || sealed) || record->key != 0);
        if (sealed) {
            take_sealed(append, part, body_class, prepared);
        } else if (values) {
            e = seal_values(journal, append, part, body_class, &key, prepared, reterr);
        }
    }
    sodium_memzero(&key, sizeof key);
    return e;
}

/* ---- prepare: records ---- */

static void encode_record(struct journal *journal,
                          const struct append *append,
                          size_t part,
                          const struct append_result *result,
                          struct prepared *prepared)
{
    const struct append_record *record = &append->records[part];
    struct record_source source = {
        .first_seq = result->last_seq + 1,
        .first_stream_version = record->first_stream_version,
        .recorded_at_us = result->recorded_at_us,
        .part = (uint16_t)part,
        .part_count = (uint16_t)append->record_count,
        .append_id = append->id,
        .stream = record->stream,
        .owner = record->owner,
        .actor = append->actor,
        .correlation = append->correlation,
        .causation = append->causation,
        .idempotency = append->idempotency,
        .request = append->request,
        .events = record->events,
        .event_count = record->event_count,
    };
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        source.forms[i] = prepared->forms[i];
        source.digests[i] = prepared->digests[i];
    }
    prepared->at = journal->records.size;
    record_encode(&journal->records, &source);
    prepared->size = journal->records.size - prepared->at;
    prepared->events = (uint16_t)record->event_count;
}

static uint64_t stored_bytes(const struct prepared *prepared)
{
    uint64_t bytes = prepared->size + KEY_BYTES;
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        if (prepared->forms[i] == BODY_FORM_INLINE) {
            bytes += prepared->bodies[i]->stored.size + KEY_BYTES;
        }
    }
    return bytes;
}

static enum err reserve_prepared(struct journal *journal, size_t count, struct error *reterr)
{
    if (count > JOURNAL_PARTS_MAX) {
        return error_set(reterr, ERR_LIMIT, "a command of %zu records; at most %d are taken", count,
                         JOURNAL_PARTS_MAX);
    }
    if (count > journal->prepared_capacity) {
        struct prepared *grown =
            memory_realloc(journal->prepared, count * sizeof *journal->prepared);
        if (grown == NULL) {
            return error_set(reterr, ERR_NO_MEMORY, "no memory for %zu records", count);
        }
        journal->prepared = grown;
        journal->prepared_capacity = count;
    }
    memset(journal->prepared, 0, count * sizeof *journal->prepared);
    return ERR_OK;
}

/* Room in the list of taken blobs for all that the command can have. */
static enum err reserve_taken(struct journal *journal, size_t records, struct error *reterr)
{
    size_t needed = journal->taken_count + records * BODY_CLASS_COUNT;
    if (needed <= journal->taken_capacity) {
        return ERR_OK;
    }
    struct body_place *grown = memory_realloc(journal->taken, 2 * needed * sizeof *journal->taken);
    if (grown == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for %zu records", records);
    }
    journal->taken = grown;
    journal->taken_capacity = 2 * needed;
    return ERR_OK;
}

static enum err check_sizes(struct journal *journal, uint64_t bytes, struct error *reterr)
{
    if (journal->records.failed || bytes > LIMIT_COMMAND_BYTES) {
        return error_set(reterr, ERR_LIMIT,
                         "a command of %llu bytes; at most %zu are taken at once",
                         (unsigned long long)bytes, LIMIT_COMMAND_BYTES);
    }
    if (journal->batch_bytes + bytes > JOURNAL_BATCH_BYTES_MAX) {
        return error_set(reterr, ERR_BUSY, "the batch is full with %llu bytes: commit it first",
                         (unsigned long long)journal->batch_bytes);
    }
    return ERR_OK;
}

static enum err check_events(const struct append_record *record, struct error *reterr)
{
    ASSERT(record->event_count > 0);
    if (record->event_count > EVENT_CODEC_EVENTS_MAX) {
        return error_set(reterr, ERR_LIMIT, "a record of %zu events; at most %d are taken",
                         record->event_count, EVENT_CODEC_EVENTS_MAX);
    }
    return ERR_OK;
}

/* Fills journal->prepared and *result. */
static enum err prepare(struct journal *journal,
                        const struct append *append,
                        struct append_result *result,
                        struct error *reterr)
{
    enum err e = reserve_prepared(journal, append->record_count, reterr);
    if (e == ERR_OK) {
        e = reserve_taken(journal, append->record_count, reterr);
    }
    buf_clear(&journal->records);
    for (size_t i = 0; i < append->record_count && e == ERR_OK; i++) {
        struct prepared *prepared = &journal->prepared[i];
        e = check_events(&append->records[i], reterr);
        if (e == ERR_OK) {
            e = prepare_bodies(journal, append, i, prepared, reterr);
        }
        if (e == ERR_OK) {
            encode_record(journal, append, i, result, prepared);
            result->last_seq += prepared->events;
            result->journal_bytes += stored_bytes(prepared);
        }
    }
    return e == ERR_OK ? check_sizes(journal, result->journal_bytes, reterr) : e;
}

/* ---- put ---- */

static enum err put_record(struct journal *journal,
                           const struct prepared *prepared,
                           uint64_t last_seq,
                           struct error *reterr)
{
    char bytes[RECORD_KEY_BYTES];
    struct slice key = journal_key(last_seq, bytes);
    struct slice record = slice_of(journal->records.data + prepared->at, prepared->size);
    enum err e = store_put(journal->txn, JOURNAL_RECORDS, key, record, STORE_APPEND, reterr);
    for (unsigned i = 0; i < BODY_CLASS_COUNT && e == ERR_OK; i++) {
        if (prepared->forms[i] == BODY_FORM_INLINE) {
            e = store_put(journal->txn, journal_body_database((enum body_class)i), key,
                          buf_slice(&prepared->bodies[i]->stored), STORE_APPEND, reterr);
        }
    }
    chain_extend(journal->current.head.link, last_seq - prepared->events + 1, prepared->events,
                 record);
    return e;
}

/* What a record refers to is no longer the caller's. */
static void take_bodies(struct journal *journal, struct prepared *prepared)
{
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        struct sealed_body *body = prepared->bodies[i];
        if (body != NULL && body->blobs != NULL) {
            journal->taken[journal->taken_count++] = body->place;
            body->blobs = NULL;
        }
        sealed_body_deinit(body);
    }
}

static enum err put_all(struct journal *journal,
                        const struct append *append,
                        const struct append_result *result,
                        struct error *reterr)
{
    uint64_t last_seq = result->first_seq - 1;
    enum err e = ERR_OK;
    for (size_t i = 0; i < append->record_count && e == ERR_OK; i++) {
        last_seq += journal->prepared[i].events;
        e = put_record(journal, &journal->prepared[i], last_seq, reterr);
    }
    if (e != ERR_OK) {
        journal->batch_broken = true;
        return error_wrap(reterr, e, "append sequence %llu", (unsigned long long)last_seq);
    }
    journal->current.head.seq = result->last_seq;
    journal->current.head.recorded_at_us = result->recorded_at_us;
    journal->batch_bytes += result->journal_bytes;
    return ERR_OK;
}

/* Never before the record before it, whatever the clock says. */
static int64_t next_time(const struct journal *journal)
{
    int64_t now = clock_wall_us(journal->clock);
    int64_t last = journal->current.head.recorded_at_us;
    return now > last ? now : last;
}

static void drop_made(struct journal *journal, size_t count)
{
    for (size_t i = 0; i < count && i < journal->prepared_capacity; i++) {
        for (int c = 0; c < BODY_CLASS_COUNT; c++) {
            sealed_body_deinit(&journal->prepared[i].made[c]);
        }
    }
}

/* The caller's bodies that the records keep only the digest of. */
static void drop_not_stored(const struct append *append)
{
    for (size_t i = 0; i < append->record_count; i++) {
        for (int c = 0; c < BODY_CLASS_COUNT; c++) {
            sealed_body_deinit(append->records[i].sealed[c]);
        }
    }
}

enum err journal_append_command(struct journal *journal,
                                const struct append *append,
                                struct append_result *ret,
                                struct error *reterr)
{
    ASSERT(journal->txn != NULL && !journal->batch_broken);
    ASSERT(append->record_count > 0 && !uuid_is_zero(append->id));
    uint64_t before = journal->current.head.seq;
    struct append_result result = {
        .first_seq = before + 1, .last_seq = before, .recorded_at_us = next_time(journal)};
    enum err e = prepare(journal, append, &result, reterr);
    if (e == ERR_OK) {
        e = put_all(journal, append, &result, reterr);
    }
    if (e != ERR_OK) {
        drop_made(journal, append->record_count);
        return e;
    }
    for (size_t i = 0; i < append->record_count; i++) {
        take_bodies(journal, &journal->prepared[i]);
    }
    drop_not_stored(append);
    if (journal->raw.capacity > RAW_KEPT_BYTES) {
        buf_deinit(&journal->raw);
    }
    *ret = result;
    return ERR_OK;
}

enum err journal_append(struct journal *journal,
                        const struct append *append,
                        struct append_result *ret,
                        struct error *reterr)
{
    for (size_t i = 0; i < append->record_count; i++) {
        /* The journal alone speaks of itself: its stream version is kept here. */
        ASSERT(append->records[i].stream.kind != STREAM_JOURNAL);
    }
    return journal_append_command(journal, append, ret, reterr);
}

/* ---- commit ---- */

static enum err put_checkpoint(struct journal *journal, struct error *reterr)
{
    const struct journal_head *head = &journal->current.head;
    char bytes[RECORD_KEY_BYTES];
    struct slice key = journal_key(head->seq, bytes);
    char value[JOURNAL_CHECKPOINT_BYTES];
    memcpy(value, head->link, JOURNAL_LINK_BYTES);
    bytes_put_le64(value + JOURNAL_LINK_BYTES, (uint64_t)head->recorded_at_us);
    struct slice content = slice_of(value, JOURNAL_CHECKPOINT_BYTES - 4);
    bytes_put_le32(value + content.size, checksum_crc32c_pair(key, content));
    return store_put(journal->txn, JOURNAL_CHECKPOINTS, key, slice_of(value, sizeof value),
                     STORE_APPEND, reterr);
}

/* The checkpoint before goes unless it is the last one of its 65,536 events. */
static enum err thin_checkpoints(struct journal *journal, struct error *reterr)
{
    uint64_t before = journal->committed.head.seq;
    if (before == 0 || before / JOURNAL_CHECKPOINT_EVENTS !=
                           journal->current.head.seq / JOURNAL_CHECKPOINT_EVENTS) {
        return ERR_OK;
    }
    char bytes[RECORD_KEY_BYTES];
    enum err e =
        store_delete(journal->txn, JOURNAL_CHECKPOINTS, journal_key(before, bytes), reterr);
    return e == ERR_NOT_FOUND ? error_set(reterr, ERR_DAMAGED, "a checkpoint is lost") : e;
}

static void settle_taken(struct journal *journal, bool committed)
{
    for (size_t i = 0; i < journal->taken_count; i++) {
        if (committed) {
            blob_store_settle(journal->blobs, &journal->taken[i]);
        } else {
            blob_store_drop(journal->blobs, &journal->taken[i]);
        }
    }
    journal->taken_count = 0;
}

static enum err commit(struct journal *journal, struct error *reterr)
{
    if (journal->batch_broken) {
        return error_set(reterr, ERR_IO, "the batch is broken");
    }
    enum err e = put_checkpoint(journal, reterr);
    if (e == ERR_OK) {
        e = thin_checkpoints(journal, reterr);
    }
    if (e == ERR_OK) {
        e = failpoint_check(FAILPOINT_JOURNAL_BEFORE_COMMIT, reterr);
    }
    if (e == ERR_OK) {
        e = store_commit(&journal->txn, reterr);
    }
    return e == ERR_OK ? failpoint_check(FAILPOINT_JOURNAL_AFTER_COMMIT, reterr) : e;
}

enum err journal_commit(struct journal *journal, struct error *reterr)
{
    ASSERT(journal->txn != NULL);
    if (journal->current.head.seq == journal->committed.head.seq && !journal->batch_broken) {
        journal_abort(journal);
        return ERR_OK;
    }
    enum err e = commit(journal, reterr);
    if (e != ERR_OK) {
        /* Whether the last step reached the disk is unknown: blobs stay marked for the next start.
         */
        store_abort(&journal->txn);
        journal->taken_count = 0;
        journal->failed = true;
        return error_wrap(reterr, e, "commit up to sequence %llu",
                          (unsigned long long)journal->current.head.seq);
    }
    settle_taken(journal, true);
    journal->committed = journal->current;
    atomic_store(&journal->head_seq, journal->committed.head.seq);
    return ERR_OK;
}

void journal_abort(struct journal *journal)
{
    if (journal->txn != NULL) {
        store_abort(&journal->txn);
        settle_taken(journal, false);
        journal->current = journal->committed;
    }
}
