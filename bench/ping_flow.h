/*
 * ping_flow: puts a small flow into a fresh server and deploys it: one of a trigger alone, what a
 * webhook costs at least; or one with a step that writes a log line, which is run and journaled.
 */
#ifndef DAYBOOK_BENCH_PING_FLOW_H
#define DAYBOOK_BENCH_PING_FLOW_H

#include "bench/ask.h"

#define PING_FLOW_PATH_SIZE 200

/** Imports, publishes, makes a customer and an instance, deploys; `with_step`: the one that logs.
 * *ret_path is the path of the flow's webhook. Errors: as ask_graphql. */
MUST_USE enum err ping_flow_deploy(struct ask *ask,
                                   bool with_step,
                                   char ret_path[PING_FLOW_PATH_SIZE],
                                   struct error *reterr);

#endif
