/*
 * Schedules: what each field reads as, and what is refused with which sentence.
 */
#include "core/base/check.h"
#include "core/flow/cron.h"

#include <criterion/criterion.h>

#define ALL_MINUTES  ((UINT64_C(1) << 60) - 1)
#define ALL_HOURS    ((1u << 24) - 1)
#define ALL_DAYS     (UINT32_MAX - 1)
#define ALL_MONTHS   0x1FFE
#define ALL_WEEKDAYS 0x7F

struct good_row {
    const char *text;
    struct cron cron;
};

static const struct good_row good_rows[] = {
    {"* * * * *", {ALL_MINUTES, ALL_HOURS, ALL_DAYS, ALL_MONTHS, ALL_WEEKDAYS, false, false}},
    {" \t*/15  *\t* * * ",
     {1u | 1u << 15 | 1u << 30 | UINT64_C(1) << 45, ALL_HOURS, ALL_DAYS, ALL_MONTHS, ALL_WEEKDAYS,
      false, false}},
    {"0 9-17 * * MON-FRI", {1, 0x3FE00, ALL_DAYS, ALL_MONTHS, 0x3E, false, true}},
    {"59 23 31 12 7", {UINT64_C(1) << 59, 1u << 23, 1u << 31, 1u << 12, 1, true, true}},
    {"0,30 0 1,15 jan,Dec *",
     {1 | 1u << 30, 1, 1u << 1 | 1u << 15, 1u << 1 | 1u << 12, 0x7F, true, false}},
    {"5/20 0 * * 0",
     {1u << 5 | 1u << 25 | UINT64_C(1) << 45, 1, ALL_DAYS, ALL_MONTHS, 1, false, true}},
    {"0 0 */10 * 5-7",
     {1, 1, 1u << 1 | 1u << 11 | 1u << 21 | 1u << 31, ALL_MONTHS, 0x61, false, true}},
    {"0 0 29 2 *", {1, 1, 1u << 29, 1u << 2, 0x7F, true, false}},
    {"0 0 30 2 mon", {1, 1, 1u << 30, 1u << 2, 2, true, true}}, /* Mondays in February */
    {"10-20/5,0 00 01 01 *", {1 | 1u << 10 | 1u << 15 | 1u << 20, 1, 2, 2, 0x7F, true, false}},
    {"0 0 * * 0-7/7", {1, 1, ALL_DAYS, ALL_MONTHS, 1, false, true}},
};

Test(cron, reads_fields)
{
    for (size_t i = 0; i < ARRAY_COUNT(good_rows); i++) {
        const struct cron *want = &good_rows[i].cron;
        struct cron got = {0};
        struct error error = {0};
        cr_assert_eq(cron_parse(slice_of_text(good_rows[i].text), &got, &error), ERR_OK, "%s",
                     error.text);
        bool same = got.minutes == want->minutes && got.hours == want->hours &&
                    got.days == want->days && got.months == want->months &&
                    got.weekdays == want->weekdays &&
                    got.days_restricted == want->days_restricted &&
                    got.weekdays_restricted == want->weekdays_restricted;
        cr_expect(same, "%s: %lx %x %x %x %x %d %d", good_rows[i].text, (unsigned long)got.minutes,
                  got.hours, got.days, got.months, got.weekdays, got.days_restricted,
                  got.weekdays_restricted);
    }
}

static const char *const bad_rows[][2] = {
    {"", "\"\" has 0"},
    {"* * * *", "\"* * * *\" has 4"},
    {"* * * * * *", "has 6"},
    {"@daily", "has 1"},
    {"60 * * * *", "\"60\" is no minute: write *, numbers from 0 to 59"},
    {"* 24 * * *", "\"24\" is no hour"},
    {"* * 0 * *", "\"0\" is no day of month: write *, numbers from 1 to 31"},
    {"* * 32 * *", "\"32\" is no day of month"},
    {"* * * 0 *", "\"0\" is no month"},
    {"* * * 13 *", "\"13\" is no month"},
    {"* * * * 8", "\"8\" is no day of week"},
    {"* * * foo *", "\"foo\" is no month"},
    {"* * * * january", "\"january\" is no day of week"},
    {"mon * * * *", "\"mon\" is no minute"},
    {"5-1 * * * *", "\"5-1\" is no minute"},
    {"1- * * * *", "\"1-\" is no minute"},
    {"-1 * * * *", "\"-1\" is no minute"},
    {"1,,2 * * * *", "\"1,,2\" is no minute"},
    {"1, * * * *", "\"1,\" is no minute"},
    {", * * * *", "\",\" is no minute"},
    {"*/0 * * * *", "\"*/0\" is no minute"},
    {"*/ * * * *", "\"*/\" is no minute"},
    {"*/2/3 * * * *", "\"*/2/3\" is no minute"},
    {"1-2-3 * * * *", "\"1-2-3\" is no minute"},
    {"** * * * *", "\"**\" is no minute"},
    {"99999999999999999999 * * * *", "is no minute"},
    {"? * * * *", "\"?\" is no minute"},
    {"0 0 L * *", "\"L\" is no day of month"},
    {"0 0 31 4,6,9,11 *", "day of month \"31\" never comes in month \"4,6,9,11\""},
    {"0 0 30,31 feb *", "day of month \"30,31\" never comes in month \"feb\""},
};

Test(cron, refuses_with_a_sentence)
{
    for (size_t i = 0; i < ARRAY_COUNT(bad_rows); i++) {
        struct cron cron = {.hours = 77};
        struct error error = {0};
        cr_expect_eq(cron_parse(slice_of_text(bad_rows[i][0]), &cron, &error), ERR_INVALID, "%s",
                     bad_rows[i][0]);
        cr_expect_not_null(strstr(error.text, bad_rows[i][1]), "%s: %s", bad_rows[i][0],
                           error.text);
        cr_expect_eq(cron.hours, 77, "untouched on failure");
    }
}

Test(cron, has_a_limit)
{
    char text[CRON_BYTES_MAX + 2];
    memset(text, ' ', sizeof text);
    memcpy(text, "* * * * *", 9);
    struct cron cron = {0};
    struct error error = {0};
    cr_expect_eq(cron_parse(slice_of(text, CRON_BYTES_MAX), &cron, &error), ERR_OK);
    cr_expect_eq(cron_parse(slice_of(text, CRON_BYTES_MAX + 1), &cron, &error), ERR_INVALID);
    cr_expect_str_eq(error.text, "a schedule has at most 200 bytes; 201 were given");
}

Test(cron, time_zones_are_names_not_paths)
{
    static const char *const good[] = {"",
                                       "UTC",
                                       "Europe/Amsterdam",
                                       "America/Argentina/Ushuaia",
                                       "Etc/GMT+5",
                                       "America/Port-au-Prince",
                                       "US/East_Indiana"};
    static const char *const bad[] = {"/etc/passwd", "../zone", "Europe/../x", "Europe//Berlin",
                                      "Europe/",     "1UTC",    "Eur ope",     "Europe.Berlin",
                                      "-x",          "\xc3\xa9"};
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        cr_expect(cron_zone_plausible(slice_of_text(good[i])), "%s", good[i]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        cr_expect_not(cron_zone_plausible(slice_of_text(bad[i])), "%s", bad[i]);
    }
    char longest[CRON_ZONE_BYTES_MAX + 1];
    memset(longest, 'a', sizeof longest);
    cr_expect(cron_zone_plausible(slice_of(longest, CRON_ZONE_BYTES_MAX)));
    cr_expect_not(cron_zone_plausible(slice_of(longest, CRON_ZONE_BYTES_MAX + 1)));
}
