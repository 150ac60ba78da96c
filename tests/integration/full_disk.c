/*
 * The disk fills up while the server runs: commands are refused with disk_full before anything is
 * lost, reading goes on, what runs waits; when there is room again all of it goes on by itself. A
 * write that fails all the same ends the process with a line that says why, and the next start
 * finds what was answered.
 */
#include "core/base/check.h"
#include "tests/lib/kit_census.h"
#include "tests/lib/kit_command.h"
#include "tests/lib/kit_shim.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* Below the journal's reserve of 256 MiB. */
#define LITTLE      ((int64_t)100 << 20)

#define LARGE_BYTES 60000

#define EXIT_FATAL  3
#define EXIT_FAILED 3

static const char definition[] =
    "definitionVersion: 7\n"
    "name: One call outside\n"
    "requiredConfigVars:\n"
    "  - {key: Target, dataType: string, defaultValue: ''}\n"
    "flows:\n"
    "  - name: Look\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - {name: Call, isTrigger: true, action: {key: webhook, component: {key: "
    "webhook-triggers, version: LATEST, isPublic: true}}, inputs: {}}\n"
    "      - {name: Look, action: {key: httpGet, component: {key: http, version: LATEST, isPublic: "
    "true}}, inputs: {url: {type: template, value: '{{#Target}}/look'}}}\n";

struct scene {
    struct kit_story *story;
    struct kit_target *target;
    struct kit_instance instance;
    const char *path;
    const char *large; /* a body that goes to blobs/ */
};

static const char *large_body(struct kit_story *story)
{
    char *text = ARENA_ARRAY(&story->arena, char, LARGE_BYTES + 32);
    ASSERT(text != NULL);
    int size = snprintf(text, 32, "{\"noise\": \"");
    for (int i = 0; i < LARGE_BYTES; i++) {
        text[size++] = (char)('a' + rand() % 26);
    }
    (void)snprintf(text + size, 3, "\"}");
    return text;
}

static struct scene begin(struct kit_story *story)
{
    kit_shim_begin(story);
    kit_story_start(story);
    struct scene scene = {
        .story = story, .target = kit_story_target(story), .large = large_body(story)};
    struct slice config =
        arena_format(&story->arena, "[{\"key\": \"Target\", \"value\": \"http://127.0.0.1:%d\"}]%c",
                     kit_target_port(scene.target), '\0');
    scene.instance = kit_story_instance(story, definition, "Acme", config.data);
    (void)kit_story_deploy(story, &scene.instance);
    scene.path = kit_story_path(story, kit_story_webhook(story, &scene.instance, "Look"));
    return scene;
}

static void expect_refused(const struct kit_message *answer)
{
    EXPECT_STATUS(answer, 503);
    EXPECT_THAT(slice_find(answer->body, SLICE("\"disk_full\"")) != SIZE_MAX, "%.*s",
                SLICE_ARGS(answer->body));
    EXPECT_THAT(kit_message_header(answer, "Retry-After").size > 0, "no Retry-After in %.*s",
                SLICE_ARGS(answer->head));
}

/* Calls until the answer has the status. The writer looks at the disk once a second. */
static struct kit_message await_answer(struct scene *scene, const char *body, int status)
{
    int64_t deadline = kit_time_ms() + KIT_PATIENCE_MS;
    for (;;) {
        struct kit_message answer = kit_story_send(scene->story, scene->path, body);
        if (answer.status == status) {
            return answer;
        }
        EXPECT_THAT(kit_time_left(deadline) > 0, "the answer stays %d, not %d", answer.status,
                    status);
        kit_time_pause(20);
    }
}

static int readiness(struct kit_story *story)
{
    struct kit_message answer;
    struct kit_request request = {.path = "/readyz"};
    EXPECT_OK(kit_client_request(&story->caller, &request, &answer, KIT_ERROR));
    return answer.status;
}

TEST(full_disk, refuses_what_is_new_and_recovers_by_itself, .no_server = true)
{
    struct scene scene = begin(story);
    STEP("one execution is under way when the disk fills up");
    kit_target_answer(scene.target, "/look", 1, (struct kit_answer){.delay_ms = 500});
    const char *running = kit_story_call(story, scene.path, "{\"n\": 1}");
    EXPECT(kit_target_wait(scene.target, "/look", 1, KIT_PATIENCE_MS));
    kit_shim_free_bytes(LITTLE);
    struct kit_message answer = await_answer(&scene, "{\"n\": 2}", 503);
    expect_refused(&answer);
    size_t before = kit_census_count(story, scene.instance.id, NULL);

    EXPECT(kit_server_logged_now(&story->server, "the disk is nearly full"));

    STEP("small, large, mutation: all refused; reading goes on");
    answer = kit_story_send(story, scene.path, "{\"n\": 3}");
    expect_refused(&answer);
    answer = kit_story_send(story, scene.path, scene.large);
    expect_refused(&answer);
    const struct value *errors = GQL_ERRORS(
        story, "mutation { createCustomer(input: {name: \"Late\"}) { customer { id } } }");
    EXPECT_SAYS(TEXT_AT(errors, "errors[0].message"), "disk");
    EXPECT(readiness(story) == 503);
    EXPECT(kit_census_count(story, scene.instance.id, NULL) == before);
    (void)RUN(story, 0, "status");
    (void)RUN(story, 0, "verify");

    STEP("there is room again: everything goes on, what ran too");
    kit_shim_free_bytes(KIT_SHIM_TRUTH);
    (void)await_answer(&scene, scene.large, 200);
    EXPECT(kit_server_logged_now(&story->server, "there is room on the disk again"));
    EXPECT(readiness(story) == 200);
    (void)kit_story_customer(story, "Late");
    EXPECT_TEXT(kit_story_await(story, running), "status", "SUCCESS");
    kit_census_settle(story);
    EXPECT(kit_target_count(scene.target, "/look") == before + 1);
    EXPECT(kit_census_count(story, scene.instance.id, "SUCCEEDED") == before + 1);
    kit_census_prove(story);
}

TEST(full_disk, a_start_on_a_full_disk_serves_what_is_there, .no_server = true)
{
    struct scene scene = begin(story);
    const char *id = kit_story_call(story, scene.path, "{\"n\": 1}");
    (void)kit_story_await(story, id);
    kit_story_kill(story);
    kit_shim_free_bytes(LITTLE);
    kit_story_start(story);
    EXPECT_TEXT(kit_story_await(story, id), "status", "SUCCESS");
    struct kit_message answer = await_answer(&scene, "{\"n\": 2}", 503);
    expect_refused(&answer);
    kit_shim_free_bytes(KIT_SHIM_TRUTH);
    (void)await_answer(&scene, "{\"n\": 3}", 200);
    kit_census_settle(story);
    kit_census_prove(story);
}

TEST(full_disk, closing_without_any_room_is_no_failure, .no_server = true)
{
    struct scene scene = begin(story);
    struct kit_exit end;
    const char *id = kit_story_call(story, scene.path, "{\"n\": 1}");
    (void)kit_story_await(story, id);
    kit_shim_write_error(ENOSPC);
    kit_server_signal(&story->server, SIGTERM);
    EXPECT_OK(kit_server_await_end(&story->server, &end, KIT_ERROR));
    kit_shim_write_error(0);
    EXPECT_THAT(end.code == 0, "it ended with code %d, signal %d", end.code, end.signal);
    EXPECT(kit_server_logged_now(&story->server, "the next start may have to build them anew"));
    kit_story_start(story);
    EXPECT_TEXT(kit_story_await(story, id), "status", "SUCCESS");
    kit_census_prove(story);
}

TEST(full_disk, a_first_start_on_a_full_disk_says_so, .no_server = true)
{
    struct error error = {0};
    kit_shim_begin(story);
    kit_shim_write_error(ENOSPC);
    EXPECT(kit_server_start(&story->server, NULL, &error) == ERR_CLOSED);
    EXPECT_SAYS(error_text(&error), "code 3");
    EXPECT_SAYS(error_text(&error), "No space left on device");
    kit_shim_write_error(0);
    kit_story_start(story);
    (void)kit_story_customer(story, "Acme");
    kit_story_stop(story);
    kit_story_verify(story);
}

/* What breaks. */
struct fault {
    void (*break_with)(int error);
    int error;
};

/* Breaks it and calls: there must be no success, and the process must end. */
static void break_and_call(struct scene *scene, struct fault fault, const char *body)
{
    struct kit_story *story = scene->story;
    struct kit_exit end;
    struct kit_message answer;
    struct kit_request request = {
        .method = "POST", .path = scene->path, .body = slice_of_text(body)};
    fault.break_with(fault.error);
    enum err e = kit_client_request(&story->caller, &request, &answer, KIT_ERROR);
    EXPECT_THAT(e != ERR_OK || answer.status >= 500, "answered %d, though nothing can be kept",
                answer.status);
    EXPECT_OK(kit_server_await_end(&story->server, &end, KIT_ERROR));
    fault.break_with(0);
    EXPECT_THAT(end.code == EXIT_FATAL, "it ended with code %d, signal %d", end.code, end.signal);
    EXPECT(kit_server_logged_now(&story->server, "the next start recovers from the journal"));
    EXPECT(kit_server_logged_now(&story->server, strerror(fault.error)));
    EXPECT(kit_shim_failures() > 0);
}

static void fail_and_recover(struct kit_story *story, struct fault fault, bool large)
{
    struct scene scene = begin(story);
    const char *id = kit_story_call(story, scene.path, "{\"n\": 1}");
    (void)kit_story_await(story, id);
    STEP("the process ends and says why");
    break_and_call(&scene, fault, large ? scene.large : "{\"n\": 2}");
    STEP("the next start finds what was answered");
    kit_story_start(story);
    EXPECT_TEXT(kit_story_await(story, id), "status", "SUCCESS");
    EXPECT_TEXT(kit_story_await(story, kit_story_call(story, scene.path, scene.large)), "status",
                "SUCCESS");
    kit_census_settle(story);
    kit_census_prove(story);
}

TEST(full_disk, a_commit_without_room_ends_the_process, .no_server = true)
{
    fail_and_recover(story, (struct fault){kit_shim_write_error, ENOSPC}, false);
}

TEST(full_disk, a_commit_on_a_failing_disk_ends_the_process, .no_server = true)
{
    fail_and_recover(story, (struct fault){kit_shim_write_error, EIO}, false);
}

TEST(full_disk, a_large_payload_on_a_failing_disk_ends_the_process, .no_server = true)
{
    fail_and_recover(story, (struct fault){kit_shim_write_error, EIO}, true);
}

/* Everything is written, nothing is known to be on the disk: no success may be answered. */
TEST(full_disk, nothing_is_answered_before_it_is_synced, .no_server = true)
{
    fail_and_recover(story, (struct fault){kit_shim_sync_error, EIO}, false);
}

TEST(full_disk, no_large_payload_is_answered_before_it_is_synced, .no_server = true)
{
    fail_and_recover(story, (struct fault){kit_shim_sync_error, EIO}, true);
}
