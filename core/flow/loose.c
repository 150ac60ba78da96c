#include "core/flow/loose.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Digits that always suffice to tell doubles apart (IEEE 754 binary64). */
#define DOUBLE_DIGITS_MAX 17

/* No text that is longer is taken for a number. */
#define NUMBER_TEXT_SIZE 400

/* ---- numbers to text ---- */

/* The fewest significant digits that read back as `number`, and its decimal exponent.
 * Returns: how many digits stand in `ret_digits`. */
static int shortest_digits(double number, char ret_digits[DOUBLE_DIGITS_MAX + 1], int *ret_exponent)
{
    char text[LOOSE_NUMBER_SIZE];
    int precision = 0;
    do {
        (void)snprintf(text, sizeof text, "%.*e", precision, number);
    } while (strtod(text, NULL) != number && ++precision < DOUBLE_DIGITS_MAX);
    int count = 0;
    const char *at = text;
    for (; *at != 'e'; at++) {
        if (*at != '.') {
            ret_digits[count++] = *at;
        }
    }
    *ret_exponent = (int)strtol(at + 1, NULL, 10);
    return count;
}

/* Lays digits out as ECMA-262 "Number::toString" does; `point` is where the decimal point falls
 * after the first digit. */
static void lay_out(const char *sign, const char *digits, int count, int point, char *ret_text)
{
    size_t size = LOOSE_NUMBER_SIZE;
    if (point >= count && point <= 21) {
        (void)snprintf(ret_text, size, "%s%.*s%.*s", sign, count, digits, point - count,
                       "000000000000000000000");
    } else if (point > 0 && point <= 21) {
        (void)snprintf(ret_text, size, "%s%.*s.%.*s", sign, point, digits, count - point,
                       digits + point);
    } else if (point <= 0 && point > -6) {
        (void)snprintf(ret_text, size, "%s0.%.*s%.*s", sign, -point, "000000", count, digits);
    } else {
        (void)snprintf(ret_text, size, "%s%c%s%.*se%+d", sign, digits[0], count > 1 ? "." : "",
                       count - 1, digits + 1, point - 1);
    }
}

void loose_number_text(double number, char ret_text[LOOSE_NUMBER_SIZE])
{
    if (isnan(number) || isinf(number) || number == 0) {
        const char *text = isnan(number) ? "NaN" : number == 0 ? "0" : "Infinity";
        (void)snprintf(ret_text, LOOSE_NUMBER_SIZE, "%s%s", number < 0 ? "-" : "", text);
        return;
    }
    char digits[DOUBLE_DIGITS_MAX + 1];
    int exponent = 0;
    int count = shortest_digits(fabs(number), digits, &exponent);
    lay_out(number < 0 ? "-" : "", digits, count, exponent + 1, ret_text);
}

void loose_put_plain(struct buf *out, const struct value *value)
{
    char text[LOOSE_NUMBER_SIZE];
    switch (value->type) {
    case VALUE_BOOL:
        buf_put_text(out, value->boolean ? "true" : "false");
        break;
    case VALUE_INT:
        buf_printf(out, "%lld", (long long)value->integer);
        break;
    case VALUE_FLOAT:
        loose_number_text(value->number, text);
        buf_put_text(out, text);
        break;
    case VALUE_TEXT:
    case VALUE_BINARY:
        buf_put_slice(out, value->bytes);
        break;
    case VALUE_NULL:
    case VALUE_LIST:
    case VALUE_MAP:
        break;
    }
}

static void put_list(struct buf *out, const struct value *list, struct work *work);

static void put_text(struct buf *out, const struct value *value, struct work *work)
{
    if (value->type == VALUE_NULL) {
        buf_put_text(out, "null");
    } else if (value->type == VALUE_LIST) {
        put_list(out, value, work);
    } else if (value->type == VALUE_MAP) {
        buf_put_text(out, "[object Object]");
    } else {
        loose_put_plain(out, value);
    }
}

static void put_list(struct buf *out, const struct value *list, struct work *work)
{
    for (uint32_t i = 0; i < list->list.count && work_add(work, 1); i++) {
        if (i > 0) {
            buf_put_char(out, ',');
        }
        if (list->list.items[i].type != VALUE_NULL) {
            put_text(out, &list->list.items[i], work);
        }
    }
}

struct slice loose_text(struct loose_context context, const struct value *value)
{
    if (value->type == VALUE_TEXT || value->type == VALUE_BINARY) {
        return value->bytes;
    }
    struct buf out;
    buf_init(&out, context.arena->cap_bytes);
    put_text(&out, value, context.work);
    struct slice text = {NULL, 0};
    if (out.failed) {
        context.arena->exhausted = true;
        context.arena->no_memory = context.arena->no_memory || out.no_memory;
    } else if (work_add(context.work, out.size)) {
        text = arena_copy(context.arena, buf_slice(&out));
    }
    buf_deinit(&out);
    return text;
}

/* ---- values to numbers and truth ---- */

static bool is_decimal(const char *text)
{
    size_t at = text[0] == '+' || text[0] == '-' ? 1 : 0;
    size_t whole = strspn(text + at, "0123456789");
    at += whole;
    size_t fraction = text[at] == '.' ? strspn(text + at + 1, "0123456789") : 0;
    at += text[at] == '.' ? fraction + 1 : 0;
    if (whole + fraction == 0) {
        return false;
    }
    if (text[at] == 'e' || text[at] == 'E') {
        at++;
        at += text[at] == '+' || text[at] == '-' ? 1 : 0;
        size_t digits = strspn(text + at, "0123456789");
        at += digits;
        if (digits == 0) {
            return false;
        }
    }
    return text[at] == '\0';
}

double loose_text_number(struct slice source)
{
    char text[NUMBER_TEXT_SIZE];
    struct slice trimmed = slice_trim(source);
    if (trimmed.size == 0) {
        return 0;
    }
    if (trimmed.size >= sizeof text || memchr(trimmed.data, '\0', trimmed.size) != NULL) {
        return NAN;
    }
    memcpy(text, trimmed.data, trimmed.size);
    text[trimmed.size] = '\0';
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        size_t digits = strspn(text + 2, "0123456789abcdefABCDEF");
        return digits > 0 && text[2 + digits] == '\0' ? strtod(text, NULL) : NAN;
    }
    const char *unsigned_text = text + (text[0] == '+' || text[0] == '-' ? 1 : 0);
    bool infinite = strcmp(unsigned_text, "Infinity") == 0;
    return infinite || is_decimal(text) ? strtod(text, NULL) : NAN;
}

static double to_number(struct loose_context context, const struct value *value)
{
    switch (value->type) {
    case VALUE_NULL:
        return 0;
    case VALUE_BOOL:
        return value->boolean ? 1 : 0;
    case VALUE_INT:
        return (double)value->integer;
    case VALUE_FLOAT:
        return value->number;
    case VALUE_TEXT:
    case VALUE_BINARY:
    case VALUE_LIST:
    case VALUE_MAP:
        break;
    }
    return loose_text_number(loose_text(context, value));
}

static bool is_object(const struct value *value)
{
    return value->type == VALUE_LIST || value->type == VALUE_MAP;
}

/* What `==` and `<` turn into text before they look at it. */
static bool is_textual(const struct value *value)
{
    return value->type == VALUE_TEXT || value->type == VALUE_BINARY || is_object(value);
}

bool loose_true(const struct value *value)
{
    switch (value->type) {
    case VALUE_NULL:
        return false;
    case VALUE_BOOL:
        return value->boolean;
    case VALUE_INT:
        return value->integer != 0;
    case VALUE_FLOAT:
        return value->number != 0 && !isnan(value->number);
    case VALUE_TEXT:
        return value->bytes.size > 0;
    case VALUE_BINARY:
    case VALUE_LIST:
    case VALUE_MAP:
        break;
    }
    return true;
}

/* ---- equality ---- */

/* Two values that are not both objects. */
static bool
primitives_equal(struct loose_context context, const struct value *left, const struct value *right)
{
    if (left->type == VALUE_NULL || right->type == VALUE_NULL) {
        return left->type == right->type;
    }
    if (left->type == VALUE_INT && right->type == VALUE_INT) {
        return left->integer == right->integer;
    }
    if (is_textual(left) && is_textual(right)) {
        struct slice a = loose_text(context, left);
        struct slice b = loose_text(context, right);
        return work_add(context.work, a.size) && slice_equal(a, b);
    }
    return to_number(context, left) == to_number(context, right);
}

static bool is_number(const struct value *value)
{
    return value->type == VALUE_INT || value->type == VALUE_FLOAT;
}

/* A comparison of two values inside or outside of containers: loose or strict. */
typedef bool (*equal_cb)(struct loose_context context,
                         const struct value *left,
                         const struct value *right);

static bool lists_equal(struct loose_context context,
                        const struct value *left,
                        const struct value *right,
                        equal_cb equal)
{
    if (left->list.count != right->list.count) {
        return false;
    }
    for (uint32_t i = 0; i < left->list.count && work_add(context.work, 1); i++) {
        if (!equal(context, &left->list.items[i], &right->list.items[i])) {
            return false;
        }
    }
    return true;
}

static int by_key(const void *a, const void *b)
{
    const struct value_member *const *left = a;
    const struct value_member *const *right = b;
    return slice_compare((*left)->key, (*right)->key);
}

/* The members of a map by key. Returns: NULL with the arena exhausted. */
static const struct value_member **sorted(struct loose_context context, const struct value *map)
{
    uint32_t count = map->map.count;
    const struct value_member **members =
        ARENA_ARRAY(context.arena, const struct value_member *, count);
    for (uint32_t i = 0; members != NULL && i < count; i++) {
        members[i] = &map->map.members[i];
    }
    /* Sorting costs some log2(count) looks at each member; 20 is that of a million. */
    if (members == NULL || !work_add(context.work, (uint64_t)count * 20)) {
        return NULL;
    }
    qsort(members, count, sizeof *members, by_key);
    return members;
}

/* Members stand in any order. Searching each in the other map would take hours for maps of a
 * million members; both are sorted instead, unless they stand in the same order already. */
static bool maps_equal(struct loose_context context,
                       const struct value *left,
                       const struct value *right,
                       equal_cb equal)
{
    uint32_t count = left->map.count;
    if (count != right->map.count) {
        return false;
    }
    uint32_t i = 0;
    for (; i < count && work_add(context.work, 1); i++) {
        const struct value_member *a = &left->map.members[i];
        const struct value_member *b = &right->map.members[i];
        if (!slice_equal(a->key, b->key)) {
            break;
        }
        if (!equal(context, &a->value, &b->value)) {
            return false;
        }
    }
    if (i == count) {
        return true;
    }
    const struct value_member **a = sorted(context, left);
    const struct value_member **b = sorted(context, right);
    for (i = 0; a != NULL && b != NULL && i < count && work_add(context.work, 1); i++) {
        if (!slice_equal(a[i]->key, b[i]->key) || !equal(context, &a[i]->value, &b[i]->value)) {
            return false;
        }
    }
    return true;
}

/* What lies inside two lists or maps: loose between two plain values, but an object or a null
 * there equals only its like. */
static bool
inner_equal(struct loose_context context, const struct value *left, const struct value *right)
{
    bool special = is_object(left) || is_object(right) || left->type == VALUE_NULL ||
                   right->type == VALUE_NULL;
    if (special && left->type != right->type) {
        return false;
    }
    return loose_equal(context, left, right);
}

bool loose_equal(struct loose_context context, const struct value *left, const struct value *right)
{
    if (left->type == VALUE_LIST && right->type == VALUE_LIST) {
        return lists_equal(context, left, right, inner_equal);
    }
    if (left->type == VALUE_MAP && right->type == VALUE_MAP) {
        return maps_equal(context, left, right, inner_equal);
    }
    if (is_object(left) && is_object(right)) {
        return false;
    }
    return primitives_equal(context, left, right);
}

bool loose_same(struct loose_context context, const struct value *left, const struct value *right)
{
    if (left->type != right->type) {
        return is_number(left) && is_number(right) && primitives_equal(context, left, right);
    }
    if (left->type == VALUE_LIST) {
        return lists_equal(context, left, right, loose_same);
    }
    if (left->type == VALUE_MAP) {
        return maps_equal(context, left, right, loose_same);
    }
    return primitives_equal(context, left, right);
}

/* ---- order ---- */

static enum loose_order order_of(int sign)
{
    return sign < 0 ? LOOSE_LESS : sign > 0 ? LOOSE_GREATER : LOOSE_SAME;
}

enum loose_order loose_compare(struct loose_context context,
                               const struct loose_operand *left,
                               const struct loose_operand *right)
{
    const struct value *a = &left->value;
    const struct value *b = &right->value;
    if (left->missing || right->missing) {
        return LOOSE_NONE;
    }
    if (a->type == VALUE_INT && b->type == VALUE_INT) {
        return order_of((a->integer > b->integer) - (a->integer < b->integer));
    }
    if (is_textual(a) && is_textual(b)) {
        return order_of(slice_compare(loose_text(context, a), loose_text(context, b)));
    }
    double x = to_number(context, a);
    double y = to_number(context, b);
    if (isnan(x) || isnan(y)) {
        return LOOSE_NONE;
    }
    return order_of((x > y) - (x < y));
}
