/*
 * The server dies at every named failpoint: while it starts for the first time, while it starts
 * again and builds its views, under load, while it closes. Each time the next start goes on as if
 * nothing had been, and in the end what was answered is there, once.
 *
 * Where a failpoint is reached stands in the table below; one that is missing there, or that is not
 * reached, fails the test.
 */
#include "core/base/check.h"
#include "tests/lib/kit_traffic.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* Under load the failpoint is passed up to so many times first, at random. */
#define PASSES_MAX 12

/* A first start passes a failpoint up to so many times. */
#define FIRST_PASSES_MAX 4

/* Where a failpoint is reached. */
enum where {
    FIRST = 1,   /* while a fresh directory comes to be */
    AGAIN = 2,   /* while a server starts that has no views any more */
    LOAD = 4,    /* under load, sooner or later */
    CLOSE = 8,   /* after SIGTERM */
    JOURNAL = 16 /* nothing of the program reaches it yet: tests/unit/journal/test_crash.c does */
};

static const struct {
    const char *name;
    unsigned where;
} points[] = {
    {"journal_before_append", FIRST | LOAD},
    {"journal_before_commit", FIRST | LOAD},
    {"journal_after_commit", FIRST | LOAD},
    {"journal_after_identity", FIRST},
    {"journal_before_first", FIRST},
    {"journal_before_destroy", JOURNAL},
    {"journal_before_delete", JOURNAL},
    {"journal_between_deletes", JOURNAL},
    {"file_before_write", FIRST | LOAD}, /* under load: the keyring grows with the customers */
    {"file_before_rename", FIRST | LOAD},
    {"file_after_rename", FIRST | LOAD},
    {"disk_check", LOAD}, /* before each batch and each blob */
    {"blob_before_commit", LOAD},
    {"blob_after_commit", LOAD},
    {"views_read", LOAD},
    {"views_before_commit", FIRST | AGAIN | LOAD},
    {"views_after_commit", FIRST | AGAIN | LOAD},
    {"trust_after_unmark", FIRST | AGAIN},
    {"trust_before_mark", FIRST | AGAIN | CLOSE},
    {"rebuild_before_rename", FIRST | AGAIN},
    {"rebuild_between_renames", FIRST | AGAIN},
    {"rebuild_after_rename", FIRST | AGAIN},
    {"first_start_after_token", FIRST},
    {"engine_before_answer", FIRST | LOAD},
    {"run_before_effect", LOAD},
    {"run_after_effect", LOAD},
};

static const char *const all_names[] = {
#define FAILPOINT(NAME, name) name,
#include "core/base/failpoint.def"
#undef FAILPOINT
};

static void arm(const char *name, int hit)
{
    char text[100];
    (void)snprintf(text, sizeof text, "%s:crash@%d", name, hit);
    (void)setenv("DAYBOOK_FAILPOINT", text, 1);
}

static void launch(struct kit_story *story)
{
    EXPECT_OK(kit_server_launch(&story->server, story->options.arguments, KIT_ERROR));
    (void)unsetenv("DAYBOOK_FAILPOINT"); /* for this start only */
}

/* It dies by itself, at its failpoint. */
static void await_death(struct kit_story *story, const char *name)
{
    struct kit_exit end;
    EXPECT_OK(kit_server_await_end(&story->server, &end, KIT_ERROR));
    EXPECT_THAT(end.signal == SIGKILL, "armed with %s it ended with code %d, signal %d", name,
                end.code, end.signal);
}

/* Whether the start dies; otherwise it is ready. */
static bool dies_while_starting(struct kit_story *story)
{
    struct error error = {0};
    enum err e = kit_server_await_ready(&story->server, &error);
    EXPECT_THAT(e == ERR_OK || e == ERR_CLOSED, "%s", error_text(&error));
    return e == ERR_CLOSED;
}

/* ---- a directory that comes to be ---- */

static void check_fresh(struct kit_story *story, const char *name, int hit)
{
    STEP("%s, hit %d: the next start makes what is missing", name, hit);
    kit_story_start(story);
    (void)kit_story_customer(story, "Acme");
    kit_story_stop(story);
    kit_story_verify(story);
}

/* Dies at the n-th pass of the failpoint of a first start, for every n. Returns: how often. */
static int try_first(struct kit_story *story, const char *name)
{
    for (int hit = 1; hit <= FIRST_PASSES_MAX; hit++) {
        STEP("%s, hit %d: a first start dies", name, hit);
        EXPECT_OK(kit_dir_remove(story->server.data, KIT_ERROR));
        arm(name, hit);
        launch(story);
        if (!dies_while_starting(story)) {
            kit_story_kill(story);
            return hit - 1;
        }
        check_fresh(story, name, hit);
    }
    return FIRST_PASSES_MAX;
}

TEST(failpoints, a_first_start_that_dies_is_made_good_by_the_next, .no_server = true)
{
    for (size_t i = 0; i < ARRAY_COUNT(points); i++) {
        if ((points[i].where & FIRST) != 0) {
            EXPECT_THAT(try_first(story, points[i].name) > 0, "%s is not reached", points[i].name);
        }
    }
}

/* ---- under load ---- */

static void die_under_load(struct kit_traffic *traffic, const char *name)
{
    struct kit_story *story = traffic->story;
    int hit = 1 + rand() % PASSES_MAX;
    /* The keyring is rewritten once for many customers. */
    hit = strncmp(name, "file_", 5) == 0 ? 1 : hit;
    STEP("%s, hit %d: dies under load", name, hit);
    arm(name, hit);
    launch(story);
    await_death(story, name);
}

static void remove_views(struct kit_story *story)
{
    char path[KIT_PATH_SIZE + 32];
    (void)snprintf(path, sizeof path, "%s/views", story->server.data);
    EXPECT_OK(kit_dir_remove(path, KIT_ERROR));
}

static void die_while_rebuilding(struct kit_traffic *traffic, const char *name)
{
    struct kit_story *story = traffic->story;
    STEP("%s: dies while it builds the views", name);
    remove_views(story);
    arm(name, 1);
    launch(story);
    await_death(story, name);
}

static void die_while_closing(struct kit_traffic *traffic, const char *name)
{
    struct kit_story *story = traffic->story;
    STEP("%s: dies while it closes", name);
    arm(name, 1);
    launch(story);
    EXPECT_OK(kit_server_await_ready(&story->server, KIT_ERROR));
    kit_traffic_await(traffic, 1);
    kit_server_signal(&story->server, SIGTERM);
    await_death(story, name);
}

/* Stopped in order, so that what runs comes to its end: a step that died with the server five times
 * would be taken for the cause. */
static void go_on(struct kit_traffic *traffic)
{
    kit_story_start(traffic->story);
    kit_traffic_await(traffic, 10);
    kit_story_stop(traffic->story);
}

static void die_everywhere(struct kit_traffic *traffic, size_t point)
{
    static const struct {
        enum where where;
        void (*die)(struct kit_traffic *traffic, const char *name);
    } ways[] = {{LOAD, die_under_load}, {AGAIN, die_while_rebuilding}, {CLOSE, die_while_closing}};
    for (size_t i = 0; i < ARRAY_COUNT(ways); i++) {
        if ((points[point].where & ways[i].where) != 0) {
            ways[i].die(traffic, points[point].name);
            go_on(traffic);
        }
    }
}

TEST(failpoints, nothing_answered_is_lost_at_any_of_them)
{
    struct kit_traffic traffic;
    kit_traffic_seed();
    kit_traffic_begin(&traffic, story);
    kit_story_kill(story);
    for (size_t i = 0; i < ARRAY_COUNT(points); i++) {
        die_everywhere(&traffic, i);
    }
    kit_story_start(story);
    kit_traffic_stop(&traffic);
    kit_traffic_compare(&traffic);
    kit_census_prove(story);
    kit_traffic_deinit(&traffic);
}

TEST(failpoints, all_of_them_stand_in_the_table, .no_server = true)
{
    (void)story;
    for (size_t i = 0; i < ARRAY_COUNT(all_names); i++) {
        bool found = false;
        for (size_t j = 0; j < ARRAY_COUNT(points); j++) {
            found = found || strcmp(all_names[i], points[j].name) == 0;
        }
        EXPECT_THAT(found, "%s is not in the table of this file: say where it is reached",
                    all_names[i]);
    }
    EXPECT(ARRAY_COUNT(points) == ARRAY_COUNT(all_names));
}
