/* value: building, looking up, comparing, copying. */
#include "core/base/value.h"

#include <criterion/criterion.h>

static struct value sample(struct arena *arena)
{
    struct value map = value_map();
    struct value list = value_list();
    for (int i = 0; i < 20; i++) {
        cr_assert(value_list_push(arena, &list, value_int(i)));
    }
    cr_assert(value_map_put(arena, &map, SLICE("list"), list));
    cr_assert(value_map_put(arena, &map, SLICE("text"), value_text(SLICE("x"))));
    cr_assert(value_map_put(arena, &map, SLICE("yes"), value_bool(true)));
    cr_assert(value_map_put(arena, &map, SLICE("none"), value_null()));
    return map;
}

Test(value, looks_up)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct value map = sample(&arena);
    cr_assert_eq(value_int_of(value_at(value_get(&map, SLICE("list")), 19), -1), 19);
    cr_assert_null(value_at(value_get(&map, SLICE("list")), 20));
    cr_assert_null(value_get(&map, SLICE("missing")));
    cr_assert_null(value_get(NULL, SLICE("x")));
    cr_assert_null(value_get(value_get(&map, SLICE("list")), SLICE("x")), "a list has no keys");
    cr_assert(slice_is(value_get_text(&map, SLICE("text")), "x"));
    cr_assert_eq(value_get_text(&map, SLICE("yes")).size, 0);
    cr_assert(value_bool_of(value_get(&map, SLICE("yes")), false));
    cr_assert(value_bool_of(value_get(&map, SLICE("text")), true), "otherwise");
    cr_assert_eq(value_int_of(value_get(&map, SLICE("text")), 7), 7);
    cr_assert(value_is_null(value_get(&map, SLICE("none"))));
    cr_assert(value_is_null(NULL));
    arena_deinit(&arena);
}

Test(value, sets_and_puts)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct value map = sample(&arena);
    uint32_t count = map.map.count;
    cr_assert(value_map_set(&arena, &map, SLICE("text"), value_int(1)));
    cr_assert_eq(map.map.count, count);
    cr_assert_eq(value_int_of(value_get(&map, SLICE("text")), 0), 1);
    cr_assert(value_map_set(&arena, &map, SLICE("new"), value_int(2)));
    cr_assert_eq(map.map.count, count + 1);
    cr_assert(value_map_put(&arena, &map, SLICE("new"), value_int(3)));
    cr_assert_eq(value_int_of(value_get(&map, SLICE("new")), 0), 3, "the last one counts");
    arena_deinit(&arena);
}

Test(value, compares_deeply)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct value a = sample(&arena);
    struct value b = sample(&arena);
    cr_assert(value_equal(&a, &b));
    value_map_set(&arena, &b, SLICE("yes"), value_bool(false));
    cr_assert(!value_equal(&a, &b));
    struct value one = value_int(1);
    struct value one_float = value_float(1.0);
    struct value half = value_float(1.5);
    struct value text = value_text(SLICE("x"));
    struct value binary = value_binary(SLICE("x"));
    struct value truth = value_bool(true);
    cr_assert(value_equal(&one, &one_float));
    cr_assert(!value_equal(&one, &half));
    cr_assert(!value_equal(&text, &binary));
    cr_assert(!value_equal(&one, &truth));
    arena_deinit(&arena);
}

Test(value, compares_maps_in_any_order)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct value a = value_map();
    struct value b = value_map();
    value_map_put(&arena, &a, SLICE("x"), value_int(1));
    value_map_put(&arena, &a, SLICE("y"), value_int(2));
    value_map_put(&arena, &b, SLICE("y"), value_int(2));
    value_map_put(&arena, &b, SLICE("x"), value_int(1));
    cr_assert(value_equal(&a, &b));
    value_map_put(&arena, &b, SLICE("z"), value_null());
    cr_assert(!value_equal(&a, &b));
    arena_deinit(&arena);
}

Test(value, copies_what_it_borrows)
{
    struct arena from;
    struct arena to;
    arena_init(&from, 1 << 16);
    arena_init(&to, 1 << 16);
    struct value map = sample(&from);
    struct value copy = value_copy(&to, &map);
    cr_assert(value_equal(&map, &copy));
    arena_deinit(&from); /* ASan would tell if the copy still looked there */
    cr_assert_eq(value_int_of(value_at(value_get(&copy, SLICE("list")), 3), 0), 3);
    arena_deinit(&to);
}

Test(value, fails_softly_over_the_arena)
{
    struct arena arena;
    arena_init(&arena, 4096);
    struct value list = value_list();
    int pushed = 0;
    while (pushed < 100000 && value_list_push(&arena, &list, value_int(pushed))) {
        pushed++;
    }
    cr_assert_lt(pushed, 100000);
    cr_assert_eq(list.list.count, (uint32_t)pushed, "what is there stays as it is");
    cr_assert(arena_exhausted(&arena));
    arena_deinit(&arena);
}

Test(value, names_its_types)
{
    cr_assert_str_eq(value_type_name(VALUE_NULL), "null");
    cr_assert_str_eq(value_type_name(VALUE_INT), "integer");
    cr_assert_str_eq(value_type_name(VALUE_MAP), "map");
}
