/*
 * value: data whose shape is not known at compile time, as a tree in an arena.
 *
 * What JSON and MessagePack have in common: null, true and false, 64-bit integers, doubles, text,
 * binary, lists, maps with text keys in their order of arrival. Webhook bodies, step results,
 * GraphQL arguments and journal bodies all are values.
 *
 * Ownership: a value owns nothing; its lists, maps and text live in an arena or in the bytes they
 * were decoded from. Copying the struct is cheap and shares them.
 */
#ifndef DAYBOOK_CORE_BASE_VALUE_H
#define DAYBOOK_CORE_BASE_VALUE_H

#include "core/base/arena.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum value_type {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_FLOAT,
    VALUE_TEXT,   /* UTF-8 when it came as JSON; not checked when it came as MessagePack */
    VALUE_BINARY, /* any bytes */
    VALUE_LIST,
    VALUE_MAP,
};

struct value_member;

struct value {
    enum value_type type;
    union {
        bool boolean;
        int64_t integer;
        double number;
        struct slice bytes; /* VALUE_TEXT and VALUE_BINARY */
        struct {
            struct value *items;
            uint32_t count;
            uint32_t capacity;
        } list;
        struct {
            struct value_member *members;
            uint32_t count;
            uint32_t capacity;
        } map;
    };
};

struct value_member {
    struct slice key;
    struct value value;
};

/** The null value. */
static inline struct value value_null(void)
{
    return (struct value){.type = VALUE_NULL};
}

/** A boolean value. */
static inline struct value value_bool(bool boolean)
{
    return (struct value){.type = VALUE_BOOL, .boolean = boolean};
}

/** An integer value. */
static inline struct value value_int(int64_t integer)
{
    return (struct value){.type = VALUE_INT, .integer = integer};
}

/** A double value. */
static inline struct value value_float(double number)
{
    return (struct value){.type = VALUE_FLOAT, .number = number};
}

/** A text value that borrows `text`. */
static inline struct value value_text(struct slice text)
{
    return (struct value){.type = VALUE_TEXT, .bytes = text};
}

/** A binary value that borrows `bytes`. */
static inline struct value value_binary(struct slice bytes)
{
    return (struct value){.type = VALUE_BINARY, .bytes = bytes};
}

/** An empty list; value_list_push fills it. */
static inline struct value value_list(void)
{
    return (struct value){.type = VALUE_LIST};
}

/** An empty map; value_map_put fills it. */
static inline struct value value_map(void)
{
    return (struct value){.type = VALUE_MAP};
}

/** The lower-case name of a type ("text"), for messages. */
const char *value_type_name(enum value_type type);

/** Appends to a list. Returns: false when the arena is exhausted. */
bool value_list_push(struct arena *arena, struct value *list, struct value item);

/** Appends to a map without looking for the key. Returns: false when the arena is exhausted. */
bool value_map_put(struct arena *arena, struct value *map, struct slice key, struct value item);

/** Sets a key of a map, replacing an earlier value. Returns: false when the arena is exhausted. */
bool value_map_set(struct arena *arena, struct value *map, struct slice key, struct value item);

/** The value of a key (the last one, if it stands twice). Returns: NULL if not a map or not there.
 */
struct value *value_get(const struct value *map, struct slice key);

/** The i-th item. Returns: NULL if not a list or past its end. */
struct value *value_at(const struct value *list, size_t index);

/** The text of a text value; the empty slice for NULL and every other type. */
struct slice value_text_of(const struct value *value);

/** The text under a key; the empty slice when missing or no text. */
struct slice value_get_text(const struct value *map, struct slice key);

/** The integer of an integer value; `otherwise` for NULL and every other type. */
int64_t value_int_of(const struct value *value, int64_t otherwise);

/** The boolean of a boolean value; `otherwise` for NULL and every other type. */
bool value_bool_of(const struct value *value, bool otherwise);

/** Whether it is NULL or a null value. */
static inline bool value_is_null(const struct value *value)
{
    return value == NULL || value->type == VALUE_NULL;
}

/** Deep equality; integers and doubles of the same number are equal, map order does not matter. */
bool value_equal(const struct value *a, const struct value *b);

/** A deep copy in `arena`. Returns: a null value when the arena is exhausted (check it once). */
struct value value_copy(struct arena *arena, const struct value *source);

#endif
