/* Questions asked of header fields, and the reason phrases of statuses. */
#include "api/http/http_header.h"
#include "api/http/http_status.h"
#include "core/base/check.h"

#include <criterion/criterion.h>

Test(http_header, found_without_case_and_the_first_wins)
{
    const struct http_header headers[] = {{SLICE("Content-Type"), SLICE("a")},
                                          {SLICE("content-type"), SLICE("b")},
                                          {SLICE("Empty"), SLICE("")}};
    cr_assert(slice_is(http_header_value(headers, 3, "CONTENT-TYPE"), "a"));
    cr_assert_eq(http_header_find(headers, 3, "Content"), NULL);
    cr_assert_neq(http_header_value(headers, 3, "empty").data, NULL);
    cr_assert_eq(http_header_value(headers, 3, "absent").data, NULL);
    cr_assert_eq(http_header_find(NULL, 0, "a"), NULL);
}

Test(http_header, tokens_in_lists)
{
    static const struct {
        const char *value;
        bool has;
    } rows[] = {{"close", true},     {"CLOSE", true},      {"a, close", true}, {"close,a", true},
                {" close ,a", true}, {"a,,close", true},   {"", false},        {"closed", false},
                {"a close", false},  {"close;q=1", false}, {",", false},       {"a,b", false}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        cr_assert_eq(http_header_has_token(slice_of_text(rows[i].value), "close"), rows[i].has,
                     "%s", rows[i].value);
    }
}

Test(http_header, names_and_values_that_may_be_sent)
{
    cr_assert(http_header_name_valid(SLICE("X-a_1!#$%&'*+.^`|~")));
    static const char *const bad_names[] = {"",         "a b", "a:",  "a\r",
                                            "\xc3\xa9", "a\"", "(a)", "a/b"};
    for (size_t i = 0; i < ARRAY_COUNT(bad_names); i++) {
        cr_assert_not(http_header_name_valid(slice_of_text(bad_names[i])), "%s", bad_names[i]);
    }
    cr_assert_not(http_header_name_valid(slice_of("a\0b", 3)));
    cr_assert(http_header_value_valid(SLICE("")));
    cr_assert(http_header_value_valid(SLICE("a\tb \xc3\xa9 \xff")));
    static const char *const bad_values[] = {"a\r\nX: y", "a\n", "a\r", "\x01", "\x7f"};
    for (size_t i = 0; i < ARRAY_COUNT(bad_values); i++) {
        cr_assert_not(http_header_value_valid(slice_of_text(bad_values[i])));
    }
    cr_assert_not(http_header_value_valid(slice_of("a\0b", 3)));
}

Test(http_header, framing_fields)
{
    cr_assert(http_header_is_framing(SLICE("content-length")));
    cr_assert(http_header_is_framing(SLICE("Transfer-Encoding")));
    cr_assert(http_header_is_framing(SLICE("CONNECTION")));
    cr_assert_not(http_header_is_framing(SLICE("Content-Type")));
    cr_assert_not(http_header_is_framing(SLICE("")));
}

Test(http_header, media_types)
{
    static const struct {
        const char *value;
        bool json;
    } rows[] = {{"application/json", true},
                {"Application/JSON; charset=utf-8", true},
                {"application/json;charset=utf-8", true},
                {" application/json ", true},
                {"application/vnd.api+json", true},
                {"application/problem+JSON ; a=b", true},
                {"text/json", false},
                {"application/jsonp", false},
                {"application/json-seq", false},
                {"text/plain; a=application/json", false},
                {"+json", false},
                {"", false}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        cr_assert_eq(http_header_type_is_json(slice_of_text(rows[i].value)), rows[i].json, "%s",
                     rows[i].value);
    }
    cr_assert(http_header_type_is(SLICE("TEXT/html; q=1"), "text/html"));
    cr_assert_not(http_header_type_is(SLICE("text/htm"), "text/html"));
    cr_assert(slice_is(http_header_media_type(SLICE(" text/html ;x")), "text/html"));
    cr_assert_eq(http_header_media_type((struct slice){NULL, 0}).size, 0);
}

Test(http_status, texts)
{
    cr_assert_str_eq(http_status_text(200), "OK");
    cr_assert_str_eq(http_status_text(431), "Request Header Fields Too Large");
    cr_assert_str_eq(http_status_text(299), "Unknown");
    cr_assert(http_status_is_bodiless(204) && http_status_is_bodiless(304));
    cr_assert_not(http_status_is_bodiless(200));
    cr_assert(http_status_is_final(200) && http_status_is_final(599));
    cr_assert_not(http_status_is_final(100) || http_status_is_final(600));
}
