/*
 * Tokens: what each text is cut into, what strings mean, and where the first fault is.
 */
#include "api/graphql/gql_lexer.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* The tokens of a text in short: kind letters with the meaning of names, numbers and strings. */
static const char *tokens_of(const char *text, struct arena *arena)
{
    static const char marks[] = ".!$&()~:=@[]{|}";
    static char out[1000];
    struct gql_lexer lexer;
    struct gql_token token = {.kind = GQL_TOKEN_NAME};
    struct error error = {0};
    size_t used = 0;
    gql_lexer_init(&lexer, slice_of_text(text), 100);
    while (token.kind != GQL_TOKEN_END) {
        if (gql_lexer_next(&lexer, &token, &error) != ERR_OK) {
            (void)snprintf(out, sizeof out, "%u: %s", lexer.fault_at, error.text);
            return out;
        }
        struct slice meaning = token.kind >= GQL_TOKEN_STRING ? gql_lexer_string(&token, arena)
                               : token.kind >= GQL_TOKEN_NAME ? token.text
                                                              : SLICE("");
        char mark = token.kind < GQL_TOKEN_NAME     ? marks[token.kind]
                    : token.kind == GQL_TOKEN_NAME  ? 'n'
                    : token.kind == GQL_TOKEN_INT   ? 'i'
                    : token.kind == GQL_TOKEN_FLOAT ? 'f'
                                                    : 's';
        used +=
            (size_t)snprintf(out + used, sizeof out - used, "%c%.*s ", mark, SLICE_ARGS(meaning));
    }
    return out;
}

static void expect(const char *text, const char *expected)
{
    struct arena arena;
    arena_init(&arena, 100000);
    const char *found = tokens_of(text, &arena);
    cr_expect(strcmp(found, expected) == 0, "%s\n found:    %s\n expected: %s", text, found,
              expected);
    arena_deinit(&arena);
}

Test(gql_lexer, marks_and_names)
{
    expect("", ". ");
    expect("\xef\xbb\xbf{a}", "{ na } . ");
    expect("! $ & ( ) ... : = @ [ ] { | }", "! $ & ( ) ~ : = @ [ ] { | } . ");
    expect("a _b C9 __x\t,\r\n d#c } {\ne", "na n_b nC9 n__x nd ne . ");
    expect("a#\xc3\xa9\xf0\x9f\x98\x80", "na . ");
}

Test(gql_lexer, marks_faults)
{
    expect(".", "0: unexpected \".\"");
    expect("a ..b", "2: unexpected \".\"");
    expect("a?", "1: unexpected \"?\"");
    expect("a \x01", "2: unexpected byte 0x01");
    expect("a \x7f", "2: unexpected \"\x7f\"");
    expect("\xc3\xa9", "0: unexpected \"\xc3\xa9\"");
    expect("\xff", "0: unexpected byte 0xff");
    expect("a \xef\xbb\xbf", "2: unexpected \"\xef\xbb\xbf\"");
    expect("#\x01", "1: unexpected byte 0x01 in a comment");
    expect("'a'", "0: unexpected \"'\"");
}

Test(gql_lexer, numbers)
{
    expect("0 -0 1 -12 900", "i0 i-0 i1 i-12 i900 . ");
    expect("0.5 -1.25 1e3 1E+3 2.5e-10", "f0.5 f-1.25 f1e3 f1E+3 f2.5e-10 . ");
    expect("1,2", "i1 i2 . ");
    expect("00", "1: unexpected \"0\" after a leading zero");
    expect("01", "1: unexpected \"1\" after a leading zero");
    expect("-", "1: unexpected the end of the text in a number, where a digit should stand");
    expect("+1", "0: unexpected \"+\"");
    expect("1.", "2: unexpected the end of the text in a number, where a digit should stand");
    expect("1.a", "2: unexpected \"a\" in a number, where a digit should stand");
    expect("1e", "2: unexpected the end of the text in a number, where a digit should stand");
    expect("1a", "1: unexpected \"a\" behind a number");
    expect("1.5.5", "3: unexpected \".\" behind a number");
    expect("1_", "1: unexpected \"_\" behind a number");
    expect("0x10", "1: unexpected \"x\" behind a number");
    expect(".5", "0: unexpected \".\"");
}

Test(gql_lexer, strings)
{
    expect("\"\"", "s . ");
    expect("\"a b\"\"c\"", "sa b sc . ");
    expect("\"\\\" \\\\ \\/ \\b \\f \\n \\r \\t\"", "s\" \\ / \b \f \n \r \t . ");
    expect("\"\\u0041\\u00e9\\u20AC\"", "sA\xc3\xa9\xe2\x82\xac . ");
    expect("\"\\uD83D\\ude00!\"", "s\xf0\x9f\x98\x80! . ");
    expect("\"\xf0\x9f\x98\x80 # no comment\"", "s\xf0\x9f\x98\x80 # no comment . ");
}

Test(gql_lexer, string_faults)
{
#define ESCAPE_FAULT                                                                               \
    "malformed escape in a string: known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four " \
    "hexadecimal digits, surrogates in pairs"
    expect("\"", "0: unterminated string");
    expect("a \"b", "2: unterminated string");
    expect("\"a\nb\"", "0: unterminated string");
    expect("\"a\rb\"", "0: unterminated string");
    expect("\"a\\\"", "0: unterminated string");
    expect("\"a\x02\"", "2: unexpected byte 0x02 in a string");
    expect("\"\xc3(\"", "1: unexpected byte 0xc3 in a string");
    expect("\"\\x\"", "1: " ESCAPE_FAULT);
    expect("\"\\u12\"", "1: " ESCAPE_FAULT);
    expect("\"\\u12g4\"", "1: " ESCAPE_FAULT);
    expect("\"\\u{41}\"", "1: " ESCAPE_FAULT);
    expect("\"a\\ud83d\"", "2: " ESCAPE_FAULT);
    expect("\"\\ud83dx\"", "1: " ESCAPE_FAULT);
    expect("\"\\ud83d\\u0041\"", "1: " ESCAPE_FAULT);
    expect("\"\\ude00\"", "1: " ESCAPE_FAULT);
}

Test(gql_lexer, block_strings)
{
    expect("\"\"\"\"\"\"", "s . ");
    expect("\"\"\"a\"\"\"", "sa . ");
    expect("\"\"\"a \"b\" \\n\"\"\"", "sa \"b\" \\n . ");
    expect("\"\"\"a\\\"\"\"b\"\"\"", "sa\"\"\"b . ");
    expect("\"\"\"\n    Hello,\n      World!\n\n    Yours,\n      GraphQL.\n  \"\"\"",
           "sHello,\n  World!\n\nYours,\n  GraphQL. . ");
    expect("\"\"\"  first\n  second\n    third\"\"\"", "s  first\nsecond\n  third . ");
    expect("\"\"\"\r\n\ta\r\n\tb\r\tc\n\n \n\"\"\"", "sa\nb\nc . ");
    expect("\"\"\"\n \n \n\"\"\"", "s . ");
    expect("\"\"\"  a\n\n\n  b  \"\"\"", "s  a\n\n\nb   . ");
    expect("\"\"\"a", "0: unterminated string");
    expect("\"\"\"a\"\"", "0: unterminated string");
    expect("\"\"\"a\x01\"\"\"", "4: unexpected byte 0x01 in a string");
}

Test(gql_lexer, token_limit)
{
    struct gql_lexer lexer;
    struct gql_token token;
    struct error error = {0};
    gql_lexer_init(&lexer, SLICE("a b c"), 2);
    cr_assert(gql_lexer_next(&lexer, &token, &error) == ERR_OK);
    cr_assert(gql_lexer_next(&lexer, &token, &error) == ERR_OK);
    cr_assert(gql_lexer_next(&lexer, &token, &error) == ERR_LIMIT);
    cr_assert_str_eq(error.text, "the text has more than 2 tokens");
    cr_assert(lexer.fault_at == 4);
}
