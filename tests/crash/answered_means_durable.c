/*
 * The server is killed again and again under load. Whatever it answered with success is there
 * afterwards, once; what it had not answered is there at most once; and the journal is whole.
 *
 * A killed process loses nothing that the kernel has, so this finds events answered before they
 * were written, written twice, or half written; it cannot find a missing sync.
 */
#include "core/base/check.h"
#include "core/base/memory.h"
#include "tests/lib/kit_load.h"
#include "tests/lib/kit_story.h"

#include <stdlib.h>

#define ROUNDS          5
#define ROUNDS_LONG     40
#define CONNECTIONS     16
#define ACCEPTED_A_KILL 150 /* accepted calls between one kill and the next */
#define PAGE            100

static const char definition[] =
    "definitionVersion: 7\n"
    "name: Counted calls\n"
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
    "          message: {type: template, value: \"call {{$call.results.body.data.n}}\"}\n";

/* Execution ids, for looking up. */
struct ids {
    const char **items;
    size_t count;
};

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All executions that the server knows, sorted; none may stand twice. */
static struct ids read_executions(struct kit_story *story, const struct kit_instance *instance)
{
    struct ids ids = {.items = memory_zalloc(KIT_LOAD_REQUESTS_MAX, sizeof(char *))};
    ASSERT(ids.items != NULL);
    const char *after = "";
    for (bool more = true; more;) {
        const struct value *data =
            GQL(story,
                "query($id: ID!, $after: String, $first: Int) { executionResults(instance: $id, "
                "after: $after, first: $first) { nodes { id } "
                "pageInfo { hasNextPage endCursor } } }",
                {"id", .text = instance->id}, {"after", .text = after}, {"first", .integer = PAGE});
        const struct value *nodes = VALUE_AT(data, "executionResults.nodes");
        for (size_t i = 0; i < kit_path_count(nodes, ""); i++) {
            EXPECT(ids.count < KIT_LOAD_REQUESTS_MAX);
            ids.items[ids.count++] = TEXT_AT(value_at(nodes, i), "id");
        }
        more = value_bool_of(VALUE_AT(data, "executionResults.pageInfo.hasNextPage"), false);
        after = more ? TEXT_AT(data, "executionResults.pageInfo.endCursor") : "";
    }
    qsort(ids.items, ids.count, sizeof *ids.items, compare_ids);
    for (size_t i = 1; i < ids.count; i++) {
        EXPECT_THAT(strcmp(ids.items[i - 1], ids.items[i]) != 0, "execution %s is there twice",
                    ids.items[i]);
    }
    return ids;
}

/* Every accepted call is among the executions; those besides are at most the unknown ones. */
static void compare(const struct kit_load *load, const struct ids *executions)
{
    size_t count = 0;
    size_t accepted = 0;
    size_t unknown = 0;
    const struct kit_load_request *requests = kit_load_requests(load, &count);
    for (size_t i = 0; i < count; i++) {
        unknown += requests[i].outcome == KIT_LOAD_UNKNOWN;
        if (requests[i].outcome != KIT_LOAD_ACCEPTED) {
            continue;
        }
        accepted++;
        const char *id = requests[i].execution;
        EXPECT_THAT(bsearch(&id, executions->items, executions->count, sizeof id, compare_ids) !=
                        NULL,
                    "call %zu was answered with %s, which is not there", i, id);
    }
    EXPECT_THAT(executions->count >= accepted && executions->count <= accepted + unknown,
                "%zu executions, %zu accepted calls, %zu of unknown fate", executions->count,
                accepted, unknown);
    kit_load_describe(load);
}

TEST(crash, answered_calls_survive_kills_under_load)
{
    struct kit_load *load = NULL;
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    struct kit_load_options options = {
        .port = story->server.port,
        .path = kit_story_path(story, kit_story_webhook(story, &instance, "Count")),
        .connections = CONNECTIONS,
        .reconnect = true};
    EXPECT_OK(kit_load_create(&load, &options, KIT_ERROR));
    size_t rounds = kit_time_long() ? ROUNDS_LONG : ROUNDS;
    for (size_t round = 1; round <= rounds; round++) {
        STEP("round %zu: load, kill, start", round);
        size_t wanted = kit_load_accepted(load) + ACCEPTED_A_KILL;
        EXPECT(kit_load_wait(load, wanted, KIT_PATIENCE_MS));
        kit_story_kill(story);
        kit_story_start(story);
    }
    STEP("what was answered is there");
    kit_load_stop(load);
    struct ids executions = read_executions(story, &instance);
    compare(load, &executions);
    memory_free(executions.items);
    kit_load_destroy(&load);
    STEP("the journal is whole");
    kit_story_stop(story);
    kit_story_verify(story);
}
