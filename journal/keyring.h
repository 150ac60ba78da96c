/*
 * keyring: the data keys, wrapped by the master key in one small file.
 *
 * A data key is 32 random bytes with a number that is never given twice. It is only the root of
 * derived sub-keys: one seals bodies, one makes body digests, one makes fingerprints of secrets,
 * one makes the digests of idempotency keys and tokens. Destroying a key makes everything sealed
 * under it unreadable, in every copy of the journal.
 *
 * The file (byte table in README.md) is rewritten as temporary file + sync + rename + directory
 * sync. It holds a reserve of keys that belong to nobody yet, so that giving a key to a new owner
 * costs no second sync: the owner's first event names the number, and that event's commit is what
 * assigns it. Which number is the next to give is therefore a fold of the journal, kept by the
 * caller.
 *
 * Master key: 32 bytes in a file of its own (0600), DATA/master.key unless the operator names
 * another place. Outside DATA is better: then a stolen data directory reads as noise.
 *
 * Thread: keyring_get and keyring_refresh from any thread; everything else from the thread that
 * writes the journal. A process either writes the ring or refreshes it.
 */
#ifndef DAYBOOK_JOURNAL_KEYRING_H
#define DAYBOOK_JOURNAL_KEYRING_H

#include "core/base/error.h"
#include "core/base/id.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

#define KEYRING_KEY_BYTES 32

/* Unassigned keys kept ready, and how few are left when more are made. */
#define KEYRING_RESERVE     256
#define KEYRING_RESERVE_LOW 64

/* What a sub-key is for; the number is the sub-key id of crypto_kdf. */
enum key_purpose {
    KEY_SEAL = 1,        /* XChaCha20-Poly1305 of bodies */
    KEY_BODY_DIGEST = 2, /* BLAKE2b of bodies before compression */
    KEY_FINGERPRINT = 3, /* BLAKE2b of secrets: tells whether one changed */
    KEY_LOOKUP = 4,      /* BLAKE2b of idempotency keys, tokens, API keys, result URLs */
    KEY_REQUEST = 5,     /* BLAKE2b of rendered outbound requests */
};

/* A data key taken out for use. Wipe with sodium_memzero when done. */
struct data_key {
    uint64_t number;
    unsigned char root[KEYRING_KEY_BYTES];
};

struct keyring;

/**
 * Opens DATA/keyring with the master key at `master_path`, or makes both when there is no keyring
 * and `create` is set (the master key file is only made when it does not exist). Errors:
 * ERR_NOT_FOUND (no keyring, or no master key), ERR_DENIED (wrong master key, or another
 * journal's keyring), ERR_DAMAGED (checksum, length, seal), ERR_UNSUPPORTED (newer version),
 * ERR_IO; each naming the file.
 */
MUST_USE enum err keyring_open(const char *path,
                               const char *master_path,
                               struct uuid journal_id,
                               bool create,
                               struct keyring **ret,
                               struct error *reterr);

/** Wipes and frees; sets the pointer to NULL. Takes NULL too. */
void keyring_close(struct keyring **keyring);

/**
 * The key of a number. Thread: any.
 * Errors: ERR_ERASED (destroyed), ERR_NOT_FOUND (never made).
 */
MUST_USE enum err
keyring_get(struct keyring *keyring, uint64_t number, struct data_key *ret, struct error *reterr);

/**
 * Makes sure that at least KEYRING_RESERVE_LOW keys from `next_unassigned` on are in the file;
 * writes and syncs it when not. The reserve grows with the ring, so that many creations cost few
 * rewrites. Errors: ERR_REFUSED (the file ends before `next_unassigned`: it is older than the
 * journal, and numbers would be given twice), ERR_LIMIT, ERR_IO.
 */
MUST_USE enum err
keyring_reserve(struct keyring *keyring, uint64_t next_unassigned, struct error *reterr);

/** Destroys a key in memory alone: for readers beside the process that writes, and for many keys
 * before one keyring_rewrite. */
void keyring_forget_key(struct keyring *keyring, uint64_t number);

/**
 * Takes in keys that the process which writes has made since the file was read; what was destroyed
 * or forgotten stays so. For readers beside it. Errors: keyring_open's.
 */
MUST_USE enum err keyring_refresh(struct keyring *keyring, struct error *reterr);

/** Rewrites and syncs the file as memory has it. Errors: ERR_DISK_FULL, ERR_IO. */
MUST_USE enum err keyring_rewrite(struct keyring *keyring, struct error *reterr);

/** Destroys a key: gone from memory and, after a rewrite and sync, from the file. Again: does
 * nothing. */
MUST_USE enum err
keyring_destroy_key(struct keyring *keyring, uint64_t number, struct error *reterr);

/* Figures of the ring. Keys destroyed: highest less held. */
struct keyring_stats {
    uint64_t held;
    uint64_t highest;    /* number ever made */
    uint64_t generation; /* rewrites of the file so far */
    uint64_t file_bytes;
};

/** Figures. Thread: any. */
struct keyring_stats keyring_stats(struct keyring *keyring);

/** A sub-key of a data key. Thread: any. */
void keyring_subkey(const struct data_key *key,
                    enum key_purpose purpose,
                    unsigned char ret[KEYRING_KEY_BYTES]);

/** Keyed BLAKE2b-256 of `bytes` under the sub-key of `purpose`. Thread: any. */
void keyring_digest(const struct data_key *key,
                    enum key_purpose purpose,
                    struct slice bytes,
                    unsigned char ret[32]);

#endif
