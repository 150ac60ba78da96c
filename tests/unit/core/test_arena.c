/* arena: alignment, cap, marks, and what fails without harm. */
#include "core/base/arena.h"
#include "core/base/memory.h"

#include <criterion/criterion.h>
#include <stdint.h>

Test(arena, hands_out_aligned_and_separate_blocks)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    char *last = NULL;
    for (size_t size = 1; size < 300; size++) {
        char *block = arena_alloc(&arena, size);
        cr_assert_not_null(block);
        cr_assert_eq((uintptr_t)block % _Alignof(max_align_t), 0);
        memset(block, (int)size, size);
        cr_assert(last == NULL || *last == (char)(size - 1), "the block before was overwritten");
        last = block;
    }
    arena_deinit(&arena);
}

Test(arena, refuses_over_its_cap_and_remembers)
{
    struct arena arena;
    arena_init(&arena, 10000);
    cr_assert_not_null(arena_alloc(&arena, 9000));
    cr_assert(!arena_exhausted(&arena));
    cr_assert_null(arena_alloc(&arena, 9000));
    cr_assert(arena_exhausted(&arena));
    struct error error;
    cr_assert_eq(arena_error(&arena, "the thing", &error), ERR_LIMIT);
    cr_assert_str_eq(error.text, "the thing needs more than 10000 bytes of memory");
    arena_deinit(&arena);
}

Test(arena, takes_no_size_that_overflows)
{
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    cr_assert_null(arena_alloc(&arena, SIZE_MAX));
    cr_assert_null(arena_zalloc(&arena, SIZE_MAX / 2, 3));
    cr_assert(arena_exhausted(&arena));
    arena_deinit(&arena);
}

Test(arena, zalloc_clears_what_was_used_before)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    memset(arena_alloc(&arena, 1000), 0xff, 1000);
    arena_reset(&arena);
    const unsigned char *block = arena_zalloc(&arena, 100, 10);
    for (size_t i = 0; i < 1000; i++) {
        cr_assert_eq(block[i], 0);
    }
    arena_deinit(&arena);
}

Test(arena, rewinds_to_a_mark)
{
    struct arena arena;
    arena_init(&arena, 100000);
    char *kept = arena_text(&arena, SLICE("kept"));
    struct arena_mark mark = arena_mark(&arena);
    for (int round = 0; round < 100; round++) {
        /* Without the rewind this would be ten times the cap. */
        cr_assert_not_null(arena_alloc(&arena, 10000), "round %d", round);
        arena_rewind(&arena, mark);
    }
    cr_assert_str_eq(kept, "kept");
    arena_deinit(&arena);
}

Test(arena, resets_to_be_used_again)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (int round = 0; round < 100; round++) {
        cr_assert_not_null(arena_alloc(&arena, 900000), "round %d", round);
        arena_reset(&arena);
    }
    cr_assert_not_null(arena_alloc(&arena, 1));
    arena_deinit(&arena);
    arena_deinit(&arena); /* twice does nothing */
}

Test(arena, copies_and_formats)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct slice copy = arena_copy(&arena, SLICE("a\0b"));
    cr_assert(slice_equal(copy, SLICE("a\0b")));
    cr_assert_eq(copy.data[3], '\0');
    cr_assert(slice_is(arena_format(&arena, "%d-%s", 7, "x"), "7-x"));
    cr_assert_eq(arena_copy(&arena, slice_of(NULL, 0)).size, 0);
    arena_deinit(&arena);
}

Test(arena, lives_through_memory_that_is_gone)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    memory_fail_after(0);
    void *block = arena_alloc(&arena, 10);
    struct slice copy = arena_copy(&arena, SLICE("x"));
    struct slice text = arena_format(&arena, "x");
    memory_fail_after(-1);
    cr_assert_null(block);
    cr_assert_null(copy.data);
    cr_assert_null(text.data);
    cr_assert(arena_exhausted(&arena));
    arena_deinit(&arena);
}
