/* Paths and query strings taken apart and decoded. */
#include "api/http/http_url.h"
#include "core/base/buf.h"
#include "core/base/check.h"

#include <criterion/criterion.h>

static void check_segments(const char *path, const char *expected)
{
    struct buf joined;
    buf_init(&joined, 128);
    struct slice rest = slice_of_text(path);
    struct slice segment;
    while (http_url_next_segment(&rest, &segment)) {
        buf_printf(&joined, "[%.*s]", (int)segment.size, segment.data);
    }
    cr_assert(slice_is(buf_slice(&joined), expected), "%s", path);
    buf_deinit(&joined);
}

Test(http_url, segments)
{
    check_segments("/a/b%2Fc", "[a][b%2Fc]");
    check_segments("/", "[]");
    check_segments("/a/", "[a][]");
    check_segments("//a", "[][a]");
    check_segments("/../.", "[..][.]");
    check_segments("", "");
    check_segments("*", "");
}

static const struct decoded {
    struct slice raw;
    struct slice segment; /* data NULL: refused */
    struct slice parameter;
} rows[] = {
    {{"", 0}, {"", 0}, {"", 0}},
    {{"abc", 3}, {"abc", 3}, {"abc", 3}},
    {{"a%20b", 5}, {"a b", 3}, {"a b", 3}},
    {{"a+b", 3}, {"a+b", 3}, {"a b", 3}},
    {{"%2B+", 4}, {"++", 2}, {"+ ", 2}},
    {{"%c3%A9", 6}, {"\xc3\xa9", 2}, {"\xc3\xa9", 2}},
    {{"%3D%3d", 6}, {"==", 2}, {"==", 2}},
    {{"%00", 3}, {"\0", 1}, {"\0", 1}},
    {{"%2F", 3}, {"/", 1}, {"/", 1}},
    {{"%2525", 5}, {"%25", 3}, {"%25", 3}},
    {{"%", 1}, {NULL, 0}, {NULL, 0}},
    {{"a%2", 3}, {NULL, 0}, {NULL, 0}},
    {{"%zz", 3}, {NULL, 0}, {NULL, 0}},
    {{"%2g", 3}, {NULL, 0}, {NULL, 0}},
    {{"%+1", 3}, {NULL, 0}, {NULL, 0}},
    {{"% 1", 3}, {NULL, 0}, {NULL, 0}},
};

static void check_decoded(enum err code, struct slice got, struct slice wanted, struct slice raw)
{
    cr_assert_eq(code, wanted.data == NULL ? ERR_INVALID : ERR_OK, "%.*s", SLICE_ARGS(raw));
    cr_assert(code != ERR_OK || slice_equal(got, wanted), "%.*s", SLICE_ARGS(raw));
}

Test(http_url, decoding)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct arena arena;
        arena_init(&arena, 1 << 16);
        struct slice got = {NULL, 0};
        struct error error;
        enum err code = http_url_decode(&arena, rows[i].raw, &got, &error);
        check_decoded(code, got, rows[i].segment, rows[i].raw);
        code = http_url_decode_parameter(&arena, rows[i].raw, &got, &error);
        check_decoded(code, got, rows[i].parameter, rows[i].raw);
        arena_deinit(&arena);
    }
}

Test(http_url, decoding_in_a_full_arena_is_an_error)
{
    struct arena arena;
    arena_init(&arena, 0);
    struct slice got;
    cr_assert_eq(http_url_decode(&arena, SLICE("a%20b"), &got, NULL), ERR_LIMIT);
    arena_deinit(&arena);
}

Test(http_url, parameters)
{
    struct slice rest = SLICE("a=1&&b&c=&=d&a=2%3D=x");
    static const char *const expected[][2] = {
        {"a", "1"}, {"b", ""}, {"c", ""}, {"", "d"}, {"a", "2%3D=x"}};
    struct slice name;
    struct slice value;
    for (size_t i = 0; i < ARRAY_COUNT(expected); i++) {
        cr_assert(http_url_next_parameter(&rest, &name, &value));
        cr_assert(slice_is(name, expected[i][0]) && slice_is(value, expected[i][1]), "%zu", i);
    }
    cr_assert_not(http_url_next_parameter(&rest, &name, &value));
}

Test(http_url, find_parameter)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct slice value;
    struct error error;
    struct slice query = SLICE("x=0&fr%6Fm=1+2&from=3&bad=%");
    cr_assert_eq(http_url_find_parameter(&arena, query, "from", &value, &error), ERR_OK);
    cr_assert(slice_is(value, "1 2"));
    cr_assert_eq(http_url_find_parameter(&arena, query, "bad", &value, &error), ERR_INVALID);
    cr_assert_eq(http_url_find_parameter(&arena, query, "none", &value, &error), ERR_NOT_FOUND);
    cr_assert_str_eq(error.text, "the query string has no parameter none");
    struct slice absent = {NULL, 0};
    cr_assert_eq(http_url_find_parameter(&arena, absent, "a", &value, NULL), ERR_NOT_FOUND);
    arena_deinit(&arena);
}
