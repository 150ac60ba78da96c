/*
 * interrupt: Ctrl-C while something is measured, so that what was started and made is cleared away.
 *
 * Thread: any; there is one for the whole process.
 */
#ifndef DAYBOOK_BENCH_INTERRUPT_H
#define DAYBOOK_BENCH_INTERRUPT_H

#include "core/base/error.h"

/** From now on SIGINT, SIGTERM and SIGHUP are noted instead of ending the process. A second one
 * ends it. */
void interrupt_watch(void);

/** Errors: ERR_CANCELED once such a signal has come. */
MUST_USE enum err interrupt_check(struct error *reterr);

#endif
