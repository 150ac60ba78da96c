/*
 * The wall clock steps, forward and back, by minutes and by days, while the server runs and while
 * it does not. What is recorded never goes back in time, every step is journaled, and how long
 * something runs, waits or sleeps does not depend on what the clock shows.
 */
#include "core/base/check.h"
#include "tests/lib/kit_census.h"
#include "tests/lib/kit_command.h"
#include "tests/lib/kit_shim.h"

#include <stdlib.h>

#define MINUTE 60
#define HOUR   3600
#define DAY    86400

static const char definition[] =
    "definitionVersion: 7\n"
    "name: Calls and sleeps\n"
    "requiredConfigVars:\n"
    "  - {key: Target, dataType: string, defaultValue: ''}\n"
    "flows:\n"
    "  - name: Look\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - &call {name: Call, isTrigger: true, action: {key: webhook, component: {key: "
    "webhook-triggers, version: LATEST, isPublic: true}}, inputs: {}}\n"
    "      - {name: Look, action: &get {key: httpGet, component: {key: http, version: LATEST, "
    "isPublic: true}}, inputs: {url: {type: template, value: '{{#Target}}/look'}}}\n"
    "  - name: Nap\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - *call\n"
    "      - {name: Nap, action: {key: sleep, component: {key: sleep, version: LATEST, isPublic: "
    "true}}, inputs: {ms: {type: value, value: '1500'}}}\n"
    "      - {name: Look, action: *get, inputs: {url: {type: template, value: "
    "'{{#Target}}/rested'}}}\n"
    "  - name: Patient\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - *call\n"
    "      - {name: Look, action: *get, inputs: {url: {type: template, value: "
    "'{{#Target}}/busy'}}, errorConfig: {errorHandlerType: retry, maxAttempts: 2, delaySeconds: "
    "1}}\n";

struct scene {
    struct kit_story *story;
    struct kit_target *target;
    struct kit_instance instance;
};

static struct scene begin(struct kit_story *story)
{
    kit_shim_begin(story);
    kit_story_start(story);
    struct scene scene = {.story = story, .target = kit_story_target(story)};
    struct slice config =
        arena_format(&story->arena, "[{\"key\": \"Target\", \"value\": \"http://127.0.0.1:%d\"}]%c",
                     kit_target_port(scene.target), '\0');
    scene.instance = kit_story_instance(story, definition, "Acme", config.data);
    (void)kit_story_deploy(story, &scene.instance);
    return scene;
}

static const char *call(struct scene *scene, const char *flow)
{
    return kit_story_call(scene->story, kit_story_webhook(scene->story, &scene->instance, flow),
                          "{}");
}

static void expect_success(struct scene *scene, const char *execution)
{
    EXPECT_TEXT(kit_story_await(scene->story, execution), "status", "SUCCESS");
}

static int64_t count_events(struct kit_story *story, const char *type)
{
    const struct value *types = VALUE_AT(RUN_JSON(story, 0, "stats"), "eventsByType");
    for (size_t i = 0; i < kit_path_count(types, ""); i++) {
        if (slice_is(value_text_of(kit_path_find(value_at(types, i), "event")), type)) {
            return value_int_of(kit_path_find(value_at(types, i), "count"), -1);
        }
    }
    return 0;
}

/* ---- what is recorded ---- */

static const char *queued_at(struct kit_story *story, const char *execution)
{
    const struct value *data =
        GQL(story, "query($id: ID!) { executionResult(id: $id) { queuedAt } }",
            {"id", .text = execution});
    return TEXT_AT(data, "executionResult.queuedAt");
}

TEST(clock, recorded_times_never_go_back, .no_server = true)
{
    static const int64_t steps[] = {-90, -2 * DAY, HOUR, -HOUR, 3 * DAY, -3 * DAY, 90};
    struct scene scene = begin(story);
    const char *before = queued_at(story, call(&scene, "Look"));
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        STEP("the clock moves by %lld s", (long long)steps[i]);
        kit_shim_move_clock(steps[i]);
        const char *id = call(&scene, "Look");
        const char *at = queued_at(story, id);
        EXPECT_THAT(strcmp(before, at) <= 0, "queued at %s behind one at %s", at, before);
        expect_success(&scene, id);
        EXPECT(count_events(story, "clock.stepped") == (int64_t)i + 1);
        before = at;
    }
    STEP("less than a minute is no step");
    kit_shim_move_clock(50);
    expect_success(&scene, call(&scene, "Look"));
    EXPECT(count_events(story, "clock.stepped") == (int64_t)ARRAY_COUNT(steps));
    kit_census_settle(story);
    kit_census_prove(story);
}

TEST(clock, a_step_back_while_it_was_stopped_is_journaled, .no_server = true)
{
    struct scene scene = begin(story);
    const char *before = queued_at(story, call(&scene, "Look"));
    kit_census_settle(story);
    kit_story_stop(story);
    kit_shim_move_clock(-2 * DAY);
    kit_story_start(story);
    EXPECT_THAT(kit_server_logged_now(&story->server, "closed cleanly"),
                "the views were built anew");
    const char *id = call(&scene, "Look");
    EXPECT(strcmp(before, queued_at(story, id)) <= 0);
    expect_success(&scene, id);
    EXPECT(count_events(story, "clock.stepped") == 1);
    kit_census_prove(story);
}

/* ---- what runs ---- */

/* While its step is under way outside. */
static void step_midway(struct kit_story *story, int64_t seconds)
{
    struct scene scene = begin(story);
    kit_target_answer(scene.target, "/look", 1, (struct kit_answer){.delay_ms = 2500});
    const char *id = call(&scene, "Look");
    EXPECT(kit_target_wait(scene.target, "/look", 1, KIT_PATIENCE_MS));
    kit_shim_move_clock(seconds);
    expect_success(&scene, id);
    EXPECT(kit_target_count(scene.target, "/look") == 1);
    EXPECT_TEXT(kit_story_await(story, call(&scene, "Look")), "status", "SUCCESS");
}

TEST(clock, a_step_forward_does_not_time_out_what_runs, .no_server = true)
{
    step_midway(story, 2 * DAY);
}

TEST(clock, a_step_back_does_not_disturb_what_runs, .no_server = true)
{
    step_midway(story, -2 * DAY);
}

static const char *const short_runs[] = {"--allow-private-targets", "--execution-timeout-seconds",
                                         "2", NULL};

TEST(clock, a_step_back_gives_nobody_more_time, .no_server = true, .arguments = short_runs)
{
    struct scene scene = begin(story);
    kit_target_answer(scene.target, "/look", 0, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    const char *id = call(&scene, "Look");
    EXPECT(kit_target_wait(scene.target, "/look", 1, KIT_PATIENCE_MS));
    kit_shim_move_clock(-2 * DAY);
    const struct value *execution = kit_story_await(story, id);
    EXPECT_TEXT(execution, "state", "TIMED_OUT");
}

TEST(clock,
     a_step_back_over_a_restart_gives_nobody_more_time,
     .no_server = true,
     .arguments = short_runs)
{
    struct scene scene = begin(story);
    kit_target_answer(scene.target, "/look", 0, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    const char *id = call(&scene, "Look");
    EXPECT(kit_target_wait(scene.target, "/look", 1, KIT_PATIENCE_MS));
    kit_story_kill(story);
    kit_shim_move_clock(-2 * DAY);
    kit_story_start(story);
    EXPECT_TEXT(kit_story_await(story, id), "state", "TIMED_OUT");
}

/* ---- what waits ---- */

/* Waits until the log of an execution holds a line. */
static void await_line(struct scene *scene, const char *execution, const char *text)
{
    int64_t deadline = kit_time_ms() + KIT_PATIENCE_MS;
    size_t count = 0;
    while (count == 0) {
        const struct value *data =
            GQL(scene->story,
                "query($id: ID!, $text: String) { logs(executionResult: $id, message_Icontains: "
                "$text) { nodes { message } } }",
                {"id", .text = execution}, {"text", .text = text});
        count = kit_path_count(data, "logs.nodes");
        EXPECT_THAT(kit_time_left(deadline) > 0, "no line of its log holds '%s'", text);
    }
}

TEST(clock, a_step_back_does_not_prolong_a_sleep, .no_server = true)
{
    struct scene scene = begin(story);
    STEP("in one life");
    const char *id = call(&scene, "Nap");
    kit_shim_move_clock(-HOUR);
    expect_success(&scene, id);
    STEP("over a restart");
    id = call(&scene, "Nap");
    await_line(&scene, id, "\"Nap\" starts");
    kit_story_kill(story);
    kit_shim_move_clock(-HOUR);
    kit_story_start(story);
    expect_success(&scene, id);
    EXPECT(kit_target_count(scene.target, "/rested") == 2);
}

TEST(clock, a_step_back_does_not_prolong_the_wait_for_a_retry, .no_server = true)
{
    struct scene scene = begin(story);
    kit_target_answer(scene.target, "/busy", 1, (struct kit_answer){.status = 503});
    const char *id = call(&scene, "Patient");
    EXPECT(kit_target_wait(scene.target, "/busy", 1, KIT_PATIENCE_MS));
    await_line(&scene, id, "will be tried again");
    kit_story_kill(story);
    kit_shim_move_clock(-HOUR);
    kit_story_start(story);
    expect_success(&scene, id);
    EXPECT(kit_target_count(scene.target, "/busy") == 2);
}
