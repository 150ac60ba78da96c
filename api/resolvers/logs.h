/*
 * logs: lines of logs, whoever shows them.
 */
#ifndef DAYBOOK_API_RESOLVERS_LOGS_H
#define DAYBOOK_API_RESOLVERS_LOGS_H

#include "api/resolvers/nodes.h"
#include "api/resolvers/page.h"

/** Lines in order of arrival, with all filters of the call; of one execution, when it is given. */
MUST_USE enum err logs_page(const struct gql_call *call,
                            const struct execution *execution,
                            const struct page **ret,
                            struct error *reterr);

#endif
