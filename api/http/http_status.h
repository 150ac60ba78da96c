/*
 * http_status: the reason phrases of the status line.
 *
 * Source: RFC 9110 section 15, RFC 6585 (428, 429, 431).
 */
#ifndef DAYBOOK_API_HTTP_HTTP_STATUS_H
#define DAYBOOK_API_HTTP_HTTP_STATUS_H

#include "core/base/slice.h"

#include <stdbool.h>

/** The reason phrase of a status (404 gives "Not Found"). Thread: any. Returns: a static string;
 * "Unknown" for a number without one. */
const char *http_status_text(int status);

/** Whether a response of this status has no body by its nature: 1xx, 204, 304. Thread: any. */
bool http_status_is_bodiless(int status);

/** Whether a final response may carry this status: 200 to 599. Thread: any. */
bool http_status_is_final(int status);

#endif
