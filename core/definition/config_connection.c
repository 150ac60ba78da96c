/*
 * The inputs of a connection as callers set them, and what a variable lacks.
 */
#include "core/base/json_in.h"
#include "core/base/limits.h"
#include "core/base/quoted.h"
#include "core/base/utf8.h"
#include "core/definition/component.h"
#include "core/definition/config_value.h"
#include "core/definition/definition_names.h"

static const struct input *find_input(const struct config_var *var, struct slice name)
{
    for (uint32_t i = 0; i < var->input_count; i++) {
        if (slice_equal(var->inputs[i].key, name)) {
            return &var->inputs[i];
        }
    }
    return NULL;
}

/* ---- reading ---- */

static enum err read_type(const struct value *item, enum input_type *ret, struct error *reterr)
{
    const struct value *type = value_get(item, SLICE("type"));
    size_t found = INPUT_VALUE;
    if (value_is_null(type)) {
        *ret = INPUT_VALUE;
        return ERR_OK;
    }
    bool known =
        definition_names_find(&definition_names_input_type, value_text_of(type), false, &found);
    if (!known || (found != INPUT_VALUE && found != INPUT_CONFIGVAR && found != INPUT_TEMPLATE)) {
        return error_set(reterr, ERR_INVALID, "the type is value, configVar or template");
    }
    *ret = (enum input_type)found;
    return ERR_OK;
}

static enum err check_name(const struct config_var *var,
                           const struct config_connection *before,
                           struct slice name,
                           struct error *reterr)
{
    if (name.size == 0 || name.size > LIMIT_NAME_BYTES) {
        return error_set(reterr, ERR_INVALID, "\"name\" is missing; it names the input");
    }
    if (var->input_count > 0 && find_input(var, name) == NULL) {
        return error_set(reterr, ERR_INVALID, "the connection has no such input");
    }
    for (uint32_t i = 0; i < before->count; i++) {
        if (slice_equal(before->items[i].name, name)) {
            return error_set(reterr, ERR_INVALID, "the input stands twice");
        }
    }
    return ERR_OK;
}

/* The value of an input. Messages do not show it: most inputs are secrets. */
static enum err read_value(const struct value *item, struct slice *ret, struct error *reterr)
{
    const struct value *value = value_get(item, SLICE("value"));
    if (!value_is_null(value) && value->type != VALUE_TEXT) {
        return error_set(reterr, ERR_INVALID, "\"value\" is a text; %s was given",
                         value_type_name(value->type));
    }
    struct slice text = value_text_of(value);
    if (text.size > LIMIT_CONFIG_VALUE_BYTES) {
        return error_set(reterr, ERR_INVALID, "the value has %zu bytes; at most %zu are allowed",
                         text.size, LIMIT_CONFIG_VALUE_BYTES);
    }
    if (text.size > 0 && memchr(text.data, '\0', text.size) != NULL) {
        return error_set(reterr, ERR_INVALID, "the value has a zero byte; it is a text");
    }
    *ret = text;
    return ERR_OK;
}

static enum err read_item(const struct config_var *var,
                          const struct value *item,
                          struct config_connection *connection,
                          struct error *reterr)
{
    struct config_connection_input *input = &connection->items[connection->count];
    if (item->type != VALUE_MAP) {
        return error_set(reterr, ERR_INVALID,
                         "an input is {\"name\", \"type\", \"value\"}; %s was "
                         "given",
                         value_type_name(item->type));
    }
    input->name = value_get_text(item, SLICE("name"));
    input->secret =
        !component_input_is_public(var->connection.component, var->connection.key, input->name);
    enum err e = check_name(var, connection, input->name, reterr);
    e = e == ERR_OK ? read_type(item, &input->type, reterr) : e;
    e = e == ERR_OK ? read_value(item, &input->value, reterr) : e;
    if (e != ERR_OK && input->name.size > 0) {
        return error_wrap(reterr, e, "input \"%s\"", quoted(input->name).text);
    }
    connection->count += e == ERR_OK;
    return e;
}

/* The parser's own sentence would show the bytes it stumbled over, which may be a secret. */
static enum err
read_json(struct slice json, struct arena *arena, struct value *ret, struct error *reterr)
{
    enum err e = json_in_parse(json, arena, ret, NULL);
    return e == ERR_OK ? ERR_OK
                       : error_set(reterr, e,
                                   "a JSON list of {\"name\", \"type\", \"value\"} is wanted; the "
                                   "text is %s",
                                   e == ERR_INVALID ? "not JSON" : "too large or too deep");
}

static enum err read_list(const struct config_var *var,
                          const struct value *list,
                          struct arena *arena,
                          struct config_connection *ret,
                          struct error *reterr)
{
    if (list->type != VALUE_LIST) {
        return error_set(reterr, ERR_INVALID,
                         "a JSON list of {\"name\", \"type\", \"value\"} is wanted; %s was given",
                         value_type_name(list->type));
    }
    if (list->list.count > DEFINITION_INPUTS_MAX) {
        return error_set(reterr, ERR_INVALID, "there are %u inputs; at most %d are allowed",
                         list->list.count, DEFINITION_INPUTS_MAX);
    }
    ret->items = ARENA_ARRAY(arena, struct config_connection_input, list->list.count);
    if (ret->items == NULL) {
        return arena_error(arena, "the connection", reterr);
    }
    for (uint32_t i = 0; i < list->list.count; i++) {
        enum err e = read_item(var, &list->list.items[i], ret, reterr);
        if (e != ERR_OK) {
            return e;
        }
    }
    return ERR_OK;
}

enum err config_connection_parse(const struct config_var *var,
                                 struct slice json,
                                 struct arena *arena,
                                 struct config_connection *ret,
                                 struct error *reterr)
{
    struct value list = value_null();
    struct config_connection connection = {NULL, 0};
    enum err e = ERR_OK;
    if (var->data_type != CONFIG_CONNECTION && var->data_type != CONFIG_CREDENTIAL) {
        e = error_set(reterr, ERR_INVALID, "it is of type %s and has a value, not inputs",
                      definition_names_text(&definition_names_data_type, var->data_type));
    } else if (var->scoped_config_var.size > 0) {
        e = error_set(reterr, ERR_INVALID,
                      "it uses the organisation's connection \"%s\" and has no inputs of its own",
                      quoted(var->scoped_config_var).text);
    }
    e = e == ERR_OK ? read_json(json, arena, &list, reterr) : e;
    e = e == ERR_OK ? read_list(var, &list, arena, &connection, reterr) : e;
    if (e != ERR_OK) {
        return error_wrap(reterr, e, "config variable \"%s\"", quoted(var->key).text);
    }
    *ret = connection;
    return ERR_OK;
}

/* ---- what is missing ---- */

enum connection_kind config_connection_kind(const struct config_var *var)
{
    if (find_input(var, SLICE("tokenUrl")) == NULL) {
        return CONNECTION_PLAIN;
    }
    return find_input(var, SLICE("authorizeUrl")) != NULL ? CONNECTION_OAUTH2_CODE
                                                          : CONNECTION_OAUTH2_CLIENT;
}

/* Whether an input has a value: as it was set, else as the definition gives it. */
static bool has_value(const struct input *input, const struct config_presence *presence)
{
    for (size_t i = 0; i < presence->input_count; i++) {
        if (slice_equal(presence->inputs[i], input->key)) {
            return presence->inputs_nonempty[i];
        }
    }
    return input->text.size > 0 || input->item_count > 0;
}

static bool connection_is_missing(const struct config_var *var,
                                  const struct config_presence *presence,
                                  const char **ret_reason)
{
    if (var->scoped_config_var.size > 0) {
        *ret_reason = "the organisation's connection it uses is not set up";
        return !presence->is_authorized;
    }
    if (config_connection_kind(var) != CONNECTION_PLAIN) {
        *ret_reason = "the connection is not authorised";
        return !presence->is_authorized;
    }
    *ret_reason = "an input of the connection has no value";
    for (uint32_t i = 0; i < var->input_count; i++) {
        if (!has_value(&var->inputs[i], presence)) {
            return true;
        }
    }
    return false;
}

bool config_value_is_missing(const struct config_var *var,
                             const struct config_presence *presence,
                             const char **ret_reason)
{
    if (var->data_type == CONFIG_CONNECTION || var->data_type == CONFIG_CREDENTIAL) {
        return connection_is_missing(var, presence, ret_reason);
    }
    if (var->data_type == CONFIG_JSONFORM || var->data_type == CONFIG_OBJECTSELECTION ||
        var->data_type == CONFIG_OBJECTFIELDMAP) {
        return false;
    }
    *ret_reason = "it has neither a value nor a default";
    return !presence->has_value && !var->has_default;
}
