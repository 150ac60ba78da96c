#include "core/base/check.h"
#include "core/base/codec.h"
#include "core/base/time_text.h"
#include "core/event/event_codec.h"
#include "journal/journal_priv.h"
#include "journal/meta_priv.h"

struct body_place journal_body_place(const struct record_view *record, enum body_class body_class)
{
    return (struct body_place){record->append_id, record->part, body_class};
}

enum err journal_blob_snapshot(struct journal_reader *reader, struct error *reterr)
{
    if (reader->blob_txn != NULL) {
        return store_renew(reader->blob_txn, reterr);
    }
    return store_begin(blob_store_store(reader->journal->blobs), false, &reader->blob_txn, reterr);
}

/* ---- absence ---- */

/* When the record that ends with `seq` was recorded. */
static enum err time_of(struct store_txn *txn, uint64_t seq, int64_t *ret_us, struct error *reterr)
{
    char bytes[RECORD_KEY_BYTES];
    struct slice key = journal_key(seq, bytes);
    struct slice value;
    struct record_view record;
    struct arena arena;
    enum err e = store_get(txn, JOURNAL_RECORDS, key, &value, reterr);
    if (e == ERR_NOT_FOUND) {
        return error_set(reterr, ERR_DAMAGED, "sequence %llu is missing", (unsigned long long)seq);
    }
    if (e != ERR_OK) {
        return e;
    }
    arena_init(&arena, 64 * KIB);
    e = journal_decode_row(key, value, &arena, &record, reterr);
    arena_deinit(&arena);
    if (e == ERR_OK) {
        *ret_us = record.recorded_at_us;
    }
    return e;
}

enum err journal_find_absence(struct store_txn *txn,
                              const struct record_view *record,
                              enum body_class body_class,
                              struct body_absence *ret,
                              struct error *reterr)
{
    struct meta_destroyed destroyed;
    struct meta_expiry expiry;
    struct body_absence absence = {.why = ERR_OK};
    enum err e = meta_find_destroyed_owner(txn, record->owner, &destroyed, reterr);
    if (e == ERR_OK && destroyed.seq > record->last_seq) {
        absence = (struct body_absence){.why = ERR_ERASED, .seq = destroyed.seq};
        e = time_of(txn, destroyed.seq, &absence.at_us, reterr);
    } else if (e == ERR_OK || e == ERR_NOT_FOUND) {
        e = meta_find_expiry(txn, body_class, record->owner, record->last_seq, &expiry, reterr);
        if (e == ERR_OK) {
            absence = (struct body_absence){.why = ERR_EXPIRED,
                                            .seq = expiry.seq,
                                            .at_us = expiry.recorded_at_us,
                                            .policy_days = expiry.policy_days};
        }
    }
    if (e == ERR_OK || e == ERR_NOT_FOUND) {
        *ret = absence;
        return ERR_OK;
    }
    return e;
}

/* As journal_find_absence in the newest state: what is deleted meanwhile is covered only there. */
static enum err find_absence_now(struct journal_reader *reader,
                                 const struct record_view *record,
                                 enum body_class body_class,
                                 struct body_absence *ret,
                                 struct error *reterr)
{
    struct store_txn *txn = NULL;
    enum err e = store_begin(reader->journal->store, false, &txn, reterr);
    if (e == ERR_OK) {
        e = journal_find_absence(txn, record, body_class, ret, reterr);
        store_abort(&txn);
    }
    return e;
}

/* The key of a body that lies there is gone: since when, if the journal says so. */
static enum err find_erasure(struct journal_reader *reader,
                             const struct record_view *record,
                             enum body_class body_class,
                             struct body_absence *ret,
                             struct error *reterr)
{
    enum err e = find_absence_now(reader, record, body_class, ret, reterr);
    if (e == ERR_OK && ret->why != ERR_ERASED) {
        *ret = (struct body_absence){.why = ERR_ERASED};
    }
    return e;
}

/* Whether bodies that are expired may still lie there: then presence says nothing. */
static enum err is_deleting(struct journal_reader *reader, bool *ret, struct error *reterr)
{
    if (reader->deleting < 0) {
        struct meta_deletion deletion;
        enum err e = meta_first_deletion(reader->txn, &deletion, reterr);
        if (e != ERR_OK && e != ERR_NOT_FOUND) {
            return e;
        }
        reader->deleting = e == ERR_OK;
    }
    *ret = reader->deleting > 0;
    return ERR_OK;
}

/* The error of an absence. */
static enum err explain(const struct record_view *record,
                        enum body_class body_class,
                        const struct body_absence *absence,
                        struct error *reterr)
{
    const char *name = body_class_name(body_class);
    unsigned long long seq = record->last_seq;
    char at[TIME_TEXT_SIZE];
    time_text_format(absence->at_us, at);
    if (absence->why == ERR_EXPIRED) {
        return error_set(reterr, ERR_EXPIRED,
                         "the %s body at sequence %llu expired at %s by a retention of %llu days",
                         name, seq, at, (unsigned long long)absence->policy_days);
    }
    if (absence->why == ERR_ERASED && absence->seq != 0) {
        return error_set(reterr, ERR_ERASED,
                         "the %s body at sequence %llu was erased at %s with its owner's key", name,
                         seq, at);
    }
    if (absence->why == ERR_ERASED) {
        return error_set(reterr, ERR_ERASED,
                         "the %s body at sequence %llu is erased: its key was destroyed", name,
                         seq);
    }
    if (absence->why == ERR_NOT_STORED) {
        return error_set(reterr, ERR_NOT_STORED,
                         "the %s body at sequence %llu was not stored: the retention is 0 days",
                         name, seq);
    }
    return error_set(reterr, ERR_DAMAGED, "the %s body at sequence %llu is lost", name, seq);
}

/* ---- finding the stored bytes ---- */

/* The row of an inline body, or chunk 0 of a blob. Errors: ERR_NOT_FOUND, without a sentence. */
static enum err find_stored(struct journal_reader *reader,
                            const struct record_view *record,
                            enum body_class body_class,
                            struct slice *ret,
                            struct error *reterr)
{
    if (record->is_blob[body_class]) {
        struct body_place place = journal_body_place(record, body_class);
        enum err e = journal_blob_snapshot(reader, reterr);
        return e == ERR_OK ? blob_store_get(reader->blob_txn, &place, 0, ret, reterr) : e;
    }
    char bytes[RECORD_KEY_BYTES];
    return store_get(reader->txn, journal_body_database(body_class),
                     journal_key(record->last_seq, bytes), ret, reterr);
}

static enum err decode_header(const struct record_view *record,
                              enum body_class body_class,
                              struct slice stored,
                              struct body_header *ret,
                              struct error *reterr)
{
    return record->is_blob[body_class] ? body_chunk_decode(stored, 0, ret, reterr)
                                       : body_header_decode(stored, ret, reterr);
}

/* The key a body is sealed under. One that the ring never had is a ring that is too old. */
static enum err
take_key(struct journal_reader *reader, uint64_t number, struct data_key *ret, struct error *reterr)
{
    enum err e = journal_take_key(reader->journal, number, ret, reterr);
    if (e == ERR_NOT_FOUND) {
        return error_set(reterr, ERR_DAMAGED,
                         "the keyring has never had key %llu: it is older than the journal",
                         (unsigned long long)number);
    }
    return e;
}

/* What the stored bytes and events say. *ret_stored is for ERR_OK, and borrowed from snapshots. */
static enum err look(struct journal_reader *reader,
                     const struct record_view *record,
                     enum body_class body_class,
                     struct slice *ret_stored,
                     struct body_absence *ret,
                     struct error *reterr)
{
    *ret = (struct body_absence){.why = ERR_OK};
    if (record->not_stored[body_class]) {
        ret->why = ERR_NOT_STORED;
        return ERR_OK;
    }
    bool deleting = false;
    enum err e = is_deleting(reader, &deleting, reterr);
    if (e == ERR_OK && deleting) {
        e = journal_find_absence(reader->txn, record, body_class, ret, reterr);
    }
    if (e != ERR_OK || ret->why != ERR_OK) {
        return e;
    }
    e = find_stored(reader, record, body_class, ret_stored, reterr);
    if (e == ERR_NOT_FOUND) {
        e = find_absence_now(reader, record, body_class, ret, reterr);
        ret->why = ret->why == ERR_OK ? ERR_DAMAGED : ret->why;
    }
    return e;
}

static void end_blob_snapshot(struct journal_reader *reader)
{
    if (reader->blob_txn != NULL) {
        store_reset(reader->blob_txn);
    }
}

/* A body that lies there may be sealed under a key that does not exist any more. */
static enum err look_at_key(struct journal_reader *reader,
                            const struct record_view *record,
                            enum body_class body_class,
                            struct slice stored,
                            struct body_absence *ret,
                            struct error *reterr)
{
    struct body_header header;
    struct data_key key;
    if (reader->journal->keyring == NULL) {
        return ERR_OK;
    }
    enum err e = decode_header(record, body_class, stored, &header, reterr);
    if (e == ERR_OK) {
        e = take_key(reader, header.key, &key, reterr);
        sodium_memzero(&key, sizeof key);
    }
    if (e == ERR_ERASED) {
        e = find_erasure(reader, record, body_class, ret, reterr);
    } else if (e == ERR_DAMAGED) {
        ret->why = ERR_DAMAGED;
        e = ERR_OK;
    }
    return e;
}

enum err journal_body_absence(struct journal_reader *reader,
                              const struct record_view *record,
                              enum body_class body_class,
                              struct body_absence *ret,
                              struct error *reterr)
{
    ASSERT(reader->active);
    struct body_absence absence = {.why = ERR_NOT_FOUND};
    struct slice stored = {NULL, 0};
    enum err e = ERR_OK;
    if (record->digests[body_class].size > 0) {
        e = look(reader, record, body_class, &stored, &absence, reterr);
        if (e == ERR_OK && absence.why == ERR_OK) {
            e = look_at_key(reader, record, body_class, stored, &absence, reterr);
        }
        end_blob_snapshot(reader);
    }
    if (e == ERR_OK) {
        *ret = absence;
    }
    return e;
}

/* ---- sizes ---- */

/* All chunks are full but the last. */
static enum err size_of_blob(struct journal_reader *reader,
                             const struct record_view *record,
                             enum body_class body_class,
                             const struct body_header *first,
                             uint64_t *ret_bytes,
                             struct error *reterr)
{
    struct body_place place = journal_body_place(record, body_class);
    uint32_t last = first->chunk_count - 1;
    struct slice stored;
    enum err e = blob_store_get(reader->blob_txn, &place, last, &stored, reterr);
    if (e == ERR_OK) {
        *ret_bytes = (uint64_t)last * BLOB_CHUNK_BYTES + stored.size;
    }
    return e;
}

static enum err size_of(struct journal_reader *reader,
                        const struct record_view *record,
                        enum body_class body_class,
                        struct body_size *ret,
                        struct error *reterr)
{
    struct slice stored;
    struct body_header header;
    enum err e = find_stored(reader, record, body_class, &stored, reterr);
    if (e == ERR_OK) {
        e = decode_header(record, body_class, stored, &header, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    struct body_size size = {header.raw_bytes, stored.size};
    if (record->is_blob[body_class]) {
        e = size_of_blob(reader, record, body_class, &header, &size.stored_bytes, reterr);
    }
    if (e == ERR_OK) {
        *ret = size;
    }
    return e;
}

enum err journal_body_size(struct journal_reader *reader,
                           const struct record_view *record,
                           enum body_class body_class,
                           struct body_size *ret,
                           struct error *reterr)
{
    ASSERT(reader->active && (unsigned)body_class < BODY_CLASS_COUNT);
    bool stored = record->digests[body_class].size > 0 && !record->not_stored[body_class];
    enum err e = stored ? size_of(reader, record, body_class, ret, reterr) : ERR_NOT_FOUND;
    end_blob_snapshot(reader);
    if (e == ERR_NOT_FOUND) {
        return error_set(reterr, e, "the record at sequence %llu has no %s body",
                         (unsigned long long)record->last_seq, body_class_name(body_class));
    }
    return e;
}

/* ---- opening ---- */

/* A dictionary that another process added since this one looked is loaded now. */
static enum err need_dictionary(struct journal_reader *reader, uint16_t id, struct error *reterr)
{
    if (id == 0 || dictionary_set_find(&reader->journal->dictionaries, id) != NULL) {
        return ERR_OK;
    }
    return journal_load_dictionaries(reader->journal, reader->txn, reterr);
}

static enum err open_chunks(struct journal_reader *reader,
                            const struct data_key *key,
                            const struct body_place *place,
                            const struct body_header *first,
                            struct error *reterr)
{
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < first->chunk_count && e == ERR_OK; i++) {
        struct slice stored;
        struct body_header header;
        e = blob_store_get(reader->blob_txn, place, i, &stored, reterr);
        if (e == ERR_NOT_FOUND) {
            return error_set(reterr, ERR_DAMAGED, "chunk %u of %u is lost", i, first->chunk_count);
        }
        if (e == ERR_OK) {
            e = body_chunk_decode(stored, i, &header, reterr);
        }
        if (e == ERR_OK && !body_header_equal(&header, first)) {
            return error_set(reterr, ERR_DAMAGED, "chunk %u is another blob's", i);
        }
        if (e == ERR_OK) {
            e = opener_add_chunk(&reader->opener, key, place, first, i, stored, reterr);
        }
    }
    return e;
}

static enum err unseal(struct journal_reader *reader,
                       const struct record_view *record,
                       enum body_class body_class,
                       const struct body_header *header,
                       const struct data_key *key,
                       struct slice stored,
                       struct arena *arena,
                       struct slice *ret,
                       struct error *reterr)
{
    struct body_place place = journal_body_place(record, body_class);
    if (!record->is_blob[body_class]) {
        return opener_open_inline(&reader->opener, key, &place, header, stored, arena, ret, reterr);
    }
    enum err e = open_chunks(reader, key, &place, header, reterr);
    return e == ERR_OK ? opener_finish_blob(&reader->opener, header, arena, ret, reterr) : e;
}

/* Opens stored bytes and holds the raw bytes against the digest in the record. */
static enum err open_stored(struct journal_reader *reader,
                            const struct record_view *record,
                            enum body_class body_class,
                            struct slice stored,
                            struct arena *arena,
                            struct slice *ret,
                            struct error *reterr)
{
    struct body_header header;
    struct data_key key;
    struct slice raw;
    enum err e = decode_header(record, body_class, stored, &header, reterr);
    if (e == ERR_OK) {
        e = need_dictionary(reader, header.dictionary, reterr);
    }
    if (e == ERR_OK) {
        e = take_key(reader, header.key, &key, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    e = unseal(reader, record, body_class, &header, &key, stored, arena, &raw, reterr);
    unsigned char digest[BODY_DIGEST_BYTES];
    if (e == ERR_OK) {
        body_digest(&key, raw, digest);
    }
    sodium_memzero(&key, sizeof key);
    if (e == ERR_OK &&
        sodium_memcmp(digest, record->digests[body_class].data, sizeof digest) != 0) {
        e = error_set(reterr, ERR_DAMAGED, "it is not the body that the record has the digest of");
    }
    if (e == ERR_OK) {
        *ret = raw;
    }
    return e;
}

enum err journal_open_body(struct journal_reader *reader,
                           const struct record_view *record,
                           enum body_class body_class,
                           struct arena *arena,
                           struct slice *ret,
                           struct error *reterr)
{
    ASSERT(reader->active && (unsigned)body_class < BODY_CLASS_COUNT);
    if (record->digests[body_class].size == 0) {
        *ret = (struct slice){NULL, 0};
        return ERR_OK;
    }
    struct body_absence absence;
    struct slice stored;
    enum err e = look(reader, record, body_class, &stored, &absence, reterr);
    if (e == ERR_OK && absence.why != ERR_OK) {
        e = explain(record, body_class, &absence, reterr);
    } else if (e == ERR_OK) {
        e = open_stored(reader, record, body_class, stored, arena, ret, reterr);
        if (e == ERR_ERASED) {
            e = find_erasure(reader, record, body_class, &absence, reterr);
            e = e == ERR_OK ? explain(record, body_class, &absence, reterr) : e;
        } else if (e != ERR_OK) {
            e = error_wrap(reterr, e, "the %s body at sequence %llu", body_class_name(body_class),
                           (unsigned long long)record->last_seq);
        }
    }
    end_blob_snapshot(reader);
    return e;
}

/* ---- events ---- */

static struct recorded_event
place_event(const struct record_view *record, unsigned index, const struct event *event)
{
    return (struct recorded_event){
        .seq = record->first_seq + index,
        .stream_version = record->first_stream_version + index,
        .recorded_at_us = record->recorded_at_us,
        .stream = record->stream,
        .owner = record->owner,
        .actor = record->actor,
        .append_id = record->append_id,
        .ends_command = record->part + 1 == record->part_count && index + 1 == record->event_count,
        .event = *event,
    };
}

/* Bytes that came out of the journal and are not what they should be are damage. */
static enum err damaged_if_malformed(enum err e, struct error *reterr)
{
    return e == ERR_MALFORMED ? error_recode(reterr, ERR_DAMAGED) : e;
}

static enum err set_bodies(struct journal_reader *reader,
                           const struct record_view *record,
                           enum body_class body_class,
                           struct arena *arena,
                           struct event *events,
                           struct slice *ret_reason,
                           struct error *reterr)
{
    struct slice raw;
    struct value body;
    enum err e = journal_open_body(reader, record, body_class, arena, &raw, reterr);
    if (e != ERR_OK || raw.data == NULL) {
        return e;
    }
    e = codec_decode(raw, arena, &body, reterr);
    if (e == ERR_OK) {
        e = event_codec_set_bodies(&body, body_class, events, record->event_count,
                                   body_class == BODY_STATE ? ret_reason : NULL, reterr);
    }
    return damaged_if_malformed(e, reterr);
}

static enum err decode_facts(const struct record_view *record,
                             struct arena *arena,
                             struct event **ret,
                             struct error *reterr)
{
    struct event *events = ARENA_ARRAY(arena, struct event, record->event_count);
    if (events == NULL) {
        return arena_error(arena, "reading events", reterr);
    }
    enum err e = event_codec_get_facts(record->facts, record->recorded_at_us, arena, events,
                                       record->event_count, reterr);
    if (e == ERR_OK) {
        *ret = events;
        return ERR_OK;
    }
    e = damaged_if_malformed(e, reterr);
    return error_wrap(reterr, e, "record at sequence %llu", (unsigned long long)record->last_seq);
}

static bool is_absence(enum err e)
{
    return e == ERR_EXPIRED || e == ERR_ERASED || e == ERR_NOT_STORED;
}

enum err journal_read_events(struct journal_reader *reader,
                             const struct record_view *record,
                             unsigned bodies,
                             struct arena *arena,
                             struct recorded_event **ret_events,
                             struct slice *ret_reason,
                             unsigned *ret_absent,
                             struct error *reterr)
{
    struct event *events = NULL;
    struct slice reason = {NULL, 0};
    unsigned absent = 0;
    enum err e = decode_facts(record, arena, &events, reterr);
    for (unsigned i = 0; i < BODY_CLASS_COUNT && e == ERR_OK; i++) {
        if ((bodies >> i & 1) == 0) {
            continue;
        }
        e = set_bodies(reader, record, (enum body_class)i, arena, events, &reason, reterr);
        absent |= is_absence(e) ? 1U << i : 0;
        e = is_absence(e) ? ERR_OK : e;
    }
    if (e != ERR_OK) {
        return e;
    }
    struct recorded_event *placed = ARENA_ARRAY(arena, struct recorded_event, record->event_count);
    if (placed == NULL) {
        return arena_error(arena, "reading events", reterr);
    }
    for (unsigned i = 0; i < record->event_count; i++) {
        placed[i] = place_event(record, i, &events[i]);
    }
    *ret_events = placed;
    if (ret_reason != NULL) {
        *ret_reason = reason;
    }
    if (ret_absent != NULL) {
        *ret_absent = absent;
    }
    return ERR_OK;
}
