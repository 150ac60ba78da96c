/* Integrations: drafts, versions, lists. Their mutations are in integration_mutations.c. */
#include "api/resolvers/bindings.h"
#include "api/resolvers/filter.h"
#include "api/resolvers/flows.h"
#include "api/resolvers/instance_lists.h"
#include "api/resolvers/integration_mutations.h"
#include "api/resolvers/nodes.h"
#include "core/base/json_out.h"
#include "projections/access_view.h"
#include "projections/integrations_view.h"

/* ---- loading ---- */

static void show_draft(struct integration_node *node)
{
    const struct integration *it = &node->integration;
    node->node_id = it->id;
    node->definition_seq = it->draft_seq;
    node->name = it->name;
    node->description = it->description;
    node->category = it->category;
    node->labels = it->labels;
    node->created_at_us = it->created_at_us;
    node->updated_at_us = it->updated_at_us;
}

/* A version is as it was published, whatever the draft says now. */
static void show_version(struct integration_node *node)
{
    const struct integration_version *it = &node->version;
    node->node_id = it->id;
    node->definition_seq = it->draft_seq;
    node->name = it->name;
    node->description = it->description;
    node->category = it->category;
    node->labels = it->labels;
    node->created_at_us = it->created_at_us;
    node->updated_at_us = it->created_at_us;
}

static enum err make_node(const struct gql_call *call,
                          const struct integration *integration,
                          uint64_t number,
                          const struct integration_node **ret,
                          struct error *reterr)
{
    struct integration_node *node = ARENA_NEW(call->arena, struct integration_node);
    if (node == NULL) {
        return arena_error(call->arena, "an integration", reterr);
    }
    node->integration = *integration;
    *ret = node;
    if (number == 0) {
        show_draft(node);
        return ERR_OK;
    }
    enum err e = integrations_view_version(graph_context_of(call)->reading->views, integration->id,
                                           number, call->arena, &node->version, reterr);
    if (e == ERR_OK) {
        show_version(node);
    }
    return e;
}

enum err integration_node_load_version(const struct gql_call *call,
                                       struct uuid integration,
                                       uint64_t number,
                                       const struct integration_node **ret,
                                       struct error *reterr)
{
    struct integration row;
    enum err e = integrations_view_get(graph_context_of(call)->reading->views, integration,
                                       call->arena, &row, reterr);
    e = e != ERR_OK ? e : make_node(call, &row, number, ret, reterr);
    return e == ERR_NOT_FOUND ? error_set(reterr, e, "Integration not found") : e;
}

enum err integration_node_load(const struct gql_call *call,
                               struct uuid outside_id,
                               const struct integration_node **ret,
                               struct error *reterr)
{
    struct uuid integration;
    uint64_t number = 0;
    enum err e = integrations_view_resolve(graph_context_of(call)->reading->views, outside_id,
                                           &integration, &number, reterr);
    if (e == ERR_NOT_FOUND) {
        return error_set(reterr, e, "Integration not found");
    }
    return e != ERR_OK ? e : integration_node_load_version(call, integration, number, ret, reterr);
}

enum err integration_node_definition(const struct gql_call *call,
                                     const struct integration_node *node,
                                     const struct definition **ret,
                                     struct error *reterr)
{
    return graph_definition(graph_context_of(call), node->definition_seq, ret, reterr);
}

static bool is_draft(const struct integration_node *node)
{
    return node->version.number == 0;
}

/* ---- fields from the definition ---- */

static enum err
definition_of(const struct gql_call *call, const struct definition **ret, struct error *reterr)
{
    return integration_node_definition(call, call->parent, ret, reterr);
}

static enum err resolve_labels(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct integration_node *node = call->parent;
    (void)reterr;
    *ret = gql_result_texts(node->labels.items, node->labels.count);
    return ERR_OK;
}

static enum err
resolve_definition(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct definition *definition = NULL;
    enum err e = definition_of(call, &definition, reterr);
    if (e != ERR_OK) {
        return e;
    }
    int64_t wanted = value_int_of(gql_argument(call, "version"), definition->version);
    if (wanted != definition->version) {
        return error_set(reterr, ERR_UNSUPPORTED,
                         "the definition is of definitionVersion %d and is given out as it was "
                         "imported; version %lld cannot be made of it",
                         definition->version, (long long)wanted);
    }
    if (value_bool_of(gql_argument(call, "useLatestComponentVersions"), false)) {
        return error_set(reterr, ERR_UNSUPPORTED,
                         "useLatestComponentVersions: the definition is given out as it was "
                         "imported, with the component versions it names");
    }
    *ret = gql_result_text(definition->text);
    return ERR_OK;
}

static enum err
resolve_documentation(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct definition *definition = NULL;
    enum err e = definition_of(call, &definition, reterr);
    *ret = e == ERR_OK ? gql_result_text(definition->documentation) : gql_result_null();
    return e;
}

static enum err
resolve_external_version(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct definition *definition = NULL;
    enum err e = definition_of(call, &definition, reterr);
    bool given = e == ERR_OK && definition->external_version.size > 0;
    *ret = given ? gql_result_text(definition->external_version) : gql_result_null();
    return e;
}

static enum err
resolve_endpoint_type(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    static const char *const names[] = {"FLOW_SPECIFIC", "INSTANCE_SPECIFIC", "SHARED_INSTANCE"};
    const struct definition *definition = NULL;
    enum err e = definition_of(call, &definition, reterr);
    *ret = e == ERR_OK ? gql_result_string(names[definition->endpoint_type]) : gql_result_null();
    return e;
}

static enum err
resolve_code_native(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct definition *definition = NULL;
    enum err e = definition_of(call, &definition, reterr);
    *ret = gql_result_bool(e == ERR_OK && definition->is_code_native);
    return e;
}

static void write_page(struct json_out *json, const struct config_page *page)
{
    static const char *const types[] = {"configVar", "htmlElement", "jsonForm"};
    json_out_begin_object(json);
    json_out_member_text(json, "name", page->name);
    json_out_member_text(json, "tagline", page->tagline);
    json_out_member_bool(json, "userLevelConfigured", page->user_level);
    json_out_key(json, "elements");
    json_out_begin_list(json);
    for (uint32_t i = 0; i < page->element_count; i++) {
        json_out_begin_object(json);
        json_out_member_string(json, "type", types[page->elements[i].type]);
        json_out_member_text(json, "value", page->elements[i].value);
        json_out_end_object(json);
    }
    json_out_end_list(json);
    json_out_end_object(json);
}

static enum err
resolve_config_pages(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct definition *definition = NULL;
    enum err e = definition_of(call, &definition, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct buf out;
    buf_init(&out, 2 * LIMIT_DEFINITION_BYTES);
    struct json_out json = json_out(&out);
    json_out_begin_list(&json);
    for (uint32_t i = 0; i < definition->page_count; i++) {
        write_page(&json, &definition->pages[i]);
    }
    json_out_end_list(&json);
    e = buf_check(&out, "configPages", reterr);
    *ret = gql_result_text(arena_copy(call->arena, buf_slice(&out)));
    buf_deinit(&out);
    return e;
}

/* ---- fields of the row ---- */

static bool has_unpublished_changes(const struct integration *it)
{
    return it->latest_version == 0 || !slice_equal(it->draft_mark, it->published_mark);
}

static enum err
resolve_unpublished(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct integration_node *node = call->parent;
    (void)reterr;
    *ret = gql_result_bool(is_draft(node) && has_unpublished_changes(&node->integration));
    return ERR_OK;
}

static enum err
resolve_available(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct integration_node *node = call->parent;
    (void)reterr;
    *ret = gql_result_bool(node->version.is_available); /* a draft cannot be chosen */
    return ERR_OK;
}

static enum err resolve_latest(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct integration_node *node = call->parent;
    (void)reterr;
    *ret = gql_result_bool(!is_draft(node) &&
                           node->version.number == node->integration.latest_version);
    return ERR_OK;
}

static enum err resolve_comment(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct integration_node *node = call->parent;
    (void)reterr;
    *ret = is_draft(node) ? gql_result_null() : gql_result_text(node->version.comment);
    return ERR_OK;
}

static enum err
resolve_attributes(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct integration_node *node = call->parent;
    (void)reterr;
    *ret = node->version.attributes.size > 0 ? gql_result_text(node->version.attributes)
                                             : gql_result_null();
    return ERR_OK;
}

static enum err
resolve_created_by(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct integration_node *node = call->parent;
    *ret = gql_result_null();
    if (uuid_is_zero(node->version.created_by)) {
        return ERR_OK;
    }
    struct user *user = ARENA_NEW(call->arena, struct user);
    if (user == NULL) {
        return arena_error(call->arena, "the user", reterr);
    }
    *ret = gql_result_object(user);
    return access_view_user(graph_context_of(call)->reading->views, node->version.created_by,
                            call->arena, user, reterr);
}

/* ---- relations ---- */

static enum err resolve_flows(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct page *page = NULL;
    enum err e = flows_page(call, call->parent, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

static enum err
resolve_required(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct page *page = NULL;
    enum err e = flows_config_var_page(call, call->parent, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

static enum err
resolve_instances(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct integration_node *node = call->parent;
    const struct page *page = NULL;
    enum err e = instance_list_of_integration(call, node->integration.id, node->version.number,
                                              &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

static enum err
load_system(const struct gql_call *call, const struct instance_node **ret, struct error *reterr)
{
    const struct integration_node *node = call->parent;
    return instance_node_load(call, node->integration.system_instance, ret, reterr);
}

static enum err
resolve_system_instance(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct instance_node *node = NULL;
    enum err e = load_system(call, &node, reterr);
    *ret = gql_result_object(node);
    return e;
}

static enum err
resolve_test_config(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct instance_node *node = NULL;
    const struct page *page = NULL;
    enum err e = load_system(call, &node, reterr);
    e = e != ERR_OK ? e : flows_instance_config_page(call, node, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

/* ---- lists ---- */

static struct filter_key key_of(const void *node, struct slice field)
{
    const struct integration_node *it = node;
    if (slice_is(field, "NAME")) {
        return (struct filter_key){.text = it->name};
    }
    if (slice_is(field, "DESCRIPTION")) {
        return (struct filter_key){.text = it->description};
    }
    if (slice_is(field, "CATEGORY")) {
        return (struct filter_key){.text = it->category};
    }
    if (slice_is(field, "VERSION_NUMBER")) {
        return (struct filter_key){.number = (int64_t)it->version.number};
    }
    if (slice_is(field, "PUBLISHED_AT")) {
        return (struct filter_key){.number = it->version.created_at_us};
    }
    bool updated = slice_is(field, "UPDATED_AT");
    return (struct filter_key){.number = updated ? it->updated_at_us : it->created_at_us};
}

static bool passes(const struct gql_call *call, const struct integration_node *it)
{
    char sequence[UUID_TEXT_SIZE];
    uuid_format(it->integration.id, sequence);
    const struct value *number = gql_argument(call, "versionNumber");
    /* All of them are the organization's: a filter by customer lets nothing through. */
    return gql_argument(call, "customer") == NULL &&
           value_bool_of(gql_argument(call, "customer_Isnull"), true) &&
           filter_text(call, "name", it->name) &&
           filter_contains(call, "name_Icontains", it->name) &&
           filter_contains(call, "description_Icontains", it->description) &&
           filter_text(call, "category", it->category) &&
           filter_contains(call, "category_Icontains", it->category) &&
           filter_label(call, "labels_Contains", it->labels) &&
           filter_time(call, "createdAt", it->created_at_us) &&
           filter_time(call, "updatedAt", it->updated_at_us) &&
           filter_word(call, "versionSequenceId", slice_of_text(sequence)) &&
           filter_bool(call, "versionIsAvailable", it->version.is_available) &&
           filter_bool(call, "hasUnpublishedChanges",
                       is_draft(it) && has_unpublished_changes(&it->integration)) &&
           (number == NULL || value_int_of(number, -1) == (int64_t)it->version.number);
}

/* The rows of a list: every draft, and with `allVersions` its versions behind it. */
struct gathering {
    const struct gql_call *call;
    bool all_versions;
    const void **nodes;
    size_t count;
    size_t capacity;
};

static enum err
add_node(struct gathering *it, const struct integration_node *node, struct error *reterr)
{
    if (!passes(it->call, node)) {
        return ERR_OK;
    }
    if (it->count == it->capacity) {
        size_t wanted = it->capacity == 0 ? 64 : it->capacity * 2;
        const void **grown = ARENA_ARRAY(it->call->arena, const void *, wanted);
        if (grown == NULL || wanted > FILTER_ROWS_MAX * 2) {
            return error_set(reterr, ERR_LIMIT, "too many integrations for one list: filter them");
        }
        for (size_t i = 0; i < it->count; i++) {
            grown[i] = it->nodes[i];
        }
        it->nodes = grown;
        it->capacity = wanted;
    }
    it->nodes[it->count++] = node;
    return ERR_OK;
}

static enum err
add_integration(struct gathering *it, struct uuid id, struct slice row, struct error *reterr)
{
    struct integration integration;
    const struct integration_node *node = NULL;
    struct arena *arena = it->call->arena;
    enum err e = integration_get(arena_copy(arena, row), id, arena, &integration, reterr);
    e = e != ERR_OK ? e : make_node(it->call, &integration, 0, &node, reterr);
    e = e != ERR_OK ? e : add_node(it, node, reterr);
    for (uint64_t number = integration.latest_version;
         e == ERR_OK && it->all_versions && number > 0; number--) {
        e = make_node(it->call, &integration, number, &node, reterr);
        e = e != ERR_OK ? e : add_node(it, node, reterr);
    }
    return e;
}

static enum err gather(struct gathering *it, struct error *reterr)
{
    struct views_cursor cursor;
    enum err e = views_cursor_open(graph_context_of(it->call)->reading->views, VIEWS_INTEGRATIONS,
                                   &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    bool found = views_cursor_seek(&cursor, (struct slice){NULL, 0});
    while (found && e == ERR_OK) {
        struct uuid id;
        memcpy(id.bytes, cursor.key.data, sizeof id.bytes);
        e = add_integration(it, id, cursor.row, reterr);
        found = views_cursor_next(&cursor);
    }
    e = e != ERR_OK ? e : views_cursor_check(&cursor, reterr);
    views_cursor_close(&cursor);
    return e;
}

/* Sorts what was gathered, if an order is asked for, and pages it. */
static enum err sorted_page(const struct gql_call *call,
                            const void **nodes,
                            size_t count,
                            const struct page **ret,
                            struct error *reterr)
{
    struct page_request request;
    struct filter_order orders[FILTER_ORDERS_MAX];
    size_t order_count = filter_orders(call, orders);
    enum err e = page_request_of(call, PAGE_SIZE, &request, reterr);
    if (order_count > 0) {
        filter_sort(nodes, count, orders, order_count, key_of, call->arena);
    }
    return e != ERR_OK ? e : page_of_array(call, &request, nodes, count, ret, reterr);
}

static enum err resolve_list(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct page *page = NULL;
    struct gathering it = {.call = call};
    it.all_versions = value_bool_of(gql_argument(call, "allVersions"), false);
    enum err e = gather(&it, reterr);
    e = e != ERR_OK ? e : sorted_page(call, it.nodes, it.count, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

static enum err
resolve_sequence(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct integration_node *parent = call->parent;
    const struct page *page = NULL;
    struct gathering it = {.call = call};
    enum err e = ERR_OK;
    for (uint64_t n = parent->integration.latest_version; n > 0 && e == ERR_OK; n--) {
        const struct integration_node *node = NULL;
        e = make_node(call, &parent->integration, n, &node, reterr);
        e = e != ERR_OK ? e : add_node(&it, node, reterr);
    }
    e = e != ERR_OK ? e : sorted_page(call, it.nodes, it.count, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

static enum err
resolve_integration(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct uuid id;
    const struct integration_node *node = NULL;
    enum err e = graph_id_argument(call, "id", "Integration", "Integration", &id, reterr);
    e = e != ERR_OK ? e : integration_node_load(call, id, &node, reterr);
    *ret = gql_result_object(node);
    return e;
}

static enum err resolve_payload(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct graph_payload *payload = call->parent;
    const struct integration_node *node = NULL;
    *ret = gql_result_null();
    if (payload->object == NULL) {
        return ERR_OK;
    }
    enum err e = integration_node_load(call, *(const struct uuid *)payload->object, &node, reterr);
    *ret = gql_result_object(node);
    return e;
}

/* ---- tables ---- */

#define LIST_ARGS                                                                                  \
    PAGE_ARGS " allVersions category category_Icontains createdAt_Gte createdAt_Lte customer "     \
              "customer_Isnull description_Icontains hasUnpublishedChanges labels_Contains name "  \
              "name_Icontains orderBy sortBy updatedAt_Gte updatedAt_Lte versionIsAvailable "      \
              "versionNumber versionSequenceId"

static const struct gql_binding query_fields[] = {
    GQL_CALL_ARGS("integration", resolve_integration, "id"),
    GQL_PAGED("integrations", resolve_list, LIST_ARGS, PAGE_SIZE),
};

static const struct gql_binding integration_fields[] = {
    GQL_TEXT("category", struct integration_node, category),
    GQL_CALL("configPages", resolve_config_pages),
    GQL_TIME("createdAt", struct integration_node, created_at_us),
    GQL_ALWAYS_NULL("customer"), /* all of them are the organization's */
    GQL_CALL_ARGS("definition", resolve_definition, "useLatestComponentVersions version"),
    GQL_TEXT("description", struct integration_node, description),
    GQL_CALL("documentation", resolve_documentation),
    GQL_CALL("endpointType", resolve_endpoint_type),
    GQL_CALL("externalVersion", resolve_external_version),
    GQL_PAGED("flows", resolve_flows, PAGE_ARGS, PAGE_SIZE),
    GQL_CALL("hasUnpublishedChanges", resolve_unpublished),
    GQL_ID("id", struct integration_node, node_id, "Integration"),
    GQL_PAGED(
        "instances", resolve_instances, PAGE_ARGS " enabled isSystem orderBy sortBy", PAGE_SIZE),
    GQL_CALL("isCodeNative", resolve_code_native),
    GQL_CALL("labels", resolve_labels),
    GQL_TEXT("name", struct integration_node, name),
    GQL_PAGED("requiredConfigVariables", resolve_required, PAGE_ARGS, PAGE_SIZE),
    GQL_UINT64("streamVersion", struct integration_node, integration.version),
    GQL_CALL("systemInstance", resolve_system_instance),
    GQL_PAGED("testConfigVariables", resolve_test_config, PAGE_ARGS " status status_In", PAGE_SIZE),
    GQL_TIME("updatedAt", struct integration_node, updated_at_us),
    GQL_CALL("versionAttributes", resolve_attributes),
    GQL_CALL("versionComment", resolve_comment),
    GQL_TIME("versionCreatedAt", struct integration_node, version.created_at_us),
    GQL_CALL("versionCreatedBy", resolve_created_by),
    GQL_CALL("versionIsAvailable", resolve_available),
    GQL_CALL("versionIsLatest", resolve_latest),
    GQL_UINT64("versionNumber", struct integration_node, version.number),
    GQL_PAGED("versionSequence",
              resolve_sequence,
              PAGE_ARGS " orderBy sortBy versionIsAvailable",
              PAGE_SIZE),
    GQL_UUID("versionSequenceId", struct integration_node, integration.id),
};

static const struct gql_binding payload_fields[] = {GQL_CALL("integration", resolve_payload)};

static const struct gql_type_binding types[] = {
    GQL_TYPE("RootQuery", query_fields),
    {"RootMutation", integration_mutation_fields, INTEGRATION_MUTATION_FIELDS},
    GQL_TYPE("Integration", integration_fields),
    GQL_TYPE("ImportIntegrationPayload", payload_fields),
    GQL_TYPE("PublishIntegrationPayload", payload_fields),
    GQL_TYPE("UpdateIntegrationVersionAvailabilityPayload", payload_fields),
    {"ValidateIntegrationSchemaPayload", validate_payload_fields, VALIDATE_PAYLOAD_FIELDS},
    {"ValidateIntegrationSchemaFormResult", validate_result_fields, VALIDATE_RESULT_FIELDS},
};

static const struct gql_input_binding inputs[] = {
    {"IntegrationOrder", "direction field"},
    {"ImportIntegrationInput", "clientMutationId definition expectedVersion integrationId replace"},
    {"PublishIntegrationInput", "attributes clientMutationId comment expectedVersion id"},
    {"UpdateIntegrationVersionAvailabilityInput", "available clientMutationId expectedVersion id"},
    {"ValidateIntegrationSchemaInput", "clientMutationId definition"},
};

const struct gql_bindings integrations_bindings = {
    .types = types,
    .type_count = sizeof types / sizeof types[0],
    .inputs = inputs,
    .input_count = sizeof inputs / sizeof inputs[0],
};
