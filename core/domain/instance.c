#include "core/domain/instance.h"

#include "core/base/limits.h"

static bool check_present(const struct instance *instance, struct decision *decision)
{
    if (instance->version == 0) {
        decision_refuse(decision, PROBLEM_ALL, "there is no such instance");
    }
    return instance->version != 0;
}

/* ---- flow configs ---- */

const struct instance_flow *
instance_flow_of(const struct instance *instance, struct slice identity, uint32_t *ret_place)
{
    for (uint32_t i = 0; i < instance->flow_count; i++) {
        if (slice_equal(instance->flows[i].identity, identity)) {
            if (ret_place != NULL) {
                *ret_place = i;
            }
            return &instance->flows[i];
        }
    }
    return NULL;
}

const struct flow_definition *instance_flow_definition(const struct instance_flow *config,
                                                       const struct definition *definition)
{
    const struct flow_definition *flow = definition_flow(definition, config->identity);
    if (flow == NULL && config->alias.size > 0) {
        flow = definition_flow(definition, config->alias);
    }
    return flow != NULL ? flow : definition_flow_named(definition, config->identity);
}

const struct instance_flow *instance_flow_for(const struct instance *instance,
                                              const struct definition *definition,
                                              const struct flow_definition *flow,
                                              uint32_t *ret_place)
{
    const struct instance_flow *found = instance_flow_of(instance, flow->identity, ret_place);
    for (uint32_t i = 0; found == NULL && i < instance->flow_count; i++) {
        if (instance_flow_definition(&instance->flows[i], definition) == flow) {
            found = instance_flow_of(instance, instance->flows[i].identity, ret_place);
        }
    }
    return found;
}

static struct value new_flow(struct arena *arena, const struct uuid *id, struct slice identity)
{
    struct value flow = value_map();
    struct slice bytes = arena_copy(arena, slice_of(id->bytes, sizeof id->bytes));
    (void)value_map_put(arena, &flow, SLICE("id"), value_binary(bytes));
    (void)value_map_put(arena, &flow, SLICE("identity"), value_text(identity));
    return flow;
}

/* A flow config learns the stable key that its flow got. */
static struct value
new_alias(struct arena *arena, const struct instance_flow *config, struct slice alias)
{
    struct value flow = value_map();
    (void)value_map_put(arena, &flow, SLICE("identity"), value_text(config->identity));
    (void)value_map_put(arena, &flow, SLICE("alias"), value_text(alias));
    return flow;
}

/* The flows of the definition that have no flow config yet, and those that got a stable key, as
 * items of a body. */
static struct value new_flows(const struct instance *instance,
                              const struct definition *definition,
                              const struct uuid *fresh_ids,
                              struct arena *arena)
{
    struct value flows = value_list();
    for (uint32_t i = 0; i < definition->flow_count; i++) {
        const struct flow_definition *flow = &definition->flows[i];
        const struct instance_flow *config =
            instance != NULL ? instance_flow_for(instance, definition, flow, NULL) : NULL;
        if (config == NULL) {
            (void)value_list_push(arena, &flows, new_flow(arena, &fresh_ids[i], flow->identity));
        } else if (!slice_equal(config->identity, flow->identity) &&
                   !slice_equal(config->alias, flow->identity)) {
            (void)value_list_push(arena, &flows, new_alias(arena, config, flow->identity));
        }
    }
    return flows;
}

/* What the config learns of a definition. */
static void put_aliases(const struct instance *instance,
                        const struct definition *definition,
                        struct event *event,
                        struct decision *decision)
{
    struct value aliases = config_aliases(&instance->config, definition, decision->arena);
    if (aliases.map.count > 0) {
        decision_put(decision, event, "aliases", aliases);
    }
}

void instance_decide_new_flows(const struct instance *instance,
                               const struct definition *definition,
                               const struct uuid *fresh_ids,
                               struct decision *decision)
{
    struct value flows = new_flows(instance, definition, fresh_ids, decision->arena);
    struct event *event = decision_add(decision, EVENT_INSTANCE_FLOWS_CHANGED);
    if (flows.list.count > 0) {
        decision_put(decision, event, "flows", flows);
    }
    put_aliases(instance, definition, event, decision);
    if (event->bodies[BODY_STATE].type == VALUE_NULL) {
        decision->count--; /* nothing changes */
    }
}

/* ---- create ---- */

void instance_decide_create(const struct instance_create *command, struct decision *decision)
{
    decision_check_name(decision, "name", command->name);
    decision_check_text(decision, "description", command->description, LIMIT_DESCRIPTION_BYTES);
    decision_check_labels(decision, command->labels);
    if (command->definition == NULL) {
        return; /* the caller has refused the integration */
    }
    struct event *event = decision_add(decision, EVENT_INSTANCE_CREATED);
    event->facts.instance_created = (struct facts_instance_created){
        .integration = command->integration,
        .version = command->integration_version,
        .customer = command->customer,
        .key = command->key,
        .is_system = command->is_system,
    };
    decision_put_text(decision, event, "name", command->name);
    if (command->description.size > 0) {
        decision_put_text(decision, event, "description", command->description);
    }
    if (command->labels.count > 0) {
        decision_put(decision, event, "labels", text_list_value(decision->arena, command->labels));
    }
    decision_put(decision, event, "flows",
                 new_flows(NULL, command->definition, command->fresh_ids, decision->arena));
    static const struct config nothing;
    (void)config_decide(command->definition, &nothing, command->assignments,
                        command->assignment_count, false, command->marker, event, decision);
}

/* ---- update ---- */

/* Only what is given: the texts of an erased instance are empty, and it may still be paused. */
static void check_texts(const struct instance_update *command, struct decision *decision)
{
    if (command->name.given) {
        decision_check_name(decision, "name", command->name.text);
    }
    if (command->description.given) {
        decision_check_text(decision, "description", command->description.text,
                            LIMIT_DESCRIPTION_BYTES);
    }
    if (command->labels.given) {
        decision_check_labels(decision, command->labels.list);
    }
}

static void decide_texts(const struct instance *instance,
                         const struct instance_update *command,
                         struct decision *decision)
{
    check_texts(command, decision);
    bool name = command->name.given && !slice_equal(command->name.text, instance->name);
    bool description = command->description.given &&
                       !slice_equal(command->description.text, instance->description);
    bool labels = command->labels.given && !text_list_equal(command->labels.list, instance->labels);
    if (!name && !description && !labels) {
        return;
    }
    struct event *event = decision_add(decision, EVENT_INSTANCE_UPDATED);
    if (name) {
        decision_put_text(decision, event, "name", command->name.text);
    }
    if (description) {
        decision_put_text(decision, event, "description", command->description.text);
    }
    if (labels) {
        decision_put(decision, event, "labels",
                     text_list_value(decision->arena, command->labels.list));
    }
}

static void decide_version(const struct instance *instance,
                           const struct instance_update *command,
                           struct decision *decision)
{
    if (command->new_definition == NULL || command->new_version == instance->integration_version) {
        return;
    }
    if (instance->is_system) {
        decision_refuse(decision, "integration", "a system instance always runs the draft");
        return;
    }
    struct event *event = decision_add(decision, EVENT_INSTANCE_VERSION_CHANGED);
    event->facts.instance_version_changed.version = command->new_version;
    decision_put(decision, event, "flows",
                 new_flows(instance, command->new_definition, command->fresh_ids, decision->arena));
    put_aliases(instance, command->new_definition, event, decision);
}

static void decide_config(const struct instance *instance,
                          const struct instance_update *command,
                          struct decision *decision)
{
    if (!command->has_config) {
        return;
    }
    struct event *event = decision_add(decision, EVENT_INSTANCE_CONFIG_CHANGED);
    bool changes = config_decide(command->definition, &instance->config, command->assignments,
                                 command->assignment_count, command->replace_config,
                                 command->marker, event, decision);
    if (!changes) {
        decision->count--;
    }
}

static bool is_known_flow(const struct instance *instance,
                          const struct instance_update *command,
                          struct slice identity)
{
    return instance_flow_of(instance, identity, NULL) != NULL ||
           (command->new_definition != NULL &&
            definition_flow(command->new_definition, identity) != NULL);
}

static bool is_given_before(const struct instance_update *command, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (slice_equal(command->flow_keys[i].identity, command->flow_keys[index].identity)) {
            return true;
        }
    }
    return false;
}

static void check_flow_keys(const struct instance *instance,
                            const struct instance_update *command,
                            size_t index,
                            struct decision *decision)
{
    const struct instance_flow_keys *keys = &command->flow_keys[index];
    if (!is_known_flow(instance, command, keys->identity)) {
        decision_refuse(decision, "flowConfigs", "the instance has no flow \"%.*s\"",
                        SLICE_ARGS(keys->identity));
    }
    if (is_given_before(command, index)) {
        decision_refuse(decision, "flowConfigs", "flow \"%.*s\" is given twice",
                        SLICE_ARGS(keys->identity));
    }
    if (keys->digests.count > INSTANCE_FLOW_KEYS_MAX) {
        decision_refuse(decision, "flowConfigs", "flow \"%.*s\" has %u API keys, at most %d",
                        SLICE_ARGS(keys->identity), keys->digests.count, INSTANCE_FLOW_KEYS_MAX);
    }
}

static void
put_flow_keys(struct decision *decision, struct value *flows, const struct instance_flow_keys *keys)
{
    struct value item = value_map();
    struct value digests = value_list();
    for (uint32_t i = 0; i < keys->digests.count; i++) {
        (void)value_list_push(decision->arena, &digests, value_binary(keys->digests.items[i]));
    }
    (void)value_map_put(decision->arena, &item, SLICE("identity"), value_text(keys->identity));
    (void)value_map_put(decision->arena, &item, SLICE("keys"), digests);
    (void)value_list_push(decision->arena, flows, item);
}

static void decide_flow_keys(const struct instance *instance,
                             const struct instance_update *command,
                             struct decision *decision)
{
    struct value flows = value_list();
    for (size_t i = 0; i < command->flow_key_count; i++) {
        const struct instance_flow_keys *keys = &command->flow_keys[i];
        const struct instance_flow *flow = instance_flow_of(instance, keys->identity, NULL);
        check_flow_keys(instance, command, i, decision);
        struct text_list current = flow != NULL ? flow->keys : (struct text_list){NULL, 0};
        if (!text_list_equal(current, keys->digests)) {
            put_flow_keys(decision, &flows, keys);
        }
    }
    if (flows.list.count > 0) {
        struct event *event = decision_add(decision, EVENT_INSTANCE_FLOWS_CHANGED);
        decision_put(decision, event, "flows", flows);
    }
}

static void decide_enabled(const struct instance *instance,
                           const struct instance_update *command,
                           struct decision *decision)
{
    if (!command->has_enabled || command->enabled == instance->is_enabled) {
        return;
    }
    if (instance->is_system) {
        decision_refuse(decision, "enabled", "a system instance is always enabled");
        return;
    }
    (void)decision_add(decision,
                       command->enabled ? EVENT_INSTANCE_ENABLED : EVENT_INSTANCE_DISABLED);
}

void instance_decide_update(const struct instance *instance,
                            const struct instance_update *command,
                            struct decision *decision)
{
    if (!check_present(instance, decision)) {
        return;
    }
    (void)decision_check_version(decision, command->expected_version, instance->revision);
    decide_texts(instance, command, decision);
    decide_version(instance, command, decision);
    decide_config(instance, command, decision);
    decide_flow_keys(instance, command, decision);
    decide_enabled(instance, command, decision);
}

/* ---- deploy ---- */

static void check_complete(const struct instance *instance,
                           const struct definition *definition,
                           struct decision *decision)
{
    for (uint32_t i = 0; i < definition->config_var_count; i++) {
        const struct config_var *var = &definition->config_vars[i];
        const char *reason = NULL;
        if (config_is_missing(var, config_entry_for(&instance->config, definition, var), &reason)) {
            struct slice field =
                arena_format(decision->arena, "configVariables.%.*s", SLICE_ARGS(var->key));
            problem_add(&decision->problems, field, "%s", reason);
        }
    }
}

void instance_decide_deploy(const struct instance *instance,
                            const struct instance_deploy *command,
                            struct decision *decision)
{
    if (!check_present(instance, decision)) {
        return;
    }
    (void)decision_check_version(decision, command->expected_version, instance->revision);
    if (instance->is_system) {
        decision_refuse(decision, PROBLEM_ALL,
                        "a system instance runs the draft as it is and cannot be deployed");
        return;
    }
    if (!command->version_available &&
        instance->deployed_version != instance->integration_version) {
        decision_refuse(decision, "integration",
                        "version %llu is marked unavailable: choose another version first",
                        (unsigned long long)instance->integration_version);
    }
    if (command->definition->endpoint_type != ENDPOINT_FLOW_SPECIFIC) {
        decision_refuse(decision, "integration",
                        "its endpointType is not flow_specific, the only one that is served");
    }
    check_complete(instance, command->definition, decision);
    if (!decision_refused(decision)) {
        struct event *event = decision_add(decision, EVENT_INSTANCE_DEPLOYED);
        event->facts.instance_deployed = (struct facts_instance_deployed){
            .deployment = instance->deployment + 1, .version = instance->integration_version};
    }
}

bool instance_needs_deploy(const struct instance *instance)
{
    if (instance->is_system) {
        return false;
    }
    return instance->deployment == 0 ||
           instance->deployed_version != instance->integration_version ||
           !config_equal(&instance->config, &instance->deployed_config);
}

/* ---- evolve ---- */

static struct text_list digests_of(struct arena *arena, const struct value *keys)
{
    struct text_list list = {NULL, 0};
    if (keys == NULL || keys->type != VALUE_LIST) {
        return list;
    }
    list.items = ARENA_ARRAY(arena, struct slice, keys->list.count);
    for (uint32_t i = 0; list.items != NULL && i < keys->list.count; i++) {
        const struct value *digest = &keys->list.items[i];
        if (digest->type == VALUE_BINARY) {
            list.items[list.count++] = digest->bytes;
        }
    }
    return list;
}

static void apply_flow(struct instance *instance, const struct value *item, struct arena *arena)
{
    struct slice identity = value_get_text(item, SLICE("identity"));
    uint32_t place = 0;
    if (instance_flow_of(instance, identity, &place) == NULL) {
        place = instance->flow_count++;
        instance->flows[place] = (struct instance_flow){.identity = identity};
    }
    const struct value *id = value_get(item, SLICE("id"));
    const struct value *keys = value_get(item, SLICE("keys"));
    const struct value *alias = value_get(item, SLICE("alias"));
    if (alias != NULL) {
        instance->flows[place].alias = value_text_of(alias);
    }
    if (id != NULL && id->type == VALUE_BINARY && id->bytes.size == sizeof(struct uuid)) {
        memcpy(instance->flows[place].id.bytes, id->bytes.data, sizeof(struct uuid));
    }
    if (keys != NULL) {
        instance->flows[place].keys = digests_of(arena, keys);
    }
}

static void apply_flows(struct instance *instance, const struct value *list, struct arena *arena)
{
    if (list == NULL || list->type != VALUE_LIST || list->list.count == 0) {
        return;
    }
    /* Room for all of them being new; what was there is copied. */
    struct instance_flow *flows =
        ARENA_ARRAY(arena, struct instance_flow, instance->flow_count + list->list.count);
    if (flows == NULL) {
        return; /* the arena remembers, its owner checks */
    }
    if (instance->flow_count > 0) {
        memcpy(flows, instance->flows, instance->flow_count * sizeof *flows);
    }
    instance->flows = flows;
    for (uint32_t i = 0; i < list->list.count; i++) {
        apply_flow(instance, &list->list.items[i], arena);
    }
}

static void apply_texts(struct instance *instance, const struct value *state, struct arena *arena)
{
    const struct value *name = value_get(state, SLICE("name"));
    const struct value *description = value_get(state, SLICE("description"));
    const struct value *labels = value_get(state, SLICE("labels"));
    instance->name = name != NULL ? value_text_of(name) : instance->name;
    instance->description =
        description != NULL ? value_text_of(description) : instance->description;
    instance->labels = labels != NULL ? text_list_of(arena, labels) : instance->labels;
}

static void apply_created(struct instance *instance, const struct recorded_event *event)
{
    const struct facts_instance_created *facts = &event->event.facts.instance_created;
    instance->id = event->stream.id;
    instance->integration = facts->integration;
    instance->integration_version = facts->version;
    instance->customer = facts->customer;
    instance->key = facts->key;
    instance->is_system = facts->is_system;
    instance->is_enabled = true;
    instance->created_at_us = event->recorded_at_us;
}

static void apply_deployed(struct instance *instance, const struct recorded_event *event)
{
    const struct facts_instance_deployed *facts = &event->event.facts.instance_deployed;
    instance->deployment = facts->deployment;
    instance->deployed_version = facts->version;
    instance->deployed_seq = event->seq;
    instance->deployed_at_us = event->recorded_at_us;
    instance->deployed_config = instance->config;
}

void instance_evolve(struct instance *instance,
                     const struct recorded_event *event,
                     struct arena *arena)
{
    const struct value *state = &event->event.bodies[BODY_STATE];
    if (event->event.type == EVENT_INSTANCE_CREATED) {
        apply_created(instance, event);
    } else if (event->event.type == EVENT_INSTANCE_VERSION_CHANGED) {
        instance->integration_version = event->event.facts.instance_version_changed.version;
    } else if (event->event.type == EVENT_INSTANCE_DEPLOYED) {
        apply_deployed(instance, event);
    } else if (event->event.type == EVENT_INSTANCE_ENABLED) {
        instance->is_enabled = true;
    } else if (event->event.type == EVENT_INSTANCE_DISABLED) {
        instance->is_enabled = false;
    }
    instance->version = event->stream_version;
    if (event->event.type == EVENT_INVOCATION_REJECTED ||
        event->event.type == EVENT_INSTANCE_LOGGED) {
        return; /* told about it, did not change it */
    }
    instance->revision = event->stream_version;
    instance->updated_at_us = event->recorded_at_us;
    apply_texts(instance, state, arena);
    apply_flows(instance, value_get(state, SLICE("flows")), arena);
    config_evolve(&instance->config, state, event->seq, arena);
    if (event->event.type == EVENT_INSTANCE_CREATED ||
        event->event.type == EVENT_INSTANCE_CONFIG_CHANGED ||
        value_get(state, SLICE("aliases")) != NULL) {
        instance->config_seq = event->seq;
    }
}

void instance_erase(struct instance *instance)
{
    static const struct slice nothing;
    instance->name = nothing;
    instance->description = nothing;
    instance->labels = (struct text_list){NULL, 0};
    instance->flows = NULL;
    instance->flow_count = 0;
    instance->config = (struct config){NULL, 0};
    instance->deployed_config = (struct config){NULL, 0};
}

/* ---- rows ---- */

static void put_flows(struct buf *out, const struct instance *instance)
{
    codec_put_list(out, instance->flow_count);
    for (uint32_t i = 0; i < instance->flow_count; i++) {
        const struct instance_flow *flow = &instance->flows[i];
        codec_put_list(out, 4);
        codec_put_uuid(out, flow->id);
        codec_put_text(out, flow->identity);
        codec_put_text(out, flow->alias);
        codec_put_list(out, flow->keys.count);
        for (uint32_t k = 0; k < flow->keys.count; k++) {
            codec_put_binary(out, flow->keys.items[k]);
        }
    }
}

static void take_flows(struct codec_reader *reader, struct instance *instance, struct arena *arena)
{
    const struct value *list = codec_take(reader);
    if (list == NULL || list->type != VALUE_LIST) {
        reader->bad = true;
        return;
    }
    instance->flows = ARENA_ARRAY(arena, struct instance_flow, list->list.count);
    for (uint32_t i = 0; instance->flows != NULL && i < list->list.count; i++) {
        struct codec_reader flow = codec_reader(&list->list.items[i]);
        struct instance_flow *ret = &instance->flows[instance->flow_count++];
        ret->id = codec_take_uuid(&flow);
        ret->identity = codec_take_text(&flow);
        ret->alias = codec_take_text(&flow);
        ret->keys = digests_of(arena, codec_take(&flow));
        reader->bad = reader->bad || flow.bad;
    }
}

void instance_put(struct buf *out, const struct instance *instance)
{
    codec_put_list(out, 21);
    codec_put_u64(out, instance->version);
    codec_put_u64(out, instance->revision);
    codec_put_uuid(out, instance->integration);
    codec_put_u64(out, instance->integration_version);
    codec_put_uuid(out, instance->customer);
    codec_put_u64(out, instance->key);
    codec_put_bool(out, instance->is_system);
    codec_put_bool(out, instance->is_enabled);
    codec_put_int(out, instance->created_at_us);
    codec_put_int(out, instance->updated_at_us);
    codec_put_u64(out, instance->deployment);
    codec_put_u64(out, instance->deployed_version);
    codec_put_u64(out, instance->deployed_seq);
    codec_put_int(out, instance->deployed_at_us);
    codec_put_u64(out, instance->config_seq);
    codec_put_text(out, instance->name);
    codec_put_text(out, instance->description);
    text_list_put(out, instance->labels);
    put_flows(out, instance);
    config_put(out, &instance->config);
    config_put(out, &instance->deployed_config);
}

enum err instance_get(struct slice bytes,
                      struct uuid id,
                      struct arena *arena,
                      struct instance *ret,
                      struct error *reterr)
{
    struct value row;
    enum err e = codec_decode(bytes, arena, &row, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct codec_reader reader = codec_reader(&row);
    struct instance instance = {.id = id};
    instance.version = codec_take_u64(&reader);
    instance.revision = codec_take_u64(&reader);
    instance.integration = codec_take_uuid(&reader);
    instance.integration_version = codec_take_u64(&reader);
    instance.customer = codec_take_uuid(&reader);
    instance.key = codec_take_u64(&reader);
    instance.is_system = codec_take_bool(&reader);
    instance.is_enabled = codec_take_bool(&reader);
    instance.created_at_us = codec_take_int(&reader);
    instance.updated_at_us = codec_take_int(&reader);
    instance.deployment = codec_take_u64(&reader);
    instance.deployed_version = codec_take_u64(&reader);
    instance.deployed_seq = codec_take_u64(&reader);
    instance.deployed_at_us = codec_take_int(&reader);
    instance.config_seq = codec_take_u64(&reader);
    instance.name = codec_take_text(&reader);
    instance.description = codec_take_text(&reader);
    instance.labels = text_list_take(&reader, arena);
    take_flows(&reader, &instance, arena);
    instance.config = config_take(&reader, arena);
    instance.deployed_config = config_take(&reader, arena);
    e = codec_check(&reader, "instance", reterr);
    if (e == ERR_OK && arena_exhausted(arena)) {
        e = arena_error(arena, "the instance", reterr);
    }
    if (e == ERR_OK) {
        *ret = instance;
    }
    return e;
}
