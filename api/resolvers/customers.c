/* Customers: one, lists, and their mutations. */
#include "api/commands/customer_commands.h"
#include "api/resolvers/bindings.h"
#include "api/resolvers/filter.h"
#include "api/resolvers/instance_lists.h"
#include "api/resolvers/nodes.h"
#include "projections/customers_view.h"

/* ---- one ---- */

enum err customer_node_load(const struct gql_call *call,
                            struct uuid id,
                            const struct customer_node **ret,
                            struct error *reterr)
{
    struct customer_node *node = ARENA_NEW(call->arena, struct customer_node);
    if (node == NULL) {
        return arena_error(call->arena, "a customer", reterr);
    }
    enum err e = customers_view_get(graph_context_of(call)->reading->views, id, call->arena,
                                    &node->customer, reterr);
    if (e == ERR_NOT_FOUND || (e == ERR_OK && node->customer.is_deleted)) {
        return error_set(reterr, ERR_NOT_FOUND, "Customer not found");
    }
    *ret = node;
    return e;
}

static enum err
resolve_customer(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct uuid id;
    const struct customer_node *node = NULL;
    enum err e = graph_id_argument(call, "id", "Customer", "Customer", &id, reterr);
    e = e != ERR_OK ? e : customer_node_load(call, id, &node, reterr);
    *ret = gql_result_object(node);
    return e;
}

/* ---- lists ---- */

static bool passes(const struct gql_call *call, const struct customer *it)
{
    const struct value *no_external_id = gql_argument(call, "externalId_Isnull");
    /* System customers are left out unless they are asked for. */
    bool system_wanted = value_bool_of(gql_argument(call, "isSystem"), false);
    return !it->is_deleted && it->is_system == system_wanted &&
           filter_text(call, "name", it->name) &&
           filter_contains(call, "name_Icontains", it->name) &&
           filter_begins(call, "name_Istartswith", it->name) &&
           filter_text(call, "externalId", it->external_id) &&
           (no_external_id == NULL ||
            value_bool_of(no_external_id, false) == (it->external_id.size == 0)) &&
           filter_contains(call, "description_Icontains", it->description) &&
           filter_label(call, "labels_Contains", it->labels) &&
           filter_time(call, "createdAt", it->created_at_us) &&
           filter_time(call, "updatedAt", it->updated_at_us);
}

static enum err
on_row(void *data, struct slice key, struct slice row, const void **ret_node, struct error *reterr)
{
    const struct gql_call *call = data;
    struct uuid id;
    struct customer_node *node = ARENA_NEW(call->arena, struct customer_node);
    if (node == NULL || key.size != sizeof id.bytes) {
        return arena_error(call->arena, "a list of customers", reterr);
    }
    memcpy(id.bytes, key.data, sizeof id.bytes);
    struct slice copy = arena_copy(call->arena, row);
    enum err e = customer_get(copy, id, call->arena, &node->customer, reterr);
    *ret_node = e == ERR_OK && passes(call, &node->customer) ? node : NULL;
    return e;
}

static struct filter_key key_of(const void *node, struct slice field)
{
    const struct customer *it = &((const struct customer_node *)node)->customer;
    if (slice_is(field, "NAME")) {
        return (struct filter_key){.text = it->name};
    }
    if (slice_is(field, "DESCRIPTION")) {
        return (struct filter_key){.text = it->description};
    }
    return (struct filter_key){.number = slice_is(field, "UPDATED_AT") ? it->updated_at_us
                                                                       : it->created_at_us};
}

static enum err
resolve_customers(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct page *page = NULL;
    struct page_source source = {
        .views = graph_context_of(call)->reading->views,
        .table = VIEWS_CUSTOMERS,
        .row = on_row,
        .data = call,
        .total_known = -1,
    };
    enum err e = filter_page(call, &source, key_of, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

static enum err
resolve_instances(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct customer_node *node = call->parent;
    const struct page *page = NULL;
    enum err e = instance_list_of_customer(call, node->customer.id, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

/* Answers null for no external id, not the empty text. */
static enum err
resolve_external_id(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct customer_node *node = call->parent;
    (void)reterr;
    *ret = node->customer.external_id.size > 0 ? gql_result_text(node->customer.external_id)
                                               : gql_result_null();
    return ERR_OK;
}

static enum err resolve_labels(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct customer_node *node = call->parent;
    (void)reterr;
    *ret = gql_result_texts(node->customer.labels.items, node->customer.labels.count);
    return ERR_OK;
}

/* ---- mutations ---- */

struct create_mutation {
    struct graph_mutation mutation;
    struct customer_create_command command;
};

struct update_mutation {
    struct graph_mutation mutation;
    struct customer_update_command command;
};

struct delete_mutation {
    struct graph_mutation mutation;
    struct customer_delete_command command;
};

static void on_created(struct command *command)
{
    struct create_mutation *it = LIST_ENTRY(command, struct create_mutation, command.base);
    struct stream_ref stream;
    if (graph_command_ended(&it->mutation, command, &stream)) {
        graph_complete_id(&it->mutation, stream.id);
    }
}

static void on_updated(struct command *command)
{
    struct update_mutation *it = LIST_ENTRY(command, struct update_mutation, command.base);
    struct stream_ref stream;
    if (graph_command_ended(&it->mutation, command, &stream)) {
        graph_complete_id(&it->mutation, it->command.customer);
    }
}

static void on_deleted(struct command *command)
{
    struct delete_mutation *it = LIST_ENTRY(command, struct delete_mutation, command.base);
    struct stream_ref stream;
    if (graph_command_ended(&it->mutation, command, &stream)) {
        graph_complete_id(&it->mutation, it->command.customer);
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
    it->command.input = (struct customer_create){
        .name = graph_input_text(input, "name"),
        .external_id = graph_input_text(input, "externalId"),
        .description = graph_input_text(input, "description"),
        .labels = graph_input_list(input, "labels", call->arena).list,
    };
    graph_command_init(call, &it->command.base, customer_command_create, on_created);
    return graph_submit(call, &it->command.base, reterr);
}

static enum err start_update(struct gql_call *call, struct error *reterr)
{
    const struct value *input = gql_argument(call, "input");
    struct update_mutation *it = ARENA_NEW(call->arena, struct update_mutation);
    if (it == NULL) {
        return arena_error(call->arena, "a mutation", reterr);
    }
    graph_mutation_init(&it->mutation, call, input);
    enum err e =
        graph_input_target(input, "id", "Customer", "Customer", &it->command.customer, reterr);
    it->command.input = (struct customer_update){
        .expected_version = graph_expected_version(input),
        .name = graph_input_optional(input, "name"),
        .external_id = graph_input_optional(input, "externalId"),
        .description = graph_input_optional(input, "description"),
        .labels = graph_input_list(input, "labels", call->arena),
    };
    graph_command_init(call, &it->command.base, customer_command_update, on_updated);
    return e != ERR_OK ? e : graph_submit(call, &it->command.base, reterr);
}

static enum err start_delete(struct gql_call *call, struct error *reterr)
{
    const struct value *input = gql_argument(call, "input");
    struct delete_mutation *it = ARENA_NEW(call->arena, struct delete_mutation);
    if (it == NULL) {
        return arena_error(call->arena, "a mutation", reterr);
    }
    graph_mutation_init(&it->mutation, call, input);
    enum err e =
        graph_input_target(input, "id", "Customer", "Customer", &it->command.customer, reterr);
    it->command.expected_version = graph_expected_version(input);
    graph_command_init(call, &it->command.base, customer_command_delete, on_deleted);
    return e != ERR_OK ? e : graph_submit(call, &it->command.base, reterr);
}

/* The customer of a payload, deleted ones too: deleteCustomer shows what it deleted. */
static enum err resolve_payload(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct graph_payload *payload = call->parent;
    *ret = gql_result_null();
    if (payload->object == NULL) {
        return ERR_OK;
    }
    struct customer_node *node = ARENA_NEW(call->arena, struct customer_node);
    if (node == NULL) {
        return arena_error(call->arena, "a customer", reterr);
    }
    *ret = gql_result_object(node);
    return customers_view_get(graph_context_of(call)->reading->views,
                              *(const struct uuid *)payload->object, call->arena, &node->customer,
                              reterr);
}

/* ---- tables ---- */

#define LIST_ARGS                                                                                  \
    PAGE_ARGS " createdAt_Gte createdAt_Lte description_Icontains externalId externalId_Isnull "   \
              "isSystem labels_Contains name name_Icontains name_Istartswith orderBy sortBy "      \
              "updatedAt_Gte updatedAt_Lte"

static const struct gql_binding query_fields[] = {
    GQL_CALL_ARGS("customer", resolve_customer, "id"),
    GQL_PAGED("customers", resolve_customers, LIST_ARGS, PAGE_SIZE),
};

static const struct gql_binding mutation_fields[] = {
    GQL_START("createCustomer", start_create, "input"),
    GQL_START("updateCustomer", start_update, "input"),
    GQL_START("deleteCustomer", start_delete, "input"),
};

static const struct gql_binding customer_fields[] = {
    GQL_TIME("createdAt", struct customer_node, customer.created_at_us),
    GQL_TEXT("description", struct customer_node, customer.description),
    GQL_CALL("externalId", resolve_external_id),
    GQL_ID("id", struct customer_node, customer.id, "Customer"),
    GQL_PAGED("instances", resolve_instances, PAGE_ARGS " orderBy sortBy", PAGE_SIZE),
    GQL_BOOL("isSystem", struct customer_node, customer.is_system),
    GQL_CALL("labels", resolve_labels),
    GQL_TEXT("name", struct customer_node, customer.name),
    GQL_UINT64("streamVersion", struct customer_node, customer.version),
    GQL_TIME("updatedAt", struct customer_node, customer.updated_at_us),
};

static const struct gql_binding payload_fields[] = {GQL_CALL("customer", resolve_payload)};

static const struct gql_type_binding types[] = {
    GQL_TYPE("RootQuery", query_fields),
    GQL_TYPE("RootMutation", mutation_fields),
    GQL_TYPE("Customer", customer_fields),
    GQL_TYPE("*CustomerPayload", payload_fields),
};

static const struct gql_input_binding inputs[] = {
    {"CustomerOrder", "direction field"},
    {"CreateCustomerInput", "clientMutationId description externalId labels name"},
    {"UpdateCustomerInput",
     "clientMutationId description expectedVersion externalId id labels name"},
    {"DeleteCustomerInput", "clientMutationId expectedVersion id"},
};

const struct gql_bindings customers_bindings = {
    .types = types,
    .type_count = sizeof types / sizeof types[0],
    .inputs = inputs,
    .input_count = sizeof inputs / sizeof inputs[0],
};
