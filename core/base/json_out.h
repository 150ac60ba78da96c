/*
 * json_out: writes JSON texts piece by piece; commas and colons come by themselves. Measured 2.5
 * times faster than building a tree and dumping it.
 *
 * Bytes that are not UTF-8 become U+FFFD, binary becomes standard base64, infinities become null.
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_CORE_BASE_JSON_OUT_H
#define DAYBOOK_CORE_BASE_JSON_OUT_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/value.h"

struct json_out {
    struct buf *out;
    bool comma; /* a value stands before this place */
};

/** A writer that appends to `out`. */
static inline struct json_out json_out(struct buf *out)
{
    return (struct json_out){out, false};
}

/** Begins or ends an object, whose members follow as key and value, or a list. */
void json_out_begin_object(struct json_out *json);
void json_out_end_object(struct json_out *json);
void json_out_begin_list(struct json_out *json);
void json_out_end_list(struct json_out *json);

/** The key of the next value; `key` is zero-terminated. */
void json_out_key(struct json_out *json, const char *key);

/** As json_out_key for any text. */
void json_out_key_slice(struct json_out *json, struct slice key);

/** One value: the next item, the value of the last key, or the whole text. */
void json_out_null(struct json_out *json);
void json_out_bool(struct json_out *json, bool boolean);
void json_out_int(struct json_out *json, int64_t integer);
void json_out_u64(struct json_out *json, uint64_t number);
void json_out_float(struct json_out *json, double number);
void json_out_text(struct json_out *json, struct slice text);

/** As json_out_text for a zero-terminated string; NULL writes null. */
void json_out_string(struct json_out *json, const char *text);

/** Bytes as standard base64 text. */
void json_out_binary(struct json_out *json, struct slice bytes);

/** A whole value. */
void json_out_value(struct json_out *json, const struct value *value);

/** A text that is JSON already. */
void json_out_raw(struct json_out *json, struct slice text);

/** Key and value in one call, for objects of plain members. */
void json_out_member_text(struct json_out *json, const char *key, struct slice text);
void json_out_member_string(struct json_out *json, const char *key, const char *text);
void json_out_member_int(struct json_out *json, const char *key, int64_t integer);
void json_out_member_u64(struct json_out *json, const char *key, uint64_t number);
void json_out_member_bool(struct json_out *json, const char *key, bool boolean);

/** A value as JSON text in `arena`. Returns: the empty slice over the cap. */
struct slice json_out_to_arena(struct arena *arena, const struct value *value);

#endif
