/* json_quick: what it reads is what jansson reads, and what is unusual it leaves alone. */
#include "core/base/json_in_priv.h"
#include "core/base/json_out.h"
#include "core/base/json_quick_priv.h"
#include "core/base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* Both ways to read a text give the same types, order and digits. */
static void expect_same(struct slice text)
{
    struct arena arena;
    struct value quick;
    struct value tree;
    struct error error = {.code = ERR_OK};
    json_in_init();
    arena_init(&arena, 64 * MIB);
    cr_assert(json_quick_parse(text, &arena, &quick), "left alone: %.*s", SLICE_ARGS(text));
    cr_assert_eq(json_in_parse_tree(text, &arena, &tree, &error), ERR_OK, "%s", error.text);
    struct slice a = json_out_to_arena(&arena, &quick);
    struct slice b = json_out_to_arena(&arena, &tree);
    cr_assert(slice_equal(a, b), "%.*s: %.*s, not %.*s", SLICE_ARGS(text), SLICE_ARGS(a),
              SLICE_ARGS(b));
    arena_deinit(&arena);
}

Test(json_quick, reads_as_jansson_does)
{
    static const char *const texts[] = {
        "1",
        "-0",
        "-0.0",
        "0.1",
        "123456789012345678",
        "-12345678901234567",
        "1234567890123.45",
        "12345678901234.56", /* 16 digits: the library's */
        "0.0000000000000001",
        "3.14159265358979",
        "99999999999999999",
        "true",
        " null ",
        "\"\"",
        "\"x\"",
        "[]",
        "[ ]",
        "{}",
        "{ }",
        "[[],{},[[]]]",
        "{\"a\":{\"b\":[1,2.50,false,null,\"c\"]},\"d\":\"\"}",
        " {\n\t\"a\" : [ 1 , 2 ] ,\r\n \"b\" : { \"c\" : 3 } } ",
        "{\"a\":1,\"b\":2,\"a\":3}",
        "{\"\":1}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0001\\u007f\\u0080\\u00e9\\u07ff\\u0800\\u20ac\\uFFFF end\"",
        "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"",
        "{\"k\\n\":1,\"k\\u000a\":2}", /* the same key, written twice */
        "[\"a\\\\\",\"\\\\\\\"\"]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        expect_same(slice_of_text(texts[i]));
    }
}

/* A number may be the last byte of what is there: nothing behind it may be looked at. */
Test(json_quick, looks_at_nothing_behind_the_text)
{
    static const char text[] = {'4', '2', '.', '5'};
    for (size_t size = 1; size <= sizeof text; size++) {
        struct arena arena;
        struct value value;
        arena_init(&arena, MIB);
        struct slice exact = arena_copy(&arena, slice_of(text, size)); /* ends with a zero */
        bool read = json_quick_parse(exact, &arena, &value);
        cr_assert_eq(read, size != 3, "%zu", size); /* "42." is none */
        arena_deinit(&arena);
    }
    struct arena arena;
    struct value value;
    arena_init(&arena, MIB);
    cr_assert(json_quick_parse(slice_of("4299", 2), &arena, &value));
    cr_assert_eq(value_int_of(&value, 0), 42);
    arena_deinit(&arena);
}

Test(json_quick, reads_every_number_of_few_digits)
{
    char text[40];
    for (int whole = 0; whole < 1000; whole += 7) {
        for (int part = 0; part < 1000; part += 11) {
            int size = snprintf(text, sizeof text, "%s%d.%03d", part % 2 ? "-" : "", whole, part);
            expect_same(slice_of(text, (size_t)size));
        }
    }
}

Test(json_quick, leaves_what_is_unusual_or_wrong_alone)
{
    static const char *const texts[] = {
        "",        "1e3", "\"\\ud83d\\ude00\"",  "\"\\u0000\"", "{",
        "[1,]",    "nul", "1234567890123456789", "\"\xff\"",    "'x'",
        "[1] [2]", "\"a"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct arena arena;
        struct value value;
        arena_init(&arena, MIB);
        cr_assert_not(json_quick_parse(slice_of_text(texts[i]), &arena, &value), "%s", texts[i]);
        arena_deinit(&arena);
    }
}

/* {"0":0,"1":1,...} of `count` members. */
static void put_map(struct buf *out, int count)
{
    buf_init(out, MIB);
    for (int i = 0; i < count; i++) {
        buf_printf(out, "%s\"%d\":%d", i == 0 ? "{" : ",", i, i);
    }
    buf_put_char(out, '}');
}

Test(json_quick, leaves_large_maps_to_jansson_which_finds_equal_keys_faster)
{
    struct buf text;
    struct arena arena;
    struct value value;
    json_in_init();
    put_map(&text, JSON_QUICK_MEMBERS_MAX);
    expect_same(buf_slice(&text));
    buf_deinit(&text);
    put_map(&text, JSON_QUICK_MEMBERS_MAX + 1);
    arena_init(&arena, MIB);
    cr_assert_not(json_quick_parse(buf_slice(&text), &arena, &value));
    cr_assert_eq(json_in_parse(buf_slice(&text), &arena, &value, NULL), ERR_OK);
    cr_assert_eq(value.map.count, JSON_QUICK_MEMBERS_MAX + 1);
    arena_deinit(&arena);
    buf_deinit(&text);
}

Test(json_quick, is_bounded_by_the_arena)
{
    static char text[20000];
    struct value value;
    memset(text, '1', sizeof text);
    for (size_t i = 0; i < sizeof text; i += 2) {
        text[i] = i == 0 ? '[' : ',';
    }
    text[sizeof text - 1] = ']';
    text[sizeof text - 2] = '1';
    text[sizeof text - 3] = ',';
    text[sizeof text - 4] = '1';
    struct arena arena;
    struct error error = {.code = ERR_OK};
    json_in_init();
    arena_init(&arena, 64 * KIB);
    cr_assert_eq(json_in_parse(slice_of(text, sizeof text), &arena, &value, &error), ERR_LIMIT);
    arena_deinit(&arena);
}
