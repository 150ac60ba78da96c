/*
 * Coercion: what an input understands, and how it refuses the rest.
 */
#include "core/flow/coerce.h"
#include "tests/unit/core/flow_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define MEMORY_BYTES ((size_t)16 * 1024 * 1024)

/* `expected` is what comes out, or "!" and the whole sentence. */
struct row {
    const char *json;
    const char *expected;
};

static void expect(const struct row *row, enum err e, const char *got, const struct error *error)
{
    if (row->expected[0] == '!') {
        cr_expect_neq(e, ERR_OK, "%s gave %s", row->json, got);
        cr_expect_str_eq(error_text(error), row->expected + 1);
    } else {
        cr_expect_eq(e, ERR_OK, "%s: %s", row->json, error_text(error));
        cr_expect_str_eq(got, row->expected, "%s", row->json);
    }
}

Test(coerce, whole_numbers)
{
    static const struct row rows[] = {
        {"5", "5"},
        {"5.0", "5"},
        {"\"250\"", "250"},
        {"\" 1e2 \"", "100"},
        {"\"\"", "7"},
        {"null", "7"},
        {"0", "0"},
        {"900", "900"},
        {"901", "!input \"ms\": 901 is not a whole number from 0 to 900"},
        {"-1", "!input \"ms\": -1 is not a whole number from 0 to 900"},
        {"1.5", "!input \"ms\": 1.5 is not a whole number from 0 to 900"},
        {"\"soon\"", "!input \"ms\": \"soon\" is not a whole number from 0 to 900"},
        {"true", "!input \"ms\": true is not a whole number from 0 to 900"},
        {"[1]", "!input \"ms\": a list is not a whole number from 0 to 900"},
        {"1e300", "!input \"ms\": 1e+300 is not a whole number from 0 to 900"},
        {"\"Infinity\"", "!input \"ms\": \"Infinity\" is not a whole number from 0 to 900"},
        {"\"0123456789012345678901234567890123456789012345678901234567890123456789\"",
         "!input \"ms\": a text is not a whole number from 0 to 900"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        arena_init(&arena, MEMORY_BYTES);
        struct value value = flow_kit_value(&arena, rows[i].json);
        struct error error = {0};
        int64_t number = 0;
        enum err e = coerce_int(&value, "ms", 7, 0, 900, &number, &error);
        char text[32];
        (void)snprintf(text, sizeof text, "%lld", (long long)number);
        expect(&rows[i], e, text, &error);
        arena_deinit(&arena);
    }
}

Test(coerce, truth_values)
{
    static const struct row rows[] = {
        {"true", "true"},
        {"false", "false"},
        {"\"TRUE\"", "true"},
        {"\"y\"", "true"},
        {"\" Yes \"", "true"},
        {"\"t\"", "true"},
        {"\"n\"", "false"},
        {"\"f\"", "false"},
        {"\"No\"", "false"},
        {"\"\"", "false"},
        {"null", "false"},
        {"\"1\"", "!input \"debug\": \"1\" is not true or false"},
        {"1", "!input \"debug\": 1 is not true or false"},
        {"{}", "!input \"debug\": a map is not true or false"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        arena_init(&arena, MEMORY_BYTES);
        struct value value = flow_kit_value(&arena, rows[i].json);
        struct error error = {0};
        bool flag = false;
        enum err e = coerce_bool(&value, "debug", &flag, &error);
        expect(&rows[i], e, flag ? "true" : "false", &error);
        arena_deinit(&arena);
    }
}

Test(coerce, texts)
{
    static const struct row rows[] = {
        {"\"a\\u0000b\"", "a"}, {"null", ""},      {"true", "true"},
        {"12", "12"},           {"1e21", "1e+21"}, {"[1,{\"a\":null}]", "[1,{\"a\":null}]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        arena_init(&arena, MEMORY_BYTES);
        struct value value = flow_kit_value(&arena, rows[i].json);
        struct slice text = {NULL, 0};
        struct error error = {0};
        enum err e = coerce_text(&value, &arena, &text, &error);
        expect(&rows[i], e, arena_text(&arena, text), &error);
        arena_deinit(&arena);
    }
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct value bytes = value_binary(slice_of("\xff\x00\x01", 3));
    struct slice text = {NULL, 0};
    cr_assert_eq(coerce_text(&bytes, &arena, &text, NULL), ERR_OK);
    cr_expect(slice_equal(text, bytes.bytes), "binary stays as it is");
    struct value nothing = value_null();
    struct error error = {0};
    cr_expect_eq(coerce_required_text(&nothing, "url", &arena, &text, &error), ERR_NOT_FOUND);
    cr_expect_str_eq(error_text(&error), "input \"url\" is empty: it was not given, or what it "
                                         "refers to is missing");
    arena_deinit(&arena);
}

Test(coerce, pairs)
{
    static const struct row rows[] = {
        {"null", ""},
        {"\"\"", ""},
        {"[]", ""},
        {"{}", ""},
        {"[{\"key\":\"a\",\"value\":1},{\"key\":\"b\"}]", "a=1;b=;"},
        {"{\"a\":\"x\",\"b\":[1]}", "a=x;b=[1];"},
        {"\"[{\\\"key\\\":\\\"a\\\",\\\"value\\\":\\\"x\\\"}]\"", "a=x;"},
        {"\"{\\\"a\\\":true}\"", "a=true;"},
        {"\"a=b\"", "!input \"headers\": \"a=b\" is not a list of {key, value} or an object"},
        {"7", "!input \"headers\": 7 is not a list of {key, value} or an object"},
        {"[1]", "!input \"headers\": 1 is not an entry {key, value}"},
        {"[{\"name\":\"a\"}]", "!input \"headers\": a map is not an entry {key, value}"},
        {"[{\"key\":\"\",\"value\":1}]", "!input \"headers\" has an entry without a name"},
        {"[{\"key\":5,\"value\":1}]", "!input \"headers\" has an entry without a name"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        arena_init(&arena, MEMORY_BYTES);
        struct value value = flow_kit_value(&arena, rows[i].json);
        struct coerce_pair *pairs = NULL;
        uint32_t count = 0;
        struct error error = {0};
        enum err e = coerce_pairs(&value, "headers", &arena, &pairs, &count, &error);
        struct buf text;
        buf_init(&text, 1000);
        for (uint32_t k = 0; k < count; k++) {
            buf_put_slice(&text, pairs[k].name);
            buf_put_char(&text, '=');
            coerce_put_text(&text, pairs[k].value);
            buf_put_char(&text, ';');
        }
        expect(&rows[i], e, arena_text(&arena, buf_slice(&text)), &error);
        buf_deinit(&text);
        arena_deinit(&arena);
    }
}

Test(coerce, pairs_are_bounded)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct value map = value_map();
    struct coerce_pair *pairs = NULL;
    uint32_t count = 0;
    struct error error = {0};
    for (int i = 0; i < COERCE_PAIRS_MAX; i++) {
        cr_assert(value_map_put(&arena, &map, arena_format(&arena, "k%d", i), value_null()));
    }
    cr_expect_eq(coerce_pairs(&map, "headers", &arena, &pairs, &count, &error), ERR_OK);
    cr_expect_eq(count, (uint32_t)COERCE_PAIRS_MAX);
    cr_assert(value_map_put(&arena, &map, SLICE("more"), value_null()));
    cr_expect_eq(coerce_pairs(&map, "headers", &arena, &pairs, &count, &error), ERR_INVALID);
    cr_expect_str_eq(error_text(&error), "input \"headers\" has over 200 entries");
    arena_deinit(&arena);
}
