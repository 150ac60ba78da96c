#include "api/resolvers/instance_mutations.h"

#include "api/commands/instance_commands.h"
#include "api/resolvers/nodes.h"

/* ---- inputs ---- */

static struct config_assignment assignment_of(const struct value *item)
{
    const struct value *value = value_get(item, SLICE("value"));
    const struct value *inputs = value_get(item, SLICE("values"));
    return (struct config_assignment){
        .key = value_get_text(item, SLICE("key")),
        .has_value = value != NULL && value->type == VALUE_TEXT,
        .value = value_text_of(value),
        .has_inputs = inputs != NULL && inputs->type == VALUE_TEXT,
        .inputs = value_text_of(inputs),
        .schedule_type = value_get_text(item, SLICE("scheduleType")),
        .time_zone = value_get_text(item, SLICE("timeZone")),
    };
}

/* configVariables as assignments. Returns: whether they were given. */
static bool read_config(const struct value *input,
                        struct arena *arena,
                        const struct config_assignment **ret,
                        size_t *ret_count)
{
    const struct value *list = value_get(input, SLICE("configVariables"));
    if (list == NULL || list->type != VALUE_LIST) {
        return false;
    }
    struct config_assignment *items =
        ARENA_ARRAY(arena, struct config_assignment, list->list.count);
    size_t count = 0;
    for (uint32_t i = 0; items != NULL && i < list->list.count; i++) {
        if (list->list.items[i].type == VALUE_MAP) { /* nulls among them say nothing */
            items[count++] = assignment_of(&list->list.items[i]);
        }
    }
    *ret = items;
    *ret_count = count;
    return true;
}

/* flowConfigs as API keys in clear; the command makes digests. An id that is none names no flow. */
static void read_flow_configs(const struct value *input,
                              struct arena *arena,
                              const struct instance_flow_secret **ret,
                              size_t *ret_count)
{
    const struct value *list = value_get(input, SLICE("flowConfigs"));
    if (list == NULL || list->type != VALUE_LIST) {
        return;
    }
    struct instance_flow_secret *items =
        ARENA_ARRAY(arena, struct instance_flow_secret, list->list.count);
    size_t count = 0;
    for (uint32_t i = 0; items != NULL && i < list->list.count; i++) {
        const struct value *item = &list->list.items[i];
        const struct value *keys = value_get(item, SLICE("apiKeys"));
        if (keys != NULL) {
            (void)graph_input_id(item, "flowId", "IntegrationFlow", &items[count].flow_id);
            items[count++].keys = text_list_of(arena, keys);
        }
    }
    *ret = items;
    *ret_count = count;
}

/* ---- create ---- */

struct create_mutation {
    struct graph_mutation mutation;
    struct instance_create_command command;
};

static void on_created(struct command *command)
{
    struct create_mutation *it = LIST_ENTRY(command, struct create_mutation, command.base);
    struct stream_ref stream;
    if (graph_command_ended(&it->mutation, command, &stream)) {
        graph_complete_id(&it->mutation, stream.id);
    }
}

static enum err start_create(struct gql_call *call, struct error *reterr)
{
    const struct value *input = gql_argument(call, "input");
    struct create_mutation *it = ARENA_NEW(call->arena, struct create_mutation);
    if (it == NULL) {
        return arena_error(call->arena, "a mutation", reterr);
    }
    graph_mutation_init(&it->mutation, call, input);
    graph_command_init(call, &it->command.base, instance_command_create, on_created);
    /* Ids that are none name nothing: the command says so in the payload. */
    (void)graph_input_id(input, "integration", "Integration", &it->command.integration);
    (void)graph_input_id(input, "customer", "Customer", &it->command.customer);
    it->command.name = graph_input_text(input, "name");
    it->command.description = graph_input_text(input, "description");
    it->command.labels = graph_input_list(input, "labels", call->arena).list;
    (void)read_config(input, call->arena, &it->command.assignments, &it->command.assignment_count);
    return graph_submit(call, &it->command.base, reterr);
}

/* ---- update ---- */

struct update_mutation {
    struct graph_mutation mutation;
    struct instance_update_command command;
};

static void on_updated(struct command *command)
{
    struct update_mutation *it = LIST_ENTRY(command, struct update_mutation, command.base);
    struct stream_ref stream;
    if (graph_command_ended(&it->mutation, command, &stream)) {
        graph_complete_id(&it->mutation, it->command.instance);
    }
}

static enum err
make_update(struct gql_call *call, struct update_mutation **ret, struct error *reterr)
{
    const struct value *input = gql_argument(call, "input");
    struct update_mutation *it = ARENA_NEW(call->arena, struct update_mutation);
    if (it == NULL) {
        return arena_error(call->arena, "a mutation", reterr);
    }
    graph_mutation_init(&it->mutation, call, input);
    graph_command_init(call, &it->command.base, instance_command_update, on_updated);
    it->command.expected_version = graph_expected_version(input);
    it->command.has_config =
        read_config(input, call->arena, &it->command.assignments, &it->command.assignment_count);
    *ret = it;
    return graph_input_target(input, "id", "Instance", "Instance", &it->command.instance, reterr);
}

static enum err start_update(struct gql_call *call, struct error *reterr)
{
    const struct value *input = gql_argument(call, "input");
    const struct value *enabled = value_get(input, SLICE("enabled"));
    const struct value *integration = value_get(input, SLICE("integration"));
    struct update_mutation *it = NULL;
    enum err e = make_update(call, &it, reterr);
    if (e != ERR_OK) {
        return e;
    }
    it->command.config_mode = graph_input_text(input, "configMode");
    it->command.has_integration = integration != NULL;
    /* An id that is none names nothing: the command says so in the payload. */
    (void)graph_input_id(input, "integration", "Integration", &it->command.integration);
    it->command.name = graph_input_optional(input, "name");
    it->command.description = graph_input_optional(input, "description");
    it->command.labels = graph_input_list(input, "labels", call->arena);
    it->command.has_enabled = enabled != NULL;
    it->command.enabled = value_bool_of(enabled, false);
    it->command.replace_config = true;
    read_flow_configs(input, call->arena, &it->command.flow_secrets,
                      &it->command.flow_secret_count);
    return graph_submit(call, &it->command.base, reterr);
}

static enum err start_update_config(struct gql_call *call, struct error *reterr)
{
    struct update_mutation *it = NULL;
    enum err e = make_update(call, &it, reterr);
    return e != ERR_OK ? e : graph_submit(call, &it->command.base, reterr);
}

/* ---- deploy ---- */

struct deploy_mutation {
    struct graph_mutation mutation;
    struct instance_deploy_command command;
};

static void on_deployed(struct command *command)
{
    struct deploy_mutation *it = LIST_ENTRY(command, struct deploy_mutation, command.base);
    struct stream_ref stream;
    if (graph_command_ended(&it->mutation, command, &stream)) {
        graph_complete_id(&it->mutation, it->command.instance);
    }
}

static enum err start_deploy(struct gql_call *call, struct error *reterr)
{
    const struct value *input = gql_argument(call, "input");
    struct deploy_mutation *it = ARENA_NEW(call->arena, struct deploy_mutation);
    if (it == NULL) {
        return arena_error(call->arena, "a mutation", reterr);
    }
    graph_mutation_init(&it->mutation, call, input);
    graph_command_init(call, &it->command.base, instance_command_deploy, on_deployed);
    it->command.expected_version = graph_expected_version(input);
    it->command.force = value_bool_of(value_get(input, SLICE("force")), false);
    enum err e =
        graph_input_target(input, "id", "Instance", "Instance", &it->command.instance, reterr);
    return e != ERR_OK ? e : graph_submit(call, &it->command.base, reterr);
}

const struct gql_binding instance_mutation_fields[INSTANCE_MUTATION_FIELDS] = {
    GQL_START("createInstance", start_create, "input"),
    GQL_START("updateInstance", start_update, "input"),
    GQL_START("updateInstanceConfigVariables", start_update_config, "input"),
    GQL_START("deployInstance", start_deploy, "input"),
};
