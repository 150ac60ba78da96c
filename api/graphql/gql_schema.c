/*
 * A schema is one arena: the text, its tree, the types. Destroying it frees that arena.
 */
#include "api/graphql/gql_schema.h"

#include "api/graphql/gql_introspect_priv.h"
#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_sdl_priv.h"
#include "core/base/memory.h"

static enum err
build(struct gql_schema *schema, struct slice sdl, struct gql_errors *errors, struct error *reterr)
{
    struct arena arena; /* of messages: `errors` may outlive the schema, ours need not */
    struct gql_errors own;
    arena_init(&arena, GQL_SCHEMA_BYTES_MAX);
    gql_errors_init(&own, &arena, SLICE(""));
    struct gql_errors *found = errors != NULL ? errors : &own;
    enum err e = ERR_OK;
    if (!gql_sdl_build(schema, sdl, found)) {
        e = gql_errors_first(found, reterr);
    }
    found->source = SLICE(""); /* it lies in the schema, which may be gone */
    arena_deinit(&arena);
    return e;
}

enum err gql_schema_create(struct slice sdl,
                           struct gql_schema **ret,
                           struct gql_errors *errors,
                           struct error *reterr)
{
    struct gql_schema *schema = memory_zalloc(1, sizeof *schema);
    if (schema == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for a schema");
    }
    arena_init(&schema->arena, GQL_SCHEMA_BYTES_MAX);
    enum err e = build(schema, sdl, errors, reterr);
    if (e == ERR_OK) {
        e = gql_introspect_bind(schema, reterr);
    }
    if (e != ERR_OK) {
        gql_schema_destroy(&schema);
        return e;
    }
    *ret = schema;
    return ERR_OK;
}

void gql_schema_destroy(struct gql_schema **schema)
{
    if (*schema != NULL) {
        arena_deinit(&(*schema)->arena);
        memory_free(*schema);
        *schema = NULL;
    }
}

struct slice gql_schema_text(const struct gql_schema *schema)
{
    return schema->text;
}
