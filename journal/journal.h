/*
 * journal: the truth. Every event ever, in one gap-free order, appended and never rewritten.
 *
 * One writer thread appends: journal_begin, any number of journal_append, journal_commit (which
 * syncs). A commit holds whole commands only, so every cut falls between commands. Any number of
 * readers, in this process or others, see committed records through journal_reader.
 *
 * A failed commit ends the process by the caller's hand: LMDB reports a full disk and a failed sync
 * alike, and a failed sync must not be retried. What was not committed is not there after the
 * restart.
 *
 * Formats (records, bodies, blobs, keyring, chain) stand as byte tables in README.md of this
 * folder.
 *
 *     DATA/journal/   LMDB, synced: records, four body databases, checkpoints, dictionaries, meta
 *     DATA/blobs/     LMDB, synced: large bodies in chunks
 *     DATA/keyring    wrapped data keys
 */
#ifndef DAYBOOK_JOURNAL_JOURNAL_H
#define DAYBOOK_JOURNAL_JOURNAL_H

#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/id.h"
#include "core/base/limits.h"
#include "core/event/event.h"
#include "journal/body.h"
#include "journal/keyring.h"

#include <stdint.h>

#define JOURNAL_FORMAT       1

#define JOURNAL_LINK_BYTES   32
#define JOURNAL_DIGEST_BYTES 32

/* Records of one command, and records and inline bodies of one batch. */
#define JOURNAL_PARTS_MAX       8192
#define JOURNAL_BATCH_BYTES_MAX (4 * MIB)

struct journal;

struct journal_options {
    const char *data_dir;        /* DATA */
    const char *master_key_path; /* NULL: DATA/master.key */
    const struct clock *clock;
    uint64_t map_bytes;     /* 0: 1 TiB of address space; the file grows with use */
    uint64_t reserve_bytes; /* free disk below which commands are refused; 0: 256 MiB */
    bool create;            /* make what is missing; else ERR_NOT_FOUND */
    bool read_only;         /* beside a server; appending is then a bug */
    bool without_keys;      /* for verify without a keyring: bodies cannot be opened or sealed */
};

/**
 * Opens the journal, creating it when asked: the first record holds journal.created and the
 * built-in dictionary's dictionary.added. Applies key.destroyed records to the keyring again before
 * it returns. Errors: ERR_NOT_FOUND, ERR_UNSUPPORTED (newer format), ERR_DAMAGED, ERR_IO, and
 * keyring_open's.
 */
MUST_USE enum err
journal_open(const struct journal_options *options, struct journal **ret, struct error *reterr);

/** Closes and frees; sets the pointer to NULL. No reader or batch may be left. Takes NULL too. */
void journal_close(struct journal **journal);

/** The journal's id, for ever. Thread: any. */
struct uuid journal_id(const struct journal *journal);

/** The keyring. Thread: any. */
struct keyring *journal_keyring(struct journal *journal);

/** Number of the journal's own data key (tokens, users, organization, reasons of deletions). */
uint64_t journal_own_key(const struct journal *journal);

/* The end of the journal: what a head kept elsewhere is compared with. */
struct journal_head {
    uint64_t seq; /* last event's */
    unsigned char link[JOURNAL_LINK_BYTES];
    int64_t recorded_at_us;
};

/* ---- appending: writer thread only ---- */

/* One record of a command: events of one stream. */
struct append_record {
    struct stream_ref stream;
    struct stream_ref owner; /* of the bodies; same as stream when it owns itself */
    uint64_t key;            /* data key number that seals the bodies; not looked at without any */
    uint64_t first_stream_version; /* version of its first event */
    const struct event *events; /* bodies that are values are encoded and sealed by the journal */
    size_t event_count;
    /* Bodies sealed beforehand (body_seal, with this append's id and this record's part); NULL: the
     * events' values of that class. With both the sealed one is kept, which must be made of the
     * same values: these are for whoever folds the events. Taken: emptied by a successful append.
     */
    struct sealed_body *sealed[BODY_CLASS_COUNT];
    bool not_stored[BODY_CLASS_COUNT]; /* keep digest only (retention 0) */
};

struct append {
    struct uuid id; /* UUIDv7 */
    struct actor actor;
    struct uuid correlation;  /* request that caused it; zero: none */
    uint64_t causation;       /* sequence of the event that caused it; 0: none */
    struct slice reason;      /* kept in the first record's state body; empty: none */
    struct slice idempotency; /* 32 bytes keyed digest of scope and key; empty: none */
    struct slice request;     /* 32 bytes keyed digest of the request; empty: none */
    struct append_record *records;
    size_t record_count;
};

struct append_result {
    uint64_t first_seq;
    uint64_t last_seq;
    int64_t recorded_at_us;
    uint64_t journal_bytes; /* keys and values put */
};

/**
 * Starts a batch. One at a time. A step of the wall clock since the last one is committed first, in
 * a batch of its own, as clock.stepped: whoever folds the journal looks at its head and reads what
 * is new. Errors: ERR_IO, ERR_DISK_FULL (under the reserve), ERR_CONFLICT (another process wrote).
 */
MUST_USE enum err journal_begin(struct journal *journal, struct error *reterr);

/** As journal_begin, for commands that give space or secrecy back: they may use the reserve. */
MUST_USE enum err journal_begin_in_reserve(struct journal *journal, struct error *reterr);

/**
 * Adds one whole command to the batch.
 * Errors: ERR_LIMIT (over LIMIT_COMMAND_BYTES or JOURNAL_PARTS_MAX), ERR_BUSY (the batch would be
 * over JOURNAL_BATCH_BYTES_MAX: commit it, append to the next; a command alone always fits),
 * ERR_ERASED (key): the batch is as before. Everything else: the batch must be aborted and the
 * process ended.
 */
MUST_USE enum err journal_append(struct journal *journal,
                                 const struct append *append,
                                 struct append_result *ret,
                                 struct error *reterr);

/**
 * The owner that readers of record `part` will be told: the record says it only where it tells
 * something (a record with bodies, or the first of its stream); else it is the stream. Who folds
 * events as they are appended needs it to see what a rebuild will see.
 */
struct stream_ref journal_recorded_owner(const struct append *append, size_t part);

/** Commits and syncs. On failure nothing of the batch may be answered, and the process must end. */
MUST_USE enum err journal_commit(struct journal *journal, struct error *reterr);

/**
 * Whether a commit failed, of a batch or of blobs, which other threads put: the process must then
 * end. Call it now and then. Thread: the writer's. Errors: ERR_IO, saying why.
 */
MUST_USE enum err journal_check(const struct journal *journal, struct error *reterr);

/** Forgets the batch. Does nothing when there is none. */
void journal_abort(struct journal *journal);

/** The head including the batch that is open. */
struct journal_head journal_head(const struct journal *journal);

/**
 * Appends key.destroyed, commits, destroys the key in the keyring. A commit of its own. `owner`
 * says whose key it was. Of `append` all but the records counts; its reason is sealed under the
 * journal's own key. A key that is destroyed already costs nothing and appends nothing. Errors:
 * ERR_REFUSED (the journal's own key), ERR_NOT_FOUND (never made), ERR_IO.
 */
MUST_USE enum err journal_destroy_key(struct journal *journal,
                                      uint64_t key,
                                      struct stream_ref owner,
                                      const struct append *append,
                                      struct error *reterr);

/* Bodies that are to go: of one class, of one owner or all, of records that end by `up_to`. */
struct expiry {
    enum body_class body_class;
    struct stream_ref selector; /* the owner; kind STREAM_NONE: every owner */
    uint64_t up_to;             /* a committed sequence */
    uint64_t policy_days;       /* the retention that asks for it, for readers to be told */
};

/**
 * Appends bodies.expired and commits: from here on the bodies answer ERR_EXPIRED. They are deleted
 * by journal_expire_continue. Errors: ERR_INVALID (past the head, or BODY_STATE), ERR_BUSY (clock
 * suspect), ERR_IO.
 */
MUST_USE enum err journal_expire(struct journal *journal,
                                 const struct expiry *expiry,
                                 const struct append *append,
                                 struct append_result *ret,
                                 struct error *reterr);

/**
 * Deletes a bounded number of expired bodies in a commit of its own (a few milliseconds), also what
 * an earlier life of the process left. Call it between batches until *ret_more is false, after
 * journal_expire and once after the start. Errors: ERR_IO.
 */
MUST_USE enum err
journal_expire_continue(struct journal *journal, bool *ret_more, struct error *reterr);

/**
 * Whether the wall clock made a step forward of over a day that nobody has confirmed: expiry and
 * catch-up wait. Thread: the writer's.
 */
bool journal_clock_suspect(const struct journal *journal);

/** Appends clock.trusted and commits: the clock is right, says the actor of `append`. */
MUST_USE enum err
journal_trust_clock(struct journal *journal, const struct append *append, struct error *reterr);

/**
 * Appends dictionary.added with the bytes (made by ZDICT, at most 64 KiB, without anybody's data)
 * and commits; from here on bodies are compressed with it. Errors: ERR_INVALID (no dictionary),
 * ERR_LIMIT (too long, too many), ERR_IO.
 */
MUST_USE enum err journal_add_dictionary(struct journal *journal,
                                         struct slice bytes,
                                         const struct append *append,
                                         struct error *reterr);

/* ---- reading: any thread, one reader each ---- */

struct journal_reader;

/* A record as read: slices point into the database and live until the reader moves or ends. */
struct record_view {
    uint64_t first_seq;
    uint64_t last_seq;
    uint64_t first_stream_version;
    int64_t recorded_at_us;
    uint16_t event_count;
    uint16_t part; /* from 0 */
    uint16_t part_count;
    struct uuid append_id;
    struct stream_ref stream;
    struct stream_ref owner;
    struct actor actor;
    struct uuid correlation;
    uint64_t causation;
    struct slice idempotency; /* 32 bytes or empty */
    struct slice request;     /* 32 bytes or empty */
    struct slice facts;
    struct slice digests[BODY_CLASS_COUNT]; /* 32 bytes, or empty where it has no such body */
    bool not_stored[BODY_CLASS_COUNT];
    bool is_blob[BODY_CLASS_COUNT];
    struct slice bytes; /* the whole record as stored */
};

/** A reader. Errors: ERR_NO_MEMORY, ERR_LIMIT (reader slots). */
MUST_USE enum err
journal_reader_create(struct journal *journal, struct journal_reader **ret, struct error *reterr);

/** Frees; sets the pointer to NULL. Takes NULL too. */
void journal_reader_destroy(struct journal_reader **reader);

/** Takes a snapshot of what is committed now. Short: seconds at most, old pages are held meanwhile.
 */
MUST_USE enum err journal_reader_begin(struct journal_reader *reader, struct error *reterr);

/** Lets the snapshot go. */
void journal_reader_end(struct journal_reader *reader);

/** The head of the snapshot. */
MUST_USE enum err
journal_reader_head(struct journal_reader *reader, struct journal_head *ret, struct error *reterr);

/** The record that holds `seq`. Errors: ERR_NOT_FOUND (0 or past the head), ERR_DAMAGED. */
MUST_USE enum err journal_read(struct journal_reader *reader,
                               uint64_t seq,
                               struct record_view *ret,
                               struct error *reterr);

/** The record behind the one read last, the first one at first. Errors: ERR_NOT_FOUND at the end,
 * ERR_DAMAGED. */
MUST_USE enum err
journal_next(struct journal_reader *reader, struct record_view *ret, struct error *reterr);

/** The record before the one read last, the last one at first. Errors: ERR_NOT_FOUND at the
 * beginning, ERR_DAMAGED. */
MUST_USE enum err
journal_previous(struct journal_reader *reader, struct record_view *ret, struct error *reterr);

/* Why a body cannot be had. */
struct body_absence {
    enum err why;  /* ERR_OK: it is there; ERR_EXPIRED, ERR_ERASED, ERR_NOT_STORED, ERR_DAMAGED */
    uint64_t seq;  /* of the event that took it; 0 when there is none */
    int64_t at_us; /* when that was recorded */
    uint64_t policy_days; /* of an expiry */
};

/**
 * Whether a body of the record can be had, without opening it; for answers that must say when and
 * by which policy. A record without a body of that class has why == ERR_NOT_FOUND. Errors: ERR_IO.
 */
MUST_USE enum err journal_body_absence(struct journal_reader *reader,
                                       const struct record_view *record,
                                       enum body_class body_class,
                                       struct body_absence *ret,
                                       struct error *reterr);

/**
 * Opens a body: checks, decrypts, decompresses. *ret lives in `arena`, or is empty when the record
 * has no body of that class. Errors: ERR_ERASED (key destroyed), ERR_EXPIRED (saying when and by
 * which policy), ERR_NOT_STORED, ERR_DAMAGED (lost, changed), ERR_LIMIT (arena).
 */
MUST_USE enum err journal_open_body(struct journal_reader *reader,
                                    const struct record_view *record,
                                    enum body_class body_class,
                                    struct arena *arena,
                                    struct slice *ret,
                                    struct error *reterr);

/* What a body takes. */
struct body_size {
    uint64_t raw_bytes;    /* before compression */
    uint64_t stored_bytes; /* headers and tags included; of all chunks, for a blob */
};

/**
 * Sizes of a body that lies there, without opening it; no key is needed. Errors: ERR_NOT_FOUND
 * (the record has none of that class, or it is gone), ERR_DAMAGED.
 */
MUST_USE enum err journal_body_size(struct journal_reader *reader,
                                    const struct record_view *record,
                                    enum body_class body_class,
                                    struct body_size *ret,
                                    struct error *reterr);

/* Which bodies journal_read_events opens: bits (1 << enum body_class). */
#define JOURNAL_BODIES_ALL 0x0f

/**
 * The events of a record, with the bodies asked for opened and handed out. A body that is expired,
 * erased or not stored leaves its places null and sets its bit in *ret_absent (may be NULL); a
 * damaged one is an error. `ret_reason` may be NULL.
 */
MUST_USE enum err journal_read_events(struct journal_reader *reader,
                                      const struct record_view *record,
                                      unsigned bodies,
                                      struct arena *arena,
                                      struct recorded_event **ret_events,
                                      struct slice *ret_reason,
                                      unsigned *ret_absent,
                                      struct error *reterr);

/**
 * The chain link behind the record that ends at `seq`, from the checkpoints and the records after
 * them: at most 65,536 events are read. Errors: ERR_NOT_FOUND (no record ends there), ERR_DAMAGED.
 */
MUST_USE enum err journal_link_at(struct journal_reader *reader,
                                  uint64_t seq,
                                  unsigned char ret[JOURNAL_LINK_BYTES],
                                  struct error *reterr);

/**
 * Last sequence of the last command recorded at or before `time_us`; 0 when there is none. Binary
 * search: recorded-at never decreases.
 */
MUST_USE enum err journal_seq_at(struct journal_reader *reader,
                                 int64_t time_us,
                                 uint64_t *ret_seq,
                                 struct error *reterr);

/* ---- figures ---- */

struct journal_stats {
    uint64_t records;
    uint64_t bodies[BODY_CLASS_COUNT];
    uint64_t journal_file_bytes; /* pages in use times page size */
    uint64_t blob_file_bytes;
    uint64_t blob_chunks; /* of all blobs: 64 KiB each but the last of a blob */
};

/** Figures of the environment, cheap. Thread: any. */
MUST_USE enum err
journal_stats(struct journal *journal, struct journal_stats *ret, struct error *reterr);

/**
 * Frees what readers in other processes left behind when they died: until then their snapshots hold
 * old pages. Call it about once a minute. Thread: any. Errors: ERR_IO.
 */
MUST_USE enum err journal_tend(struct journal *journal, struct error *reterr);

/** Bytes of disk left for the journal, by statvfs. Thread: any. */
MUST_USE enum err
journal_disk_free(const struct journal *journal, uint64_t *ret_bytes, struct error *reterr);

#endif
