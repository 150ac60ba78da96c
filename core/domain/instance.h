/*
 * instance: a copy of an integration configured for one customer.
 *
 *     none --created--> configured --deployed--> deployed (1) --deployed--> deployed (2) ...
 *                                        enabled <--disabled / enabled--> paused
 *
 * What runs is what was deployed: the version and config as of the last instance.deployed. Later
 * changes wait for the next deploy, and `needsDeploy` is whether the two differ. Name, description,
 * labels and flow keys act at once.
 *
 * A *system instance* (is_system) belongs to an integration's draft: version 0, always enabled,
 * runs the draft with the config as it is now, never deployed.
 *
 * Flow configs: one for each flow identity the instance ever had, each with a random id that is its
 * webhook URL, made once and kept for ever. Their place in the list is what executions refer to.
 *
 * State bodies: created {name, description, labels, config, flows: [{id, identity}]}; updated
 * {name, description, labels}; config_changed {config, unset}; version_changed and flows_changed
 * {flows: [{id, identity, keys: [digest], alias}], aliases: {identity: stable key}}: an entry with
 * an id is new, one without changes an old one. Flows and config variables that were known by their
 * names and got a stable key are known by both from then on.
 */
#ifndef DAYBOOK_CORE_DOMAIN_INSTANCE_H
#define DAYBOOK_CORE_DOMAIN_INSTANCE_H

#include "core/definition/definition.h"
#include "core/domain/config.h"
#include "core/domain/decision.h"

/* API keys of one flow, and digest bytes of each. */
#define INSTANCE_FLOW_KEYS_MAX    20
#define INSTANCE_KEY_DIGEST_BYTES 32

struct instance_flow {
    struct uuid id;        /* the capability in its webhook URL */
    struct slice identity; /* of the flow when this was made; never changes */
    struct slice alias;    /* the stable key the flow got later; empty: none */
    struct text_list keys; /* digests */
};

struct instance {
    struct uuid id;
    uint64_t version;  /* events so far; 0: there is none */
    uint64_t revision; /* version of the last event that changed it: what callers may expect */
    struct uuid integration;
    uint64_t integration_version; /* pinned; 0: the draft */
    struct uuid customer;
    uint64_t key; /* number of its data key */
    bool is_system;
    bool is_enabled;
    int64_t created_at_us;
    int64_t updated_at_us;
    uint64_t deployment; /* 0: never deployed */
    uint64_t deployed_version;
    uint64_t deployed_seq;
    int64_t deployed_at_us;
    uint64_t config_seq; /* last event that set config */
    struct slice name;
    struct slice description;
    struct text_list labels;
    struct instance_flow *flows;
    uint32_t flow_count;
    struct config config;
    struct config deployed_config;
};

struct instance_create {
    struct uuid integration;
    uint64_t integration_version;
    const struct definition *definition; /* of that version; NULL: refused already, there is none */
    struct uuid customer;
    struct slice name;
    struct slice description;
    struct text_list labels;
    bool is_system;
    uint64_t key;
    const struct config_assignment *assignments;
    size_t assignment_count;
    const struct config_marker *marker;
    const struct uuid *fresh_ids; /* random, as many as the definition has flows */
};

/* The API keys one flow shall have. */
struct instance_flow_keys {
    struct slice identity;
    struct text_list digests;
};

struct instance_update {
    uint64_t expected_version;
    struct optional_text name;
    struct optional_text description;
    struct optional_list labels;
    bool has_enabled;
    bool enabled;
    /* another version of its integration; NULL: stays */
    const struct definition *new_definition;
    uint64_t new_version;
    const struct uuid *fresh_ids; /* random, as many as new_definition has flows */
    /* config */
    const struct definition *definition; /* of the version it has afterwards */
    bool has_config;
    bool replace_config;
    const struct config_assignment *assignments;
    size_t assignment_count;
    const struct config_marker *marker;
    const struct instance_flow_keys *flow_keys;
    size_t flow_key_count;
};

struct instance_deploy {
    uint64_t expected_version;
    const struct definition *definition; /* of the pinned version */
    bool version_available;
};

/** Decides instance.created, with one flow config per flow. */
void instance_decide_create(const struct instance_create *command, struct decision *decision);

/** Decides whatever an update changes: updated, version_changed, config_changed, flows_changed,
 * enabled or disabled. */
void instance_decide_update(const struct instance *instance,
                            const struct instance_update *command,
                            struct decision *decision);

/** Decides instance.deployed; refused while config is missing, naming each variable. */
void instance_decide_deploy(const struct instance *instance,
                            const struct instance_deploy *command,
                            struct decision *decision);

/** Decides instance.flows_changed for a system instance whose draft got new flows. */
void instance_decide_new_flows(const struct instance *instance,
                               const struct definition *definition,
                               const struct uuid *fresh_ids,
                               struct decision *decision);

/** Whether what would be deployed differs from what is. */
bool instance_needs_deploy(const struct instance *instance);

/** The flow config of an identity. Returns: NULL when there is none; `ret_place` may be NULL. */
const struct instance_flow *
instance_flow_of(const struct instance *instance, struct slice identity, uint32_t *ret_place);

/** The flow config of a flow of a definition: that of its identity, else the one that was made when
 * the flow had a name only and no stable key. Returns: as instance_flow_of. */
const struct instance_flow *instance_flow_for(const struct instance *instance,
                                              const struct definition *definition,
                                              const struct flow_definition *flow,
                                              uint32_t *ret_place);

/** The other way: the flow of a definition that a flow config is of. Returns: NULL for none. */
const struct flow_definition *instance_flow_definition(const struct instance_flow *config,
                                                       const struct definition *definition);

/** The instance after an event. New lists are in `arena`, texts borrow from the event. */
void instance_evolve(struct instance *instance,
                     const struct recorded_event *event,
                     struct arena *arena);

/** The instance without what its bodies told: its key is destroyed. */
void instance_erase(struct instance *instance);

/* Rows of views: positional MessagePack out and in; texts borrow. Errors: ERR_MALFORMED, ERR_LIMIT.
 */
void instance_put(struct buf *out, const struct instance *instance);
MUST_USE enum err instance_get(struct slice bytes,
                               struct uuid id,
                               struct arena *arena,
                               struct instance *ret,
                               struct error *reterr);

#endif
