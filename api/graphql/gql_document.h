/*
 * gql_document: a parsed and validated executable document, ready to run many times.
 *
 * Happy path: gql_document_create from the text of a request; any number of operations
 * (gql_operation.h), at the same time and on any threads; gql_document_destroy. Documents do not
 * change, so a cache may keep them by the hash of their text.
 *
 * Operations hold a reference: a document that is destroyed while one runs stays until that ends.
 *
 * The schema must outlive its documents.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_DOCUMENT_H
#define DAYBOOK_API_GRAPHQL_GQL_DOCUMENT_H

#include "api/graphql/gql_schema.h"

struct gql_document;

/**
 * Parses and validates `text`, which is copied.
 * Thread: any.
 * Takes: `errors`, which gets what is wrong; its arena must not be that of anything smaller than
 * the answer.
 * Returns: ERR_OK, and the document belongs to the caller.
 * Errors: ERR_MALFORMED (syntax), ERR_INVALID (not right for the schema), ERR_LIMIT, ERR_NO_MEMORY.
 */
MUST_USE enum err gql_document_create(const struct gql_schema *schema,
                                      struct slice text,
                                      struct gql_document **ret,
                                      struct gql_errors *errors);

/** Gives the caller's document up and sets the pointer to NULL; takes NULL. Thread: any. */
void gql_document_destroy(struct gql_document **document);

/** Bytes of memory it takes, for caches that have a budget. */
size_t gql_document_bytes(const struct gql_document *document);

#endif
