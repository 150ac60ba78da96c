/*
 * yaml_builder: puts the nodes of yaml_tree together as libyaml's events come in: what is open,
 * which key waits for its value, what the anchors are, and how much all of it is with aliases
 * written out.
 *
 * Whoever finds a fault adds a problem; functions return false when reading cannot go on, because
 * of it or because memory is gone.
 */
#ifndef DAYBOOK_CORE_DEFINITION_YAML_BUILDER_PRIV_H
#define DAYBOOK_CORE_DEFINITION_YAML_BUILDER_PRIV_H

#include "core/definition/field_path_priv.h"
#include "core/definition/yaml_tree_priv.h"

struct yaml_anchor {
    struct slice name;
    struct yaml_node *node;
};

/* A list or map that is not closed yet. */
struct yaml_frame {
    struct yaml_node *node;
    bool has_key; /* of a map: the key below waits for its value */
    bool is_merge;
    struct slice key;
    uint32_t key_line;
};

struct yaml_builder {
    struct arena *nodes;
    struct arena *texts;
    struct problem_list *problems;
    struct field_path path;                        /* of what comes next */
    struct yaml_frame frames[YAML_TREE_DEPTH_MAX]; /* outermost first */
    size_t frame_count;
    struct yaml_anchor anchors[YAML_TREE_ANCHORS_MAX];
    size_t anchor_count;
    size_t node_count; /* with aliases written out */
    size_t byte_count;
    struct yaml_node *root; /* once it is closed */
};

/* What an event says of a scalar or of the beginning of a list or map. Texts are borrowed. */
struct yaml_event_node {
    enum yaml_kind kind;
    struct slice text;
    struct slice anchor; /* empty: none */
    bool is_plain;
    size_t from;
    size_t to;
    uint32_t line;
};

/** Takes a scalar, which may be a key, or opens a list or map. */
bool yaml_builder_add(struct yaml_builder *builder, const struct yaml_event_node *event);

/** Puts the node of an anchor here. */
bool yaml_builder_alias(struct yaml_builder *builder, struct slice anchor, uint32_t line);

/** Closes the innermost list or map. */
bool yaml_builder_close(struct yaml_builder *builder);

#endif
