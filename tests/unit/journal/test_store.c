/* store: what it promises about LMDB. */
#include "journal/store_priv.h"
#include "tests/unit/journal/journal_kit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST, SECOND };
static const char *const names[] = {"first", "second"};

struct box {
    char dir[64];
    struct store_options options;
    struct store *store;
    struct error error;
};

static void open_box(struct box *box)
{
    cr_assert_eq(store_open(&box->options, &box->store, &box->error), ERR_OK, "%s",
                 box->error.text);
}

static void begin(struct box *box)
{
    *box = (struct box){.store = NULL};
    (void)snprintf(box->dir, sizeof box->dir, "/tmp/daybook-store-XXXXXX");
    cr_assert_not_null(mkdtemp(box->dir));
    box->options = (struct store_options){.directory = box->dir,
                                          .databases = names,
                                          .database_count = 2,
                                          .map_bytes = 64 * MIB,
                                          .create = true};
    open_box(box);
}

static void end(struct box *box)
{
    store_close(&box->store);
    kit_remove(box->dir);
}

static struct store_txn *begin_txn(struct box *box, bool write)
{
    struct store_txn *txn = NULL;
    cr_assert_eq(store_begin(box->store, write, &txn, &box->error), ERR_OK, "%s", box->error.text);
    return txn;
}

static void put(struct box *box, const char *key, const char *value)
{
    struct store_txn *txn = begin_txn(box, true);
    cr_assert_eq(store_put(txn, FIRST, slice_of_text(key), slice_of_text(value), STORE_SET, NULL),
                 ERR_OK);
    cr_assert_eq(store_commit(&txn, &box->error), ERR_OK);
    cr_assert_null(txn);
}

Test(store, closes_its_file_on_exec)
{
    struct box box;
    begin(&box);
    int fd = store_descriptor(box.store);
    cr_assert_geq(fd, 0);
    cr_assert((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    end(&box);
}

Test(store, keeps_what_was_committed_and_nothing_else)
{
    struct box box;
    struct slice value;
    begin(&box);
    put(&box, "a", "one");
    struct store_txn *txn = begin_txn(&box, true);
    cr_assert_eq(store_put(txn, FIRST, SLICE("b"), SLICE("x"), STORE_SET, NULL), ERR_OK);
    store_abort(&txn);
    cr_assert_null(txn);
    store_close(&box.store);
    box.options.create = false;
    open_box(&box);
    txn = begin_txn(&box, false);
    cr_assert_eq(store_get(txn, FIRST, SLICE("a"), &value, NULL), ERR_OK);
    cr_assert(slice_is(value, "one"));
    cr_assert_eq(store_get(txn, FIRST, SLICE("b"), &value, NULL), ERR_NOT_FOUND);
    cr_assert_eq(store_get(txn, SECOND, SLICE("a"), &value, NULL), ERR_NOT_FOUND);
    store_abort(&txn);
    end(&box);
}

Test(store, holds_several_snapshots_on_one_thread)
{
    struct box box;
    struct slice value;
    begin(&box);
    put(&box, "a", "one");
    struct store_txn *early = begin_txn(&box, false);
    put(&box, "a", "two");
    struct store_txn *late = begin_txn(&box, false);
    cr_assert_eq(store_get(early, FIRST, SLICE("a"), &value, NULL), ERR_OK);
    cr_assert(slice_is(value, "one"));
    cr_assert_eq(store_get(late, FIRST, SLICE("a"), &value, NULL), ERR_OK);
    cr_assert(slice_is(value, "two"));
    store_reset(early);
    cr_assert_eq(store_renew(early, NULL), ERR_OK);
    cr_assert_eq(store_get(early, FIRST, SLICE("a"), &value, NULL), ERR_OK);
    cr_assert(slice_is(value, "two"));
    store_abort(&early);
    store_abort(&late);
    end(&box);
}

Test(store, minds_the_modes_of_putting)
{
    struct box box;
    begin(&box);
    struct store_txn *txn = begin_txn(&box, true);
    cr_assert_eq(store_put(txn, FIRST, SLICE("b"), SLICE("1"), STORE_APPEND, NULL), ERR_OK);
    cr_assert_eq(store_put(txn, FIRST, SLICE("a"), SLICE("1"), STORE_APPEND, NULL), ERR_EXISTS);
    cr_assert_eq(store_put(txn, FIRST, SLICE("b"), SLICE("2"), STORE_NEW, NULL), ERR_EXISTS);
    cr_assert_eq(store_put(txn, FIRST, SLICE("a"), SLICE("2"), STORE_NEW, NULL), ERR_OK);
    cr_assert_eq(store_delete(txn, FIRST, SLICE("a"), NULL), ERR_OK);
    cr_assert_eq(store_delete(txn, FIRST, SLICE("a"), NULL), ERR_NOT_FOUND);
    uint64_t count = 0;
    cr_assert_eq(store_count(txn, FIRST, &count, NULL), ERR_OK);
    cr_assert_eq(count, 1);
    store_abort(&txn);
    end(&box);
}

Test(store, moves_cursors)
{
    struct box box;
    struct store_cursor *cursor = NULL;
    struct slice key;
    struct slice value;
    begin(&box);
    put(&box, "a", "1");
    put(&box, "c", "3");
    struct store_txn *txn = begin_txn(&box, true);
    cr_assert_eq(store_cursor_create(txn, FIRST, &cursor, NULL), ERR_OK);
    cr_assert_eq(store_cursor_seek(cursor, SLICE("b"), &key, &value, NULL), ERR_OK);
    cr_assert(slice_is(key, "c"));
    cr_assert_eq(store_cursor_move(cursor, STORE_FORWARD, &key, &value, NULL), ERR_NOT_FOUND);
    cr_assert_eq(store_cursor_move(cursor, STORE_LAST, &key, &value, NULL), ERR_OK);
    cr_assert_eq(store_cursor_move(cursor, STORE_BACK, &key, &value, NULL), ERR_OK);
    cr_assert(slice_is(key, "a"));
    cr_assert_eq(store_cursor_seek(cursor, SLICE("d"), &key, &value, NULL), ERR_NOT_FOUND);
    store_cursor_destroy(&cursor);
    store_abort(&txn);
    end(&box);
}

Test(store, is_not_made_unasked)
{
    struct box box;
    begin(&box);
    store_close(&box.store);
    kit_remove(box.dir);
    box.options.create = false;
    cr_assert_eq(store_open(&box.options, &box.store, &box.error), ERR_NOT_FOUND);
    cr_assert_not_null(strstr(box.error.text, "data.mdb"), "%s", box.error.text);
    end(&box);
}

Test(store, names_a_file_that_is_none_of_ours)
{
    struct box box;
    char path[128];
    begin(&box);
    store_close(&box.store);
    (void)snprintf(path, sizeof path, "%s/data.mdb", box.dir);
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 20000; i++) {
        (void)fputc('x', file);
    }
    (void)fclose(file);
    cr_assert_eq(store_open(&box.options, &box.store, &box.error), ERR_DAMAGED, "%s",
                 box.error.text);
    end(&box);
}

/* In a child: a second open in one process is a bug, and dies. */
Test(store, may_not_be_opened_twice_in_a_process)
{
    struct box box;
    begin(&box);
    store_close(&box.store);
    pid_t child = fork();
    if (child == 0) {
        struct store *second = NULL;
        (void)close(2);
        open_box(&box);
        IGNORE(store_open(&box.options, &second, NULL)); /* it does not return */
        _exit(0);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    end(&box);
}

Test(store, is_read_beside_a_writer_in_another_process)
{
    struct box box;
    begin(&box);
    put(&box, "a", "one");
    pid_t child = fork();
    if (child == 0) {
        struct store *mine = NULL;
        struct store_txn *txn = NULL;
        struct slice value;
        box.options.create = false;
        box.options.read_only = true;
        bool good = store_open(&box.options, &mine, NULL) == ERR_OK &&
                    store_begin(mine, false, &txn, NULL) == ERR_OK &&
                    store_get(txn, FIRST, SLICE("a"), &value, NULL) == ERR_OK &&
                    slice_is(value, "one");
        _exit(good ? 0 : 1);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    put(&box, "a", "two");
    end(&box);
}

/* A reader that is killed leaves its slot; the next open frees it. */
Test(store, frees_slots_of_dead_readers)
{
    struct box box;
    begin(&box);
    for (int round = 0; round < 3; round++) {
        pid_t child = fork();
        if (child == 0) {
            struct store *mine = NULL;
            struct store_txn *txn = NULL;
            box.options.create = false;
            box.options.read_only = true;
            if (store_open(&box.options, &mine, NULL) != ERR_OK) {
                _exit(1);
            }
            for (int i = 0; i < 200; i++) {
                if (store_begin(mine, false, &txn, NULL) != ERR_OK) {
                    _exit(2);
                }
            }
            (void)kill(getpid(), SIGKILL);
        }
        int status = 0;
        cr_assert_eq(waitpid(child, &status, 0), child);
        cr_assert(WIFSIGNALED(status), "round %d: status %d", round, status);
    }
    cr_assert_eq(store_free_dead_readers(box.store, NULL), ERR_OK);
    end(&box);
}

Test(store, says_when_its_map_is_full)
{
    struct box box;
    begin(&box);
    store_close(&box.store);
    box.options.map_bytes = 256 * KIB;
    open_box(&box);
    struct store_txn *txn = begin_txn(&box, true);
    static char large[300 * 1024];
    cr_assert_eq(
        store_put(txn, FIRST, SLICE("a"), slice_of(large, sizeof large), STORE_SET, &box.error),
        ERR_DISK_FULL, "%s", box.error.text);
    store_abort(&txn);
    put(&box, "a", "still works");
    end(&box);
}

Test(store, allocates_disk_ahead)
{
    struct box box;
    struct stat status;
    begin(&box);
    cr_assert_eq(store_make_room(box.store, MIB, &box.error), ERR_OK, "%s", box.error.text);
    cr_assert_eq(fstat(store_descriptor(box.store), &status), 0);
    cr_assert_geq((uint64_t)status.st_blocks * 512, 2 * MIB, "twice what was asked for");
    cr_assert_lt((uint64_t)status.st_size, 2 * MIB, "the file is not longer for it");
    cr_assert_eq(store_make_room(box.store, MIB, &box.error), ERR_OK);
    end(&box);
}
