/*
 * daybook history: the audit trail of one thing: who did what, when and why, and what it changed.
 *
 * The thing's stream is folded event by event; what an event changed is the difference between the
 * states before and behind it, so secrets are in it as fingerprints alone. Events that change
 * nothing (a log line, a step) show their facts.
 */
#include "core/base/check.h"
#include "core/base/json_out.h"
#include "core/event/event_codec.h"
#include "projections/access_view.h"
#include "projections/as_of.h"
#include "tools/answer.h"
#include "tools/difference.h"
#include "tools/shape.h"
#include "tools/thing_shape.h"
#include "tools/tool.h"

#include <stdio.h>

#define LIMIT_DEFAULT 1000

static const struct option table[] = {
    OPTION_DATA,
    {"limit", "N", "the newest N events (default: 1000; 1-100000)"},
    OPTION_MASTER,
    OPTION_JSON,
};

static const struct usage usage = {
    .command = "history",
    .operands = "ID",
    .operands_min = 1,
    .operands_max = 1,
    .text = "Prints what happened to a customer, integration, version, instance, flow config,\n"
            "execution, user or the organization: when, by whom, why, and what it was before and\n"
            "after. The history of a flow config is that of its instance. Secrets are shown as\n"
            "fingerprints, which tell only that one changed.",
    .options = table,
    .option_count = ARRAY_COUNT(table),
    .examples = "history SW5zdGFuY2U6MDE5...\n"
                "history SW5zdGFuY2U6MDE5... --limit 10 --json",
};

/* They change with every event, or follow from what else is shown. */
static const char *const left_out[] = {"id",        "kind",      "streamVersion",
                                       "updatedAt", "createdAt", NULL};

struct call {
    struct options *options;
    uint64_t limit;
    uint64_t skipped; /* older events that are not shown */
    struct data data;
    struct thing thing;
    struct thing_state state;
    struct thing_shaping shaping;
    struct value before; /* the state's map before the event; null before the first */
    struct value list;
    struct arena arena;
    enum err fault;
    struct error error;
};

/* ---- one event ---- */

static const char *actor_name(enum actor_kind kind)
{
    static const char *const names[] = {"system", "user", "webhook", "operator"};
    return (unsigned)kind < ARRAY_COUNT(names) ? names[kind] : "unknown";
}

static struct value actor_map(struct call *call, const struct actor *actor)
{
    struct shape shape = shape_in(&call->arena);
    struct user user;
    struct token token;
    shape_string(&shape, "kind", actor_name(actor->kind));
    if (!uuid_is_zero(actor->user)) {
        shape_id(&shape, "user", "User", actor->user);
        if (access_view_user(call->data.txn, actor->user, &call->arena, &user, NULL) == ERR_OK) {
            shape_text(&shape, "name", user.name);
        }
    }
    if (!uuid_is_zero(actor->token) &&
        access_view_token(call->data.txn, actor->token, &call->arena, &token, NULL) == ERR_OK) {
        shape_text(&shape, "token", token.name);
    }
    return shape.map;
}

/* What the event changed; the facts where that is nothing. */
static void put_changes(struct call *call,
                        const struct recorded_event *event,
                        const struct value *after,
                        struct shape *row)
{
    struct value changes = difference(&call->arena, &call->before, after, left_out);
    shape_value(row, "changes", changes);
    if (changes.list.count == 0) {
        shape_value(row, "facts", event_codec_facts_map(&call->arena, &event->event));
    }
}

static void put_event(struct call *call,
                      const struct recorded_event *event,
                      struct slice reason,
                      unsigned absent)
{
    const struct event_info *info = event_info((uint64_t)event->event.type);
    struct shape row = shape_in(&call->arena);
    struct value after = value_null();
    call->shaping.seq = event->seq;
    if (thing_exists(&call->thing, &call->state)) {
        call->fault = thing_shape(&call->shaping, &call->state, &after, &call->error);
    }
    shape_u64(&row, "seq", event->seq);
    shape_time(&row, "at", event->recorded_at_us);
    shape_string(&row, "event", info != NULL ? info->name : "unknown");
    shape_value(&row, "actor", actor_map(call, &event->actor));
    shape_value(&row, "reason", reason.size > 0 ? value_text(reason) : value_null());
    put_changes(call, event, &after, &row);
    if ((absent & 1U << BODY_STATE) != 0) {
        shape_bool(&row, "isErased", true);
    }
    shape_push(&row, &call->list);
    call->before = after;
}

static bool
on_event(void *data, const struct recorded_event *event, struct slice reason, unsigned absent)
{
    struct call *call = data;
    if (thing_evolve(&call->thing, &call->state, event, &call->arena)) {
        put_event(call, event, reason, absent);
    }
    return call->fault == ERR_OK;
}

static enum err walk(struct call *call, struct error *reterr)
{
    call->state = thing_before(&call->thing);
    call->before = value_null();
    call->list = value_list();
    call->shaping = (struct thing_shaping){
        .data = &call->data, .thing = &call->thing, .alone = true, .arena = &call->arena};
    enum err e = as_of_walk(call->data.txn, call->data.reader, call->thing.stream, 0,
                            call->data.seq, 1U << BODY_STATE, &call->arena, on_event, call, reterr);
    if (call->fault != ERR_OK) {
        *reterr = call->error;
        return call->fault;
    }
    if (e == ERR_OK && call->list.list.count == 0) {
        return error_set(reterr, ERR_NOT_FOUND, "there is no %s of this id",
                         thing_name(call->thing.kind));
    }
    return e;
}

/* ---- for people ---- */

/* Nothing in particular: what a thing begins with. */
static bool is_blank(const struct value *value)
{
    if (value_is_null(value)) {
        return true;
    }
    switch (value->type) {
    case VALUE_TEXT:
    case VALUE_BINARY:
        return value->bytes.size == 0;
    case VALUE_LIST:
        return value->list.count == 0;
    case VALUE_BOOL:
        return !value->boolean;
    case VALUE_INT:
        return value->integer == 0;
    case VALUE_NULL:
    case VALUE_FLOAT:
    case VALUE_MAP:
        break;
    }
    return false;
}

static bool is_empty_text(const struct value *value)
{
    return value_is_null(value) || (value->type == VALUE_TEXT && value->bytes.size == 0) ||
           (value->type == VALUE_LIST && value->list.count == 0);
}

static void put_change(struct buf *out, const struct value *change)
{
    const struct value *before = value_get(change, SLICE("before"));
    const struct value *after = value_get(change, SLICE("after"));
    if (value_is_null(before) && is_blank(after)) {
        return; /* no news */
    }
    buf_put_text(out, "    ");
    table_put_cell(out, value_get(change, SLICE("field")), TABLE_TEXT, TABLE_LINE_MAX);
    buf_put_text(out, ": ");
    if (!is_empty_text(before)) {
        table_put_cell(out, before, TABLE_TEXT, TABLE_LINE_MAX);
        buf_put_text(out, " -> ");
    }
    if (is_empty_text(after)) {
        buf_put_text(out, "(none)");
    } else {
        table_put_cell(out, after, TABLE_TEXT, TABLE_LINE_MAX);
    }
    buf_put_char(out, '\n');
}

static void put_actor(struct buf *out, const struct value *actor)
{
    const struct value *name = value_get(actor, SLICE("name"));
    const struct value *token = value_get(actor, SLICE("token"));
    table_put_cell(out, name != NULL ? name : value_get(actor, SLICE("kind")), TABLE_TEXT,
                   TABLE_CELL_MAX);
    if (token != NULL) {
        buf_put_text(out, " (token ");
        table_put_cell(out, token, TABLE_TEXT, TABLE_CELL_MAX);
        buf_put_char(out, ')');
    }
}

static void put_row(struct buf *out, const struct value *row)
{
    const struct value *changes = value_get(row, SLICE("changes"));
    const struct value *reason = value_get(row, SLICE("reason"));
    const struct value *facts = value_get(row, SLICE("facts"));
    table_put_cell(out, value_get(row, SLICE("seq")), TABLE_NUMBER, TABLE_CELL_MAX);
    buf_put_text(out, "  ");
    table_put_cell(out, value_get(row, SLICE("at")), TABLE_TIME, TABLE_CELL_MAX);
    buf_put_text(out, "  ");
    table_put_cell(out, value_get(row, SLICE("event")), TABLE_TEXT, TABLE_CELL_MAX);
    buf_put_text(out, "  by ");
    put_actor(out, value_get(row, SLICE("actor")));
    buf_put_char(out, '\n');
    if (!value_is_null(reason)) {
        buf_put_text(out, "    reason: ");
        table_put_cell(out, reason, TABLE_TEXT, TABLE_LINE_MAX);
        buf_put_char(out, '\n');
    }
    for (uint32_t i = 0; i < changes->list.count; i++) {
        put_change(out, &changes->list.items[i]);
    }
    if (facts != NULL && facts->map.count > 0) {
        buf_put_text(out, "    ");
        table_put_cell(out, facts, TABLE_TEXT, TABLE_LINE_MAX);
        buf_put_char(out, '\n');
    }
    if (value_get(row, SLICE("isErased")) != NULL) {
        buf_put_text(out, "    (what it said is erased or expired)\n");
    }
}

/* ---- the call ---- */

/* Drops the oldest, so that `limit` are left. */
static void cut(struct call *call)
{
    if (call->list.list.count > call->limit) {
        call->skipped = call->list.list.count - call->limit;
        call->list.list.items += call->skipped;
        call->list.list.count = (uint32_t)call->limit;
    }
}

static int print(struct call *call)
{
    if (options_has(call->options, "json")) {
        return answer_json(call->options, &call->list);
    }
    struct buf out;
    buf_init(&out, ANSWER_TEXT_BYTES);
    if (call->skipped > 0) {
        buf_printf(&out, "(%llu older events are not shown: --limit)\n",
                   (unsigned long long)call->skipped);
    }
    for (uint32_t i = 0; i < call->list.list.count; i++) {
        put_row(&out, &call->list.list.items[i]);
    }
    int code = answer_text(call->options, &out);
    buf_deinit(&out);
    return code;
}

static int history(struct call *call)
{
    struct error error;
    enum err e = data_open(call->options, DATA_VIEWS | DATA_KEYS, &call->data, &error);
    e = e != ERR_OK ? e
                    : thing_find(&call->data, slice_of_text(call->options->operands[0]),
                                 &call->thing, &error);
    e = e != ERR_OK ? e : walk(call, &error);
    if (e == ERR_INVALID) {
        return tool_misused("history", "%s", error_text(&error));
    }
    if (e != ERR_OK) {
        return tool_fail("history", &error);
    }
    cut(call);
    return print(call);
}

static int run(struct options *options)
{
    struct call call = {.options = options, .limit = LIMIT_DEFAULT};
    if (!options_number(options, "limit", 1, AS_OF_RECORDS_MAX, &call.limit)) {
        return options->exit;
    }
    arena_init(&call.arena, ANSWER_ARENA_BYTES);
    int code = history(&call);
    data_close(&call.data);
    arena_deinit(&call.arena);
    return code;
}

int tool_history(int argc, char **argv)
{
    struct options options;
    return options_parse(&usage, argc, argv, &options) ? run(&options) : options.exit;
}
