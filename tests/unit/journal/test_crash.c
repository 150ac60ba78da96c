/*
 * Crashes: a child works on the journal and dies at a failpoint, or is killed at any time. It tells
 * in shared memory what it has answered. Whoever opens the journal afterwards finds every answered
 * command, whole commands only, and nothing that verify objects to.
 */
#include "core/base/failpoint.h"
#include "core/base/memory.h"
#include "journal/journal_priv.h"
#include "tests/unit/journal/journal_kit.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child has answered. */
struct answers {
    _Atomic uint64_t head;      /* last sequence of what was answered */
    _Atomic uint64_t destroyed; /* highest key whose destruction was answered */
    _Atomic uint64_t expired;   /* sequence up to which an expiry was answered */
    _Atomic uint64_t rounds;
};

static struct answers *share(void)
{
    void *memory = mmap(NULL, sizeof(struct answers), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(memory, MAP_FAILED);
    return memory;
}

static void must(enum err e)
{
    if (e != ERR_OK) {
        _exit(10 + (int)e);
    }
}

/* A command of two records: an execution, and a step with result and log. */
static void put_command(struct kit *kit, uint64_t round)
{
    struct append append = {.id = kit_id(kit), .actor = {.kind = ACTOR_SYSTEM}};
    struct event queued = {.type = EVENT_EXECUTION_QUEUED,
                           .facts.execution_queued = {.size = round}};
    struct event step = {.type = EVENT_STEP_FINISHED, .facts.step_finished = {.step = 1}};
    struct stream_ref stream = {STREAM_EXECUTION, append.id};
    size_t size = round % 3 == 0 ? 40000 : 200;
    queued.bodies[BODY_PAYLOAD] = value_binary(kit_noise(kit, size, (unsigned)round));
    step.bodies[BODY_RESULT] = value_binary(kit_noise(kit, 100, (unsigned)round));
    struct append_record records[2] = {{.stream = stream,
                                        .owner = kit_owner(1),
                                        .key = KIT_KEY,
                                        .first_stream_version = 1,
                                        .events = &queued,
                                        .event_count = 1},
                                       {.stream = stream,
                                        .owner = kit_owner(1),
                                        .key = KIT_KEY,
                                        .first_stream_version = 2,
                                        .events = &step,
                                        .event_count = 1}};
    struct append_result result;
    append.records = records;
    append.record_count = 2;
    must(journal_append(kit->journal, &append, &result, NULL));
}

static void expire_and_delete(struct kit *kit, struct answers *answers)
{
    struct append append = {.id = kit_id(kit)};
    struct append_result result;
    uint64_t up_to = journal_head(kit->journal).seq - 4;
    struct expiry expiry = {.body_class = BODY_PAYLOAD, .up_to = up_to, .policy_days = 1};
    bool more = true;
    must(journal_expire(kit->journal, &expiry, &append, &result, NULL));
    atomic_store(&answers->expired, up_to);
    atomic_store(&answers->head, result.last_seq);
    while (more) {
        must(journal_expire_continue(kit->journal, &more, NULL));
    }
}

static void destroy_next(struct kit *kit, struct answers *answers)
{
    struct append append = {.id = kit_id(kit), .reason = SLICE("gone")};
    uint64_t key = atomic_load(&answers->destroyed) + 1;
    must(journal_destroy_key(kit->journal, key, kit_owner((unsigned char)key), &append, NULL));
    atomic_store(&answers->destroyed, key);
}

/* Works until it dies or has done `rounds`. */
static void work(struct kit *kit, struct answers *answers, uint64_t rounds)
{
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t round = atomic_fetch_add(&answers->rounds, 1);
        must(journal_begin(kit->journal, NULL));
        put_command(kit, round);
        put_command(kit, round + 1000);
        must(journal_commit(kit->journal, NULL));
        atomic_store(&answers->head, journal_head(kit->journal).seq);
        if (round % 4 == 3) {
            expire_and_delete(kit, answers);
        }
        if (round % 5 == 4) {
            destroy_next(kit, answers);
        }
        arena_reset(&kit->arena);
    }
}

/* Runs the work in a child. Returns: its status. */
static int run(struct kit *kit, struct answers *answers, const char *failpoint, uint64_t rounds)
{
    pid_t child = fork();
    if (child == 0) {
        must(failpoint_arm(failpoint, NULL));
        must(journal_open(&kit->options, &kit->journal, NULL));
        work(kit, answers, rounds);
        journal_close(&kit->journal);
        _exit(0);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    return status;
}

static void check_after(struct kit *kit, struct answers *answers, const char *what)
{
    struct data_key key;
    kit_open(kit);
    uint64_t head = journal_head(kit->journal).seq;
    cr_assert_geq(head, atomic_load(&answers->head), "%s: an answered command is lost", what);
    uint64_t destroyed = atomic_load(&answers->destroyed);
    for (uint64_t i = 100; i <= destroyed; i++) {
        cr_assert_eq(keyring_get(journal_keyring(kit->journal), i, &key, NULL), ERR_ERASED, "%s",
                     what);
    }
    uint64_t expired = atomic_load(&answers->expired);
    if (expired > 0) {
        struct slice raw;
        enum err e = kit_open_body(kit, expired, BODY_PAYLOAD, &raw);
        cr_assert(e == ERR_EXPIRED || (e == ERR_OK && raw.data == NULL), "%s: %s", what,
                  kit->error.text);
    }
    bool more = true;
    while (more) {
        cr_assert_eq(journal_expire_continue(kit->journal, &more, NULL), ERR_OK);
    }
    kit_close(kit);
    struct verify_report *report = kit_verify(kit);
    for (uint64_t i = 0; i < report->finding_count && i < VERIFY_FINDINGS_MAX; i++) {
        (void)fprintf(stderr, "%s: %llu: %s\n", what, (unsigned long long)report->findings[i].seq,
                      report->findings[i].text);
    }
    cr_assert_eq(report->finding_count, 0, "%s", what);
}

static uint64_t marks(struct kit *kit)
{
    struct store_txn *txn = NULL;
    uint64_t count = 0;
    cr_assert_eq(store_begin(blob_store_store(kit->journal->blobs), false, &txn, NULL), ERR_OK);
    cr_assert_eq(store_count(txn, BLOB_STORE_PENDING, &count, NULL), ERR_OK);
    store_abort(&txn);
    return count;
}

/* The others lie above the journal and are tested there. */
static bool is_of_journal(const char *point)
{
    return strncmp(point, "journal_", 8) == 0 || strncmp(point, "file_", 5) == 0 ||
           strncmp(point, "blob_", 5) == 0;
}

Test(crash, leaves_whole_commands_at_every_failpoint)
{
    static const char *const points[] = {
#define FAILPOINT(NAME, name) name,
#include "core/base/failpoint.def"
#undef FAILPOINT
    };
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        struct kit kit;
        if (!is_of_journal(points[i])) {
            continue;
        }
        struct answers *answers = share();
        kit_prepare(&kit);
        atomic_store(&answers->destroyed, 99);
        int crashes = 0;
        for (int hit = 1; hit <= 5; hit++) {
            char spec[100];
            (void)snprintf(spec, sizeof spec, "%s:crash@%d", points[i], hit);
            int status = run(&kit, answers, spec, 8);
            bool crashed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
            cr_assert(crashed || (WIFEXITED(status) && WEXITSTATUS(status) == 0), "%s: status %d",
                      spec, status);
            crashes += crashed;
            check_after(&kit, answers, spec);
        }
        cr_assert_geq(crashes, 1, "%s is never reached", points[i]);
        kit_end(&kit);
        (void)munmap(answers, sizeof *answers);
    }
}

Test(crash, loses_nothing_answered_when_killed_at_any_time)
{
    struct kit kit;
    struct answers *answers = share();
    kit_begin(&kit);
    kit_close(&kit);
    atomic_store(&answers->destroyed, 99);
    srand(1);
    for (int i = 0; i < 12; i++) {
        uint64_t before = atomic_load(&answers->rounds);
        pid_t child = fork();
        if (child == 0) {
            must(journal_open(&kit.options, &kit.journal, NULL));
            work(&kit, answers, UINT64_MAX);
        }
        while (atomic_load(&answers->rounds) < before + 3) {
            (void)usleep(1000);
        }
        (void)usleep((useconds_t)(rand() % 20000));
        cr_assert_eq(kill(child, SIGKILL), 0);
        int status = 0;
        cr_assert_eq(waitpid(child, &status, 0), child);
        cr_assert(WIFSIGNALED(status), "it ended by itself: %d", WEXITSTATUS(status));
        check_after(&kit, answers, "kill");
    }
    kit_end(&kit);
}

/* Not a crash, but the same hard worker: what it is in the midst of must not look like damage. */
Test(crash, verify_finds_nothing_beside_a_writer_at_work)
{
    struct kit kit;
    struct answers *answers = share();
    kit_begin(&kit);
    kit_close(&kit);
    atomic_store(&answers->destroyed, 99);
    pid_t child = fork();
    if (child == 0) {
        must(journal_open(&kit.options, &kit.journal, NULL));
        work(&kit, answers, UINT64_MAX);
    }
    for (int i = 0; i < 10; i++) {
        uint64_t before = atomic_load(&answers->rounds);
        while (atomic_load(&answers->rounds) < before + 2) {
            (void)usleep(500);
        }
        kit_assert_sound(&kit);
    }
    cr_assert_eq(kill(child, SIGKILL), 0);
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status), "it ended by itself: %d", WEXITSTATUS(status));
    check_after(&kit, answers, "verified beside");
    kit_end(&kit);
}

Test(crash, between_blob_and_record_leaves_no_orphan)
{
    struct kit kit;
    struct journal_stats stats;
    struct answers *answers = share();
    kit_begin(&kit);
    kit_close(&kit);
    int status = run(&kit, answers, "journal_before_commit:crash", 8);
    cr_assert(WIFSIGNALED(status));
    kit_open(&kit);
    cr_assert_eq(journal_head(kit.journal).seq, 2);
    cr_assert_eq(journal_stats(kit.journal, &stats, NULL), ERR_OK);
    cr_assert_eq(stats.blob_chunks, 0, "the blob was durable, its record never came");
    cr_assert_eq(marks(&kit), 0);
    kit_end(&kit);
}

Test(crash, behind_the_commit_keeps_the_blob)
{
    struct kit kit;
    struct journal_stats stats;
    struct answers *answers = share();
    kit_begin(&kit);
    kit_close(&kit);
    int status = run(&kit, answers, "journal_after_commit:crash", 8);
    cr_assert(WIFSIGNALED(status));
    cr_assert_eq(atomic_load(&answers->head), 0, "nothing was answered");
    kit_open(&kit);
    cr_assert_eq(journal_head(kit.journal).seq, 6, "and yet it is there");
    cr_assert_eq(journal_stats(kit.journal, &stats, NULL), ERR_OK);
    cr_assert_eq(stats.blob_chunks, 1);
    cr_assert_eq(marks(&kit), 0);
    kit_end(&kit);
}

/* A mark that was damaged names no head: its blob must not be deleted on its word. */
Test(crash, does_not_delete_a_blob_on_a_damaged_marks_word)
{
    struct kit kit;
    struct journal_stats stats;
    struct store_txn *txn = NULL;
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    struct answers *answers = share();
    kit_begin(&kit);
    kit_close(&kit);
    cr_assert(WIFSIGNALED(run(&kit, answers, "journal_after_commit:crash", 8)));
    struct blob_store_options options = {.map_bytes = kit.options.map_bytes, .reserve_bytes = 1};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/blobs", kit.dir);
    options.directory = path;
    struct blob_store *blobs = NULL;
    cr_assert_eq(blob_store_open(&options, &blobs, NULL), ERR_OK);
    cr_assert_eq(store_begin(blob_store_store(blobs), true, &txn, NULL), ERR_OK);
    cr_assert_eq(store_cursor_create(txn, BLOB_STORE_PENDING, &cursor, NULL), ERR_OK);
    cr_assert_eq(store_cursor_move(cursor, STORE_FIRST, &key, &value, NULL), ERR_OK);
    char *copy = arena_text(&kit.arena, value);
    copy[1] = 77; /* a head far behind the record */
    key = arena_copy(&kit.arena, key);
    store_cursor_destroy(&cursor);
    cr_assert_eq(
        store_put(txn, BLOB_STORE_PENDING, key, slice_of(copy, value.size), STORE_SET, NULL),
        ERR_OK);
    cr_assert_eq(store_commit(&txn, NULL), ERR_OK);
    blob_store_close(&blobs);
    kit_open(&kit);
    cr_assert_eq(journal_stats(kit.journal, &stats, NULL), ERR_OK);
    cr_assert_eq(stats.blob_chunks, 1);
    kit_end(&kit);
}

/* ---- faults that are returned ---- */

Test(crash, writes_nothing_more_after_a_commit_that_failed)
{
    struct kit kit;
    kit_begin(&kit);
    kit_batch(&kit);
    kit_put_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}"));
    cr_assert_eq(failpoint_arm("journal_before_commit:error", NULL), ERR_OK);
    cr_assert_eq(journal_commit(kit.journal, &kit.error), ERR_IO);
    cr_assert_eq(failpoint_arm(NULL, NULL), ERR_OK);
    cr_assert_eq(journal_begin(kit.journal, &kit.error), ERR_IO);
    cr_assert_not_null(strstr(kit.error.text, "the process must end"), "%s", kit.error.text);
    kit_reopen(&kit);
    cr_assert_eq(journal_head(kit.journal).seq, 2);
    kit_end(&kit);
}

/* The kernel refuses to let the file grow, as a full disk would. */
Test(crash, finds_out_when_the_disk_says_no)
{
    struct kit kit;
    kit_begin(&kit);
    kit_close(&kit);
    pid_t child = fork();
    if (child == 0) {
        char path[128];
        struct stat status;
        struct answers *answers = share();
        (void)signal(SIGXFSZ, SIG_IGN);
        must(journal_open(&kit.options, &kit.journal, NULL));
        (void)snprintf(path, sizeof path, "%s/journal/data.mdb", kit.dir);
        (void)stat(path, &status);
        struct rlimit limit = {(rlim_t)status.st_size + 8192, (rlim_t)status.st_size + 8192};
        (void)setrlimit(RLIMIT_FSIZE, &limit);
        for (int i = 0; i < 1000; i++) {
            must(journal_begin(kit.journal, &kit.error));
            put_command(&kit, 1);
            if (journal_commit(kit.journal, &kit.error) != ERR_OK) {
                bool ended = journal_begin(kit.journal, &kit.error) == ERR_IO;
                _exit(ended ? 1 : 99);
            }
            atomic_store(&answers->head, journal_head(kit.journal).seq);
        }
        _exit(98);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1, "status %d", WEXITSTATUS(status));
    kit_open(&kit);
    kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}"));
    kit_close(&kit);
    kit_assert_sound(&kit);
    kit_end(&kit);
}

Test(crash, survives_every_allocation_that_fails)
{
    struct kit kit;
    kit_begin(&kit);
    bool done = false;
    for (long count = 0; !done && count < 10000; count++) {
        struct append append = kit_append(&kit);
        struct event event = {.type = EVENT_INSTANCE_UPDATED};
        struct append_result result;
        event.bodies[BODY_STATE] = value_binary(kit_noise(&kit, count % 2 == 0 ? 100 : 30000, 1));
        struct append_record record = {.stream = kit_owner(1),
                                       .owner = kit_owner(1),
                                       .key = KIT_KEY,
                                       .first_stream_version = 1,
                                       .events = &event,
                                       .event_count = 1};
        append.records = &record;
        append.record_count = 1;
        memory_fail_after(count);
        enum err e = journal_begin(kit.journal, &kit.error);
        if (e == ERR_OK) {
            e = journal_append(kit.journal, &append, &result, &kit.error);
        }
        if (e == ERR_OK) {
            e = journal_commit(kit.journal, &kit.error);
        }
        memory_fail_after(-1);
        journal_abort(kit.journal);
        done = e == ERR_OK;
        cr_assert(done || e == ERR_NO_MEMORY || e == ERR_LIMIT, "%ld: %s", count, kit.error.text);
        cr_assert(!kit.journal->failed, "%ld: a commit failed for want of memory", count);
    }
    cr_assert(done);
    kit_close(&kit);
    kit_assert_sound(&kit);
    kit_end(&kit);
}
