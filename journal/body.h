/*
 * body: what an event carries beside its facts, compressed and sealed.
 *
 *     raw msgpack -> zstd level 1 with a dictionary (or stored plain if that is not smaller)
 *                 -> XChaCha20-Poly1305 under the owner's key -> storage header + sealed bytes
 *
 * The digest in the record is keyed BLAKE2b of the raw bytes, so it survives recompression; equal
 * raw bytes of one owner have equal digests, which is how a replay proves that it starts from the
 * same bytes. Associated data bind a body to its journal, append, part, class, key, codec,
 * dictionary and raw length, so that none can be put in another's place.
 *
 * A body whose sealed form is over LIMIT_INLINE_BODY_BYTES is a *blob*: chunks in an
 * environment of their own, durable before any record refers to them.
 *
 * Thread: a `struct sealer` belongs to one thread at a time; make one per thread.
 */
#ifndef DAYBOOK_JOURNAL_BODY_H
#define DAYBOOK_JOURNAL_BODY_H

#include "core/base/buf.h"
#include "core/base/id.h"
#include "core/base/limits.h"
#include "core/event/event.h"
#include "journal/keyring.h"

#include <stdint.h>

#define BODY_DIGEST_BYTES 32

/* Raw bytes of one body: a 64 MiB payload or step result and its wrapping. */
#define BODY_RAW_BYTES_MAX (65 * MIB)

/* Where a body belongs: all that the associated data take from the record. */
struct body_place {
    struct uuid append_id;
    uint16_t part;
    enum body_class body_class;
};

struct blob_store;

/* A sealed body, ready to be stored. */
struct sealed_body {
    struct buf
        stored; /* storage header and sealed bytes; of a blob: empty, its chunks are stored */
    bool is_blob;
    uint64_t stored_bytes; /* of all chunks, for a blob */
    uint32_t raw_bytes;
    unsigned char digest[BODY_DIGEST_BYTES];
    uint64_t key;             /* number of the key it is sealed under */
    struct body_place place;  /* where it belongs, and nowhere else */
    struct blob_store *blobs; /* of a blob that no record refers to yet; deinit drops it there */
};

struct journal;
struct sealer;

/** A sealer for one thread: zstd contexts and scratch. Errors: ERR_NO_MEMORY. */
MUST_USE enum err sealer_create(struct journal *journal, struct sealer **ret, struct error *reterr);

/** Frees; sets the pointer to NULL. Takes NULL too. */
void sealer_destroy(struct sealer **sealer);

/**
 * Seals `raw` under `key`. Over the inline limit it is stored in blobs/ and synced before this
 * returns (milliseconds: not on the loop thread; body_is_large tells beforehand), and *ret is a
 * blob. Takes: `ret` zeroed; free with sealed_body_deinit. Errors: ERR_LIMIT, ERR_IO.
 */
MUST_USE enum err body_seal(struct sealer *sealer,
                            const struct data_key *key,
                            const struct body_place *place,
                            struct slice raw,
                            struct sealed_body *ret,
                            struct error *reterr);

/** Whether a raw body of this size may become a blob, so that sealing it belongs on a pool thread.
 */
bool body_is_large(size_t raw_bytes);

/** The digest alone. Thread: any. */
void body_digest(const struct data_key *key,
                 struct slice raw,
                 unsigned char ret[BODY_DIGEST_BYTES]);

/** Frees the bytes. A blob that no append took is deleted with a later write. Takes NULL, zeroed.
 */
void sealed_body_deinit(struct sealed_body *body);

#endif
