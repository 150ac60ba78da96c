/*
 * tool_bench_priv: the measurements of `daybook bench`, one file each.
 */
#ifndef DAYBOOK_TOOLS_TOOL_BENCH_PRIV_H
#define DAYBOOK_TOOLS_TOOL_BENCH_PRIV_H

#include "tools/tool.h"

int tool_bench_ingest(int argc, char **argv);

#endif
