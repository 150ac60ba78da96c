/*
 * Paths are written only when there is something to say.
 */
#include "core/base/check.h"
#include "core/base/quoted.h"
#include "core/definition/field_path_priv.h"

#include <stdarg.h>
#include <stdio.h>

#define FIELD_SIZE   1024 /* bytes of a written path */
#define MESSAGE_SIZE 1024

struct field_text {
    char text[FIELD_SIZE];
    size_t size;
};

static void push(struct field_path *path, struct field_segment segment)
{
    ASSERT(path->depth < FIELD_PATH_DEPTH_MAX);
    path->segments[path->depth++] = segment;
}

void field_path_push(struct field_path *path, struct slice key)
{
    struct slice text = key.data != NULL ? key : SLICE("");
    push(path, (struct field_segment){text, 0});
}

void field_path_push_index(struct field_path *path, uint32_t index)
{
    push(path, (struct field_segment){{NULL, 0}, index});
}

void field_path_pop(struct field_path *path)
{
    ASSERT(path->depth > 0);
    path->depth--;
}

/* Keys like "url" stand as they are, others in brackets and quotes. */
static bool is_simple(struct slice key)
{
    for (size_t i = 0; i < key.size; i++) {
        char c = key.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '$') {
            return false;
        }
    }
    return key.size > 0;
}

static void put(struct field_text *out, const char *format, ...) PRINTF_LIKE(2, 3);

static void put(struct field_text *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int size = vsnprintf(out->text + out->size, FIELD_SIZE - out->size, format, args);
    va_end(args);
    size_t room = FIELD_SIZE - 1 - out->size;
    out->size += size < 0 ? 0 : ((size_t)size < room ? (size_t)size : room);
}

static void put_segment(struct field_text *out, const struct field_segment *segment)
{
    if (segment->key.data == NULL) {
        put(out, "[%u]", segment->index);
    } else if (is_simple(segment->key)) {
        put(out, "%s%s", out->size > 0 ? "." : "", quoted(segment->key).text);
    } else {
        put(out, "[\"%s\"]", quoted(segment->key).text);
    }
}

void field_path_problem(const struct field_path *path,
                        struct problem_list *problems,
                        uint32_t line,
                        const char *format,
                        ...)
{
    if (problems->count >= PROBLEM_COUNT_MAX) {
        problem_add(problems, SLICE(PROBLEM_ALL), "left out"); /* only counted: costs nothing */
        return;
    }
    char message[MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct field_text field = {.size = 0};
    for (size_t i = 0; i < path->depth; i++) {
        put_segment(&field, &path->segments[i]);
    }
    if (path->depth == 0) {
        put(&field, "%s", PROBLEM_ALL);
    } else {
        put(&field, " (line %u)", line);
    }
    problem_add(problems, slice_of(field.text, field.size), "%s", message);
}
