/*
 * Steps, with the bodies of loops and the branches in them. Steps are numbered in document order, a
 * step before what is in it.
 */
#include "core/definition/definition_read_priv.h"

#include "core/base/limits.h"
#include "core/definition/component.h"
#include "core/definition/reference_name.h"

/* Attempts and delays of a step's own retry; the limits are those of design tools. */
#define STEP_ATTEMPTS_MAX      5
#define STEP_DELAY_SECONDS_MAX 60

/* The flow whose steps are read. */
struct step_reading {
    struct definition_read *read;
    struct flow_definition *flow;
    bool is_full; /* reported already */
};

static void read_error_config(struct yaml_reader *reader,
                              const struct yaml_node *step,
                              struct error_config *ret)
{
    const struct yaml_node *map = yaml_reader_map(reader, step, "errorConfig");
    if (map == NULL) {
        return;
    }
    field_path_push(&reader->path, SLICE("errorConfig"));
    ret->handler = (enum error_handler)yaml_reader_word(
        reader, map, "errorHandlerType", &definition_names_error_handler, false, HANDLER_FAIL);
    ret->max_attempts = yaml_reader_int(reader, map, "maxAttempts", 0, STEP_ATTEMPTS_MAX, 0);
    ret->delay_seconds = yaml_reader_int(reader, map, "delaySeconds", 0, STEP_DELAY_SECONDS_MAX, 0);
    ret->exponential_backoff = yaml_reader_bool(reader, map, "usesExponentialBackoff", false);
    ret->ignore_final_error = yaml_reader_bool(reader, map, "ignoreFinalError", false);
    field_path_pop(&reader->path);
}

static void
read_action(struct definition_read *read, const struct yaml_node *node, struct step *step)
{
    struct yaml_reader *reader = &read->reader;
    const struct yaml_node *action = yaml_reader_map(reader, node, "action");
    if (action == NULL) {
        if (yaml_reader_get(node, "action") == NULL) {
            yaml_reader_key_problem(reader, "action", node->line,
                                    "this key is missing; it is a map like {key: httpGet, "
                                    "component: {key: http, version: LATEST, isPublic: true}}");
        }
        return;
    }
    field_path_push(&reader->path, SLICE("action"));
    definition_read_component(read, action, &step->action);
    field_path_pop(&reader->path);
    /* A component that is not public is somebody's own, whatever its name. */
    if (step->action.is_public) {
        step->builtin = component_find(step->action.component, step->action.key);
    }
}

static void read_list(struct step_reading *reading,
                      const struct yaml_node *list,
                      unsigned nesting,
                      struct step **ret_steps,
                      uint32_t *ret_count);

/* The list of steps under the key `steps` of a flow, loop or branch. */
static void read_steps_under(struct step_reading *reading,
                             const struct yaml_node *owner,
                             unsigned nesting,
                             struct step **ret_steps,
                             uint32_t *ret_count)
{
    struct yaml_reader *reader = &reading->read->reader;
    const struct yaml_node *list = yaml_reader_list(reader, owner, "steps", UINT32_MAX);
    if (list == NULL) {
        return;
    }
    field_path_push(&reader->path, SLICE("steps"));
    if (nesting > DEFINITION_NESTING_MAX) {
        yaml_reader_problem(reader, list->line,
                            "loops and branches are nested over %d levels; at most that many are "
                            "allowed",
                            DEFINITION_NESTING_MAX);
    } else {
        read_list(reading, list, nesting, ret_steps, ret_count);
    }
    field_path_pop(&reader->path);
}

static void read_branches(struct step_reading *reading,
                          const struct yaml_node *node,
                          unsigned nesting,
                          struct step *step)
{
    struct yaml_reader *reader = &reading->read->reader;
    const struct yaml_node *list =
        yaml_reader_list(reader, node, "branches", DEFINITION_BRANCHES_MAX);
    step->branches = list != NULL ? ARENA_ARRAY(reader->arena, struct branch, list->count) : NULL;
    if (step->branches == NULL) {
        return;
    }
    field_path_push(&reader->path, SLICE("branches"));
    for (const struct yaml_child *item = list->first; item != NULL; item = item->next) {
        struct branch *branch = &step->branches[step->branch_count];
        field_path_push_index(&reader->path, step->branch_count++);
        if (yaml_reader_is(reader, item->node, YAML_MAP,
                           "a branch, like {name: Else, steps: []},")) {
            branch->name =
                yaml_reader_text(reader, item->node, "name", LIMIT_NAME_BYTES, TEXT_NAME);
            read_steps_under(reading, item->node, nesting + 1, &branch->steps, &branch->step_count);
        }
        field_path_pop(&reader->path);
    }
    field_path_pop(&reader->path);
}

static void read_step(struct step_reading *reading,
                      const struct yaml_node *node,
                      unsigned nesting,
                      struct step *step)
{
    struct definition_read *read = reading->read;
    struct yaml_reader *reader = &read->reader;
    step->name = yaml_reader_text(reader, node, "name", LIMIT_NAME_BYTES, TEXT_NAME);
    step->reference = reference_name(reader->arena, step->name);
    step->stable_key = yaml_reader_text(reader, node, "stableKey", LIMIT_NAME_BYTES, TEXT_ONE_LINE);
    step->description =
        yaml_reader_text(reader, node, "description", LIMIT_DESCRIPTION_BYTES, TEXT_OPTIONAL);
    step->is_trigger = yaml_reader_bool(reader, node, "isTrigger", false);
    read_action(read, node, step);
    definition_read_inputs(read, node, &step->inputs, &step->input_count);
    definition_read_schedule(read, node, &step->schedule);
    read_error_config(reader, node, &step->error);
    read_steps_under(reading, node, nesting + 1, &step->steps, &step->step_count);
    read_branches(reading, node, nesting, step);
}

/* Whether `count` more steps fit into the flow; too many are reported once. */
static bool have_room(struct step_reading *reading, uint32_t count, uint32_t line)
{
    if (count <= DEFINITION_STEPS_MAX - reading->flow->total_step_count) {
        return true;
    }
    if (!reading->is_full) {
        yaml_reader_problem(&reading->read->reader, line,
                            "with these the flow has over %d steps; at most that many are allowed",
                            DEFINITION_STEPS_MAX);
    }
    reading->is_full = true;
    return false;
}

static void read_list(struct step_reading *reading,
                      const struct yaml_node *list,
                      unsigned nesting,
                      struct step **ret_steps,
                      uint32_t *ret_count)
{
    struct yaml_reader *reader = &reading->read->reader;
    if (!have_room(reading, list->count, list->line)) {
        return;
    }
    struct step *steps = ARENA_ARRAY(reader->arena, struct step, list->count);
    if (steps == NULL) {
        return;
    }
    uint32_t count = 0;
    for (const struct yaml_child *item = list->first; item != NULL; item = item->next) {
        if (!have_room(reading, 1, item->line)) {
            break;
        }
        struct step *step = &steps[count];
        field_path_push_index(&reader->path, count++);
        step->line = item->node->line;
        step->index = reading->flow->total_step_count++;
        if (yaml_reader_is(reader, item->node, YAML_MAP, "a step")) {
            read_step(reading, item->node, nesting, step);
        }
        field_path_pop(&reader->path);
    }
    *ret_steps = steps;
    *ret_count = count;
}

void definition_read_steps(struct definition_read *read,
                           const struct yaml_node *node,
                           struct flow_definition *flow)
{
    struct step_reading reading = {.read = read, .flow = flow};
    if (yaml_reader_get(node, "steps") == NULL) {
        yaml_reader_key_problem(&read->reader, "steps", node->line,
                                "this key is missing; a flow has a list of steps, the trigger "
                                "first");
        return;
    }
    read_steps_under(&reading, node, 0, &flow->steps, &flow->step_count);
}
