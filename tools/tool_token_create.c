/*
 * daybook token create.
 *
 * A new token goes to standard output, alone on its line, and is never shown again; what is said
 * about it goes to standard error, so that TOKEN=$(daybook token create ...) does.
 */
#include "api/auth.h"
#include "api/commands/access_commands.h"
#include "api/control_message.h"
#include "core/base/check.h"
#include "tools/answer.h"
#include "tools/served.h"
#include "tools/shape.h"
#include "tools/tool_token_priv.h"

#include <sodium.h>
#include <stdio.h>

#define DAY_US       ((int64_t)86400 * 1000000)
#define NAME_DEFAULT "command line"

static const struct option create_table[] = {
    OPTION_DATA,
    {"role", "ROLE", "what it may do: admin, which is everything (required)"},
    {"name", "TEXT", "what it is for, shown by list and history (default: command line)"},
    {"expires", "DAYS", "it ends after so many days (default: never; 1-36500)"},
    OPTION_MASTER,
    OPTION_JSON,
};

static const struct usage create_usage = {
    .command = "token create",
    .text =
        "Makes an API token and prints it: alone on a line of standard output, this once. Only a\n"
        "digest of it is kept.",
    .options = create_table,
    .option_count = ARRAY_COUNT(create_table),
    .examples = "token create --role admin --name deploy --expires 90\n"
                "token create --role admin --json",
};

struct creating {
    struct options *options;
    enum role role;
    const char *name;
    uint64_t expires_days; /* 0: never */
    struct arena arena;
    struct slice id; /* results */
    struct slice token;
};

static void put_request(const struct creating *it, struct buf *out)
{
    struct json_out json = json_out(out);
    json_out_begin_object(&json);
    json_out_member_string(&json, "name", it->name);
    json_out_member_string(&json, "role", role_name(it->role));
    if (it->expires_days > 0) {
        json_out_member_u64(&json, "expiresDays", it->expires_days);
    }
    json_out_end_object(&json);
}

static enum err create_served(struct creating *it, bool *ret_asked, struct error *reterr)
{
    struct buf body;
    struct value answer;
    buf_init(&body, LIMIT_API_BODY_BYTES);
    put_request(it, &body);
    enum err e = buf_check(&body, "the request", reterr);
    e = e != ERR_OK ? e
                    : served_ask(options_data(it->options), "POST", "/control/tokens",
                                 buf_slice(&body), &it->arena, &answer, ret_asked, reterr);
    buf_deinit(&body);
    if (e == ERR_OK) {
        it->id = value_get_text(&answer, SLICE("id"));
        it->token = value_get_text(&answer, SLICE("token"));
    }
    return e;
}

static enum err create_with(struct creating *it, struct alone *alone, struct error *reterr)
{
    char token[AUTH_TOKEN_SIZE];
    unsigned char digest[ACCESS_DIGEST_BYTES];
    struct token_create_command command = {
        .base = {.execute = token_command_create, .arena = &it->arena},
        .input = {.role = it->role,
                  .digest = slice_of(digest, sizeof digest),
                  .name = slice_of_text(it->name)},
    };
    if (it->expires_days > 0) {
        command.input.expires_at_us =
            clock_wall_us(clock_system()) + (int64_t)it->expires_days * DAY_US;
    }
    enum err e = auth_new_token(engine_journal(alone->engine), token, digest, reterr);
    e = e != ERR_OK ? e : alone_run(alone, &command.base, reterr);
    if (e == ERR_OK) {
        it->id = id_text(&it->arena, CONTROL_TOKEN_TYPE, command.base.append_id);
        it->token = arena_copy(&it->arena, slice_of_text(token));
    }
    sodium_memzero(token, sizeof token);
    return e;
}

static enum err create_alone(void *data, struct alone *alone, struct error *reterr)
{
    return create_with(data, alone, reterr);
}

static int print_created(struct creating *it)
{
    if (options_has(it->options, "json")) {
        struct shape shape = shape_in(&it->arena);
        shape_text(&shape, "id", it->id);
        shape_text(&shape, "token", it->token);
        shape_string(&shape, "name", it->name);
        shape_string(&shape, "role", role_name(it->role));
        return answer_json(it->options, &shape.map);
    }
    struct buf out;
    buf_init(&out, ANSWER_TEXT_BYTES);
    buf_put_slice(&out, it->token);
    buf_put_char(&out, '\n');
    int code = answer_text(it->options, &out);
    if (out.data != NULL) {
        sodium_memzero(out.data, out.size);
    }
    buf_deinit(&out);
    (void)fprintf(stderr,
                  "token %.*s \"%s\": it is shown this once; revoke it with \"daybook token "
                  "revoke %.*s\"\n",
                  SLICE_ARGS(it->id), it->name, SLICE_ARGS(it->id));
    return code;
}

static int create(struct creating *it)
{
    struct error error;
    bool asked = false;
    enum err e = data_check(options_data(it->options), &error);
    e = e != ERR_OK ? e : create_served(it, &asked, &error);
    if (e == ERR_NOT_FOUND && !asked) {
        e = tool_token_alone(it->options, create_alone, it, &error);
    }
    return e == ERR_OK ? print_created(it) : tool_fail("token create", &error);
}

int tool_token_create(int argc, char **argv)
{
    struct options options;
    struct creating it = {.options = &options, .name = NAME_DEFAULT};
    if (!options_parse(&create_usage, argc, argv, &options) ||
        !options_number(&options, "expires", 1, CONTROL_EXPIRES_DAYS_MAX, &it.expires_days)) {
        return options.exit;
    }
    const char *role = options_get(&options, "role");
    it.role = role_of(slice_of_text(role));
    if (it.role == ROLE_NONE) {
        return tool_misused("token create", "--role: \"%s\" is no role: give --role admin",
                            role != NULL ? role : "");
    }
    it.name = options_has(&options, "name") ? options_get(&options, "name") : it.name;
    arena_init(&it.arena, ANSWER_ARENA_BYTES);
    int code = create(&it);
    if (it.token.data != NULL) {
        sodium_memzero((void *)(uintptr_t)it.token.data, it.token.size);
    }
    arena_deinit(&it.arena);
    return code;
}
