/*
 * gql_sdl: schema text to types.
 *
 * The work goes in four steps over the same half-built schema, each in its file:
 *   gql_sdl.c        names of all types and directives; extensions are merged into what they extend
 *   gql_sdl_types.c  members and references; roots; which objects an abstract type can be
 *   gql_sdl_apply.c  directives of the text (deprecations), default values
 *   gql_sdl_check.c  what the specification demands of the result
 * Errors are collected; a step that needs the result of an earlier one is not begun after errors.
 *
 * __Meta is a type of the prelude that exists only to define the meta fields; it is taken out of
 * the list again.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_SDL_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_SDL_PRIV_H

#include "api/graphql/gql_error.h"
#include "api/graphql/gql_type_priv.h"

/* Built-in types and directives as schema text. */
extern const char gql_prelude_text[];

struct gql_sdl {
    struct gql_schema *schema;
    struct arena *arena; /* the schema's */
    struct gql_errors *errors;
    const struct gql_ast_document *prelude;
    const struct gql_ast_document *document;
    struct gql_type *meta; /* __Meta */
};

/** Builds the types of `schema`, whose arena is ready. Returns: false after adding errors. */
bool gql_sdl_build(struct gql_schema *schema, struct slice text, struct gql_errors *errors);

/** Adds an error. Returns: false. */
bool gql_sdl_fail(struct gql_sdl *sdl, uint32_t at, const char *format, ...) PRINTF_LIKE(3, 4);

/** Adds the error of an exhausted arena. Returns: false. */
bool gql_sdl_no_memory(struct gql_sdl *sdl);

/** Step 2. Returns: false after adding errors. */
bool gql_sdl_build_types(struct gql_sdl *sdl);

/** Step 3. Returns: false after adding errors. */
bool gql_sdl_apply(struct gql_sdl *sdl);

/** Step 4. Returns: false after adding errors. */
bool gql_sdl_check(struct gql_sdl *sdl);

#endif
