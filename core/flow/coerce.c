#include "core/flow/coerce.h"

#include "core/base/json_in.h"
#include "core/base/json_out.h"
#include "core/base/limits.h"
#include "core/flow/loose.h"

#include <math.h>
#include <stdio.h>

/* How much of a given value a message shows. */
#define SHOWN_BYTES_MAX 60

/* Doubles below this are whole numbers exactly (2^53). */
#define EXACT_DOUBLE_MAX 9007199254740992.0

bool coerce_is_empty(const struct value *value)
{
    return value_is_null(value) || (value->type == VALUE_TEXT && value->bytes.size == 0);
}

void coerce_put_text(struct buf *out, const struct value *value)
{
    struct json_out json = json_out(out);
    if (value->type == VALUE_LIST || value->type == VALUE_MAP) {
        json_out_value(&json, value);
    } else {
        loose_put_plain(out, value);
    }
}

enum err
coerce_text(const struct value *value, struct arena *arena, struct slice *ret, struct error *reterr)
{
    if (value->type == VALUE_TEXT || value->type == VALUE_BINARY) {
        *ret = value->bytes;
        return ERR_OK;
    }
    struct buf out;
    buf_init(&out, arena->cap_bytes);
    coerce_put_text(&out, value);
    enum err e = buf_check(&out, "a value written as text", reterr);
    struct slice text = e == ERR_OK ? arena_copy(arena, buf_slice(&out)) : (struct slice){0};
    buf_deinit(&out);
    if (e == ERR_OK && text.data == NULL) {
        return arena_error(arena, "a value written as text", reterr);
    }
    if (e == ERR_OK) {
        *ret = text;
    }
    return e;
}

enum err coerce_required_text(const struct value *value,
                              const char *input,
                              struct arena *arena,
                              struct slice *ret,
                              struct error *reterr)
{
    struct slice text = {NULL, 0};
    enum err e = coerce_text(value, arena, &text, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (text.size == 0) {
        return error_set(reterr, ERR_NOT_FOUND,
                         "input \"%s\" is empty: it was not given, or what it refers to is missing",
                         input);
    }
    *ret = text;
    return ERR_OK;
}

/* "input X: <what was given> is not <wanted>". */
static enum err
refuse(const struct value *value, const char *input, const char *wanted, struct error *reterr)
{
    struct buf shown;
    buf_init(&shown, SHOWN_BYTES_MAX);
    if (value->type == VALUE_TEXT && value->bytes.size <= SHOWN_BYTES_MAX - 2) {
        buf_printf(&shown, "\"%.*s\"", SLICE_ARGS(value->bytes));
    } else if (value->type != VALUE_LIST && value->type != VALUE_MAP && value->type != VALUE_TEXT) {
        coerce_put_text(&shown, value);
    }
    enum err e = shown.failed || shown.size == 0
                     ? error_set(reterr, ERR_INVALID, "input \"%s\": a %s is not %s", input,
                                 value_type_name(value->type), wanted)
                     : error_set(reterr, ERR_INVALID, "input \"%s\": %.*s is not %s", input,
                                 SLICE_ARGS(buf_slice(&shown)), wanted);
    buf_deinit(&shown);
    return e;
}

/* Whether `value` is a whole number of any kind. */
static bool whole_number(const struct value *value, int64_t *ret)
{
    if (value->type == VALUE_INT) {
        *ret = value->integer;
        return true;
    }
    double number = NAN;
    if (value->type == VALUE_FLOAT) {
        number = value->number;
    } else if (value->type == VALUE_TEXT) {
        number = loose_text_number(value->bytes);
    }
    if (!(fabs(number) < EXACT_DOUBLE_MAX) || trunc(number) != number) {
        return false;
    }
    *ret = (int64_t)number;
    return true;
}

enum err coerce_int(const struct value *value,
                    const char *input,
                    int64_t otherwise,
                    int64_t min,
                    int64_t max,
                    int64_t *ret,
                    struct error *reterr)
{
    int64_t number = otherwise;
    if (coerce_is_empty(value)) {
        *ret = otherwise;
        return ERR_OK;
    }
    if (!whole_number(value, &number) || number < min || number > max) {
        char wanted[80];
        (void)snprintf(wanted, sizeof wanted, "a whole number from %lld to %lld", (long long)min,
                       (long long)max);
        return refuse(value, input, wanted, reterr);
    }
    *ret = number;
    return ERR_OK;
}

static bool is_one_of(struct slice text, const char *const words[4])
{
    for (size_t i = 0; i < 4; i++) {
        if (slice_equal_nocase(text, slice_of_text(words[i]))) {
            return true;
        }
    }
    return false;
}

enum err coerce_bool(const struct value *value, const char *input, bool *ret, struct error *reterr)
{
    static const char *const yes[] = {"true", "t", "yes", "y"};
    static const char *const no[] = {"false", "f", "no", "n"};
    if (coerce_is_empty(value)) {
        *ret = false;
        return ERR_OK;
    }
    if (value->type == VALUE_BOOL) {
        *ret = value->boolean;
        return ERR_OK;
    }
    struct slice text = slice_trim(value_text_of(value));
    if (!is_one_of(text, yes) && !is_one_of(text, no)) {
        return refuse(value, input, "true or false", reterr);
    }
    *ret = is_one_of(text, yes);
    return ERR_OK;
}

struct pairs {
    const char *input;
    struct coerce_pair *items; /* COERCE_PAIRS_MAX of them */
    uint32_t count;
};

static enum err
add(struct pairs *pairs, struct slice name, const struct value *value, struct error *reterr)
{
    if (pairs->count == COERCE_PAIRS_MAX) {
        return error_set(reterr, ERR_INVALID, "input \"%s\" has over %d entries", pairs->input,
                         COERCE_PAIRS_MAX);
    }
    if (name.size == 0) {
        return error_set(reterr, ERR_INVALID, "input \"%s\" has an entry without a name",
                         pairs->input);
    }
    pairs->items[pairs->count++] = (struct coerce_pair){name, value};
    return ERR_OK;
}

static enum err from_map(struct pairs *pairs, const struct value *map, struct error *reterr)
{
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < map->map.count && e == ERR_OK; i++) {
        e = add(pairs, map->map.members[i].key, &map->map.members[i].value, reterr);
    }
    return e;
}

static enum err from_list(struct pairs *pairs, const struct value *list, struct error *reterr)
{
    static const struct value nothing = {.type = VALUE_NULL};
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < list->list.count && e == ERR_OK; i++) {
        const struct value *item = &list->list.items[i];
        const struct value *value = value_get(item, SLICE("value"));
        if (item->type != VALUE_MAP || value_get(item, SLICE("key")) == NULL) {
            return refuse(item, pairs->input, "an entry {key, value}", reterr);
        }
        e = add(pairs, value_get_text(item, SLICE("key")), value != NULL ? value : &nothing,
                reterr);
    }
    return e;
}

static enum err from_any(struct pairs *pairs, const struct value *value, struct error *reterr)
{
    if (value->type == VALUE_MAP) {
        return from_map(pairs, value, reterr);
    }
    if (value->type == VALUE_LIST) {
        return from_list(pairs, value, reterr);
    }
    return refuse(value, pairs->input, "a list of {key, value} or an object", reterr);
}

enum err coerce_pairs(const struct value *value,
                      const char *input,
                      struct arena *arena,
                      struct coerce_pair **ret_pairs,
                      uint32_t *ret_count,
                      struct error *reterr)
{
    struct pairs pairs = {.input = input};
    if (coerce_is_empty(value)) {
        *ret_pairs = NULL;
        *ret_count = 0;
        return ERR_OK;
    }
    pairs.items = ARENA_ARRAY(arena, struct coerce_pair, COERCE_PAIRS_MAX);
    struct value *parsed = ARENA_NEW(arena, struct value);
    if (pairs.items == NULL || parsed == NULL) {
        return arena_error(arena, "names and values", reterr);
    }
    *parsed = *value;
    if (value->type == VALUE_TEXT) {
        enum err e = json_in_parse(value->bytes, arena, parsed, NULL);
        if (e == ERR_NO_MEMORY) {
            return error_set(reterr, e, "input \"%s\": out of memory", input);
        }
        if (arena_exhausted(arena)) {
            return arena_error(arena, "names and values", reterr);
        }
    }
    enum err e = from_any(&pairs, parsed, reterr);
    if (e == ERR_OK) {
        *ret_pairs = pairs.items;
        *ret_count = pairs.count;
    }
    return e;
}
