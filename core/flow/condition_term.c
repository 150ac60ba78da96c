/*
 * One operator applied to its operands.
 */
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/base/time_text.h"
#include "core/flow/condition.h"

#include <math.h>
#include <stdio.h>

#define US_PER_MS     1000.0
#define US_PER_SECOND 1000000.0

/* Numbers from here on are milliseconds: as seconds they would lie past the year 5138. */
#define MILLISECONDS_FROM 1e11

/* Longer texts are no time (RFC 3339 with nanoseconds and zone has 35 bytes). */
#define TIME_BYTES_MAX 60

/* Both operands, as they came and with text parsed as JSON. */
struct term {
    struct loose_context context;
    struct loose_operand raw_left;
    struct loose_operand raw_right;
    struct loose_operand left;
    struct loose_operand right;
    struct error *reterr;
};

/* Whether a text may be JSON, by its first byte: saves a parse of every name and sentence. */
static bool looks_like_json(struct slice text)
{
    struct slice trimmed = slice_trim(text);
    return trimmed.size > 0 && memchr("{[\"-0123456789tfn", trimmed.data[0], 17) != NULL;
}

static enum err
parse_operand(struct term *term, const struct loose_operand *raw, struct loose_operand *ret)
{
    *ret = *raw;
    if (raw->value.type != VALUE_TEXT || !looks_like_json(raw->value.bytes)) {
        return ERR_OK;
    }
    if (!work_add(term->context.work, raw->value.bytes.size)) {
        return work_check(term->context.work, "the condition", term->reterr);
    }
    struct value parsed = value_null();
    struct error why = {0};
    enum err e = json_in_parse(raw->value.bytes, term->context.arena, &parsed, &why);
    if (e == ERR_OK) {
        ret->value = parsed;
    }
    if (e == ERR_OK || e == ERR_INVALID) {
        return ERR_OK;
    }
    bool nested = e == ERR_LIMIT && !arena_exhausted(term->context.arena);
    return error_set(term->reterr, nested ? ERR_INVALID : e, "%s", error_text(&why));
}

static enum err refuse(const struct term *term, const char *text)
{
    return error_set(term->reterr, ERR_INVALID, "%s", text);
}

/* ---- one operand ---- */

static bool is_word(struct slice text, const char *const words[4])
{
    for (size_t i = 0; i < 4; i++) {
        if (slice_equal_nocase(text, slice_of_text(words[i]))) {
            return true;
        }
    }
    return false;
}

static enum err is_true(const struct term *term, bool *ret)
{
    static const char *const yes[] = {"t", "true", "y", "yes"};
    static const char *const no[] = {"f", "false", "n", "no"};
    const struct value *value = &term->left.value;
    if (value->type == VALUE_TEXT && is_word(value->bytes, yes)) {
        *ret = true;
    } else if (value->type == VALUE_TEXT && is_word(value->bytes, no)) {
        *ret = false;
    } else {
        *ret = loose_true(value);
    }
    return ERR_OK;
}

static enum err exists(const struct term *term, bool *ret)
{
    *ret = loose_true(&term->left.value);
    return ERR_OK;
}

/* A parsed list, or the text as it came ("123" is a text of three characters here). */
static enum err is_empty(const struct term *term, bool *ret)
{
    if (term->left.value.type == VALUE_LIST) {
        *ret = term->left.value.list.count == 0;
        return ERR_OK;
    }
    if (term->raw_left.value.type != VALUE_TEXT) {
        return refuse(term, "only a list or a text can be empty");
    }
    *ret = term->raw_left.value.bytes.size == 0;
    return ERR_OK;
}

/* ---- two operands ---- */

static enum err equal(const struct term *term, bool *ret)
{
    *ret = loose_equal(term->context, &term->left.value, &term->right.value);
    return ERR_OK;
}

static enum err same(const struct term *term, bool *ret)
{
    *ret = term->left.missing == term->right.missing &&
           loose_same(term->context, &term->left.value, &term->right.value);
    return ERR_OK;
}

static enum loose_order compare(const struct term *term)
{
    return loose_compare(term->context, &term->left, &term->right);
}

static enum err greater(const struct term *term, bool *ret)
{
    *ret = compare(term) == LOOSE_GREATER;
    return ERR_OK;
}

static enum err less(const struct term *term, bool *ret)
{
    *ret = compare(term) == LOOSE_LESS;
    return ERR_OK;
}

/* Not the opposite of less: with a side that is no number, both are false. */
static enum err not_less(const struct term *term, bool *ret)
{
    enum loose_order order = compare(term);
    *ret = order == LOOSE_GREATER || order == LOOSE_SAME;
    return ERR_OK;
}

static enum err not_greater(const struct term *term, bool *ret)
{
    enum loose_order order = compare(term);
    *ret = order == LOOSE_LESS || order == LOOSE_SAME;
    return ERR_OK;
}

static struct slice text_of(const struct term *term, const struct loose_operand *operand)
{
    return operand->missing ? SLICE("undefined") : loose_text(term->context, &operand->value);
}

static bool is_container(const struct value *value)
{
    return value->type == VALUE_LIST || value->type == VALUE_MAP;
}

/* Whether a list has an item that is the left side, as it came or parsed. Lists and objects are
 * never items: JavaScript compares those by identity. */
static bool has_item(const struct term *term, const struct value *list)
{
    const struct value *raw = &term->raw_left.value;
    const struct value *parsed = &term->left.value;
    for (uint32_t i = 0; i < list->list.count && work_add(term->context.work, 1); i++) {
        const struct value *item = &list->list.items[i];
        if (!is_container(item) &&
            (loose_same(term->context, item, raw) || loose_same(term->context, item, parsed))) {
            return !term->raw_left.missing;
        }
    }
    return false;
}

static enum err is_in(const struct term *term, bool *ret)
{
    const struct value *right = &term->right.value;
    if (right->type == VALUE_LIST) {
        *ret = has_item(term, right);
        return ERR_OK;
    }
    struct slice left = text_of(term, &term->raw_left);
    if (right->type == VALUE_MAP) {
        *ret = work_add(term->context.work, right->map.count) && value_get(right, left) != NULL;
        return ERR_OK;
    }
    /* "123" was parsed to a number, yet it is a text that "2" is in. */
    const struct value *text = right->type == VALUE_TEXT ? right : &term->raw_right.value;
    if (text->type != VALUE_TEXT) {
        return refuse(term, "the right side must be a text, a list or an object");
    }
    *ret =
        work_add(term->context.work, text->bytes.size) && slice_find(text->bytes, left) != SIZE_MAX;
    return ERR_OK;
}

static enum err begins(const struct term *term, bool *ret)
{
    *ret = slice_starts_with(text_of(term, &term->right), text_of(term, &term->left));
    return ERR_OK;
}

static enum err ends(const struct term *term, bool *ret)
{
    *ret = slice_ends_with(text_of(term, &term->right), text_of(term, &term->left));
    return ERR_OK;
}

/* ---- times ---- */

static bool number_time(double number, int64_t *ret_us)
{
    double us = fabs(number) >= MILLISECONDS_FROM ? number * US_PER_MS : number * US_PER_SECOND;
    if (number == 0 || !(fabs(us) < (double)INT64_MAX)) {
        return false;
    }
    *ret_us = (int64_t)us;
    return true;
}

static bool text_time(struct slice text, int64_t *ret_us)
{
    char zoned[TIME_BYTES_MAX + 2];
    struct slice trimmed = slice_trim(text);
    if (trimmed.size == 0 || trimmed.size > TIME_BYTES_MAX) {
        return false;
    }
    if (time_text_parse(trimmed, ret_us, NULL) == ERR_OK ||
        time_text_parse_date(trimmed, ret_us, NULL) == ERR_OK) {
        return true;
    }
    int size = snprintf(zoned, sizeof zoned, "%.*sZ", SLICE_ARGS(trimmed));
    return time_text_parse(slice_of(zoned, (size_t)size), ret_us, NULL) == ERR_OK;
}

static enum err
time_of(const struct term *term, const struct loose_operand *operand, int64_t *ret_us)
{
    const struct value *value = &operand->value;
    bool found = false;
    if (value->type == VALUE_INT) {
        found = number_time((double)value->integer, ret_us);
    } else if (value->type == VALUE_FLOAT) {
        found = number_time(value->number, ret_us);
    } else if (value->type == VALUE_TEXT) {
        found = text_time(value->bytes, ret_us);
    }
    return found ? ERR_OK
                 : refuse(term, "both sides must be times such as 2026-04-22T00:15:30Z or "
                                "2026-04-22, or Unix times in seconds");
}

static enum err compare_times(const struct term *term, int *ret_sign)
{
    int64_t left_us = 0;
    int64_t right_us = 0;
    enum err e = time_of(term, &term->left, &left_us);
    if (e == ERR_OK) {
        e = time_of(term, &term->right, &right_us);
    }
    if (e == ERR_OK) {
        *ret_sign = (left_us > right_us) - (left_us < right_us);
    }
    return e;
}

static enum err after(const struct term *term, bool *ret)
{
    int sign = 0;
    enum err e = compare_times(term, &sign);
    *ret = sign > 0;
    return e;
}

static enum err before(const struct term *term, bool *ret)
{
    int sign = 0;
    enum err e = compare_times(term, &sign);
    *ret = sign < 0;
    return e;
}

static enum err same_time(const struct term *term, bool *ret)
{
    int sign = 0;
    enum err e = compare_times(term, &sign);
    *ret = sign == 0;
    return e;
}

/* ---- all ---- */

static const struct {
    enum err (*apply)(const struct term *term, bool *ret);
    bool negated;
} operators[] = {
#define CONDITION(name, text, operands, apply, negated) {apply, negated},
#include "core/flow/condition_operators.def"
#undef CONDITION
};

enum err condition_apply(enum condition_operator op,
                         const struct loose_operand *left,
                         const struct loose_operand *right,
                         struct loose_context context,
                         bool *ret,
                         struct error *reterr)
{
    struct term term = {
        .context = context, .raw_left = *left, .raw_right = *right, .reterr = reterr};
    bool found = false;
    enum err e = parse_operand(&term, left, &term.left);
    if (e == ERR_OK) {
        e = parse_operand(&term, right, &term.right);
    }
    if (e == ERR_OK) {
        e = operators[op].apply(&term, &found);
    }
    if (e == ERR_OK) {
        e = work_check(context.work, "the condition", reterr);
    }
    if (e == ERR_OK && arena_exhausted(context.arena)) {
        e = arena_error(context.arena, "the condition", reterr);
    }
    if (e == ERR_OK) {
        *ret = found != operators[op].negated;
    }
    return e;
}
