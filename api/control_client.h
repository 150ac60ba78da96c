/*
 * control_client: one request over DATA/daybook.sock, for the command line: connects, sends, waits
 * for the answer. What may be asked is in control.h.
 *
 *     struct control_client_request request = {data_dir, "GET", "/control/status"};
 *     e = control_client_call(&request, &arena, &answer, &error);
 *     e = e != ERR_OK ? e : control_client_check(&answer, &error);
 *
 * Only the first of the two fails with ERR_NOT_FOUND because nobody serves DATA: then a command may
 * do its work alone.
 *
 * Thread: any; blocks.
 */
#ifndef DAYBOOK_API_CONTROL_CLIENT_H
#define DAYBOOK_API_CONTROL_CLIENT_H

#include "core/base/limits.h"
#include "core/base/value.h"

/* For all of a request, from connecting to the last byte. */
#define CONTROL_CLIENT_TIMEOUT_MS 10000

/* Body of an answer. */
#define CONTROL_CLIENT_BYTES_MAX (8 * MIB)

struct control_client_request {
    const char *data_dir;
    const char *method;
    const char *path;    /* "/control/tokens/<id>" */
    struct slice body;   /* JSON, with POST; data NULL: none */
    uint64_t timeout_ms; /* 0: CONTROL_CLIENT_TIMEOUT_MS */
};

struct control_client_answer {
    int status; /* of HTTP */
    struct value value;
};

/**
 * Sends a request and reads its answer, whatever its status. The value lives in `arena`; call
 * json_in_init once before. Errors: ERR_NOT_FOUND (no server listens there), ERR_DENIED (another
 * user's), ERR_INVALID (the path of DATA is too long for a socket), ERR_TIMEOUT, ERR_LIMIT,
 * ERR_MALFORMED (what came is not HTTP with JSON), ERR_IO.
 */
MUST_USE enum err control_client_call(const struct control_client_request *request,
                                      struct arena *arena,
                                      struct control_client_answer *ret,
                                      struct error *reterr);

/** Errors: the server's own sentence when it did not do what was asked: ERR_INVALID (400),
 * ERR_NOT_FOUND (404), ERR_BUSY (503), ERR_IO (any other). */
MUST_USE enum err control_client_check(const struct control_client_answer *answer,
                                       struct error *reterr);

#endif
