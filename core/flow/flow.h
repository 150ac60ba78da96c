/*
 * flow: the machine that runs one execution of a flow, without doing anything itself.
 *
 * It walks the steps, evaluates their inputs and says what must be done outside next; whoever runs
 * it does that and hands the outcome in. It reads no clock, opens no socket and keeps no file, so
 * the same calls always give the same run.
 *
 *     flow_run_create(&params, &run)
 *     loop:
 *         flow_run_next(run, now, &effect)
 *         write flow_run_entries(run) to the journal in ONE command, synced; flow_run_clear_entries
 *         FLOW_COMMIT     go on, in another turn of the event loop
 *         FLOW_HTTP       send effect.request            -> flow_run_resolve(run, now, outcome)
 *         FLOW_SLEEP      wait until effect.until_us     -> flow_run_resolve(run, now, elapsed)
 *         FLOW_WAIT       same, before a step's retry    -> flow_run_resolve(run, now, elapsed)
 *         FLOW_FINISHED   effect.end tells how; flow_run_destroy
 *
 * States of a run (flow_run_next moves it until it needs somebody):
 *
 *               ┌────────────── resolve ─────────────┐
 *               ▼                                    │
 *     create ─► walking ──► trying ──► outside (HTTP, SLEEP)
 *               │  ▲  ▲        ▲ ▲                   │
 *        COMMIT └──┘  │        │ └── waiting ◄───────┤ failed, to be retried
 *                     │        └──── resolve         │
 *                     └── done, or failed and ignored┘
 *               walking ──► ended (FINISHED): no step left, stopped, failed, limit reached
 *
 * **Entries.** What the journal must know collects in order: a step has finished (also each failed
 * attempt), a line was logged, an outside step is about to start. Entries that come out together
 * must be committed together and before the effect they came with is begun; then the journal
 * always holds either nothing of an outside step, or its start, or its start and its outcome.
 *
 * **Resuming.** A run that was cut off is made again with the records of its earlier life
 * (struct flow_history). It walks the same way, because steps with a record are answered from it:
 * they are not done, not logged and not reported again. A step that was started and has no record
 * has an unknown outcome. It is repeated if that can do no harm (GET, HEAD, OPTIONS; a sleep goes
 * on for what was left of it), or if the step's setting is retry: then the lost attempt is reported
 * as failed and another one follows, under the same idempotency key. Otherwise the step fails with
 * ERROR_CLASS_UNKNOWN_OUTCOME. A record is found by the place of its step (struct flow_place).
 *
 * The same records serve replays: everything up to a step taken from a recording
 * (FLOW_HISTORY_FROM_STEP), or all outside steps (FLOW_HISTORY_RECORDED). Those are executions of
 * their own, so there every step is reported, marked as recorded.
 *
 * **Bounds.** Every run ends: steps, iterations, log lines and bytes, memory and work are limited
 * (struct flow_limits); reaching one fails the run with a sentence that names it.
 *
 * **Failure.** flow_run_next and flow_run_resolve fail only with ERR_NO_MEMORY; the run is then of
 * no use but to be destroyed, and may be resumed later. All else that goes wrong is the flow's
 * affair and ends in FLOW_FINISHED.
 *
 * Thread: one at a time per run.
 */
#ifndef DAYBOOK_CORE_FLOW_FLOW_H
#define DAYBOOK_CORE_FLOW_FLOW_H

#include "core/base/id.h"
#include "core/definition/definition.h"
#include "core/domain/execution.h"
#include "core/flow/flow_reply.h"
#include "core/flow/flow_request.h"
#include "core/flow/flow_response.h"
#include "core/flow/result.h"
#include "core/flow/snapshot.h"

/* Entries, bytes of results and log lines, and units of work after which FLOW_COMMIT comes: a
 * command of the journal must stay below LIMIT_COMMAND_BYTES, a turn of the event loop short. */
#define FLOW_BATCH_ENTRIES 256
#define FLOW_BATCH_BYTES   ((size_t)256 * 1024)
#define FLOW_BATCH_WORK    2000000

/* A log message over this is cut. */
#define FLOW_LOG_MESSAGE_BYTES_MAX ((size_t)64 * 1024)

/* How often a step that can be repeated is begun without ever getting to its end, before it counts
 * as the cause of the crashes. */
#define FLOW_STARTS_MAX 5

/* The longest sleep of one step, milliseconds: a day. */
#define FLOW_SLEEP_MS_MAX ((int64_t)24 * 3600 * 1000)

/* Attempts of one step instance: the step's own retries times those of the http component. */
#define FLOW_ATTEMPTS_MAX ((1 + 5) * (1 + FLOW_REQUEST_RETRIES_MAX))

/* ---- places ---- */

/* Which attempt at which step in which iteration: what tells one doing of a step from another. The
 * loops themselves need not be named, because a step always stands in the same ones. */
struct flow_place {
    uint32_t step_index;                         /* struct step's index */
    uint32_t attempt;                            /* from 0 */
    uint32_t depth;                              /* loops around the step */
    uint32_t iterations[DEFINITION_NESTING_MAX]; /* of each, from 0, outermost first */
};

/** Order of places: by step, iterations, attempt. Returns: <0, 0, >0. */
int flow_place_compare(const struct flow_place *a, const struct flow_place *b);

/* Longest loop path, with its zero. */
#define FLOW_PLACE_LOOP_PATH_SIZE (DEFINITION_NESTING_MAX * 11 + 1)

/** The iterations as text, as the journal keeps them: "3.0"; empty outside of loops. */
void flow_place_loop_path(const struct flow_place *place, char ret_text[FLOW_PLACE_LOOP_PATH_SIZE]);

/** The place that was journaled. Errors: ERR_MALFORMED: no loop path. */
MUST_USE enum err flow_place_parse(uint64_t step_index,
                                   struct slice loop_path,
                                   uint64_t attempt,
                                   struct flow_place *ret,
                                   struct error *reterr);

/* ---- entries: what the journal must know ---- */

enum flow_entry_kind {
    FLOW_STEP_STARTED,  /* an outside step will be done next */
    FLOW_STEP_FINISHED, /* or one attempt of it failed: STEP_RETRIED */
    FLOW_LOG_LINE,
};

struct flow_entry {
    enum flow_entry_kind kind;
    struct flow_place place;
    const struct step *step; /* its name, reference ... */
    int64_t started_us;
    int64_t finished_us; /* FINISHED; the time of a log line */
    /* STARTED */
    struct slice idempotency_key;       /* "" for a sleep */
    const struct flow_request *request; /* for flow_request_feed; NULL for a sleep. Valid until
                                         * the effect is resolved */
    bool again;                         /* started before and repeated after a cut */
    /* FINISHED */
    enum step_status status;
    const struct result *result; /* {data, contentType}; NULL: none */
    bool derived;  /* the result follows from the trigger or other results and need not be stored:
                    * resuming makes it again (trigger, loops) */
    bool recorded; /* answered from a recording */
    struct slice branch; /* the branch taken; "" when none or no branch step */
    enum error_class error;
    struct slice error_text;
    int http_status; /* 0 without an answer */
    /* LOG_LINE */
    enum log_level level;
    struct slice message;
};

/* ---- records: what the journal knew ---- */

/* A FLOW_STEP_FINISHED entry as it was journaled. */
struct flow_record {
    struct flow_place place;
    enum step_status status;
    struct value result; /* null for derived ones */
    struct slice content_type;
    enum error_class error;
    struct slice error_text;
    int http_status;
    int64_t finished_us;
};

enum flow_history_use {
    FLOW_HISTORY_RESUME,    /* the same execution goes on */
    FLOW_HISTORY_RECORDED,  /* a new execution; HTTP steps are answered from the records only */
    FLOW_HISTORY_FROM_STEP, /* a new execution; steps before `from_step` are answered from them */
};

struct flow_history {
    enum flow_history_use use;
    const struct flow_record *records; /* in any order; borrowed until the run is destroyed */
    size_t count;
    uint32_t from_step; /* FROM_STEP: index of the first step, in document order, that is done */
    /* RESUME: a step that was started and has no record */
    bool has_started;
    struct flow_place started;
    int64_t started_us; /* of its first start */
    uint32_t starts;    /* how often it was started, 1 or more */
};

/* ---- a run ---- */

struct flow_limits {
    uint32_t steps_max;      /* step instances, all iterations counted */
    uint32_t iterations_max; /* of all loops together */
    uint32_t log_lines_max;
    size_t log_bytes_max;
    size_t memory_bytes_max;    /* of results, and once more of evaluating one step */
    uint64_t work_max;          /* of evaluating one step; see work.h */
    int64_t timeout_ms_default; /* of one HTTP request */
    int64_t timeout_ms_max;
};

/** The limits that hold unless an operator sets others; README.md says why they are so. */
struct flow_limits flow_limits_default(void);

struct flow_params {
    const struct flow_definition *flow; /* borrowed until the run is destroyed */
    const struct snapshot *snapshot;    /* borrowed until the run is destroyed */
    const struct value *trigger;        /* of flow_trigger_value; copied */
    struct uuid execution_id;
    struct flow_limits limits;
    const struct flow_history *history; /* NULL: from the start. The struct is copied */
};

struct flow_run;

enum flow_effect_kind {
    FLOW_COMMIT,
    FLOW_HTTP,
    FLOW_SLEEP,
    FLOW_WAIT,
    FLOW_FINISHED,
};

/* How a run ended. */
struct flow_end {
    bool succeeded;
    bool stopped; /* by stop-execution; `response` is what it says */
    enum error_class error;
    struct slice error_text;
    const struct step *step; /* where it failed; NULL when it succeeded */
    struct flow_place place;
    struct flow_response response;    /* with stopped; else see flow_response_of_value */
    const struct result *last_result; /* of the flow's last step: what a synchronous caller is
                                       * answered. NULL: none */
};

/* Pointers are valid until the effect is resolved, or the run destroyed. */
struct flow_effect {
    enum flow_effect_kind kind;
    const struct step *step; /* HTTP, SLEEP, WAIT */
    struct flow_place place;
    const struct flow_request *request; /* HTTP */
    int64_t until_us;                   /* SLEEP, WAIT; may be past */
    int64_t wait_ms;            /* SLEEP, WAIT: from the given now to until_us, rounded up */
    const struct flow_end *end; /* FINISHED */
};

enum flow_outcome_kind {
    FLOW_ELAPSED,   /* SLEEP and WAIT: the time has come */
    FLOW_REPLIED,   /* HTTP: `reply`, of any status */
    FLOW_NO_ANSWER, /* HTTP: `error` and `text` tell why */
};

struct flow_outcome {
    enum flow_outcome_kind kind;
    const struct flow_reply *reply;
    enum error_class error; /* CONNECTION, TIMEOUT, REFUSED_TARGET, or LIMIT: too large */
    struct slice text;      /* a sentence without secrets */
};

/**
 * A run at its start. Takes: copies params and trigger; borrows as struct flow_params says.
 * Returns: ERR_OK with *ret (free with flow_run_destroy). Errors: ERR_NO_MEMORY; ERR_LIMIT when
 * the trigger alone is over memory_bytes_max.
 */
MUST_USE enum err
flow_run_create(const struct flow_params *params, struct flow_run **ret, struct error *reterr);

/** Frees a run and sets the pointer to NULL. Takes NULL too. */
void flow_run_destroy(struct flow_run **run);

/**
 * Goes on until something must be done outside. `now_us`: UTC microseconds, never less than in an
 * earlier call. With an effect that is not resolved yet, or after the end, the same effect is
 * given again. Errors: ERR_NO_MEMORY.
 */
MUST_USE enum err
flow_run_next(struct flow_run *run, int64_t now_us, struct flow_effect *ret, struct error *reterr);

/**
 * Hands in the outcome of the effect that is outstanding; it must fit the effect's kind.
 * Takes: borrowed until return. Errors: ERR_NO_MEMORY.
 */
MUST_USE enum err flow_run_resolve(struct flow_run *run,
                                   int64_t now_us,
                                   const struct flow_outcome *outcome,
                                   struct error *reterr);

/** The entries since they were last cleared, in order. Valid until the next call on this run. */
const struct flow_entry *flow_run_entries(const struct flow_run *run, size_t *ret_count);

/** Forgets the entries: they are in the journal now. */
void flow_run_clear_entries(struct flow_run *run);

/** Memory the run holds in results now, in bytes. */
size_t flow_run_memory_bytes(const struct flow_run *run);

#endif
