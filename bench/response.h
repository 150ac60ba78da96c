/*
 * response: finds the end of an HTTP response, as cheaply as can be: what a load generator needs to
 * know. Only responses with a Content-Length are understood, as the server's webhook answers are.
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_BENCH_RESPONSE_H
#define DAYBOOK_BENCH_RESPONSE_H

#include "core/base/slice.h"

#include <stdint.h>

#define RESPONSE_HEAD_BYTES 4096

enum response_state { RESPONSE_MORE, RESPONSE_DONE, RESPONSE_BROKEN };

struct response {
    char head[RESPONSE_HEAD_BYTES]; /* what came of it so far */
    size_t head_size;
    bool in_body;
    int status;
    uint64_t body_left;
};

/** Ready for the next response. */
void response_reset(struct response *response);

/**
 * Takes what was read. RESPONSE_DONE: `status` is known, and all bytes were used; more than one
 * response at a time is RESPONSE_BROKEN, as is what is no HTTP or has no length.
 */
enum response_state response_feed(struct response *response, struct slice bytes);

#endif
