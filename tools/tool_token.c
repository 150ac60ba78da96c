/*
 * daybook token create | list | revoke: API tokens.
 *
 * Making and revoking goes through the server when one holds the directory, so that it counts with
 * the answer; without one the command takes the lock and does it itself. Listing only reads.
 */
#include "core/base/check.h"
#include "tools/served.h"
#include "tools/tool_token_priv.h"

enum err tool_token_alone(const struct options *options,
                          tool_token_work_cb work,
                          void *data,
                          struct error *reterr)
{
    struct alone alone;
    enum err e = alone_open(options, &alone, reterr);
    if (e == ERR_BUSY) {
        int pid = data_lock_holder(options_data(options));
        e = served_unreachable(options_data(options), pid, reterr);
    }
    e = e != ERR_OK ? e : work(data, &alone, reterr);
    alone_close(&alone);
    return e;
}

int tool_token(int argc, char **argv)
{
    static const struct tool tools[] = {
        {"create", "make a token and print it, this once", tool_token_create},
        {"list", "all tokens, without the tokens themselves", tool_token_list},
        {"revoke", "end a token for good", tool_token_revoke},
    };
    static const struct tool_group group = {.command = "token",
                                            .member = "COMMAND",
                                            .text = "API tokens: who may use /api and /metrics.",
                                            .tools = tools,
                                            .count = ARRAY_COUNT(tools)};
    return tool_run_group(&group, argc, argv);
}
