/*
 * The server is killed again and again, at random moments and under load of every kind. Whatever it
 * answered with success is there afterwards, once; what it had not answered is there at most once;
 * what was begun ends; journal and views are whole.
 *
 * A killed process loses nothing that the kernel has, so this finds events answered before they
 * were written, written twice, or half written; it cannot find a missing sync.
 */
#include "tests/lib/kit_traffic.h"

#include <stdlib.h>

#define ROUNDS      10
#define ROUNDS_LONG 250

/* Accepted calls between one kill and the next, and milliseconds behind them, both at random. */
#define ACCEPTED_MAX 120
#define PAUSE_MS_MAX 40

/* Every so many rounds the server is killed while it starts, too. */
#define KILLED_STARTS 3

/* Starts it and kills it before it says that it is ready, or just after. */
static void kill_a_start(struct kit_story *story)
{
    EXPECT_OK(kit_server_launch(&story->server, story->options.arguments, KIT_ERROR));
    kit_time_pause(rand() % (3 * PAUSE_MS_MAX));
    kit_story_kill(story);
}

static void kill_and_start(struct kit_traffic *traffic, size_t round)
{
    kit_traffic_await(traffic, 1 + (size_t)rand() % ACCEPTED_MAX);
    kit_time_pause(rand() % PAUSE_MS_MAX);
    kit_story_kill(traffic->story);
    if (round % KILLED_STARTS == 0) {
        kill_a_start(traffic->story);
    }
    kit_story_start(traffic->story);
}

TEST(crash, answered_calls_survive_kills_under_load)
{
    struct kit_traffic traffic;
    kit_traffic_seed();
    kit_traffic_begin(&traffic, story);
    size_t rounds = kit_time_long() ? ROUNDS_LONG : ROUNDS;
    for (size_t round = 1; round <= rounds; round++) {
        STEP("round %zu: load, kill, start", round);
        kill_and_start(&traffic, round);
    }
    kit_traffic_stop(&traffic);
    kit_traffic_compare(&traffic);
    kit_census_prove(story);
    kit_traffic_deinit(&traffic);
}
