/*
 * The server is killed while a step is under way outside, and right behind it. After the restart
 * nothing that is known to be done is done again; what was begun and has no known outcome is done
 * again under the same idempotency key where that is safe or its setting says so, and fails where
 * it is not.
 */
#include "core/base/check.h"
#include "tests/lib/kit_shim.h"
#include "tests/lib/kit_story.h"

#include <signal.h>
#include <stdlib.h>

/* In each flow the step in doubt is the second one outside. */
static const char in_doubt[] =
    "definitionVersion: 7\n"
    "name: Steps in doubt\n"
    "requiredConfigVars:\n"
    "  - {key: Target, dataType: string, defaultValue: ''}\n"
    "flows:\n"
    "  - name: Get\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - &call {name: Call, isTrigger: true, action: {key: webhook, component: {key: "
    "webhook-triggers, version: LATEST, isPublic: true}}, inputs: {}}\n"
    "      - &before {name: Before, action: &post {key: httpPost, component: &http {key: http, "
    "version: LATEST, isPublic: true}}, inputs: {url: {type: template, value: "
    "'{{#Target}}/before'}, data: &data {type: reference, value: call.results.body.data}}}\n"
    "      - {name: Doubt, action: {key: httpGet, component: *http}, inputs: {url: &doubt {type: "
    "template, value: '{{#Target}}/doubt'}}}\n"
    "      - &after {name: After, action: *post, inputs: {url: {type: template, value: "
    "'{{#Target}}/after'}, data: *data}}\n"
    "  - name: Post\n"
    "    endpointSecurityType: unsecured\n"
    "    steps: [*call, *before, {name: Doubt, action: *post, inputs: &input {url: *doubt, data: "
    "*data}}, *after]\n"
    "  - name: Post with retry\n"
    "    endpointSecurityType: unsecured\n"
    "    steps: [*call, *before, {name: Doubt, action: *post, inputs: *input, errorConfig: "
    "{errorHandlerType: retry, maxAttempts: 2, delaySeconds: 0}}, *after]\n"
    "  - name: Post ignored\n"
    "    endpointSecurityType: unsecured\n"
    "    steps: [*call, *before, {name: Doubt, action: *post, inputs: *input, errorConfig: "
    "{errorHandlerType: ignore}}, *after]\n";

static const char in_time[] =
    "definitionVersion: 7\n"
    "name: A loop and an hour\n"
    "requiredConfigVars:\n"
    "  - {key: Target, dataType: string, defaultValue: ''}\n"
    "flows:\n"
    "  - name: Loop\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - &call {name: Call, isTrigger: true, action: {key: webhook, component: {key: "
    "webhook-triggers, version: LATEST, isPublic: true}}, inputs: {}}\n"
    "      - name: Each\n"
    "        action: {key: loopOverItems, component: {key: loop, version: LATEST, isPublic: "
    "true}}\n"
    "        inputs: {items: {type: reference, value: call.results.body.data.items}}\n"
    "        steps:\n"
    "          - name: Item\n"
    "            action: &post {key: httpPost, component: {key: http, version: LATEST, isPublic: "
    "true}}\n"
    "            inputs:\n"
    "              url: {type: template, value: '{{#Target}}/item/{{$each.currentItem}}'}\n"
    "              data: {type: reference, value: each.currentItem}\n"
    "            errorConfig: {errorHandlerType: retry, maxAttempts: 2, delaySeconds: 0}\n"
    "  - name: Sleep\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - *call\n"
    "      - {name: Before, action: *post, inputs: {url: {type: template, value: "
    "'{{#Target}}/before'}, data: &data {type: reference, value: call.results.body.data}}}\n"
    "      - {name: Hour, action: {key: sleep, component: {key: sleep, version: LATEST, isPublic: "
    "true}}, inputs: {ms: {type: value, value: '3600000'}}}\n"
    "      - {name: After, action: *post, inputs: {url: {type: template, value: "
    "'{{#Target}}/after'}, data: *data}}\n"
    "  - name: Quick\n"
    "    endpointSecurityType: unsecured\n"
    "    steps: [*call, {name: Other, action: *post, inputs: {url: {type: template, value: "
    "'{{#Target}}/other'}, data: *data}}]\n";

static const char large_result[] =
    "definitionVersion: 7\n"
    "name: A large result\n"
    "requiredConfigVars:\n"
    "  - {key: Target, dataType: string, defaultValue: ''}\n"
    "flows:\n"
    "  - name: Copy\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - {name: Call, isTrigger: true, action: {key: webhook, component: {key: "
    "webhook-triggers, version: LATEST, isPublic: true}}, inputs: {}}\n"
    "      - {name: Before, action: {key: httpGet, component: &http {key: http, version: LATEST, "
    "isPublic: true}}, inputs: {url: {type: template, value: '{{#Target}}/before'}}}\n"
    "      - {name: Doubt, action: {key: httpPost, component: *http}, inputs: {url: {type: "
    "template, "
    "value: '{{#Target}}/doubt'}, data: {type: reference, value: before.results}}, errorConfig: "
    "{errorHandlerType: retry, maxAttempts: 2, delaySeconds: 0}}\n";

#define LARGE_BYTES ((size_t)200000)

/* Where the server dies in a story's run. */
enum death {
    MIDWAY,      /* the target has the request and does not answer */
    BEFORE_SENT, /* it is about to be sent */
    AFTER_ANSWER /* the target has answered, nothing of it is journaled */
};

struct scene {
    struct kit_story *story;
    struct kit_target *target;
    struct kit_instance instance;
};

static struct scene begin(struct kit_story *story, const char *definition)
{
    struct scene scene = {.story = story, .target = kit_story_target(story)};
    struct slice config =
        arena_format(&story->arena, "[{\"key\": \"Target\", \"value\": \"http://127.0.0.1:%d\"}]%c",
                     kit_target_port(scene.target), '\0');
    scene.instance = kit_story_instance(story, definition, "Acme", config.data);
    (void)kit_story_deploy(story, &scene.instance);
    return scene;
}

static const char *call(const struct scene *scene, const char *flow, const char *body)
{
    return kit_story_call(scene->story, kit_story_webhook(scene->story, &scene->instance, flow),
                          body);
}

/* The Idempotency-Key of the i-th request to a path. */
static struct slice key_of(const struct scene *scene, const char *path, size_t index)
{
    struct kit_received received;
    EXPECT(kit_target_request(scene->target, path, index, &scene->story->arena, &received));
    struct slice key = kit_message_header(&received.message, "Idempotency-Key");
    EXPECT_THAT(key.size > 0, "request %zu to %s has no Idempotency-Key", index, path);
    return key;
}

static void expect_count(const struct scene *scene, const char *path, size_t wanted)
{
    size_t found = kit_target_count(scene->target, path);
    EXPECT_THAT(found == wanted, "%zu requests came to %s, not %zu", found, path, wanted);
}

/* How many lines of an execution's log begin so. */
static size_t count_lines(const struct value *execution, const char *text)
{
    const struct value *lines = VALUE_AT(execution, "logs.nodes");
    size_t count = 0;
    for (size_t i = 0; i < kit_path_count(lines, ""); i++) {
        struct slice message = value_text_of(kit_path_find(value_at(lines, i), "message"));
        count += slice_starts_with(message, slice_of_text(text));
    }
    return count;
}

/* Runs the flow until the server dies in its step "Doubt"; starts it again. */
static const char *die_in_doubt(struct scene *scene, const char *flow, enum death death)
{
    static const char *const failpoints[] = {
        [BEFORE_SENT] = "run_before_effect:crash@2", [AFTER_ANSWER] = "run_after_effect:crash@2"};
    struct kit_story *story = scene->story;
    struct kit_exit end;
    if (death == MIDWAY) {
        kit_target_answer(scene->target, "/doubt", 1, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    } else {
        kit_story_kill(story);
        (void)setenv("DAYBOOK_FAILPOINT", failpoints[death], 1);
        kit_story_start(story);
        (void)unsetenv("DAYBOOK_FAILPOINT");
    }
    const char *id = call(scene, flow, "{\"n\": 1}");
    if (death == MIDWAY) {
        EXPECT(kit_target_wait(scene->target, "/doubt", 1, KIT_PATIENCE_MS));
        kit_story_kill(story);
    } else {
        EXPECT_OK(kit_server_await_end(&story->server, &end, KIT_ERROR));
        EXPECT(end.signal == SIGKILL);
    }
    kit_story_start(story);
    return id;
}

static const struct value *finish(struct scene *scene, const char *id, const char *status)
{
    const struct value *execution = kit_story_await(scene->story, id);
    EXPECT_TEXT(execution, "status", status);
    EXPECT_THAT(count_lines(execution, "Resuming Instance Execution") == 1,
                "its log does not say once that it was resumed");
    EXPECT_THAT(count_lines(execution, "Starting Instance Execution") == 1,
                "its log does not say once that it started");
    expect_count(scene, "/before", 1);
    return execution;
}

/* ---- safe ---- */

static void repeat_get(struct kit_story *story, enum death death, size_t requests)
{
    struct scene scene = begin(story, in_doubt);
    const char *id = die_in_doubt(&scene, "Get", death);
    (void)finish(&scene, id, "SUCCESS");
    expect_count(&scene, "/doubt", requests);
    expect_count(&scene, "/after", 1);
    EXPECT(slice_equal(key_of(&scene, "/doubt", 0), key_of(&scene, "/doubt", requests - 1)));
}

TEST(finished_steps, a_get_cut_midway_is_sent_again_under_its_key)
{
    repeat_get(story, MIDWAY, 2);
}

TEST(finished_steps, a_get_that_was_not_sent_is_sent)
{
    repeat_get(story, BEFORE_SENT, 1);
}

TEST(finished_steps, a_get_whose_answer_was_not_kept_is_sent_again)
{
    repeat_get(story, AFTER_ANSWER, 2);
}

/* A result that goes to blobs/ is taken from there. */
TEST(finished_steps, a_large_result_is_not_asked_for_again)
{
    struct scene scene = begin(story, large_result);
    char *text = ARENA_ARRAY(&story->arena, char, LARGE_BYTES + 1);
    ASSERT(text != NULL);
    for (size_t i = 0; i < LARGE_BYTES; i++) {
        text[i] = (char)('a' + rand() % 26);
    }
    kit_target_answer(scene.target, "/before", 1,
                      (struct kit_answer){.headers = "Content-Type: text/plain\r\n", .body = text});
    kit_target_answer(scene.target, "/doubt", 1, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    const char *id = call(&scene, "Copy", "{\"n\": 1}");
    EXPECT(kit_target_wait(scene.target, "/doubt", 1, KIT_PATIENCE_MS));
    kit_story_kill(story);
    kit_story_start(story);
    (void)finish(&scene, id, "SUCCESS");
    struct kit_received first;
    struct kit_received second;
    EXPECT(kit_target_request(scene.target, "/doubt", 0, &story->arena, &first));
    EXPECT(kit_target_request(scene.target, "/doubt", 1, &story->arena, &second));
    EXPECT(slice_is(first.message.body, text) && slice_is(second.message.body, text));
}

/* ---- not safe ---- */

/* Without a setting it fails: whether it took effect is not known, also where it was not even sent.
 */
static void fail_post(struct kit_story *story, enum death death, size_t requests)
{
    struct scene scene = begin(story, in_doubt);
    const char *id = die_in_doubt(&scene, "Post", death);
    const struct value *execution = finish(&scene, id, "ERROR");
    EXPECT_THAT(strstr(TEXT_AT(execution, "error"), "not known") != NULL, "%s",
                TEXT_AT(execution, "error"));
    expect_count(&scene, "/doubt", requests);
    expect_count(&scene, "/after", 0);
    STEP("a replay does all of it anew");
    EXPECT_TEXT(kit_story_await(story, kit_story_replay(story, id)), "status", "SUCCESS");
    expect_count(&scene, "/before", 2);
    expect_count(&scene, "/after", 1);
}

TEST(finished_steps, a_post_cut_midway_fails)
{
    fail_post(story, MIDWAY, 1);
}

TEST(finished_steps, a_post_that_was_not_sent_fails)
{
    fail_post(story, BEFORE_SENT, 0);
}

TEST(finished_steps, a_post_whose_answer_was_not_kept_fails)
{
    fail_post(story, AFTER_ANSWER, 1);
}

TEST(finished_steps, a_post_that_may_be_repeated_is_under_its_key)
{
    struct scene scene = begin(story, in_doubt);
    const char *id = die_in_doubt(&scene, "Post with retry", MIDWAY);
    const struct value *execution = finish(&scene, id, "SUCCESS");
    expect_count(&scene, "/doubt", 2);
    expect_count(&scene, "/after", 1);
    EXPECT(slice_equal(key_of(&scene, "/doubt", 0), key_of(&scene, "/doubt", 1)));
    EXPECT(!slice_equal(key_of(&scene, "/before", 0), key_of(&scene, "/doubt", 0)));
    EXPECT_THAT(count_lines(execution, "Step \"Doubt\" failed and will be tried again") == 1,
                "its log does not tell of the lost attempt");
}

TEST(finished_steps, a_post_whose_failure_is_ignored_is_gone_past)
{
    struct scene scene = begin(story, in_doubt);
    const char *id = die_in_doubt(&scene, "Post ignored", MIDWAY);
    (void)finish(&scene, id, "SUCCESS");
    expect_count(&scene, "/doubt", 1);
    expect_count(&scene, "/after", 1);
}

/* ---- loops ---- */

TEST(finished_steps, a_loop_goes_on_at_its_iteration)
{
    struct scene scene = begin(story, in_time);
    kit_target_answer(scene.target, "/item/c", 1, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    kit_target_answer(scene.target, "/item/d", 1, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    const char *id = call(&scene, "Loop", "{\"items\": [\"a\", \"b\", \"c\", \"d\", \"e\"]}");
    EXPECT(kit_target_wait(scene.target, "/item/c", 1, KIT_PATIENCE_MS));
    kit_story_kill(story);
    kit_story_start(story);
    EXPECT(kit_target_wait(scene.target, "/item/d", 1, KIT_PATIENCE_MS));
    kit_story_kill(story);
    kit_story_start(story);
    const struct value *execution = kit_story_await(story, id);
    EXPECT_TEXT(execution, "status", "SUCCESS");
    EXPECT(count_lines(execution, "Resuming Instance Execution") == 2);
    expect_count(&scene, "/item/a", 1);
    expect_count(&scene, "/item/b", 1);
    expect_count(&scene, "/item/c", 2);
    expect_count(&scene, "/item/d", 2);
    expect_count(&scene, "/item/e", 1);
    EXPECT(slice_equal(key_of(&scene, "/item/c", 0), key_of(&scene, "/item/c", 1)));
    EXPECT(!slice_equal(key_of(&scene, "/item/c", 0), key_of(&scene, "/item/d", 0)));
}

/* ---- sleeping ---- */

static void expect_asleep(struct scene *scene, const char *id)
{
    const struct value *data =
        GQL(scene->story, "query($id: ID!) { executionResult(id: $id) { state endedAt } }",
            {"id", .text = id});
    EXPECT_TEXT(data, "executionResult.state", "RUNNING");
    EXPECT_NULL(data, "executionResult.endedAt");
}

static void await_first_step(struct scene *scene, const char *id)
{
    size_t count = 0;
    int64_t deadline = kit_time_ms() + KIT_PATIENCE_MS;
    while (count == 0) {
        const struct value *data =
            GQL(scene->story,
                "query($id: ID!) { stepResults(executionResult: $id, displayStepName: "
                "\"Before\") { nodes { id } } }",
                {"id", .text = id});
        count = kit_path_count(data, "stepResults.nodes");
        EXPECT(kit_time_left(deadline) > 0);
    }
}

static const char *const long_runs[] = {"--allow-private-targets", "--execution-timeout-seconds",
                                        "7200", NULL};

TEST(finished_steps, a_sleep_goes_on_for_the_rest, .no_server = true, .arguments = long_runs)
{
    kit_shim_begin(story);
    kit_story_start(story);
    struct scene scene = begin(story, in_time);
    const char *id = call(&scene, "Sleep", "{\"n\": 1}");
    await_first_step(&scene, id); /* committed together with the beginning of its sleep */
    kit_story_kill(story);

    STEP("half of the hour later it sleeps on");
    kit_shim_move_clock(1800);
    kit_story_start(story);
    (void)kit_story_await(story, call(&scene, "Quick", "{\"n\": 3}"));
    expect_asleep(&scene, id);
    kit_story_kill(story);

    STEP("past the hour it is over at once");
    kit_shim_move_clock(1801);
    kit_story_start(story);
    EXPECT_TEXT(kit_story_await(story, id), "status", "SUCCESS");
    expect_count(&scene, "/before", 1);
    expect_count(&scene, "/after", 1);
}
