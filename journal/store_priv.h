/*
 * store: one LMDB environment with a fixed list of databases. The one door to LMDB: nobody else
 * calls mdb_*.
 *
 * What it sees to, each learnt by measuring (README.md, "LMDB"):
 * - MDB_NOTLS always, so that a thread may hold several read transactions;
 * - the data file's descriptor is closed on exec, which LMDB forgets: a child process would else
 *   inherit the database;
 * - an environment is opened once in a process: a second open would drop the locks of the first
 *   when it is closed;
 * - a commit syncs data and meta page (never MDB_NOMETASYNC, which may undo the last commit; never
 *   MDB_WRITEMAP, which kills the process on a full disk);
 * - slots of dead readers are freed when it is opened;
 * - a new environment's directory entries are synced, which LMDB leaves to its caller.
 *
 * Errors: every call gives ERR_DAMAGED for pages that LMDB finds broken, ERR_DISK_FULL for a full
 * map or disk, ERR_LIMIT for used-up reader slots, ERR_NO_MEMORY, and ERR_IO for the rest. A lookup
 * that finds nothing returns ERR_NOT_FOUND and leaves `reterr` alone: the caller knows what it
 * looked for and writes the sentence.
 *
 * Thread: one write transaction at a time (LMDB waits); read transactions on any thread, each on
 * one thread at a time.
 */
#ifndef DAYBOOK_JOURNAL_STORE_PRIV_H
#define DAYBOOK_JOURNAL_STORE_PRIV_H

#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* Databases of one store. */
#define STORE_DATABASES_MAX 64

/* Reader slots, over all processes. LMDB's own default (126) was reached in a test. */
#define STORE_READERS_MAX 512

/* Longest key: LMDB's. */
#define STORE_KEY_BYTES_MAX 511

struct store;
struct store_txn;
struct store_cursor;

struct store_options {
    const char *directory;
    const char *const *databases; /* names; a database is spoken of by its place in this list */
    unsigned database_count;
    uint64_t map_bytes; /* address space, the most the file can grow to; 0: 1 TiB */
    bool create;        /* make directory and databases that are missing */
    bool read_only;
};

/** Opens a store. Errors: ERR_NOT_FOUND (not there and not `create`), ERR_UNSUPPORTED (LMDB of
 * another version), and those above. */
MUST_USE enum err
store_open(const struct store_options *options, struct store **ret, struct error *reterr);

/** Closes; sets the pointer to NULL. No transaction may be left. Takes NULL too. */
void store_close(struct store **store);

/* ---- transactions ---- */

/** Starts a transaction; a write transaction waits for another one to end. */
MUST_USE enum err
store_begin(struct store *store, bool write, struct store_txn **ret, struct error *reterr);

/** Commits a write transaction and ends it, also on failure; sets the pointer to NULL. */
MUST_USE enum err store_commit(struct store_txn **txn, struct error *reterr);

/** Ends a transaction without keeping what it wrote; sets the pointer to NULL. Takes NULL too. */
void store_abort(struct store_txn **txn);

/** Lets the snapshot of a read transaction go, keeping its slot for store_renew. */
void store_reset(struct store_txn *txn);

/** Takes a new snapshot for a reset read transaction. */
MUST_USE enum err store_renew(struct store_txn *txn, struct error *reterr);

/* ---- single keys ---- */

/** The value of a key; it points into the file and is valid until the transaction writes or ends.
 * Errors: ERR_NOT_FOUND. */
MUST_USE enum err store_get(struct store_txn *txn,
                            unsigned database,
                            struct slice key,
                            struct slice *ret,
                            struct error *reterr);

enum store_mode {
    STORE_SET,    /* replace what is there */
    STORE_NEW,    /* the key must not be there */
    STORE_APPEND, /* the key must be behind all others: keeps pages full */
};

/** Puts a value. Errors: ERR_EXISTS (STORE_NEW, STORE_APPEND). */
MUST_USE enum err store_put(struct store_txn *txn,
                            unsigned database,
                            struct slice key,
                            struct slice value,
                            enum store_mode mode,
                            struct error *reterr);

/** Deletes a key. Errors: ERR_NOT_FOUND. */
MUST_USE enum err
store_delete(struct store_txn *txn, unsigned database, struct slice key, struct error *reterr);

/** Number of keys in a database. */
MUST_USE enum err
store_count(struct store_txn *txn, unsigned database, uint64_t *ret, struct error *reterr);

/* ---- cursors: end them before their transaction; after store_renew call store_cursor_renew ----
 */

/** A cursor, standing nowhere. */
MUST_USE enum err store_cursor_create(struct store_txn *txn,
                                      unsigned database,
                                      struct store_cursor **ret,
                                      struct error *reterr);

/** Frees; sets the pointer to NULL. Takes NULL too. */
void store_cursor_destroy(struct store_cursor **cursor);

/** Lets a read cursor stand nowhere in its transaction's new snapshot. */
MUST_USE enum err store_cursor_renew(struct store_cursor *cursor, struct error *reterr);

enum store_move { STORE_FIRST, STORE_LAST, STORE_FORWARD, STORE_BACK };

/** Moves to the first, last, next or previous key. Errors: ERR_NOT_FOUND (no such key). */
MUST_USE enum err store_cursor_move(struct store_cursor *cursor,
                                    enum store_move move,
                                    struct slice *ret_key,
                                    struct slice *ret_value,
                                    struct error *reterr);

/** Moves to the first key that is `key` or behind it. Errors: ERR_NOT_FOUND. */
MUST_USE enum err store_cursor_seek(struct store_cursor *cursor,
                                    struct slice key,
                                    struct slice *ret_key,
                                    struct slice *ret_value,
                                    struct error *reterr);

/* ---- the file ---- */

/** Bytes of the file that LMDB has ever used: pages times page size. Thread: any. */
uint64_t store_file_bytes(const struct store *store);

/**
 * Allocates disk behind the used part of the file, so that a commit of up to `room_bytes` cannot
 * find the disk full; cheap when there is room already. A file system that cannot do so is left
 * alone. Thread: the writer's. Errors: ERR_DISK_FULL.
 */
MUST_USE enum err store_make_room(struct store *store, uint64_t room_bytes, struct error *reterr);

/** Frees the reader slots of processes that died. Thread: any. */
MUST_USE enum err store_free_dead_readers(struct store *store, struct error *reterr);

/** Descriptor of the data file, for tests of its flags. */
int store_descriptor(const struct store *store);

#endif
