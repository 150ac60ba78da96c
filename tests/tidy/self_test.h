/*
 * self_test: each rule on a bad snippet that it must find and a good one that it must leave alone.
 * A rule that finds nothing is worth nothing, and nobody would notice.
 */
#ifndef DAYBOOK_TESTS_TIDY_SELF_TEST_H
#define DAYBOOK_TESTS_TIDY_SELF_TEST_H

#include <stdbool.h>

/** Runs all cases and prints those that went wrong. Returns: whether none did. */
bool self_test_run(void);

#endif
