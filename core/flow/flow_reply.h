/*
 * flow_reply: what came back for an HTTP request, and what a step makes of it.
 *
 * A status of 200 to 299 gives a result: the body as the request's responseType says, or with
 * includeFullResponse {data, status, headers}. Every other status is a failure with a sentence:
 *
 *     POST https://ledger.example/entries answered 409: {"error":"duplicate entry"}
 *
 * The sentence never holds request headers, the query or credentials of the URL, or a secret of
 * the connection that the other side sent back.
 *
 * Thread: one at a time. The reply is borrowed until the call returns.
 */
#ifndef DAYBOOK_CORE_FLOW_FLOW_REPLY_H
#define DAYBOOK_CORE_FLOW_FLOW_REPLY_H

#include "core/base/value.h"
#include "core/flow/flow_request.h"

/* Bytes of an answer's body that a failure quotes. */
#define FLOW_REPLY_QUOTED_BYTES_MAX 200

struct flow_reply {
    int status;
    const struct flow_header *headers; /* in order; `secret` unused */
    uint32_t header_count;
    struct slice body;
};

/** Whether the status is a success. */
static inline bool flow_reply_is_success(const struct flow_reply *reply)
{
    return reply->status >= 200 && reply->status <= 299;
}

/** A header of the reply, name without case. Returns: the empty slice when it is not there. */
struct slice flow_reply_header(const struct flow_reply *reply, const char *name);

/**
 * The step's result data and its content type; borrows from the reply and `arena`.
 * Errors: ERR_LIMIT (JSON nested too deep or too large; arena), ERR_NO_MEMORY.
 */
MUST_USE enum err flow_reply_value(const struct flow_reply *reply,
                                   const struct flow_request *request,
                                   struct arena *arena,
                                   struct value *ret,
                                   struct slice *ret_content_type,
                                   struct error *reterr);

/** The sentence of a failed status. Returns: text in `arena`; empty with it exhausted. */
struct slice flow_reply_failure(const struct flow_reply *reply,
                                const struct flow_request *request,
                                struct arena *arena);

/** The sentence of a request that got no answer; `why` is the runner's text. Returns: as above. */
struct slice
flow_reply_no_answer(const struct flow_request *request, struct slice why, struct arena *arena);

#endif
