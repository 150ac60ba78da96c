/*
 * flow_trigger: the result of a trigger step, made from what started the execution.
 *
 * It is computed from the stored trigger whenever it is needed and never stored itself. Its shape
 * is what definitions refer to:
 *
 *     headers          {name: value}, names in the case they came with; of a name that came more
 *                      than once the values are joined by ", " under its first spelling. Secret
 *                      headers (flow_trigger_header_is_secret) read "***". A value that is not
 *                      UTF-8 is read as ISO 8859-1, as HTTP once said
 *     queryParameters  {name: value}; a name that came more than once has a list
 *     rawBody          {data: binary, contentType}
 *     body             {data, contentType}: parsed if it is JSON or a URL-encoded form; else text
 *                      if it is UTF-8, else binary; null when there is none
 *     pathFragment webhookUrls invokeUrl executionId, webhookApiKeys (always empty: secrets)
 *     customer {id, externalId, name}   instance {id, name}   user (null)
 *     integration {id, name, versionSequenceId, externalVersion}
 *     flow {id, name, stableId}   startedAt   globalDebug
 *
 * JSON is parsed when the content type says so, and without a content type if it parses. A body
 * that says JSON and is not, or is nested too deep, stays text: whether to refuse such a call is
 * decided at the door.
 *
 * Thread: any. Texts are borrowed from the facts where they need no change.
 */
#ifndef DAYBOOK_CORE_FLOW_FLOW_TRIGGER_H
#define DAYBOOK_CORE_FLOW_FLOW_TRIGGER_H

#include "core/base/arena.h"
#include "core/base/value.h"
#include "core/flow/flow_request.h"

/* What started an execution. For schedules and the like, everything about a request is empty. */
struct flow_trigger_facts {
    const struct flow_header *headers; /* in order, as they came; `secret` unused */
    uint32_t header_count;
    struct slice query; /* behind "?", as it came */
    struct slice body;  /* exact bytes */
    struct slice path_fragment;
    struct slice execution_id;
    int64_t started_us;
    bool debug;
    struct slice invoke_url;
    const struct value *webhook_urls; /* map: flow name -> URL; NULL for none */
    struct {
        struct slice id, external_id, name;
    } customer;
    struct {
        struct slice id, name;
    } instance;
    struct {
        struct slice id, name, version_sequence_id, external_version;
    } integration;
    struct {
        struct slice id, name, stable_id;
    } flow;
};

/** Whether a header's value is a secret that no result may show: Api-Key, Authorization, Cookie,
 * Proxy-Authorization. */
bool flow_trigger_header_is_secret(struct slice name);

/** Builds the result. Errors: ERR_LIMIT (arena), ERR_NO_MEMORY. */
MUST_USE enum err flow_trigger_value(const struct flow_trigger_facts *facts,
                                     struct arena *arena,
                                     struct value *ret,
                                     struct error *reterr);

#endif
