/*
 * The fixture, as stories use it, with the stand-in as the server.
 */
#include "core/base/json_in.h"
#include "tests/lib/kit_story.h"

#include <stdlib.h>

__attribute__((constructor)) static void use_stand_in(void)
{
    (void)setenv("DAYBOOK_BINARY", KIT_PROGRAMS "/kit_stand_in", 1);
}

TEST(kit_story, asks_and_calls)
{
    const struct value *data =
        GQL(story, "query($n: Int) { journal { seq } }", {"n", .integer = 3});
    EXPECT_INT(data, "journal.seq", 7);
    EXPECT_TEXT(data, "echo[0].id", "a");
    EXPECT_COUNT(data, "echo", 1);
    EXPECT_NULL(data, "echo[1]");
    EXPECT(strcmp(TEXT_AT(data, "echo[0].id"), "a") == 0);
    (void)GQL(story, "{ journal { seq } }");
    const char *url = arena_format(&story->arena, "%s/trigger/abc%c", story->server.url, 0).data;
    EXPECT(strcmp(kit_story_path(story, url), "/trigger/abc") == 0);
    EXPECT(strcmp(kit_story_call(story, url, "{}"), "RXhlY3V0aW9uOjE=") == 0);
    struct kit_message answer = kit_story_send(story, "/other", "{}");
    EXPECT_STATUS(&answer, 200);
    kit_story_verify(story);
}

TEST(kit_story, survives_restarts)
{
    STEP("stop and start");
    kit_story_stop(story);
    kit_story_start(story);
    (void)GQL(story, "{ journal { seq } }");
    STEP("kill and start");
    kit_story_kill(story);
    kit_story_start(story);
    (void)GQL(story, "{ journal { seq } }");
}

TEST(kit_story, may_begin_without_a_server, .no_server = true)
{
    EXPECT(story->server.pid == 0);
    EXPECT(kit_target_port(kit_story_target(story)) > 0);
    EXPECT(kit_story_target(story) == kit_story_target(story));
}

/* What GraphQL requests look like on the wire. */
Test(kit_gql, variables_are_written_by_their_kind)
{
    struct kit_target *target = NULL;
    struct kit_client client;
    struct arena arena;
    struct kit_message message;
    struct kit_received received;
    struct value answer;
    json_in_init();
    arena_init(&arena, 1 << 20);
    kit_client_init(&client);
    cr_assert_eq(kit_target_create(&target, 0, NULL), ERR_OK);
    client.port = kit_target_port(target);
    struct kit_gql_variable variables[] = {
        {"a", .text = "x\"y"}, {"b", .json = "[true, null]"}, {"c", .integer = -1}, {0}};
    cr_assert_eq(kit_gql_run(&client, "t", "{ q }", variables, &arena, &message, &answer, NULL), 0);
    cr_assert(kit_target_request(target, "/api", 0, &arena, &received));
    cr_assert(slice_is(received.message.body,
                       "{\"query\":\"{ q }\",\"variables\":{\"a\":\"x\\\"y\","
                       "\"b\":[true, null],\"c\":-1}}"));
    cr_assert(slice_is(kit_message_header(&received.message, "authorization"), "Bearer t"));
    kit_client_deinit(&client);
    kit_target_destroy(&target);
    arena_deinit(&arena);
}
