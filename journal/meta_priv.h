/*
 * meta: the rows of database `meta`. All but the journal's identity repeat what records say, so
 * that a question is answered without a scan; they are written in the same transaction as the
 * record, and verify compares them with it.
 *
 *     key                                                value
 *     "journal"                                          id 16 | format u32 | own key u64
 *     "stream"                                           version of the journal's own stream u64
 *     "clock"                                            seq u64 of the clock.stepped that nobody
 * has confirmed; no row: the clock is trusted 'K' | key number u64 seq u64 | owner kind u8 | owner
 * id 16 'O' | owner kind u8 | owner id 16                  seq u64 | key number u64 'X' | class u8
 * | kind u8 | id 16 | up to u64       seq u64 | recorded-at u64 | policy days u64 'E' | seq u64
 * class u8 | kind u8 | id 16 | up to u64 | next seq u64 to look at
 *
 * 'K' and 'O': destroyed keys by number and by owner. 'X': expiries, so that the first one that
 * covers a body is found by one search. 'E': an expiry whose bodies are not all deleted yet, and
 * how far it came. Integers big-endian in keys, little-endian in values. Behind every value stands
 * a crc32c u32 over key and value: a row that a flipped bit turned into another is not believed.
 */
#ifndef DAYBOOK_JOURNAL_META_PRIV_H
#define DAYBOOK_JOURNAL_META_PRIV_H

#include "core/event/event.h"
#include "journal/store_priv.h"

#include <stdint.h>

/* The rows with one value. */
#define META_STREAM SLICE("stream")
#define META_CLOCK  SLICE("clock")

struct meta_identity {
    struct uuid id;
    uint32_t format;
    uint64_t own_key;
};

struct meta_destroyed {
    uint64_t key;
    uint64_t seq; /* of key.destroyed */
    struct stream_ref owner;
};

struct meta_expiry {
    enum body_class body_class;
    struct stream_ref selector; /* kind STREAM_NONE: every owner */
    uint64_t up_to;
    uint64_t seq; /* of bodies.expired */
    int64_t recorded_at_us;
    uint64_t policy_days;
};

struct meta_deletion {
    uint64_t seq; /* of bodies.expired */
    enum body_class body_class;
    struct stream_ref selector;
    uint64_t up_to;
    uint64_t next; /* first sequence not looked at yet */
};

/* A row as it lies, for walks over all. */
enum meta_kind {
    META_IDENTITY,
    META_NUMBER, /* "stream" or "clock" */
    META_DESTROYED,
    META_OWNER,
    META_EXPIRY,
    META_DELETION,
};

struct meta_row {
    enum meta_kind kind;
    struct slice key; /* as it lies */
    union {
        struct meta_identity identity;
        uint64_t number;
        struct meta_destroyed destroyed; /* of META_OWNER too */
        struct meta_expiry expiry;
        struct meta_deletion deletion;
    };
};

/** Reads a row. Errors: ERR_DAMAGED (unknown key, length, crc). */
MUST_USE enum err
meta_decode(struct slice key, struct slice value, struct meta_row *ret, struct error *reterr);

/* Below, `txn` is of the journal's store. Lookups give ERR_NOT_FOUND without a sentence, and
 * ERR_DAMAGED for a row that is not believed. */

MUST_USE enum err
meta_get_identity(struct store_txn *txn, struct meta_identity *ret, struct error *reterr);
MUST_USE enum err meta_put_identity(struct store_txn *txn,
                                    const struct meta_identity *identity,
                                    struct error *reterr);

/** The value of META_STREAM or META_CLOCK; 0 when there is no row. */
MUST_USE enum err
meta_get_number(struct store_txn *txn, struct slice name, uint64_t *ret, struct error *reterr);

/** Sets META_STREAM or META_CLOCK; 0 deletes the row. */
MUST_USE enum err
meta_put_number(struct store_txn *txn, struct slice name, uint64_t number, struct error *reterr);

/** Puts both rows of a destroyed key. */
MUST_USE enum err meta_put_destroyed(struct store_txn *txn,
                                     const struct meta_destroyed *destroyed,
                                     struct error *reterr);
MUST_USE enum err meta_find_destroyed_key(struct store_txn *txn,
                                          uint64_t key,
                                          struct meta_destroyed *ret,
                                          struct error *reterr);
MUST_USE enum err meta_find_destroyed_owner(struct store_txn *txn,
                                            struct stream_ref owner,
                                            struct meta_destroyed *ret,
                                            struct error *reterr);

/** Notes an expiry; of equal ones the first stays. */
MUST_USE enum err
meta_put_expiry(struct store_txn *txn, const struct meta_expiry *expiry, struct error *reterr);

/** The expiry of exactly that class, selector and `up_to`. */
MUST_USE enum err meta_get_expiry(struct store_txn *txn,
                                  enum body_class body_class,
                                  struct stream_ref selector,
                                  uint64_t up_to,
                                  struct meta_expiry *ret,
                                  struct error *reterr);

/** The first expiry that covers a body of the class, owned by `owner`, of the record ending at
 * `seq`. */
MUST_USE enum err meta_find_expiry(struct store_txn *txn,
                                   enum body_class body_class,
                                   struct stream_ref owner,
                                   uint64_t seq,
                                   struct meta_expiry *ret,
                                   struct error *reterr);

/** Whether there is any expiry. */
MUST_USE enum err meta_has_expiries(struct store_txn *txn, bool *ret, struct error *reterr);

/** Up to where expiries so far cover the class for that selector alone; 0: nothing. */
MUST_USE enum err meta_expired_up_to(struct store_txn *txn,
                                     enum body_class body_class,
                                     struct stream_ref selector,
                                     uint64_t *ret_seq,
                                     struct error *reterr);

MUST_USE enum err meta_put_deletion(struct store_txn *txn,
                                    const struct meta_deletion *deletion,
                                    struct error *reterr);
MUST_USE enum err meta_end_deletion(struct store_txn *txn, uint64_t seq, struct error *reterr);

/** The first deletion that is not done. */
MUST_USE enum err
meta_first_deletion(struct store_txn *txn, struct meta_deletion *ret, struct error *reterr);

#endif
