/*
 * source: one C file as the rules look at it.
 *
 * Three views of the same bytes, each as long as the file, so that a place in one is the place in
 * all: `text` as it stands on disk; `code` with comments and the insides of literals blanked; and
 * `plain`, which is `code` without preprocessor lines. No view is parsed further: the house format
 * (function braces alone in column 1) makes functions and declarations findable by line.
 *
 * Everything lives in the arena given to source_init.
 */
#ifndef DAYBOOK_TESTS_TIDY_SOURCE_H
#define DAYBOOK_TESTS_TIDY_SOURCE_H

#include "core/base/arena.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source {
    struct slice path; /* from the root of the tree: "core/base/buf.c" */
    struct slice text;
    struct slice code;
    struct slice plain;
    size_t *line_at; /* where each line begins, by line number from 0; one entry more than lines */
    size_t line_count;
};

/** Makes the views of `text`. Returns: false when the arena is exhausted. */
bool source_init(struct source *source, struct slice path, struct slice text, struct arena *arena);

/** The line with that number (from 0) of a view, without its line feed; empty past the end. */
struct slice source_line(const struct source *source, struct slice view, size_t line);

/** The number, from 0, of the line that holds byte `at`. */
size_t source_line_of(const struct source *source, size_t at);

/** Whether the name ends so: ".h". */
bool source_has_suffix(const struct source *source, const char *suffix);

/** Whether the path begins so: "tests/". */
bool source_is_under(const struct source *source, const char *prefix);

/** The path's last part without its suffix: "buf". */
struct slice source_stem(const struct source *source);

/** The path without its last part: "core/base". */
struct slice source_folder(const struct source *source);

/** The next identifier of `code` at or after *at, which moves behind it. Returns: empty at the end.
 */
struct slice source_next_word(struct slice code, size_t *at);

/** Whether a call of NAME is excused: its line or the one above says "tidy: NAME, because ...". */
bool source_excused(const struct source *source, size_t line, const char *name);

#endif
