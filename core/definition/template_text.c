/*
 * One part at a time, left to right; nothing is copied.
 */
#include "core/definition/template_text.h"

#include "core/definition/reference_path.h"

#include <stdint.h>

#define OPEN_SIZE 3 /* of {{# and {{$ */

static bool is_open(struct slice text)
{
    return slice_starts_with(text, SLICE("{{#")) || slice_starts_with(text, SLICE("{{$"));
}

/* Where the next {{# or {{$ from `at` on stands, or the end of the text. */
static size_t find_open(struct slice text, size_t at)
{
    while (at < text.size) {
        size_t found = slice_find(slice_from(text, at), SLICE("{{"));
        if (found == SIZE_MAX) {
            return text.size;
        }
        at += found;
        if (is_open(slice_from(text, at))) {
            return at;
        }
        at++;
    }
    return text.size;
}

/* The part between {{# or {{$ at `at` and its }}. Returns: false when it is not closed. */
static bool take_part(struct slice text, size_t at, struct template_part *ret, size_t *ret_end)
{
    struct slice inside = slice_from(text, at + OPEN_SIZE);
    size_t size = slice_find(inside, SLICE("}}"));
    if (size == SIZE_MAX) {
        return false;
    }
    ret->type = text.data[at + 2] == '#' ? TEMPLATE_CONFIG_VAR : TEMPLATE_REFERENCE;
    ret->text = slice_trim(slice_of(inside.data, size));
    *ret_end = at + OPEN_SIZE + size + 2;
    return true;
}

bool template_text_next(struct template_text *template, struct template_part *ret_part)
{
    struct slice text = template->text;
    size_t at = template->at;
    if (at >= text.size) {
        return false;
    }
    size_t open = find_open(text, at);
    struct template_part part = {TEMPLATE_LITERAL, slice_of(text.data + at, open - at)};
    size_t end = open;
    if (open == at && !take_part(text, at, &part, &end)) {
        part.text = slice_from(text, at);
        end = text.size;
    }
    template->at = end;
    *ret_part = part;
    return true;
}

static enum err check_part(const struct template_part *part, size_t at, struct error *reterr)
{
    if (part->text.size == 0) {
        return error_set(reterr, ERR_INVALID, "between {{ and }} at byte %zu stands no %s", at + 1,
                         part->type == TEMPLATE_CONFIG_VAR ? "config variable's key" : "reference");
    }
    if (part->type == TEMPLATE_REFERENCE) {
        enum err e = reference_path_check(part->text, reterr);
        if (e != ERR_OK) {
            return error_wrap(reterr, e, "in {{ }} at byte %zu", at + 1);
        }
    }
    return ERR_OK;
}

enum err template_text_check(struct slice text, struct error *reterr)
{
    for (size_t at = find_open(text, 0); at < text.size; at = find_open(text, at)) {
        struct template_part part = {TEMPLATE_LITERAL, {NULL, 0}};
        size_t end = 0;
        if (!take_part(text, at, &part, &end)) {
            return error_set(reterr, ERR_INVALID, "{{%c at byte %zu has no }} behind it",
                             text.data[at + 2], at + 1);
        }
        enum err e = check_part(&part, at, reterr);
        if (e != ERR_OK) {
            return e;
        }
        at = end;
    }
    return ERR_OK;
}
