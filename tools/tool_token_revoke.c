/*
 * daybook token revoke.
 */
#include "api/commands/access_commands.h"
#include "api/control_message.h"
#include "core/base/check.h"
#include "tools/answer.h"
#include "tools/served.h"
#include "tools/shape.h"
#include "tools/tool_token_priv.h"

#include <stdio.h>

static const struct option revoke_table[] = {OPTION_DATA, OPTION_MASTER, OPTION_JSON};

static const struct usage revoke_usage = {
    .command = "token revoke",
    .operands = "ID",
    .operands_min = 1,
    .operands_max = 1,
    .text = "Revokes a token, for good: it has stopped working when this ends.",
    .options = revoke_table,
    .option_count = ARRAY_COUNT(revoke_table),
    .examples = "token revoke VG9rZW46MDE5...",
};

struct revoking {
    struct options *options;
    struct uuid token;
    struct slice id;
    struct arena arena;
};

static enum err revoke_served(struct revoking *it, bool *ret_asked, struct error *reterr)
{
    char path[ID_TEXT_SIZE + 32];
    struct value answer;
    (void)snprintf(path, sizeof path, "/control/tokens/%.*s", SLICE_ARGS(it->id));
    return served_ask(options_data(it->options), "DELETE", path, (struct slice){NULL, 0},
                      &it->arena, &answer, ret_asked, reterr);
}

static enum err revoke_alone(void *data, struct alone *alone, struct error *reterr)
{
    struct revoking *it = data;
    struct token_revoke_command command = {
        .base = {.execute = token_command_revoke, .arena = &it->arena}, .token = it->token};
    return alone_run(alone, &command.base, reterr);
}

static int end_token(struct revoking *it)
{
    struct error error;
    bool asked = false;
    enum err e = data_check(options_data(it->options), &error);
    e = e != ERR_OK ? e : revoke_served(it, &asked, &error);
    if (e == ERR_NOT_FOUND && !asked) {
        e = tool_token_alone(it->options, revoke_alone, it, &error);
    }
    if (e != ERR_OK) {
        return tool_fail("token revoke", &error);
    }
    if (options_has(it->options, "json")) {
        struct shape shape = shape_in(&it->arena);
        shape_text(&shape, "id", it->id);
        return answer_json(it->options, &shape.map);
    }
    (void)fprintf(stderr, "token %.*s is revoked\n", SLICE_ARGS(it->id));
    return TOOL_DONE;
}

int tool_token_revoke(int argc, char **argv)
{
    struct options options;
    struct error error;
    struct revoking it = {.options = &options};
    if (!options_parse(&revoke_usage, argc, argv, &options)) {
        return options.exit;
    }
    if (id_decode(slice_of_text(options.operands[0]), CONTROL_TOKEN_TYPE, &it.token, &error) !=
        ERR_OK) {
        return tool_misused("token revoke", "%s; \"daybook token list\" shows those of tokens",
                            error_text(&error));
    }
    arena_init(&it.arena, ANSWER_ARENA_BYTES);
    it.id = id_text(&it.arena, CONTROL_TOKEN_TYPE,
                    it.token); /* padded, as it may not have been given */
    int code = end_token(&it);
    arena_deinit(&it.arena);
    return code;
}
