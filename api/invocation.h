/*
 * invocation: an execution on its way into the journal, whoever starts it: a webhook, a test, a
 * replay.
 *
 *     maker               fills an admission (what will run) and the trigger's exact bytes
 *     invocation_start    JSON that is none is noted, and all is sealed, on a pool thread when
 * large; submitted to the writer done                durable, or refused, or failed: see `command`
 *
 * An invocation belongs to its maker before invocation_start and in `done`; head and body must live
 * until then. What was taken is not running yet: the maker offers it to the runner.
 *
 * Thread: loop.
 */
#ifndef DAYBOOK_API_INVOCATION_H
#define DAYBOOK_API_INVOCATION_H

#include "api/commands/execution_commands.h"
#include "api/engine/reading.h"

/* What an invocation needs of the server; one for each maker. */
struct invoker {
    struct engine *engine;
    struct sealer *sealer; /* the maker's, for small payloads */
    uint64_t waiting_max;  /* open executions a flow may have */
};

/* What will run, as found when it was let in. */
struct admission {
    struct uuid instance;
    struct uuid flow_config;
    uint32_t flow;       /* place of the flow config */
    uint64_t key;        /* number of the instance's data key */
    uint64_t definition; /* sequences to run with */
    uint64_t config;
    bool is_system;
    bool is_synchronous;
    bool has_own_response; /* the trigger's inputs say how to answer */
    bool has_steps;        /* beside the trigger */
};

struct invocation;

/** Called once, on the loop: `command.base.outcome` and `command.refusal` say how it ended. */
typedef void (*invocation_done_cb)(struct invocation *invocation);

struct invocation {
    /* ---- set by the maker ---- */
    const struct invoker *invoker;
    struct admission admission;
    struct slice head; /* request line and header lines with the empty line */
    struct slice body;
    struct slice content_type;
    /* Of it the maker sets base.arena, base.actor, base.idempotency and what of the rest is not
     * zero: invoke, flags, replay_of, force. */
    struct execution_queue_command command;
    invocation_done_cb done;
    /* ---- private ---- */
    struct data_key data_key;
    struct buf raw;              /* the payload body before sealing */
    struct sealer *large_sealer; /* of a pool thread */
    enum err json_err;           /* of the body, if it says that it is JSON */
    struct error json_error;
    enum err seal_err;
    struct error seal_error;
    uv_work_t work;
};

/**
 * What an instance's flow config would run: the draft of a system instance, else what is deployed,
 * or, before the first deploy, what is configured. Fills `ret` but for is_synchronous of the
 * caller's own wish. The definition is to be given back with definitions_release, on errors too.
 * Errors: ERR_NOT_FOUND (the version has no such flow), ERR_DAMAGED and others (the definition
 * cannot be read).
 */
MUST_USE enum err invocation_admit(struct reading *reading,
                                   const struct instance *instance,
                                   uint32_t place,
                                   struct arena *arena,
                                   struct admission *ret,
                                   const struct definition **ret_definition,
                                   const struct flow_definition **ret_flow,
                                   struct error *reterr);

/**
 * Starts it. Takes: `invocation`, until `done`. Errors: ERR_BUSY, ERR_CLOSED, ERR_DISK_FULL,
 * ERR_ERASED, ERR_LIMIT, ERR_IO: then `done` is not called and nothing is kept; it may be started
 * again.
 */
MUST_USE enum err invocation_start(struct invocation *invocation, struct error *reterr);

/** The id of the execution that was made, also when it was made by an earlier request with the same
 * idempotency key. Errors: ERR_IO, ERR_DAMAGED. */
MUST_USE enum err invocation_execution(const struct invocation *invocation,
                                       struct readings *readings,
                                       struct uuid *ret,
                                       struct error *reterr);

#endif
