/* The small ones of core/base: api_key, error, bytes, list, utf8, clock, memory. */
#include "core/base/api_key.h"
#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/list.h"
#include "core/base/memory.h"
#include "core/base/utf8.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

Test(error, wraps_on_the_way_up)
{
    struct error error = {.code = ERR_OK};
    cr_assert_eq(error_set_sys(&error, ERR_NO_MEMORY, ENOMEM, "map %d GiB", 64), ERR_NO_MEMORY);
    cr_assert_eq(error_wrap(&error, error.code, "open %s", "journal"), ERR_NO_MEMORY);
    cr_assert_str_eq(error.text, "open journal: map 64 GiB: Cannot allocate memory");
    cr_assert_eq(error.sys, ENOMEM);
    error_clear(&error);
    cr_assert_str_eq(error_text(&error), "ok");
}

Test(error, works_without_a_place_to_write)
{
    cr_assert_eq(error_set(NULL, ERR_IO, "x"), ERR_IO);
    cr_assert_eq(error_set_sys(NULL, ERR_IO, EIO, "x"), ERR_IO);
    cr_assert_eq(error_wrap(NULL, ERR_IO, "x"), ERR_IO);
    cr_assert_eq(error_recode(NULL, ERR_DAMAGED), ERR_DAMAGED);
}

Test(error, gives_a_code_that_nobody_explained_its_own_text)
{
    struct error error = {.code = ERR_OK};
    cr_assert_eq(error_wrap(&error, ERR_BUSY, "begin"), ERR_BUSY);
    cr_assert_str_eq(error.text, "begin: busy");
    cr_assert_str_eq(error_code_name(ERR_DISK_FULL), "DISK_FULL");
    cr_assert_str_eq(error_code_name((enum err)999), "UNKNOWN");
}

Test(error, keeps_the_sentence_under_another_code)
{
    struct error error;
    IGNORE(error_set(&error, ERR_MALFORMED, "three bytes too many")); /* it is what we look at */
    cr_assert_eq(error_recode(&error, ERR_DAMAGED), ERR_DAMAGED);
    cr_assert_eq(error.code, ERR_DAMAGED);
    cr_assert_str_eq(error.text, "three bytes too many");
}

Test(error, cuts_what_is_too_long)
{
    struct error error;
    char text[2 * ERROR_TEXT_SIZE];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    IGNORE(error_set(&error, ERR_IO, "%s", text)); /* it is what we look at */
    cr_assert_eq(strlen(error.text), ERROR_TEXT_SIZE - 1);
    IGNORE(error_wrap(&error, ERR_IO, "prefix")); /* it is what we look at */
    cr_assert_eq(strlen(error.text), ERROR_TEXT_SIZE - 1);
    cr_assert_eq(strncmp(error.text, "prefix: xxx", 11), 0);
}

Test(bytes, writes_and_reads_both_orders)
{
    unsigned char at[8];
    bytes_put_le64(at, UINT64_C(0x0102030405060708));
    cr_assert_eq(at[0], 8);
    cr_assert_eq(bytes_le64(at), UINT64_C(0x0102030405060708));
    cr_assert_eq(bytes_be64(at), UINT64_C(0x0807060504030201));
    bytes_put_be64(at, UINT64_C(0xfffefdfcfbfaf9f8));
    cr_assert_eq(at[0], 0xff);
    cr_assert_eq(bytes_be64(at), UINT64_C(0xfffefdfcfbfaf9f8));
    bytes_put_be32(at, 0x89abcdef);
    cr_assert_eq(bytes_be32(at), 0x89abcdef);
    cr_assert_eq(bytes_le32(at), 0xefcdab89);
    bytes_put_le16(at, 0xa1b2);
    cr_assert_eq(bytes_be16(at), 0xb2a1);
    bytes_put_be16(at, 0xa1b2);
    cr_assert_eq(bytes_le16(at), 0xb2a1);
}

struct item {
    int number;
    struct list_link link;
};

Test(list, pushes_pops_and_removes)
{
    struct list list;
    struct item items[5];
    list_init(&list);
    cr_assert(list_empty(&list));
    cr_assert_null(list_pop_front(&list));
    for (int i = 0; i < 5; i++) {
        items[i].number = i;
        list_link_init(&items[i].link);
        list_push_back(&list, &items[i].link);
    }
    list_remove(&list, &items[2].link);
    cr_assert(!list_linked(&items[2].link));
    list_push_front(&list, &items[2].link);
    static const int wanted[] = {2, 0, 1, 3, 4};
    int at = 0;
    LIST_FOR_EACH(link, &list)
    {
        struct item *item = LIST_ENTRY(link, struct item, link);
        cr_assert_eq(item->number, wanted[at++]);
        list_remove(&list, link); /* allowed while walking */
    }
    cr_assert_eq(at, 5);
    cr_assert_eq(list.count, 0);
}

Test(api_key, what_a_header_can_carry)
{
    static char text[API_KEY_BYTES_MAX + 1];
    static const char *const good[] = {"k", "a key", "a\tb", "!\"\\", "caf\xc3\xa9"};
    static const char *const bad[] = {"", " ", " k", "k ", "k\n", "a\nb", "a\r", "a\x7f", "\x01"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_expect_null(api_key_flaw(slice_of_text(good[i])), "%zu", i);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_expect_not_null(api_key_flaw(slice_of_text(bad[i])), "%zu", i);
    }
    cr_expect_not_null(api_key_flaw(SLICE("a\0b")));
    memset(text, 'k', sizeof text);
    cr_expect_not_null(api_key_flaw(slice_of(text, sizeof text)));
    cr_expect_null(api_key_flaw(slice_of(text, API_KEY_BYTES_MAX)));
}

Test(utf8, knows_what_is_not)
{
    static const char *const good[] = {"",
                                       "a",
                                       "\xc3\xa9",
                                       "\xe2\x82\xac",
                                       "\xf0\x9f\x98\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80"};
    static const char *const bad[] = {"\x80",
                                      "\xc3",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xe2\x82",
                                      "a\xff",
                                      "\xe2(\xa1"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        cr_assert(utf8_valid(slice_of_text(good[i])), "good %zu", i);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert(!utf8_valid(slice_of_text(bad[i])), "bad %zu", i);
    }
}

Test(utf8, replaces_what_is_not)
{
    static const struct {
        const char *text;
        const char *repaired;
        const char *latin1;
    } rows[] = {
        {"", "", ""},
        {"plain", "plain", "plain"},
        {"caf\xc3\xa9", "caf\xc3\xa9", "caf\xc3\xa9"},
        {"caf\xe9!", "caf\xef\xbf\xbd!", "caf\xc3\xa9!"},
        {"\xff\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\xc3\xbf\xc3\xa2\xc2\x82"},
        {"\xc3\xa9\xe9", "\xc3\xa9\xef\xbf\xbd", "\xc3\x83\xc2\xa9\xc3\xa9"},
    };
    struct arena arena;
    arena_init(&arena, 10000);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice text = slice_of_text(rows[i].text);
        cr_expect(slice_is(utf8_repair(text, &arena), rows[i].repaired), "%zu", i);
        cr_expect(slice_is(utf8_of_latin1(text, &arena), rows[i].latin1), "%zu", i);
    }
    static char all[8000];
    memset(all, 0xff, sizeof all);
    cr_expect_null(utf8_repair(slice_of(all, sizeof all), &arena).data);
    cr_expect(arena_exhausted(&arena));
    arena_deinit(&arena);
}

Test(utf8, writes_what_it_reads)
{
    for (uint32_t point = 0; point <= 0x110000; point += point < 0x3000 ? 1 : 97) {
        char bytes[4];
        size_t size = utf8_encode(point, bytes);
        bool none = (point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff;
        cr_assert_eq(size == 0, none, "U+%04X", point);
        cr_assert(none || utf8_sequence_length(slice_of(bytes, size)) == size, "U+%04X", point);
    }
}

Test(clock, goes_on_and_can_be_moved_by_hand)
{
    const struct clock *system = clock_system();
    int64_t monotonic = clock_monotonic_us(system);
    cr_assert_geq(clock_monotonic_us(system), monotonic);
    cr_assert_gt(clock_wall_us(system), INT64_C(1600000000000000));
    struct clock_manual manual;
    clock_manual_init(&manual, 5000);
    cr_assert_eq(clock_wall_us(&manual.clock), 5000);
    manual.wall = 4000;
    manual.monotonic += 7;
    cr_assert_eq(clock_wall_us(&manual.clock), 4000);
    cr_assert_eq(clock_monotonic_us(&manual.clock), 8);
}

Test(memory, fails_when_told)
{
    memory_fail_after(1);
    void *first = memory_alloc(10);
    void *second = memory_zalloc(1, 10);
    void *third = memory_realloc(first, 20);
    memory_fail_after(-1);
    cr_assert_not_null(first);
    cr_assert_null(second);
    cr_assert_null(third, "and the old block stays");
    memory_free(first);
}
