/*
 * Keys are compared in sorted order, so that wide maps cost no more than narrow ones.
 */
#include "core/definition/yaml_map_priv.h"

#include "core/base/quoted.h"

#include <stdlib.h>

void yaml_map_append(struct yaml_node *parent, struct yaml_child *child)
{
    child->next = NULL;
    if (parent->last != NULL) {
        parent->last->next = child;
    } else {
        parent->first = child;
    }
    parent->last = child;
    parent->count++;
}

static int compare_children(const void *a, const void *b)
{
    const struct yaml_child *x = *(const struct yaml_child *const *)a;
    const struct yaml_child *y = *(const struct yaml_child *const *)b;
    int order = slice_compare(x->key, y->key);
    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static void report_twice(struct yaml_builder *builder,
                         const struct yaml_child *first,
                         const struct yaml_child *again)
{
    field_path_push(&builder->path, again->key);
    field_path_problem(&builder->path, builder->problems, again->line,
                       "the key \"%s\" stands in line %u and again in line %u; each key may stand "
                       "once",
                       quoted(again->key).text, first->line, again->line);
    field_path_pop(&builder->path);
}

/* Sorted, equal keys stand side by side: no map is so wide that this takes long. */
static bool report_duplicates(struct yaml_builder *builder, const struct yaml_node *map)
{
    struct arena_mark mark = arena_mark(builder->nodes);
    struct yaml_child **sorted = ARENA_ARRAY(builder->nodes, struct yaml_child *, map->count);
    if (sorted == NULL) {
        return false;
    }
    size_t count = 0;
    for (struct yaml_child *child = map->first; child != NULL; child = child->next) {
        sorted[count++] = child;
    }
    qsort(sorted, count, sizeof(struct yaml_child *), compare_children);
    for (size_t i = 1; i < count; i++) {
        if (slice_equal(sorted[i - 1]->key, sorted[i]->key)) {
            report_twice(builder, sorted[i - 1], sorted[i]);
        }
    }
    arena_rewind(builder->nodes, mark);
    return true;
}

static bool has_key(const struct yaml_node *map, struct slice key)
{
    for (const struct yaml_child *child = map->first; child != NULL; child = child->next) {
        if (slice_equal(child->key, key)) {
            return true;
        }
    }
    return false;
}

static void merge_problem(struct yaml_builder *builder, uint32_t line, const char *text)
{
    field_path_push(&builder->path, SLICE("<<"));
    field_path_problem(&builder->path, builder->problems, line, "%s", text);
    field_path_pop(&builder->path);
}

static bool merge_map(struct yaml_builder *builder,
                      struct yaml_node *map,
                      const struct yaml_node *source,
                      uint32_t line)
{
    if (source->kind != YAML_MAP) {
        merge_problem(builder, line, "<< merges maps: a map, an alias of one, or a list of them");
        return true;
    }
    for (const struct yaml_child *child = source->first; child != NULL; child = child->next) {
        if (has_key(map, child->key)) {
            continue;
        }
        if (map->count >= YAML_MAP_MERGE_KEYS_MAX) {
            merge_problem(builder, line, "a map that merges others may have at most 1000 keys");
            return true;
        }
        struct yaml_child *copy = ARENA_NEW(builder->nodes, struct yaml_child);
        if (copy == NULL) {
            return false;
        }
        *copy = *child;
        yaml_map_append(map, copy);
    }
    return true;
}

static bool
merge_value(struct yaml_builder *builder, struct yaml_node *map, const struct yaml_child *merged)
{
    if (merged->node->kind != YAML_LIST) {
        return merge_map(builder, map, merged->node, merged->line);
    }
    for (const struct yaml_child *item = merged->node->first; item != NULL; item = item->next) {
        if (!merge_map(builder, map, item->node, merged->line)) {
            return false;
        }
    }
    return true;
}

/* Takes the "<<" entries out. Returns: them, linked, in their order. */
static struct yaml_child *take_merges(struct yaml_node *map)
{
    struct yaml_node kept = {.count = 0};
    struct yaml_node merges = {.count = 0};
    for (struct yaml_child *child = map->first, *next = NULL; child != NULL; child = next) {
        next = child->next;
        yaml_map_append(child->is_merge ? &merges : &kept, child);
    }
    map->first = kept.first;
    map->last = kept.last;
    map->count = kept.count;
    return merges.first;
}

bool yaml_map_finish(struct yaml_builder *builder, struct yaml_node *map)
{
    if (map->count > 1 && !report_duplicates(builder, map)) {
        return false;
    }
    for (struct yaml_child *merged = take_merges(map); merged != NULL; merged = merged->next) {
        if (!merge_value(builder, map, merged)) {
            return false;
        }
    }
    return true;
}
