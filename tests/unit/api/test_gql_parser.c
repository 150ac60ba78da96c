/*
 * Which texts are GraphQL, and where the first fault is. What the tree holds is seen by everything
 * that works on it (validation, execution, introspection).
 */
#include "api/graphql/gql_parser.h"

#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_print_priv.h"
#include "core/base/memory.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* Parses with the limits of executable documents. Returns: "" or "line:column message". */
static const char *parse(struct slice text, struct arena *arena, struct gql_ast_document **ret)
{
    static char out[600];
    struct gql_errors errors;
    gql_errors_init(&errors, arena, SLICE(""));
    enum err e = gql_parser_parse(text, &gql_parser_executable, arena, ret, &errors);
    cr_assert((e == ERR_OK) == (errors.first == NULL));
    if (e == ERR_OK) {
        return "";
    }
    cr_assert(e == errors.first->code);
    (void)snprintf(out, sizeof out, "%u:%u %.*s", errors.first->locations[0].line,
                   errors.first->locations[0].column, SLICE_ARGS(errors.first->message));
    return out;
}

static void expect(const char *text, const char *expected)
{
    struct arena arena;
    struct gql_ast_document *document = NULL;
    arena_init(&arena, GQL_DOCUMENT_BYTES_MAX);
    const char *found = parse(slice_of_text(text), &arena, &document);
    cr_expect(strcmp(found, expected) == 0, "%s\n found:    %s\n expected: %s", text, found,
              expected);
    arena_deinit(&arena);
}

Test(gql_parser, executable_definitions)
{
    static const char *const right[] = {
        "{a}",
        "query{a}",
        "query Q{a}",
        "query Q($a:Int){a}",
        "query($a:[[Int!]!]! = [1] @d, $b:B=null){a}",
        "mutation M @d(x:1) @e {a}",
        "subscription{a}",
        "{a b:c(x:1,y:$z) @d {e}}",
        "{...F ...F @d ...on T{a} ...@d{a} ...{a}}",
        "fragment F on T @d {a}",
        "{query mutation fragment on true null type: input}",
        "query on {on}",
        "{a(x:[],y:{},z:[1,[2.5,\"s\",null,true,E,{q:$v}]])}",
        "{a(x: \"\"\"block\"\"\")}",
        "{a} fragment query on on {on}",
    };
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        expect(right[i], "");
    }
}

Test(gql_parser, executable_faults)
{
    expect("", "1:1 syntax error: expected a definition, found the end of the text");
    expect("  # only a comment",
           "1:19 syntax error: expected a definition, found the end of the text");
    expect("foo", "1:1 syntax error: expected a definition, found \"foo\"");
    expect("{", "1:2 syntax error: expected \"}\", found the end of the text");
    expect("{}", "1:2 syntax error: expected a selection, found \"}\"");
    expect("{a{}}", "1:4 syntax error: expected a selection, found \"}\"");
    expect("{a}}", "1:4 syntax error: expected a definition, found \"}\"");
    expect("{a:}", "1:4 syntax error: expected a name, found \"}\"");
    expect("{a()}", "1:4 syntax error: expected an argument, found \")\"");
    expect("{a(x)}", "1:5 syntax error: expected \":\", found \")\"");
    expect("{a(x:)}", "1:6 syntax error: expected a value, found \")\"");
    expect("{a(x:1}", "1:7 syntax error: expected a name, found \"}\"");
    expect("{a(x:[1}", "1:8 syntax error: expected a value, found \"}\"");
    expect("{a(x:{y})}", "1:8 syntax error: expected \":\", found \"}\"");
    expect("{a(x:$)}", "1:7 syntax error: expected the variable's name, found \")\"");
    expect("{a(x:@)}", "1:6 syntax error: expected a value, found \"@\"");
    expect("{a @}", "1:5 syntax error: expected a name, found \"}\"");
    expect("{...on{a}}", "1:7 syntax error: expected a name, found \"{\"");
    expect("{...}", "1:5 syntax error: expected \"{\", found \"}\"");
    expect("query(){a}", "1:7 syntax error: expected a variable, found \")\"");
    expect("query($a){a}", "1:9 syntax error: expected \":\", found \")\"");
    expect("query($a:){a}", "1:10 syntax error: expected a type, found \")\"");
    expect("query($a:[Int){a}", "1:14 syntax error: expected \"]\", found \")\"");
    expect("query($a:Int!!){a}", "1:14 syntax error: expected \"$\", found \"!\"");
    expect("query($a:Int=$b){a}",
           "1:14 syntax error: expected a value without variables, found \"$\"");
    expect("query($a:Int @d(x:$b)){a}",
           "1:19 syntax error: expected a value without variables, found \"$\"");
    expect("query Q", "1:8 syntax error: expected \"{\", found the end of the text");
    expect("fragment on on T{a}",
           "1:10 syntax error: expected the fragment's name, which cannot be \"on\", found \"on\"");
    expect("fragment F T{a}",
           "1:12 syntax error: expected \"on\" and the fragment's type, found \"T\"");
    expect("{a(x:\"\\q\")}", "1:7 syntax error: malformed escape in a string: known are \\\" \\\\ "
                             "\\/ \\b \\f \\n \\r \\t "
                             "and \\u with four hexadecimal digits, surrogates in pairs");
    expect("{\n  \xc3\xa9 \r\n}", "2:3 syntax error: unexpected \"\xc3\xa9\"");
    expect("{ a # \xc3\xa9\r\n\xc3\xa9", "2:1 syntax error: unexpected \"\xc3\xa9\"");
    expect("{\"\xc3\xa9\xc3\xa9\" 1}", "1:2 syntax error: expected a name, found a string");
}

Test(gql_parser, type_system)
{
    static const char *const right[] = {
        "\"d\" type A implements & B & C @d {\"d\" a(\"d\" x:Int=1 @d):[Int!]! @d}",
        "interface A implements B {a:Int} union U @d = | A | B union V",
        "enum E @d {A @d \"d\" B} input I @d {a:Int=1 @d} scalar S @d",
        "directive @d(a:Int=1) repeatable on |FIELD|QUERY",
        "\"\"\"d\"\"\" schema @d {query:Q mutation:M subscription:S}",
        "extend type A implements B extend type A @d extend type A {a:Int} extend schema @d",
        "extend union U = A extend enum E {A} extend input I {a:Int} extend scalar S @d",
        "type type {type:type} type A",
    };
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        expect(right[i], "");
    }
    expect("\"d\" query {a}",
           "1:5 syntax error: expected a type system definition, found \"query\"");
    expect("\"d\" extend type A {a:Int}",
           "1:5 syntax error: expected a type system definition, found \"extend\"");
    expect("extend type A",
           "1:14 syntax error: expected what the extension adds, found the end of the text");
    expect("extend directive @d on FIELD",
           "1:8 syntax error: expected a type system definition, found \"directive\"");
    expect("type A {}", "1:9 syntax error: expected a name, found \"}\"");
    expect("type A {a}", "1:10 syntax error: expected \":\", found \"}\"");
    expect("type A {a():Int}", "1:11 syntax error: expected a name, found \")\"");
    expect("type A implements {a:Int}", "1:19 syntax error: expected a name, found \"{\"");
    expect("type A implements B C {a:Int}",
           "1:21 syntax error: expected a definition, found \"C\"");
    expect("union U =", "1:10 syntax error: expected a name, found the end of the text");
    expect("union U = A |", "1:14 syntax error: expected a name, found the end of the text");
    expect("enum E {A null}", "1:11 syntax error: \"null\" cannot be an enum value");
    expect("input I {a(x:Int):Int}", "1:11 syntax error: expected \":\", found \"(\"");
    expect("directive @d", "1:13 syntax error: expected \"on\" and the directive's locations, "
                           "found the end of the text");
    expect("directive d on FIELD", "1:11 syntax error: expected \"@\", found \"d\"");
    expect("schema {}",
           "1:9 syntax error: expected \"query\", \"mutation\" or \"subscription\", found \"}\"");
    expect("schema {a:B}",
           "1:9 syntax error: expected \"query\", \"mutation\" or \"subscription\", found \"a\"");
}

Test(gql_parser, literals_are_kept)
{
    struct arena arena;
    struct buf out;
    struct gql_ast_document *document = NULL;
    arena_init(&arena, GQL_DOCUMENT_BYTES_MAX);
    buf_init(&out, 1000);
    const char *text =
        "{a(x: [1, -2.5e3, \"q\\\"\\u0041\", \"\"\"\n  b\n\"\"\", true, null, E, {y: $z, w: []}])}";
    cr_assert_str_eq(parse(slice_of_text(text), &arena, &document), "");
    gql_print_value(&out, document->operations->selections->arguments->value);
    cr_assert_str_eq(arena_text(&arena, buf_slice(&out)),
                     "[1, -2.5e3, \"q\\\"A\", \"b\", true, null, E, {y: $z, w: []}]");
    cr_assert(document->operations->selections->arguments->value->has_variable);
    buf_deinit(&out);
    arena_deinit(&arena);
}

/* A text of `before`, `count` times `piece`, `after`. */
static void expect_repeated(
    const char *before, const char *piece, size_t count, const char *after, const char *expected)
{
    struct arena arena;
    struct buf text;
    struct gql_ast_document *document = NULL;
    arena_init(&arena, GQL_DOCUMENT_BYTES_MAX);
    buf_init(&text, 1 * MIB);
    buf_put_text(&text, before);
    for (size_t i = 0; i < count; i++) {
        buf_put_text(&text, piece);
    }
    buf_put_text(&text, after);
    const char *found = parse(buf_slice(&text), &arena, &document);
    cr_expect(strcmp(found, expected) == 0, "%zu times %s\n found:    %s\n expected: %s", count,
              piece, found, expected);
    buf_deinit(&text);
    arena_deinit(&arena);
}

/* Each limit: what just fits, and what is one more. The text of lists is left open where only the
 * depth matters; the closing brackets are what is missed then. */
Test(gql_parser, limits)
{
    expect_repeated("{a", " ", GQL_TEXT_BYTES_MAX - 3, "}", "");
    expect_repeated("{a", " ", GQL_TEXT_BYTES_MAX - 2, "}",
                    "0:0 the text has 65537 bytes, at most 65536 are allowed");
    expect_repeated("{", "a,", GQL_TOKENS_MAX - 2, "}", "");
    expect_repeated("{", "a,", GQL_TOKENS_MAX - 1, "}",
                    "1:32768 the text has more than 16384 tokens");
    expect_repeated("{a(x:", "[", GQL_VALUE_DEPTH_MAX, "",
                    "1:34 syntax error: expected \"]\", found the end of the text");
    expect_repeated("{a(x:", "[", GQL_VALUE_DEPTH_MAX + 1, "",
                    "1:34 a value is nested over 28 levels");
    expect_repeated("{a(x:", "{y:", GQL_VALUE_DEPTH_MAX + 1, "",
                    "1:90 a value is nested over 28 levels");
    expect_repeated("query($a:", "[", GQL_TYPE_DEPTH_MAX - 1, "",
                    "1:17 syntax error: expected a type, found the end of the text");
    expect_repeated("query($a:", "[", GQL_TYPE_DEPTH_MAX, "",
                    "1:18 a type is nested over 8 levels");
    expect_repeated("", "{a", GQL_NESTING_MAX, "",
                    "1:129 syntax error: expected \"}\", found the end of the text");
    expect_repeated("", "{a", GQL_NESTING_MAX + 1, "",
                    "1:130 selections are nested over 64 levels");
    expect_repeated("", "{...", GQL_NESTING_MAX + 1, "",
                    "1:258 selections are nested over 64 levels");
    expect_repeated("{a(", "x:1 ", GQL_MEMBERS_MAX, ")}", "");
    expect_repeated("{a(", "x:1 ", GQL_MEMBERS_MAX + 1, ")}",
                    "1:1032 more than 256 arguments at one place");
    expect_repeated("{a(x:{", "y:1 ", GQL_MEMBERS_MAX + 1, "})}",
                    "1:1035 more than 256 fields at one place");
    expect_repeated("{a", "@d", GQL_MEMBERS_MAX, "}", "");
    expect_repeated("{a", "@d", GQL_MEMBERS_MAX + 1, "}",
                    "1:517 more than 256 directives at one place");
    expect_repeated("query(", "$v:I ", GQL_MEMBERS_MAX + 1, "){a}",
                    "1:1292 more than 256 variables at one place");
    expect_repeated("", "{a}", GQL_OPERATIONS_MAX, "", "");
    expect_repeated("", "{a}", GQL_OPERATIONS_MAX + 1, "",
                    "1:151 more than 50 operations in one document");
    expect_repeated("", "fragment F on T{a}", GQL_FRAGMENTS_MAX, "", "");
    expect_repeated("", "fragment F on T{a}", GQL_FRAGMENTS_MAX + 1, "",
                    "1:3601 more than 200 fragments in one document");
}

/* Every allocation may fail; the parse then ends with an error and leaks nothing. */
Test(gql_parser, without_memory)
{
    const char *text =
        "query Q($a:[Int!]=[1]) @d {a(x:\"\\n\") {...F ...on T{b}}} fragment F on T{c}"
        "\"d\" type A {a(x:I={y:\"\"\"z\"\"\"}):Int}";
    bool parsed = false;
    for (long count = 0; !parsed; count++) {
        struct arena arena;
        struct gql_ast_document *document = NULL;
        cr_assert(count < 100);
        arena_init(&arena, GQL_DOCUMENT_BYTES_MAX);
        struct gql_errors errors;
        gql_errors_init(&errors, &arena, SLICE(""));
        memory_fail_after(count);
        enum err e = gql_parser_parse(slice_of_text(text), &gql_parser_executable, &arena,
                                      &document, &errors);
        memory_fail_after(-1);
        parsed = e == ERR_OK;
        cr_assert(parsed || (e == ERR_LIMIT && !gql_errors_none(&errors)));
        arena_deinit(&arena);
    }
}

/* The arena's cap instead of the heap's end: it is met at every size on the way. */
Test(gql_parser, small_arenas)
{
    const char *text =
        "query Q($a:[Int!]=[1]) @d {a(x:\"\\n\") {...F ...on T{b}}} fragment F on T{c}"
        "\"d\" type A {a(x:I={y:\"\"\"z\"\"\"}):Int}";
    bool parsed = false;
    for (size_t cap = 16; !parsed; cap += 16) {
        struct arena arena;
        struct arena messages;
        struct gql_ast_document *document = NULL;
        struct gql_errors errors;
        cr_assert(cap < 100000);
        arena_init(&arena, cap);
        arena_init(&messages, 10000);
        gql_errors_init(&errors, &messages, SLICE(""));
        enum err e = gql_parser_parse(slice_of_text(text), &gql_parser_executable, &arena,
                                      &document, &errors);
        parsed = e == ERR_OK;
        cr_assert(parsed || (e == ERR_LIMIT && errors.count == 1));
        arena_deinit(&arena);
        arena_deinit(&messages);
    }
}
