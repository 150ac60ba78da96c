/*
 * kit_command: runs a subcommand of the program on a story's data directory, and demands how it
 * ends.
 *
 *     struct kit_said said = RUN(story, 3, "rebuild");         exit code 3
 *     EXPECT_SAYS(said.err, "stop it first");
 *     const struct value *stats = RUN_JSON(story, 0, "stats");
 *
 * "--data DIR" is put behind the words, "--json" by RUN_JSON. Texts live as long as the story.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_COMMAND_H
#define DAYBOOK_TESTS_LIB_KIT_COMMAND_H

#include "tests/lib/kit_story.h"

/* What a command said, zero-terminated. */
struct kit_said {
    const char *out;
    const char *err;
};

/** Runs the words, up to a NULL, as they are; it must end with `code`. */
struct kit_said kit_command_bare(
    struct kit_story *story, const char *file, int line, int code, const char *const *words);

/** As kit_command_bare with --data and the story's directory behind the words. */
struct kit_said kit_command_run(
    struct kit_story *story, const char *file, int line, int code, const char *const *words);

/** As kit_command_run with --json; standard output must be one JSON document. Returns: it. */
const struct value *kit_command_json(
    struct kit_story *story, const char *file, int line, int code, const char *const *words);

/** Demands that `text` holds `part`. */
void kit_command_expect(const char *file, int line, const char *text, const char *part);

#define KIT_WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define RUN_BARE(story, code, ...)                                                                 \
    kit_command_bare((story), __FILE__, __LINE__, (code), KIT_WORDS(__VA_ARGS__))
#define RUN(story, code, ...)                                                                      \
    kit_command_run((story), __FILE__, __LINE__, (code), KIT_WORDS(__VA_ARGS__))
#define RUN_JSON(story, code, ...)                                                                 \
    kit_command_json((story), __FILE__, __LINE__, (code), KIT_WORDS(__VA_ARGS__))
#define EXPECT_SAYS(text, part) kit_command_expect(__FILE__, __LINE__, (text), (part))

#endif
