/*
 * loose: comparing values the way JavaScript's `==`, `<` and String() do, because definitions were
 * written by people against those rules (ECMA-262, "IsLooselyEqual", "IsLessThan", "ToString").
 *
 * Two differences, both on purpose. Two 64-bit integers are compared exactly, not as doubles:
 * record ids over 2^53 must not fall together. Texts are ordered by their bytes, which for UTF-8
 * is the order of code points; JavaScript's order of UTF-16 units differs from it only between
 * U+E000 to U+FFFF and what lies past U+FFFF.
 *
 * Binary counts as text. There is no undefined and no NaN among values: callers that know that an
 * operand is missing say so with a `struct loose_operand`.
 *
 * Nothing here fails on the spot: with the arena exhausted or the work spent the answer means
 * nothing, and the caller finds that out once at the end (arena_exhausted, work_spent).
 *
 * Thread: any. Recursion is as deep as the values (LIMIT_VALUE_DEPTH).
 */
#ifndef DAYBOOK_CORE_FLOW_LOOSE_H
#define DAYBOOK_CORE_FLOW_LOOSE_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/value.h"
#include "core/flow/work.h"

/* Room for any number as JavaScript writes it, with the zero: "-1.2345678901234567e-300". */
#define LOOSE_NUMBER_SIZE 40

struct loose_context {
    struct arena *arena; /* for texts made on the way */
    struct work *work;
};

struct loose_operand {
    struct value value; /* null when missing */
    bool missing;       /* JavaScript's undefined */
};

/** The number as JavaScript writes it: 0.1, 1e+21, 100000000000000000000. NaN gives "NaN". */
void loose_number_text(double number, char ret_text[LOOSE_NUMBER_SIZE]);

/** Appends text, binary, a number or a boolean as text; nothing for null, lists and maps. */
void loose_put_plain(struct buf *out, const struct value *value);

/** Number(text): empty is 0, "0x1f" hexadecimal, " 1.5e3 " 1500, everything odd NaN. */
double loose_text_number(struct slice text);

/**
 * String(value): null gives "null", lists are joined by commas (null items empty), maps give
 * "[object Object]". Returns: a slice of the value or of the arena.
 */
struct slice loose_text(struct loose_context context, const struct value *value);

/** Boolean(value): false for null, false, 0 and empty text; true for all else. */
bool loose_true(const struct value *value);

/** left == right for values of any two types, deep for lists and maps. */
bool loose_equal(struct loose_context context, const struct value *left, const struct value *right);

/** left === right, deep for lists and maps: same type too, but 1 and 1.0 are one number. */
bool loose_same(struct loose_context context, const struct value *left, const struct value *right);

/* What an ordering comparison finds. NONE: one side is no number (every comparison is false). */
enum loose_order { LOOSE_LESS, LOOSE_SAME, LOOSE_GREATER, LOOSE_NONE };

/** How left stands to right under `<`: two texts by their bytes, all else as numbers. */
enum loose_order loose_compare(struct loose_context context,
                               const struct loose_operand *left,
                               const struct loose_operand *right);

#endif
