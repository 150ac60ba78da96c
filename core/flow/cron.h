/*
 * cron: schedules of five fields, as crontab(5) describes them.
 *
 *     minute  hour  day-of-month  month  day-of-week
 *     0-59    0-23  1-31          1-12   0-7 (0 and 7: Sunday)
 *
 *     field = item { "," item }
 *     item  = ( "*" | value [ "-" value ] ) [ "/" step ]
 *
 * Months and weekdays may be written by the first three letters of their English names, in any
 * case. "value/step" runs from the value to the field's end. When both day fields are restricted
 * (neither begins with "*"), a day matches if either does; otherwise both must.
 *
 * "@daily", "L", "#", "?" and seconds are not taken: the sentence names the field that was not
 * understood. A schedule that can never come (30 February) is refused as well, so that looking for
 * the next time always ends.
 */
#ifndef DAYBOOK_CORE_FLOW_CRON_H
#define DAYBOOK_CORE_FLOW_CRON_H

#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* Longest schedule text, in bytes. */
#define CRON_BYTES_MAX 200

/* Longest name of a time zone, in bytes; the longest of the IANA's has 32. */
#define CRON_ZONE_BYTES_MAX 64

struct cron {
    uint64_t minutes;         /* bit n: minute n */
    uint32_t hours;           /* bit n: hour n */
    uint32_t days;            /* bit n: day n of the month, 1 to 31 */
    uint16_t months;          /* bit n: month n, 1 to 12 */
    uint8_t weekdays;         /* bit n: 0 Sunday to 6 Saturday */
    bool days_restricted;     /* the field does not begin with "*" */
    bool weekdays_restricted; /* the same */
};

/** Reads a schedule; blanks around and between the fields do not count. Thread: any.
 * Errors: ERR_INVALID, naming the field, what stands there and what may. */
MUST_USE enum err cron_parse(struct slice text, struct cron *ret, struct error *reterr);

/** Whether `zone` may be the name of a time zone (IANA): letters, digits and "_+-/" within bounds,
 * never a path that leads elsewhere. Empty means UTC and is plausible. Whether the zone exists only
 * the zone files know. */
bool cron_zone_plausible(struct slice zone);

#endif
