/*
 * ingest: how many durable webhook acknowledgements a second a server gives, over real HTTP, at a
 * number of connections; and how far from the disk's own speed that is.
 *
 *     server_process (fresh data) ─► ping_flow ─► load: warm-up ─► figures ─► load: measured
 *        ─► figures (backlog) ─► all executions have ended ─► figures (bytes) ─► stop ─► floor
 *
 * Each row has a server of its own, so rows do not depend on their order. An acknowledgement is an
 * answer with 200, which the server gives after the sync; its execution is finished soon after and
 * is journaled too, which costs the same machine and the same disk.
 */
#ifndef DAYBOOK_BENCH_INGEST_H
#define DAYBOOK_BENCH_INGEST_H

#include "bench/load.h"
#include "bench/machine.h"

#define INGEST_ROWS_MAX 16

struct ingest_options {
    const char *program; /* the daybook that is measured */
    const char *folder;  /* where data directories are made */
    const char *corpus;  /* NDJSON of bodies; NULL: made up */
    uint64_t body_bytes; /* of those made up */
    bool unseen;         /* they have no name that the built-in dictionary knows */
    bool with_step;      /* the flow has a step that writes a log line */
    uint64_t seconds;    /* measured, for each row */
    uint64_t warm_up_seconds;
    unsigned connections[INGEST_ROWS_MAX];
    unsigned row_count;
};

struct ingest_row {
    unsigned connections;
    struct load_result load;
    double body_bytes; /* mean */
    double acks_per_second;
    uint64_t finished; /* executions, when the last acknowledgement was there */
    uint64_t backlog;  /* executions not finished then */
    int64_t drain_us;  /* until they were */
    uint64_t commits;  /* of the journal, in the measured time */
    double webhooks_a_commit;
    double journal_bytes; /* of pages in use, for each webhook and its finished execution */
    double views_bytes;
    uint64_t idle_resident_bytes; /* of the server, before the first webhook */
    uint64_t idle_anonymous_bytes;
    uint64_t resident_bytes; /* after the last */
    uint64_t anonymous_bytes;
    double server_cpu_us;    /* processor time of the server for each webhook */
    double load_cpu_us;      /* and of the load */
    double floor_batch_us;   /* a batch of the same bytes on a plain file, with one sync */
    double floor_per_second; /* webhooks that would be */
};

/**
 * Measures one row. Errors: what the server or its start says; ERR_CANCELED after Ctrl-C. Whatever
 * happens, the server is stopped and its data removed.
 */
MUST_USE enum err ingest_measure(const struct ingest_options *options,
                                 unsigned connections,
                                 struct ingest_row *ret,
                                 struct error *reterr);

#endif
