/*
 * api_key: what can be a key of a flow, as callers send it in the header Api-Key.
 *
 * A key that no header can carry would lock everybody out; an empty one would let everybody in.
 */
#ifndef DAYBOOK_CORE_BASE_API_KEY_H
#define DAYBOOK_CORE_BASE_API_KEY_H

#include "core/base/slice.h"

#define API_KEY_BYTES_MAX 1000

/** What is wrong with a key, as the end of a sentence ("the key ..."), which does not hold the key.
 * Returns: NULL when it is good; else a static string. */
const char *api_key_flaw(struct slice key);

#endif
