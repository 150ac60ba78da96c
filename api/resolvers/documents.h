/*
 * documents: parsed and validated GraphQL documents, kept by their text: clients send the same few
 * queries for ever. Bounded in number and bytes; what was not used longest goes first.
 *
 * Thread: loop.
 */
#ifndef DAYBOOK_API_RESOLVERS_DOCUMENTS_H
#define DAYBOOK_API_RESOLVERS_DOCUMENTS_H

#include "api/graphql/gql_document.h"
#include "core/base/limits.h"
#include "core/base/list.h"

#define DOCUMENTS_MAX       256
#define DOCUMENTS_BYTES_MAX (32 * MIB)

struct documents {
    const struct gql_schema *schema;
    struct list entries; /* most recently used last */
    size_t bytes;
};

/** An empty cache for documents of one schema, which must outlive it. */
void documents_init(struct documents *documents, const struct gql_schema *schema);

/** Frees everything. */
void documents_deinit(struct documents *documents);

/**
 * The document of a text, parsed if need be. It is the cache's: use it at once (an operation holds
 * its own reference). Errors: those of gql_document_create, in `errors`.
 */
MUST_USE enum err documents_get(struct documents *documents,
                                struct slice text,
                                struct gql_document **ret,
                                struct gql_errors *errors);

#endif
