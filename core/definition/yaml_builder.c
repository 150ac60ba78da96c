/*
 * The stack of open lists and maps. A node is attached to its parent when it is finished, so that
 * its counts are known then.
 */
#include "core/definition/yaml_builder_priv.h"

#include "core/base/check.h"
#include "core/base/quoted.h"
#include "core/definition/definition.h"
#include "core/definition/yaml_map_priv.h"

static struct yaml_frame *innermost(struct yaml_builder *builder)
{
    return builder->frame_count > 0 ? &builder->frames[builder->frame_count - 1] : NULL;
}

/* Counts what comes in against the bounds. */
static bool count_in(struct yaml_builder *builder, size_t nodes, size_t bytes, uint32_t line)
{
    builder->node_count += nodes;
    builder->byte_count += bytes;
    if (builder->node_count > DEFINITION_NODES_MAX) {
        field_path_problem(&builder->path, builder->problems, line,
                           "up to line %u the text has over %d values with its aliases written "
                           "out; that many are read at most",
                           line, DEFINITION_NODES_MAX);
        return false;
    }
    if (builder->byte_count > YAML_TREE_BYTES_MAX) {
        field_path_problem(&builder->path, builder->problems, line,
                           "up to line %u the text has over %zu bytes with its aliases written "
                           "out; that many are read at most",
                           line, YAML_TREE_BYTES_MAX);
        return false;
    }
    return true;
}

static bool fits_depth(struct yaml_builder *builder, size_t depth, uint32_t line)
{
    if (builder->frame_count + depth <= YAML_TREE_DEPTH_MAX) {
        return true;
    }
    field_path_problem(&builder->path, builder->problems, line,
                       "lists and maps are nested over %d levels; that many are read at most",
                       YAML_TREE_DEPTH_MAX);
    return false;
}

static struct yaml_child *new_child(struct yaml_builder *builder, struct yaml_node *node)
{
    struct yaml_child *child = ARENA_NEW(builder->nodes, struct yaml_child);
    if (child != NULL) {
        child->node = node;
        child->line = node->line;
    }
    return child;
}

/* Puts a finished or shared node where the innermost list or map wants it; the path moves on. */
static bool attach(struct yaml_builder *builder, struct yaml_node *node)
{
    struct yaml_frame *frame = innermost(builder);
    if (frame == NULL) {
        builder->root = node;
        return true;
    }
    struct yaml_child *child = new_child(builder, node);
    if (child == NULL) {
        return false;
    }
    struct yaml_node *parent = frame->node;
    field_path_pop(&builder->path);
    if (parent->kind == YAML_MAP) {
        child->key = frame->key;
        child->line = frame->key_line;
        child->is_merge = frame->is_merge;
        frame->has_key = false;
    }
    yaml_map_append(parent, child);
    if (parent->kind == YAML_LIST) {
        field_path_push_index(&builder->path, parent->count);
    }
    parent->node_count += node->node_count;
    parent->byte_count += node->byte_count + child->key.size;
    parent->depth = parent->depth > node->depth ? parent->depth : node->depth;
    return true;
}

static bool take_key(struct yaml_builder *builder, const struct yaml_event_node *event)
{
    if (event->kind != YAML_SCALAR) {
        field_path_problem(&builder->path, builder->problems, event->line,
                           "line %u has a list or map for a key; keys are texts", event->line);
        return false;
    }
    if (event->anchor.size > 0) {
        field_path_problem(&builder->path, builder->problems, event->line,
                           "the key \"%s\" in line %u has an anchor; only values may have one",
                           quoted(event->text).text, event->line);
    }
    struct yaml_frame *frame = innermost(builder);
    frame->key = arena_copy(builder->texts, event->text);
    frame->key_line = event->line;
    frame->is_merge = event->is_plain && slice_is(event->text, "<<");
    frame->has_key = true;
    field_path_push(&builder->path, frame->key);
    return frame->key.data != NULL && count_in(builder, 1, event->text.size, event->line);
}

static bool remember_anchor(struct yaml_builder *builder, struct slice name, struct yaml_node *node)
{
    if (name.size == 0) {
        return true;
    }
    if (builder->anchor_count == YAML_TREE_ANCHORS_MAX) {
        field_path_problem(&builder->path, builder->problems, node->line,
                           "the text has over %d anchors; that many are read at most",
                           YAML_TREE_ANCHORS_MAX);
        return false;
    }
    struct slice copy = arena_copy(builder->nodes, name);
    builder->anchors[builder->anchor_count++] = (struct yaml_anchor){copy, node};
    return copy.data != NULL;
}

static struct yaml_node *new_node(struct yaml_builder *builder, const struct yaml_event_node *event)
{
    struct yaml_node *node = ARENA_NEW(builder->nodes, struct yaml_node);
    if (node == NULL) {
        return NULL;
    }
    node->kind = event->kind;
    node->line = event->line;
    node->node_count = 1;
    if (event->kind == YAML_SCALAR) {
        node->text = arena_copy(builder->texts, event->text);
        node->byte_count = event->text.size;
        node->depth = 1;
        node->is_plain = event->is_plain;
        node->from = event->from;
        node->to = event->to;
        return node->text.data != NULL ? node : NULL;
    }
    return node;
}

bool yaml_builder_add(struct yaml_builder *builder, const struct yaml_event_node *event)
{
    struct yaml_frame *frame = innermost(builder);
    if (frame != NULL && frame->node->kind == YAML_MAP && !frame->has_key) {
        return take_key(builder, event);
    }
    if (!fits_depth(builder, 1, event->line) ||
        !count_in(builder, 1, event->text.size, event->line)) {
        return false;
    }
    struct yaml_node *node = new_node(builder, event);
    if (node == NULL || !remember_anchor(builder, event->anchor, node)) {
        return false;
    }
    if (event->kind == YAML_SCALAR) {
        return attach(builder, node);
    }
    node->is_open = true;
    builder->frames[builder->frame_count++] = (struct yaml_frame){.node = node};
    if (node->kind == YAML_LIST) {
        field_path_push_index(&builder->path, 0);
    }
    return true;
}

bool yaml_builder_close(struct yaml_builder *builder)
{
    ASSERT(builder->frame_count > 0);
    struct yaml_node *node = innermost(builder)->node;
    node->is_open = false;
    node->depth++;
    if (node->kind == YAML_LIST) {
        field_path_pop(&builder->path);
    } else if (!yaml_map_finish(builder, node)) {
        return false;
    }
    builder->frame_count--;
    return attach(builder, node);
}

/* Messages do not name anchors, aliases and tags: a password that begins with & * or ! and lacks
 * its quotes is one of them. */

/* The last anchor of a name counts: a later one of the same name replaces it. */
static struct yaml_node *find_anchor(const struct yaml_builder *builder, struct slice name)
{
    for (size_t i = builder->anchor_count; i > 0; i--) {
        if (slice_equal(builder->anchors[i - 1].name, name)) {
            return builder->anchors[i - 1].node;
        }
    }
    return NULL;
}

bool yaml_builder_alias(struct yaml_builder *builder, struct slice anchor, uint32_t line)
{
    struct yaml_frame *frame = innermost(builder);
    struct yaml_node *node = find_anchor(builder, anchor);
    if (frame != NULL && frame->node->kind == YAML_MAP && !frame->has_key) {
        field_path_problem(&builder->path, builder->problems, line,
                           "line %u has an alias for a key; write the key out", line);
        return false;
    }
    if (node == NULL) {
        field_path_problem(&builder->path, builder->problems, line,
                           "an alias stands here, but no anchor of its name before it; a text that "
                           "begins with * is put in quotes");
        return false;
    }
    if (node->is_open) {
        field_path_problem(&builder->path, builder->problems, line,
                           "an alias stands inside its own anchor here: that would have no end");
        return false;
    }
    return fits_depth(builder, node->depth, line) &&
           count_in(builder, node->node_count, node->byte_count, line) && attach(builder, node);
}
