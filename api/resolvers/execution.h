/*
 * execution: executions as nodes, and what hangs on them: URLs that give results, the flow that
 * ran.
 */
#ifndef DAYBOOK_API_RESOLVERS_EXECUTION_H
#define DAYBOOK_API_RESOLVERS_EXECUTION_H

#include "api/capability.h"
#include "api/resolvers/nodes.h"

/** "WEBHOOK" ...: how an execution came to be, as clients see it. */
const char *execution_invoke_name(enum invoke_type invoke);

/** The integration node that an execution runs: its version, or the draft as it then was. */
MUST_USE enum err execution_node_integration(const struct gql_call *call,
                                             const struct execution *execution,
                                             const struct integration_node **ret,
                                             struct error *reterr);

/** The flow that runs, of that node; NULL when the instance has no such flow config. */
MUST_USE enum err execution_node_flow(const struct gql_call *call,
                                      const struct execution *execution,
                                      const struct flow_node **ret,
                                      struct error *reterr);

/** "https://.../results/<capability>", good for an hour. */
MUST_USE enum err execution_result_url(const struct gql_call *call,
                                       enum capability_kind kind,
                                       struct uuid execution,
                                       uint64_t seq,
                                       struct slice *ret,
                                       struct error *reterr);

#endif
