/*
 * A document is one arena with a count of those who use it.
 */
#include "api/graphql/gql_document_priv.h"
#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_parser.h"
#include "api/graphql/gql_validate_priv.h"
#include "core/base/check.h"
#include "core/base/memory.h"

static enum err build(struct gql_document *document, struct slice text, struct gql_errors *errors)
{
    struct gql_ast_document *ast = NULL;
    enum err e = gql_parser_parse(text, &gql_parser_executable, &document->arena, &ast, errors);
    if (e == ERR_OK) {
        e = gql_validate(document->schema, ast, &document->arena, errors);
        document->ast = ast;
    }
    return e;
}

enum err gql_document_create(const struct gql_schema *schema,
                             struct slice text,
                             struct gql_document **ret,
                             struct gql_errors *errors)
{
    struct gql_document *document = memory_zalloc(1, sizeof *document);
    if (document == NULL) {
        (void)gql_errors_add(errors, ERR_NO_MEMORY, GQL_NOWHERE, "no memory for the document");
        return ERR_NO_MEMORY;
    }
    atomic_init(&document->references, 1);
    arena_init(&document->arena, GQL_DOCUMENT_BYTES_MAX);
    document->schema = schema;
    enum err e = build(document, text, errors);
    errors->source = SLICE(""); /* it belongs to the document */
    if (e != ERR_OK) {
        gql_document_destroy(&document);
        return e;
    }
    *ret = document;
    return ERR_OK;
}

struct gql_document *gql_document_hold(struct gql_document *document)
{
    unsigned before = atomic_fetch_add(&document->references, 1);
    ASSERT(before > 0);
    return document;
}

void gql_document_destroy(struct gql_document **document)
{
    struct gql_document *gone = *document;
    *document = NULL;
    if (gone == NULL || atomic_fetch_sub(&gone->references, 1) > 1) {
        return;
    }
    arena_deinit(&gone->arena);
    memory_free(gone);
}

size_t gql_document_bytes(const struct gql_document *document)
{
    return sizeof *document + document->arena.used_bytes;
}
