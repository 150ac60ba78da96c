/*
 * Opening. A new journal comes to be in three steps, each of which a crash may be the last:
 *
 *     identity in `meta`, committed ──► keyring (and master key) ──► first record, committed
 *
 * The next start goes on from what it finds: an identity without a record is a journal that was
 * never finished. A keyring is made only for such a one, so that a lost keyring is noticed instead
 * of replaced; an identity is made only where no keyring lies, so that a lost journal is.
 */
#include "journal/journal.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/failpoint.h"
#include "core/base/memory.h"
#include "core/base/random.h"
#include "journal/chain_priv.h"
#include "journal/checksum_priv.h"
#include "journal/disk_priv.h"
#include "journal/file_priv.h"
#include "journal/journal_priv.h"
#include "journal/meta_priv.h"

#define RESERVE_BYTES_DEFAULT ((uint64_t)256 * MIB)

static const char *const database_names[JOURNAL_DATABASES] = {
    [JOURNAL_RECORDS] = "records",
    [JOURNAL_BODIES + BODY_STATE] = "body_state",
    [JOURNAL_BODIES + BODY_PAYLOAD] = "body_payload",
    [JOURNAL_BODIES + BODY_RESULT] = "body_result",
    [JOURNAL_BODIES + BODY_LOG] = "body_log",
    [JOURNAL_CHECKPOINTS] = "checkpoints",
    [JOURNAL_DICTIONARIES] = "dictionaries",
    [JOURNAL_META] = "meta",
};

/* ---- rows ---- */

struct slice journal_key(uint64_t seq, char bytes[RECORD_KEY_BYTES])
{
    record_key(seq, bytes);
    return slice_of(bytes, RECORD_KEY_BYTES);
}

enum err journal_decode_checkpoint(struct slice key,
                                   struct slice value,
                                   struct journal_head *ret,
                                   struct error *reterr)
{
    struct slice content = slice_of(value.data, JOURNAL_CHECKPOINT_BYTES - 4);
    if (key.size != RECORD_KEY_BYTES || value.size != JOURNAL_CHECKPOINT_BYTES ||
        checksum_crc32c_pair(key, content) != bytes_le32(value.data + content.size)) {
        return error_set(reterr, ERR_DAMAGED, "a checkpoint is damaged");
    }
    ret->seq = bytes_be64(key.data);
    memcpy(ret->link, value.data, JOURNAL_LINK_BYTES);
    ret->recorded_at_us = (int64_t)bytes_le64(value.data + JOURNAL_LINK_BYTES);
    return ERR_OK;
}

enum err
journal_last_checkpoint(struct store_txn *txn, struct journal_head *ret, struct error *reterr)
{
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    enum err e = store_cursor_create(txn, JOURNAL_CHECKPOINTS, &cursor, reterr);
    if (e == ERR_OK) {
        e = store_cursor_move(cursor, STORE_LAST, &key, &value, reterr);
    }
    if (e == ERR_OK) {
        e = journal_decode_checkpoint(key, value, ret, reterr);
    }
    store_cursor_destroy(&cursor);
    return e;
}

/* A dictionary row: id u16 big-endian -> bytes | crc32c u32 over key and bytes. */
enum err
journal_put_dictionary(struct store_txn *txn, uint64_t id, struct slice bytes, struct error *reterr)
{
    char key[2];
    char crc[4];
    struct buf value;
    bytes_put_be16(key, (uint16_t)id);
    bytes_put_le32(crc, checksum_crc32c_pair(slice_of(key, sizeof key), bytes));
    buf_init(&value, DICTIONARY_BYTES_MAX + sizeof crc);
    buf_put_slice(&value, bytes);
    buf_put(&value, crc, sizeof crc);
    enum err e = buf_check(&value, "the dictionary", reterr);
    if (e == ERR_OK) {
        e = store_put(txn, JOURNAL_DICTIONARIES, slice_of(key, sizeof key), buf_slice(&value),
                      STORE_NEW, reterr);
    }
    buf_deinit(&value);
    return e;
}

enum err journal_decode_dictionary(struct slice key,
                                   struct slice value,
                                   uint64_t *ret_id,
                                   struct slice *ret_bytes,
                                   struct error *reterr)
{
    struct slice bytes = slice_of(value.data, value.size < 4 ? 0 : value.size - 4);
    if (key.size != 2 || value.size < 4 ||
        checksum_crc32c_pair(key, bytes) != bytes_le32(value.data + bytes.size)) {
        return error_set(reterr, ERR_DAMAGED, "a dictionary is damaged");
    }
    *ret_id = bytes_be16(key.data);
    *ret_bytes = bytes;
    return ERR_OK;
}

enum err
journal_load_dictionaries(struct journal *journal, struct store_txn *txn, struct error *reterr)
{
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    enum err e = store_cursor_create(txn, JOURNAL_DICTIONARIES, &cursor, reterr);
    if (e == ERR_OK) {
        e = store_cursor_move(cursor, STORE_FIRST, &key, &value, reterr);
    }
    while (e == ERR_OK) {
        uint64_t id = 0;
        struct slice bytes;
        e = journal_decode_dictionary(key, value, &id, &bytes, reterr);
        if (e == ERR_OK) {
            e = dictionary_set_add(&journal->dictionaries, id, bytes, !journal->read_only, reterr);
        }
        if (e == ERR_OK) {
            e = store_cursor_move(cursor, STORE_FORWARD, &key, &value, reterr);
        }
    }
    store_cursor_destroy(&cursor);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err journal_take_key(struct journal *journal,
                          uint64_t number,
                          struct data_key *ret,
                          struct error *reterr)
{
    if (journal->keyring == NULL) {
        return error_set(reterr, ERR_DENIED, "the journal is open without its keys");
    }
    enum err e = keyring_get(journal->keyring, number, ret, reterr);
    if (e == ERR_NOT_FOUND && journal->read_only) {
        /* The process that writes may have made it since. */
        e = keyring_refresh(journal->keyring, reterr);
        return e == ERR_OK ? keyring_get(journal->keyring, number, ret, reterr) : e;
    }
    return e;
}

/* ---- opening: stores and identity ---- */

static enum err
open_records(struct journal *journal, const struct journal_options *options, struct error *reterr)
{
    char directory[FILE_PATH_SIZE];
    enum err e = file_path(directory, options->data_dir, "journal", reterr);
    if (e == ERR_OK && options->create) {
        e = file_make_directory(options->data_dir, reterr);
    }
    struct store_options store = {.directory = directory,
                                  .databases = database_names,
                                  .database_count = JOURNAL_DATABASES,
                                  .map_bytes = options->map_bytes,
                                  .create = options->create,
                                  .read_only = options->read_only};
    return e == ERR_OK ? store_open(&store, &journal->store, reterr) : e;
}

/* Blobs that are lost are damage: they are made for a journal without a record only. */
static enum err
open_blobs(struct journal *journal, const struct journal_options *options, struct error *reterr)
{
    char directory[FILE_PATH_SIZE];
    bool is_new = journal->committed.head.seq == 0;
    enum err e = file_path(directory, options->data_dir, "blobs", reterr);
    struct blob_store_options store = {.directory = directory,
                                       .map_bytes = options->map_bytes,
                                       .reserve_bytes = journal->reserve_bytes,
                                       .create = options->create && is_new,
                                       .read_only = options->read_only};
    if (e == ERR_OK) {
        e = blob_store_open(&store, &journal->blobs, reterr);
    }
    return e == ERR_NOT_FOUND ? error_recode(reterr, ERR_DAMAGED) : e;
}

/* Gives a new journal its identity. */
static enum err
make_identity(struct journal *journal, const char *keyring_path, struct error *reterr)
{
    if (file_exists(keyring_path)) {
        return error_set(reterr, ERR_REFUSED,
                         "there is a keyring %s but nothing in the journal: put the journal back, "
                         "or move the keyring away to begin a new one",
                         keyring_path);
    }
    struct meta_identity identity = {
        .id = id_next(&journal->ids, clock_wall_us(journal->clock)),
        .format = JOURNAL_FORMAT,
        .own_key = JOURNAL_OWN_KEY,
    };
    struct store_txn *txn = NULL;
    enum err e = store_begin(journal->store, true, &txn, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = meta_put_identity(txn, &identity, reterr);
    if (e != ERR_OK) {
        store_abort(&txn);
        return e;
    }
    e = store_commit(&txn, reterr);
    return e == ERR_OK ? failpoint_check(FAILPOINT_JOURNAL_AFTER_IDENTITY, reterr) : e;
}

/* Reads identity, head and state from a snapshot. */
static enum err read_state(struct journal *journal, struct store_txn *txn, struct error *reterr)
{
    struct meta_identity identity;
    enum err e = meta_get_identity(txn, &identity, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (identity.format > JOURNAL_FORMAT) {
        return error_set(reterr, ERR_UNSUPPORTED,
                         "the journal has format %u, this daybook reads %d: use a newer one",
                         identity.format, JOURNAL_FORMAT);
    }
    journal->id = identity.id;
    journal->own_key = identity.own_key;
    journal->format = identity.format;
    struct journal_state *state = &journal->committed;
    e = journal_last_checkpoint(txn, &state->head, reterr);
    if (e == ERR_NOT_FOUND) {
        chain_origin(journal->id, journal->format, state->head.link);
        e = ERR_OK;
    }
    if (e == ERR_OK) {
        e = meta_get_number(txn, META_STREAM, &state->own_version, reterr);
    }
    if (e == ERR_OK) {
        e = meta_get_number(txn, META_CLOCK, &state->suspect_seq, reterr);
    }
    journal->current = *state;
    atomic_store(&journal->head_seq, state->head.seq);
    return e;
}

static enum err load_state(struct journal *journal, struct error *reterr)
{
    struct store_txn *txn = NULL;
    enum err e = store_begin(journal->store, false, &txn, reterr);
    if (e == ERR_OK) {
        e = read_state(journal, txn, reterr);
        store_abort(&txn);
    }
    return e;
}

/* Without an identity there must be nothing else: a lost row is damage, not a new journal. */
static enum err check_empty(struct journal *journal, struct error *reterr)
{
    struct store_txn *txn = NULL;
    enum err e = store_begin(journal->store, false, &txn, reterr);
    for (unsigned database = 0; database < JOURNAL_DATABASES && e == ERR_OK; database++) {
        uint64_t count = 0;
        e = store_count(txn, database, &count, reterr);
        if (e == ERR_OK && count > 0) {
            e = error_set(reterr, ERR_DAMAGED, "the row with the journal's identity is lost");
        }
    }
    store_abort(&txn);
    return e;
}

static enum err open_identity(struct journal *journal,
                              const struct journal_options *options,
                              const char *keyring_path,
                              struct error *reterr)
{
    enum err e = load_state(journal, reterr);
    bool none = e == ERR_NOT_FOUND;
    if (none) {
        e = check_empty(journal, reterr);
    }
    if (e == ERR_OK && !options->create && (none || journal->committed.head.seq == 0)) {
        return error_set(reterr, ERR_NOT_FOUND, "there is no journal in %s", options->data_dir);
    }
    if (e == ERR_OK && none) {
        e = make_identity(journal, keyring_path, reterr);
        return e == ERR_OK ? load_state(journal, reterr) : e;
    }
    return e;
}

/* ---- opening: keys ---- */

/* Whether the record at `seq` says that the key was destroyed. The row alone must not decide. */
static enum err confirm_destroyed(struct journal_reader *reader,
                                  const struct meta_destroyed *destroyed,
                                  struct arena *arena,
                                  struct error *reterr)
{
    struct record_view record;
    struct recorded_event *events = NULL;
    enum err e = journal_read(reader, destroyed->seq, &record, reterr);
    if (e == ERR_OK) {
        e = journal_read_events(reader, &record, 0, arena, &events, NULL, NULL, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    for (unsigned i = 0; i < record.event_count; i++) {
        const struct event *event = &events[i].event;
        if (events[i].seq == destroyed->seq && event->type == EVENT_KEY_DESTROYED &&
            event->facts.key_destroyed.key == destroyed->key) {
            return ERR_OK;
        }
    }
    return error_set(reterr, ERR_DAMAGED, "sequence %llu does not say that key %llu was destroyed",
                     (unsigned long long)destroyed->seq, (unsigned long long)destroyed->key);
}

/* Forgets the key of one row if the ring still has it. */
static enum err apply_row(struct journal_reader *reader,
                          const struct meta_row *row,
                          bool *ret_forgotten,
                          struct error *reterr)
{
    struct keyring *keyring = reader->journal->keyring;
    struct data_key key;
    if (row->kind != META_DESTROYED ||
        keyring_get(keyring, row->destroyed.key, &key, NULL) != ERR_OK) {
        return ERR_OK;
    }
    sodium_memzero(&key, sizeof key);
    struct arena arena;
    arena_init(&arena, MIB);
    enum err e = confirm_destroyed(reader, &row->destroyed, &arena, reterr);
    arena_deinit(&arena);
    if (e == ERR_OK) {
        keyring_forget_key(keyring, row->destroyed.key);
        *ret_forgotten = true;
    }
    return e;
}

/* Walks the rows of destroyed keys. *ret_forgotten: the file still holds one. */
static enum err
forget_destroyed(struct journal_reader *reader, bool *ret_forgotten, struct error *reterr)
{
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    enum err e = store_cursor_create(reader->txn, JOURNAL_META, &cursor, reterr);
    if (e == ERR_OK) {
        e = store_cursor_seek(cursor, SLICE("K"), &key, &value, reterr);
    }
    while (e == ERR_OK && key.data[0] == 'K') {
        struct meta_row row;
        e = meta_decode(key, value, &row, reterr);
        if (e == ERR_OK) {
            e = apply_row(reader, &row, ret_forgotten, reterr);
        }
        if (e == ERR_OK) {
            e = store_cursor_move(cursor, STORE_FORWARD, &key, &value, reterr);
        }
    }
    store_cursor_destroy(&cursor);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Destroys again what the journal says was destroyed: the ring may be an older copy. */
static enum err apply_destroyed(struct journal *journal, struct error *reterr)
{
    struct journal_reader *reader = NULL;
    bool forgotten = false;
    enum err e = journal_reader_create(journal, &reader, reterr);
    if (e == ERR_OK) {
        e = journal_reader_begin(reader, reterr);
    }
    if (e == ERR_OK) {
        e = forget_destroyed(reader, &forgotten, reterr);
        journal_reader_end(reader);
    }
    journal_reader_destroy(&reader);
    if (e == ERR_OK && forgotten && !journal->read_only) {
        e = keyring_rewrite(journal->keyring, reterr);
    }
    return e;
}

static enum err open_keys(struct journal *journal,
                          const struct journal_options *options,
                          const char *keyring_path,
                          struct error *reterr)
{
    char master[FILE_PATH_SIZE];
    enum err e = file_path(master, options->data_dir, "master.key", reterr);
    if (e != ERR_OK || options->without_keys) {
        return e;
    }
    const char *master_path = options->master_key_path != NULL ? options->master_key_path : master;
    bool create = options->create && journal->committed.head.seq == 0;
    return keyring_open(keyring_path, master_path, journal->id, create, &journal->keyring, reterr);
}

/* ---- opening: the rest ---- */

/* The last record must be the one that the last checkpoint stands behind. */
static enum err check_tail(struct journal *journal, struct store_txn *txn, struct error *reterr)
{
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    uint64_t last = 0;
    enum err e = store_cursor_create(txn, JOURNAL_RECORDS, &cursor, reterr);
    if (e == ERR_OK) {
        e = store_cursor_move(cursor, STORE_LAST, &key, &value, reterr);
    }
    if (e == ERR_OK && key.size == RECORD_KEY_BYTES) {
        last = bytes_be64(key.data);
    }
    store_cursor_destroy(&cursor);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    if (last != journal->committed.head.seq) {
        return error_set(reterr, ERR_DAMAGED,
                         "the last record ends at %llu, the last checkpoint stands at %llu",
                         (unsigned long long)last, (unsigned long long)journal->committed.head.seq);
    }
    return ERR_OK;
}

static enum err check_and_load(struct journal *journal, struct error *reterr)
{
    struct store_txn *txn = NULL;
    enum err e = store_begin(journal->store, false, &txn, reterr);
    if (e != ERR_OK) {
        return e;
    }
    /* Once more: beside a writer head and records must be of one snapshot to be compared. */
    e = read_state(journal, txn, reterr);
    if (e == ERR_OK) {
        e = check_tail(journal, txn, reterr);
    }
    if (e == ERR_OK) {
        e = journal_load_dictionaries(journal, txn, reterr);
    }
    store_abort(&txn);
    return e;
}

/* What only the process that writes does. */
static enum err open_for_writing(struct journal *journal, struct error *reterr)
{
    enum err e = sealer_create(journal, &journal->sealer, reterr);
    if (e == ERR_OK && journal->committed.head.seq == 0) {
        e = failpoint_check(FAILPOINT_JOURNAL_BEFORE_FIRST, reterr);
        if (e == ERR_OK) {
            e = journal_write_first(journal, reterr);
        }
        return e == ERR_OK ? check_and_load(journal, reterr) : e;
    }
    return e == ERR_OK ? journal_resolve_blobs(journal, reterr) : e;
}

static enum err open_checked(struct journal *journal, struct error *reterr)
{
    enum err e = check_and_load(journal, reterr);
    if (e == ERR_OK && journal->keyring != NULL) {
        e = apply_destroyed(journal, reterr);
    }
    return e == ERR_OK && !journal->read_only ? open_for_writing(journal, reterr) : e;
}

static struct journal *make(const struct journal_options *options)
{
    struct journal *journal = memory_zalloc(1, sizeof *journal);
    if (journal == NULL) {
        return NULL;
    }
    journal->read_only = options->read_only || options->without_keys;
    journal->without_keys = options->without_keys;
    journal->clock = options->clock;
    journal->reserve_bytes =
        options->reserve_bytes != 0 ? options->reserve_bytes : RESERVE_BYTES_DEFAULT;
    atomic_init(&journal->head_seq, 0);
    dictionary_set_init(&journal->dictionaries);
    buf_init(&journal->records, LIMIT_COMMAND_BYTES);
    buf_init(&journal->raw, BODY_RAW_BYTES_MAX);
    return journal;
}

static enum err open_parts(struct journal *journal,
                           const struct journal_options *options,
                           bool checked,
                           struct error *reterr)
{
    char keyring_path[FILE_PATH_SIZE];
    struct journal_options mode = *options;
    mode.read_only = journal->read_only;
    mode.create = options->create && !journal->read_only;
    enum err e = random_init(reterr);
    if (e == ERR_OK) {
        e = file_path(keyring_path, options->data_dir, "keyring", reterr);
    }
    if (e == ERR_OK) {
        e = open_records(journal, &mode, reterr);
    }
    if (e == ERR_OK) {
        e = open_identity(journal, &mode, keyring_path, reterr);
    }
    if (e == ERR_OK) {
        e = open_blobs(journal, &mode, reterr);
    }
    if (e == ERR_OK) {
        e = open_keys(journal, &mode, keyring_path, reterr);
    }
    return e == ERR_OK && checked ? open_checked(journal, reterr) : e;
}

static enum err open_journal(const struct journal_options *options,
                             bool checked,
                             struct journal **ret,
                             struct error *reterr)
{
    struct journal *journal = make(options);
    if (journal == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "open journal: out of memory");
    }
    enum err e = open_parts(journal, options, checked, reterr);
    if (e != ERR_OK) {
        journal_close(&journal);
        return error_wrap(reterr, e, "open journal in %s", options->data_dir);
    }
    *ret = journal;
    return ERR_OK;
}

enum err
journal_open(const struct journal_options *options, struct journal **ret, struct error *reterr)
{
    return open_journal(options, true, ret, reterr);
}

enum err journal_open_unchecked(const struct journal_options *options,
                                struct journal **ret,
                                struct error *reterr)
{
    return open_journal(options, false, ret, reterr);
}

void journal_close(struct journal **journal)
{
    struct journal *j = *journal;
    if (j == NULL) {
        return;
    }
    ASSERT(j->txn == NULL);
    sealer_destroy(&j->sealer);
    blob_store_close(&j->blobs);
    store_close(&j->store);
    keyring_close(&j->keyring);
    dictionary_set_deinit(&j->dictionaries);
    buf_deinit(&j->records);
    buf_deinit(&j->raw);
    memory_free(j->prepared);
    memory_free(j->taken);
    memory_free(j);
    *journal = NULL;
}

/* ---- what it is ---- */

struct uuid journal_id(const struct journal *journal)
{
    return journal->id;
}

struct keyring *journal_keyring(struct journal *journal)
{
    return journal->keyring;
}

uint64_t journal_own_key(const struct journal *journal)
{
    return journal->own_key;
}

enum err sealer_create(struct journal *journal, struct sealer **ret, struct error *reterr)
{
    ASSERT(!journal->read_only);
    struct sealer_parts parts = {.dictionaries = &journal->dictionaries,
                                 .blobs = journal->blobs,
                                 .journal_id = journal->id,
                                 .head_seq = &journal->head_seq};
    return sealer_create_from(&parts, ret, reterr);
}

/* ---- figures ---- */

static enum err count_rows(struct store_txn *txn, struct journal_stats *stats, struct error *reterr)
{
    enum err e = store_count(txn, JOURNAL_RECORDS, &stats->records, reterr);
    for (int i = 0; i < BODY_CLASS_COUNT && e == ERR_OK; i++) {
        e = store_count(txn, journal_body_database((enum body_class)i), &stats->bodies[i], reterr);
    }
    return e;
}

enum err journal_stats(struct journal *journal, struct journal_stats *ret, struct error *reterr)
{
    struct journal_stats stats = {.records = 0};
    struct store *blobs = blob_store_store(journal->blobs);
    struct store_txn *txn = NULL;
    enum err e = store_begin(journal->store, false, &txn, reterr);
    if (e == ERR_OK) {
        e = count_rows(txn, &stats, reterr);
    }
    store_abort(&txn);
    if (e == ERR_OK) {
        e = store_begin(blobs, false, &txn, reterr);
    }
    if (e == ERR_OK) {
        e = store_count(txn, BLOB_STORE_CHUNKS, &stats.blob_chunks, reterr);
    }
    store_abort(&txn);
    stats.journal_file_bytes = store_file_bytes(journal->store);
    stats.blob_file_bytes = store_file_bytes(blobs);
    if (e == ERR_OK) {
        *ret = stats;
    }
    return e;
}

enum err journal_tend(struct journal *journal, struct error *reterr)
{
    enum err e = store_free_dead_readers(journal->store, reterr);
    return e == ERR_OK ? store_free_dead_readers(blob_store_store(journal->blobs), reterr) : e;
}

enum err journal_disk_free(const struct journal *journal, uint64_t *ret_bytes, struct error *reterr)
{
    return disk_free(store_descriptor(journal->store), ret_bytes, reterr);
}
