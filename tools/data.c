#include "tools/data.h"

#include "api/data_lock.h"
#include "core/base/check.h"
#include "projections/projector.h"
#include "projections/trust.h"
#include "tools/setting_options.h"
#include "tools/tool.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- damaged files ---- */

/* Sanitizers say more about a crash than we can. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CRASHES_ARE_OURS false
#else
#define CRASHES_ARE_OURS true
#endif

static char cut_text[DATA_PATH_SIZE + 300];
static char crash_text[2 * DATA_PATH_SIZE + 300];

static void on_fault(int number)
{
    const char *text = number == SIGBUS ? cut_text : crash_text;
    ssize_t written = write(STDERR_FILENO, text, strlen(text)); /* no more may a handler do */
    (void)written;
    _exit(TOOL_FAILED);
}

void data_guard(const char *command, const char *dir, bool reads_only)
{
    struct sigaction action = {.sa_handler = on_fault};
    (void)snprintf(
        cut_text, sizeof cut_text,
        "daybook %s: the files in %.3000s cannot be read to their end: they were cut, or "
        "the disk fails; \"daybook verify\" says where\n",
        command, dir);
    (void)snprintf(
        crash_text, sizeof crash_text,
        "daybook %s: reading %.3000s crashed: \"daybook verify\" tells whether its files "
        "are damaged\n",
        command, dir);
    (void)sigaction(SIGBUS, &action, NULL);
    if (reads_only && CRASHES_ARE_OURS) {
        (void)sigaction(SIGSEGV, &action, NULL);
        (void)sigaction(SIGABRT, &action, NULL);
    }
}

/* ---- is it one? ---- */

static enum err path_in(char ret[DATA_PATH_SIZE], const char *dir, const char *name)
{
    int size = snprintf(ret, DATA_PATH_SIZE, "%s/%s", dir, name);
    return size >= 0 && size < DATA_PATH_SIZE ? ERR_OK : ERR_INVALID;
}

static enum err check_dir(const char *dir, struct error *reterr)
{
    struct stat status;
    if (stat(dir, &status) == 0 && S_ISDIR(status.st_mode)) {
        return access(dir, R_OK | X_OK) == 0
                   ? ERR_OK
                   : error_set_sys(reterr, ERR_DENIED, errno,
                                   "run this as the owner of %s, which cannot be read", dir);
    }
    if (errno == EACCES) {
        return error_set_sys(reterr, ERR_DENIED, errno, "run this as the owner of %s", dir);
    }
    return error_set(reterr, ERR_NOT_FOUND,
                     "there is no directory \"%s\": name another with --data, or make one with "
                     "\"daybook serve --data DIR\"",
                     dir);
}

static enum err check_file(const char *path, const char *dir, struct error *reterr)
{
    struct stat status;
    if (stat(path, &status) != 0 && errno != EACCES) {
        return error_set(reterr, ERR_NOT_FOUND,
                         "there is no journal in %s: name another directory with --data", dir);
    }
    if (access(path, R_OK) != 0) {
        return error_set_sys(reterr, ERR_DENIED, errno,
                             "run this as the owner of %s, which cannot be read", path);
    }
    if (status.st_size == 0) {
        return error_set(reterr, ERR_DAMAGED, "%s is empty: put it back from a backup", path);
    }
    return ERR_OK;
}

enum err data_check(const char *dir, struct error *reterr)
{
    char path[DATA_PATH_SIZE];
    if (path_in(path, dir, "journal/data.mdb") != ERR_OK) {
        return error_set(reterr, ERR_INVALID, "the path %.100s... is too long", dir);
    }
    enum err e = check_dir(dir, reterr);
    return e == ERR_OK ? check_file(path, dir, reterr) : e;
}

/* ---- settings and keys ---- */

/* Options of a command that are called as a setting are that setting. */
static enum err
take_flags(const struct options *options, struct settings *settings, struct error *reterr)
{
    const struct usage *usage = options->usage;
    enum err e = ERR_OK;
    for (size_t i = 0; i < usage->option_count && e == ERR_OK; i++) {
        const char *name =
            options->values[i] != NULL ? setting_options_name(usage->options[i].name) : NULL;
        bool is_switch = usage->options[i].value == NULL;
        if (name != NULL) {
            e = settings_set(settings, name, is_switch ? "true" : options->values[i], SETTING_FLAG,
                             reterr);
        }
    }
    return e;
}

/* One that is not there may come to be. */
static enum err refuse_file(const char *dir, struct error *reterr)
{
    struct stat status;
    bool is_other = stat(dir, &status) == 0 && !S_ISDIR(status.st_mode);
    return is_other
               ? error_set(reterr, ERR_INVALID, "%s is not a directory: name one with --data", dir)
               : ERR_OK;
}

enum err data_settings(const struct options *options, struct settings *ret, struct error *reterr)
{
    char path[DATA_PATH_SIZE];
    settings_init(ret);
    if (path_in(path, options_data(options), "daybook.yml") != ERR_OK) {
        return error_set(reterr, ERR_INVALID, "the path %.100s... is too long",
                         options_data(options));
    }
    enum err e = refuse_file(options_data(options), reterr);
    e = e != ERR_OK ? e : take_flags(options, ret, reterr);
    e = e != ERR_OK ? e : settings_read_environment(ret, reterr);
    return e != ERR_OK ? e : settings_read_file(ret, path, reterr);
}

bool data_has_keys(const char *dir, const struct settings *settings, char ret_why[DATA_PATH_SIZE])
{
    const char *master = settings->master_key_file;
    char paths[2][DATA_PATH_SIZE];
    (void)snprintf(paths[0], sizeof paths[0], "%s/keyring", dir);
    (void)snprintf(paths[1], sizeof paths[1], "%s%s", master[0] != '\0' ? "" : dir,
                   master[0] != '\0' ? master : "/master.key");
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        if (access(paths[i], R_OK) != 0) {
            (void)snprintf(ret_why, DATA_PATH_SIZE, "%s: %s", paths[i], strerror(errno));
            return false;
        }
    }
    return true;
}

struct journal_options data_journal_options(const char *dir, const struct settings *settings)
{
    const char *master = settings->master_key_file;
    return (struct journal_options){.data_dir = dir,
                                    .master_key_path = master[0] != '\0' ? master : NULL,
                                    .clock = clock_system(),
                                    .read_only = true};
}

/* ---- opening ---- */

static enum err open_journal(struct data *data, unsigned needs, struct error *reterr)
{
    struct journal_options journal = data_journal_options(data->dir, &data->settings);
    data->has_keys = (needs & (DATA_KEYS | DATA_MAYBE_KEYS)) != 0 &&
                     data_has_keys(data->dir, &data->settings, data->keys_missing);
    if ((needs & DATA_KEYS) != 0 && !data->has_keys) {
        return error_set(reterr, ERR_NOT_FOUND,
                         "the keys are needed: %s; name the master key with "
                         "--master-key-file",
                         data->keys_missing);
    }
    journal.without_keys = !data->has_keys;
    return journal_open(&journal, &data->journal, reterr);
}

static enum err refuse_views(const struct data *data, const char *why, struct error *reterr)
{
    return error_set(reterr, ERR_REFUSED,
                     "the views in %s %s: \"daybook rebuild --data %s\" builds them from the "
                     "journal, and so does the next start of the server",
                     data->dir, why, data->dir);
}

/* Without a server nobody has looked yet whether the views are right. */
static enum err check_views(struct data *data, const char *path, struct error *reterr)
{
    bool trusted = data->server_pid != 0;
    const char *reason = "";
    char why[200];
    enum err e =
        trusted ? ERR_OK : trust_check(path, data->views, data->journal, &trusted, &reason, reterr);
    if (e == ERR_OK && trusted && projector_outdated(data->txn) != NULL) {
        trusted = false;
        reason = "another version of this program made them";
    }
    if (e == ERR_OK && !trusted) {
        (void)snprintf(why, sizeof why, "are not to be trusted (%s)", reason);
        e = refuse_views(data, why, reterr);
    }
    return e;
}

static enum err open_store(struct data *data, const char *path, struct error *reterr)
{
    char file[DATA_PATH_SIZE];
    char why[ERROR_TEXT_SIZE];
    struct stat status;
    struct error fault;
    const char *reason = "";
    struct views_options options = {.dir = path, .read_only = true};
    enum err e = path_in(file, data->dir, "views/data.mdb");
    if (e != ERR_OK || stat(file, &status) != 0 || status.st_size == 0) {
        return refuse_views(data, "are missing", reterr);
    }
    if (data->server_pid == 0 && !trust_glance(path, &reason)) {
        (void)snprintf(why, sizeof why, "are not to be trusted (%s)", reason);
        return refuse_views(data, why, reterr);
    }
    if (views_open(&options, &data->views, &fault) != ERR_OK) {
        (void)snprintf(why, sizeof why, "cannot be opened (%.300s)", error_text(&fault));
        return refuse_views(data, why, reterr);
    }
    return ERR_OK;
}

enum err data_open_views(struct data *data, struct error *reterr)
{
    char path[DATA_PATH_SIZE];
    struct journal_head position;
    enum err e = path_in(path, data->dir, "views");
    e = e != ERR_OK ? e : open_store(data, path, reterr);
    e = e != ERR_OK ? e : views_begin(data->views, false, &data->txn, reterr);
    e = e != ERR_OK ? e : check_views(data, path, reterr);
    e = e != ERR_OK ? e : projector_position(data->txn, &position, reterr);
    data->seq = e == ERR_OK ? position.seq : 0;
    return e;
}

static enum err open_reader(struct data *data, struct error *reterr)
{
    enum err e = journal_reader_create(data->journal, &data->reader, reterr);
    e = e != ERR_OK ? e : journal_reader_begin(data->reader, reterr);
    return e != ERR_OK ? e : journal_reader_head(data->reader, &data->head, reterr);
}

enum err
data_open(const struct options *options, unsigned needs, struct data *ret, struct error *reterr)
{
    *ret = (struct data){.dir = options_data(options)};
    data_guard(options->usage->command, ret->dir, true);
    enum err e = data_settings(options, &ret->settings, reterr);
    e = e != ERR_OK ? e : data_check(ret->dir, reterr);
    ret->server_pid = e == ERR_OK ? data_lock_holder(ret->dir) : 0;
    e = e != ERR_OK ? e : open_journal(ret, needs, reterr);
    if (e == ERR_OK && (needs & DATA_VIEWS) != 0) {
        e = data_open_views(ret, reterr);
    }
    return e != ERR_OK ? e : open_reader(ret, reterr);
}

void data_close_views(struct data *data)
{
    views_end(&data->txn);
    views_close(&data->views);
}

void data_close(struct data *data)
{
    data_close_views(data);
    if (data->reader != NULL) {
        journal_reader_end(data->reader);
    }
    journal_reader_destroy(&data->reader);
    journal_close(&data->journal);
    settings_deinit(&data->settings);
}
