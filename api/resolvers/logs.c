/*
 * Logs: lines that flows wrote, and those that events imply (core/domain/log_line.h), in order of
 * arrival.
 *
 * A table says which records have lines; each record's events are read and give them. A record
 * whose levels, instance or execution cannot pass is not opened.
 *
 *     of one execution                   the records of its stream
 *     instance or flowConfig given       logs_by_instance
 *     otherwise                          logs
 */
#include "api/resolvers/logs.h"

#include "api/resolvers/bindings.h"
#include "api/resolvers/execution.h"
#include "api/resolvers/filter.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/domain/log_line.h"
#include "projections/executions_view.h"
#include "projections/instances_view.h"
#include "projections/integrations_view.h"
#include "projections/logs_view.h"

/* Lines one record can stand for: its bodies are bounded, and so are its events. */
#define RECORD_LINES_MAX 16384

struct log_node {
    struct uuid id;
    struct uuid instance;
    struct uuid execution; /* zero: the instance's own log */
    struct log_line line;
    struct slice step_name;
};

/* Whose record it is, as filters and messages need it; the one looked at last is remembered. What
 * it points at belongs to held definitions, never to the arena. */
struct owner {
    struct uuid instance;
    struct uuid execution;
    struct uuid customer;
    struct uuid integration;
    uint64_t place; /* of the execution's flow config */
    bool is_test;
    const struct flow_definition *flow; /* NULL: none */
};

struct listing {
    const struct gql_call *call;
    bool nothing;
    bool needs_owner;
    enum views_table table;
    struct uuid execution;   /* zero: any */
    struct uuid instance;    /* zero: any */
    uint32_t place;          /* UINT32_MAX: any */
    struct uuid integration; /* zero: any */
    uint8_t levels;          /* bits (1 << enum log_level) that may pass */
    struct owner owner;
    bool owner_known;
};

static struct views_txn *views_of(const struct gql_call *call)
{
    return graph_context_of(call)->reading->views;
}

/* ---- arguments ---- */

static uint8_t levels_of(const struct gql_call *call)
{
    int64_t exact = value_int_of(gql_argument(call, "severity"), -1);
    int64_t least = value_int_of(gql_argument(call, "severity_Gte"), 0);
    unsigned levels = 0;
    for (int64_t level = 0; level < LOG_LEVEL_COUNT; level++) {
        bool passes = (gql_argument(call, "severity") == NULL || level == exact) && level >= least;
        levels |= passes ? 1U << level : 0;
    }
    return (uint8_t)levels;
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

static void read_id(struct listing *it, const char *argument, const char *type, struct uuid *ret)
{
    const struct value *wanted = gql_argument(it->call, argument);
    it->nothing |= wanted != NULL && id_decode(value_text_of(wanted), type, ret, NULL) != ERR_OK;
}

static void read_integration(struct listing *it)
{
    struct uuid outside = {{0}};
    uint64_t number = 0;
    read_id(it, "instance_Integration", "Integration", &outside);
    if (!uuid_is_zero(outside) &&
        integrations_view_resolve(views_of(it->call), outside, &it->integration, &number, NULL) !=
            ERR_OK) {
        it->nothing = true;
    }
}

static void read_arguments(struct listing *it)
{
    const struct gql_call *call = it->call;
    it->place = UINT32_MAX;
    it->levels = levels_of(call);
    read_id(it, "executionResult", "InstanceExecutionResult", &it->execution);
    read_id(it, "instance", "Instance", &it->instance);
    read_flow_config(it);
    read_integration(it);
    it->needs_owner = it->place != UINT32_MAX || !uuid_is_zero(it->integration) ||
                      gql_argument(call, "instance_Customer") != NULL ||
                      gql_argument(call, "isTestExecution") != NULL;
}

/* ---- whose ---- */

static enum err load_owner(struct listing *it, const struct log_row *row, struct error *reterr)
{
    const struct gql_call *call = it->call;
    struct owner owner = {.instance = row->instance, .execution = row->execution};
    const struct instance_node *instance = NULL;
    struct execution execution;
    const struct flow_node *flow = NULL;
    enum err e = instance_node_load(call, row->instance, &instance, reterr);
    if (e == ERR_OK) {
        owner.customer = instance->instance.customer;
        owner.integration = instance->instance.integration;
        owner.place = UINT64_MAX;
    }
    if (e == ERR_OK && !uuid_is_zero(row->execution)) {
        e = executions_view_get(views_of(call), row->execution, call->arena, &execution, reterr);
        e = e != ERR_OK ? e : execution_node_flow(call, &execution, &flow, reterr);
        owner.place = e == ERR_OK ? execution.flow : UINT64_MAX;
        owner.is_test = e == ERR_OK && (execution.flags & EXECUTION_FLAG_TEST) != 0;
        owner.flow = flow != NULL ? flow->flow : NULL;
    }
    it->owner = owner;
    it->owner_known = e == ERR_OK;
    return e;
}

static enum err find_owner(struct listing *it, const struct log_row *row, struct error *reterr)
{
    if (it->owner_known && uuid_equal(it->owner.instance, row->instance) &&
        uuid_equal(it->owner.execution, row->execution)) {
        return ERR_OK;
    }
    struct arena_mark mark = arena_mark(it->call->arena);
    enum err e = load_owner(it, row, reterr);
    arena_rewind(it->call->arena, mark);
    return e;
}

static bool owner_passes(const struct listing *it)
{
    const struct gql_call *call = it->call;
    return (it->place == UINT32_MAX || it->owner.place == it->place) &&
           (uuid_is_zero(it->integration) || uuid_equal(it->owner.integration, it->integration)) &&
           filter_id(call, "instance_Customer", "Customer", it->owner.customer) &&
           filter_bool(call, "isTestExecution", it->owner.is_test);
}

/* What can be told without looking anything up. */
static bool row_passes(const struct listing *it, const struct log_row *row)
{
    bool of_execution = !uuid_is_zero(row->execution);
    return (row->levels & it->levels) != 0 &&
           (uuid_is_zero(it->instance) || uuid_equal(row->instance, it->instance)) &&
           (uuid_is_zero(it->execution) || uuid_equal(row->execution, it->execution)) &&
           filter_word(it->call, "logType",
                       of_execution ? SLICE("EXECUTION") : SLICE("MANAGEMENT"));
}

/* ---- lines ---- */

struct gathering {
    const void **nodes;
    uint32_t *tags;
    size_t count;
};

static const struct step *step_of(const struct listing *it, const struct event *event)
{
    uint32_t index = 0;
    return it->owner.flow != NULL && log_line_step(event, &index)
               ? definition_step(it->owner.flow, index)
               : NULL;
}

/* The name of the step that a written line names by reference. */
static struct slice name_of_reference(const struct listing *it, struct slice reference)
{
    const struct flow_definition *flow = it->owner.flow;
    for (uint32_t i = 0; flow != NULL && reference.size > 0 && i < flow->total_step_count; i++) {
        const struct step *step = definition_step(flow, i);
        if (step != NULL && slice_equal(step->reference, reference)) {
            return step->name;
        }
    }
    return reference;
}

static bool line_passes(const struct listing *it, const struct log_line *line)
{
    return (it->levels & 1U << line->level) != 0 &&
           filter_time(it->call, "timestamp", line->at_us) &&
           filter_contains(it->call, "message_Icontains", line->message);
}

static void add_line(struct listing *it,
                     const struct recorded_event *event,
                     size_t index,
                     uint32_t tag,
                     struct gathering *gathering)
{
    struct arena *arena = it->call->arena;
    const struct step *step = step_of(it, &event->event);
    struct log_line line;
    char key[12];
    if (!log_line_read(event, index, step != NULL ? step->name : SLICE("?"), arena, &line) ||
        !line_passes(it, &line)) {
        return;
    }
    struct log_node *node = ARENA_NEW(arena, struct log_node);
    if (node == NULL) {
        return; /* the exhausted arena fails the operation */
    }
    bytes_put_be64(key, event->seq);
    bytes_put_be32(key + 8, (uint32_t)index);
    node->instance = it->owner.instance;
    node->execution = it->owner.execution;
    node->line = line;
    node->line.loop_path = arena_copy(arena, line.loop_path); /* of the record, which goes */
    node->step_name = step != NULL ? step->name : name_of_reference(it, line.step);
    node->id = id_derived(uuid_is_zero(node->execution) ? node->instance : node->execution, "log",
                          slice_of(key, sizeof key));
    gathering->nodes[gathering->count] = node;
    gathering->tags[gathering->count++] = tag;
}

static enum err read_lines(struct listing *it,
                           const struct log_row *row,
                           struct gathering *gathering,
                           struct error *reterr)
{
    struct journal_reader *journal = graph_context_of(it->call)->reading->journal;
    struct arena *arena = it->call->arena;
    struct recorded_event *events = NULL;
    struct record_view record;
    unsigned bodies = 1U << BODY_LOG | 1U << BODY_STATE;
    size_t total = 0;
    enum err e = journal_read(journal, row->last_seq, &record, reterr);
    e = e != ERR_OK
            ? e
            : journal_read_events(journal, &record, bodies, arena, &events, NULL, NULL, reterr);
    for (size_t i = 0; e == ERR_OK && i < record.event_count; i++) {
        total += log_line_count(&events[i].event);
    }
    if (e != ERR_OK || total > RECORD_LINES_MAX) {
        return e != ERR_OK ? e : error_set(reterr, ERR_DAMAGED, "a record has too many log lines");
    }
    gathering->nodes = ARENA_ARRAY(arena, const void *, total);
    gathering->tags = ARENA_ARRAY(arena, uint32_t, total);
    if (gathering->nodes == NULL || gathering->tags == NULL) {
        return arena_error(arena, "log lines", reterr);
    }
    uint32_t tag = 0;
    for (size_t i = 0; i < record.event_count; i++) {
        for (size_t k = 0; k < log_line_count(&events[i].event); k++) {
            add_line(it, &events[i], k, tag++, gathering);
        }
    }
    return ERR_OK;
}

/* ---- rows ---- */

/* The log row of a row of any of the tables. Returns: false when the record has no lines. */
static bool
row_of(const struct listing *it, struct slice key, struct slice row, struct log_row *ret)
{
    if (it->table == VIEWS_LOGS) {
        return logs_view_row(key, row, ret, NULL) == ERR_OK;
    }
    if (it->table == VIEWS_LOGS_BY_INSTANCE && row.size == 1 &&
        ((uint8_t)row.data[0] & it->levels) == 0) {
        return false;
    }
    return logs_view_get(views_of(it->call), bytes_be64(key.data + key.size - 8), ret, NULL) ==
           ERR_OK;
}

static enum err
on_row(void *data, struct slice key, struct slice row, struct page_nodes *ret, struct error *reterr)
{
    struct listing *it = data;
    struct log_row log_row;
    struct gathering gathering = {NULL, NULL, 0};
    if (it->nothing || !row_of(it, key, row, &log_row) || !row_passes(it, &log_row)) {
        return ERR_OK;
    }
    enum err e = find_owner(it, &log_row, reterr);
    if (e != ERR_OK || (it->needs_owner && !owner_passes(it))) {
        return e;
    }
    e = read_lines(it, &log_row, &gathering, reterr);
    *ret = (struct page_nodes){gathering.nodes, gathering.tags, gathering.count};
    return e;
}

static struct views_key choose_table(struct listing *it)
{
    if (!uuid_is_zero(it->execution)) {
        struct views_key key = views_key();
        it->table = VIEWS_STREAMS;
        views_key_u8(&key, STREAM_EXECUTION);
        views_key_id(&key, it->execution);
        return key;
    }
    it->table = uuid_is_zero(it->instance) ? VIEWS_LOGS : VIEWS_LOGS_BY_INSTANCE;
    return uuid_is_zero(it->instance) ? views_key() : views_key_of_id(it->instance);
}

enum err logs_page(const struct gql_call *call,
                   const struct execution *execution,
                   const struct page **ret,
                   struct error *reterr)
{
    struct listing listing = {.call = call};
    struct filter_order orders[FILTER_ORDERS_MAX];
    struct page_request request;
    read_arguments(&listing);
    listing.execution = execution != NULL ? execution->id : listing.execution;
    struct views_key prefix = choose_table(&listing);
    struct page_source source = {
        .views = views_of(call),
        .table = listing.table,
        .prefix = views_key_slice(&prefix),
        .newest_first = filter_orders(call, orders) > 0 && orders[0].descending,
        .rows = on_row,
        .data = &listing,
        .total_known = -1,
    };
    enum err e = page_request_of(call, PAGE_SIZE, &request, reterr);
    return e != ERR_OK ? e : page_of_table(call, &request, &source, ret, reterr);
}

static enum err resolve_logs(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct page *page = NULL;
    enum err e = logs_page(call, NULL, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

/* ---- fields ---- */

static enum err
load_execution(const struct gql_call *call, const struct execution_node **ret, struct error *reterr)
{
    const struct log_node *node = call->parent;
    *ret = NULL;
    return uuid_is_zero(node->execution) ? ERR_OK
                                         : execution_node_load(call, node->execution, ret, reterr);
}

static enum err
resolve_execution(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct execution_node *execution = NULL;
    enum err e = load_execution(call, &execution, reterr);
    *ret = gql_result_object(execution);
    return e;
}

static enum err resolve_flow(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct execution_node *execution = NULL;
    const struct flow_node *flow = NULL;
    enum err e = load_execution(call, &execution, reterr);
    if (e == ERR_OK && execution != NULL) {
        e = execution_node_flow(call, &execution->execution, &flow, reterr);
    }
    *ret = gql_result_object(flow);
    return e;
}

static enum err
resolve_instance(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct log_node *node = call->parent;
    const struct instance_node *instance = NULL;
    enum err e = instance_node_load(call, node->instance, &instance, reterr);
    *ret = gql_result_object(instance);
    return e;
}

static enum err
resolve_flow_config(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct log_node *node = call->parent;
    const struct execution_node *execution = NULL;
    const struct instance_node *instance = NULL;
    *ret = gql_result_null();
    enum err e = load_execution(call, &execution, reterr);
    if (e != ERR_OK || execution == NULL) {
        return e;
    }
    e = instance_node_load(call, node->instance, &instance, reterr);
    if (e == ERR_OK) {
        uint32_t place = (uint32_t)execution->execution.flow;
        *ret = gql_result_object(flow_config_node_of(call, instance, place));
    }
    return e;
}

static enum err resolve_is_test(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct execution_node *execution = NULL;
    enum err e = load_execution(call, &execution, reterr);
    *ret = e != ERR_OK || execution == NULL
               ? gql_result_null()
               : gql_result_bool((execution->execution.flags & EXECUTION_FLAG_TEST) != 0);
    return e;
}

static enum err
resolve_log_type(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct log_node *node = call->parent;
    (void)reterr;
    *ret = gql_result_string(uuid_is_zero(node->execution) ? "MANAGEMENT" : "EXECUTION");
    return ERR_OK;
}

static enum err
resolve_loop_path(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct log_node *node = call->parent;
    (void)reterr;
    *ret =
        node->line.loop_path.size > 0 ? gql_result_text(node->line.loop_path) : gql_result_null();
    return ERR_OK;
}

static enum err resolve_message(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct log_node *node = call->parent;
    (void)reterr;
    *ret = gql_result_text(node->line.message.data != NULL ? node->line.message : SLICE(""));
    return ERR_OK;
}

static enum err
resolve_severity(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct log_node *node = call->parent;
    (void)reterr;
    *ret = gql_result_string(log_level_name(node->line.level));
    return ERR_OK;
}

static enum err
resolve_step_name(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct log_node *node = call->parent;
    (void)reterr;
    *ret = node->step_name.size > 0 ? gql_result_text(node->step_name) : gql_result_null();
    return ERR_OK;
}

/* ---- levels ---- */

struct level_node {
    int id;
    const char *name;
};

static enum err resolve_levels(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct level_node *levels = ARENA_ARRAY(call->arena, struct level_node, LOG_LEVEL_COUNT);
    const void **items = ARENA_ARRAY(call->arena, const void *, LOG_LEVEL_COUNT);
    if (levels == NULL || items == NULL) {
        return arena_error(call->arena, "log levels", reterr);
    }
    for (int i = 0; i < LOG_LEVEL_COUNT; i++) {
        levels[i] = (struct level_node){i, log_level_name((enum log_level)i)};
        items[i] = &levels[i];
    }
    *ret = gql_result_objects(items, LOG_LEVEL_COUNT);
    return ERR_OK;
}

/* ---- tables ---- */

#define LIST_ARGS                                                                                  \
    PAGE_ARGS " executionResult flowConfig instance instance_Customer instance_Integration "       \
              "isTestExecution logType message_Icontains orderBy severity severity_Gte sortBy "    \
              "timestamp_Gte timestamp_Lte"

static const struct gql_binding query_fields[] = {
    GQL_PAGED("logs", resolve_logs, LIST_ARGS, PAGE_SIZE),
    GQL_CALL("logSeverityLevels", resolve_levels),
};

static const struct gql_binding log_fields[] = {
    GQL_CALL("executionResult", resolve_execution),
    GQL_CALL("flow", resolve_flow),
    GQL_CALL("flowConfig", resolve_flow_config),
    GQL_ID("id", struct log_node, id, "Log"),
    GQL_CALL("instance", resolve_instance),
    GQL_CALL("isTestExecution", resolve_is_test),
    GQL_CALL("logType", resolve_log_type),
    GQL_CALL("loopPath", resolve_loop_path),
    GQL_CALL("message", resolve_message),
    GQL_ALWAYS_NULL("sectionId"), /* runs have no sections */
    GQL_CALL("severity", resolve_severity),
    GQL_CALL("stepName", resolve_step_name),
    GQL_TIME("timestamp", struct log_node, line.at_us),
};

static const struct gql_binding level_fields[] = {
    GQL_INT("id", struct level_node, id),
    GQL_STRING("name", struct level_node, name),
};

static const struct gql_type_binding types[] = {
    GQL_TYPE("RootQuery", query_fields),
    GQL_TYPE("Log", log_fields),
    GQL_TYPE("LogSeverity", level_fields),
};

static const struct gql_input_binding inputs[] = {
    {"LogOrder", "direction field"},
};

const struct gql_bindings logs_bindings = {
    .types = types,
    .type_count = sizeof types / sizeof types[0],
    .inputs = inputs,
    .input_count = sizeof inputs / sizeof inputs[0],
};
