/*
 * number_text: decimal numbers as people write them: 25, -1, +3.5, .5, 1e3. No blanks, no
 * hexadecimal, no infinity, no "not a number".
 */
#ifndef DAYBOOK_CORE_DEFINITION_NUMBER_TEXT_PRIV_H
#define DAYBOOK_CORE_DEFINITION_NUMBER_TEXT_PRIV_H

#include "core/base/slice.h"

#include <stdint.h>

/* Longer texts are no numbers: a double has 17 significant digits. */
#define NUMBER_TEXT_BYTES_MAX 64

enum number_kind {
    NUMBER_NONE,  /* not a number, or beyond the range of a double */
    NUMBER_INT,   /* fits 64 bits */
    NUMBER_FLOAT, /* everything else */
};

/** What `text` is; sets the one of the two results that belongs to it. */
enum number_kind number_text_parse(struct slice text, int64_t *ret_integer, double *ret_number);

#endif
