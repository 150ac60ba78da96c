/*
 * daybook: the one program. Finds the subcommand in the table and lets it run with the words from
 * its name on.
 *
 *     daybook COMMAND ...     daybook COMMAND --help     daybook --help     daybook --version
 */
#include "core/base/check.h"
#include "core/base/failpoint.h"
#include "core/base/random.h"
#include "tools/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every subcommand, in the order of the help. */
static const struct tool tools[] = {
    {"serve", "serve a data directory: GraphQL, webhooks, running flows", tool_serve},
    {"status", "is it served, how far is it, what waits", tool_status},
    {"config", "every setting in force and where it comes from", tool_config},
    {"token", "make, list and revoke API tokens", tool_token},
    {"show", "the state of a thing, now or as of a time", tool_show},
    {"history", "who did what to a thing, when and why", tool_history},
    {"executions", "the newest executions, or those that failed", tool_executions},
    {"stats", "events by type, bytes before and after compression, views, keys", tool_stats},
    {"verify", "prove that nothing was changed, lost or damaged", tool_verify},
    {"rebuild", "build the views from the journal, or compare them with it", tool_rebuild},
    {"bench", "measure this program on this machine", tool_bench},
};

static void print_help(FILE *out)
{
    (void)fprintf(out,
                  "Daybook %s: the system of record for integration instances.\n\n"
                  "Usage: daybook COMMAND [OPTION ...]\n\nCommands:\n",
                  DAYBOOK_VERSION);
    for (size_t i = 0; i < ARRAY_COUNT(tools); i++) {
        (void)fprintf(out, "  %-12s %s\n", tools[i].name, tools[i].summary);
    }
    (void)fprintf(out, "\n\"daybook COMMAND --help\" tells the rest; \"daybook --version\" prints "
                       "the version.\n"
                       "Exit codes: 0 done, 1 found a problem, 2 wrong usage, 3 could not run.\n");
}

/* What stands in place of a command. Returns: -1 when the word is none of these. */
static int run_word(const char *word)
{
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        print_help(stdout);
        return TOOL_DONE;
    }
    if (strcmp(word, "--version") == 0) {
        (void)printf("daybook %s\n", DAYBOOK_VERSION);
        return TOOL_DONE;
    }
    if (word[0] == '-') {
        return tool_misused("",
                            "there is no option %s here: the command comes first, as in "
                            "\"daybook serve --data DIR\"",
                            word);
    }
    return -1;
}

int main(int argc, char **argv)
{
    struct error error;
    if (argc < 2) {
        print_help(stderr);
        return TOOL_USAGE;
    }
    if (argc > 2 && strcmp(argv[1], "help") == 0) { /* help COMMAND is COMMAND --help */
        static char help[] = "--help";
        argv[1] = argv[2];
        argv[2] = help;
        argc = 3;
    }
    int code = run_word(argv[1]);
    if (code >= 0) {
        return fflush(stdout) == 0 ? code : TOOL_FAILED;
    }
    const struct tool *tool = tool_find(tools, ARRAY_COUNT(tools), slice_of_text(argv[1]));
    if (tool == NULL) {
        return tool_unknown("", tools, ARRAY_COUNT(tools), argv[1]);
    }
    if (failpoint_arm(getenv("DAYBOOK_FAILPOINT"), &error) != ERR_OK ||
        random_init(&error) != ERR_OK) {
        return tool_fail(tool->name, &error);
    }
    return tool->run(argc - 1, argv + 1);
}
