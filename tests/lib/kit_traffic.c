#include "tests/lib/kit_traffic.h"
#include "core/base/check.h"

#include <stdio.h>
#include <stdlib.h>

/* Does not shrink under this sealed: goes to blobs/. */
#define LARGE_BYTES 30000

#define CUSTOMER    "Customer "

static const char definition[] =
    "definitionVersion: 7\n"
    "name: Calls of every kind\n"
    "requiredConfigVars:\n"
    "  - {key: Target, dataType: string, defaultValue: \"\"}\n"
    "flows:\n"
    "  - name: Quick\n"
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
    "  - name: Steps\n"
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

/* ---- load ---- */

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

static void
begin(struct kit_traffic *traffic, enum kit_traffic_kind kind, struct kit_load_options options)
{
    options.port = traffic->story->server.port;
    options.reconnect = true;
    EXPECT_OK(kit_load_create(&traffic->loads[kind], &options, KIT_ERROR));
}

static void begin_hooks(struct kit_traffic *traffic)
{
    struct kit_story *story = traffic->story;
    const struct kit_instance *instance = &traffic->instance;
    const char *quick = kit_story_path(story, kit_story_webhook(story, instance, "Quick"));
    const char *steps = kit_story_path(story, kit_story_webhook(story, instance, "Steps"));
    begin(traffic, KIT_TRAFFIC_QUICK, (struct kit_load_options){.path = quick, .connections = 8});
    begin(traffic, KIT_TRAFFIC_LARGE,
          (struct kit_load_options){.path = quick, .body = large_body(story), .connections = 2});
    begin(traffic, KIT_TRAFFIC_STEPS, (struct kit_load_options){.path = steps, .connections = 2});
    begin(traffic, KIT_TRAFFIC_WAITING,
          (struct kit_load_options){
              .path = steps, .headers = "prismatic-synchronous: true\r\n", .connections = 4});
}

static void begin_mutations(struct kit_traffic *traffic)
{
    struct slice token = arena_format(&traffic->story->arena, "Authorization: Bearer %s\r\n%c",
                                      traffic->story->server.token, '\0');
    begin(traffic, KIT_TRAFFIC_MUTATIONS,
          (struct kit_load_options){
              .path = "/api",
              .headers = token.data,
              .body = "{\"query\": \"mutation { createCustomer(input: {name: \\\"" CUSTOMER
                      "#\\\"}) { customer { id } errors { messages } } }\"}",
              .proof = "\"errors\":[]",
              .connections = 2});
}

void kit_traffic_begin(struct kit_traffic *traffic, struct kit_story *story)
{
    struct slice config =
        arena_format(&story->arena, "[{\"key\": \"Target\", \"value\": \"http://127.0.0.1:%d\"}]%c",
                     kit_target_port(kit_story_target(story)), '\0');
    *traffic = (struct kit_traffic){.story = story};
    traffic->instance = kit_story_instance(story, definition, "Acme", config.data);
    (void)kit_story_deploy(story, &traffic->instance);
    begin_hooks(traffic);
    begin_mutations(traffic);
}

size_t kit_traffic_accepted(const struct kit_traffic *traffic)
{
    size_t sum = 0;
    for (int i = 0; i < KIT_TRAFFIC_KINDS; i++) {
        sum += kit_load_accepted(traffic->loads[i]);
    }
    return sum;
}

void kit_traffic_await(const struct kit_traffic *traffic, size_t more)
{
    size_t wanted = kit_traffic_accepted(traffic) + more;
    int64_t deadline = kit_time_ms() + KIT_PATIENCE_MS;
    while (kit_traffic_accepted(traffic) < wanted) {
        EXPECT_THAT(kit_time_left(deadline) > 0, "%zu calls were accepted, not %zu",
                    kit_traffic_accepted(traffic), wanted);
        kit_time_pause(1);
    }
}

/* ---- afterwards ---- */

void kit_traffic_stop(struct kit_traffic *traffic)
{
    for (int i = 0; i < KIT_TRAFFIC_KINDS; i++) {
        kit_load_stop(traffic->loads[i]);
    }
}

void kit_traffic_compare(struct kit_traffic *traffic)
{
    struct kit_story *story = traffic->story;
    struct kit_census census;
    STEP("what was answered is there, and has ended well");
    kit_census_settle(story);
    kit_census_executions(story, traffic->instance.id, &census);
    kit_census_compare(&census, traffic->loads, KIT_TRAFFIC_MUTATIONS);
    size_t succeeded = kit_census_count(story, traffic->instance.id, "SUCCEEDED");
    EXPECT_THAT(succeeded == census.count, "%zu of %zu executions succeeded", succeeded,
                census.count);
    kit_census_customers(story, CUSTOMER, &census);
    kit_census_compare_names(&census, CUSTOMER, traffic->loads[KIT_TRAFFIC_MUTATIONS]);
}

void kit_traffic_deinit(struct kit_traffic *traffic)
{
    for (int i = 0; i < KIT_TRAFFIC_KINDS; i++) {
        kit_load_destroy(&traffic->loads[i]);
    }
}

void kit_traffic_seed(void)
{
    const char *given = getenv("DAYBOOK_TEST_SEED");
    unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)kit_time_ms();
    (void)fprintf(stderr, "DAYBOOK_TEST_SEED=%u\n", seed);
    srand(seed);
}
