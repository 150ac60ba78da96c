/*
 * An instance as a map, with its config and flow configs; and a flow config alone.
 */
#include "core/base/check.h"
#include "tools/thing_shape_priv.h"

/* Bytes of a keyed digest that tell keys apart and give nothing to guess from. */
#define FINGERPRINT_BYTES 4

/* "key:1a2b3c4d", as the API shows them. */
static struct value key_fingerprints(struct arena *arena, struct text_list digests)
{
    struct value list = value_list();
    for (uint32_t i = 0; i < digests.count; i++) {
        struct slice digest = digests.items[i];
        size_t size = digest.size < FINGERPRINT_BYTES ? digest.size : FINGERPRINT_BYTES;
        struct slice hex = shape_hex_text(arena, slice_of(digest.data, size));
        (void)value_list_push(arena, &list,
                              value_text(arena_format(arena, "key:%.*s", SLICE_ARGS(hex))));
    }
    return list;
}

static struct value flow_map(struct thing_shaping *it, const struct instance_flow *flow)
{
    struct shape shape = shape_in(it->arena);
    shape_id(&shape, "id", "InstanceFlowConfig", flow->id);
    if (!it->alone) {
        shape_text(&shape, "flow", flow->identity);
    }
    shape_value(&shape, "keys", key_fingerprints(it->arena, flow->keys));
    return shape.map;
}

/* Flow configs by the identity of their flow, so that two states can be compared. */
static struct value flows_map(struct thing_shaping *it, const struct instance *instance)
{
    struct value map = value_map();
    for (uint32_t i = 0; i < instance->flow_count; i++) {
        (void)value_map_put(it->arena, &map, instance->flows[i].identity,
                            flow_map(it, &instance->flows[i]));
    }
    return map;
}

/* ---- config ---- */

static void put_set_at(const struct thing_shaping *it, struct shape *shape, uint64_t seq)
{
    if (!it->alone) {
        shape_u64(shape, "setAt", seq);
    }
}

static struct value inputs_map(struct thing_shaping *it, const struct config_entry *entry)
{
    struct value map = value_map();
    for (uint32_t i = 0; i < entry->input_count; i++) {
        const struct config_input *input = &entry->inputs[i];
        struct shape shape = shape_in(it->arena);
        shape_bool(&shape, "hasValue", input->has_value);
        shape_hex(&shape, "fingerprint", input->mark);
        put_set_at(it, &shape, input->seq);
        (void)value_map_put(it->arena, &map, input->name, shape.map);
    }
    return map;
}

static enum err put_entry(struct thing_shaping *it,
                          const struct config_entry *entry,
                          struct value *config,
                          struct error *reterr)
{
    struct shape shape = shape_in(it->arena);
    const struct value *body = NULL;
    struct slice text;
    enum err e = ERR_OK;
    if (entry->seq == 0) {
        shape_value(&shape, "inputs", inputs_map(it, entry));
    } else {
        e = thing_shape_state_body(it, entry->seq, &body, reterr);
        bool there = e == ERR_OK && config_value_in(body, entry->identity, &text);
        shape_value(&shape, "value", there ? value_text(text) : value_null());
        if (!there) {
            shape_bool(&shape, "isErased", true);
        }
        if (entry->schedule_type.size > 0) {
            shape_text(&shape, "scheduleType", entry->schedule_type);
        }
        if (entry->time_zone.size > 0) {
            shape_text(&shape, "timeZone", entry->time_zone);
        }
        put_set_at(it, &shape, entry->seq);
    }
    (void)value_map_put(it->arena, config, entry->identity, shape.map);
    return e;
}

static enum err config_map(struct thing_shaping *it,
                           const struct config *config,
                           struct value *ret,
                           struct error *reterr)
{
    enum err e = ERR_OK;
    *ret = value_map();
    for (uint32_t i = 0; i < config->count && e == ERR_OK; i++) {
        e = put_entry(it, &config->entries[i], ret, reterr);
    }
    return e;
}

/* ---- instances ---- */

static void put_instance_relations(struct thing_shaping *it,
                                   const struct instance *instance,
                                   struct shape *shape)
{
    struct slice none = {NULL, 0};
    bool named = !it->alone;
    thing_shape_put_relation(it, shape, "customer", "Customer", instance->customer,
                             named ? thing_shape_customer_name(it, instance->customer) : none);
    thing_shape_put_relation(it, shape, "integration", "Integration", instance->integration,
                             named ? thing_shape_integration_name(it, instance->integration)
                                   : none);
}

enum err thing_shape_instance(struct thing_shaping *it,
                              const struct instance *instance,
                              struct shape *shape,
                              struct error *reterr)
{
    struct value config;
    enum err e = config_map(it, &instance->config, &config, reterr);
    if (e != ERR_OK) {
        return e;
    }
    shape_text(shape, "name", instance->name);
    shape_text(shape, "description", instance->description);
    shape_texts(shape, "labels", instance->labels);
    put_instance_relations(it, instance, shape);
    shape_u64(shape, "version", instance->integration_version);
    shape_bool(shape, "enabled", instance->is_enabled);
    shape_bool(shape, "isSystem", instance->is_system);
    shape_u64(shape, "deployment", instance->deployment);
    shape_u64(shape, "deployedVersion", instance->deployed_version);
    shape_time(shape, "deployedAt", instance->deployed_at_us);
    shape_bool(shape, "needsDeploy", instance_needs_deploy(instance));
    shape_value(shape, "config", config);
    shape_value(shape, "flowConfigs", flows_map(it, instance));
    shape_time(shape, "createdAt", instance->created_at_us);
    shape_time(shape, "updatedAt", instance->updated_at_us);
    shape_u64(shape, "streamVersion", instance->version);
    return ERR_OK;
}

void thing_shape_flow_config(struct thing_shaping *it,
                             const struct instance *instance,
                             struct shape *shape)
{
    struct slice none = {NULL, 0};
    ASSERT(it->thing->place < instance->flow_count); /* thing_exists was asked */
    const struct instance_flow *flow = &instance->flows[it->thing->place];
    shape_text(shape, "flow", flow->identity);
    thing_shape_put_relation(it, shape, "instance", "Instance", instance->id,
                             !it->alone ? instance->name : none);
    shape_value(shape, "keys", key_fingerprints(it->arena, flow->keys));
    shape_bool(shape, "enabled", instance->is_enabled);
    shape_u64(shape, "deployment", instance->deployment);
}
