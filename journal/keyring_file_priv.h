/*
 * keyring_file: the bytes of the keyring file. Pure: no files here.
 *
 *     offset  size  field
 *          0     8  "DAYBKEYS"
 *          8     4  version, 1
 *         12     4  zero
 *         16    16  journal id
 *         32     8  generation: how often it was rewritten
 *         40     8  highest number ever made
 *         48     8  n, keys held
 *         56    16  check: BLAKE2b-128 of bytes 0 to 31, keyed with the master's check sub-key;
 *                   tells a wrong master key from a damaged file
 *         72    24  nonce, new at each rewrite
 *         96   40n  sealed: n times number u64 and root key 32, numbers increasing
 *               16  tag (XChaCha20-Poly1305; associated data: bytes 0 to 71)
 *                4  crc32c of all before
 *
 * Little-endian. A number up to the highest that is not there was destroyed.
 */
#ifndef DAYBOOK_JOURNAL_KEYRING_FILE_PRIV_H
#define DAYBOOK_JOURNAL_KEYRING_FILE_PRIV_H

#include "core/base/buf.h"
#include "core/base/id.h"
#include "journal/keyring.h"

#define KEYRING_FILE_VERSION     1
#define KEYRING_FILE_NONCE_BYTES 24

/* Keys one ring may hold: 160 MiB of file, four million instances and customers. */
#define KEYRING_FILE_KEYS_MAX  ((uint64_t)1 << 22)
#define KEYRING_FILE_BYTES_MAX ((size_t)KEYRING_FILE_KEYS_MAX * 40 + 256)

/* What a keyring file says. */
struct keyring_file {
    struct uuid journal_id;
    uint64_t generation;
    uint64_t highest;
    struct data_key *keys; /* increasing numbers; owned by whoever made it: keyring_file_wipe */
    size_t count;
};

/** Appends the file's bytes to `out`. Errors: ERR_NO_MEMORY. */
MUST_USE enum err keyring_file_encode(const struct keyring_file *file,
                                      const unsigned char master[KEYRING_KEY_BYTES],
                                      const unsigned char nonce[KEYRING_FILE_NONCE_BYTES],
                                      struct buf *out,
                                      struct error *reterr);

/**
 * Reads the file's bytes; *ret's keys are allocated. Errors: ERR_DAMAGED, ERR_UNSUPPORTED (newer
 * version), ERR_DENIED (another master key), ERR_LIMIT, ERR_NO_MEMORY.
 */
MUST_USE enum err keyring_file_decode(struct slice bytes,
                                      const unsigned char master[KEYRING_KEY_BYTES],
                                      struct keyring_file *ret,
                                      struct error *reterr);

/** Wipes and frees the keys. */
void keyring_file_wipe(struct keyring_file *file);

#endif
