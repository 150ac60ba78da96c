/* views: the store: rows, order, cursors, transactions, readers, keys. */
#include "core/base/limits.h"
#include "projections/views.h"
#include "tests/unit/journal/journal_kit.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAP_BYTES ((uint64_t)64 << 20)

/* Any table will do. */
#define TABLE VIEWS_CUSTOMERS
#define OTHER VIEWS_LOGS

struct store {
    char dir[64];
    struct views *views;
    struct error error;
};

static struct views_options options_of(struct store *store)
{
    return (struct views_options){.dir = store->dir, .map_bytes = MAP_BYTES, .create = true};
}

static void begin(struct store *store)
{
    *store = (struct store){.views = NULL};
    (void)snprintf(store->dir, sizeof store->dir, "/tmp/daybook-views-XXXXXX");
    cr_assert_not_null(mkdtemp(store->dir));
    struct views_options options = options_of(store);
    cr_assert_eq(views_open(&options, &store->views, &store->error), ERR_OK, "%s",
                 store->error.text);
}

static void end(struct store *store)
{
    views_close(&store->views);
    kit_remove(store->dir);
}

static struct views_txn *txn_of(struct store *store, bool write)
{
    struct views_txn *txn = NULL;
    cr_assert_eq(views_begin(store->views, write, &txn, &store->error), ERR_OK, "%s",
                 store->error.text);
    return txn;
}

static void put(struct views_txn *txn, const char *key, const char *row)
{
    cr_assert_eq(views_put(txn, TABLE, slice_of_text(key), slice_of_text(row), NULL), ERR_OK);
}

/* Keys and rows of letters "a" to "e", in one commit. */
static void fill(struct store *store)
{
    struct views_txn *txn = txn_of(store, true);
    put(txn, "c", "3");
    put(txn, "a", "1");
    put(txn, "e", "5");
    put(txn, "b", "2");
    put(txn, "d", "4");
    cr_assert_eq(views_commit(&txn, NULL), ERR_OK);
    cr_assert_null(txn);
}

/* ---- rows ---- */

Test(views, rows_are_put_replaced_and_deleted)
{
    struct store store;
    struct slice row;
    begin(&store);
    fill(&store);
    struct views_txn *txn = txn_of(&store, true);
    put(txn, "a", "new");
    cr_assert_eq(views_get(txn, TABLE, SLICE("a"), &row, NULL), ERR_OK);
    cr_expect(slice_is(row, "new"));
    cr_expect_eq(views_count(txn, TABLE), 5);
    cr_expect_eq(views_delete(txn, TABLE, SLICE("a"), NULL), ERR_OK);
    cr_expect_eq(views_delete(txn, TABLE, SLICE("a"), NULL), ERR_OK, "a missing row is no error");
    cr_expect_eq(views_get(txn, TABLE, SLICE("a"), &row, &store.error), ERR_NOT_FOUND);
    cr_expect_str_eq(store.error.text, "customers: no such row");
    cr_expect(!views_has(txn, TABLE, SLICE("a")) && views_has(txn, TABLE, SLICE("b")));
    cr_expect_eq(views_get(txn, OTHER, SLICE("b"), &row, NULL), ERR_NOT_FOUND);
    put(txn, "empty", "");
    cr_assert_eq(views_get(txn, TABLE, SLICE("empty"), &row, NULL), ERR_OK);
    cr_expect_eq(row.size, 0);
    cr_expect_eq(views_clear(txn, TABLE, NULL), ERR_OK);
    cr_expect_eq(views_count(txn, TABLE), 0);
    views_end(&txn);
    txn = txn_of(&store, false);
    cr_expect_eq(views_count(txn, TABLE), 5, "what is not committed never was");
    views_end(&txn);
    end(&store);
}

Test(views, keys_have_a_length)
{
    static char key[512];
    struct store store;
    struct slice row;
    begin(&store);
    struct views_txn *txn = txn_of(&store, true);
    cr_expect_eq(views_get(txn, TABLE, SLICE(""), &row, NULL), ERR_NOT_FOUND);
    cr_expect_eq(views_put(txn, TABLE, SLICE(""), SLICE("x"), &store.error), ERR_IO);
    cr_expect_eq(views_put(txn, TABLE, slice_of(key, VIEWS_KEY_BYTES_MAX), SLICE("x"), NULL),
                 ERR_OK);
    cr_expect_eq(views_put(txn, TABLE, slice_of(key, 512), SLICE("x"), &store.error), ERR_IO);
    cr_expect_not_null(strstr(store.error.text, "views: customers: "), "%s", store.error.text);
    views_end(&txn);
    end(&store);
}

Test(views, a_copy_outlives_a_write)
{
    struct store store;
    struct arena arena;
    struct slice row;
    begin(&store);
    fill(&store);
    arena_init(&arena, 64 * KIB);
    struct views_txn *txn = txn_of(&store, true);
    cr_assert_eq(views_get_copy(txn, TABLE, SLICE("a"), &arena, &row, NULL), ERR_OK);
    put(txn, "a", "2");
    cr_expect(slice_is(row, "1"));
    cr_expect_eq(views_get_copy(txn, TABLE, SLICE("x"), &arena, &row, NULL), ERR_NOT_FOUND);
    struct arena tiny;
    arena_init(&tiny, 1);
    cr_expect_eq(views_get_copy(txn, TABLE, SLICE("b"), &tiny, &row, &store.error), ERR_LIMIT);
    views_end(&txn);
    arena_deinit(&tiny);
    arena_deinit(&arena);
    end(&store);
}

/* ---- cursors ---- */

/* Keys from `cursor` on, in one direction. */
static const char *
walk(struct views_cursor *cursor, bool found, bool (*move)(struct views_cursor *cursor))
{
    static char keys[64];
    size_t size = 0;
    for (; found; found = move(cursor)) {
        cr_assert_eq(cursor->key.size, 1);
        keys[size++] = cursor->key.data[0];
    }
    keys[size] = '\0';
    cr_expect(!cursor->valid && !cursor->fault);
    return keys;
}

Test(views, cursors_go_in_the_order_of_keys)
{
    struct store store;
    struct views_cursor cursor;
    begin(&store);
    fill(&store);
    struct views_txn *txn = txn_of(&store, false);
    cr_assert_eq(views_cursor_open(txn, TABLE, &cursor, NULL), ERR_OK);
    cr_expect_str_eq(walk(&cursor, views_cursor_seek(&cursor, SLICE("")), views_cursor_next),
                     "abcde");
    cr_expect_str_eq(walk(&cursor, views_cursor_seek(&cursor, SLICE("b")), views_cursor_next),
                     "bcde");
    cr_expect_str_eq(walk(&cursor, views_cursor_seek(&cursor, SLICE("bb")), views_cursor_next),
                     "cde");
    cr_expect_str_eq(walk(&cursor, views_cursor_seek(&cursor, SLICE("f")), views_cursor_next), "");
    cr_expect_str_eq(
        walk(&cursor, views_cursor_seek_before(&cursor, SLICE("")), views_cursor_previous),
        "edcba");
    cr_expect_str_eq(
        walk(&cursor, views_cursor_seek_before(&cursor, SLICE("f")), views_cursor_previous),
        "edcba");
    cr_expect_str_eq(
        walk(&cursor, views_cursor_seek_before(&cursor, SLICE("c")), views_cursor_previous), "ba");
    cr_expect_str_eq(
        walk(&cursor, views_cursor_seek_before(&cursor, SLICE("cc")), views_cursor_previous),
        "cba");
    cr_expect_str_eq(
        walk(&cursor, views_cursor_seek_before(&cursor, SLICE("a")), views_cursor_previous), "");
    cr_assert(views_cursor_seek(&cursor, SLICE("c")));
    cr_expect(slice_is(cursor.row, "3"));
    views_cursor_close(&cursor);
    views_cursor_close(&cursor);
    cr_assert_eq(views_cursor_open(txn, OTHER, &cursor, NULL), ERR_OK);
    cr_expect(!views_cursor_seek(&cursor, SLICE("")) &&
                  !views_cursor_seek_before(&cursor, SLICE("")),
              "an empty table");
    views_cursor_close(&cursor);
    views_end(&txn);
    end(&store);
}

/* ---- transactions ---- */

Test(views, a_snapshot_stays_as_it_was)
{
    struct store store;
    struct slice row;
    begin(&store);
    fill(&store);
    struct views_txn *before = txn_of(&store, false);
    struct views_txn *same_thread = txn_of(&store, false);
    struct views_txn *write = txn_of(&store, true);
    uint64_t number = views_txn_number(write);
    cr_expect_eq(number, views_last_txn(store.views) + 1);
    put(write, "a", "later");
    cr_assert_eq(views_commit(&write, NULL), ERR_OK);
    cr_expect_eq(views_last_txn(store.views), number);
    cr_assert_eq(views_get(before, TABLE, SLICE("a"), &row, NULL), ERR_OK);
    cr_expect(slice_is(row, "1"));
    views_reset(before);
    cr_assert_eq(views_renew(before, NULL), ERR_OK);
    cr_assert_eq(views_get(before, TABLE, SLICE("a"), &row, NULL), ERR_OK);
    cr_expect(slice_is(row, "later"), "renewed");
    views_end(&same_thread);
    views_end(&before);
    views_end(&before);
    end(&store);
}

static void *read_in_thread(void *data)
{
    struct store *store = data;
    struct views_txn *txns[10];
    struct slice row;
    for (int i = 0; i < 10; i++) {
        txns[i] = txn_of(store, false);
        cr_assert_eq(views_get(txns[i], TABLE, SLICE("e"), &row, NULL), ERR_OK);
    }
    for (int i = 0; i < 10; i++) {
        views_end(&txns[i]);
    }
    return NULL;
}

Test(views, readers_on_many_threads_beside_a_writer)
{
    struct store store;
    pthread_t threads[8];
    begin(&store);
    fill(&store);
    for (int i = 0; i < 8; i++) {
        cr_assert_eq(pthread_create(&threads[i], NULL, read_in_thread, &store), 0);
    }
    for (int i = 0; i < 50; i++) {
        struct views_txn *txn = txn_of(&store, true);
        put(txn, "a", "x");
        cr_assert_eq(views_commit(&txn, NULL), ERR_OK);
    }
    for (int i = 0; i < 8; i++) {
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
    }
    end(&store);
}

Test(views, more_readers_than_slots_are_refused)
{
    static struct views_txn *txns[600];
    struct store store;
    size_t count = 0;
    begin(&store);
    while (count < 600 && views_begin(store.views, false, &txns[count], &store.error) == ERR_OK) {
        count++;
    }
    cr_expect_eq(count, 512);
    cr_expect_not_null(strstr(store.error.text, "begin transaction: "), "%s", store.error.text);
    while (count > 0) {
        views_end(&txns[--count]);
    }
    struct views_txn *again = txn_of(&store, false);
    views_end(&again);
    end(&store);
}

/* ---- the environment ---- */

Test(views, are_there_again_after_closing)
{
    struct store store;
    struct slice row;
    begin(&store);
    fill(&store);
    uint64_t last = views_last_txn(store.views);
    cr_expect_eq(views_sync(store.views, NULL), ERR_OK);
    cr_expect_gt(views_bytes(store.views), 4096);
    views_close(&store.views);
    views_close(&store.views);
    struct views_options options = options_of(&store);
    options.create = false;
    cr_assert_eq(views_open(&options, &store.views, NULL), ERR_OK);
    cr_expect_eq(views_last_txn(store.views), last, "opening writes nothing");
    struct views_txn *txn = txn_of(&store, false);
    cr_expect_eq(views_get(txn, TABLE, SLICE("d"), &row, NULL), ERR_OK);
    views_end(&txn);
    end(&store);
}

Test(views, a_missing_directory_is_not_found)
{
    struct views *views = NULL;
    struct error error = {0};
    struct views_options options = {.dir = "/tmp/daybook-views-nowhere/views",
                                    .map_bytes = MAP_BYTES};
    cr_expect_eq(views_open(&options, &views, &error), ERR_NOT_FOUND);
    cr_expect_not_null(strstr(error.text, "open views in /tmp/daybook-views-nowhere/views: "), "%s",
                       error.text);
    options.create = true;
    cr_expect_eq(views_open(&options, &views, &error), ERR_IO);
    cr_expect_not_null(strstr(error.text, "make directory /tmp/daybook-views-nowhere/views: "),
                       "%s", error.text);
    cr_expect_null(views);
}

Test(views, beside_a_server_they_are_read_only)
{
    struct store store;
    struct views *reading = NULL;
    begin(&store);
    fill(&store);
    views_close(&store.views);
    struct views_options options = options_of(&store);
    options.create = false;
    options.read_only = true;
    cr_assert_eq(views_open(&options, &reading, &store.error), ERR_OK, "%s", store.error.text);
    struct views_txn *txn = NULL;
    cr_expect_eq(views_begin(reading, true, &txn, &store.error), ERR_IO);
    cr_assert_eq(views_begin(reading, false, &txn, NULL), ERR_OK);
    cr_expect_eq(views_count(txn, TABLE), 5);
    views_end(&txn);
    views_close(&reading);
    end(&store);
}

Test(views, a_full_map_is_an_error_and_loses_nothing)
{
    static char row[100000];
    struct store store;
    struct slice found;
    enum err e = ERR_OK;
    begin(&store);
    fill(&store);
    struct views_txn *txn = txn_of(&store, true);
    for (uint32_t i = 0; e == ERR_OK && i < 10000; i++) {
        struct views_key key = views_key();
        views_key_u32(&key, i);
        e = views_put(txn, OTHER, views_key_slice(&key), slice_of(row, sizeof row), &store.error);
    }
    cr_expect_eq(e, ERR_IO, "%s", store.error.text);
    cr_expect_not_null(strstr(store.error.text, "MDB_MAP_FULL"), "%s", store.error.text);
    views_end(&txn);
    txn = txn_of(&store, true);
    cr_expect_eq(views_get(txn, TABLE, SLICE("d"), &found, NULL), ERR_OK);
    put(txn, "f", "6");
    cr_expect_eq(views_commit(&txn, NULL), ERR_OK);
    end(&store);
}

static bool is_closed_on_exec(int fd)
{
    int flags = fcntl(fd, F_GETFD);
    return flags < 0 || (flags & FD_CLOEXEC) != 0;
}

/* A child process must not inherit the database. */
Test(views, no_file_stays_open_for_children)
{
    struct store store;
    bool before[256];
    for (int fd = 0; fd < 256; fd++) {
        before[fd] = is_closed_on_exec(fd);
    }
    begin(&store);
    for (int fd = 0; fd < 256; fd++) {
        cr_expect(is_closed_on_exec(fd) || !before[fd], "file %d stays open", fd);
    }
    end(&store);
}

/* ---- keys ---- */

Test(views, keys_sort_as_what_they_are_made_of)
{
    struct views_key small = views_key();
    struct views_key large = views_key();
    views_key_u64(&small, 255);
    views_key_u64(&large, 256);
    cr_expect_lt(slice_compare(views_key_slice(&small), views_key_slice(&large)), 0);
    cr_expect_eq(small.size, 8);
    struct views_key key = views_key_of_id((struct uuid){{0xaa}});
    views_key_u8(&key, 7);
    views_key_u32(&key, 0x01020304);
    views_key_text(&key, SLICE("x"));
    cr_expect_eq(key.size, 22);
    cr_expect(slice_equal(slice_of(key.bytes + 16, 6), SLICE("\x07\x01\x02\x03\x04x")));
}

Test(views, a_key_takes_no_more_text_than_fits)
{
    static char text[1000];
    struct views_key key = views_key();
    views_key_u8(&key, 1);
    views_key_text(&key, slice_of(text, sizeof text));
    cr_expect_eq(key.size, VIEWS_KEY_BYTES_MAX);
    views_key_text(&key, SLICE("more"));
    cr_expect_eq(key.size, VIEWS_KEY_BYTES_MAX);
}

Test(views, every_table_has_a_name_of_its_own)
{
    for (int i = 0; i < VIEWS_TABLE_COUNT; i++) {
        for (int k = 0; k < i; k++) {
            cr_expect_str_neq(views_table_name((enum views_table)i),
                              views_table_name((enum views_table)k));
        }
    }
    cr_expect_str_eq(views_table_name(VIEWS_FLOW_CONFIGS), "flow_configs");
}
