/*
 * More than the server can take: over each bound comes a clear refusal, what was accepted is kept
 * and run in its order, what waits waits on disk, and reading goes on.
 */
#include "core/base/check.h"
#include "tests/lib/kit_census.h"
#include "tests/lib/kit_command.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the program bounds: executions at a time (RUNNER_SLOTS), commands that wait for the writer
 * (COMMAND_QUEUE_COMMANDS_MAX). */
#define SLOTS          256
#define QUEUE_COMMANDS 8192

/* Beyond the slots wait so many executions. */
#define WAITING      3000
#define WAITING_LONG 100000

/* What the server's own memory may grow by while they wait: what 256 that run take, and nothing for
 * each that waits. */
#ifdef __SANITIZE_THREAD__ /* whose shadow counts four times */
#define GROWTH_KIB ((long)256 * 1024)
#else
#define GROWTH_KIB ((long)64 * 1024)
#endif

static const char definition[] =
    "definitionVersion: 7\n"
    "name: One call outside\n"
    "requiredConfigVars:\n"
    "  - {key: Target, dataType: string, defaultValue: ''}\n"
    "flows:\n"
    "  - name: Post\n"
    "    endpointSecurityType: unsecured\n"
    "    steps:\n"
    "      - {name: Call, isTrigger: true, action: {key: webhook, component: {key: "
    "webhook-triggers, version: LATEST, isPublic: true}}, inputs: {}}\n"
    "      - {name: Post, action: {key: httpPost, component: {key: http, version: LATEST, "
    "isPublic: "
    "true}}, inputs: {url: {type: template, value: '{{#Target}}/post'}, data: {type: reference, "
    "value: call.results.body.data}}, errorConfig: {errorHandlerType: retry, maxAttempts: 2, "
    "delaySeconds: 0}}\n";

struct scene {
    struct kit_story *story;
    struct kit_target *target;
    struct kit_instance instance;
    const char *path;
};

static struct scene begin(struct kit_story *story)
{
    struct scene scene = {.story = story, .target = kit_story_target(story)};
    struct slice config =
        arena_format(&story->arena, "[{\"key\": \"Target\", \"value\": \"http://127.0.0.1:%d\"}]%c",
                     kit_target_port(scene.target), '\0');
    scene.instance = kit_story_instance(story, definition, "Acme", config.data);
    (void)kit_story_deploy(story, &scene.instance);
    scene.path = kit_story_path(story, kit_story_webhook(story, &scene.instance, "Post"));
    return scene;
}

static void expect_overloaded(const struct kit_message *answer)
{
    EXPECT_STATUS(answer, 503);
    EXPECT_THAT(kit_message_header(answer, "Retry-After").size > 0, "no Retry-After in %.*s",
                SLICE_ARGS(answer->head));
    EXPECT_THAT(slice_find(answer->body, SLICE("\"overloaded\"")) != SIZE_MAX, "%.*s",
                SLICE_ARGS(answer->body));
}

/* ---- connections ---- */

#define FEW 8

static const char *const few_connections[] = {"--allow-private-targets", "--max-connections", "8",
                                              NULL};

TEST(overload, connections_over_the_limit_are_told_so, .arguments = few_connections)
{
    struct kit_client clients[FEW + 1];
    struct kit_message answer;
    struct kit_request request = {.path = "/healthz"};
    /* The story has two of its own. */
    size_t count = FEW - 2;
    for (size_t i = 0; i < count + 1; i++) {
        kit_client_init(&clients[i]);
        clients[i].port = story->server.port;
    }
    for (size_t i = 0; i < count; i++) {
        EXPECT_OK(kit_client_request(&clients[i], &request, &answer, KIT_ERROR));
        EXPECT_STATUS(&answer, 200);
    }
    STEP("one more is refused; those that are there go on, and so do the operator's tools");
    EXPECT_OK(kit_client_connect(&clients[count], story->server.port, KIT_ERROR));
    EXPECT_OK(
        kit_client_receive(&clients[count], KIT_RESPONSE, KIT_PATIENCE_MS, &answer, KIT_ERROR));
    expect_overloaded(&answer);
    EXPECT(kit_client_closed(&clients[count], KIT_PATIENCE_MS));
    (void)kit_story_customer(story, "Acme");
    (void)RUN(story, 0, "status");
    STEP("when one has gone, another gets in");
    kit_client_deinit(&clients[0]);
    int64_t deadline = kit_time_ms() + KIT_PATIENCE_MS;
    do {
        EXPECT(kit_time_left(deadline) > 0);
        EXPECT_OK(kit_client_request(&clients[count], &request, &answer, KIT_ERROR));
    } while (answer.status == 503);
    EXPECT_STATUS(&answer, 200);
    for (size_t i = 1; i < count + 1; i++) {
        kit_client_deinit(&clients[i]);
    }
}

/* ---- the writer's queue ---- */

/* One more than the writer is at, and those that find no place. */
#define CROWD (QUEUE_COMMANDS + 1 + 100)

static const char *const many_connections[] = {"--allow-private-targets", "--max-connections",
                                               "9000", NULL};

static void allow_descriptors(void)
{
    struct rlimit limit;
    EXPECT(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = CROWD + 100;
    EXPECT_THAT(setrlimit(RLIMIT_NOFILE, &limit) == 0, "this test needs %d open files",
                (int)limit.rlim_cur);
}

/* Connects and sends a call. Returns: the socket. */
static int send_call(const struct scene *scene, const char *body)
{
    struct buf bytes;
    struct kit_client client;
    struct kit_request request = {.path = scene->path, .body = slice_of_text(body)};
    buf_init(&bytes, 4096);
    kit_client_init(&client);
    EXPECT_OK(kit_client_connect(&client, scene->story->server.port, KIT_ERROR));
    kit_client_write_request(&client, &request, &bytes);
    EXPECT_OK(kit_client_send(&client, buf_slice(&bytes), KIT_ERROR));
    buf_deinit(&bytes);
    int fd = client.fd;
    client.fd = -1;
    kit_client_deinit(&client);
    return fd;
}

static size_t count_refusals(const int *fds, size_t count)
{
    size_t refused = 0;
    for (size_t i = 0; i < count; i++) {
        char text[600];
        ssize_t size = recv(fds[i], text, sizeof text - 1, MSG_DONTWAIT | MSG_PEEK);
        text[size > 0 ? size : 0] = '\0';
        EXPECT_THAT(size <= 0 || strncmp(text, "HTTP/1.1 503 ", 13) == 0, "call %zu: %s", i, text);
        EXPECT_THAT(size <= 0 || strstr(text, "\nRetry-After: ") != NULL, "call %zu: %s", i, text);
        refused += size > 0;
    }
    return refused;
}

TEST(overload, a_full_queue_of_the_writer_is_a_refusal, .arguments = many_connections)
{
    static int fds[CROWD];
    struct scene scene = begin(story);
    allow_descriptors();
    kit_story_stop(story);
    (void)setenv("DAYBOOK_FAILPOINT", "journal_before_commit:sleep=600000", 1);
    kit_story_start(story);
    (void)unsetenv("DAYBOOK_FAILPOINT");
    STEP("the writer hangs in a commit, and calls pile up");
    for (size_t i = 0; i < CROWD; i++) {
        fds[i] = send_call(&scene, "{\"n\": 1}");
    }
    int64_t deadline = kit_time_ms() + KIT_PATIENCE_MS;
    while (count_refusals(fds, CROWD) == 0) {
        EXPECT(kit_time_left(deadline) > 0);
        kit_time_pause(10);
    }
    STEP("reading goes on");
    EXPECT(kit_census_count(story, scene.instance.id, NULL) == 0);
    STEP("what was not answered was not kept");
    kit_story_kill(story);
    kit_story_start(story);
    kit_census_settle(story);
    EXPECT(kit_census_count(story, scene.instance.id, NULL) == 0);
    for (size_t i = 0; i < CROWD; i++) {
        (void)close(fds[i]);
    }
    EXPECT_TEXT(kit_story_await(story, kit_story_call(story, scene.path, "{\"n\": 2}")), "status",
                "SUCCESS");
}

/* ---- more executions than slots ---- */

static long memory_kib(const struct kit_story *story)
{
    char path[64];
    struct buf text;
    buf_init(&text, 65536);
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)story->server.pid);
    EXPECT_OK(kit_dir_read(path, &text, KIT_ERROR));
    size_t at = slice_find(buf_slice(&text), SLICE("RssAnon:"));
    EXPECT(at != SIZE_MAX);
    long kib = strtol(text.data + at + sizeof "RssAnon:" - 1, NULL, 10);
    buf_deinit(&text);
    return kib;
}

/* So many calls, all accepted, in the order of their numbers. */
static void call_in_order(const struct scene *scene, size_t count, size_t connections)
{
    struct kit_load *load = NULL;
    struct kit_load_options options = {.port = scene->story->server.port,
                                       .path = scene->path,
                                       .connections = connections,
                                       .request_count = count};
    size_t sent = 0;
    EXPECT_OK(kit_load_create(&load, &options, KIT_ERROR));
    (void)kit_load_wait(load, count, (int)(KIT_STORY_SECONDS * 1000));
    kit_load_stop(load);
    kit_load_describe(load);
    (void)kit_load_requests(load, &sent);
    EXPECT_THAT(kit_load_accepted(load) == count, "%zu of %zu calls were accepted",
                kit_load_accepted(load), count);
    kit_load_destroy(&load);
}

TEST(overload, what_waits_waits_on_disk, .no_server = true)
{
    /* What is freed is to be free, so that the sanitizer's quarantine is not taken for growth. */
    (void)setenv("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=1:quarantine_size_mb=1", 1);
    kit_story_start(story);
    struct scene scene = begin(story);
    size_t count = kit_time_long() ? WAITING_LONG : WAITING;
    kit_target_answer(scene.target, "/post", 0, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    STEP("the slots are taken");
    call_in_order(&scene, SLOTS, 16);
    EXPECT(kit_target_wait(scene.target, "/post", SLOTS - 8, KIT_PATIENCE_MS));
    long before = memory_kib(story);
    STEP("%zu more wait", count);
    call_in_order(&scene, count, 64);
    long after = memory_kib(story);
    (void)fprintf(stderr, "memory: %ld KiB before, %ld KiB after\n", before, after);
    EXPECT_THAT(after - before < GROWTH_KIB, "%zu that wait took %ld KiB", count, after - before);
    EXPECT(kit_census_count(story, scene.instance.id, NULL) == count + SLOTS);
    kit_story_kill(story);
}

/* Executions in the order in which they were queued, and when each started. */
static void expect_started_in_order(struct scene *scene, size_t count)
{
    struct kit_story *story = scene->story;
    const char *after = "";
    const char *last = "";
    size_t seen = 0;
    while (after != NULL) {
        const struct value *data =
            GQL(story,
                "query($id: ID!, $after: String) { executionResults(instance: $id, after: $after, "
                "orderBy: {field: STARTED_AT, direction: ASC}) { nodes { queuedAt } "
                "pageInfo { hasNextPage endCursor } } }",
                {"id", .text = scene->instance.id}, {"after", .text = after});
        const struct value *nodes = VALUE_AT(data, "executionResults.nodes");
        for (size_t i = 0; i < kit_path_count(nodes, ""); i++, seen++) {
            const char *queued = TEXT_AT(value_at(nodes, i), "queuedAt");
            EXPECT_THAT(strcmp(last, queued) <= 0,
                        "the execution that started as number %zu was queued at %s, before %s",
                        seen, queued, last);
            last = queued;
        }
        bool more = value_bool_of(VALUE_AT(data, "executionResults.pageInfo.hasNextPage"), false);
        after = more ? TEXT_AT(data, "executionResults.pageInfo.endCursor") : NULL;
    }
    EXPECT(seen == count);
}

TEST(overload, a_backlog_drains_in_order_after_a_restart)
{
    struct scene scene = begin(story);
    size_t count = 3 * SLOTS;
    kit_target_answer(scene.target, "/post", SLOTS, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    call_in_order(&scene, count, 1);
    kit_story_kill(story);
    kit_story_start(story);
    kit_census_settle(story);
    EXPECT(kit_census_count(story, scene.instance.id, "SUCCEEDED") == count);
    expect_started_in_order(&scene, count);
    kit_census_prove(story);
}
