/*
 * runner_priv: a run, and what the files of the runner share.
 */
#ifndef DAYBOOK_API_RUNNER_RUNNER_PRIV_H
#define DAYBOOK_API_RUNNER_RUNNER_PRIV_H

#include "api/commands/execution_commands.h"
#include "api/runner/run_config.h"
#include "api/runner/run_events.h"
#include "api/runner/runner.h"
#include "core/domain/trigger.h"

/* Memory of what an execution starts from: payload, its parsed form, earlier results. */
#define RUN_ARENA_BYTES (256 * MIB)

/* Memory of one batch of events. */
#define RUN_BATCH_BYTES (64 * MIB)

/* A payload over this is not copied for a run that waits for its turn, but read again from the
 * journal. */
#define RUN_COPIED_BYTES_MAX (64 * KIB)

/* A payload over this is read and parsed on a pool thread: 8 MiB of JSON would hold the loop for a
 * good part of a second. */
#define RUN_PARSED_BYTES_MAX (64 * KIB)

/* Memory that runs with large payloads may take together: parsing a body takes about 32 times its
 * size at worst. What does not fit waits, unless nothing else runs. */
#define RUNNER_PAYLOAD_MEMORY ((uint64_t)1024 * MIB)
#define RUN_MEMORY_FACTOR     32

/* Runs begun in one turn of the loop: requests are answered in between. */
#define RUNNER_STARTS_PER_TURN 16

/* Free slots that make another look at the backlog worth it. */
#define RUNNER_REFILL 32

/*
 *  LOADING ─(small)─► STEPPING ──► SEALING ──► COMMITTING ──► OUTSIDE ──► STEPPING ...
 *     │  └► PARSING ─────▲  └───────(small)──────▲  │            │
 *     │                  └── nothing to commit ─────┴────────────┘
 *     └─► COMMITTING (failed to load, behind PARSING too)
 *                                                   └─► ENDED ─► freed
 */
enum run_phase {
    RUN_LOADING,
    RUN_PARSING, /* a large payload, on a pool thread */
    RUN_STEPPING,
    RUN_SEALING,    /* large bodies, on a pool thread */
    RUN_COMMITTING, /* with the writer, or waiting to get there */
    RUN_OUTSIDE,    /* an HTTP request or a timer is under way */
    RUN_ENDED,
};

struct run {
    struct list_link link;       /* in runner->running */
    struct list_link ready_link; /* in runner->ready, before it is loaded */
    struct runner *runner;
    enum run_phase phase;
    struct uuid id;
    struct execution execution; /* as loaded */
    struct data_key key;        /* the instance's */
    const struct run_config *config;
    const struct flow_definition *flow;
    struct arena arena;
    struct slice head; /* the trigger's bytes, when they were at hand */
    struct slice body;
    uint64_t reserved_bytes; /* of RUNNER_PAYLOAD_MEMORY */
    struct flow_run *machine;
    struct flow_history history;
    bool journaled_start;  /* execution.started is committed */
    bool committing_start; /* it is in the batch under way */
    bool resumes;          /* execution.resumed is to be journaled */
    bool looked_at;        /* not run: its result is wanted, whoever waited at the time */
    uint64_t steps;        /* finished and committed */
    int64_t began_us;      /* monotonic, as if it had run without a break */
    int64_t deadline_us;   /* monotonic */
    bool timed_out;
    bool was_outside; /* since the last commit: what it did there is not journaled yet */

    struct flow_effect effect; /* to be done once the batch is committed */
    bool failed;               /* ends without the machine: */
    enum execution_state end_state;
    enum error_class end_class;
    struct slice end_text;

    struct arena batch_arena;
    struct run_events batch;
    struct execution_progress_command command;
    struct sealer *sealer; /* of the pool thread's work; NULL otherwise */
    struct run_load *load; /* while a pool thread goes on with it; NULL otherwise */
    enum err work_err;
    struct error work_error;
    uv_work_t work;
    uv_timer_t timer;
    bool timer_open;
    struct outbound *outbound; /* request under way; NULL: none */
};

struct runner {
    struct runner_options options;
    uv_loop_t *loop;
    struct run_configs *configs;
    struct sealer *sealer; /* the loop's */
    struct list running;
    struct list ready; /* runs that wait for their turn of the loop */
    uv_idle_t idle;    /* active while `ready` is not empty */
    bool idle_open;
    uint64_t reserved_bytes;
    bool stalled; /* the next of the backlog waits for memory that others have */
    struct list waiters;
    bool backlog;             /* there may be open executions without a run */
    struct uuid backlog_from; /* look at ids from this one on */
    uv_timer_t sweep;         /* deadlines, and another look at the backlog */
    bool sweep_open;
    bool closing;
    int64_t close_by_us; /* monotonic */
    void (*closed_cb)(void *data);
    void *closed_data;
    struct runner_stats stats;
};

/** Loads everything a run needs. Errors: ERR_BUSY when its payload must wait for
 * memory; others are why it cannot be run. */
MUST_USE enum err run_load(struct run *run, struct error *reterr);

/** What a synchronous caller is answered at the end of a flow that succeeded: what stop-execution
 * says, else the last step's result. Errors: ERR_LIMIT, ERR_NO_MEMORY (arena). */
MUST_USE enum err run_response(const struct flow_end *end,
                               struct arena *arena,
                               struct flow_response *ret,
                               struct error *reterr);

/** As run_load without the machine: *ret_trigger gets the trigger's result, in run->arena. */
MUST_USE enum err
run_load_trigger(struct run *run, struct value *ret_trigger, struct error *reterr);

/** Makes a run that is not in the runner's list, for looking at. Free with run_free. */
MUST_USE enum err
run_make(struct runner *runner, struct uuid id, struct run **ret, struct error *reterr);

/** Frees a run that is in no list and has no open handle. */
void run_free(struct run *run);

/** Makes a run that waits for its turn. A small payload is copied; else it is read from the
 * journal. */
void run_create(struct runner *runner, struct uuid id, struct slice head, struct slice body);

/** Its turn: loads it, a large payload on a pool thread, then calls run_loaded. */
void run_load_start(struct run *run);

/** It is loaded, or cannot be: goes on, or ends it. */
void run_loaded(struct run *run, enum err e, const struct error *error);

/** There is a run in runner->ready. */
void runner_wake(struct runner *runner);

/** An execution must be picked up later. */
void runner_note_backlog(struct runner *runner, struct uuid id);

/** Ends it without the machine: failed, timed out or canceled. Not while COMMITTING or SEALING. */
void run_fail(struct run *run,
              enum execution_state state,
              enum error_class class,
              const char *text);

/** Past its deadline: ends it as soon as its phase allows. */
void run_time_out(struct run *run);

/** Shutdown: leaves it in the journal as it is. Returns: false while it must still be waited for.
 */
bool run_park(struct run *run);

/** Sends the request of run->effect. Calls run_resolve_http later, never at once. */
MUST_USE enum err run_http_start(struct run *run, struct error *reterr);

/** Cancels the request under way. */
void run_http_cancel(struct run *run);

/** The outcome of an effect. */
void run_resolve(struct run *run, const struct flow_outcome *outcome);

/** A run is gone: frees its slot, tells who waited. */
void runner_run_ended(struct runner *runner, struct run *run, const struct runner_outcome *outcome);

#endif
