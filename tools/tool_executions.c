/*
 * daybook executions: the newest executions, newest first.
 *
 * The key of an execution is its id, which begins with the time it was asked for: newest first is
 * the table backwards, and `--since` is where to stop.
 */
#include "core/base/check.h"
#include "projections/executions_view.h"
#include "projections/instances_view.h"
#include "tools/answer.h"
#include "tools/data.h"
#include "tools/moment.h"
#include "tools/shape.h"
#include "tools/tool.h"

#include <stdio.h>

#define LIMIT_DEFAULT 50
#define LIMIT_MOST    100000

static const struct option table[] = {
    OPTION_DATA,
    {"failed", NULL, "only those that failed, timed out or were canceled"},
    {"unresolved", NULL, "of these only those without a later replay that succeeded"},
    {"since", "TIME", "only those asked for since then: 1h, 7d, 2026-04-22, 2026-04-22T00:15:30Z"},
    {"instance", "ID", "only those of this instance"},
    {"limit", "N", "at most N (default: 50; 1-100000)"},
    OPTION_JSON,
};

static const struct usage usage = {
    .command = "executions",
    .text = "Prints the newest executions, newest first. Works beside a running server.",
    .options = table,
    .option_count = ARRAY_COUNT(table),
    .examples = "executions --failed --since 1h\n"
                "executions --instance SW5zdGFuY2U6MDE5... --limit 5\n"
                "executions --unresolved --json",
};

struct call {
    struct options *options;
    bool failed;
    bool unresolved;
    int64_t since_us; /* 0: since ever */
    uint64_t limit;
    struct uuid instance_id; /* zero: any */
    struct data data;
    struct instance instance; /* of the row before: neighbours are often of one */
    struct value list;
    struct arena arena;
};

/* ---- one row ---- */

/* Zero where the instance is gone. */
static const struct instance *instance_of(struct call *call, struct uuid id)
{
    if (!uuid_equal(call->instance.id, id)) {
        call->instance = (struct instance){.id = id};
        if (instances_view_get(call->data.txn, id, &call->arena, &call->instance, NULL) != ERR_OK) {
            call->instance = (struct instance){.id = id};
        }
    }
    return &call->instance;
}

static bool is_wanted(const struct call *call, const struct execution *execution)
{
    bool failed = execution_is_final(execution->state) && execution->state != EXECUTION_SUCCEEDED;
    return (!call->failed || failed) &&
           (!call->unresolved || (failed && uuid_is_zero(execution->resolved_by)));
}

static void add_row(struct call *call, const struct execution *execution)
{
    struct shape row = shape_in(&call->arena);
    const struct instance *instance = instance_of(call, execution->instance);
    const struct instance_flow *flow =
        execution->flow < instance->flow_count ? &instance->flows[execution->flow] : NULL;
    int64_t began =
        execution->started_at_us != 0 ? execution->started_at_us : execution->queued_at_us;
    shape_id(&row, "id", "InstanceExecutionResult", execution->id);
    shape_string(&row, "status", execution_status_name(execution->state));
    shape_string(&row, "state", execution_state_name(execution->state));
    shape_time(&row, "queuedAt", execution->queued_at_us);
    shape_value(&row, "durationUs",
                execution->finished_at_us != 0 ? value_int(execution->finished_at_us - began)
                                               : value_null());
    shape_id(&row, "instance", "Instance", execution->instance);
    shape_value(&row, "instanceName",
                instance->version > 0 ? value_text(instance->name) : value_null());
    shape_value(&row, "flow", flow != NULL ? value_text(flow->identity) : value_null());
    shape_value(&row, "errorClass",
                execution->error_class != ERROR_CLASS_NONE
                    ? value_text(slice_of_text(execution_error_class_name(execution->error_class)))
                    : value_null());
    shape_bool(&row, "isTest", (execution->flags & EXECUTION_FLAG_TEST) != 0);
    shape_id(&row, "replayOf", "InstanceExecutionResult", execution->replay_of);
    shape_id(&row, "resolvedBy", "InstanceExecutionResult", execution->resolved_by);
    shape_push(&row, &call->list);
}

/* Returns: false when it is older than what is wanted. */
static enum err look_at(struct call *call, struct uuid id, bool *ret_go_on, struct error *reterr)
{
    struct execution execution;
    struct arena_mark mark = arena_mark(&call->arena);
    *ret_go_on = call->since_us == 0 || (int64_t)id_time_ms(id) >= call->since_us / 1000;
    if (!*ret_go_on) {
        return ERR_OK;
    }
    enum err e = executions_view_get(call->data.txn, id, &call->arena, &execution, reterr);
    arena_rewind(&call->arena, mark); /* what was read holds no texts */
    if (e == ERR_OK && is_wanted(call, &execution)) {
        add_row(call, &execution);
    }
    *ret_go_on = call->list.list.count < call->limit;
    return e;
}

/* ---- the walk ---- */

/* The table that has what is wanted and little else, and where its keys hold the execution's id. */
static enum views_table table_of(const struct call *call, size_t *ret_id_at)
{
    *ret_id_at = 0;
    if (!uuid_is_zero(call->instance_id)) {
        *ret_id_at = sizeof call->instance_id.bytes;
        return VIEWS_EXECUTIONS_BY_INSTANCE;
    }
    return call->failed || call->unresolved ? VIEWS_EXECUTIONS_FAILED : VIEWS_EXECUTIONS;
}

/* To the last key of the instance; without one to the last of all. */
static bool seek_last(const struct call *call, struct views_cursor *cursor)
{
    struct views_key end = views_key();
    if (!uuid_is_zero(call->instance_id)) {
        struct uuid last = {.bytes = {0}};
        memset(last.bytes, 0xff, sizeof last.bytes);
        views_key_id(&end, call->instance_id);
        views_key_id(&end, last);
    }
    return views_cursor_seek_before(cursor, views_key_slice(&end));
}

static bool is_inside(const struct call *call, struct slice key, size_t id_at)
{
    return key.size == id_at + sizeof(struct uuid) &&
           (id_at == 0 || memcmp(key.data, call->instance_id.bytes, id_at) == 0);
}

static enum err walk(struct call *call, struct error *reterr)
{
    struct views_cursor cursor;
    size_t id_at = 0;
    bool more = true;
    call->list = value_list();
    enum err e = views_cursor_open(call->data.txn, table_of(call, &id_at), &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    bool found = seek_last(call, &cursor);
    while (e == ERR_OK && more && found && is_inside(call, cursor.key, id_at)) {
        struct uuid id;
        memcpy(id.bytes, cursor.key.data + id_at, sizeof id.bytes);
        e = look_at(call, id, &more, reterr);
        found = views_cursor_previous(&cursor);
    }
    views_cursor_close(&cursor);
    if (e == ERR_OK && arena_exhausted(&call->arena)) {
        e = arena_error(&call->arena, "the list: ask for fewer with --limit", reterr);
    }
    return e;
}

/* ---- the call ---- */

static int print(struct call *call)
{
    static const struct table_column columns[] = {
        {"queued at", "queuedAt", TABLE_TIME},  {"state", "state", TABLE_TEXT},
        {"took", "durationUs", TABLE_DURATION}, {"instance", "instanceName", TABLE_TEXT},
        {"flow", "flow", TABLE_TEXT},           {"error", "errorClass", TABLE_TEXT},
        {"execution", "id", TABLE_TEXT},
    };
    if (call->list.list.count == 0 && !options_has(call->options, "json")) {
        (void)fprintf(stderr, "no executions\n");
        return TOOL_DONE;
    }
    return answer_table(call->options, &call->list, columns, ARRAY_COUNT(columns));
}

static int executions(struct call *call)
{
    struct error error;
    enum err e = data_open(call->options, DATA_VIEWS, &call->data, &error);
    e = e != ERR_OK ? e : walk(call, &error);
    return e == ERR_OK ? print(call) : tool_fail("executions", &error);
}

static bool read_options(struct call *call)
{
    struct error error;
    struct options *options = call->options;
    const char *since = options_get(options, "since");
    const char *instance = options_get(options, "instance");
    call->failed = options_has(options, "failed");
    call->unresolved = options_has(options, "unresolved");
    if (since != NULL && moment_time(slice_of_text(since), clock_wall_us(clock_system()),
                                     &call->since_us, &error) != ERR_OK) {
        options->exit = tool_misused("executions", "--since: %s", error_text(&error));
        return false;
    }
    if (instance != NULL &&
        id_decode(slice_of_text(instance), "Instance", &call->instance_id, &error) != ERR_OK) {
        options->exit = tool_misused("executions", "--instance: %s", error_text(&error));
        return false;
    }
    return options_number(options, "limit", 1, LIMIT_MOST, &call->limit);
}

static int run(struct options *options)
{
    struct call call = {.options = options, .limit = LIMIT_DEFAULT};
    if (!read_options(&call)) {
        return options->exit;
    }
    arena_init(&call.arena, ANSWER_ARENA_BYTES);
    int code = executions(&call);
    data_close(&call.data);
    arena_deinit(&call.arena);
    return code;
}

int tool_executions(int argc, char **argv)
{
    struct options options;
    return options_parse(&usage, argc, argv, &options) ? run(&options) : options.exit;
}
