#include "tools/moment.h"

#include "core/base/time_text.h"

/* More digits than any sequence or distance has. */
#define DIGITS_MAX 18

/* The number that begins `text`. Returns: its digits; 0 when there is none or too many. */
static size_t leading_number(struct slice text, uint64_t *ret)
{
    size_t digits = 0;
    uint64_t number = 0;
    while (digits < text.size && text.data[digits] >= '0' && text.data[digits] <= '9') {
        if (digits == DIGITS_MAX) {
            return 0;
        }
        number = number * 10 + (uint64_t)(text.data[digits++] - '0');
    }
    *ret = number;
    return digits;
}

/* Seconds of a unit; 0 when there is no such unit. */
static uint64_t unit_seconds(struct slice unit)
{
    static const struct {
        const char *name;
        uint64_t seconds;
    } units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (slice_is(unit, units[i].name)) {
            return units[i].seconds;
        }
    }
    return 0;
}

/* "90s", "1h" as microseconds. Returns: false when it is no distance. */
static bool read_distance(struct slice text, uint64_t *ret_us)
{
    uint64_t number = 0;
    size_t digits = leading_number(text, &number);
    uint64_t seconds = unit_seconds(slice_from(text, digits));
    if (digits == 0 || seconds == 0 || number > INT64_MAX / 1000000 / seconds) {
        return false;
    }
    *ret_us = number * seconds * 1000000;
    return true;
}

enum err moment_time(struct slice text, int64_t now_us, int64_t *ret_us, struct error *reterr)
{
    uint64_t distance = 0;
    if (read_distance(text, &distance)) {
        *ret_us = distance < (uint64_t)now_us ? now_us - (int64_t)distance : 0;
        return ERR_OK;
    }
    if (time_text_parse_date(text, ret_us, NULL) == ERR_OK ||
        time_text_parse(text, ret_us, NULL) == ERR_OK) {
        return ERR_OK;
    }
    return error_set(reterr, ERR_INVALID,
                     "\"%.*s\" is no time: write 2026-04-22T00:15:30Z, 2026-04-22, or 90s, 30m, "
                     "1h, 7d, 2w for so long ago",
                     SLICE_ARGS(text));
}

enum err moment_mark(struct slice text, int64_t now_us, struct moment *ret, struct error *reterr)
{
    uint64_t seq = 0;
    if (text.size > 0 && leading_number(text, &seq) == text.size) {
        *ret = (struct moment){.is_seq = true, .seq = seq};
        return ERR_OK;
    }
    int64_t us = 0;
    enum err e = moment_time(text, now_us, &us, reterr);
    if (e == ERR_OK) {
        *ret = (struct moment){.us = us};
        return ERR_OK;
    }
    return error_set(reterr, e,
                     "\"%.*s\" is neither a sequence nor a time: write 4711, "
                     "2026-04-22T00:15:30Z, 2026-04-22, or 90s, 30m, 1h, 7d, 2w for so long ago",
                     SLICE_ARGS(text));
}
