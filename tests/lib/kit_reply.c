#include "tests/lib/kit_reply.h"
#include "core/base/json_out.h"
#include "tests/lib/kit_path.h"

#include <stdio.h>

#define JOINED_BYTES_MAX ((size_t)1 << 20)
#define PATH_BYTES       256

/* The path of `errors` of a payload. */
static const char *errors_of(const char *payload)
{
    static char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s.errors", payload);
    return path;
}

static void put_item(struct buf *out, const struct value *item)
{
    struct arena arena;
    arena_init(&arena, JOINED_BYTES_MAX);
    if (item == NULL || item->type != VALUE_TEXT) {
        static const struct value null = {.type = VALUE_NULL};
        buf_put_slice(out, json_out_to_arena(&arena, item != NULL ? item : &null));
    } else {
        buf_put_slice(out, item->bytes);
    }
    arena_deinit(&arena);
}

static void join(struct buf *out, const struct value *list, const char *member)
{
    for (uint32_t i = 0; i < list->list.count; i++) {
        buf_put_text(out, i > 0 ? ", " : "");
        put_item(out, kit_path_find(&list->list.items[i], member));
    }
}

void kit_reply_list(const char *file,
                    int line,
                    const struct value *value,
                    const char *path,
                    const char *member,
                    const char *wanted)
{
    struct buf joined;
    const struct value *list = kit_expect_value(file, line, value, path);
    if (list->type != VALUE_LIST) {
        kit_expect_failed(file, line, "'%s' is no list, in %s", path, kit_expect_show(value));
    }
    buf_init(&joined, JOINED_BYTES_MAX);
    join(&joined, list, member);
    bool equal = slice_is(buf_slice(&joined), wanted);
    if (!equal) {
        kit_expect_failed(file, line, "'%s' of '%s' is \"%.*s\", expected \"%s\"", member, path,
                          SLICE_ARGS(buf_slice(&joined)), wanted);
    }
    buf_deinit(&joined);
}

static bool says(const struct value *messages, const char *text)
{
    for (size_t i = 0; i < kit_path_count(messages, ""); i++) {
        if (slice_find(value_text_of(value_at(messages, i)), slice_of_text(text)) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

void kit_reply_problem(const char *file,
                       int line,
                       const struct value *value,
                       const char *payload,
                       const char *field,
                       const char *text)
{
    const struct value *errors = kit_expect_value(file, line, value, errors_of(payload));
    size_t entries = 0;
    bool said = false;
    for (size_t i = 0; i < kit_path_count(errors, ""); i++) {
        const struct value *entry = value_at(errors, i);
        if (slice_is(value_text_of(kit_path_find(entry, "field")), field)) {
            entries++;
            said = says(kit_path_find(entry, "messages"), text);
        }
    }
    if (entries != 1 || !said) {
        kit_expect_failed(file, line, "no problem \"%s: ...%s\" in %s", field, text,
                          kit_expect_show(errors));
    }
}

void kit_reply_no_problems(const char *file,
                           int line,
                           const struct value *value,
                           const char *payload)
{
    kit_expect_count(file, line, value, errors_of(payload), 0);
}

void kit_reply_error(const char *file, int line, const struct value *answer, const char *text)
{
    const char *message = kit_expect_text_at(file, line, answer, "errors[0].message");
    if (strstr(message, text) == NULL) {
        kit_expect_failed(file, line, "the error is \"%s\", expected \"%s\" in it", message, text);
    }
}
