/*
 * A webhook that cannot become an execution is refused with the first reason that applies, in one
 * fixed order: no such URL, no such flow in the version, key, trigger, state, size, JSON, queue.
 * What an instance itself refuses stands in its history, many alike as one event.
 */
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/base/limits.h"
#include "tests/lib/kit_story.h"
#include "tests/lib/kit_yaml.h"

#include <stdio.h>

#define BODY_BYTES_MAX 4096
#define KEY            "key-of-the-organization"

static const char *const small_bodies[] = {"--max-body-bytes", "4096", NULL};

#define FLOW_OPEN                                                                                  \
    KIT_YAML_FLOW("Open", "endpointSecurityType: unsecured") KIT_YAML_WEBHOOK("Call", "{}")
#define FLOW_GONE                                                                                  \
    KIT_YAML_FLOW("Gone", "endpointSecurityType: unsecured") KIT_YAML_WEBHOOK("Call", "{}")

static const char definition[] = KIT_YAML("Doors") KIT_YAML_FLOWS FLOW_OPEN KIT_YAML_FLOW(
    "Optional", "endpointSecurityType: customer_optional") KIT_YAML_WEBHOOK("Call", "{}")
    KIT_YAML_FLOW("Required", "endpointSecurityType: customer_required")
        KIT_YAML_WEBHOOK("Call", "{}")
            KIT_YAML_FLOW("Organization",
                          "endpointSecurityType: organization\n"
                          "    organizationApiKeys: [\" first-key\", " KEY "]")
                KIT_YAML_WEBHOOK("Call", "{}") KIT_YAML_FLOW("Removal",
                                                             "endpointSecurityType: organization\n"
                                                             "    organizationApiKeys: [" KEY "]")
                    KIT_YAML_TRIGGER("Removed", "management-triggers", "instanceRemove", "{}");

static const char with_two_flows[] = KIT_YAML("Doors") KIT_YAML_FLOWS FLOW_OPEN FLOW_GONE;
static const char with_one_flow[] = KIT_YAML("Doors") KIT_YAML_FLOWS FLOW_OPEN;

static const char slow_definition[] =
    KIT_YAML("Slow doors") KIT_YAML_VARIABLES KIT_YAML_VARIABLE("URL", "dataType: string")
        KIT_YAML_FLOWS KIT_YAML_FLOW("Slow", "endpointSecurityType: unsecured")
            KIT_YAML_WEBHOOK("Call", "{}")
                KIT_YAML_STEP("Ask", "http", "httpGet", "{url: " KIT_YAML_CONFIG("URL") "}")
                    FLOW_OPEN;

/* ---- sending ---- */

static struct kit_message send_with(struct kit_story *story,
                                    const char *url,
                                    const char *method,
                                    const char *headers,
                                    struct slice body)
{
    struct kit_message message;
    struct kit_request request = {
        .method = method, .path = kit_story_path(story, url), .headers = headers, .body = body};
    EXPECT_OK(kit_client_request(&story->caller, &request, &message, KIT_ERROR));
    return message;
}

static struct kit_message post(struct kit_story *story, const char *url, const char *headers)
{
    return send_with(story, url, "POST", headers, SLICE("{}"));
}

/* The answer is a refusal with this code and a sentence, and no execution was made. */
static void
expect_refused(struct kit_story *story, struct kit_message message, int status, const char *code)
{
    struct value body;
    EXPECT_STATUS(&message, status);
    EXPECT_OK(json_in_parse(message.body, &story->arena, &body, KIT_ERROR));
    EXPECT_TEXT(&body, "code", code);
    EXPECT(strlen(TEXT_AT(&body, "error")) > 5);
    EXPECT(slice_is(kit_message_header(&message, "content-type"), "application/json"));
    EXPECT(kit_message_header(&message, "prismatic-executionid").data == NULL);
}

static void expect_accepted(struct kit_message message)
{
    EXPECT_STATUS(&message, 200);
    EXPECT(kit_message_header(&message, "prismatic-executionid").size > 0);
}

/* ---- instances ---- */

static void
set_enabled(struct kit_story *story, const struct kit_instance *instance, const char *enabled)
{
    const struct value *data =
        GQL(story,
            "mutation($id: ID!, $enabled: Boolean) { updateInstance(input: {id: $id, enabled: "
            "$enabled}) { errors { messages } } }",
            {"id", .text = instance->id}, {"enabled", .json = enabled});
    EXPECT_COUNT(data, "updateInstance.errors", 0);
}

static const char *
flow_id(struct kit_story *story, const struct kit_instance *instance, const char *flow)
{
    const struct value *data =
        GQL(story,
            "query($id: ID!) { instance(id: $id) { flowConfigs { nodes { flow { id name } } } } }",
            {"id", .text = instance->id});
    const struct value *nodes = VALUE_AT(data, "instance.flowConfigs.nodes");
    for (size_t i = 0; i < kit_path_count(nodes, ""); i++) {
        if (slice_is(value_text_of(kit_path_find(value_at(nodes, i), "flow.name")), flow)) {
            return TEXT_AT(value_at(nodes, i), "flow.id");
        }
    }
    kit_expect_failed(__FILE__, __LINE__, "no flow %s", flow);
}

static const struct value *change_keys(struct kit_story *story,
                                       const struct kit_instance *instance,
                                       const char *flow,
                                       const char *keys)
{
    return GQL(story,
               "mutation($id: ID!, $flow: ID!, $keys: [String]) { updateInstance(input: {id: $id, "
               "flowConfigs: [{flowId: $flow, apiKeys: $keys}]}) { errors { field messages } } }",
               {"id", .text = instance->id}, {"flow", .text = flow_id(story, instance, flow)},
               {"keys", .json = keys});
}

static void set_keys(struct kit_story *story,
                     const struct kit_instance *instance,
                     const char *flow,
                     const char *keys)
{
    EXPECT_COUNT(change_keys(story, instance, flow, keys), "updateInstance.errors", 0);
}

/* How many invocation.rejected the instance's history has for a reason, and what they stand for. */
static size_t
count_rejected(struct kit_story *story, const char *instance, int64_t reason, int64_t *ret_sum)
{
    const char *const arguments[] = {"history", "--data", story->server.data,
                                     "--json",  instance, NULL};
    struct kit_output output;
    struct value list;
    size_t count = 0;
    *ret_sum = 0;
    EXPECT_OK(kit_server_command(arguments, (struct slice){0}, &output, KIT_ERROR));
    EXPECT_THAT(output.exit.code == 0, "%.*s", SLICE_ARGS(buf_slice(&output.err)));
    EXPECT_OK(json_in_parse(buf_slice(&output.out), &story->arena, &list, KIT_ERROR));
    for (size_t i = 0; i < kit_path_count(&list, ""); i++) {
        const struct value *event = value_at(&list, i);
        if (slice_is(value_text_of(kit_path_find(event, "event")), "invocation.rejected") &&
            value_int_of(kit_path_find(event, "facts.reason"), -1) == reason) {
            *ret_sum += value_int_of(kit_path_find(event, "facts.count"), 0);
            count++;
        }
    }
    kit_program_output_deinit(&output);
    return count;
}

/* Waits until the journal has `sum` refusals of a reason. Returns: in how many events. */
static size_t
await_rejected(struct kit_story *story, const char *instance, int64_t reason, int64_t sum)
{
    int64_t deadline = kit_time_ms() + KIT_PATIENCE_MS;
    int64_t found = 0;
    for (;;) {
        size_t count = count_rejected(story, instance, reason, &found);
        if (found >= sum) {
            EXPECT(found == sum);
            return count;
        }
        EXPECT_THAT(kit_time_left(deadline) > 0, "%lld of %lld refusals are journaled",
                    (long long)found, (long long)sum);
        kit_time_pause(50);
    }
}

/* ---- stories ---- */

/* An id that is well-formed and that nothing has: the last byte of the uuid is another. */
static const char *another_id(struct kit_story *story, const char *path)
{
    char *other = arena_text(&story->arena, slice_of_text(path));
    ASSERT(other != NULL);
    char *digit = other + strlen(other) - strlen("M==") - 1;
    EXPECT(slice_ends_with(slice_of_text(other), SLICE("==")));
    *digit = *digit == 'A' ? 'B' : 'A';
    return other;
}

TEST(webhook_refusals, unknown_ids_are_not_found)
{
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    const char *path = kit_story_path(story, kit_story_webhook(story, &instance, "Open"));
    const char *of_instance = arena_format(&story->arena, "/trigger/%s", instance.id).data;
    const char *const unknown[] = {"/trigger/",
                                   "/trigger/=",
                                   "/trigger/%00",
                                   "/trigger/%",
                                   "/trigger/SW5zdGFuY2U=",
                                   "/trigger/../api",
                                   "/trigger//x",
                                   of_instance,
                                   another_id(story, path)};
    for (size_t i = 0; i < ARRAY_COUNT(unknown); i++) {
        STEP("to %s", unknown[i]);
        expect_refused(story, post(story, unknown[i], NULL), 404, "flow_config_not_found");
    }
    STEP("the same id with, without and with encoded padding");
    int bare = (int)(strlen(path) - strlen("=="));
    expect_accepted(post(story, path, NULL));
    expect_accepted(post(story, arena_format(&story->arena, "%.*s", bare, path).data, NULL));
    expect_accepted(
        post(story, arena_format(&story->arena, "%.*s%%3D%%3d/x", bare, path).data, NULL));
}

TEST(webhook_refusals, a_flow_that_the_version_lost_is_not_found)
{
    struct kit_instance instance = kit_story_instance(story, with_two_flows, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    const char *gone = kit_story_webhook(story, &instance, "Gone");
    expect_accepted(post(story, gone, NULL));
    STEP("the next version has one flow only");
    const struct value *data =
        GQL(story,
            "mutation($definition: String!, $id: ID!) { importIntegration(input: {definition: "
            "$definition, integrationId: $id}) { integration { id } errors { messages } } }",
            {"definition", .text = with_one_flow}, {"id", .text = instance.version});
    EXPECT_COUNT(data, "importIntegration.errors", 0);
    const char *draft = TEXT_AT(data, "importIntegration.integration.id");
    data = GQL(story,
               "mutation($id: ID!) { publishIntegration(input: {id: $id}) { integration { id } "
               "errors { messages } } }",
               {"id", .text = draft});
    data = GQL(story,
               "mutation($id: ID!, $version: ID!) { updateInstance(input: {id: $id, integration: "
               "$version}) { errors { messages } } }",
               {"id", .text = instance.id},
               {"version", .text = TEXT_AT(data, "publishIntegration.integration.id")});
    EXPECT_COUNT(data, "updateInstance.errors", 0);
    STEP("what is deployed counts, not what is configured");
    expect_accepted(post(story, gone, NULL));
    (void)kit_story_deploy(story, &instance);
    expect_refused(story, post(story, gone, NULL), 404, "flow_not_in_version");
    expect_accepted(post(story, kit_story_webhook(story, &instance, "Open"), NULL));
    STEP("it is not found before it is looked at whether the instance is paused");
    set_enabled(story, &instance, "false");
    expect_refused(story, post(story, gone, NULL), 404, "flow_not_in_version");
}

/* Each key with what is answered to it. */
static void expect_key(struct kit_story *story, const char *url, const char *key, bool fits)
{
    const char *line =
        key != NULL ? arena_format(&story->arena, "aPI-kEY: %s\r\n", key).data : NULL;
    STEP("key %s to %s", key != NULL ? key : "(none)", url);
    if (fits) {
        expect_accepted(post(story, url, line));
    } else {
        expect_refused(story, post(story, url, line), 401, "api_key_required");
    }
}

TEST(webhook_refusals, keys_are_asked_for_as_the_flow_says)
{
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", NULL);
    const char *required = kit_story_webhook(story, &instance, "Required");
    const char *optional = kit_story_webhook(story, &instance, "Optional");
    const char *organization = kit_story_webhook(story, &instance, "Organization");
    (void)kit_story_deploy(story, &instance);
    expect_key(story, kit_story_webhook(story, &instance, "Open"), "anything", true);
    STEP("without keys of the customer");
    expect_key(story, optional, NULL, true);
    expect_key(story, optional, "anything", true);
    expect_key(story, required, NULL, false);
    expect_key(story, required, "", false);
    expect_key(story, required, KEY, false);
    expect_key(story, organization, NULL, false);
    expect_key(story, organization, "", false);
    expect_key(story, organization, KEY, true);
    expect_key(story, organization, "first-key", true);
    expect_key(story, organization, KEY "x", false);
    expect_key(story, organization, "key-of-the-organizatio", false);
    STEP("with keys of the customer");
    set_keys(story, &instance, "Optional", "[\"one\", \"two\"]");
    set_keys(story, &instance, "Required", "[\"three\"]");
    (void)kit_story_deploy(story, &instance);
    expect_key(story, optional, NULL, false);
    expect_key(story, optional, "two", true);
    expect_key(story, optional, "three", false);
    expect_key(story, required, "three", true);
    expect_key(story, required, "one", false);
    STEP("what no header can carry is no key");
    static const char *const none[] = {"[\"\"]", "[\"good\", \"\"]", "[\" x\"]", "[\"a\\nb\"]",
                                       "[\"a\\u0000\"]"};
    for (size_t i = 0; i < ARRAY_COUNT(none); i++) {
        const struct value *data = change_keys(story, &instance, "Required", none[i]);
        EXPECT_TEXT(data, "updateInstance.errors[0].field", "flowConfigs");
    }
    expect_key(story, required, "three", true);
    expect_key(story, required, "", false);
    expect_key(story, required, NULL, false);
    STEP("no key at all lets nobody in");
    set_keys(story, &instance, "Required", "[]");
    (void)kit_story_deploy(story, &instance);
    expect_key(story, required, "", false);
    expect_key(story, required, "three", false);
}

TEST(webhook_refusals, come_in_one_order, .arguments = small_bodies)
{
    static char large[BODY_BYTES_MAX + 1];
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", NULL);
    const char *open = kit_story_webhook(story, &instance, "Open");
    const char *required = kit_story_webhook(story, &instance, "Required");
    const char *removal = kit_story_webhook(story, &instance, "Removal");
    struct slice too_much = slice_of(large, sizeof large);
    memset(large, '!', sizeof large);
    STEP("never deployed: key, then trigger, then state, then size");
    expect_refused(story, post(story, removal, NULL), 401, "api_key_required");
    struct kit_message message = post(story, removal, "Api-Key: " KEY "\r\n");
    expect_refused(story, message, 405, "not_a_webhook");
    EXPECT_THAT(kit_message_header(&message, "allow").data != NULL, "405 without Allow");
    expect_refused(story, post(story, required, NULL), 401, "api_key_required");
    expect_refused(story, send_with(story, open, "PUT", NULL, too_much), 409,
                   "instance_not_deployed");
    STEP("paused: the same");
    (void)kit_story_deploy(story, &instance);
    set_enabled(story, &instance, "false");
    expect_refused(story, post(story, required, NULL), 401, "api_key_required");
    expect_refused(story, post(story, removal, "Api-Key: " KEY "\r\n"), 405, "not_a_webhook");
    expect_refused(story, send_with(story, open, "POST", NULL, too_much), 409, "instance_paused");
    expect_refused(story, send_with(story, open, "POST", NULL, SLICE("{")), 409, "instance_paused");
    STEP("enabled: size, before the JSON is looked at");
    set_enabled(story, &instance, "true");
    expect_refused(story, send_with(story, open, "POST", NULL, too_much), 413, "body_too_large");
    expect_accepted(send_with(story, open, "POST", "X-Type: none\r\n", SLICE("{}")));
}

TEST(webhook_refusals, too_large_is_said_before_the_body_is_there, .arguments = small_bodies)
{
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    const char *path = kit_story_path(story, kit_story_webhook(story, &instance, "Open"));
    static const char *const framings[] = {
        "Content-Length: 4097\r\n\r\n", "Content-Length: 4097\r\nExpect: 100-continue\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1000\r\n", "Transfer-Encoding: chunked\r\n\r\n1001\r\n",
        "Transfer-Encoding: chunked\r\n\r\n"
        "FFFFFFFFFFFFFFF\r\n"};
    for (size_t i = 0; i < ARRAY_COUNT(framings); i++) {
        bool fits = slice_ends_with(slice_of_text(framings[i]), SLICE("\r\n1000\r\n"));
        struct kit_message message;
        STEP("framing %zu", i);
        EXPECT_OK(kit_client_connect(&story->caller, story->server.port, KIT_ERROR));
        struct slice head =
            arena_format(&story->arena, "POST %s HTTP/1.1\r\nHost: x\r\n%s", path, framings[i]);
        EXPECT_OK(kit_client_send(&story->caller, head, KIT_ERROR));
        if (fits) {
            static char chunk[BODY_BYTES_MAX];
            memset(chunk, 'x', sizeof chunk);
            struct slice bytes = slice_of(chunk, sizeof chunk);
            EXPECT_OK(kit_client_send(&story->caller, bytes, KIT_ERROR));
            EXPECT_OK(kit_client_send(&story->caller, SLICE("\r\n0\r\n\r\n"), KIT_ERROR));
        }
        EXPECT_OK(
            kit_client_receive(&story->caller, KIT_RESPONSE, KIT_PATIENCE_MS, &message, KIT_ERROR));
        if (fits) {
            expect_accepted(message);
        } else {
            expect_refused(story, message, 413, "body_too_large");
        }
    }
}

TEST(webhook_refusals, of_a_paused_instance_are_journaled_many_as_one)
{
    enum { CALLS = 60 };
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    set_enabled(story, &instance, "false");
    STEP("%d calls at once", CALLS);
    const char *path = kit_story_path(story, kit_story_webhook(story, &instance, "Open"));
    struct buf calls;
    buf_init(&calls, MIB);
    for (int i = 0; i < CALLS; i++) {
        buf_printf(&calls, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", path);
    }
    EXPECT_OK(kit_client_send(&story->caller, buf_slice(&calls), KIT_ERROR));
    buf_deinit(&calls);
    for (int i = 0; i < CALLS; i++) {
        struct kit_message message;
        EXPECT_OK(
            kit_client_receive(&story->caller, KIT_RESPONSE, KIT_PATIENCE_MS, &message, KIT_ERROR));
        expect_refused(story, message, 409, "instance_paused");
    }
    size_t events = await_rejected(story, instance.id, 1, CALLS);
    EXPECT_THAT(events < CALLS / 4, "%zu events for %d calls", events, CALLS);
    STEP("what is refused right before the end is journaled too");
    expect_refused(story, post(story, path, NULL), 409, "instance_paused");
    kit_story_stop(story);
    (void)await_rejected(story, instance.id, 1, CALLS + 1);
}

TEST(webhook_refusals,
     a_full_queue_asks_to_come_again,
     .arguments = (const char *const[]){"--allow-private-targets", "--max-waiting-executions", "1",
                                        NULL})
{
    struct kit_target *target = kit_story_target(story);
    kit_target_answer(target, "/", 0, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    const char *config =
        arena_format(&story->arena, "[{\"key\": \"URL\", \"value\": \"http://127.0.0.1:%d/\"}]",
                     kit_target_port(target))
            .data;
    struct kit_instance instance = kit_story_instance(story, slow_definition, "Acme", config);
    const char *slow = kit_story_webhook(story, &instance, "Slow");
    (void)kit_story_deploy(story, &instance);
    const char *first = kit_story_call(story, slow, "{}");
    EXPECT(kit_target_wait(target, "/", 1, KIT_PATIENCE_MS));
    STEP("one runs, and more may not be open");
    struct kit_message message = post(story, slow, NULL);
    expect_refused(story, message, 429, "flow_queue_full");
    EXPECT(kit_message_header(&message, "retry-after").size > 0);
    (void)await_rejected(story, instance.id, 3, 1);
    STEP("another flow has a queue of its own");
    expect_accepted(post(story, kit_story_webhook(story, &instance, "Open"), NULL));
    STEP("malformed JSON waits in no queue, so it is told as what it is");
    message = send_with(story, slow, "POST", NULL, SLICE("{"));
    EXPECT_STATUS(&message, 400);
    EXPECT(kit_message_header(&message, "prismatic-executionid").size > 0);
    STEP("the first ends, and there is room again");
    kit_target_destroy(&story->target);
    EXPECT_TEXT(kit_story_await(story, first), "status", "ERROR");
    expect_accepted(post(story, slow, NULL));
}
