/*
 * Config variables: what each instance is asked for.
 */
#include "core/definition/definition_read_priv.h"

#include "core/base/limits.h"
#include "core/base/quoted.h"
#include "core/definition/config_value.h"
#include "core/definition/secret_text_priv.h"
#include "core/flow/cron.h"

/* Choices of one pick list. */
#define PICK_LIST_MAX 2000

static const char *const on_premise_words[] = {"disallowed", "allowed", "required"};
static const struct definition_names on_premise_names = {on_premise_words, 3};

static void
read_data_source(struct definition_read *read, const struct yaml_node *node, struct config_var *var)
{
    struct yaml_reader *reader = &read->reader;
    const struct yaml_node *source = yaml_reader_map(reader, node, "dataSource");
    if (source != NULL) {
        var->has_data_source = true;
        field_path_push(&reader->path, SLICE("dataSource"));
        definition_read_component(read, source, &var->data_source);
        field_path_pop(&reader->path);
    }
}

/* {connection, inputs} or {useScopedConfigVar}. */
static void
read_connection(struct definition_read *read, const struct yaml_node *node, struct config_var *var)
{
    struct yaml_reader *reader = &read->reader;
    const struct yaml_node *connection = yaml_reader_map(reader, node, "connection");
    var->scoped_config_var =
        yaml_reader_text(reader, node, "useScopedConfigVar", LIMIT_NAME_BYTES, TEXT_ONE_LINE);
    size_t on_premise =
        yaml_reader_word(reader, node, "onPremiseConnectionConfig", &on_premise_names, false, 0);
    var->on_premise = slice_of_text(on_premise_words[on_premise]);
    if (connection != NULL) {
        field_path_push(&reader->path, SLICE("connection"));
        definition_read_component(read, connection, &var->connection);
        var->connection_template =
            yaml_reader_text(reader, connection, "template", LIMIT_NAME_BYTES, TEXT_ONE_LINE);
        field_path_pop(&reader->path);
    } else if (var->scoped_config_var.size == 0 && yaml_reader_get(node, "connection") == NULL &&
               var->data_type == CONFIG_CONNECTION) {
        yaml_reader_key_problem(reader, "connection", node->line,
                                "this key is missing: a connection has {key, component}, or "
                                "useScopedConfigVar names one of the organisation's");
    }
    definition_read_connection(read, node, var);
}

static void
read_default(struct definition_read *read, const struct yaml_node *node, struct config_var *var)
{
    var->has_default = yaml_tree_get(node, "defaultValue") != NULL;
    var->default_value = yaml_reader_text(&read->reader, node, "defaultValue",
                                          LIMIT_CONFIG_VALUE_BYTES, TEXT_OPTIONAL);
}

/* Words that only one data type has. */
static void
read_words(struct definition_read *read, const struct yaml_node *node, struct config_var *var)
{
    struct yaml_reader *reader = &read->reader;
    var->collection = (enum config_collection)yaml_reader_word(
        reader, node, "collectionType", &definition_names_collection, false, COLLECTION_NONE);
    var->code_language = (enum code_language)yaml_reader_word(
        reader, node, "codeLanguage", &definition_names_code_language, false, CODE_NONE);
    var->schedule_type = (enum schedule_type)yaml_reader_word(
        reader, node, "scheduleType", &definition_names_schedule_type, false, SCHEDULE_UNSET);
    var->time_zone = yaml_reader_text(reader, node, "timeZone", LIMIT_NAME_BYTES, TEXT_OPTIONAL);
    yaml_reader_texts(reader, node, "pickList", PICK_LIST_MAX, LIMIT_CONFIG_VALUE_BYTES,
                      &var->pick_list, &var->pick_list_count);
}

/* A default that is no value of its type would be refused in every instance. What checking
 * allocates is given back. */
static void check_default(struct definition_read *read,
                          const struct yaml_node *node,
                          const struct config_var *var)
{
    struct arena *arena = read->reader.arena;
    struct error error = {0};
    struct slice ignored_kept = {NULL, 0};
    if (var->default_value.size == 0 || var->data_type == CONFIG_CONNECTION ||
        var->data_type == CONFIG_CREDENTIAL) {
        return;
    }
    struct arena_mark mark = arena_mark(arena);
    enum err e = config_value_check_text(var, var->default_value, arena, &ignored_kept, &error);
    arena_rewind(arena, mark);
    if (e != ERR_OK) {
        yaml_reader_key_problem(&read->reader, "defaultValue",
                                yaml_reader_line(node, "defaultValue"), "%s", error_text(&error));
    }
}

static bool may_be_collection(enum config_data_type type)
{
    return type != CONFIG_SCHEDULE && type != CONFIG_JSONFORM && type != CONFIG_OBJECTSELECTION &&
           type != CONFIG_OBJECTFIELDMAP && type != CONFIG_CONNECTION && type != CONFIG_CREDENTIAL;
}

static void check_config_var(struct definition_read *read,
                             const struct yaml_node *node,
                             const struct config_var *var)
{
    struct yaml_reader *reader = &read->reader;
    if (var->data_type == CONFIG_PICKLIST && yaml_reader_get(node, "pickList") == NULL &&
        yaml_reader_get(node, "dataSource") == NULL) {
        yaml_reader_key_problem(reader, "pickList", node->line,
                                "this key is missing: the choices are in pickList, or a dataSource "
                                "gives them");
    }
    if (var->collection != COLLECTION_NONE && !may_be_collection(var->data_type)) {
        yaml_reader_key_problem(reader, "collectionType", yaml_reader_line(node, "collectionType"),
                                "a config variable of type %s is no collection",
                                definition_names_text(&definition_names_data_type, var->data_type));
    }
    if (!cron_zone_plausible(var->time_zone)) {
        yaml_reader_key_problem(reader, "timeZone", yaml_reader_line(node, "timeZone"),
                                "a time zone is named like Europe/Amsterdam; \"%s\" was given",
                                quoted(var->time_zone).text);
    }
    check_default(read, node, var);
}

static void
read_config_var(struct definition_read *read, const struct yaml_node *node, struct config_var *var)
{
    struct yaml_reader *reader = &read->reader;
    var->line = node->line;
    var->key = yaml_reader_text(reader, node, "key", LIMIT_NAME_BYTES, TEXT_NAME);
    var->stable_key = yaml_reader_text(reader, node, "stableKey", LIMIT_NAME_BYTES, TEXT_ONE_LINE);
    var->identity = var->stable_key.size > 0 ? var->stable_key : var->key;
    var->description =
        yaml_reader_text(reader, node, "description", LIMIT_DESCRIPTION_BYTES, TEXT_OPTIONAL);
    var->data_type = (enum config_data_type)yaml_reader_word(
        reader, node, "dataType", &definition_names_data_type, true, CONFIG_STRING);
    bool org_only = yaml_reader_bool(reader, node, "orgOnly", false);
    definition_read_meta(read, node, org_only, &var->meta, &var->visibility);
    read_default(read, node, var);
    read_words(read, node, var);
    read_data_source(read, node, var);
    if (secret_text_is_connection(node)) {
        read_connection(read, node, var);
    } else {
        definition_read_inputs(read, node, &var->inputs, &var->input_count);
    }
    check_config_var(read, node, var);
}

void definition_read_config_vars(struct definition_read *read, const struct yaml_node *root)
{
    struct yaml_reader *reader = &read->reader;
    struct definition *definition = read->definition;
    const struct yaml_node *list =
        yaml_reader_list(reader, root, "requiredConfigVars", DEFINITION_CONFIG_VARS_MAX);
    if (list == NULL) {
        return;
    }
    definition->config_vars = ARENA_ARRAY(reader->arena, struct config_var, list->count);
    if (definition->config_vars == NULL) {
        return;
    }
    field_path_push(&reader->path, SLICE("requiredConfigVars"));
    for (const struct yaml_child *item = list->first; item != NULL; item = item->next) {
        struct config_var *var = &definition->config_vars[definition->config_var_count];
        field_path_push_index(&reader->path, definition->config_var_count++);
        var->line = item->line;
        if (yaml_reader_is(reader, item->node, YAML_MAP, "a config variable")) {
            read_config_var(read, item->node, var);
        }
        field_path_pop(&reader->path);
    }
    field_path_pop(&reader->path);
}
