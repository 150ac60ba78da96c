/* difference: what two states of a thing differ in. */
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/base/json_out.h"
#include "core/base/limits.h"
#include "tools/difference.h"

#include <criterion/criterion.h>

static void expect(const char *before, const char *after, const char *wanted)
{
    static const char *const left_out[] = {"version", NULL};
    struct arena arena;
    struct value a;
    struct value b;
    arena_init(&arena, MIB);
    cr_assert_eq(json_in_parse(slice_of_text(before), &arena, &a, NULL), ERR_OK);
    cr_assert_eq(json_in_parse(slice_of_text(after), &arena, &b, NULL), ERR_OK);
    struct value found = difference(&arena, &a, &b, left_out);
    struct slice text = json_out_to_arena(&arena, &found);
    cr_assert(slice_is(text, wanted), "wanted %s\ngot %.*s", wanted, SLICE_ARGS(text));
    arena_deinit(&arena);
}

Test(difference, is_empty_between_equals)
{
    expect("{\"a\":1,\"m\":{\"b\":[1,2]}}", "{\"m\":{\"b\":[1,2]},\"a\":1}", "[]");
    expect("null", "null", "[]");
    expect("{\"a\":null}", "{}", "[]");
}

Test(difference, names_members_of_maps_within_maps)
{
    expect("{\"config\":{\"Region\":{\"value\":\"eu\",\"setAt\":3}}}",
           "{\"config\":{\"Region\":{\"value\":\"us\",\"setAt\":9}}}",
           "[{\"field\":\"config.Region.value\",\"before\":\"eu\",\"after\":\"us\"},"
           "{\"field\":\"config.Region.setAt\",\"before\":3,\"after\":9}]");
}

Test(difference, tells_what_came_and_what_went)
{
    expect("{\"a\":1,\"gone\":2}", "{\"new\":3,\"a\":1}",
           "[{\"field\":\"new\",\"before\":null,\"after\":3},"
           "{\"field\":\"gone\",\"before\":2,\"after\":null}]");
    expect("null", "{\"name\":\"Acme\",\"config\":{\"x\":{\"value\":1}}}",
           "[{\"field\":\"name\",\"before\":null,\"after\":\"Acme\"},"
           "{\"field\":\"config.x.value\",\"before\":null,\"after\":1}]");
}

Test(difference, compares_lists_as_a_whole)
{
    expect("{\"labels\":[\"a\"]}", "{\"labels\":[\"a\",\"b\"]}",
           "[{\"field\":\"labels\",\"before\":[\"a\"],\"after\":[\"a\",\"b\"]}]");
}

Test(difference, shows_a_map_that_became_something_else)
{
    expect("{\"a\":{\"b\":1}}", "{\"a\":2}",
           "[{\"field\":\"a\",\"before\":{\"b\":1},\"after\":2}]");
}

Test(difference, leaves_out_what_it_is_told_to_at_the_top_alone)
{
    expect("{\"version\":1,\"x\":{\"version\":1}}", "{\"version\":2,\"x\":{\"version\":2}}",
           "[{\"field\":\"x.version\",\"before\":1,\"after\":2}]");
}
