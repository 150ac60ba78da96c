/*
 * setting_options: the settings as options of a subcommand, made from their one list: name, what it
 * does, default and range.
 */
#ifndef DAYBOOK_TOOLS_SETTING_OPTIONS_H
#define DAYBOOK_TOOLS_SETTING_OPTIONS_H

#include "tools/options.h"

/** Adds an option for each setting behind the `count` that are in `table` (of OPTIONS_MAX). Texts
 * are static. Returns: how many there are now. */
size_t setting_options_add(struct option *table, size_t count);

/** The setting that an option of this name is the flag of: "sync-wait-seconds" is that of
 * "sync_wait_seconds". Returns: NULL when there is none. */
const char *setting_options_name(const char *flag);

#endif
