#include "tests/lib/kit_expect.h"
#include "core/base/check.h"
#include "core/base/json_out.h"
#include "tests/lib/kit_path.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>

#define STEPS_MAX        64
#define STEP_TEXT_SIZE   160
#define MESSAGE_SIZE     4096
#define SHOWN_JSON_BYTES 1500

/* A test runs in a process of its own: one context, one story. */
static struct kit_expect_context shown;
static struct error last_error;
static char steps[STEPS_MAX][STEP_TEXT_SIZE];
static size_t step_count;
static bool demand_failed;

/* LeakSanitizer asks this before it looks: a test that was cut off has freed nothing, and pages of
 * that would hide why it failed. */
int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void)
{
    return demand_failed;
}

void kit_expect_use(const struct kit_expect_context *context)
{
    shown = *context;
}

struct error *kit_expect_error(void)
{
    error_clear(&last_error);
    return &last_error;
}

void kit_expect_step(const char *file, int line, const char *format, ...)
{
    char *text = steps[step_count++ % STEPS_MAX];
    int size = snprintf(text, STEP_TEXT_SIZE, "%s:%d: ", file, line);
    ASSERT(size >= 0);
    size_t at = (size_t)size < STEP_TEXT_SIZE ? (size_t)size : STEP_TEXT_SIZE - 1;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text + at, STEP_TEXT_SIZE - at, format, args);
    va_end(args);
}

static void describe_story(void)
{
    size_t first = step_count > STEPS_MAX ? step_count - STEPS_MAX : 0;
    for (size_t i = first; i < step_count; i++) {
        (void)fprintf(stderr, "%s %s\n", i + 1 == step_count ? "---- failed in" : "---- did",
                      steps[i % STEPS_MAX]);
    }
}

void kit_expect_failed(const char *file, int line, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    demand_failed = true;
    (void)fprintf(stderr, "\n---- %s:%d: %s\n", file, line, message);
    describe_story();
    for (size_t i = 0; i < ARRAY_COUNT(shown.clients); i++) {
        if (shown.clients[i] != NULL && shown.clients[i]->sent.size > 0) {
            kit_client_describe(shown.clients[i]);
        }
    }
    if (shown.server != NULL) {
        kit_server_describe(shown.server);
        shown.server->keep_folder = true;
        (void)fprintf(stderr, "---- kept: %s\n", shown.server->folder);
    }
    cr_assert_fail("%s:%d: %s", file, line, message);
    UNREACHABLE("a failed assertion ends the test");
}

void kit_expect_ok(const char *file, int line, const char *what, enum err e)
{
    if (e != ERR_OK) {
        kit_expect_failed(file, line, "%s: %s: %s", what, error_code_name(e),
                          error_text(&last_error));
    }
}

void kit_expect_err(const char *file, int line, const char *what, enum err e, enum err wanted)
{
    if (e != wanted) {
        kit_expect_failed(file, line, "%s: %s (%s), expected %s", what, error_code_name(e),
                          error_text(&last_error), error_code_name(wanted));
    }
}

void kit_expect_status(const char *file, int line, const struct kit_message *message, int status)
{
    if (message->status != status) {
        kit_expect_failed(file, line, "status %d, expected %d: %.*s", message->status, status,
                          SLICE_ARGS(message->body));
    }
}

const char *kit_expect_show(const struct value *value)
{
    static char text[SHOWN_JSON_BYTES + 1];
    struct arena arena;
    arena_init(&arena, (size_t)64 << 20);
    struct slice json = value != NULL ? json_out_to_arena(&arena, value) : SLICE("(nothing)");
    (void)snprintf(text, sizeof text, "%.*s", SLICE_ARGS(json));
    arena_deinit(&arena);
    return text;
}

const struct value *
kit_expect_value(const char *file, int line, const struct value *value, const char *path)
{
    const struct value *found = kit_path_find(value, path);
    if (found == NULL) {
        kit_expect_failed(file, line, "nothing at '%s' in %s", path, kit_expect_show(value));
    }
    return found;
}

/* The value at the path, which must be of that type. */
static const struct value *find_typed(
    const char *file, int line, const struct value *value, const char *path, enum value_type type)
{
    const struct value *found = kit_expect_value(file, line, value, path);
    if (found->type != type) {
        kit_expect_failed(file, line, "'%s' is %s, expected %s, in %s", path,
                          value_type_name(found->type), value_type_name(type),
                          kit_expect_show(value));
    }
    return found;
}

const char *
kit_expect_text_at(const char *file, int line, const struct value *value, const char *path)
{
    ASSERT(shown.arena != NULL);
    char *text = arena_text(shown.arena, find_typed(file, line, value, path, VALUE_TEXT)->bytes);
    ASSERT(text != NULL);
    return text;
}

void kit_expect_text(
    const char *file, int line, const struct value *value, const char *path, const char *wanted)
{
    struct slice found = find_typed(file, line, value, path, VALUE_TEXT)->bytes;
    if (!slice_is(found, wanted)) {
        kit_expect_failed(file, line, "'%s' is \"%.*s\", expected \"%s\", in %s", path,
                          SLICE_ARGS(found), wanted, kit_expect_show(value));
    }
}

void kit_expect_int(
    const char *file, int line, const struct value *value, const char *path, int64_t wanted)
{
    int64_t found = find_typed(file, line, value, path, VALUE_INT)->integer;
    if (found != wanted) {
        kit_expect_failed(file, line, "'%s' is %lld, expected %lld, in %s", path, (long long)found,
                          (long long)wanted, kit_expect_show(value));
    }
}

void kit_expect_bool(
    const char *file, int line, const struct value *value, const char *path, bool wanted)
{
    if (find_typed(file, line, value, path, VALUE_BOOL)->boolean != wanted) {
        kit_expect_failed(file, line, "'%s' is %s, in %s", path, wanted ? "false" : "true",
                          kit_expect_show(value));
    }
}

void kit_expect_count(
    const char *file, int line, const struct value *value, const char *path, size_t wanted)
{
    (void)kit_expect_value(file, line, value, path);
    size_t found = kit_path_count(value, path);
    if (found != wanted) {
        kit_expect_failed(file, line, "'%s' has %zu items, expected %zu, in %s", path, found,
                          wanted, kit_expect_show(value));
    }
}

void kit_expect_null(const char *file, int line, const struct value *value, const char *path)
{
    if (!value_is_null(kit_path_find(value, path))) {
        kit_expect_failed(file, line, "'%s' should not be there, in %s", path,
                          kit_expect_show(value));
    }
}
