/*
 * The walk goes over the records once. Beside them go cursors over the four body databases and the
 * checkpoints, whose keys rise in the same order: a row that no record accounts for shows at once,
 * without a search.
 *
 * A finding does not end the walk. After a record that cannot be read the chain is taken up again
 * at the next checkpoint.
 */
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/memory.h"
#include "core/event/event_codec.h"
#include "journal/chain_priv.h"
#include "journal/verify_priv.h"

#include <stdarg.h>
#include <stdio.h>

#define PROGRESS_US 500000

/* ---- findings ---- */

void verify_find(struct verify_report *report, uint64_t seq, const char *format, ...)
{
    if (report->finding_count < VERIFY_FINDINGS_MAX) {
        struct verify_finding *finding = &report->findings[report->finding_count];
        va_list args;
        va_start(args, format);
        (void)vsnprintf(finding->text, sizeof finding->text, format, args);
        va_end(args);
        finding->seq = seq;
    }
    report->finding_count++;
}

enum err verify_absorb(
    struct verify_walk *walk, uint64_t seq, enum err e, struct error *error, struct error *reterr)
{
    if (e == ERR_DAMAGED || e == ERR_UNSUPPORTED || e == ERR_MALFORMED || e == ERR_LIMIT) {
        verify_find(walk->report, seq, "%s", error_text(error));
        return ERR_OK;
    }
    if (e != ERR_OK && reterr != NULL) {
        *reterr = *error;
    }
    return e;
}

void verify_progress(struct verify_walk *walk)
{
    int64_t now = clock_monotonic_us(walk->options->journal.clock);
    if (walk->options->progress != NULL && now >= walk->next_progress_us) {
        walk->next_progress_us = now + PROGRESS_US;
        walk->options->progress(walk->options->progress_data, walk->at.seq, walk->end.seq);
    }
}

/* ---- chain and checkpoints ---- */

static enum err
next_checkpoint(struct verify_walk *walk, enum store_move move, struct error *reterr)
{
    enum err e = store_cursor_move(walk->checkpoints, move, &walk->checkpoint_key,
                                   &walk->checkpoint_row, reterr);
    if (e == ERR_NOT_FOUND) {
        walk->checkpoint_key = (struct slice){NULL, 0};
        return ERR_OK;
    }
    return e;
}

static bool checkpoint_up_to(const struct verify_walk *walk, uint64_t seq)
{
    return walk->checkpoint_key.size > 0 && (walk->checkpoint_key.size != RECORD_KEY_BYTES ||
                                             bytes_be64(walk->checkpoint_key.data) <= seq);
}

static void compare_checkpoint(struct verify_walk *walk, const struct journal_head *checkpoint)
{
    struct verify_report *report = walk->report;
    if (checkpoint->seq != walk->at.seq) {
        verify_find(report, checkpoint->seq, "a checkpoint stands where no record ends");
        return;
    }
    if (walk->chain_lost) {
        walk->chain_lost = false;
        memcpy(walk->at.link, checkpoint->link, JOURNAL_LINK_BYTES);
    } else if (memcmp(checkpoint->link, walk->at.link, JOURNAL_LINK_BYTES) != 0) {
        verify_find(report, checkpoint->seq, "the chain breaks at or before this checkpoint");
        memcpy(walk->at.link, checkpoint->link, JOURNAL_LINK_BYTES);
    }
    if (checkpoint->recorded_at_us != walk->at.recorded_at_us) {
        verify_find(report, checkpoint->seq, "the checkpoint has another time than its record");
    }
    if (walk->next_part != 0) {
        verify_find(report, checkpoint->seq, "the checkpoint stands within a command");
    }
}

static enum err check_checkpoints(struct verify_walk *walk, uint64_t seq, struct error *reterr)
{
    enum err e = ERR_OK;
    while (e == ERR_OK && checkpoint_up_to(walk, seq)) {
        struct error error = {.code = ERR_OK};
        struct journal_head checkpoint;
        e = journal_decode_checkpoint(walk->checkpoint_key, walk->checkpoint_row, &checkpoint,
                                      &error);
        if (e == ERR_OK) {
            compare_checkpoint(walk, &checkpoint);
        }
        e = verify_absorb(walk, seq, e, &error, reterr);
        if (e == ERR_OK) {
            e = next_checkpoint(walk, STORE_FORWARD, reterr);
        }
    }
    return e;
}

static void check_expected(struct verify_walk *walk)
{
    const struct verify_options *options = walk->options;
    if (options->expect_seq == 0 || options->expect_seq != walk->at.seq) {
        return;
    }
    walk->expected_seen = true;
    if (!walk->chain_lost && memcmp(options->expect_link, walk->at.link, JOURNAL_LINK_BYTES) != 0) {
        verify_find(walk->report, walk->at.seq, "the chain's link is not the expected one");
    }
}

/* ---- records ---- */

static void check_order(struct verify_walk *walk, const struct record_view *record)
{
    struct verify_report *report = walk->report;
    if (record->first_seq != walk->at.seq + 1) {
        verify_find(report, record->first_seq, "sequences %llu to %llu are missing",
                    (unsigned long long)walk->at.seq + 1,
                    (unsigned long long)record->first_seq - 1);
    }
    if (record->recorded_at_us < walk->at.recorded_at_us) {
        verify_find(report, record->first_seq, "it was recorded before the record before it");
    }
    bool goes_on = walk->next_part > 0;
    if (walk->command_lost) {
        return;
    }
    if (record->part != walk->next_part ||
        (goes_on && (record->part_count != walk->part_count ||
                     !uuid_equal(record->append_id, walk->append_id) ||
                     record->recorded_at_us != walk->at.recorded_at_us))) {
        verify_find(report, record->first_seq,
                    "a command is not whole: part %u of %u stands where "
                    "part %u should",
                    record->part, record->part_count, walk->next_part);
    }
}

static void move_on(struct verify_walk *walk, const struct record_view *record)
{
    bool last = record->part + 1 == record->part_count;
    walk->append_id = record->append_id;
    walk->part_count = record->part_count;
    walk->next_part = last ? 0 : record->part + 1U;
    walk->command_lost = false;
    walk->at.seq = record->last_seq;
    walk->at.recorded_at_us = record->recorded_at_us;
    chain_extend(walk->at.link, record->first_seq, record->event_count, record->bytes);
    walk->report->records++;
    walk->report->events += record->event_count;
    walk->report->commands += last;
}

static enum err check_own_stream(struct verify_walk *walk,
                                 const struct record_view *record,
                                 const struct recorded_event *events,
                                 struct error *reterr)
{
    if (record->stream.kind != STREAM_JOURNAL) {
        return ERR_OK;
    }
    if (record->first_stream_version != walk->own_version + 1) {
        verify_find(walk->report, record->first_seq,
                    "the journal's own stream goes from version %llu to %llu",
                    (unsigned long long)walk->own_version,
                    (unsigned long long)record->first_stream_version);
    }
    walk->own_version = record->first_stream_version + record->event_count - 1;
    enum err e = ERR_OK;
    for (unsigned i = 0; i < record->event_count && e == ERR_OK; i++) {
        e = verify_own_event(walk, &events[i], reterr);
    }
    return e;
}

static enum err
check_events(struct verify_walk *walk, const struct record_view *record, struct error *reterr)
{
    struct error error = {.code = ERR_OK};
    struct recorded_event *events = NULL;
    arena_reset(&walk->arena);
    enum err e =
        journal_read_events(walk->reader, record, 0, &walk->arena, &events, NULL, NULL, &error);
    if (e == ERR_OK) {
        return check_own_stream(walk, record, events, reterr);
    }
    return verify_absorb(walk, record->first_seq, e, &error, reterr);
}

/* ---- bodies ---- */

static enum err next_body(struct verify_walk *walk,
                          enum body_class body_class,
                          enum store_move move,
                          struct error *reterr)
{
    enum err e = store_cursor_move(walk->bodies[body_class], move, &walk->body_keys[body_class],
                                   &walk->body_rows[body_class], reterr);
    if (e == ERR_NOT_FOUND) {
        walk->body_keys[body_class] = (struct slice){NULL, 0};
        return ERR_OK;
    }
    return e;
}

/* Reports rows up to `limit` (not included) that no record accounts for. */
static enum err skip_strangers(struct verify_walk *walk,
                               enum body_class body_class,
                               uint64_t limit,
                               struct error *reterr)
{
    enum err e = ERR_OK;
    while (e == ERR_OK && walk->body_keys[body_class].size > 0) {
        struct slice key = walk->body_keys[body_class];
        uint64_t seq = key.size == RECORD_KEY_BYTES ? bytes_be64(key.data) : 0;
        if (key.size == RECORD_KEY_BYTES && seq >= limit) {
            return ERR_OK;
        }
        verify_find(walk->report, seq, "a %s body lies there that no record has",
                    body_class_name(body_class));
        e = next_body(walk, body_class, STORE_FORWARD, reterr);
    }
    return e;
}

/* A body that is not there: is that covered? */
static enum err check_absent(struct verify_walk *walk,
                             const struct record_view *record,
                             enum body_class body_class,
                             struct error *reterr)
{
    struct error error = {.code = ERR_OK};
    struct body_absence absence = {.why = ERR_OK};
    enum err e = journal_find_absence(walk->reader->txn, record, body_class, &absence, &error);
    if (e == ERR_OK && absence.why == ERR_OK && record->is_blob[body_class]) {
        /* Blobs are of a later snapshot: an expiry may have come between. */
        struct store_txn *now = NULL;
        e = store_begin(walk->journal->store, false, &now, &error);
        if (e == ERR_OK) {
            e = journal_find_absence(now, record, body_class, &absence, &error);
            store_abort(&now);
        }
    }
    if (e == ERR_OK && absence.why == ERR_OK) {
        verify_find(walk->report, record->last_seq, "its %s body is lost",
                    body_class_name(body_class));
    }
    walk->report->bodies_expired += e == ERR_OK && absence.why == ERR_EXPIRED;
    walk->report->bodies_erased += e == ERR_OK && absence.why == ERR_ERASED;
    return verify_absorb(walk, record->last_seq, e, &error, reterr);
}

/* The key is gone. A destroyed key must be the record's owner's; without a record that says so (the
 * ring is newer than this copy of the journal) the body counts as not opened. */
static enum err check_erased(struct verify_walk *walk,
                             const struct record_view *record,
                             uint64_t key,
                             struct error *reterr)
{
    struct meta_destroyed destroyed;
    struct error error = {.code = ERR_OK};
    enum err e = meta_find_destroyed_key(walk->reader->txn, key, &destroyed, &error);
    if (e == ERR_NOT_FOUND) {
        walk->report->bodies_unopened++;
        return ERR_OK;
    }
    if (e == ERR_OK && !stream_equal(destroyed.owner, record->owner)) {
        verify_find(walk->report, record->last_seq,
                    "a body is sealed under key %llu, which was destroyed for another owner",
                    (unsigned long long)key);
    }
    walk->report->bodies_erased += e == ERR_OK;
    return verify_absorb(walk, record->last_seq, e, &error, reterr);
}

/* A body whose bytes are there and whose checksum is right: open it if there are keys. */
static enum err open_body(struct verify_walk *walk,
                          const struct record_view *record,
                          enum body_class body_class,
                          uint64_t key,
                          struct error *reterr)
{
    struct error error = {.code = ERR_OK};
    struct slice raw;
    walk->report->bodies++;
    if (walk->journal->keyring == NULL) {
        walk->report->bodies_unopened++;
        return ERR_OK;
    }
    arena_reset(&walk->arena);
    enum err e = journal_open_body(walk->reader, record, body_class, &walk->arena, &raw, &error);
    if (e == ERR_ERASED) {
        return check_erased(walk, record, key, reterr);
    }
    if (e == ERR_EXPIRED) {
        walk->report->bodies_expired++;
        return ERR_OK;
    }
    walk->report->bodies_opened += e == ERR_OK;
    return verify_absorb(walk, record->last_seq, e, &error, reterr);
}

/* A body that an expiry covers must not lie there, unless its deletion is not done yet. */
static enum err check_expired(struct verify_walk *walk,
                              const struct record_view *record,
                              enum body_class body_class,
                              struct error *reterr)
{
    struct meta_expiry expiry;
    struct meta_deletion deletion;
    struct error error = {.code = ERR_OK};
    if (!walk->has_expiries) {
        return ERR_OK;
    }
    enum err e = meta_find_expiry(walk->reader->txn, body_class, record->owner, record->last_seq,
                                  &expiry, &error);
    if (e == ERR_OK) {
        e = meta_first_deletion(walk->reader->txn, &deletion, &error);
        if (e == ERR_NOT_FOUND) {
            verify_find(walk->report, record->last_seq, "its %s body expired and is still stored",
                        body_class_name(body_class));
        }
    }
    return e == ERR_NOT_FOUND ? ERR_OK : verify_absorb(walk, record->last_seq, e, &error, reterr);
}

static enum err check_inline(struct verify_walk *walk,
                             const struct record_view *record,
                             enum body_class body_class,
                             struct error *reterr)
{
    struct body_header header;
    struct error error = {.code = ERR_OK};
    struct slice key = walk->body_keys[body_class];
    if (key.size == 0 || bytes_be64(key.data) != record->last_seq) {
        return check_absent(walk, record, body_class, reterr);
    }
    enum err e = body_header_decode(walk->body_rows[body_class], &header, &error);
    if (e == ERR_OK) {
        e = open_body(walk, record, body_class, header.key, reterr);
    } else {
        e = verify_absorb(walk, record->last_seq, e, &error, reterr);
    }
    if (e == ERR_OK) {
        e = check_expired(walk, record, body_class, reterr);
    }
    return e == ERR_OK ? next_body(walk, body_class, STORE_FORWARD, reterr) : e;
}

static enum err check_blob(struct verify_walk *walk,
                           const struct record_view *record,
                           enum body_class body_class,
                           struct error *reterr)
{
    bool there = false;
    uint64_t key = 0;
    enum err e = verify_blob(walk, record, body_class, &there, &key, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (!there) {
        return check_absent(walk, record, body_class, reterr);
    }
    e = key == 0 ? ERR_OK : open_body(walk, record, body_class, key, reterr);
    return e == ERR_OK ? check_expired(walk, record, body_class, reterr) : e;
}

static enum err
check_bodies(struct verify_walk *walk, const struct record_view *record, struct error *reterr)
{
    enum err e = ERR_OK;
    for (int i = 0; i < BODY_CLASS_COUNT && e == ERR_OK; i++) {
        enum body_class body_class = (enum body_class)i;
        enum body_form form = record_body_form(record, body_class);
        bool is_inline = form == BODY_FORM_INLINE;
        e = skip_strangers(walk, body_class, record->last_seq + !is_inline, reterr);
        if (e == ERR_OK && is_inline) {
            e = check_inline(walk, record, body_class, reterr);
        } else if (e == ERR_OK && form == BODY_FORM_BLOB) {
            e = check_blob(walk, record, body_class, reterr);
        }
        walk->report->bodies_not_stored += form == BODY_FORM_NOT_STORED;
    }
    return e;
}

/* ---- the walk ---- */

static enum err
check_row(struct verify_walk *walk, struct slice key, struct slice value, struct error *reterr)
{
    struct record_view record;
    struct error error = {.code = ERR_OK};
    uint64_t seq = key.size == RECORD_KEY_BYTES ? bytes_be64(key.data) : 0;
    arena_reset(&walk->arena);
    enum err e = journal_decode_row(key, value, &walk->arena, &record, &error);
    if (e != ERR_OK) {
        walk->chain_lost = true;
        walk->command_lost = true;
        walk->next_part = 0;
        walk->at.seq = seq > walk->at.seq ? seq : walk->at.seq;
        e = verify_absorb(walk, seq, e, &error, reterr);
        return e == ERR_OK ? check_checkpoints(walk, walk->at.seq, reterr) : e;
    }
    check_order(walk, &record);
    move_on(walk, &record);
    e = check_checkpoints(walk, record.last_seq, reterr);
    check_expected(walk);
    if (e == ERR_OK) {
        e = check_events(walk, &record, reterr);
    }
    if (e == ERR_OK) {
        e = check_bodies(walk, &record, reterr);
    }
    verify_progress(walk);
    return e;
}

static enum err walk_records(struct verify_walk *walk, struct error *reterr)
{
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    enum err e = store_cursor_create(walk->reader->txn, JOURNAL_RECORDS, &cursor, reterr);
    if (e == ERR_OK) {
        e = store_cursor_move(cursor, STORE_FIRST, &key, &value, reterr);
    }
    while (e == ERR_OK) {
        e = check_row(walk, key, value, reterr);
        if (e == ERR_OK) {
            e = store_cursor_move(cursor, STORE_FORWARD, &key, &value, reterr);
        }
    }
    store_cursor_destroy(&cursor);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* What must hold when the last record is seen. */
static enum err check_end(struct verify_walk *walk, struct error *reterr)
{
    struct verify_report *report = walk->report;
    enum err e = ERR_OK;
    if (walk->next_part != 0) {
        verify_find(report, walk->at.seq, "the last command is not whole: part %u of %u is missing",
                    walk->next_part, walk->part_count);
    }
    if (walk->end.seq != walk->at.seq) {
        verify_find(report, walk->at.seq,
                    "the last record ends here, the last checkpoint stands at "
                    "sequence %llu",
                    (unsigned long long)walk->end.seq);
    }
    if (walk->options->expect_seq != 0 && !walk->expected_seen) {
        verify_find(report, walk->options->expect_seq,
                    "no record ends at the expected sequence; the journal ends at %llu",
                    (unsigned long long)walk->at.seq);
    }
    e = check_checkpoints(walk, UINT64_MAX, reterr);
    for (int i = 0; i < BODY_CLASS_COUNT && e == ERR_OK; i++) {
        e = skip_strangers(walk, (enum body_class)i, UINT64_MAX, reterr);
    }
    report->head = walk->at;
    return e;
}

static enum err open_cursors(struct verify_walk *walk, struct error *reterr)
{
    struct store_txn *txn = walk->reader->txn;
    enum err e = store_cursor_create(txn, JOURNAL_CHECKPOINTS, &walk->checkpoints, reterr);
    if (e == ERR_OK) {
        e = next_checkpoint(walk, STORE_FIRST, reterr);
    }
    for (int i = 0; i < BODY_CLASS_COUNT && e == ERR_OK; i++) {
        e = store_cursor_create(txn, journal_body_database((enum body_class)i), &walk->bodies[i],
                                reterr);
        if (e == ERR_OK) {
            e = next_body(walk, (enum body_class)i, STORE_FIRST, reterr);
        }
    }
    return e == ERR_OK ? meta_has_expiries(txn, &walk->has_expiries, reterr) : e;
}

static enum err open_walk(struct verify_walk *walk, struct error *reterr)
{
    struct error error = {.code = ERR_OK};
    enum err e = journal_reader_create(walk->journal, &walk->reader, reterr);
    if (e == ERR_OK) {
        e = journal_reader_begin(walk->reader, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    e = journal_reader_head(walk->reader, &walk->end, &error);
    e = verify_absorb(walk, 0, e, &error, reterr);
    if (e == ERR_OK) {
        e = journal_load_dictionaries(walk->journal, walk->reader->txn, &error);
        e = verify_absorb(walk, 0, e, &error, reterr);
    }
    if (e == ERR_OK) {
        e = store_begin(blob_store_store(walk->journal->blobs), false, &walk->blobs, reterr);
    }
    chain_origin(walk->journal->id, walk->journal->format, walk->at.link);
    arena_init(&walk->arena, BODY_RAW_BYTES_MAX + VERIFY_EVENTS_BYTES);
    return e == ERR_OK ? open_cursors(walk, reterr) : e;
}

static void close_walk(struct verify_walk *walk)
{
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        store_cursor_destroy(&walk->bodies[i]);
    }
    store_cursor_destroy(&walk->checkpoints);
    store_abort(&walk->blobs);
    if (walk->reader != NULL) {
        journal_reader_end(walk->reader);
    }
    journal_reader_destroy(&walk->reader);
    arena_deinit(&walk->arena);
    memory_free(walk->seen);
}

static enum err walk_all(struct verify_walk *walk, struct error *reterr)
{
    enum err e = open_walk(walk, reterr);
    if (e == ERR_OK) {
        e = walk_records(walk, reterr);
    }
    if (e == ERR_OK) {
        e = check_end(walk, reterr);
    }
    if (e == ERR_OK) {
        e = verify_rows(walk, reterr);
    }
    return e == ERR_OK ? verify_orphans(walk, reterr) : e;
}

enum err verify_walk_journal(struct journal *journal,
                             const struct verify_options *options,
                             struct verify_report *report,
                             struct error *reterr)
{
    struct verify_walk walk = {.options = options, .report = report, .journal = journal};
    struct error error = {.code = ERR_OK};
    enum err e = walk_all(&walk, &error);
    close_walk(&walk);
    if (e == ERR_DAMAGED) {
        return verify_absorb(&walk, walk.at.seq, e, &error, reterr);
    }
    if (e != ERR_OK && reterr != NULL) {
        *reterr = error;
    }
    return e;
}

/* Opens for the walk. A keyring that is damaged is a finding; the rest is walked without keys. */
static enum err open_to_walk(struct journal_options mode,
                             struct verify_report *report,
                             struct journal **ret,
                             struct error *reterr)
{
    enum err e = journal_open_unchecked(&mode, ret, reterr);
    if (e != ERR_DAMAGED || mode.without_keys) {
        return e;
    }
    mode.without_keys = true;
    struct error keyless = {.code = ERR_OK};
    if (journal_open_unchecked(&mode, ret, &keyless) != ERR_OK) {
        return e; /* it was not the keys */
    }
    verify_find(report, 0, "%s", error_text(reterr));
    return ERR_OK;
}

enum err verify_walk_all(const struct verify_options *options,
                         struct verify_report *report,
                         struct error *reterr)
{
    struct journal_options mode = options->journal;
    struct journal *journal = NULL;
    struct error error = {.code = ERR_OK};
    mode.read_only = true;
    mode.create = false;
    enum err e = open_to_walk(mode, report, &journal, &error);
    if (e == ERR_OK) {
        e = verify_walk_journal(journal, options, report, reterr);
        journal_close(&journal);
        return e;
    }
    if (e == ERR_DAMAGED) {
        verify_find(report, 0, "%s", error_text(&error));
        return ERR_OK;
    }
    if (reterr != NULL) {
        *reterr = error;
    }
    return e;
}
