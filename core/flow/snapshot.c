#include "core/flow/snapshot.h"

const struct snapshot_var *snapshot_find(const struct snapshot *snapshot, struct slice key)
{
    for (uint32_t i = 0; i < snapshot->count; i++) {
        if (slice_equal(snapshot->vars[i].key, key)) {
            return &snapshot->vars[i];
        }
    }
    return NULL;
}

struct slice snapshot_field(const struct snapshot_connection *connection, const char *name)
{
    for (uint32_t i = 0; i < connection->field_count; i++) {
        if (slice_is(connection->fields[i].name, name)) {
            return connection->fields[i].value;
        }
    }
    return (struct slice){NULL, 0};
}

struct value snapshot_connection_value(const struct snapshot_connection *connection,
                                       struct arena *arena)
{
    struct value fields = value_map();
    bool fits = true;
    for (uint32_t i = 0; i < connection->field_count; i++) {
        const struct snapshot_field *field = &connection->fields[i];
        if (!field->secret) {
            fits = value_map_put(arena, &fields, field->name, value_text(field->value)) && fits;
        }
    }
    struct value map = value_map();
    fits = value_map_put(arena, &map, SLICE("key"), value_text(connection->key)) && fits;
    fits =
        value_map_put(arena, &map, SLICE("configVarKey"), value_text(connection->config_var_key)) &&
        fits;
    fits = value_map_put(arena, &map, SLICE("fields"), fields) && fits;
    return fits ? map : value_null();
}
