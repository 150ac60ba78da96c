/*
 * The text was scanned before: every token is well-formed and every container is closed, so nothing
 * is checked here that the scanner checks. Recursion is as deep as the scanner allows.
 */
#include "core/base/json_quick_priv.h"

#include "core/base/json_scan_priv.h"
#include "core/base/utf8.h"

#include <stdlib.h>

/* A double holds so many digits, and a power of ten with so many zeros, exactly; then one division
 * rounds as strtod would. */
#define EXACT_DIGITS   15
#define EXACT_DECIMALS 22
#define NUMBER_SIZE    32

struct reading {
    const char *at;
    const char *end; /* of the text: only a number may stand there without anything behind it */
    struct arena *arena;
};

static bool read_value(struct reading *it, struct value *ret);

static void skip_space(struct reading *it)
{
    while (*it->at == ' ' || *it->at == '\n' || *it->at == '\r' || *it->at == '\t') {
        it->at++;
    }
}

/* Whether the next character is `c`; takes it then. */
static bool take(struct reading *it, char c)
{
    skip_space(it);
    bool there = *it->at == c;
    it->at += there;
    return there;
}

/* ---- text ---- */

static unsigned hex_of(char c)
{
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
}

/* Behind the backslash at *from. Returns: behind what it stands for. */
static char *put_escape(char *to, const char **from)
{
    static const char names[] = "bfnrt";
    static const char meanings[] = "\b\f\n\r\t";
    char c = *(*from)++;
    if (c == 'u') {
        const char *hex = *from;
        *from += 4;
        return to + utf8_encode(hex_of(hex[0]) << 12 | hex_of(hex[1]) << 8 | hex_of(hex[2]) << 4 |
                                    hex_of(hex[3]),
                                to);
    }
    const char *name = strchr(names, c);
    *to++ = name != NULL ? meanings[name - names] : c;
    return to;
}

/* The closing quote; *ret_escaped: whether a backslash stands before it. */
static const char *find_quote(const char *at, bool *ret_escaped)
{
    *ret_escaped = false;
    while (*at != '"') {
        if (*at == '\\') {
            *ret_escaped = true;
            at++;
        }
        at++;
    }
    return at;
}

/* At the opening quote. */
static bool read_text(struct reading *it, struct slice *ret)
{
    const char *from = it->at + 1;
    bool escaped = false;
    const char *end = find_quote(from, &escaped);
    it->at = end + 1;
    if (!escaped) {
        *ret = arena_copy(it->arena, slice_of(from, (size_t)(end - from)));
        return ret->data != NULL;
    }
    /* What an escape stands for is shorter than the escape. */
    char *to = arena_alloc(it->arena, (size_t)(end - from) + 1);
    *ret = slice_of(to, 0);
    if (to == NULL) {
        return false;
    }
    while (from < end) {
        if (*from == '\\') {
            from++;
            to = put_escape(to, &from);
        } else {
            *to++ = *from++;
        }
    }
    ret->size = (size_t)(to - ret->data);
    *to = '\0';
    return true;
}

/* ---- numbers ---- */

static double divide(int64_t digits, int decimals)
{
    static const double powers[EXACT_DECIMALS + 1] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return (double)digits / powers[decimals];
}

/* As strtod reads it; the scanner lets at most 18 characters through. */
static double by_library(const char *from, const char *end)
{
    char text[NUMBER_SIZE];
    size_t size = (size_t)(end - from);
    memcpy(text, from, size);
    text[size] = '\0';
    return strtod(text, NULL);
}

static struct value read_number(struct reading *it)
{
    const char *from = it->at;
    bool negative = *it->at == '-';
    int64_t number = 0;
    int digits = 0;
    const char *point = NULL;
    it->at += negative;
    for (; it->at < it->end && ((*it->at >= '0' && *it->at <= '9') || *it->at == '.'); it->at++) {
        if (*it->at == '.') {
            point = it->at;
        } else {
            number = number * 10 + (*it->at - '0');
            digits++;
        }
    }
    if (point == NULL) {
        return value_int(negative ? -number : number);
    }
    if (digits > EXACT_DIGITS) {
        return value_float(by_library(from, it->at));
    }
    double positive = divide(number, (int)(it->at - point) - 1);
    return value_float(negative ? -positive : positive);
}

/* ---- containers ---- */

static bool read_list(struct reading *it, struct value *ret)
{
    *ret = value_list();
    it->at++;
    if (take(it, ']')) {
        return true;
    }
    do {
        struct value item;
        if (!read_value(it, &item) || !value_list_push(it->arena, ret, item)) {
            return false;
        }
    } while (take(it, ','));
    return take(it, ']');
}

static bool read_map(struct reading *it, struct value *ret)
{
    *ret = value_map();
    it->at++;
    if (take(it, '}')) {
        return true;
    }
    do {
        struct slice key;
        struct value item;
        skip_space(it);
        if (ret->map.count == JSON_QUICK_MEMBERS_MAX || !read_text(it, &key) || !take(it, ':') ||
            !read_value(it, &item) || !value_map_set(it->arena, ret, key, item)) {
            return false;
        }
    } while (take(it, ','));
    return take(it, '}');
}

static bool read_value(struct reading *it, struct value *ret)
{
    skip_space(it);
    switch (*it->at) {
    case '{':
        return read_map(it, ret);
    case '[':
        return read_list(it, ret);
    case '"':
        *ret = value_text((struct slice){NULL, 0});
        return read_text(it, &ret->bytes);
    case 't':
        it->at += strlen("true");
        *ret = value_bool(true);
        return true;
    case 'f':
        it->at += strlen("false");
        *ret = value_bool(false);
        return true;
    case 'n':
        it->at += strlen("null");
        *ret = value_null();
        return true;
    default:
        *ret = read_number(it);
        return true;
    }
}

bool json_quick_parse(struct slice text, struct arena *arena, struct value *ret)
{
    struct reading it = {text.data, text.data + text.size, arena};
    struct value value;
    if (!json_scan_is_json(text) || !read_value(&it, &value)) {
        return false;
    }
    *ret = value;
    return true;
}
