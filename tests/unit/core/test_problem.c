/* problem: all of them, bounded, and as one sentence. */
#include "core/base/problem.h"

#include <criterion/criterion.h>

Test(problem, collects_and_joins)
{
    struct arena arena;
    struct problem_list list;
    struct error error;
    char field[] = "name";
    arena_init(&arena, 1 << 20);
    problem_list_init(&list, &arena);
    cr_assert(problem_none(&list));
    problem_add(&list, slice_of_text(field), "is %d characters, at most %d", 300, 200);
    problem_add(&list, SLICE("flows[0]"), "has no trigger");
    field[0] = 'X'; /* the list has its own copy */
    cr_assert(!problem_none(&list));
    cr_assert_eq(list.count, 2);
    cr_assert_eq(problem_error(&list, ERR_INVALID, &error), ERR_INVALID);
    cr_assert_str_eq(error.text, "name: is 300 characters, at most 200; flows[0]: has no trigger");
    arena_deinit(&arena);
}

Test(problem, says_how_many_it_left_out)
{
    struct arena arena;
    struct problem_list list;
    arena_init(&arena, 1 << 20);
    problem_list_init(&list, &arena);
    for (int i = 0; i < PROBLEM_COUNT_MAX + 10; i++) {
        problem_add(&list, SLICE("x"), "number %d", i);
    }
    cr_assert_eq(list.count, PROBLEM_COUNT_MAX);
    /* the ten past the maximum, and the last one kept, whose place the sentence takes */
    cr_assert_eq(list.left_out, 11);
    cr_assert(slice_is(list.last->field, PROBLEM_ALL));
    cr_assert(
        slice_is(list.last->message, "and 11 more problems, left out here: mend these first"));
    arena_deinit(&arena);
}

Test(problem, cuts_a_sentence_that_is_too_long)
{
    struct arena arena;
    struct problem_list list;
    struct error error;
    arena_init(&arena, 1 << 20);
    problem_list_init(&list, &arena);
    for (int i = 0; i < 100; i++) {
        problem_add(&list, SLICE("field"), "a message of some length, number %d", i);
    }
    cr_assert_eq(problem_error(&list, ERR_INVALID, &error), ERR_INVALID);
    cr_assert_lt(strlen(error.text), ERROR_TEXT_SIZE);
    arena_deinit(&arena);
}

Test(problem, counts_what_does_not_fit_its_arena)
{
    struct arena arena;
    struct problem_list list;
    arena_init(&arena, 4096);
    problem_list_init(&list, &arena);
    for (int i = 0; i < 200; i++) {
        problem_add(&list, SLICE("field"), "a message of some length, number %d, and then more", i);
    }
    cr_assert_gt(list.left_out, 0);
    cr_assert_leq(list.count, PROBLEM_COUNT_MAX);
    arena_deinit(&arena);
}
