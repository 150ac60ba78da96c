/*
 * One segment at a time, left to right; nothing is copied.
 */
#include "core/definition/reference_path.h"

#include <stdint.h>

enum step_result { STEP_TAKEN, STEP_END, STEP_MALFORMED };

static bool is_name_byte(char c)
{
    return (unsigned char)c >= 0x20 && c != 0x7f && c != '.' && c != '[' && c != ']';
}

static bool all_digits(struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    return text.size > 0;
}

/* What stands between the brackets at `from`. */
static enum step_result
take_bracket(struct slice text, size_t from, struct slice *ret, size_t *ret_end)
{
    struct slice rest = slice_from(text, from + 1);
    char quote = rest.size > 0 ? rest.data[0] : '\0';
    if (quote != '"' && quote != '\'') {
        size_t end = slice_find(rest, SLICE("]"));
        *ret = end == SIZE_MAX ? (struct slice){NULL, 0} : slice_of(rest.data, end);
        *ret_end = from + 1 + ret->size + 1;
        return all_digits(*ret) ? STEP_TAKEN : STEP_MALFORMED;
    }
    const char close[] = {quote, ']'};
    size_t size = slice_find(slice_from(rest, 1), slice_of(close, sizeof close));
    if (size == SIZE_MAX) {
        return STEP_MALFORMED;
    }
    *ret = slice_of(rest.data + 1, size);
    *ret_end = from + 1 + 1 + size + sizeof close;
    return STEP_TAKEN;
}

static enum step_result take(const struct reference_path *path, struct slice *ret, size_t *ret_end)
{
    struct slice text = path->text;
    size_t at = path->at;
    if (at >= text.size) {
        return at == 0 ? STEP_MALFORMED : STEP_END;
    }
    if (at > 0 && text.data[at] == '.') {
        at++;
    } else if (at > 0 && text.data[at] != '[') {
        return STEP_MALFORMED;
    }
    if (at > 0 && at < text.size && text.data[at] == '[') {
        return take_bracket(text, at, ret, ret_end);
    }
    size_t end = at;
    while (end < text.size && is_name_byte(text.data[end])) {
        end++;
    }
    *ret = slice_of(text.data + at, end - at);
    *ret_end = end;
    return end > at ? STEP_TAKEN : STEP_MALFORMED;
}

bool reference_path_next(struct reference_path *path, struct slice *ret_segment)
{
    struct slice segment = {NULL, 0};
    size_t end = 0;
    if (take(path, &segment, &end) != STEP_TAKEN) {
        return false;
    }
    path->at = end;
    *ret_segment = segment;
    return true;
}

enum err reference_path_check(struct slice text, struct error *reterr)
{
    struct reference_path path = reference_path(text);
    struct slice segment = {NULL, 0};
    size_t end = 0;
    for (size_t count = 0; count <= REFERENCE_PATH_SEGMENTS_MAX; count++) {
        switch (take(&path, &segment, &end)) {
        case STEP_END:
            return ERR_OK;
        case STEP_MALFORMED:
            return error_set(reterr, ERR_INVALID,
                             "a reference is written like fetchParcel.results.items[0].name or "
                             "with [\"any key\"]; this one goes wrong at byte %zu",
                             path.at + 1);
        case STEP_TAKEN:
            path.at = end;
            break;
        }
    }
    return error_set(reterr, ERR_INVALID, "a reference has at most %d segments",
                     REFERENCE_PATH_SEGMENTS_MAX);
}
