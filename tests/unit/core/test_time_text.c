/* time_text: RFC 3339 in and out. */
#include "core/base/time_text.h"

#include <criterion/criterion.h>

static void check_format(int64_t us, const char *wanted)
{
    char text[TIME_TEXT_SIZE];
    time_text_format(us, text);
    cr_assert_str_eq(text, wanted);
}

static int64_t parsed(const char *text)
{
    int64_t us = -1;
    struct error error;
    cr_assert_eq(time_text_parse(slice_of_text(text), &us, &error), ERR_OK, "%s", text);
    return us;
}

Test(time_text, formats)
{
    check_format(0, "1970-01-01T00:00:00.000000+00:00");
    check_format(-5, "1970-01-01T00:00:00.000000+00:00");
    check_format(1776816930726000, "2026-04-22T00:15:30.726000+00:00");
    check_format(951827696000001, "2000-02-29T12:34:56.000001+00:00");
    check_format(253402300799999999, "9999-12-31T23:59:59.999999+00:00");
}

Test(time_text, parses_every_form)
{
    cr_assert_eq(parsed("1970-01-01T00:00:00Z"), 0);
    cr_assert_eq(parsed("2026-04-22T00:15:30.726000+00:00"), 1776816930726000);
    cr_assert_eq(parsed("2026-04-22t02:15:30.726z"), 1776816930726000 + 7200000000);
    cr_assert_eq(parsed("2026-04-22 02:15:30.726+02:00"), 1776816930726000);
    cr_assert_eq(parsed("2026-04-21T18:45:30.726-05:30"), 1776816930726000);
    cr_assert_eq(parsed("2000-02-29T12:34:56.0000019Z"), 951827696000001);
    cr_assert_eq(parsed("2000-02-29T12:34:56,5Z"), 951827696500000);
}

Test(time_text, reads_back_what_it_writes)
{
    for (int64_t us = 0; us < 253402300799999999; us += 98765432101234) {
        char text[TIME_TEXT_SIZE];
        time_text_format(us, text);
        cr_assert_eq(parsed(text), us);
    }
}

Test(time_text, refuses_what_is_no_time)
{
    static const char *const wrong[] = {"",
                                        "2026-04-22",
                                        "2026-04-22T00:15:30",
                                        "2026-04-22T24:00:00Z",
                                        "2026-04-22T00:60:00Z",
                                        "2026-04-22T00:00:61Z",
                                        "2026-02-29T00:00:00Z",
                                        "2100-02-29T00:00:00Z",
                                        "2026-13-01T00:00:00Z",
                                        "2026-00-01T00:00:00Z",
                                        "2026-04-31T00:00:00Z",
                                        "1969-12-31T23:59:59Z",
                                        "2026-04-22T00:15:30+24:00",
                                        "2026-04-22T00:15:30+0000",
                                        "2026-04-22T00:15:30.Z",
                                        "2026-04-22T00:15:30Zx",
                                        " 2026-04-22T00:15:30Z",
                                        "2026-4-22T00:15:30Z"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t us = 42;
        cr_assert_eq(time_text_parse(slice_of_text(wrong[i]), &us, NULL), ERR_INVALID, "%s",
                     wrong[i]);
        cr_assert_eq(us, 42);
    }
}

Test(time_text, parses_dates)
{
    int64_t us = 0;
    cr_assert_eq(time_text_parse_date(SLICE("2026-04-22"), &us, NULL), ERR_OK);
    cr_assert_eq(us, 1776816000000000);
    cr_assert_eq(time_text_parse_date(SLICE("2026-04-22T"), &us, NULL), ERR_INVALID);
    cr_assert_eq(time_text_parse_date(SLICE("2026-02-30"), &us, NULL), ERR_INVALID);
}
