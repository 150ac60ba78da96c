/*
 * verify, the inside. verify.c runs the walk in a child process; verify_walk.c walks the records
 * and all that hangs on them; verify_rows.c compares what stands apart: meta rows and dictionaries;
 * verify_blobs.c the blobs.
 */
#ifndef DAYBOOK_JOURNAL_VERIFY_PRIV_H
#define DAYBOOK_JOURNAL_VERIFY_PRIV_H

#include "journal/journal_priv.h"
#include "journal/meta_priv.h"
#include "journal/verify.h"

/* Blobs without record and mark that are looked for again among the newest records; more are only
 * counted. */
#define VERIFY_ORPHANS_MAX 1000

/* Scratch for one record's events. */
#define VERIFY_EVENTS_BYTES (16 * MIB)

struct verify_walk {
    const struct verify_options *options;
    struct verify_report *report;
    struct journal *journal;
    struct journal_reader *reader; /* one snapshot for the whole walk */
    struct store_txn *blobs;       /* one snapshot of the blobs, taken after the reader's */
    struct journal_head end;       /* of the snapshot */

    /* ---- what the next record must go on from ---- */
    struct journal_head at;
    bool chain_lost;   /* a record could not be read: the link is taken up again at a checkpoint */
    bool command_lost; /* likewise, until the next record */
    struct uuid append_id;
    unsigned next_part; /* 0: a command begins */
    unsigned part_count;
    uint64_t own_version; /* of the journal's own stream */
    uint64_t suspect_seq; /* clock.stepped not confirmed */
    uint64_t dictionaries;
    bool expected_seen;
    bool has_expiries; /* some bodies are expired: presence is looked at too */

    struct store_cursor *bodies[BODY_CLASS_COUNT]; /* walk beside the records */
    struct slice body_keys[BODY_CLASS_COUNT];      /* empty: at the end */
    struct slice body_rows[BODY_CLASS_COUNT];
    struct store_cursor *checkpoints;
    struct slice checkpoint_key; /* empty: at the end */
    struct slice checkpoint_row;

    struct arena arena; /* one record's events, or one body */
    int64_t next_progress_us;

    uint64_t *seen; /* fingerprints of the blobs that records refer to */
    size_t seen_count;
    size_t seen_capacity;
};

/** Walks all in this process. *report is zeroed. Errors: what makes a walk impossible. */
MUST_USE enum err verify_walk_all(const struct verify_options *options,
                                  struct verify_report *report,
                                  struct error *reterr);

/** As verify_walk_all for a journal that is open. Thread: one that does not write to it. */
MUST_USE enum err verify_walk_journal(struct journal *journal,
                                      const struct verify_options *options,
                                      struct verify_report *report,
                                      struct error *reterr);

/** Notes a finding; past VERIFY_FINDINGS_MAX it is only counted. */
void verify_find(struct verify_report *report, uint64_t seq, const char *format, ...)
    PRINTF_LIKE(3, 4);

/** Notes an error as a finding when it tells of damage. Returns: ERR_OK then, else `e`. */
MUST_USE enum err verify_absorb(
    struct verify_walk *walk, uint64_t seq, enum err e, struct error *error, struct error *reterr);

/** Calls the progress callback about twice a second. */
void verify_progress(struct verify_walk *walk);

/** Compares an event of the journal about itself with the rows that repeat it. */
MUST_USE enum err verify_own_event(struct verify_walk *walk,
                                   const struct recorded_event *event,
                                   struct error *reterr);

/** Compares every meta row and dictionary with the records. */
MUST_USE enum err verify_rows(struct verify_walk *walk, struct error *reterr);

/** Checks the chunks of a record's blob. *ret_there: it has one. */
MUST_USE enum err verify_blob(struct verify_walk *walk,
                              const struct record_view *record,
                              enum body_class body_class,
                              bool *ret_there,
                              uint64_t *ret_key,
                              struct error *reterr);

/** Looks for blobs that no record refers to. */
MUST_USE enum err verify_orphans(struct verify_walk *walk, struct error *reterr);

#endif
