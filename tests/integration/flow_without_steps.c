/*
 * A flow of a trigger alone takes what comes in: its executions succeed, with nothing done. Whoever
 * asks for the result gets the trigger's, also later under the same key.
 */
#include "core/base/json_in.h"
#include "tests/lib/kit_story.h"

static const char definition[] =
    "definitionVersion: 7\n"
    "name: Inbox\n"
    "flows:\n"
    "  - name: Take\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - name: Trigger\n"
    "        isTrigger: true\n"
    "        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: "
    "true}}\n"
    "        inputs: {}\n";

static struct kit_message send(struct kit_story *story, const char *url, const char *headers)
{
    struct kit_message message;
    struct kit_request request = {.method = "POST",
                                  .path = kit_story_path(story, url),
                                  .headers = headers,
                                  .body = SLICE("{\"a\": 1}")};
    EXPECT_OK(kit_client_request(&story->caller, &request, &message, KIT_ERROR));
    EXPECT_STATUS(&message, 200);
    return message;
}

static const char *execution_of(struct kit_story *story, const struct kit_message *message)
{
    return arena_text(&story->arena, kit_message_header(message, "prismatic-executionid"));
}

static void expect_success(struct kit_story *story, const char *id)
{
    const struct value *execution = kit_story_await(story, id);
    EXPECT_TEXT(execution, "status", "SUCCESS");
    EXPECT_NULL(execution, "error");
    EXPECT_COUNT(execution, "stepResults.nodes", 1); /* the trigger's */
}

/* The answer is the trigger's result of its execution. */
static void expect_result(struct kit_story *story, const struct kit_message *answer)
{
    struct value result;
    EXPECT_OK(json_in_parse(answer->body, &story->arena, &result, KIT_ERROR));
    EXPECT_TEXT(&result, "executionId", execution_of(story, answer));
    EXPECT_INT(&result, "body.data.a", 1);
}

TEST(flow_without_steps, succeeds_whether_or_not_somebody_waits)
{
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    const char *url = kit_story_webhook(story, &instance, "Take");
    STEP("nobody waits");
    struct kit_message answer = send(story, url, "Idempotency-Key: one\r\n");
    const char *first = execution_of(story, &answer);
    expect_success(story, first);
    STEP("somebody waits");
    answer = send(story, url, "prismatic-synchronous: true\r\n");
    const char *second = execution_of(story, &answer);
    EXPECT(strcmp(first, second) != 0);
    expect_result(story, &answer);
    expect_success(story, second);
    STEP("somebody asks afterwards for the result of the first");
    answer = send(story, url, "Idempotency-Key: one\r\nprismatic-synchronous: true\r\n");
    EXPECT(strcmp(execution_of(story, &answer), first) == 0);
    expect_result(story, &answer);
    STEP("it is replayed");
    expect_success(story, kit_story_replay(story, first));
    kit_story_stop(story);
    kit_story_verify(story);
}

TEST(flow_without_steps, is_finished_after_a_crash)
{
    enum { CALLS = 50 };
    const char *ids[CALLS];
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    const char *url = kit_story_webhook(story, &instance, "Take");
    for (size_t i = 0; i < CALLS; i++) {
        struct kit_message answer = send(story, url, NULL);
        ids[i] = execution_of(story, &answer);
    }
    kit_story_kill(story); /* the end of the last ones may not be journaled yet */
    kit_story_start(story);
    for (size_t i = 0; i < CALLS; i++) {
        expect_success(story, ids[i]);
    }
}
