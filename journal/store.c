#include "journal/store_priv.h"

#include "core/base/check.h"
#include "core/base/memory.h"
#include "journal/file_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __SANITIZE_THREAD__ /* which leaves about one TiB of address space, and there are others */
#define MAP_BYTES_DEFAULT ((uint64_t)1 << 36)
#else
#define MAP_BYTES_DEFAULT ((uint64_t)1 << 40)
#endif

/* LMDB never writes pages that one transaction took at the end of the file and gave back: so many
 * may be missing there and nothing is lost. */
#define UNWRITTEN_PAGES_MAX 64

struct store {
    MDB_env *env;
    MDB_dbi databases[STORE_DATABASES_MAX];
    unsigned database_count;
    bool read_only;
    bool cannot_allocate;    /* the file system has no fallocate */
    uint64_t allocated_end;  /* disk is ours up to this byte of the file */
    struct store *next_open; /* in this process */
    pid_t process;           /* that opened it: a child may open what its parent has open */
    dev_t device;
    ino_t inode; /* of the directory */
};

struct store_txn {
    struct store *store;
    MDB_txn *txn;
};

struct store_cursor {
    MDB_cursor *cursor;
    struct store_txn *txn;
};

/* The stores open in this process, to notice a second open of one. */
static struct store *all_open;
static pthread_mutex_t all_open_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- errors ---- */

static enum err code_of(int rc)
{
    switch (rc) {
    case MDB_NOTFOUND:
        return ERR_NOT_FOUND;
    case MDB_KEYEXIST:
        return ERR_EXISTS;
    case MDB_MAP_FULL:
        return ERR_DISK_FULL;
    case MDB_READERS_FULL:
    case MDB_TXN_FULL:
        return ERR_LIMIT;
    case MDB_PAGE_NOTFOUND:
    case MDB_CORRUPTED:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
    case MDB_BAD_VALSIZE:
        return ERR_DAMAGED;
    case MDB_VERSION_MISMATCH:
        return ERR_UNSUPPORTED;
    default:
        return rc > 0 ? file_error_code(rc) : ERR_IO;
    }
}

static enum err fail(struct error *reterr, int rc, const char *doing)
{
    return error_set(reterr, code_of(rc), "%s: %s", doing, mdb_strerror(rc));
}

static MDB_val val_of(struct slice bytes)
{
    return (MDB_val){bytes.size, (void *)(uintptr_t)bytes.data};
}

static struct slice slice_of_val(MDB_val val)
{
    return slice_of(val.mv_data, val.mv_size);
}

/* ---- opening ---- */

/* Notes the store among the open ones. Opening one twice is a bug that would cost its locks. */
static void register_open(struct store *store)
{
    (void)pthread_mutex_lock(&all_open_lock);
    for (struct store *other = all_open; other != NULL; other = other->next_open) {
        ASSERT(other->device != store->device || other->inode != store->inode ||
               other->process != store->process);
    }
    store->next_open = all_open;
    all_open = store;
    (void)pthread_mutex_unlock(&all_open_lock);
}

static void unregister_open(struct store *store)
{
    (void)pthread_mutex_lock(&all_open_lock);
    struct store **at = &all_open;
    while (*at != NULL && *at != store) {
        at = &(*at)->next_open;
    }
    if (*at != NULL) {
        *at = store->next_open;
    }
    (void)pthread_mutex_unlock(&all_open_lock);
}

static enum err check_there(const struct store_options *options, struct error *reterr)
{
    char path[FILE_PATH_SIZE];
    enum err e = file_path(path, options->directory, "data.mdb", reterr);
    if (e == ERR_OK && !file_exists(path)) {
        e = error_set(reterr, ERR_NOT_FOUND, "there is no %s", path);
    }
    return e;
}

static enum err identify(struct store *store, const char *directory, struct error *reterr)
{
    struct stat status;
    if (stat(directory, &status) != 0) {
        return error_set_sys(reterr, file_error_code(errno), errno, "look at %s", directory);
    }
    store->process = getpid();
    store->device = status.st_dev;
    store->inode = status.st_ino;
    return ERR_OK;
}

static int
open_environment(struct store *store, const struct store_options *options, const char **ret_doing)
{
    uint64_t map_bytes = options->map_bytes != 0 ? options->map_bytes : MAP_BYTES_DEFAULT;
    unsigned flags = MDB_NOTLS | (options->read_only ? MDB_RDONLY : 0);
    *ret_doing = "prepare";
    int rc = mdb_env_create(&store->env);
    if (rc == 0) {
        rc = mdb_env_set_mapsize(store->env, (size_t)map_bytes);
    }
    if (rc == 0) {
        rc = mdb_env_set_maxdbs(store->env, options->database_count);
    }
    if (rc == 0) {
        rc = mdb_env_set_maxreaders(store->env, STORE_READERS_MAX);
    }
    if (rc == 0) {
        *ret_doing = "open";
        rc = mdb_env_open(store->env, options->directory, flags, 0600);
    }
    return rc;
}

static int close_on_exec(struct store *store)
{
    mdb_filehandle_t fd = -1;
    int rc = mdb_env_get_fd(store->env, &fd);
    return rc == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ? errno : rc;
}

static int open_databases(struct store *store, const struct store_options *options)
{
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(store->env, NULL, options->create ? 0 : MDB_RDONLY, &txn);
    for (unsigned i = 0; i < options->database_count && rc == 0; i++) {
        rc = mdb_dbi_open(txn, options->databases[i], options->create ? MDB_CREATE : 0,
                          &store->databases[i]);
    }
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }
    return mdb_txn_commit(txn);
}

/* A page behind the end of the file ends the process when it is read: better now than at the
 * request that needs it. Who only reads goes as far as he comes. */
static enum err
check_size(const struct store *store, const struct store_options *options, struct error *reterr)
{
    struct stat status;
    uint64_t used = store_file_bytes(store);
    MDB_stat tree;
    (void)mdb_env_stat(store->env, &tree); /* fails only for an environment that is not open */
    if (options->read_only || fstat(store_descriptor(store), &status) != 0 ||
        (uint64_t)status.st_size + (uint64_t)UNWRITTEN_PAGES_MAX * tree.ms_psize >= used) {
        return ERR_OK;
    }
    return error_set(
        reterr, ERR_DAMAGED,
        "%s/data.mdb was cut: it has %llu bytes, and %llu are in use; put it back from "
        "a backup",
        options->directory, (unsigned long long)status.st_size, (unsigned long long)used);
}

static enum err
open_all(struct store *store, const struct store_options *options, struct error *reterr)
{
    const char *doing = "";
    int rc = open_environment(store, options, &doing);
    enum err e = rc == 0 ? check_size(store, options, reterr) : ERR_OK;
    if (e != ERR_OK) {
        return e;
    }
    if (rc == 0) {
        doing = "set close-on-exec of";
        rc = close_on_exec(store);
    }
    if (rc == 0) {
        doing = "free slots of dead readers of";
        int dead = 0;
        rc = mdb_reader_check(store->env, &dead);
    }
    if (rc == 0) {
        doing = "open the databases of";
        rc = open_databases(store, options);
    }
    if (rc != 0) {
        e = rc == MDB_NOTFOUND ? ERR_DAMAGED : code_of(rc);
        return error_set(reterr, e, "%s %s: %s", doing, options->directory, mdb_strerror(rc));
    }
    return ERR_OK;
}

/* Makes the names of a new environment last. Cheap enough to do at every open that may create. */
static enum err sync_names(const struct store_options *options, struct error *reterr)
{
    enum err e = file_sync_directory(options->directory, reterr);
    return e == ERR_OK ? file_sync_parent(options->directory, reterr) : e;
}

enum err store_open(const struct store_options *options, struct store **ret, struct error *reterr)
{
    ASSERT(options->database_count > 0 && options->database_count <= STORE_DATABASES_MAX);
    ASSERT(!options->create || !options->read_only);
    struct store *store = memory_zalloc(1, sizeof *store);
    if (store == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "open %s: out of memory", options->directory);
    }
    store->database_count = options->database_count;
    store->read_only = options->read_only;
    enum err e = options->create ? file_make_directory(options->directory, reterr)
                                 : check_there(options, reterr);
    if (e == ERR_OK) {
        e = identify(store, options->directory, reterr);
    }
    if (e == ERR_OK) {
        register_open(store);
        e = open_all(store, options, reterr);
    }
    if (e == ERR_OK && options->create) {
        e = sync_names(options, reterr);
    }
    if (e != ERR_OK) {
        store_close(&store);
        return e;
    }
    *ret = store;
    return ERR_OK;
}

void store_close(struct store **store)
{
    if (*store == NULL) {
        return;
    }
    if ((*store)->env != NULL) {
        mdb_env_close((*store)->env);
    }
    unregister_open(*store);
    memory_free(*store);
    *store = NULL;
}

/* ---- transactions ---- */

enum err store_begin(struct store *store, bool write, struct store_txn **ret, struct error *reterr)
{
    ASSERT(!write || !store->read_only);
    struct store_txn *txn = memory_zalloc(1, sizeof *txn);
    if (txn == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "begin a transaction: out of memory");
    }
    txn->store = store;
    int rc = mdb_txn_begin(store->env, NULL, write ? 0 : MDB_RDONLY, &txn->txn);
    if (rc != 0) {
        memory_free(txn);
        return fail(reterr, rc, "begin a transaction");
    }
    *ret = txn;
    return ERR_OK;
}

enum err store_commit(struct store_txn **txn, struct error *reterr)
{
    int rc = mdb_txn_commit((*txn)->txn); /* frees it, whatever comes */
    memory_free(*txn);
    *txn = NULL;
    return rc == 0 ? ERR_OK : fail(reterr, rc, "commit");
}

void store_abort(struct store_txn **txn)
{
    if (*txn != NULL) {
        mdb_txn_abort((*txn)->txn);
        memory_free(*txn);
        *txn = NULL;
    }
}

void store_reset(struct store_txn *txn)
{
    mdb_txn_reset(txn->txn);
}

enum err store_renew(struct store_txn *txn, struct error *reterr)
{
    int rc = mdb_txn_renew(txn->txn);
    return rc == 0 ? ERR_OK : fail(reterr, rc, "take a snapshot");
}

/* ---- single keys ---- */

static MDB_dbi database_of(const struct store_txn *txn, unsigned database)
{
    ASSERT(database < txn->store->database_count);
    return txn->store->databases[database];
}

enum err store_get(struct store_txn *txn,
                   unsigned database,
                   struct slice key,
                   struct slice *ret,
                   struct error *reterr)
{
    MDB_val name = val_of(key);
    MDB_val value;
    int rc = mdb_get(txn->txn, database_of(txn, database), &name, &value);
    if (rc != 0) {
        return rc == MDB_NOTFOUND ? ERR_NOT_FOUND : fail(reterr, rc, "read");
    }
    *ret = slice_of_val(value);
    return ERR_OK;
}

enum err store_put(struct store_txn *txn,
                   unsigned database,
                   struct slice key,
                   struct slice value,
                   enum store_mode mode,
                   struct error *reterr)
{
    static const unsigned flags[] = {
        [STORE_SET] = 0, [STORE_NEW] = MDB_NOOVERWRITE, [STORE_APPEND] = MDB_APPEND};
    MDB_val name = val_of(key);
    MDB_val content = val_of(value);
    int rc = mdb_put(txn->txn, database_of(txn, database), &name, &content, flags[mode]);
    return rc == 0 ? ERR_OK : fail(reterr, rc, "put");
}

enum err
store_delete(struct store_txn *txn, unsigned database, struct slice key, struct error *reterr)
{
    MDB_val name = val_of(key);
    int rc = mdb_del(txn->txn, database_of(txn, database), &name, NULL);
    if (rc != 0) {
        return rc == MDB_NOTFOUND ? ERR_NOT_FOUND : fail(reterr, rc, "delete");
    }
    return ERR_OK;
}

enum err store_count(struct store_txn *txn, unsigned database, uint64_t *ret, struct error *reterr)
{
    MDB_stat status;
    int rc = mdb_stat(txn->txn, database_of(txn, database), &status);
    if (rc != 0) {
        return fail(reterr, rc, "count");
    }
    *ret = status.ms_entries;
    return ERR_OK;
}

/* ---- cursors ---- */

enum err store_cursor_create(struct store_txn *txn,
                             unsigned database,
                             struct store_cursor **ret,
                             struct error *reterr)
{
    struct store_cursor *cursor = memory_zalloc(1, sizeof *cursor);
    if (cursor == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "open a cursor: out of memory");
    }
    cursor->txn = txn;
    int rc = mdb_cursor_open(txn->txn, database_of(txn, database), &cursor->cursor);
    if (rc != 0) {
        memory_free(cursor);
        return fail(reterr, rc, "open a cursor");
    }
    *ret = cursor;
    return ERR_OK;
}

void store_cursor_destroy(struct store_cursor **cursor)
{
    if (*cursor != NULL) {
        mdb_cursor_close((*cursor)->cursor);
        memory_free(*cursor);
        *cursor = NULL;
    }
}

enum err store_cursor_renew(struct store_cursor *cursor, struct error *reterr)
{
    int rc = mdb_cursor_renew(cursor->txn->txn, cursor->cursor);
    return rc == 0 ? ERR_OK : fail(reterr, rc, "renew a cursor");
}

static enum err step(struct store_cursor *cursor,
                     MDB_val *key,
                     MDB_cursor_op op,
                     struct slice *ret_key,
                     struct slice *ret_value,
                     struct error *reterr)
{
    MDB_val value;
    int rc = mdb_cursor_get(cursor->cursor, key, &value, op);
    if (rc != 0) {
        return rc == MDB_NOTFOUND ? ERR_NOT_FOUND : fail(reterr, rc, "read");
    }
    *ret_key = slice_of_val(*key);
    *ret_value = slice_of_val(value);
    return ERR_OK;
}

enum err store_cursor_move(struct store_cursor *cursor,
                           enum store_move move,
                           struct slice *ret_key,
                           struct slice *ret_value,
                           struct error *reterr)
{
    static const MDB_cursor_op ops[] = {[STORE_FIRST] = MDB_FIRST,
                                        [STORE_LAST] = MDB_LAST,
                                        [STORE_FORWARD] = MDB_NEXT,
                                        [STORE_BACK] = MDB_PREV};
    MDB_val key;
    return step(cursor, &key, ops[move], ret_key, ret_value, reterr);
}

enum err store_cursor_seek(struct store_cursor *cursor,
                           struct slice key,
                           struct slice *ret_key,
                           struct slice *ret_value,
                           struct error *reterr)
{
    MDB_val name = val_of(key);
    return step(cursor, &name, MDB_SET_RANGE, ret_key, ret_value, reterr);
}

/* ---- the file ---- */

uint64_t store_file_bytes(const struct store *store)
{
    MDB_envinfo info;
    MDB_stat status;
    (void)mdb_env_info(store->env, &info); /* fail only for an environment that is not open */
    (void)mdb_env_stat(store->env, &status);
    return ((uint64_t)info.me_last_pgno + 1) * status.ms_psize;
}

int store_descriptor(const struct store *store)
{
    mdb_filehandle_t fd = -1;
    (void)mdb_env_get_fd(store->env, &fd);
    return fd;
}

enum err store_free_dead_readers(struct store *store, struct error *reterr)
{
    int dead = 0;
    int rc = mdb_reader_check(store->env, &dead);
    return rc == 0 ? ERR_OK : fail(reterr, rc, "free slots of dead readers");
}

enum err store_make_room(struct store *store, uint64_t room_bytes, struct error *reterr)
{
    uint64_t used = store_file_bytes(store);
    if (store->cannot_allocate || used + room_bytes <= store->allocated_end) {
        return ERR_OK;
    }
    /* Twice the room at a time, so that most calls find it done. */
    uint64_t wanted = 2 * room_bytes;
    if (fallocate(store_descriptor(store), FALLOC_FL_KEEP_SIZE, (off_t)used, (off_t)wanted) != 0) {
        if (errno == EOPNOTSUPP || errno == ENOSYS) {
            store->cannot_allocate = true;
            return ERR_OK;
        }
        return error_set_sys(reterr, file_error_code(errno), errno, "allocate %llu bytes of disk",
                             (unsigned long long)wanted);
    }
    store->allocated_end = used + wanted;
    return ERR_OK;
}
