/*
 * error: what went wrong, as a code for programs and a sentence for people.
 *
 * Every fallible function returns `enum err` and takes, as its last parameter, a `struct error`
 * that the caller owns. The function that finds the fault writes the sentence (error_set); each
 * caller on the way up may put a prefix before it (error_wrap), so that the user reads the whole
 * path:
 *
 *     open journal: map 64 GiB: Cannot allocate memory
 *
 * Out-parameters stay untouched on failure. `struct error` may be NULL everywhere: then only the
 * code travels. Nothing here allocates, so errors work when memory is gone.
 */
#ifndef DAYBOOK_CORE_BASE_ERROR_H
#define DAYBOOK_CORE_BASE_ERROR_H

#include <stddef.h>

#define MUST_USE               __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* Ignores the result of a MUST_USE call. Say why in a comment beside it. */
#define IGNORE(call)                                                                               \
    do {                                                                                           \
        __typeof__(call) ignored_result = (call);                                                  \
        (void)ignored_result;                                                                      \
    } while (0)

enum err {
#define ERR(name, text) ERR_##name,
#include "core/base/error_codes.def"
#undef ERR
};

/* Longest sentence an error carries, with its terminating zero; a longer one is cut. */
#define ERROR_TEXT_SIZE 512

struct error {
    enum err code;              /* ERR_OK when unset */
    int sys;                    /* errno of the system call behind it, 0 when none */
    char text[ERROR_TEXT_SIZE]; /* the sentence, zero-terminated, without a final full stop */
};

/** The generic text of a code ("not found"). Returns: a static string. */
const char *error_code_text(enum err code);

/** The upper-case name of a code ("NOT_FOUND"). Returns: a static string. */
const char *error_code_name(enum err code);

/** Sets code and sentence. Returns: `code`, so that callers can `return error_set(...)`. */
MUST_USE enum err error_set(struct error *reterr, enum err code, const char *format, ...)
    PRINTF_LIKE(3, 4);

/** As error_set, with ": " and the text of errno value `sys` behind the sentence. */
MUST_USE enum err
error_set_sys(struct error *reterr, enum err code, int sys, const char *format, ...)
    PRINTF_LIKE(4, 5);

/** Puts "prefix: " before the sentence, keeps the code. Returns: the code held by `reterr`. */
MUST_USE enum err error_wrap(struct error *reterr, enum err code, const char *format, ...)
    PRINTF_LIKE(3, 4);

/** Gives the error another code and keeps its sentence. Returns: `code`. */
MUST_USE enum err error_recode(struct error *reterr, enum err code);

/** Back to ERR_OK and an empty sentence. */
void error_clear(struct error *error);

/** The sentence, or the code's generic text when none was written. */
const char *error_text(const struct error *error);

#endif
