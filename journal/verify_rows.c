/*
 * Rows that repeat what records say. Each such event must have its rows (checked as the walk meets
 * it), and each row its event (checked at the end): a row that came from nowhere is found as well
 * as one that is lost.
 */
#include "core/base/check.h"
#include "journal/verify_priv.h"

static const char *const lost = "its row in meta is missing or says something else";

/* ---- from event to row ---- */

static enum err
check_destroyed(struct verify_walk *walk, const struct recorded_event *event, struct error *reterr)
{
    const struct facts_key_destroyed *facts = &event->event.facts.key_destroyed;
    struct stream_ref owner = {(enum stream_kind)facts->owner_kind, facts->owner};
    struct meta_destroyed by_key;
    struct meta_destroyed by_owner;
    struct store_txn *txn = walk->reader->txn;
    enum err e = meta_find_destroyed_key(txn, facts->key, &by_key, reterr);
    if (e == ERR_OK) {
        e = meta_find_destroyed_owner(txn, owner, &by_owner, reterr);
    }
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    if (e == ERR_NOT_FOUND || by_key.seq != event->seq || !stream_equal(by_key.owner, owner) ||
        by_owner.seq < event->seq) {
        verify_find(walk->report, event->seq, "%s", lost);
    }
    return ERR_OK;
}

static enum err
check_expiry(struct verify_walk *walk, const struct recorded_event *event, struct error *reterr)
{
    const struct facts_bodies_expired *facts = &event->event.facts.bodies_expired;
    struct stream_ref selector = {(enum stream_kind)facts->selector_kind, facts->selector};
    struct meta_expiry row;
    if (facts->body_class >= BODY_CLASS_COUNT || facts->up_to >= event->seq) {
        verify_find(walk->report, event->seq, "an expiry of an unknown class, or of later records");
        return ERR_OK;
    }
    enum err e = meta_get_expiry(walk->reader->txn, (enum body_class)facts->body_class, selector,
                                 facts->up_to, &row, reterr);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && row.seq > event->seq)) {
        verify_find(walk->report, event->seq, "%s", lost);
        return ERR_OK;
    }
    return e;
}

static enum err find_dictionary(struct verify_walk *walk,
                                uint64_t wanted,
                                struct slice *ret_bytes,
                                struct error *reterr)
{
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    enum err e = store_cursor_create(walk->reader->txn, JOURNAL_DICTIONARIES, &cursor, reterr);
    if (e == ERR_OK) {
        e = store_cursor_move(cursor, STORE_FIRST, &key, &value, reterr);
    }
    bool found = false;
    while (e == ERR_OK && !found) {
        uint64_t id = 0;
        found =
            journal_decode_dictionary(key, value, &id, ret_bytes, NULL) == ERR_OK && id == wanted;
        if (!found) {
            e = store_cursor_move(cursor, STORE_FORWARD, &key, &value, reterr);
        }
    }
    store_cursor_destroy(&cursor);
    return e;
}

static enum err
check_dictionary(struct verify_walk *walk, const struct recorded_event *event, struct error *reterr)
{
    const struct facts_dictionary_added *facts = &event->event.facts.dictionary_added;
    unsigned char hash[DICTIONARY_HASH_BYTES];
    struct slice bytes = {NULL, 0};
    walk->dictionaries++;
    enum err e = find_dictionary(walk, facts->dictionary, &bytes, reterr);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    if (e == ERR_OK) {
        dictionary_hash(bytes, hash);
    }
    if (e == ERR_NOT_FOUND || bytes.size != facts->length ||
        !slice_equal(slice_of(hash, sizeof hash), facts->hash)) {
        verify_find(walk->report, event->seq, "dictionary %llu is lost or is not the one recorded",
                    (unsigned long long)facts->dictionary);
    }
    return ERR_OK;
}

static void note_step(struct verify_walk *walk, const struct recorded_event *event)
{
    const struct facts_clock_stepped *facts = &event->event.facts.clock_stepped;
    if (facts->to_us - facts->from_us > JOURNAL_CLOCK_SUSPECT_US) {
        walk->suspect_seq = event->seq;
    }
}

static void check_created(struct verify_walk *walk, const struct recorded_event *event)
{
    const struct facts_journal_created *facts = &event->event.facts.journal_created;
    if (event->seq != 1 || facts->format != walk->journal->format ||
        facts->key != walk->journal->own_key || !uuid_equal(event->stream.id, walk->journal->id)) {
        verify_find(walk->report, event->seq,
                    "the journal's beginning is not as its meta row says");
    }
}

enum err
verify_own_event(struct verify_walk *walk, const struct recorded_event *event, struct error *reterr)
{
    struct error error = {.code = ERR_OK};
    enum err e = ERR_OK;
    switch ((int)event->event.type) {
    case EVENT_JOURNAL_CREATED:
        check_created(walk, event);
        break;
    case EVENT_DICTIONARY_ADDED:
        e = check_dictionary(walk, event, &error);
        break;
    case EVENT_KEY_DESTROYED:
        e = check_destroyed(walk, event, &error);
        break;
    case EVENT_BODIES_EXPIRED:
        e = check_expiry(walk, event, &error);
        break;
    case EVENT_CLOCK_STEPPED:
        note_step(walk, event);
        break;
    case EVENT_CLOCK_TRUSTED:
        walk->suspect_seq = 0;
        break;
    default:
        break;
    }
    return verify_absorb(walk, event->seq, e, &error, reterr);
}

/* ---- from row to event ---- */

/* Reads the event `seq`. Errors: ERR_NOT_FOUND without one. */
static enum err
read_event(struct verify_walk *walk, uint64_t seq, struct event *ret, struct error *reterr)
{
    struct record_view record;
    struct recorded_event *events = NULL;
    arena_reset(&walk->arena);
    enum err e = journal_read(walk->reader, seq, &record, reterr);
    if (e == ERR_OK) {
        e = journal_read_events(walk->reader, &record, 0, &walk->arena, &events, NULL, NULL,
                                reterr);
    }
    if (e == ERR_OK) {
        *ret = events[seq - record.first_seq].event;
    }
    return e;
}

static bool agrees_destroyed(const struct event *event, const struct meta_destroyed *row)
{
    const struct facts_key_destroyed *facts = &event->facts.key_destroyed;
    return event->type == EVENT_KEY_DESTROYED && facts->key == row->key &&
           facts->owner_kind == (uint64_t)row->owner.kind &&
           uuid_equal(facts->owner, row->owner.id);
}

static bool agrees_expiry(const struct event *event, const struct meta_expiry *row)
{
    const struct facts_bodies_expired *facts = &event->facts.bodies_expired;
    return event->type == EVENT_BODIES_EXPIRED && facts->body_class == (uint64_t)row->body_class &&
           facts->selector_kind == (uint64_t)row->selector.kind &&
           uuid_equal(facts->selector, row->selector.id) && facts->up_to == row->up_to &&
           facts->policy_days == row->policy_days;
}

static bool agrees_deletion(const struct event *event, const struct meta_deletion *row)
{
    const struct facts_bodies_expired *facts = &event->facts.bodies_expired;
    return event->type == EVENT_BODIES_EXPIRED && facts->body_class == (uint64_t)row->body_class &&
           facts->selector_kind == (uint64_t)row->selector.kind &&
           uuid_equal(facts->selector, row->selector.id) && facts->up_to == row->up_to &&
           row->next >= 1 && row->next <= row->up_to + 1;
}

static uint64_t seq_of_row(const struct meta_row *row)
{
    switch (row->kind) {
    case META_DESTROYED:
    case META_OWNER:
        return row->destroyed.seq;
    case META_EXPIRY:
        return row->expiry.seq;
    case META_DELETION:
        return row->deletion.seq;
    case META_IDENTITY:
    case META_NUMBER:
        break;
    }
    return 0;
}

static bool agrees(const struct event *event, const struct meta_row *row)
{
    switch (row->kind) {
    case META_DESTROYED:
    case META_OWNER:
        return agrees_destroyed(event, &row->destroyed);
    case META_EXPIRY:
        return agrees_expiry(event, &row->expiry);
    case META_DELETION:
        return agrees_deletion(event, &row->deletion);
    case META_IDENTITY:
    case META_NUMBER:
        break;
    }
    return true;
}

static enum err
check_meta_row(struct verify_walk *walk, struct slice key, struct slice value, struct error *reterr)
{
    struct meta_row row;
    struct event event;
    struct error error = {.code = ERR_OK};
    enum err e = meta_decode(key, value, &row, &error);
    uint64_t seq = e == ERR_OK ? seq_of_row(&row) : 0;
    if (e == ERR_OK && seq != 0) {
        e = read_event(walk, seq, &event, &error);
        if (e == ERR_NOT_FOUND || (e == ERR_OK && !agrees(&event, &row))) {
            verify_find(walk->report, seq, "a row in meta says what no event here says");
            return ERR_OK;
        }
    }
    return verify_absorb(walk, seq, e, &error, reterr);
}

/* The rows of one number each are what the records add up to. */
static enum err check_numbers(struct verify_walk *walk, struct error *reterr)
{
    uint64_t version = 0;
    uint64_t suspect = 0;
    struct error error = {.code = ERR_OK};
    enum err e = meta_get_number(walk->reader->txn, META_STREAM, &version, &error);
    if (e == ERR_OK) {
        e = meta_get_number(walk->reader->txn, META_CLOCK, &suspect, &error);
    }
    if (e == ERR_OK && (version != walk->own_version || suspect != walk->suspect_seq)) {
        verify_find(walk->report, 0,
                    "the rows of the journal's own stream and clock are not what "
                    "its records add up to");
    }
    return verify_absorb(walk, 0, e, &error, reterr);
}

static enum err check_dictionary_row(struct verify_walk *walk,
                                     struct slice key,
                                     struct slice value,
                                     struct error *reterr)
{
    struct error error = {.code = ERR_OK};
    uint64_t id = 0;
    struct slice bytes;
    enum err e = journal_decode_dictionary(key, value, &id, &bytes, &error);
    return verify_absorb(walk, 0, e, &error, reterr);
}

static enum err check_dictionary_count(struct verify_walk *walk, struct error *reterr)
{
    uint64_t count = 0;
    enum err e = store_count(walk->reader->txn, JOURNAL_DICTIONARIES, &count, reterr);
    if (e == ERR_OK && count != walk->dictionaries) {
        verify_find(walk->report, 0, "%llu dictionaries lie there, %llu are recorded",
                    (unsigned long long)count, (unsigned long long)walk->dictionaries);
    }
    return e;
}

typedef enum err (*row_check)(struct verify_walk *walk,
                              struct slice key,
                              struct slice value,
                              struct error *reterr);

static enum err
each_row(struct verify_walk *walk, unsigned database, row_check check, struct error *reterr)
{
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    enum err e = store_cursor_create(walk->reader->txn, database, &cursor, reterr);
    if (e == ERR_OK) {
        e = store_cursor_move(cursor, STORE_FIRST, &key, &value, reterr);
    }
    while (e == ERR_OK) {
        e = check(walk, key, value, reterr);
        if (e == ERR_OK) {
            verify_progress(walk);
            e = store_cursor_move(cursor, STORE_FORWARD, &key, &value, reterr);
        }
    }
    store_cursor_destroy(&cursor);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err verify_rows(struct verify_walk *walk, struct error *reterr)
{
    enum err e = each_row(walk, JOURNAL_META, check_meta_row, reterr);
    if (e == ERR_OK) {
        e = check_numbers(walk, reterr);
    }
    if (e == ERR_OK) {
        e = each_row(walk, JOURNAL_DICTIONARIES, check_dictionary_row, reterr);
    }
    return e == ERR_OK ? check_dictionary_count(walk, reterr) : e;
}
