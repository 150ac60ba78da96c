/*
 * http_body: the bytes of a body as they come, charged to a budget before they take memory.
 *
 * Many bodies share one budget (struct http_budget), so that all of them together stay within it.
 * Memory grows by doubling, but never past what may come, so a body of known length ends in a
 * buffer of that length.
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_BODY_H
#define DAYBOOK_API_HTTP_HTTP_BODY_H

#include "api/http/http_budget.h"
#include "core/base/buf.h"

struct http_body {
    struct buf bytes;
    size_t charged_bytes; /* of the budget: the buffer's capacity */
    struct http_budget *budget;
};

/** An empty body. `budget` may be NULL: nothing is charged. */
void http_body_init(struct http_body *body, struct http_budget *budget);

/** Frees the bytes and gives back the budget; may be used again. */
void http_body_deinit(struct http_body *body);

/** Gives back the budget, which ends before the body does; the bytes stay. */
void http_body_disown(struct http_body *body);

/** Appends. `most` is the size the body can reach in all (its announced length or its limit), at
 * least what there is with `size`.
 * Errors: ERR_BUSY when the budget is used up, ERR_NO_MEMORY; nothing is appended then. */
MUST_USE enum err http_body_put(struct http_body *body, const char *data, size_t size, size_t most);

#endif
