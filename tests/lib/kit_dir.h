/*
 * kit_dir: folders and files of a test: a fresh folder of its own, read, written, removed whole.
 *
 * Folders are made under $DAYBOOK_TEST_DIR, else $TMPDIR, else /tmp. A test that fails keeps its
 * folder, so that what happened can be looked at.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_DIR_H
#define DAYBOOK_TESTS_LIB_KIT_DIR_H

#include "core/base/buf.h"
#include "core/base/error.h"

#define KIT_PATH_SIZE 512

/** Makes a new empty folder, readable by its owner only. Errors: ERR_IO. */
MUST_USE enum err kit_dir_create(char ret_path[KIT_PATH_SIZE], struct error *reterr);

/** Removes a folder with all it holds; a missing one is no error. Errors: ERR_IO. */
MUST_USE enum err kit_dir_remove(const char *path, struct error *reterr);

/** Appends a file's bytes to `ret`. Errors: ERR_NOT_FOUND, ERR_IO, ERR_LIMIT (of `ret`). */
MUST_USE enum err kit_dir_read(const char *path, struct buf *ret, struct error *reterr);

/** Writes a whole file, replacing an earlier one. Errors: ERR_IO. */
MUST_USE enum err kit_dir_write(const char *path, struct slice bytes, struct error *reterr);

#endif
