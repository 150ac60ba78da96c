/*
 * failpoint: named places where a test stops, fails or delays the program.
 *
 * The names stand in failpoint.def. They are compiled in always, so that crash tests kill the very
 * program that users run; unarmed, a failpoint costs one branch that is never taken. The library
 * never looks at the environment by itself: a program hands DAYBOOK_FAILPOINT to failpoint_arm.
 *
 *     name:crash        the process dies as by kill -9
 *     name:error        the place answers with its error
 *     name:sleep=250    waits 250 milliseconds
 *     name:crash@3      on the third time the place is reached, and only then
 *
 * Several, with commas between. A sleep without "@" is taken every time.
 */
#ifndef DAYBOOK_CORE_BASE_FAILPOINT_H
#define DAYBOOK_CORE_BASE_FAILPOINT_H

#include "core/base/error.h"

#include <stdbool.h>

enum failpoint {
#define FAILPOINT(NAME, name) FAILPOINT_##NAME,
#include "core/base/failpoint.def"
#undef FAILPOINT
    FAILPOINT_COUNT,
};

/* Whether any is armed. Set by failpoint_arm before threads start, read only afterwards. */
extern bool failpoint_armed;

/**
 * Arms what `spec` says and disarms everything else; NULL or "" disarms all. Call before threads
 * start. Errors: ERR_INVALID, naming what is wrong.
 */
MUST_USE enum err failpoint_arm(const char *spec, struct error *reterr);

/** What a reached failpoint does when some are armed. Thread: any. Returns: whether to fail. */
bool failpoint_reached(enum failpoint failpoint);

/** Marks the place. Thread: any. Returns: true when the place is to answer with its error. */
static inline bool failpoint_hit(enum failpoint failpoint)
{
    return __builtin_expect(failpoint_armed, 0) && failpoint_reached(failpoint);
}

/** As failpoint_hit, as an error. Errors: ERR_IO, naming the failpoint. */
MUST_USE enum err failpoint_check(enum failpoint failpoint, struct error *reterr);

#endif
