#include "api/resolvers/filter.h"

#include "core/base/id.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- one value ---- */

bool filter_text(const struct gql_call *call, const char *argument, struct slice text)
{
    const struct value *wanted = gql_argument(call, argument);
    return wanted == NULL || slice_equal(value_text_of(wanted), text);
}

bool filter_word(const struct gql_call *call, const char *argument, struct slice text)
{
    const struct value *wanted = gql_argument(call, argument);
    return wanted == NULL || slice_equal_nocase(value_text_of(wanted), text);
}

bool filter_contains(const struct gql_call *call, const char *argument, struct slice text)
{
    const struct value *wanted = gql_argument(call, argument);
    return wanted == NULL || slice_contains_nocase(text, value_text_of(wanted));
}

bool filter_begins(const struct gql_call *call, const char *argument, struct slice text)
{
    const struct value *wanted = gql_argument(call, argument);
    struct slice prefix = value_text_of(wanted);
    return wanted == NULL || (text.size >= prefix.size &&
                              slice_equal_nocase(slice_of(text.data, prefix.size), prefix));
}

bool filter_label(const struct gql_call *call, const char *argument, struct text_list labels)
{
    const struct value *wanted = gql_argument(call, argument);
    for (uint32_t i = 0; wanted != NULL && i < labels.count; i++) {
        if (slice_equal(labels.items[i], value_text_of(wanted))) {
            return true;
        }
    }
    return wanted == NULL;
}

bool filter_bool(const struct gql_call *call, const char *argument, bool flag)
{
    const struct value *wanted = gql_argument(call, argument);
    return wanted == NULL || value_bool_of(wanted, flag) == flag;
}

bool filter_time(const struct gql_call *call, const char *name, int64_t time_us)
{
    char least[64];
    char most[64];
    (void)snprintf(least, sizeof least, "%s_Gte", name);
    (void)snprintf(most, sizeof most, "%s_Lte", name);
    return time_us >= value_int_of(gql_argument(call, least), INT64_MIN) &&
           time_us <= value_int_of(gql_argument(call, most), INT64_MAX);
}

static bool is_id(const struct value *text, const char *type, struct uuid id)
{
    struct uuid wanted;
    return id_decode(value_text_of(text), type, &wanted, NULL) == ERR_OK && uuid_equal(wanted, id);
}

bool filter_isnull(const struct gql_call *call, const char *argument, bool is_null)
{
    const struct value *wanted = gql_argument(call, argument);
    return wanted == NULL || value_bool_of(wanted, is_null) == is_null;
}

bool filter_word_in(const struct gql_call *call, const char *argument, struct slice text)
{
    const struct value *wanted = gql_argument(call, argument);
    for (uint32_t i = 0; wanted != NULL && i < wanted->list.count; i++) {
        if (slice_equal_nocase(value_text_of(&wanted->list.items[i]), text)) {
            return true;
        }
    }
    return wanted == NULL;
}

bool filter_id(const struct gql_call *call, const char *argument, const char *type, struct uuid id)
{
    const struct value *wanted = gql_argument(call, argument);
    return wanted == NULL || is_id(wanted, type, id);
}

bool filter_id_in(const struct gql_call *call,
                  const char *argument,
                  const char *type,
                  struct uuid id)
{
    const struct value *wanted = gql_argument(call, argument);
    for (uint32_t i = 0; wanted != NULL && i < wanted->list.count; i++) {
        if (is_id(&wanted->list.items[i], type, id)) {
            return true;
        }
    }
    return wanted == NULL;
}

/* ---- orders ---- */

static struct filter_order order_of(const struct value *input)
{
    return (struct filter_order){
        .field = value_get_text(input, SLICE("field")),
        .descending = slice_is(value_get_text(input, SLICE("direction")), "DESC"),
    };
}

size_t filter_orders(const struct gql_call *call, struct filter_order ret[FILTER_ORDERS_MAX])
{
    const struct value *list = gql_argument(call, "sortBy");
    const struct value *one = gql_argument(call, "orderBy");
    size_t count = 0;
    for (uint32_t i = 0; list != NULL && i < list->list.count && count < FILTER_ORDERS_MAX; i++) {
        if (list->list.items[i].type == VALUE_MAP) {
            ret[count++] = order_of(&list->list.items[i]);
        }
    }
    if (count == 0 && one != NULL) {
        ret[count++] = order_of(one);
    }
    return count;
}

/* ---- sorting: a merge sort, because it must be stable and carry its orders along ---- */

struct sorting {
    const struct filter_order *orders;
    size_t order_count;
    filter_key_cb key_of;
};

static int compare_keys(struct filter_key a, struct filter_key b)
{
    if (a.text.data != NULL || b.text.data != NULL) {
        return slice_compare(a.text, b.text);
    }
    return (a.number > b.number) - (a.number < b.number);
}

static int compare(const struct sorting *sorting, const void *a, const void *b)
{
    int order = 0;
    for (size_t i = 0; i < sorting->order_count && order == 0; i++) {
        struct slice field = sorting->orders[i].field;
        order = compare_keys(sorting->key_of(a, field), sorting->key_of(b, field));
        order = sorting->orders[i].descending ? -order : order;
    }
    return order;
}

static void merge(const struct sorting *sorting,
                  const void **nodes,
                  const void **scratch,
                  size_t middle,
                  size_t count)
{
    size_t a = 0;
    size_t b = middle;
    for (size_t i = 0; i < count; i++) {
        bool left = b == count || (a < middle && compare(sorting, nodes[a], nodes[b]) <= 0);
        scratch[i] = left ? nodes[a++] : nodes[b++];
    }
    for (size_t i = 0; i < count; i++) {
        nodes[i] = scratch[i];
    }
}

/* Depth is the logarithm of FILTER_ROWS_MAX: 17. */
static void
sort(const struct sorting *sorting, const void **nodes, const void **scratch, size_t count)
{
    if (count > 1) {
        sort(sorting, nodes, scratch, count / 2);
        sort(sorting, nodes + count / 2, scratch, count - count / 2);
        merge(sorting, nodes, scratch, count / 2, count);
    }
}

void filter_sort(const void **nodes,
                 size_t count,
                 const struct filter_order *orders,
                 size_t order_count,
                 filter_key_cb key_of,
                 struct arena *arena)
{
    struct sorting sorting = {orders, order_count, key_of};
    const void **scratch = ARENA_ARRAY(arena, const void *, count);
    if (scratch != NULL) { /* an exhausted arena fails the operation */
        sort(&sorting, nodes, scratch, count);
    }
}

/* ---- a sorted page ---- */

struct gathering {
    const void **nodes;
    size_t count;
    size_t capacity;
};

static bool gather(struct gathering *it, struct arena *arena, const void *node)
{
    if (it->count == it->capacity) {
        size_t wanted = it->capacity == 0 ? 256 : it->capacity * 2;
        const void **grown = ARENA_ARRAY(arena, const void *, wanted);
        if (grown == NULL) {
            return false;
        }
        for (size_t i = 0; i < it->count; i++) {
            grown[i] = it->nodes[i];
        }
        it->nodes = grown;
        it->capacity = wanted;
    }
    it->nodes[it->count++] = node;
    return true;
}

static enum err gather_row(const struct gql_call *call,
                           const struct page_source *source,
                           const struct views_cursor *cursor,
                           struct gathering *it,
                           struct error *reterr)
{
    struct arena_mark mark = arena_mark(call->arena);
    const void *node = NULL;
    enum err e = source->row(source->data, cursor->key, cursor->row, &node, reterr);
    if (e == ERR_OK && node == NULL) {
        arena_rewind(call->arena, mark); /* what a filter left out */
    } else if (e == ERR_OK && !gather(it, call->arena, node)) {
        return arena_error(call->arena, "the sorted list", reterr);
    }
    return e;
}

static enum err gather_all(const struct gql_call *call,
                           const struct page_source *source,
                           struct gathering *it,
                           struct error *reterr)
{
    struct views_cursor cursor;
    enum err e = views_cursor_open(source->views, source->table, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (source->leader != NULL && !gather(it, call->arena, source->leader)) {
        e = arena_error(call->arena, "the sorted list", reterr);
    }
    bool found = views_cursor_seek(&cursor, source->prefix);
    for (size_t rows = 0; e == ERR_OK && found && slice_starts_with(cursor.key, source->prefix);
         rows++) {
        e = rows < FILTER_ROWS_MAX
                ? gather_row(call, source, &cursor, it, reterr)
                : error_set(reterr, ERR_LIMIT,
                            "over %d rows cannot be sorted: filter, or leave the order out",
                            FILTER_ROWS_MAX);
        found = views_cursor_next(&cursor);
    }
    e = e != ERR_OK ? e : views_cursor_check(&cursor, reterr);
    views_cursor_close(&cursor);
    return e;
}

enum err filter_page(const struct gql_call *call,
                     const struct page_source *source,
                     filter_key_cb key_of,
                     const struct page **ret,
                     struct error *reterr)
{
    struct page_request request;
    struct filter_order orders[FILTER_ORDERS_MAX];
    struct gathering gathering = {NULL, 0, 0};
    size_t order_count = filter_orders(call, orders);
    enum err e = page_request_of(call, PAGE_SIZE, &request, reterr);
    if (e != ERR_OK || order_count == 0) {
        return e != ERR_OK ? e : page_of_table(call, &request, source, ret, reterr);
    }
    e = gather_all(call, source, &gathering, reterr);
    if (e != ERR_OK) {
        return e;
    }
    filter_sort(gathering.nodes, gathering.count, orders, order_count, key_of, call->arena);
    return page_of_array(call, &request, gathering.nodes, gathering.count, ret, reterr);
}
