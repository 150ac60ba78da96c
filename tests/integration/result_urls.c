/*
 * A result URL is all that is needed to see one step's result or one request's payload, and it
 * cannot be made, changed or guessed. It outlives restarts of the server.
 */
#include "core/base/check.h"
#include "core/base/codec.h"
#include "core/base/json_in.h"
#include "tests/lib/kit_story.h"
#include "tests/lib/kit_yaml.h"

static const char definition[] =
    KIT_YAML("Results") KIT_YAML_FLOWS KIT_YAML_FLOW("Keep", "endpointSecurityType: unsecured")
        KIT_YAML_WEBHOOK("Call", "{}")
            KIT_YAML_STEP("Note", "log", "writeLog", "{message: " KIT_YAML_VALUE("noted") "}");

/* A page that would do harm if it were shown as one of this server's. */
static const char page[] = "<script>fetch('/api')</script>";

struct urls {
    const char *payload;
    const char *trigger;
    const char *step;
};

static struct urls start(struct kit_story *story)
{
    struct kit_message message;
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    struct kit_request request = {
        .path = kit_story_path(story, kit_story_webhook(story, &instance, "Keep")),
        .content_type = "text/html",
        .body = slice_of_text(page)};
    EXPECT_OK(kit_client_request(&story->caller, &request, &message, KIT_ERROR));
    EXPECT_STATUS(&message, 200);
    const char *id =
        arena_text(&story->arena, kit_message_header(&message, "prismatic-executionid"));
    (void)kit_story_await(story, id);
    const struct value *data =
        GQL(story,
            "query($id: ID!) { executionResult(id: $id) { requestPayloadUrl stepResults { nodes { "
            "stepName resultsUrl } } } }",
            {"id", .text = id});
    EXPECT_TEXT(data, "executionResult.stepResults.nodes[1].stepName", "note");
    return (struct urls){
        kit_story_path(story, TEXT_AT(data, "executionResult.requestPayloadUrl")),
        kit_story_path(story, TEXT_AT(data, "executionResult.stepResults.nodes[0].resultsUrl")),
        kit_story_path(story, TEXT_AT(data, "executionResult.stepResults.nodes[1].resultsUrl"))};
}

static struct kit_message
fetch(struct kit_story *story, const char *method, const char *path, const char *token)
{
    struct kit_message message;
    struct kit_request request = {.method = method, .path = path, .token = token};
    EXPECT_OK(kit_client_request(&story->caller, &request, &message, KIT_ERROR));
    return message;
}

static void expect_not_found(struct kit_story *story, const char *path)
{
    struct value body;
    struct kit_message message = fetch(story, "GET", path, NULL);
    EXPECT_THAT(message.status == 404, "%s: %d", path, message.status);
    EXPECT_OK(json_in_parse(message.body, &story->arena, &body, KIT_ERROR));
    EXPECT(strcmp(TEXT_AT(&body, "code"), "result_not_found") == 0 ||
           strcmp(TEXT_AT(&body, "code"), "not_found") == 0);
}

static void expect_results(struct kit_story *story, const struct urls *urls)
{
    struct value result;
    struct kit_message message = fetch(story, "GET", urls->payload, NULL);
    EXPECT_STATUS(&message, 200);
    EXPECT(slice_is(message.body, page));
    EXPECT(slice_is(kit_message_header(&message, "content-type"), "text/html"));
    message = fetch(story, "GET", urls->trigger, NULL);
    EXPECT_STATUS(&message, 200);
    EXPECT_OK(codec_decode(message.body, &story->arena, &result, KIT_ERROR));
    EXPECT_TEXT(&result, "data.body.data", page);
    message = fetch(story, "GET", urls->step, NULL);
    EXPECT_STATUS(&message, 200);
    EXPECT_OK(codec_decode(message.body, &story->arena, &result, KIT_ERROR));
    EXPECT_COUNT(&result, "", 2);
    (void)VALUE_AT(&result, "data");
    (void)VALUE_AT(&result, "contentType");
}

TEST(result_urls, need_no_credentials_and_outlive_the_server)
{
    struct urls urls = start(story);
    expect_results(story, &urls);
    struct kit_message message = fetch(story, "GET", urls.payload, "dbt_wrong");
    EXPECT_STATUS(&message, 200);
    kit_story_stop(story);
    kit_story_start(story);
    expect_results(story, &urls);
    kit_story_kill(story);
    kit_story_start(story);
    expect_results(story, &urls);
}

TEST(result_urls, are_no_pages_of_this_server)
{
    struct urls urls = start(story);
    const char *const all[] = {urls.payload, urls.trigger, urls.step};
    for (size_t i = 0; i < ARRAY_COUNT(all); i++) {
        struct kit_message message = fetch(story, "GET", all[i], NULL);
        struct slice policy = kit_message_header(&message, "content-security-policy");
        EXPECT(slice_is(kit_message_header(&message, "x-content-type-options"), "nosniff"));
        EXPECT(slice_find(policy, SLICE("sandbox")) != SIZE_MAX);
        EXPECT(slice_is(kit_message_header(&message, "cache-control"), "no-store"));
        EXPECT(slice_is(kit_message_header(&message, "referrer-policy"), "no-referrer"));
    }
}

TEST(result_urls, cannot_be_changed)
{
    struct urls urls = start(story);
    const char *const all[] = {urls.payload, urls.trigger, urls.step};
    for (size_t i = 0; i < ARRAY_COUNT(all); i++) {
        size_t size = strlen(all[i]);
        char *changed = arena_text(&story->arena, slice_of_text(all[i]));
        ASSERT(changed != NULL);
        STEP("every place of %s", changed);
        for (size_t at = strlen("/results/"); at < size; at++) {
            changed[at] = all[i][at] == 'A' ? 'B' : 'A';
            expect_not_found(story, changed);
            changed[at] = all[i][at];
        }
        STEP("cut, longer, spelled otherwise");
        changed[size - 1] = '\0';
        expect_not_found(story, changed);
        expect_not_found(story, arena_format(&story->arena, "%sA", all[i]).data);
        expect_not_found(story, arena_format(&story->arena, "%s==", all[i]).data);
        expect_not_found(story, arena_format(&story->arena, "%s/", all[i]).data);
        expect_not_found(story, arena_format(&story->arena, "/results//%s", all[i] + 9).data);
        expect_not_found(story, arena_format(&story->arena, "/results/%%%02x%s",
                                             (unsigned)all[i][9], all[i] + 10)
                                    .data);
    }
    expect_not_found(story, "/results/");
    expect_not_found(story, "/results");
    expect_not_found(story, "/results/../admin.token");
    expect_not_found(story, "/results/%2e%2e%2fadmin.token");
}

TEST(result_urls, are_read_only)
{
    struct urls urls = start(story);
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};
    for (size_t i = 0; i < ARRAY_COUNT(methods); i++) {
        struct kit_message message = fetch(story, methods[i], urls.payload, NULL);
        EXPECT_STATUS(&message, 405);
        EXPECT(slice_is(kit_message_header(&message, "allow"), "GET"));
    }
}
