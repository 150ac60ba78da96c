/*
 * daybook stats: what is in the journal, and what it takes: events by type, bytes before and after
 * compression, rows of the views, keys, oldest and newest.
 */
#include "core/base/check.h"
#include "journal/survey.h"
#include "tools/answer.h"
#include "tools/data.h"
#include "tools/progress.h"
#include "tools/shape.h"
#include "tools/tool.h"

static const struct option table[] = {OPTION_DATA, OPTION_MASTER, OPTION_JSON};

static const struct usage usage = {
    .command = "stats",
    .text =
        "Counts events by type, bytes of bodies before and after compression, rows of the views\n"
        "and keys. Reads the whole journal, opens no body, and works beside a running server and\n"
        "without the keys.",
    .options = table,
    .option_count = ARRAY_COUNT(table),
    .examples = "stats --data /var/lib/daybook\n"
                "stats --json",
};

struct call {
    const struct options *options;
    struct data data;
    struct error no_views; /* why there are no figures of them */
    struct survey survey;
    struct journal_stats files;
    struct arena arena;
};

/* ---- shapes ---- */

static struct value shape_events(struct call *call)
{
    const struct event_info *infos = NULL;
    size_t count = event_catalogue(&infos);
    struct value list = value_list();
    for (size_t i = 0; i < count; i++) {
        uint64_t events = call->survey.events_of[infos[i].type];
        struct shape row = shape_in(&call->arena);
        if (events > 0) {
            shape_string(&row, "event", infos[i].name);
            shape_u64(&row, "count", events);
            shape_push(&row, &list);
        }
    }
    return list;
}

static struct value shape_bodies(struct call *call)
{
    struct value list = value_list();
    for (int i = 0; i < BODY_CLASS_COUNT; i++) {
        const struct survey_bodies *bodies = &call->survey.bodies[i];
        struct shape row = shape_in(&call->arena);
        shape_string(&row, "class", body_class_name((enum body_class)i));
        shape_u64(&row, "count", bodies->count);
        shape_u64(&row, "blobs", bodies->blobs);
        shape_u64(&row, "absent", bodies->absent);
        shape_u64(&row, "rawBytes", bodies->raw_bytes);
        shape_u64(&row, "storedBytes", bodies->stored_bytes);
        shape_value(&row, "ratio",
                    bodies->stored_bytes > 0
                        ? value_float((double)bodies->raw_bytes / (double)bodies->stored_bytes)
                        : value_null());
        shape_push(&row, &list);
    }
    return list;
}

static struct value shape_views(struct call *call)
{
    struct value list = value_list();
    for (int i = 0; call->data.txn != NULL && i < VIEWS_TABLE_COUNT; i++) {
        struct shape row = shape_in(&call->arena);
        shape_string(&row, "table", views_table_name((enum views_table)i));
        shape_u64(&row, "rows", views_count(call->data.txn, (enum views_table)i));
        shape_push(&row, &list);
    }
    return list;
}

static void put_files(struct call *call, struct shape *shape)
{
    shape_u64(shape, "recordBytes", call->survey.record_bytes);
    shape_u64(shape, "journalFileBytes", call->files.journal_file_bytes);
    shape_u64(shape, "blobFileBytes", call->files.blob_file_bytes);
    if (call->data.txn != NULL) {
        shape_u64(shape, "viewsFileBytes", views_bytes(call->data.views));
        shape_u64(shape, "viewsSeq", call->data.seq);
    }
}

static void put_keys(struct call *call, struct shape *shape)
{
    if (!call->data.has_keys) {
        shape_null(shape, "keyring");
        return;
    }
    struct keyring_stats stats = keyring_stats(journal_keyring(call->data.journal));
    struct shape keys = shape_in(&call->arena);
    shape_u64(&keys, "held", stats.held);
    shape_u64(&keys, "destroyed", stats.highest - stats.held);
    shape_u64(&keys, "rewrites", stats.generation);
    shape_u64(&keys, "fileBytes", stats.file_bytes);
    shape_value(shape, "keyring", keys.map);
}

static struct value shape_all(struct call *call)
{
    struct shape shape = shape_in(&call->arena);
    shape_u64(&shape, "events", call->survey.events);
    shape_u64(&shape, "records", call->survey.records);
    shape_u64(&shape, "commands", call->survey.commands);
    shape_time(&shape, "oldest", call->survey.oldest_us);
    shape_time(&shape, "newest", call->survey.newest_us);
    put_files(call, &shape);
    put_keys(call, &shape);
    shape_value(&shape, "eventsByType", shape_events(call));
    shape_value(&shape, "bodies", shape_bodies(call));
    shape_value(&shape, "views", shape_views(call));
    return shape.map;
}

/* ---- for people ---- */

static const struct table_column members[] = {
    {"events", "events", TABLE_COUNT},
    {"records", "records", TABLE_COUNT},
    {"commands", "commands", TABLE_COUNT},
    {"oldest", "oldest", TABLE_TIME},
    {"newest", "newest", TABLE_TIME},
    {"records take", "recordBytes", TABLE_BYTES},
    {"journal file", "journalFileBytes", TABLE_BYTES},
    {"blob file", "blobFileBytes", TABLE_BYTES},
    {"views file", "viewsFileBytes", TABLE_BYTES},
    {"keys held", "keyring.held", TABLE_COUNT},
    {"keys destroyed", "keyring.destroyed", TABLE_COUNT},
    {"keyring rewrites", "keyring.rewrites", TABLE_COUNT},
    {"keyring file", "keyring.fileBytes", TABLE_BYTES},
};

static const struct table_column event_columns[] = {
    {"event", "event", TABLE_TEXT},
    {"count", "count", TABLE_COUNT},
};

static const struct table_column body_columns[] = {
    {"bodies", "class", TABLE_TEXT},         {"count", "count", TABLE_COUNT},
    {"blobs", "blobs", TABLE_COUNT},         {"absent", "absent", TABLE_COUNT},
    {"before", "rawBytes", TABLE_BYTES},     {"stored", "storedBytes", TABLE_BYTES},
    {"times smaller", "ratio", TABLE_RATIO},
};

static const struct table_column view_columns[] = {
    {"view", "table", TABLE_TEXT},
    {"rows", "rows", TABLE_COUNT},
};

static void put_table(struct buf *out,
                      const struct value *map,
                      const char *member,
                      const struct table_column *columns,
                      size_t count)
{
    buf_put_char(out, '\n');
    table_put_list(out, value_get(map, slice_of_text(member)), columns, count);
}

static int print(struct call *call, const struct value *map)
{
    if (options_has(call->options, "json")) {
        return answer_json(call->options, map);
    }
    struct buf out;
    buf_init(&out, ANSWER_TEXT_BYTES);
    table_put_sheet(&out, map, members, ARRAY_COUNT(members));
    put_table(&out, map, "eventsByType", event_columns, ARRAY_COUNT(event_columns));
    put_table(&out, map, "bodies", body_columns, ARRAY_COUNT(body_columns));
    if (call->data.txn != NULL) {
        put_table(&out, map, "views", view_columns, ARRAY_COUNT(view_columns));
    } else {
        buf_printf(&out, "\nno figures of the views: %s\n", error_text(&call->no_views));
    }
    if (!call->data.has_keys) {
        buf_printf(&out, "\nno figures of the keys: %s\n", call->data.keys_missing);
    }
    int code = answer_text(call->options, &out);
    buf_deinit(&out);
    return code;
}

/* ---- the call ---- */

static enum err collect(struct call *call, struct error *reterr)
{
    struct progress progress;
    enum err e = data_open(call->options, DATA_MAYBE_KEYS, &call->data, reterr);
    if (e == ERR_OK && data_open_views(&call->data, &call->no_views) != ERR_OK) {
        data_close_views(&call->data);
    }
    if (e == ERR_OK) {
        progress_begin(&progress, "stats", clock_system());
        e = survey_run(call->data.journal, progress_update, &progress, &call->survey, reterr);
        progress_end(&progress);
    }
    return e != ERR_OK ? e : journal_stats(call->data.journal, &call->files, reterr);
}

static int run(const struct options *options)
{
    struct call call = {.options = options};
    struct error error;
    arena_init(&call.arena, ANSWER_ARENA_BYTES);
    int code = TOOL_FAILED;
    if (collect(&call, &error) == ERR_OK) {
        struct value map = shape_all(&call);
        code = print(&call, &map);
    } else {
        code = tool_fail("stats", &error);
    }
    data_close(&call.data);
    arena_deinit(&call.arena);
    return code;
}

int tool_stats(int argc, char **argv)
{
    struct options options;
    return options_parse(&usage, argc, argv, &options) ? run(&options) : options.exit;
}
