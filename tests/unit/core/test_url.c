/*
 * URLs as requests take them and messages show them, and forms.
 */
#include "core/base/utf8.h"
#include "core/flow/url.h"
#include "tests/unit/core/flow_kit.h"

#include <criterion/criterion.h>

#define MEMORY_BYTES ((size_t)1024 * 1024)

struct row {
    const char *text;
    const char *expected; /* NULL: refused */
};

Test(url, cleaning)
{
    static const struct row rows[] = {
        {"https://x.example/a?b=c", "https://x.example/a?b=c"},
        {"  HTTP://x  ", "HTTP://x"},
        {"https://x/a#part", "https://x/a"},
        {"https://x/a b\"<>", "https://x/a%20b%22%3C%3E"},
        {"https://x/%20?q=%zz", "https://x/%20?q=%zz"},
        {"https://x/\xc3\xa9", "https://x/%C3%A9"},
        {"https://u:p@x:8080/", "https://u:p@x:8080/"},
        {"https://x/[1]{2}", "https://x/[1]%7B2%7D"},
        {"x.example/a", NULL},
        {"ftp://x/a", NULL},
        {"https://", NULL},
        {"https:///a", NULL},
        {"http://?q", NULL},
        {"https:x", NULL},
        {"", NULL},
        {"https://x/a\r\nHost: y", NULL},
        {"https://x/a\tb", NULL},
        {"https://x/\x7f", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out;
        buf_init(&out, 1000);
        enum err e = url_put_clean(&out, slice_of_text(rows[i].text), NULL);
        cr_expect_eq(e == ERR_OK, rows[i].expected != NULL, "%s", rows[i].text);
        cr_expect(rows[i].expected == NULL || slice_is(buf_slice(&out), rows[i].expected),
                  "%s gave %.*s", rows[i].text, SLICE_ARGS(buf_slice(&out)));
        buf_deinit(&out);
    }
    struct buf out;
    buf_init(&out, 1000);
    cr_expect_eq(url_put_clean(&out, slice_of("https://x/\0y", 12), NULL), ERR_INVALID);
    buf_deinit(&out);
}

Test(url, what_messages_show)
{
    static const struct row rows[] = {
        {"https://x.example/a/b?token=1#c", "https://x.example/a/b"},
        {"https://ada:hunter2@x/a", "https://x/a"},
        {"https://ada@x@y/a", "https://y/a"},
        {"http://x/a@b", "http://x/a@b"},
        {"http://x?u:p@y", "http://x"},
        {"nonsense", "(no URL)"},
    };
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice shown = url_shown(slice_of_text(rows[i].text), &arena);
        cr_expect(slice_is(shown, rows[i].expected), "%s gave %.*s", rows[i].text,
                  SLICE_ARGS(shown));
    }
    arena_deinit(&arena);
}

Test(url, encoding_of_a_part)
{
    struct buf out;
    buf_init(&out, 1000);
    url_put_encoded(&out, slice_of("aZ09-._~ /?&=+%\xc3\xa9\0", 18));
    cr_expect(slice_is(buf_slice(&out), "aZ09-._~%20%2F%3F%26%3D%2B%25%C3%A9%00"), "%.*s",
              SLICE_ARGS(buf_slice(&out)));
    buf_deinit(&out);
}

Test(url, forms)
{
    static const struct row rows[] = {
        {"", "{}"},
        {"a=1&b=2", "{\"a\":\"1\",\"b\":\"2\"}"},
        {"a=1&a=2&a=3", "{\"a\":[\"1\",\"2\",\"3\"]}"},
        {"a", "{\"a\":\"\"}"},
        {"a=", "{\"a\":\"\"}"},
        {"=x", "{\"\":\"x\"}"},
        {"&&a=1&&", "{\"a\":\"1\"}"},
        {"a=b=c", "{\"a\":\"b=c\"}"},
        {"a+b=c+d", "{\"a b\":\"c d\"}"},
        {"a=%2B%20%c3%A9", "{\"a\":\"+ \xc3\xa9\"}"},
        {"a=%&b=%2&c=%zz&d=100%25", "{\"a\":\"%\",\"b\":\"%2\",\"c\":\"%zz\",\"d\":\"100%\"}"},
        {"%61=1&a=2", "{\"a\":[\"1\",\"2\"]}"},
        {"a=%2", "{\"a\":\"%2\"}"},
        {"a=%ff%C3&%fe=%e2%82", "{\"a\":\"\xef\xbf\xbd\xef\xbf\xbd\",\"\xef\xbf\xbd\":"
                                "\"\xef\xbf\xbd\xef\xbf\xbd\"}"},
    };
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct value map = value_map();
        cr_assert(url_form_decode(slice_of_text(rows[i].text), &arena, &map));
        cr_expect_str_eq(flow_kit_json(&arena, &map), rows[i].expected, "%s", rows[i].text);
        cr_expect(map.map.count == 0 || utf8_valid(map.map.members[0].key));
        cr_expect(map.map.count == 0 || utf8_valid(value_text_of(&map.map.members[0].value)));
    }
    arena_deinit(&arena);
}

Test(url, a_form_of_a_hundred_thousand_names_takes_no_square)
{
    struct arena arena;
    arena_init(&arena, 64 * MEMORY_BYTES);
    struct buf form;
    buf_init(&form, 8 * MEMORY_BYTES);
    for (int i = 0; i < 100000; i++) {
        buf_printf(&form, "n%d=1&", i);
    }
    struct value map = value_map();
    cr_assert(url_form_decode(buf_slice(&form), &arena, &map));
    cr_expect_eq(map.map.count, 100000u);
    buf_deinit(&form);
    arena_deinit(&arena);
}
