/*
 * Pages of the rows of a table.
 *
 * Every node has a part: its row's key without the prefix, with the tag behind it where rows have
 * several nodes. Parts rise with keys and tags, so one order serves rows, cursors and bounds:
 *
 *     ascending    seek the row of the bound, leave out parts up to it, end at parts from the stop
 *     descending   seek the last row before the bound, leave out parts from it, end at parts up to
 *                  the stop
 */
#include "api/resolvers/page_priv.h"
#include "core/base/bytes.h"
#include "core/base/check.h"

#define TAG_BYTES 4

struct walking {
    struct page_making making;
    const struct page_request *request;
    const struct page_source *source;
    struct views_cursor cursor;
    bool ascending; /* of keys, in this walk */
    struct slice bound;
    struct slice stop;
    size_t rows;
    size_t skip;
    bool skipped;           /* a node was left out by the offset */
    bool more;              /* the page is full, or the walk was cut, before the end */
    struct views_key place; /* behind what was looked at, when the walk was cut; else empty */
};

static bool in_prefix(const struct walking *it)
{
    return it->cursor.valid && slice_starts_with(it->cursor.key, it->source->prefix);
}

static struct slice row_part(const struct walking *it)
{
    return slice_from(it->cursor.key, it->source->prefix.size);
}

/* The row's share of a bound. */
static struct slice row_part_of(const struct walking *it, struct slice bound)
{
    bool tagged = it->source->rows != NULL && bound.size >= TAG_BYTES;
    return slice_of(bound.data, bound.size - (tagged ? TAG_BYTES : 0));
}

static struct views_key node_part(const struct walking *it, struct slice part, uint32_t tag)
{
    struct views_key key = views_key();
    views_key_text(&key, part);
    if (it->source->rows != NULL) {
        views_key_u32(&key, tag);
    }
    return key;
}

static struct slice leader_part(void)
{
    static const char zeros[PAGE_LEADER_BYTES];
    return slice_of(zeros, sizeof zeros);
}

/* The least key behind all keys with the prefix; empty when there is none. */
static struct views_key behind_prefix(struct slice prefix)
{
    struct views_key key = views_key();
    views_key_text(&key, prefix);
    while (key.size > 0 && key.bytes[key.size - 1] == 0xff) {
        key.size--;
    }
    if (key.size > 0) {
        key.bytes[key.size - 1]++;
    }
    return key;
}

/* To the first row of the walk that may have a node beyond the bound. */
static void seek(struct walking *it)
{
    struct views_key key = views_key();
    views_key_text(&key, it->source->prefix);
    if (it->ascending) {
        views_key_text(&key, row_part_of(it, it->bound));
        (void)views_cursor_seek(&it->cursor, views_key_slice(&key));
        return;
    }
    if (it->bound.data == NULL) {
        key = behind_prefix(it->source->prefix);
    } else {
        views_key_text(&key, it->bound); /* a row is less than its nodes */
    }
    (void)views_cursor_seek_before(&it->cursor, views_key_slice(&key));
}

/* Whether every node of the row is behind the stop. */
static bool row_is_past(const struct walking *it)
{
    if (it->stop.data == NULL) {
        return false;
    }
    return it->ascending ? slice_compare(row_part(it), it->stop) >= 0
                         : slice_compare(row_part(it), row_part_of(it, it->stop)) < 0;
}

static void advance(struct walking *it)
{
    (void)(it->ascending ? views_cursor_next(&it->cursor) : views_cursor_previous(&it->cursor));
}

/* ---- nodes ---- */

enum verdict { GO_ON, ENOUGH };

/* Takes a node into the page unless it lies outside of bound and stop. */
static enum err take(struct walking *it,
                     const void *node,
                     struct slice part,
                     enum verdict *ret,
                     struct error *reterr)
{
    int from = it->bound.data != NULL ? slice_compare(part, it->bound) : 0;
    int to = it->stop.data != NULL ? slice_compare(part, it->stop) : 0;
    bool early = it->bound.data != NULL && (it->ascending ? from <= 0 : from >= 0);
    bool late = it->stop.data != NULL && (it->ascending ? to >= 0 : to <= 0);
    *ret = GO_ON;
    if (early) {
        return ERR_OK;
    }
    if (!late && it->skip > 0) {
        it->skip--;
        it->skipped = true;
        return ERR_OK;
    }
    if (late || it->making.count == it->making.capacity) {
        it->more = !late;
        *ret = ENOUGH;
        return ERR_OK;
    }
    return page_making_add(&it->making, node, part, reterr);
}

/* The nodes of the row the cursor is on. */
static enum err load(struct walking *it, struct page_nodes *ret, struct error *reterr)
{
    const struct page_source *source = it->source;
    if (source->rows != NULL) {
        return source->rows(source->data, it->cursor.key, it->cursor.row, ret, reterr);
    }
    const void **node = ARENA_NEW(it->making.call->arena, const void *);
    static const uint32_t no_tag = 0;
    if (node == NULL) {
        return arena_error(it->making.call->arena, "a page", reterr);
    }
    enum err e = source->row(source->data, it->cursor.key, it->cursor.row, node, reterr);
    *ret = (struct page_nodes){node, &no_tag, e == ERR_OK && *node != NULL ? 1 : 0};
    return e;
}

static enum err take_row(struct walking *it, enum verdict *ret, struct error *reterr)
{
    struct arena *arena = it->making.call->arena;
    struct arena_mark mark = arena_mark(arena);
    struct page_nodes nodes = {NULL, NULL, 0};
    enum err e = load(it, &nodes, reterr);
    *ret = GO_ON;
    for (size_t i = 0; i < nodes.count && e == ERR_OK && *ret == GO_ON; i++) {
        size_t at = it->ascending ? i : nodes.count - 1 - i;
        struct views_key part = node_part(it, row_part(it), nodes.tags[at]);
        e = take(it, nodes.items[at], views_key_slice(&part), ret, reterr);
    }
    if (nodes.count == 0) {
        arena_rewind(arena, mark); /* what a filter left out */
    }
    return e;
}

static enum err take_leader(struct walking *it, enum verdict *ret, struct error *reterr)
{
    *ret = GO_ON;
    return it->source->leader != NULL ? take(it, it->source->leader, leader_part(), ret, reterr)
                                      : ERR_OK;
}

/* ---- the walk ---- */

/* Cut by the bound of rows: the cursor to go on with lies behind the row looked at last. */
static void note_cut(struct walking *it, const struct views_key *last)
{
    it->more = true;
    it->place = node_part(it, views_key_slice(last), it->ascending ? UINT32_MAX : 0);
}

/* Walks until the page is full and one more was seen, or the end. */
static enum err walk(struct walking *it, struct error *reterr)
{
    enum verdict verdict = GO_ON;
    struct views_key last = views_key();
    enum err e = it->ascending ? take_leader(it, &verdict, reterr) : ERR_OK;
    while (e == ERR_OK && verdict == GO_ON && in_prefix(it) && !row_is_past(it)) {
        if (it->rows++ == PAGE_ROWS_MAX) {
            note_cut(it, &last);
            return ERR_OK;
        }
        e = take_row(it, &verdict, reterr);
        last = views_key();
        views_key_text(&last, row_part(it));
        advance(it);
    }
    if (e == ERR_OK && verdict == GO_ON && !it->ascending && !in_prefix(it)) {
        e = take_leader(it, &verdict, reterr);
    }
    return e != ERR_OK ? e : views_cursor_check(&it->cursor, reterr);
}

/* Counts what passes the filter, from the beginning. */
static enum err count_all(struct walking *it, int64_t *ret, struct error *reterr)
{
    struct arena *arena = it->making.call->arena;
    struct arena_mark mark = arena_mark(arena);
    int64_t count = it->source->leader != NULL;
    enum err e = ERR_OK;
    it->bound = (struct slice){NULL, 0};
    seek(it);
    while (e == ERR_OK && in_prefix(it) && count < PAGE_COUNT_MAX) {
        struct page_nodes nodes = {NULL, NULL, 0};
        e = load(it, &nodes, reterr);
        count += (int64_t)nodes.count;
        arena_rewind(arena, mark); /* nodes that are only counted */
        advance(it);
    }
    *ret = count;
    return e != ERR_OK ? e : views_cursor_check(&it->cursor, reterr);
}

static void fill_page(struct walking *it, struct page *page)
{
    const struct page_request *request = it->request;
    *(request->backwards ? &page->has_next : &page->has_previous) =
        it->bound.data != NULL || it->skipped;
    page->total = it->source->total_known;
    if (it->place.size > 0) {
        *(request->backwards ? &page->start_cursor : &page->end_cursor) =
            page_cursor(it->making.call->arena, views_key_slice(&it->place));
    }
}

enum err page_of_table(const struct gql_call *call,
                       const struct page_request *request,
                       const struct page_source *source,
                       const struct page **ret,
                       struct error *reterr)
{
    struct walking it = {.request = request, .source = source, .skip = request->offset};
    ASSERT((source->row == NULL) != (source->rows == NULL));
    it.ascending = source->newest_first == request->backwards;
    it.bound = request->backwards ? request->before : request->after;
    it.stop = request->backwards ? request->after : request->before;
    enum err e = page_making_init(&it.making, call, request->size, reterr);
    e = e != ERR_OK ? e : views_cursor_open(source->views, source->table, &it.cursor, reterr);
    if (e == ERR_OK) {
        seek(&it);
        e = walk(&it, reterr);
    }
    if (e == ERR_OK) {
        struct page *page = page_making_finish(&it.making, request->backwards, it.more);
        fill_page(&it, page);
        *ret = page;
        if (request->wants_total && source->total_known < 0) {
            e = count_all(&it, &page->total, reterr);
        }
    }
    views_cursor_close(&it.cursor);
    return e;
}
