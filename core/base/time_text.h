/*
 * time_text: RFC 3339 times, the one form in which a time leaves or enters the program.
 *
 * Out: six fractional digits and +00:00 ("2026-04-22T00:15:30.726000+00:00"). In: any RFC 3339 time
 * with a zone; digits past the sixth are cut. Years 1970 to 9999.
 */
#ifndef DAYBOOK_CORE_BASE_TIME_TEXT_H
#define DAYBOOK_CORE_BASE_TIME_TEXT_H

#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdint.h>

#define TIME_TEXT_SIZE 33 /* 32 characters and a zero */

/** Writes the time `us` (UTC microseconds since 1970; negative counts as 0). */
void time_text_format(int64_t us, char ret_text[TIME_TEXT_SIZE]);

/** Reads an RFC 3339 time. Errors: ERR_INVALID, with an example of a right one. */
MUST_USE enum err time_text_parse(struct slice text, int64_t *ret_us, struct error *reterr);

/** Reads a date "2026-04-22" as its first microsecond in UTC. Errors: ERR_INVALID. */
MUST_USE enum err time_text_parse_date(struct slice text, int64_t *ret_us, struct error *reterr);

#endif
