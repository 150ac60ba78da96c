/*
 * One function per kind of token; each leaves the lexer behind what it read, or at the fault.
 */
#include "api/graphql/gql_lexer.h"

#include "api/graphql/gql_lexer_priv.h"
#include "core/base/check.h"
#include "core/base/utf8.h"

#include <stdio.h>

const char *gql_token_kind_text(enum gql_token_kind kind)
{
    static const char *const texts[] = {
        [GQL_TOKEN_END] = "the end of the text",
        [GQL_TOKEN_BANG] = "\"!\"",
        [GQL_TOKEN_DOLLAR] = "\"$\"",
        [GQL_TOKEN_AMPERSAND] = "\"&\"",
        [GQL_TOKEN_PAREN_OPEN] = "\"(\"",
        [GQL_TOKEN_PAREN_CLOSE] = "\")\"",
        [GQL_TOKEN_SPREAD] = "\"...\"",
        [GQL_TOKEN_COLON] = "\":\"",
        [GQL_TOKEN_EQUALS] = "\"=\"",
        [GQL_TOKEN_AT] = "\"@\"",
        [GQL_TOKEN_BRACKET_OPEN] = "\"[\"",
        [GQL_TOKEN_BRACKET_CLOSE] = "\"]\"",
        [GQL_TOKEN_BRACE_OPEN] = "\"{\"",
        [GQL_TOKEN_PIPE] = "\"|\"",
        [GQL_TOKEN_BRACE_CLOSE] = "\"}\"",
        [GQL_TOKEN_NAME] = "a name",
        [GQL_TOKEN_INT] = "a whole number",
        [GQL_TOKEN_FLOAT] = "a number",
        [GQL_TOKEN_STRING] = "a string",
        [GQL_TOKEN_BLOCK_STRING] = "a block string",
    };
    return texts[kind];
}

void gql_lexer_init(struct gql_lexer *lexer, struct slice source, size_t token_max)
{
    ASSERT(source.size < UINT32_MAX);
    *lexer = (struct gql_lexer){.source = source, .token_max = token_max};
    lexer->source.data = source.data != NULL ? source.data : "";
    if (slice_starts_with(source, SLICE("\xef\xbb\xbf"))) {
        lexer->at = 3;
    }
}

/* The byte `ahead` of the current one; 0 past the end (no token holds a NUL). */
static char peek(const struct gql_lexer *lexer, size_t ahead)
{
    size_t at = lexer->at + ahead;
    return at < lexer->source.size ? lexer->source.data[at] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static struct slice rest(const struct gql_lexer *lexer)
{
    return slice_from(lexer->source, lexer->at);
}

/* Length of the source character here: tab, line ends and anything from a space on; 0 if none. */
static size_t source_character(const struct gql_lexer *lexer)
{
    unsigned char c = (unsigned char)peek(lexer, 0);
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
        return 0;
    }
    return utf8_sequence_length(rest(lexer));
}

/* The character here as people should see it: itself, or its number. */
static const char *character_text(const struct gql_lexer *lexer, char room[16])
{
    size_t length = source_character(lexer);
    if (length == 0 || peek(lexer, 0) < ' ') {
        length = length > 1 ? length : 0;
    }
    if (length == 0) {
        (void)snprintf(room, 16, "byte 0x%02x", (unsigned char)peek(lexer, 0));
    } else {
        (void)snprintf(room, 16, "\"%.*s\"", (int)length, rest(lexer).data);
    }
    return lexer->at < lexer->source.size ? room : "the end of the text";
}

/* An error at the current character. */
static enum err unexpected(struct gql_lexer *lexer, const char *where, struct error *reterr)
{
    char room[16];
    lexer->fault_at = (uint32_t)lexer->at;
    return error_set(reterr, ERR_MALFORMED, "unexpected %s%s", character_text(lexer, room), where);
}

/* Skips a comment to its line end. */
static enum err skip_comment(struct gql_lexer *lexer, struct error *reterr)
{
    while (lexer->at < lexer->source.size && peek(lexer, 0) != '\n' && peek(lexer, 0) != '\r') {
        size_t length = source_character(lexer);
        if (length == 0) {
            return unexpected(lexer, " in a comment", reterr);
        }
        lexer->at += length;
    }
    return ERR_OK;
}

/* Skips what separates tokens. */
static enum err skip_ignored(struct gql_lexer *lexer, struct error *reterr)
{
    for (;;) {
        switch (peek(lexer, 0)) {
        case ' ':
        case '\t':
        case '\n':
        case '\r':
        case ',':
            lexer->at++;
            break;
        case '#': {
            enum err e = skip_comment(lexer, reterr);
            if (e != ERR_OK) {
                return e;
            }
            break;
        }
        default:
            return ERR_OK;
        }
    }
}

/* The token from `start` to here. */
static enum err
finish(const struct gql_lexer *lexer, enum gql_token_kind kind, size_t start, struct gql_token *ret)
{
    struct slice text = slice_of(lexer->source.data + start, lexer->at - start);
    *ret = (struct gql_token){kind, (uint32_t)start, text};
    return ERR_OK;
}

static enum err read_name(struct gql_lexer *lexer, struct gql_token *ret)
{
    size_t start = lexer->at;
    while (is_name_start(peek(lexer, 0)) || is_digit(peek(lexer, 0))) {
        lexer->at++;
    }
    return finish(lexer, GQL_TOKEN_NAME, start, ret);
}

static enum err read_digits(struct gql_lexer *lexer, struct error *reterr)
{
    if (!is_digit(peek(lexer, 0))) {
        return unexpected(lexer, " in a number, where a digit should stand", reterr);
    }
    while (is_digit(peek(lexer, 0))) {
        lexer->at++;
    }
    return ERR_OK;
}

static enum err read_integer_part(struct gql_lexer *lexer, struct error *reterr)
{
    lexer->at += peek(lexer, 0) == '-';
    if (peek(lexer, 0) != '0') {
        return read_digits(lexer, reterr);
    }
    lexer->at++;
    return is_digit(peek(lexer, 0)) ? unexpected(lexer, " after a leading zero", reterr) : ERR_OK;
}

static enum err read_fraction(struct gql_lexer *lexer, struct error *reterr)
{
    if (peek(lexer, 0) != '.') {
        return ERR_OK;
    }
    lexer->at++;
    return read_digits(lexer, reterr);
}

static enum err read_exponent(struct gql_lexer *lexer, struct error *reterr)
{
    if (peek(lexer, 0) != 'e' && peek(lexer, 0) != 'E') {
        return ERR_OK;
    }
    lexer->at++;
    lexer->at += peek(lexer, 0) == '+' || peek(lexer, 0) == '-';
    return read_digits(lexer, reterr);
}

static enum err read_number(struct gql_lexer *lexer, struct gql_token *ret, struct error *reterr)
{
    size_t start = lexer->at;
    enum err e = read_integer_part(lexer, reterr);
    size_t integer_end = lexer->at;
    if (e == ERR_OK) {
        e = read_fraction(lexer, reterr);
    }
    if (e == ERR_OK) {
        e = read_exponent(lexer, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    if (peek(lexer, 0) == '.' || is_name_start(peek(lexer, 0))) {
        return unexpected(lexer, " behind a number", reterr);
    }
    enum gql_token_kind kind = lexer->at == integer_end ? GQL_TOKEN_INT : GQL_TOKEN_FLOAT;
    return finish(lexer, kind, start, ret);
}

static enum err skip_escape(struct gql_lexer *lexer, struct error *reterr)
{
    struct gql_escape escape = gql_lexer_escape(rest(lexer));
    if (escape.length == 0) {
        lexer->fault_at = (uint32_t)lexer->at;
        return error_set(
            reterr, ERR_MALFORMED,
            "malformed escape in a string: known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t "
            "and \\u with four hexadecimal digits, surrogates in pairs");
    }
    lexer->at += escape.length;
    return ERR_OK;
}

static enum err unterminated(struct gql_lexer *lexer, size_t start, struct error *reterr)
{
    lexer->fault_at = (uint32_t)start;
    return error_set(reterr, ERR_MALFORMED, "unterminated string");
}

/* One character of a string or block string. */
static enum err
skip_string_character(struct gql_lexer *lexer, size_t start, bool block, struct error *reterr)
{
    char c = peek(lexer, 0);
    bool line_end = c == '\n' || c == '\r';
    if (lexer->at >= lexer->source.size || (line_end && !block)) {
        return unterminated(lexer, start, reterr);
    }
    if (c == '\\' && !block) {
        return skip_escape(lexer, reterr);
    }
    if (block && slice_starts_with(rest(lexer), SLICE("\\\"\"\""))) {
        lexer->at += 4;
        return ERR_OK;
    }
    size_t length = source_character(lexer);
    if (length == 0) {
        return unexpected(lexer, " in a string", reterr);
    }
    lexer->at += length;
    return ERR_OK;
}

static enum err read_string(struct gql_lexer *lexer, struct gql_token *ret, struct error *reterr)
{
    size_t start = lexer->at;
    bool block = slice_starts_with(rest(lexer), SLICE("\"\"\""));
    struct slice quote = block ? SLICE("\"\"\"") : SLICE("\"");
    lexer->at += quote.size;
    size_t inside = lexer->at;
    while (!slice_starts_with(rest(lexer), quote)) {
        enum err e = skip_string_character(lexer, start, block, reterr);
        if (e != ERR_OK) {
            return e;
        }
    }
    struct slice text = slice_of(lexer->source.data + inside, lexer->at - inside);
    lexer->at += quote.size;
    *ret = (struct gql_token){block ? GQL_TOKEN_BLOCK_STRING : GQL_TOKEN_STRING, (uint32_t)start,
                              text};
    return ERR_OK;
}

/* The punctuator that a character is; GQL_TOKEN_END if none. */
static enum gql_token_kind punctuator(char c)
{
    static const struct {
        char c;
        enum gql_token_kind kind;
    } marks[] = {
        {'!', GQL_TOKEN_BANG},          {'$', GQL_TOKEN_DOLLAR},      {'&', GQL_TOKEN_AMPERSAND},
        {'(', GQL_TOKEN_PAREN_OPEN},    {')', GQL_TOKEN_PAREN_CLOSE}, {':', GQL_TOKEN_COLON},
        {'=', GQL_TOKEN_EQUALS},        {'@', GQL_TOKEN_AT},          {'[', GQL_TOKEN_BRACKET_OPEN},
        {']', GQL_TOKEN_BRACKET_CLOSE}, {'{', GQL_TOKEN_BRACE_OPEN},  {'|', GQL_TOKEN_PIPE},
        {'}', GQL_TOKEN_BRACE_CLOSE},
    };
    for (size_t i = 0; i < ARRAY_COUNT(marks); i++) {
        if (marks[i].c == c) {
            return marks[i].kind;
        }
    }
    return GQL_TOKEN_END;
}

static enum err
read_punctuator(struct gql_lexer *lexer, struct gql_token *ret, struct error *reterr)
{
    size_t start = lexer->at;
    enum gql_token_kind kind = punctuator(peek(lexer, 0));
    size_t size = 1;
    if (kind == GQL_TOKEN_END && slice_starts_with(rest(lexer), SLICE("..."))) {
        kind = GQL_TOKEN_SPREAD;
        size = 3;
    }
    if (kind == GQL_TOKEN_END) {
        return unexpected(lexer, "", reterr);
    }
    lexer->at += size;
    return finish(lexer, kind, start, ret);
}

enum err gql_lexer_next(struct gql_lexer *lexer, struct gql_token *ret, struct error *reterr)
{
    enum err e = skip_ignored(lexer, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (lexer->at >= lexer->source.size) {
        return finish(lexer, GQL_TOKEN_END, lexer->at, ret);
    }
    if (++lexer->token_count > lexer->token_max) {
        lexer->fault_at = (uint32_t)lexer->at;
        return error_set(reterr, ERR_LIMIT, "the text has more than %zu tokens", lexer->token_max);
    }
    char c = peek(lexer, 0);
    if (is_name_start(c)) {
        return read_name(lexer, ret);
    }
    if (is_digit(c) || c == '-') {
        return read_number(lexer, ret, reterr);
    }
    if (c == '"') {
        return read_string(lexer, ret, reterr);
    }
    return read_punctuator(lexer, ret, reterr);
}
