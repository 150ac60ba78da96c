#include "tests/unit/core/flow_kit.h"

#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/base/json_out.h"
#include "core/definition/component.h"
#include "core/definition/reference_name.h"

#include <stdio.h>

struct value flow_kit_value(struct arena *arena, const char *json)
{
    struct value value = value_null();
    struct error why = {0};
    if (json_in_parse(slice_of_text(json), arena, &value, &why) != ERR_OK) {
        (void)fprintf(stderr, "flow_kit: %s in: %s\n", error_text(&why), json);
        UNREACHABLE("JSON of a test");
    }
    return value;
}

/* ---- inputs ---- */

static void build_input(struct arena *arena, const struct value *source, struct input *input);

static void build_items(struct arena *arena, const struct value *list, struct input *input)
{
    input->items = ARENA_ARRAY(arena, struct input, list->list.count + 1);
    input->item_count = list->list.count;
    for (uint32_t i = 0; i < list->list.count; i++) {
        build_input(arena, &list->list.items[i], &input->items[i]);
    }
}

static void build_pairs(struct arena *arena, const struct value *map, struct input *input)
{
    input->items = ARENA_ARRAY(arena, struct input, map->map.count + 1);
    input->item_count = map->map.count;
    for (uint32_t i = 0; i < map->map.count; i++) {
        build_input(arena, &map->map.members[i].value, &input->items[i]);
        input->items[i].name = map->map.members[i].key;
    }
}

static void build_input(struct arena *arena, const struct value *source, struct input *input)
{
    static const struct {
        const char *key;
        enum input_type type;
    } forms[] = {{"ref", INPUT_REFERENCE},
                 {"var", INPUT_CONFIGVAR},
                 {"tpl", INPUT_TEMPLATE},
                 {"data", INPUT_DATASOURCE}};
    if (source->type == VALUE_TEXT) {
        input->type = INPUT_VALUE;
        input->text = source->bytes;
        return;
    }
    if (source->type == VALUE_LIST) {
        input->type = INPUT_LIST;
        build_items(arena, source, input);
        return;
    }
    ASSERT(source->type == VALUE_MAP && source->map.count == 1);
    const struct value_member *member = &source->map.members[0];
    input->type = INPUT_COMPLEX;
    if (slice_is(member->key, "list")) {
        build_items(arena, &member->value, input);
        return;
    }
    if (slice_is(member->key, "pairs")) {
        build_pairs(arena, &member->value, input);
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        if (slice_is(member->key, forms[i].key)) {
            input->type = forms[i].type;
            input->text = member->value.bytes;
            return;
        }
    }
    UNREACHABLE("form of an input");
}

const struct input *flow_kit_input(struct arena *arena, const char *json)
{
    struct value source = flow_kit_value(arena, json);
    struct input *input = ARENA_NEW(arena, struct input);
    build_input(arena, &source, input);
    return input;
}

/* ---- steps ---- */

static struct slice component_of(struct slice key)
{
    static const char *const components[] = {"webhook-triggers",
                                             "schedule-triggers",
                                             "management-triggers",
                                             "http",
                                             "sleep",
                                             "log",
                                             "stop-execution",
                                             "branch",
                                             "loop"};
    for (size_t i = 0; i < ARRAY_COUNT(components); i++) {
        if (component_find(slice_of_text(components[i]), key) != NULL) {
            return slice_of_text(components[i]);
        }
    }
    return SLICE("other");
}

static void build_error(const struct value *source, struct error_config *error)
{
    if (source == NULL || source->type == VALUE_TEXT) {
        error->handler = source != NULL ? HANDLER_IGNORE : HANDLER_FAIL;
        return;
    }
    error->handler = HANDLER_RETRY;
    error->max_attempts = (int32_t)value_int_of(value_get(source, SLICE("retry")), 0);
    error->delay_seconds = (int32_t)value_int_of(value_get(source, SLICE("delay")), 0);
    error->exponential_backoff = value_bool_of(value_get(source, SLICE("backoff")), false);
    error->ignore_final_error = value_bool_of(value_get(source, SLICE("ignoreFinal")), false);
}

static struct step *
build_steps(struct arena *arena, const struct value *list, uint32_t *index, uint32_t *ret_count);

static void
build_branches(struct arena *arena, const struct value *map, uint32_t *index, struct step *step)
{
    step->branch_count = map->map.count;
    step->branches = ARENA_ARRAY(arena, struct branch, map->map.count + 1);
    for (uint32_t i = 0; i < map->map.count; i++) {
        struct branch *branch = &step->branches[i];
        branch->name = map->map.members[i].key;
        branch->steps = build_steps(arena, &map->map.members[i].value, index, &branch->step_count);
    }
}

static void
build_step(struct arena *arena, const struct value *source, uint32_t *index, struct step *step)
{
    const struct value *inputs = value_get(source, SLICE("in"));
    const struct value *steps = value_get(source, SLICE("steps"));
    const struct value *branches = value_get(source, SLICE("branches"));
    step->index = (*index)++;
    step->name = value_get_text(source, SLICE("name"));
    step->reference = reference_name(arena, step->name);
    step->action.key = value_get_text(source, SLICE("do"));
    step->action.component = component_of(step->action.key);
    step->action.version = SLICE("LATEST");
    step->builtin = component_find(step->action.component, step->action.key);
    step->is_trigger = step->index == 0;
    build_error(value_get(source, SLICE("error")), &step->error);
    if (inputs != NULL) {
        struct input all = {.type = INPUT_COMPLEX};
        build_pairs(arena, inputs, &all);
        step->inputs = all.items;
        step->input_count = all.item_count;
        for (uint32_t i = 0; i < step->input_count; i++) {
            step->inputs[i].key = step->inputs[i].name;
            step->inputs[i].name = (struct slice){NULL, 0};
        }
    }
    if (steps != NULL) {
        step->steps = build_steps(arena, steps, index, &step->step_count);
    }
    if (branches != NULL) {
        build_branches(arena, branches, index, step);
    }
}

static struct step *
build_steps(struct arena *arena, const struct value *list, uint32_t *index, uint32_t *ret_count)
{
    struct step *steps = ARENA_ARRAY(arena, struct step, list->list.count + 1);
    *ret_count = list->list.count;
    for (uint32_t i = 0; i < list->list.count; i++) {
        build_step(arena, &list->list.items[i], index, &steps[i]);
    }
    return steps;
}

const struct flow_definition *flow_kit_flow(struct arena *arena, const char *json)
{
    struct value list = flow_kit_value(arena, json);
    struct flow_definition *flow = ARENA_NEW(arena, struct flow_definition);
    uint32_t index = 0;
    flow->name = SLICE("Flow");
    flow->steps = build_steps(arena, &list, &index, &flow->step_count);
    flow->total_step_count = index;
    ASSERT(!arena_exhausted(arena));
    return flow;
}

/* ---- snapshots and scopes ---- */

static const struct snapshot_connection *
build_connection(struct arena *arena, struct slice key, const struct value *source)
{
    struct snapshot_connection *connection = ARENA_NEW(arena, struct snapshot_connection);
    const struct value *fields = value_get(source, SLICE("fields"));
    uint32_t count = fields != NULL ? fields->map.count : 0;
    connection->key = value_get_text(source, SLICE("connection"));
    connection->config_var_key = key;
    connection->access_token = value_get_text(source, SLICE("token"));
    connection->fields = ARENA_ARRAY(arena, struct snapshot_field, count + 1);
    connection->field_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct slice text = value_text_of(&fields->map.members[i].value);
        bool secret = slice_starts_with(text, SLICE("!"));
        connection->fields[i] = (struct snapshot_field){fields->map.members[i].key,
                                                        slice_from(text, secret ? 1 : 0), secret};
    }
    return connection;
}

const struct snapshot *flow_kit_snapshot(struct arena *arena, const char *json)
{
    struct value map = flow_kit_value(arena, json);
    struct snapshot *snapshot = ARENA_NEW(arena, struct snapshot);
    snapshot->count = map.map.count;
    snapshot->vars = ARENA_ARRAY(arena, struct snapshot_var, map.map.count + 1);
    for (uint32_t i = 0; i < map.map.count; i++) {
        struct snapshot_var *var = &snapshot->vars[i];
        const struct value *value = &map.map.members[i].value;
        var->key = map.map.members[i].key;
        if (value_get(value, SLICE("connection")) != NULL) {
            var->connection = build_connection(arena, var->key, value);
        } else {
            var->value = *value;
        }
    }
    return snapshot;
}

struct scope flow_kit_scope(struct arena *arena, const char *snapshot, const char *steps)
{
    struct value *map = ARENA_NEW(arena, struct value);
    *map = flow_kit_value(arena, steps);
    struct scope scope;
    enum err e =
        scope_init(&scope, flow_kit_snapshot(arena, snapshot), map->map.count + 1, arena, NULL);
    ASSERT(e == ERR_OK);
    for (uint32_t i = 0; i < map->map.count; i++) {
        struct slice name = map->map.members[i].key;
        bool loop = slice_ends_with(name, SLICE("[]"));
        name.size -= loop ? 2 : 0;
        scope_add(&scope, name, loop);
        struct scope_step *step = &scope.steps[scope.count - 1];
        step->results = loop ? NULL : &map->map.members[i].value;
        step->current_item = loop ? &map->map.members[i].value : NULL;
        step->iteration = loop ? 2 : -1;
    }
    scope_sort(&scope);
    return scope;
}

const char *flow_kit_json(struct arena *arena, const struct value *value)
{
    struct slice text = json_out_to_arena(arena, value);
    return arena_text(arena, text);
}
