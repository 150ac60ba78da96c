/*
 * The life of an API token from the command line: made, used, listed, revoked; through the server
 * that holds the directory, and without one.
 */
#include "tests/lib/kit_command.h"

#include <unistd.h>

/* The status that a request with this token gets. */
static int status_with(struct kit_story *story, const char *token)
{
    struct kit_message message;
    struct value answer;
    EXPECT_OK(kit_gql_run(&story->client, token, "{ authenticatedUser { id } }",
                          (struct kit_gql_variable[]){{0}}, &story->arena, &message, &answer,
                          KIT_ERROR));
    return message.status;
}

/* The line that `token create` prints, without its end. */
static const char *line_of(struct kit_story *story, const char *out)
{
    struct slice line = slice_trim(slice_of_text(out));
    EXPECT_THAT(slice_starts_with(line, SLICE("dbt_")), "no token: %s", out);
    EXPECT(slice_find(line, SLICE("\n")) == SIZE_MAX);
    return arena_text(&story->arena, line);
}

/* The row of a token by name. */
static const struct value *row_of(struct kit_story *story, const char *name)
{
    const struct value *rows = RUN_JSON(story, 0, "token", "list");
    for (uint32_t i = 0; i < rows->list.count; i++) {
        if (slice_is(value_get_text(&rows->list.items[i], SLICE("name")), name)) {
            return &rows->list.items[i];
        }
    }
    EXPECT_THAT(false, "there is no token \"%s\"", name);
    return NULL;
}

TEST(token, works_from_its_making_to_its_revoking)
{
    struct kit_said said =
        RUN(story, 0, "token", "create", "--role", "admin", "--name", "deploy", "--expires", "2");
    const char *token = line_of(story, said.out);
    EXPECT_SAYS(said.err, "it is shown this once");
    EXPECT_THAT(strstr(said.err, token) == NULL, "the token stands on standard error too");
    EXPECT(status_with(story, token) == 200);
    const struct value *row = row_of(story, "deploy");
    EXPECT_TEXT(row, "role", "admin");
    EXPECT_TEXT(row, "user", "Admin");
    EXPECT_TEXT(row, "state", "valid");
    (void)TEXT_AT(row, "expiresAt");
    EXPECT_NULL(row_of(story, "admin.token"), "expiresAt");
    EXPECT_THAT(strstr(RUN(story, 0, "token", "list").out, token) == NULL, "the list shows tokens");
    STEP("it is revoked, and stops working with the answer");
    EXPECT_SAYS(RUN(story, 0, "token", "revoke", TEXT_AT(row, "id")).err, "is revoked");
    EXPECT(status_with(story, token) == 401);
    EXPECT_TEXT(row_of(story, "deploy"), "state", "revoked");
    EXPECT_SAYS(RUN(story, 0, "token", "revoke", TEXT_AT(row, "id")).err, "is revoked");
    EXPECT(status_with(story, story->server.token) == 200);
}

TEST(token, is_made_and_revoked_without_a_server_too)
{
    kit_story_stop(story);
    const char *kept =
        line_of(story, RUN(story, 0, "token", "create", "--role", "admin", "--name", "kept").out);
    const struct value *made =
        RUN_JSON(story, 0, "token", "create", "--role", "admin", "--name", "gone");
    (void)RUN(story, 0, "token", "revoke", TEXT_AT(made, "id"));
    EXPECT_TEXT(row_of(story, "gone"), "state", "revoked");
    kit_story_start(story);
    EXPECT(status_with(story, kept) == 200);
    EXPECT(status_with(story, TEXT_AT(made, "token")) == 401);
    STEP("views and chain are as they should be");
    kit_story_verify(story);
    EXPECT_BOOL(RUN_JSON(story, 0, "rebuild", "--check"), "equal", true);
}

TEST(token, is_refused_with_a_reason)
{
    EXPECT_SAYS(RUN(story, 2, "token", "create").err, "--role admin");
    EXPECT_SAYS(RUN(story, 2, "token", "create", "--role", "king").err, "\"king\" is no role");
    EXPECT_SAYS(RUN(story, 2, "token", "create", "--role", "admin", "--expires", "0").err,
                "from 1 to 36500");
    EXPECT_SAYS(RUN(story, 3, "token", "create", "--role", "admin", "--name", "").err, "name");
    EXPECT_SAYS(RUN(story, 2, "token", "revoke", "nonsense").err, "token list");
    EXPECT_SAYS(
        RUN(story, 3, "token", "revoke", "VG9rZW46MDFhMjE0ZjEtY2E1OC03MDAzLWIxMTYtODljMzNmOWEwOTAw")
            .err,
        "there is no such token");
    EXPECT_SAYS(RUN_BARE(story, 2, "token").err, "Usage: daybook token");
    EXPECT_COUNT(RUN_JSON(story, 0, "token", "list"), "", 1);
    STEP("without a server it is refused alike");
    kit_story_stop(story);
    EXPECT_SAYS(RUN(story, 3, "token", "create", "--role", "admin", "--name", "").err, "name");
    EXPECT_SAYS(
        RUN(story, 3, "token", "revoke", "VG9rZW46MDFhMjE0ZjEtY2E1OC03MDAzLWIxMTYtODljMzNmOWEwOTAw")
            .err,
        "there is no such token");
    EXPECT_COUNT(RUN_JSON(story, 0, "token", "list"), "", 1);
}
