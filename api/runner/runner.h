/*
 * runner: runs what is queued. Takes executions one by one, lets core/flow say what to do next,
 * journals what was done, and does what must be done outside.
 *
 *  queued, durable ── runner_offer ──► a slot is free: run from memory
 *                                      none is: wait on disk; picked up in the order of ids
 *
 *  one run:  load ─► next ─► commit entries ─► effect outside ─► resolve ─► next ... ─► finished
 *                      ▲                                            │
 *                      └────────────────────────────────────────────┘
 *
 * Bounded: RUNNER_SLOTS executions at a time; everything else waits in the views' table of open
 * ones. After a crash the same table says what to resume: the machine walks again over the
 * journaled results and goes on behind them.
 *
 * A run that cannot commit because the writer is busy or the disk full waits and tries again; one
 * that is cut by shutdown stays open in the journal.
 *
 * Thread: loop.
 */
#ifndef DAYBOOK_API_RUNNER_RUNNER_H
#define DAYBOOK_API_RUNNER_RUNNER_H

#include "api/engine/reading.h"
#include "api/histogram.h"
#include "api/http/http_client.h"
#include "core/flow/flow.h"

/* Executions running at a time. */
#define RUNNER_SLOTS 256

struct runner;

struct runner_options {
    struct engine *engine;
    struct readings *readings;
    struct http_client *client;
    const char *public_url;       /* what webhook URLs begin with */
    int64_t execution_timeout_us; /* from its start */
};

/* How an execution ended, for whoever waited. Pointers are valid during the callback. */
struct runner_outcome {
    struct uuid execution;
    enum execution_state state;
    const struct flow_response *response; /* of a success; NULL: there is none */
    struct slice error; /* why it failed, or why there is no response although it succeeded */
};

typedef void (*runner_wait_cb)(void *data, const struct runner_outcome *outcome);

/* A place in the queue of those who wait for an execution's end. */
struct runner_waiter {
    struct list_link link;
    struct uuid execution;
    runner_wait_cb callback;
    void *data;
};

struct runner_stats {
    uint64_t running;
    uint64_t started;
    uint64_t finished;
    uint64_t ends[EXECUTION_STATE_COUNT]; /* of these, by how they ended */
    struct histogram durations;           /* of these, from their start, in whatever life */
    uint64_t resumed;                     /* of those started, begun in an earlier life */
    uint64_t outside;                     /* effects under way */
    uint64_t payload_bytes;               /* of the memory for payloads, what is taken */
};

/** Makes a runner that starts nothing yet; what the options point at must outlive it. */
MUST_USE enum err
runner_create(const struct runner_options *options, struct runner **ret, struct error *reterr);

/** Picks up everything that is open in the journal. Call once, when the server is ready. */
void runner_begin(struct runner *runner);

/** An execution was queued and is durable. `head` and `body` are its trigger's bytes if they are at
 * hand, else empty; they are copied. */
void runner_offer(struct runner *runner,
                  struct uuid execution,
                  struct slice head,
                  struct slice body);

/** An execution was journaled from its beginning to its end at once: counts it among those that
 * ran. */
void runner_count_at_once(struct runner *runner);

/** Waits for an execution's end. Takes: `waiter`, until its callback or runner_unwait. */
void runner_wait(struct runner *runner, struct runner_waiter *waiter);

/** Stops waiting; the callback will not come. */
void runner_unwait(struct runner *runner, struct runner_waiter *waiter);

/**
 * The result of an execution's trigger step, computed from its payload. Lives in `arena`.
 * Errors: ERR_NOT_FOUND, ERR_EXPIRED, ERR_ERASED ...
 */
MUST_USE enum err runner_trigger_value(struct runner *runner,
                                       struct uuid execution,
                                       struct arena *arena,
                                       struct value *ret,
                                       struct error *reterr);

/** What the inputs of an execution's webhook trigger say to its caller. Lives in `arena`. */
MUST_USE enum err runner_trigger_response(struct runner *runner,
                                          struct uuid execution,
                                          struct arena *arena,
                                          struct flow_response *ret,
                                          struct error *reterr);

/**
 * The synchronous answer of an execution that has ended, made again from its journaled results;
 * *ret_ended is false while it has not. Errors: why it failed, when it failed.
 */
MUST_USE enum err runner_stored_response(struct runner *runner,
                                         struct uuid execution,
                                         struct arena *arena,
                                         struct flow_response *ret,
                                         bool *ret_ended,
                                         struct error *reterr);

/** Starts nothing new; lets what runs finish until `deadline_ms`, then parks it in the journal;
 * then calls back. */
void runner_close(struct runner *runner, uint64_t deadline_ms, void (*cb)(void *data), void *data);

/** While it closes: parks what runs now, without waiting for the deadline. */
void runner_close_sooner(struct runner *runner);

/** Frees a closed runner; sets the pointer to NULL. Takes NULL too. */
void runner_destroy(struct runner **runner);

/** Counts since the start. */
struct runner_stats runner_stats(const struct runner *runner);

#endif
