/*
 * Places in a value.
 */
#include "core/base/json_in.h"
#include "tests/lib/kit_path.h"

#include <criterion/criterion.h>

Test(kit_path, finds_what_is_there_and_nothing_else)
{
    struct arena arena;
    struct value value;
    json_in_init();
    arena_init(&arena, 1 << 20);
    struct slice text =
        SLICE("{\"data\": {\"nodes\": [{\"id\": \"a\"}, {\"id\": \"b\", \"n\": [[1, 2], [3]]}]}}");
    cr_assert_eq(json_in_parse(text, &arena, &value, NULL), ERR_OK);
    cr_assert(slice_is(value_text_of(kit_path_find(&value, "data.nodes[1].id")), "b"));
    cr_assert_eq(value_int_of(kit_path_find(&value, "data.nodes[1].n[1][0]"), 0), 3);
    cr_assert_eq(kit_path_find(&value, ""), &value);
    cr_assert_null(kit_path_find(&value, "data.nodes[2]"));
    cr_assert_null(kit_path_find(&value, "data.nodes[0].n"));
    cr_assert_null(kit_path_find(&value, "data.nodes[x]"));
    cr_assert_null(kit_path_find(&value, "data[0]"));
    cr_assert_null(kit_path_find(&value, "nodes"));
    cr_assert_null(kit_path_find(NULL, "nodes"));
    cr_assert_eq(kit_path_count(&value, "data.nodes"), 2);
    cr_assert_eq(kit_path_count(&value, "data"), 1);
    cr_assert_eq(kit_path_count(&value, "data.nodes[0].id"), 0);
    cr_assert_eq(kit_path_count(&value, "missing"), 0);
    arena_deinit(&arena);
}
