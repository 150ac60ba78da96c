/*
 * gql_parser: GraphQL text to a tree (October 2021 specification, sections 2 and 3).
 *
 * One grammar for executable documents and for schemas: whether a definition is in its place is a
 * question of validation, which can name it.
 *
 * Happy path: gql_parser_parse. The tree and a copy of the text live in the arena.
 *
 * Failure modes: the first syntax error ends the parse (ERR_MALFORMED with its place); bounds on
 * size, tokens, nesting and list lengths (ERR_LIMIT); the arena's cap (ERR_LIMIT). Recursion is
 * bounded by GQL_NESTING_MAX for selections, GQL_VALUE_DEPTH_MAX for values and GQL_TYPE_DEPTH_MAX
 * for types.
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_PARSER_H
#define DAYBOOK_API_GRAPHQL_GQL_PARSER_H

#include "api/graphql/gql_ast.h"
#include "api/graphql/gql_error.h"

struct gql_parser_limits {
    size_t bytes;
    size_t tokens;
};

/* What executable documents may have, and what schemas may. */
extern const struct gql_parser_limits gql_parser_executable;
extern const struct gql_parser_limits gql_parser_schema;

/**
 * Parses `text` into `arena`. `errors` gets what is wrong; its source is set to the copied text.
 * Returns: ERR_OK, ERR_MALFORMED or ERR_LIMIT, the code of the one error added.
 */
MUST_USE enum err gql_parser_parse(struct slice text,
                                   const struct gql_parser_limits *limits,
                                   struct arena *arena,
                                   struct gql_ast_document **ret,
                                   struct gql_errors *errors);

#endif
