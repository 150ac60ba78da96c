/*
 * small_file: a file that fits in memory, read at once: what the kernel tells under /proc, a token,
 * a corpus.
 */
#ifndef DAYBOOK_BENCH_SMALL_FILE_H
#define DAYBOOK_BENCH_SMALL_FILE_H

#include "core/base/buf.h"

/** Appends the file. Errors: ERR_NOT_FOUND, ERR_IO; ERR_LIMIT over the buffer's maximum. */
MUST_USE enum err small_file_read(const char *path, struct buf *ret, struct error *reterr);

#endif
