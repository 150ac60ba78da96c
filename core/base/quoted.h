/*
 * quoted: a text as messages show it: short, on one line, without control characters. Never for
 * secrets.
 *
 *     field_path_problem(..., "\"%s\" is no number", quoted(text).text);
 */
#ifndef DAYBOOK_CORE_BASE_QUOTED_H
#define DAYBOOK_CORE_BASE_QUOTED_H

#include "core/base/slice.h"

/* Bytes of a text that are shown; a longer one ends in "...". */
#define QUOTED_BYTES_MAX 80

struct quoted {
    char text[QUOTED_BYTES_MAX + sizeof "..."];
};

/** The beginning of `text` for a message, zero-terminated. */
struct quoted quoted(struct slice text);

#endif
