/*
 * Threads: one writes, some seal (blobs too), some read. Built with ThreadSanitizer this looks for
 * races; built without, for answers that are wrong.
 */
#include "journal/journal_priv.h"
#include "tests/unit/journal/journal_kit.h"

#include <pthread.h>
#include <stdatomic.h>

#define SEALERS  2
#define READERS  2
#define COMMANDS 150

struct shared {
    struct kit *kit;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct sealed_body ready[COMMANDS]; /* sealed, waiting for the writer */
    size_t ready_count;
    size_t next; /* to be sealed */
    _Atomic bool done;
    _Atomic uint64_t answered;
    _Atomic uint64_t failures;
};

static void fail(struct shared *shared)
{
    atomic_fetch_add(&shared->failures, 1);
}

static struct uuid id_of(size_t number)
{
    struct uuid id = {{0x01}};
    id.bytes[14] = (unsigned char)(number >> 8);
    id.bytes[15] = (unsigned char)number;
    return id;
}

/* [text of `number`, filler]: small ones inline, every tenth a blob. */
static size_t make_raw(size_t number, char *raw)
{
    size_t size = number % 10 == 0 ? 60000 : 300;
    raw[0] = (char)0x91;
    raw[1] = (char)0xc6;
    raw[2] = raw[3] = 0;
    raw[4] = (char)(size >> 8);
    raw[5] = (char)size;
    uint32_t state = (uint32_t)number + 1;
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525 + 1013904223;
        raw[6 + i] = (char)(state >> 24);
    }
    return size + 6;
}

static void *seal(void *data)
{
    struct shared *shared = data;
    struct sealer *sealer = NULL;
    char raw[60010];
    if (sealer_create(shared->kit->journal, &sealer, NULL) != ERR_OK) {
        fail(shared);
        return NULL;
    }
    for (;;) {
        (void)pthread_mutex_lock(&shared->lock);
        size_t number = shared->next++;
        (void)pthread_mutex_unlock(&shared->lock);
        struct data_key key;
        struct sealed_body body;
        struct body_place place = {id_of(number), 0, BODY_PAYLOAD};
        if (number >= COMMANDS) {
            break;
        }
        if (keyring_get(journal_keyring(shared->kit->journal), KIT_KEY, &key, NULL) != ERR_OK ||
            body_seal(sealer, &key, &place, slice_of(raw, make_raw(number, raw)), &body, NULL) !=
                ERR_OK) {
            fail(shared);
            break;
        }
        (void)pthread_mutex_lock(&shared->lock);
        shared->ready[shared->ready_count++] = body;
        (void)pthread_cond_signal(&shared->changed);
        (void)pthread_mutex_unlock(&shared->lock);
    }
    sealer_destroy(&sealer);
    return NULL;
}

static enum err append_one(struct shared *shared, struct sealed_body *body)
{
    struct append append = {.id = body->place.append_id, .actor = {.kind = ACTOR_WEBHOOK}};
    struct event event = {.type = EVENT_EXECUTION_QUEUED,
                          .facts.execution_queued = {.size = body->raw_bytes}};
    struct append_record record = {.stream = {STREAM_EXECUTION, append.id},
                                   .owner = kit_owner(1),
                                   .key = KIT_KEY,
                                   .first_stream_version = 1,
                                   .events = &event,
                                   .event_count = 1,
                                   .sealed = {[BODY_PAYLOAD] = body}};
    struct append_result result;
    append.records = &record;
    append.record_count = 1;
    return journal_append(shared->kit->journal, &append, &result, NULL);
}

/* Takes what is ready into one batch, as the engine does. */
static void *write_all(void *data)
{
    struct shared *shared = data;
    struct journal *journal = shared->kit->journal;
    for (size_t written = 0; written < COMMANDS && atomic_load(&shared->failures) == 0;) {
        (void)pthread_mutex_lock(&shared->lock);
        while (shared->ready_count == written && atomic_load(&shared->failures) == 0) {
            (void)pthread_cond_wait(&shared->changed, &shared->lock);
        }
        size_t count = shared->ready_count;
        (void)pthread_mutex_unlock(&shared->lock);
        if (journal_begin(journal, NULL) != ERR_OK) {
            fail(shared);
            break;
        }
        for (; written < count; written++) {
            /* The ring is rewritten now and then, while others take keys from it. */
            if (append_one(shared, &shared->ready[written]) != ERR_OK ||
                keyring_reserve(journal_keyring(journal), 4 * written + 1, NULL) != ERR_OK) {
                fail(shared);
            }
        }
        if (journal_commit(journal, NULL) != ERR_OK) {
            fail(shared);
            break;
        }
        atomic_store(&shared->answered, journal_head(journal).seq);
    }
    atomic_store(&shared->done, true);
    return NULL;
}

static bool
read_one(struct journal_reader *reader, const struct record_view *record, struct arena *arena)
{
    struct recorded_event *events = NULL;
    char wanted[60010];
    struct slice raw;
    size_t number = (size_t)record->append_id.bytes[14] << 8 | record->append_id.bytes[15];
    arena_reset(arena);
    if (record->stream.kind != STREAM_EXECUTION) {
        return true;
    }
    return journal_open_body(reader, record, BODY_PAYLOAD, arena, &raw, NULL) == ERR_OK &&
           slice_equal(raw, slice_of(wanted, make_raw(number, wanted))) &&
           journal_read_events(reader, record, JOURNAL_BODIES_ALL, arena, &events, NULL, NULL,
                               NULL) == ERR_OK &&
           events[0].event.facts.execution_queued.size == raw.size;
}

static void *read_all(void *data)
{
    struct shared *shared = data;
    struct journal_reader *reader = NULL;
    struct arena arena;
    arena_init(&arena, 4 * MIB);
    if (journal_reader_create(shared->kit->journal, &reader, NULL) != ERR_OK) {
        fail(shared);
    }
    while (reader != NULL) {
        bool last = atomic_load(&shared->done);
        uint64_t answered = atomic_load(&shared->answered);
        struct journal_head head = {.seq = 0};
        struct record_view record;
        uint64_t seen = 0;
        if (journal_reader_begin(reader, NULL) != ERR_OK ||
            journal_reader_head(reader, &head, NULL) != ERR_OK || head.seq < answered) {
            fail(shared);
        }
        while (journal_next(reader, &record, NULL) == ERR_OK) {
            seen = record.last_seq;
            if (!read_one(reader, &record, &arena)) {
                fail(shared);
            }
        }
        if (seen != head.seq) {
            fail(shared);
        }
        journal_reader_end(reader);
        if (last) {
            break;
        }
    }
    journal_reader_destroy(&reader);
    arena_deinit(&arena);
    return NULL;
}

Test(threads, seal_write_and_read_at_once)
{
    struct kit kit;
    static struct shared shared;
    pthread_t threads[SEALERS + READERS + 1];
    size_t count = 0;
    kit_begin(&kit);
    shared = (struct shared){.kit = &kit};
    (void)pthread_mutex_init(&shared.lock, NULL);
    (void)pthread_cond_init(&shared.changed, NULL);
    for (int i = 0; i < READERS; i++) {
        cr_assert_eq(pthread_create(&threads[count++], NULL, read_all, &shared), 0);
    }
    for (int i = 0; i < SEALERS; i++) {
        cr_assert_eq(pthread_create(&threads[count++], NULL, seal, &shared), 0);
    }
    cr_assert_eq(pthread_create(&threads[count++], NULL, write_all, &shared), 0);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
    }
    cr_assert_eq(atomic_load(&shared.failures), 0);
    cr_assert_eq(journal_head(kit.journal).seq, COMMANDS + 2);
    kit_close(&kit);
    kit_assert_sound(&kit);
    (void)pthread_cond_destroy(&shared.changed);
    (void)pthread_mutex_destroy(&shared.lock);
    kit_end(&kit);
}
