/*
 * execution_list: lists of executions, whoever shows them.
 */
#ifndef DAYBOOK_API_RESOLVERS_EXECUTION_LIST_H
#define DAYBOOK_API_RESOLVERS_EXECUTION_LIST_H

#include "api/resolvers/nodes.h"
#include "api/resolvers/page.h"

/** The root's executionResults, with all its filters. */
MUST_USE enum err
execution_list(const struct gql_call *call, const struct page **ret, struct error *reterr);

/** Replays of an execution, oldest first. */
MUST_USE enum err execution_list_of_replays(const struct gql_call *call,
                                            struct uuid original,
                                            const struct page **ret,
                                            struct error *reterr);

#endif
