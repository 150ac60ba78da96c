/* The journal's events about itself. Their stream is the journal, its version is kept here. */
#include "core/base/check.h"
#include "core/base/failpoint.h"
#include "core/base/limits.h"
#include "journal/journal_priv.h"
#include "journal/meta_priv.h"

/* Up to this the wall clock is being corrected; more is a step. */
#define CLOCK_STEP_US ((int64_t)60 * 1000000)

static struct stream_ref own_stream(const struct journal *journal)
{
    return (struct stream_ref){STREAM_JOURNAL, journal->id};
}

enum err journal_append_own(struct journal *journal,
                            const struct event *events,
                            size_t count,
                            const struct append *caller,
                            struct append_result *ret,
                            struct error *reterr)
{
    struct append append = {.actor = {.kind = ACTOR_SYSTEM}};
    if (caller != NULL) {
        append = *caller;
    } else {
        append.id = id_next(&journal->ids, clock_wall_us(journal->clock));
    }
    struct append_record record = {
        .stream = own_stream(journal),
        .owner = own_stream(journal),
        .key = append.reason.size > 0 ? journal->own_key : 0,
        .first_stream_version = journal->current.own_version + 1,
        .events = events,
        .event_count = count,
    };
    append.records = &record;
    append.record_count = 1;
    enum err e = journal_append_command(journal, &append, ret, reterr);
    if (e != ERR_OK) {
        return e;
    }
    journal->current.own_version += count;
    e = meta_put_number(journal->txn, META_STREAM, journal->current.own_version, reterr);
    journal->batch_broken = e != ERR_OK;
    return e;
}

/* ---- the first record ---- */

static struct event dictionary_event(uint64_t id, struct slice bytes, unsigned char *hash)
{
    dictionary_hash(bytes, hash);
    return (struct event){
        .type = EVENT_DICTIONARY_ADDED,
        .facts.dictionary_added = {
            .dictionary = id, .length = bytes.size, .hash = slice_of(hash, DICTIONARY_HASH_BYTES)}};
}

enum err journal_write_first(struct journal *journal, struct error *reterr)
{
    unsigned char hash[DICTIONARY_HASH_BYTES];
    struct slice builtin = dictionary_builtin();
    struct event events[] = {
        {.type = EVENT_JOURNAL_CREATED,
         .facts.journal_created = {.format = JOURNAL_FORMAT, .key = journal->own_key}},
        dictionary_event(JOURNAL_BUILTIN_DICTIONARY, builtin, hash),
    };
    struct append_result result;
    enum err e = journal_start_batch(journal, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = journal_append_own(journal, events, ARRAY_COUNT(events), NULL, &result, reterr);
    if (e == ERR_OK) {
        e = journal_put_dictionary(journal->txn, JOURNAL_BUILTIN_DICTIONARY, builtin, reterr);
    }
    if (e == ERR_OK) {
        e = journal_commit(journal, reterr);
    }
    journal_abort(journal);
    return e;
}

/* ---- clock ---- */

/* What the wall clock should show. Returns: false when there is nothing to compare with. */
static bool expected_time(const struct journal *journal, int64_t monotonic, int64_t *ret)
{
    const struct journal_state *last = &journal->committed;
    if (last->monotonic_us != 0) {
        *ret = last->wall_us + (monotonic - last->monotonic_us);
        return true;
    }
    /* After a start only a step back shows: time that passed meanwhile looks like a step forward.
     */
    int64_t recorded = last->head.recorded_at_us;
    *ret = recorded;
    return recorded > clock_wall_us(journal->clock);
}

static enum err append_step(struct journal *journal, int64_t from, int64_t to, struct error *reterr)
{
    struct event event = {.type = EVENT_CLOCK_STEPPED,
                          .facts.clock_stepped = {.from_us = from, .to_us = to}};
    struct append_result result;
    enum err e = journal_append_own(journal, &event, 1, NULL, &result, reterr);
    if (e != ERR_OK || to - from <= JOURNAL_CLOCK_SUSPECT_US) {
        return e;
    }
    journal->current.suspect_seq = result.last_seq;
    return meta_put_number(journal->txn, META_CLOCK, result.last_seq, reterr);
}

/* Commits the step in a batch of its own, so that whoever folds the journal reads it like
 * everything the journal says about itself. */
static enum err commit_step(struct journal *journal, int64_t from, int64_t to, struct error *reterr)
{
    enum err e = journal_start_batch(journal, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = append_step(journal, from, to, reterr);
    if (e == ERR_OK) {
        journal->current.wall_us = to;
        journal->current.monotonic_us = clock_monotonic_us(journal->clock);
        e = journal_commit(journal, reterr);
    }
    journal_abort(journal); /* does nothing behind a commit */
    return e;
}

enum err journal_note_clock(struct journal *journal, struct error *reterr)
{
    int64_t wall = clock_wall_us(journal->clock);
    int64_t monotonic = clock_monotonic_us(journal->clock);
    int64_t expected = 0;
    bool comparable = expected_time(journal, monotonic, &expected);
    int64_t step = comparable ? wall - expected : 0;
    bool stepped = step > CLOCK_STEP_US || step < -CLOCK_STEP_US;
    return stepped ? commit_step(journal, expected, wall, reterr) : ERR_OK;
}

bool journal_clock_suspect(const struct journal *journal)
{
    return journal->committed.suspect_seq != 0;
}

/* A batch of the one event, with `also` put into the same transaction. */
typedef enum err (*own_work)(struct journal *journal,
                             const void *data,
                             const struct append_result *result,
                             struct error *reterr);

static enum err commit_own(struct journal *journal,
                           const struct event *event,
                           const struct append *append,
                           own_work also,
                           const void *data,
                           struct error *reterr)
{
    struct append_result result;
    enum err e = journal_begin_in_reserve(journal, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = journal_append_own(journal, event, 1, append, &result, reterr);
    if (e == ERR_OK) {
        e = also(journal, data, &result, reterr);
    }
    if (e == ERR_OK) {
        e = journal_commit(journal, reterr);
    }
    journal_abort(journal); /* does nothing behind a commit */
    return e;
}

static enum err clear_suspicion(struct journal *journal,
                                const void *data,
                                const struct append_result *result,
                                struct error *reterr)
{
    (void)data;
    (void)result;
    journal->current.suspect_seq = 0;
    return meta_put_number(journal->txn, META_CLOCK, 0, reterr);
}

enum err
journal_trust_clock(struct journal *journal, const struct append *append, struct error *reterr)
{
    struct event event = {.type = EVENT_CLOCK_TRUSTED};
    return commit_own(journal, &event, append, clear_suspicion, NULL, reterr);
}

/* ---- keys ---- */

static enum err put_destroyed(struct journal *journal,
                              const void *data,
                              const struct append_result *result,
                              struct error *reterr)
{
    struct meta_destroyed destroyed = *(const struct meta_destroyed *)data;
    destroyed.seq = result->last_seq;
    return meta_put_destroyed(journal->txn, &destroyed, reterr);
}

/* Whether the journal says already that the key is destroyed. */
static enum err
is_recorded(struct journal *journal, uint64_t key, bool *ret_recorded, struct error *reterr)
{
    struct store_txn *txn = NULL;
    struct meta_destroyed destroyed;
    enum err e = store_begin(journal->store, false, &txn, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = meta_find_destroyed_key(txn, key, &destroyed, reterr);
    store_abort(&txn);
    if (e != ERR_OK && e != ERR_NOT_FOUND) {
        return e;
    }
    *ret_recorded = e == ERR_OK;
    return ERR_OK;
}

enum err journal_destroy_key(struct journal *journal,
                             uint64_t key,
                             struct stream_ref owner,
                             const struct append *append,
                             struct error *reterr)
{
    if (key == journal->own_key) {
        return error_set(reterr, ERR_REFUSED, "the journal's own key cannot be destroyed");
    }
    if (key == 0 || key > keyring_stats(journal->keyring).highest) {
        return error_set(reterr, ERR_NOT_FOUND, "key %llu was never made", (unsigned long long)key);
    }
    bool recorded = false;
    enum err e = is_recorded(journal, key, &recorded, reterr);
    if (e == ERR_OK && !recorded) {
        struct meta_destroyed destroyed = {.key = key, .owner = owner};
        struct event event = {.type = EVENT_KEY_DESTROYED,
                              .facts.key_destroyed = {.key = key,
                                                      .owner_kind = (uint64_t)owner.kind,
                                                      .owner = owner.id}};
        e = commit_own(journal, &event, append, put_destroyed, &destroyed, reterr);
    }
    if (e == ERR_OK) {
        e = failpoint_check(FAILPOINT_JOURNAL_BEFORE_DESTROY, reterr);
    }
    return e == ERR_OK ? keyring_destroy_key(journal->keyring, key, reterr) : e;
}

/* ---- dictionaries ---- */

struct new_dictionary {
    uint64_t id;
    struct slice bytes;
};

static enum err put_dictionary(struct journal *journal,
                               const void *data,
                               const struct append_result *result,
                               struct error *reterr)
{
    const struct new_dictionary *dictionary = data;
    (void)result;
    return journal_put_dictionary(journal->txn, dictionary->id, dictionary->bytes, reterr);
}

/* Whether zstd takes the bytes, found out before they are in the journal for ever. */
static enum err try_dictionary(struct slice bytes, struct error *reterr)
{
    struct dictionary_set set;
    dictionary_set_init(&set);
    enum err e = dictionary_set_add(&set, 1, bytes, true, reterr);
    dictionary_set_deinit(&set);
    return e;
}

enum err journal_add_dictionary(struct journal *journal,
                                struct slice bytes,
                                const struct append *append,
                                struct error *reterr)
{
    const struct dictionary *current = dictionary_set_current(&journal->dictionaries);
    struct new_dictionary dictionary = {.id = current != NULL ? current->id + 1U : 1,
                                        .bytes = bytes};
    if (dictionary.id > DICTIONARY_COUNT_MAX) {
        return error_set(reterr, ERR_LIMIT, "the journal has its %d dictionaries",
                         DICTIONARY_COUNT_MAX);
    }
    enum err e = try_dictionary(bytes, reterr);
    if (e != ERR_OK) {
        return e;
    }
    unsigned char hash[DICTIONARY_HASH_BYTES];
    struct event event = dictionary_event(dictionary.id, bytes, hash);
    e = commit_own(journal, &event, append, put_dictionary, &dictionary, reterr);
    if (e != ERR_OK) {
        return e;
    }
    return dictionary_set_add(&journal->dictionaries, dictionary.id, bytes, true, reterr);
}
