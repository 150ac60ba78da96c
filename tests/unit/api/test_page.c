/*
 * What pages are asked for with: arguments, cursors, and lists that are in memory whole.
 */
#include "api/graphql/gql_operation_priv.h"
#include "api/resolvers/page.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/base/limits.h"

#include <criterion/criterion.h>

struct asking {
    struct arena arena;
    struct value args;
    struct gql_planned planned; /* selects nothing: no total is wanted */
    struct gql_call call;
    struct error error;
};

static void asking_init(struct asking *it, const char *args)
{
    json_in_init();
    arena_init(&it->arena, MIB);
    cr_assert(json_in_parse(slice_of_text(args), &it->arena, &it->args, &it->error) == ERR_OK);
    it->planned = (struct gql_planned){.nodes = NULL};
    it->call = (struct gql_call){.arena = &it->arena, .args = &it->args, .planned = &it->planned};
}

/* ---- arguments ---- */

static void expect_refused(const char *args, const char *wanted)
{
    struct asking it;
    struct page_request request;
    asking_init(&it, args);
    cr_expect(page_request_of(&it.call, PAGE_SIZE, &request, &it.error) == ERR_INVALID, "%s", args);
    cr_expect(strstr(error_text(&it.error), wanted) != NULL, "%s: %s", args, error_text(&it.error));
    arena_deinit(&it.arena);
}

static void expect_size(const char *args, size_t size, bool backwards, size_t offset)
{
    struct asking it;
    struct page_request request;
    asking_init(&it, args);
    cr_assert(page_request_of(&it.call, PAGE_SIZE, &request, &it.error) == ERR_OK, "%s: %s", args,
              error_text(&it.error));
    cr_expect_eq(request.size, size, "%s", args);
    cr_expect_eq(request.backwards, backwards, "%s", args);
    cr_expect_eq(request.offset, offset, "%s", args);
    cr_expect(request.after.data == NULL && request.before.data == NULL, "%s", args);
    cr_expect_not(request.wants_total);
    arena_deinit(&it.arena);
}

Test(page, sizes_are_cut_at_the_maximum)
{
    expect_size("{}", PAGE_SIZE, false, 0);
    expect_size("{\"first\": 0}", 0, false, 0);
    expect_size("{\"first\": 7}", 7, false, 0);
    expect_size("{\"first\": 100, \"offset\": 3}", 100, false, 3);
    expect_size("{\"first\": 2147483647}", PAGE_SIZE, false, 0);
    expect_size("{\"last\": 0}", 0, true, 0);
    expect_size("{\"last\": 1000, \"offset\": 0}", PAGE_SIZE, true, 0);
}

Test(page, the_empty_cursor_is_none)
{
    expect_size("{\"after\": \"\", \"before\": \"\", \"first\": 2}", 2, false, 0);
}

Test(page, what_cannot_be_meant_is_refused)
{
    expect_refused("{\"first\": -1}", "\"first\" must not be negative");
    expect_refused("{\"last\": -1}", "\"last\" must not be negative");
    expect_refused("{\"offset\": -1}", "\"offset\" must not be negative");
    expect_refused("{\"first\": 1, \"last\": 1}", "not both");
    expect_refused("{\"after\": \"no cursor\"}", "\"after\" is no cursor");
    expect_refused("{\"before\": \"=\"}", "\"before\" is no cursor");
}

/* A key that no list gives out must not reach the store, which has a bound of its own. */
Test(page, a_cursor_longer_than_any_is_refused)
{
    char bytes[VIEWS_KEY_BYTES_MAX];
    struct asking it;
    memset(bytes, 0xff, sizeof bytes);
    for (size_t size = 1; size <= sizeof bytes; size++) {
        struct page_request request;
        asking_init(&it, "{}");
        struct slice text = page_cursor(&it.arena, slice_of(bytes, size));
        const char *args =
            arena_format(&it.arena, "{\"before\": \"%.*s\"}%c", SLICE_ARGS(text), '\0').data;
        cr_assert(json_in_parse(slice_of_text(args), &it.arena, &it.args, &it.error) == ERR_OK);
        enum err e = page_request_of(&it.call, PAGE_SIZE, &request, &it.error);
        cr_assert_eq(e == ERR_OK, size <= 64, "%zu bytes", size);
        cr_assert(e != ERR_OK || slice_equal(request.before, slice_of(bytes, size)));
        arena_deinit(&it.arena);
    }
}

/* ---- lists in memory ---- */

#define ITEMS 5

/* The places [begin, end) that a page must show. */
static void expect_page(const struct page_request *request, size_t begin, size_t end)
{
    static const char *const names[ITEMS] = {"a", "b", "c", "d", "e"};
    const void *items[ITEMS];
    struct asking it;
    const struct page *page = NULL;
    asking_init(&it, "{}");
    for (size_t i = 0; i < ITEMS; i++) {
        items[i] = names[i];
    }
    cr_assert(page_of_array(&it.call, request, items, ITEMS, &page, &it.error) == ERR_OK);
    cr_assert_eq(page->nodes.count, end - begin, "%zu nodes, expected %zu", page->nodes.count,
                 end - begin);
    for (size_t i = 0; i < page->nodes.count; i++) {
        cr_assert_str_eq(page->nodes.items[i], names[begin + i]);
    }
    cr_assert_eq(page->has_next, end < ITEMS);
    cr_assert_eq(page->has_previous, begin > 0);
    cr_assert_eq(page->total, ITEMS);
    arena_deinit(&it.arena);
}

static void expect_between(size_t after, size_t before, bool backwards, size_t size, size_t offset)
{
    char after_key[8];
    char before_key[8];
    size_t to = before - 1;
    size_t from = after < to ? after : to;
    bytes_put_be64(after_key, after);
    bytes_put_be64(before_key, before);
    struct page_request request = {
        .size = size,
        .backwards = backwards,
        .offset = offset,
        .after = after > 0 ? slice_of(after_key, 8) : (struct slice){NULL, 0},
        .before = before <= ITEMS ? slice_of(before_key, 8) : (struct slice){NULL, 0},
    };
    size_t skipped = offset < to - from ? offset : to - from;
    size_t count = size < to - from - skipped ? size : to - from - skipped;
    size_t begin = backwards ? to - skipped - count : from + skipped;
    expect_page(&request, begin, begin + count);
}

Test(page, of_an_array_lies_between_its_cursors)
{
    for (size_t after = 0; after <= ITEMS; after++) {
        for (size_t before = 1; before <= ITEMS + 1; before++) {
            for (size_t size = 0; size <= ITEMS + 1; size++) {
                for (size_t offset = 0; offset <= 3; offset++) {
                    expect_between(after, before, false, size, offset);
                    expect_between(after, before, true, size, offset);
                }
            }
        }
    }
}

Test(page, of_an_array_does_not_take_the_cursor_of_another_list)
{
    struct asking it;
    const struct page *page = NULL;
    struct page_request request = {.size = 1, .after = SLICE("sixteen bytes....")};
    asking_init(&it, "{}");
    cr_expect(page_of_array(&it.call, &request, NULL, 0, &page, &it.error) == ERR_INVALID);
    cr_expect(strstr(error_text(&it.error), "another list") != NULL);
    request.after = SLICE("\xff\xff\xff\xff\xff\xff\xff\xff");
    cr_expect(page_of_array(&it.call, &request, NULL, 0, &page, &it.error) == ERR_OK);
    cr_expect_eq(page->nodes.count, 0);
    arena_deinit(&it.arena);
}
