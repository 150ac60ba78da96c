/*
 * What resolvers get: literals and variables against declared types. The field `echo` answers its
 * arguments as it got them.
 */
#include "tests/unit/api/gql_fixture.h"

struct echo_case {
    const char *arguments; /* of echo; "(...)" */
    const char *expected;  /* the arguments as JSON, without `strict` and `kept` */
};

#define TAIL "\"strict\":[],\"kept\":5}}}"

Test(gql_coerce, literals)
{
    static const struct echo_case cases[] = {
        {"(int: -7)", "\"int\":-7,"},
        {"(float: 1)", "\"float\":1,"},
        {"(float: -1.5e2)", "\"float\":-150,"},
        {"(float: 123456789012345678901234567890)", "\"float\":1.2345678901234568e+29,"},
        {"(string: \"a\\u00e9\\n\")", "\"string\":\"a\xc3\xa9\\n\","},
        {"(string: \"\"\"\n  a\n   b\n\"\"\")", "\"string\":\"a\\n b\","},
        {"(boolean: false)", "\"boolean\":false,"},
        {"(id: 12)", "\"id\":\"12\","},
        {"(id: \"x\")", "\"id\":\"x\","},
        {"(genre: POETRY)", "\"genre\":\"POETRY\","},
        {"(time: \"1970-01-01T00:00:01.5+00:00\")", "\"time\":1500000,"},
        {"(date: \"1970-01-02\")", "\"date\":86400000000,"},
        {"(uuid: \"01234567-89AB-cdef-0123-456789abcdef\")",
         "\"uuid\":\"01234567-89ab-cdef-0123-456789abcdef\","},
        {"(json: \"{\\\"a\\\": 1}\")", "\"json\":\"{\\\"a\\\": 1}\","},
        {"(any: {a: [1, \"x\", null, true, 2.5], b: {}, c: WORD})",
         "\"any\":{\"a\":[1,\"x\",null,true,2.5],\"b\":{},\"c\":\"WORD\"},"},
        {"(big: 9223372036854775807)", "\"big\":9223372036854775807,"},
        {"(big: \"-9223372036854775808\")", "\"big\":-9223372036854775808,"},
        {"(decimal: 1.10)", "\"decimal\":\"1.10\","},
        {"(decimal: 3)", "\"decimal\":\"3\","},
        {"(decimal: \"-0.5\")", "\"decimal\":\"-0.5\","},
        {"(ints: 1)", "\"ints\":[1],"},
        {"(ints: [1, null, 2])", "\"ints\":[1,null,2],"},
        {"(ints: [])", "\"ints\":[],"},
        {"(nested: 1)", "\"nested\":[[1]],"},
        {"(nested: [[1, 2], null, 3])", "\"nested\":[[1,2],null,[3]],"},
        {"(filter: {pages: 1, title: \"t\", tags: \"x\"})",
         "\"filter\":{\"title\":\"t\",\"pages\":1,\"tags\":[\"x\"],\"limit\":10},"},
        {"(filter: {sort: {field: \"f\"}, and: [{limit: 1}]})",
         "\"filter\":{\"and\":[{\"limit\":1}],\"sort\":{\"field\":\"f\",\"direction\":\"ASC\"},"
         "\"limit\":10},"},
        /* null is the same as nothing, so that defaults apply */
        {"(int: null, filter: {title: null, sort: {field: \"f\", direction: null}}, kept: null)",
         "\"filter\":{\"sort\":{\"field\":\"f\",\"direction\":\"ASC\"},\"limit\":10},"},
    };
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arena *arena = &fixture.arena;
        struct slice query = arena_format(arena, "{ echo%s }", cases[i].arguments);
        struct slice answer =
            arena_format(arena, "{\"data\":{\"echo\":{%s" TAIL, cases[i].expected);
        EXPECT_ANSWER(&fixture, arena_text(arena, query), NULL, arena_text(arena, answer));
    }
    gql_fixture_deinit(&fixture);
}

struct variable_case {
    const char *type;  /* of $v, with its default if it has one */
    const char *place; /* argument that gets it */
    const char *given; /* the variables */
    const char *expected;
};

/* Runs each case. Starting with '{' the expectation is a whole answer, else the echoed argument. */
static void check_variables(const struct variable_case *cases, size_t count)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    for (size_t i = 0; i < count; i++) {
        struct arena *arena = &fixture.arena;
        bool whole = cases[i].expected[0] == '{';
        struct slice query =
            arena_format(arena, "query ($v: %s) { echo(%s: $v) }", cases[i].type, cases[i].place);
        struct slice answer = arena_format(arena, "%s%s%s", whole ? "" : "{\"data\":{\"echo\":{",
                                           cases[i].expected, whole ? "" : TAIL);
        EXPECT_ANSWER(&fixture, arena_text(arena, query), cases[i].given,
                      arena_text(arena, answer));
    }
    gql_fixture_deinit(&fixture);
}

Test(gql_coerce, variables)
{
    static const struct variable_case cases[] = {
        {"Int", "int", "{\"v\": 3}", "\"int\":3,"},
        {"Int", "int", "{\"v\": 3.0}", "\"int\":3,"},
        {"Int", "int", "{}", ""},
        {"Int", "int", NULL, ""},
        {"Int", "int", "{\"v\": null}", ""},
        {"Int = 4", "int", "{}", "\"int\":4,"},
        {"Int = 4", "int", "{\"v\": null}", "\"int\":4,"},
        {"Int = 4", "int", "{\"v\": 5}", "\"int\":5,"},
        {"Int", "int", "{\"v\": 3, \"undeclared\": {\"x\": []}}", "\"int\":3,"},
        {"Float", "float", "{\"v\": 3}", "\"float\":3,"},
        {"ID", "id", "{\"v\": 3}", "\"id\":\"3\","},
        {"ID!", "id", "{\"v\": \"x\"}", "\"id\":\"x\","},
        {"Genre", "genre", "{\"v\": \"NOVEL\"}", "\"genre\":\"NOVEL\","},
        {"DateTime", "time", "{\"v\": \"1970-01-01T01:00:00+01:00\"}", "\"time\":0,"},
        {"BigInt", "big", "{\"v\": \"12\"}", "\"big\":12,"},
        {"BigInt", "big", "{\"v\": 12.0}", "\"big\":12,"},
        {"Decimal", "decimal", "{\"v\": 0.1}", "\"decimal\":\"0.1\","},
        {"JSONOrString", "any", "{\"v\": {\"a\": [1, {\"b\": null}]}}",
         "\"any\":{\"a\":[1,{\"b\":null}]},"},
        {"[Int]", "ints", "{\"v\": 1}", "\"ints\":[1],"},
        {"[Int]", "ints", "{\"v\": [1, null]}", "\"ints\":[1,null],"},
        {"[[Int!]]", "nested", "{\"v\": [[1], null, 2]}", "\"nested\":[[1],null,[2]],"},
        {"Filter", "filter", "{\"v\": {\"limit\": 2, \"title\": null, \"and\": {\"pages\": 1}}}",
         "\"filter\":{\"and\":[{\"pages\":1,\"limit\":10}],\"limit\":2},"},
        {"Filter = {pages: 3}", "filter", "{}", "\"filter\":{\"pages\":3,\"limit\":10},"},
    };
    check_variables(cases, ARRAY_COUNT(cases));
}

#define ANSWER(message)                                                                            \
    "{\"errors\":[{\"message\":\"variable \\\"$v\\\"" message                                      \
    "\",\"locations\":[{\"line\":1,\"column\":8}],\"extensions\":{\"code\":\"INVALID\"}}]}"

Test(gql_coerce, wrong_variables)
{
    static const struct variable_case cases[] = {
        {"Int!", "int", "{}", ANSWER(": a value of type \\\"Int!\\\" is required")},
        {"Int!", "int", "{\"v\": null}", ANSWER(": a value of type \\\"Int!\\\" is required")},
        {"Int", "int", "{\"v\": \"secret\"}",
         ANSWER(": expected a whole number of 32 bits for type \\\"Int\\\", found a text")},
        {"Int", "int", "{\"v\": 2147483648}",
         ANSWER(": expected a whole number of 32 bits for type \\\"Int\\\", found an integer")},
        {"Int", "int", "{\"v\": 1.5}",
         ANSWER(": expected a whole number of 32 bits for type \\\"Int\\\", found a number")},
        {"Boolean", "boolean", "{\"v\": 1}",
         ANSWER(": expected true or false for type \\\"Boolean\\\", found an integer")},
        {"Genre", "genre", "{\"v\": \"novel\"}",
         ANSWER(": expected one of the enum's values for type \\\"Genre\\\", found a text")},
        {"[Int!]", "ints", "{\"v\": [1, null]}",
         ANSWER(" at \\\"[1]\\\": expected a value of type \\\"Int!\\\", found null")},
        {"Filter", "filter", "{\"v\": []}",
         ANSWER(": expected an object for type \\\"Filter\\\", found a list")},
        {"Filter", "filter", "{\"v\": {\"and\": [{}, {\"sort\": {}}]}}",
         ANSWER(" at \\\"and[1].sort.field\\\": a value of type \\\"String!\\\" is required")},
        {"Filter", "filter", "{\"v\": {\"and\": [{\"nope\": 1}]}}",
         ANSWER(" at \\\"and[0]\\\": field \\\"nope\\\" is not defined by input type "
                "\\\"Filter\\\"")},
        {"JSONString", "json", "{\"v\": \"{\"}",
         ANSWER(": expected a text that is JSON for type \\\"JSONString\\\", found a text")},
        {"BigInt", "big", "{\"v\": \"9223372036854775808\"}",
         ANSWER(": expected a whole number of 64 bits, or one as text for type \\\"BigInt\\\", "
                "found a text")},
    };
    check_variables(cases, ARRAY_COUNT(cases));
}

/* Variables inside literals, and what happens when they have no value. */
Test(gql_coerce, variables_inside_literals)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    const char *query = "query ($i: Int, $s: String = \"d\", $l: Int) {"
                        " echo(ints: [1, $i], any: {a: [1]}, filter: {title: $s, limit: $l}) }";
    EXPECT_ANSWER(
        &fixture, query, "{\"i\": 2, \"s\": \"t\", \"l\": 9}",
        "{\"data\":{\"echo\":{\"any\":{\"a\":[1]},\"filter\":{\"title\":\"t\",\"limit\":9},"
        "\"ints\":[1,2]," TAIL);
    EXPECT_ANSWER(
        &fixture, query, NULL,
        "{\"data\":{\"echo\":{\"any\":{\"a\":[1]},\"filter\":{\"title\":\"d\",\"limit\":10},"
        "\"ints\":[1,null]," TAIL);
    gql_fixture_deinit(&fixture);
}

/* A nullable variable with a default may stand at a place that needs a value; an explicit null
 * counts as not given, so the default holds there too. */
Test(gql_coerce, nullable_variable_at_required_place)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    EXPECT_ANSWER(&fixture, "query ($i: Int = 3) { echo(strict: [$i]) }", "{\"i\": null}",
                  "{\"data\":{\"echo\":{\"strict\":[3],\"kept\":5}}}");
    EXPECT_ANSWER(
        &fixture,
        "query ($r: String) { book(id: "
        "\"Qm9vazowMjAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDA=\") { allows(role: $r) } }",
        NULL, "{\"data\":{\"book\":{\"allows\":true}}}");
    gql_fixture_deinit(&fixture);
}

/* Texts of variables are copied: the request's memory may go while a mutation waits. */
Test(gql_coerce, variables_are_copied)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    cr_assert(gql_fixture_run(
                  &fixture,
                  "mutation ($t: String!) { addBook(input: {title: $t}) { book { title pages } } }",
                  "{\"t\": \"kept\"}") == NULL);
    arena_deinit(&fixture.arena); /* the variables are gone */
    library_complete(&fixture.library, ERR_OK);
    cr_expect_str_eq(gql_fixture_text(&fixture),
                     "{\"data\":{\"addBook\":{\"book\":{\"title\":\"kept\",\"pages\":100}}}}");
    gql_fixture_deinit(&fixture);
}
