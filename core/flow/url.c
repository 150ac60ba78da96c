#include "core/flow/url.h"

#include "core/base/utf8.h"

#include <stdint.h>

/* Names in a form that are looked through for an earlier one of the same spelling; past that each
 * pair stands for itself, because searching would take the square of their number. */
#define FORM_NAMES_SEARCHED 1000

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static void put_escape(struct buf *out, char byte)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char b = (unsigned char)byte;
    const char escape[3] = {'%', digits[b >> 4], digits[b & 15]};
    buf_put(out, escape, sizeof escape);
}

void url_put_encoded(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (is_alphanumeric(c) || (c != '\0' && strchr("-._~", c) != NULL)) {
            buf_put_char(out, c);
        } else {
            put_escape(out, c);
        }
    }
}

/* The part of a URL behind "http://" or "https://"; data NULL when it begins otherwise. */
static struct slice behind_scheme(struct slice url)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < 2; i++) {
        struct slice scheme = slice_of_text(schemes[i]);
        if (url.size >= scheme.size &&
            slice_equal_nocase(slice_of(url.data, scheme.size), scheme)) {
            return slice_from(url, scheme.size);
        }
    }
    return (struct slice){NULL, 0};
}

/* How many bytes of `text` come before the first of `stops`. */
static size_t before_any(struct slice text, const char *stops)
{
    size_t size = 0;
    while (size < text.size &&
           (text.data[size] == '\0' || strchr(stops, text.data[size]) == NULL)) {
        size++;
    }
    return size;
}

enum err url_put_clean(struct buf *out, struct slice text, struct error *reterr)
{
    struct slice url = slice_trim(text);
    url.size = before_any(url, "#");
    struct slice rest = behind_scheme(url);
    if (rest.data == NULL || before_any(rest, "/?") == 0) {
        return error_set(reterr, ERR_INVALID,
                         "it is not a URL such as https://ledger.example/entries");
    }
    for (size_t i = 0; i < url.size; i++) {
        unsigned char c = (unsigned char)url.data[i];
        if (c < 0x20 || c == 0x7f) {
            return error_set(reterr, ERR_INVALID, "it has a control character at byte %zu", i + 1);
        }
        if (c > 0x7f || strchr(" \"<>\\^`{|}", c) != NULL) {
            put_escape(out, url.data[i]);
        } else {
            buf_put_char(out, url.data[i]);
        }
    }
    return ERR_OK;
}

struct slice url_shown(struct slice url, struct arena *arena)
{
    struct slice rest = behind_scheme(url);
    if (rest.data == NULL) {
        return SLICE("(no URL)");
    }
    size_t scheme = (size_t)(rest.data - url.data);
    rest.size = before_any(rest, "?#");
    size_t authority = before_any(rest, "/");
    size_t host = 0;
    for (size_t i = 0; i < authority; i++) {
        host = rest.data[i] == '@' ? i + 1 : host;
    }
    struct slice shown = slice_from(rest, host);
    return arena_format(arena, "%.*s%.*s", (int)scheme, url.data, SLICE_ARGS(shown));
}

/* ---- forms ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Decodes in place of a copy: the result is never longer. */
static bool decode(struct slice text, struct arena *arena, struct slice *ret)
{
    char *out = arena_text(arena, text);
    if (out == NULL) {
        return false;
    }
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        int high = c == '%' && i + 2 < text.size ? hex_digit(text.data[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text.data[i + 2]) : -1;
        if (low >= 0) {
            c = (char)(high * 16 + low);
            i += 2;
        }
        out[size++] = (char)(c == '+' && text.data[i] == '+' ? ' ' : c);
    }
    *ret = utf8_repair(slice_of(out, size), arena);
    return ret->data != NULL;
}

static bool add_pair(struct slice name, struct slice text, struct arena *arena, struct value *map)
{
    struct value *earlier = map->map.count <= FORM_NAMES_SEARCHED ? value_get(map, name) : NULL;
    if (earlier == NULL) {
        return value_map_put(arena, map, name, value_text(text));
    }
    if (earlier->type != VALUE_LIST) {
        struct value list = value_list();
        if (!value_list_push(arena, &list, *earlier)) {
            return false;
        }
        *earlier = list;
    }
    return value_list_push(arena, earlier, value_text(text));
}

bool url_form_decode(struct slice form, struct arena *arena, struct value *map)
{
    while (form.size > 0) {
        struct slice pair = slice_of(form.data, before_any(form, "&"));
        form = slice_from(form, pair.size + 1);
        if (pair.size == 0) {
            continue;
        }
        size_t name_size = before_any(pair, "=");
        struct slice name = {NULL, 0};
        struct slice text = {NULL, 0};
        if (!decode(slice_of(pair.data, name_size), arena, &name) ||
            !decode(slice_from(pair, name_size + 1), arena, &text) ||
            !add_pair(name, text, arena, map)) {
            return false;
        }
    }
    return true;
}
