/* json_in: what JSON becomes, and JSON that wants too much. */
#include "core/base/json_in.h"
#include "core/base/limits.h"
#include "core/base/memory.h"

#include <criterion/criterion.h>

static enum err parse(struct arena *arena, const char *text, struct value *ret, struct error *error)
{
    json_in_init();
    arena_init(arena, 1 << 20);
    return json_in_parse(slice_of_text(text), arena, ret, error);
}

Test(json_in, reads_every_type)
{
    struct arena arena;
    struct value value;
    cr_assert_eq(parse(&arena, "{\"a\":[1,-2.5,true,false,null,\"x\\u00e9\\u0000\"],\"b\":{}}",
                       &value, NULL),
                 ERR_OK);
    const struct value *list = value_get(&value, SLICE("a"));
    cr_assert_eq(value_int_of(value_at(list, 0), 0), 1);
    cr_assert_eq(value_at(list, 1)->number, -2.5);
    cr_assert(value_bool_of(value_at(list, 2), false));
    cr_assert(!value_bool_of(value_at(list, 3), true));
    cr_assert(value_is_null(value_at(list, 4)));
    cr_assert(slice_equal(value_text_of(value_at(list, 5)), SLICE("x\xc3\xa9\0")));
    cr_assert_eq(value_get(&value, SLICE("b"))->type, VALUE_MAP);
    arena_deinit(&arena);
}

Test(json_in, keeps_integers_and_turns_larger_ones_into_doubles)
{
    struct arena arena;
    struct value value;
    cr_assert_eq(parse(&arena, "[9223372036854775807,-9223372036854775808]", &value, NULL), ERR_OK);
    cr_assert_eq(value_int_of(value_at(&value, 0), 0), INT64_MAX);
    cr_assert_eq(value_int_of(value_at(&value, 1), 0), INT64_MIN);
    arena_deinit(&arena);
    cr_assert_eq(parse(&arena, "[18446744073709551616]", &value, NULL), ERR_OK);
    cr_assert_eq(value_at(&value, 0)->type, VALUE_FLOAT);
    cr_assert_eq(value_at(&value, 0)->number, 18446744073709551616.0);
    arena_deinit(&arena);
}

Test(json_in, takes_the_last_of_equal_keys)
{
    struct arena arena;
    struct value value;
    cr_assert_eq(parse(&arena, "{\"a\":1,\"a\":2}", &value, NULL), ERR_OK);
    cr_assert_eq(value_int_of(value_get(&value, SLICE("a")), 0), 2);
    arena_deinit(&arena);
}

Test(json_in, says_where_a_fault_is)
{
    static const char *const wrong[] = {"",           "{",       "[1,]",  "{\"a\"}",
                                        "tru",        "\"\\x\"", "[1] 2", "\"\xff\"",
                                        "{\"a\":1,}", "01",      "nan",   "'x'"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct arena arena;
        struct value value;
        struct error error;
        cr_assert_eq(parse(&arena, wrong[i], &value, &error), ERR_INVALID, "%s", wrong[i]);
        cr_assert_not_null(strstr(error.text, "malformed JSON at line"), "%s", error.text);
        cr_assert_eq(json_in_check(slice_of_text(wrong[i]), NULL), ERR_INVALID);
        arena_deinit(&arena);
    }
}

Test(json_in, bounds_nesting)
{
    char text[2 * LIMIT_JSON_DEPTH + 3] = "";
    for (int depth = LIMIT_JSON_DEPTH; depth <= LIMIT_JSON_DEPTH + 1; depth++) {
        struct arena arena;
        struct value value;
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[2 * depth] = '\0';
        enum err wanted = depth <= LIMIT_JSON_DEPTH ? ERR_OK : ERR_LIMIT;
        cr_assert_eq(parse(&arena, text, &value, NULL), wanted, "depth %d", depth);
        arena_deinit(&arena);
    }
    struct arena arena;
    struct value value;
    cr_assert_eq(parse(&arena, "[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[\"]", &value, NULL),
                 ERR_OK, "brackets in texts do not count");
    arena_deinit(&arena);
}

Test(json_in, bounds_memory)
{
    struct error error;
    size_t size = 8 * MIB;
    char *text = memory_alloc(size);
    json_in_init();
    text[0] = '[';
    for (size_t at = 1; at + 3 < size; at += 3) {
        memcpy(text + at, "[],", 3);
    }
    memcpy(text + size - 3, "0 ]", 3);
    text[size - 4] = ',';
    enum err e = json_in_check(slice_of(text, size), &error);
    memory_free(text);
    cr_assert_eq(e, ERR_LIMIT, "%s", error.text);
    cr_assert_eq(json_in_check(SLICE("[1]"), &error), ERR_OK, "the next text has its own budget");
}

Test(json_in, is_bounded_by_the_arena)
{
    struct arena arena;
    struct value value;
    struct error error;
    json_in_init();
    arena_init(&arena, 4096);
    char text[20000];
    memset(text, '1', sizeof text);
    text[0] = text[sizeof text - 1] = '"';
    cr_assert_eq(json_in_parse(slice_of(text, sizeof text), &arena, &value, &error), ERR_LIMIT);
    arena_deinit(&arena);
}
