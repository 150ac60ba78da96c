#include "tools/tool.h"

#include "tools/guess.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int tool_fail(const char *command, const struct error *error)
{
    (void)fflush(stdout); /* what was said so far comes first */
    (void)fprintf(stderr, "daybook %s: %s\n", command, error_text(error));
    return TOOL_FAILED;
}

int tool_misused(const char *command, const char *format, ...)
{
    va_list args;
    (void)fflush(stdout);
    (void)fprintf(stderr, "daybook%s%s: ", command[0] != '\0' ? " " : "", command);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    return TOOL_USAGE;
}

const struct tool *tool_find(const struct tool *tools, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++) {
        if (slice_is(name, tools[i].name)) {
            return &tools[i];
        }
    }
    return NULL;
}

int tool_unknown(const char *command, const struct tool *tools, size_t count, const char *name)
{
    struct guess guess = guess_at(name);
    for (size_t i = 0; i < count; i++) {
        guess_consider(&guess, tools[i].name);
    }
    const char *space = command[0] != '\0' ? " " : "";
    if (guess.name != NULL) {
        return tool_misused(command, "there is no command \"%s\"; did you mean \"daybook %s%s%s\"?",
                            name, command, space, guess.name);
    }
    return tool_misused(command,
                        "there is no command \"%s\"; \"daybook %s%s--help\" lists those there are",
                        name, command, space);
}

static void print_group(const struct tool_group *group, FILE *out)
{
    (void)fprintf(out, "Usage: daybook %s %s [OPTION ...]\n\n%s\n\n%s:\n", group->command,
                  group->member, group->text, group->member);
    for (size_t i = 0; i < group->count; i++) {
        (void)fprintf(out, "  %-8s %s\n", group->tools[i].name, group->tools[i].summary);
    }
    (void)fprintf(out,
                  "\n\"daybook %s %s --help\" tells the rest.\n"
                  "Exit codes: 0 done, 1 found a problem, 2 wrong usage, 3 could not run.\n",
                  group->command, group->member);
}

int tool_run_group(const struct tool_group *group, int argc, char **argv)
{
    if (argc < 2) {
        print_group(group, stderr);
        return TOOL_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_group(group, stdout);
        return fflush(stdout) == 0 ? TOOL_DONE : TOOL_FAILED;
    }
    const struct tool *tool = tool_find(group->tools, group->count, slice_of_text(argv[1]));
    return tool != NULL ? tool->run(argc - 1, argv + 1)
                        : tool_unknown(group->command, group->tools, group->count, argv[1]);
}
