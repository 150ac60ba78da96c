/*
 * Which steps may stand where: the trigger first, bodies in loops, branches in branch steps.
 */
#include "core/definition/definition_check_priv.h"

#include "core/base/quoted.h"
#include "core/definition/component.h"

static bool is_kind(const struct step *step, enum action_kind kind)
{
    return step->builtin != NULL && step->builtin->kind == kind;
}

/* ---- names ---- */

static void check_reference_names(struct definition_check *check)
{
    uint32_t cursor = 0;
    uint32_t first = 0;
    uint32_t again = 0;
    while (name_index_next_twice(&check->references, &cursor, &first, &again)) {
        const struct step *one = check->places[first].step;
        const struct step *other = check->places[again].step;
        field_path_push(&check->path, SLICE("steps"));
        definition_check_problem(check, other->line,
                                 "the step \"%s\" in line %u and the step \"%s\" in line %u are "
                                 "both called %s in references; give one another name",
                                 quoted(one->name).text, one->line, quoted(other->name).text,
                                 other->line, quoted(other->reference).text);
        field_path_pop(&check->path);
    }
}

/* ---- triggers ---- */

static void check_trigger(struct definition_check *check, const struct step *step, bool is_first)
{
    bool is_trigger_action = step->builtin != NULL && step->builtin->is_trigger;
    if (is_first && !step->is_trigger) {
        definition_check_problem(check, step->line,
                                 "the first step of a flow is its trigger and has isTrigger: true");
    } else if (!is_first && step->is_trigger) {
        definition_check_problem(check, step->line,
                                 "only the first step of a flow is a trigger; remove isTrigger "
                                 "here");
    } else if (is_first && step->builtin != NULL && !is_trigger_action) {
        definition_check_problem(check, step->line,
                                 "%s of the component %s is an action; the first step of a flow is "
                                 "a trigger",
                                 step->builtin->key, step->builtin->component);
    } else if (!is_first && is_trigger_action) {
        definition_check_problem(check, step->line,
                                 "%s of the component %s is a trigger; it can only be the first "
                                 "step",
                                 step->builtin->key, step->builtin->component);
    }
}

static void check_schedule(struct definition_check *check, const struct step *step)
{
    field_path_push(&check->path, SLICE("schedule"));
    if (step->is_trigger && step->builtin != NULL && step->builtin->is_scheduled &&
        !step->schedule.given) {
        definition_check_problem(check, step->line,
                                 "this key is missing; it is a map like {type: value, value: "
                                 "\"*/15 * * * *\"}");
    }
    if (!step->is_trigger && step->schedule.given) {
        definition_check_problem(check, step->line, "only a trigger has a schedule");
    }
    field_path_pop(&check->path);
}

/* ---- inputs ---- */

/* A required input of a built-in action is there, and not an empty literal. */
static void check_required(struct definition_check *check, const struct step *step)
{
    for (size_t i = 0; step->builtin != NULL && i < step->builtin->input_count; i++) {
        const struct component_input *rule = &step->builtin->inputs[i];
        const struct input *input = definition_input(step, rule->key);
        bool is_empty = input == NULL || (input->type == INPUT_VALUE && input->text.size == 0);
        if (rule->required && is_empty) {
            field_path_push(&check->path, slice_of_text(rule->key));
            definition_check_problem(check, input != NULL ? input->line : step->line,
                                     "%s cannot run without this input; give it a value",
                                     step->builtin->key);
            field_path_pop(&check->path);
        }
    }
}

/* Connections go into the input `connection` of built-in actions and nowhere else: their secrets
 * must not become data. */
static void
check_connection(struct definition_check *check, const struct step *step, const struct input *input)
{
    uint32_t place = name_index_find(&check->vars, input->text);
    if (step->builtin == NULL || input->type != INPUT_CONFIGVAR || place == NAME_INDEX_NONE) {
        return;
    }
    bool is_connection = check->definition->config_vars[place].data_type == CONFIG_CONNECTION;
    bool wants_connection = slice_is(input->key, "connection");
    if (is_connection != wants_connection) {
        definition_check_problem(check, input->line,
                                 is_connection ? "\"%s\" is a connection; only the input "
                                                 "\"connection\" takes one"
                                               : "\"%s\" is no connection; this input takes one",
                                 quoted(input->text).text);
    }
}

static void check_inputs(struct definition_check *check, const struct step *step)
{
    field_path_push(&check->path, SLICE("inputs"));
    check_required(check, step);
    for (uint32_t i = 0; i < step->input_count; i++) {
        const struct input *input = &step->inputs[i];
        field_path_push(&check->path, input->key);
        definition_check_input(check, input, step->index);
        check_connection(check, step, input);
        if (is_kind(step, ACTION_BRANCH_EXPR) && slice_is(input->key, "conditions")) {
            definition_check_conditions(check, step, input);
        }
        if (is_kind(step, ACTION_BRANCH_VALUE) && slice_is(input->key, "branchValueMappings")) {
            definition_check_branch_values(check, step, input);
        }
        field_path_pop(&check->path);
    }
    field_path_pop(&check->path);
}

/* ---- loops and branches ---- */

static void check_branch_names(struct definition_check *check, const struct step *step)
{
    field_path_push(&check->path, SLICE("branches"));
    for (uint32_t i = 0; i < step->branch_count; i++) {
        for (uint32_t before = 0; before < i; before++) {
            if (step->branches[i].name.size > 0 &&
                slice_equal(step->branches[i].name, step->branches[before].name)) {
                field_path_push_index(&check->path, i);
                definition_check_problem(check, step->line,
                                         "\"%s\" is the name of two branches; each has its own",
                                         quoted(step->branches[i].name).text);
                field_path_pop(&check->path);
                break;
            }
        }
    }
    field_path_pop(&check->path);
}

/* Steps inside a step that would never run them are lost work: say so. What unknown components do
 * with theirs is not known. */
static void check_body(struct definition_check *check, const struct step *step, bool in_loop)
{
    bool is_loop = is_kind(step, ACTION_LOOP_ITEMS) || is_kind(step, ACTION_LOOP_TIMES);
    bool is_branch = is_kind(step, ACTION_BRANCH_EXPR) || is_kind(step, ACTION_BRANCH_VALUE);
    check_branch_names(check, step);
    if (step->builtin == NULL) {
        return;
    }
    if (is_loop && step->step_count == 0) {
        definition_check_problem(check, step->line, "a loop has steps; this one has none");
    }
    if (is_branch && step->branch_count == 0) {
        definition_check_problem(check, step->line,
                                 "a branch step has branches; this one has none");
    }
    if (!is_loop && step->step_count > 0) {
        definition_check_problem(check, step->line,
                                 "only a loop has steps inside; %s never runs "
                                 "them",
                                 step->builtin->key);
    }
    if (!is_branch && step->branch_count > 0) {
        definition_check_problem(check, step->line,
                                 "only a branch step has branches; %s never runs "
                                 "them",
                                 step->builtin->key);
    }
    if (is_kind(step, ACTION_BREAK_LOOP) && !in_loop) {
        definition_check_problem(check, step->line, "breakLoop stands inside a loop; here is none");
    }
}

static void check_list(struct definition_check *check,
                       const struct step *steps,
                       uint32_t count,
                       bool is_top,
                       bool in_loop);

static void
check_step(struct definition_check *check, const struct step *step, bool is_first, bool in_loop)
{
    if (step->name.size > 0 && step->reference.size == 0) {
        field_path_push(&check->path, SLICE("name"));
        definition_check_problem(check, step->line,
                                 "\"%s\" has no letter or digit, so that nothing could refer to "
                                 "the step",
                                 quoted(step->name).text);
        field_path_pop(&check->path);
    }
    check_trigger(check, step, is_first);
    check_schedule(check, step);
    check_inputs(check, step);
    check_body(check, step, in_loop);
    check_list(check, step->steps, step->step_count, false, true);
    field_path_push(&check->path, SLICE("branches"));
    for (uint32_t i = 0; i < step->branch_count; i++) {
        field_path_push_index(&check->path, i);
        check_list(check, step->branches[i].steps, step->branches[i].step_count, false, in_loop);
        field_path_pop(&check->path);
    }
    field_path_pop(&check->path);
}

/* Recursion: as deep as readers let loops and branches be. */
static void check_list(struct definition_check *check,
                       const struct step *steps,
                       uint32_t count,
                       bool is_top,
                       bool in_loop)
{
    field_path_push(&check->path, SLICE("steps"));
    for (uint32_t i = 0; i < count; i++) {
        field_path_push_index(&check->path, i);
        check_step(check, &steps[i], is_top && i == 0, in_loop);
        field_path_pop(&check->path);
    }
    field_path_pop(&check->path);
}

void definition_check_steps(struct definition_check *check)
{
    const struct flow_definition *flow = check->flow;
    check_reference_names(check);
    if (flow->steps != NULL && flow->step_count == 0) {
        field_path_push(&check->path, SLICE("steps"));
        definition_check_problem(check, flow->line,
                                 "the list is empty; a flow has at least its trigger");
        field_path_pop(&check->path);
    }
    check_list(check, flow->steps, flow->step_count, true, false);
}
