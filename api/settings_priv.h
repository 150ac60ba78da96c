/*
 * settings_priv: what the readers of settings share: a name and a value as they stand in their
 * source, and that source's way to write a name.
 */
#ifndef DAYBOOK_API_SETTINGS_PRIV_H
#define DAYBOOK_API_SETTINGS_PRIV_H

#include "api/settings.h"

/* Longest name as a source spells it ("DAYBOOK_SYNC_WAIT_SECONDS") with its zero. */
#define SETTINGS_SPELLED_SIZE 128

/** Writes `name` as `source` does: "sync_wait_seconds", "DAYBOOK_SYNC_WAIT_SECONDS",
 * "--sync-wait-seconds". One that does not fit is cut. */
void settings_spell(struct slice name, enum setting_source source, char ret[SETTINGS_SPELLED_SIZE]);

/** The index of a setting by its name. Returns: SETTINGS_COUNT when there is none. */
size_t settings_find(struct slice name);

/** The error of an unknown name, with the nearest. */
MUST_USE enum err
settings_unknown(struct slice name, enum setting_source source, struct error *reterr);

/** As settings_set for the setting at `index` and any bytes. */
MUST_USE enum err settings_assign(struct settings *settings,
                                  size_t index,
                                  struct slice text,
                                  enum setting_source source,
                                  struct error *reterr);

/** Takes the variables of one environment: "NAME=value" each, NULL behind the last. */
MUST_USE enum err settings_take_environment(struct settings *settings,
                                            char *const *environment,
                                            struct error *reterr);

/** Takes the text of a file; `path` is for messages. */
MUST_USE enum err settings_take_file(struct settings *settings,
                                     const char *path,
                                     struct slice text,
                                     struct error *reterr);

#endif
