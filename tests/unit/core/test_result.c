/*
 * Results: copied exactly, counted, shared by lists and freed with their last holder.
 */
#include "core/flow/result.h"
#include "tests/unit/core/flow_kit.h"

#include <criterion/criterion.h>

#define MEMORY_BYTES ((size_t)16 * 1024 * 1024)

Test(result, a_copy_shares_nothing_with_its_source)
{
    static const char json[] = "{\"a\":[1,2.5,null,true,\"text\"],\"b\":{\"c\":\"\",\"d\":[]}}";
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct result_pool pool = {.cap_bytes = 100000};
    struct result *result = NULL;
    struct value value = flow_kit_value(&arena, json);
    cr_assert_eq(result_create(&pool, &value, SLICE("text/x"), &result, NULL), ERR_OK);
    arena_deinit(&arena);
    arena_init(&arena, MEMORY_BYTES);
    cr_expect_str_eq(flow_kit_json(&arena, &result->value), json);
    cr_expect(slice_is(result->content_type, "text/x"));
    cr_expect_gt(pool.used_bytes, 0u);
    result_release(&result);
    cr_expect_null(result);
    cr_expect_eq(pool.used_bytes, 0u);
    arena_deinit(&arena);
}

Test(result, a_list_keeps_its_parts)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct result_pool pool = {.cap_bytes = 100000};
    struct result *parts[3] = {NULL};
    struct result *list = NULL;
    struct value one = value_text(SLICE("one"));
    struct value two = value_int(2);
    cr_assert_eq(result_create(&pool, &one, SLICE(""), &parts[0], NULL), ERR_OK);
    cr_assert_eq(result_create(&pool, &two, SLICE(""), &parts[2], NULL), ERR_OK);
    cr_assert_eq(result_create_list(&pool, parts, 3, &list, NULL), ERR_OK);
    result_release(&parts[0]);
    result_release(&parts[2]);
    cr_expect_str_eq(flow_kit_json(&arena, &list->value), "[\"one\",null,2]");
    struct result *again = result_hold(list);
    result_release(&list);
    cr_expect_str_eq(flow_kit_json(&arena, &again->value), "[\"one\",null,2]");
    result_release(&again);
    cr_expect_eq(pool.used_bytes, 0u);
    cr_assert_eq(result_create_list(&pool, NULL, 0, &list, NULL), ERR_OK);
    cr_expect_str_eq(flow_kit_json(&arena, &list->value), "[]");
    result_release(&list);
    cr_expect_eq(pool.used_bytes, 0u);
    arena_deinit(&arena);
}

Test(result, the_cap_is_exact)
{
    struct result_pool pool = {.cap_bytes = 100000};
    struct result *result = NULL;
    struct value value = value_text(SLICE("0123456789abcdef"));
    cr_assert_eq(result_create(&pool, &value, SLICE(""), &result, NULL), ERR_OK);
    size_t bytes = pool.used_bytes;
    result_release(&result);
    pool.cap_bytes = bytes;
    cr_expect_eq(result_create(&pool, &value, SLICE(""), &result, NULL), ERR_OK);
    struct result *second = NULL;
    cr_expect_eq(result_create(&pool, &value, SLICE(""), &second, NULL), ERR_LIMIT);
    cr_expect_null(second);
    result_release(&result);
    pool.cap_bytes = bytes - 1;
    cr_expect_eq(result_create(&pool, &value, SLICE(""), &result, NULL), ERR_LIMIT);
    cr_expect_eq(pool.used_bytes, 0u);
}

Test(result, nesting_is_bounded_so_that_it_can_be_decoded_again)
{
    struct value levels[RESULT_DEPTH_MAX + 1];
    levels[0] = value_list();
    for (int i = 1; i <= RESULT_DEPTH_MAX; i++) {
        levels[i] = value_list();
        levels[i].list.items = &levels[i - 1];
        levels[i].list.count = 1;
    }
    struct result_pool pool = {.cap_bytes = 100000};
    struct result *result = NULL;
    struct result *list = NULL;
    struct error error = {0};
    cr_expect_eq(result_create(&pool, &levels[RESULT_DEPTH_MAX], SLICE(""), &result, &error),
                 ERR_LIMIT);
    cr_expect_str_eq(error_text(&error), "a step result is nested over 30 levels");
    cr_assert_eq(result_create(&pool, &levels[RESULT_DEPTH_MAX - 1], SLICE(""), &result, NULL),
                 ERR_OK);
    cr_expect_eq(result_create_list(&pool, &result, 1, &list, NULL), ERR_LIMIT);
    result_release(&result);
    cr_expect_eq(pool.used_bytes, 0u);
}
