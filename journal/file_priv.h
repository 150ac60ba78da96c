/*
 * file: small whole files and directories, durably.
 *
 * A file is replaced as temporary file + sync + rename + sync of its directory: after a crash the
 * old or the new one is there, never a mixture.
 */
#ifndef DAYBOOK_JOURNAL_FILE_PRIV_H
#define DAYBOOK_JOURNAL_FILE_PRIV_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdbool.h>

/* Longest path we make, with its zero. */
#define FILE_PATH_SIZE 4096

/** "directory/name". Errors: ERR_INVALID (too long). */
MUST_USE enum err file_path(char ret_path[FILE_PATH_SIZE],
                            const char *directory,
                            const char *name,
                            struct error *reterr);

/** Whether something has that name. */
bool file_exists(const char *path);

/**
 * Reads the whole file into `ret`, up to its maximum. Errors: ERR_NOT_FOUND, ERR_LIMIT (longer),
 * ERR_DENIED, ERR_IO.
 */
MUST_USE enum err file_read(const char *path, struct buf *ret, struct error *reterr);

/** Makes a new file (mode 0600) and syncs it and its directory. Errors: ERR_EXISTS, ERR_IO ... */
MUST_USE enum err file_create(const char *path, struct slice bytes, struct error *reterr);

/** Replaces a file or makes it (mode 0600). Errors: ERR_DISK_FULL, ERR_DENIED, ERR_IO. */
MUST_USE enum err file_replace(const char *path, struct slice bytes, struct error *reterr);

/** Makes a directory (mode 0700) unless it is there. Errors: ERR_DENIED, ERR_IO. */
MUST_USE enum err file_make_directory(const char *path, struct error *reterr);

/** Syncs a directory, so that names made in it last. Errors: ERR_IO. */
MUST_USE enum err file_sync_directory(const char *path, struct error *reterr);

/** Syncs the directory that `path` lies in. Errors: ERR_IO. */
MUST_USE enum err file_sync_parent(const char *path, struct error *reterr);

/** The error code of an errno value. */
enum err file_error_code(int sys);

#endif
