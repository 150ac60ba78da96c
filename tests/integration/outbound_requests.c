/*
 * Where flows may send requests: nowhere inward, however the address is written, unless the
 * operator allows it; and nowhere but over HTTP. Every request carries an idempotency key that
 * stays the same for the same step of the same execution, over retries and over a crash.
 */
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "tests/lib/kit_story.h"
#include "tests/lib/kit_yaml.h"

static const char *const nothing_private[] = {NULL};

#define BODY_URL "{type: reference, value: call.results.body.data.url}"
#define SYNCHRONOUS(name)                                                                          \
    KIT_YAML_FLOW(name, "endpointSecurityType: unsecured\n    isSynchronous: true")
#define OPEN_FLOW(name) KIT_YAML_FLOW(name, "endpointSecurityType: unsecured")
#define RETRY                                                                                      \
    "        errorConfig: {errorHandlerType: retry, maxAttempts: 2, delaySeconds: 0, "             \
    "usesExponentialBackoff: false}\n"

static const char definition[] = KIT_YAML("Outward") KIT_YAML_FLOWS SYNCHRONOUS("Ask")
    KIT_YAML_WEBHOOK("Call", "{}") KIT_YAML_STEP("Get", "http", "httpGet", "{url: " BODY_URL "}")
        OPEN_FLOW("Retry") KIT_YAML_WEBHOOK("Call", "{}")
            KIT_YAML_STEP("Post", "http", "httpPost", "{url: " BODY_URL "}") RETRY KIT_YAML_STEP(
                "Post Again", "http", "httpPost", "{url: " BODY_URL "}") OPEN_FLOW("Loop")
                KIT_YAML_WEBHOOK("Call", "{}") KIT_YAML_STEP(
                    "Twice",
                    "loop",
                    "loopNTimes",
                    "{iterationCount: " KIT_YAML_VALUE(
                        "2") "}") "        steps:\n"
                                  "          - name: Each\n"
                                  "            action: {key: httpPost, component: {key: http, "
                                  "version: LATEST, isPublic: true}}\n"
                                  "            inputs: {url: " BODY_URL
                                  "}\n" OPEN_FLOW("Get Once") KIT_YAML_WEBHOOK("Call", "{}")
                                      KIT_YAML_STEP("Get", "http", "httpGet", "{url: " BODY_URL "}")
                                          OPEN_FLOW("Post Once") KIT_YAML_WEBHOOK("Call", "{}")
                                              KIT_YAML_STEP("Post",
                                                            "http",
                                                            "httpPost",
                                                            "{url: " BODY_URL "}");

static struct kit_instance start(struct kit_story *story)
{
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    return instance;
}

static const char *body_with(struct kit_story *story, const char *url)
{
    return arena_format(&story->arena, "{\"url\": \"%s\"}", url).data;
}

/* A URL in which PORT stands for the port of the target. */
static const char *at_target(struct kit_story *story, const char *format)
{
    const char *mark = strstr(format, "PORT");
    int port = kit_target_port(kit_story_target(story));
    if (mark == NULL) {
        return format;
    }
    return arena_format(&story->arena, "%.*s%d%s", (int)(mark - format), format, port,
                        mark + strlen("PORT"))
        .data;
}

/* How an execution that asks a URL ended. */
static const struct value *
ask(struct kit_story *story, const struct kit_instance *instance, const char *url)
{
    struct kit_message message =
        kit_story_send(story, kit_story_webhook(story, instance, "Ask"), body_with(story, url));
    struct slice id = kit_message_header(&message, "prismatic-executionid");
    EXPECT_THAT(id.size > 0, "%d %.*s", message.status, SLICE_ARGS(message.body));
    const struct value *data =
        GQL(story, "query($id: ID!) { executionResult(id: $id) { status error errorClass } }",
            {"id", .text = arena_text(&story->arena, id)});
    return VALUE_AT(data, "executionResult");
}

/* Writings of addresses that lead inward, each with the word for its kind. */
static const struct {
    const char *url;
    const char *kind;
} inward[] = {
    {"http://127.0.0.1:PORT/", "loopback"},
    {"http://127.1:PORT/", "loopback"},
    {"http://127.255.255.254:PORT/", "loopback"},
    {"http://2130706433:PORT/", "loopback"},
    {"http://0x7f000001:PORT/", "loopback"},
    {"http://0177.0.0.1:PORT/", "loopback"},
    {"http://localhost:PORT/", "loopback"},
    {"http://LocalHost:PORT/", "loopback"},
    {"http://somebody:secret@127.0.0.1:PORT/", "loopback"},
    {"https://127.0.0.1:PORT/", "loopback"},
    {"http://[::1]:PORT/", "loopback"},
    {"http://[::ffff:127.0.0.1]:PORT/", "loopback"},
    {"http://[::ffff:7f00:1]:PORT/", "loopback"},
    {"http://[0:0:0:0:0:ffff:7f00:0001]:PORT/", "loopback"},
    {"http://[64:ff9b::7f00:1]:PORT/", "loopback"},
    {"http://0.0.0.0:PORT/", "unspecified"},
    {"http://0:PORT/", "unspecified"},
    {"http://[::]:PORT/", "unspecified"},
    {"http://169.254.169.254/latest/meta-data/", "link-local"},
    {"http://[fe80::1]:PORT/", "link-local"},
    {"http://10.0.0.1/", "private"},
    {"http://10.255.255.255:PORT/", "private"},
    {"http://172.16.0.1/", "private"},
    {"http://192.168.1.1/", "private"},
    {"http://[fd00::1]/", "private"},
    {"http://[::ffff:10.0.0.1]/", "private"},
    {"http://100.64.0.1/", "shared"},
    {"http://224.0.0.1/", "multicast"},
    {"http://255.255.255.255/", "broadcast"},
};

TEST(outbound_requests, lead_nowhere_inward, .arguments = nothing_private)
{
    struct kit_target *target = kit_story_target(story);
    struct kit_instance instance = start(story);
    for (size_t i = 0; i < ARRAY_COUNT(inward); i++) {
        const char *url = at_target(story, inward[i].url);
        STEP("%s", url);
        const struct value *execution = ask(story, &instance, url);
        const char *error = TEXT_AT(execution, "error");
        EXPECT_TEXT(execution, "status", "ERROR");
        EXPECT_THAT(strcmp(TEXT_AT(execution, "errorClass"), "refused_target") == 0, "%s", error);
        EXPECT_THAT(strstr(error, inward[i].kind) != NULL, "names no kind: %s", error);
        EXPECT_THAT(strstr(error, "allow_private_targets") != NULL, "names no rule: %s", error);
        EXPECT(strstr(error, "secret") == NULL);
    }
    STEP("nothing came to the target, not even a connection");
    EXPECT(kit_target_count(target, "") == 0);
}

TEST(outbound_requests, are_of_http_alone)
{
    static const char *const others[] = {"file:///etc/passwd",
                                         "ftp://127.0.0.1:PORT/",
                                         "gopher://127.0.0.1:PORT/",
                                         "dict://127.0.0.1:PORT/",
                                         "127.0.0.1:PORT",
                                         "//127.0.0.1:PORT/",
                                         "http://",
                                         "http:///",
                                         "javascript:1",
                                         "",
                                         "http://127.0.0.1:PORT\\u0000/x",
                                         "http://127.0.0.1:PORT/\\r\\nX: y",
                                         "unix:///tmp/x"};
    struct kit_target *target = kit_story_target(story);
    struct kit_instance instance = start(story);
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        const char *url = at_target(story, others[i]);
        STEP("%s", url);
        const struct value *execution = ask(story, &instance, url);
        EXPECT_TEXT(execution, "status", "ERROR");
        EXPECT(strlen(TEXT_AT(execution, "error")) > 10);
    }
    EXPECT(kit_target_count(target, "") == 0);
}

TEST(outbound_requests, go_inward_when_the_operator_allows_it)
{
    static const char *const ways[] = {"http://127.0.0.1:PORT/a", "http://localhost:PORT/a",
                                       "http://2130706433:PORT/a"};
    struct kit_target *target = kit_story_target(story);
    struct kit_instance instance = start(story);
    for (size_t i = 0; i < ARRAY_COUNT(ways); i++) {
        const char *url = at_target(story, ways[i]);
        STEP("%s", url);
        EXPECT_TEXT(ask(story, &instance, url), "status", "SUCCESS");
        EXPECT(kit_target_count(target, "/a") == i + 1);
    }
    STEP("a redirect is an answer that is no success, and nobody follows it");
    const char *headers =
        arena_format(&story->arena, "Location: %s\r\n", at_target(story, "http://127.0.0.1:PORT/b"))
            .data;
    kit_target_answer(target, "/redirect", 0,
                      (struct kit_answer){.status = 302, .headers = headers});
    const struct value *execution =
        ask(story, &instance, at_target(story, "http://127.0.0.1:PORT/redirect"));
    EXPECT_TEXT(execution, "status", "ERROR");
    EXPECT_TEXT(execution, "errorClass", "http_status");
    EXPECT_THAT(strstr(TEXT_AT(execution, "error"), "302") != NULL, "%s",
                TEXT_AT(execution, "error"));
    EXPECT(kit_target_count(target, "/b") == 0);
}

/* ---- idempotency keys ---- */

/* The Idempotency-Key of the i-th request to a path. */
static const char *key_of(struct kit_story *story, const char *path, size_t index)
{
    struct kit_received received;
    EXPECT(kit_target_request(kit_story_target(story), path, index, &story->arena, &received));
    struct slice key = kit_message_header(&received.message, "idempotency-key");
    EXPECT_THAT(key.size >= 16, "a poor key: '%.*s'", SLICE_ARGS(key));
    return arena_text(&story->arena, key);
}

/* Runs a flow to its end. Returns: the execution. */
static const struct value *
run(struct kit_story *story, const struct kit_instance *instance, const char *flow, const char *url)
{
    const char *body = body_with(story, at_target(story, url));
    return kit_story_await(story,
                           kit_story_call(story, kit_story_webhook(story, instance, flow), body));
}

TEST(outbound_requests, repeat_their_idempotency_key)
{
    struct kit_target *target = kit_story_target(story);
    struct kit_instance instance = start(story);
    kit_target_answer(target, "/r", 2, (struct kit_answer){.status = 503});
    STEP("an attempt of a step has the key of the first, and no other step has");
    const struct value *first = run(story, &instance, "Retry", "http://127.0.0.1:PORT/r");
    EXPECT_TEXT(first, "status", "SUCCESS");
    EXPECT(kit_target_count(target, "/r") == 4);
    EXPECT(strcmp(key_of(story, "/r", 0), key_of(story, "/r", 1)) == 0);
    EXPECT(strcmp(key_of(story, "/r", 0), key_of(story, "/r", 2)) == 0);
    EXPECT(strcmp(key_of(story, "/r", 0), key_of(story, "/r", 3)) != 0);
    STEP("a replay is another execution");
    (void)kit_story_await(story, kit_story_replay(story, TEXT_AT(first, "id")));
    EXPECT(kit_target_count(target, "/r") == 6);
    EXPECT(strcmp(key_of(story, "/r", 0), key_of(story, "/r", 4)) != 0);
    STEP("each turn of a loop is a step of its own");
    EXPECT_TEXT(run(story, &instance, "Loop", "http://127.0.0.1:PORT/l"), "status", "SUCCESS");
    EXPECT(kit_target_count(target, "/l") == 2);
    EXPECT(strcmp(key_of(story, "/l", 0), key_of(story, "/l", 1)) != 0);
}

TEST(outbound_requests, repeat_their_idempotency_key_after_a_crash)
{
    static const struct {
        const char *flow;
        const char *path;
        bool again;
    } cases[] = {
        {"Get Once", "/get", true}, {"Retry", "/retry", true}, {"Post Once", "/post", false}};
    struct kit_target *target = kit_story_target(story);
    struct kit_instance instance = start(story);
    const char *ids[ARRAY_COUNT(cases)];
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const char *url =
            arena_format(&story->arena, "http://127.0.0.1:PORT%s", cases[i].path).data;
        kit_target_answer(target, cases[i].path, 1, (struct kit_answer){.kind = KIT_ANSWER_HANG});
        ids[i] = kit_story_call(story, kit_story_webhook(story, &instance, cases[i].flow),
                                body_with(story, at_target(story, url)));
        EXPECT(kit_target_wait(target, cases[i].path, 1, KIT_PATIENCE_MS));
    }
    kit_story_kill(story);
    kit_story_start(story);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct value *execution = kit_story_await(story, ids[i]);
        STEP("%s", cases[i].flow);
        EXPECT_TEXT(execution, "status", cases[i].again ? "SUCCESS" : "ERROR");
        if (cases[i].again) {
            EXPECT(kit_target_count(target, cases[i].path) >= 2);
            EXPECT(strcmp(key_of(story, cases[i].path, 0), key_of(story, cases[i].path, 1)) == 0);
        } else {
            EXPECT_THAT(kit_target_count(target, cases[i].path) == 1, "it was sent twice");
        }
    }
}
