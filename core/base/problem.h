/*
 * problem: everything that is wrong with an input, not only the first thing.
 *
 * Validation collects problems: the field it concerns and one sentence that says what is wrong and
 * what would be right. "__all__" is the field for the input as a whole. Decisions are refused with
 * them, and the API shows them as `errors: [{field, messages}]`.
 *
 * Thread: one at a time. The texts live in the list's arena.
 */
#ifndef DAYBOOK_CORE_BASE_PROBLEM_H
#define DAYBOOK_CORE_BASE_PROBLEM_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stddef.h>

/* More problems than a person will read; past it, the last one kept gives its place to a sentence
 * that says how many are not shown. */
#define PROBLEM_COUNT_MAX 200

#define PROBLEM_ALL       "__all__"

struct problem {
    struct slice field;
    struct slice message;
    struct problem *next;
};

struct problem_list {
    struct arena *arena; /* borrowed */
    struct problem *first;
    struct problem *last;
    size_t count;        /* kept */
    size_t left_out;     /* not shown: those past the maximum, and the one whose place is taken */
    char *left_out_text; /* the message that counts them; NULL while there are none */
};

/** An empty list whose texts will live in `arena`. */
void problem_list_init(struct problem_list *list, struct arena *arena);

/** Adds a problem of `field` (copied). Past PROBLEM_COUNT_MAX it is only counted. */
void problem_add(struct problem_list *list, struct slice field, const char *format, ...)
    PRINTF_LIKE(3, 4);

/** Whether nothing is wrong. */
static inline bool problem_none(const struct problem_list *list)
{
    return list->first == NULL;
}

/** All problems as one sentence "field: message; field: message", cut to the size of an error. */
MUST_USE enum err
problem_error(const struct problem_list *list, enum err code, struct error *reterr);

#endif
