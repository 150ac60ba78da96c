/* The store of views on LMDB. Traps of LMDB 0.9.24 that are handled here: MDB_NOTLS always (one
 * thread may hold several read transactions); the data file is opened without CLOEXEC; dead
 * readers' slots. */
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/failpoint.h"
#include "core/base/memory.h"
#include "projections/views.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>

#ifdef __SANITIZE_THREAD__ /* which leaves about one TiB of address space, and there are others */
#define MAP_BYTES_DEFAULT ((uint64_t)1 << 36)
#else
#define MAP_BYTES_DEFAULT ((uint64_t)1 << 40)
#endif
#define READERS_MAX 512

struct views {
    MDB_env *env;
    MDB_dbi tables[VIEWS_TABLE_COUNT];
    bool read_only;
};

/* A write transaction keeps a cursor on each table it touches: rows written one after the other are
 * neighbours mostly (ordered ids), and a cursor that stands on their page finds the next at once
 * instead of from the root. LMDB closes these cursors with the transaction. */
struct views_txn {
    struct views *views;
    MDB_txn *txn;
    bool write;
    MDB_cursor *cursors[VIEWS_TABLE_COUNT];
};

static const char *const table_names[VIEWS_TABLE_COUNT] = {
#define TABLE(name, text) [VIEWS_##name] = (text),
#include "projections/views_tables.def"
#undef TABLE
};

static enum err fault(int rc, const char *what, struct error *reterr)
{
    if (rc == MDB_NOTFOUND) {
        return error_set(reterr, ERR_NOT_FOUND, "%s: no such row", what);
    }
    bool damaged = rc == MDB_CORRUPTED || rc == MDB_PAGE_NOTFOUND || rc == MDB_INVALID ||
                   rc == MDB_VERSION_MISMATCH || rc == MDB_PANIC;
    enum err code = damaged ? ERR_DAMAGED : ERR_IO;
    return error_set(reterr, code, "views: %s: %s", what, mdb_strerror(rc));
}

static MDB_val val(struct slice slice)
{
    return (MDB_val){.mv_size = slice.size, .mv_data = (void *)(uintptr_t)slice.data};
}

static struct slice slice_of_val(MDB_val value)
{
    return slice_of(value.mv_data, value.mv_size);
}

/* ---- environment ---- */

static int open_tables(struct views *views)
{
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(views->env, NULL, views->read_only ? MDB_RDONLY : 0, &txn);
    for (int i = 0; rc == 0 && i < VIEWS_TABLE_COUNT; i++) {
        rc =
            mdb_dbi_open(txn, table_names[i], views->read_only ? 0 : MDB_CREATE, &views->tables[i]);
    }
    if (txn == NULL) {
        return rc;
    }
    if (rc != 0) {
        mdb_txn_abort(txn);
        return rc;
    }
    return mdb_txn_commit(txn);
}

static int close_on_exec(MDB_env *env)
{
    mdb_filehandle_t fd = -1;
    int rc = mdb_env_get_fd(env, &fd);
    if (rc == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        rc = errno;
    }
    return rc;
}

static int open_env(struct views *views, const struct views_options *options)
{
    int rc = mdb_env_create(&views->env);
    if (rc != 0) {
        return rc;
    }
    uint64_t map_bytes = options->map_bytes != 0 ? options->map_bytes : MAP_BYTES_DEFAULT;
    unsigned flags = MDB_NOTLS | MDB_NOSYNC | MDB_NORDAHEAD | (options->read_only ? MDB_RDONLY : 0);
    rc = mdb_env_set_mapsize(views->env, (size_t)map_bytes);
    rc = rc != 0 ? rc : mdb_env_set_maxdbs(views->env, VIEWS_TABLE_COUNT);
    rc = rc != 0 ? rc : mdb_env_set_maxreaders(views->env, READERS_MAX);
    rc = rc != 0 ? rc : mdb_env_open(views->env, options->dir, flags, 0600);
    rc = rc != 0 ? rc : close_on_exec(views->env);
    int dead = 0;
    rc = rc != 0 ? rc : mdb_reader_check(views->env, &dead);
    return rc != 0 ? rc : open_tables(views);
}

enum err views_open(const struct views_options *options, struct views **ret, struct error *reterr)
{
    if (options->create && mkdir(options->dir, 0700) != 0 && errno != EEXIST) {
        return error_set_sys(reterr, ERR_IO, errno, "make directory %s", options->dir);
    }
    struct views *views = memory_zalloc(1, sizeof *views);
    if (views == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "open views: out of memory");
    }
    views->read_only = options->read_only;
    int rc = open_env(views, options);
    if (rc != 0) {
        views_close(&views);
        enum err code = rc == ENOENT || rc == MDB_NOTFOUND ? ERR_NOT_FOUND : ERR_IO;
        return rc == ENOENT || rc == MDB_NOTFOUND
                   ? error_set(reterr, code, "open views in %s: %s", options->dir, mdb_strerror(rc))
                   : fault(rc, options->dir, reterr);
    }
    *ret = views;
    return ERR_OK;
}

void views_close(struct views **views)
{
    if (*views == NULL) {
        return;
    }
    if ((*views)->env != NULL) {
        mdb_env_close((*views)->env);
    }
    memory_free(*views);
    *views = NULL;
}

enum err views_sync(struct views *views, struct error *reterr)
{
    int rc = mdb_env_sync(views->env, 1);
    return rc == 0 ? ERR_OK : fault(rc, "sync", reterr);
}

uint64_t views_last_txn(struct views *views)
{
    MDB_envinfo info = {0};
    (void)mdb_env_info(views->env, &info);
    return info.me_last_txnid;
}

uint64_t views_bytes(struct views *views)
{
    MDB_envinfo info = {0};
    MDB_stat stat = {0};
    (void)mdb_env_info(views->env, &info);
    (void)mdb_env_stat(views->env, &stat);
    return ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
}

const char *views_table_name(enum views_table table)
{
    return table_names[table];
}

/* ---- transactions ---- */

enum err views_begin(struct views *views, bool write, struct views_txn **ret, struct error *reterr)
{
    struct views_txn *txn = memory_zalloc(1, sizeof *txn);
    if (txn == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "begin views transaction: out of memory");
    }
    int rc = mdb_txn_begin(views->env, NULL, write ? 0 : MDB_RDONLY, &txn->txn);
    if (rc != 0) {
        memory_free(txn);
        return fault(rc, "begin transaction", reterr);
    }
    txn->views = views;
    txn->write = write;
    *ret = txn;
    return ERR_OK;
}

uint64_t views_txn_number(const struct views_txn *txn)
{
    return mdb_txn_id(txn->txn);
}

enum err views_commit(struct views_txn **txn, struct error *reterr)
{
    ASSERT((*txn)->write);
    if (failpoint_hit(FAILPOINT_VIEWS_BEFORE_COMMIT)) {
        views_end(txn);
        return fault(EIO, "commit", reterr);
    }
    int rc = mdb_txn_commit((*txn)->txn);
    memory_free(*txn);
    *txn = NULL;
    if (failpoint_hit(FAILPOINT_VIEWS_AFTER_COMMIT)) {
        return fault(EIO, "commit", reterr);
    }
    return rc == 0 ? ERR_OK : fault(rc, "commit", reterr);
}

void views_end(struct views_txn **txn)
{
    if (*txn == NULL) {
        return;
    }
    mdb_txn_abort((*txn)->txn);
    memory_free(*txn);
    *txn = NULL;
}

void views_reset(struct views_txn *txn)
{
    ASSERT(!txn->write);
    mdb_txn_reset(txn->txn);
}

enum err views_renew(struct views_txn *txn, struct error *reterr)
{
    ASSERT(!txn->write);
    int rc = mdb_txn_renew(txn->txn);
    return rc == 0 ? ERR_OK : fault(rc, "renew transaction", reterr);
}

/* ---- rows ---- */

/* The cursor of a write transaction on a table. */
static int cursor_of(struct views_txn *txn, enum views_table table, MDB_cursor **ret)
{
    int rc = 0;
    if (txn->cursors[table] == NULL) {
        rc = mdb_cursor_open(txn->txn, txn->views->tables[table], &txn->cursors[table]);
    }
    *ret = txn->cursors[table];
    return rc;
}

static int find(struct views_txn *txn, enum views_table table, MDB_val *key, MDB_val *ret_row)
{
    MDB_cursor *cursor = NULL;
    if (key->mv_size == 0) {
        return MDB_NOTFOUND;
    }
    if (!txn->write) {
        return mdb_get(txn->txn, txn->views->tables[table], key, ret_row);
    }
    int rc = cursor_of(txn, table, &cursor);
    return rc != 0 ? rc : mdb_cursor_get(cursor, key, ret_row, MDB_SET);
}

enum err views_get(struct views_txn *txn,
                   enum views_table table,
                   struct slice key,
                   struct slice *ret,
                   struct error *reterr)
{
    MDB_val k = val(key);
    MDB_val row;
    int rc = find(txn, table, &k, &row);
    if (rc != 0) {
        return fault(rc, table_names[table], reterr);
    }
    *ret = slice_of_val(row);
    return ERR_OK;
}

enum err views_get_copy(struct views_txn *txn,
                        enum views_table table,
                        struct slice key,
                        struct arena *arena,
                        struct slice *ret,
                        struct error *reterr)
{
    struct slice row;
    enum err e = views_get(txn, table, key, &row, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct slice copy = arena_copy(arena, row);
    if (copy.data == NULL) {
        return arena_error(arena, table_names[table], reterr);
    }
    *ret = copy;
    return ERR_OK;
}

bool views_has(struct views_txn *txn, enum views_table table, struct slice key)
{
    struct slice row;
    return views_get(txn, table, key, &row, NULL) == ERR_OK;
}

enum err views_put(struct views_txn *txn,
                   enum views_table table,
                   struct slice key,
                   struct slice row,
                   struct error *reterr)
{
    MDB_val k = val(key);
    MDB_val v = val(row);
    MDB_cursor *cursor = NULL;
    int rc = cursor_of(txn, table, &cursor);
    rc = rc != 0 ? rc : mdb_cursor_put(cursor, &k, &v, 0);
    return rc == 0 ? ERR_OK : fault(rc, table_names[table], reterr);
}

enum err
views_delete(struct views_txn *txn, enum views_table table, struct slice key, struct error *reterr)
{
    MDB_val k = val(key);
    int rc = mdb_del(txn->txn, txn->views->tables[table], &k, NULL);
    return rc == 0 || rc == MDB_NOTFOUND ? ERR_OK : fault(rc, table_names[table], reterr);
}

enum err views_clear(struct views_txn *txn, enum views_table table, struct error *reterr)
{
    int rc = mdb_drop(txn->txn, txn->views->tables[table], 0);
    return rc == 0 ? ERR_OK : fault(rc, table_names[table], reterr);
}

uint64_t views_count(struct views_txn *txn, enum views_table table)
{
    MDB_stat stat = {0};
    (void)mdb_stat(txn->txn, txn->views->tables[table], &stat);
    return stat.ms_entries;
}

/* ---- cursors ---- */

enum err views_cursor_open(struct views_txn *txn,
                           enum views_table table,
                           struct views_cursor *ret,
                           struct error *reterr)
{
    MDB_cursor *handle = NULL;
    int rc = mdb_cursor_open(txn->txn, txn->views->tables[table], &handle);
    if (rc != 0) {
        return fault(rc, table_names[table], reterr);
    }
    *ret = (struct views_cursor){.handle = handle};
    return ERR_OK;
}

enum err views_cursor_check(const struct views_cursor *cursor, struct error *reterr)
{
    return !cursor->fault ? ERR_OK : error_set(reterr, ERR_IO, "views: a row cannot be read");
}

void views_cursor_close(struct views_cursor *cursor)
{
    if (cursor->handle != NULL) {
        mdb_cursor_close(cursor->handle);
    }
    *cursor = (struct views_cursor){0};
}

static bool move(struct views_cursor *cursor, MDB_cursor_op op, struct slice key)
{
    MDB_val k = val(key);
    MDB_val row = {0};
    int rc =
        failpoint_hit(FAILPOINT_VIEWS_READ) ? EIO : mdb_cursor_get(cursor->handle, &k, &row, op);
    cursor->valid = rc == 0;
    cursor->fault = rc != 0 && rc != MDB_NOTFOUND;
    cursor->key = rc == 0 ? slice_of_val(k) : (struct slice){NULL, 0};
    cursor->row = rc == 0 ? slice_of_val(row) : (struct slice){NULL, 0};
    return cursor->valid;
}

bool views_cursor_seek(struct views_cursor *cursor, struct slice key)
{
    return move(cursor, key.size > 0 ? MDB_SET_RANGE : MDB_FIRST, key);
}

bool views_cursor_seek_before(struct views_cursor *cursor, struct slice key)
{
    if (key.size == 0 || !move(cursor, MDB_SET_RANGE, key)) {
        return !cursor->fault && move(cursor, MDB_LAST, key);
    }
    return move(cursor, MDB_PREV, key);
}

bool views_cursor_next(struct views_cursor *cursor)
{
    return move(cursor, MDB_NEXT, (struct slice){NULL, 0});
}

bool views_cursor_previous(struct views_cursor *cursor)
{
    return move(cursor, MDB_PREV, (struct slice){NULL, 0});
}

/* ---- keys ---- */

static unsigned char *room(struct views_key *key, size_t size)
{
    ASSERT(key->size + size <= sizeof key->bytes);
    unsigned char *at = key->bytes + key->size;
    key->size += size;
    return at;
}

void views_key_u8(struct views_key *key, uint8_t number)
{
    *room(key, 1) = number;
}

void views_key_u32(struct views_key *key, uint32_t number)
{
    bytes_put_be32(room(key, 4), number);
}

void views_key_u64(struct views_key *key, uint64_t number)
{
    bytes_put_be64(room(key, 8), number);
}

void views_key_id(struct views_key *key, struct uuid id)
{
    memcpy(room(key, sizeof id.bytes), id.bytes, sizeof id.bytes);
}

void views_key_text(struct views_key *key, struct slice text)
{
    size_t left = sizeof key->bytes - key->size;
    size_t size = text.size < left ? text.size : left;
    if (size > 0) {
        memcpy(room(key, size), text.data, size);
    }
}
