/*
 * steps: the results of an execution's steps, whoever shows them.
 */
#ifndef DAYBOOK_API_RESOLVERS_STEPS_H
#define DAYBOOK_API_RESOLVERS_STEPS_H

#include "api/resolvers/nodes.h"
#include "api/resolvers/page.h"

/** Steps of an execution in the order in which they ended, the trigger first. */
MUST_USE enum err steps_page(const struct gql_call *call,
                             const struct execution *execution,
                             const struct page **ret,
                             struct error *reterr);

#endif
