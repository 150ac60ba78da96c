/* The JSON over the local socket. */
#include "api/control_message.h"
#include "core/base/check.h"
#include "core/base/json_in.h"

#include <criterion/criterion.h>

#define NOW_US ((int64_t)1777000000000000)
#define DAY_US ((int64_t)86400 * 1000000)

Test(control_message, a_status)
{
    struct control_status status = {
        .pid = 4711,
        .version = "0.1.0",
        .url = "http://127.0.0.1:7700",
        .seq = 17,
        .views_seq = 16,
        .uptime_seconds = 3,
        .queued_commands = 4,
        .queued_bytes = 5,
        .open_executions = 6,
        .running = 7,
        .executions_started = 8,
        .executions_finished = 9,
        .last_sync_us = 10,
        .longest_sync_us = 11,
        .disk_free_bytes = UINT64_MAX,
        .connections = 13,
        .webhooks_accepted = 14,
        .webhooks_rejected = 15,
        .ready = true,
    };
    struct buf out;
    buf_init(&out, 4 * KIB);
    memset(status.head, 0xa5, sizeof status.head);
    struct json_out json = json_out(&out);
    control_put_status(&json, &status);
    cr_assert(slice_is(
        buf_slice(&out),
        "{\"pid\":4711,\"version\":\"0.1.0\",\"url\":\"http://127.0.0.1:7700\",\"seq\":17,"
        "\"head\":\"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\","
        "\"viewsSeq\":16,\"uptimeSeconds\":3,\"queuedCommands\":4,\"queuedBytes\":5,"
        "\"openExecutions\":6,\"running\":7,\"executionsStarted\":8,\"executionsFinished\":9,"
        "\"lastSyncUs\":10,\"longestSyncUs\":11,\"lastCommitAt\":null,"
        "\"diskFreeBytes\":18446744073709551615,\"connections\":13,\"webhooksAccepted\":14,"
        "\"webhooksRejected\":15,\"ready\":true}"));
    buf_clear(&out);
    json = json_out(&out);
    status.last_commit_at_us = NOW_US;
    control_put_status(&json, &status);
    cr_assert(slice_find(buf_slice(&out),
                         SLICE("\"lastCommitAt\":\"2026-04-24T03:06:40.000000+00:00\"")) !=
              SIZE_MAX);
    buf_deinit(&out);
}

Test(control_message, a_token_without_its_digest)
{
    struct token token = {
        .id = {{0xff}},
        .role = ROLE_ADMIN,
        .created_at_us = NOW_US,
        .digest = SLICE("0123456789abcdef0123456789abcdef"),
        .name = SLICE("a \"b\""),
    };
    struct buf out;
    buf_init(&out, 4 * KIB);
    struct json_out json = json_out(&out);
    control_put_token(&json, &token);
    cr_assert(slice_is(buf_slice(&out),
                       "{\"id\":\"VG9rZW46ZmYwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw\","
                       "\"name\":\"a \\\"b\\\"\",\"role\":\"admin\","
                       "\"createdAt\":\"2026-04-24T03:06:40.000000+00:00\",\"expiresAt\":null,"
                       "\"revoked\":false}"),
              "%.*s", SLICE_ARGS(buf_slice(&out)));
    buf_deinit(&out);
}

static const struct row {
    const char *body;
    enum err code;
    const char *message; /* of what is refused */
    const char *name;
    enum role role;
    int64_t expires_at_us;
} rows[] = {
    {"{\"name\":\"ci\",\"role\":\"admin\"}", ERR_OK, "", "ci", ROLE_ADMIN, 0},
    {"{\"role\":\"admin\",\"name\":\"ci\",\"expiresDays\":null}", ERR_OK, "", "ci", ROLE_ADMIN, 0},
    {"{\"name\":\"ci\",\"role\":\"admin\",\"expiresDays\":1}", ERR_OK, "", "ci", ROLE_ADMIN,
     NOW_US + DAY_US},
    {"{\"name\":\"ci\",\"role\":\"admin\",\"expiresDays\":36500}", ERR_OK, "", "ci", ROLE_ADMIN,
     NOW_US + 36500 * DAY_US},
    {"{\"name\":\"\",\"role\":\"king\"}", ERR_OK, "", "", ROLE_NONE, 0}, /* for the decider */
    {"{\"role\":\"admin\"}", ERR_INVALID, "name is missing", "", ROLE_NONE, 0},
    {"{\"name\":null,\"role\":\"admin\"}", ERR_INVALID, "name is missing", "", ROLE_NONE, 0},
    {"{\"name\":\"ci\"}", ERR_INVALID, "role is missing", "", ROLE_NONE, 0},
    {"{\"name\":7,\"role\":\"admin\"}", ERR_INVALID, "name: a text is wanted; integer was given",
     "", ROLE_NONE, 0},
    {"{\"name\":\"ci\",\"role\":[]}", ERR_INVALID, "role: a text is wanted; list was given", "",
     ROLE_NONE, 0},
    {"{\"name\":\"ci\",\"role\":\"admin\",\"expires\":1}", ERR_INVALID,
     "there is no member \"expires\"; a token has name, role and expiresDays", "", ROLE_NONE, 0},
    {"{\"name\":\"ci\",\"role\":\"admin\",\"expiresDays\":0}", ERR_INVALID,
     "expiresDays: a whole number from 1 to 36500 is wanted, or null for never", "", ROLE_NONE, 0},
    {"{\"name\":\"ci\",\"role\":\"admin\",\"expiresDays\":36501}", ERR_INVALID,
     "expiresDays: a whole number from 1 to 36500 is wanted, or null for never", "", ROLE_NONE, 0},
    {"{\"name\":\"ci\",\"role\":\"admin\",\"expiresDays\":1.0}", ERR_INVALID,
     "expiresDays: a whole number from 1 to 36500 is wanted, or null for never", "", ROLE_NONE, 0},
    {"{\"name\":\"ci\",\"role\":\"admin\",\"expiresDays\":\"1\"}", ERR_INVALID,
     "expiresDays: a whole number from 1 to 36500 is wanted, or null for never", "", ROLE_NONE, 0},
    {"[]", ERR_INVALID, "an object is wanted; list was given", "", ROLE_NONE, 0},
    {"", ERR_INVALID, "malformed JSON at line 1, column 1: unexpected token near end of file", "",
     ROLE_NONE, 0},
};

Test(control_message, a_token_that_is_wanted)
{
    json_in_init();
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct row *row = &rows[i];
        struct token_create create = {.now_us = -1, .expires_at_us = -1};
        struct error error = {0};
        struct arena arena;
        arena_init(&arena, 64 * KIB);
        enum err e = control_read_token(slice_of_text(row->body), NOW_US, &arena, &create, &error);
        cr_expect_eq(e, row->code, "%s", row->body);
        cr_expect_str_eq(error.text, row->message);
        cr_expect(slice_is(create.name, row->name), "%s", row->body);
        cr_expect_eq(create.role, row->role, "%s", row->body);
        cr_expect_eq(create.expires_at_us, e == ERR_OK ? row->expires_at_us : -1, "%s", row->body);
        cr_expect_eq(create.now_us, e == ERR_OK ? NOW_US : -1);
        arena_deinit(&arena);
    }
}
