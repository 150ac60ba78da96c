/*
 * kit_load: webhook calls over many connections at once, in a thread of its own, and what became of
 * each. For tests that kill the server under load, and for figures.
 *
 * Request number n has the body {"n": n}, or another that was given. Its outcome is one of three,
 * and that is the point:
 *
 *   ACCEPTED   answered 200: it must be there for ever, once, under the id that was answered
 *   REFUSED    answered otherwise: it must not be there, unless the answer names an execution
 *   UNKNOWN    sent, and the connection ended without an answer: it may be there once, or not
 *
 * Bounds: KIT_LOAD_CONNECTIONS_MAX and KIT_LOAD_REQUESTS_MAX.
 *
 * Thread: all functions from one; kit_load_accepted from any.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_LOAD_H
#define DAYBOOK_TESTS_LIB_KIT_LOAD_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KIT_LOAD_CONNECTIONS_MAX 256
#define KIT_LOAD_REQUESTS_MAX    200000

struct kit_load_options {
    int port;
    const char *path;    /* of the webhook; borrowed until kit_load_destroy */
    const char *headers; /* further lines, each with its \r\n; each '#' stands for the number of the
                          * request; NULL: none; borrowed likewise */
    const char *body;    /* each '#' stands for the number; NULL: {"n": #}; borrowed likewise */
    const char
        *proof; /* what the body of an acceptance holds; NULL: it names an execution instead */
    size_t connections;   /* how many requests are under way at once */
    size_t request_count; /* ends after so many; 0: KIT_LOAD_REQUESTS_MAX */
    bool reconnect; /* goes on when a connection breaks: the server is killed and comes back */
};

enum kit_load_outcome {
    KIT_LOAD_NOT_SENT,
    KIT_LOAD_UNKNOWN,
    KIT_LOAD_ACCEPTED,
    KIT_LOAD_REFUSED,
};

struct kit_load_request {
    enum kit_load_outcome outcome;
    int status;                   /* of the answer */
    int64_t latency_us;           /* of an answered one */
    char execution[ID_TEXT_SIZE]; /* header prismatic-executionid; empty when there was none */
};

struct kit_load;

/** Starts. Errors: ERR_NO_MEMORY, ERR_IO. */
MUST_USE enum err kit_load_create(struct kit_load **ret,
                                  const struct kit_load_options *options,
                                  struct error *reterr);

/** Stops if need be, frees, sets *load to NULL. Takes NULL. */
void kit_load_destroy(struct kit_load **load);

/** How many were accepted so far. */
size_t kit_load_accepted(const struct kit_load *load);

/** Waits until so many were accepted, or all is done. Returns: false when the time was over first.
 */
bool kit_load_wait(const struct kit_load *load, size_t accepted, int timeout_ms);

/** Sends nothing new, waits for the answers under way, ends the thread. Calling it again is fine.
 */
void kit_load_stop(struct kit_load *load);

/** All requests, by number; call kit_load_stop first. Returns: *ret_count of them. */
const struct kit_load_request *kit_load_requests(const struct kit_load *load, size_t *ret_count);

/** Appends the body of request `number`, as it is sent. */
void kit_load_write_body(const struct kit_load *load, size_t number, struct buf *out);

/** Appends the further header lines of request `number`, with a terminating zero. */
void kit_load_write_headers(const struct kit_load *load, size_t number, struct buf *out);

/** The time within which so many percent of the accepted were answered, in microseconds. */
int64_t kit_load_latency_us(const struct kit_load *load, unsigned percent);

/** Prints counts, rate and latencies as one line on standard error; call kit_load_stop first. */
void kit_load_describe(const struct kit_load *load);

#endif
