/*
 * survey: counts what is in the journal: events by type, and bytes before and after compression.
 *
 * Reads every record once, opens no body and needs no key. Snapshots are short and taken one after
 * the other, so that a server beside it can reuse its pages; what is appended meanwhile is left
 * out.
 */
#ifndef DAYBOOK_JOURNAL_SURVEY_H
#define DAYBOOK_JOURNAL_SURVEY_H

#include "journal/journal.h"

/* Numbers of event types are below this. */
#define SURVEY_TYPES 256

struct survey_bodies {
    uint64_t count;  /* that lie there */
    uint64_t blobs;  /* of these */
    uint64_t absent; /* expired, deleted or never stored */
    uint64_t raw_bytes;
    uint64_t stored_bytes;
};

struct survey {
    uint64_t records;
    uint64_t events;
    uint64_t commands;
    uint64_t record_bytes; /* headers, envelopes, facts and digests */
    uint64_t events_of[SURVEY_TYPES];
    struct survey_bodies bodies[BODY_CLASS_COUNT];
    int64_t oldest_us; /* recorded-at; 0 when there is nothing */
    int64_t newest_us;
    uint64_t head_seq;
};

/* Told now and then how far it is. */
typedef void (*survey_progress_cb)(void *data, uint64_t seq, uint64_t head_seq);

/** Counts everything up to the head there is when it begins. Errors: ERR_DAMAGED, ERR_IO. */
MUST_USE enum err survey_run(struct journal *journal,
                             survey_progress_cb progress,
                             void *progress_data,
                             struct survey *ret,
                             struct error *reterr);

#endif
