#include "core/base/problem.h"

#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_SIZE  1024
#define LEFT_OUT_SIZE 96

void problem_list_init(struct problem_list *list, struct arena *arena)
{
    *list = (struct problem_list){.arena = arena};
}

static void append(struct problem_list *list, struct slice field, const char *message)
{
    struct problem *problem = ARENA_NEW(list->arena, struct problem);
    if (problem == NULL) {
        list->left_out++;
        return;
    }
    problem->field = arena_copy(list->arena, field);
    problem->message = arena_copy(list->arena, slice_of_text(message));
    if (list->last != NULL) {
        list->last->next = problem;
    } else {
        list->first = problem;
    }
    list->last = problem;
    list->count++;
}

/* The last problem kept makes room for the message that counts it and those after it. Its text is
 * written in place: an input with a million problems shall not fill the arena with counts. */
static void count_left_out(struct problem_list *list)
{
    list->left_out++;
    if (list->left_out_text == NULL) {
        list->left_out_text = arena_alloc(list->arena, LEFT_OUT_SIZE);
        if (list->left_out_text == NULL) {
            return;
        }
        list->left_out++; /* the one whose place is taken */
    }
    int size = snprintf(list->left_out_text, LEFT_OUT_SIZE,
                        "and %zu more problems, left out here: mend these first", list->left_out);
    list->last->field = SLICE(PROBLEM_ALL);
    list->last->message = slice_of(list->left_out_text, size > 0 ? (size_t)size : 0);
}

void problem_add(struct problem_list *list, struct slice field, const char *format, ...)
{
    if (list->count >= PROBLEM_COUNT_MAX) {
        count_left_out(list);
        return;
    }
    char message[MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    append(list, field, message);
}

enum err problem_error(const struct problem_list *list, enum err code, struct error *reterr)
{
    char text[ERROR_TEXT_SIZE] = "";
    size_t at = 0;
    for (const struct problem *p = list->first; p != NULL && at < sizeof text; p = p->next) {
        int written = snprintf(text + at, sizeof text - at, "%s%.*s: %.*s", at > 0 ? "; " : "",
                               SLICE_ARGS(p->field), SLICE_ARGS(p->message));
        at += written > 0 ? (size_t)written : 0;
    }
    return error_set(reterr, code, "%s", text);
}
