/*
 * kit_time: waiting in tests. A test never sleeps and hopes: it waits for something, up to a
 * deadline that is generous, because a sanitizer on a busy machine is twenty times slower.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_TIME_H
#define DAYBOOK_TESTS_LIB_KIT_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* How long a test waits for what should come at once. */
#define KIT_PATIENCE_MS 30000

/** Whether the long form is asked for (`tools/check --long`): more rounds, the same demands. */
bool kit_time_long(void);

/** Milliseconds since some fixed start. Thread: any. */
int64_t kit_time_ms(void);

/** Sleeps. Thread: any. */
void kit_time_pause(int ms);

/** Milliseconds left until `deadline_ms`, at least 0, for poll. Thread: any. */
int kit_time_left(int64_t deadline_ms);

#endif
