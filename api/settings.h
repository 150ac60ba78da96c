/*
 * settings: everything an operator may set, with its name, default and range.
 *
 * One list (settings.def) makes the struct, the flags, the environment variables (DAYBOOK_<NAME>),
 * the keys of DATA/daybook.yml, the output of `daybook config` and the table of the README. Flags
 * win over the environment, the environment over the file, the file over the default.
 */
#ifndef DAYBOOK_API_SETTINGS_H
#define DAYBOOK_API_SETTINGS_H

#include "core/base/arena.h"
#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a value came from. */
enum setting_source { SETTING_DEFAULT, SETTING_FILE, SETTING_ENVIRONMENT, SETTING_FLAG };

struct settings {
#define SETTING_TEXT(name, preset, text)                const char *name;
#define SETTING_NUMBER(name, preset, least, most, text) int64_t name;
#define SETTING_SWITCH(name, preset, text)              bool name;
#define SETTING_CHOICE(name, preset, choices, text)     const char *name;
#include "api/settings.def"
#undef SETTING_TEXT
#undef SETTING_NUMBER
#undef SETTING_SWITCH
#undef SETTING_CHOICE
    struct arena arena; /* texts */
};

/* One setting as a table row, for flags, help and `daybook config`. */
struct setting_info {
    const char *name; /* "sync_wait_seconds" */
    const char *preset;
    const char *range;  /* "1-120", "text", "true or false", "text|json" */
    const char *text;   /* what it does, one sentence */
    bool is_switch;     /* its flag takes no value */
    bool is_overridden; /* private */
};

/** All settings in force at their defaults. */
void settings_init(struct settings *settings);

void settings_deinit(struct settings *settings);

/** The rows of the table. Returns: their number. */
size_t settings_list(const struct setting_info **ret);

/** Sets one by name from text. Errors: ERR_NOT_FOUND naming the nearest name, ERR_INVALID naming
 * the range and what was given. A source of lower rank than the one in force changes nothing. */
MUST_USE enum err settings_set(struct settings *settings,
                               const char *name,
                               const char *text,
                               enum setting_source source,
                               struct error *reterr);

/** The value in force as text, and where it came from. */
const char *settings_get(const struct settings *settings,
                         size_t index,
                         struct arena *arena,
                         enum setting_source *ret_source);

/** Reads DATA/daybook.yml if there is one. Errors: ERR_INVALID naming file, line and what would be
 * right. */
MUST_USE enum err
settings_read_file(struct settings *settings, const char *path, struct error *reterr);

/** Reads DAYBOOK_* from the environment; unknown names are errors that name the nearest one. */
MUST_USE enum err settings_read_environment(struct settings *settings, struct error *reterr);

#endif
