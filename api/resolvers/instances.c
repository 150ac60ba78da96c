/* Instances: one, lists, config, flow configs. Their mutations are in instance_mutations.c. */
#include "api/resolvers/bindings.h"
#include "api/resolvers/filter.h"
#include "api/resolvers/flows.h"
#include "api/resolvers/instance_lists.h"
#include "api/resolvers/instance_mutations.h"
#include "api/resolvers/nodes.h"
#include "core/base/json_out.h"
#include "core/definition/definition_names.h"
#include "projections/instances_view.h"

/* ---- loading ---- */

enum err instance_node_load(const struct gql_call *call,
                            struct uuid id,
                            const struct instance_node **ret,
                            struct error *reterr)
{
    struct instance_node *node = ARENA_NEW(call->arena, struct instance_node);
    if (node == NULL) {
        return arena_error(call->arena, "an instance", reterr);
    }
    enum err e = instances_view_get(graph_context_of(call)->reading->views, id, call->arena,
                                    &node->instance, reterr);
    if (e == ERR_NOT_FOUND) {
        return error_set(reterr, e, "Instance not found");
    }
    *ret = node;
    return e;
}

enum err instance_node_integration(const struct gql_call *call,
                                   const struct instance_node *node,
                                   const struct integration_node **ret,
                                   struct error *reterr)
{
    return integration_node_load_version(call, node->instance.integration,
                                         node->instance.integration_version, ret, reterr);
}

const struct flow_config_node *flow_config_node_of(const struct gql_call *call,
                                                   const struct instance_node *instance,
                                                   uint32_t place)
{
    if (place >= instance->instance.flow_count) {
        return NULL;
    }
    struct flow_config_node *node = ARENA_NEW(call->arena, struct flow_config_node);
    if (node != NULL) {
        node->instance = instance;
        node->place = place;
        node->id = instance->instance.flows[place].id;
    }
    return node;
}

static const struct instance *instance_of(const struct gql_call *call)
{
    return &((const struct instance_node *)call->parent)->instance;
}

static enum err definition_of(const struct gql_call *call,
                              const struct instance_node *node,
                              const struct integration_node **ret_integration,
                              const struct definition **ret,
                              struct error *reterr)
{
    enum err e = instance_node_integration(call, node, ret_integration, reterr);
    return e != ERR_OK ? e : integration_node_definition(call, *ret_integration, ret, reterr);
}

/* ---- plain fields ---- */

static enum err
resolve_customer(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct customer_node *node = NULL;
    enum err e = customer_node_load(call, instance_of(call)->customer, &node, reterr);
    *ret = gql_result_object(node);
    return e;
}

static enum err
resolve_integration(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct integration_node *node = NULL;
    enum err e = instance_node_integration(call, call->parent, &node, reterr);
    *ret = gql_result_object(node);
    return e;
}

static enum err resolve_labels(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_texts(instance_of(call)->labels.items, instance_of(call)->labels.count);
    return ERR_OK;
}

static enum err
resolve_description(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct slice text = instance_of(call)->description;
    (void)reterr;
    *ret = gql_result_text(text.data != NULL ? text : SLICE(""));
    return ERR_OK;
}

static enum err
resolve_needs_deploy(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_bool(instance_needs_deploy(instance_of(call)));
    return ERR_OK;
}

static enum err resolve_newest(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct instance *instance = instance_of(call);
    const struct integration_node *draft = NULL;
    const struct integration_node *node = NULL;
    enum err e = integration_node_load(call, instance->integration, &draft, reterr);
    *ret = gql_result_null();
    if (e != ERR_OK || instance->is_system ||
        draft->integration.latest_available <= instance->integration_version) {
        return e;
    }
    e = integration_node_load_version(call, instance->integration,
                                      draft->integration.latest_available, &node, reterr);
    *ret = gql_result_object(node);
    return e;
}

static enum err
resolve_last_executed(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct last_execution last;
    enum err e = last_execution_of(call, instance_of(call)->id, UINT32_MAX, &last, reterr);
    *ret = e == ERR_OK && last.exists ? gql_result_int(last.at_us) : gql_result_null();
    return e;
}

static enum err
resolve_failed_state(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct last_execution last;
    enum err e = last_execution_of(call, instance_of(call)->id, UINT32_MAX, &last, reterr);
    *ret = e == ERR_OK && last.exists ? gql_result_bool(last.failed) : gql_result_null();
    return e;
}

/* ---- what is missing ---- */

static enum err list_missing(const struct gql_call *call,
                             struct slice **ret,
                             size_t *ret_count,
                             struct error *reterr)
{
    const struct integration_node *integration = NULL;
    const struct definition *definition = NULL;
    enum err e = definition_of(call, call->parent, &integration, &definition, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct slice *texts = ARENA_ARRAY(call->arena, struct slice, definition->config_var_count);
    size_t count = 0;
    for (uint32_t i = 0; texts != NULL && i < definition->config_var_count; i++) {
        const struct config_var *var = &definition->config_vars[i];
        const char *reason = NULL;
        if (config_is_missing(var, config_entry_for(&instance_of(call)->config, definition, var),
                              &reason)) {
            texts[count++] = arena_format(call->arena, "%.*s: %s", SLICE_ARGS(var->key), reason);
        }
    }
    *ret = texts;
    *ret_count = count;
    return texts != NULL ? ERR_OK : arena_error(call->arena, "missing config", reterr);
}

static enum err resolve_missing(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct slice *texts = NULL;
    size_t count = 0;
    enum err e = list_missing(call, &texts, &count, reterr);
    *ret = gql_result_texts(texts, count);
    return e;
}

static enum err
resolve_config_state(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct slice *texts = NULL;
    size_t count = 0;
    enum err e = list_missing(call, &texts, &count, reterr);
    *ret = gql_result_string(count == 0 ? "FULLY_CONFIGURED" : "NEEDS_INSTANCE_CONFIGURATION");
    return e;
}

/* ---- config variables ---- */

struct instance_var_node {
    struct uuid id;
    const struct instance_node *instance;
    const struct config_var_node *required;
    const struct config_entry *entry; /* NULL: never set */
    const char *status;               /* of connections; NULL otherwise */
};

static struct instance_var_node *make_var(const struct gql_call *call,
                                          const struct instance_node *instance,
                                          const struct integration_node *integration,
                                          const struct definition *definition,
                                          uint32_t index)
{
    const struct config_var *var = &definition->config_vars[index];
    struct instance_var_node *node = ARENA_NEW(call->arena, struct instance_var_node);
    const char *reason = NULL;
    if (node == NULL) {
        return NULL;
    }
    node->instance = instance;
    node->required = config_var_node_of(call, integration->node_id, var, (int)index);
    node->id = id_derived(instance->instance.id, "configVar", var->identity);
    node->entry = config_entry_for(&instance->instance.config, definition, var);
    if (var->data_type == CONFIG_CONNECTION) {
        node->status = config_is_missing(var, node->entry, &reason) ? "PENDING" : "ACTIVE";
    }
    return node->required != NULL ? node : NULL;
}

/* `status` and `status_In` compare without case; variables that are no connections have none. */
static bool status_passes(const struct gql_call *call, const struct instance_var_node *node)
{
    const struct value *list = gql_argument(call, "status_In");
    struct slice status = node->status != NULL ? slice_of_text(node->status) : SLICE("");
    bool in_list = list == NULL;
    for (uint32_t i = 0; list != NULL && i < list->list.count; i++) {
        in_list |= slice_equal_nocase(value_text_of(&list->list.items[i]), status);
    }
    return in_list && filter_word(call, "status", status);
}

enum err flows_instance_config_page(const struct gql_call *call,
                                    const struct instance_node *instance,
                                    const struct page **ret,
                                    struct error *reterr)
{
    const struct integration_node *integration = NULL;
    const struct definition *definition = NULL;
    struct page_request request;
    size_t count = 0;
    enum err e = page_request_of(call, DEFINITION_CONFIG_VARS_MAX, &request, reterr);
    e = e != ERR_OK ? e : definition_of(call, instance, &integration, &definition, reterr);
    if (e != ERR_OK) {
        return e;
    }
    const void **nodes = ARENA_ARRAY(call->arena, const void *, definition->config_var_count);
    for (uint32_t i = 0; nodes != NULL && i < definition->config_var_count; i++) {
        struct instance_var_node *node = make_var(call, instance, integration, definition, i);
        if (node == NULL) {
            return arena_error(call->arena, "the config variables", reterr);
        }
        if (status_passes(call, node)) {
            nodes[count++] = node;
        }
    }
    /* All in one page unless the caller asks for less: one client never sends its cursor. */
    if (gql_argument(call, "first") == NULL && gql_argument(call, "last") == NULL) {
        request.size = count;
    }
    return nodes == NULL ? arena_error(call->arena, "the config variables", reterr)
                         : page_of_array(call, &request, nodes, count, ret, reterr);
}

static enum err
resolve_config_vars(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct page *page = NULL;
    enum err e = flows_instance_config_page(call, call->parent, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

/* The state body of the event that set something. */
static enum err open_state(const struct gql_call *call,
                           uint64_t seq,
                           const struct value **ret,
                           struct error *reterr)
{
    const struct recorded_event *event = NULL;
    enum err e = reading_event(graph_context_of(call)->reading, seq, 1U << BODY_STATE, call->arena,
                               &event, NULL, reterr);
    if (e == ERR_OK) {
        *ret = &event->event.bodies[BODY_STATE];
    }
    return e;
}

static enum err resolve_value(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct instance_var_node *node = call->parent;
    const struct config_var *var = node->required->var;
    struct slice text = var->default_value;
    bool known = var->has_default;
    *ret = gql_result_null();
    if (var->data_type == CONFIG_CONNECTION) {
        return ERR_OK;
    }
    if (node->entry != NULL && node->entry->seq != 0) {
        const struct value *state = NULL;
        enum err e = open_state(call, node->entry->seq, &state, reterr);
        if (e != ERR_OK) {
            return e;
        }
        known = config_value_in(state, node->entry->identity, &text);
    }
    *ret = known ? gql_result_text(text.data != NULL ? text : SLICE("")) : gql_result_null();
    return ERR_OK;
}

static const struct config_input *set_input(const struct config_entry *entry, struct slice name)
{
    for (uint32_t i = 0; entry != NULL && i < entry->input_count; i++) {
        if (slice_equal(entry->inputs[i].name, name)) {
            return &entry->inputs[i];
        }
    }
    return NULL;
}

/* An input of a connection: what was set, else what the definition has; secrets never. */
static enum err make_input(const struct gql_call *call,
                           const struct instance_var_node *node,
                           const struct input *input,
                           const void **ret,
                           struct error *reterr)
{
    struct expression_node *expression = expression_node_of(call, node->id, input);
    const struct config_input *set = set_input(node->entry, input->key);
    const struct value *state = NULL;
    if (expression == NULL) {
        return arena_error(call->arena, "inputs", reterr);
    }
    *ret = expression;
    if (set == NULL || !set->has_value) {
        return ERR_OK;
    }
    expression->has_value = true;
    if (input->secret) {
        return ERR_OK;
    }
    enum err e = open_state(call, set->seq, &state, reterr);
    if (e == ERR_OK) {
        (void)config_input_in(state, node->entry->identity, input->key, &expression->value,
                              &expression->type);
    }
    return e;
}

static enum err resolve_inputs(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct instance_var_node *node = call->parent;
    const struct config_var *var = node->required->var;
    const struct page *page = NULL;
    struct page_request request;
    enum err e = page_request_of(call, PAGE_SIZE, &request, reterr);
    const void **nodes = ARENA_ARRAY(call->arena, const void *, var->input_count);
    if (e == ERR_OK && nodes == NULL) {
        e = arena_error(call->arena, "inputs", reterr);
    }
    for (uint32_t i = 0; e == ERR_OK && i < var->input_count; i++) {
        e = make_input(call, node, &var->inputs[i], &nodes[i], reterr);
    }
    e = e != ERR_OK ? e : page_of_array(call, &request, nodes, var->input_count, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

static enum err
resolve_var_meta(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct instance_var_node *node = call->parent;
    const struct value *meta = &node->required->var->meta;
    (void)reterr;
    *ret = meta->type == VALUE_NULL ? gql_result_null()
                                    : gql_result_text(json_out_to_arena(call->arena, meta));
    return ERR_OK;
}

/* What is set, else what the definition says, as with values. */
static enum err
resolve_var_schedule_type(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct instance_var_node *node = call->parent;
    enum schedule_type type = node->required->var->schedule_type;
    size_t set = 0;
    (void)reterr;
    if (node->entry != NULL && definition_names_find(&definition_names_schedule_type,
                                                     node->entry->schedule_type, false, &set)) {
        type = (enum schedule_type)set;
    }
    *ret = gql_result_string(flows_schedule_type_name(type));
    return ERR_OK;
}

static enum err
resolve_var_time_zone(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct instance_var_node *node = call->parent;
    bool set = node->entry != NULL && node->entry->time_zone.size > 0;
    struct slice zone = set ? node->entry->time_zone : node->required->var->time_zone;
    (void)reterr;
    *ret = zone.size > 0 ? gql_result_text(zone) : gql_result_null();
    return ERR_OK;
}

/* ---- flow configs ---- */

/* Those whose flow is in the pinned version, in the order of the definition. */
static enum err
resolve_flow_configs(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct instance_node *node = call->parent;
    const struct integration_node *integration = NULL;
    const struct definition *definition = NULL;
    const struct page *page = NULL;
    struct page_request request;
    struct filter_order orders[FILTER_ORDERS_MAX];
    size_t count = 0;
    enum err e = page_request_of(call, PAGE_SIZE, &request, reterr);
    e = e != ERR_OK ? e : definition_of(call, node, &integration, &definition, reterr);
    if (e != ERR_OK) {
        return e;
    }
    const void **nodes = ARENA_ARRAY(call->arena, const void *, definition->flow_count);
    bool descending = filter_orders(call, orders) > 0 && orders[0].descending;
    for (uint32_t i = 0; nodes != NULL && i < definition->flow_count; i++) {
        const struct flow_definition *flow =
            &definition->flows[descending ? definition->flow_count - 1 - i : i];
        uint32_t place = 0;
        if (instance_flow_for(&node->instance, definition, flow, &place) != NULL &&
            filter_text(call, "flow_Name", flow->name)) {
            nodes[count++] = flow_config_node_of(call, node, place);
        }
    }
    e = nodes == NULL ? arena_error(call->arena, "the flow configs", reterr)
                      : page_of_array(call, &request, nodes, count, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

static enum err resolve_keys(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct flow_config_node *node = call->parent;
    return flows_fingerprints(call, node->instance->instance.flows[node->place].keys, ret, reterr);
}

static enum err resolve_flow(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct flow_config_node *node = call->parent;
    const struct integration_node *integration = NULL;
    const struct flow_node *flow = NULL;
    const struct instance_flow *config = &node->instance->instance.flows[node->place];
    enum err e = instance_node_integration(call, node->instance, &integration, reterr);
    e = e != ERR_OK ? e : flow_node_load(call, integration, config, &flow, reterr);
    if (e == ERR_OK && flow == NULL) {
        return error_set(reterr, ERR_NOT_FOUND, "the instance's version has no flow \"%.*s\"",
                         SLICE_ARGS(config->identity));
    }
    *ret = gql_result_object(flow);
    return e;
}

static enum err
resolve_webhook_url(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_text(
        flow_config_node_url(call, ((const struct flow_config_node *)call->parent)->id));
    return ERR_OK;
}

static enum err
last_of_flow(struct gql_call *call, struct last_execution *ret, struct error *reterr)
{
    const struct flow_config_node *node = call->parent;
    return last_execution_of(call, node->instance->instance.id, node->place, ret, reterr);
}

static enum err
resolve_flow_last(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct last_execution last;
    enum err e = last_of_flow(call, &last, reterr);
    *ret = e == ERR_OK && last.exists ? gql_result_int(last.at_us) : gql_result_null();
    return e;
}

static enum err
resolve_flow_failed(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct last_execution last = {.failed = false};
    enum err e = last_of_flow(call, &last, reterr);
    *ret = gql_result_bool(last.failed);
    return e;
}

/* ---- roots ---- */

static enum err
resolve_instance(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct uuid id;
    const struct instance_node *node = NULL;
    enum err e = graph_id_argument(call, "id", "Instance", "Instance", &id, reterr);
    e = e != ERR_OK ? e : instance_node_load(call, id, &node, reterr);
    *ret = gql_result_object(node);
    return e;
}

static enum err
resolve_instances(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct page *page = NULL;
    enum err e = instance_list(call, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

static enum err resolve_payload(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct graph_payload *payload = call->parent;
    const struct instance_node *node = NULL;
    *ret = gql_result_null();
    if (payload->object == NULL) {
        return ERR_OK;
    }
    enum err e = instance_node_load(call, *(const struct uuid *)payload->object, &node, reterr);
    *ret = gql_result_object(node);
    return e;
}

/* Labels of the integration: offered, kept only if the caller keeps them. */
static enum err
resolve_suggested(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct graph_payload *payload = call->parent;
    const struct instance_node *node = NULL;
    const struct integration_node *integration = NULL;
    const struct definition *definition = NULL;
    *ret = gql_result_texts(NULL, 0);
    if (payload->object == NULL) {
        return ERR_OK;
    }
    enum err e = instance_node_load(call, *(const struct uuid *)payload->object, &node, reterr);
    e = e != ERR_OK ? e : definition_of(call, node, &integration, &definition, reterr);
    if (e == ERR_OK) {
        *ret = gql_result_texts(definition->labels, definition->label_count);
    }
    return e;
}

/* ---- tables ---- */

#define LIST_ARGS                                                                                  \
    PAGE_ARGS " createdAt_Gte createdAt_Lte customer customer_ExternalId description_Icontains "   \
              "enabled id_In inFailedState integration integration_VersionSequenceId isSystem "    \
              "labels_Contains name name_Icontains needsDeploy orderBy sortBy updatedAt_Gte "      \
              "updatedAt_Lte"

static const struct gql_binding query_fields[] = {
    GQL_CALL_ARGS("instance", resolve_instance, "id"),
    GQL_PAGED("instances", resolve_instances, LIST_ARGS, PAGE_SIZE),
};

static const struct gql_binding instance_fields[] = {
    GQL_CALL("configState", resolve_config_state),
    GQL_PAGED("configVariables", resolve_config_vars, PAGE_ARGS " status status_In", PAGE_SIZE),
    GQL_TIME("createdAt", struct instance_node, instance.created_at_us),
    GQL_CALL("customer", resolve_customer),
    GQL_UINT64("deployedVersion", struct instance_node, instance.deployment),
    GQL_CALL("description", resolve_description),
    GQL_BOOL("enabled", struct instance_node, instance.is_enabled),
    GQL_PAGED(
        "flowConfigs", resolve_flow_configs, PAGE_ARGS " flow_Name orderBy sortBy", PAGE_SIZE),
    GQL_ID("id", struct instance_node, instance.id, "Instance"),
    GQL_CALL("inFailedState", resolve_failed_state),
    GQL_CALL("integration", resolve_integration),
    GQL_BOOL("isSystem", struct instance_node, instance.is_system),
    GQL_CALL("labels", resolve_labels),
    GQL_TIME("lastDeployedAt", struct instance_node, instance.deployed_at_us),
    GQL_CALL("lastExecutedAt", resolve_last_executed),
    GQL_CALL("missingConfig", resolve_missing),
    GQL_TEXT("name", struct instance_node, instance.name),
    GQL_CALL("needsDeploy", resolve_needs_deploy),
    GQL_CALL("newestAvailableVersion", resolve_newest),
    GQL_UINT64("streamVersion", struct instance_node, instance.revision),
    GQL_TIME("updatedAt", struct instance_node, instance.updated_at_us),
};

static const struct gql_binding flow_config_fields[] = {
    GQL_CALL("apiKeys", resolve_keys),
    GQL_CALL("flow", resolve_flow),
    GQL_ID("id", struct flow_config_node, id, "InstanceFlowConfig"),
    GQL_CALL("inFailedState", resolve_flow_failed),
    GQL_OBJECT("instance", struct flow_config_node, instance),
    GQL_CALL("lastExecutedAt", resolve_flow_last),
    GQL_CALL("webhookUrl", resolve_webhook_url),
};

static const struct gql_binding var_fields[] = {
    GQL_ALWAYS_NULL("authorizeUrl"), /* no connection needs a visit to an authorization server */
    GQL_ID("id", struct instance_var_node, id, "InstanceConfigVariable"),
    GQL_PAGED("inputs", resolve_inputs, "after before first last", PAGE_SIZE),
    GQL_OBJECT("instance", struct instance_var_node, instance),
    GQL_CALL("meta", resolve_var_meta),
    GQL_OBJECT("requiredConfigVariable", struct instance_var_node, required),
    GQL_CALL("scheduleType", resolve_var_schedule_type),
    GQL_STRING("status", struct instance_var_node, status),
    GQL_CALL("timeZone", resolve_var_time_zone),
    GQL_CALL("value", resolve_value),
};

static const struct gql_binding payload_fields[] = {GQL_CALL("instance", resolve_payload)};
static const struct gql_binding suggested_fields[] = {
    GQL_CALL("suggestedLabels", resolve_suggested)};

static const struct gql_type_binding types[] = {
    GQL_TYPE("RootQuery", query_fields),
    {"RootMutation", instance_mutation_fields, INSTANCE_MUTATION_FIELDS},
    GQL_TYPE("Instance", instance_fields),
    GQL_TYPE("InstanceFlowConfig", flow_config_fields),
    GQL_TYPE("InstanceConfigVariable", var_fields),
    GQL_TYPE("CreateInstancePayload", payload_fields),
    GQL_TYPE("CreateInstancePayload", suggested_fields),
    GQL_TYPE("UpdateInstancePayload", payload_fields),
    GQL_TYPE("UpdateInstanceConfigVariablesPayload", payload_fields),
    GQL_TYPE("DeployInstancePayload", payload_fields),
};

static const struct gql_input_binding inputs[] = {
    {"InstanceOrder", "direction field"},
    {"InstanceFlowConfigOrder", "direction field"},
    {"InputInstanceConfigVariable", "key scheduleType timeZone value values"},
    {"InputInstanceFlowConfig", "apiKeys flowId"},
    {"CreateInstanceInput",
     "clientMutationId configVariables customer description integration labels name"},
    {"UpdateInstanceInput", "clientMutationId configMode configVariables description enabled "
                            "expectedVersion flowConfigs id integration labels name"},
    {"UpdateInstanceConfigVariablesInput", "clientMutationId configVariables expectedVersion id"},
    {"DeployInstanceInput", "clientMutationId expectedVersion force id"},
};

const struct gql_bindings instances_bindings = {
    .types = types,
    .type_count = sizeof types / sizeof types[0],
    .inputs = inputs,
    .input_count = sizeof inputs / sizeof inputs[0],
};
