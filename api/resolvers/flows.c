#include "api/resolvers/flows.h"

#include "api/commands/instance_commands.h"
#include "api/resolvers/bindings.h"
#include "core/base/check.h"
#include "core/base/json_out.h"
#include "core/definition/component.h"
#include "projections/integrations_view.h"

#include <sodium.h>

/* ---- ids ---- */

static struct uuid derived(struct uuid parent, const char *tag, struct slice name)
{
    return id_derived(parent, tag, name);
}

struct slice flow_config_node_url(const struct gql_call *call, struct uuid flow_config)
{
    struct slice id = id_text(call->arena, "InstanceFlowConfig", flow_config);
    return arena_format(call->arena, "%s/trigger/%.*s",
                        graph_context_of(call)->graph->options.public_url, SLICE_ARGS(id));
}

/* A few bytes of a digest: enough to tell keys apart, nothing to guess from. */
static struct slice fingerprint(const struct gql_call *call, struct slice digest)
{
    char hex[9] = "";
    if (digest.size >= 4) {
        (void)sodium_bin2hex(hex, sizeof hex, (const unsigned char *)digest.data, 4);
    }
    return arena_format(call->arena, "key:%s", hex);
}

enum err flows_fingerprints(const struct gql_call *call,
                            struct text_list digests,
                            struct gql_result *ret,
                            struct error *reterr)
{
    struct slice *texts = ARENA_ARRAY(call->arena, struct slice, digests.count);
    if (texts == NULL) {
        return arena_error(call->arena, "keys", reterr);
    }
    for (uint32_t i = 0; i < digests.count; i++) {
        texts[i] = fingerprint(call, digests.items[i]);
    }
    *ret = gql_result_texts(texts, digests.count);
    return ERR_OK;
}

/* ---- flows ---- */

static struct flow_node *make_flow(const struct gql_call *call,
                                   const struct integration_node *integration,
                                   const struct flow_definition *flow)
{
    struct flow_node *node = ARENA_NEW(call->arena, struct flow_node);
    if (node != NULL) {
        node->integration = integration;
        node->flow = flow;
        node->id = integrations_view_flow_id(integration->node_id, flow->identity);
    }
    return node;
}

enum err flow_node_load(const struct gql_call *call,
                        const struct integration_node *integration,
                        const struct instance_flow *config,
                        const struct flow_node **ret,
                        struct error *reterr)
{
    const struct definition *definition = NULL;
    enum err e = integration_node_definition(call, integration, &definition, reterr);
    if (e != ERR_OK) {
        return e;
    }
    const struct flow_definition *flow = instance_flow_definition(config, definition);
    *ret = flow != NULL ? make_flow(call, integration, flow) : NULL;
    return ERR_OK;
}

enum err flows_find(const struct gql_call *call,
                    struct uuid integration,
                    uint64_t number,
                    struct slice identity,
                    const struct definition **ret_definition,
                    const struct flow_definition **ret,
                    struct error *reterr)
{
    const struct integration_node *node = NULL;
    enum err e = integration_node_load_version(call, integration, number, &node, reterr);
    e = e != ERR_OK ? e : integration_node_definition(call, node, ret_definition, reterr);
    *ret = e == ERR_OK ? definition_flow(*ret_definition, identity) : NULL;
    return e;
}

enum err flows_page(const struct gql_call *call,
                    const struct integration_node *node,
                    const struct page **ret,
                    struct error *reterr)
{
    const struct definition *definition = NULL;
    struct page_request request;
    enum err e = page_request_of(call, PAGE_SIZE, &request, reterr);
    e = e != ERR_OK ? e : integration_node_definition(call, node, &definition, reterr);
    if (e != ERR_OK) {
        return e;
    }
    const void **nodes = ARENA_ARRAY(call->arena, const void *, definition->flow_count);
    for (uint32_t i = 0; nodes != NULL && i < definition->flow_count; i++) {
        nodes[i] = make_flow(call, node, &definition->flows[i]);
    }
    return nodes == NULL
               ? arena_error(call->arena, "the flows", reterr)
               : page_of_array(call, &request, nodes, definition->flow_count, ret, reterr);
}

static const struct flow_definition *flow_of(const struct gql_call *call)
{
    return ((const struct flow_node *)call->parent)->flow;
}

static enum err text_or_null(struct slice text, struct gql_result *ret)
{
    *ret = text.size > 0 ? gql_result_text(text) : gql_result_null();
    return ERR_OK;
}

static enum err
resolve_flow_name(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_text(flow_of(call)->name);
    return ERR_OK;
}

static enum err
resolve_flow_description(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_text(flow_of(call)->description);
    return ERR_OK;
}

static enum err
resolve_flow_stable_key(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    return text_or_null(flow_of(call)->stable_key, ret);
}

static enum err
resolve_security(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    static const char *const names[] = {
        [SECURITY_CUSTOMER_OPTIONAL] = "CUSTOMER_OPTIONAL",
        [SECURITY_UNSECURED] = "UNSECURED",
        [SECURITY_CUSTOMER_REQUIRED] = "CUSTOMER_REQUIRED",
        [SECURITY_ORGANIZATION] = "ORGANIZATION",
    };
    (void)reterr;
    *ret = gql_result_string(names[flow_of(call)->security]);
    return ERR_OK;
}

static enum err
resolve_synchronous(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_bool(flow_of(call)->is_synchronous);
    return ERR_OK;
}

static enum err
resolve_agent_flow(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_bool(flow_of(call)->is_agent_flow);
    return ERR_OK;
}

static enum err
resolve_retry_attempts(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_int(flow_of(call)->retry.max_attempts);
    return ERR_OK;
}

static enum err
resolve_retry_delay(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_int(flow_of(call)->retry.delay_minutes);
    return ERR_OK;
}

static enum err
resolve_retry_backoff(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_bool(flow_of(call)->retry.exponential_backoff);
    return ERR_OK;
}

static enum err
resolve_singleton(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_bool(flow_of(call)->queue.singleton);
    return ERR_OK;
}

static enum err resolve_fifo(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_bool(flow_of(call)->queue.fifo);
    return ERR_OK;
}

static enum err
resolve_sort_order(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_int(flow_of(call)->index);
    return ERR_OK;
}

static enum err resolve_schemas(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    const struct value *schemas = &flow_of(call)->schemas;
    *ret = schemas->type == VALUE_NULL ? gql_result_null()
                                       : gql_result_text(json_out_to_arena(call->arena, schemas));
    return ERR_OK;
}

/* Keys of the definition itself are kept sealed; their fingerprints are made like those of
 * instances. */
static enum err
resolve_organization_keys(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct flow_definition *flow = flow_of(call);
    struct journal *journal = engine_journal(graph_context_of(call)->graph->options.engine);
    unsigned char *digests =
        arena_alloc(call->arena, (size_t)flow->organization_key_count * INSTANCE_KEY_DIGEST_BYTES);
    struct text_list list = {ARENA_ARRAY(call->arena, struct slice, flow->organization_key_count),
                             0};
    struct data_key key;
    if (digests == NULL || list.items == NULL) {
        return arena_error(call->arena, "keys", reterr);
    }
    enum err e = keyring_get(journal_keyring(journal), journal_own_key(journal), &key, reterr);
    for (uint32_t i = 0; i < flow->organization_key_count && e == ERR_OK; i++) {
        unsigned char *digest = digests + (size_t)i * INSTANCE_KEY_DIGEST_BYTES;
        instance_key_digest(&key, flow->organization_keys[i], digest);
        list.items[list.count++] = slice_of(digest, INSTANCE_KEY_DIGEST_BYTES);
    }
    sodium_memzero(&key, sizeof key);
    return e != ERR_OK ? e : flows_fingerprints(call, list, ret, reterr);
}

/* The webhook URL of the draft's flow on the system instance: versions show that of the draft too.
 */
static enum err
resolve_test_url(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct flow_node *node = call->parent;
    const struct instance_node *system = NULL;
    const struct definition *definition = NULL;
    enum err e =
        instance_node_load(call, node->integration->integration.system_instance, &system, reterr);
    e = e != ERR_OK ? e : integration_node_definition(call, node->integration, &definition, reterr);
    if (e != ERR_OK) {
        return e;
    }
    const struct instance_flow *flow =
        instance_flow_for(&system->instance, definition, node->flow, NULL);
    if (flow == NULL) {
        return error_set(reterr, ERR_NOT_FOUND, "the draft never had this flow");
    }
    *ret = gql_result_text(flow_config_node_url(call, flow->id));
    return ERR_OK;
}

/* ---- steps and actions ---- */

struct action_node {
    struct uuid id; /* of the step */
    const struct step *step;
};

static enum err resolve_trigger(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct flow_node *flow = call->parent;
    struct action_node *node = ARENA_NEW(call->arena, struct action_node);
    if (node == NULL) {
        return arena_error(call->arena, "a trigger", reterr);
    }
    node->step = &flow->flow->steps[0];
    node->id = derived(flow->id, "step", node->step->name);
    *ret = gql_result_object(node);
    return ERR_OK;
}

static const struct step *step_of(const struct gql_call *call)
{
    return ((const struct action_node *)call->parent)->step;
}

static enum err
resolve_step_name(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_text(step_of(call)->name);
    return ERR_OK;
}

static enum err
resolve_step_description(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct slice description = step_of(call)->description;
    (void)reterr;
    *ret = gql_result_text(description.data != NULL ? description : SLICE(""));
    return ERR_OK;
}

static enum err
resolve_step_stable_key(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    return text_or_null(step_of(call)->stable_key, ret);
}

static enum err
resolve_action_id(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct step *step = step_of(call);
    static const struct uuid none;
    (void)reterr;
    struct uuid component = derived(none, "component", step->action.component);
    *ret = gql_result_id("Action", derived(component, "action", step->action.key));
    return ERR_OK;
}

static enum err
resolve_action_key(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_text(step_of(call)->action.key);
    return ERR_OK;
}

static enum err
resolve_is_trigger(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct component_action *builtin = step_of(call)->builtin;
    (void)reterr;
    *ret = builtin != NULL ? gql_result_bool(builtin->is_trigger) : gql_result_null();
    return ERR_OK;
}

/* No built-in trigger polls; of others nothing is known. */
static enum err
resolve_is_polling(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = step_of(call)->builtin != NULL ? gql_result_bool(false) : gql_result_null();
    return ERR_OK;
}

static enum err
resolve_schedule_support(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct component_action *builtin = step_of(call)->builtin;
    (void)reterr;
    *ret = builtin == NULL ? gql_result_null()
                           : gql_result_string(builtin->is_scheduled ? "REQUIRED" : "INVALID");
    return ERR_OK;
}

static enum err
resolve_component(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    bool named = step_of(call)->action.component.size > 0;
    *ret = named ? gql_result_object(call->parent) : gql_result_null();
    return ERR_OK;
}

static enum err
resolve_component_id(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    static const struct uuid none;
    (void)reterr;
    *ret = gql_result_id("Component", derived(none, "component", step_of(call)->action.component));
    return ERR_OK;
}

static enum err
resolve_component_key(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_text(step_of(call)->action.component);
    return ERR_OK;
}

static enum err
resolve_component_public(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_bool(step_of(call)->action.is_public);
    return ERR_OK;
}

/* ---- config variables ---- */

const struct config_var_node *config_var_node_of(const struct gql_call *call,
                                                 struct uuid integration_node,
                                                 const struct config_var *var,
                                                 int sort_order)
{
    struct config_var_node *node = ARENA_NEW(call->arena, struct config_var_node);
    if (node != NULL) {
        node->var = var;
        node->node = integration_node;
        node->id = derived(integration_node, "configVar", var->identity);
        node->sort_order = sort_order;
    }
    return node;
}

enum err flows_config_var_page(const struct gql_call *call,
                               const struct integration_node *node,
                               const struct page **ret,
                               struct error *reterr)
{
    const struct definition *definition = NULL;
    struct page_request request;
    enum err e = page_request_of(call, PAGE_SIZE, &request, reterr);
    e = e != ERR_OK ? e : integration_node_definition(call, node, &definition, reterr);
    if (e != ERR_OK) {
        return e;
    }
    uint32_t count = definition->config_var_count;
    const void **nodes = ARENA_ARRAY(call->arena, const void *, count);
    for (uint32_t i = 0; nodes != NULL && i < count; i++) {
        nodes[i] = config_var_node_of(call, node->node_id, &definition->config_vars[i], (int)i);
    }
    return nodes == NULL ? arena_error(call->arena, "the config variables", reterr)
                         : page_of_array(call, &request, nodes, count, ret, reterr);
}

static const struct config_var *var_of(const struct gql_call *call)
{
    return ((const struct config_var_node *)call->parent)->var;
}

static enum err
resolve_code_language(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    static const char *const names[] = {NULL, "JSON", "XML", "HTML"};
    (void)reterr;
    *ret = gql_result_string(names[var_of(call)->code_language]);
    return ERR_OK;
}

static enum err
resolve_collection(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    static const char *const names[] = {NULL, "VALUELIST", "KEYVALUELIST"};
    (void)reterr;
    *ret = gql_result_string(names[var_of(call)->collection]);
    return ERR_OK;
}

static enum err
resolve_data_type(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    static const char *const names[] = {
        "STRING",         "NUMBER",     "BOOLEAN",   "DATE",     "TIMESTAMP",
        "PICKLIST",       "CODE",       "SCHEDULE",  "JSONFORM", "OBJECTSELECTION",
        "OBJECTFIELDMAP", "CONNECTION", "CREDENTIAL"};
    (void)reterr;
    *ret = gql_result_string(names[var_of(call)->data_type]);
    return ERR_OK;
}

static enum err resolve_default(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct config_var *var = var_of(call);
    (void)reterr;
    *ret = var->has_default
               ? gql_result_text(var->default_value.data != NULL ? var->default_value : SLICE(""))
               : gql_result_null();
    return ERR_OK;
}

static enum err
resolve_var_description(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    return text_or_null(var_of(call)->description, ret);
}

static enum err resolve_var_key(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_text(var_of(call)->key);
    return ERR_OK;
}

static enum err
resolve_var_stable_key(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    return text_or_null(var_of(call)->stable_key, ret);
}

static enum err
resolve_var_meta(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct value *meta = &var_of(call)->meta;
    (void)reterr;
    *ret = meta->type == VALUE_NULL ? gql_result_null()
                                    : gql_result_text(json_out_to_arena(call->arena, meta));
    return ERR_OK;
}

static enum err
resolve_on_premise(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct slice setting = var_of(call)->on_premise;
    bool required = slice_is(setting, "required");
    (void)reterr;
    *ret = gql_result_string(required ? "REQUIRED"
                                      : (slice_is(setting, "allowed") ? "ALLOWED" : "DISALLOWED"));
    return ERR_OK;
}

static enum err
resolve_org_only(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_bool(var_of(call)->visibility.org_only);
    return ERR_OK;
}

static enum err
resolve_pick_list(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct config_var *var = var_of(call);
    (void)reterr;
    *ret = var->pick_list_count > 0 ? gql_result_texts(var->pick_list, var->pick_list_count)
                                    : gql_result_null();
    return ERR_OK;
}

const char *flows_schedule_type_name(enum schedule_type type)
{
    static const char *const names[] = {NULL,     "NONE", "ONCE", "CUSTOM",
                                        "MINUTE", "HOUR", "DAY",  "WEEK"};
    return (unsigned)type < ARRAY_COUNT(names) ? names[type] : NULL;
}

static enum err
resolve_schedule_type(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_string(flows_schedule_type_name(var_of(call)->schedule_type));
    return ERR_OK;
}

static enum err
resolve_time_zone(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    return text_or_null(var_of(call)->time_zone, ret);
}

/* ---- inputs ---- */

struct expression_node *
expression_node_of(const struct gql_call *call, struct uuid parent, const struct input *input)
{
    struct expression_node *node = ARENA_NEW(call->arena, struct expression_node);
    if (node != NULL) {
        *node = (struct expression_node){
            .id = derived(parent, "input", input->key),
            .name = input->key,
            .type = input->type,
            .value = input->secret ? SLICE("") : input->text,
            .has_value = input->text.size > 0 || input->item_count > 0,
            .meta = &input->meta,
        };
    }
    return node;
}

static enum err
resolve_var_inputs(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct config_var_node *node = call->parent;
    const struct page *page = NULL;
    struct page_request request;
    enum err e = page_request_of(call, PAGE_SIZE, &request, reterr);
    const void **nodes = ARENA_ARRAY(call->arena, const void *, node->var->input_count);
    for (uint32_t i = 0; nodes != NULL && i < node->var->input_count; i++) {
        nodes[i] = expression_node_of(call, node->id, &node->var->inputs[i]);
    }
    if (e == ERR_OK && nodes == NULL) {
        e = arena_error(call->arena, "inputs", reterr);
    }
    e = e != ERR_OK ? e
                    : page_of_array(call, &request, nodes, node->var->input_count, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

static enum err
resolve_input_type(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    static const char *const names[] = {
        [INPUT_VALUE] = "VALUE",         [INPUT_CONFIGVAR] = "CONFIGVAR",
        [INPUT_REFERENCE] = "REFERENCE", [INPUT_TEMPLATE] = "TEMPLATE",
        [INPUT_COMPLEX] = "COMPLEX",     [INPUT_LIST] = "COMPLEX",
        [INPUT_DATASOURCE] = "VALUE",
    };
    const struct expression_node *node = call->parent;
    (void)reterr;
    *ret = gql_result_string(names[node->type]);
    return ERR_OK;
}

static enum err
resolve_input_value(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct expression_node *node = call->parent;
    (void)reterr;
    *ret = gql_result_text(node->value.data != NULL ? node->value : SLICE(""));
    return ERR_OK;
}

static enum err
resolve_input_meta(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct expression_node *node = call->parent;
    (void)reterr;
    *ret = value_is_null(node->meta) ? gql_result_null()
                                     : gql_result_text(json_out_to_arena(call->arena, node->meta));
    return ERR_OK;
}

/* ---- tables ---- */

static const struct gql_binding flow_fields[] = {
    GQL_CALL("description", resolve_flow_description),
    GQL_CALL("endpointSecurityType", resolve_security),
    GQL_ID("id", struct flow_node, id, "IntegrationFlow"),
    GQL_CALL("isAgentFlow", resolve_agent_flow),
    GQL_CALL("isSynchronous", resolve_synchronous),
    GQL_CALL("name", resolve_flow_name),
    GQL_CALL("organizationApiKeys", resolve_organization_keys),
    GQL_CALL("retryDelayMinutes", resolve_retry_delay),
    GQL_CALL("retryMaxAttempts", resolve_retry_attempts),
    GQL_CALL("retryUsesExponentialBackoff", resolve_retry_backoff),
    GQL_CALL("schemas", resolve_schemas),
    GQL_CALL("singletonExecutions", resolve_singleton),
    GQL_CALL("sortOrder", resolve_sort_order),
    GQL_CALL("stableKey", resolve_flow_stable_key),
    GQL_CALL("testUrl", resolve_test_url),
    GQL_CALL("trigger", resolve_trigger),
    GQL_CALL("usesFifoQueue", resolve_fifo),
};

static const struct gql_binding step_fields[] = {
    GQL_SELF("action"),
    GQL_CALL("description", resolve_step_description),
    GQL_ID("id", struct action_node, id, "IntegrationAction"),
    GQL_CALL("name", resolve_step_name),
    GQL_CALL("stableKey", resolve_step_stable_key),
};

static const struct gql_binding action_fields[] = {
    GQL_CALL("component", resolve_component),
    GQL_CALL("id", resolve_action_id),
    GQL_CALL("isPollingTrigger", resolve_is_polling),
    GQL_CALL("isTrigger", resolve_is_trigger),
    GQL_CALL("key", resolve_action_key),
    GQL_CALL("scheduleSupport", resolve_schedule_support),
};

static const struct gql_binding component_fields[] = {
    GQL_CALL("id", resolve_component_id),
    GQL_CALL("key", resolve_component_key),
    GQL_CALL("public", resolve_component_public),
};

static const struct gql_binding var_fields[] = {
    GQL_CALL("codeLanguage", resolve_code_language),
    GQL_CALL("collectionType", resolve_collection),
    GQL_CALL("dataType", resolve_data_type),
    GQL_CALL("defaultValue", resolve_default),
    GQL_CALL("description", resolve_var_description),
    GQL_ID("id", struct config_var_node, id, "RequiredConfigVariable"),
    GQL_PAGED("inputs", resolve_var_inputs, "after before first last", PAGE_SIZE),
    GQL_CALL("key", resolve_var_key),
    GQL_CALL("meta", resolve_var_meta),
    GQL_CALL("onPremiseConnectionConfig", resolve_on_premise),
    GQL_CALL("orgOnly", resolve_org_only),
    GQL_CALL("pickList", resolve_pick_list),
    GQL_CALL("scheduleType", resolve_schedule_type),
    GQL_INT("sortOrder", struct config_var_node, sort_order),
    GQL_CALL("stableKey", resolve_var_stable_key),
    GQL_CALL("timeZone", resolve_time_zone),
};

static const struct gql_binding expression_fields[] = {
    GQL_BOOL("hasValue", struct expression_node, has_value),
    GQL_ID("id", struct expression_node, id, "Expression"),
    GQL_CALL("meta", resolve_input_meta),
    GQL_TEXT("name", struct expression_node, name),
    GQL_CALL("type", resolve_input_type),
    GQL_CALL("value", resolve_input_value),
};

static const struct gql_type_binding types[] = {
    GQL_TYPE("IntegrationFlow", flow_fields),
    GQL_TYPE("IntegrationAction", step_fields),
    GQL_TYPE("Action", action_fields),
    GQL_TYPE("Component", component_fields),
    GQL_TYPE("RequiredConfigVariable", var_fields),
    GQL_TYPE("Expression", expression_fields),
};

const struct gql_bindings flows_bindings = {
    .types = types,
    .type_count = sizeof types / sizeof types[0],
};
