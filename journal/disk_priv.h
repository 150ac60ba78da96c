/*
 * disk: is there room? A full disk is found before it happens, while deleting is still possible.
 */
#ifndef DAYBOOK_JOURNAL_DISK_PRIV_H
#define DAYBOOK_JOURNAL_DISK_PRIV_H

#include "core/base/error.h"

#include <stdint.h>

/** Bytes that may still be written beside the open file. Errors: ERR_IO. */
MUST_USE enum err disk_free(int fd, uint64_t *ret_bytes, struct error *reterr);

/** Whether at least `bytes` are free. Errors: ERR_DISK_FULL, ERR_IO. */
MUST_USE enum err disk_check(int fd, uint64_t bytes, struct error *reterr);

#endif
