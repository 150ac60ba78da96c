/*
 * Values by data type; collections item by item.
 */
#include "core/definition/config_value.h"

#include "core/base/json_in.h"
#include "core/base/json_out.h"
#include "core/base/limits.h"
#include "core/base/quoted.h"
#include "core/base/time_text.h"
#include "core/base/utf8.h"
#include "core/definition/definition_names.h"
#include "core/definition/number_text_priv.h"
#include "core/flow/cron.h"

static enum err check_number(struct slice text, struct error *reterr)
{
    int64_t integer = 0;
    double number = 0;
    if (number_text_parse(text, &integer, &number) == NUMBER_NONE) {
        return error_set(reterr, ERR_INVALID,
                         "a number like 25 or -1.5 is wanted; \"%s\" was given", quoted(text).text);
    }
    return ERR_OK;
}

static enum err check_boolean(struct slice text, struct slice *ret, struct error *reterr)
{
    if (slice_equal_nocase(text, SLICE("true"))) {
        *ret = SLICE("true");
        return ERR_OK;
    }
    if (slice_equal_nocase(text, SLICE("false"))) {
        *ret = SLICE("false");
        return ERR_OK;
    }
    return error_set(reterr, ERR_INVALID, "true or false is wanted; \"%s\" was given",
                     quoted(text).text);
}

static enum err
check_picklist(const struct config_var *var, struct slice text, struct error *reterr)
{
    if (var->has_data_source || var->pick_list_count == 0) {
        return ERR_OK;
    }
    for (uint32_t i = 0; i < var->pick_list_count; i++) {
        if (slice_equal(var->pick_list[i], text)) {
            return ERR_OK;
        }
    }
    return error_set(reterr, ERR_INVALID,
                     "one of the %u choices is wanted (%s ...); \"%s\" was given",
                     var->pick_list_count, quoted(var->pick_list[0]).text, quoted(text).text);
}

static enum err check_json_shape(enum config_data_type type,
                                 struct slice text,
                                 struct arena *arena,
                                 struct error *reterr)
{
    struct value json = value_null();
    enum err e = json_in_parse(text, arena, &json, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (type == CONFIG_OBJECTFIELDMAP) {
        const struct value *fields = value_get(&json, SLICE("fields"));
        return fields != NULL && fields->type == VALUE_LIST
                   ? ERR_OK
                   : error_set(reterr, ERR_INVALID,
                               "a JSON object with the list \"fields\" is wanted");
    }
    bool good = json.type == VALUE_LIST;
    for (uint32_t i = 0; good && i < json.list.count; i++) {
        const struct value *object = value_get(&json.list.items[i], SLICE("object"));
        good = object != NULL && object->type == VALUE_MAP;
    }
    return good ? ERR_OK
                : error_set(reterr, ERR_INVALID,
                            "a JSON list of {\"object\": {\"key\": ...}} is wanted");
}

static enum err check_time(enum config_data_type type, struct slice text, struct error *reterr)
{
    int64_t ignored_us = 0;
    return type == CONFIG_DATE ? time_text_parse_date(text, &ignored_us, reterr)
                               : time_text_parse(text, &ignored_us, reterr);
}

static enum err check_cron(struct slice text, struct error *reterr)
{
    struct cron ignored_cron;
    return cron_parse(text, &ignored_cron, reterr);
}

/* One value by the data type, collections aside. *ret is what is kept. */
static enum err check_one(const struct config_var *var,
                          struct slice text,
                          struct arena *arena,
                          struct slice *ret,
                          struct error *reterr)
{
    struct slice trimmed = slice_trim(text);
    *ret = trimmed;
    if (trimmed.size == 0) {
        *ret = var->data_type == CONFIG_STRING || var->data_type == CONFIG_CODE ? text : trimmed;
        return ERR_OK;
    }
    switch (var->data_type) {
    case CONFIG_NUMBER:
        return check_number(trimmed, reterr);
    case CONFIG_BOOLEAN:
        return check_boolean(trimmed, ret, reterr);
    case CONFIG_DATE:
    case CONFIG_TIMESTAMP:
        return check_time(var->data_type, trimmed, reterr);
    case CONFIG_SCHEDULE:
        return check_cron(trimmed, reterr);
    case CONFIG_OBJECTSELECTION:
    case CONFIG_OBJECTFIELDMAP:
        return check_json_shape(var->data_type, trimmed, arena, reterr);
    case CONFIG_JSONFORM:
        return json_in_check(trimmed, reterr);
    case CONFIG_PICKLIST:
        *ret = text;
        return check_picklist(var, text, reterr);
    case CONFIG_CODE:
        *ret = text;
        return var->code_language == CODE_JSON ? json_in_check(text, reterr) : ERR_OK;
    case CONFIG_STRING:
    case CONFIG_CREDENTIAL:
    case CONFIG_CONNECTION:
        break;
    }
    *ret = text;
    return ERR_OK;
}

/* ---- collections ---- */

/* An item's value as a text: JSON texts, numbers and booleans are taken. */
static enum err
item_text(const struct value *item, struct arena *arena, struct slice *ret, struct error *reterr)
{
    if (item != NULL && item->type == VALUE_TEXT) {
        *ret = item->bytes;
        return ERR_OK;
    }
    bool is_scalar = item != NULL && (item->type == VALUE_BOOL || item->type == VALUE_INT ||
                                      item->type == VALUE_FLOAT);
    if (!is_scalar) {
        return error_set(reterr, ERR_INVALID, "a text is wanted; %s was given",
                         item == NULL ? "nothing" : value_type_name(item->type));
    }
    *ret = json_out_to_arena(arena, item);
    return ERR_OK;
}

static enum err check_item(const struct config_var *var,
                           const struct value *item,
                           struct arena *arena,
                           struct slice *ret,
                           struct error *reterr)
{
    struct slice text = {NULL, 0};
    enum err e = item_text(item, arena, &text, reterr);
    return e == ERR_OK ? check_one(var, text, arena, ret, reterr) : e;
}

/* Writes a checked item: a text, or {key, value}. */
static enum err put_item(const struct config_var *var,
                         const struct value *item,
                         struct arena *arena,
                         struct json_out *json,
                         struct error *reterr)
{
    struct slice text = {NULL, 0};
    struct slice key = {NULL, 0};
    if (var->collection == COLLECTION_VALUELIST) {
        enum err e = check_item(var, item, arena, &text, reterr);
        if (e == ERR_OK) {
            json_out_text(json, text);
        }
        return e;
    }
    if (item->type != VALUE_MAP) {
        return error_set(reterr, ERR_INVALID,
                         "{\"key\": ..., \"value\": ...} is wanted; %s was "
                         "given",
                         value_type_name(item->type));
    }
    enum err e = item_text(value_get(item, SLICE("key")), arena, &key, reterr);
    if (e != ERR_OK) {
        return error_wrap(reterr, e, "key");
    }
    e = check_item(var, value_get(item, SLICE("value")), arena, &text, reterr);
    if (e != ERR_OK) {
        return error_wrap(reterr, e, "value of \"%s\"", quoted(key).text);
    }
    json_out_begin_object(json);
    json_out_member_text(json, "key", key);
    json_out_member_text(json, "value", text);
    json_out_end_object(json);
    return ERR_OK;
}

static enum err put_items(const struct config_var *var,
                          const struct value *list,
                          struct arena *arena,
                          struct buf *out,
                          struct error *reterr)
{
    struct json_out json = json_out(out);
    json_out_begin_list(&json);
    for (uint32_t i = 0; i < list->list.count; i++) {
        enum err e = put_item(var, &list->list.items[i], arena, &json, reterr);
        if (e != ERR_OK) {
            return error_wrap(reterr, e, "item %u", i + 1);
        }
    }
    json_out_end_list(&json);
    return buf_check(out, "the list", reterr);
}

static enum err check_collection(const struct config_var *var,
                                 struct slice text,
                                 struct arena *arena,
                                 struct slice *ret,
                                 struct error *reterr)
{
    struct value list = value_null();
    const char *shape = var->collection == COLLECTION_VALUELIST
                            ? "[\"a\", \"b\"]"
                            : "[{\"key\": \"a\", \"value\": \"b\"}]";
    enum err e = json_in_parse(text, arena, &list, reterr);
    if (e != ERR_OK) {
        return error_wrap(reterr, e, "a JSON list like %s is wanted", shape);
    }
    if (list.type != VALUE_LIST) {
        return error_set(reterr, ERR_INVALID, "a JSON list like %s is wanted; %s was given", shape,
                         value_type_name(list.type));
    }
    if (list.list.count > CONFIG_VALUE_ITEMS_MAX) {
        return error_set(reterr, ERR_INVALID, "the list has %u items; at most %d are allowed",
                         list.list.count, CONFIG_VALUE_ITEMS_MAX);
    }
    struct buf out;
    buf_init(&out, LIMIT_CONFIG_VALUE_BYTES);
    e = put_items(var, &list, arena, &out, reterr);
    if (e == ERR_OK) {
        *ret = arena_copy(arena, buf_slice(&out));
    }
    buf_deinit(&out);
    return e;
}

/* ---- whole values ---- */

static enum err check_bytes(struct slice text, struct error *reterr)
{
    if (text.size > LIMIT_CONFIG_VALUE_BYTES) {
        return error_set(reterr, ERR_INVALID, "the value has %zu bytes; at most %zu are allowed",
                         text.size, LIMIT_CONFIG_VALUE_BYTES);
    }
    if (!utf8_valid(text) || (text.size > 0 && memchr(text.data, '\0', text.size) != NULL)) {
        return error_set(reterr, ERR_INVALID, "the value is no UTF-8 text");
    }
    return ERR_OK;
}

enum err config_value_check_text(const struct config_var *var,
                                 struct slice text,
                                 struct arena *arena,
                                 struct slice *ret,
                                 struct error *reterr)
{
    struct slice kept = text;
    enum err e = check_bytes(text, reterr);
    if (e == ERR_OK && var->data_type == CONFIG_CONNECTION) {
        e = error_set(reterr, ERR_INVALID, "a connection has no value of its own; set its inputs");
    } else if (e == ERR_OK && var->collection != COLLECTION_NONE && slice_trim(text).size > 0) {
        e = check_collection(var, text, arena, &kept, reterr);
    } else if (e == ERR_OK) {
        e = check_one(var, text, arena, &kept, reterr);
    }
    if (e == ERR_OK && arena_exhausted(arena)) {
        return arena_error(arena, "the value", reterr);
    }
    if (e == ERR_OK) {
        *ret = kept;
    }
    return e;
}

/* A schedule's type and zone. The API's enum is in capitals, the definition's in small letters. */
static enum err check_schedule(const struct config_var *var,
                               const struct config_value *given,
                               struct config_value *ret,
                               struct error *reterr)
{
    size_t type = 0;
    if (given->schedule_type.size + given->time_zone.size == 0) {
        return ERR_OK;
    }
    if (var->data_type != CONFIG_SCHEDULE) {
        return error_set(reterr, ERR_INVALID,
                         "scheduleType and timeZone belong to schedules; this is of type %s",
                         definition_names_text(&definition_names_data_type, var->data_type));
    }
    if (given->schedule_type.size > 0) {
        if (!definition_names_find(&definition_names_schedule_type, given->schedule_type, true,
                                   &type)) {
            return error_set(reterr, ERR_INVALID,
                             "the schedule type is none, once, custom, minute, hour, day or week; "
                             "\"%s\" was given",
                             quoted(given->schedule_type).text);
        }
        ret->schedule_type =
            slice_of_text(definition_names_text(&definition_names_schedule_type, type));
    }
    if (!cron_zone_plausible(given->time_zone)) {
        return error_set(reterr, ERR_INVALID,
                         "a time zone is named like Europe/Amsterdam; \"%s\" was given",
                         quoted(given->time_zone).text);
    }
    ret->time_zone = given->time_zone;
    return ERR_OK;
}

enum err config_value_check(const struct config_var *var,
                            const struct config_value *given,
                            struct arena *arena,
                            struct config_value *ret,
                            struct error *reterr)
{
    struct config_value kept = {.value = given->value};
    enum err e = config_value_check_text(var, given->value, arena, &kept.value, reterr);
    if (e == ERR_OK) {
        e = check_schedule(var, given, &kept, reterr);
    }
    if (e != ERR_OK) {
        return error_wrap(reterr, e, "config variable \"%s\"", quoted(var->key).text);
    }
    *ret = kept;
    return ERR_OK;
}
