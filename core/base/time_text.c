#include "core/base/time_text.h"

#include <stdbool.h>
#include <stdio.h>

#define US_PER_SECOND ((int64_t)1000000)
#define US_PER_DAY    (86400 * US_PER_SECOND)

/* Days since 1970-01-01 of a Gregorian date, after Howard Hinnant's "chrono-compatible low-level
 * date algorithms" (public domain): years begin in March, so that the leap day is the last. */
static int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = year / 400;
    unsigned year_of_era = (unsigned)(year - era * 400);
    unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + (int64_t)day_of_era - 719468;
}

static void civil_from_days(int64_t days, int *ret_year, unsigned *ret_month, unsigned *ret_day)
{
    days += 719468;
    int64_t era = days / 146097;
    unsigned day_of_era = (unsigned)(days - era * 146097);
    unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned shifted_month = (5 * day_of_year + 2) / 153;
    *ret_day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    *ret_month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    *ret_year = (int)((int64_t)year_of_era + era * 400 + (*ret_month <= 2));
}

void time_text_format(int64_t us, char ret_text[TIME_TEXT_SIZE])
{
    if (us < 0) {
        us = 0;
    }
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    civil_from_days(us / US_PER_DAY, &year, &month, &day);
    if (year > 9999) {
        year = 9999;
    }
    int64_t rest = us % US_PER_DAY;
    unsigned seconds = (unsigned)(rest / US_PER_SECOND);
    (void)snprintf(ret_text, TIME_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%06u+00:00",
                   (unsigned)year % 10000, month % 100, day % 100, seconds / 3600 % 100,
                   seconds / 60 % 60, seconds % 60, (unsigned)(rest % US_PER_SECOND));
}

struct reader {
    struct slice left;
    bool bad;
};

static unsigned take_digits(struct reader *reader, size_t count)
{
    unsigned number = 0;
    for (size_t i = 0; i < count; i++) {
        if (reader->left.size <= i || reader->left.data[i] < '0' || reader->left.data[i] > '9') {
            reader->bad = true;
            return 0;
        }
        number = number * 10 + (unsigned)(reader->left.data[i] - '0');
    }
    reader->left = slice_from(reader->left, count);
    return number;
}

/* Takes one character when it is among `wanted`. Returns: it, or 0. */
static char take_one_of(struct reader *reader, const char *wanted)
{
    if (reader->left.size == 0) {
        return 0;
    }
    char c = reader->left.data[0];
    for (; *wanted != '\0'; wanted++) {
        if (*wanted == c) {
            reader->left = slice_from(reader->left, 1);
            return c;
        }
    }
    return 0;
}

static void need_one_of(struct reader *reader, const char *wanted)
{
    if (take_one_of(reader, wanted) == 0) {
        reader->bad = true;
    }
}

static unsigned days_in_month(unsigned year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

static int64_t take_date(struct reader *reader)
{
    unsigned year = take_digits(reader, 4);
    need_one_of(reader, "-");
    unsigned month = take_digits(reader, 2);
    need_one_of(reader, "-");
    unsigned day = take_digits(reader, 2);
    if (reader->bad || year < 1970 || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month)) {
        reader->bad = true;
        return 0;
    }
    return days_from_civil(year, month, day) * US_PER_DAY;
}

static int64_t take_fraction(struct reader *reader)
{
    if (take_one_of(reader, ".,") == 0) {
        return 0;
    }
    int64_t us = take_digits(reader, 1);
    int digits = 1;
    while (!reader->bad && reader->left.size > 0 && reader->left.data[0] >= '0' &&
           reader->left.data[0] <= '9') {
        unsigned digit = take_digits(reader, 1);
        us = digits < 6 ? us * 10 + digit : us;
        digits++;
    }
    for (; digits < 6; digits++) {
        us *= 10;
    }
    return us;
}

static int64_t take_zone(struct reader *reader)
{
    char sign = take_one_of(reader, "Zz+-");
    if (sign == 0) {
        reader->bad = true;
    }
    if (sign != '+' && sign != '-') {
        return 0;
    }
    unsigned hours = take_digits(reader, 2);
    need_one_of(reader, ":");
    unsigned minutes = take_digits(reader, 2);
    if (hours > 23 || minutes > 59) {
        reader->bad = true;
    }
    int64_t offset = ((int64_t)hours * 60 + minutes) * 60 * US_PER_SECOND;
    return sign == '+' ? offset : -offset;
}

enum err time_text_parse(struct slice text, int64_t *ret_us, struct error *reterr)
{
    struct reader reader = {text, false};
    int64_t us = take_date(&reader);
    need_one_of(&reader, "Tt ");
    unsigned hours = take_digits(&reader, 2);
    need_one_of(&reader, ":");
    unsigned minutes = take_digits(&reader, 2);
    need_one_of(&reader, ":");
    unsigned seconds = take_digits(&reader, 2);
    us += take_fraction(&reader);
    int64_t zone = take_zone(&reader);
    if (hours > 23 || minutes > 59 || seconds > 60 || reader.bad || reader.left.size != 0) {
        return error_set(reterr, ERR_INVALID,
                         "\"%.*s\" is not a time such as 2026-04-22T00:15:30.726000+00:00",
                         (int)(text.size < 60 ? text.size : 60), text.size > 0 ? text.data : "");
    }
    us += ((int64_t)hours * 3600 + minutes * 60 + seconds) * US_PER_SECOND;
    *ret_us = us - zone;
    return ERR_OK;
}

enum err time_text_parse_date(struct slice text, int64_t *ret_us, struct error *reterr)
{
    struct reader reader = {text, false};
    int64_t us = take_date(&reader);
    if (reader.bad || reader.left.size != 0) {
        return error_set(reterr, ERR_INVALID, "\"%.*s\" is not a date such as 2026-04-22",
                         (int)(text.size < 60 ? text.size : 60), text.size > 0 ? text.data : "");
    }
    *ret_us = us;
    return ERR_OK;
}
