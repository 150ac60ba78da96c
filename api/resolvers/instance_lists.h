/*
 * instance_lists: lists of instances, whoever shows them.
 */
#ifndef DAYBOOK_API_RESOLVERS_INSTANCE_LISTS_H
#define DAYBOOK_API_RESOLVERS_INSTANCE_LISTS_H

#include "api/resolvers/nodes.h"
#include "api/resolvers/page.h"

/** The `instances` of the root, with all its filters. */
MUST_USE enum err
instance_list(const struct gql_call *call, const struct page **ret, struct error *reterr);

/** Instances of one customer. */
MUST_USE enum err instance_list_of_customer(const struct gql_call *call,
                                            struct uuid customer,
                                            const struct page **ret,
                                            struct error *reterr);

/** Instances of one integration, pinned to `version` (0: to any). */
MUST_USE enum err instance_list_of_integration(const struct gql_call *call,
                                               struct uuid integration,
                                               uint64_t version,
                                               const struct page **ret,
                                               struct error *reterr);

/* The latest execution of an instance, or of one of its flow configs. */
struct last_execution {
    bool exists;
    bool failed;
    int64_t at_us; /* when it was queued */
};

/** `place`: of the flow config, or UINT32_MAX for any. */
MUST_USE enum err last_execution_of(const struct gql_call *call,
                                    struct uuid instance,
                                    uint32_t place,
                                    struct last_execution *ret,
                                    struct error *reterr);

#endif
