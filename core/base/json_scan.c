#include "core/base/json_scan_priv.h"

#include "core/base/limits.h"
#include "core/base/utf8.h"

#include <stdint.h>

/* Digits of a number that surely fits: a double has 15, and 18 fit 64 bits. */
#define NUMBER_LENGTH_MAX 18

struct scan {
    const char *at;
    const char *end;
    uint32_t objects; /* bit n: the container n levels up is an object; bit 0 is the innermost */
    unsigned depth;
};

_Static_assert(LIMIT_JSON_DEPTH <= 32, "one bit for each level");

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t')) {
        scan->at++;
    }
}

static bool take(struct scan *scan, char c)
{
    bool there = scan->at < scan->end && *scan->at == c;
    scan->at += there;
    return there;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind the backslash. Escapes of surrogates come in pairs, and of NUL may not stand in keys:
 * those are jansson's business. */
static bool take_escape(struct scan *scan)
{
    if (scan->at == scan->end) {
        return false;
    }
    char c = *scan->at++;
    if (c != 'u') {
        return c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' || c == 'n' || c == 'r' ||
               c == 't';
    }
    if (scan->end - scan->at < 4 || scan->at[0] == 'd' || scan->at[0] == 'D') {
        return false;
    }
    bool hex =
        is_hex(scan->at[0]) && is_hex(scan->at[1]) && is_hex(scan->at[2]) && is_hex(scan->at[3]);
    bool nul = memcmp(scan->at, "0000", 4) == 0;
    scan->at += 4;
    return hex && !nul;
}

/* Behind the opening quote. */
static bool take_text(struct scan *scan)
{
    while (scan->at < scan->end) {
        unsigned char c = (unsigned char)*scan->at;
        if (c == '"') {
            scan->at++;
            return true;
        }
        if (c == '\\') {
            scan->at++;
            if (!take_escape(scan)) {
                return false;
            }
        } else if (c >= 0x20 && c < 0x80) {
            scan->at++;
        } else {
            size_t length =
                c < 0x20 ? 0
                         : utf8_sequence_length(slice_of(scan->at, (size_t)(scan->end - scan->at)));
            if (length == 0) {
                return false;
            }
            scan->at += length;
        }
    }
    return false;
}

static bool take_digits(struct scan *scan)
{
    const char *from = scan->at;
    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9') {
        scan->at++;
    }
    return scan->at > from;
}

static bool take_number(struct scan *scan)
{
    const char *from = scan->at;
    (void)take(scan, '-');
    bool zero = take(scan, '0');
    if (!zero && !take_digits(scan)) {
        return false;
    }
    if (take(scan, '.') && !take_digits(scan)) {
        return false;
    }
    bool unusual = scan->at < scan->end &&
                   (*scan->at == 'e' || *scan->at == 'E' || (*scan->at >= '0' && *scan->at <= '9'));
    return !unusual && scan->at - from <= NUMBER_LENGTH_MAX;
}

static bool take_word(struct scan *scan, struct slice word)
{
    struct slice rest = slice_of(scan->at, (size_t)(scan->end - scan->at));
    if (!slice_starts_with(rest, word)) {
        return false;
    }
    scan->at += word.size;
    return true;
}

static bool take_scalar(struct scan *scan)
{
    switch (*scan->at) {
    case '"':
        scan->at++;
        return take_text(scan);
    case 't':
        return take_word(scan, SLICE("true"));
    case 'f':
        return take_word(scan, SLICE("false"));
    case 'n':
        return take_word(scan, SLICE("null"));
    default:
        return take_number(scan);
    }
}

/* The key of a member with its colon. */
static bool take_key(struct scan *scan)
{
    skip_space(scan);
    if (!take(scan, '"') || !take_text(scan)) {
        return false;
    }
    skip_space(scan);
    return take(scan, ':');
}

static bool in_object(const struct scan *scan)
{
    return (scan->objects & 1U) != 0;
}

/* Opens a container. Returns: whether it has a first item, through *ret_filled. */
static bool open_container(struct scan *scan, bool object, bool *ret_filled)
{
    if (++scan->depth > LIMIT_JSON_DEPTH) {
        return false;
    }
    scan->at++;
    scan->objects = scan->objects << 1 | (object ? 1U : 0U);
    skip_space(scan);
    *ret_filled = !(scan->at < scan->end && *scan->at == (object ? '}' : ']'));
    return !*ret_filled || !object || take_key(scan);
}

/* Behind a value: closes containers until another value follows or the text is whole. */
static bool close_containers(struct scan *scan, bool *ret_more)
{
    while (scan->depth > 0) {
        skip_space(scan);
        if (take(scan, ',')) {
            *ret_more = true;
            return !in_object(scan) || take_key(scan);
        }
        if (!take(scan, in_object(scan) ? '}' : ']')) {
            return false;
        }
        scan->objects >>= 1;
        scan->depth--;
    }
    *ret_more = false;
    return true;
}

/* One value with everything in it that comes before its first scalar or its end. */
static bool take_value(struct scan *scan)
{
    bool filled = true;
    while (filled) {
        skip_space(scan);
        if (scan->at == scan->end) {
            return false;
        }
        if (*scan->at != '{' && *scan->at != '[') {
            return take_scalar(scan);
        }
        if (!open_container(scan, *scan->at == '{', &filled)) {
            return false;
        }
    }
    return true;
}

bool json_scan_is_json(struct slice text)
{
    struct scan scan = {text.data, text.data + text.size, 0, 0};
    bool more = true;
    if (text.size == 0 || text.size > JSON_SCAN_BYTES_MAX) {
        return false;
    }
    while (more) {
        if (!take_value(&scan) || !close_containers(&scan, &more)) {
            return false;
        }
    }
    skip_space(&scan);
    return scan.at == scan.end;
}
