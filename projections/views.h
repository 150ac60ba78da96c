/*
 * views: the store of everything derived from the journal. May be deleted at any time; a fold of
 * the journal makes it again, byte for byte.
 *
 * An LMDB environment without syncing: commits are cheap, a crash of the process loses nothing, a
 * power loss may tear the file, so trust.h decides at the start whether it may be used. One writer
 * thread holds the write transaction; readers take snapshots on any thread.
 *
 * This and views_store.c are the only files here that speak LMDB.
 */
#ifndef DAYBOOK_PROJECTIONS_VIEWS_H
#define DAYBOOK_PROJECTIONS_VIEWS_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/id.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum views_table {
#define TABLE(name, text) VIEWS_##name,
#include "projections/views_tables.def"
#undef TABLE
    VIEWS_TABLE_COUNT,
};

/* Longest key of any table. */
#define VIEWS_KEY_BYTES_MAX 400

struct views;
struct views_txn;

struct views_options {
    const char *dir;    /* made when missing and `create` */
    uint64_t map_bytes; /* 0: 1 TiB of address space */
    bool create;
    bool read_only; /* beside a server */
};

/** Opens the environment. Errors: ERR_NOT_FOUND, ERR_DAMAGED, ERR_IO; never open one twice. */
MUST_USE enum err
views_open(const struct views_options *options, struct views **ret, struct error *reterr);

/** Closes and frees; sets the pointer to NULL. No transaction may be left. Takes NULL too. */
void views_close(struct views **views);

/** Writes everything to disk and waits for it. */
MUST_USE enum err views_sync(struct views *views, struct error *reterr);

/** Number of the last committed transaction. */
uint64_t views_last_txn(struct views *views);

/** Bytes of the pages in use. */
uint64_t views_bytes(struct views *views);

/** The name of a table. */
const char *views_table_name(enum views_table table);

/** Starts a transaction. Thread: one writer at a time; readers anywhere. */
MUST_USE enum err
views_begin(struct views *views, bool write, struct views_txn **ret, struct error *reterr);

/** Number of a write transaction. */
uint64_t views_txn_number(const struct views_txn *txn);

/** Commits a write transaction and frees it; sets the pointer to NULL. */
MUST_USE enum err views_commit(struct views_txn **txn, struct error *reterr);

/** Ends a read, forgets a write; frees and sets the pointer to NULL. Takes NULL too. */
void views_end(struct views_txn **txn);

/** Lets a read snapshot go but keeps its slot for views_renew: two calls instead of two
 * allocations. */
void views_reset(struct views_txn *txn);

/** Takes a new snapshot with a transaction that was reset. */
MUST_USE enum err views_renew(struct views_txn *txn, struct error *reterr);

/** The row of a key; valid until the transaction ends or writes. Errors: ERR_NOT_FOUND, ERR_IO. */
MUST_USE enum err views_get(struct views_txn *txn,
                            enum views_table table,
                            struct slice key,
                            struct slice *ret,
                            struct error *reterr);

/** As views_get, with the row copied into `arena`: safe to keep while writing. */
MUST_USE enum err views_get_copy(struct views_txn *txn,
                                 enum views_table table,
                                 struct slice key,
                                 struct arena *arena,
                                 struct slice *ret,
                                 struct error *reterr);

/** Whether there is such a row; faults count as no. */
bool views_has(struct views_txn *txn, enum views_table table, struct slice key);

/** Sets a row. */
MUST_USE enum err views_put(struct views_txn *txn,
                            enum views_table table,
                            struct slice key,
                            struct slice row,
                            struct error *reterr);

/** Deletes a row; a missing one is no error. */
MUST_USE enum err
views_delete(struct views_txn *txn, enum views_table table, struct slice key, struct error *reterr);

/** Deletes all rows of a table. */
MUST_USE enum err views_clear(struct views_txn *txn, enum views_table table, struct error *reterr);

/** Rows of a table. */
uint64_t views_count(struct views_txn *txn, enum views_table table);

/* A place in a table. `key` and `row` are valid until the next move or write. */
struct views_cursor {
    void *handle;
    struct slice key;
    struct slice row;
    bool valid; /* false: past the end, or a fault (then `fault`) */
    bool fault; /* see views_cursor_check */
};

/** A cursor on no row yet. Close it before its transaction ends. */
MUST_USE enum err views_cursor_open(struct views_txn *txn,
                                    enum views_table table,
                                    struct views_cursor *ret,
                                    struct error *reterr);

/** ERR_OK, or the fault that ended a walk: no walk is whole without asking. Errors: ERR_IO. */
MUST_USE enum err views_cursor_check(const struct views_cursor *cursor, struct error *reterr);

/** Closes; takes a zeroed cursor too. */
void views_cursor_close(struct views_cursor *cursor);

/** To the first row whose key is `key` or behind it. Returns: cursor->valid. */
bool views_cursor_seek(struct views_cursor *cursor, struct slice key);

/** To the last row whose key is before `key`; the empty key means the end. Returns: cursor->valid.
 */
bool views_cursor_seek_before(struct views_cursor *cursor, struct slice key);

/** To the next row. Returns: cursor->valid. */
bool views_cursor_next(struct views_cursor *cursor);

/** To the row before. Returns: cursor->valid. */
bool views_cursor_previous(struct views_cursor *cursor);

/* ---- keys ---- */

struct views_key {
    unsigned char bytes[VIEWS_KEY_BYTES_MAX];
    size_t size;
};

/** An empty key; views_key_* append to it. */
static inline struct views_key views_key(void)
{
    struct views_key key;
    key.size = 0;
    return key;
}

/* Numbers are appended big-endian, so that keys sort as the numbers do. */
/** Appends one byte. */
void views_key_u8(struct views_key *key, uint8_t number);
/** Appends 4 bytes, big-endian. */
void views_key_u32(struct views_key *key, uint32_t number);
/** Appends 8 bytes, big-endian. */
void views_key_u64(struct views_key *key, uint64_t number);
/** Appends the 16 bytes of an id. */
void views_key_id(struct views_key *key, struct uuid id);

/** Appends text, at most what fits. */
void views_key_text(struct views_key *key, struct slice text);

/** The bytes of a key; valid while the key is. */
static inline struct slice views_key_slice(const struct views_key *key)
{
    return slice_of(key->bytes, key->size);
}

/** The key that is one id. */
static inline struct views_key views_key_of_id(struct uuid id)
{
    struct views_key key = views_key();
    views_key_id(&key, id);
    return key;
}

#endif
