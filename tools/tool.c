#include "tools/tool.h"

#include "tools/guess.h"

#include <stdarg.h>
#include <stdio.h>

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
