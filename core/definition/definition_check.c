/*
 * Names that must be unique, and the way to each config variable and each step.
 */
#include "core/definition/definition_check_priv.h"

#include "core/base/quoted.h"

/* Reports every name of `index` that stands twice. `line_of` gives the line of a value. */
static void report_twice(struct definition_check *check,
                         const struct name_index *index,
                         const char *key,
                         uint32_t (*line_of)(const struct definition_check *check, uint32_t value))
{
    uint32_t cursor = 0;
    uint32_t first = 0;
    uint32_t again = 0;
    while (name_index_next_twice(index, &cursor, &first, &again)) {
        field_path_push_index(&check->path, again);
        field_path_push(&check->path, slice_of_text(key));
        definition_check_problem(check, line_of(check, again),
                                 "\"%s\" is used already, by the one that begins in line %u",
                                 quoted(index->entries[cursor].name).text, line_of(check, first));
        field_path_pop(&check->path);
        field_path_pop(&check->path);
    }
}

/* ---- config variables ---- */

static uint32_t line_of_var(const struct definition_check *check, uint32_t value)
{
    return check->definition->config_vars[value].line;
}

static bool check_var_names(struct definition_check *check)
{
    const struct definition *definition = check->definition;
    struct name_index identities;
    if (!name_index_init(&check->vars, check->scratch, definition->config_var_count) ||
        !name_index_init(&identities, check->scratch, definition->config_var_count)) {
        return false;
    }
    for (uint32_t i = 0; i < definition->config_var_count; i++) {
        name_index_add(&check->vars, definition->config_vars[i].key, i);
    }
    name_index_sort(&check->vars);
    for (uint32_t i = 0; i < definition->config_var_count; i++) {
        /* A key that stands twice is reported as such, not also as an identity. */
        if (name_index_find(&check->vars, definition->config_vars[i].key) == i) {
            name_index_add(&identities, definition->config_vars[i].identity, i);
        }
    }
    name_index_sort(&identities);
    report_twice(check, &check->vars, "key", line_of_var);
    report_twice(check, &identities, "stableKey", line_of_var);
    return true;
}

static void check_var_inputs(struct definition_check *check, const struct config_var *var)
{
    bool is_connection = var->data_type == CONFIG_CONNECTION || var->data_type == CONFIG_CREDENTIAL;
    field_path_push(&check->path, SLICE("inputs"));
    for (uint32_t i = 0; i < var->input_count; i++) {
        const struct input *input = &var->inputs[i];
        field_path_push(&check->path, input->key);
        if (is_connection && input->type == INPUT_DATASOURCE) {
            definition_check_problem(check, input->line,
                                     "an input of a connection is of type value, configVar, "
                                     "template or complex");
        }
        definition_check_input(check, input, NAME_INDEX_NONE);
        field_path_pop(&check->path);
    }
    field_path_pop(&check->path);
}

static bool check_vars(struct definition_check *check)
{
    field_path_push(&check->path, SLICE("requiredConfigVars"));
    bool good = check_var_names(check);
    for (uint32_t i = 0; good && i < check->definition->config_var_count; i++) {
        field_path_push_index(&check->path, i);
        check_var_inputs(check, &check->definition->config_vars[i]);
        field_path_pop(&check->path);
    }
    field_path_pop(&check->path);
    return good;
}

/* ---- flows ---- */

static uint32_t line_of_flow(const struct definition_check *check, uint32_t value)
{
    return check->definition->flows[value].line;
}

static bool check_flow_names(struct definition_check *check)
{
    const struct definition *definition = check->definition;
    struct name_index names;
    struct name_index identities;
    if (!name_index_init(&names, check->scratch, definition->flow_count) ||
        !name_index_init(&identities, check->scratch, definition->flow_count)) {
        return false;
    }
    for (uint32_t i = 0; i < definition->flow_count; i++) {
        name_index_add(&names, definition->flows[i].name, i);
    }
    name_index_sort(&names);
    for (uint32_t i = 0; i < definition->flow_count; i++) {
        if (name_index_find(&names, definition->flows[i].name) == i) {
            name_index_add(&identities, definition->flows[i].identity, i);
        }
    }
    name_index_sort(&identities);
    report_twice(check, &names, "name", line_of_flow);
    report_twice(check, &identities, "stableKey", line_of_flow);
    return true;
}

static void place_steps(struct definition_check *check,
                        const struct step *steps,
                        uint32_t count,
                        uint32_t parent,
                        uint32_t branch)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct step *step = &steps[i];
        check->places[step->index] = (struct step_place){step, parent, branch};
        place_steps(check, step->steps, step->step_count, step->index, NAME_INDEX_NONE);
        for (uint32_t b = 0; b < step->branch_count; b++) {
            place_steps(check, step->branches[b].steps, step->branches[b].step_count, step->index,
                        b);
        }
    }
}

static bool check_flow(struct definition_check *check, const struct flow_definition *flow)
{
    struct arena_mark mark = arena_mark(check->scratch);
    check->flow = flow;
    check->places = ARENA_ARRAY(check->scratch, struct step_place, flow->total_step_count);
    if (check->places == NULL ||
        !name_index_init(&check->references, check->scratch, flow->total_step_count)) {
        return false;
    }
    place_steps(check, flow->steps, flow->step_count, NAME_INDEX_NONE, NAME_INDEX_NONE);
    for (uint32_t i = 0; i < flow->total_step_count; i++) {
        if (check->places[i].step != NULL) {
            name_index_add(&check->references, check->places[i].step->reference, i);
        }
    }
    name_index_sort(&check->references);
    definition_check_steps(check);
    arena_rewind(check->scratch, mark);
    return true;
}

static bool check_flows(struct definition_check *check)
{
    field_path_push(&check->path, SLICE("flows"));
    bool good = check_flow_names(check);
    for (uint32_t i = 0; good && i < check->definition->flow_count; i++) {
        field_path_push_index(&check->path, i);
        good = check_flow(check, &check->definition->flows[i]);
        field_path_pop(&check->path);
    }
    field_path_pop(&check->path);
    return good;
}

bool definition_check_all(struct definition_check *check)
{
    return check_vars(check) && check_flows(check);
}
