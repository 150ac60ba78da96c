/*
 * Recursive descent with one token to look at. The grammar is in gql_parser_value.c (values, types,
 * arguments, directives), gql_parser_query.c (operations, fragments) and gql_parser_sdl.c (types);
 * here are the document and the steps that all of them take.
 */
#include "api/graphql/gql_parser.h"

#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_parser_priv.h"

#include <stdio.h>

const struct gql_parser_limits gql_parser_executable = {GQL_TEXT_BYTES_MAX, GQL_TOKENS_MAX};
const struct gql_parser_limits gql_parser_schema = {GQL_SDL_BYTES_MAX, GQL_SDL_TOKENS_MAX};

static void definition(struct gql_parser *parser)
{
    if (gql_parser_at(parser, GQL_TOKEN_BRACE_OPEN) || gql_parser_at_keyword(parser, "query") ||
        gql_parser_at_keyword(parser, "mutation") ||
        gql_parser_at_keyword(parser, "subscription")) {
        gql_parser_operation(parser);
    } else if (gql_parser_at_keyword(parser, "fragment")) {
        gql_parser_fragment(parser);
    } else if (gql_parser_at_type_system(parser)) {
        gql_parser_type_system(parser);
    } else {
        gql_parser_expected(parser, "a definition");
    }
}

static void document(struct gql_parser *parser)
{
    do {
        definition(parser);
    } while (parser->failed == ERR_OK && parser->token.kind != GQL_TOKEN_END);
}

enum err gql_parser_parse(struct slice text,
                          const struct gql_parser_limits *limits,
                          struct arena *arena,
                          struct gql_ast_document **ret,
                          struct gql_errors *errors)
{
    struct gql_parser parser = {.arena = arena, .errors = errors};
    if (text.size > limits->bytes) {
        gql_parser_fail(&parser, ERR_LIMIT, GQL_NOWHERE,
                        "the text has %zu bytes, at most %zu are allowed", text.size,
                        limits->bytes);
        return parser.failed;
    }
    parser.document = gql_parser_node(&parser, sizeof *parser.document);
    struct slice source = arena_copy(arena, text);
    if (parser.document == NULL || source.data == NULL) {
        gql_parser_node(&parser, SIZE_MAX); /* says that memory is out */
        return parser.failed;
    }
    parser.document->source = source;
    parser.operations_end = &parser.document->operations;
    parser.fragments_end = &parser.document->fragments;
    parser.types_end = &parser.document->types;
    parser.directives_end = &parser.document->directives;
    parser.schemas_end = &parser.document->schemas;
    errors->source = source;
    gql_lexer_init(&parser.lexer, source, limits->tokens);
    gql_parser_advance(&parser);
    document(&parser);
    if (parser.failed == ERR_OK) {
        *ret = parser.document;
    }
    return parser.failed;
}

void *gql_parser_node(struct gql_parser *parser, size_t size)
{
    void *node = parser->failed == ERR_OK ? arena_zalloc(parser->arena, 1, size) : NULL;
    if (node == NULL) {
        gql_parser_fail(parser, ERR_LIMIT, GQL_NOWHERE,
                        "the text needs more than %zu bytes of memory", parser->arena->cap_bytes);
    }
    return node;
}

void gql_parser_fail(struct gql_parser *parser, enum err code, uint32_t at, const char *format, ...)
{
    if (parser->failed != ERR_OK) {
        return;
    }
    va_list args;
    va_start(args, format);
    parser->failed = code;
    (void)gql_errors_addv(parser->errors, code, at, format, args);
    va_end(args);
}

/* Longest piece of the text that a message quotes. */
#define QUOTE_BYTES_MAX 60

void gql_parser_expected(struct gql_parser *parser, const char *what)
{
    const struct gql_token *token = &parser->token;
    struct slice text = token->text;
    bool quoted = token->kind == GQL_TOKEN_NAME || token->kind == GQL_TOKEN_INT ||
                  token->kind == GQL_TOKEN_FLOAT;
    if (quoted && text.size <= QUOTE_BYTES_MAX) {
        gql_parser_fail(parser, ERR_MALFORMED, token->at,
                        "syntax error: expected %s, found \"%.*s\"", what, SLICE_ARGS(text));
        return;
    }
    gql_parser_fail(parser, ERR_MALFORMED, token->at, "syntax error: expected %s, found %s", what,
                    gql_token_kind_text(token->kind));
}

void gql_parser_advance(struct gql_parser *parser)
{
    struct error error = {0};
    if (parser->failed != ERR_OK) {
        return;
    }
    enum err e = gql_lexer_next(&parser->lexer, &parser->token, &error);
    if (e != ERR_OK) {
        gql_parser_fail(parser, e, parser->lexer.fault_at, "%s%s",
                        e == ERR_MALFORMED ? "syntax error: " : "", error.text);
    }
}

bool gql_parser_at_keyword(const struct gql_parser *parser, const char *keyword)
{
    return gql_parser_at(parser, GQL_TOKEN_NAME) && slice_is(parser->token.text, keyword);
}

bool gql_parser_accept(struct gql_parser *parser, enum gql_token_kind kind)
{
    bool here = gql_parser_at(parser, kind);
    if (here) {
        gql_parser_advance(parser);
    }
    return here;
}

bool gql_parser_accept_keyword(struct gql_parser *parser, const char *keyword)
{
    bool here = gql_parser_at_keyword(parser, keyword);
    if (here) {
        gql_parser_advance(parser);
    }
    return here;
}

uint32_t gql_parser_expect(struct gql_parser *parser, enum gql_token_kind kind)
{
    uint32_t at = parser->token.at;
    if (!gql_parser_accept(parser, kind)) {
        gql_parser_expected(parser, gql_token_kind_text(kind));
    }
    return at;
}

struct slice gql_parser_name(struct gql_parser *parser, uint32_t *ret_at)
{
    struct slice name = parser->token.text;
    uint32_t at = gql_parser_expect(parser, GQL_TOKEN_NAME);
    if (ret_at != NULL) {
        *ret_at = at;
    }
    return name;
}

bool gql_parser_more(struct gql_parser *parser, enum gql_token_kind close)
{
    if (gql_parser_at(parser, GQL_TOKEN_END)) {
        gql_parser_expected(parser, gql_token_kind_text(close));
    }
    return parser->failed == ERR_OK && !gql_parser_accept(parser, close);
}

void gql_parser_count(struct gql_parser *parser, size_t *count, const char *what)
{
    if (++*count > GQL_MEMBERS_MAX) {
        gql_parser_fail(parser, ERR_LIMIT, parser->token.at, "more than %d %s at one place",
                        GQL_MEMBERS_MAX, what);
    }
}
