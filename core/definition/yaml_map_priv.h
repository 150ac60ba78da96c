/*
 * yaml_map: what is done with a map once all of its entries are there: keys that stand twice are
 * reported, and maps under `<<` are merged in.
 */
#ifndef DAYBOOK_CORE_DEFINITION_YAML_MAP_PRIV_H
#define DAYBOOK_CORE_DEFINITION_YAML_MAP_PRIV_H

#include "core/definition/yaml_builder_priv.h"

/* Keys of a map that merges others: each merged key is looked up among them. */
#define YAML_MAP_MERGE_KEYS_MAX 1000

/** Adds `child` at the end of a list or map. */
void yaml_map_append(struct yaml_node *parent, struct yaml_child *child);

/** Reports keys that stand twice and merges. Returns: false when memory is gone. */
bool yaml_map_finish(struct yaml_builder *builder, struct yaml_node *map);

#endif
