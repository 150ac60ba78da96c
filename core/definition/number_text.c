/*
 * The shape is checked by hand, the number made by the C library.
 */
#include "core/definition/number_text_priv.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static size_t skip_digits(struct slice text, size_t at)
{
    while (at < text.size && text.data[at] >= '0' && text.data[at] <= '9') {
        at++;
    }
    return at;
}

static size_t skip_sign(struct slice text, size_t at)
{
    return at < text.size && (text.data[at] == '-' || text.data[at] == '+') ? at + 1 : at;
}

/* [sign] (digits [. [digits]] | . digits) [e [sign] digits] */
static enum number_kind shape(struct slice text)
{
    size_t first = skip_sign(text, 0);
    size_t at = skip_digits(text, first);
    size_t digits = at - first;
    if (at == text.size) {
        return digits > 0 ? NUMBER_INT : NUMBER_NONE;
    }
    if (text.data[at] == '.') {
        size_t end = skip_digits(text, at + 1);
        digits += end - at - 1;
        at = end;
    }
    if (digits > 0 && at < text.size && (text.data[at] == 'e' || text.data[at] == 'E')) {
        size_t exponent = skip_sign(text, at + 1);
        at = skip_digits(text, exponent);
        digits = at - exponent;
    }
    return digits > 0 && at == text.size ? NUMBER_FLOAT : NUMBER_NONE;
}

enum number_kind number_text_parse(struct slice text, int64_t *ret_integer, double *ret_number)
{
    char copy[NUMBER_TEXT_BYTES_MAX + 1];
    enum number_kind kind = text.size <= NUMBER_TEXT_BYTES_MAX ? shape(text) : NUMBER_NONE;
    if (kind == NUMBER_NONE) {
        return NUMBER_NONE;
    }
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    errno = 0;
    long long integer = kind == NUMBER_INT ? strtoll(copy, NULL, 10) : 0;
    if (kind == NUMBER_INT && errno == 0) {
        *ret_integer = integer;
        return NUMBER_INT;
    }
    double number = strtod(copy, NULL);
    if (!isfinite(number)) {
        return NUMBER_NONE;
    }
    *ret_number = number;
    return NUMBER_FLOAT;
}
