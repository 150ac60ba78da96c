/*
 * page_priv: putting a page together, for the makers of pages.
 */
#ifndef DAYBOOK_API_RESOLVERS_PAGE_PRIV_H
#define DAYBOOK_API_RESOLVERS_PAGE_PRIV_H

#include "api/resolvers/page.h"

struct page_making {
    const struct gql_call *call;
    struct page *page;
    const void **nodes;
    const void **edges;
    size_t count;
    size_t capacity;
};

/** An empty page for at most `size` nodes. Errors: ERR_LIMIT. */
MUST_USE enum err page_making_init(struct page_making *it,
                                   const struct gql_call *call,
                                   size_t size,
                                   struct error *reterr);

/** Adds a node, whose cursor is made of `key`; there must be room. Errors: ERR_LIMIT. */
MUST_USE enum err
page_making_add(struct page_making *it, const void *node, struct slice key, struct error *reterr);

/** Puts lists and cursors in place; what was walked backwards is turned round. `more`: there is
 * more where the walk ended. */
struct page *page_making_finish(struct page_making *it, bool backwards, bool more);

#endif
