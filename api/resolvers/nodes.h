/*
 * nodes: the objects that resolvers hand to each other, one struct per type of the schema, and how
 * each is loaded by id.
 *
 * A node holds what its row holds; relations are loaded when they are selected. All of it lives in
 * the operation's arena; definitions are held by the operation's context (graph_definition).
 *
 * Thread: the one that runs the operation.
 */
#ifndef DAYBOOK_API_RESOLVERS_NODES_H
#define DAYBOOK_API_RESOLVERS_NODES_H

#include "api/resolvers/graph.h"
#include "core/domain/customer.h"
#include "core/domain/execution.h"
#include "core/domain/instance.h"
#include "core/domain/integration.h"

/* A customer; the row is the node. */
struct customer_node {
    struct customer customer;
};

/* An integration: its draft (number 0) or one version. */
struct integration_node {
    struct integration integration;
    struct integration_version version; /* zero for a draft */
    struct uuid node_id;                /* the integration's id, or the version's */
    uint64_t definition_seq;            /* the draft_imported it consists of */
    /* of the draft as it is, of a version as it was published */
    struct slice name;
    struct slice description;
    struct slice category;
    struct text_list labels;
    int64_t created_at_us;
    int64_t updated_at_us;
};

/* An instance; the row is the node. */
struct instance_node {
    struct instance instance;
    /* only in lists sorted by them */
    struct slice customer_name;
    struct slice integration_name;
    int64_t last_executed_at_us;
};

/* A flow of an integration node. */
struct flow_node {
    const struct integration_node *integration;
    const struct flow_definition *flow;
    struct uuid id;
};

/* A flow config of an instance. */
struct flow_config_node {
    const struct instance_node *instance;
    uint32_t place;
    struct uuid id; /* the capability in its webhook URL */
};

/* An execution; the row is the node. */
struct execution_node {
    struct execution execution;
};

/* Each loads one node into call->arena. Errors: ERR_NOT_FOUND "<Type> not found". */
MUST_USE enum err customer_node_load(const struct gql_call *call,
                                     struct uuid id,
                                     const struct customer_node **ret,
                                     struct error *reterr);
MUST_USE enum err integration_node_load(const struct gql_call *call,
                                        struct uuid outside_id,
                                        const struct integration_node **ret,
                                        struct error *reterr);
MUST_USE enum err integration_node_load_version(const struct gql_call *call,
                                                struct uuid integration,
                                                uint64_t number,
                                                const struct integration_node **ret,
                                                struct error *reterr);
MUST_USE enum err instance_node_load(const struct gql_call *call,
                                     struct uuid id,
                                     const struct instance_node **ret,
                                     struct error *reterr);
MUST_USE enum err execution_node_load(const struct gql_call *call,
                                      struct uuid id,
                                      const struct execution_node **ret,
                                      struct error *reterr);

/** The definition of an integration node; valid until the operation ends. */
MUST_USE enum err integration_node_definition(const struct gql_call *call,
                                              const struct integration_node *node,
                                              const struct definition **ret,
                                              struct error *reterr);

/** The flow of an integration node that a flow config is of; NULL when the node has none of it. */
MUST_USE enum err flow_node_load(const struct gql_call *call,
                                 const struct integration_node *integration,
                                 const struct instance_flow *config,
                                 const struct flow_node **ret,
                                 struct error *reterr);

/** The flow config at a place; NULL when the instance has none there. */
const struct flow_config_node *flow_config_node_of(const struct gql_call *call,
                                                   const struct instance_node *instance,
                                                   uint32_t place);

/** The definition that an instance's flow configs are shown with: of its pinned version. */
MUST_USE enum err instance_node_integration(const struct gql_call *call,
                                            const struct instance_node *node,
                                            const struct integration_node **ret,
                                            struct error *reterr);

/** "https://.../trigger/<id>". */
struct slice flow_config_node_url(const struct gql_call *call, struct uuid flow_config);

#endif
