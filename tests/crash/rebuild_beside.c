/*
 * Comparing and building views beside everything else: a comparison beside a server under load
 * finds them equal, building is refused there, and a building that dies anywhere leaves views that
 * are whole: the old ones, or those of the next start.
 */
#include "core/base/check.h"
#include "tests/lib/kit_command.h"
#include "tests/lib/kit_traffic.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMPARISONS      4
#define COMPARISONS_LONG 40
#define KILLED           4

TEST(rebuild, compares_equal_beside_a_server_under_load)
{
    struct kit_traffic traffic;
    char refusal[100];
    kit_traffic_seed();
    kit_traffic_begin(&traffic, story);
    int comparisons = kit_time_long() ? COMPARISONS_LONG : COMPARISONS;
    for (int i = 0; i < comparisons; i++) {
        STEP("comparison %d", i);
        kit_traffic_await(&traffic, 20);
        EXPECT_SAYS(RUN(story, 0, "rebuild", "--check").out, "equal: ");
        (void)RUN(story, 0, "verify");
    }
    STEP("building is refused");
    (void)snprintf(refusal, sizeof refusal, "is served by process %d; stop it first",
                   (int)story->server.pid);
    EXPECT_SAYS(RUN(story, 3, "rebuild").err, refusal);
    EXPECT_SAYS(RUN(story, 3, "rebuild", "--view", "executions").err, refusal);
    kit_traffic_stop(&traffic);
    kit_traffic_compare(&traffic);
    kit_census_prove(story);
    kit_traffic_deinit(&traffic);
}

/* How many names in DATA begin so. */
static size_t count_names(struct kit_story *story, const char *begin)
{
    const char *const words[] = {
        "/usr/bin/find",
        story->server.data,
        "-maxdepth",
        "1",
        "-name",
        arena_text(&story->arena, arena_format(&story->arena, "%s*", begin)),
        NULL};
    struct kit_output output;
    EXPECT_OK(kit_program_run(words, (struct slice){0}, KIT_PATIENCE_MS, &output, KIT_ERROR));
    EXPECT(output.exit.code == 0);
    size_t count = 0;
    for (size_t i = 0; i < output.out.size; i++) {
        count += output.out.data[i] == '\n';
    }
    kit_program_output_deinit(&output);
    return count;
}

/* Starts a command and kills it a little later, at random. */
static void kill_command(struct kit_story *story, const char *command, const char *option)
{
    const char *const words[] = {kit_server_binary(), command, "--data",
                                 story->server.data,  option,  NULL};
    pid_t pid = 0;
    struct kit_exit end;
    EXPECT_OK(kit_program_start(words, "/dev/null", story->server.out_path, story->server.log_path,
                                &pid, KIT_ERROR));
    kit_time_pause(rand() % 120);
    (void)kill(pid, SIGKILL);
    EXPECT_OK(kit_program_wait(pid, KIT_PATIENCE_MS, &end, KIT_ERROR));
}

TEST(rebuild, a_comparison_that_is_killed_disturbs_nobody)
{
    struct kit_traffic traffic;
    kit_traffic_seed();
    kit_traffic_begin(&traffic, story);
    kit_traffic_await(&traffic, 100);
    for (int i = 0; i < KILLED; i++) {
        kill_command(story, "rebuild", "--check");
    }
    EXPECT_SAYS(RUN(story, 0, "rebuild", "--check").out, "equal: ");
    EXPECT_THAT(count_names(story, "views.check.") == 0, "a killed comparison has left its files");
    kit_traffic_await(&traffic, 20);
    kit_traffic_stop(&traffic);
    kit_traffic_compare(&traffic);
    kit_census_prove(story);
    kit_traffic_deinit(&traffic);
}

/* ---- building ---- */

static ino_t views_inode(struct kit_story *story)
{
    char path[KIT_PATH_SIZE + 64];
    struct stat status;
    (void)snprintf(path, sizeof path, "%s/views/data.mdb", story->server.data);
    return stat(path, &status) == 0 ? status.st_ino : 0;
}

static void expect_good_views(struct kit_story *story)
{
    kit_story_start(story);
    const struct value *data = GQL(story, "{ customers { nodes { name } } }");
    EXPECT_COUNT(data, "customers.nodes", 1);
    kit_story_stop(story);
    EXPECT_SAYS(RUN(story, 0, "rebuild", "--check").out, "equal: ");
    EXPECT_THAT(count_names(story, "views") == 1, "directories were left beside the views");
}

/* `daybook rebuild` dies at a failpoint. */
static void die_at(struct kit_story *story, const char *failpoint)
{
    const char *const words[] = {"rebuild", "--data", story->server.data, NULL};
    struct kit_output output;
    (void)setenv("DAYBOOK_FAILPOINT", failpoint, 1);
    EXPECT_OK(kit_server_command(words, (struct slice){0}, &output, KIT_ERROR));
    (void)unsetenv("DAYBOOK_FAILPOINT");
    EXPECT_THAT(output.exit.signal == SIGKILL, "%s: it ended with code %d", failpoint,
                output.exit.code);
    kit_program_output_deinit(&output);
}

TEST(rebuild, that_dies_leaves_whole_views)
{
    static const struct {
        const char *failpoint;
        bool keeps_old;
    } rows[] = {
        {"views_before_commit:crash", true},   {"views_after_commit:crash", true},
        {"trust_after_unmark:crash", true},    {"trust_before_mark:crash", true},
        {"rebuild_before_rename:crash", true}, {"rebuild_between_renames:crash", false},
        {"rebuild_after_rename:crash", false},
    };
    (void)kit_story_customer(story, "Acme");
    kit_story_stop(story);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        STEP("%s", rows[i].failpoint);
        ino_t before = views_inode(story);
        die_at(story, rows[i].failpoint);
        EXPECT_THAT(!rows[i].keeps_old || views_inode(story) == before,
                    "%s: the old views are gone", rows[i].failpoint);
        expect_good_views(story);
    }
    STEP("killed at any time");
    for (int i = 0; i < KILLED; i++) {
        kill_command(story, "rebuild", NULL);
        expect_good_views(story);
    }
}
