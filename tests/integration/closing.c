/*
 * SIGTERM and SIGINT: nothing new is accepted, what runs comes to its end or is parked, callers who
 * wait are told the id, the program ends with 0 and the next start finds everything closed cleanly.
 * A second signal parks at once. A signal that comes while it starts ends it, too, with 0.
 */
#include "core/base/check.h"
#include "tests/lib/kit_traffic.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ROUNDS           6
#define START_ROUNDS     12
#define START_PAUSE_MS   150
#define ANSWER_DELAY_MS  700
#define CLEAN            "how=\"closed cleanly\""
#define CLOSING_DEADLINE 8000 /* well under the 10 s that a first signal leaves to what runs */

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
    const char *url;
};

static struct scene begin(struct kit_story *story)
{
    struct scene scene = {.story = story, .target = kit_story_target(story)};
    struct slice config =
        arena_format(&story->arena, "[{\"key\": \"Target\", \"value\": \"http://127.0.0.1:%d\"}]%c",
                     kit_target_port(scene.target), '\0');
    scene.instance = kit_story_instance(story, definition, "Acme", config.data);
    (void)kit_story_deploy(story, &scene.instance);
    scene.url = kit_story_webhook(story, &scene.instance, "Look");
    return scene;
}

/* Sends a call that waits for the flow, and does not read the answer yet. */
static void send_waiting_call(struct scene *scene, struct kit_client *client)
{
    struct buf bytes;
    struct kit_request request = {.path = kit_story_path(scene->story, scene->url),
                                  .headers = "prismatic-synchronous: true\r\n",
                                  .body = SLICE("{}")};
    buf_init(&bytes, 65536);
    EXPECT_OK(kit_client_connect(client, scene->story->server.port, KIT_ERROR));
    kit_client_write_request(client, &request, &bytes);
    EXPECT_OK(kit_client_send(client, buf_slice(&bytes), KIT_ERROR));
    buf_deinit(&bytes);
}

/* It ends with 0, within the time. */
static void expect_end(struct kit_story *story, int64_t within_ms)
{
    struct kit_exit end;
    int64_t began = kit_time_ms();
    EXPECT_OK(kit_server_await_end(&story->server, &end, KIT_ERROR));
    EXPECT_THAT(end.code == 0, "it ended with code %d, signal %d", end.code, end.signal);
    int64_t took = kit_time_ms() - began;
    EXPECT_THAT(took < within_ms, "it took %lld ms to end", (long long)took);
}

static void start_clean(struct kit_story *story)
{
    kit_story_start(story);
    EXPECT_THAT(kit_server_logged_now(&story->server, CLEAN), "the views were not closed cleanly");
}

/* ---- what runs ---- */

TEST(closing, what_runs_comes_to_its_end)
{
    struct scene scene = begin(story);
    struct kit_client client;
    struct kit_client late;
    struct kit_message answer;
    kit_client_init(&client);
    kit_client_init(&late);
    kit_target_answer(scene.target, "/look", 1, (struct kit_answer){.delay_ms = ANSWER_DELAY_MS});
    send_waiting_call(&scene, &client);
    EXPECT(kit_target_wait(scene.target, "/look", 1, KIT_PATIENCE_MS));
    kit_server_signal(&story->server, SIGTERM);

    STEP("idle connections are closed, new ones are not taken, who waits gets the flow's answer");
    EXPECT(kit_client_closed(&story->client, KIT_PATIENCE_MS));
    EXPECT_ERR(kit_client_connect(&late, story->server.port, KIT_ERROR), ERR_CLOSED);
    EXPECT_OK(kit_client_receive(&client, KIT_RESPONSE, KIT_PATIENCE_MS, &answer, KIT_ERROR));
    EXPECT_STATUS(&answer, 200);
    expect_end(story, CLOSING_DEADLINE);

    STEP("nothing is left to do at the next start");
    start_clean(story);
    char *id = arena_text(&story->arena, kit_message_header(&answer, "prismatic-executionid"));
    EXPECT_TEXT(kit_story_await(story, id), "status", "SUCCESS");
    EXPECT(kit_target_count(scene.target, "/look") == 1);
    kit_client_deinit(&client);
    kit_client_deinit(&late);
}

/* Who waited is told the id, and the execution goes on at the next start. */
static void expect_parked(struct scene *scene, struct kit_client *client)
{
    struct kit_story *story = scene->story;
    struct kit_message answer;
    EXPECT_OK(kit_client_receive(client, KIT_RESPONSE, KIT_PATIENCE_MS, &answer, KIT_ERROR));
    EXPECT_STATUS(&answer, 504);
    EXPECT_THAT(slice_find(answer.body, SLICE("synchronous_timeout")) != SIZE_MAX, "%.*s",
                SLICE_ARGS(answer.body));
    char *id = arena_text(&story->arena, kit_message_header(&answer, "prismatic-executionid"));
    EXPECT(id[0] != '\0');
    expect_end(story, KIT_SERVER_STOP_MS);
    start_clean(story);
    EXPECT_TEXT(kit_story_await(story, id), "status", "SUCCESS");
    EXPECT(kit_target_count(scene->target, "/look") == 2);
}

TEST(closing, what_hangs_is_parked_and_goes_on)
{
    struct scene scene = begin(story);
    struct kit_client client;
    kit_client_init(&client);
    kit_target_answer(scene.target, "/look", 1, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    send_waiting_call(&scene, &client);
    EXPECT(kit_target_wait(scene.target, "/look", 1, KIT_PATIENCE_MS));
    kit_server_signal(&story->server, SIGTERM);
    expect_parked(&scene, &client);
    kit_client_deinit(&client);
}

static void signal_twice(struct kit_story *story, int first, int second)
{
    struct scene scene = begin(story);
    struct kit_client client;
    kit_client_init(&client);
    kit_target_answer(scene.target, "/look", 1, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    send_waiting_call(&scene, &client);
    EXPECT(kit_target_wait(scene.target, "/look", 1, KIT_PATIENCE_MS));
    int64_t began = kit_time_ms();
    kit_server_signal(&story->server, first);
    EXPECT(kit_client_closed(&story->client, KIT_PATIENCE_MS)); /* the first one is taken */
    kit_server_signal(&story->server, second);
    expect_parked(&scene, &client);
    EXPECT_THAT(kit_time_ms() - began < CLOSING_DEADLINE, "a second signal did not hurry it");
    kit_client_deinit(&client);
}

TEST(closing, a_second_signal_parks_at_once)
{
    signal_twice(story, SIGTERM, SIGTERM);
}

TEST(closing, interrupting_twice_parks_at_once)
{
    signal_twice(story, SIGINT, SIGINT);
}

/* Its execution is committed when everybody who waited has been told already. */
TEST(closing, a_call_that_is_committed_at_the_very_end_is_answered)
{
    struct scene scene = begin(story);
    struct kit_client client;
    struct kit_message answer;
    kit_client_init(&client);
    kit_story_stop(story);
    (void)setenv("DAYBOOK_FAILPOINT", "journal_before_commit:sleep=1500", 1);
    kit_story_start(story);
    (void)unsetenv("DAYBOOK_FAILPOINT");
    send_waiting_call(&scene, &client);
    /* One turn of the server's loop accepts the call, one reads it. */
    for (int turn = 0; turn < 4; turn++) {
        (void)GQL(story, "{ journal { seq } }");
    }
    kit_server_signal(&story->server, SIGTERM);
    EXPECT_OK(kit_client_receive(&client, KIT_RESPONSE, KIT_PATIENCE_MS, &answer, KIT_ERROR));
    EXPECT_STATUS(&answer, 504);
    char *id = arena_text(&story->arena, kit_message_header(&answer, "prismatic-executionid"));
    expect_end(story, CLOSING_DEADLINE);
    start_clean(story);
    EXPECT_TEXT(kit_story_await(story, id), "status", "SUCCESS");
    EXPECT(kit_target_count(scene.target, "/look") == 1);
    kit_client_deinit(&client);
}

TEST(closing, under_load_everybody_has_an_answer_that_holds)
{
    struct kit_traffic traffic;
    kit_traffic_seed();
    kit_traffic_begin(&traffic, story);
    for (int round = 1; round <= ROUNDS; round++) {
        STEP("round %d: load, signal, start", round);
        kit_traffic_await(&traffic, 1 + (size_t)rand() % 60);
        kit_server_signal(&story->server, round % 2 == 0 ? SIGTERM : SIGINT);
        expect_end(story, CLOSING_DEADLINE);
        start_clean(story);
    }
    kit_traffic_stop(&traffic);
    kit_traffic_compare(&traffic);
    kit_census_prove(story);
    kit_traffic_deinit(&traffic);
}

/* ---- while it starts ---- */

static void launch(struct kit_story *story)
{
    EXPECT_OK(kit_server_launch(&story->server, story->options.arguments, KIT_ERROR));
}

TEST(closing, a_signal_during_the_first_start_ends_it, .no_server = true)
{
    kit_traffic_seed();
    for (int round = 1; round <= START_ROUNDS; round++) {
        STEP("round %d: launch, signal", round);
        EXPECT_OK(kit_dir_remove(story->server.data, KIT_ERROR));
        launch(story);
        /* It watches for signals before it makes anything. */
        while (!kit_server_logged_now(&story->server, "starting")) {
            EXPECT(kit_server_running(&story->server));
            kit_time_pause(1);
        }
        kit_time_pause(rand() % START_PAUSE_MS);
        kit_server_signal(&story->server, round % 2 == 0 ? SIGTERM : SIGINT);
        expect_end(story, CLOSING_DEADLINE);
        STEP("round %d: the next start makes what is missing", round);
        kit_story_start(story);
        (void)kit_story_customer(story, "Acme");
        kit_story_stop(story);
    }
    kit_story_verify(story);
}

static bool exists(const struct kit_story *story, const char *name)
{
    char path[KIT_PATH_SIZE + 64];
    (void)snprintf(path, sizeof path, "%s/%s", story->server.data, name);
    return access(path, F_OK) == 0;
}

TEST(closing, a_signal_while_views_are_built_ends_it)
{
    char path[KIT_PATH_SIZE + 64];
    (void)kit_story_customer(story, "Acme");
    kit_story_stop(story);
    (void)snprintf(path, sizeof path, "%s/views", story->server.data);
    EXPECT_OK(kit_dir_remove(path, KIT_ERROR));
    STEP("it hangs in building views, and is told to end");
    (void)setenv("DAYBOOK_FAILPOINT", "rebuild_before_rename:sleep=120000", 1);
    launch(story);
    (void)unsetenv("DAYBOOK_FAILPOINT");
    while (!exists(story, "views.new/clean")) {
        EXPECT(kit_server_running(&story->server));
        kit_time_pause(1);
    }
    kit_server_signal(&story->server, SIGTERM);
    expect_end(story, CLOSING_DEADLINE);
    STEP("the next start builds them, and leaves nothing behind");
    kit_story_start(story);
    const struct value *data = GQL(story, "{ customers { nodes { name } } }");
    EXPECT_TEXT(data, "customers.nodes[0].name", "Acme");
    EXPECT(!exists(story, "views.new") && !exists(story, "views.old"));
}
