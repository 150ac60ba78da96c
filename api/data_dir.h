/*
 * data_dir: makes names in and around the data directory last. A file that is synced is still lost
 * in a power failure when the name it was given is not.
 */
#ifndef DAYBOOK_API_DATA_DIR_H
#define DAYBOOK_API_DATA_DIR_H

#include "core/base/error.h"

/** Makes the directory (0700) unless it is there, and its name last. Errors: ERR_IO. */
MUST_USE enum err data_dir_make(const char *path, struct error *reterr);

/** Syncs a directory. Errors: ERR_IO. */
MUST_USE enum err data_dir_sync(const char *path, struct error *reterr);

#endif
