/*
 * kit_target: a small HTTP server in a thread of the test: what the program under test sends its
 * requests to. The test says what it answers, and sees what came.
 *
 *     struct kit_target *target = NULL;
 *     kit_target_create(&target, &error)
 *     kit_target_answer(target, "/entries", 2, (struct kit_answer){.status = 503});
 *     kit_target_answer(target, "/entries", 0, (struct kit_answer){.status = 201});
 *     ... the program runs ...
 *     kit_target_wait(target, "/entries", 3, KIT_PATIENCE_MS)
 *
 * Answers are looked up in the order in which they were added: the first whose path begins the
 * request's target and that is not used up. Without one the answer is 200 with {"ok": true}.
 *
 * Bounds: KIT_TARGET_CONNECTIONS_MAX open connections, further ones wait; past
 * KIT_TARGET_REQUESTS_MAX requests or KIT_TARGET_MEMORY_BYTES they are answered, no longer
 * recorded.
 *
 * Thread: all functions from any; create and destroy from one.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_TARGET_H
#define DAYBOOK_TESTS_LIB_KIT_TARGET_H

#include "tests/lib/kit_message.h"

#include <stdint.h>

#define KIT_TARGET_CONNECTIONS_MAX 256
#define KIT_TARGET_REQUESTS_MAX    100000
#define KIT_TARGET_ANSWERS_MAX     64
#define KIT_TARGET_MEMORY_BYTES    ((size_t)256 << 20)

enum kit_answer_kind {
    KIT_ANSWER,       /* answers as told */
    KIT_ANSWER_HANG,  /* never answers, keeps the connection */
    KIT_ANSWER_CLOSE, /* closes without an answer */
    KIT_ANSWER_HALF,  /* sends half of the answer, then closes */
};

struct kit_answer {
    enum kit_answer_kind kind;
    int status;          /* 0: 200 */
    const char *headers; /* further lines, each with its \r\n; NULL: none */
    const char *body;    /* NULL: empty */
    int delay_ms;        /* before it is sent */
};

/* A request that came, in the order of arrival. */
struct kit_received {
    struct kit_message message; /* lives in the arena given */
    int64_t at_ms;              /* by kit_time_ms */
    unsigned connection;        /* counted from 1 */
};

struct kit_target;

/** Starts on a free port of 127.0.0.1, or on `port` if it is not 0. Errors: ERR_IO, ERR_NO_MEMORY.
 */
MUST_USE enum err kit_target_create(struct kit_target **ret, int port, struct error *reterr);

/** Ends it and sets *target to NULL. Takes NULL. */
void kit_target_destroy(struct kit_target **target);

/** The port it listens on. */
int kit_target_port(const struct kit_target *target);

/**
 * Adds an answer for requests whose target begins with `path`, for `times` requests; 0: for ever.
 * Takes: the texts in `answer` and `path` borrowed until kit_target_destroy.
 */
void kit_target_answer(struct kit_target *target,
                       const char *path,
                       size_t times,
                       struct kit_answer answer);

/** How many requests came whose target begins with `path`. */
size_t kit_target_count(struct kit_target *target, const char *path);

/** Waits until at least `count` such requests came. Returns: false when the time was over first. */
bool kit_target_wait(struct kit_target *target, const char *path, size_t count, int timeout_ms);

/** The i-th request (from 0) whose target begins with `path`. Returns: false if there is none. */
bool kit_target_request(struct kit_target *target,
                        const char *path,
                        size_t index,
                        struct arena *arena,
                        struct kit_received *ret);

#endif
