/*
 * An execution fails because the system it writes to is down. When that is up again, the execution
 * is replayed: from the very bytes that started it, as a new execution linked to the first.
 */
#include "tests/lib/kit_story.h"

/* Posts what comes by webhook to the config variable "Ledger URL". */
static const char definition[] =
    "definitionVersion: 7\n"
    "name: Orders to a ledger\n"
    "requiredConfigVars:\n"
    "  - {key: Ledger URL, dataType: string, defaultValue: \"\"}\n"
    "flows:\n"
    "  - name: Receive Order\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - name: Order\n"
    "        isTrigger: true\n"
    "        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: "
    "true}}\n"
    "        inputs: {}\n"
    "      - name: Post Entry\n"
    "        action: {key: httpPost, component: {key: http, version: LATEST, isPublic: true}}\n"
    "        inputs:\n"
    "          url: {type: configVar, value: Ledger URL}\n"
    "          data: {type: reference, value: order.results.body.data}\n";

/* Escapes, an exponent and odd spacing: anything that parses and writes again changes these bytes.
 */
static const char order[] =
    "{\"order\" :1047,\n\t\"total\":1.2990e2, \"name\": \"B\\u00f6\\/ots\"}";

static const char *ledger_config(struct kit_story *story)
{
    struct slice text = arena_format(
        &story->arena, "[{\"key\": \"Ledger URL\", \"value\": \"http://127.0.0.1:%d/entries\"}]%c",
        kit_target_port(kit_story_target(story)), '\0');
    return text.data;
}

/* The body of the i-th request that reached the ledger. */
static struct slice entry(struct kit_story *story, size_t index)
{
    struct kit_received received;
    struct kit_target *target = kit_story_target(story);
    EXPECT(kit_target_request(target, "/entries", index, &story->arena, &received));
    return received.message.body;
}

TEST(replay, starts_from_the_stored_bytes_and_resolves_the_original)
{
    struct kit_target *ledger = kit_story_target(story);
    kit_target_answer(ledger, "/entries", 1, (struct kit_answer){.status = 500});
    struct kit_instance instance =
        kit_story_instance(story, definition, "Acme", ledger_config(story));
    EXPECT(kit_story_deploy(story, &instance) == 1);

    STEP("an order arrives while the ledger is down");
    const char *url = kit_story_webhook(story, &instance, "Receive Order");
    const char *failed_id = kit_story_call(story, url, order);
    const struct value *failed = kit_story_await(story, failed_id);
    EXPECT_TEXT(failed, "status", "ERROR");
    EXPECT_THAT(strstr(TEXT_AT(failed, "error"), "500") != NULL, "the error names no reason: %s",
                TEXT_AT(failed, "error"));
    EXPECT(kit_target_count(ledger, "/entries") == 1);

    STEP("the ledger is up again, and the execution is replayed");
    const char *replay_id = kit_story_replay(story, failed_id);
    EXPECT(strcmp(replay_id, failed_id) != 0);
    const struct value *replay = kit_story_await(story, replay_id);
    EXPECT_TEXT(replay, "status", "SUCCESS");
    EXPECT_TEXT(replay, "replayForExecution.id", failed_id);
    EXPECT_TEXT(replay, "payloadDigest", TEXT_AT(failed, "payloadDigest"));
    EXPECT(kit_target_count(ledger, "/entries") == 2);
    EXPECT(slice_equal(entry(story, 0), entry(story, 1)));

    STEP("the original names what resolved it, and is otherwise as it was");
    const struct value *original = kit_story_await(story, failed_id);
    EXPECT_TEXT(original, "resolvedBy.id", replay_id);
    EXPECT_TEXT(original, "status", "ERROR");
    EXPECT_TEXT(original, "endedAt", TEXT_AT(failed, "endedAt"));
}

TEST(replay, works_after_the_server_was_killed)
{
    struct kit_target *ledger = kit_story_target(story);
    kit_target_answer(ledger, "/entries", 1, (struct kit_answer){.status = 500});
    struct kit_instance instance =
        kit_story_instance(story, definition, "Acme", ledger_config(story));
    (void)kit_story_deploy(story, &instance);
    const char *url = kit_story_webhook(story, &instance, "Receive Order");
    const char *failed_id = kit_story_call(story, url, order);
    const struct value *failed = kit_story_await(story, failed_id);
    EXPECT_TEXT(failed, "status", "ERROR");

    STEP("kill, start, replay");
    kit_story_kill(story);
    kit_story_start(story);
    const struct value *replay = kit_story_await(story, kit_story_replay(story, failed_id));
    EXPECT_TEXT(replay, "status", "SUCCESS");
    EXPECT_TEXT(replay, "payloadDigest", TEXT_AT(failed, "payloadDigest"));
}
