/*
 * gql_document_priv: what operations need of a document.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_DOCUMENT_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_DOCUMENT_PRIV_H

#include "api/graphql/gql_ast.h"
#include "api/graphql/gql_document.h"

#include <stdatomic.h>

struct gql_document {
    atomic_uint references; /* the creator's and one per operation */
    struct arena arena;
    const struct gql_schema *schema;
    const struct gql_ast_document *ast;
};

/** One more reference, to be given up with gql_document_destroy. */
struct gql_document *gql_document_hold(struct gql_document *document);

#endif
