/*
 * daybook status: is it served, how far is it, what waits.
 *
 * A server is asked over its socket. Without one the files are looked at.
 */
#include "core/base/check.h"
#include "journal/journal.h"
#include "tools/answer.h"
#include "tools/data.h"
#include "tools/served.h"
#include "tools/shape.h"
#include "tools/tool.h"

#include <stdio.h>

static const struct option table[] = {OPTION_DATA, OPTION_JSON};

static const struct usage usage = {
    .command = "status",
    .text =
        "Prints whether the directory is served, how far journal and views are, what waits, how\n"
        "long the last sync took and how much room is left on the disk.",
    .options = table,
    .option_count = ARRAY_COUNT(table),
    .examples = "status --data /var/lib/daybook\n"
                "status --json",
};

/* Members of the answer; a directory that is not served has fewer. */
static const struct table_column members[] = {
    {"serving", "serving", TABLE_YES_NO},
    {"process", "pid", TABLE_NUMBER},
    {"version", "version", TABLE_TEXT},
    {"address", "url", TABLE_TEXT},
    {"ready", "ready", TABLE_YES_NO},
    {"uptime", "uptimeUs", TABLE_DURATION},
    {"sequence", "seq", TABLE_NUMBER},
    {"chain head", "head", TABLE_TEXT},
    {"views at", "viewsSeq", TABLE_NUMBER},
    {"lag of the views", "lag", TABLE_COUNT},
    {"views", "viewsFault", TABLE_TEXT},
    {"last commit", "lastCommitAt", TABLE_TIME},
    {"last sync", "lastSyncUs", TABLE_DURATION},
    {"longest sync", "longestSyncUs", TABLE_DURATION},
    {"commands queued", "queuedCommands", TABLE_COUNT},
    {"bytes queued", "queuedBytes", TABLE_BYTES},
    {"executions open", "openExecutions", TABLE_COUNT},
    {"executions running", "running", TABLE_COUNT},
    {"executions started", "executionsStarted", TABLE_COUNT},
    {"executions finished", "executionsFinished", TABLE_COUNT},
    {"webhooks accepted", "webhooksAccepted", TABLE_COUNT},
    {"webhooks rejected", "webhooksRejected", TABLE_COUNT},
    {"connections", "connections", TABLE_COUNT},
    {"disk free", "diskFreeBytes", TABLE_BYTES},
};

struct call {
    const struct options *options;
    struct data data;
    struct arena arena;
};

/* ---- from the server ---- */

/* The server's answer, and what follows from it. */
static enum err
ask_server(struct call *call, struct value *ret, bool *ret_asked, struct error *reterr)
{
    struct shape shape = shape_in(&call->arena);
    struct value answer;
    enum err e = served_ask(options_data(call->options), "GET", "/control/status",
                            (struct slice){NULL, 0}, &call->arena, &answer, ret_asked, reterr);
    if (e != ERR_OK) {
        return e;
    }
    int64_t seq = value_int_of(value_get(&answer, SLICE("seq")), 0);
    int64_t views = value_int_of(value_get(&answer, SLICE("viewsSeq")), seq);
    int64_t seconds = value_int_of(value_get(&answer, SLICE("uptimeSeconds")), 0);
    shape_bool(&shape, "serving", true);
    for (uint32_t i = 0; answer.type == VALUE_MAP && i < answer.map.count; i++) {
        const struct value_member *member = &answer.map.members[i];
        (void)value_map_put(&call->arena, &shape.map, member->key, member->value);
    }
    shape_int(&shape, "lag", seq > views ? seq - views : 0);
    shape_int(&shape, "uptimeUs", seconds * 1000000);
    *ret = shape.map;
    return ERR_OK;
}

/* ---- from the files ---- */

static void put_views(struct call *call, struct shape *shape)
{
    struct error fault;
    if (data_open_views(&call->data, &fault) != ERR_OK) {
        shape_text(shape, "viewsFault",
                   arena_copy(&call->arena, slice_of_text(error_text(&fault))));
        data_close_views(&call->data);
        return;
    }
    uint64_t head = call->data.head.seq;
    shape_u64(shape, "viewsSeq", call->data.seq);
    shape_u64(shape, "lag", head > call->data.seq ? head - call->data.seq : 0);
    shape_u64(shape, "openExecutions", views_count(call->data.txn, VIEWS_EXECUTIONS_OPEN));
}

static enum err look_at_files(struct call *call, struct value *ret, struct error *reterr)
{
    struct shape shape = shape_in(&call->arena);
    uint64_t disk_free = 0;
    enum err e = data_open(call->options, 0, &call->data, reterr);
    e = e != ERR_OK ? e : journal_disk_free(call->data.journal, &disk_free, reterr);
    if (e != ERR_OK) {
        return e;
    }
    const struct journal_head *head = &call->data.head;
    shape_bool(&shape, "serving", call->data.server_pid != 0);
    if (call->data.server_pid != 0) { /* held, but its socket gives no answer */
        shape_int(&shape, "pid", call->data.server_pid);
    }
    shape_u64(&shape, "seq", head->seq);
    shape_hex(&shape, "head", slice_of(head->link, sizeof head->link));
    shape_time(&shape, "lastCommitAt", head->recorded_at_us);
    put_views(call, &shape);
    shape_u64(&shape, "diskFreeBytes", disk_free);
    *ret = shape.map;
    return ERR_OK;
}

/* ---- the call ---- */

static int print(struct call *call, const struct value *map)
{
    return answer_table(call->options, map, members, ARRAY_COUNT(members));
}

static int status(struct call *call)
{
    struct error error;
    struct value map;
    bool asked = false;
    enum err e = data_check(options_data(call->options), &error);
    e = e != ERR_OK ? e : ask_server(call, &map, &asked, &error);
    if (e == ERR_NOT_FOUND && !asked) {
        e = look_at_files(call, &map, &error);
    }
    return e == ERR_OK ? print(call, &map) : tool_fail("status", &error);
}

static int run(const struct options *options)
{
    struct call call = {.options = options};
    arena_init(&call.arena, ANSWER_ARENA_BYTES);
    int code = status(&call);
    data_close(&call.data);
    arena_deinit(&call.arena);
    return code;
}

int tool_status(int argc, char **argv)
{
    struct options options;
    return options_parse(&usage, argc, argv, &options) ? run(&options) : options.exit;
}
