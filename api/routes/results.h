/*
 * results: GET /results/<capability>: step results and payloads by unguessable URLs (capability.h).
 *
 *     results of steps    application/msgpack: a map of exactly `data` and `contentType`; the type
 *     and triggers        is empty where data is a value and no text or bytes of one
 *     request payloads    the body as it came, under the content type it came with
 *
 * Answers are not to be stored, and no browser runs what is in them.
 *
 * 404 for what is no such URL, 410 when it has expired, or the body has (saying when and by which
 * policy) or is erased.
 *
 * Thread: loop for small bodies; blobs are opened on a pool thread.
 */
#ifndef DAYBOOK_API_ROUTES_RESULTS_H
#define DAYBOOK_API_ROUTES_RESULTS_H

#include "api/http/http.h"
#include "api/runner/runner.h"

struct results {
    struct engine *engine;
    struct readings *readings;
    struct runner *runner; /* computes results of triggers */
};

/** A complete request. */
void results_on_request(const struct results *results, struct http_request *request);

#endif
