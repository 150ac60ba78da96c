/*
 * A webhook that is sent again under its Idempotency-Key makes no second execution and gets the
 * first one's answer: at once, while the first still runs, after a restart, after a kill. Another
 * request under the same key is refused.
 */
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "tests/lib/kit_story.h"
#include "tests/lib/kit_yaml.h"

#define OPEN_FLOW(name) KIT_YAML_FLOW(name, "endpointSecurityType: unsecured")
#define SYNCHRONOUS(name)                                                                          \
    KIT_YAML_FLOW(name, "endpointSecurityType: unsecured\n    isSynchronous: true")
#define ASK KIT_YAML_STEP("Ask", "http", "httpGet", "{url: " KIT_YAML_CONFIG("URL") "}")

static const char definition[] =
    KIT_YAML("Once") KIT_YAML_VARIABLES KIT_YAML_VARIABLE("URL", "dataType: string")
        KIT_YAML_FLOWS OPEN_FLOW("Plain") KIT_YAML_WEBHOOK("Call", "{}") OPEN_FLOW("Own")
            KIT_YAML_WEBHOOK(
                "Call",
                "{statusCode: " KIT_YAML_VALUE(
                    "201") ", headers: {type: complex, "
                           "value: [{name: X-N, type: value, value: one}]}, "
                           "body: " KIT_YAML_VALUE("made") ", contentType: " KIT_YAML_VALUE(
                               "text/plain") "}") OPEN_FLOW("Asking") KIT_YAML_WEBHOOK("Call", "{}")
                ASK SYNCHRONOUS("Ask") KIT_YAML_WEBHOOK("Call", "{}") ASK SYNCHRONOUS("Stop")
                    KIT_YAML_WEBHOOK("Call", "{}") ASK KIT_YAML_STEP(
                        "Enough",
                        "stop-execution",
                        "stopExecution",
                        "{statusCode: " KIT_YAML_VALUE(
                            "203") ", headers: {type: complex, value: "
                                   "[{name: X-Got, type: reference, value: ask.results.n}]}, "
                                   "jsonBody: " KIT_YAML_REFERENCE("ask.results") "}");

#define KEY(name) "Idempotency-Key: " name "\r\n"

static struct kit_instance start(struct kit_story *story)
{
    const char *config =
        arena_format(&story->arena, "[{\"key\": \"URL\", \"value\": \"http://127.0.0.1:%d/\"}]",
                     kit_target_port(kit_story_target(story)))
            .data;
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", config);
    (void)kit_story_deploy(story, &instance);
    return instance;
}

static struct kit_message
send_with(struct kit_story *story, const char *url, const char *headers, const char *body)
{
    struct kit_message message;
    struct kit_request request = {.method = "POST",
                                  .path = kit_story_path(story, url),
                                  .headers = headers,
                                  .body = slice_of_text(body)};
    EXPECT_OK(kit_client_request(&story->caller, &request, &message, KIT_ERROR));
    return message;
}

/* The two answers are the same but for their date. */
static void expect_same(const struct kit_message *a, const struct kit_message *b)
{
    EXPECT_STATUS(b, a->status);
    EXPECT_THAT(slice_equal(a->body, b->body), "'%.*s' and '%.*s'", SLICE_ARGS(a->body),
                SLICE_ARGS(b->body));
    EXPECT(a->header_count == b->header_count);
    for (size_t i = 0; i < a->header_count; i++) {
        EXPECT(slice_equal(a->headers[i].name, b->headers[i].name));
        if (!slice_equal_nocase(a->headers[i].name, SLICE("Date"))) {
            EXPECT_THAT(slice_equal(a->headers[i].value, b->headers[i].value), "%.*s",
                        SLICE_ARGS(a->headers[i].name));
        }
    }
    EXPECT(kit_message_header(b, "prismatic-executionid").size > 0);
}

static void expect_reused(const struct kit_message *message)
{
    EXPECT_STATUS(message, 422);
    EXPECT_THAT(slice_find(message->body, SLICE("\"idempotency_key_reused\"")) != SIZE_MAX, "%.*s",
                SLICE_ARGS(message->body));
    EXPECT(kit_message_header(message, "prismatic-executionid").data == NULL);
}

static void
expect_executions(struct kit_story *story, const struct kit_instance *instance, int count)
{
    const struct value *data =
        GQL(story, "query($id: ID!) { executionResults(instance: $id) { totalCount } }",
            {"id", .text = instance->id});
    EXPECT_INT(data, "executionResults.totalCount", count);
}

TEST(webhook_idempotency, one_execution_for_one_request)
{
    struct kit_instance instance = start(story);
    const char *plain = kit_story_webhook(story, &instance, "Plain");
    const char *own = kit_story_webhook(story, &instance, "Own");
    struct kit_message first = send_with(story, plain, KEY("a"), "{\"n\": 1}");
    struct kit_message made = send_with(story, own, KEY("a"), "{\"n\": \"one\"}");
    EXPECT_STATUS(&first, 200);
    EXPECT_STATUS(&made, 201);
    EXPECT(slice_is(kit_message_header(&made, "x-n"), "one") && slice_is(made.body, "made"));
    expect_executions(story, &instance, 2);
    STEP("again");
    struct kit_message again = send_with(story, plain, KEY("a"), "{\"n\": 1}");
    expect_same(&first, &again);
    again = send_with(story, own, "X-Other: header\r\n" KEY("a"), "{\"n\": \"one\"}");
    expect_same(&made, &again);
    expect_executions(story, &instance, 2);
    STEP("another request under the same key");
    const char *other = arena_format(&story->arena, "%s/x", plain).data;
    again = send_with(story, plain, KEY("a"), "{\"n\": 2}");
    expect_reused(&again);
    again = send_with(story, other, KEY("a"), "{\"n\": 1}");
    expect_reused(&again);
    again = send_with(story, plain, KEY("a"), "{\"n\":");
    expect_reused(&again);
    expect_executions(story, &instance, 2);
    STEP("another key, and none");
    again = send_with(story, plain, KEY("A"), "{\"n\": 1}");
    EXPECT_STATUS(&again, 200);
    (void)kit_story_call(story, plain, "{\"n\": 1}");
    (void)kit_story_call(story, plain, "{\"n\": 1}");
    expect_executions(story, &instance, 5);
}

TEST(webhook_idempotency, outlives_a_pause)
{
    struct kit_instance instance = start(story);
    const char *own = kit_story_webhook(story, &instance, "Own");
    struct kit_message first = send_with(story, own, KEY("p"), "{\"n\": \"1\"}");
    EXPECT_STATUS(&first, 201);
    const struct value *data = GQL(story,
                                   "mutation($id: ID!) { updateInstance(input: {id: $id, enabled: "
                                   "false}) { errors { messages } } }",
                                   {"id", .text = instance.id});
    EXPECT_COUNT(data, "updateInstance.errors", 0);
    struct kit_message again = send_with(story, own, KEY("p"), "{\"n\": \"1\"}");
    expect_same(&first, &again);
    again = send_with(story, own, KEY("p"), "{\"n\": \"2\"}");
    expect_reused(&again);
    STEP("what was not taken is refused, with a key and without");
    again = send_with(story, own, KEY("new"), "{\"n\": \"1\"}");
    EXPECT_STATUS(&again, 409);
    again = send_with(story, own, NULL, "{\"n\": \"1\"}");
    EXPECT_STATUS(&again, 409);
    expect_executions(story, &instance, 1);
}

TEST(webhook_idempotency, a_malformed_request_fails_once)
{
    struct kit_instance instance = start(story);
    const char *plain = kit_story_webhook(story, &instance, "Plain");
    struct kit_message first = send_with(story, plain, KEY("m"), "{");
    EXPECT_STATUS(&first, 400);
    struct kit_message again = send_with(story, plain, KEY("m"), "{");
    expect_same(&first, &again);
    again = send_with(story, plain, KEY("m"), "{}");
    expect_reused(&again);
    expect_executions(story, &instance, 1);
}

TEST(webhook_idempotency, lasts_over_restarts_and_kills)
{
    static const char *const flows[] = {"Plain", "Own", "Ask", "Stop"};
    struct kit_target *target = kit_story_target(story);
    struct kit_message first[ARRAY_COUNT(flows)];
    const char *urls[ARRAY_COUNT(flows)];
    struct kit_instance instance = start(story);
    kit_target_answer(target, "/", 0,
                      (struct kit_answer){.headers = "Content-Type: application/json\r\n",
                                          .body = "{\"n\": 7, \"list\": [1.5, null]}"});
    for (size_t i = 0; i < ARRAY_COUNT(flows); i++) {
        urls[i] = kit_story_webhook(story, &instance, flows[i]);
        first[i] = send_with(story, urls[i], KEY("r"), "{\"n\": \"1\"}");
        EXPECT(kit_message_header(&first[i], "prismatic-executionid").size > 0);
    }
    EXPECT_STATUS(&first[2], 200);
    EXPECT_STATUS(&first[3], 203);
    EXPECT(slice_is(kit_message_header(&first[3], "x-got"), "7"));
    for (int life = 0; life < 3; life++) {
        STEP("life %d", life);
        for (size_t i = 0; i < ARRAY_COUNT(flows); i++) {
            struct kit_message again = send_with(story, urls[i], KEY("r"), "{\"n\": \"1\"}");
            expect_same(&first[i], &again);
            again = send_with(story, urls[i], KEY("r"), "{\"n\": \"2\"}");
            expect_reused(&again);
        }
        expect_executions(story, &instance, ARRAY_COUNT(flows));
        EXPECT(kit_target_count(target, "/") == 2);
        if (life == 0) {
            kit_story_stop(story);
        } else {
            kit_story_kill(story);
        }
        kit_story_start(story);
    }
}

TEST(webhook_idempotency, a_failure_is_answered_again_too)
{
    struct kit_target *target = kit_story_target(story);
    struct kit_instance instance = start(story);
    kit_target_answer(target, "/", 1, (struct kit_answer){.status = 500, .body = "no"});
    const char *url = kit_story_webhook(story, &instance, "Ask");
    struct kit_message first = send_with(story, url, KEY("f"), "{}");
    EXPECT_STATUS(&first, 500);
    struct kit_message again = send_with(story, url, KEY("f"), "{}");
    expect_same(&first, &again);
    kit_story_kill(story);
    kit_story_start(story);
    again = send_with(story, url, KEY("f"), "{}");
    expect_same(&first, &again);
    EXPECT(kit_target_count(target, "/") == 1);
}

TEST(webhook_idempotency, a_repeat_waits_for_the_first_that_still_runs)
{
    struct kit_target *target = kit_story_target(story);
    struct kit_instance instance = start(story);
    struct kit_client second;
    struct kit_message answers[2];
    kit_target_answer(target, "/", 0,
                      (struct kit_answer){.body = "slow but sure", .delay_ms = 1500});
    const char *path = kit_story_path(story, kit_story_webhook(story, &instance, "Ask"));
    struct slice bytes = arena_format(
        &story->arena, "POST %s HTTP/1.1\r\nHost: a\r\n" KEY("w") "Content-Length: 2\r\n\r\n{}",
        path);
    kit_client_init(&second);
    EXPECT_OK(kit_client_connect(&second, story->server.port, KIT_ERROR));
    EXPECT_OK(kit_client_send(&story->caller, bytes, KIT_ERROR));
    EXPECT(kit_target_wait(target, "/", 1, KIT_PATIENCE_MS));
    EXPECT_OK(kit_client_send(&second, bytes, KIT_ERROR));
    EXPECT_OK(kit_client_receive(&second, KIT_RESPONSE, KIT_PATIENCE_MS, &answers[0], KIT_ERROR));
    EXPECT_OK(
        kit_client_receive(&story->caller, KIT_RESPONSE, KIT_PATIENCE_MS, &answers[1], KIT_ERROR));
    EXPECT_STATUS(&answers[0], 200);
    EXPECT(slice_is(answers[0].body, "\"slow but sure\""));
    expect_same(&answers[1], &answers[0]);
    EXPECT(kit_target_count(target, "/") == 1);
    expect_executions(story, &instance, 1);
    kit_client_deinit(&second);
}

TEST(webhook_idempotency,
     a_repeat_needs_no_place_in_a_full_queue,
     .arguments = (const char *const[]){"--allow-private-targets", "--max-waiting-executions", "1",
                                        NULL})
{
    struct kit_target *target = kit_story_target(story);
    kit_target_answer(target, "/", 0, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    struct kit_instance instance = start(story);
    const char *url = kit_story_webhook(story, &instance, "Asking");
    struct kit_message first = send_with(story, url, KEY("q"), "{}");
    EXPECT_STATUS(&first, 200);
    EXPECT(kit_target_wait(target, "/", 1, KIT_PATIENCE_MS));
    struct kit_message again = send_with(story, url, KEY("other"), "{}");
    EXPECT_STATUS(&again, 429);
    again = send_with(story, url, KEY("q"), "{}");
    expect_same(&first, &again);
    STEP("what was refused left nothing behind under its key");
    kit_target_destroy(&story->target);
    (void)kit_story_await(
        story, arena_text(&story->arena, kit_message_header(&first, "prismatic-executionid")));
    again = send_with(story, url, KEY("other"), "{\"n\": \"another\"}");
    EXPECT_STATUS(&again, 200);
    EXPECT(!slice_equal(again.body, first.body));
}
