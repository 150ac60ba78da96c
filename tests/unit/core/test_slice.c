/* slice: comparing, finding, trimming, at the edges too. */
#include "core/base/slice.h"

#include <criterion/criterion.h>
#include <stdint.h>

static const struct slice nothing = {NULL, 0};

Test(slice, compares_bytes_and_then_length)
{
    cr_assert_lt(slice_compare(SLICE("a"), SLICE("b")), 0);
    cr_assert_gt(slice_compare(SLICE("b"), SLICE("ab")), 0);
    cr_assert_lt(slice_compare(SLICE("a"), SLICE("ab")), 0);
    cr_assert_eq(slice_compare(SLICE("ab"), SLICE("ab")), 0);
    cr_assert_eq(slice_compare(nothing, SLICE("")), 0);
    cr_assert_lt(slice_compare(nothing, SLICE("a")), 0);
    cr_assert_gt(slice_compare(SLICE("\xff"), SLICE("a")), 0, "bytes are unsigned");
}

Test(slice, equality_minds_zeros_and_length)
{
    cr_assert(slice_equal(SLICE("a\0b"), SLICE("a\0b")));
    cr_assert(!slice_equal(SLICE("a\0b"), SLICE("a\0c")));
    cr_assert(!slice_equal(SLICE("a"), SLICE("a\0")));
    cr_assert(slice_equal(nothing, SLICE("")));
    cr_assert(slice_is(SLICE("x"), "x"));
    cr_assert(slice_is(nothing, NULL));
}

Test(slice, ignores_case_of_ascii_only)
{
    cr_assert(slice_equal_nocase(SLICE("Content-Type"), SLICE("content-TYPE")));
    cr_assert(!slice_equal_nocase(SLICE("a"), SLICE("ab")));
    cr_assert(!slice_equal_nocase(SLICE("@"), SLICE("`")), "they differ by the same bit");
    cr_assert(slice_contains_nocase(SLICE("Hello World"), SLICE("o w")));
    cr_assert(!slice_contains_nocase(SLICE("Hello"), SLICE("Hellos")));
    cr_assert(slice_contains_nocase(nothing, nothing));
    cr_assert(!slice_contains_nocase(nothing, SLICE("x")));
}

Test(slice, finds)
{
    cr_assert_eq(slice_find(SLICE("abcabc"), SLICE("ca")), 2);
    cr_assert_eq(slice_find(SLICE("abc"), SLICE("abcd")), SIZE_MAX);
    cr_assert_eq(slice_find(SLICE("abc"), nothing), 0);
    cr_assert_eq(slice_find(nothing, SLICE("a")), SIZE_MAX);
    cr_assert_eq(slice_find(SLICE("a\0b"), SLICE("\0b")), 1);
}

Test(slice, cuts)
{
    cr_assert(slice_is(slice_from(SLICE("abc"), 1), "bc"));
    cr_assert_eq(slice_from(SLICE("abc"), 3).size, 0);
    cr_assert_eq(slice_from(SLICE("abc"), 99).size, 0);
    cr_assert(slice_starts_with(SLICE("abc"), SLICE("ab")));
    cr_assert(!slice_starts_with(SLICE("a"), SLICE("ab")));
    cr_assert(slice_ends_with(SLICE("abc"), SLICE("bc")));
    cr_assert(!slice_ends_with(SLICE("c"), SLICE("bc")));
    cr_assert(slice_is(slice_trim(SLICE(" \t\r\n x y \v\f")), "x y"));
    cr_assert_eq(slice_trim(SLICE("  ")).size, 0);
}
