/*
 * flow_response: the HTTP answer a flow gives to whoever called its webhook.
 *
 *     asynchronous, accepted     what the webhook trigger's inputs say (statusCode, contentType,
 *                                headers, body), else the default body with the execution's id
 *     synchronous, stopped       what stop-execution says (statusCode, contentType, headers,
 *                                jsonBody)
 *     synchronous, at the end    the last step's result as JSON
 *
 * Headers are checked as for requests; what belongs to the connection itself is left out.
 *
 * Thread: one at a time. Everything lives in the arena or borrows from scope.
 */
#ifndef DAYBOOK_CORE_FLOW_FLOW_RESPONSE_H
#define DAYBOOK_CORE_FLOW_FLOW_RESPONSE_H

#include "core/definition/definition.h"
#include "core/flow/flow_request.h"
#include "core/flow/scope.h"

struct flow_response {
    int status; /* 200 to 599 */
    struct slice content_type;
    struct flow_headers headers; /* without Content-Type */
    bool default_body;           /* the body was not given: {"executionId": ...} */
    struct slice body;
};

/**
 * What the inputs of a webhook trigger say. `trigger` is the value of flow_trigger_value: its parts
 * may be referred to. A trigger without these inputs gives 200, application/json, default body.
 * Errors: ERR_INVALID, ERR_NOT_FOUND, naming the input; ERR_LIMIT (arena, work); ERR_NO_MEMORY.
 */
MUST_USE enum err flow_response_of_trigger(const struct flow_definition *flow,
                                           const struct snapshot *snapshot,
                                           const struct value *trigger,
                                           struct arena *arena,
                                           struct flow_response *ret,
                                           struct error *reterr);

/** What the inputs of a stop-execution step say. Errors: as flow_response_of_trigger. */
MUST_USE enum err flow_response_of_stop(const struct step *step,
                                        struct scope *scope,
                                        struct arena *arena,
                                        struct flow_response *ret,
                                        struct error *reterr);

/** The last step's result as JSON with status 200. Errors: ERR_LIMIT, ERR_NO_MEMORY (arena). */
MUST_USE enum err flow_response_of_value(const struct value *value,
                                         struct arena *arena,
                                         struct flow_response *ret,
                                         struct error *reterr);

#endif
