/*
 * instance_commands: creating, changing and deploying instances.
 */
#ifndef DAYBOOK_API_COMMANDS_INSTANCE_COMMANDS_H
#define DAYBOOK_API_COMMANDS_INSTANCE_COMMANDS_H

#include "api/engine/writer.h"
#include "core/domain/instance.h"

/* The new instance's id is base.append_id. */
struct instance_create_command {
    struct command base;
    struct uuid integration; /* an outside id: the draft's means its newest available version */
    struct uuid customer;
    struct slice name;
    struct slice description;
    struct text_list labels;
    const struct config_assignment *assignments;
    size_t assignment_count;
};

/* API keys in clear for one flow; the command makes digests of them. */
struct instance_flow_secret {
    struct uuid flow_id; /* outside id of a flow of any version */
    struct text_list keys;
};

struct instance_update_command {
    struct command base;
    struct uuid instance;
    uint64_t expected_version;
    struct optional_text name;
    struct optional_text description;
    struct optional_list labels;
    bool has_enabled;
    bool enabled;
    bool has_integration;
    struct uuid integration;  /* outside id of the version to move to; zero: of nothing */
    struct slice config_mode; /* as given; empty: not */
    bool has_config;
    bool replace_config;
    const struct config_assignment *assignments;
    size_t assignment_count;
    const struct instance_flow_secret *flow_secrets;
    size_t flow_secret_count;
};

struct instance_deploy_command {
    struct command base;
    struct uuid instance;
    uint64_t expected_version;
    bool force; /* also a version that is marked unavailable */
};

/* Requests to a flow that were answered with a refusal, coalesced. */
struct instance_reject_command {
    struct command base;
    struct uuid instance;
    uint32_t flow;
    uint64_t reason; /* enum invocation_refusal */
    uint64_t count;
};

/* Their `execute`. */
enum err
instance_command_create(struct command *command, struct writer *writer, struct error *reterr);
enum err
instance_command_update(struct command *command, struct writer *writer, struct error *reterr);
enum err
instance_command_deploy(struct command *command, struct writer *writer, struct error *reterr);
enum err
instance_command_reject(struct command *command, struct writer *writer, struct error *reterr);

/** The digest of an API key of a flow of the instance that has this data key;
 * INSTANCE_KEY_DIGEST_BYTES. */
void instance_key_digest(const struct data_key *key,
                         struct slice api_key,
                         unsigned char ret[INSTANCE_KEY_DIGEST_BYTES]);

#endif
