#include "projections/rebuild.h"

#include "core/base/check.h"
#include "core/base/failpoint.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096

/* Where a comparison builds: behind it comes its process. */
#define CHECK_PREFIX "views.check."

/* ---- directories ---- */

static void path_of(const struct rebuild_options *options, const char *name, char ret[PATH_BYTES])
{
    (void)snprintf(ret, PATH_BYTES, "%s/%s", options->data_dir, name);
}

/* Removes a views directory: the files we make there and nothing else. */
static enum err remove_views(const char *dir, struct error *reterr)
{
    static const char *const files[] = {"data.mdb", "lock.mdb", "clean"};
    trust_forget(dir);
    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        char path[PATH_BYTES];
        (void)snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        if (unlink(path) != 0 && errno != ENOENT && errno != ENOTDIR) {
            return error_set_sys(reterr, ERR_IO, errno, "remove %s", path);
        }
    }
    if (rmdir(dir) != 0 && errno != ENOENT) {
        return error_set_sys(reterr, ERR_IO, errno, "remove directory %s", dir);
    }
    return ERR_OK;
}

/* The process in the name of a directory "views.check.4711"; 0 for other names. */
static pid_t checker_of(const char *name)
{
    char *end = NULL;
    size_t size = sizeof CHECK_PREFIX - 1;
    if (strncmp(name, CHECK_PREFIX, size) != 0 || name[size] < '0' || name[size] > '9') {
        return 0;
    }
    long pid = strtol(name + size, &end, 10);
    return *end == '\0' && pid > 0 && pid <= INT_MAX ? (pid_t)pid : 0;
}

/* Removes what comparisons left that were killed. */
static enum err remove_leftovers(const struct rebuild_options *options, struct error *reterr)
{
    DIR *dir = opendir(options->data_dir);
    if (dir == NULL) {
        return error_set_sys(reterr, ERR_IO, errno, "open directory %s", options->data_dir);
    }
    enum err e = ERR_OK;
    struct dirent *entry = NULL;
    while (e == ERR_OK && (entry = readdir(dir)) != NULL) {
        pid_t checker = checker_of(entry->d_name);
        if (checker != 0 && kill(checker, 0) != 0 && errno == ESRCH) {
            char path[PATH_BYTES];
            path_of(options, entry->d_name, path);
            e = remove_views(path, reterr);
        }
    }
    (void)closedir(dir);
    return e;
}

static enum err move_dir(const char *from, const char *to, struct error *reterr)
{
    if (rename(from, to) != 0 && errno != ENOENT) {
        return error_set_sys(reterr, ERR_IO, errno, "rename %s to %s", from, to);
    }
    return ERR_OK;
}

/* ---- building ---- */

static enum err write_versions(struct views *views, struct error *reterr)
{
    struct views_txn *txn = NULL;
    enum err e = views_begin(views, true, &txn, reterr);
    e = e != ERR_OK ? e : projector_set_versions(txn, reterr);
    e = e != ERR_OK ? e : views_commit(&txn, reterr);
    views_end(&txn);
    return e;
}

static enum err open_dir(const struct rebuild_options *options,
                         const char *dir,
                         bool read_only,
                         struct views **ret,
                         struct error *reterr)
{
    struct views_options views_options = {
        .dir = dir, .map_bytes = options->map_bytes, .create = !read_only, .read_only = read_only};
    return views_open(&views_options, ret, reterr);
}

/* Fills a new directory by folding the journal to `to_seq`, and leaves it open. */
static enum err build(struct journal *journal,
                      const struct rebuild_options *options,
                      const char *dir,
                      uint64_t to_seq,
                      struct views **ret,
                      struct error *reterr)
{
    struct views *views = NULL;
    enum err e = remove_views(dir, reterr);
    e = e != ERR_OK ? e : open_dir(options, dir, false, &views, reterr);
    e = e != ERR_OK ? e : write_versions(views, reterr);
    e = e != ERR_OK ? e
                    : projector_catch_up_to(views, journal, to_seq, options->progress,
                                            options->progress_data, reterr);
    if (e != ERR_OK) {
        views_close(&views);
        return error_wrap(reterr, e, "build views in %s", dir);
    }
    *ret = views;
    return ERR_OK;
}

static enum err put_in_place(const struct rebuild_options *options, struct error *reterr)
{
    char fresh[PATH_BYTES];
    char live[PATH_BYTES];
    char old[PATH_BYTES];
    path_of(options, "views.new", fresh);
    path_of(options, "views", live);
    path_of(options, "views.old", old);
    enum err e = remove_views(old, reterr);
    e = e != ERR_OK ? e : failpoint_check(FAILPOINT_REBUILD_BEFORE_RENAME, reterr);
    e = e != ERR_OK ? e : move_dir(live, old, reterr);
    e = e != ERR_OK ? e : failpoint_check(FAILPOINT_REBUILD_BETWEEN_RENAMES, reterr);
    e = e != ERR_OK ? e : move_dir(fresh, live, reterr);
    e = e != ERR_OK ? e : failpoint_check(FAILPOINT_REBUILD_AFTER_RENAME, reterr);
    return e != ERR_OK ? e : remove_views(old, reterr);
}

/* What lies in the place of the views and is none of ours is not removed. */
static enum err check_place(const char *path, struct error *reterr)
{
    struct stat status;
    bool is_other = lstat(path, &status) == 0 && !S_ISDIR(status.st_mode);
    return is_other ? error_set(reterr, ERR_EXISTS, "%s is not a directory: move it away", path)
                    : ERR_OK;
}

enum err
rebuild_all(struct journal *journal, const struct rebuild_options *options, struct error *reterr)
{
    char fresh[PATH_BYTES];
    char live[PATH_BYTES];
    path_of(options, "views.new", fresh);
    path_of(options, "views", live);
    struct views *views = NULL;
    struct trust *trust = NULL;
    enum err e = check_place(live, reterr);
    e = e != ERR_OK ? e : build(journal, options, fresh, UINT64_MAX, &views, reterr);
    e = e != ERR_OK ? e : trust_begin(fresh, views, &trust, reterr);
    e = e != ERR_OK ? e : trust_finish(trust, views, reterr);
    trust_end(&trust);
    views_close(&views);
    return e != ERR_OK ? e : put_in_place(options, reterr);
}

/* ---- one projection ---- */

static enum err copy_table(struct views_txn *from,
                           struct views_txn *to,
                           enum views_table table,
                           struct error *reterr)
{
    struct views_cursor cursor;
    enum err e = views_clear(to, table, reterr);
    e = e != ERR_OK ? e : views_cursor_open(from, table, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    bool found = views_cursor_seek(&cursor, (struct slice){NULL, 0});
    while (found && e == ERR_OK) {
        e = views_put(to, table, cursor.key, cursor.row, reterr);
        found = views_cursor_next(&cursor);
    }
    e = e != ERR_OK ? e : views_cursor_check(&cursor, reterr);
    views_cursor_close(&cursor);
    return e;
}

static enum err copy_projection(struct views *from,
                                struct views *to,
                                const struct projection *projection,
                                struct error *reterr)
{
    struct views_txn *source = NULL;
    struct views_txn *target = NULL;
    enum err e = views_begin(from, false, &source, reterr);
    e = e != ERR_OK ? e : views_begin(to, true, &target, reterr);
    for (size_t i = 0; i < projection->table_count && e == ERR_OK; i++) {
        e = copy_table(source, target, projection->tables[i], reterr);
    }
    e = e != ERR_OK ? e : views_commit(&target, reterr);
    views_end(&target);
    views_end(&source);
    return e;
}

enum err rebuild_one(struct journal *journal,
                     const struct rebuild_options *options,
                     const struct projection *projection,
                     struct error *reterr)
{
    char fresh[PATH_BYTES];
    char live_dir[PATH_BYTES];
    path_of(options, "views.new", fresh);
    path_of(options, "views", live_dir);
    struct views *built = NULL;
    struct views *live = NULL;
    struct trust *trust = NULL;
    const char *reason = NULL;
    /* The live ones first: what is not trusted is built whole, and then nothing is left to do. */
    enum err e = rebuild_or_open(journal, options, &live, &trust, &reason, reterr);
    e = e != ERR_OK ? e : build(journal, options, fresh, UINT64_MAX, &built, reterr);
    e = e != ERR_OK ? e : copy_projection(built, live, projection, reterr);
    e = e != ERR_OK ? e : trust_finish(trust, live, reterr);
    trust_end(&trust);
    views_close(&built);
    views_close(&live);
    struct error ignored;
    enum err removed = remove_views(fresh, e == ERR_OK ? reterr : &ignored);
    return e != ERR_OK ? e : removed;
}

/* ---- comparing ---- */

static void
describe(struct rebuild_check *check, enum views_table table, struct slice key, const char *what)
{
    char hex[2 * 48 + 1];
    size_t size = key.size < 48 ? key.size : 48;
    for (size_t i = 0; i < size; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", (unsigned char)key.data[i]);
    }
    hex[2 * size] = '\0';
    (void)snprintf(check->difference, sizeof check->difference, "table %s, key %s: %s",
                   views_table_name(table), hex, what);
    check->equal = false;
}

/* Compares the rows both cursors stand on. Returns: whether they are equal. */
static bool same_row(struct rebuild_check *check,
                     enum views_table table,
                     const struct views_cursor *live,
                     const struct views_cursor *built)
{
    int order =
        live->valid && built->valid ? slice_compare(live->key, built->key) : (live->valid ? -1 : 1);
    if (order < 0) {
        describe(check, table, live->key, "is in the live views only");
    } else if (order > 0) {
        describe(check, table, built->key, "is missing in the live views");
    } else if (!slice_equal(live->row, built->row)) {
        describe(check, table, live->key, "has another row in the live views");
    }
    return check->equal;
}

static enum err compare_table(struct views_txn *live,
                              struct views_txn *built,
                              enum views_table table,
                              struct rebuild_check *check,
                              struct error *reterr)
{
    struct views_cursor a = {0};
    struct views_cursor b = {0};
    enum err e = views_cursor_open(live, table, &a, reterr);
    e = e != ERR_OK ? e : views_cursor_open(built, table, &b, reterr);
    if (e == ERR_OK) {
        (void)views_cursor_seek(&a, (struct slice){NULL, 0});
        (void)views_cursor_seek(&b, (struct slice){NULL, 0});
        while ((a.valid || b.valid) && same_row(check, table, &a, &b)) {
            check->rows++;
            (void)views_cursor_next(&a);
            (void)views_cursor_next(&b);
        }
        e = views_cursor_check(&a, reterr);
        e = e != ERR_OK ? e : views_cursor_check(&b, reterr);
    }
    views_cursor_close(&a);
    views_cursor_close(&b);
    return e;
}

static enum err compare_projection(struct views_txn *live,
                                   struct views_txn *built,
                                   const struct projection *projection,
                                   struct rebuild_check *check,
                                   struct error *reterr)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < projection->table_count && e == ERR_OK && check->equal; i++) {
        e = compare_table(live, built, projection->tables[i], check, reterr);
    }
    return e;
}

static enum err compare_all(struct views_txn *live,
                            struct views *built,
                            const struct projection *only,
                            struct rebuild_check *check,
                            struct error *reterr)
{
    const struct projection *const *list = NULL;
    size_t count = projector_list(&list);
    struct views_txn *txn = NULL;
    enum err e = views_begin(built, false, &txn, reterr);
    for (size_t i = 0; i < count && e == ERR_OK && check->equal; i++) {
        if (only == NULL || only == list[i]) {
            e = compare_projection(live, txn, list[i], check, reterr);
        }
    }
    views_end(&txn);
    return e;
}

enum err rebuild_compare(struct journal *journal,
                         const struct rebuild_options *options,
                         const struct projection *projection,
                         struct rebuild_check *ret,
                         struct error *reterr)
{
    char live_dir[PATH_BYTES];
    char beside[PATH_BYTES];
    char name[64];
    path_of(options, "views", live_dir);
    (void)snprintf(name, sizeof name, CHECK_PREFIX "%d", (int)getpid());
    path_of(options, name, beside);
    struct views *live = NULL;
    struct views *built = NULL;
    struct views_txn *txn = NULL;
    struct journal_head position = {0};
    *ret = (struct rebuild_check){.equal = true};
    enum err e = remove_leftovers(options, reterr);
    e = e != ERR_OK ? e : open_dir(options, live_dir, true, &live, reterr);
    e = e != ERR_OK ? e : views_begin(live, false, &txn, reterr);
    e = e != ERR_OK ? e : projector_position(txn, &position, reterr);
    e = e != ERR_OK ? e : build(journal, options, beside, position.seq, &built, reterr);
    e = e != ERR_OK ? e : compare_all(txn, built, projection, ret, reterr);
    ret->seq = position.seq;
    views_end(&txn);
    views_close(&built);
    views_close(&live);
    struct error ignored;
    enum err removed = remove_views(beside, e == ERR_OK ? reterr : &ignored);
    return e != ERR_OK ? e : removed;
}

/* ---- opening ---- */

/* Opens what is there if it may be trusted. Returns: *ret_views stays NULL when it may not. */
static enum err open_trusted(struct journal *journal,
                             const struct rebuild_options *options,
                             const char *dir,
                             struct views **ret_views,
                             const char **ret_reason,
                             struct error *reterr)
{
    struct views *views = NULL;
    struct stat file;
    char data[PATH_BYTES];
    (void)snprintf(data, sizeof data, "%s/data.mdb", dir);
    if (stat(data, &file) != 0) {
        *ret_reason = "there were none";
        return ERR_OK;
    }
    if (!trust_glance(dir, ret_reason)) {
        return ERR_OK;
    }
    bool trusted = false;
    enum err e = open_dir(options, dir, false, &views, NULL);
    if (e != ERR_OK) {
        *ret_reason = "they could not be opened";
        return ERR_OK;
    }
    e = trust_check(dir, views, journal, &trusted, ret_reason, reterr);
    if (e != ERR_OK || !trusted) {
        views_close(&views);
    }
    *ret_views = views;
    return e;
}

/* What buildings and comparisons left that died: it takes as much disk as the views, and stands in
 * nobody's way. */
static void tidy_up(const struct rebuild_options *options)
{
    char path[PATH_BYTES];
    path_of(options, "views.new", path);
    IGNORE(remove_views(path, NULL)); /* tried again at the next start */
    path_of(options, "views.old", path);
    IGNORE(remove_views(path, NULL));
    IGNORE(remove_leftovers(options, NULL));
}

enum err rebuild_or_open(struct journal *journal,
                         const struct rebuild_options *options,
                         struct views **ret_views,
                         struct trust **ret_trust,
                         const char **ret_reason,
                         struct error *reterr)
{
    char dir[PATH_BYTES];
    path_of(options, "views", dir);
    struct views *views = NULL;
    struct trust *trust = NULL;
    enum err e = open_trusted(journal, options, dir, &views, ret_reason, reterr);
    if (e == ERR_OK && views == NULL) {
        e = rebuild_all(journal, options, reterr);
        e = e != ERR_OK ? e : open_dir(options, dir, false, &views, reterr);
    }
    e = e != ERR_OK ? e : trust_begin(dir, views, &trust, reterr);
    e = e != ERR_OK
            ? e
            : projector_catch_up(views, journal, options->progress, options->progress_data, reterr);
    if (e != ERR_OK) {
        trust_end(&trust);
        views_close(&views);
        return e;
    }
    tidy_up(options);
    trust_note(trust, views_last_txn(views)); /* catching up wrote without telling the witness */
    *ret_views = views;
    *ret_trust = trust;
    return ERR_OK;
}
