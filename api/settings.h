/*
 * settings: everything an operator may set, with its name, default and range.
 *
 * One list (settings.def) makes the struct, the flags, the environment variables (DAYBOOK_<NAME>),
 * the keys of DATA/daybook.yml, the output of `daybook config` and the table of the README. Flags
 * win over the environment, the environment over the file, the file over the default, in whatever
 * order they are read. Also what does not win must be right: a wrong value in the file refuses,
 * whether or not a flag covers it.
 *
 * The file is one YAML map of names to single values:
 *
 *     listen: 0.0.0.0:7700
 *     sync_wait_seconds: 60
 *
 * Lists, maps, anchors, aliases and tags are refused, and so is a name that stands twice.
 *
 * Of the environment every variable whose name begins with DAYBOOK_ must be a setting, so that a
 * misspelled one is not overlooked, save these:
 *
 *     DAYBOOK_FAILPOINT                           what failpoint_arm takes (core/base/failpoint.h)
 *     DAYBOOK_BINARY, DAYBOOK_TEST_...            for our tests, which hand them on to the server
 *     ..._SERVICE_HOST, ..._SERVICE_PORT[_...]    what Kubernetes sets in every container near a
 *     ..._PORT_<digit>..., ..._PORT=<scheme>://   service whose name begins with "daybook"
 *
 * Thread: one at a time; once filled, it may be read from any.
 */
#ifndef DAYBOOK_API_SETTINGS_H
#define DAYBOOK_API_SETTINGS_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* DATA/daybook.yml. */
#define SETTINGS_FILE_BYTES_MAX (64 * KIB)

/* The value of a setting that is text: the longest path there is. */
#define SETTINGS_TEXT_BYTES_MAX 4095

/* Where a value came from; a later one wins. */
enum setting_source { SETTING_DEFAULT, SETTING_FILE, SETTING_ENVIRONMENT, SETTING_FLAG };

/* How many settings there are. */
enum {
    SETTINGS_COUNT = 0
#define SETTING_TEXT(name, preset, text)                +1
#define SETTING_NUMBER(name, preset, least, most, text) +1
#define SETTING_SWITCH(name, preset, text)              +1
#define SETTING_CHOICE(name, preset, choices, text)     +1
#include "api/settings.def"
#undef SETTING_TEXT
#undef SETTING_NUMBER
#undef SETTING_SWITCH
#undef SETTING_CHOICE
};

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
    enum setting_source sources[SETTINGS_COUNT];
    struct arena arena; /* texts */
};

enum setting_kind {
    SETTING_KIND_TEXT,
    SETTING_KIND_NUMBER,
    SETTING_KIND_SWITCH,
    SETTING_KIND_CHOICE
};

/* One setting as a table row, for flags, help and `daybook config`. */
struct setting_info {
    const char *name; /* "sync_wait_seconds" */
    const char *preset;
    const char *range; /* "1-120", "text", "true or false", "text|json" */
    const char *text;  /* what it does, one sentence */
    bool is_switch;    /* its flag takes no value */
    /* private: where and how it is kept */
    enum setting_kind kind;
    size_t offset;
    int64_t least;
    int64_t most;
};

/** All settings in force at their defaults. */
void settings_init(struct settings *settings);

/** Frees the texts. Takes zeroed settings too. */
void settings_deinit(struct settings *settings);

/** The rows of the table, static. Returns: their number, SETTINGS_COUNT. */
size_t settings_list(const struct setting_info **ret);

/**
 * Sets one by name ("sync_wait_seconds") from text. A source of lower rank than the one in force
 * changes nothing. Errors, naming the setting as its source spells it ("--sync-wait-seconds"):
 * ERR_NOT_FOUND with the nearest name, ERR_INVALID with the range and what was given.
 */
MUST_USE enum err settings_set(struct settings *settings,
                               const char *name,
                               const char *text,
                               enum setting_source source,
                               struct error *reterr);

/** The value in force as text, and where it came from. Lives in `arena` or as long as `settings`.
 * Returns: NULL when the arena is exhausted. */
const char *settings_get(const struct settings *settings,
                         size_t index,
                         struct arena *arena,
                         enum setting_source *ret_source);

/**
 * Reads DATA/daybook.yml if there is one. Errors: ERR_INVALID, ERR_NOT_FOUND (unknown name), naming
 * file, line and what would be right; ERR_LIMIT; ERR_IO.
 */
MUST_USE enum err
settings_read_file(struct settings *settings, const char *path, struct error *reterr);

/** Reads DAYBOOK_* from the environment. Errors: ERR_NOT_FOUND, naming an unknown variable and the
 * nearest; ERR_INVALID. */
MUST_USE enum err settings_read_environment(struct settings *settings, struct error *reterr);

#endif
