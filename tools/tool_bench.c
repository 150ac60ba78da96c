/*
 * daybook bench: measurements of this very program on this very machine; bench/ does them.
 */
#include "core/base/check.h"
#include "tools/tool_bench_priv.h"

#include <stdio.h>
#include <string.h>

static const struct tool tools[] = {
    {"ingest", "durable webhook acknowledgements a second over HTTP", tool_bench_ingest},
};

static void print_help(FILE *out)
{
    (void)fprintf(out,
                  "Usage: daybook bench MEASUREMENT [OPTION ...]\n\n"
                  "Measures this program on this machine, with data of its own that is removed "
                  "afterwards.\n\nMeasurements:\n");
    for (size_t i = 0; i < ARRAY_COUNT(tools); i++) {
        (void)fprintf(out, "  %-8s %s\n", tools[i].name, tools[i].summary);
    }
    (void)fprintf(out, "\n\"daybook bench MEASUREMENT --help\" tells the rest.\n"
                       "Exit codes: 0 done, 1 found a problem, 2 wrong usage, 3 could not run.\n");
}

int tool_bench(int argc, char **argv)
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
                        : tool_unknown("bench", tools, ARRAY_COUNT(tools), argv[1]);
}
