/*
 * execution: one run of one flow of one instance.
 *
 *     queued --started--> running --finished--> succeeded | failed | timed out | canceled
 *        \                   |  ^
 *         \                  |  | resumed (after a crash, any number of times)
 *          \                 +--+
 *           +--finished--> failed | canceled (never ran: malformed payload ...)
 *
 * The trigger's exact bytes are the payload body of execution.queued: a list of
 *
 *     [1, head, body]     head: request line and header lines as received, with the empty line;
 *                         body: as received, chunked framing undone
 *
 * Body values by event: step.finished {state: {error, message}, result: {data, contentType}};
 * execution.logged {log: lines as core/domain/log_line.h says};
 * execution.finished {state: {error}}.
 */
#ifndef DAYBOOK_CORE_DOMAIN_EXECUTION_H
#define DAYBOOK_CORE_DOMAIN_EXECUTION_H

#include "core/domain/decision.h"

/* The finer truth. Numbers are stored. */
enum execution_state {
    EXECUTION_WAITING = 0,
    EXECUTION_RUNNING = 1,
    EXECUTION_SUCCEEDED = 2,
    EXECUTION_FAILED = 3,
    EXECUTION_TIMED_OUT = 4,
    EXECUTION_CANCELED = 5,
};

#define EXECUTION_STATE_COUNT (EXECUTION_CANCELED + 1)

/* How it came to be. Numbers are stored. */
enum invoke_type {
    INVOKE_WEBHOOK = 0,
    INVOKE_INTEGRATION_TEST =
        1,                    /* through the system instance's webhook URL or testIntegrationFlow */
    INVOKE_INSTANCE_TEST = 2, /* testInstanceFlowConfig */
};

/* Flags of execution.queued. Stored. */
#define EXECUTION_FLAG_TEST        1U
#define EXECUTION_FLAG_SYNCHRONOUS 2U

/* Why an execution or a step failed, for machines. Numbers are stored. */
enum error_class {
    ERROR_CLASS_NONE = 0,
    ERROR_CLASS_MALFORMED_PAYLOAD = 1, /* JSON type, no JSON */
    ERROR_CLASS_EXPRESSION = 2,        /* a reference or template that has no value */
    ERROR_CLASS_INPUT = 3,             /* an input of a wrong type or range */
    ERROR_CLASS_HTTP_STATUS = 4,       /* answered, but not 2xx */
    ERROR_CLASS_CONNECTION = 5,        /* not answered: resolve, connect, TLS, reset */
    ERROR_CLASS_REFUSED_TARGET = 6,    /* an address that outbound rules forbid */
    ERROR_CLASS_TIMEOUT = 7,
    ERROR_CLASS_UNKNOWN_COMPONENT = 8,
    ERROR_CLASS_LIMIT = 9,            /* a named limit reached */
    ERROR_CLASS_UNKNOWN_OUTCOME = 10, /* cut off by a crash behind step.started */
    ERROR_CLASS_DEFINITION = 11,      /* the flow is not in the version, or cannot be read */
    ERROR_CLASS_INTERNAL = 12,
};

/* How a step ended. Numbers are stored. */
enum step_status {
    STEP_OK = 0,
    STEP_FAILED = 1,
    STEP_IGNORED = 2, /* failed, and errorConfig says to go on */
    STEP_RETRIED = 3, /* this attempt failed, another follows */
};

/* Levels of log lines, as numbers that are stored and that clients see. */
enum log_level {
    LOG_LEVEL_TRACE = 0,
    LOG_LEVEL_DEBUG = 1,
    LOG_LEVEL_INFO = 2,
    LOG_LEVEL_WARN = 3,
    LOG_LEVEL_ERROR = 4,
    LOG_LEVEL_FATAL = 5,
    LOG_LEVEL_METRIC = 6,
    LOG_LEVEL_COUNT = 7,
};

struct execution {
    struct uuid id;
    uint64_t version; /* events so far; 0: there is none */
    struct uuid instance;
    uint64_t flow;       /* place of its flow config in the instance */
    uint64_t definition; /* sequence of the draft_imported it runs */
    uint64_t config;     /* config as of this sequence */
    enum invoke_type invoke;
    uint64_t flags;
    uint64_t size; /* bytes of the trigger's body */
    enum execution_state state;
    enum error_class error_class;
    int64_t queued_at_us;
    int64_t started_at_us;  /* 0: not started */
    int64_t finished_at_us; /* 0: not finished */
    uint64_t queued_seq;
    uint64_t finished_seq; /* 0: not finished */
    uint64_t steps;        /* steps finished */
    uint64_t resumes;
    struct uuid replay_of;   /* zero: no replay */
    struct uuid resolved_by; /* of a failure: a later success of a replay; zero: none */
};

/** "QUEUED", "RUNNING" ... the finer truth as clients see it. */
const char *execution_state_name(enum execution_state state);

/** "QUEUED", "PENDING", "SUCCESS" or "ERROR": the coarse status. */
const char *execution_status_name(enum execution_state state);

/** Whether it will not change any more. */
static inline bool execution_is_final(enum execution_state state)
{
    return state >= EXECUTION_SUCCEEDED;
}

/** "malformed_payload", "http_status" ... */
const char *execution_error_class_name(enum error_class error_class);

/** "TRACE" ... "METRIC". Returns: "INFO" for other numbers. */
const char *log_level_name(enum log_level level);

/** The level of a name, any case. Returns: false when there is none. */
bool log_level_of(struct slice name, enum log_level *ret);

/**
 * Whether `events` may be appended to the execution as it is: the state machine above. A violation
 * is a bug of the runner or a race with a cancel, and refused with a problem.
 */
void execution_decide_progress(const struct execution *execution,
                               const struct event *events,
                               size_t count,
                               struct decision *decision);

/** The execution after an event. */
void execution_evolve(struct execution *execution, const struct recorded_event *event);

/* Rows of views: positional MessagePack out and in. Errors: ERR_MALFORMED, ERR_LIMIT. */
void execution_put(struct buf *out, const struct execution *execution);
MUST_USE enum err execution_get(struct slice bytes,
                                struct uuid id,
                                struct arena *arena,
                                struct execution *ret,
                                struct error *reterr);

#endif
