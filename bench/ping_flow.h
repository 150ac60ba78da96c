/*
 * ping_flow: puts a flow of a trigger and nothing else into a fresh server and deploys it: what one
 * webhook with its execution costs at least.
 */
#ifndef DAYBOOK_BENCH_PING_FLOW_H
#define DAYBOOK_BENCH_PING_FLOW_H

#include "bench/ask.h"

#define PING_FLOW_PATH_SIZE 200

/** Imports, publishes, makes a customer and an instance, deploys. *ret_path is the path of the
 * flow's webhook. Errors: as ask_graphql. */
MUST_USE enum err
ping_flow_deploy(struct ask *ask, char ret_path[PING_FLOW_PATH_SIZE], struct error *reterr);

#endif
