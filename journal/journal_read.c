#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/memory.h"
#include "journal/chain_priv.h"
#include "journal/journal_priv.h"

/* Scratch for decoding one record's envelope. */
#define SCRATCH_BYTES (64 * KIB)

/* ---- life ---- */

enum err
journal_reader_create(struct journal *journal, struct journal_reader **ret, struct error *reterr)
{
    struct journal_reader *reader = memory_zalloc(1, sizeof *reader);
    if (reader == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for a reader");
    }
    reader->journal = journal;
    arena_init(&reader->scratch, SCRATCH_BYTES);
    opener_init(&reader->opener, &journal->dictionaries, journal->id);
    enum err e = store_begin(journal->store, false, &reader->txn, reterr);
    if (e == ERR_OK) {
        e = store_cursor_create(reader->txn, JOURNAL_RECORDS, &reader->records, reterr);
    }
    if (e != ERR_OK) {
        journal_reader_destroy(&reader);
        return e;
    }
    store_reset(reader->txn);
    *ret = reader;
    return ERR_OK;
}

void journal_reader_destroy(struct journal_reader **reader)
{
    if (*reader == NULL) {
        return;
    }
    store_cursor_destroy(&(*reader)->records);
    store_abort(&(*reader)->txn);
    store_abort(&(*reader)->blob_txn);
    opener_deinit(&(*reader)->opener);
    arena_deinit(&(*reader)->scratch);
    memory_free(*reader);
    *reader = NULL;
}

enum err journal_reader_begin(struct journal_reader *reader, struct error *reterr)
{
    ASSERT(!reader->active);
    enum err e = store_renew(reader->txn, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = store_cursor_renew(reader->records, reterr);
    if (e != ERR_OK) {
        store_reset(reader->txn);
        return e;
    }
    reader->active = true;
    reader->positioned = false;
    reader->deleting = -1;
    return ERR_OK;
}

void journal_reader_end(struct journal_reader *reader)
{
    if (reader->active) {
        store_reset(reader->txn);
        reader->active = false;
    }
}

enum err
journal_reader_head(struct journal_reader *reader, struct journal_head *ret, struct error *reterr)
{
    ASSERT(reader->active);
    struct journal_head head = {.seq = 0};
    enum err e = journal_last_checkpoint(reader->txn, &head, reterr);
    if (e == ERR_NOT_FOUND) {
        chain_origin(reader->journal->id, reader->journal->format, head.link);
        e = ERR_OK;
    }
    if (e == ERR_OK) {
        *ret = head;
    }
    return e;
}

/* ---- records ---- */

enum err journal_decode_row(struct slice key,
                            struct slice value,
                            struct arena *scratch,
                            struct record_view *ret,
                            struct error *reterr)
{
    if (key.size != RECORD_KEY_BYTES) {
        return error_set(reterr, ERR_DAMAGED, "a record has a key of %zu bytes", key.size);
    }
    uint64_t seq = bytes_be64(key.data);
    struct record_view record;
    enum err e = record_decode(value, scratch, &record, reterr);
    if (e != ERR_OK) {
        return error_wrap(reterr, e, "record at sequence %llu", (unsigned long long)seq);
    }
    if (record.last_seq != seq) {
        return error_set(reterr, ERR_DAMAGED, "the record at sequence %llu says it ends at %llu",
                         (unsigned long long)seq, (unsigned long long)record.last_seq);
    }
    *ret = record;
    return ERR_OK;
}

static enum err take(struct journal_reader *reader,
                     struct slice key,
                     struct slice value,
                     struct record_view *ret,
                     struct error *reterr)
{
    arena_reset(&reader->scratch);
    enum err e = journal_decode_row(key, value, &reader->scratch, ret, reterr);
    if (e == ERR_OK) {
        reader->positioned = true;
        reader->position_seq = ret->last_seq;
    }
    return e;
}

enum err journal_read(struct journal_reader *reader,
                      uint64_t seq,
                      struct record_view *ret,
                      struct error *reterr)
{
    ASSERT(reader->active);
    char bytes[RECORD_KEY_BYTES];
    struct slice key;
    struct slice value;
    struct record_view record;
    enum err e = seq == 0 ? ERR_NOT_FOUND
                          : store_cursor_seek(reader->records, journal_key(seq, bytes), &key,
                                              &value, reterr);
    if (e == ERR_NOT_FOUND) {
        return error_set(reterr, e, "sequence %llu is not in the journal", (unsigned long long)seq);
    }
    if (e == ERR_OK) {
        e = take(reader, key, value, &record, reterr);
    }
    if (e == ERR_OK && record.first_seq > seq) {
        e = error_set(reterr, ERR_DAMAGED,
                      "sequence %llu is missing: the next record begins at "
                      "%llu",
                      (unsigned long long)seq, (unsigned long long)record.first_seq);
    }
    if (e == ERR_OK) {
        *ret = record;
    }
    return e;
}

static enum err step(struct journal_reader *reader,
                     enum store_move move,
                     struct record_view *ret,
                     struct error *reterr)
{
    ASSERT(reader->active);
    struct slice key;
    struct slice value;
    bool was_positioned = reader->positioned;
    uint64_t was = reader->position_seq;
    enum err e = store_cursor_move(reader->records, move, &key, &value, reterr);
    if (e == ERR_NOT_FOUND) {
        return error_set(reterr, e, "no record %s", move == STORE_FORWARD ? "behind" : "before");
    }
    struct record_view record;
    if (e == ERR_OK) {
        e = take(reader, key, value, &record, reterr);
    }
    if (e == ERR_OK && move == STORE_FORWARD && was_positioned && record.first_seq != was + 1) {
        e = error_set(reterr, ERR_DAMAGED, "behind sequence %llu the next record begins at %llu",
                      (unsigned long long)was, (unsigned long long)record.first_seq);
    }
    if (e == ERR_OK) {
        *ret = record;
    }
    return e;
}

enum err journal_next(struct journal_reader *reader, struct record_view *ret, struct error *reterr)
{
    return step(reader, reader->positioned ? STORE_FORWARD : STORE_FIRST, ret, reterr);
}

enum err
journal_previous(struct journal_reader *reader, struct record_view *ret, struct error *reterr)
{
    return step(reader, reader->positioned ? STORE_BACK : STORE_LAST, ret, reterr);
}

/* ---- chain ---- */

/* The last checkpoint at or before `seq`; the origin when there is none. */
static enum err checkpoint_before(struct journal_reader *reader,
                                  uint64_t seq,
                                  struct journal_head *ret,
                                  struct error *reterr)
{
    struct store_cursor *cursor = NULL;
    char bytes[RECORD_KEY_BYTES];
    struct slice wanted = journal_key(seq, bytes);
    struct slice key;
    struct slice value;
    enum err e = store_cursor_create(reader->txn, JOURNAL_CHECKPOINTS, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = store_cursor_seek(cursor, wanted, &key, &value, reterr);
    if (e == ERR_NOT_FOUND) {
        e = store_cursor_move(cursor, STORE_LAST, &key, &value, reterr);
    } else if (e == ERR_OK && !slice_equal(key, wanted)) {
        e = store_cursor_move(cursor, STORE_BACK, &key, &value, reterr);
    }
    if (e == ERR_OK) {
        e = journal_decode_checkpoint(key, value, ret, reterr);
    } else if (e == ERR_NOT_FOUND) {
        *ret = (struct journal_head){.seq = 0};
        chain_origin(reader->journal->id, reader->journal->format, ret->link);
        e = ERR_OK;
    }
    store_cursor_destroy(&cursor);
    return e;
}

enum err journal_link_at(struct journal_reader *reader,
                         uint64_t seq,
                         unsigned char ret[JOURNAL_LINK_BYTES],
                         struct error *reterr)
{
    ASSERT(reader->active);
    struct journal_head at;
    enum err e = checkpoint_before(reader, seq, &at, reterr);
    struct record_view record;
    if (e == ERR_OK && at.seq < seq) {
        e = journal_read(reader, at.seq + 1, &record, reterr);
    }
    while (e == ERR_OK && at.seq < seq) {
        chain_extend(at.link, record.first_seq, record.event_count, record.bytes);
        at.seq = record.last_seq;
        if (at.seq < seq) {
            e = journal_next(reader, &record, reterr);
        }
    }
    if (e == ERR_OK && at.seq != seq) {
        e = error_set(reterr, ERR_NOT_FOUND, "no record ends at sequence %llu",
                      (unsigned long long)seq);
    }
    if (e == ERR_OK) {
        memcpy(ret, at.link, JOURNAL_LINK_BYTES);
    }
    return e;
}

enum err journal_seq_at(struct journal_reader *reader,
                        int64_t time_us,
                        uint64_t *ret_seq,
                        struct error *reterr)
{
    struct journal_head head;
    enum err e = journal_reader_head(reader, &head, reterr);
    uint64_t low = 0; /* the answer is here or later */
    uint64_t high = head.seq;
    while (e == ERR_OK && low < high) {
        struct record_view record;
        e = journal_read(reader, low + (high - low + 1) / 2, &record, reterr);
        if (e == ERR_OK && record.recorded_at_us <= time_us) {
            low = record.last_seq;
        } else if (e == ERR_OK) {
            high = record.first_seq - 1;
        }
    }
    if (e == ERR_OK) {
        *ret_seq = low; /* records of one command share their time: a command ends here */
    }
    return e;
}
