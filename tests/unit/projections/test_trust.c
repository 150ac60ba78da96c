/* trust: which views on disk are used, and which are built anew. */
#include "core/base/bytes.h"
#include "core/base/failpoint.h"
#include "core/base/limits.h"
#include "tests/unit/projections/views_kit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLEAN   "closed cleanly"
#define ALIVE   "written in this life of the machine"
#define LOST    "they were not closed cleanly, and the machine may have lost power since"
#define NONE    "there were none"
#define BROKEN  "they could not be opened"
#define CUT     "their file is shorter than it was"
#define FOREIGN "they do not belong to this journal"
#define OLDER   "a view's version is not this program's"

/* ---- helpers ---- */

static const char *path_of(const struct views_kit *kit, const char *name)
{
    static char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", kit->base.dir, name);
    return path;
}

static const char *witness_of(const struct views_kit *kit)
{
    static char path[128];
    struct stat data;
    cr_assert_eq(stat(path_of(kit, "views/data.mdb"), &data), 0);
    (void)snprintf(path, sizeof path, "/dev/shm/daybook-%u-%llx-%llx", (unsigned)geteuid(),
                   (unsigned long long)data.st_dev, (unsigned long long)data.st_ino);
    return path;
}

/* As a power loss does: what is in tmpfs is gone. */
static void lose_power(struct views_kit *kit)
{
    views_kit_die(kit);
    cr_assert_eq(unlink(witness_of(kit)), 0);
}

/* Opens again and demands why the views were used or built, and that they are right. */
static void expect_opened(struct views_kit *kit, const char *reason)
{
    views_kit_open(kit);
    cr_expect_str_eq(kit->reason, reason, "%s, not %s", kit->reason, reason);
    views_kit_demand_rebuilt(kit, reason);
}

static void begin(struct views_kit *kit)
{
    views_kit_begin(kit);
    cr_expect_str_eq(kit->reason, NONE);
    views_kit_say(kit, "c", "customer.created {'key':2,'name':'C'}");
    views_kit_say(kit, "c", "customer.updated {'name':'D'}\ncustomer.updated {'name':'E'}");
}

/* ---- clean, same life, lost ---- */

Test(trust, views_that_were_closed_are_used)
{
    struct views_kit kit;
    begin(&kit);
    cr_expect_neq(access(path_of(&kit, "views/clean"), F_OK), 0, "gone before the first write");
    views_kit_close(&kit);
    cr_expect_eq(access(path_of(&kit, "views/clean"), F_OK), 0);
    cr_expect_neq(access(witness_of(&kit), F_OK), 0, "the witness is not needed any more");
    expect_opened(&kit, CLEAN);
    views_kit_end(&kit);
}

Test(trust, views_of_a_killed_process_are_used_in_the_same_life)
{
    struct views_kit kit;
    begin(&kit);
    views_kit_die(&kit);
    expect_opened(&kit, ALIVE);
    views_kit_end(&kit);
}

Test(trust, views_are_built_anew_after_a_power_loss)
{
    struct views_kit kit;
    begin(&kit);
    lose_power(&kit);
    expect_opened(&kit, LOST);
    views_kit_end(&kit);
}

/* Killed between telling the witness and committing. */
Test(trust, the_witness_may_be_one_ahead)
{
    static const char *const reasons[] = {ALIVE, ALIVE, LOST};
    for (uint64_t ahead = 0; ahead < 3; ahead++) {
        struct views_kit kit;
        begin(&kit);
        trust_note(kit.trust, views_last_txn(kit.views) + ahead);
        views_kit_die(&kit);
        expect_opened(&kit, reasons[ahead]);
        views_kit_end(&kit);
    }
}

/* Somebody wrote behind the witness's back: a tool, an older program. */
Test(trust, a_commit_nobody_noted_is_not_trusted)
{
    for (int closed = 0; closed < 2; closed++) {
        struct views_kit kit;
        struct views *views = NULL;
        struct views_txn *txn = NULL;
        begin(&kit);
        (closed ? views_kit_close : views_kit_die)(&kit);
        struct views_options options = {.dir = path_of(&kit, "views"), .map_bytes = 1 << 30};
        cr_assert_eq(views_open(&options, &views, NULL), ERR_OK);
        cr_assert_eq(views_begin(views, true, &txn, NULL), ERR_OK);
        cr_assert_eq(views_put(txn, VIEWS_USERS, SLICE("key"), SLICE("row"), NULL), ERR_OK);
        cr_assert_eq(views_commit(&txn, NULL), ERR_OK);
        views_close(&views);
        expect_opened(&kit, LOST);
        views_kit_end(&kit);
    }
}

/* ---- a witness that tells of something else ---- */

static void write_witness(const char *path, size_t at, const char *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(pwrite(fd, bytes, size, (off_t)at), (ssize_t)size);
    cr_assert_eq(close(fd), 0);
}

Test(trust, a_witness_of_another_boot_device_or_file_counts_for_nothing)
{
    static const struct {
        size_t at;
        const char *bytes;
        size_t size;
    } changes[] = {{0, "00000000", 8},
                   {40, "\x77\x77", 2},
                   {48, "\x77\x77", 2},
                   {64, "\x77\x77\x77", 3}}; /* born at another time: the inode was given again */
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct views_kit kit;
        begin(&kit);
        views_kit_die(&kit);
        write_witness(witness_of(&kit), changes[i].at, changes[i].bytes, changes[i].size);
        expect_opened(&kit, LOST);
        views_kit_end(&kit);
    }
}

Test(trust, a_witness_that_is_short_or_a_link_counts_for_nothing)
{
    for (int link = 0; link < 2; link++) {
        struct views_kit kit;
        char moved[160];
        begin(&kit);
        views_kit_die(&kit);
        const char *witness = witness_of(&kit);
        (void)snprintf(moved, sizeof moved, "%s.moved", witness);
        if (link) {
            cr_assert_eq(rename(witness, moved), 0);
            cr_assert_eq(symlink(moved, witness), 0);
        } else {
            cr_assert_eq(truncate(witness, 10), 0);
        }
        expect_opened(&kit, LOST);
        (void)unlink(moved);
        views_kit_end(&kit);
    }
}

/* ---- torn, foreign, older ---- */

static void overwrite(struct views_kit *kit, off_t size, const char *bytes)
{
    int fd = open(path_of(kit, "views/data.mdb"), O_WRONLY | O_CLOEXEC);
    cr_assert_eq(ftruncate(fd, size), 0);
    cr_assert_eq(pwrite(fd, bytes, strlen(bytes), 0), (ssize_t)strlen(bytes));
    cr_assert_eq(close(fd), 0);
}

Test(trust, files_that_are_no_views_are_replaced)
{
    static const struct {
        off_t size; /* 0: as it was */
        const char *bytes;
        const char *reason;
    } rows[] = {{0, "no database at all, but some bytes", BROKEN},
                {34, "no database at all, but some bytes", CUT},
                {8192, "", CUT},
                {1, "", CUT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct views_kit kit;
        struct stat before;
        begin(&kit);
        views_kit_close(&kit);
        cr_assert_eq(stat(path_of(&kit, "views/data.mdb"), &before), 0);
        overwrite(&kit, rows[i].size != 0 ? rows[i].size : before.st_size, rows[i].bytes);
        expect_opened(&kit, rows[i].reason);
        views_kit_end(&kit);
    }
}

Test(trust, a_file_that_grew_since_is_whole)
{
    struct views_kit kit;
    struct stat before;
    begin(&kit);
    views_kit_close(&kit);
    cr_assert_eq(stat(path_of(&kit, "views/data.mdb"), &before), 0);
    cr_assert_eq(truncate(path_of(&kit, "views/data.mdb"), before.st_size + 4096), 0);
    expect_opened(&kit, CLEAN);
    views_kit_end(&kit);
}

Test(trust, a_mark_that_is_cut_is_none)
{
    struct views_kit kit;
    begin(&kit);
    views_kit_close(&kit);
    cr_assert_eq(truncate(path_of(&kit, "views/clean"), 8), 0);
    expect_opened(&kit, LOST);
    views_kit_end(&kit);
}

/* Views of another journal, closed cleanly, that stand at `records` more or fewer than ours. */
static void try_foreign(int theirs)
{
    struct views_kit mine;
    struct views_kit other;
    char from[128];
    begin(&mine);
    views_kit_close(&mine);
    views_kit_begin(&other);
    for (int i = 0; i < theirs; i++) {
        const char name[] = {(char)('a' + i), '\0'};
        views_kit_say(&other, name, "user.created {'role':1,'name':'x'}");
    }
    views_kit_close(&other);
    kit_remove(path_of(&mine, "views"));
    (void)snprintf(from, sizeof from, "%s", path_of(&other, "views"));
    kit_copy(from, path_of(&mine, "views"));
    expect_opened(&mine, FOREIGN);
    views_kit_open(&other);
    views_kit_end(&other);
    views_kit_end(&mine);
}

Test(trust, views_of_another_journal_are_not_used)
{
    try_foreign(1); /* at 3, where ours has a record too */
    try_foreign(2); /* at 4, in the middle of a record of ours */
    try_foreign(3); /* at 5, our head */
    try_foreign(4); /* past our head */
}

/* A journal that was put back from a backup: the views know more than it does. */
Test(trust, views_ahead_of_the_journal_are_not_used)
{
    struct views_kit kit;
    char backup[160];
    begin(&kit);
    views_kit_close(&kit);
    (void)snprintf(backup, sizeof backup, "%s", path_of(&kit, "backup"));
    kit_copy(path_of(&kit, "journal"), backup);
    views_kit_open(&kit);
    views_kit_say(&kit, "c", "customer.deleted");
    views_kit_close(&kit);
    kit_remove(path_of(&kit, "journal"));
    cr_assert_eq(rename(backup, path_of(&kit, "journal")), 0);
    expect_opened(&kit, FOREIGN);
    views_kit_end(&kit);
}

/* Killed between the journal's commit and the views'. */
Test(trust, views_behind_the_journal_catch_up)
{
    struct views_kit kit;
    begin(&kit);
    views_kit_destroy_key(&kit, 2, (struct stream_ref){STREAM_CUSTOMER, domain_kit_id("c")});
    views_kit_die(&kit);
    expect_opened(&kit, ALIVE);
    views_kit_end(&kit);
}

static void put_meta(struct views_kit *kit, const char *key, struct slice row)
{
    struct views_txn *txn = NULL;
    cr_assert_eq(views_begin(kit->views, true, &txn, NULL), ERR_OK);
    cr_assert_eq(views_put(txn, VIEWS_META, slice_of_text(key), row, NULL), ERR_OK);
    trust_note(kit->trust, views_txn_number(txn));
    cr_assert_eq(views_commit(&txn, NULL), ERR_OK);
}

Test(trust, views_of_another_program_are_not_used)
{
    const struct projection *const *list = NULL;
    size_t count = projector_list(&list);
    for (size_t i = 0; i < count; i++) {
        struct views_kit kit;
        char key[64];
        char version[4];
        begin(&kit);
        (void)snprintf(key, sizeof key, "view:%s", list[i]->name);
        bytes_put_be32(version, list[i]->version - 1);
        put_meta(&kit, key, slice_of(version, sizeof version));
        views_kit_close(&kit);
        expect_opened(&kit, OLDER);
        views_kit_end(&kit);
    }
}

Test(trust, a_position_nobody_can_read_is_no_reason_not_to_start)
{
    struct views_kit kit;
    begin(&kit);
    put_meta(&kit, "position", SLICE("short"));
    views_kit_close(&kit);
    expect_opened(&kit, FOREIGN);
    views_kit_end(&kit);
}

/* ---- what stays behind ---- */

Test(trust, rebuilding_leaves_no_witness_of_the_old_views)
{
    struct views_kit kit;
    char old[128];
    begin(&kit);
    views_kit_die(&kit);
    (void)snprintf(old, sizeof old, "%s", witness_of(&kit));
    cr_expect_eq(access(old, F_OK), 0);
    kit_open(&kit.base);
    struct rebuild_options options = views_kit_options(&kit);
    cr_assert_eq(rebuild_all(kit.base.journal, &options, NULL), ERR_OK);
    kit_close(&kit.base);
    cr_expect_neq(access(old, F_OK), 0);
    cr_expect_neq(access(witness_of(&kit), F_OK), 0);
    expect_opened(&kit, CLEAN);
    views_kit_close(&kit);

    views_kit_open(&kit);
    views_kit_end(&kit);
}
