/*
 * daybook show: the state of one thing, now or as of a time or sequence.
 */
#include "core/base/check.h"
#include "tools/answer.h"
#include "tools/moment.h"
#include "tools/shape.h"
#include "tools/thing_shape.h"
#include "tools/tool.h"

static const struct option table[] = {
    OPTION_DATA,
    {"as-of", "TIME|SEQ",
     "as it was then: a sequence, 2026-04-22T00:15:30Z, 2026-04-22, or so long ago: 90s, 30m, 1h, "
     "7d, 2w"},
    OPTION_MASTER,
    OPTION_JSON,
};

static const struct usage usage = {
    .command = "show",
    .operands = "ID",
    .operands_min = 1,
    .operands_max = 1,
    .text =
        "Prints the state of a customer, integration, version, instance, flow config, execution,\n"
        "user or the organization, by the id that the API gives. Works beside a running server.\n"
        "Secrets are never shown: inputs of connections and API keys only as fingerprints.",
    .options = table,
    .option_count = ARRAY_COUNT(table),
    .examples = "show SW5zdGFuY2U6MDE5...\n"
                "show SW5zdGFuY2U6MDE5... --as-of 1h\n"
                "show SW5zdGFuY2U6MDE5... --as-of 4711 --json",
};

struct call {
    struct options *options;
    struct moment mark;
    bool has_mark;
    struct data data;
    struct arena arena;
};

/* The sequence that was asked for. */
static enum err find_seq(struct call *call, uint64_t *ret, struct error *reterr)
{
    uint64_t seq = call->data.seq;
    enum err e = ERR_OK;
    if (call->has_mark && call->mark.is_seq) {
        seq = call->mark.seq;
    } else if (call->has_mark) {
        e = journal_seq_at(call->data.reader, call->mark.us, &seq, reterr);
    }
    if (e == ERR_OK && call->has_mark && call->mark.is_seq && seq > call->data.seq) {
        return error_set(reterr, ERR_NOT_FOUND,
                         "--as-of %llu lies in the future: the journal stands at %llu",
                         (unsigned long long)seq, (unsigned long long)call->data.seq);
    }
    if (e == ERR_OK) {
        *ret = seq < call->data.seq ? seq : call->data.seq;
    }
    return e;
}

static enum err
load(struct call *call, struct thing *ret_thing, struct value *ret, struct error *reterr)
{
    struct thing_state state;
    struct thing_shaping shaping = {.data = &call->data, .thing = ret_thing, .arena = &call->arena};
    enum err e = data_open(call->options, DATA_VIEWS | DATA_KEYS, &call->data, reterr);
    e = e != ERR_OK
            ? e
            : thing_find(&call->data, slice_of_text(call->options->operands[0]), ret_thing, reterr);
    e = e != ERR_OK ? e : find_seq(call, &shaping.seq, reterr);
    if (e != ERR_OK) {
        return e;
    }
    e = call->has_mark
            ? thing_as_of(&call->data, ret_thing, shaping.seq, &call->arena, &state, reterr)
            : thing_now(&call->data, ret_thing, &call->arena, &state, reterr);
    e = e != ERR_OK ? e : thing_shape(&shaping, &state, ret, reterr);
    if (e == ERR_OK) {
        (void)value_map_put(&call->arena, ret, SLICE("asOfSeq"), value_int((int64_t)shaping.seq));
    }
    return e;
}

static int print(struct call *call, const struct value *map)
{
    if (options_has(call->options, "json")) {
        return answer_json(call->options, map);
    }
    struct buf out;
    buf_init(&out, ANSWER_TEXT_BYTES);
    thing_shape_put(map, &call->arena, &out);
    int code = answer_text(call->options, &out);
    buf_deinit(&out);
    return code;
}

static int show(struct call *call)
{
    struct error error;
    struct thing thing;
    struct value map;
    enum err e = load(call, &thing, &map, &error);
    if (e == ERR_INVALID) {
        return tool_misused("show", "%s", error_text(&error));
    }
    return e == ERR_OK ? print(call, &map) : tool_fail("show", &error);
}

static int run(struct options *options)
{
    struct call call = {.options = options};
    struct error error;
    const char *mark = options_get(options, "as-of");
    call.has_mark = mark != NULL;
    if (mark != NULL && moment_mark(slice_of_text(mark), clock_wall_us(clock_system()), &call.mark,
                                    &error) != ERR_OK) {
        return tool_misused("show", "--as-of: %s", error_text(&error));
    }
    arena_init(&call.arena, ANSWER_ARENA_BYTES);
    int code = show(&call);
    data_close(&call.data);
    arena_deinit(&call.arena);
    return code;
}

int tool_show(int argc, char **argv)
{
    struct options options;
    return options_parse(&usage, argc, argv, &options) ? run(&options) : options.exit;
}
