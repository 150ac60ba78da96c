/*
 * One `take` and one `write` per scalar, and the table that names them; several share one.
 */
#include "api/graphql/gql_scalar.h"

#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/base/time_text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Largest whole number up to which doubles have no gaps. */
#define EXACT_MAX (((int64_t)1 << 53) - 1)

/* Digits of a 64-bit number with its sign, and a zero. */
#define BIG_INT_TEXT_SIZE 21

/* ---- taking in ---- */

/* Whether it is a whole number: an integer, or in variables a double without a fraction. */
static bool whole(const struct gql_given *given, int64_t *ret)
{
    const struct value *value = given->value;
    if (value->type == VALUE_INT) {
        *ret = value->integer;
        return true;
    }
    if (value->type != VALUE_FLOAT || given->literal ||
        !(fabs(value->number) <= (double)EXACT_MAX) || trunc(value->number) != value->number) {
        return false;
    }
    *ret = (int64_t)value->number;
    return true;
}

static bool take_int(const struct gql_given *given, struct arena *arena, struct value *ret)
{
    int64_t number = 0;
    (void)arena;
    if (!whole(given, &number) || number < INT32_MIN || number > INT32_MAX) {
        return false;
    }
    *ret = value_int(number);
    return true;
}

static bool take_float(const struct gql_given *given, struct arena *arena, struct value *ret)
{
    const struct value *value = given->value;
    (void)arena;
    if (value->type == VALUE_INT) {
        *ret = value_float((double)value->integer);
        return true;
    }
    if (value->type != VALUE_FLOAT || !isfinite(value->number)) {
        return false;
    }
    *ret = *value;
    return true;
}

static bool take_string(const struct gql_given *given, struct arena *arena, struct value *ret)
{
    (void)arena;
    if (given->value->type != VALUE_TEXT) {
        return false;
    }
    *ret = *given->value;
    return true;
}

static bool take_boolean(const struct gql_given *given, struct arena *arena, struct value *ret)
{
    (void)arena;
    if (given->value->type != VALUE_BOOL) {
        return false;
    }
    *ret = *given->value;
    return true;
}

static bool take_id(const struct gql_given *given, struct arena *arena, struct value *ret)
{
    int64_t number = 0;
    if (!whole(given, &number)) {
        return take_string(given, arena, ret);
    }
    *ret = value_text(arena_format(arena, "%lld", (long long)number));
    return ret->bytes.data != NULL;
}

static bool take_date_time(const struct gql_given *given, struct arena *arena, struct value *ret)
{
    int64_t us = 0;
    (void)arena;
    if (given->value->type != VALUE_TEXT ||
        time_text_parse(given->value->bytes, &us, NULL) != ERR_OK) {
        return false;
    }
    *ret = value_int(us);
    return true;
}

static bool take_date(const struct gql_given *given, struct arena *arena, struct value *ret)
{
    int64_t us = 0;
    (void)arena;
    if (given->value->type != VALUE_TEXT ||
        time_text_parse_date(given->value->bytes, &us, NULL) != ERR_OK) {
        return false;
    }
    *ret = value_int(us);
    return true;
}

static bool take_uuid(const struct gql_given *given, struct arena *arena, struct value *ret)
{
    struct uuid id;
    char text[UUID_TEXT_SIZE];
    if (given->value->type != VALUE_TEXT || uuid_parse(given->value->bytes, &id, NULL) != ERR_OK) {
        return false;
    }
    uuid_format(id, text);
    *ret = value_text(arena_copy(arena, slice_of_text(text)));
    return ret->bytes.data != NULL;
}

/* A text of digits with an optional sign as a number of 64 bits. */
static bool big_int_text(struct slice text, int64_t *ret)
{
    char room[BIG_INT_TEXT_SIZE];
    bool negative = slice_starts_with(text, SLICE("-"));
    struct slice digits = slice_from(text, negative);
    if (digits.size == 0 || text.size >= sizeof room) {
        return false;
    }
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9') {
            return false;
        }
    }
    memcpy(room, text.data, text.size);
    room[text.size] = '\0';
    errno = 0;
    long long number = strtoll(room, NULL, 10);
    *ret = number;
    return errno == 0;
}

static bool take_big_int(const struct gql_given *given, struct arena *arena, struct value *ret)
{
    int64_t number = 0;
    (void)arena;
    bool taken = given->value->type == VALUE_TEXT ? big_int_text(given->value->bytes, &number)
                                                  : whole(given, &number);
    if (taken) {
        *ret = value_int(number);
    }
    return taken;
}

/* Whether a text is a JSON number, which is what a decimal number looks like. */
static bool is_number_text(struct slice text)
{
    char first = text.size > 0 ? text.data[0] : '\0';
    char last = text.size > 0 ? text.data[text.size - 1] : '\0';
    bool framed = (first == '-' || (first >= '0' && first <= '9')) && last >= '0' && last <= '9';
    return framed && json_in_check(text, NULL) == ERR_OK;
}

static bool take_decimal(const struct gql_given *given, struct arena *arena, struct value *ret)
{
    const struct value *value = given->value;
    if (value->type == VALUE_TEXT) {
        *ret = *value;
        return is_number_text(value->bytes);
    }
    if (value->type != VALUE_INT && value->type != VALUE_FLOAT) {
        return false;
    }
    *ret = value_text(given->written.size > 0 ? given->written : json_out_to_arena(arena, value));
    return ret->bytes.data != NULL;
}

static bool take_json_string(const struct gql_given *given, struct arena *arena, struct value *ret)
{
    if (!take_string(given, arena, ret)) {
        return false;
    }
    return json_in_check(ret->bytes, NULL) == ERR_OK;
}

static bool take_anything(const struct gql_given *given, struct arena *arena, struct value *ret)
{
    (void)arena;
    *ret = *given->value;
    return true;
}

/* ---- writing ---- */

static bool write_int(struct json_out *json, const struct gql_result *result, struct arena *arena)
{
    (void)arena;
    if (result->kind != GQL_RESULT_INT || result->integer < INT32_MIN ||
        result->integer > INT32_MAX) {
        return false;
    }
    json_out_int(json, result->integer);
    return true;
}

static bool write_float(struct json_out *json, const struct gql_result *result, struct arena *arena)
{
    (void)arena;
    if (result->kind == GQL_RESULT_INT) {
        json_out_int(json, result->integer);
        return true;
    }
    if (result->kind != GQL_RESULT_FLOAT || !isfinite(result->number)) {
        return false;
    }
    json_out_float(json, result->number);
    return true;
}

static bool
write_string(struct json_out *json, const struct gql_result *result, struct arena *arena)
{
    (void)arena;
    if (result->kind != GQL_RESULT_TEXT) {
        return false;
    }
    json_out_text(json, result->text);
    return true;
}

static bool
write_boolean(struct json_out *json, const struct gql_result *result, struct arena *arena)
{
    (void)arena;
    if (result->kind != GQL_RESULT_BOOL) {
        return false;
    }
    json_out_bool(json, result->boolean);
    return true;
}

static void write_number_text(struct json_out *json, int64_t number)
{
    char text[BIG_INT_TEXT_SIZE];
    int size = snprintf(text, sizeof text, "%lld", (long long)number);
    json_out_text(json, slice_of(text, (size_t)size));
}

static void write_uuid(struct json_out *json, const struct gql_result *result)
{
    char text[ID_TEXT_SIZE];
    _Static_assert(ID_TEXT_SIZE >= UUID_TEXT_SIZE, "a global id is longer than its UUID");
    if (result->id.type == NULL) {
        uuid_format(result->id.uuid, text);
    } else {
        id_encode(result->id.type, result->id.uuid, text);
    }
    json_out_string(json, text);
}

static bool write_id(struct json_out *json, const struct gql_result *result, struct arena *arena)
{
    if (result->kind == GQL_RESULT_INT) {
        write_number_text(json, result->integer);
        return true;
    }
    if (result->kind == GQL_RESULT_ID) {
        write_uuid(json, result);
        return true;
    }
    return write_string(json, result, arena);
}

static bool
write_uuid_only(struct json_out *json, const struct gql_result *result, struct arena *arena)
{
    return result->kind != GQL_RESULT_INT && write_id(json, result, arena);
}

static bool
write_date_time(struct json_out *json, const struct gql_result *result, struct arena *arena)
{
    char text[TIME_TEXT_SIZE];
    if (result->kind != GQL_RESULT_INT) {
        return write_string(json, result, arena);
    }
    time_text_format(result->integer, text);
    json_out_string(json, text);
    return true;
}

/* Characters of "2026-04-22". */
#define DATE_LENGTH 10

static bool write_date(struct json_out *json, const struct gql_result *result, struct arena *arena)
{
    char text[TIME_TEXT_SIZE];
    if (result->kind != GQL_RESULT_INT) {
        return write_string(json, result, arena);
    }
    time_text_format(result->integer, text);
    json_out_text(json, slice_of(text, DATE_LENGTH));
    return true;
}

static bool
write_big_int(struct json_out *json, const struct gql_result *result, struct arena *arena)
{
    (void)arena;
    if (result->kind != GQL_RESULT_INT) {
        return false;
    }
    if (result->integer >= -EXACT_MAX && result->integer <= EXACT_MAX) {
        json_out_int(json, result->integer);
    } else {
        write_number_text(json, result->integer);
    }
    return true;
}

static bool
write_decimal(struct json_out *json, const struct gql_result *result, struct arena *arena)
{
    if (result->kind == GQL_RESULT_INT) {
        write_number_text(json, result->integer);
        return true;
    }
    if (result->kind != GQL_RESULT_FLOAT || !isfinite(result->number)) {
        return write_string(json, result, arena);
    }
    struct value number = value_float(result->number);
    json_out_text(json, json_out_to_arena(arena, &number));
    return true;
}

static bool
write_json_string(struct json_out *json, const struct gql_result *result, struct arena *arena)
{
    if (result->kind != GQL_RESULT_VALUE) {
        return write_string(json, result, arena);
    }
    json_out_text(json, json_out_to_arena(arena, result->value));
    return true;
}

static bool
write_anything(struct json_out *json, const struct gql_result *result, struct arena *arena)
{
    if (result->kind == GQL_RESULT_VALUE) {
        json_out_value(json, result->value);
        return true;
    }
    return write_boolean(json, result, arena) || write_float(json, result, arena) ||
           write_string(json, result, arena);
}

static const struct gql_scalar scalars[] = {
    {"Int", "a whole number of 32 bits", false, false, take_int, write_int},
    {"Float", "a number", false, false, take_float, write_float},
    {"String", "a text", false, false, take_string, write_string},
    {"Boolean", "true or false", false, false, take_boolean, write_boolean},
    {"ID", "a text or a whole number", false, false, take_id, write_id},
    {"DateTime", "a time like \"2026-04-22T00:15:30.726000+00:00\"", false, false, take_date_time,
     write_date_time},
    {"Date", "a date like \"2026-04-22\"", false, false, take_date, write_date},
    {"UUID", "a UUID of 36 characters", false, false, take_uuid, write_uuid_only},
    {"BigInt", "a whole number of 64 bits, or one as text", false, false, take_big_int,
     write_big_int},
    {"Decimal", "a number, or one as text", false, false, take_decimal, write_decimal},
    {"JSONString", "a text that is JSON", false, true, take_json_string, write_json_string},
    {"JSONOrString", "any value", true, true, take_anything, write_anything},
};

const struct gql_scalar *gql_scalar_find(struct slice name)
{
    for (size_t i = 0; i < ARRAY_COUNT(scalars); i++) {
        if (slice_is(name, scalars[i].name)) {
            return &scalars[i];
        }
    }
    return NULL;
}

struct gql_result gql_scalar_result(const struct value *value)
{
    switch (value->type) {
    case VALUE_NULL:
        return gql_result_null();
    case VALUE_BOOL:
        return gql_result_bool(value->boolean);
    case VALUE_INT:
        return gql_result_int(value->integer);
    case VALUE_FLOAT:
        return gql_result_float(value->number);
    case VALUE_TEXT:
        return gql_result_text(value->bytes.data != NULL ? value->bytes : SLICE(""));
    case VALUE_BINARY:
    case VALUE_LIST:
    case VALUE_MAP:
        break;
    }
    return gql_result_value(value);
}
