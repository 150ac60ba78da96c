/*
 * Pages of rows: every page that can be asked for is compared with what a list in memory says.
 *
 * A row's key is a number, its text says what its nodes are, tag by tag: 'k' is a node, '.' one
 * that a filter leaves out. Node "3.1" is that of tag 1 of row 3, "L" the leader.
 */
#include "api/resolvers/page.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/limits.h"
#include "tests/lib/kit_dir.h"

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>

#define NODES_MAX 64
#define MEMORY    (256 * MIB)

/* A table with rows of two others around them: in front and behind. */
struct shelf {
    char folder[KIT_PATH_SIZE];
    struct views *views;
    struct views_txn *txn;
    struct arena arena;
    struct gql_call call;
    struct error error;
};

static const unsigned char prefix_bytes[] = {0x11, 0xff, 0xff};
static const unsigned char prefix_before[] = {0x11, 0xff, 0xfe};
static const unsigned char prefix_behind[] = {0x12, 0x00, 0x00};

static struct slice own_prefix(void)
{
    return slice_of(prefix_bytes, sizeof prefix_bytes);
}

static void shelf_init(struct shelf *shelf)
{
    struct views_options options = {.map_bytes = 64 * MIB, .create = true};
    cr_assert(kit_dir_create(shelf->folder, &shelf->error) == ERR_OK);
    options.dir = shelf->folder;
    cr_assert(views_open(&options, &shelf->views, &shelf->error) == ERR_OK, "%s",
              error_text(&shelf->error));
    cr_assert(views_begin(shelf->views, true, &shelf->txn, &shelf->error) == ERR_OK);
    arena_init(&shelf->arena, MEMORY);
    shelf->call = (struct gql_call){.arena = &shelf->arena};
}

static void shelf_deinit(struct shelf *shelf)
{
    views_end(&shelf->txn);
    views_close(&shelf->views);
    arena_deinit(&shelf->arena);
    cr_assert(kit_dir_remove(shelf->folder, &shelf->error) == ERR_OK);
}

static void
put(struct shelf *shelf, const unsigned char prefix[3], uint32_t number, const char *row)
{
    struct views_key key = views_key();
    views_key_text(&key, slice_of(prefix, 3));
    views_key_u32(&key, 0);
    views_key_u32(&key, number);
    views_key_u8(&key, 7);
    cr_assert(views_put(shelf->txn, VIEWS_STEPS, views_key_slice(&key), slice_of_text(row),
                        &shelf->error) == ERR_OK);
}

static void fill(struct shelf *shelf, const char *const *rows, size_t count)
{
    put(shelf, prefix_before, 1, "kk");
    put(shelf, prefix_behind, 1, "kk");
    for (size_t i = 0; i < count; i++) {
        put(shelf, prefix_bytes, (uint32_t)i + 1, rows[i]);
    }
}

static uint32_t number_of(struct slice key)
{
    return bytes_be32(key.data + key.size - 5);
}

static const char *name_of(struct arena *arena, uint32_t row, size_t tag)
{
    return arena_format(arena, "%u.%zu%c", row, tag, '\0').data;
}

static enum err on_rows(
    void *data, struct slice key, struct slice row, struct page_nodes *ret, struct error *reterr)
{
    struct arena *arena = data;
    const void **items = ARENA_ARRAY(arena, const void *, row.size);
    uint32_t *tags = ARENA_ARRAY(arena, uint32_t, row.size);
    size_t count = 0;
    (void)reterr;
    for (size_t i = 0; i < row.size; i++) {
        if (row.data[i] == 'k') {
            tags[count] = (uint32_t)i;
            items[count++] = name_of(arena, number_of(key), i);
        }
    }
    *ret = (struct page_nodes){items, tags, count};
    return ERR_OK;
}

static enum err
on_row(void *data, struct slice key, struct slice row, const void **ret_node, struct error *reterr)
{
    (void)reterr;
    *ret_node = slice_is(row, "k") ? name_of(data, number_of(key), 0) : NULL;
    return ERR_OK;
}

/* ---- what a list in memory says ---- */

struct model {
    const char *names[NODES_MAX];
    size_t count;
};

static void model_init(
    struct model *model, struct arena *arena, const char *const *rows, size_t count, bool leader)
{
    model->count = 0;
    if (leader) {
        model->names[model->count++] = "L";
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t tag = 0; rows[i][tag] != '\0'; tag++) {
            if (rows[i][tag] == 'k') {
                model->names[model->count++] = name_of(arena, (uint32_t)i + 1, tag);
            }
        }
    }
}

static void model_reverse(struct model *model)
{
    for (size_t i = 0; i < model->count / 2; i++) {
        const char *other = model->names[model->count - 1 - i];
        model->names[model->count - 1 - i] = model->names[i];
        model->names[i] = other;
    }
}

/* The places [begin, end) of the page that lies between two places and is cut to size. */
static void model_page(
    const struct page_request *request, size_t from, size_t to, size_t *ret_begin, size_t *ret_end)
{
    to = to < from ? from : to;
    size_t skipped = request->offset < to - from ? request->offset : to - from;
    size_t size = to - from - skipped < request->size ? to - from - skipped : request->size;
    *ret_begin = request->backwards ? to - skipped - size : from + skipped;
    *ret_end = *ret_begin + size;
}

/* ---- comparing ---- */

struct asked {
    struct shelf *shelf;
    const struct page_source *source;
    const struct model *model;
    const struct slice *cursors; /* of every node, as keys */
};

static struct slice key_of_cursor(struct arena *arena, struct slice text)
{
    unsigned char *bytes = arena_alloc(arena, text.size);
    size_t size = 0;
    cr_assert(sodium_base642bin(bytes, text.size, text.data, text.size, NULL, &size, NULL,
                                sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0);
    return slice_of(bytes, size);
}

static const struct page *page_of(const struct asked *asked, const struct page_request *request)
{
    const struct page *page = NULL;
    enum err e =
        page_of_table(&asked->shelf->call, request, asked->source, &page, &asked->shelf->error);
    cr_assert(e == ERR_OK, "%s", error_text(&asked->shelf->error));
    return page;
}

static void
expect_nodes(const struct asked *asked, const struct page *page, size_t begin, size_t end)
{
    cr_assert_eq(page->nodes.count, end - begin, "%zu nodes, expected %zu", page->nodes.count,
                 end - begin);
    cr_assert_eq(page->edges.count, end - begin);
    for (size_t i = 0; i < page->nodes.count; i++) {
        const struct page_edge *edge = page->edges.items[i];
        cr_assert_str_eq(page->nodes.items[i], asked->model->names[begin + i]);
        cr_assert(edge->node == page->nodes.items[i]);
        cr_assert(slice_equal(key_of_cursor(&asked->shelf->arena, edge->cursor),
                              asked->cursors[begin + i]));
    }
    struct slice none = {NULL, 0};
    const struct page_edge *first = begin < end ? page->edges.items[0] : NULL;
    const struct page_edge *last = begin < end ? page->edges.items[end - begin - 1] : NULL;
    cr_assert(slice_equal(page->start_cursor, first != NULL ? first->cursor : none));
    cr_assert(slice_equal(page->end_cursor, last != NULL ? last->cursor : none));
}

/* One page of what lies behind node number after - 1 and before node number `before`; 0 and the
 * number of nodes are no bounds. */
static void
expect_page(const struct asked *asked, struct page_request request, size_t after, size_t before)
{
    size_t begin = 0;
    size_t end = 0;
    size_t count = asked->model->count;
    struct arena_mark mark = arena_mark(&asked->shelf->arena);
    request.after = after > 0 ? asked->cursors[after - 1] : (struct slice){NULL, 0};
    request.before = before < count ? asked->cursors[before] : (struct slice){NULL, 0};
    const struct page *page = page_of(asked, &request);
    model_page(&request, after, before, &begin, &end);
    expect_nodes(asked, page, begin, end);
    if (before > after) {
        bool bounded = request.backwards ? before < count : after > 0;
        bool in_front = bounded || request.offset > 0;
        bool behind = request.backwards ? begin > after : end < before;
        cr_assert_eq(page->has_previous, request.backwards ? behind : in_front);
        cr_assert_eq(page->has_next, request.backwards ? in_front : behind);
    }
    cr_assert_eq(page->total, request.wants_total ? (int64_t)count : -1);
    arena_rewind(&asked->shelf->arena, mark);
}

/* The cursors of all nodes, from one page that holds them all. */
static void read_cursors(struct asked *asked)
{
    struct page_request all = {.size = NODES_MAX};
    struct slice *cursors = ARENA_ARRAY(&asked->shelf->arena, struct slice, NODES_MAX);
    const struct page *page = page_of(asked, &all);
    cr_assert_eq(page->nodes.count, asked->model->count);
    for (size_t i = 0; i < page->edges.count; i++) {
        const struct page_edge *edge = page->edges.items[i];
        cr_assert_str_eq(edge->node, asked->model->names[i]);
        cursors[i] = key_of_cursor(&asked->shelf->arena, edge->cursor);
    }
    asked->cursors = cursors;
}

/* All pages of a source. */
static void expect_all_pages(struct asked *asked)
{
    size_t count = asked->model->count;
    read_cursors(asked);
    for (size_t after = 0; after <= count; after++) {
        for (size_t before = 0; before <= count; before++) {
            for (size_t size = 0; size <= count + 1; size++) {
                for (size_t way = 0; way < 8; way++) {
                    struct page_request request = {.size = size,
                                                   .backwards = way % 2 == 1,
                                                   .offset = way / 2,
                                                   .wants_total = way == 3};
                    expect_page(asked, request, after, before);
                }
            }
        }
    }
}

/* Everything about rows of one kind: both orders, with and without a leader. */
static void expect_rows(const char *const *rows, size_t count, bool several)
{
    struct shelf shelf;
    shelf_init(&shelf);
    fill(&shelf, rows, count);
    for (int variant = 0; variant < 4; variant++) {
        struct model model;
        bool leader = variant % 2 == 1;
        bool newest_first = variant / 2 == 1;
        struct page_source source = {.views = shelf.txn,
                                     .table = VIEWS_STEPS,
                                     .prefix = own_prefix(),
                                     .newest_first = newest_first,
                                     .leader = leader ? "L" : NULL,
                                     .row = several ? NULL : on_row,
                                     .rows = several ? on_rows : NULL,
                                     .data = &shelf.arena,
                                     .total_known = -1};
        struct asked asked = {.shelf = &shelf, .source = &source, .model = &model};
        model_init(&model, &shelf.arena, rows, count, leader);
        if (newest_first) {
            model_reverse(&model);
        }
        expect_all_pages(&asked);
    }
    shelf_deinit(&shelf);
}

Test(page_table, rows_of_one_node_each)
{
    static const char *const rows[] = {".", "k", "k", ".", "k", "k", "."};
    expect_rows(rows, ARRAY_COUNT(rows), false);
}

Test(page_table, rows_of_several_nodes)
{
    static const char *const rows[] = {"k.k", "...", "", "k", ".kk", "k"};
    expect_rows(rows, ARRAY_COUNT(rows), true);
}

Test(page_table, one_row_of_many_nodes)
{
    static const char *const rows[] = {"k.kkk"};
    expect_rows(rows, ARRAY_COUNT(rows), true);
}

Test(page_table, nothing_at_all)
{
    static const char *const rows[] = {""};
    expect_rows(rows, 0, true);
    expect_rows(rows, 1, false);
}

/* ---- bounds that no page gave ---- */

static size_t count_with(
    struct shelf *shelf, struct slice after, struct slice before, bool backwards, bool several)
{
    struct page_request request = {
        .size = NODES_MAX, .after = after, .before = before, .backwards = backwards};
    struct page_source source = {.views = shelf->txn,
                                 .table = VIEWS_STEPS,
                                 .prefix = own_prefix(),
                                 .row = several ? NULL : on_row,
                                 .rows = several ? on_rows : NULL,
                                 .data = &shelf->arena,
                                 .total_known = -1};
    const struct page *page = NULL;
    cr_assert(page_of_table(&shelf->call, &request, &source, &page, &shelf->error) == ERR_OK);
    return page->nodes.count;
}

Test(page_table, any_bytes_are_a_bound)
{
    static const char *const rows[] = {"k", "k", "k"};
    static const char high[64] = {
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"};
    static const char low[64];
    static const size_t sizes[] = {1, 3, 4, 5, 8, 9, 12, 13, 64};
    struct shelf shelf;
    shelf_init(&shelf);
    fill(&shelf, rows, ARRAY_COUNT(rows));
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++) {
        struct slice above = slice_of(high, sizes[i]);
        struct slice below = slice_of(low, sizes[i]);
        struct slice none = {NULL, 0};
        for (int way = 0; way < 4; way++) {
            bool backwards = way % 2 == 1;
            bool several = way / 2 == 1;
            cr_assert_eq(count_with(&shelf, below, above, backwards, several), 3);
            cr_assert_eq(count_with(&shelf, none, above, backwards, several), 3);
            cr_assert_eq(count_with(&shelf, below, none, backwards, several), 3);
            cr_assert_eq(count_with(&shelf, above, below, backwards, several), 0);
            cr_assert_eq(count_with(&shelf, above, none, backwards, several), 0);
            cr_assert_eq(count_with(&shelf, none, below, backwards, several), 0);
        }
    }
    shelf_deinit(&shelf);
}

/* ---- a walk that is cut ---- */

/* Rows that a filter leaves out, with a node of two at either end: no page may look at them all. */
static void fill_long(struct shelf *shelf)
{
    put(shelf, prefix_bytes, 1, "kk");
    for (uint32_t i = 2; i < PAGE_ROWS_MAX + 10; i++) {
        put(shelf, prefix_bytes, i, ".");
    }
    put(shelf, prefix_bytes, PAGE_ROWS_MAX + 10, "kk");
}

/* Goes on from page to page; each has to end. Returns: the names of all nodes, in page order. */
static const char *walk_through(struct shelf *shelf, bool backwards, bool newest_first, size_t size)
{
    struct page_source source = {.views = shelf->txn,
                                 .table = VIEWS_STEPS,
                                 .prefix = own_prefix(),
                                 .newest_first = newest_first,
                                 .rows = on_rows,
                                 .data = &shelf->arena,
                                 .total_known = -1};
    struct page_request request = {.size = size, .backwards = backwards};
    const char *names = "";
    bool more = true;
    for (int pages = 0; more && pages < 10; pages++) {
        const struct page *page = NULL;
        cr_assert(page_of_table(&shelf->call, &request, &source, &page, &shelf->error) == ERR_OK);
        for (size_t i = 0; i < page->nodes.count; i++) {
            names = arena_format(&shelf->arena, "%s %s%c", names,
                                 (const char *)page->nodes.items[i], '\0')
                        .data;
        }
        names = arena_format(&shelf->arena, "%s;%c", names, '\0').data;
        more = backwards ? page->has_previous : page->has_next;
        struct slice cursor = backwards ? page->start_cursor : page->end_cursor;
        if (more) {
            *(backwards ? &request.before : &request.after) = key_of_cursor(&shelf->arena, cursor);
        }
    }
    cr_assert(!more, "the walk does not end: %s", names);
    return names;
}

Test(page_table, a_walk_that_is_cut_says_where_to_go_on)
{
    struct shelf shelf;
    shelf_init(&shelf);
    fill_long(&shelf);
    const char *last =
        arena_format(&shelf.arena, " %d.0 %d.1;%c", PAGE_ROWS_MAX + 10, PAGE_ROWS_MAX + 10, '\0')
            .data;
    const char *rising = arena_format(&shelf.arena, " 1.0 1.1;%s%c", last, '\0').data;
    const char *falling = arena_format(&shelf.arena, "%s 1.0 1.1;%c", last, '\0').data;
    const char *falling_each = arena_format(&shelf.arena, " %d.1 %d.0; 1.1 1.0;%c",
                                            PAGE_ROWS_MAX + 10, PAGE_ROWS_MAX + 10, '\0')
                                   .data;
    cr_expect_str_eq(walk_through(&shelf, false, false, 10), rising);
    cr_expect_str_eq(walk_through(&shelf, true, false, 10), falling);
    cr_expect_str_eq(walk_through(&shelf, false, true, 10), falling_each);
    /* Full, and cut while looking for one more. */
    cr_expect_str_eq(walk_through(&shelf, false, false, 2), rising);
    shelf_deinit(&shelf);
}

Test(page_table, a_total_counts_past_the_bound_of_a_page)
{
    struct shelf shelf;
    shelf_init(&shelf);
    fill_long(&shelf);
    struct page_source source = {.views = shelf.txn,
                                 .table = VIEWS_STEPS,
                                 .prefix = own_prefix(),
                                 .rows = on_rows,
                                 .data = &shelf.arena,
                                 .total_known = -1};
    struct page_request request = {.size = 1, .wants_total = true};
    const struct page *page = NULL;
    cr_assert(page_of_table(&shelf.call, &request, &source, &page, &shelf.error) == ERR_OK);
    cr_expect_eq(page->total, 4);
    source.total_known = 17;
    cr_assert(page_of_table(&shelf.call, &request, &source, &page, &shelf.error) == ERR_OK);
    cr_expect_eq(page->total, 17);
    shelf_deinit(&shelf);
}
