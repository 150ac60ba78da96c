/*
 * page: Relay connections: nodes, edges, pageInfo and totalCount of a list, and the arguments that
 * page through it.
 *
 * A connection is answered from a `struct page` whatever its nodes are. Cursors are opaque to
 * clients; inside they are the key of the row, base64url. `after: ""` means from the start.
 *
 * Two makers:
 *   page_of_array   a list that is in memory whole (flows, config variables, sorted lists)
 *   page_of_table   rows of a view in the order of their keys, filtered while walking; a row may
 *                   stand for several nodes
 *
 * A walk looks at PAGE_ROWS_MAX rows at most. A page cut by that bound may have fewer nodes than
 * asked for, or none; `hasNextPage` says that there is more and `endCursor` where to go on.
 */
#ifndef DAYBOOK_API_RESOLVERS_PAGE_H
#define DAYBOOK_API_RESOLVERS_PAGE_H

#include "api/graphql/gql_resolve.h"
#include "projections/views.h"

/* Page sizes: lists that clients of the compatible API know, and our own. */
#define PAGE_SIZE         100
#define PAGE_SIZE_OWN_MAX 1000

/* Rows one page may look at, and rows counted for totalCount. */
#define PAGE_ROWS_MAX  100000
#define PAGE_COUNT_MAX 1000000

/* The arguments every connection reads. */
#define PAGE_ARGS "after before first last offset"

struct page_edge {
    struct slice cursor;
    const void *node;
};

struct page {
    struct gql_objects nodes;
    struct gql_objects edges; /* of struct page_edge */
    bool has_next;
    bool has_previous;
    struct slice start_cursor; /* data NULL: none */
    struct slice end_cursor;
    int64_t total; /* -1: not counted; only when the query asks for totalCount */
};

/* What a call asks for. */
struct page_request {
    size_t size;        /* nodes, at most */
    bool backwards;     /* `last`: from the end */
    size_t offset;      /* nodes left out where the page would begin: with `last`, at its end */
    struct slice after; /* decoded keys; data NULL: none */
    struct slice before;
    bool wants_total;
};

/** Reads first, last, after, before, offset. Errors: ERR_INVALID: a negative number, first and last
 * together, a cursor that is not ours. `size_max`: PAGE_SIZE or PAGE_SIZE_OWN_MAX. */
MUST_USE enum err page_request_of(const struct gql_call *call,
                                  size_t size_max,
                                  struct page_request *ret,
                                  struct error *reterr);

/** A page of `items`, which are in order already. Cursors are positions. */
MUST_USE enum err page_of_array(const struct gql_call *call,
                                const struct page_request *request,
                                const void *const *items,
                                size_t count,
                                const struct page **ret,
                                struct error *reterr);

/* Turns a row into a node, or leaves it out. Returns: ERR_OK with *ret_node NULL to leave it out.
 */
typedef enum err (*page_row_cb)(
    void *data, struct slice key, struct slice row, const void **ret_node, struct error *reterr);

/* The nodes of one row, in order; `tags` (same count) tell them apart in cursors and rise. */
struct page_nodes {
    const void *const *items;
    const uint32_t *tags;
    size_t count;
};

/* Turns a row into any number of nodes. */
typedef enum err (*page_rows_cb)(
    void *data, struct slice key, struct slice row, struct page_nodes *ret, struct error *reterr);

/* The cursor of a leader: before every key part. */
#define PAGE_LEADER_BYTES 8

/* Rows of a table whose keys begin with `prefix`. */
struct page_source {
    struct views_txn *views;
    enum views_table table;
    struct slice prefix;
    bool newest_first;  /* descending keys */
    const void *leader; /* a node that stands before the first row; NULL: none. Key parts are then
                           longer than PAGE_LEADER_BYTES or greater than as many zero bytes */
    page_row_cb row;    /* one of the two */
    page_rows_cb rows;
    void *data;
    int64_t total_known; /* the number of nodes when nothing is filtered; -1: count by walking */
};

/** A page of rows of a table. Cursors are keys without the prefix, with the tag behind them where
 * rows have several nodes. */
MUST_USE enum err page_of_table(const struct gql_call *call,
                                const struct page_request *request,
                                const struct page_source *source,
                                const struct page **ret,
                                struct error *reterr);

/** The text of a cursor. */
struct slice page_cursor(struct arena *arena, struct slice key);

#endif
