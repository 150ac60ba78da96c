#include "core/base/problem.h"

#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_SIZE 1024

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

void problem_add(struct problem_list *list, struct slice field, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    if (list->count >= PROBLEM_COUNT_MAX) {
        list->left_out++;
        (void)snprintf(message, sizeof message,
                       "and %zu more problems, left out here: mend these first", list->left_out);
        list->last->field = SLICE(PROBLEM_ALL);
        list->last->message = arena_copy(list->arena, slice_of_text(message));
        return;
    }
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
