/*
 * daybook token list.
 */
#include "api/control_message.h"
#include "core/base/check.h"
#include "projections/access_view.h"
#include "tools/answer.h"
#include "tools/shape.h"
#include "tools/tool_token_priv.h"

/* Tokens a list shows; more than anybody keeps. */
#define TOKENS_MAX 100000

static const struct option list_table[] = {OPTION_DATA, OPTION_JSON};

static const struct usage list_usage = {
    .command = "token list",
    .text =
        "Lists all tokens, newest first, revoked and expired ones too. The tokens themselves are\n"
        "not kept and cannot be shown.",
    .options = list_table,
    .option_count = ARRAY_COUNT(list_table),
    .examples = "token list",
};

static const char *state_of(const struct token *token, int64_t now_us)
{
    if (token->is_revoked) {
        return "revoked";
    }
    return token_is_valid(token, now_us) ? "valid" : "expired";
}

static enum err add_token(struct data *data,
                          struct uuid id,
                          struct arena *arena,
                          struct value *list,
                          struct error *reterr)
{
    struct token token;
    struct user user;
    struct shape row = shape_in(arena);
    enum err e = access_view_token(data->txn, id, arena, &token, reterr);
    if (e != ERR_OK) {
        return e;
    }
    bool named = access_view_user(data->txn, token.user, arena, &user, NULL) == ERR_OK;
    shape_id(&row, "id", CONTROL_TOKEN_TYPE, id);
    shape_text(&row, "name", token.name);
    shape_string(&row, "role", role_name(token.role));
    shape_value(&row, "user", named ? value_text(user.name) : value_null());
    shape_time(&row, "createdAt", token.created_at_us);
    shape_time(&row, "expiresAt", token.expires_at_us);
    shape_bool(&row, "revoked", token.is_revoked);
    shape_string(&row, "state", state_of(&token, clock_wall_us(clock_system())));
    shape_push(&row, list);
    return ERR_OK;
}

static enum err
list_all(struct data *data, struct arena *arena, struct value *list, struct error *reterr)
{
    struct views_cursor cursor;
    enum err e = views_cursor_open(data->txn, VIEWS_TOKENS, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    bool found = views_cursor_seek_before(&cursor, (struct slice){NULL, 0});
    while (e == ERR_OK && found && list->list.count < TOKENS_MAX) {
        struct uuid id = {.bytes = {0}};
        memcpy(id.bytes, cursor.key.data,
               cursor.key.size < sizeof id.bytes ? cursor.key.size : sizeof id.bytes);
        e = add_token(data, id, arena, list, reterr);
        found = views_cursor_previous(&cursor);
    }
    views_cursor_close(&cursor);
    return e != ERR_OK || !arena_exhausted(arena) ? e : arena_error(arena, "the list", reterr);
}

static int print_list(const struct options *options, const struct value *list)
{
    static const struct table_column columns[] = {
        {"name", "name", TABLE_TEXT},
        {"role", "role", TABLE_TEXT},
        {"user", "user", TABLE_TEXT},
        {"created at", "createdAt", TABLE_TIME},
        {"expires at", "expiresAt", TABLE_TIME},
        {"state", "state", TABLE_TEXT},
        {"token", "id", TABLE_TEXT},
    };
    return answer_table(options, list, columns, ARRAY_COUNT(columns));
}

int tool_token_list(int argc, char **argv)
{
    struct options options;
    struct error error;
    struct data data;
    struct arena arena;
    struct value list = value_list();
    if (!options_parse(&list_usage, argc, argv, &options)) {
        return options.exit;
    }
    arena_init(&arena, ANSWER_ARENA_BYTES);
    enum err e = data_open(&options, DATA_VIEWS, &data, &error);
    e = e != ERR_OK ? e : list_all(&data, &arena, &list, &error);
    int code = e == ERR_OK ? print_list(&options, &list) : tool_fail("token list", &error);
    data_close(&data);
    arena_deinit(&arena);
    return code;
}
