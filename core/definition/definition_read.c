/*
 * The top level of a definition and its config pages.
 */
#include "core/definition/definition_read_priv.h"

#include "core/base/limits.h"
#include "core/base/quoted.h"

/* Bounds of what only people look at. */
#define DOCUMENTATION_BYTES_MAX (1 * MIB)
#define HTML_BYTES_MAX          (256 * KIB)
#define PAGES_MAX               100
#define PAGE_ELEMENTS_MAX       500

static void read_version(struct definition_read *read, const struct yaml_node *root)
{
    struct yaml_reader *reader = &read->reader;
    const struct yaml_node *node = yaml_reader_get(root, "definitionVersion");
    int32_t version = yaml_reader_int(reader, root, "definitionVersion", 1, INT32_MAX, 0);
    if (node == NULL) {
        yaml_reader_key_problem(reader, "definitionVersion", root->line,
                                "this key is missing; write definitionVersion: 7");
    } else if (version != 0 && version != 6 && version != 7) {
        yaml_reader_key_problem(reader, "definitionVersion", node->line,
                                "definitions of version 7 are read, and those of version 6; this "
                                "one is of version %d",
                                version);
    }
    read->definition->version = version;
}

static void read_element(struct definition_read *read,
                         const struct yaml_node *node,
                         struct page_element *element)
{
    struct yaml_reader *reader = &read->reader;
    if (!yaml_reader_is(reader, node, YAML_MAP,
                        "an element, like {type: configVar, value: Region},")) {
        return;
    }
    element->type = (enum page_element_type)yaml_reader_word(
        reader, node, "type", &definition_names_page_element, true, ELEMENT_HTML);
    element->value = yaml_reader_text(reader, node, "value", HTML_BYTES_MAX, TEXT_OPTIONAL);
    if (element->type == ELEMENT_CONFIG_VAR &&
        definition_config_var(read->definition, element->value) == NULL) {
        yaml_reader_problem(reader, node->line, "\"%s\" is the key of no config variable",
                            quoted(element->value).text);
    }
}

static void
read_page(struct definition_read *read, const struct yaml_node *node, struct config_page *page)
{
    struct yaml_reader *reader = &read->reader;
    page->name = yaml_reader_text(reader, node, "name", LIMIT_NAME_BYTES, TEXT_ONE_LINE);
    page->tagline =
        yaml_reader_text(reader, node, "tagline", LIMIT_DESCRIPTION_BYTES, TEXT_OPTIONAL);
    page->user_level = yaml_reader_bool(reader, node, "userLevelConfigured", false);
    const struct yaml_node *list = yaml_reader_list(reader, node, "elements", PAGE_ELEMENTS_MAX);
    page->elements =
        list != NULL ? ARENA_ARRAY(reader->arena, struct page_element, list->count) : NULL;
    if (page->elements == NULL) {
        return;
    }
    field_path_push(&reader->path, SLICE("elements"));
    for (const struct yaml_child *item = list->first; item != NULL; item = item->next) {
        field_path_push_index(&reader->path, page->element_count);
        read_element(read, item->node, &page->elements[page->element_count++]);
        field_path_pop(&reader->path);
    }
    field_path_pop(&reader->path);
}

static void read_pages(struct definition_read *read, const struct yaml_node *root)
{
    struct yaml_reader *reader = &read->reader;
    struct definition *definition = read->definition;
    const struct yaml_node *list = yaml_reader_list(reader, root, "configPages", PAGES_MAX);
    definition->pages =
        list != NULL ? ARENA_ARRAY(reader->arena, struct config_page, list->count) : NULL;
    if (definition->pages == NULL) {
        return;
    }
    field_path_push(&reader->path, SLICE("configPages"));
    for (const struct yaml_child *item = list->first; item != NULL; item = item->next) {
        field_path_push_index(&reader->path, definition->page_count);
        struct config_page *page = &definition->pages[definition->page_count++];
        if (yaml_reader_is(reader, item->node, YAML_MAP, "a config page")) {
            read_page(read, item->node, page);
        }
        field_path_pop(&reader->path);
    }
    field_path_pop(&reader->path);
}

static void read_head(struct definition_read *read, const struct yaml_node *root)
{
    struct yaml_reader *reader = &read->reader;
    struct definition *definition = read->definition;
    definition->name = yaml_reader_text(reader, root, "name", LIMIT_NAME_BYTES, TEXT_NAME);
    definition->description =
        yaml_reader_text(reader, root, "description", LIMIT_DESCRIPTION_BYTES, TEXT_OPTIONAL);
    definition->documentation =
        yaml_reader_text(reader, root, "documentation", DOCUMENTATION_BYTES_MAX, TEXT_OPTIONAL);
    definition->category =
        yaml_reader_text(reader, root, "category", LIMIT_NAME_BYTES, TEXT_ONE_LINE);
    yaml_reader_texts(reader, root, "labels", LIMIT_LABELS, LIMIT_NAME_BYTES, &definition->labels,
                      &definition->label_count);
    definition->external_version =
        yaml_reader_text(reader, root, "version", LIMIT_NAME_BYTES, TEXT_ONE_LINE);
    definition->is_code_native = yaml_reader_bool(reader, root, "isCodeNative", false);
    definition->endpoint_type = (enum endpoint_type)yaml_reader_word(
        reader, root, "endpointType", &definition_names_endpoint_type, false,
        ENDPOINT_FLOW_SPECIFIC);
    definition->preprocess_flow_name =
        yaml_reader_text(reader, root, "preprocessFlowName", LIMIT_NAME_BYTES, TEXT_ONE_LINE);
}

static void check_preprocess_flow(struct definition_read *read, const struct yaml_node *root)
{
    const struct definition *definition = read->definition;
    struct slice name = definition->preprocess_flow_name;
    for (uint32_t i = 0; i < definition->flow_count; i++) {
        if (slice_equal(definition->flows[i].name, name)) {
            return;
        }
    }
    if (name.size > 0) {
        yaml_reader_key_problem(&read->reader, "preprocessFlowName",
                                yaml_reader_line(root, "preprocessFlowName"),
                                "\"%s\" is the name of no flow", quoted(name).text);
    }
}

void definition_read_root(struct definition_read *read, const struct yaml_node *root)
{
    read_version(read, root);
    read_head(read, root);
    definition_read_config_vars(read, root);
    read_pages(read, root);
    definition_read_flows(read, root);
    check_preprocess_flow(read, root);
}
