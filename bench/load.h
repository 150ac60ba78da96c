/*
 * load: a closed loop of HTTP clients in this thread: each connection sends its next request when
 * the answer to the last one is there.
 *
 *     load_create ─► load_run (warm-up) ─► load_run (measured) ─► load_destroy
 *
 * It is made to cost little, because it shares the machine with the server it loads: requests are
 * bytes made beforehand, one write sends one, one read takes the answer, epoll tells which.
 *
 * Failure modes: a connection that breaks, an answer that is none and a server that says nothing
 * for long end the run with an error. An answer other than 200 is counted.
 * Thread: one.
 */
#ifndef DAYBOOK_BENCH_LOAD_H
#define DAYBOOK_BENCH_LOAD_H

#include "bench/latency.h"
#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdbool.h>

#define LOAD_CONNECTIONS_MAX 4096

struct load;

struct load_options {
    uint16_t port;                /* on 127.0.0.1 */
    const struct slice *requests; /* whole ones, sent in turn; borrowed until load_destroy */
    size_t request_count;
    unsigned connections; /* 1 to LOAD_CONNECTIONS_MAX */
};

struct load_result {
    uint64_t acks;          /* answers with 200 */
    uint64_t refused;       /* answers with another status */
    int refused_status;     /* of the first of these */
    int64_t elapsed_us;     /* from the first request to the last answer */
    int64_t cpu_us;         /* processor time of this process meanwhile */
    struct latency latency; /* of every answer with 200 */
};

/** Opens the connections. Errors: ERR_INVALID, ERR_IO, ERR_NO_MEMORY. */
MUST_USE enum err
load_create(const struct load_options *options, struct load **ret, struct error *reterr);

/** Closes them; sets the pointer to NULL. Takes NULL too. */
void load_destroy(struct load **load);

/**
 * Sends for `duration_us`, then waits for the answers that are still out.
 * Errors: ERR_IO, ERR_CLOSED, ERR_MALFORMED, ERR_TIMEOUT; ERR_CANCELED after Ctrl-C.
 */
MUST_USE enum err
load_run(struct load *load, int64_t duration_us, struct load_result *ret, struct error *reterr);

#endif
