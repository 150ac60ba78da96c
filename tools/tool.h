/*
 * tool: one subcommand of the program, and what all of them share: exit codes and how they fail.
 *
 * The table stands in daybook.c; each subcommand is the file tool_<name>.c with one function, which
 * gets the words from its own name on and returns the exit code:
 *
 *     0  done
 *     1  found a problem (damage, a difference)
 *     2  wrong usage
 *     3  could not run
 *
 * What is asked for goes to standard output; errors go to standard error, as one sentence that says
 * what to do; progress of what takes long goes there too.
 */
#ifndef DAYBOOK_TOOLS_TOOL_H
#define DAYBOOK_TOOLS_TOOL_H

#include "core/base/error.h"
#include "core/base/slice.h"

#include <stddef.h>

enum tool_exit { TOOL_DONE = 0, TOOL_FOUND = 1, TOOL_USAGE = 2, TOOL_FAILED = 3 };

struct tool {
    const char *name;
    const char *summary; /* one line of the program's help */
    int (*run)(int argc, char **argv);
};

/** Says an error of `command` ("token create") on standard error. Returns: TOOL_FAILED. */
int tool_fail(const char *command, const struct error *error);

/** Says what is wrong with a call. Returns: TOOL_USAGE. */
int tool_misused(const char *command, const char *format, ...) PRINTF_LIKE(2, 3);

/** The tool of a name in a list. Returns: NULL when there is none. */
const struct tool *tool_find(const struct tool *tools, size_t count, struct slice name);

/** Says that `command` has no subcommand of this name, and which is nearest. Returns: TOOL_USAGE.
 */
int tool_unknown(const char *command, const struct tool *tools, size_t count, const char *name);

/* A subcommand that has subcommands of its own. */
struct tool_group {
    const char *command; /* "token" */
    const char *member;  /* what the help calls its own: "COMMAND", "MEASUREMENT" */
    const char *text;    /* what they are about */
    const struct tool *tools;
    size_t count;
};

/** Runs the one that the first word names, or prints the help. Returns: the exit code. */
int tool_run_group(const struct tool_group *group, int argc, char **argv);

/* The subcommands. */
int tool_serve(int argc, char **argv);
int tool_status(int argc, char **argv);
int tool_config(int argc, char **argv);
int tool_show(int argc, char **argv);
int tool_history(int argc, char **argv);
int tool_executions(int argc, char **argv);
int tool_stats(int argc, char **argv);
int tool_verify(int argc, char **argv);
int tool_rebuild(int argc, char **argv);
int tool_token(int argc, char **argv);
int tool_bench(int argc, char **argv);

#endif
