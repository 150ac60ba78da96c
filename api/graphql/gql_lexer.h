/*
 * gql_lexer: GraphQL text to tokens (October 2021 specification, section 2.1).
 *
 * Happy path: gql_lexer_init, then gql_lexer_next until GQL_TOKEN_END. White space, commas,
 * comments and a byte order mark at the start are skipped.
 *
 * Failure modes: a byte that begins no token, an unterminated string, a malformed number or escape,
 * text that is not UTF-8, too many tokens. The error says what was found; `fault_at` says where.
 *
 * Tokens borrow the source text. Nothing is allocated except by gql_lexer_string.
 *
 * Two choices where the specification leaves room: any code point may stand in strings and comments
 * (the October 2021 text ends at U+FFFF, which no client observes), and a pair of surrogate escapes
 * makes one code point, while a lone one, which UTF-8 cannot say, is refused. The later
 * escape \u{...} is not known.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_LEXER_H
#define DAYBOOK_API_GRAPHQL_GQL_LEXER_H

#include "core/base/arena.h"
#include "core/base/error.h"

#include <stdint.h>

enum gql_token_kind {
    GQL_TOKEN_END,
    GQL_TOKEN_BANG,
    GQL_TOKEN_DOLLAR,
    GQL_TOKEN_AMPERSAND,
    GQL_TOKEN_PAREN_OPEN,
    GQL_TOKEN_PAREN_CLOSE,
    GQL_TOKEN_SPREAD,
    GQL_TOKEN_COLON,
    GQL_TOKEN_EQUALS,
    GQL_TOKEN_AT,
    GQL_TOKEN_BRACKET_OPEN,
    GQL_TOKEN_BRACKET_CLOSE,
    GQL_TOKEN_BRACE_OPEN,
    GQL_TOKEN_PIPE,
    GQL_TOKEN_BRACE_CLOSE,
    GQL_TOKEN_NAME,
    GQL_TOKEN_INT,
    GQL_TOKEN_FLOAT,
    GQL_TOKEN_STRING,
    GQL_TOKEN_BLOCK_STRING,
};

struct gql_token {
    enum gql_token_kind kind;
    uint32_t at;       /* byte offset of its first character, quotes included */
    struct slice text; /* names and numbers as written; strings: what stands between the quotes */
};

struct gql_lexer {
    struct slice source;
    size_t at;
    size_t token_count;
    size_t token_max;
    uint32_t fault_at; /* where the last error is */
};

/** A lexer at the start of `source`, which gives at most `token_max` tokens. */
void gql_lexer_init(struct gql_lexer *lexer, struct slice source, size_t token_max);

/** The next token. Errors: ERR_MALFORMED, ERR_LIMIT (tokens); `fault_at` is set. */
MUST_USE enum err
gql_lexer_next(struct gql_lexer *lexer, struct gql_token *ret, struct error *reterr);

/**
 * What a string token means: escapes resolved, the indentation of a block string taken off.
 * Borrows the source where nothing changes, else it is in `arena`. The token came from
 * gql_lexer_next, which has checked its escapes.
 * Returns: the empty slice with data NULL over the arena's cap.
 */
struct slice gql_lexer_string(const struct gql_token *token, struct arena *arena);

/** What a token of this kind is called in messages ("a name", "\"{\""). */
const char *gql_token_kind_text(enum gql_token_kind kind);

#endif
