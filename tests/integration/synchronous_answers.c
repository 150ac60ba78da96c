/* A synchronous flow answers with its last step's result, or with what stop-execution says; the
 * same request under the same key gets the same answer again. */
#include "tests/lib/kit_story.h"

static const char definition[] =
    "definitionVersion: 7\n"
    "name: Answers\n"
    "flows:\n"
    "  - name: Ends\n"
    "    isSynchronous: true\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - name: Trigger\n"
    "        isTrigger: true\n"
    "        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: "
    "true}}\n"
    "        inputs: {}\n"
    "      - name: Each\n"
    "        action: {key: loopOverItems, component: {key: loop, version: LATEST, isPublic: "
    "true}}\n"
    "        inputs:\n"
    "          items: {type: reference, value: trigger.results.body.data.items}\n"
    "        steps:\n"
    "          - name: Line\n"
    "            action: {key: writeLog, component: {key: log, version: LATEST, isPublic: true}}\n"
    "            inputs:\n"
    "              level: {type: value, value: info}\n"
    "              message: {type: value, value: one}\n"
    "  - name: Stops\n"
    "    isSynchronous: true\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - name: Trigger\n"
    "        isTrigger: true\n"
    "        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: "
    "true}}\n"
    "        inputs: {}\n"
    "      - name: Answer\n"
    "        action: {key: stopExecution, component: {key: stop-execution, version: LATEST, "
    "isPublic: true}}\n"
    "        inputs:\n"
    "          statusCode: {type: value, value: \"202\"}\n"
    "          contentType: {type: value, value: text/plain}\n"
    "          jsonBody: {type: value, value: taken}\n";

static struct kit_message send(struct kit_story *story, const char *url)
{
    struct kit_message message;
    struct kit_request request = {.method = "POST",
                                  .path = kit_story_path(story, url),
                                  .headers = "Idempotency-Key: one\r\n",
                                  .body = SLICE("{\"items\": [1, 2]}")};
    EXPECT_OK(kit_client_request(&story->caller, &request, &message, KIT_ERROR));
    return message;
}

TEST(synchronous_answers, are_given_and_given_again)
{
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    for (int i = 0; i < 2; i++) {
        STEP("round %d: a flow that runs to its end", i);
        struct kit_message answer = send(story, kit_story_webhook(story, &instance, "Ends"));
        EXPECT_STATUS(&answer, 200);
        EXPECT(slice_is(kit_message_header(&answer, "Content-Type"), "application/json"));
        EXPECT_THAT(answer.body.size > 0, "no body");
        STEP("round %d: a flow that says what to answer", i);
        answer = send(story, kit_story_webhook(story, &instance, "Stops"));
        EXPECT_STATUS(&answer, 202);
        EXPECT_THAT(slice_is(answer.body, "taken"), "%.*s", SLICE_ARGS(answer.body));
    }
}
