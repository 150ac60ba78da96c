/*
 * check: assertions for broken invariants, on in release builds too.
 *
 * ASSERT is for what only a bug can cause. Bytes from disk, network or people never reach an
 * ASSERT: they are checked and answered with an error. A failed ASSERT prints place and condition
 * and aborts; the journal is safe by construction, and the next start recovers.
 */
#ifndef DAYBOOK_CORE_BASE_CHECK_H
#define DAYBOOK_CORE_BASE_CHECK_H

/** Prints "file:line: function: text" on standard error and aborts. Thread: any. */
__attribute__((noreturn)) void
check_failed(const char *file, int line, const char *function, const char *text);

#define ASSERT(condition)                                                                          \
    ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, __func__, #condition))

/* For a place that no input can reach. */
#define UNREACHABLE(text)  check_failed(__FILE__, __LINE__, __func__, "unreachable: " text)

#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
