/*
 * Demands that must fail do fail, by Criterion's runner and by ours.
 */
#include "tests/lib/kit_program.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define MUST_FAIL_MS 120000

/* A program whose tests all fail says how many there are in this. */
static void
expect_all_failed(const char *program, const char *argument, const char *first, const char *second)
{
    const char *const arguments[] = {program, argument, NULL};
    struct kit_output output;
    (void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* a test that is cut off leaks */
    enum err e = kit_program_run(arguments, SLICE(""), MUST_FAIL_MS, &output, NULL);
    cr_assert_eq(e, ERR_OK);
    struct slice said = buf_slice(&output.err);
    cr_assert_eq(output.exit.code, 1, "exit code %d", output.exit.code);
    cr_assert(slice_find(said, slice_of_text(first)) != SIZE_MAX, "%.*s", SLICE_ARGS(said));
    cr_assert(slice_find(said, slice_of_text(second)) != SIZE_MAX, "%.*s", SLICE_ARGS(said));
    kit_program_output_deinit(&output);
}

/* Criterion cannot start under ThreadSanitizer; there both programs are run by ours. */
#ifndef __SANITIZE_THREAD__
Test(kit_expect, demands_that_must_fail_do)
{
    expect_all_failed(KIT_PROGRAMS "/kit_must_fail", "--jobs=2",
                      "Tested: 25 | Passing: 0 | Failing: 25", "must_fail::timeout: Timed out");
}
#endif

Test(kit_expect, demands_that_must_fail_do_in_our_runner)
{
    expect_all_failed(KIT_PROGRAMS "/kit_must_fail_plain", "must_fail", "25 tests, 25 failed",
                      "assertion failed");
}

Test(kit_expect, a_run_of_no_tests_at_all_fails)
{
    expect_all_failed(KIT_PROGRAMS "/kit_must_fail_plain", "no such test", "0 tests, 0 failed",
                      "0 tests");
}
