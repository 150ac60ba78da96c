/*
 * alone: the engine without a server, for commands that write when nobody serves the directory.
 *
 *     alone_open    takes the lock, opens journal and views (which may be built anew first)
 *     alone_run     one command, durable when it returns
 *     alone_close   closes cleanly and lets the lock go
 *
 * Thread: one; runs its own loop.
 */
#ifndef DAYBOOK_TOOLS_ALONE_H
#define DAYBOOK_TOOLS_ALONE_H

#include "api/data_lock.h"
#include "api/engine/engine.h"
#include "tools/data.h"
#include "tools/progress.h"

struct alone {
    uv_loop_t loop;
    bool has_loop;
    struct data_lock lock;
    struct settings settings;
    struct engine *engine;
    struct progress progress;
};

/** Opens; never makes a directory or a journal. Close in every case. Errors: ERR_BUSY (it is
 * served), those of data_check and engine_create. */
MUST_USE enum err
alone_open(const struct options *options, struct alone *ret, struct error *reterr);

/** Runs a command whose execute, arena and input are filled in, as the operator. Errors: the
 * command's own; ERR_INVALID with its problems. */
MUST_USE enum err alone_run(struct alone *alone, struct command *command, struct error *reterr);

/** Closes; takes one that was not opened to its end too. */
void alone_close(struct alone *alone);

#endif
