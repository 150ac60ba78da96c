/*
 * hook: webhooks. Takes a request, journals its exact bytes, answers when they are durable, and
 * hands the execution to the runner.
 *
 *  head     admit: which instance and flow; deleted, missing, key, trigger, deployed, paused
 *           ──► 404 410 401 405 409
 *  body     seal the trigger's bytes (on a pool thread over 64 KiB), submit to the writer
 *           ──► 413 429 503
 *  durable  asynchronous: 200 with the execution's id, or what the trigger says; then run
 *           synchronous: run, answer with the result, or 504 after the limit; the run goes on
 *
 * Every answer of an execution that was created has the header prismatic-executionid and is sent
 * only after the sync.
 *
 * Requests that an instance refuses (paused, not deployed, queue full) are counted and journaled as
 * invocation.rejected once a second at most for each flow and reason.
 *
 * Thread: loop.
 */
#ifndef DAYBOOK_API_ROUTES_HOOK_H
#define DAYBOOK_API_ROUTES_HOOK_H

#include "api/http/http.h"
#include "api/runner/runner.h"

/* Refused requests remembered until they are journaled; over it their count is added to none. */
#define HOOK_REJECTIONS_MAX 1024

/* Why a webhook became no execution. */
enum hook_refusal {
#define HOOK_REFUSAL(NAME, status, code) HOOK_REFUSAL_##NAME,
#include "api/routes/hook_refusals.def"
#undef HOOK_REFUSAL
    HOOK_REFUSAL_COUNT,
};

struct hook;

struct hook_options {
    struct engine *engine;
    struct readings *readings;
    struct runner *runner;
    size_t body_bytes_max;
    int64_t sync_wait_us;
    uint64_t waiting_max; /* open executions a flow may have */
};

/** Makes the receiver of webhooks; what the options point at must outlive it. */
MUST_USE enum err
hook_create(const struct hook_options *options, struct hook **ret, struct error *reterr);

/** Answers what is in flight no more; then calls back. */
void hook_close(struct hook *hook, void (*cb)(void *data), void *data);

/** Frees a closed hook; sets the pointer to NULL. Takes NULL too. */
void hook_destroy(struct hook **hook);

/** The head of a request to /trigger/<id>[/...]. Returns: as http_handler.on_head. */
size_t hook_on_head(struct hook *hook, struct http_request *request);

/** The request is complete. */
void hook_on_request(struct hook *hook, struct http_request *request);

struct hook_stats {
    uint64_t accepted;                     /* became executions */
    uint64_t repeated;                     /* answered with the execution of an earlier request */
    uint64_t rejected;                     /* became none */
    uint64_t refusals[HOOK_REFUSAL_COUNT]; /* of these */
    struct histogram durations; /* of those accepted, from the complete request to the commit */
    uint64_t waiting;           /* synchronous requests that wait for their result */
};

/** The code of a refusal ("instance_paused"), as clients see it. */
const char *hook_refusal_code(enum hook_refusal refusal);

/** Counts since the start. */
struct hook_stats hook_stats(const struct hook *hook);

#endif
