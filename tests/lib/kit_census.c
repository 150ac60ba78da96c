#include "tests/lib/kit_census.h"
#include "core/base/check.h"

#include <stdio.h>
#include <stdlib.h>

#define PAGE           100
#define SETTLE_MS      120000
#define SETTLE_POLL_MS 30
#define NAME_SIZE      64

#define EXECUTIONS                                                                                 \
    "query($of: ID, $after: String, $first: Int) { it: executionResults(instance: $of, "           \
    "after: $after, first: $first) { nodes { name: id } pageInfo { hasNextPage endCursor } } }"

#define CUSTOMERS                                                                                  \
    "query($of: String, $after: String, $first: Int) { it: customers(name_Icontains: $of, "        \
    "after: $after, first: $first) { nodes { name } pageInfo { hasNextPage endCursor } } }"

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* ---- reading ---- */

void kit_census_settle(struct kit_story *story)
{
    int64_t deadline = kit_time_ms() + SETTLE_MS;
    for (;;) {
        const struct value *data = GQL(story, "{ executionResults(state_In: [QUEUED, RUNNING]) "
                                              "{ nodes { id } totalCount } }");
        const struct value *open = VALUE_AT(data, "executionResults.totalCount");
        if (open->integer == 0) {
            return;
        }
        EXPECT_THAT(kit_time_left(deadline) > 0, "%lld executions have not ended, such as %s",
                    (long long)open->integer, TEXT_AT(data, "executionResults.nodes[0].id"));
        kit_time_pause(SETTLE_POLL_MS);
    }
}

size_t kit_census_count(struct kit_story *story, const char *instance, const char *state)
{
    struct slice states =
        state != NULL ? arena_format(&story->arena, "[\"%s\"]%c", state, '\0') : SLICE("null");
    const struct value *data =
        GQL(story,
            "query($id: ID!, $states: [ExecutionState!]) { "
            "executionResults(instance: $id, state_In: $states) { totalCount } }",
            {"id", .text = instance}, {"states", .json = states.data});
    return (size_t)VALUE_AT(data, "executionResults.totalCount")->integer;
}

/* Room for one more; the old list stays in the arena, which goes with the story. */
static void grow(struct kit_story *story, struct kit_census *census)
{
    bool is_full = (census->count & (census->count - 1)) == 0; /* at every power of two */
    if (!is_full) {
        return;
    }
    size_t capacity = census->count == 0 ? 1 : 2 * census->count;
    const char **names = ARENA_ARRAY(&story->arena, const char *, capacity);
    ASSERT(names != NULL);
    if (census->count > 0) {
        memcpy(names, census->names, census->count * sizeof *names);
    }
    census->names = names;
}

static void
read_all(struct kit_story *story, const char *query, const char *of, struct kit_census *census)
{
    const char *after = "";
    *census = (struct kit_census){0};
    while (after != NULL) {
        const struct value *data = GQL(story, query, {"of", .text = of}, {"after", .text = after},
                                       {"first", .integer = PAGE});
        const struct value *nodes = VALUE_AT(data, "it.nodes");
        for (size_t i = 0; i < kit_path_count(nodes, ""); i++) {
            grow(story, census);
            census->names[census->count++] = TEXT_AT(value_at(nodes, i), "name");
        }
        bool more = value_bool_of(VALUE_AT(data, "it.pageInfo.hasNextPage"), false);
        after = more ? TEXT_AT(data, "it.pageInfo.endCursor") : NULL;
    }
    qsort(census->names, census->count, sizeof *census->names, compare_names);
    for (size_t i = 1; i < census->count; i++) {
        EXPECT_THAT(strcmp(census->names[i - 1], census->names[i]) != 0, "%s is there twice",
                    census->names[i]);
    }
}

void kit_census_executions(struct kit_story *story, const char *instance, struct kit_census *ret)
{
    read_all(story, EXECUTIONS, instance, ret);
}

void kit_census_customers(struct kit_story *story, const char *text, struct kit_census *ret)
{
    read_all(story, CUSTOMERS, text, ret);
}

bool kit_census_has(const struct kit_census *census, const char *name)
{
    return census->count > 0 &&
           bsearch(&name, census->names, census->count, sizeof name, compare_names) != NULL;
}

/* ---- comparing ---- */

void kit_census_compare(const struct kit_census *census,
                        struct kit_load *const *loads,
                        size_t load_count)
{
    size_t answered = 0;
    size_t unknown = 0;
    for (size_t i = 0; i < load_count; i++) {
        size_t count = 0;
        const struct kit_load_request *requests = kit_load_requests(loads[i], &count);
        for (size_t n = 0; n < count; n++) {
            const char *id = requests[n].execution;
            unknown += requests[n].outcome == KIT_LOAD_UNKNOWN;
            answered += id[0] != '\0';
            EXPECT_THAT(id[0] == '\0' || kit_census_has(census, id),
                        "call %zu of load %zu was answered with %s, which is not there", n, i, id);
        }
        kit_load_describe(loads[i]);
    }
    EXPECT_THAT(census->count >= answered && census->count <= answered + unknown,
                "%zu executions are there, %zu were answered, of %zu the fate is unknown",
                census->count, answered, unknown);
}

void kit_census_compare_names(const struct kit_census *census,
                              const char *prefix,
                              const struct kit_load *load)
{
    size_t count = 0;
    size_t found = 0;
    const struct kit_load_request *requests = kit_load_requests(load, &count);
    for (size_t n = 0; n < count; n++) {
        char name[NAME_SIZE];
        (void)snprintf(name, sizeof name, "%s%zu", prefix, n);
        bool is_there = kit_census_has(census, name);
        found += is_there;
        EXPECT_THAT(requests[n].outcome != KIT_LOAD_ACCEPTED || is_there,
                    "'%s' was answered with success and is not there", name);
        EXPECT_THAT(requests[n].outcome != KIT_LOAD_REFUSED || !is_there,
                    "'%s' was refused (%d) and is there", name, requests[n].status);
    }
    kit_load_describe(load);
    EXPECT_THAT(found == census->count, "of %zu things that are there %zu were asked for",
                census->count, found);
}

/* ---- proving ---- */

static void check_views(struct kit_story *story)
{
    const char *const arguments[] = {"rebuild", "--check", "--data", story->server.data, NULL};
    struct kit_output output;
    EXPECT_OK(kit_server_command(arguments, (struct slice){0}, &output, KIT_ERROR));
    EXPECT_THAT(output.exit.code == 0, "rebuild --check ended with %d (signal %d): %.*s%.*s",
                output.exit.code, output.exit.signal, SLICE_ARGS(buf_slice(&output.out)),
                SLICE_ARGS(buf_slice(&output.err)));
    kit_program_output_deinit(&output);
}

void kit_census_prove(struct kit_story *story)
{
    STEP("rebuild --check beside the server");
    check_views(story);
    STEP("verify and rebuild --check once it has stopped");
    kit_story_stop(story);
    kit_story_verify(story);
    check_views(story);
}
