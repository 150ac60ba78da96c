/*
 * journal, the inside: what its files share.
 *
 *     journal.c         opening, closing, head, figures
 *     journal_append.c  batches: prepare a command, put it, commit
 *     journal_own.c     the journal's events about itself: clock, keys, dictionaries
 *     journal_expire.c  expiry of bodies
 *     journal_read.c    readers and records
 *     journal_body.c    bodies, and why one is not there
 */
#ifndef DAYBOOK_JOURNAL_JOURNAL_PRIV_H
#define DAYBOOK_JOURNAL_JOURNAL_PRIV_H

#include "journal/blob_store_priv.h"
#include "journal/body_priv.h"
#include "journal/journal.h"
#include "journal/opener_priv.h"
#include "journal/record_priv.h"
#include "journal/store_priv.h"

#include <stdatomic.h>

/* Databases of DATA/journal. The body databases stand in the order of enum body_class. */
enum journal_database {
    JOURNAL_RECORDS,
    JOURNAL_BODIES,
    JOURNAL_CHECKPOINTS = JOURNAL_BODIES + BODY_CLASS_COUNT,
    JOURNAL_DICTIONARIES,
    JOURNAL_META,
    JOURNAL_DATABASES,
};

/* A checkpoint: link 32, recorded-at u64, crc32c u32 over key and these. */
#define JOURNAL_CHECKPOINT_BYTES 44

/* One checkpoint in so many events is kept for ever, and the last. */
#define JOURNAL_CHECKPOINT_EVENTS 65536

/* A step of the wall clock forward by more makes it suspect: every retention would end too early.
 */
#define JOURNAL_CLOCK_SUSPECT_US ((int64_t)24 * 3600 * 1000000)

/* Number of the journal's own key and of the built-in dictionary, given at creation. */
#define JOURNAL_OWN_KEY            1
#define JOURNAL_BUILTIN_DICTIONARY 1

/* What a batch changes and an abort takes back. */
struct journal_state {
    struct journal_head head;
    uint64_t own_version; /* of the journal's own stream */
    uint64_t suspect_seq; /* the clock.stepped that nobody has confirmed; 0: none */
    int64_t wall_us;      /* the clocks as the last batch found them */
    int64_t monotonic_us; /* 0: not looked at yet */
};

struct prepared;

struct journal {
    bool read_only;
    bool without_keys;
    uint64_t reserve_bytes;
    const struct clock *clock;
    struct store *store;
    struct blob_store *blobs;
    struct keyring *keyring; /* NULL without keys */
    struct dictionary_set dictionaries;
    struct uuid id;
    uint64_t own_key;
    uint32_t format;
    _Atomic uint64_t head_seq; /* committed, for sealers on any thread */

    /* ---- the writer's thread ---- */
    struct journal_state committed;
    struct journal_state current; /* with the open batch */
    struct store_txn *txn;        /* the open batch; NULL: none */
    uint64_t batch_bytes;
    bool batch_broken; /* it must be aborted */
    bool failed;       /* a commit failed: nothing more is written */
    struct id_source ids;
    struct sealer *sealer;
    struct buf records;        /* of the command being appended */
    struct buf raw;            /* body being encoded */
    struct prepared *prepared; /* one for each record of the command */
    size_t prepared_capacity;
    struct body_place *taken; /* blobs that the batch's records refer to */
    size_t taken_count;
    size_t taken_capacity;
};

/** Starts a batch without looking at reserve and clock. Errors: journal_begin's. */
MUST_USE enum err journal_start_batch(struct journal *journal, struct error *reterr);

/** Appends a command of any stream to the open batch. Errors: journal_append's. */
MUST_USE enum err journal_append_command(struct journal *journal,
                                         const struct append *append,
                                         struct append_result *ret,
                                         struct error *reterr);

/**
 * Appends events of the journal's own stream to the open batch as one record. Of `caller` all but
 * the records counts; NULL: the engine itself. Errors: journal_append's.
 */
MUST_USE enum err journal_append_own(struct journal *journal,
                                     const struct event *events,
                                     size_t count,
                                     const struct append *caller,
                                     struct append_result *ret,
                                     struct error *reterr);

/** Puts the first record of a new journal in a batch of its own. */
MUST_USE enum err journal_write_first(struct journal *journal, struct error *reterr);

/** Commits clock.stepped, in a batch of its own, if the wall clock made a step. */
MUST_USE enum err journal_note_clock(struct journal *journal, struct error *reterr);

/** The last checkpoint. Errors: ERR_NOT_FOUND (none, no sentence), ERR_DAMAGED. */
MUST_USE enum err
journal_last_checkpoint(struct store_txn *txn, struct journal_head *ret, struct error *reterr);

/** Reads a checkpoint row. Errors: ERR_DAMAGED. */
MUST_USE enum err journal_decode_checkpoint(struct slice key,
                                            struct slice value,
                                            struct journal_head *ret,
                                            struct error *reterr);

/** Reads a dictionary row: id and bytes. Errors: ERR_DAMAGED. */
MUST_USE enum err journal_decode_dictionary(struct slice key,
                                            struct slice value,
                                            uint64_t *ret_id,
                                            struct slice *ret_bytes,
                                            struct error *reterr);

/** Puts a dictionary row. */
MUST_USE enum err journal_put_dictionary(struct store_txn *txn,
                                         uint64_t id,
                                         struct slice bytes,
                                         struct error *reterr);

/** Adds dictionaries of the snapshot that the set has not. */
MUST_USE enum err
journal_load_dictionaries(struct journal *journal, struct store_txn *txn, struct error *reterr);

/** Resolves the marks that a crash left in the blob store. */
MUST_USE enum err journal_resolve_blobs(struct journal *journal, struct error *reterr);

/** As journal_open without its checks, for verify, which makes them itself. Read-only. */
MUST_USE enum err journal_open_unchecked(const struct journal_options *options,
                                         struct journal **ret,
                                         struct error *reterr);

struct journal_reader {
    struct journal *journal;
    struct store_txn *txn;
    struct store_cursor *records;
    struct store_txn *blob_txn; /* made when the first blob is read; reset between uses */
    bool active;
    bool positioned;       /* a record was read */
    uint64_t position_seq; /* its last sequence */
    signed char deleting;  /* whether expired bodies wait for deletion; -1: not looked yet */
    struct arena scratch;
    struct opener opener;
};

/** Decodes the record of a row, comparing key and header. Errors: as record_decode. */
MUST_USE enum err journal_decode_row(struct slice key,
                                     struct slice value,
                                     struct arena *scratch,
                                     struct record_view *ret,
                                     struct error *reterr);

/** The key of a record and its bodies as a slice over `bytes`. */
struct slice journal_key(uint64_t seq, char bytes[RECORD_KEY_BYTES]);

/** The database of a class's inline bodies. */
static inline unsigned journal_body_database(enum body_class body_class)
{
    return JOURNAL_BODIES + (unsigned)body_class;
}

/** The place of a record's body. */
struct body_place journal_body_place(const struct record_view *record, enum body_class body_class);

/** A snapshot of the blobs in which the reader's records find theirs; ended with store_reset. */
MUST_USE enum err journal_blob_snapshot(struct journal_reader *reader, struct error *reterr);

/**
 * Which chained event covers the absence of a body. Returns: ERR_OK with why == ERR_OK when none.
 * Errors: ERR_DAMAGED, ERR_IO.
 */
MUST_USE enum err journal_find_absence(struct store_txn *txn,
                                       const struct record_view *record,
                                       enum body_class body_class,
                                       struct body_absence *ret,
                                       struct error *reterr);

/** Takes a data key; without keys ERR_DENIED. Errors: keyring_get's. */
MUST_USE enum err journal_take_key(struct journal *journal,
                                   uint64_t number,
                                   struct data_key *ret,
                                   struct error *reterr);

#endif
