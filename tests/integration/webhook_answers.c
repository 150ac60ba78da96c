/*
 * What the caller of a webhook is told: the execution's id, or what the trigger's inputs say, or,
 * synchronously, how the execution ended. Every answer of an execution that was created has its id
 * in the header prismatic-executionid.
 */
#include "core/base/check.h"
#include "core/base/codec.h"
#include "core/base/json_in.h"
#include "tests/lib/kit_story.h"
#include "tests/lib/kit_yaml.h"

#include <signal.h>

static const char *const short_wait[] = {"--allow-private-targets", "--sync-wait-seconds", "1",
                                         NULL};

#define OPEN_FLOW(name) KIT_YAML_FLOW(name, "endpointSecurityType: unsecured")
#define SYNCHRONOUS(name)                                                                          \
    KIT_YAML_FLOW(name, "endpointSecurityType: unsecured\n    isSynchronous: true")
#define ASK KIT_YAML_STEP("Ask", "http", "httpGet", "{url: " KIT_YAML_CONFIG("URL") "}")

static const char definition[] = KIT_YAML("Answers") KIT_YAML_VARIABLES KIT_YAML_VARIABLE(
    "URL", "dataType: string, defaultValue: \"\"") KIT_YAML_FLOWS
    /* Asynchronous. */
    OPEN_FLOW("Plain") KIT_YAML_WEBHOOK("Call", "{}") OPEN_FLOW("Own") KIT_YAML_WEBHOOK(
        "Call",
        "{statusCode: " KIT_YAML_VALUE("202") ", contentType: " KIT_YAML_VALUE(
            "text/plain; charset=utf-8") ", headers: {type: complex, "
                                         "value: [{name: X-One, type: value, value: first}, {name: "
                                         "{type: value, "
                                         "value: X-Two}, type: value, value: second}, {name: "
                                         "Prismatic-ExecutionId, type: value, value: mine}]}, "
                                         "body: " KIT_YAML_VALUE("thank you") "}")
        OPEN_FLOW("Fragment") KIT_YAML_WEBHOOK("Call", "{statusCode: " KIT_YAML_VALUE("201") "}")
            OPEN_FLOW("Asking") KIT_YAML_WEBHOOK("Call", "{}") ASK
                /* Synchronous. */
                SYNCHRONOUS("Trigger") KIT_YAML_WEBHOOK("Call", "{}") SYNCHRONOUS("Ask")
                    KIT_YAML_WEBHOOK("Call", "{}") ASK SYNCHRONOUS("Stop")
                        KIT_YAML_WEBHOOK("Call", "{}") KIT_YAML_STEP(
                            "Enough",
                            "stop-execution",
                            "stopExecution",
                            "{statusCode: " KIT_YAML_VALUE("418") ", contentType: " KIT_YAML_VALUE(
                                "text/html") ", headers: {type: complex, value: [{name: X-Pot, "
                                             "type: value, value: short}]}, jsonBody: {type: "
                                             "template, value: \"<p>"
                                             "{{$call.results.body.data.n}}</p>\"}}")
                            ASK SYNCHRONOUS("Slow") KIT_YAML_WEBHOOK("Call", "{}") KIT_YAML_STEP(
                                "Sleep", "sleep", "sleep", "{ms: " KIT_YAML_VALUE("4000") "}")
                                KIT_YAML_STEP("Note",
                                              "log",
                                              "writeLog",
                                              "{message: " KIT_YAML_VALUE("slept well") "}");

/* Answers with what the payload says. */
static const char repeating[] = KIT_YAML("Repeating") KIT_YAML_FLOWS SYNCHRONOUS("Repeat")
    KIT_YAML_WEBHOOK("Call", "{}") KIT_YAML_STEP(
        "Enough",
        "stop-execution",
        "stopExecution",
        "{headers: {type: complex, value: [{name: X-Repeated, type: reference, value: "
        "call.results.body.data.header}]}, contentType: " KIT_YAML_REFERENCE(
            "call.results.body.data.type") "}");

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
send_as(struct kit_story *story, const char *url, const struct kit_request *request)
{
    struct kit_message message;
    struct kit_request filled = *request;
    filled.path = kit_story_path(story, url);
    EXPECT_OK(kit_client_request(&story->caller, &filled, &message, KIT_ERROR));
    return message;
}

static struct kit_message send_raw_target(struct kit_story *story, const char *target)
{
    struct kit_message message;
    struct kit_request request = {.method = "GET", .path = target};
    EXPECT_OK(kit_client_request(&story->caller, &request, &message, KIT_ERROR));
    return message;
}

/* The id in the header, which must be there once. */
static const char *execution_of(struct kit_story *story, const struct kit_message *message)
{
    size_t count = 0;
    for (size_t i = 0; i < message->header_count; i++) {
        count += slice_equal_nocase(message->headers[i].name, SLICE("prismatic-executionid"));
    }
    EXPECT_THAT(count == 1, "%zu headers prismatic-executionid in %.*s", count,
                SLICE_ARGS(message->head));
    return arena_text(&story->arena, kit_message_header(message, "prismatic-executionid"));
}

static struct value json_of(struct kit_story *story, const struct kit_message *message)
{
    struct value body;
    EXPECT(slice_is(kit_message_header(message, "content-type"), "application/json"));
    EXPECT_OK(json_in_parse(message->body, &story->arena, &body, KIT_ERROR));
    return body;
}

static bool is_header(const struct kit_message *message, const char *name, const char *value)
{
    return slice_is(kit_message_header(message, name), value);
}

/* What the result URL of a step gives: {data, contentType}. */
static struct value
result_of(struct kit_story *story, const struct value *execution, const char *step)
{
    const struct value *nodes = VALUE_AT(execution, "stepResults.nodes");
    struct kit_message message;
    struct value result;
    for (size_t i = 0; i < kit_path_count(nodes, ""); i++) {
        const struct value *node = value_at(nodes, i);
        if (!slice_is(value_text_of(kit_path_find(node, "stepName")), step)) {
            continue;
        }
        struct kit_request request = {.path = kit_story_path(story, TEXT_AT(node, "resultsUrl"))};
        EXPECT_OK(kit_client_request(&story->caller, &request, &message, KIT_ERROR));
        EXPECT_STATUS(&message, 200);
        EXPECT(is_header(&message, "content-type", "application/msgpack"));
        EXPECT_OK(codec_decode(message.body, &story->arena, &result, KIT_ERROR));
        return result;
    }
    kit_expect_failed(__FILE__, __LINE__, "no result of step %s", step);
}

/* ---- asynchronous ---- */

TEST(webhook_answers, an_accepted_call_with_its_execution)
{
    struct kit_instance instance = start(story);
    struct kit_message message =
        kit_story_send(story, kit_story_webhook(story, &instance, "Plain"), "{\"n\": 1}");
    EXPECT_STATUS(&message, 200);
    struct value body = json_of(story, &message);
    EXPECT_COUNT(&body, "", 1);
    EXPECT_TEXT(&body, "executionId", execution_of(story, &message));
    EXPECT_TEXT(kit_story_await(story, execution_of(story, &message)), "status", "SUCCESS");
}

TEST(webhook_answers, what_the_triggers_inputs_say)
{
    struct kit_instance instance = start(story);
    struct kit_message message =
        kit_story_send(story, kit_story_webhook(story, &instance, "Own"), "{}");
    EXPECT_STATUS(&message, 202);
    EXPECT(is_header(&message, "content-type", "text/plain; charset=utf-8"));
    EXPECT(is_header(&message, "x-one", "first") && is_header(&message, "x-two", "second"));
    EXPECT(slice_is(message.body, "thank you"));
    EXPECT_TEXT(kit_story_await(story, execution_of(story, &message)), "status", "SUCCESS");
    STEP("a status alone leaves the rest as it is");
    message = kit_story_send(story, kit_story_webhook(story, &instance, "Fragment"), "{}");
    EXPECT_STATUS(&message, 201);
    struct value body = json_of(story, &message);
    EXPECT_TEXT(&body, "executionId", execution_of(story, &message));
}

TEST(webhook_answers, every_method_that_the_contract_names_and_no_other)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE", "GET"};
    static const char *const others[] = {"HEAD", "OPTIONS", "TRACE", "PROPFIND", "get"};
    struct kit_instance instance = start(story);
    const char *url = kit_story_webhook(story, &instance, "Plain");
    for (size_t i = 0; i < ARRAY_COUNT(methods); i++) {
        for (size_t sized = 0; sized < 2; sized++) {
            STEP("%s, %s", methods[i], sized > 0 ? "with a body" : "without");
            struct kit_request request = {.method = methods[i],
                                          .body = sized > 0 ? SLICE("[1]") : SLICE("")};
            struct kit_message message = send_as(story, url, &request);
            EXPECT_STATUS(&message, 200);
            const char *id = execution_of(story, &message);
            EXPECT_TEXT(kit_story_await(story, id), "status", "SUCCESS");
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        STEP("%s", others[i]);
        struct kit_request request = {.method = others[i]};
        struct kit_message message = send_as(story, url, &request);
        EXPECT_THAT(message.status == 405 || message.status == 400, "%d", message.status);
        EXPECT(kit_message_header(&message, "prismatic-executionid").data == NULL);
        if (message.status == 405) {
            EXPECT(is_header(&message, "allow", "GET, POST, PUT, PATCH, DELETE"));
        }
    }
}

TEST(webhook_answers, path_and_query_are_the_flows)
{
    struct kit_instance instance = start(story);
    const char *url = kit_story_webhook(story, &instance, "Trigger");
    const char *whole =
        arena_format(&story->arena,
                     "%s/orders/47%%2F1//?a=1&b=x%%20y+z&a=2&empty=&bare&%%C3%%B6=%%E2%%82%%AC",
                     url)
            .data;
    struct kit_request request = {.method = "GET"};
    struct kit_message message = send_as(story, whole, &request);
    EXPECT_STATUS(&message, 200);
    struct value body = json_of(story, &message);
    EXPECT_TEXT(&body, "pathFragment", "orders/47%2F1//");
    EXPECT_COUNT(&body, "queryParameters", 5);
    EXPECT_TEXT(&body, "queryParameters.a[0]", "1");
    EXPECT_TEXT(&body, "queryParameters.a[1]", "2");
    EXPECT_TEXT(&body, "queryParameters.b", "x y z");
    EXPECT_TEXT(&body, "queryParameters.empty", "");
    EXPECT_TEXT(&body, "queryParameters.bare", "");
    EXPECT_TEXT(&body, "queryParameters.\xc3\xb6", "\xe2\x82\xac");
    STEP("the same with the target as a proxy writes it");
    message =
        send_raw_target(story, arena_format(&story->arena, "http://proxied.example:80%s/a/b?c=d",
                                            kit_story_path(story, url))
                                   .data);
    EXPECT_STATUS(&message, 200);
    body = json_of(story, &message);
    EXPECT_TEXT(&body, "pathFragment", "a/b");
    EXPECT_TEXT(&body, "queryParameters.c", "d");
    STEP("bytes that are no text become text that a client can read");
    message = send_as(story, arena_format(&story->arena, "%s/%%ff?bad=%%ff%%00%%zz%%", url).data,
                      &request);
    EXPECT_STATUS(&message, 200);
    body = json_of(story, &message);
    EXPECT_TEXT(&body, "pathFragment", "%ff");
    struct slice bad = value_text_of(VALUE_AT(&body, "queryParameters.bad"));
    EXPECT_THAT(slice_ends_with(bad, SLICE("%zz%")) && memchr(bad.data, '\0', bad.size) != NULL,
                "%.*s", SLICE_ARGS(bad));
}

/* ---- malformed JSON ---- */

TEST(webhook_answers, malformed_json_with_the_execution_that_failed)
{
    static const struct {
        const char *type;
        struct slice body;
        bool malformed;
    } cases[] = {
        {"application/json", {"{\"a\": 1", 7}, true},
        {"application/json", {"{\"a\": 1} x", 10}, true},
        {"application/json", {"{\"a\": \xff}", 8}, true},
        {"application/json", {"\"\xc3\x28\"", 4}, true},
        {"application/json", {"{}\0", 3}, true},
        {"Application/JSON; charset=utf-8", {"nope", 4}, true},
        {"application/vnd.api+json", {"{'a': 1}", 8}, true},
        {"application/json", {" ", 1}, true},
        {"application/json", {"", 0}, false},
        {"application/json", {"null", 4}, false},
        {"text/plain", {"{", 1}, false},
        {"application/jsonp", {"{", 1}, false},
    };
    struct kit_instance instance = start(story);
    const char *url = kit_story_webhook(story, &instance, "Trigger");
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        STEP("case %zu: %.*s as %s", i, SLICE_ARGS(cases[i].body), cases[i].type);
        struct kit_request request = {
            .method = "POST", .content_type = cases[i].type, .body = cases[i].body};
        struct kit_message message = send_as(story, url, &request);
        EXPECT_STATUS(&message, cases[i].malformed ? 400 : 200);
        struct value body = json_of(story, &message);
        const char *id = execution_of(story, &message);
        const struct value *execution = kit_story_await(story, id);
        EXPECT_TEXT(execution, "state", cases[i].malformed ? "FAILED" : "SUCCEEDED");
        if (cases[i].malformed) {
            EXPECT_TEXT(&body, "code", "malformed_json");
            EXPECT_TEXT(&body, "executionId", id);
            EXPECT_TEXT(execution, "error", TEXT_AT(&body, "error"));
        }
    }
}

TEST(webhook_answers, malformed_json_fails_again_when_it_is_replayed)
{
    struct kit_instance instance = start(story);
    struct kit_message message =
        kit_story_send(story, kit_story_webhook(story, &instance, "Plain"), "{\"a\":");
    EXPECT_STATUS(&message, 400);
    const char *id = execution_of(story, &message);
    const struct value *failed = kit_story_await(story, id);
    const char *replay = kit_story_replay(story, id);
    const struct value *again = kit_story_await(story, replay);
    EXPECT_TEXT(again, "state", "FAILED");
    EXPECT_TEXT(again, "error", TEXT_AT(failed, "error"));
    EXPECT_TEXT(again, "payloadDigest", TEXT_AT(failed, "payloadDigest"));
    EXPECT_TEXT(again, "replayForExecution.id", id);
    EXPECT_NULL(kit_story_await(story, id), "resolvedBy");
    STEP("and its bytes can be had");
    const struct value *data =
        GQL(story, "query($id: ID!) { executionResult(id: $id) { requestPayloadUrl errorClass } }",
            {"id", .text = replay});
    EXPECT_TEXT(data, "executionResult.errorClass", "malformed_payload");
    struct kit_request request = {.method = "GET"};
    message = send_as(story, TEXT_AT(data, "executionResult.requestPayloadUrl"), &request);
    EXPECT_STATUS(&message, 200);
    EXPECT(slice_is(message.body, "{\"a\":"));
}

/* ---- synchronous ---- */

TEST(webhook_answers, synchronously_with_the_last_steps_result)
{
    struct kit_target *target = kit_story_target(story);
    struct kit_instance instance = start(story);
    const char *url = kit_story_webhook(story, &instance, "Ask");
    kit_target_answer(target, "/", 1,
                      (struct kit_answer){.headers = "Content-Type: application/json\r\n",
                                          .body = "{\"n\": [1, 2.5, \"\xc3\xb6\"]}"});
    kit_target_answer(
        target, "/", 1,
        (struct kit_answer){.headers = "Content-Type: text/plain\r\n", .body = "not \"JSON\""});
    kit_target_answer(target, "/", 1, (struct kit_answer){.status = 500, .body = "out of paper"});
    STEP("JSON");
    struct kit_message message = kit_story_send(story, url, "{}");
    EXPECT_STATUS(&message, 200);
    struct value body = json_of(story, &message);
    EXPECT_TEXT(&body, "n[2]", "\xc3\xb6");
    EXPECT_TEXT(kit_story_await(story, execution_of(story, &message)), "status", "SUCCESS");
    STEP("text, of an asynchronous flow that is asked to answer");
    struct kit_request request = {.headers = "Prismatic-Synchronous: true\r\n",
                                  .body = SLICE("{}")};
    message = send_as(story, kit_story_webhook(story, &instance, "Asking"), &request);
    EXPECT_STATUS(&message, 200);
    body = json_of(story, &message);
    EXPECT_TEXT(&body, "", "not \"JSON\"");
    STEP("a failure");
    message = kit_story_send(story, url, "{}");
    EXPECT_STATUS(&message, 500);
    body = json_of(story, &message);
    const char *id = execution_of(story, &message);
    EXPECT_TEXT(&body, "code", "execution_failed");
    EXPECT_TEXT(&body, "executionId", id);
    const struct value *execution = kit_story_await(story, id);
    EXPECT_TEXT(execution, "status", "ERROR");
    EXPECT_TEXT(execution, "error", TEXT_AT(&body, "error"));
    STEP("false is not true");
    request.headers = "prismatic-synchronous: false\r\n";
    message = send_as(story, kit_story_webhook(story, &instance, "Asking"), &request);
    body = json_of(story, &message);
    EXPECT_TEXT(&body, "executionId", execution_of(story, &message));
}

TEST(webhook_answers, synchronously_with_what_stop_execution_says)
{
    struct kit_instance instance = start(story);
    struct kit_message message =
        kit_story_send(story, kit_story_webhook(story, &instance, "Stop"), "{\"n\": \"<&>\"}");
    EXPECT_STATUS(&message, 418);
    EXPECT(is_header(&message, "content-type", "text/html"));
    EXPECT(is_header(&message, "x-pot", "short"));
    EXPECT_THAT(slice_is(message.body, "<p><&></p>"), "%.*s", SLICE_ARGS(message.body));
    EXPECT_TEXT(kit_story_await(story, execution_of(story, &message)), "status", "SUCCESS");
    EXPECT(kit_target_count(kit_story_target(story), "/") == 0);
}

TEST(webhook_answers, without_lines_that_a_payload_smuggles_in)
{
    static const char *const values[] = {"a\\r\\nX-Smuggled: 1", "a\\nX-Smuggled: 1", "a\\u0000b",
                                         "a\\r\\n\\r\\nHTTP/1.1 200 OK"};
    struct kit_instance instance = kit_story_instance(story, repeating, "Acme", NULL);
    const char *url = kit_story_webhook(story, &instance, "Repeat");
    (void)kit_story_deploy(story, &instance);
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        STEP("%s", values[i]);
        struct kit_message message = kit_story_send(
            story, url,
            arena_format(&story->arena, "{\"header\": \"%s\", \"type\": \"text/plain\"}", values[i])
                .data);
        EXPECT_STATUS(&message, 500);
        EXPECT(kit_message_header(&message, "x-smuggled").data == NULL);
        message = kit_story_send(
            story, url,
            arena_format(&story->arena, "{\"header\": \"good\", \"type\": \"%s\"}", values[i])
                .data);
        EXPECT_STATUS(&message, 500);
        EXPECT(kit_message_header(&message, "x-smuggled").data == NULL);
        EXPECT(execution_of(story, &message) != NULL);
    }
    struct kit_message message =
        kit_story_send(story, url, "{\"header\": \"good\", \"type\": \"text/plain\"}");
    EXPECT_STATUS(&message, 200);
    EXPECT(is_header(&message, "x-repeated", "good"));
}

TEST(webhook_answers, synchronously_for_so_long_and_the_run_goes_on, .arguments = short_wait)
{
    struct kit_instance instance = start(story);
    struct kit_message message =
        kit_story_send(story, kit_story_webhook(story, &instance, "Slow"), "{}");
    EXPECT_STATUS(&message, 504);
    struct value body = json_of(story, &message);
    const char *id = execution_of(story, &message);
    EXPECT_TEXT(&body, "code", "synchronous_timeout");
    EXPECT_TEXT(&body, "executionId", id);
    const struct value *execution = kit_story_await(story, id);
    EXPECT_TEXT(execution, "status", "SUCCESS");
    struct value result = result_of(story, execution, "sleep");
    EXPECT_COUNT(&result, "", 2);
}

TEST(webhook_answers, synchronously_also_while_the_server_stops)
{
    struct kit_instance instance = start(story);
    const char *path = kit_story_path(story, kit_story_webhook(story, &instance, "Trigger"));
    struct kit_exit end;
    struct kit_message message;
    STEP("half a request has come when the server is told to stop");
    struct slice head = arena_format(&story->arena,
                                     "POST %s HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                                     "Content-Length: 5\r\n\r\n",
                                     path);
    EXPECT_OK(kit_client_send(&story->caller, head, KIT_ERROR));
    EXPECT_OK(
        kit_client_read_until(&story->caller, "100 Continue\r\n\r\n", KIT_PATIENCE_MS, KIT_ERROR));
    EXPECT_OK(kit_client_send(&story->caller, SLICE("[1"), KIT_ERROR));
    EXPECT(kill(story->server.pid, SIGTERM) == 0);
    int64_t deadline = kit_time_ms() + KIT_PATIENCE_MS;
    while (!kit_server_logged(&story->server, "closing")) {
        EXPECT(kit_time_left(deadline) > 0);
        kit_time_pause(5);
    }
    STEP("the other half comes");
    bool answered =
        kit_client_send(&story->caller, SLICE(",2]"), KIT_ERROR) == ERR_OK &&
        kit_client_receive(&story->caller, KIT_RESPONSE, KIT_PATIENCE_MS, &message, NULL) == ERR_OK;
    EXPECT_OK(kit_program_wait(story->server.pid, KIT_SERVER_STOP_MS, &end, KIT_ERROR));
    story->server.pid = 0;
    EXPECT_THAT(end.code == 0, "the server ended with %d, signal %d", end.code, end.signal);
    kit_story_start(story);
    if (answered) { /* a server that had no time left for it closes without an answer */
        EXPECT_STATUS(&message, 504);
        const char *id = execution_of(story, &message);
        EXPECT_TEXT(kit_story_await(story, id), "status", "SUCCESS");
    }
}
