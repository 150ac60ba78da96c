/*
 * The server is killed again and again, at random moments and under load of every kind: webhooks
 * that answer at once and such that wait for the flow, payloads that go to blobs/, flows with many
 * steps outside, mutations. Whatever it answered with success is there afterwards, once; what it
 * had not answered is there at most once; what was begun ends; journal and views are whole.
 *
 * A killed process loses nothing that the kernel has, so this finds events answered before they
 * were written, written twice, or half written; it cannot find a missing sync.
 */
#include "core/base/check.h"
#include "tests/lib/kit_census.h"

#include <stdio.h>
#include <stdlib.h>

#define ROUNDS      10
#define ROUNDS_LONG 60

/* Accepted calls between one kill and the next, and milliseconds behind them, both at random. */
#define ACCEPTED_MAX 120
#define PAUSE_MS_MAX 40

/* Every so many rounds the server is killed while it starts, too. */
#define KILLED_STARTS 3

/* Does not shrink under this sealed: goes to blobs/. */
#define LARGE_BYTES 30000

static const char definition[] =
    "definitionVersion: 7\n"
    "name: Calls of every kind\n"
    "requiredConfigVars:\n"
    "  - {key: Target, dataType: string, defaultValue: \"\"}\n"
    "flows:\n"
    "  - name: Count\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - name: Call\n"
    "        isTrigger: true\n"
    "        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: "
    "true}}\n"
    "        inputs: {}\n"
    "      - name: Note\n"
    "        action: {key: writeLog, component: {key: log, version: LATEST, isPublic: true}}\n"
    "        inputs:\n"
    "          level: {type: value, value: info}\n"
    "          message: {type: template, value: \"call {{$call.results.body.data.n}}\"}\n"
    "  - name: Deliver\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - name: Call\n"
    "        isTrigger: true\n"
    "        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: "
    "true}}\n"
    "        inputs: {}\n"
    "      - name: Look\n"
    "        action: {key: httpGet, component: {key: http, version: LATEST, isPublic: true}}\n"
    "        inputs:\n"
    "          url: {type: template, value: \"{{#Target}}/look\"}\n"
    "      - name: Twice\n"
    "        action: {key: loopNTimes, component: {key: loop, version: LATEST, isPublic: true}}\n"
    "        inputs: {iterationCount: {type: value, value: \"2\"}}\n"
    "        steps:\n"
    "          - name: Item\n"
    "            action: {key: httpPost, component: {key: http, version: LATEST, isPublic: true}}\n"
    "            inputs:\n"
    "              url: {type: template, value: \"{{#Target}}/item\"}\n"
    "              data: {type: reference, value: call.results.body.data}\n"
    "            errorConfig: {errorHandlerType: retry, maxAttempts: 5, delaySeconds: 0}\n"
    "      - name: Note\n"
    "        action: {key: writeLog, component: {key: log, version: LATEST, isPublic: true}}\n"
    "        inputs:\n"
    "          level: {type: value, value: info}\n"
    "          message: {type: template, value: \"call {{$call.results.body.data.n}}\"}\n"
    "      - name: Answer\n"
    "        action: {key: stopExecution, component: {key: stop-execution, version: LATEST, "
    "isPublic: true}}\n"
    "        inputs:\n"
    "          statusCode: {type: value, value: \"200\"}\n"
    "          contentType: {type: value, value: application/json}\n"
    "          jsonBody: {type: value, value: '{\"done\": true}'}\n";

enum { LOAD_QUICK, LOAD_WAITING, LOAD_LARGE, LOAD_STEPS, LOAD_MUTATIONS, LOADS };

/* Loads that make executions come first. */
#define HOOK_LOADS LOAD_MUTATIONS

struct scene {
    struct kit_story *story;
    struct kit_instance instance;
    struct kit_load *loads[LOADS];
};

/* ---- load ---- */

static size_t accepted(const struct scene *scene)
{
    size_t sum = 0;
    for (int i = 0; i < LOADS; i++) {
        sum += kit_load_accepted(scene->loads[i]);
    }
    return sum;
}

static void begin(struct scene *scene, int which, struct kit_load_options options)
{
    options.port = scene->story->server.port;
    options.reconnect = true;
    EXPECT_OK(kit_load_create(&scene->loads[which], &options, KIT_ERROR));
}

/* A JSON body that hardly shrinks. */
static const char *large_body(struct kit_story *story)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
    char *text = ARENA_ARRAY(&story->arena, char, LARGE_BYTES + 32);
    ASSERT(text != NULL);
    int size = snprintf(text, 32, "{\"n\": #, \"noise\": \"");
    for (int i = 0; i < LARGE_BYTES; i++) {
        text[size++] = letters[rand() % 64];
    }
    (void)snprintf(text + size, 3, "\"}");
    return text;
}

static void begin_all(struct scene *scene)
{
    struct kit_story *story = scene->story;
    const struct kit_instance *instance = &scene->instance;
    const char *count = kit_story_path(story, kit_story_webhook(story, instance, "Count"));
    const char *deliver = kit_story_path(story, kit_story_webhook(story, instance, "Deliver"));
    struct slice token =
        arena_format(&story->arena, "Authorization: Bearer %s\r\n%c", story->server.token, '\0');
    begin(scene, LOAD_QUICK, (struct kit_load_options){.path = count, .connections = 8});
    begin(scene, LOAD_WAITING,
          (struct kit_load_options){
              .path = deliver, .headers = "prismatic-synchronous: true\r\n", .connections = 4});
    begin(scene, LOAD_LARGE,
          (struct kit_load_options){.path = count, .body = large_body(story), .connections = 2});
    begin(scene, LOAD_STEPS, (struct kit_load_options){.path = deliver, .connections = 2});
    begin(scene, LOAD_MUTATIONS,
          (struct kit_load_options){
              .path = "/api",
              .headers = token.data,
              .body = "{\"query\": \"mutation { createCustomer(input: {name: \\\"Customer #\\\"}) "
                      "{ customer { id } errors { messages } } }\"}",
              .proof = "\"errors\":[]",
              .connections = 2});
}

/* ---- kills ---- */

static void await_accepted(const struct scene *scene, size_t count)
{
    int64_t deadline = kit_time_ms() + KIT_PATIENCE_MS;
    while (accepted(scene) < count) {
        EXPECT_THAT(kit_time_left(deadline) > 0, "%zu calls were accepted, not %zu",
                    accepted(scene), count);
        kit_time_pause(1);
    }
}

/* Starts it and kills it before it says that it is ready, or just after. */
static void kill_a_start(struct kit_story *story)
{
    EXPECT_OK(kit_server_launch(&story->server, story->options.arguments, KIT_ERROR));
    kit_time_pause(rand() % (3 * PAUSE_MS_MAX));
    kit_story_kill(story);
}

static void kill_and_start(struct scene *scene, size_t round)
{
    size_t wanted = accepted(scene) + 1 + (size_t)rand() % ACCEPTED_MAX;
    await_accepted(scene, wanted);
    kit_time_pause(rand() % PAUSE_MS_MAX);
    kit_story_kill(scene->story);
    if (round % KILLED_STARTS == 0) {
        kill_a_start(scene->story);
    }
    kit_story_start(scene->story);
}

static unsigned choose_seed(void)
{
    const char *given = getenv("DAYBOOK_TEST_SEED");
    unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)kit_time_ms();
    (void)fprintf(stderr, "DAYBOOK_TEST_SEED=%u\n", seed);
    return seed;
}

/* ---- afterwards ---- */

static void compare(struct scene *scene)
{
    struct kit_story *story = scene->story;
    struct kit_census census;
    STEP("what was answered is there, and has ended well");
    kit_census_settle(story);
    kit_census_executions(story, scene->instance.id, &census);
    kit_census_compare(&census, scene->loads, HOOK_LOADS);
    size_t succeeded = kit_census_count(story, scene->instance.id, "SUCCEEDED");
    EXPECT_THAT(succeeded == census.count, "%zu of %zu executions succeeded", succeeded,
                census.count);
    kit_census_customers(story, "Customer ", &census);
    kit_census_compare_names(&census, "Customer ", scene->loads[LOAD_MUTATIONS]);
}

TEST(crash, answered_calls_survive_kills_under_load)
{
    struct scene scene = {.story = story};
    srand(choose_seed());
    struct slice config =
        arena_format(&story->arena, "[{\"key\": \"Target\", \"value\": \"http://127.0.0.1:%d\"}]%c",
                     kit_target_port(kit_story_target(story)), '\0');
    scene.instance = kit_story_instance(story, definition, "Acme", config.data);
    (void)kit_story_deploy(story, &scene.instance);
    begin_all(&scene);
    size_t rounds = kit_time_long() ? ROUNDS_LONG : ROUNDS;
    for (size_t round = 1; round <= rounds; round++) {
        STEP("round %zu: load, kill, start", round);
        kill_and_start(&scene, round);
    }
    for (int i = 0; i < LOADS; i++) {
        kit_load_stop(scene.loads[i]);
    }
    compare(&scene);
    kit_census_prove(story);
    for (int i = 0; i < LOADS; i++) {
        kit_load_destroy(&scene.loads[i]);
    }
}
