#include "api/resolvers/page_priv.h"

#include "core/base/bytes.h"
#include "core/base/check.h"

#include <sodium.h>

#define CURSOR_VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

/* The longest part of a key that a cursor is made of is an id with a tag; a prefix of two ids and a
 * cursor must fit in a key, whoever made the cursor. */
#define CURSOR_BYTES_MAX 64
_Static_assert(CURSOR_BYTES_MAX + 64 <= VIEWS_KEY_BYTES_MAX, "prefix and cursor make one key");

/* ---- cursors ---- */

struct slice page_cursor(struct arena *arena, struct slice key)
{
    size_t size = sodium_base64_encoded_len(key.size, CURSOR_VARIANT);
    char *text = arena_alloc(arena, size);
    if (text == NULL) {
        return (struct slice){NULL, 0};
    }
    (void)sodium_bin2base64(text, size, (const unsigned char *)key.data, key.size, CURSOR_VARIANT);
    return slice_of(text, size - 1);
}

/* A cursor argument as key bytes; the empty text is none. */
static enum err
read_cursor(const struct gql_call *call, const char *name, struct slice *ret, struct error *reterr)
{
    struct slice text = value_text_of(gql_argument(call, name));
    *ret = (struct slice){NULL, 0};
    if (text.size == 0) {
        return ERR_OK;
    }
    size_t size = 0;
    unsigned char *bytes = arena_alloc(call->arena, CURSOR_BYTES_MAX);
    if (bytes == NULL) {
        return arena_error(call->arena, "a cursor", reterr);
    }
    if (sodium_base642bin(bytes, CURSOR_BYTES_MAX, text.data, text.size, NULL, &size, NULL,
                          CURSOR_VARIANT) != 0 ||
        size == 0) {
        return error_set(
            reterr, ERR_INVALID,
            "argument \"%s\" is no cursor of this server: pass one that an answer gave", name);
    }
    *ret = slice_of(bytes, size);
    return ERR_OK;
}

static enum err
read_count(const struct gql_call *call, const char *name, int64_t *ret, struct error *reterr)
{
    *ret = value_int_of(gql_argument(call, name), -1);
    if (gql_argument(call, name) != NULL && *ret < 0) {
        return error_set(reterr, ERR_INVALID, "argument \"%s\" must not be negative", name);
    }
    return ERR_OK;
}

enum err page_request_of(const struct gql_call *call,
                         size_t size_max,
                         struct page_request *ret,
                         struct error *reterr)
{
    struct page_request request = {.wants_total = gql_selects(call, "totalCount")};
    int64_t first = -1;
    int64_t last = -1;
    int64_t offset = -1;
    enum err e = read_count(call, "first", &first, reterr);
    e = e != ERR_OK ? e : read_count(call, "last", &last, reterr);
    e = e != ERR_OK ? e : read_count(call, "offset", &offset, reterr);
    e = e != ERR_OK ? e : read_cursor(call, "after", &request.after, reterr);
    e = e != ERR_OK ? e : read_cursor(call, "before", &request.before, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (first >= 0 && last >= 0) {
        return error_set(reterr, ERR_INVALID, "give \"first\" or \"last\", not both");
    }
    request.backwards = last >= 0;
    int64_t size = first >= 0 ? first : (last >= 0 ? last : (int64_t)PAGE_SIZE);
    request.size = size > (int64_t)size_max ? size_max : (size_t)size;
    request.offset = offset > 0 ? (size_t)offset : 0;
    *ret = request;
    return ERR_OK;
}

/* ---- making a page ---- */

enum err page_making_init(struct page_making *it,
                          const struct gql_call *call,
                          size_t size,
                          struct error *reterr)
{
    it->call = call;
    it->page = ARENA_NEW(call->arena, struct page);
    it->nodes = ARENA_ARRAY(call->arena, const void *, size);
    it->edges = ARENA_ARRAY(call->arena, const void *, size);
    it->count = 0;
    it->capacity = size;
    if (it->page == NULL || it->nodes == NULL || it->edges == NULL) {
        return arena_error(call->arena, "a page", reterr);
    }
    it->page->total = -1;
    return ERR_OK;
}

enum err
page_making_add(struct page_making *it, const void *node, struct slice key, struct error *reterr)
{
    struct page_edge *edge = ARENA_NEW(it->call->arena, struct page_edge);
    if (edge == NULL) {
        return arena_error(it->call->arena, "a page", reterr);
    }
    ASSERT(it->count < it->capacity);
    edge->cursor = page_cursor(it->call->arena, key);
    edge->node = node;
    it->nodes[it->count] = node;
    it->edges[it->count++] = edge;
    return edge->cursor.data != NULL ? ERR_OK : arena_error(it->call->arena, "a page", reterr);
}

static void reverse(const void **items, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        const void *other = items[count - 1 - i];
        items[count - 1 - i] = items[i];
        items[i] = other;
    }
}

struct page *page_making_finish(struct page_making *it, bool backwards, bool more)
{
    struct page *page = it->page;
    if (backwards) {
        reverse(it->nodes, it->count);
        reverse(it->edges, it->count);
    }
    page->nodes = (struct gql_objects){it->nodes, it->count};
    page->edges = (struct gql_objects){it->edges, it->count};
    *(backwards ? &page->has_previous : &page->has_next) = more;
    if (it->count > 0) {
        page->start_cursor = ((const struct page_edge *)it->edges[0])->cursor;
        page->end_cursor = ((const struct page_edge *)it->edges[it->count - 1])->cursor;
    }
    return page;
}

/* ---- arrays: the cursor is the position, 8 bytes ---- */

static enum err
position_of(struct slice cursor, size_t otherwise, size_t *ret, struct error *reterr)
{
    if (cursor.data == NULL) {
        *ret = otherwise;
        return ERR_OK;
    }
    if (cursor.size != 8) {
        return error_set(reterr, ERR_INVALID, "the cursor is of another list");
    }
    *ret = (size_t)bytes_be64(cursor.data);
    return ERR_OK;
}

static enum err add_range(
    struct page_making *it, const void *const *items, size_t from, size_t to, struct error *reterr)
{
    enum err e = ERR_OK;
    for (size_t i = from; i < to && e == ERR_OK; i++) {
        char key[8];
        bytes_put_be64(key, i + 1); /* "behind this one" is then a position too */
        e = page_making_add(it, items[i], slice_of(key, sizeof key), reterr);
    }
    return e;
}

enum err page_of_array(const struct gql_call *call,
                       const struct page_request *request,
                       const void *const *items,
                       size_t count,
                       const struct page **ret,
                       struct error *reterr)
{
    struct page_making it;
    size_t from = 0;
    size_t to = 0;
    enum err e = page_making_init(&it, call, request->size, reterr);
    e = e != ERR_OK ? e : position_of(request->after, 0, &from, reterr);
    e = e != ERR_OK ? e : position_of(request->before, count + 1, &to, reterr);
    if (e != ERR_OK) {
        return e;
    }
    to = to > count + 1 ? count : (to > 0 ? to - 1 : 0);
    from = from > to ? to : from;
    size_t skipped = request->offset < to - from ? request->offset : to - from;
    size_t left = to - from - skipped;
    size_t size = left < request->size ? left : request->size;
    size_t begin = request->backwards ? to - skipped - size : from + skipped;
    e = add_range(&it, items, begin, begin + size, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct page *page = page_making_finish(&it, false, begin + size < count);
    page->has_previous = begin > 0;
    page->total = (int64_t)count;
    *ret = page;
    return ERR_OK;
}
