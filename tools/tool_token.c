/*
 * daybook token create | list | revoke: API tokens.
 *
 * Making and revoking goes through the server when one holds the directory, so that it counts with
 * the answer; without one the command takes the lock and does it itself. Listing only reads.
 */
#include "core/base/check.h"
#include "tools/served.h"
#include "tools/tool_token_priv.h"

#include <stdio.h>
#include <string.h>

enum err tool_token_alone(const struct options *options,
                          tool_token_work_cb work,
                          void *data,
                          struct error *reterr)
{
    struct alone alone;
    enum err e = alone_open(options, &alone, reterr);
    if (e == ERR_BUSY) {
        int pid = data_lock_holder(options_data(options));
        e = served_unreachable(options_data(options), pid, reterr);
    }
    e = e != ERR_OK ? e : work(data, &alone, reterr);
    alone_close(&alone);
    return e;
}

static const struct tool tools[] = {
    {"create", "make a token and print it, this once", tool_token_create},
    {"list", "all tokens, without the tokens themselves", tool_token_list},
    {"revoke", "end a token for good", tool_token_revoke},
};

static void print_help(FILE *out)
{
    (void)fprintf(out, "Usage: daybook token COMMAND [OPTION ...]\n\n"
                       "API tokens: who may use /api and /metrics.\n\nCommands:\n");
    for (size_t i = 0; i < ARRAY_COUNT(tools); i++) {
        (void)fprintf(out, "  %-8s %s\n", tools[i].name, tools[i].summary);
    }
    (void)fprintf(out, "\n\"daybook token COMMAND --help\" tells the rest.\n"
                       "Exit codes: 0 done, 2 wrong usage, 3 could not run.\n");
}

int tool_token(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return TOOL_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return fflush(stdout) == 0 ? TOOL_DONE : TOOL_FAILED;
    }
    const struct tool *tool = tool_find(tools, ARRAY_COUNT(tools), slice_of_text(argv[1]));
    return tool != NULL ? tool->run(argc - 1, argv + 1)
                        : tool_unknown("token", tools, ARRAY_COUNT(tools), argv[1]);
}
