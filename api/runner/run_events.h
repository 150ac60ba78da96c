/*
 * run_events: what a run reports, as events of the journal.
 *
 *     flow entries ──► events with facts, and one raw body per class, in the order they happened
 *
 * The result of the trigger is not journaled: it is computed from the payload whenever it is asked
 * for. Lines of log that follow each other share an event. Everything of one batch becomes one
 * record.
 *
 * Thread: loop.
 */
#ifndef DAYBOOK_API_RUNNER_RUN_EVENTS_H
#define DAYBOOK_API_RUNNER_RUN_EVENTS_H

#include "core/domain/execution.h"
#include "core/flow/flow.h"
#include "journal/keyring.h"

struct run_events {
    struct event *events; /* without bodies */
    size_t count;
    struct buf raw[BODY_CLASS_COUNT]; /* empty where there is none */
};

/* What goes around the entries. */
struct run_events_frame {
    bool started; /* begin with execution.started */
    bool resumed; /* begin with execution.resumed */
    bool ended;   /* end with execution.finished: */
    enum execution_state state;
    enum error_class error_class;
    struct slice error_text;
    uint64_t steps; /* finished before this batch */
    int64_t now_us;
};

/**
 * Builds the batch in `arena`; raw bodies are the caller's to free (run_events_deinit). `key` is
 * the instance's, for digests of requests. Errors: ERR_LIMIT.
 */
MUST_USE enum err run_events_build(const struct flow_entry *entries,
                                   size_t count,
                                   const struct run_events_frame *frame,
                                   const struct data_key *key,
                                   struct arena *arena,
                                   struct run_events *ret,
                                   struct error *reterr);

/** Frees the raw bodies. */
void run_events_deinit(struct run_events *events);

#endif
