/*
 * daybook bench: measurements of this very program on this very machine; bench/ does them.
 */
#include "core/base/check.h"
#include "tools/tool_bench_priv.h"

int tool_bench(int argc, char **argv)
{
    static const struct tool tools[] = {
        {"ingest", "durable webhook acknowledgements a second over HTTP", tool_bench_ingest},
    };
    static const struct tool_group group = {
        .command = "bench",
        .member = "MEASUREMENT",
        .text = "Measures this program on this machine, with data of its own that is removed "
                "afterwards.",
        .tools = tools,
        .count = ARRAY_COUNT(tools)};
    return tool_run_group(&group, argc, argv);
}
