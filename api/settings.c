/*
 * The table of settings, and values from text to their place in the struct and back.
 */
#include "api/settings_priv.h"
#include "core/base/check.h"
#include "core/base/nearest.h"
#include "core/base/quoted.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* All texts of one struct settings, also those that were set again. */
#define MEMORY_BYTES (256 * KIB)

static const struct setting_info rows[] = {
#define SETTING_TEXT(name, preset, text)                                                           \
    {#name, preset, "text", text, false, SETTING_KIND_TEXT, offsetof(struct settings, name), 0, 0},
#define SETTING_NUMBER(name, preset, least, most, text)                                            \
    {#name,                                                                                        \
     #preset,                                                                                      \
     #least "-" #most,                                                                             \
     text,                                                                                         \
     false,                                                                                        \
     SETTING_KIND_NUMBER,                                                                          \
     offsetof(struct settings, name),                                                              \
     least,                                                                                        \
     most},
#define SETTING_SWITCH(name, preset, text)                                                         \
    {#name,                                                                                        \
     #preset,                                                                                      \
     "true or false",                                                                              \
     text,                                                                                         \
     true,                                                                                         \
     SETTING_KIND_SWITCH,                                                                          \
     offsetof(struct settings, name),                                                              \
     0,                                                                                            \
     0},
#define SETTING_CHOICE(name, preset, choices, text)                                                \
    {#name, preset, choices, text, false, SETTING_KIND_CHOICE, offsetof(struct settings, name),    \
     0,     0},
#include "api/settings.def"
#undef SETTING_TEXT
#undef SETTING_NUMBER
#undef SETTING_SWITCH
#undef SETTING_CHOICE
};

_Static_assert(ARRAY_COUNT(rows) == SETTINGS_COUNT, "one row for each setting");

void settings_init(struct settings *settings)
{
    *settings = (struct settings){
#define SETTING_TEXT(name, preset, text)                .name = (preset),
#define SETTING_NUMBER(name, preset, least, most, text) .name = (preset),
#define SETTING_SWITCH(name, preset, text)              .name = (preset),
#define SETTING_CHOICE(name, preset, choices, text)     .name = (preset),
#include "api/settings.def"
#undef SETTING_TEXT
#undef SETTING_NUMBER
#undef SETTING_SWITCH
#undef SETTING_CHOICE
    };
    arena_init(&settings->arena, MEMORY_BYTES);
}

void settings_deinit(struct settings *settings)
{
    arena_deinit(&settings->arena);
}

size_t settings_list(const struct setting_info **ret)
{
    *ret = rows;
    return SETTINGS_COUNT;
}

/* ---- names ---- */

static char spelled_char(char c, enum setting_source source)
{
    if (source == SETTING_FLAG) {
        return c == '_' ? '-' : c;
    }
    bool small = c >= 'a' && c <= 'z';
    return source == SETTING_ENVIRONMENT && small ? (char)(c - 'a' + 'A') : c;
}

void settings_spell(struct slice name, enum setting_source source, char ret[SETTINGS_SPELLED_SIZE])
{
    const char *prefix = source == SETTING_FLAG          ? "--"
                         : source == SETTING_ENVIRONMENT ? "DAYBOOK_"
                                                         : "";
    struct quoted shown = quoted(name); /* somebody's text may be anything */
    int size = snprintf(ret, SETTINGS_SPELLED_SIZE, "%s%s", prefix, shown.text);
    ASSERT(size >= 0 && size < SETTINGS_SPELLED_SIZE);
    for (size_t i = strlen(prefix); i < (size_t)size; i++) {
        ret[i] = spelled_char(ret[i], source);
    }
}

size_t settings_find(struct slice name)
{
    size_t index = 0;
    while (index < SETTINGS_COUNT && !slice_is(name, rows[index].name)) {
        index++;
    }
    return index;
}

enum err settings_unknown(struct slice name, enum setting_source source, struct error *reterr)
{
    char unknown[SETTINGS_SPELLED_SIZE];
    char known[SETTINGS_SPELLED_SIZE];
    size_t nearest = 0;
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < SETTINGS_COUNT; i++) {
        size_t distance = nearest_distance(name, slice_of_text(rows[i].name));
        if (distance < least) {
            least = distance;
            nearest = i;
        }
    }
    bool is_variable = source == SETTING_ENVIRONMENT; /* its case is kept: that may be the fault */
    settings_spell(name, is_variable ? SETTING_FILE : source, unknown);
    settings_spell(slice_of_text(rows[nearest].name), source, known);
    return error_set(reterr, ERR_NOT_FOUND, "%s%s: there is no such setting; the nearest is %s",
                     is_variable ? "DAYBOOK_" : "", unknown, known);
}

/* ---- values from text ---- */

/* A value before it is kept. */
struct parsed {
    const char *text;
    int64_t number;
    bool on;
};

static bool parse_text(struct settings *settings, struct slice text, struct parsed *ret)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c == 0x7f) {
            return false;
        }
    }
    ret->text = text.size <= SETTINGS_TEXT_BYTES_MAX ? arena_text(&settings->arena, text) : NULL;
    return text.size <= SETTINGS_TEXT_BYTES_MAX;
}

static bool parse_number(const struct setting_info *row, struct slice text, struct parsed *ret)
{
    char digits[24];
    if (text.size == 0 || text.size >= sizeof digits) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    memcpy(digits, text.data, text.size);
    digits[text.size] = '\0';
    errno = 0;
    ret->number = strtoll(digits, NULL, 10);
    return errno == 0 && ret->number >= row->least && ret->number <= row->most;
}

static bool parse_switch(struct slice text, struct parsed *ret)
{
    ret->on = slice_is(text, "true");
    return ret->on || slice_is(text, "false");
}

/* `choices` is "text|json". */
static bool
parse_choice(struct settings *settings, const char *choices, struct slice text, struct parsed *ret)
{
    struct slice rest = slice_of_text(choices);
    while (rest.size > 0) {
        size_t bar = slice_find(rest, SLICE("|"));
        struct slice choice = slice_of(rest.data, bar < rest.size ? bar : rest.size);
        if (slice_equal(text, choice)) {
            ret->text = arena_text(&settings->arena, text);
            return true;
        }
        rest = slice_from(rest, choice.size + 1);
    }
    return false;
}

static bool parse(struct settings *settings,
                  const struct setting_info *row,
                  struct slice text,
                  struct parsed *ret)
{
    switch (row->kind) {
    case SETTING_KIND_TEXT:
        return parse_text(settings, text, ret);
    case SETTING_KIND_NUMBER:
        return parse_number(row, text, ret);
    case SETTING_KIND_SWITCH:
        return parse_switch(text, ret);
    case SETTING_KIND_CHOICE:
        return parse_choice(settings, row->range, text, ret);
    }
    UNREACHABLE("a kind of setting");
}

static enum err refuse(const struct setting_info *row,
                       struct slice text,
                       enum setting_source source,
                       struct error *reterr)
{
    char wanted[128];
    char name[SETTINGS_SPELLED_SIZE];
    settings_spell(slice_of_text(row->name), source, name);
    switch (row->kind) {
    case SETTING_KIND_TEXT:
        (void)snprintf(wanted, sizeof wanted, "one line of at most %d bytes",
                       SETTINGS_TEXT_BYTES_MAX);
        break;
    case SETTING_KIND_NUMBER:
        (void)snprintf(wanted, sizeof wanted, "a whole number from %" PRId64 " to %" PRId64,
                       row->least, row->most);
        break;
    case SETTING_KIND_SWITCH:
        (void)snprintf(wanted, sizeof wanted, "%s", row->range);
        break;
    case SETTING_KIND_CHOICE:
        (void)snprintf(wanted, sizeof wanted, "one of %s", row->range);
        break;
    }
    return error_set(reterr, ERR_INVALID, "%s: %s is wanted; \"%s\" was given", name, wanted,
                     quoted(text).text);
}

/* ---- the place of a value ---- */

static void keep(struct settings *settings, size_t index, const struct parsed *parsed)
{
    const struct setting_info *row = &rows[index];
    void *place = (char *)settings + row->offset;
    switch (row->kind) {
    case SETTING_KIND_TEXT:
    case SETTING_KIND_CHOICE:
        *(const char **)place = parsed->text;
        break;
    case SETTING_KIND_NUMBER:
        *(int64_t *)place = parsed->number;
        break;
    case SETTING_KIND_SWITCH:
        *(bool *)place = parsed->on;
        break;
    }
}

enum err settings_assign(struct settings *settings,
                         size_t index,
                         struct slice text,
                         enum setting_source source,
                         struct error *reterr)
{
    struct parsed parsed = {0};
    ASSERT(index < SETTINGS_COUNT);
    if (!parse(settings, &rows[index], text, &parsed)) {
        return refuse(&rows[index], text, source, reterr);
    }
    if (arena_exhausted(&settings->arena)) {
        return arena_error(&settings->arena, "a set of settings", reterr);
    }
    if (source >= settings->sources[index]) {
        keep(settings, index, &parsed);
        settings->sources[index] = source;
    }
    return ERR_OK;
}

enum err settings_set(struct settings *settings,
                      const char *name,
                      const char *text,
                      enum setting_source source,
                      struct error *reterr)
{
    size_t index = settings_find(slice_of_text(name));
    if (index == SETTINGS_COUNT) {
        return settings_unknown(slice_of_text(name), source, reterr);
    }
    return settings_assign(settings, index, slice_of_text(text), source, reterr);
}

const char *settings_get(const struct settings *settings,
                         size_t index,
                         struct arena *arena,
                         enum setting_source *ret_source)
{
    ASSERT(index < SETTINGS_COUNT);
    const struct setting_info *row = &rows[index];
    const void *place = (const char *)settings + row->offset;
    *ret_source = settings->sources[index];
    switch (row->kind) {
    case SETTING_KIND_TEXT:
    case SETTING_KIND_CHOICE:
        return *(const char *const *)place;
    case SETTING_KIND_NUMBER:
        return arena_format(arena, "%" PRId64, *(const int64_t *)place).data;
    case SETTING_KIND_SWITCH:
        return *(const bool *)place ? "true" : "false";
    }
    UNREACHABLE("a kind of setting");
}
