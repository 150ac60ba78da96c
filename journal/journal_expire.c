/*
 * Expiry: first the event, committed, with a row that says how far deletion came; then the bodies,
 * in bounded commits, each moving the row on. A crash between leaves the row, and deletion goes on
 * where it stood. Blobs are deleted before the commit that passes them: doing that again costs
 * nothing.
 */
#include "core/base/check.h"
#include "core/base/failpoint.h"
#include "core/base/limits.h"
#include "journal/journal_priv.h"
#include "journal/meta_priv.h"

/* Bounds of one commit: records looked at, inline bodies and blobs deleted. */
#define RECORDS_MAX 65536
#define BODIES_MAX  2048
#define BLOBS_MAX   64

/* Scratch for one record's envelope. */
#define SCRATCH_BYTES (16 * KIB)

/* Room that deleting may need: pages along the edges of what is deleted, and the free list. */
#define ROOM_BYTES (16 * MIB)

/* ---- the event ---- */

static bool is_every_owner(struct stream_ref selector)
{
    return selector.kind == STREAM_NONE;
}

/* Where deletion has to begin: what earlier expiries cover is looked at by them. */
static enum err first_to_look_at(struct journal *journal,
                                 const struct expiry *expiry,
                                 uint64_t *ret_seq,
                                 struct error *reterr)
{
    static const struct stream_ref every = {.kind = STREAM_NONE};
    uint64_t of_all = 0;
    uint64_t of_selector = 0;
    enum err e = meta_expired_up_to(journal->txn, expiry->body_class, every, &of_all, reterr);
    if (e == ERR_OK) {
        e = meta_expired_up_to(journal->txn, expiry->body_class, expiry->selector, &of_selector,
                               reterr);
    }
    if (e == ERR_OK) {
        *ret_seq = (of_all > of_selector ? of_all : of_selector) + 1;
    }
    return e;
}

static enum err put_rows(struct journal *journal,
                         const struct expiry *expiry,
                         const struct append_result *result,
                         struct error *reterr)
{
    struct meta_deletion deletion = {.seq = result->last_seq,
                                     .body_class = expiry->body_class,
                                     .selector = expiry->selector,
                                     .up_to = expiry->up_to};
    struct meta_expiry row = {.body_class = expiry->body_class,
                              .selector = expiry->selector,
                              .up_to = expiry->up_to,
                              .seq = result->last_seq,
                              .recorded_at_us = result->recorded_at_us,
                              .policy_days = expiry->policy_days};
    enum err e = first_to_look_at(journal, expiry, &deletion.next, reterr);
    if (e == ERR_OK) {
        e = meta_put_expiry(journal->txn, &row, reterr);
    }
    if (e == ERR_OK && deletion.next <= deletion.up_to) {
        e = meta_put_deletion(journal->txn, &deletion, reterr);
    }
    return e;
}

static enum err append_expiry(struct journal *journal,
                              const struct expiry *expiry,
                              const struct append *append,
                              struct append_result *result,
                              struct error *reterr)
{
    struct event event = {.type = EVENT_BODIES_EXPIRED,
                          .facts.bodies_expired = {.body_class = (uint64_t)expiry->body_class,
                                                   .selector_kind = (uint64_t)expiry->selector.kind,
                                                   .selector = expiry->selector.id,
                                                   .up_to = expiry->up_to,
                                                   .policy_days = expiry->policy_days}};
    enum err e = journal_append_own(journal, &event, 1, append, result, reterr);
    if (e == ERR_OK) {
        e = put_rows(journal, expiry, result, reterr);
    }
    return e == ERR_OK ? journal_commit(journal, reterr) : e;
}

enum err journal_expire(struct journal *journal,
                        const struct expiry *expiry,
                        const struct append *append,
                        struct append_result *ret,
                        struct error *reterr)
{
    ASSERT((unsigned)expiry->body_class < BODY_CLASS_COUNT);
    ASSERT(!is_every_owner(expiry->selector) || uuid_is_zero(expiry->selector.id));
    if (expiry->body_class == BODY_STATE) {
        return error_set(reterr, ERR_INVALID,
                         "state bodies do not expire, names and config are made of them: destroy "
                         "the key of their owner instead");
    }
    if (expiry->up_to == 0 || expiry->up_to > journal->committed.head.seq) {
        return error_set(reterr, ERR_INVALID, "sequence %llu is not in the journal",
                         (unsigned long long)expiry->up_to);
    }
    if (journal_clock_suspect(journal)) {
        return error_set(reterr, ERR_BUSY,
                         "the clock made a step forward of over a day; expiry waits until somebody "
                         "confirms that it is right");
    }
    struct append_result result;
    enum err e = journal_begin_in_reserve(journal, reterr);
    if (e == ERR_OK && journal->current.suspect_seq != 0) {
        e = error_set(reterr, ERR_BUSY, "the clock made a step forward just now; expiry waits");
        /* The step itself is worth keeping. */
        enum err kept = journal_commit(journal, NULL);
        return kept == ERR_OK ? e : kept;
    }
    if (e == ERR_OK) {
        e = append_expiry(journal, expiry, append, &result, reterr);
    }
    journal_abort(journal); /* does nothing behind a commit */
    if (e == ERR_OK) {
        *ret = result;
    }
    return e;
}

/* ---- deletion ---- */

/* One commit's worth of it. */
struct deleting {
    struct journal *journal;
    struct meta_deletion row;
    struct arena scratch;
    size_t records;
    size_t bodies;
    struct body_place blobs[BLOBS_MAX];
    size_t blob_count;
    bool done;
};

static bool is_full(const struct deleting *deleting)
{
    return deleting->records >= RECORDS_MAX || deleting->bodies >= BODIES_MAX ||
           deleting->blob_count >= BLOBS_MAX;
}

static bool is_selected(const struct deleting *deleting, const struct record_view *record)
{
    return is_every_owner(deleting->row.selector) ||
           stream_equal(deleting->row.selector, record->owner);
}

static enum err
delete_body(struct deleting *deleting, const struct record_view *record, struct error *reterr)
{
    enum body_class body_class = deleting->row.body_class;
    enum body_form form = record_body_form(record, body_class);
    if (form == BODY_FORM_BLOB) {
        deleting->blobs[deleting->blob_count++] = journal_body_place(record, body_class);
        return ERR_OK;
    }
    if (form != BODY_FORM_INLINE) {
        return ERR_OK;
    }
    char bytes[RECORD_KEY_BYTES];
    enum err e = store_delete(deleting->journal->txn, journal_body_database(body_class),
                              journal_key(record->last_seq, bytes), reterr);
    deleting->bodies += e == ERR_OK;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
look_at(struct deleting *deleting, struct slice key, struct slice value, struct error *reterr)
{
    struct record_view record;
    arena_reset(&deleting->scratch);
    enum err e = journal_decode_row(key, value, &deleting->scratch, &record, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (record.last_seq > deleting->row.up_to) {
        deleting->done = true;
        return ERR_OK;
    }
    e = is_selected(deleting, &record) ? delete_body(deleting, &record, reterr) : ERR_OK;
    deleting->row.next = record.last_seq + 1;
    deleting->records++;
    return e;
}

/* Looks at records from row.next on, until the bounds of the commit or of the expiry. */
static enum err walk(struct deleting *deleting, struct error *reterr)
{
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    char bytes[RECORD_KEY_BYTES];
    enum err e = store_cursor_create(deleting->journal->txn, JOURNAL_RECORDS, &cursor, reterr);
    if (e == ERR_OK) {
        e = store_cursor_seek(cursor, journal_key(deleting->row.next, bytes), &key, &value, reterr);
    }
    while (e == ERR_OK && !deleting->done && !is_full(deleting)) {
        e = look_at(deleting, key, value, reterr);
        if (e == ERR_OK && !deleting->done) {
            e = store_cursor_move(cursor, STORE_FORWARD, &key, &value, reterr);
        }
    }
    store_cursor_destroy(&cursor);
    if (e == ERR_NOT_FOUND) {
        deleting->done = true;
        return ERR_OK;
    }
    return e;
}

static enum err delete_some(struct deleting *deleting, struct error *reterr)
{
    struct journal *journal = deleting->journal;
    enum err e = walk(deleting, reterr);
    if (e == ERR_OK) {
        e = blob_store_delete(journal->blobs, deleting->blobs, deleting->blob_count, reterr);
    }
    if (e == ERR_OK) {
        e = failpoint_check(FAILPOINT_JOURNAL_BETWEEN_DELETES, reterr);
    }
    if (e == ERR_OK) {
        e = deleting->done ? meta_end_deletion(journal->txn, deleting->row.seq, reterr)
                           : meta_put_deletion(journal->txn, &deleting->row, reterr);
    }
    if (e != ERR_OK) {
        store_abort(&journal->txn);
        return e;
    }
    e = store_commit(&journal->txn, reterr);
    journal->failed = e != ERR_OK;
    return e;
}

/* A deletion that waits, looked for without waiting for a write lock. */
static enum err
find_deletion(struct journal *journal, struct meta_deletion *ret, struct error *reterr)
{
    struct store_txn *txn = NULL;
    enum err e = store_begin(journal->store, false, &txn, reterr);
    if (e == ERR_OK) {
        e = meta_first_deletion(txn, ret, reterr);
        store_abort(&txn);
    }
    return e;
}

enum err journal_expire_continue(struct journal *journal, bool *ret_more, struct error *reterr)
{
    ASSERT(journal->txn == NULL && !journal->read_only);
    if (journal->failed) {
        return error_set(reterr, ERR_IO, "a commit failed before: the process must end");
    }
    struct deleting deleting = {.journal = journal};
    enum err e = find_deletion(journal, &deleting.row, reterr);
    if (e == ERR_NOT_FOUND) {
        *ret_more = false;
        return ERR_OK;
    }
    if (e == ERR_OK) {
        e = failpoint_check(FAILPOINT_JOURNAL_BEFORE_DELETE, reterr);
    }
    if (e == ERR_OK) {
        e = store_make_room(journal->store, ROOM_BYTES, reterr);
    }
    if (e == ERR_OK) {
        e = store_begin(journal->store, true, &journal->txn, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    arena_init(&deleting.scratch, SCRATCH_BYTES);
    e = delete_some(&deleting, reterr);
    arena_deinit(&deleting.scratch);
    if (e == ERR_OK) {
        *ret_more = true; /* perhaps: the next call finds out for the price of a lookup */
    }
    return e == ERR_OK ? e : error_wrap(reterr, e, "delete expired bodies");
}
