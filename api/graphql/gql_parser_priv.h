/*
 * gql_parser_priv: the state of a parse, and the pieces its files share.
 *
 * The first error makes the parser `failed`; from then on every function returns at once and what
 * it returns is not used. So the grammar reads without error paths, and loops end because
 * gql_parser_more says no.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_PARSER_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_PARSER_PRIV_H

#include "api/graphql/gql_lexer.h"
#include "api/graphql/gql_parser.h"

struct gql_parser {
    struct gql_lexer lexer;
    struct gql_token token; /* the one being looked at */
    struct arena *arena;
    struct gql_errors *errors;
    struct gql_ast_document *document;
    enum err failed; /* ERR_OK while all is well */
    /* Where the next definition of each kind is linked. */
    struct gql_ast_operation **operations_end;
    struct gql_ast_fragment **fragments_end;
    struct gql_ast_type_definition **types_end;
    struct gql_ast_directive_definition **directives_end;
    struct gql_ast_schema **schemas_end;
    size_t value_depth;
    size_t type_depth;
    size_t nesting;
};

/** A zeroed node of `size` bytes. Returns: NULL and failed when the arena is exhausted. */
void *gql_parser_node(struct gql_parser *parser, size_t size);

/** Fails with an error at byte `at`. Does nothing when it has failed already. */
void gql_parser_fail(struct gql_parser *parser, enum err code, uint32_t at, const char *format, ...)
    PRINTF_LIKE(4, 5);

/** Fails at the current token: "expected <what>, found ...". */
void gql_parser_expected(struct gql_parser *parser, const char *what);

/** Goes to the next token. */
void gql_parser_advance(struct gql_parser *parser);

/** Whether the current token is of a kind. */
static inline bool gql_parser_at(const struct gql_parser *parser, enum gql_token_kind kind)
{
    return parser->failed == ERR_OK && parser->token.kind == kind;
}

/** Whether the current token is this name. */
bool gql_parser_at_keyword(const struct gql_parser *parser, const char *keyword);

/** Steps over a token of this kind if it is here. Returns: whether it was. */
bool gql_parser_accept(struct gql_parser *parser, enum gql_token_kind kind);

/** Steps over this name if it is here. Returns: whether it was. */
bool gql_parser_accept_keyword(struct gql_parser *parser, const char *keyword);

/** Steps over a token that must be here. Returns: its byte offset. */
uint32_t gql_parser_expect(struct gql_parser *parser, enum gql_token_kind kind);

/** Steps over a name that must be here. Returns: the name; its offset in `ret_at` if not NULL. */
struct slice gql_parser_name(struct gql_parser *parser, uint32_t *ret_at);

/** Inside brackets: false at the closing one, which is stepped over, and after a failure. */
bool gql_parser_more(struct gql_parser *parser, enum gql_token_kind close);

/** Counts one more member of a list; fails over GQL_MEMBERS_MAX. */
void gql_parser_count(struct gql_parser *parser, size_t *count, const char *what);

/* ---- gql_parser_value.c ---- */

/** A value. In a constant one no variable may stand. */
struct gql_ast_value *gql_parser_value(struct gql_parser *parser, bool constant);

/** A type reference. */
struct gql_ast_type *gql_parser_type(struct gql_parser *parser);

/** Arguments in parentheses; NULL when there are none. */
struct gql_ast_argument *gql_parser_arguments(struct gql_parser *parser, bool constant);

/** Directives; NULL when there are none. */
struct gql_ast_directive *gql_parser_directives(struct gql_parser *parser, bool constant);

/* ---- gql_parser_query.c ---- */

/** An operation, the shorthand query included. */
void gql_parser_operation(struct gql_parser *parser);

/** A fragment definition. */
void gql_parser_fragment(struct gql_parser *parser);

/* ---- gql_parser_sdl.c ---- */

/** Whether a type system definition or extension begins here. */
bool gql_parser_at_type_system(const struct gql_parser *parser);

/** One type system definition or extension, its description included. */
void gql_parser_type_system(struct gql_parser *parser);

#endif
