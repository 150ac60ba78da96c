/*
 * verify: every kind of damage has its finding, and every byte of every value counts.
 *
 * Damage is done as somebody with the files but without keys could: through LMDB, row by row, with
 * checksums made right again where that is the point.
 */
#include "core/base/bytes.h"
#include "journal/chain_priv.h"
#include "journal/checksum_priv.h"
#include "journal/journal_priv.h"
#include "journal/verify_priv.h"
#include "tests/unit/journal/journal_kit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct stream_ref everybody = {.kind = STREAM_NONE};

/* A journal with one of everything: 1-2 its beginning, 3 a payload, 4 a blob, 5-6 a step, 7 and 8
 * an owner erased and his body, 9 an expiry of the log at 6, 10 a step of the clock, 11 a command.
 */
static void make_all(struct kit *kit)
{
    struct append_result result;
    kit_begin(kit);
    kit_add_execution(kit, kit_owner(1), KIT_KEY, SLICE("{\"a\":1}"));
    kit_add_execution(kit, kit_owner(1), KIT_KEY, kit_noise(kit, 70000, 1));
    kit_add_step(kit, kit_owner(1), KIT_KEY, "done");
    kit_add_execution(kit, kit_owner(9), KIT_KEY + 7, SLICE("{\"b\":1}"));
    struct append append = kit_append(kit);
    append.reason = SLICE("asked to");
    cr_assert_eq(journal_destroy_key(kit->journal, KIT_KEY + 7, kit_owner(9), &append, NULL),
                 ERR_OK);
    struct expiry expiry = {
        .body_class = BODY_LOG, .selector = everybody, .up_to = 6, .policy_days = 30};
    append = kit_append(kit);
    cr_assert_eq(journal_expire(kit->journal, &expiry, &append, &result, NULL), ERR_OK);
    bool more = true;
    while (more) {
        cr_assert_eq(journal_expire_continue(kit->journal, &more, NULL), ERR_OK);
    }
    kit->clock.wall += 2 * KIT_DAY;
    cr_assert_eq(kit_add_execution(kit, kit_owner(1), KIT_KEY, SLICE("{\"c\":1}")), 11);
}

static struct verify_report *walk(struct kit *kit)
{
    struct verify_options options = {.journal = kit->options};
    struct verify_report *report = arena_zalloc(&kit->arena, 1, sizeof *report);
    enum err e = verify_walk_journal(kit->journal, &options, report, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
    return report;
}

static bool found(const struct verify_report *report, const char *text)
{
    for (uint64_t i = 0; i < report->finding_count && i < VERIFY_FINDINGS_MAX; i++) {
        if (strstr(report->findings[i].text, text) != NULL) {
            return true;
        }
    }
    return false;
}

static void expect(struct kit *kit, const char *text)
{
    const struct verify_report *report = walk(kit);
    cr_assert(found(report, text), "wanted \"%s\", got %llu findings, first: %s", text,
              (unsigned long long)report->finding_count, report->findings[0].text);
}

/* ---- damage ---- */

static void set_row(struct store *store, unsigned database, struct slice key, struct slice value)
{
    struct store_txn *txn = NULL;
    cr_assert_eq(store_begin(store, true, &txn, NULL), ERR_OK);
    cr_assert_eq(store_put(txn, database, key, value, STORE_SET, NULL), ERR_OK);
    cr_assert_eq(store_commit(&txn, NULL), ERR_OK);
}

static void delete_row(struct store *store, unsigned database, struct slice key)
{
    struct store_txn *txn = NULL;
    cr_assert_eq(store_begin(store, true, &txn, NULL), ERR_OK);
    cr_assert_eq(store_delete(txn, database, key, NULL), ERR_OK);
    cr_assert_eq(store_commit(&txn, NULL), ERR_OK);
}

static struct slice seq_key(struct kit *kit, uint64_t seq)
{
    return journal_key(seq, arena_alloc(&kit->arena, RECORD_KEY_BYTES));
}

static struct slice
get_row(struct kit *kit, struct store *store, unsigned database, struct slice key)
{
    struct store_txn *txn = NULL;
    struct slice value;
    cr_assert_eq(store_begin(store, false, &txn, NULL), ERR_OK);
    cr_assert_eq(store_get(txn, database, key, &value, NULL), ERR_OK);
    struct slice copy = arena_copy(&kit->arena, value);
    store_abort(&txn);
    return copy;
}

static struct slice record_at(struct kit *kit, uint64_t seq)
{
    return get_row(kit, kit->journal->store, JOURNAL_RECORDS, seq_key(kit, seq));
}

static void set_record(struct kit *kit, uint64_t seq, struct slice record)
{
    set_row(kit->journal->store, JOURNAL_RECORDS, seq_key(kit, seq), record);
}

/* The record with a byte changed and its checksum made right. */
static struct slice forged(struct kit *kit, struct slice record, size_t at, int number)
{
    char *copy = arena_text(&kit->arena, record);
    copy[at] = (char)number;
    struct slice bytes = slice_of(copy, record.size);
    bytes_put_le32(copy + RECORD_CRC_AT,
                   checksum_crc32c_pair(slice_of(copy, RECORD_CRC_AT),
                                        slice_from(bytes, RECORD_HEADER_BYTES)));
    return bytes;
}

Test(verify, finds_nothing_where_nothing_is_wrong)
{
    struct kit kit;
    make_all(&kit);
    struct verify_report *report = walk(&kit);
    cr_assert_eq(report->finding_count, 0, "%s", report->findings[0].text);
    cr_assert_eq(report->records, 9);
    cr_assert_eq(report->events, 11);
    cr_assert_eq(report->commands, 9);
    cr_assert_eq(report->bodies, 6);
    cr_assert_eq(report->bodies_opened, 5);
    cr_assert_eq(report->bodies_erased, 1);
    cr_assert_eq(report->bodies_expired, 1);
    cr_assert_eq(report->blobs, 1);
    struct journal_head head = journal_head(kit.journal);
    cr_assert_eq(report->head.seq, head.seq);
    cr_assert_eq(memcmp(report->head.link, head.link, sizeof head.link), 0);
    kit_end(&kit);
}

Test(verify, says_what_it_could_not_check_without_keys)
{
    struct kit kit;
    make_all(&kit);
    kit_close(&kit);
    kit.options.without_keys = true;
    struct verify_report *report = kit_verify(&kit);
    cr_assert_eq(report->finding_count, 0, "%s", report->findings[0].text);
    cr_assert_eq(report->bodies_opened, 0);
    cr_assert_eq(report->bodies_unopened, 6);
    kit_end(&kit);
}

Test(verify, finds_a_changed_record)
{
    struct kit kit;
    make_all(&kit);
    struct slice record = record_at(&kit, 3);
    set_record(&kit, 3, forged(&kit, record, record.size - 40, 0x07));
    expect(&kit, "the chain breaks");
    set_record(&kit, 3, forged(&kit, record, 24, 0x07));
    expect(&kit, "the chain breaks");
    set_record(&kit, 3, record);
    cr_assert_eq(walk(&kit)->finding_count, 0);
    kit_end(&kit);
}

Test(verify, finds_a_lost_record)
{
    struct kit kit;
    make_all(&kit);
    delete_row(kit.journal->store, JOURNAL_RECORDS, seq_key(&kit, 3));
    expect(&kit, "sequences 3 to 3 are missing");
    expect(&kit, "the chain breaks");
    expect(&kit, "a payload body lies there that no record has");
    kit_end(&kit);
}

Test(verify, finds_records_that_changed_places)
{
    struct kit kit;
    make_all(&kit);
    struct slice three = record_at(&kit, 3);
    struct slice four = record_at(&kit, 4);
    set_record(&kit, 3, forged(&kit, four, 8, 3));
    set_record(&kit, 4, forged(&kit, three, 8, 4));
    expect(&kit, "the chain breaks");
    set_record(&kit, 3, four);
    set_record(&kit, 4, three);
    expect(&kit, "says it ends at 4");
    kit_end(&kit);
}

Test(verify, goes_on_behind_a_record_it_cannot_read)
{
    struct kit kit;
    make_all(&kit);
    struct slice record = record_at(&kit, 3);
    set_record(&kit, 3, slice_of(record.data, record.size - 1));
    struct verify_report *report = walk(&kit);
    cr_assert(found(report, "record at sequence 3: the record's checksum is wrong"), "%s",
              report->findings[0].text);
    cr_assert_eq(report->records, 8, "the others are looked at");
    cr_assert_eq(report->head.seq, 11);
    kit_end(&kit);
}

Test(verify, finds_half_a_command)
{
    struct kit kit;
    make_all(&kit);
    struct slice record = record_at(&kit, 11);
    set_record(&kit, 11, forged(&kit, record, 6, 2));
    expect(&kit, "the last command is not whole");
    set_record(&kit, 11, forged(&kit, forged(&kit, record, 6, 2), 4, 1));
    expect(&kit, "part 1 of 2 stands where part 0 should");
    kit_end(&kit);
}

Test(verify, finds_time_running_backwards)
{
    struct kit kit;
    make_all(&kit);
    struct slice record = record_at(&kit, 4);
    set_record(&kit, 4, forged(&kit, record, 29, 0x01));
    expect(&kit, "recorded before the record before it");
    kit_end(&kit);
}

/* With every link after it computed anew, only a head kept elsewhere tells. */
Test(verify, holds_the_chain_against_a_head_kept_elsewhere)
{
    struct kit kit;
    struct verify_report report;
    make_all(&kit);
    struct journal_head head = journal_head(kit.journal);
    struct verify_options options = {.journal = kit.options, .expect_seq = head.seq};
    memcpy(options.expect_link, head.link, sizeof head.link);
    memset(&report, 0, sizeof report);
    cr_assert_eq(verify_walk_journal(kit.journal, &options, &report, NULL), ERR_OK);
    cr_assert_eq(report.finding_count, 0, "%s", report.findings[0].text);
    options.expect_link[31] ^= 1;
    memset(&report, 0, sizeof report);
    cr_assert_eq(verify_walk_journal(kit.journal, &options, &report, NULL), ERR_OK);
    cr_assert(found(&report, "not the expected one"));
    options.expect_seq = 12;
    memset(&report, 0, sizeof report);
    cr_assert_eq(verify_walk_journal(kit.journal, &options, &report, NULL), ERR_OK);
    cr_assert(found(&report, "no record ends at the expected sequence"));
    kit_end(&kit);
}

Test(verify, finds_a_cut_tail_by_its_expectation_alone)
{
    struct kit kit;
    struct verify_report report;
    struct journal_reader *reader = NULL;
    struct journal_head ten = {.seq = 10};
    make_all(&kit);
    struct journal_head head = journal_head(kit.journal);
    cr_assert_eq(journal_reader_create(kit.journal, &reader, NULL), ERR_OK);
    cr_assert_eq(journal_reader_begin(reader, NULL), ERR_OK);
    cr_assert_eq(journal_link_at(reader, 10, ten.link, NULL), ERR_OK);
    journal_reader_destroy(&reader);
    /* Somebody takes the last command away and puts a checkpoint where it then ends. */
    struct slice key = seq_key(&kit, 10);
    char value[JOURNAL_CHECKPOINT_BYTES];
    memcpy(value, ten.link, JOURNAL_LINK_BYTES);
    bytes_put_le64(value + 32, (uint64_t)head.recorded_at_us);
    bytes_put_le32(value + 40, checksum_crc32c_pair(key, slice_of(value, 40)));
    set_row(kit.journal->store, JOURNAL_CHECKPOINTS, key, slice_of(value, sizeof value));
    delete_row(kit.journal->store, JOURNAL_CHECKPOINTS, seq_key(&kit, 11));
    delete_row(kit.journal->store, JOURNAL_RECORDS, seq_key(&kit, 11));
    delete_row(kit.journal->store, JOURNAL_BODIES + BODY_PAYLOAD, seq_key(&kit, 11));
    cr_assert_eq(walk(&kit)->finding_count, 0, "by itself it is a sound journal: %s",
                 walk(&kit)->findings[0].text);
    struct verify_options options = {.journal = kit.options, .expect_seq = head.seq};
    memcpy(options.expect_link, head.link, sizeof head.link);
    memset(&report, 0, sizeof report);
    cr_assert_eq(verify_walk_journal(kit.journal, &options, &report, NULL), ERR_OK);
    cr_assert(found(&report, "the journal ends at 10"));
    kit_end(&kit);
}

Test(verify, finds_bodies_lost_strange_or_exchanged)
{
    struct kit kit;
    make_all(&kit);
    struct store *store = kit.journal->store;
    struct slice three = get_row(&kit, store, JOURNAL_BODIES + BODY_PAYLOAD, seq_key(&kit, 3));
    struct slice eleven = get_row(&kit, store, JOURNAL_BODIES + BODY_PAYLOAD, seq_key(&kit, 11));
    set_row(store, JOURNAL_BODIES + BODY_PAYLOAD, seq_key(&kit, 3), eleven);
    expect(&kit, "the seal is broken");
    delete_row(store, JOURNAL_BODIES + BODY_PAYLOAD, seq_key(&kit, 3));
    expect(&kit, "its payload body is lost");
    set_row(store, JOURNAL_BODIES + BODY_PAYLOAD, seq_key(&kit, 3), three);
    cr_assert_eq(walk(&kit)->finding_count, 0);
    set_row(store, JOURNAL_BODIES + BODY_STATE, seq_key(&kit, 3), three);
    expect(&kit, "a state body lies there that no record has");
    delete_row(store, JOURNAL_BODIES + BODY_STATE, seq_key(&kit, 3));
    set_row(store, JOURNAL_BODIES + BODY_LOG, seq_key(&kit, 99), three);
    expect(&kit, "a log body lies there that no record has");
    delete_row(store, JOURNAL_BODIES + BODY_LOG, seq_key(&kit, 99));
    cr_assert_eq(walk(&kit)->finding_count, 0);
    kit_end(&kit);
}

Test(verify, finds_a_body_passed_off_as_erased)
{
    struct kit kit;
    make_all(&kit);
    struct store *store = kit.journal->store;
    struct slice row = get_row(&kit, store, JOURNAL_BODIES + BODY_PAYLOAD, seq_key(&kit, 3));
    char *copy = arena_text(&kit.arena, row);
    bytes_put_le64(copy + 8, KIT_KEY + 7); /* a destroyed key, but another owner's */
    struct slice bytes = slice_of(copy, row.size);
    bytes_put_le32(copy + 40, checksum_crc32c_pair(slice_of(copy, 40), slice_from(bytes, 44)));
    set_row(store, JOURNAL_BODIES + BODY_PAYLOAD, seq_key(&kit, 3), bytes);
    expect(&kit, "was destroyed for another owner");
    kit_end(&kit);
}

Test(verify, finds_an_expired_body_that_lies_there_again)
{
    struct kit kit;
    make_all(&kit);
    struct store *store = kit.journal->store;
    struct slice row = get_row(&kit, store, JOURNAL_BODIES + BODY_RESULT, seq_key(&kit, 6));
    set_row(store, JOURNAL_BODIES + BODY_LOG, seq_key(&kit, 6), row);
    expect(&kit, "expired and is still stored");
    kit_end(&kit);
}

Test(verify, finds_damage_to_checkpoints)
{
    struct kit kit;
    make_all(&kit);
    struct store *store = kit.journal->store;
    struct slice last = get_row(&kit, store, JOURNAL_CHECKPOINTS, seq_key(&kit, 11));
    delete_row(store, JOURNAL_CHECKPOINTS, seq_key(&kit, 11));
    expect(&kit, "the last checkpoint stands at sequence 0");
    for (uint64_t seq = 5; seq <= 12; seq += 7) {
        char *copy = arena_text(&kit.arena, last);
        struct slice key = seq_key(&kit, seq);
        bytes_put_le32(copy + 40, checksum_crc32c_pair(key, slice_of(copy, 40)));
        set_row(store, JOURNAL_CHECKPOINTS, key, slice_of(copy, last.size));
        set_row(store, JOURNAL_CHECKPOINTS, seq_key(&kit, 11), last);
        expect(&kit, "a checkpoint stands where no record ends");
        delete_row(store, JOURNAL_CHECKPOINTS, key);
    }
    char *copy = arena_text(&kit.arena, last);
    copy[33] ^= 1;
    bytes_put_le32(copy + 40, checksum_crc32c_pair(seq_key(&kit, 11), slice_of(copy, 40)));
    set_row(store, JOURNAL_CHECKPOINTS, seq_key(&kit, 11), slice_of(copy, last.size));
    expect(&kit, "the checkpoint has another time");
    kit_end(&kit);
}

Test(verify, finds_rows_that_no_event_says)
{
    struct kit kit;
    struct store_txn *txn = NULL;
    make_all(&kit);
    struct store *store = kit.journal->store;
    struct meta_destroyed wrong = {.key = 77, .seq = 3, .owner = kit_owner(3)};
    cr_assert_eq(store_begin(store, true, &txn, NULL), ERR_OK);
    cr_assert_eq(meta_put_destroyed(txn, &wrong, NULL), ERR_OK);
    cr_assert_eq(store_commit(&txn, NULL), ERR_OK);
    expect(&kit, "what no event here says");
    kit_end(&kit);
    make_all(&kit);
    store = kit.journal->store;
    struct meta_expiry expiry = {
        .body_class = BODY_RESULT, .up_to = 6, .seq = 9, .policy_days = 30};
    cr_assert_eq(store_begin(store, true, &txn, NULL), ERR_OK);
    cr_assert_eq(meta_put_expiry(txn, &expiry, NULL), ERR_OK);
    cr_assert_eq(store_commit(&txn, NULL), ERR_OK);
    expect(&kit, "what no event here says");
    kit_end(&kit);
    make_all(&kit);
    store = kit.journal->store;
    cr_assert_eq(store_begin(store, true, &txn, NULL), ERR_OK);
    cr_assert_eq(meta_put_number(txn, META_CLOCK, 0, NULL), ERR_OK);
    cr_assert_eq(store_commit(&txn, NULL), ERR_OK);
    expect(&kit, "not what its records add up to");
    kit_end(&kit);
}

/* Every meta row once deleted. */
Test(verify, misses_no_row)
{
    struct kit kit;
    make_all(&kit);
    struct store *store = kit.journal->store;
    int rows = 0;
    for (bool more = true; more; rows++) {
        struct store_txn *txn = NULL;
        struct store_cursor *cursor = NULL;
        struct slice key;
        struct slice value;
        cr_assert_eq(store_begin(store, false, &txn, NULL), ERR_OK);
        cr_assert_eq(store_cursor_create(txn, JOURNAL_META, &cursor, NULL), ERR_OK);
        enum err e = store_cursor_move(cursor, STORE_FIRST, &key, &value, NULL);
        for (int i = 0; i < rows && e == ERR_OK; i++) {
            e = store_cursor_move(cursor, STORE_FORWARD, &key, &value, NULL);
        }
        more = e == ERR_OK;
        key = more ? arena_copy(&kit.arena, key) : key;
        value = more ? arena_copy(&kit.arena, value) : value;
        store_cursor_destroy(&cursor);
        store_abort(&txn);
        if (more && !slice_is(key, "journal")) {
            delete_row(store, JOURNAL_META, key);
            cr_assert_gt(walk(&kit)->finding_count, 0, "row %d", rows);
            set_row(store, JOURNAL_META, key, value);
        }
    }
    cr_assert_geq(rows, 6);
    cr_assert_eq(walk(&kit)->finding_count, 0);
    kit_end(&kit);
}

Test(verify, finds_damage_to_dictionaries)
{
    struct kit kit;
    make_all(&kit);
    struct store *store = kit.journal->store;
    struct slice key = SLICE("\0\1");
    struct slice row = get_row(&kit, store, JOURNAL_DICTIONARIES, key);
    /* With its checksum made right: the chained hash is another. */
    char *copy = arena_text(&kit.arena, row);
    copy[1000] ^= 1;
    bytes_put_le32(copy + row.size - 4, checksum_crc32c_pair(key, slice_of(copy, row.size - 4)));
    set_row(store, JOURNAL_DICTIONARIES, key, slice_of(copy, row.size));
    expect(&kit, "dictionary 1 is lost or is not the one recorded");
    set_row(store, JOURNAL_DICTIONARIES, key, row);
    bytes_put_le32(copy + row.size - 4,
                   checksum_crc32c_pair(SLICE("\0\2"), slice_of(copy, row.size - 4)));
    set_row(store, JOURNAL_DICTIONARIES, SLICE("\0\2"), slice_of(copy, row.size));
    expect(&kit, "2 dictionaries lie there, 1 are recorded");
    kit_end(&kit);
}

/* ---- blobs ---- */

static struct body_place blob_place(struct kit *kit)
{
    struct store_txn *txn = NULL;
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    cr_assert_eq(store_begin(blob_store_store(kit->journal->blobs), false, &txn, NULL), ERR_OK);
    cr_assert_eq(store_cursor_create(txn, BLOB_STORE_CHUNKS, &cursor, NULL), ERR_OK);
    cr_assert_eq(store_cursor_move(cursor, STORE_FIRST, &key, &value, NULL), ERR_OK);
    struct body_place place = blob_store_place(key);
    store_cursor_destroy(&cursor);
    store_abort(&txn);
    return place;
}

static struct slice chunk_key(struct kit *kit, const struct body_place *place, uint32_t index)
{
    char *key = arena_alloc(&kit->arena, BLOB_STORE_KEY_BYTES + 4);
    blob_store_key(place, key);
    bytes_put_be32(key + BLOB_STORE_KEY_BYTES, index);
    return slice_of(key, BLOB_STORE_KEY_BYTES + 4);
}

Test(verify, finds_damage_to_blobs)
{
    struct kit kit;
    make_all(&kit);
    struct store *store = blob_store_store(kit.journal->blobs);
    struct body_place place = blob_place(&kit);
    struct slice zero = chunk_key(&kit, &place, 0);
    struct slice one = chunk_key(&kit, &place, 1);
    struct slice two = chunk_key(&kit, &place, 2);
    struct slice first = get_row(&kit, store, BLOB_STORE_CHUNKS, zero);
    struct slice second = get_row(&kit, store, BLOB_STORE_CHUNKS, one);
    delete_row(store, BLOB_STORE_CHUNKS, one);
    expect(&kit, "chunk 1 of 2 is lost");
    delete_row(store, BLOB_STORE_CHUNKS, zero);
    expect(&kit, "its payload body is lost");
    set_row(store, BLOB_STORE_CHUNKS, zero, first);
    set_row(store, BLOB_STORE_CHUNKS, one, slice_of(second.data, second.size - 1));
    expect(&kit, "checksum is wrong");
    set_row(store, BLOB_STORE_CHUNKS, one, second);
    set_row(store, BLOB_STORE_CHUNKS, two, second);
    expect(&kit, "a chunk behind the last");
    delete_row(store, BLOB_STORE_CHUNKS, two);
    set_row(store, BLOB_STORE_CHUNKS, SLICE("short"), second);
    expect(&kit, "has a key of 5 bytes");
    delete_row(store, BLOB_STORE_CHUNKS, SLICE("short"));
    place.part = 7;
    set_row(store, BLOB_STORE_CHUNKS, chunk_key(&kit, &place, 0), first);
    expect(&kit, "a blob lies there that no record has");
    delete_row(store, BLOB_STORE_CHUNKS, chunk_key(&kit, &place, 0));
    set_row(store, BLOB_STORE_CHUNKS, chunk_key(&kit, &place, 3), first);
    expect(&kit, "a blob lies there that no record has");
    delete_row(store, BLOB_STORE_CHUNKS, chunk_key(&kit, &place, 3));
    set_row(store, BLOB_STORE_PENDING, SLICE("0123456789012345678"), SLICE("damaged mark"));
    expect(&kit, "a mark of a pending blob is damaged");
    delete_row(store, BLOB_STORE_PENDING, SLICE("0123456789012345678"));
    cr_assert_eq(walk(&kit)->finding_count, 0, "%s", walk(&kit)->findings[0].text);
    kit_end(&kit);
}

Test(verify, lets_a_blob_wait_for_its_record)
{
    struct kit kit;
    struct sealer *sealer = NULL;
    struct data_key key;
    struct sealed_body body;
    make_all(&kit);
    struct body_place place = {kit_id(&kit), 0, BODY_PAYLOAD};
    cr_assert_eq(sealer_create(kit.journal, &sealer, NULL), ERR_OK);
    cr_assert_eq(keyring_get(journal_keyring(kit.journal), KIT_KEY, &key, NULL), ERR_OK);
    cr_assert_eq(body_seal(sealer, &key, &place, kit_noise(&kit, 100000, 1), &body, NULL), ERR_OK);
    cr_assert_eq(walk(&kit)->finding_count, 0);
    sealed_body_deinit(&body);
    sealer_destroy(&sealer);
    kit_end(&kit);
}

/* ---- every byte ---- */

/* Flips byte after byte of the values of one database; verify must find each. */
static void flip_all(struct kit *kit, struct store *store, unsigned database, size_t step)
{
    struct store_txn *txn = NULL;
    struct store_cursor *cursor = NULL;
    struct slice keys[64];
    struct slice values[64];
    size_t count = 0;
    cr_assert_eq(store_begin(store, false, &txn, NULL), ERR_OK);
    cr_assert_eq(store_cursor_create(txn, database, &cursor, NULL), ERR_OK);
    while (store_cursor_move(cursor, STORE_FORWARD, &keys[count], &values[count], NULL) == ERR_OK) {
        keys[count] = arena_copy(&kit->arena, keys[count]);
        values[count] = arena_copy(&kit->arena, values[count]);
        cr_assert_lt(++count, 64);
    }
    store_cursor_destroy(&cursor);
    store_abort(&txn);
    static struct verify_report report;
    struct verify_options options = {.journal = kit->options};
    for (size_t row = 0; row < count; row++) {
        char *bytes = arena_text(&kit->arena, values[row]);
        for (size_t at = 0; at < values[row].size; at += at < 64 ? 1 : step) {
            bytes[at] = (char)(bytes[at] ^ 0x04);
            set_row(store, database, keys[row], slice_of(bytes, values[row].size));
            memset(&report, 0, sizeof report);
            cr_assert_eq(verify_walk_journal(kit->journal, &options, &report, &kit->error), ERR_OK,
                         "%s", kit->error.text);
            cr_assert_gt(report.finding_count, 0, "database %u row %zu byte %zu", database, row,
                         at);
            bytes[at] = (char)(bytes[at] ^ 0x04);
        }
        set_row(store, database, keys[row], values[row]);
    }
    cr_assert_gt(count, 0);
    cr_assert_eq(walk(kit)->finding_count, 0, "it is whole again");
}

Test(verify, every_byte_of_a_record_counts)
{
    struct kit kit;
    make_all(&kit);
    flip_all(&kit, kit.journal->store, JOURNAL_RECORDS, 1);
    kit_end(&kit);
}

Test(verify, every_byte_of_a_body_counts)
{
    struct kit kit;
    make_all(&kit);
    flip_all(&kit, kit.journal->store, JOURNAL_BODIES + BODY_STATE, 1);
    flip_all(&kit, kit.journal->store, JOURNAL_BODIES + BODY_PAYLOAD, 1);
    flip_all(&kit, kit.journal->store, JOURNAL_BODIES + BODY_RESULT, 1);
    kit_end(&kit);
}

Test(verify, every_byte_of_a_row_counts)
{
    struct kit kit;
    make_all(&kit);
    flip_all(&kit, kit.journal->store, JOURNAL_CHECKPOINTS, 1);
    flip_all(&kit, kit.journal->store, JOURNAL_META, 1);
    /* One hash covers these 64 KiB: a byte in 211 stands for all. */
    flip_all(&kit, kit.journal->store, JOURNAL_DICTIONARIES, 211);
    kit_end(&kit);
}

Test(verify, every_byte_of_a_blob_counts)
{
    struct kit kit;
    make_all(&kit);
    struct store *store = blob_store_store(kit.journal->blobs);
    /* One checksum covers these 64 KiB: a byte in 211 stands for all. */
    flip_all(&kit, store, BLOB_STORE_CHUNKS, 211);
    kit_end(&kit);
}

/* ---- the file itself ---- */

/* Sums up all that can be read, in a child, for damaged pages may crash it. Returns: 0 on a crash.
 */
static uint64_t sum_up(struct kit *kit)
{
    int ends[2];
    uint64_t sum = 0;
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct journal_reader *reader = NULL;
        struct record_view record;
        kit->options.read_only = true;
        kit->options.create = false;
        uint64_t crc = 1;
        if (journal_open(&kit->options, &kit->journal, NULL) == ERR_OK &&
            journal_reader_create(kit->journal, &reader, NULL) == ERR_OK &&
            journal_reader_begin(reader, NULL) == ERR_OK) {
            while (journal_next(reader, &record, NULL) == ERR_OK) {
                crc = crc * 31 + checksum_crc32c(record.bytes);
                for (int i = 0; i < BODY_CLASS_COUNT; i++) {
                    struct slice raw = {NULL, 0};
                    enum err e = journal_open_body(reader, &record, (enum body_class)i, &kit->arena,
                                                   &raw, NULL);
                    crc = crc * 31 + (e == ERR_OK ? checksum_crc32c(raw) : (uint64_t)e);
                }
            }
        }
        if (write(ends[1], &crc, sizeof crc) != sizeof crc) {
            _exit(1);
        }
        _exit(0);
    }
    int status = 0;
    (void)close(ends[1]);
    if (read(ends[0], &sum, sizeof sum) != sizeof sum) {
        sum = 0;
    }
    (void)close(ends[0]);
    cr_assert_eq(waitpid(child, &status, 0), child);
    return sum;
}

Test(verify, finds_flipped_bytes_of_the_file_or_nothing_readable_changed)
{
    struct kit kit;
    char path[128];
    struct stat status;
    int findings = 0;
    int harmless = 0;
    make_all(&kit);
    kit_close(&kit);
    uint64_t sum = sum_up(&kit);
    cr_assert_neq(sum, 0);
    (void)snprintf(path, sizeof path, "%s/journal/data.mdb", kit.dir);
    cr_assert_eq(stat(path, &status), 0);
    srand(4711);
    for (int i = 0; i < 150; i++) {
        long at = rand() % (long)status.st_size;
        FILE *file = fopen(path, "r+");
        (void)fseek(file, at, SEEK_SET);
        int byte = fgetc(file);
        (void)fseek(file, at, SEEK_SET);
        (void)fputc(byte ^ (1 << rand() % 8), file);
        (void)fclose(file);
        struct verify_options options = {.journal = kit.options};
        static struct verify_report report;
        enum err e = verify_run(&options, &report, &kit.error);
        bool noticed = e != ERR_OK || report.finding_count > 0;
        findings += noticed;
        harmless += !noticed;
        cr_assert(noticed || sum_up(&kit) == sum, "byte %ld: something changed and was not found",
                  at);
        file = fopen(path, "r+");
        (void)fseek(file, at, SEEK_SET);
        (void)fputc(byte, file);
        (void)fclose(file);
    }
    cr_assert_gt(findings, 0);
    cr_assert_gt(harmless, 0, "free pages hold old bytes");
    kit_assert_sound(&kit);
    kit_end(&kit);
}

Test(verify, survives_a_file_that_crashes_lmdb)
{
    struct kit kit;
    char path[128];
    make_all(&kit);
    kit_close(&kit);
    (void)snprintf(path, sizeof path, "%s/journal/data.mdb", kit.dir);
    FILE *file = fopen(path, "r+");
    (void)fseek(file, 2L * 4096, SEEK_SET);
    for (long i = 0; i < 20L * 4096; i++) {
        (void)fputc((int)(i % 251), file);
    }
    (void)fclose(file);
    struct verify_options options = {.journal = kit.options};
    struct verify_report report;
    enum err e = verify_run(&options, &report, &kit.error);
    cr_assert(e == ERR_DAMAGED || (e == ERR_OK && report.finding_count > 0), "%s", kit.error.text);
    kit_end(&kit);
}

Test(verify, tells_what_it_could_not_do_from_what_it_found)
{
    struct kit kit;
    struct verify_report report;
    kit_prepare(&kit);
    struct verify_options options = {.journal = kit.options};
    cr_assert_eq(verify_run(&options, &report, &kit.error), ERR_NOT_FOUND);
    cr_assert_not_null(strstr(kit.error.text, "open journal in"), "%s", kit.error.text);
    kit_end(&kit);
}

Test(verify, finds_a_damaged_keyring_and_walks_on_without_it)
{
    struct kit kit;
    char path[128];
    make_all(&kit);
    kit_close(&kit);
    (void)snprintf(path, sizeof path, "%s/keyring", kit.dir);
    FILE *file = fopen(path, "r+");
    (void)fseek(file, 100, SEEK_SET);
    int byte = fgetc(file);
    (void)fseek(file, 100, SEEK_SET);
    (void)fputc(byte ^ 1, file);
    (void)fclose(file);
    struct verify_report *report = kit_verify(&kit);
    cr_assert_eq(report->finding_count, 1, "%s", report->findings[0].text);
    cr_assert(found(report, "keyring"), "%s", report->findings[0].text);
    cr_assert_eq(report->records, 9);
    cr_assert_eq(report->bodies_opened, 0);
    cr_assert_eq(report->bodies_unopened, 6);
    kit_end(&kit);
}

static void count_calls(void *data, uint64_t seq, uint64_t head_seq)
{
    (void)seq;
    *(int *)data += head_seq == 11;
}

Test(verify, tells_how_far_it_is)
{
    struct kit kit;
    int calls = 0;
    struct verify_report report;
    make_all(&kit);
    kit_close(&kit);
    struct verify_options options = {
        .journal = kit.options, .progress = count_calls, .progress_data = &calls};
    cr_assert_eq(verify_run(&options, &report, &kit.error), ERR_OK);
    cr_assert_geq(calls, 1);
    kit_end(&kit);
}
