/*
 * A thing's map as text for people: its plain members as a sheet, then what it has several of as
 * tables: config variables, flow configs, versions, steps.
 */
#include "core/base/check.h"
#include "tools/table.h"
#include "tools/thing_shape_priv.h"

/* Every plain member any kind has, in the order of the sheet; those a map has not have no line. */
static const struct table_column members[] = {
    {"id", "id", TABLE_TEXT},
    {"kind", "kind", TABLE_TEXT},
    {"name", "name", TABLE_TEXT},
    {"email", "email", TABLE_TEXT},
    {"role", "role", TABLE_TEXT},
    {"external id", "externalId", TABLE_TEXT},
    {"description", "description", TABLE_TEXT},
    {"category", "category", TABLE_TEXT},
    {"labels", "labels", TABLE_TEXT},
    {"customer", "customer.name", TABLE_TEXT},
    {"customer id", "customer.id", TABLE_TEXT},
    {"integration", "integration.name", TABLE_TEXT},
    {"integration id", "integration.id", TABLE_TEXT},
    {"instance", "instance.name", TABLE_TEXT},
    {"instance id", "instance.id", TABLE_TEXT},
    {"version", "version", TABLE_NUMBER},
    {"available", "isAvailable", TABLE_YES_NO},
    {"comment", "comment", TABLE_TEXT},
    {"attributes", "attributes", TABLE_TEXT},
    {"flow", "flow", TABLE_TEXT},
    {"flows", "flows", TABLE_TEXT},
    {"draft since seq", "draftSeq", TABLE_NUMBER},
    {"draft fingerprint", "draftFingerprint", TABLE_TEXT},
    {"latest version", "latestVersion", TABLE_NUMBER},
    {"system instance", "systemInstance", TABLE_TEXT},
    {"enabled", "enabled", TABLE_YES_NO},
    {"system", "isSystem", TABLE_YES_NO},
    {"deleted", "isDeleted", TABLE_YES_NO},
    {"deployment", "deployment", TABLE_NUMBER},
    {"deployed version", "deployedVersion", TABLE_NUMBER},
    {"deployed at", "deployedAt", TABLE_TIME},
    {"needs deploy", "needsDeploy", TABLE_YES_NO},
    {"keys", "keys", TABLE_TEXT},
    {"status", "status", TABLE_TEXT},
    {"state", "state", TABLE_TEXT},
    {"error class", "errorClass", TABLE_TEXT},
    {"error", "error", TABLE_TEXT},
    {"invoked by", "invokeType", TABLE_TEXT},
    {"test", "isTest", TABLE_YES_NO},
    {"synchronous", "isSynchronous", TABLE_YES_NO},
    {"queued at", "queuedAt", TABLE_TIME},
    {"started at", "startedAt", TABLE_TIME},
    {"finished at", "finishedAt", TABLE_TIME},
    {"took", "durationUs", TABLE_DURATION},
    {"replay of", "replayOf", TABLE_TEXT},
    {"resolved by", "resolvedBy", TABLE_TEXT},
    {"payload", "payloadBytes", TABLE_BYTES},
    {"payload digest", "payloadDigest", TABLE_TEXT},
    {"definition of seq", "definitionSeq", TABLE_NUMBER},
    {"config of seq", "configSeq", TABLE_NUMBER},
    {"resumed", "resumes", TABLE_COUNT},
    {"created by", "createdBy", TABLE_TEXT},
    {"created at", "createdAt", TABLE_TIME},
    {"updated at", "updatedAt", TABLE_TIME},
    {"stream version", "streamVersion", TABLE_NUMBER},
};

static bool has_items(const struct value *value)
{
    return value != NULL && ((value->type == VALUE_LIST && value->list.count > 0) ||
                             (value->type == VALUE_MAP && value->map.count > 0));
}

/* ---- config ---- */

static void
add_row(struct arena *arena, struct value *rows, struct slice name, struct value shown, int64_t seq)
{
    struct shape row = shape_in(arena);
    shape_text(&row, "name", name);
    shape_value(&row, "value", shown);
    shape_int(&row, "setAt", seq);
    shape_push(&row, rows);
}

static struct value shown_input(struct arena *arena, const struct value *input)
{
    struct slice mark = value_get_text(input, SLICE("fingerprint"));
    if (!value_bool_of(value_get(input, SLICE("hasValue")), false)) {
        return value_text(SLICE("(empty)"));
    }
    return value_text(arena_format(arena, "(fingerprint %.*s)", SLICE_ARGS(mark)));
}

static void add_inputs(struct arena *arena,
                       struct value *rows,
                       struct slice variable,
                       const struct value *inputs)
{
    for (uint32_t i = 0; i < inputs->map.count; i++) {
        const struct value_member *input = &inputs->map.members[i];
        struct slice name =
            arena_format(arena, "%.*s.%.*s", SLICE_ARGS(variable), SLICE_ARGS(input->key));
        add_row(arena, rows, name, shown_input(arena, &input->value),
                value_int_of(value_get(&input->value, SLICE("setAt")), 0));
    }
}

static struct value config_rows(struct arena *arena, const struct value *config)
{
    struct value rows = value_list();
    for (uint32_t i = 0; i < config->map.count; i++) {
        const struct value_member *variable = &config->map.members[i];
        const struct value *inputs = value_get(&variable->value, SLICE("inputs"));
        const struct value *value = value_get(&variable->value, SLICE("value"));
        if (inputs != NULL) {
            add_inputs(arena, &rows, variable->key, inputs);
        } else {
            add_row(arena, &rows, variable->key,
                    value_is_null(value) ? value_text(SLICE("(erased)")) : *value,
                    value_int_of(value_get(&variable->value, SLICE("setAt")), 0));
        }
    }
    return rows;
}

static void put_config(const struct value *config, struct arena *arena, struct buf *out)
{
    static const struct table_column columns[] = {
        {"config variable", "name", TABLE_TEXT},
        {"set at seq", "setAt", TABLE_NUMBER},
        {"value", "value", TABLE_TEXT},
    };
    struct value rows = config_rows(arena, config);
    buf_put_char(out, '\n');
    table_put_list(out, &rows, columns, ARRAY_COUNT(columns));
}

/* ---- flow configs, versions and steps ---- */

static void put_flow_configs(const struct value *flows, struct arena *arena, struct buf *out)
{
    static const struct table_column columns[] = {
        {"flow", "flow", TABLE_TEXT},
        {"keys", "keys", TABLE_TEXT},
        {"flow config", "id", TABLE_TEXT},
    };
    struct value rows = value_list();
    for (uint32_t i = 0; i < flows->map.count; i++) {
        (void)value_list_push(arena, &rows, flows->map.members[i].value);
    }
    buf_put_char(out, '\n');
    table_put_list(out, &rows, columns, ARRAY_COUNT(columns));
}

static void put_versions(const struct value *versions, struct buf *out)
{
    static const struct table_column columns[] = {
        {"version", "version", TABLE_NUMBER},
        {"created at", "createdAt", TABLE_TIME},
        {"available", "isAvailable", TABLE_YES_NO},
        {"comment", "comment", TABLE_TEXT},
        {"id", "id", TABLE_TEXT},
    };
    buf_put_char(out, '\n');
    table_put_list(out, versions, columns, ARRAY_COUNT(columns));
}

static void put_steps(const struct value *steps, struct buf *out)
{
    static const struct table_column columns[] = {
        {"step", "name", TABLE_TEXT},           {"loop", "loopPath", TABLE_TEXT},
        {"status", "status", TABLE_TEXT},       {"took", "durationUs", TABLE_DURATION},
        {"result", "resultBytes", TABLE_BYTES}, {"seq", "seq", TABLE_NUMBER},
        {"error", "error", TABLE_TEXT},
    };
    buf_put_char(out, '\n');
    table_put_list(out, steps, columns, ARRAY_COUNT(columns));
}

void thing_shape_put(const struct value *map, struct arena *arena, struct buf *out)
{
    const struct value *config = value_get(map, SLICE("config"));
    const struct value *flows = value_get(map, SLICE("flowConfigs"));
    const struct value *versions = value_get(map, SLICE("versions"));
    const struct value *steps = value_get(map, SLICE("steps"));
    table_put_sheet(out, map, members, ARRAY_COUNT(members));
    if (has_items(config)) {
        put_config(config, arena, out);
    }
    if (has_items(flows)) {
        put_flow_configs(flows, arena, out);
    }
    if (has_items(versions)) {
        put_versions(versions, out);
    }
    if (has_items(steps)) {
        put_steps(steps, out);
    }
}
