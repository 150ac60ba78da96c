/*
 * flows: what a definition holds, as nodes: flows, steps, actions, config variables and their
 * inputs.
 */
#ifndef DAYBOOK_API_RESOLVERS_FLOWS_H
#define DAYBOOK_API_RESOLVERS_FLOWS_H

#include "api/resolvers/nodes.h"
#include "api/resolvers/page.h"
#include "core/domain/config.h"

/* A config variable of an integration node, or of an instance with what was set. */
struct config_var_node {
    const struct config_var *var;
    struct uuid node; /* integration node id: namespace of derived ids */
    struct uuid id;
    int sort_order;
};

/* One input of a connection or data source. */
struct expression_node {
    struct uuid id;
    struct slice name;
    enum input_type type;
    struct slice value; /* empty for secrets */
    bool has_value;
    const struct value *meta;
};

/** The flow that the row of a flow's id names, with its definition, held until the operation ends.
 * *ret is NULL when that version, or the draft by now, has none of the identity. */
MUST_USE enum err flows_find(const struct gql_call *call,
                             struct uuid integration,
                             uint64_t number,
                             struct slice identity,
                             const struct definition **ret_definition,
                             const struct flow_definition **ret,
                             struct error *reterr);

/** Flows of an integration node. */
MUST_USE enum err flows_page(const struct gql_call *call,
                             const struct integration_node *node,
                             const struct page **ret,
                             struct error *reterr);

/** Config variables of an integration node. */
MUST_USE enum err flows_config_var_page(const struct gql_call *call,
                                        const struct integration_node *node,
                                        const struct page **ret,
                                        struct error *reterr);

/** The node of one config variable. Returns: NULL when the arena is exhausted. */
const struct config_var_node *config_var_node_of(const struct gql_call *call,
                                                 struct uuid integration_node,
                                                 const struct config_var *var,
                                                 int sort_order);

/** The node of one input as the definition has it. Returns: NULL when the arena is exhausted. */
struct expression_node *
expression_node_of(const struct gql_call *call, struct uuid parent, const struct input *input);

/** "CUSTOM" ...; NULL for none given. */
const char *flows_schedule_type_name(enum schedule_type type);

/** Config variables of an instance with what was set; all in one page unless `first` or `last` is
 * given. */
MUST_USE enum err flows_instance_config_page(const struct gql_call *call,
                                             const struct instance_node *instance,
                                             const struct page **ret,
                                             struct error *reterr);

/** Fingerprints of API keys by their digests: "key:1a2b3c4d". */
MUST_USE enum err flows_fingerprints(const struct gql_call *call,
                                     struct text_list digests,
                                     struct gql_result *ret,
                                     struct error *reterr);

#endif
