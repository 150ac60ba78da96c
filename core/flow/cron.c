/*
 * Field by field, item by item, into bit sets.
 */
#include "core/flow/cron.h"

#include "core/base/check.h"

#define FIELD_COUNT 5

struct field_rule {
    const char *name;
    unsigned min;
    unsigned max;
    const char *const *words; /* the first stands for `min`; NULL: none */
    unsigned word_count;
};

static const char *const month_words[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                          "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const weekday_words[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

static const struct field_rule rules[FIELD_COUNT] = {
    {"minute", 0, 59, NULL, 0},
    {"hour", 0, 23, NULL, 0},
    {"day of month", 1, 31, NULL, 0},
    {"month", 1, 12, month_words, ARRAY_COUNT(month_words)},
    {"day of week", 0, 7, weekday_words, ARRAY_COUNT(weekday_words)},
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Cuts `text` into fields. Returns: how many there are; those past `max` are only counted. */
static size_t split_fields(struct slice text, struct slice *fields, size_t max)
{
    size_t count = 0;
    for (size_t at = 0; at < text.size;) {
        if (is_blank(text.data[at])) {
            at++;
            continue;
        }
        size_t end = at;
        while (end < text.size && !is_blank(text.data[end])) {
            end++;
        }
        if (count < max) {
            fields[count] = slice_of(text.data + at, end - at);
        }
        count++;
        at = end;
    }
    return count;
}

static bool parse_number(struct slice text, unsigned *ret)
{
    unsigned number = 0;
    if (text.size == 0 || text.size > 4) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
        number = number * 10 + (unsigned)(text.data[i] - '0');
    }
    *ret = number;
    return true;
}

/* A number or name of the field's range. */
static bool parse_value(const struct field_rule *rule, struct slice text, unsigned *ret)
{
    for (unsigned i = 0; i < rule->word_count; i++) {
        if (slice_equal_nocase(text, slice_of_text(rule->words[i]))) {
            *ret = rule->min + i;
            return true;
        }
    }
    return parse_number(text, ret) && *ret >= rule->min && *ret <= rule->max;
}

/* The part of `text` before `separator`; `ret_rest` gets what is behind it. Returns: whether the
 * separator is there. */
static bool cut(struct slice text, char separator, struct slice *ret_head, struct slice *ret_rest)
{
    size_t at = slice_find(text, slice_of(&separator, 1));
    bool found = at < text.size;
    *ret_head = found ? slice_of(text.data, at) : text;
    *ret_rest = found ? slice_from(text, at + 1) : (struct slice){NULL, 0};
    return found;
}

static bool parse_item(const struct field_rule *rule, struct slice item, uint64_t *set)
{
    struct slice range = item;
    struct slice step_text = {NULL, 0};
    unsigned step = 1;
    bool has_step = cut(item, '/', &range, &step_text);
    if (has_step && (!parse_number(step_text, &step) || step == 0)) {
        return false;
    }
    unsigned from = rule->min;
    unsigned to = rule->max;
    if (!slice_is(range, "*")) {
        struct slice first = range;
        struct slice last = range;
        bool has_last = cut(range, '-', &first, &last);
        if (!parse_value(rule, first, &from) || (has_last && !parse_value(rule, last, &to))) {
            return false;
        }
        to = has_last || has_step ? to : from;
    }
    for (unsigned value = from; value <= to; value += step) {
        *set |= (uint64_t)1 << value;
    }
    return from <= to;
}

static enum err parse_field(const struct field_rule *rule,
                            struct slice field,
                            uint64_t *ret_set,
                            struct error *reterr)
{
    uint64_t set = 0;
    struct slice rest = field;
    struct slice item = {NULL, 0};
    bool more = true;
    while (more) {
        more = cut(rest, ',', &item, &rest);
        if (!parse_item(rule, item, &set)) {
            return error_set(reterr, ERR_INVALID,
                             "\"%.*s\" is no %s: write *, numbers from %u to %u, ranges (1-5), "
                             "lists (1,3) or steps (*/2)",
                             SLICE_ARGS(field), rule->name, rule->min, rule->max);
        }
    }
    *ret_set = set;
    return ERR_OK;
}

/* Whether one of the months has one of the days. */
static bool day_exists(const struct cron *cron)
{
    static const unsigned lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (unsigned month = 1; month <= ARRAY_COUNT(lengths); month++) {
        uint32_t days_there = (uint32_t)(((uint64_t)1 << (lengths[month - 1] + 1)) - 1);
        if ((cron->months & 1u << month) != 0 && (cron->days & days_there) != 0) {
            return true;
        }
    }
    return false;
}

static enum err parse_fields(const struct slice *fields, struct cron *ret, struct error *reterr)
{
    uint64_t sets[FIELD_COUNT] = {0};
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        enum err e = parse_field(&rules[i], fields[i], &sets[i], reterr);
        if (e != ERR_OK) {
            return e;
        }
    }
    struct cron cron = {
        .minutes = sets[0],
        .hours = (uint32_t)sets[1],
        .days = (uint32_t)sets[2],
        .months = (uint16_t)sets[3],
        .weekdays = (uint8_t)((sets[4] & 0x7F) | (sets[4] >> 7 & 1)),
        .days_restricted = fields[2].data[0] != '*',
        .weekdays_restricted = fields[4].data[0] != '*',
    };
    bool any_weekday = cron.weekdays_restricted && cron.days_restricted;
    if (!any_weekday && !day_exists(&cron)) {
        return error_set(reterr, ERR_INVALID, "day of month \"%.*s\" never comes in month \"%.*s\"",
                         SLICE_ARGS(fields[2]), SLICE_ARGS(fields[3]));
    }
    *ret = cron;
    return ERR_OK;
}

enum err cron_parse(struct slice text, struct cron *ret, struct error *reterr)
{
    struct slice fields[FIELD_COUNT];
    if (text.size > CRON_BYTES_MAX) {
        return error_set(reterr, ERR_INVALID, "a schedule has at most %d bytes; %zu were given",
                         CRON_BYTES_MAX, text.size);
    }
    size_t count = split_fields(text, fields, FIELD_COUNT);
    if (count != FIELD_COUNT) {
        return error_set(reterr, ERR_INVALID,
                         "a schedule has five fields (minute, hour, day of month, month, day of "
                         "week) like \"*/15 * * * *\"; \"%.*s\" has %zu",
                         SLICE_ARGS(text), count);
    }
    return parse_fields(fields, ret, reterr);
}

static bool is_zone_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '/';
}

bool cron_zone_plausible(struct slice zone)
{
    if (zone.size == 0) {
        return true;
    }
    bool letter_first = (zone.data[0] | 0x20) >= 'a' && (zone.data[0] | 0x20) <= 'z';
    if (zone.size > CRON_ZONE_BYTES_MAX || !letter_first || zone.data[zone.size - 1] == '/') {
        return false;
    }
    for (size_t i = 0; i < zone.size; i++) {
        if (!is_zone_byte(zone.data[i])) {
            return false;
        }
    }
    return slice_find(zone, SLICE("//")) == SIZE_MAX;
}
