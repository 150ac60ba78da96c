/*
 * execution_commands: queueing an execution, and journaling what it did.
 *
 * The bodies are sealed by the maker (the trigger's bytes, results, logs); execute looks at the
 * state and takes or drops them whole.
 */
#ifndef DAYBOOK_API_COMMANDS_EXECUTION_COMMANDS_H
#define DAYBOOK_API_COMMANDS_EXECUTION_COMMANDS_H

#include "api/engine/writer.h"
#include "core/domain/execution.h"

/* Why an invocation is not taken. Numbers are stored (invocation.rejected). */
enum invocation_refusal {
    INVOCATION_TAKEN = 0,
    INVOCATION_PAUSED = 1,
    INVOCATION_NOT_DEPLOYED = 2,
    INVOCATION_QUEUE_FULL = 3,
    INVOCATION_CHANGED = 4, /* deployed anew since it was admitted: admit again */
};

/* The new execution's id is base.append_id. */
struct execution_queue_command {
    struct command base;
    struct uuid instance;
    uint32_t flow;       /* place of its flow config */
    uint64_t definition; /* sequences it was admitted with */
    uint64_t config;
    enum invoke_type invoke;
    uint64_t flags;
    uint64_t size;
    struct uuid replay_of;
    uint64_t key;               /* that sealed the payload */
    struct sealed_body payload; /* freed by the maker, empty after an append */
    uint64_t waiting_max;       /* open executions the flow may have */
    bool force;                 /* also while the instance is paused: tests and replays */
    /* A payload that says JSON and is none is journaled as failed, with this sentence; empty: none.
     */
    struct slice malformed;
    bool ends_at_once; /* nothing is to be done: it is journaled as begun and ended, too */
    /* ---- set by execute ---- */
    enum invocation_refusal refusal;
};

struct execution_progress_command {
    struct command base;
    struct uuid execution;
    struct uuid instance;
    uint64_t key;
    struct event *events; /* without bodies: they are sealed */
    size_t event_count;
    struct sealed_body sealed[BODY_CLASS_COUNT]; /* freed by the maker, empty after an append */
    bool has_sealed[BODY_CLASS_COUNT];
};

/* Their `execute`. */
enum err
execution_command_queue(struct command *command, struct writer *writer, struct error *reterr);
enum err
execution_command_progress(struct command *command, struct writer *writer, struct error *reterr);

#endif
