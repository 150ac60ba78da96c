/*
 * Inputs: {type, value, name, meta}, complex ones with inputs and lists inside them, and the maps
 * of them that steps, connections and data sources have.
 */
#include "core/definition/definition_read_priv.h"

#include "core/base/limits.h"
#include "core/definition/component.h"
#include "core/definition/secret_text_priv.h"

#include <stdio.h>

void definition_read_meta(struct definition_read *read,
                          const struct yaml_node *owner,
                          bool org_only,
                          struct value *ret_meta,
                          struct visibility *ret_visibility)
{
    struct yaml_reader *reader = &read->reader;
    struct visibility visibility = {org_only, true, true};
    const struct yaml_node *meta = yaml_reader_map(reader, owner, "meta");
    field_path_push(&reader->path, SLICE("meta"));
    if (meta != NULL) {
        bool org = yaml_reader_bool(reader, meta, "isVisibleToOrgDeployer", true);
        bool customer = yaml_reader_bool(reader, meta, "isVisibleToCustomerDeployer", true);
        visibility.org_only = yaml_reader_bool(reader, meta, "orgOnly", org_only);
        visibility.visible_to_org_deployer =
            yaml_reader_bool(reader, meta, "visibleToOrgDeployer", org);
        visibility.visible_to_customer_deployer =
            yaml_reader_bool(reader, meta, "visibleToCustomerDeployer", customer);
    }
    *ret_meta = yaml_reader_value(reader, meta);
    *ret_visibility = visibility;
    field_path_pop(&reader->path);
}

/* ---- one input ---- */

static struct slice literal_path(struct definition_read *read, struct secret_place *place)
{
    char number[16];
    if (!place->is_complex) {
        return place->path;
    }
    int size = snprintf(number, sizeof number, "%u", place->count++);
    return secret_text_path(read->reader.arena, place->path, slice_of(number, (size_t)size));
}

/* The scalar under a literal, reference or template. `place`: NULL when it is public. */
static struct slice
read_text(struct definition_read *read, const struct yaml_node *node, struct secret_place *place)
{
    struct yaml_reader *reader = &read->reader;
    if (node != NULL && node->kind != YAML_SCALAR) {
        yaml_reader_problem(reader, node->line,
                            "a text is wanted for this type of input; %s was given (lists are of "
                            "type complex)",
                            node->kind == YAML_LIST ? "a list" : "a map");
        return (struct slice){NULL, 0};
    }
    if (place != NULL) {
        return definition_read_secret(read, node, literal_path(read, place));
    }
    return yaml_tree_is_null(node) ? (struct slice){NULL, 0} : node->text;
}

static void read_input(struct definition_read *read,
                       const struct yaml_node *node,
                       struct secret_place *place,
                       unsigned depth,
                       struct input *ret);

static void read_item(struct definition_read *read,
                      const struct yaml_node *node,
                      struct secret_place *place,
                      unsigned depth,
                      struct input *ret);

/* Whether inputs below `node`, which is `depth` deep, are still read. */
static bool fits_depth(struct yaml_reader *reader, const struct yaml_node *node, unsigned depth)
{
    if (depth < DEFINITION_COMPLEX_MAX) {
        return true;
    }
    yaml_reader_problem(reader, node->line,
                        "complex inputs and lists are nested over %d levels; at most that many are "
                        "allowed",
                        DEFINITION_COMPLEX_MAX);
    return false;
}

static void read_items(struct definition_read *read,
                       const struct yaml_node *list,
                       struct secret_place *place,
                       unsigned depth,
                       struct input *ret)
{
    struct yaml_reader *reader = &read->reader;
    if (!fits_depth(reader, list, depth)) {
        return;
    }
    ret->items = ARENA_ARRAY(reader->arena, struct input, list->count);
    if (ret->items == NULL) {
        return;
    }
    for (const struct yaml_child *item = list->first; item != NULL; item = item->next) {
        field_path_push_index(&reader->path, ret->item_count);
        read_item(read, item->node, place, depth + 1, &ret->items[ret->item_count++]);
        field_path_pop(&reader->path);
    }
}

/* An item of a complex input: an input, a list of items, or a bare text. */
static void read_item(struct definition_read *read,
                      const struct yaml_node *node,
                      struct secret_place *place,
                      unsigned depth,
                      struct input *ret)
{
    if (node->kind == YAML_MAP) {
        read_input(read, node, place, depth, ret);
        return;
    }
    ret->line = node->line;
    ret->secret = place != NULL;
    if (node->kind == YAML_LIST) {
        ret->type = INPUT_LIST;
        read_items(read, node, place, depth, ret);
    } else {
        ret->type = INPUT_VALUE;
        ret->text = read_text(read, node, place);
    }
}

/* The list of a complex input. Writers of definitions also leave "" where no items are. */
static void read_complex(struct definition_read *read,
                         const struct yaml_node *node,
                         struct secret_place *place,
                         unsigned depth,
                         struct input *ret)
{
    if (node == NULL || (node->kind == YAML_SCALAR && node->text.size == 0 && !node->is_secret)) {
        return;
    }
    if (yaml_reader_is(&read->reader, node, YAML_LIST, "the value of a complex input")) {
        struct secret_place numbered = {.count = 0};
        if (place != NULL && !place->is_complex) {
            numbered = *place;
            numbered.is_complex = true;
            place = &numbered;
        }
        read_items(read, node, place, depth, ret);
    }
}

static void read_name(struct definition_read *read,
                      const struct yaml_node *map,
                      unsigned depth,
                      struct input *ret)
{
    struct yaml_reader *reader = &read->reader;
    const struct yaml_node *name = yaml_reader_get(map, "name");
    if (name == NULL || name->kind == YAML_SCALAR) {
        ret->name = name != NULL ? name->text : (struct slice){NULL, 0};
        return;
    }
    field_path_push(&reader->path, SLICE("name"));
    if (fits_depth(reader, name, depth) &&
        yaml_reader_is(reader, name, YAML_MAP, "a name that is no text")) {
        ret->name_input = ARENA_NEW(reader->arena, struct input);
        if (ret->name_input != NULL) {
            read_input(read, name, NULL, depth + 1, ret->name_input);
        }
    }
    field_path_pop(&reader->path);
}

static void read_input_value(struct definition_read *read,
                             const struct yaml_node *map,
                             struct secret_place *place,
                             unsigned depth,
                             struct input *ret)
{
    const struct yaml_node *value = yaml_reader_get(map, "value");
    switch (ret->type) {
    case INPUT_COMPLEX:
        field_path_push(&read->reader.path, SLICE("value"));
        read_complex(read, value, place, depth, ret);
        field_path_pop(&read->reader.path);
        break;
    case INPUT_CONFIGVAR:
        ret->text = read_text(read, value, NULL);
        break;
    case INPUT_DATASOURCE:
        break;
    case INPUT_VALUE:
    case INPUT_REFERENCE:
    case INPUT_TEMPLATE:
    case INPUT_LIST:
        ret->text = read_text(read, value, place);
        break;
    }
}

/* Unknown keys are ignored and stay in the text. In the input of a secret they are refused: what
 * stands there is, more often than a new key, the secret under a misspelt one, or the rest of a
 * secret with a comma in it that lacks its quotes. The key is not shown, for that reason. */
static void check_keys(struct definition_read *read, const struct yaml_node *map)
{
    for (const struct yaml_child *child = map->first; child != NULL; child = child->next) {
        if (!slice_is(child->key, "type") && !slice_is(child->key, "value") &&
            !slice_is(child->key, "name") && !slice_is(child->key, "meta")) {
            yaml_reader_problem(&read->reader, child->line,
                                "a secret's input has the keys type, value, name and meta; another "
                                "one stands here (a text with a comma in it is put in quotes)");
        }
    }
}

static void read_input(struct definition_read *read,
                       const struct yaml_node *node,
                       struct secret_place *place,
                       unsigned depth,
                       struct input *ret)
{
    struct yaml_reader *reader = &read->reader;
    ret->line = ret->line > 0 ? ret->line : node->line; /* the line of its key, where it has one */
    ret->secret = place != NULL;
    ret->type = (enum input_type)yaml_reader_word(reader, node, "type",
                                                  &definition_names_input_type, true, INPUT_VALUE);
    definition_read_meta(read, node, false, &ret->meta, &ret->visibility);
    read_name(read, node, depth, ret);
    read_input_value(read, node, place, depth, ret);
    if (place != NULL) {
        check_keys(read, node);
    }
}

void definition_read_input(struct definition_read *read,
                           const struct yaml_node *node,
                           struct input *ret)
{
    read_input(read, node, NULL, 0, ret);
}

/* ---- maps of inputs ---- */

/* Reads one entry of a map of inputs. A bare text in place of {type, value} is not shown in the
 * message: it may be a secret. */
static void read_entry(struct definition_read *read,
                       const struct yaml_child *entry,
                       struct secret_place *place,
                       struct input *ret)
{
    struct yaml_reader *reader = &read->reader;
    field_path_push(&reader->path, entry->key);
    ret->key = entry->key;
    ret->line = entry->line;
    ret->secret = place != NULL;
    if (yaml_tree_is_null(entry->node)) {
        yaml_reader_problem(reader, entry->line,
                            "an input is a map like {type: value, value: \"\"}; there is none");
    } else if (yaml_reader_is(reader, entry->node, YAML_MAP,
                              "an input, like {type: value, value: \"\"},")) {
        read_input(read, entry->node, place, 0, ret);
    }
    field_path_pop(&reader->path);
}

/* The map `inputs` of `owner`, and room for as many in the arena. Returns: NULL when there is
 * none. The path leads to it. */
static const struct yaml_node *
begin_inputs(struct definition_read *read, const struct yaml_node *owner, struct input **ret_inputs)
{
    struct yaml_reader *reader = &read->reader;
    const struct yaml_node *map = yaml_reader_map(reader, owner, "inputs");
    if (map == NULL) {
        return NULL;
    }
    if (map->count > DEFINITION_INPUTS_MAX) {
        yaml_reader_key_problem(reader, "inputs", map->line,
                                "there are %u inputs; at most %d are allowed", map->count,
                                DEFINITION_INPUTS_MAX);
        return NULL;
    }
    *ret_inputs = ARENA_ARRAY(reader->arena, struct input, map->count);
    return *ret_inputs != NULL ? map : NULL;
}

void definition_read_inputs(struct definition_read *read,
                            const struct yaml_node *owner,
                            struct input **ret_inputs,
                            uint32_t *ret_count)
{
    struct input *inputs = NULL;
    const struct yaml_node *map = begin_inputs(read, owner, &inputs);
    if (map == NULL) {
        return;
    }
    uint32_t count = 0;
    field_path_push(&read->reader.path, SLICE("inputs"));
    for (const struct yaml_child *entry = map->first; entry != NULL; entry = entry->next) {
        read_entry(read, entry, NULL, &inputs[count++]);
    }
    field_path_pop(&read->reader.path);
    *ret_inputs = inputs;
    *ret_count = count;
}

void definition_read_connection(struct definition_read *read,
                                const struct yaml_node *owner,
                                struct config_var *var)
{
    struct arena *arena = read->reader.arena;
    struct slice path = secret_text_path(arena, SLICE("configVar"), var->identity);
    const struct yaml_node *map = begin_inputs(read, owner, &var->inputs);
    if (map == NULL) {
        return;
    }
    field_path_push(&read->reader.path, SLICE("inputs"));
    for (const struct yaml_child *entry = map->first; entry != NULL; entry = entry->next) {
        struct secret_place place = {.path = secret_text_path(arena, path, entry->key)};
        bool is_public =
            component_input_is_public(var->connection.component, var->connection.key, entry->key);
        read_entry(read, entry, is_public ? NULL : &place, &var->inputs[var->input_count++]);
    }
    field_path_pop(&read->reader.path);
}
