/*
 * hook_priv: one webhook call, and what the files of the hook share.
 */
#ifndef DAYBOOK_API_ROUTES_HOOK_PRIV_H
#define DAYBOOK_API_ROUTES_HOOK_PRIV_H

#include "api/invocation.h"
#include "api/routes/hook.h"

struct hook_call {
    struct list_link link; /* in hook->waiting, while a synchronous answer is awaited */
    struct hook *hook;
    struct http_request *request; /* the call lives in its arena */
    struct invocation invocation;
    bool admitted_again;
    unsigned char idempotency[32];
    unsigned char request_digest[32];
    struct runner_waiter waiter;
    int64_t complete_at_us; /* monotonic */
    int64_t answer_by_us;   /* monotonic */
};

struct rejection {
    struct list_link link;
    struct uuid instance;
    uint32_t flow;
    enum invocation_refusal reason;
    uint64_t count;
};

struct hook {
    struct hook_options options;
    struct invoker invoker;
    struct list waiting;    /* calls that wait for a synchronous answer */
    struct list rejections; /* refused requests, not journaled yet */
    int64_t flushed_at_us;  /* monotonic; when they were last */
    uv_timer_t sweep;
    bool sweep_open;
    void (*closed_cb)(void *data);
    void *closed_data;
    struct hook_stats stats;
};

/** Finds out whether the request is let in. Returns: false after having answered it. */
bool hook_admit(struct hook *hook, struct http_request *request, struct admission *ret);

/** Counts a refused request for the journal. */
void hook_note_rejection(struct hook *hook,
                         const struct admission *admission,
                         enum invocation_refusal reason);

/** Submits what was counted. */
void hook_flush_rejections(struct hook *hook);

/** Answers a request that becomes no execution, and counts it. */
void hook_refuse(struct hook *hook,
                 struct http_request *request,
                 enum hook_refusal refusal,
                 const char *text);

/** As hook_refuse, with a refusal of its instance. */
void hook_refuse_invocation(struct hook *hook,
                            struct http_request *request,
                            enum invocation_refusal reason);

/** 200 with the execution's id, or what the trigger's inputs say. */
void hook_respond_accepted(struct hook_call *call, struct uuid execution);

/** The answer of a synchronous request that was sent before under the same key: the first
 * execution's end. Returns: false while that has not ended; then nothing was answered. */
bool hook_respond_repeated(struct hook_call *call, struct uuid execution);

/** The answer of a synchronous execution that ended. */
void hook_respond_outcome(struct http_request *request, const struct runner_outcome *outcome);

/** An error answer that carries the execution's id. */
void hook_respond_error(struct http_request *request,
                        struct uuid execution,
                        int status,
                        const char *code,
                        const char *text);

#endif
