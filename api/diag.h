/*
 * diag: what the server tells its operator, on standard error, one line an event.
 *
 *     2026-04-22T00:15:30.726000+00:00 warn slow sync duration_ms=812 seq=4711
 *     {"time":"2026-...","level":"warn","message":"slow sync","duration_ms":812,"seq":4711}
 *
 * Libraries return errors; api/ and tools/ say them here, once. A warning says what happens next.
 * No secret and no payload ever comes here.
 *
 * Thread: any; a line is written with one call.
 */
#ifndef DAYBOOK_API_DIAG_H
#define DAYBOOK_API_DIAG_H

#include "core/base/slice.h"

#include <stddef.h>
#include <stdint.h>

enum diag_level { DIAG_DEBUG, DIAG_INFO, DIAG_WARN, DIAG_ERROR };

enum diag_format { DIAG_TEXT, DIAG_JSON };

struct diag_field {
    const char *key;
    struct slice text;
    int64_t number;
    int is_number;
};

/** What is written from now on: lines of at least `level`, in `format`. Call before threads start.
 */
void diag_set(enum diag_level level, enum diag_format format);

/** The level of a name ("debug", "info", "warn", "error"). Returns: -1 when there is none. */
int diag_level_of(struct slice name);

/** Writes one line. Use the macros below. */
void diag_write(enum diag_level level,
                const char *message,
                const struct diag_field *fields,
                size_t count);

/** A field with text; the text must live until the line is written. */
static inline struct diag_field diag_text(const char *key, struct slice text)
{
    return (struct diag_field){.key = key, .text = text};
}

/** A field with a C string. */
static inline struct diag_field diag_string(const char *key, const char *text)
{
    return (struct diag_field){.key = key, .text = slice_of_text(text)};
}

/** A field with a number. */
static inline struct diag_field diag_int(const char *key, int64_t number)
{
    return (struct diag_field){.key = key, .number = number, .is_number = 1};
}

#define DIAG(level, message, ...)                                                                  \
    diag_write(level, message, (struct diag_field[]){__VA_ARGS__},                                 \
               sizeof((struct diag_field[]){__VA_ARGS__}) / sizeof(struct diag_field))

#define diag_debug(message, ...) DIAG(DIAG_DEBUG, message, __VA_ARGS__)
#define diag_info(message, ...)  DIAG(DIAG_INFO, message, __VA_ARGS__)
#define diag_warn(message, ...)  DIAG(DIAG_WARN, message, __VA_ARGS__)
#define diag_error(message, ...) DIAG(DIAG_ERROR, message, __VA_ARGS__)

#endif
