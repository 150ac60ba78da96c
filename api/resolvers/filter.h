/*
 * filter: the filters and orders that lists have in common.
 *
 * A filter that is absent or null lets everything pass. Lists whose order is not that of their
 * table are gathered whole (to FILTER_ROWS_MAX), sorted and paged as an array.
 */
#ifndef DAYBOOK_API_RESOLVERS_FILTER_H
#define DAYBOOK_API_RESOLVERS_FILTER_H

#include "api/graphql/gql_resolve.h"
#include "api/resolvers/page.h"
#include "core/base/text_list.h"

/* Rows gathered for sorting. */
#define FILTER_ROWS_MAX PAGE_ROWS_MAX

/** Whether `text` equals the argument (case matters). */
bool filter_text(const struct gql_call *call, const char *argument, struct slice text);

/** Whether `text` equals the argument, case ignored: for texts that stand for enums. */
bool filter_word(const struct gql_call *call, const char *argument, struct slice text);

/** Whether `text` contains the argument, case ignored. */
bool filter_contains(const struct gql_call *call, const char *argument, struct slice text);

/** Whether `text` begins with the argument, case ignored. */
bool filter_begins(const struct gql_call *call, const char *argument, struct slice text);

/** Whether the labels hold the argument. */
bool filter_label(const struct gql_call *call, const char *argument, struct text_list labels);

/** Whether `flag` equals the argument. */
bool filter_bool(const struct gql_call *call, const char *argument, bool flag);

/** Whether `time_us` is in [<name>_Gte, <name>_Lte]. */
bool filter_time(const struct gql_call *call, const char *name, int64_t time_us);

/** Whether <name>_Isnull, if it is given, says what is so. */
bool filter_isnull(const struct gql_call *call, const char *argument, bool is_null);

/** Whether `text` is in the list argument, case ignored. */
bool filter_word_in(const struct gql_call *call, const char *argument, struct slice text);

/** Whether `id` is the one in the argument, of type `type`; an id of another type passes nothing.
 */
bool filter_id(const struct gql_call *call, const char *argument, const char *type, struct uuid id);

/** Whether `id` is in the list argument. */
bool filter_id_in(const struct gql_call *call,
                  const char *argument,
                  const char *type,
                  struct uuid id);

/* One order: a field by its name in the enum, and a direction. */
struct filter_order {
    struct slice field;
    bool descending;
};

#define FILTER_ORDERS_MAX 8

/** The orders a call asks for: sortBy, or orderBy. Returns: their number. */
size_t filter_orders(const struct gql_call *call, struct filter_order ret[FILTER_ORDERS_MAX]);

/* The value of a field to sort by: a text or a number. */
struct filter_key {
    struct slice text;
    int64_t number;
};

typedef struct filter_key (*filter_key_cb)(const void *node, struct slice field);

/** Sorts nodes by the orders, stable. */
void filter_sort(const void **nodes,
                 size_t count,
                 const struct filter_order *orders,
                 size_t order_count,
                 filter_key_cb key_of,
                 struct arena *arena);

/**
 * A page of the rows of `source` in the order asked for: walked in the table's order when no order
 * is asked for, else gathered, sorted and paged. Errors: ERR_LIMIT over FILTER_ROWS_MAX rows to
 * sort.
 */
MUST_USE enum err filter_page(const struct gql_call *call,
                              const struct page_source *source,
                              filter_key_cb key_of,
                              const struct page **ret,
                              struct error *reterr);

#endif
