/* json_out: commas, escapes, numbers; and that json_in reads it back. */
#include "core/base/json_in.h"
#include "core/base/json_out.h"

#include <criterion/criterion.h>
#include <math.h>

static void expect(struct buf *out, const char *text)
{
    cr_assert(slice_is(buf_slice(out), text), "got %.*s", SLICE_ARGS(buf_slice(out)));
    buf_deinit(out);
}

Test(json_out, places_commas_and_colons)
{
    struct buf out;
    buf_init(&out, 10000);
    struct json_out json = json_out(&out);
    json_out_begin_object(&json);
    json_out_member_string(&json, "a", "x");
    json_out_key(&json, "b");
    json_out_begin_list(&json);
    json_out_int(&json, -1);
    json_out_u64(&json, UINT64_MAX);
    json_out_bool(&json, true);
    json_out_null(&json);
    json_out_begin_object(&json);
    json_out_end_object(&json);
    json_out_begin_list(&json);
    json_out_end_list(&json);
    json_out_end_list(&json);
    json_out_member_string(&json, "c", NULL);
    json_out_member_text(&json, "d", SLICE(""));
    json_out_member_int(&json, "e", INT64_MIN);
    json_out_member_u64(&json, "f", 0);
    json_out_member_bool(&json, "g", false);
    json_out_key(&json, "h");
    json_out_raw(&json, SLICE("[1 ]"));
    json_out_end_object(&json);
    expect(&out,
           "{\"a\":\"x\",\"b\":[-1,18446744073709551615,true,null,{},[]],\"c\":null,\"d\":\"\","
           "\"e\":-9223372036854775808,\"f\":0,\"g\":false,\"h\":[1 ]}");
}

Test(json_out, escapes_what_must_be_and_nothing_else)
{
    struct buf out;
    buf_init(&out, 10000);
    struct json_out json = json_out(&out);
    json_out_text(&json, SLICE("\"\\\n\r\t\b\x01\x1f/\x7f \xc3\xa9 \xf0\x9f\x98\x80"));
    expect(&out, "\"\\\"\\\\\\n\\r\\t\\u0008\\u0001\\u001f/\\u007f \xc3\xa9 \xf0\x9f\x98\x80\"");
}

Test(json_out, replaces_bytes_that_are_not_utf8)
{
    struct buf out;
    buf_init(&out, 10000);
    struct json_out json = json_out(&out);
    json_out_text(&json, SLICE("a\xff\xc3"
                               "b\xed\xa0\x80"));
    expect(&out, "\"a\xef\xbf\xbd\xef\xbf\xbd"
                 "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

Test(json_out, writes_doubles_shortest)
{
    static const struct {
        double number;
        const char *text;
    } cases[] = {{0.1, "0.1"},
                 {1e300, "1e+300"},
                 {-0.5, "-0.5"},
                 {3, "3"},
                 {1.0 / 3, "0.3333333333333333"},
                 {INFINITY, "null"},
                 {NAN, "null"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out;
        buf_init(&out, 100);
        struct json_out json = json_out(&out);
        json_out_float(&json, cases[i].number);
        expect(&out, cases[i].text);
    }
}

Test(json_out, writes_binary_as_base64)
{
    struct buf out;
    buf_init(&out, 100);
    struct json_out json = json_out(&out);
    json_out_begin_list(&json);
    json_out_binary(&json, SLICE(""));
    json_out_binary(&json, SLICE("\0\xff\x10"));
    json_out_binary(&json, SLICE("a"));
    json_out_end_list(&json);
    expect(&out, "[\"\",\"AP8Q\",\"YQ==\"]");
}

Test(json_out, is_read_back_the_same)
{
    struct arena arena;
    struct value value;
    struct value back;
    const char *text = "{\"a\":[1,2.25,\"x\\ny\\u0001\",null,true],\"\":{\"deep\":[[[]]]}}";
    json_in_init();
    arena_init(&arena, 1 << 20);
    cr_assert_eq(json_in_parse(slice_of_text(text), &arena, &value, NULL), ERR_OK);
    struct slice written = json_out_to_arena(&arena, &value);
    cr_assert(slice_is(written, text), "%.*s", SLICE_ARGS(written));
    cr_assert_eq(json_in_parse(written, &arena, &back, NULL), ERR_OK);
    cr_assert(value_equal(&value, &back));
    arena_deinit(&arena);
}

Test(json_out, gives_nothing_over_the_arena)
{
    struct arena arena;
    char bytes[5000];
    memset(bytes, 'x', sizeof bytes);
    arena_init(&arena, 4096);
    struct value text = value_text(slice_of(bytes, sizeof bytes));
    cr_assert_null(json_out_to_arena(&arena, &text).data);
    cr_assert(arena_exhausted(&arena));
    arena_deinit(&arena);
}
