/*
 * Flows from end to end, against a server that records what reaches it: requests of every kind,
 * what is done when they fail, branches, loops, waiting, stopping, and what no flow may do. The
 * flows are in data/flows.yml.
 */
#include "tests/lib/kit_story.h"

/* A deployed instance of the flows, whose target is the story's. */
static struct kit_instance deployed(struct kit_story *story)
{
    const char *config = kit_story_text(
        story,
        "[{\"key\": \"Target\", \"value\": \"http://127.0.0.1:%d\"}, {\"key\": \"Basic\", "
        "\"values\": "
        "\"[{\\\"name\\\": \\\"password\\\", \\\"value\\\": \\\"pass word\\\"}]\"}, {\"key\": "
        "\"Key\", \"values\": \"[{\\\"name\\\": \\\"apiKey\\\", \\\"value\\\": "
        "\\\"a-long-key\\\"}]\"}]",
        kit_target_port(kit_story_target(story)));
    struct kit_instance instance = kit_story_instance(
        story, kit_story_file(story, "tests/integration/data/flows.yml"), "Acme", config);
    (void)kit_story_deploy(story, &instance);
    return instance;
}

static const struct value *run(struct kit_story *story,
                               const struct kit_instance *instance,
                               const char *flow,
                               const char *body)
{
    STEP("flow %s of %s", flow, body);
    return kit_story_await(story,
                           kit_story_call(story, kit_story_webhook(story, instance, flow), body));
}

/* What the run logged at info and above, between its first and last line. */
static void
expect_logged(struct kit_story *story, const struct value *execution, const char *wanted)
{
    const struct value *data = GQL(story,
                                   "query($id: ID!) { executionResult(id: $id) { "
                                   "logs(severity_Gte: 2) { nodes { message } } } }",
                                   {"id", .text = TEXT_AT(execution, "id")});
    const char *all = kit_story_text(story,
                                     "Starting Instance Execution%s%s, Ending Instance "
                                     "Execution",
                                     wanted[0] != '\0' ? ", " : "", wanted);
    EXPECT_LIST(data, "executionResult.logs.nodes", "message", all);
}

/* The index-th request that reached the target at the path. */
static struct kit_message received(struct kit_story *story, const char *path, size_t index)
{
    struct kit_received request;
    EXPECT_THAT(kit_target_request(kit_story_target(story), path, index, &story->arena, &request),
                "request %zu of %s did not come", index, path);
    return request.message;
}

static void expect_header(const struct kit_message *message, const char *name, const char *value)
{
    struct slice found = kit_message_header(message, name);
    EXPECT_THAT(slice_is(found, value), "header %s is \"%.*s\", expected \"%s\"", name,
                SLICE_ARGS(found), value);
}

/* ---- requests ---- */

TEST(flows, send_requests_of_every_method)
{
    struct kit_instance instance = deployed(story);
    const struct value *execution =
        run(story, &instance, "Methods", "{\"c\": \"\xc3\xa4\", \"name\": \"Two\"}");
    EXPECT_TEXT(execution, "status", "SUCCESS");
    struct kit_message get = received(story, "/get", 0);
    EXPECT(slice_is(get.method, "GET"));
    EXPECT_THAT(slice_is(get.target, "/get?a=1&b=x%20y%26z&c=%C3%A4"), "target %.*s",
                SLICE_ARGS(get.target));
    expect_header(&get, "X-One", "one");
    expect_header(&get, "X-Two", "\xc3\xa4");
    EXPECT(kit_message_header(&get, "Authorization").data == NULL);

    STEP("bodies and their types");
    struct kit_message post = received(story, "/post", 0);
    EXPECT(slice_is(post.method, "POST"));
    EXPECT(slice_is(post.body, "{\"c\":\"\xc3\xa4\",\"name\":\"Two\"}"));
    expect_header(&post, "Content-Type", "application/json");
    struct kit_message put = received(story, "/put", 0);
    EXPECT(slice_is(put.method, "PUT") && slice_is(put.body, "plain text"));
    expect_header(&put, "Content-Type", "text/plain; charset=utf-8");
    struct kit_message patch = received(story, "/patch", 0);
    EXPECT(slice_is(patch.method, "PATCH") && slice_is(patch.body, "<a/>"));
    expect_header(&patch, "Content-Type", "text/xml");
    EXPECT(slice_is(received(story, "/delete", 0).method, "DELETE"));
    EXPECT(slice_is(received(story, "/head", 0).method, "HEAD"));
    EXPECT(slice_is(received(story, "/raw", 0).method, "OPTIONS"));

    STEP("each step has an idempotency key of its own");
    struct slice key = kit_message_header(&get, "Idempotency-Key");
    EXPECT(key.size > 0);
    EXPECT(!slice_equal(key, kit_message_header(&post, "Idempotency-Key")));
}

TEST(flows, read_answers_by_their_type)
{
    struct kit_target *target = kit_story_target(story);
    kit_target_answer(
        target, "/json", 0,
        (struct kit_answer){.status = 201,
                            .headers = "Content-Type: application/json\r\nX-Id: 7\r\n",
                            .body = "{\"list\": [1, {\"name\": \"B\"}]}"});
    kit_target_answer(target, "/bytes", 0,
                      (struct kit_answer){.headers = "Content-Type: image/png\r\n",
                                          .body = "\x89PNG\r\n\x1a\xff"});
    struct kit_instance instance = deployed(story);
    const struct value *execution = run(story, &instance, "Answers", "{}");
    STEP("names of headers are small, whatever the server writes");
    expect_logged(story, execution, "B | {\"list\": [1, {\"name\": \"B\"}]} 201 7");
    EXPECT(slice_is(received(story, "/forward", 0).body, "\x89PNG\r\n\x1a\xff"));
}

TEST(flows, sign_in_with_connections)
{
    struct kit_target *target = kit_story_target(story);
    kit_target_answer(target, "/header", 0,
                      (struct kit_answer){.status = 401, .body = "the-key is wrong"});
    struct kit_instance instance = deployed(story);
    const struct value *execution = run(story, &instance, "Logins", "{}");
    struct kit_message basic = received(story, "/basic", 0);
    struct kit_message key = received(story, "/key", 0);
    struct kit_message header = received(story, "/header", 0);
    expect_header(&basic, "Authorization", "Basic Y2xlcms6cGFzcyB3b3Jk");
    expect_header(&key, "Authorization", "Bearer a-long-key");
    expect_header(&header, "X-Api", "the-key");
    EXPECT(kit_message_header(&header, "Authorization").data == NULL);
    STEP("inputs may be made of other variables: user-7:7");
    struct kit_message composed = received(story, "/composed", 0);
    expect_header(&composed, "Authorization", "Basic dXNlci03Ojc=");
    STEP("what the other side says of a secret is not said again");
    EXPECT_TEXT(execution, "status", "ERROR");
    EXPECT(strstr(TEXT_AT(execution, "error"), "answered 401") != NULL);
    EXPECT(strstr(TEXT_AT(execution, "error"), "the-key") == NULL);
    const struct value *logs =
        GQL(story, "{ logs(message_Icontains: \"the-key\") { totalCount } }");
    EXPECT_INT(logs, "logs.totalCount", 0);
}

/* ---- failures ---- */

static void answer_503(struct kit_story *story, const char *path, size_t times)
{
    kit_target_answer(kit_story_target(story), path, times,
                      (struct kit_answer){.status = 503, .body = "come back"});
}

static void expect_calls(struct kit_story *story, const char *path, size_t count)
{
    size_t found = kit_target_count(kit_story_target(story), path);
    EXPECT_THAT(found == count, "%zu requests of %s, expected %zu", found, path, count);
}

TEST(flows, fail_ignore_or_retry_as_told)
{
    struct kit_instance instance = deployed(story);
    answer_503(story, "/fail", 0);
    answer_503(story, "/ignore", 0);
    answer_503(story, "/retry", 2);
    answer_503(story, "/giveup", 0);

    const struct value *failed = run(story, &instance, "Fail", "{}");
    EXPECT_TEXT(failed, "status", "ERROR");
    EXPECT(strstr(TEXT_AT(failed, "error"), "/fail answered 503: come back") != NULL);
    EXPECT_LIST(failed, "stepResults.nodes", "stepName", "call, get");
    expect_calls(story, "/fail", 1);
    const struct value *ignored = run(story, &instance, "Ignore", "{}");
    EXPECT_TEXT(ignored, "status", "SUCCESS");
    EXPECT_LIST(ignored, "stepResults.nodes", "hasError", "false, true, false");
    const struct value *retried = run(story, &instance, "Retry", "{}");
    EXPECT_TEXT(retried, "status", "SUCCESS");
    EXPECT_LIST(retried, "stepResults.nodes", "hasError", "false, false, false");
    expect_calls(story, "/retry", 3);
    STEP("all attempts carry one key");
    struct kit_message first = received(story, "/retry", 0);
    struct kit_message last = received(story, "/retry", 2);
    EXPECT(slice_equal(kit_message_header(&first, "Idempotency-Key"),
                       kit_message_header(&last, "Idempotency-Key")));
    EXPECT_TEXT(run(story, &instance, "Give Up", "{}"), "status", "SUCCESS");
    expect_calls(story, "/giveup", 2);
}

TEST(flows, retry_requests_that_may_be_repeated)
{
    struct kit_instance instance = deployed(story);
    answer_503(story, "/own", 2);
    answer_503(story, "/once", 0);
    kit_target_answer(kit_story_target(story), "/slow", 0,
                      (struct kit_answer){.kind = KIT_ANSWER_HANG});
    EXPECT_TEXT(run(story, &instance, "Own Retries", "{}"), "status", "SUCCESS");
    expect_calls(story, "/own", 3);
    EXPECT_TEXT(run(story, &instance, "Post Once", "{}"), "status", "ERROR");
    expect_calls(story, "/once", 1);
    STEP("no answer in time fails the step, not the execution's own time");
    const struct value *slow = run(story, &instance, "Slow", "{}");
    EXPECT_TEXT(slow, "state", "FAILED");
    const struct value *why =
        GQL(story, "query($id: ID!) { executionResult(id: $id) { errorClass } }",
            {"id", .text = TEXT_AT(slow, "id")});
    EXPECT_TEXT(why, "executionResult.errorClass", "timeout");
}

/* ---- branches, loops, ends ---- */

TEST(flows, take_branches)
{
    struct kit_instance instance = deployed(story);
    expect_logged(story, run(story, &instance, "Expression", "{\"n\": 11, \"kind\": \"x\"}"),
                  "big, after Big");
    expect_logged(story, run(story, &instance, "Expression", "{\"n\": \"11\", \"kind\": \"none\"}"),
                  "else, after Else");
    expect_logged(story, run(story, &instance, "Expression", "{\"n\": 3, \"kind\": \"xabcx\"}"),
                  "named, after Named");
    expect_logged(story, run(story, &instance, "Expression", "{\"kind\": \"\"}"),
                  "else, after Else");
    expect_logged(story, run(story, &instance, "Value", "{\"way\": true}"), "yes, after Yes");
    expect_logged(story, run(story, &instance, "Value", "{\"way\": \"TRUE\"}"), "after ");
}

TEST(flows, loop_and_break_off)
{
    struct kit_instance instance = deployed(story);
    expect_logged(
        story,
        run(story, &instance, "Loop",
            "{\"items\": [{\"name\": \"a\", \"max\": 1}, {\"name\": \"b\", \"max\": 0}]}"),
        "a 0, a 1, rest 0, b 0, rest 1, done");
    expect_logged(story, run(story, &instance, "Loop", "{\"items\": []}"), "done");
    const struct value *wrong = run(story, &instance, "Loop", "{\"items\": 7}");
    EXPECT_TEXT(wrong, "status", "ERROR");
    EXPECT_THAT(strstr(TEXT_AT(wrong, "error"), "items") != NULL, "the error is %s",
                TEXT_AT(wrong, "error"));
}

TEST(flows, stop_sleep_and_name_what_they_cannot_do)
{
    struct kit_instance instance = deployed(story);
    const struct value *stopped = run(story, &instance, "Stop", "{}");
    EXPECT_TEXT(stopped, "status", "SUCCESS");
    expect_logged(story, stopped, "before");
    EXPECT_LIST(stopped, "stepResults.nodes", "stepName", "call, before, halt");
    expect_logged(story, run(story, &instance, "Sleep", "{}"), "awake");

    STEP("a component that this server does not have");
    const struct value *unknown = run(story, &instance, "Unknown", "{}");
    EXPECT_TEXT(unknown, "status", "ERROR");
    EXPECT_THAT(strstr(TEXT_AT(unknown, "error"), "salesforce") != NULL &&
                    strstr(TEXT_AT(unknown, "error"), "findLead") != NULL,
                "the error is %s", TEXT_AT(unknown, "error"));
    EXPECT_LIST(unknown, "stepResults.nodes", "stepName", "call, before, findLead");
    const struct value *code = run(story, &instance, "Code", "{}");
    EXPECT_TEXT(code, "status", "ERROR");
    EXPECT_THAT(strstr(TEXT_AT(code, "error"), "runCode") != NULL, "the error is %s",
                TEXT_AT(code, "error"));

    STEP("what is not there is nothing; what is there is written as people expect");
    expect_logged(story,
                  run(story, &instance, "Typing",
                      "{\"n\": 1.50, \"flag\": false, \"list\": [1, \"a\", null]}"),
                  "|1.5|false|[1,\"a\",null]|");
}

static const char *const short_lived[] = {"--allow-private-targets", "--execution-timeout-seconds",
                                          "1", NULL};

TEST(flows, end_when_they_take_too_long, .arguments = short_lived)
{
    kit_target_answer(kit_story_target(story), "/hang", 0,
                      (struct kit_answer){.kind = KIT_ANSWER_HANG});
    struct kit_instance instance = deployed(story);
    STEP("no step may ignore that");
    const struct value *execution = run(story, &instance, "Hang", "{}");
    EXPECT_TEXT(execution, "status", "ERROR");
    EXPECT_TEXT(execution, "state", "TIMED_OUT");
    EXPECT(strstr(TEXT_AT(execution, "error"), "timed out") != NULL);
    const struct value *data = GQL(
        story, "{ executionResults(state_In: TIMED_OUT, status: ERROR) { nodes { errorClass } } }");
    EXPECT_LIST(data, "executionResults.nodes", "errorClass", "timeout");
}
