/* rebuild: all views or one, what a cut leaves, and what a comparison finds. */
#include "core/base/failpoint.h"
#include "core/base/limits.h"
#include "tests/unit/projections/views_kit.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A little in every table that there is. */
static void say_everything(struct views_kit *kit)
{
    static char digest[32] = "digest";
    views_kit_say(kit, "org", "organization.created {'name':'O'}");
    views_kit_say(kit, "ada", "user.created {'role':1,'name':'Ada'}");
    views_kit_say(kit, "t", "token.created {'user':'ada','role':1,'digest':'#t','name':'t'}");
    kit->idempotency = kit->request = slice_of(digest, sizeof digest);
    views_kit_say(kit, "c", "customer.created {'key':2,'name':'C'}");
    views_kit_say(kit, "n",
                  "integration.created {'system_instance':'test'}\n"
                  "integration.draft_imported {'name':'N','mark':'#1','flows':['F']}");
    views_kit_say(kit, "n", "integration.published {'version':1,'version_id':'v1','draft':8}");
    views_kit_say(kit, "i",
                  "instance.created {'integration':'n','version':1,'customer':'c','key':3,'name':"
                  "'I','flows':[{'id':'@f','identity':'F'}]}");
    views_kit_say_of(kit, "i", "a", "execution.queued\nexecution.finished {'state':3}");
    views_kit_say_of(kit, "i", "b", "execution.queued {'replay_of':'a'}");
    views_kit_say_of(kit, "i", "b", "execution.started\nstep.finished {'step':1}");
}

static void begin(struct views_kit *kit)
{
    views_kit_begin(kit);
    say_everything(kit);
}

/* Closes the views and leaves the journal open, as rebuilding wants it. */
static void close_views(struct views_kit *kit)
{
    views_kit_close(kit);
    kit_open(&kit->base);
}

/* Opens the views again beside the open journal. */
static void open_views(struct views_kit *kit)
{
    kit_close(&kit->base);
    views_kit_open(kit);
}

static bool exists(const struct views_kit *kit, const char *name)
{
    char path[160];
    (void)snprintf(path, sizeof path, "%s/%s", kit->base.dir, name);
    return access(path, F_OK) == 0;
}

/* Nothing but the views themselves in the data directory, as far as views go. */
static void expect_tidy(const struct views_kit *kit)
{
    DIR *dir = opendir(kit->base.dir);
    cr_assert_not_null(dir);
    for (struct dirent *it = readdir(dir); it != NULL; it = readdir(dir)) {
        if (strncmp(it->d_name, "views", 5) == 0) {
            cr_expect_str_eq(it->d_name, "views");
        }
    }
    cr_assert_eq(closedir(dir), 0);
}

static enum err rebuild(struct views_kit *kit)
{
    struct rebuild_options options = views_kit_options(kit);
    return rebuild_all(kit->base.journal, &options, &kit->base.error);
}

static struct rebuild_check compare(struct views_kit *kit, const struct projection *only)
{
    struct rebuild_options options = views_kit_options(kit);
    struct rebuild_check check;
    enum err e = rebuild_compare(kit->base.journal, &options, only, &check, &kit->base.error);
    cr_assert_eq(e, ERR_OK, "%s", kit->base.error.text);
    return check;
}

/* Changes the first row of a table behind everybody's back: another row, no row, or one more. */
enum change { CHANGE_ROW, CHANGE_MISSING, CHANGE_MORE };

static void spoil(struct views_kit *kit, enum views_table table, enum change change)
{
    struct views_txn *txn = NULL;
    struct views_cursor cursor;
    char key[VIEWS_KEY_BYTES_MAX];
    cr_assert_eq(views_begin(kit->views, true, &txn, NULL), ERR_OK);
    cr_assert_eq(views_cursor_open(txn, table, &cursor, NULL), ERR_OK);
    cr_assert(views_cursor_seek(&cursor, (struct slice){NULL, 0}), "%s is empty",
              views_table_name(table));
    struct slice first = slice_of(key, cursor.key.size);
    memcpy(key, cursor.key.data, cursor.key.size);
    views_cursor_close(&cursor);
    struct slice where = change == CHANGE_MORE ? SLICE("\xff\xff more") : first;
    enum err e = change == CHANGE_MISSING ? views_delete(txn, table, where, NULL)
                                          : views_put(txn, table, where, SLICE("spoiled"), NULL);
    cr_assert_eq(e, ERR_OK);
    trust_note(kit->trust, views_txn_number(txn));
    cr_assert_eq(views_commit(&txn, NULL), ERR_OK);
}

/* ---- all ---- */

Test(rebuild, gives_the_same_views)
{
    struct views_kit kit;
    begin(&kit);
    const char *before = views_kit_dump(&kit, kit.views);
    close_views(&kit);
    cr_assert_eq(rebuild(&kit), ERR_OK, "%s", kit.base.error.text);
    expect_tidy(&kit);
    open_views(&kit);
    cr_expect_str_eq(kit.reason, "closed cleanly");
    cr_expect_str_eq(views_kit_dump(&kit, kit.views), before);
    views_kit_end(&kit);
}

Test(rebuild, mends_what_was_spoiled)
{
    struct views_kit kit;
    begin(&kit);
    const char *before = views_kit_dump(&kit, kit.views);
    spoil(&kit, VIEWS_CUSTOMERS, CHANGE_ROW);
    spoil(&kit, VIEWS_LOGS, CHANGE_MISSING);
    spoil(&kit, VIEWS_STEPS, CHANGE_MORE);
    close_views(&kit);
    cr_assert_eq(rebuild(&kit), ERR_OK);
    open_views(&kit);
    cr_expect_str_eq(views_kit_dump(&kit, kit.views), before);
    views_kit_end(&kit);
}

struct progress {
    uint64_t calls;
    uint64_t last;
    uint64_t head;
};

static void note(void *data, uint64_t seq, uint64_t head_seq)
{
    struct progress *progress = data;
    cr_expect_gt(seq, progress->last);
    cr_expect_leq(seq, head_seq);
    progress->calls++;
    progress->last = seq;
    progress->head = head_seq;
}

Test(rebuild, tells_how_far_it_is)
{
    struct views_kit kit;
    struct progress progress = {.calls = 0};
    begin(&kit);
    close_views(&kit);
    struct rebuild_options options = views_kit_options(&kit);
    options.progress = note;
    options.progress_data = &progress;
    cr_assert_eq(rebuild_all(kit.base.journal, &options, NULL), ERR_OK);
    cr_expect_geq(progress.calls, 1);
    cr_expect_eq(progress.last, journal_head(kit.base.journal).seq);
    cr_expect_eq(progress.head, progress.last);
    open_views(&kit);
    views_kit_end(&kit);
}

/* ---- cut ---- */

/* Each place where it may fail: the old views stay, or there are none and the next start builds
 * them. What lies about is removed by the next rebuild. */
Test(rebuild, failures_leave_the_old_views_or_none)
{
    static const struct {
        const char *failpoint;
        bool has_views; /* afterwards */
        const char *reason;
    } rows[] = {
        {"views_before_commit:error", true, "closed cleanly"},
        {"views_before_commit:error@2", true, "closed cleanly"},
        {"rebuild_before_rename:error", true, "closed cleanly"},
        {"rebuild_between_renames:error", false, "there were none"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct views_kit kit;
        begin(&kit);
        const char *before = views_kit_dump(&kit, kit.views);
        close_views(&kit);
        cr_assert_eq(failpoint_arm(rows[i].failpoint, NULL), ERR_OK);
        cr_expect_eq(rebuild(&kit), ERR_IO, "%s", rows[i].failpoint);
        cr_assert_eq(failpoint_arm(NULL, NULL), ERR_OK);
        cr_expect_eq(exists(&kit, "views/data.mdb"), rows[i].has_views, "%s", rows[i].failpoint);
        open_views(&kit);
        cr_expect_str_eq(kit.reason, rows[i].reason, "%s: %s", rows[i].failpoint, kit.reason);
        cr_expect_str_eq(views_kit_dump(&kit, kit.views), before);
        close_views(&kit);
        cr_expect_eq(rebuild(&kit), ERR_OK, "%s", kit.base.error.text);
        expect_tidy(&kit);
        open_views(&kit);
        views_kit_end(&kit);
    }
}

/* Rebuilds in a child that dies at the failpoint. */
static void rebuild_and_die(struct views_kit *kit, const char *failpoint)
{
    views_kit_close(kit);
    pid_t child = fork();
    if (child == 0) {
        struct error error;
        struct rebuild_options options = views_kit_options(kit);
        if (journal_open(&kit->base.options, &kit->base.journal, &error) == ERR_OK &&
            failpoint_arm(failpoint, &error) == ERR_OK) {
            IGNORE(rebuild_all(kit->base.journal, &options, &error)); /* it dies there */
        }
        _exit(1);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status), "%s was not reached", failpoint);
}

Test(rebuild, killed_anywhere_it_is_done_again)
{
    static const char *const failpoints[] = {
        "views_before_commit:crash", "views_before_commit:crash@2", "rebuild_before_rename:crash",
        "rebuild_between_renames:crash"};
    for (size_t i = 0; i < sizeof failpoints / sizeof *failpoints; i++) {
        struct views_kit kit;
        begin(&kit);
        const char *before = views_kit_dump(&kit, kit.views);
        rebuild_and_die(&kit, failpoints[i]);
        views_kit_open(&kit);
        cr_expect_str_eq(views_kit_dump(&kit, kit.views), before, "%s", failpoints[i]);
        close_views(&kit);
        cr_expect_eq(rebuild(&kit), ERR_OK, "%s", kit.base.error.text);
        expect_tidy(&kit);
        open_views(&kit);
        views_kit_end(&kit);
    }
}

Test(rebuild, leaves_alone_what_it_did_not_make)
{
    struct views_kit kit;
    char path[160];
    begin(&kit);
    close_views(&kit);
    (void)snprintf(path, sizeof path, "%s/views.new", kit.base.dir);
    cr_assert_eq(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/views.new/notes.txt", kit.base.dir);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    (void)fclose(file);
    cr_expect_eq(rebuild(&kit), ERR_IO);
    cr_expect_not_null(strstr(kit.base.error.text, "views.new: Directory not empty"), "%s",
                       kit.base.error.text);
    cr_expect_eq(access(path, F_OK), 0);
    open_views(&kit);
    views_kit_end(&kit);
}

/* ---- one ---- */

Test(rebuild, one_view_alone)
{
    struct views_kit kit;
    begin(&kit);
    const char *before = views_kit_dump(&kit, kit.views);
    spoil(&kit, VIEWS_LOGS, CHANGE_ROW);
    spoil(&kit, VIEWS_LOGS_BY_INSTANCE, CHANGE_MISSING);
    spoil(&kit, VIEWS_USERS, CHANGE_ROW);
    close_views(&kit);
    struct rebuild_options options = views_kit_options(&kit);
    enum err e = rebuild_one(kit.base.journal, &options, projector_find("logs"), &kit.base.error);
    cr_assert_eq(e, ERR_OK, "%s", kit.base.error.text);
    expect_tidy(&kit);
    cr_expect(compare(&kit, projector_find("logs")).equal);
    cr_expect(!compare(&kit, projector_find("access")).equal, "the others stay as they are");
    e = rebuild_one(kit.base.journal, &options, projector_find("access"), &kit.base.error);
    cr_assert_eq(e, ERR_OK, "%s", kit.base.error.text);
    open_views(&kit);
    cr_expect_str_eq(kit.reason, "closed cleanly");
    cr_expect_str_eq(views_kit_dump(&kit, kit.views), before);
    views_kit_say(&kit, "c", "customer.updated {'name':'D'}");
    views_kit_demand_rebuilt(&kit, "and life goes on");
    views_kit_end(&kit);
}

Test(rebuild, one_view_of_views_that_are_not_trusted_is_all)
{
    struct views_kit kit;
    begin(&kit);
    const char *before = views_kit_dump(&kit, kit.views);
    spoil(&kit, VIEWS_USERS, CHANGE_ROW);
    trust_note(kit.trust, 1);
    views_kit_die(&kit);
    kit_open(&kit.base);
    struct rebuild_options options = views_kit_options(&kit);
    enum err e = rebuild_one(kit.base.journal, &options, projector_find("logs"), &kit.base.error);
    cr_assert_eq(e, ERR_OK, "%s", kit.base.error.text);
    open_views(&kit);
    cr_expect_str_eq(views_kit_dump(&kit, kit.views), before);
    views_kit_end(&kit);
}

Test(rebuild, one_view_that_fails_leaves_it_as_it_was)
{
    static const char *const failpoints[] = {"views_before_commit:error@2", "views_read:error"};
    for (size_t i = 0; i < sizeof failpoints / sizeof *failpoints; i++) {
        struct views_kit kit;
        begin(&kit);
        spoil(&kit, VIEWS_LOGS, CHANGE_ROW);
        const char *before = views_kit_dump(&kit, kit.views);
        close_views(&kit);
        struct rebuild_options options = views_kit_options(&kit);
        cr_assert_eq(failpoint_arm(failpoints[i], NULL), ERR_OK);
        enum err e =
            rebuild_one(kit.base.journal, &options, projector_find("logs"), &kit.base.error);
        cr_assert_eq(failpoint_arm(NULL, NULL), ERR_OK);
        cr_expect_eq(e, ERR_IO, "%s", failpoints[i]);
        expect_tidy(&kit);
        open_views(&kit);
        cr_expect_str_eq(views_kit_dump(&kit, kit.views), before, "%s", failpoints[i]);
        views_kit_end(&kit);
    }
}

/* ---- comparing ---- */

/* Tables that say_everything fills, all but meta. */
Test(rebuild, every_change_of_every_table_is_found)
{
    static const char *const what[] = {"has another row in the live views",
                                       "is missing in the live views", "is in the live views only"};
    const struct projection *const *list = NULL;
    size_t count = projector_list(&list);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < list[i]->table_count; k++) {
            enum views_table table = list[i]->tables[k];
            enum change change = (enum change)(k % 3);
            struct views_kit kit;
            begin(&kit);
            spoil(&kit, table, change);
            close_views(&kit);
            struct rebuild_check check = compare(&kit, NULL);
            cr_expect(!check.equal, "%s", views_table_name(table));
            cr_expect_not_null(strstr(check.difference, views_table_name(table)), "%s",
                               check.difference);
            cr_expect_not_null(strstr(check.difference, what[change]), "%s", check.difference);
            cr_expect(!compare(&kit, list[i]).equal);
            cr_expect(compare(&kit, list[(i + 1) % count]).equal, "only the one asked for");
            expect_tidy(&kit);
            views_kit_end(&kit);
        }
    }
}

Test(rebuild, a_comparison_says_what_it_compared)
{
    struct views_kit kit;
    begin(&kit);
    close_views(&kit);
    struct rebuild_check check = compare(&kit, NULL);
    cr_expect(check.equal);
    cr_expect_eq(check.seq, journal_head(kit.base.journal).seq);
    cr_expect_gt(check.rows, 40);
    cr_expect_str_eq(check.difference, "");
    uint64_t all = check.rows;
    uint64_t sum = 0;
    const struct projection *const *list = NULL;
    size_t count = projector_list(&list);
    for (size_t i = 0; i < count; i++) {
        sum += compare(&kit, list[i]).rows;
    }
    cr_expect_eq(sum, all);
    open_views(&kit);
    views_kit_end(&kit);
}

/* The live views may stand behind the journal: both sides are compared where they stand. */
Test(rebuild, a_comparison_is_made_where_the_live_views_stand)
{
    struct views_kit kit;
    begin(&kit);
    uint64_t stand = journal_head(kit.base.journal).seq;
    views_kit_expire(&kit, BODY_LOG);
    close_views(&kit);
    cr_assert_gt(journal_head(kit.base.journal).seq, stand);
    struct rebuild_check check = compare(&kit, NULL);
    cr_expect(check.equal, "%s", check.difference);
    cr_expect_eq(check.seq, stand);
    open_views(&kit);
    views_kit_end(&kit);
}

Test(rebuild, a_comparison_that_fails_leaves_nothing_behind)
{
    static const char *const failpoints[] = {"views_before_commit:error", "views_read:error"};
    struct views_kit kit;
    begin(&kit);
    close_views(&kit);
    for (size_t i = 0; i < sizeof failpoints / sizeof *failpoints; i++) {
        struct rebuild_options options = views_kit_options(&kit);
        struct rebuild_check check;
        cr_assert_eq(failpoint_arm(failpoints[i], NULL), ERR_OK);
        cr_expect_eq(rebuild_compare(kit.base.journal, &options, NULL, &check, NULL), ERR_IO);
        cr_assert_eq(failpoint_arm(NULL, NULL), ERR_OK);
        expect_tidy(&kit);
    }
    char views[160];
    (void)snprintf(views, sizeof views, "%s/views", kit.base.dir);
    kit_remove(views);
    struct rebuild_options options = views_kit_options(&kit);
    struct rebuild_check check;
    cr_expect_eq(rebuild_compare(kit.base.journal, &options, NULL, &check, NULL), ERR_NOT_FOUND,
                 "there are no views");
    views_kit_end(&kit);
}

/* Compares in a child that is killed while it builds. */
Test(rebuild, a_killed_comparison_is_cleared_away_by_the_next)
{
    struct views_kit kit;
    char left[64];
    begin(&kit);
    views_kit_close(&kit);
    pid_t child = fork();
    if (child == 0) {
        struct rebuild_options options = views_kit_options(&kit);
        struct rebuild_check check;
        if (journal_open(&kit.base.options, &kit.base.journal, NULL) == ERR_OK &&
            failpoint_arm("views_before_commit:crash", NULL) == ERR_OK) {
            IGNORE(rebuild_compare(kit.base.journal, &options, NULL, &check, NULL));
        }
        _exit(1);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    (void)snprintf(left, sizeof left, "views.check.%d", (int)child);
    cr_assert(WIFSIGNALED(status) && exists(&kit, left));
    kit_open(&kit.base);
    cr_expect(compare(&kit, NULL).equal);
    expect_tidy(&kit);
    open_views(&kit);
    views_kit_end(&kit);
}
