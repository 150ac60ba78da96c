/*
 * function: finds the functions of a source, by the house format: a body begins with a line that is
 * "{" and ends with the next line that is "}"; what stands before it, back to a blank line, a
 * directive, or the end of another statement, is its signature.
 */
#ifndef DAYBOOK_TESTS_TIDY_FUNCTION_H
#define DAYBOOK_TESTS_TIDY_FUNCTION_H

#include "tests/tidy/source.h"

struct function {
    struct slice name;
    size_t first_line; /* of the signature, from 0 */
    size_t last_line;  /* of the closing brace, or of a declaration's semicolon */
    bool is_static;
    bool has_body;
};

/** The first function with a body that begins at or after `line`. Returns: false when none. */
bool function_next_body(const struct source *source, size_t line, struct function *ret);

/**
 * The first function, declared or with a body, whose statement begins at or after `line`; for
 * headers. Returns: false when none.
 */
bool function_next(const struct source *source, size_t line, struct function *ret);

/** Lines from the first of the signature to the closing brace. */
size_t function_lines(const struct function *function);

#endif
