/*
 * tool_token, its parts: one file for each of create, list and revoke.
 */
#ifndef DAYBOOK_TOOLS_TOOL_TOKEN_PRIV_H
#define DAYBOOK_TOOLS_TOOL_TOKEN_PRIV_H

#include "tools/alone.h"
#include "tools/tool.h"

/* What is done with the engine of a directory. */
typedef enum err (*tool_token_work_cb)(void *data, struct alone *alone, struct error *reterr);

/** Does `work` with the engine of a directory that nobody serves. Errors: ERR_BUSY when somebody
 * holds it though nobody listens on its socket; the work's own. */
MUST_USE enum err tool_token_alone(const struct options *options,
                                   tool_token_work_cb work,
                                   void *data,
                                   struct error *reterr);

/* The subcommands. */
int tool_token_create(int argc, char **argv);
int tool_token_list(int argc, char **argv);
int tool_token_revoke(int argc, char **argv);

#endif
