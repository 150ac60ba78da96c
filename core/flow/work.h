/*
 * work: how much evaluating has been done, in units of about one map member looked at, one value
 * compared or one byte written or parsed; some nanoseconds each.
 *
 * Data comes from outside and definitions from many hands: an 8 MiB body under a template of ten
 * thousand references is a small request and hours of searching. So whatever loops over data adds
 * to a counter, and past the maximum evaluation ends with an error (ERR_LIMIT). Counting needs no
 * clock, so a run that is repeated from its records ends at the same place.
 *
 * Functions that cannot fail on the spot stop early and give any answer; whoever began the
 * evaluation checks once at the end (work_check).
 */
#ifndef DAYBOOK_CORE_FLOW_WORK_H
#define DAYBOOK_CORE_FLOW_WORK_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct work {
    uint64_t done;
    uint64_t max;
};

/** Adds `units`. Returns: false once over the maximum. */
static inline bool work_add(struct work *work, uint64_t units)
{
    work->done += units;
    return work->done <= work->max;
}

/** Whether the maximum was passed. */
static inline bool work_spent(const struct work *work)
{
    return work->done > work->max;
}

/** ERR_OK, or ERR_LIMIT: "<what> is more than N units of work". */
MUST_USE static inline enum err
work_check(const struct work *work, const char *what, struct error *reterr)
{
    if (!work_spent(work)) {
        return ERR_OK;
    }
    return error_set(reterr, ERR_LIMIT,
                     "%s takes more than %llu units of work (members searched, bytes written); "
                     "the data is too large for it",
                     what, (unsigned long long)work->max);
}

#endif
