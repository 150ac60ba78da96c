/*
 * http_budget: a sum of bytes that many share, with a maximum.
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_BUDGET_H
#define DAYBOOK_API_HTTP_HTTP_BUDGET_H

#include "core/base/check.h"

#include <stdbool.h>
#include <stddef.h>

struct http_budget {
    size_t used_bytes;
    size_t max_bytes;
};

/** Takes `bytes` if there are so many. A NULL budget has no maximum. Returns: whether it did. */
static inline bool http_budget_take(struct http_budget *budget, size_t bytes)
{
    if (budget == NULL) {
        return true;
    }
    if (bytes > budget->max_bytes - budget->used_bytes) {
        return false;
    }
    budget->used_bytes += bytes;
    return true;
}

/** Gives back what was taken. */
static inline void http_budget_give(struct http_budget *budget, size_t bytes)
{
    if (budget != NULL) {
        ASSERT(bytes <= budget->used_bytes);
        budget->used_bytes -= bytes;
    }
}

#endif
