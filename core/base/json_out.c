#include "core/base/json_out.h"
#include "core/base/utf8.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static void before_value(struct json_out *json)
{
    if (json->comma) {
        buf_put_char(json->out, ',');
    }
    json->comma = true;
}

static void begin(struct json_out *json, char bracket)
{
    before_value(json);
    buf_put_char(json->out, bracket);
    json->comma = false;
}

static void end(struct json_out *json, char bracket)
{
    buf_put_char(json->out, bracket);
    json->comma = true;
}

void json_out_begin_object(struct json_out *json)
{
    begin(json, '{');
}

void json_out_end_object(struct json_out *json)
{
    end(json, '}');
}

void json_out_begin_list(struct json_out *json)
{
    begin(json, '[');
}

void json_out_end_list(struct json_out *json)
{
    end(json, ']');
}

/* Escapes one byte that may not stand as it is inside quotes. */
static void put_escape(struct buf *out, unsigned char c)
{
    switch (c) {
    case '"':
        buf_put_text(out, "\\\"");
        break;
    case '\\':
        buf_put_text(out, "\\\\");
        break;
    case '\n':
        buf_put_text(out, "\\n");
        break;
    case '\r':
        buf_put_text(out, "\\r");
        break;
    case '\t':
        buf_put_text(out, "\\t");
        break;
    default:
        buf_printf(out, "\\u%04x", c);
    }
}

static void put_quoted(struct buf *out, struct slice text)
{
    buf_put_char(out, '"');
    size_t plain = 0; /* start of the run that needs no change */
    size_t at = 0;
    while (at < text.size) {
        unsigned char c = (unsigned char)text.data[at];
        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
            at++;
            continue;
        }
        size_t length = c < 0x80 ? 0 : utf8_sequence_length(slice_from(text, at));
        if (length > 0) {
            at += length;
            continue;
        }
        buf_put(out, text.data + plain, at - plain);
        if (c < 0x80) {
            put_escape(out, c);
        } else {
            buf_put_text(out, "\xef\xbf\xbd"); /* U+FFFD for a byte that is not UTF-8 */
        }
        plain = ++at;
    }
    buf_put(out, text.size > 0 ? text.data + plain : NULL, text.size - plain);
    buf_put_char(out, '"');
}

void json_out_key_slice(struct json_out *json, struct slice key)
{
    before_value(json);
    put_quoted(json->out, key);
    buf_put_char(json->out, ':');
    json->comma = false;
}

void json_out_key_plain(struct json_out *json, struct slice key)
{
    size_t size = key.size + (json->comma ? 4 : 3);
    char *at = buf_reserve(json->out, size);
    if (at != NULL) {
        if (json->comma) {
            *at++ = ',';
        }
        *at++ = '"';
        memcpy(at, key.data, key.size);
        at[key.size] = '"';
        at[key.size + 1] = ':';
        json->out->size += size;
    }
    json->comma = false;
}

void json_out_key(struct json_out *json, const char *key)
{
    json_out_key_slice(json, slice_of_text(key));
}

void json_out_raw(struct json_out *json, struct slice text)
{
    before_value(json);
    buf_put_slice(json->out, text);
}

void json_out_null(struct json_out *json)
{
    json_out_raw(json, SLICE("null"));
}

void json_out_bool(struct json_out *json, bool boolean)
{
    json_out_raw(json, boolean ? SLICE("true") : SLICE("false"));
}

/* Digits of the largest number of 64 bits. */
#define U64_DIGITS 20

/* By hand: printf takes ten times as long, and answers are full of numbers. */
static void put_digits(struct buf *out, uint64_t number)
{
    char digits[U64_DIGITS];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buf_put(out, digits + at, sizeof digits - at);
}

void json_out_int(struct json_out *json, int64_t integer)
{
    before_value(json);
    if (integer < 0) {
        buf_put_char(json->out, '-');
        put_digits(json->out, 0 - (uint64_t)integer);
    } else {
        put_digits(json->out, (uint64_t)integer);
    }
}

void json_out_u64(struct json_out *json, uint64_t number)
{
    before_value(json);
    put_digits(json->out, number);
}

void json_out_float(struct json_out *json, double number)
{
    if (!isfinite(number)) {
        json_out_null(json);
        return;
    }
    /* The shortest of 15 to 17 digits that reads back as the same double. */
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number) {
            break;
        }
    }
    json_out_raw(json, slice_of_text(text));
}

void json_out_text(struct json_out *json, struct slice text)
{
    before_value(json);
    put_quoted(json->out, text);
}

void json_out_string(struct json_out *json, const char *text)
{
    if (text == NULL) {
        json_out_null(json);
    } else {
        json_out_text(json, slice_of_text(text));
    }
}

void json_out_binary(struct json_out *json, struct slice bytes)
{
    before_value(json);
    buf_put_char(json->out, '"');
    int variant = sodium_base64_VARIANT_ORIGINAL;
    size_t room = sodium_base64_encoded_len(bytes.size, variant);
    char *at = buf_reserve(json->out, room);
    if (at != NULL) {
        (void)sodium_bin2base64(at, room, (const unsigned char *)bytes.data, bytes.size, variant);
        json->out->size += room - 1; /* without its zero */
    }
    buf_put_char(json->out, '"');
}

static void write_list(struct json_out *json, const struct value *list)
{
    json_out_begin_list(json);
    for (uint32_t i = 0; i < list->list.count; i++) {
        json_out_value(json, &list->list.items[i]);
    }
    json_out_end_list(json);
}

static void write_map(struct json_out *json, const struct value *map)
{
    json_out_begin_object(json);
    for (uint32_t i = 0; i < map->map.count; i++) {
        json_out_key_slice(json, map->map.members[i].key);
        json_out_value(json, &map->map.members[i].value);
    }
    json_out_end_object(json);
}

void json_out_value(struct json_out *json, const struct value *value)
{
    switch (value->type) {
    case VALUE_NULL:
        json_out_null(json);
        break;
    case VALUE_BOOL:
        json_out_bool(json, value->boolean);
        break;
    case VALUE_INT:
        json_out_int(json, value->integer);
        break;
    case VALUE_FLOAT:
        json_out_float(json, value->number);
        break;
    case VALUE_TEXT:
        json_out_text(json, value->bytes);
        break;
    case VALUE_BINARY:
        json_out_binary(json, value->bytes);
        break;
    case VALUE_LIST:
        write_list(json, value);
        break;
    case VALUE_MAP:
        write_map(json, value);
        break;
    }
}

void json_out_member_text(struct json_out *json, const char *key, struct slice text)
{
    json_out_key(json, key);
    json_out_text(json, text);
}

void json_out_member_string(struct json_out *json, const char *key, const char *text)
{
    json_out_key(json, key);
    json_out_string(json, text);
}

void json_out_member_int(struct json_out *json, const char *key, int64_t integer)
{
    json_out_key(json, key);
    json_out_int(json, integer);
}

void json_out_member_u64(struct json_out *json, const char *key, uint64_t number)
{
    json_out_key(json, key);
    json_out_u64(json, number);
}

void json_out_member_bool(struct json_out *json, const char *key, bool boolean)
{
    json_out_key(json, key);
    json_out_bool(json, boolean);
}

struct slice json_out_to_arena(struct arena *arena, const struct value *value)
{
    struct buf out;
    buf_init(&out, arena->cap_bytes);
    struct json_out json = json_out(&out);
    json_out_value(&json, value);
    struct slice text = out.failed ? (struct slice){NULL, 0} : arena_copy(arena, buf_slice(&out));
    arena->exhausted = arena->exhausted || out.failed;
    arena->no_memory = arena->no_memory || out.no_memory;
    buf_deinit(&out);
    return text;
}
