/*
 * coerce: values as the type an input needs.
 *
 * Inputs arrive as text from the definition ("true", "250") or as anything at all from a
 * reference. Each function takes what can be understood without guessing and refuses the rest with
 * a sentence that names the input, says what was given and what would be right:
 *
 *     input "timeout": "soon" is not a whole number from 0 to 900000
 *
 * Null and empty text mean "not given" and yield the default.
 *
 * Thread: any. Results live in the arena or borrow from the value.
 */
#ifndef DAYBOOK_CORE_FLOW_COERCE_H
#define DAYBOOK_CORE_FLOW_COERCE_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/value.h"

#include <stdbool.h>
#include <stdint.h>

/* Pairs of one input (headers, query parameters, form fields). */
#define COERCE_PAIRS_MAX 200

/* A name and what stands under it. */
struct coerce_pair {
    struct slice name;
    const struct value *value;
};

/** Whether nothing was given: null or empty text. */
bool coerce_is_empty(const struct value *value);

/**
 * Appends a value as text: text and binary as they are, null as nothing, numbers and booleans
 * plain, lists and maps as JSON.
 */
void coerce_put_text(struct buf *out, const struct value *value);

/** A value as text, by the rules of coerce_put_text. Errors: ERR_LIMIT, ERR_NO_MEMORY (arena). */
MUST_USE enum err coerce_text(const struct value *value,
                              struct arena *arena,
                              struct slice *ret,
                              struct error *reterr);

/** As coerce_text, but nothing given is ERR_NOT_FOUND, naming `input`. */
MUST_USE enum err coerce_required_text(const struct value *value,
                                       const char *input,
                                       struct arena *arena,
                                       struct slice *ret,
                                       struct error *reterr);

/**
 * A whole number from `min` to `max`: an integer, a double without a fraction, or text of either.
 * Nothing given is `otherwise`. Errors: ERR_INVALID naming `input`.
 */
MUST_USE enum err coerce_int(const struct value *value,
                             const char *input,
                             int64_t otherwise,
                             int64_t min,
                             int64_t max,
                             int64_t *ret,
                             struct error *reterr);

/**
 * A truth value: a boolean, or text true/t/yes/y/false/f/no/n in any case. Nothing given is false.
 * Errors: ERR_INVALID naming `input`.
 */
MUST_USE enum err
coerce_bool(const struct value *value, const char *input, bool *ret, struct error *reterr);

/**
 * Names with values, from a list of {key, value}, from a map, or from JSON text of either (a
 * config variable that is a key-value list is such text). Nothing given is no pairs.
 * Errors: ERR_INVALID naming `input` (also over COERCE_PAIRS_MAX); ERR_LIMIT, ERR_NO_MEMORY
 * (arena).
 */
MUST_USE enum err coerce_pairs(const struct value *value,
                               const char *input,
                               struct arena *arena,
                               struct coerce_pair **ret_pairs,
                               uint32_t *ret_count,
                               struct error *reterr);

#endif
