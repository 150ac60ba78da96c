/*
 * kit_census: counts what the server has, and holds it against what callers were answered. For
 * tests that kill, stop or starve the server under load.
 *
 *     kit_census_settle(story)                              everything that was begun has ended
 *     kit_census_executions(story, instance.id, &census)
 *     kit_census_compare(&census, loads, 2)                 answered: there, once; else at most
 * once kit_census_prove(story)                               stops; verify and rebuild --check
 * agree
 *
 * A census lives as long as the story. A demand that is not met ends the test.
 *
 * Thread: the test's own.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_CENSUS_H
#define DAYBOOK_TESTS_LIB_KIT_CENSUS_H

#include "tests/lib/kit_load.h"
#include "tests/lib/kit_story.h"

/* Ids or names, sorted; none stands twice. */
struct kit_census {
    const char **names;
    size_t count;
};

/** Waits until no execution is queued or running. */
void kit_census_settle(struct kit_story *story);

/** How many executions of an instance are in a state ("SUCCEEDED"); NULL: in any. */
size_t kit_census_count(struct kit_story *story, const char *instance, const char *state);

/** The ids of all executions of an instance. */
void kit_census_executions(struct kit_story *story, const char *instance, struct kit_census *ret);

/** The names of all customers that contain `text`. */
void kit_census_customers(struct kit_story *story, const char *text, struct kit_census *ret);

/** Whether a name is in the census. */
bool kit_census_has(const struct kit_census *census, const char *name);

/**
 * Demands that every execution that an answer of the loads named is there, and that those besides
 * are at most as many as there are requests without an answer. Stop the loads first.
 */
void kit_census_compare(const struct kit_census *census,
                        struct kit_load *const *loads,
                        size_t load_count);

/** As kit_census_compare for things named `<prefix><number of the request>`. */
void kit_census_compare_names(const struct kit_census *census,
                              const char *prefix,
                              const struct kit_load *load);

/** `rebuild --check` beside the server, which runs. Then stops it: `verify` and `rebuild --check`
 * must find nothing. */
void kit_census_prove(struct kit_story *story);

#endif
