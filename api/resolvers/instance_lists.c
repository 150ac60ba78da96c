#include "api/resolvers/instance_lists.h"

#include "api/resolvers/filter.h"
#include "core/base/bytes.h"
#include "projections/customers_view.h"
#include "projections/executions_view.h"
#include "projections/instances_view.h"
#include "projections/integrations_view.h"

/* Executions looked at to find the last one of a flow config. */
#define LAST_ROWS_MAX 1000

/* ---- the last execution ---- */

static enum err read_last(const struct gql_call *call,
                          struct uuid execution_id,
                          struct last_execution *ret,
                          struct error *reterr)
{
    struct execution execution;
    enum err e = executions_view_get(graph_context_of(call)->reading->views, execution_id,
                                     call->arena, &execution, reterr);
    if (e == ERR_OK) {
        ret->exists = true;
        ret->failed = execution_is_final(execution.state) && execution.state != EXECUTION_SUCCEEDED;
        ret->at_us = execution.queued_at_us;
    }
    return e;
}

enum err last_execution_of(const struct gql_call *call,
                           struct uuid instance,
                           uint32_t place,
                           struct last_execution *ret,
                           struct error *reterr)
{
    struct views_cursor cursor;
    struct views_key prefix = views_key_of_id(instance);
    struct views_key end = prefix;
    *ret = (struct last_execution){.exists = false};
    for (int i = 0; i < 17; i++) {
        views_key_u8(&end, 0xff); /* behind every execution id */
    }
    enum err e = views_cursor_open(graph_context_of(call)->reading->views,
                                   VIEWS_EXECUTIONS_BY_INSTANCE, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    bool found = views_cursor_seek_before(&cursor, views_key_slice(&end));
    for (int rows = 0; found && rows < LAST_ROWS_MAX; rows++) {
        if (!slice_starts_with(cursor.key, views_key_slice(&prefix)) || cursor.row.size != 4) {
            break;
        }
        if (place == UINT32_MAX || bytes_be32(cursor.row.data) == place) {
            struct uuid execution;
            memcpy(execution.bytes, cursor.key.data + 16, sizeof execution.bytes);
            e = read_last(call, execution, ret, reterr);
            break;
        }
        found = views_cursor_previous(&cursor);
    }
    e = e != ERR_OK ? e : views_cursor_check(&cursor, reterr);
    views_cursor_close(&cursor);
    return e;
}

/* ---- filters ---- */

struct listing {
    const struct gql_call *call;
    bool by_index;           /* rows are of an index: owner id, instance id */
    struct uuid integration; /* zero: any */
    uint64_t version;        /* 0: any */
    bool only_nested;        /* only the arguments of a nested list count */
    bool nothing;            /* a filter that nothing can pass */
    bool sorts_customer;
    bool sorts_integration;
    bool sorts_executed;
};

static bool external_id_passes(const struct gql_call *call, const struct instance *it)
{
    struct customer customer;
    return gql_argument(call, "customer_ExternalId") == NULL ||
           (customers_view_get(graph_context_of(call)->reading->views, it->customer, call->arena,
                               &customer, NULL) == ERR_OK &&
            filter_text(call, "customer_ExternalId", customer.external_id));
}

static bool state_passes(const struct gql_call *call, const struct instance *it)
{
    const struct value *wanted = gql_argument(call, "inFailedState");
    struct last_execution last;
    return wanted == NULL || (last_execution_of(call, it->id, UINT32_MAX, &last, NULL) == ERR_OK &&
                              value_bool_of(wanted, false) == last.failed);
}

/* The arguments of a list below a customer or integration. Those that are not declared are absent.
 */
static bool passes(const struct listing *listing, const struct instance *it)
{
    const struct gql_call *call = listing->call;
    bool any_integration = uuid_is_zero(listing->integration);
    const struct value *system = gql_argument(call, "isSystem");
    if (!any_integration && !uuid_equal(it->integration, listing->integration)) {
        return false;
    }
    if (listing->version != 0 && it->integration_version != listing->version) {
        return false;
    }
    return it->is_system == value_bool_of(system, false) &&
           filter_bool(call, "enabled", it->is_enabled);
}

static bool passes_all(const struct listing *listing, const struct instance *it)
{
    const struct gql_call *call = listing->call;
    char sequence[UUID_TEXT_SIZE];
    uuid_format(it->integration, sequence);
    return passes(listing, it) && filter_id(call, "customer", "Customer", it->customer) &&
           filter_id_in(call, "id_In", "Instance", it->id) &&
           filter_word(call, "integration_VersionSequenceId", slice_of_text(sequence)) &&
           filter_text(call, "name", it->name) &&
           filter_contains(call, "name_Icontains", it->name) &&
           filter_contains(call, "description_Icontains", it->description) &&
           filter_label(call, "labels_Contains", it->labels) &&
           filter_bool(call, "needsDeploy", instance_needs_deploy(it)) &&
           filter_time(call, "createdAt", it->created_at_us) &&
           filter_time(call, "updatedAt", it->updated_at_us) && external_id_passes(call, it) &&
           state_passes(call, it);
}

/* What a sorted list compares and the row does not hold. */
static void load_sort_keys(const struct listing *listing, struct instance_node *node)
{
    const struct gql_call *call = listing->call;
    struct views_txn *views = graph_context_of(call)->reading->views;
    struct customer customer = {.name = {NULL, 0}};
    struct integration integration = {.name = {NULL, 0}};
    struct last_execution last = {.at_us = 0};
    if (listing->sorts_customer) {
        IGNORE(customers_view_get(views, node->instance.customer, call->arena, &customer, NULL));
        node->customer_name = customer.name; /* one that cannot be read sorts first */
    }
    if (listing->sorts_integration) {
        IGNORE(integrations_view_get(views, node->instance.integration, call->arena, &integration,
                                     NULL));
        node->integration_name = integration.name;
    }
    if (listing->sorts_executed) {
        IGNORE(last_execution_of(call, node->instance.id, UINT32_MAX, &last, NULL));
        node->last_executed_at_us = last.at_us;
    }
}

static enum err
on_row(void *data, struct slice key, struct slice row, const void **ret_node, struct error *reterr)
{
    struct listing *listing = data;
    struct arena *arena = listing->call->arena;
    struct instance_node *node = ARENA_NEW(arena, struct instance_node);
    struct uuid id;
    if (node == NULL) {
        return arena_error(arena, "a list of instances", reterr);
    }
    memcpy(id.bytes, key.data + (listing->by_index ? 16 : 0), sizeof id.bytes);
    enum err e = listing->by_index
                     ? instances_view_get(graph_context_of(listing->call)->reading->views, id,
                                          arena, &node->instance, reterr)
                     : instance_get(arena_copy(arena, row), id, arena, &node->instance, reterr);
    bool shown = e == ERR_OK && !listing->nothing &&
                 (listing->only_nested ? passes(listing, &node->instance)
                                       : passes_all(listing, &node->instance));
    if (shown) {
        load_sort_keys(listing, node);
    }
    *ret_node = shown ? node : NULL;
    return e;
}

/* ---- orders ---- */

static struct filter_key key_of(const void *node, struct slice field)
{
    const struct instance_node *it = node;
    const struct instance *row = &it->instance;
    static const struct slice empty = {"", 0};
    if (slice_is(field, "NAME")) {
        return (struct filter_key){.text = row->name};
    }
    if (slice_is(field, "DESCRIPTION")) {
        return (struct filter_key){.text = row->description};
    }
    if (slice_is(field, "CUSTOMER")) {
        return (struct filter_key){.text =
                                       it->customer_name.data != NULL ? it->customer_name : empty};
    }
    if (slice_is(field, "INTEGRATION")) {
        return (struct filter_key){.text = it->integration_name.data != NULL ? it->integration_name
                                                                             : empty};
    }
    if (slice_is(field, "ENABLED")) {
        return (struct filter_key){.number = row->is_enabled};
    }
    if (slice_is(field, "VERSION")) {
        return (struct filter_key){.number = (int64_t)row->integration_version};
    }
    if (slice_is(field, "LAST_EXECUTED_AT")) {
        return (struct filter_key){.number = it->last_executed_at_us};
    }
    return (struct filter_key){.number = slice_is(field, "UPDATED_AT") ? row->updated_at_us
                                                                       : row->created_at_us};
}

static void note_orders(struct listing *listing)
{
    struct filter_order orders[FILTER_ORDERS_MAX];
    size_t count = filter_orders(listing->call, orders);
    for (size_t i = 0; i < count; i++) {
        listing->sorts_customer |= slice_is(orders[i].field, "CUSTOMER");
        listing->sorts_integration |= slice_is(orders[i].field, "INTEGRATION");
        listing->sorts_executed |= slice_is(orders[i].field, "LAST_EXECUTED_AT");
    }
}

static enum err list(struct listing *listing,
                     enum views_table table,
                     const struct views_key *prefix,
                     const struct page **ret,
                     struct error *reterr)
{
    struct page_source source = {
        .views = graph_context_of(listing->call)->reading->views,
        .table = table,
        .prefix = views_key_slice(prefix),
        .row = on_row,
        .data = listing,
        .total_known = -1,
    };
    note_orders(listing);
    return filter_page(listing->call, &source, key_of, ret, reterr);
}

/* `integration: ID` means all versions of that integration, whichever version's id is given. */
static void read_integration(struct listing *listing)
{
    const struct value *wanted = gql_argument(listing->call, "integration");
    struct uuid outside;
    uint64_t number = 0;
    if (wanted != NULL) {
        listing->nothing =
            id_decode(value_text_of(wanted), "Integration", &outside, NULL) != ERR_OK ||
            integrations_view_resolve(graph_context_of(listing->call)->reading->views, outside,
                                      &listing->integration, &number, NULL) != ERR_OK;
    }
}

enum err instance_list(const struct gql_call *call, const struct page **ret, struct error *reterr)
{
    struct listing listing = {.call = call};
    struct views_key prefix = views_key();
    enum views_table table = VIEWS_INSTANCES;
    struct uuid customer;
    read_integration(&listing);
    if (id_decode(value_text_of(gql_argument(call, "customer")), "Customer", &customer, NULL) ==
        ERR_OK) {
        table = VIEWS_INSTANCES_BY_CUSTOMER;
        prefix = views_key_of_id(customer);
    } else if (!uuid_is_zero(listing.integration)) {
        table = VIEWS_INSTANCES_BY_INTEGRATION;
        prefix = views_key_of_id(listing.integration);
    }
    listing.by_index = table != VIEWS_INSTANCES;
    return list(&listing, table, &prefix, ret, reterr);
}

enum err instance_list_of_customer(const struct gql_call *call,
                                   struct uuid customer,
                                   const struct page **ret,
                                   struct error *reterr)
{
    struct listing listing = {.call = call, .by_index = true, .only_nested = true};
    struct views_key prefix = views_key_of_id(customer);
    return list(&listing, VIEWS_INSTANCES_BY_CUSTOMER, &prefix, ret, reterr);
}

enum err instance_list_of_integration(const struct gql_call *call,
                                      struct uuid integration,
                                      uint64_t version,
                                      const struct page **ret,
                                      struct error *reterr)
{
    struct listing listing = {
        .call = call, .by_index = true, .only_nested = true, .version = version};
    struct views_key prefix = views_key_of_id(integration);
    return list(&listing, VIEWS_INSTANCES_BY_INTEGRATION, &prefix, ret, reterr);
}
