/*
 * kit_traffic: load of every kind on one instance, and what came of it. For tests that kill, stop
 * or starve the server.
 *
 *     kit_traffic_begin(&traffic, story);
 *     kit_traffic_await(&traffic, 100);          as many answers of success more
 *     ... the server is killed, comes back ...
 *     kit_traffic_stop(&traffic);
 *     kit_traffic_compare(&traffic);             answered: there, once; all that was begun
 * succeeded kit_traffic_deinit(&traffic);
 *
 * Of every kind: webhooks that answer at once and such that wait for the flow, payloads that go to
 * blobs/, flows with requests to the story's target, mutations that make customers, of which each
 * takes a key. No step may fail but for good reason: those that a crash leaves in doubt are safe or
 * have a retry setting.
 *
 * Thread: the test's own.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_TRAFFIC_H
#define DAYBOOK_TESTS_LIB_KIT_TRAFFIC_H

#include "tests/lib/kit_census.h"

/* Kinds of load; those that make executions come first. */
enum kit_traffic_kind {
    KIT_TRAFFIC_QUICK,
    KIT_TRAFFIC_LARGE,
    KIT_TRAFFIC_STEPS,
    KIT_TRAFFIC_WAITING,
    KIT_TRAFFIC_MUTATIONS,
    KIT_TRAFFIC_KINDS,
};

struct kit_traffic {
    struct kit_story *story;
    struct kit_instance instance; /* flows "Quick" and "Steps" */
    struct kit_load *loads[KIT_TRAFFIC_KINDS];
};

/** Publishes, deploys, and begins to call. The loads go on when the server comes back. */
void kit_traffic_begin(struct kit_traffic *traffic, struct kit_story *story);

/** Answers of success so far. */
size_t kit_traffic_accepted(const struct kit_traffic *traffic);

/** Waits for so many more. */
void kit_traffic_await(const struct kit_traffic *traffic, size_t more);

/** Sends nothing new and waits for the answers under way. */
void kit_traffic_stop(struct kit_traffic *traffic);

/** Behind kit_traffic_stop, with the server running: waits until all that was begun has ended, and
 * demands that it is what was answered. */
void kit_traffic_compare(struct kit_traffic *traffic);

/** Frees the loads. */
void kit_traffic_deinit(struct kit_traffic *traffic);

/** Random numbers from DAYBOOK_TEST_SEED, else from the clock; prints the seed. */
void kit_traffic_seed(void);

#endif
