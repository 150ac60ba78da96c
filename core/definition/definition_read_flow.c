/*
 * Flows: name, security, retry, queue; their steps are read elsewhere.
 */
#include "core/definition/definition_read_priv.h"

#include "core/base/api_key.h"
#include "core/base/limits.h"
#include "core/definition/component.h"
#include "core/definition/secret_text_priv.h"

/* Bounds of a flow's own retry and queue; the limits are those of design tools. */
#define RETRY_ATTEMPTS_MAX      10
#define RETRY_DELAY_MINUTES_MAX 60
#define CONCURRENCY_MIN         2
#define CONCURRENCY_MAX         15

/* Keys of one flow. */
#define ORGANIZATION_KEYS_MAX 20

/* A block scalar ends with a line end that nobody means to be part of the key. */
static void read_key(struct definition_read *read,
                     const struct yaml_child *item,
                     struct slice path,
                     struct flow_definition *flow)
{
    struct slice key = slice_trim(definition_read_secret(read, item->node, path));
    const char *flaw = key.size > 0 ? api_key_flaw(key) : NULL;
    if (flaw != NULL) {
        yaml_reader_problem(&read->reader, item->line, "the key %s", flaw);
    } else if (key.size > 0) {
        flow->organization_keys[flow->organization_key_count++] = key;
    }
}

/* Keys are secrets: blank ones without a stored value are left out, so that no call can match an
 * empty key. */
static void
read_keys(struct definition_read *read, const struct yaml_node *node, struct flow_definition *flow)
{
    struct yaml_reader *reader = &read->reader;
    const struct yaml_node *list =
        yaml_reader_list(reader, node, "organizationApiKeys", ORGANIZATION_KEYS_MAX);
    flow->organization_keys =
        list != NULL ? ARENA_ARRAY(reader->arena, struct slice, list->count) : NULL;
    if (flow->organization_keys == NULL) {
        return;
    }
    struct slice flow_path = secret_text_path(reader->arena, SLICE("flow"), flow->identity);
    uint32_t number = 0;
    field_path_push(&reader->path, SLICE("organizationApiKeys"));
    for (const struct yaml_child *item = list->first; item != NULL; item = item->next) {
        field_path_push_index(&reader->path, number);
        struct slice path =
            arena_format(reader->arena, "%.*s/key/%u", SLICE_ARGS(flow_path), number);
        number++;
        if (yaml_reader_is(reader, item->node, YAML_SCALAR, "a key")) {
            read_key(read, item, path, flow);
        }
        field_path_pop(&reader->path);
    }
    field_path_pop(&reader->path);
}

static void read_retry(struct definition_read *read,
                       const struct yaml_node *node,
                       struct slice trigger,
                       struct retry_config *ret)
{
    struct yaml_reader *reader = &read->reader;
    const struct yaml_node *map = yaml_reader_map(reader, node, "retryConfig");
    if (map == NULL) {
        return;
    }
    ret->given = true;
    field_path_push(&reader->path, SLICE("retryConfig"));
    ret->max_attempts = yaml_reader_int(reader, map, "maxAttempts", 0, RETRY_ATTEMPTS_MAX, 0);
    ret->delay_minutes =
        yaml_reader_int(reader, map, "delayMinutes", 0, RETRY_DELAY_MINUTES_MAX, 0);
    ret->exponential_backoff = yaml_reader_bool(reader, map, "usesExponentialBackoff", false);
    ret->unique_request_id = definition_read_path(read, map, "uniqueRequestIdField", trigger);
    field_path_pop(&reader->path);
}

static enum trigger_kind kind_of_trigger(const struct step *trigger)
{
    const struct component_action *builtin = trigger->builtin;
    if (builtin == NULL || !builtin->is_trigger) {
        return TRIGGER_OTHER;
    }
    if (builtin->is_scheduled) {
        return TRIGGER_SCHEDULE;
    }
    if (slice_is(trigger->action.key, "instanceDeploy")) {
        return TRIGGER_DEPLOY;
    }
    return slice_is(trigger->action.key, "instanceRemove") ? TRIGGER_REMOVE : TRIGGER_WEBHOOK;
}

/* What kind of flow this is that never waits in a queue; NULL: none. */
static const char *queue_obstacle(const struct definition_read *read,
                                  const struct flow_definition *flow,
                                  bool is_scheduled)
{
    if (is_scheduled) {
        return "a scheduled flow";
    }
    if (flow->is_synchronous) {
        return "a synchronous flow";
    }
    if (flow->trigger_kind == TRIGGER_DEPLOY || flow->trigger_kind == TRIGGER_REMOVE) {
        return "a flow that a deployment or removal starts";
    }
    bool preprocesses =
        flow->name.size > 0 && slice_equal(flow->name, read->definition->preprocess_flow_name);
    return preprocesses ? "the preprocess flow" : NULL;
}

static void check_queue(struct definition_read *read,
                        const struct flow_definition *flow,
                        const struct yaml_node *map)
{
    struct yaml_reader *reader = &read->reader;
    const struct queue_config *queue = &flow->queue;
    bool is_scheduled = flow->trigger_kind == TRIGGER_SCHEDULE ||
                        (flow->step_count > 0 && flow->steps[0].schedule.given);
    const char *obstacle = queue_obstacle(read, flow, is_scheduled);
    if (queue->fifo && queue->singleton) {
        yaml_reader_problem(reader, map->line,
                            "usesFifoQueue and singletonExecutions exclude each "
                            "other; choose one");
    }
    if (queue->fifo && obstacle != NULL) {
        yaml_reader_key_problem(reader, "usesFifoQueue", yaml_reader_line(map, "usesFifoQueue"),
                                "%s has no FIFO queue", obstacle);
    }
    if (queue->singleton && !is_scheduled) {
        yaml_reader_key_problem(reader, "singletonExecutions",
                                yaml_reader_line(map, "singletonExecutions"),
                                "only a scheduled flow can have this");
    }
    if (queue->concurrency_limit > 0 && !queue->fifo) {
        yaml_reader_key_problem(reader, "concurrencyLimit",
                                yaml_reader_line(map, "concurrencyLimit"),
                                "a limit needs usesFifoQueue: true beside it");
    }
}

static void read_queue(struct definition_read *read,
                       const struct yaml_node *node,
                       struct slice trigger,
                       struct flow_definition *flow)
{
    struct yaml_reader *reader = &read->reader;
    struct queue_config *queue = &flow->queue;
    const struct yaml_node *map = yaml_reader_map(reader, node, "queueConfig");
    if (map == NULL) {
        return;
    }
    queue->given = true;
    field_path_push(&reader->path, SLICE("queueConfig"));
    queue->fifo = yaml_reader_bool(reader, map, "usesFifoQueue", false);
    queue->singleton = yaml_reader_bool(reader, map, "singletonExecutions", false);
    queue->concurrency_limit =
        yaml_reader_int(reader, map, "concurrencyLimit", CONCURRENCY_MIN, CONCURRENCY_MAX, 0);
    queue->dedupe_id = definition_read_path(read, map, "dedupeIdField", trigger);
    check_queue(read, flow, map);
    field_path_pop(&reader->path);
}

static void
read_schemas(struct yaml_reader *reader, const struct yaml_node *node, struct flow_definition *flow)
{
    const struct yaml_node *schemas = yaml_reader_map(reader, node, "schemas");
    field_path_push(&reader->path, SLICE("schemas"));
    flow->schemas = yaml_reader_value(reader, schemas);
    field_path_pop(&reader->path);
}

static void
read_flow(struct definition_read *read, const struct yaml_node *node, struct flow_definition *flow)
{
    struct yaml_reader *reader = &read->reader;
    struct slice trigger = {NULL, 0};
    flow->line = node->line;
    flow->name = yaml_reader_text(reader, node, "name", LIMIT_NAME_BYTES, TEXT_NAME);
    flow->stable_key = yaml_reader_text(reader, node, "stableKey", LIMIT_NAME_BYTES, TEXT_ONE_LINE);
    flow->identity = flow->stable_key.size > 0 ? flow->stable_key : flow->name;
    flow->description =
        yaml_reader_text(reader, node, "description", LIMIT_DESCRIPTION_BYTES, TEXT_OPTIONAL);
    flow->is_synchronous = yaml_reader_bool(reader, node, "isSynchronous", false);
    flow->is_agent_flow = yaml_reader_bool(reader, node, "isAgentFlow", false);
    flow->security = (enum endpoint_security)yaml_reader_word(reader, node, "endpointSecurityType",
                                                              &definition_names_endpoint_security,
                                                              false, SECURITY_CUSTOMER_OPTIONAL);
    read_schemas(reader, node, flow);
    read_keys(read, node, flow);
    definition_read_steps(read, node, flow);
    if (flow->step_count > 0) {
        trigger = flow->steps[0].reference;
        flow->trigger_kind = kind_of_trigger(&flow->steps[0]);
    }
    read_retry(read, node, trigger, &flow->retry);
    read_queue(read, node, trigger, flow);
}

void definition_read_flows(struct definition_read *read, const struct yaml_node *root)
{
    struct yaml_reader *reader = &read->reader;
    struct definition *definition = read->definition;
    const struct yaml_node *list = yaml_reader_list(reader, root, "flows", DEFINITION_FLOWS_MAX);
    if (yaml_reader_get(root, "flows") == NULL) {
        yaml_reader_key_problem(reader, "flows", root->line,
                                "this key is missing; a definition has a list of flows");
    }
    definition->flows =
        list != NULL ? ARENA_ARRAY(reader->arena, struct flow_definition, list->count) : NULL;
    if (definition->flows == NULL) {
        return;
    }
    field_path_push(&reader->path, SLICE("flows"));
    for (const struct yaml_child *item = list->first; item != NULL; item = item->next) {
        struct flow_definition *flow = &definition->flows[definition->flow_count];
        field_path_push_index(&reader->path, definition->flow_count);
        flow->index = definition->flow_count++;
        flow->line = item->line;
        if (yaml_reader_is(reader, item->node, YAML_MAP, "a flow")) {
            read_flow(read, item->node, flow);
        }
        field_path_pop(&reader->path);
    }
    if (list->count == 0) {
        yaml_reader_problem(reader, list->line,
                            "the list is empty; a definition has at least one "
                            "flow");
    }
    field_path_pop(&reader->path);
}
