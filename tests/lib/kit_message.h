/*
 * kit_message: reads HTTP/1.1 messages, requests and responses, for the tests' own client and
 * target server. Written apart from the server's parser on purpose: two readers of one format find
 * each other's faults.
 *
 * Parsing starts again from the first byte each time more has arrived; a message is complete or it
 * is not. Slices point into the bytes given, a chunked body into the arena.
 *
 * Thread: any.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_MESSAGE_H
#define DAYBOOK_TESTS_LIB_KIT_MESSAGE_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdbool.h>

#define KIT_HEADER_COUNT_MAX 100

enum kit_message_kind {
    KIT_REQUEST,
    KIT_RESPONSE,
    KIT_RESPONSE_TO_HEAD, /* has no body whatever its headers say */
};

struct kit_header {
    struct slice name;
    struct slice value;
};

struct kit_message {
    struct slice start_line;
    struct slice method; /* of a request */
    struct slice target; /* of a request */
    int status;          /* of a response */
    struct kit_header headers[KIT_HEADER_COUNT_MAX];
    size_t header_count;
    struct slice head;   /* start line and headers, with the empty line behind */
    struct slice body;   /* without framing */
    size_t size;         /* bytes on the wire */
    bool keep_alive;     /* the connection may carry another message */
    bool wants_go_ahead; /* Expect: 100-continue */
};

/**
 * Reads the message at the start of `bytes`. `at_end` says that no more will come: a response
 * without a length ends there.
 * Returns: ERR_OK with *ret_complete false when bytes are missing; then *ret has the head only if
 * its header_count or start_line is set. Errors: ERR_MALFORMED, ERR_LIMIT (arena, headers).
 */
MUST_USE enum err kit_message_parse(struct slice bytes,
                                    enum kit_message_kind kind,
                                    bool at_end,
                                    struct arena *arena,
                                    struct kit_message *ret,
                                    bool *ret_complete,
                                    struct error *reterr);

/** The value of a header, its name compared without case. Returns: NULL data when it is not there.
 */
struct slice kit_message_header(const struct kit_message *message, const char *name);

#endif
