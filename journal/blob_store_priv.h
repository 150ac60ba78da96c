/*
 * blob_store: DATA/blobs, the bodies that are too large to lie beside their records.
 *
 *     chunks   append id 16 | part u16 | class u8 | index u32 (big-endian)  ->  a sealed chunk
 *     pending  append id 16 | part u16 | class u8                           ->  mark: head seq u64
 *              when it was written | crc32c u32 over key and seq (little-endian)
 *
 * A blob is durable before the command that refers to it is queued. Until the command is committed
 * nobody refers to it, so a *mark* is written in the same commit. It is taken away by a later write
 * once the record is there (blob_store_settle); a blob that no record will refer to is deleted in
 * the same way (blob_store_drop). What a crash leaves marked is resolved at the next start by
 * looking for the records behind the marked heads.
 *
 * Several threads may put at once: one of them writes for all that wait and syncs once.
 *
 * A failed commit makes the store refuse all that follows: a failed sync must not be repeated.
 *
 * Thread: any, unless a function says otherwise.
 */
#ifndef DAYBOOK_JOURNAL_BLOB_STORE_PRIV_H
#define DAYBOOK_JOURNAL_BLOB_STORE_PRIV_H

#include "journal/body.h"
#include "journal/store_priv.h"

#define BLOB_STORE_KEY_BYTES 19

enum blob_store_database { BLOB_STORE_CHUNKS, BLOB_STORE_PENDING, BLOB_STORE_DATABASES };

struct blob_store;

struct blob_store_options {
    const char *directory;
    uint64_t map_bytes;
    uint64_t reserve_bytes; /* free disk below which blobs are refused */
    bool create;
    bool read_only;
};

/** Opens the store. Errors: store_open's. */
MUST_USE enum err blob_store_open(const struct blob_store_options *options,
                                  struct blob_store **ret,
                                  struct error *reterr);

/** Does what is put off, closes; sets the pointer to NULL. Takes NULL too. */
void blob_store_close(struct blob_store **store);

/** The store beneath, for snapshots. */
struct store *blob_store_store(struct blob_store *store);

/** The key of a place, without the chunk's index. */
void blob_store_key(const struct body_place *place, char ret[BLOB_STORE_KEY_BYTES]);

/** The place of a key. */
struct body_place blob_store_place(struct slice key);

/**
 * Puts a blob and its mark, syncs. `chunks` are the chunks one behind the other, each but the last
 * BLOB_CHUNK_BYTES long. Errors: ERR_EXISTS (the place has one), ERR_DISK_FULL, ERR_IO.
 */
MUST_USE enum err blob_store_put(struct blob_store *store,
                                 const struct body_place *place,
                                 struct slice chunks,
                                 uint64_t head_seq,
                                 struct error *reterr);

/** The record of a blob is committed: its mark may go, with a later write. */
void blob_store_settle(struct blob_store *store, const struct body_place *place);

/** No record will refer to the blob: it may go, with a later write. */
void blob_store_drop(struct blob_store *store, const struct body_place *place);

/** Deletes blobs (those that are not there cost nothing) in one synced commit. Errors: ERR_IO. */
MUST_USE enum err blob_store_delete(struct blob_store *store,
                                    const struct body_place *places,
                                    size_t count,
                                    struct error *reterr);

/** Whether a commit failed: then nothing more is written and the process must end. Errors: ERR_IO,
 * saying why. */
MUST_USE enum err blob_store_check(struct blob_store *store, struct error *reterr);

/** Does now what settle and drop put off. Errors: ERR_IO. */
MUST_USE enum err blob_store_flush(struct blob_store *store, struct error *reterr);

/** Chunk `index` of a blob in a snapshot. Errors: ERR_NOT_FOUND, without a sentence. */
MUST_USE enum err blob_store_get(struct store_txn *snapshot,
                                 const struct body_place *place,
                                 uint32_t index,
                                 struct slice *ret,
                                 struct error *reterr);

/** Reads the mark in `value` of `key`. Errors: ERR_DAMAGED. */
MUST_USE enum err
blob_store_mark(struct slice key, struct slice value, uint64_t *ret_seq, struct error *reterr);

#endif
