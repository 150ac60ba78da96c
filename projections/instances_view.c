#include "projections/instances_view.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "projections/keys_view.h"

static enum err put_index(struct projection_context *context,
                          enum views_table table,
                          struct uuid owner,
                          struct uuid instance,
                          struct error *reterr)
{
    struct views_key key = views_key_of_id(owner);
    views_key_id(&key, instance);
    return projection_put_mark(context, table, &key, reterr);
}

/* Rows for flow configs from `first` on: those before have theirs. */
static enum err put_flow_configs(struct projection_context *context,
                                 const struct instance *instance,
                                 uint32_t first,
                                 struct error *reterr)
{
    enum err e = ERR_OK;
    for (uint32_t place = first; place < instance->flow_count && e == ERR_OK; place++) {
        if (uuid_is_zero(instance->flows[place].id)) {
            continue; /* its body is erased */
        }
        char row[20];
        memcpy(row, instance->id.bytes, 16);
        bytes_put_be32(row + 16, place);
        struct views_key key = views_key_of_id(instance->flows[place].id);
        e = views_put(context->txn, VIEWS_FLOW_CONFIGS, views_key_slice(&key),
                      slice_of(row, sizeof row), reterr);
    }
    return e;
}

static enum err put_instance(struct projection_context *context,
                             const struct instance *instance,
                             struct error *reterr)
{
    buf_clear(context->row);
    instance_put(context->row, instance);
    struct views_key key = views_key_of_id(instance->id);
    return projection_put_row(context, VIEWS_INSTANCES, &key, reterr);
}

/* Takes what its bodies told out of an instance whose key the event destroys. */
static enum err
erase(struct projection_context *context, const struct event *event, struct error *reterr)
{
    struct uuid id;
    enum err e = keys_view_destroyed(context->txn, event, STREAM_INSTANCE, &id, reterr);
    if (e != ERR_OK) {
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    }
    struct instance instance;
    e = instances_view_get(context->txn, id, context->arena, &instance, reterr);
    for (uint32_t place = 0; e == ERR_OK && place < instance.flow_count; place++) {
        struct views_key key = views_key_of_id(instance.flows[place].id);
        e = views_delete(context->txn, VIEWS_FLOW_CONFIGS, views_key_slice(&key), reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    instance_erase(&instance);
    return put_instance(context, &instance, reterr);
}

static enum err apply_events(struct projection_context *context,
                             const struct projection_record *record,
                             struct error *reterr)
{
    struct instance instance = {.id = record->stream.id};
    bool is_new = record->events[0].stream_version == 1;
    enum err e =
        is_new ? ERR_OK
               : instances_view_get(context->txn, instance.id, context->arena, &instance, reterr);
    if (e != ERR_OK) {
        return e;
    }
    uint32_t known_flows = instance.flow_count;
    for (size_t i = 0; i < record->count; i++) {
        instance_evolve(&instance, &record->events[i], context->arena);
    }
    e = put_flow_configs(context, &instance, known_flows, reterr);
    if (e == ERR_OK && is_new) {
        e = put_index(context, VIEWS_INSTANCES_BY_CUSTOMER, instance.customer, instance.id, reterr);
    }
    if (e == ERR_OK && is_new) {
        e = put_index(context, VIEWS_INSTANCES_BY_INTEGRATION, instance.integration, instance.id,
                      reterr);
    }
    return e != ERR_OK ? e : put_instance(context, &instance, reterr);
}

static enum err apply(struct projection_context *context,
                      const struct projection_record *record,
                      struct error *reterr)
{
    enum err e = ERR_OK;
    if (record->stream.kind == STREAM_INSTANCE) {
        return apply_events(context, record, reterr);
    }
    for (size_t i = 0; record->stream.kind == STREAM_JOURNAL && i < record->count && e == ERR_OK;
         i++) {
        e = erase(context, &record->events[i].event, reterr);
    }
    return e;
}

static const enum views_table tables[] = {VIEWS_INSTANCES, VIEWS_INSTANCES_BY_CUSTOMER,
                                          VIEWS_INSTANCES_BY_INTEGRATION, VIEWS_FLOW_CONFIGS};

const struct projection instances_view = {"instances", 3, tables, ARRAY_COUNT(tables), apply};

enum err
instances_view_row(struct views_txn *txn, struct uuid id, struct slice *ret, struct error *reterr)
{
    struct views_key key = views_key_of_id(id);
    return views_get(txn, VIEWS_INSTANCES, views_key_slice(&key), ret, reterr);
}

enum err instances_view_get(struct views_txn *txn,
                            struct uuid id,
                            struct arena *arena,
                            struct instance *ret,
                            struct error *reterr)
{
    struct slice row;
    struct views_key key = views_key_of_id(id);
    enum err e = views_get_copy(txn, VIEWS_INSTANCES, views_key_slice(&key), arena, &row, reterr);
    return e != ERR_OK ? e : instance_get(row, id, arena, ret, reterr);
}

enum err instances_view_flow_config(struct views_txn *txn,
                                    struct uuid flow_config,
                                    struct uuid *ret_instance,
                                    uint32_t *ret_place,
                                    struct error *reterr)
{
    struct slice row;
    struct views_key key = views_key_of_id(flow_config);
    enum err e = views_get(txn, VIEWS_FLOW_CONFIGS, views_key_slice(&key), &row, reterr);
    if (e == ERR_OK && row.size != 20) {
        return error_set(reterr, ERR_DAMAGED, "a flow config row has %zu bytes", row.size);
    }
    if (e == ERR_OK) {
        memcpy(ret_instance->bytes, row.data, 16);
        *ret_place = bytes_be32(row.data + 16);
    }
    return e;
}

enum err instances_view_count_of_customer(
    struct views_txn *txn, struct uuid customer, uint64_t max, uint64_t *ret, struct error *reterr)
{
    struct views_cursor cursor;
    enum err e = views_cursor_open(txn, VIEWS_INSTANCES_BY_CUSTOMER, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct views_key key = views_key_of_id(customer);
    uint64_t count = 0;
    bool found = views_cursor_seek(&cursor, views_key_slice(&key));
    while (found && count < max && slice_starts_with(cursor.key, views_key_slice(&key))) {
        count++;
        found = views_cursor_next(&cursor);
    }
    e = views_cursor_check(&cursor, reterr);
    views_cursor_close(&cursor);
    if (e == ERR_OK) {
        *ret = count;
    }
    return e;
}
