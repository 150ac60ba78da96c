/*
 * daybook rebuild: builds the views from the journal; with --check beside the live ones, to
 * compare.
 *
 * Building replaces files and needs the lock; comparing reads, and works beside the server.
 */
#include "api/data_lock.h"
#include "core/base/check.h"
#include "projections/rebuild.h"
#include "tools/answer.h"
#include "tools/data.h"
#include "tools/guess.h"
#include "tools/progress.h"
#include "tools/shape.h"
#include "tools/table.h"
#include "tools/tool.h"

#include <stdio.h>

static const struct option table[] = {
    OPTION_DATA,
    {"view", "NAME", "only this view; a wrong name lists those there are"},
    {"check", NULL, "build beside and compare with the live views, changing nothing"},
    OPTION_MASTER,
    OPTION_JSON,
};

static const struct usage usage = {
    .command = "rebuild",
    .text =
        "Builds the views (everything that can be asked for) from the journal and puts them in\n"
        "place of the old ones; the server must be stopped. With --check they are built beside,\n"
        "compared row by row and thrown away; that works while the server runs.",
    .options = table,
    .option_count = ARRAY_COUNT(table),
    .examples = "rebuild --data /var/lib/daybook\n"
                "rebuild --check\n"
                "rebuild --view instances",
    .found = "with --check: the views differ from the journal",
};

struct call {
    const struct options *options;
    const struct projection *projection; /* NULL: all */
    struct data data;
    struct data_lock lock;
    struct progress progress;
    struct rebuild_options rebuild;
    struct arena arena;
};

static int refuse_view(const char *name)
{
    const struct projection *const *list = NULL;
    size_t count = projector_list(&list);
    struct guess guess = guess_at(name);
    char names[400] = "";
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        guess_consider(&guess, list[i]->name);
        int more =
            snprintf(names + size, sizeof names - size, "%s%s", i > 0 ? ", " : "", list[i]->name);
        size = size + (size_t)more < sizeof names ? size + (size_t)more : sizeof names - 1;
    }
    if (guess.name != NULL) {
        return tool_misused("rebuild", "there is no view \"%s\"; did you mean \"%s\"? (%s)", name,
                            guess.name, names);
    }
    return tool_misused("rebuild", "there is no view \"%s\"; there are %s", name, names);
}

/* ---- building ---- */

static int print_built(struct call *call)
{
    struct shape shape = shape_in(&call->arena);
    double seconds = progress_seconds(&call->progress);
    shape_string(&shape, "view", call->projection != NULL ? call->projection->name : "all");
    shape_u64(&shape, "events", call->data.head.seq);
    shape_value(&shape, "seconds", value_float(seconds));
    if (options_has(call->options, "json")) {
        return answer_json(call->options, &shape.map);
    }
    struct buf out;
    buf_init(&out, ANSWER_TEXT_BYTES);
    struct value events = value_int((int64_t)call->data.head.seq);
    buf_printf(&out, "built %s%s from ", call->projection != NULL ? "the view " : "all views",
               call->projection != NULL ? call->projection->name : "");
    table_put_cell(&out, &events, TABLE_COUNT, TABLE_CELL_MAX);
    buf_printf(&out, " events in %.1f s\n", seconds);
    int code = answer_text(call->options, &out);
    buf_deinit(&out);
    return code;
}

static enum err build(struct call *call, struct error *reterr)
{
    /* Looked at first: the lock would make a file in a directory that is none of ours. */
    enum err e = data_check(options_data(call->options), reterr);
    e = e != ERR_OK ? e : data_lock_take(options_data(call->options), false, &call->lock, reterr);
    e = e != ERR_OK ? e : data_open(call->options, DATA_KEYS, &call->data, reterr);
    if (e != ERR_OK) {
        return e;
    }
    return call->projection == NULL
               ? rebuild_all(call->data.journal, &call->rebuild, reterr)
               : rebuild_one(call->data.journal, &call->rebuild, call->projection, reterr);
}

/* ---- comparing ---- */

static int print_compared(struct call *call, const struct rebuild_check *check)
{
    struct shape shape = shape_in(&call->arena);
    shape_bool(&shape, "equal", check->equal);
    shape_u64(&shape, "seq", check->seq);
    shape_u64(&shape, "rows", check->rows);
    shape_value(&shape, "seconds", value_float(progress_seconds(&call->progress)));
    shape_string(&shape, "difference", check->equal ? NULL : check->difference);
    int code = TOOL_DONE;
    if (options_has(call->options, "json")) {
        code = answer_json(call->options, &shape.map);
    } else {
        struct buf out;
        struct value rows = value_int((int64_t)check->rows);
        buf_init(&out, ANSWER_TEXT_BYTES);
        if (check->equal) {
            buf_put_text(&out, "equal: ");
            table_put_cell(&out, &rows, TABLE_COUNT, TABLE_CELL_MAX);
            buf_printf(&out, " rows at sequence %llu\n", (unsigned long long)check->seq);
        } else {
            buf_printf(&out, "different at sequence %llu: %s\n", (unsigned long long)check->seq,
                       check->difference);
        }
        code = answer_text(call->options, &out);
        buf_deinit(&out);
    }
    return code == TOOL_DONE && !check->equal ? TOOL_FOUND : code;
}

static enum err compare(struct call *call, struct rebuild_check *ret, struct error *reterr)
{
    enum err e = data_open(call->options, DATA_KEYS, &call->data, reterr);
    if (e != ERR_OK) {
        return e;
    }
    return rebuild_compare(call->data.journal, &call->rebuild, call->projection, ret, reterr);
}

/* ---- the call ---- */

static int rebuild(struct call *call)
{
    struct error error;
    struct rebuild_check check = {.equal = true};
    bool checking = options_has(call->options, "check");
    progress_begin(&call->progress, "rebuild", clock_system());
    enum err e = checking ? compare(call, &check, &error) : build(call, &error);
    progress_end(&call->progress);
    if (e != ERR_OK) {
        return tool_fail("rebuild", &error);
    }
    return checking ? print_compared(call, &check) : print_built(call);
}

static int run(const struct options *options)
{
    const char *view = options_get(options, "view");
    struct call call = {.options = options, .lock = {.fd = -1}};
    if (view != NULL && (call.projection = projector_find(view)) == NULL) {
        return refuse_view(view);
    }
    call.rebuild = (struct rebuild_options){.data_dir = options_data(options),
                                            .progress = progress_update,
                                            .progress_data = &call.progress};
    arena_init(&call.arena, ANSWER_ARENA_BYTES);
    int code = rebuild(&call);
    data_close(&call.data);
    data_lock_release(&call.lock);
    arena_deinit(&call.arena);
    return code;
}

int tool_rebuild(int argc, char **argv)
{
    struct options options;
    return options_parse(&usage, argc, argv, &options) ? run(&options) : options.exit;
}
