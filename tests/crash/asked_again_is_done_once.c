/*
 * The server is killed under load while every call carries an Idempotency-Key. Whoever had no
 * answer asks again under the same key, as a careful caller does: each call is then done, and done
 * exactly once; whoever asks again though he had an answer gets the same one.
 */
#include "core/base/check.h"
#include "tests/lib/kit_census.h"

#include <stdio.h>
#include <stdlib.h>

#define ROUNDS      6
#define ROUNDS_LONG 60
#define A_KILL      80 /* accepted calls between one kill and the next */

/* Of those that had an answer every so many ask again. */
#define CURIOUS  7

#define CUSTOMER "Customer "

static const char definition[] =
    "definitionVersion: 7\n"
    "name: Counted calls\n"
    "flows:\n"
    "  - name: Count\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - {name: Call, isTrigger: true, action: {key: webhook, component: {key: "
    "webhook-triggers, version: LATEST, isPublic: true}}, inputs: {}}\n"
    "      - {name: Note, action: {key: writeLog, component: {key: log, version: LATEST, isPublic: "
    "true}}, inputs: {level: {type: value, value: info}, message: {type: template, value: 'call "
    "{{$call.results.body.data.n}}'}}}\n";

struct scene {
    struct kit_story *story;
    struct kit_instance instance;
    struct kit_load *calls;
    struct kit_load *mutations;
};

static void begin(struct scene *scene)
{
    struct kit_story *story = scene->story;
    struct slice headers =
        arena_format(&story->arena, "Authorization: Bearer %s\r\nIdempotency-Key: m#\r\n%c",
                     story->server.token, '\0');
    scene->instance = kit_story_instance(story, definition, "Acme", NULL);
    (void)kit_story_deploy(story, &scene->instance);
    struct kit_load_options calls = {
        .port = story->server.port,
        .path = kit_story_path(story, kit_story_webhook(story, &scene->instance, "Count")),
        .headers = "Idempotency-Key: c#\r\n",
        .connections = 12,
        .reconnect = true};
    struct kit_load_options mutations = {
        .port = story->server.port,
        .path = "/api",
        .headers = headers.data,
        .body = "{\"query\": \"mutation { createCustomer(input: {name: \\\"" CUSTOMER
                "#\\\"}) { customer { id } errors { messages } } }\"}",
        .proof = "\"errors\":[]",
        .connections = 4,
        .reconnect = true};
    EXPECT_OK(kit_load_create(&scene->calls, &calls, KIT_ERROR));
    EXPECT_OK(kit_load_create(&scene->mutations, &mutations, KIT_ERROR));
}

/* Request `number` once more, as it was. */
static struct kit_message
ask_again(struct kit_story *story, const struct kit_load *load, const char *path, size_t number)
{
    struct buf headers;
    struct buf body;
    struct kit_message answer;
    buf_init(&headers, 4096);
    buf_init(&body, 4096);
    kit_load_write_headers(load, number, &headers);
    kit_load_write_body(load, number, &body);
    struct kit_request request = {.path = path, .headers = headers.data, .body = buf_slice(&body)};
    EXPECT_OK(kit_client_request(&story->caller, &request, &answer, KIT_ERROR));
    EXPECT_STATUS(&answer, 200);
    buf_deinit(&headers);
    buf_deinit(&body);
    return answer;
}

static bool asks(const struct kit_load_request *request, size_t number)
{
    return request->outcome == KIT_LOAD_UNKNOWN || number % CURIOUS == 0;
}

static void ask_all_calls(struct scene *scene)
{
    struct kit_story *story = scene->story;
    struct kit_census census;
    size_t count = 0;
    const struct kit_load_request *requests = kit_load_requests(scene->calls, &count);
    const char *path = kit_story_path(story, kit_story_webhook(story, &scene->instance, "Count"));
    for (size_t n = 0; n < count; n++) {
        if (!asks(&requests[n], n)) {
            continue;
        }
        struct kit_message answer = ask_again(story, scene->calls, path, n);
        struct slice id = kit_message_header(&answer, "prismatic-executionid");
        bool same = requests[n].execution[0] == '\0' || slice_is(id, requests[n].execution);
        EXPECT_THAT(same, "call %zu was answered with %s, and now with %.*s", n,
                    requests[n].execution, SLICE_ARGS(id));
    }
    kit_load_describe(scene->calls);
    kit_census_settle(story);
    kit_census_executions(story, scene->instance.id, &census);
    EXPECT_THAT(census.count == count, "%zu calls made %zu executions", count, census.count);
}

static void ask_all_mutations(struct scene *scene)
{
    struct kit_story *story = scene->story;
    struct kit_census census;
    size_t count = 0;
    const struct kit_load_request *requests = kit_load_requests(scene->mutations, &count);
    for (size_t n = 0; n < count; n++) {
        if (asks(&requests[n], n)) {
            struct kit_message answer = ask_again(story, scene->mutations, "/api", n);
            EXPECT_THAT(slice_find(answer.body, SLICE("\"errors\":[]")) != SIZE_MAX,
                        "mutation %zu: %.*s", n, SLICE_ARGS(answer.body));
        }
    }
    kit_load_describe(scene->mutations);
    kit_census_customers(story, CUSTOMER, &census);
    EXPECT_THAT(census.count == count, "%zu mutations made %zu customers", count, census.count);
}

TEST(asked_again, is_done_exactly_once)
{
    struct scene scene = {.story = story};
    begin(&scene);
    size_t rounds = kit_time_long() ? ROUNDS_LONG : ROUNDS;
    for (size_t round = 1; round <= rounds; round++) {
        STEP("round %zu: load, kill, start", round);
        EXPECT(
            kit_load_wait(scene.calls, kit_load_accepted(scene.calls) + A_KILL, KIT_PATIENCE_MS));
        kit_story_kill(story);
        kit_story_start(story);
    }
    kit_load_stop(scene.calls);
    kit_load_stop(scene.mutations);
    STEP("who had no answer asks again");
    ask_all_calls(&scene);
    ask_all_mutations(&scene);
    STEP("also behind one more kill");
    kit_story_kill(story);
    kit_story_start(story);
    ask_all_calls(&scene);
    ask_all_mutations(&scene);
    kit_census_prove(story);
    kit_load_destroy(&scene.calls);
    kit_load_destroy(&scene.mutations);
}
