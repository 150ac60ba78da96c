/*
 * verify: walks everything and says what is wrong.
 *
 * Checks, in one pass over the records: crc, header, envelope and facts decode, sequence gap-free,
 * recorded-at never decreasing, parts of commands complete, chain links against checkpoints, every
 * body there or its absence covered, body crc, with the keyring also the seal and the digest, blob
 * chunks complete, orphan bodies and blobs, dictionaries against their chained hash.
 *
 * A damaged file can crash LMDB itself, so the walk runs in a child process whose death is a
 * finding.
 */
#ifndef DAYBOOK_JOURNAL_VERIFY_H
#define DAYBOOK_JOURNAL_VERIFY_H

#include "journal/journal.h"

/* Findings kept with their sentence; more are counted. */
#define VERIFY_FINDINGS_MAX 100

struct verify_finding {
    uint64_t seq; /* 0: of no record */
    char text[240];
};

struct verify_report {
    uint64_t records;
    uint64_t events;
    uint64_t commands;
    uint64_t bodies;
    uint64_t bodies_opened;   /* with the keyring: seal and digest checked */
    uint64_t bodies_unopened; /* no keyring: crc only */
    uint64_t bodies_erased;   /* key destroyed */
    uint64_t bodies_expired;
    uint64_t bodies_not_stored;
    uint64_t blobs;
    struct journal_head head;
    uint64_t finding_count;
    struct verify_finding findings[VERIFY_FINDINGS_MAX];
};

/* Called about twice a second with events seen so far and the head's sequence. */
typedef void (*verify_progress_cb)(void *data, uint64_t seq, uint64_t head_seq);

struct verify_options {
    struct journal_options journal; /* read_only is implied */
    uint64_t expect_seq;            /* 0: nothing expected */
    unsigned char expect_link[JOURNAL_LINK_BYTES];
    verify_progress_cb progress; /* may be NULL */
    void *progress_data;
};

/**
 * Verifies DATA. Thread: the only one of its process (it forks). Returns: ERR_OK when the walk
 * could be made, with finding_count telling what it found (a crash of the child is one); an error
 * when it could not.
 */
MUST_USE enum err
verify_run(const struct verify_options *options, struct verify_report *ret, struct error *reterr);

#endif
