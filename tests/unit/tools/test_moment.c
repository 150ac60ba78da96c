/* moment: times and distances as people type them. */
#include "core/base/check.h"
#include "tools/moment.h"

#include <criterion/criterion.h>

#define SECOND INT64_C(1000000)
#define NOW    (INT64_C(1700000000) * SECOND) /* 2023-11-14T22:13:20Z */

static int64_t time_of(const char *text)
{
    struct error error = {.code = ERR_OK};
    int64_t us = -1;
    enum err e = moment_time(slice_of_text(text), NOW, &us, &error);
    cr_assert_eq(e, ERR_OK, "%s: %s", text, error.text);
    return us;
}

static void expect_refused(const char *text)
{
    struct error error = {.code = ERR_OK};
    struct moment moment;
    int64_t us = -1;
    cr_assert_eq(moment_time(slice_of_text(text), NOW, &us, &error), ERR_INVALID, "\"%s\"", text);
    cr_assert_eq(us, -1);
    cr_assert_not_null(strstr(error.text, "2026-04-22"), "%s", error.text);
    if (text[0] < '0' || text[0] > '9') {
        cr_assert_eq(moment_mark(slice_of_text(text), NOW, &moment, &error), ERR_INVALID);
    }
}

Test(moment, reads_distances_from_now)
{
    cr_assert_eq(time_of("90s"), NOW - 90 * SECOND);
    cr_assert_eq(time_of("30m"), NOW - 1800 * SECOND);
    cr_assert_eq(time_of("1h"), NOW - 3600 * SECOND);
    cr_assert_eq(time_of("7d"), NOW - 7 * 86400 * SECOND);
    cr_assert_eq(time_of("2w"), NOW - 14 * 86400 * SECOND);
    cr_assert_eq(time_of("0s"), NOW);
    cr_assert_eq(time_of("9999w"), 0, "before 1970 counts as 1970");
}

Test(moment, reads_times_and_dates)
{
    cr_assert_eq(time_of("2023-11-14T22:13:20Z"), NOW);
    cr_assert_eq(time_of("2023-11-14T23:13:20.5+01:00"), NOW + SECOND / 2);
    cr_assert_eq(time_of("2023-11-14"), NOW - (22 * 3600 + 13 * 60 + 20) * SECOND);
}

Test(moment, refuses_everything_else)
{
    static const char *const wrong[] = {"",
                                        "h",
                                        "1",
                                        "1x",
                                        "1 h",
                                        "-1h",
                                        "1h30m",
                                        "yesterday",
                                        "2023-13-01",
                                        "99999999999999999999s",
                                        "999999999999999999w",
                                        "2023-11-14T22:13:20"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        expect_refused(wrong[i]);
    }
}

Test(moment, takes_plain_digits_for_a_sequence)
{
    struct moment moment;
    struct error error;
    cr_assert_eq(moment_mark(SLICE("4711"), NOW, &moment, &error), ERR_OK);
    cr_assert(moment.is_seq);
    cr_assert_eq(moment.seq, 4711);
    cr_assert_eq(moment_mark(SLICE("1h"), NOW, &moment, &error), ERR_OK);
    cr_assert(!moment.is_seq);
    cr_assert_eq(moment.us, NOW - 3600 * SECOND);
    cr_assert_eq(moment_mark(SLICE("9999999999999999999"), NOW, &moment, &error), ERR_INVALID);
}
