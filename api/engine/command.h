/*
 * command: one thing somebody wants done, on its way from the loop thread to the writer and back.
 *
 *     loop     fill a struct that begins with `struct command`, engine_submit
 *     writer   command->execute: load state, decide, writer_append (or refuse)
 *     loop     command->done: everything it appended is durable, or nothing was appended
 *
 * A command belongs to its maker before engine_submit and in `done`; in between nobody else touches
 * it. `done` is called exactly once, never from within engine_submit.
 */
#ifndef DAYBOOK_API_ENGINE_COMMAND_H
#define DAYBOOK_API_ENGINE_COMMAND_H

#include "core/base/arena.h"
#include "core/base/list.h"
#include "core/base/problem.h"
#include "journal/journal.h"

struct writer;
struct command;

/** Runs on the writer thread. Returns: ERR_OK also when problems were added; an error is a refusal
 * of this command alone, unless writer_append says that the process must end. */
typedef enum err (*command_execute_cb)(struct command *command,
                                       struct writer *writer,
                                       struct error *reterr);

/** Runs on the loop thread. */
typedef void (*command_done_cb)(struct command *command);

/* How a command ended. */
enum command_outcome {
    COMMAND_DONE,     /* appended (or there was nothing to do), durable */
    COMMAND_REPEATED, /* its idempotency key was used before with the same request: see `result` */
    COMMAND_REFUSED,  /* `problems` say why */
    COMMAND_FAILED,   /* `error` says why */
};

#define COMMAND_OUTCOME_COUNT (COMMAND_FAILED + 1)

struct command {
    /* ---- set by the maker ---- */
    command_execute_cb execute;
    command_done_cb done;
    struct arena *arena; /* for texts of problems and whatever execute makes; borrowed */
    struct actor actor;
    struct uuid append_id;
    struct uuid correlation;  /* of the request; zero: none */
    struct slice reason;      /* empty: none */
    struct slice idempotency; /* 32 bytes digest of scope and key; empty: none */
    struct slice request;     /* 32 bytes digest of the request, with idempotency */
    size_t bytes;             /* memory it holds, for the bound of the queue */
    bool patient;             /* nobody waits for its end: it may be committed with others */

    /* ---- set by the engine ---- */
    enum command_outcome outcome;
    struct problem_list problems;
    struct error error;
    struct append_result result; /* of the append; of the first one, when repeated */
    bool appended;
    struct list_link link;
};

#endif
