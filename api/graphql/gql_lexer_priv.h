/*
 * gql_lexer_priv: what the lexer and the reading of its string tokens share.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_LEXER_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_LEXER_PRIV_H

#include "core/base/slice.h"

/* Bytes that one escape can stand for. */
struct gql_escape {
    size_t length; /* of the escape in the text; 0: malformed */
    char bytes[4]; /* what it means, UTF-8 */
    size_t size;
};

/** Reads the escape sequence whose backslash begins `text`. */
struct gql_escape gql_lexer_escape(struct slice text);

#endif
