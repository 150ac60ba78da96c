/*
 * flow_priv: the inside of a run, for the files that make up the machine:
 *
 *     flow.c          making, destroying, next and resolve: the states
 *     flow_walk.c     which step comes next: frames of loops and branches, unwinding, the end
 *     flow_step.c     doing one step: each kind of action, or answering it from its record
 *     flow_control.c  branches, loops, breakLoop
 *     flow_attempt.c  outside steps: starting, failing, trying again, what a cut left in doubt
 *     flow_entry.c    what the journal must know
 *     flow_history.c  what it knew
 *     flow_place.c    places and their texts
 *
 * Every function here that returns enum err fails with ERR_NO_MEMORY only; what goes wrong in the
 * flow itself is turned into a failed step (flow_attempt_failed) or a failed run (flow_walk_fail).
 */
#ifndef DAYBOOK_CORE_FLOW_FLOW_PRIV_H
#define DAYBOOK_CORE_FLOW_FLOW_PRIV_H

#include "core/flow/flow.h"

enum flow_state {
    FLOW_WALKING, /* between steps */
    FLOW_TRYING,  /* `step` is to be done, attempt `place.attempt` */
    FLOW_OUTSIDE, /* `effect` is outstanding: HTTP or SLEEP */
    FLOW_WAITING, /* `effect` is outstanding: WAIT; then TRYING */
    FLOW_ENDED,
};

/* Texts of entries between two commits: a batch, and what one step more can add. */
#define FLOW_ENTRY_TEXT_BYTES_MAX (FLOW_BATCH_BYTES + 12 * FLOW_LOG_MESSAGE_BYTES_MAX)

/* A list of steps being walked: the flow's, a loop's body or a branch. */
struct flow_frame {
    const struct step *owner; /* the loop or branch step; NULL for the flow itself */
    const struct step *steps;
    uint32_t count;
    uint32_t next;
    struct flow_place place; /* of the owner */
    int64_t started_us;
    /* of a loop */
    bool is_loop;
    uint32_t iteration; /* the one that runs; so many parts are collected */
    uint32_t iterations;
    struct result *items;  /* a list with one item for each iteration; NULL: counted only */
    struct value number;   /* the current item of a counted loop */
    struct result **parts; /* of each iteration before, what its last step gave; may hold NULL */
    uint32_t part_capacity;
};

struct flow_run {
    const struct flow_definition *flow;
    struct flow_limits limits;
    char execution_id[UUID_TEXT_SIZE];

    struct arena arena;   /* what lives as long as the run */
    struct arena scratch; /* what lives as long as one attempt */
    struct result_pool pool;
    struct scope scope;
    struct result **results;   /* by step index: the newest; NULL: none */
    struct scope_step **names; /* by step index */
    struct result *trigger;

    enum flow_state state;
    bool broken; /* ERR_NO_MEMORY was returned */
    struct flow_frame frames[DEFINITION_NESTING_MAX + 1];
    uint32_t depth;

    /* the step being tried */
    const struct step *step;
    struct flow_place place;
    int64_t started_us;
    uint32_t retries; /* of the step's setting, used */
    uint32_t tries;   /* of the http component's own, used since the last of those */
    bool has_request;
    struct flow_request request;

    struct flow_effect effect;
    struct flow_end end;
    struct result *last_result;

    uint32_t steps_done;
    uint32_t iterations_done;
    uint32_t log_lines;
    size_t log_bytes;
    uint64_t batch_work; /* since the last FLOW_COMMIT */

    struct flow_entry *entries;
    size_t entry_count;
    size_t entry_capacity;
    size_t entry_bytes;
    struct arena entry_arena; /* texts of entries */

    struct flow_history history;
    const struct flow_record **records; /* by place */
};

/* ---- flow_history ---- */

/** Sorts the records. Errors: ERR_NO_MEMORY. */
MUST_USE enum err
flow_history_init(struct flow_run *run, const struct flow_history *history, struct error *reterr);

/** The record that answers the step at `place`. Returns: NULL when it must be done. */
const struct flow_record *flow_history_find(const struct flow_run *run,
                                            const struct step *step,
                                            const struct flow_place *place);

/** Whether the step at `place` was started and left without a record. */
bool flow_history_in_doubt(const struct flow_run *run, const struct flow_place *place);

/** Whether this execution's own journal has the step's end at `place` already. */
bool flow_history_reported(const struct flow_run *run,
                           const struct step *step,
                           const struct flow_place *place);

/* ---- flow_entry ---- */

/** An entry of the current step that ends now, everything else empty. */
struct flow_entry
flow_entry_of_step(const struct flow_run *run, enum step_status status, int64_t now_us);

/** A step has finished, or an attempt failed. `entry`: everything but kind and recorded; its texts
 * are copied, its result held. Left out when the journal has it. */
MUST_USE enum err
flow_entry_finished(struct flow_run *run, const struct flow_entry *entry, struct error *reterr);

/** The current step is begun outside; `again`: it was begun before. */
MUST_USE enum err
flow_entry_started(struct flow_run *run, int64_t now_us, bool again, struct error *reterr);

/** The current step logs a line. Reaching a limit fails the run: look at its state afterwards. */
MUST_USE enum err flow_entry_log(struct flow_run *run,
                                 enum log_level level,
                                 struct slice message,
                                 int64_t now_us,
                                 struct error *reterr);

/** Releases what the entries hold. */
void flow_entry_clear(struct flow_run *run);

/* ---- flow_walk ---- */

/** One move: begins the next step, or leaves a list of steps. State: WALKING. */
MUST_USE enum err flow_walk_move(struct flow_run *run, int64_t now_us, struct error *reterr);

/** Enters the branch of the current step; NULL: none. */
MUST_USE enum err flow_walk_enter_branch(struct flow_run *run,
                                         const struct branch *branch,
                                         int64_t now_us,
                                         struct error *reterr);

/** Enters the loop of the current step. Takes: `items`, which may be NULL. */
MUST_USE enum err flow_walk_enter_loop(struct flow_run *run,
                                       struct result **items,
                                       uint32_t iterations,
                                       int64_t now_us,
                                       struct error *reterr);

/** Ends the innermost loop; there must be one. */
MUST_USE enum err flow_walk_break(struct flow_run *run, int64_t now_us, struct error *reterr);

/** The current step failed for good: goes on behind the innermost loop or branch whose setting is
 * to ignore that, else ends the run. */
MUST_USE enum err flow_walk_unwind(struct flow_run *run,
                                   enum error_class error,
                                   struct slice text,
                                   int64_t now_us,
                                   struct error *reterr);

/** The run itself has failed at the current step (a limit): reports the step and ends. */
MUST_USE enum err flow_walk_fail(struct flow_run *run,
                                 enum error_class error,
                                 struct slice text,
                                 int64_t now_us,
                                 struct error *reterr);

/** The run has succeeded; `stopped` by the current step. */
void flow_walk_succeed(struct flow_run *run, bool stopped);

/** Whether a step's setting is to go on after its final failure. */
bool flow_walk_ignores(const struct step *step);

/** Sets what a step's name stands for. Takes: `result`, which may be NULL. */
void flow_walk_set_result(struct flow_run *run, const struct step *step, struct result **result);

/** Frees all frames. */
void flow_walk_deinit(struct flow_run *run);

/* ---- flow_step ---- */

/** Does the current step, or begins what must be done outside. State: TRYING. */
MUST_USE enum err flow_step_try(struct flow_run *run, int64_t now_us, struct error *reterr);

/** The current step is done and gave `value`. Copies it. */
MUST_USE enum err flow_step_done(struct flow_run *run,
                                 const struct value *value,
                                 struct slice content_type,
                                 int64_t now_us,
                                 struct error *reterr);

/** As flow_step_done, with null. */
MUST_USE enum err
flow_step_done_with_nothing(struct flow_run *run, int64_t now_us, struct error *reterr);

/** Reports that the current step is done. `derived`: see struct flow_entry. */
MUST_USE enum err flow_step_report_ok(struct flow_run *run,
                                      const struct result *result,
                                      struct slice branch,
                                      bool derived,
                                      int64_t now_us,
                                      struct error *reterr);

/** The current step failed now, for a reason that needs no more than a text. */
MUST_USE enum err flow_step_fail(struct flow_run *run,
                                 enum error_class error,
                                 struct slice text,
                                 int64_t now_us,
                                 struct error *reterr);

/** The value of an input of the current step. Errors: as expression_evaluate, naming the input. */
MUST_USE enum err
flow_step_input(struct flow_run *run, const char *key, struct value *ret, struct error *reterr);

/** Turns an error met while doing the current step into what it means for the run: the step has an
 * invalid input, or a limit was reached. Returns: ERR_OK or ERR_NO_MEMORY. */
MUST_USE enum err
flow_step_error(struct flow_run *run, enum err code, int64_t now_us, struct error *reterr);

/* ---- flow_control: each does the current step ---- */

MUST_USE enum err
flow_control_branch_on_expression(struct flow_run *run, int64_t now_us, struct error *reterr);
MUST_USE enum err
flow_control_branch_on_value(struct flow_run *run, int64_t now_us, struct error *reterr);
MUST_USE enum err
flow_control_loop_items(struct flow_run *run, int64_t now_us, struct error *reterr);
MUST_USE enum err
flow_control_loop_times(struct flow_run *run, int64_t now_us, struct error *reterr);
MUST_USE enum err flow_control_break(struct flow_run *run, int64_t now_us, struct error *reterr);

/** Reports that the branch of a name is taken, and enters it; "" is none. */
MUST_USE enum err flow_control_take_branch(struct flow_run *run,
                                           struct slice name,
                                           int64_t now_us,
                                           struct error *reterr);

/* ---- flow_attempt ---- */

/** Renders the current step's request if that is not done yet. Errors: as flow_request_render. */
MUST_USE enum err flow_attempt_render(struct flow_run *run, struct error *reterr);

/** Begins the HTTP request of the current step. */
MUST_USE enum err
flow_attempt_begin_http(struct flow_run *run, int64_t now_us, struct error *reterr);

/** Begins the sleep of the current step. */
MUST_USE enum err
flow_attempt_begin_sleep(struct flow_run *run, int64_t ms, int64_t now_us, struct error *reterr);

/** How an attempt of the current step failed. */
struct flow_failure {
    enum error_class error;
    struct slice text;
    int http_status;
    int64_t at_us;                    /* when: the wait before the next attempt counts from here */
    const struct flow_record *record; /* which tells what followed; NULL: that is decided now */
};

/** The current attempt failed: reports it; tries again, ignores it or gives up. */
MUST_USE enum err flow_attempt_failed(struct flow_run *run,
                                      const struct flow_failure *failure,
                                      int64_t now_us,
                                      struct error *reterr);

/** Takes the outcome of the outstanding effect. */
MUST_USE enum err flow_attempt_resolve(struct flow_run *run,
                                       const struct flow_outcome *outcome,
                                       int64_t now_us,
                                       struct error *reterr);

#endif
