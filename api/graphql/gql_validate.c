/*
 * The order of the walks: definitions first, because they find out whether fragments can be
 * followed; merging last, because it needs to know what every field is.
 */
#include "api/graphql/gql_validate_priv.h"

bool gql_validate_fail(struct gql_validation *validation, uint32_t at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)gql_errors_addv(validation->errors, ERR_INVALID, at, format, args);
    va_end(args);
    return false;
}

enum err gql_validate(const struct gql_schema *schema,
                      struct gql_ast_document *document,
                      struct arena *arena,
                      struct gql_errors *errors)
{
    struct gql_validation validation = {
        .schema = schema, .document = document, .arena = arena, .errors = errors};
    bool followable = gql_validate_definitions(&validation);
    gql_validate_fields(&validation);
    if (followable) {
        gql_validate_variables(&validation);
    }
    if (gql_errors_none(errors)) {
        gql_validate_merge(&validation);
    }
    if (arena_exhausted(arena)) {
        (void)gql_errors_add(errors, ERR_LIMIT, GQL_NOWHERE,
                             "the document needs more than %zu bytes of memory", arena->cap_bytes);
        return ERR_LIMIT;
    }
    return gql_errors_first(errors, NULL);
}
