/*
 * served: asking the server of a data directory, from the command line.
 */
#ifndef DAYBOOK_TOOLS_SERVED_H
#define DAYBOOK_TOOLS_SERVED_H

#include "api/control_client.h"
#include "tools/options.h"

/**
 * Asks over DATA/daybook.sock. The answer's value lives in `arena`. Returns: ERR_OK, ERR_NOT_FOUND
 * when nobody listens there (then a command may do its work alone); with *ret_asked set, any error
 * is the server's own.
 */
MUST_USE enum err served_ask(const char *dir,
                             const char *method,
                             const char *path,
                             struct slice body,
                             struct arena *arena,
                             struct value *ret,
                             bool *ret_asked,
                             struct error *reterr);

/** The error of a directory that is locked though nobody listens on its socket: it starts, or its
 * path is too long for one. Errors: ERR_BUSY, always. */
MUST_USE enum err served_unreachable(const char *dir, int pid, struct error *reterr);

#endif
