/*
 * json_scan: a quick yes to "is this JSON?".
 *
 * Every webhook with a JSON content type is checked before it is accepted, and jansson's tree costs
 * twenty times what the check does (980 bytes of an order: 12.5 and 0.6 µs). This scanner says yes
 * only where jansson is sure to say yes; everything unusual (surrogate escapes, exponents, very
 * long numbers, large texts) and everything wrong is left to jansson, which also words the errors.
 * A fuzz target holds the two against each other.
 */
#ifndef DAYBOOK_CORE_BASE_JSON_SCAN_PRIV_H
#define DAYBOOK_CORE_BASE_JSON_SCAN_PRIV_H

#include "core/base/slice.h"

/* Larger texts are jansson's alone: its bound of memory decides there. */
#define JSON_SCAN_BYTES_MAX ((size_t)256 * 1024)

/** Whether the text is surely JSON, nested at most LIMIT_JSON_DEPTH deep. Thread: any. */
bool json_scan_is_json(struct slice text);

#endif
