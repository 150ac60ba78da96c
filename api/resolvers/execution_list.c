/*
 * Lists of executions: the narrowest table that holds all that can pass, walked newest first, each
 * row filtered.
 *
 *     instance or flowConfig given       executions_by_instance
 *     only failed ones can pass          executions_failed
 *     only unfinished ones can pass      executions_open
 *     otherwise                          executions
 *
 * Ids rise in the order in which executions were queued, and executions start in that order too: so
 * STARTED_AT is the order of the tables, and needs no sorting.
 */
#include "api/resolvers/execution_list.h"

#include "api/resolvers/execution.h"
#include "api/resolvers/filter.h"
#include "api/resolvers/flows.h"
#include "core/base/bytes.h"
#include "projections/executions_view.h"
#include "projections/instances_view.h"
#include "projections/integrations_view.h"

/* What the filters look at of an instance; the one looked at last is remembered, because executions
 * of one come in runs. */
struct owner {
    struct uuid instance;
    struct uuid customer;
    struct uuid integration;
    bool is_system;
    uint32_t flow_place; /* of the flow that is looked for; UINT32_MAX: it has none */
};

struct listing {
    const struct gql_call *call;
    enum views_table table;
    bool nothing;            /* a filter that nothing can pass */
    bool needs_owner;        /* some filter looks at the instance */
    struct uuid instance;    /* zero: any */
    uint32_t place;          /* of the flow config; UINT32_MAX: any */
    struct uuid integration; /* zero: any */
    bool has_flow;           /* a flow of an integration is looked for: */
    struct uuid flow_integration;
    struct slice flow_identity;
    const struct definition *definition; /* of that flow */
    const struct flow_definition *flow;  /* NULL: its draft has it no more */
    struct owner owner;
};

/* ---- arguments ---- */

static struct views_txn *views_of(const struct gql_call *call)
{
    return graph_context_of(call)->reading->views;
}

static void read_flow_config(struct listing *it)
{
    const struct value *wanted = gql_argument(it->call, "flowConfig");
    struct uuid id;
    struct uuid instance;
    if (wanted == NULL) {
        return;
    }
    it->nothing |=
        id_decode(value_text_of(wanted), "InstanceFlowConfig", &id, NULL) != ERR_OK ||
        instances_view_flow_config(views_of(it->call), id, &instance, &it->place, NULL) != ERR_OK ||
        (!uuid_is_zero(it->instance) && !uuid_equal(it->instance, instance));
    if (!it->nothing) {
        it->instance = instance;
    }
}

static void read_instance(struct listing *it)
{
    const struct value *wanted = gql_argument(it->call, "instance");
    if (wanted != NULL) {
        it->nothing |= id_decode(value_text_of(wanted), "Instance", &it->instance, NULL) != ERR_OK;
    }
}

/* An integration means all its versions, whichever one's id is given. */
static void read_integration(struct listing *it, const char *argument)
{
    const struct value *wanted = gql_argument(it->call, argument);
    struct uuid outside;
    struct uuid integration;
    uint64_t number = 0;
    if (wanted == NULL) {
        return;
    }
    it->nothing |= id_decode(value_text_of(wanted), "Integration", &outside, NULL) != ERR_OK ||
                   integrations_view_resolve(views_of(it->call), outside, &integration, &number,
                                             NULL) != ERR_OK ||
                   (!uuid_is_zero(it->integration) && !uuid_equal(it->integration, integration));
    if (!it->nothing) {
        it->integration = integration;
    }
}

/* A flow means the one of its identity in all versions. */
static void read_flow(struct listing *it, const char *argument)
{
    const struct value *wanted = gql_argument(it->call, argument);
    struct uuid id;
    uint64_t number = 0;
    if (wanted == NULL) {
        return;
    }
    it->has_flow = true;
    it->nothing |=
        id_decode(value_text_of(wanted), "IntegrationFlow", &id, NULL) != ERR_OK ||
        integrations_view_flow(views_of(it->call), id, it->call->arena, &it->flow_integration,
                               &number, &it->flow_identity, NULL) != ERR_OK ||
        flows_find(it->call, it->flow_integration, number, it->flow_identity, &it->definition,
                   &it->flow, NULL) != ERR_OK;
}

static uint32_t place_of_flow(const struct listing *it, const struct instance *instance)
{
    uint32_t place = UINT32_MAX;
    if (it->has_flow && it->flow != NULL) {
        (void)instance_flow_for(instance, it->definition, it->flow, &place);
    } else if (it->has_flow) {
        (void)instance_flow_of(instance, it->flow_identity, &place);
    }
    return place;
}

static bool has_argument(const struct gql_call *call, const char *name)
{
    return gql_argument(call, name) != NULL;
}

static bool argument_is(const struct gql_call *call, const char *name, const char *word)
{
    return slice_equal_nocase(value_text_of(gql_argument(call, name)), slice_of_text(word));
}

static bool only_failed(const struct gql_call *call)
{
    const struct value *no_error = gql_argument(call, "error_Isnull");
    return argument_is(call, "status", "ERROR") || argument_is(call, "resultType", "ERROR") ||
           (no_error != NULL && !value_bool_of(no_error, true));
}

static bool only_open(const struct gql_call *call)
{
    return argument_is(call, "status", "QUEUED") || argument_is(call, "status", "PENDING") ||
           value_bool_of(gql_argument(call, "endedAt_Isnull"), false);
}

static void choose_table(struct listing *it)
{
    if (!uuid_is_zero(it->instance)) {
        it->table = VIEWS_EXECUTIONS_BY_INSTANCE;
    } else if (only_failed(it->call)) {
        it->table = VIEWS_EXECUTIONS_FAILED;
    } else {
        it->table = only_open(it->call) ? VIEWS_EXECUTIONS_OPEN : VIEWS_EXECUTIONS;
    }
}

static void read_arguments(struct listing *it)
{
    it->place = UINT32_MAX;
    read_instance(it);
    read_flow_config(it);
    read_integration(it, "integration");
    read_integration(it, "instance_Integration");
    read_flow(it, "flow");
    read_flow(it, "flowConfig_Flow");
    it->needs_owner = it->has_flow || !uuid_is_zero(it->integration) ||
                      has_argument(it->call, "instance_Customer") ||
                      has_argument(it->call, "instance_IsSystem") ||
                      has_argument(it->call, "instance_Integration_VersionSequenceId");
    choose_table(it);
}

/* ---- filters ---- */

static bool load_owner(struct listing *it, struct uuid id)
{
    struct instance instance;
    struct arena_mark mark = arena_mark(it->call->arena);
    if (uuid_equal(it->owner.instance, id)) {
        return true;
    }
    bool found =
        instances_view_get(views_of(it->call), id, it->call->arena, &instance, NULL) == ERR_OK;
    if (found) {
        it->owner = (struct owner){id, instance.customer, instance.integration, instance.is_system,
                                   place_of_flow(it, &instance)};
    }
    arena_rewind(it->call->arena, mark);
    return found;
}

static bool owner_passes(struct listing *it, const struct execution *execution)
{
    const struct gql_call *call = it->call;
    char sequence[UUID_TEXT_SIZE];
    if (!it->needs_owner) {
        return true;
    }
    if (!load_owner(it, execution->instance)) {
        return false;
    }
    uuid_format(it->owner.integration, sequence);
    bool flow_fits = !it->has_flow || (uuid_equal(it->owner.integration, it->flow_integration) &&
                                       it->owner.flow_place == execution->flow);
    return flow_fits &&
           (uuid_is_zero(it->integration) || uuid_equal(it->owner.integration, it->integration)) &&
           filter_id(call, "instance_Customer", "Customer", it->owner.customer) &&
           filter_bool(call, "instance_IsSystem", it->owner.is_system) &&
           filter_word(call, "instance_Integration_VersionSequenceId", slice_of_text(sequence));
}

static bool state_passes(const struct gql_call *call, const struct execution *it)
{
    bool final = execution_is_final(it->state);
    bool failed = final && it->state != EXECUTION_SUCCEEDED;
    struct slice result = slice_of_text(failed ? "ERROR" : (final ? "COMPLETED" : ""));
    return filter_word(call, "status", slice_of_text(execution_status_name(it->state))) &&
           filter_word_in(call, "state_In", slice_of_text(execution_state_name(it->state))) &&
           filter_word(call, "resultType", result) &&
           filter_word_in(call, "resultType_In", result) &&
           filter_isnull(call, "error_Isnull", !failed) &&
           filter_isnull(call, "endedAt_Isnull", !final) &&
           filter_isnull(call, "resolvedBy_Isnull", uuid_is_zero(it->resolved_by)) &&
           filter_isnull(call, "replayForExecution_Isnull", uuid_is_zero(it->replay_of));
}

static bool times_pass(const struct gql_call *call, const struct execution *it)
{
    bool by_end = has_argument(call, "endedAt_Gte") || has_argument(call, "endedAt_Lte");
    return filter_time(call, "queuedAt", it->queued_at_us) &&
           filter_time(call, "startedAt",
                       it->started_at_us != 0 ? it->started_at_us : it->queued_at_us) &&
           (!by_end ||
            (it->finished_at_us != 0 && filter_time(call, "endedAt", it->finished_at_us)));
}

static bool passes(struct listing *it, const struct execution *execution)
{
    const struct gql_call *call = it->call;
    bool is_test = (execution->flags & EXECUTION_FLAG_TEST) != 0;
    return !it->nothing && (it->place == UINT32_MAX || it->place == execution->flow) &&
           filter_id(call, "id", "InstanceExecutionResult", execution->id) &&
           filter_id_in(call, "id_In", "InstanceExecutionResult", execution->id) &&
           filter_bool(call, "isTestExecution", is_test) &&
           filter_word_in(call, "invokeType_In",
                          slice_of_text(execution_invoke_name(execution->invoke))) &&
           state_passes(call, execution) && times_pass(call, execution) &&
           owner_passes(it, execution);
}

/* ---- rows ---- */

static enum err load_row(const struct listing *it,
                         struct slice key,
                         struct slice row,
                         struct execution *ret,
                         struct error *reterr)
{
    struct uuid id;
    /* The id is the last of the key in every one of the tables. */
    memcpy(id.bytes, key.data + key.size - sizeof id.bytes, sizeof id.bytes);
    return it->table == VIEWS_EXECUTIONS
               ? execution_get(row, id, it->call->arena, ret, reterr)
               : executions_view_get(views_of(it->call), id, it->call->arena, ret, reterr);
}

/* Rows of the index name the place: another flow's need not be read. */
static bool is_other_place(const struct listing *it, struct slice row)
{
    return it->table == VIEWS_EXECUTIONS_BY_INSTANCE && it->place != UINT32_MAX && row.size == 4 &&
           bytes_be32(row.data) != it->place;
}

static enum err
on_row(void *data, struct slice key, struct slice row, const void **ret_node, struct error *reterr)
{
    struct listing *it = data;
    struct execution_node *node = ARENA_NEW(it->call->arena, struct execution_node);
    *ret_node = NULL;
    if (node == NULL) {
        return arena_error(it->call->arena, "a list of executions", reterr);
    }
    if (it->nothing || is_other_place(it, row)) {
        return ERR_OK;
    }
    enum err e = load_row(it, key, row, &node->execution, reterr);
    *ret_node = e == ERR_OK && passes(it, &node->execution) ? node : NULL;
    return e;
}

static struct filter_key key_of(const void *node, struct slice field)
{
    const struct execution *it = &((const struct execution_node *)node)->execution;
    (void)field; /* only ENDED_AT is sorted */
    return (struct filter_key){.number = it->finished_at_us};
}

/* A list by ids needs no walk. */
static enum err list_ids(struct listing *it,
                         const struct page_request *request,
                         const struct page **ret,
                         struct error *reterr)
{
    const struct value *one = gql_argument(it->call, "id");
    const struct value *list = gql_argument(it->call, "id_In");
    size_t count = list != NULL ? list->list.count : 1;
    const void **nodes = ARENA_ARRAY(it->call->arena, const void *, count);
    size_t found = 0;
    for (size_t i = 0; nodes != NULL && i < count; i++) {
        const struct value *text = list != NULL ? &list->list.items[i] : one;
        const struct execution_node *node = NULL;
        struct uuid id;
        if (id_decode(value_text_of(text), "InstanceExecutionResult", &id, NULL) == ERR_OK &&
            execution_node_load(it->call, id, &node, NULL) == ERR_OK &&
            passes(it, &node->execution)) {
            nodes[found++] = node;
        }
    }
    return nodes == NULL ? arena_error(it->call->arena, "a list of executions", reterr)
                         : page_of_array(it->call, request, nodes, found, ret, reterr);
}

/* Whether nothing but paging is asked for: the number of rows is then the total. */
static bool is_unfiltered(const struct gql_call *call)
{
    static const char *const paging[] = {"after",  "before",  "first", "last",
                                         "offset", "orderBy", "sortBy"};
    size_t given = call->args != NULL ? call->args->map.count : 0;
    for (size_t i = 0; i < sizeof paging / sizeof paging[0]; i++) {
        given -= has_argument(call, paging[i]);
    }
    return given == 0;
}

enum err execution_list(const struct gql_call *call, const struct page **ret, struct error *reterr)
{
    struct listing listing = {.call = call};
    struct filter_order orders[FILTER_ORDERS_MAX];
    struct page_request request;
    read_arguments(&listing);
    struct views_key prefix =
        uuid_is_zero(listing.instance) ? views_key() : views_key_of_id(listing.instance);
    struct page_source source = {
        .views = views_of(call),
        .table = listing.table,
        .prefix = views_key_slice(&prefix),
        .newest_first = true,
        .row = on_row,
        .data = &listing,
        .total_known =
            is_unfiltered(call) ? (int64_t)views_count(views_of(call), VIEWS_EXECUTIONS) : -1,
    };
    size_t order_count = filter_orders(call, orders);
    enum err e = page_request_of(call, PAGE_SIZE, &request, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (has_argument(call, "id") || has_argument(call, "id_In")) {
        return list_ids(&listing, &request, ret, reterr);
    }
    bool sorted = order_count > 0 && slice_is(orders[0].field, "ENDED_AT");
    if (sorted) {
        return filter_page(call, &source, key_of, ret, reterr);
    }
    source.newest_first = order_count == 0 || orders[0].descending;
    return page_of_table(call, &request, &source, ret, reterr);
}

/* ---- replays ---- */

static enum err on_replay(
    void *data, struct slice key, struct slice row, const void **ret_node, struct error *reterr)
{
    const struct listing *it = data;
    const struct execution_node *node = NULL;
    struct uuid id;
    (void)row;
    memcpy(id.bytes, key.data + key.size - sizeof id.bytes, sizeof id.bytes);
    enum err e = execution_node_load(it->call, id, &node, reterr);
    *ret_node = node;
    return e;
}

enum err execution_list_of_replays(const struct gql_call *call,
                                   struct uuid original,
                                   const struct page **ret,
                                   struct error *reterr)
{
    struct page_request request;
    struct views_key prefix = views_key_of_id(original);
    struct listing listing = {.call = call};
    struct page_source source = {
        .views = views_of(call),
        .table = VIEWS_REPLAYS,
        .prefix = views_key_slice(&prefix),
        .row = on_replay,
        .data = &listing,
        .total_known = -1,
    };
    enum err e = page_request_of(call, PAGE_SIZE, &request, reterr);
    return e != ERR_OK ? e : page_of_table(call, &request, &source, ret, reterr);
}
