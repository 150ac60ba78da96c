/*
 * progress: how far something is that takes longer than two seconds, on standard error, with rate
 * and time left:
 *
 *     verify: 1,200,000 of 4,711,000 events, 25 %, 400,000/s, 9 s left
 *
 * On a terminal one line is written over and over and wiped at the end; elsewhere a line comes
 * every ten seconds.
 */
#ifndef DAYBOOK_TOOLS_PROGRESS_H
#define DAYBOOK_TOOLS_PROGRESS_H

#include "core/base/buf.h"
#include "core/base/clock.h"

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what; /* "verify" */
    const struct clock *clock;
    int64_t began_us;
    int64_t next_us;
    bool is_terminal;
    bool shown;
};

/** Begins now. */
void progress_begin(struct progress *progress, const char *what, const struct clock *clock);

/** Tells how far it is; call it as often as you like. `progress` is a struct progress. Fits
 * verify_progress_cb and projector_progress_cb. */
void progress_update(void *progress, uint64_t done, uint64_t all);

/** Wipes the line. */
void progress_end(struct progress *progress);

/** Seconds since the beginning. */
double progress_seconds(const struct progress *progress);

/** Appends the line that is shown after `elapsed_us`. */
void progress_put_line(
    struct buf *out, const char *what, uint64_t done, uint64_t all, int64_t elapsed_us);

#endif
