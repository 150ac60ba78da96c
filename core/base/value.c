#include "core/base/value.h"

#define CAPACITY_FIRST 4

const char *value_type_name(enum value_type type)
{
    static const char *const names[] = {"null", "boolean", "integer", "number",
                                        "text", "binary",  "list",    "map"};
    return names[type];
}

/* Makes room for one more of `size` bytes. Old storage stays in the arena: doubling bounds the
 * waste. */
static void *grow(struct arena *arena, void *items, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity) {
        return items;
    }
    if (*capacity > UINT32_MAX / 2) {
        arena->exhausted = true;
        return NULL;
    }
    uint32_t wanted = *capacity == 0 ? CAPACITY_FIRST : *capacity * 2;
    void *grown = arena_alloc(arena, wanted * size);
    if (grown == NULL) {
        return NULL;
    }
    if (count > 0) {
        memcpy(grown, items, count * size);
    }
    *capacity = wanted;
    return grown;
}

bool value_list_push(struct arena *arena, struct value *list, struct value item)
{
    struct value *items =
        grow(arena, list->list.items, list->list.count, &list->list.capacity, sizeof *items);
    if (items == NULL) {
        return false;
    }
    list->list.items = items;
    items[list->list.count++] = item;
    return true;
}

bool value_map_put(struct arena *arena, struct value *map, struct slice key, struct value item)
{
    struct value_member *members =
        grow(arena, map->map.members, map->map.count, &map->map.capacity, sizeof *members);
    if (members == NULL) {
        return false;
    }
    map->map.members = members;
    members[map->map.count++] = (struct value_member){key, item};
    return true;
}

bool value_map_set(struct arena *arena, struct value *map, struct slice key, struct value item)
{
    struct value *found = value_get(map, key);
    if (found == NULL) {
        return value_map_put(arena, map, key, item);
    }
    *found = item;
    return true;
}

struct value *value_get(const struct value *map, struct slice key)
{
    if (map == NULL || map->type != VALUE_MAP) {
        return NULL;
    }
    for (uint32_t i = map->map.count; i > 0; i--) {
        if (slice_equal(map->map.members[i - 1].key, key)) {
            return &map->map.members[i - 1].value;
        }
    }
    return NULL;
}

struct value *value_at(const struct value *list, size_t index)
{
    if (list == NULL || list->type != VALUE_LIST || index >= list->list.count) {
        return NULL;
    }
    return &list->list.items[index];
}

struct slice value_text_of(const struct value *value)
{
    return value != NULL && value->type == VALUE_TEXT ? value->bytes : (struct slice){NULL, 0};
}

struct slice value_get_text(const struct value *map, struct slice key)
{
    return value_text_of(value_get(map, key));
}

int64_t value_int_of(const struct value *value, int64_t otherwise)
{
    return value != NULL && value->type == VALUE_INT ? value->integer : otherwise;
}

bool value_bool_of(const struct value *value, bool otherwise)
{
    return value != NULL && value->type == VALUE_BOOL ? value->boolean : otherwise;
}

static bool same_lists(const struct value *a, const struct value *b)
{
    if (a->list.count != b->list.count) {
        return false;
    }
    for (uint32_t i = 0; i < a->list.count; i++) {
        if (!value_equal(&a->list.items[i], &b->list.items[i])) {
            return false;
        }
    }
    return true;
}

static bool same_maps(const struct value *a, const struct value *b)
{
    if (a->map.count != b->map.count) {
        return false;
    }
    for (uint32_t i = 0; i < a->map.count; i++) {
        /* Usually both have the same order: look there before searching. */
        const struct value_member *member = &a->map.members[i];
        const struct value *other = slice_equal(member->key, b->map.members[i].key)
                                        ? &b->map.members[i].value
                                        : value_get(b, member->key);
        if (other == NULL || !value_equal(&member->value, other)) {
            return false;
        }
    }
    return true;
}

static bool same_numbers(const struct value *a, const struct value *b)
{
    double x = a->type == VALUE_INT ? (double)a->integer : a->number;
    double y = b->type == VALUE_INT ? (double)b->integer : b->number;
    return x == y;
}

bool value_equal(const struct value *a, const struct value *b)
{
    bool mixed = (a->type == VALUE_INT && b->type == VALUE_FLOAT) ||
                 (a->type == VALUE_FLOAT && b->type == VALUE_INT);
    if (a->type != b->type) {
        return mixed && same_numbers(a, b);
    }
    switch (a->type) {
    case VALUE_NULL:
        return true;
    case VALUE_BOOL:
        return a->boolean == b->boolean;
    case VALUE_INT:
        return a->integer == b->integer;
    case VALUE_FLOAT:
        return a->number == b->number;
    case VALUE_TEXT:
    case VALUE_BINARY:
        return slice_equal(a->bytes, b->bytes);
    case VALUE_LIST:
        return same_lists(a, b);
    case VALUE_MAP:
        return same_maps(a, b);
    }
    return false;
}

static struct value copy_list(struct arena *arena, const struct value *source)
{
    struct value copy = value_list();
    copy.list.items = ARENA_ARRAY(arena, struct value, source->list.count);
    if (copy.list.items == NULL) {
        return value_null();
    }
    copy.list.count = copy.list.capacity = source->list.count;
    for (uint32_t i = 0; i < source->list.count; i++) {
        copy.list.items[i] = value_copy(arena, &source->list.items[i]);
    }
    return copy;
}

static struct value copy_map(struct arena *arena, const struct value *source)
{
    struct value copy = value_map();
    copy.map.members = ARENA_ARRAY(arena, struct value_member, source->map.count);
    if (copy.map.members == NULL) {
        return value_null();
    }
    copy.map.count = copy.map.capacity = source->map.count;
    for (uint32_t i = 0; i < source->map.count; i++) {
        copy.map.members[i].key = arena_copy(arena, source->map.members[i].key);
        copy.map.members[i].value = value_copy(arena, &source->map.members[i].value);
    }
    return copy;
}

struct value value_copy(struct arena *arena, const struct value *source)
{
    struct value copy = *source;
    switch (source->type) {
    case VALUE_TEXT:
    case VALUE_BINARY:
        copy.bytes = arena_copy(arena, source->bytes);
        return copy;
    case VALUE_LIST:
        return copy_list(arena, source);
    case VALUE_MAP:
        return copy_map(arena, source);
    case VALUE_NULL:
    case VALUE_BOOL:
    case VALUE_INT:
    case VALUE_FLOAT:
        break;
    }
    return copy;
}
