#include "tests/lib/kit_command.h"

#include "core/base/json_in.h"

static const char *keep(struct kit_story *story, const struct buf *bytes)
{
    const char *text = arena_text(&story->arena, buf_slice(bytes));
    EXPECT(text != NULL);
    return text;
}

struct kit_said kit_command_bare(
    struct kit_story *story, const char *file, int line, int code, const char *const *words)
{
    struct kit_output output;
    EXPECT_OK(kit_server_command(words, (struct slice){NULL, 0}, &output, KIT_ERROR));
    struct kit_said said = {keep(story, &output.out), keep(story, &output.err)};
    struct kit_exit end = output.exit;
    kit_program_output_deinit(&output);
    if (end.signal != 0 || end.code != code) {
        kit_expect_failed(
            file, line, "daybook %s ended with code %d, signal %d instead of code %d\n%s%s",
            words[0] != NULL ? words[0] : "", end.code, end.signal, code, said.out, said.err);
    }
    return said;
}

/* The words, and what comes behind them. */
static void
join(const char *const *words, const char *const *more, const char *ret[KIT_PROGRAM_ARGUMENTS_MAX])
{
    size_t count = 0;
    for (; words[count] != NULL; count++) {
        ret[count] = words[count];
    }
    for (size_t i = 0; more[i] != NULL; i++) {
        EXPECT(count + 2 < KIT_PROGRAM_ARGUMENTS_MAX);
        ret[count++] = more[i];
    }
    ret[count] = NULL;
}

struct kit_said kit_command_run(
    struct kit_story *story, const char *file, int line, int code, const char *const *words)
{
    const char *all[KIT_PROGRAM_ARGUMENTS_MAX];
    join(words, KIT_WORDS("--data", story->server.data), all);
    return kit_command_bare(story, file, line, code, all);
}

const struct value *kit_command_json(
    struct kit_story *story, const char *file, int line, int code, const char *const *words)
{
    const char *all[KIT_PROGRAM_ARGUMENTS_MAX];
    struct error error = {.code = ERR_OK};
    join(words, KIT_WORDS("--json"), all);
    struct kit_said said = kit_command_run(story, file, line, code, all);
    struct value *value = ARENA_NEW(&story->arena, struct value);
    EXPECT(value != NULL);
    if (json_in_parse(slice_of_text(said.out), &story->arena, value, &error) != ERR_OK) {
        kit_expect_failed(file, line, "daybook %s printed no JSON (%s): %s%s", words[0], error.text,
                          said.out, said.err);
    }
    return value;
}

void kit_command_expect(const char *file, int line, const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        kit_expect_failed(file, line, "\"%s\" is not in: %s", part, text);
    }
}
