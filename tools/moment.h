/*
 * moment: a place in time as people type it.
 *
 *     2026-04-22T00:15:30Z     RFC 3339, any zone
 *     2026-04-22               the first moment of that day, UTC
 *     90s 30m 1h 7d 2w         so long ago
 *     4711                     a sequence, where one may stand
 */
#ifndef DAYBOOK_TOOLS_MOMENT_H
#define DAYBOOK_TOOLS_MOMENT_H

#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct moment {
    bool is_seq;
    uint64_t seq;
    int64_t us; /* since 1970 */
};

/** Reads a time or a distance from `now_us`. Errors: ERR_INVALID, with examples. */
MUST_USE enum err
moment_time(struct slice text, int64_t now_us, int64_t *ret_us, struct error *reterr);

/** As moment_time; plain digits are a sequence. */
MUST_USE enum err
moment_mark(struct slice text, int64_t now_us, struct moment *ret, struct error *reterr);

#endif
