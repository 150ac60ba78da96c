/*
 * Every rule of section 5 of the specification: a document that keeps it, one that breaks it, the
 * message and the place.
 */
#include "tests/unit/api/gql_fixture.h"

struct rule_case {
    const char *query;
    const char *faults; /* "" when it is right */
};

static void check(const struct rule_case *cases, size_t count)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    for (size_t i = 0; i < count; i++) {
        EXPECT_FAULTS(&fixture, cases[i].query, cases[i].faults);
    }
    gql_fixture_deinit(&fixture);
}

#define CHECK(...)                                                                                 \
    do {                                                                                           \
        static const struct rule_case cases_[] = {__VA_ARGS__};                                    \
        check(cases_, ARRAY_COUNT(cases_));                                                        \
    } while (0)

#define BOOK "book(id: 1) "

Test(gql_validate, executable_definitions)
{
    CHECK({"{ __typename }", ""},
          {"{ __typename } type A { a: Int }", "1:21 the definition of \"A\" cannot be executed"},
          {"{ __typename } extend type Book { a: Int }",
           "1:28 the definition of \"Book\" cannot be executed"},
          {"{ __typename } directive @d on FIELD schema { query: Query }",
           "1:26 the definition of \"@d\" cannot be executed | "
           "1:38 a schema definition cannot be executed"},
          {"fragment F on Book { id }",
           " the document holds no operation | 1:1 fragment \"F\" is not used"});
}

Test(gql_validate, operation_names)
{
    CHECK(
        {"query A { __typename } mutation B { __typename }", ""},
        {"query A { __typename } mutation A { __typename }", "1:24 two operations are named \"A\""},
        {"{ __typename } query A { __typename }",
         "1:1 an operation without a name must be the only one"},
        {"{ __typename } query { __typename }",
         "1:1 an operation without a name must be the only one | "
         "1:16 an operation without a name must be the only one"},
        {"subscription { a }", "1:1 this API has no subscriptions"});
}

Test(gql_validate, field_selections)
{
    CHECK({"{ " BOOK "{ id author { name } } }", ""},
          {"{ nope }", "1:3 Cannot query field \"nope\" on type \"Query\"."},
          {"{ x: nope }", "1:6 Cannot query field \"nope\" on type \"Query\"."},
          {"{ " BOOK "{\n  nope\n  author { nope } } }",
           "2:3 Cannot query field \"nope\" on type \"Book\". | "
           "3:12 Cannot query field \"nope\" on type \"Author\"."},
          {"{ things { __typename ... on Book { title } } }", ""},
          {"{ things { id } }", "1:12 Cannot query field \"id\" on type \"Thing\"."},
          {"{ node(id: 1) { id ... on Book { title } } }", ""},
          {"{ node(id: 1) { title } }", "1:17 Cannot query field \"title\" on type \"Node\"."},
          {"{ " BOOK "{ ...F } } fragment F on Book { nope }",
           "1:47 Cannot query field \"nope\" on type \"Book\"."},
          {"{ __schema { queryType { name } } __type(name: \"Book\") { kind } }", ""},
          {"mutation { __schema { queryType { name } } }",
           "1:12 Cannot query field \"__schema\" on type \"Mutation\"."});
}

Test(gql_validate, leaf_selections)
{
    CHECK({"{ " BOOK "{ title } }", ""},
          {"{ " BOOK "}", "1:3 field \"book\" of type \"Book\" needs a selection of fields"},
          {"{ things }", "1:3 field \"things\" of type \"[Thing!]!\" needs a selection of fields"},
          {"{ " BOOK "{ title { x } } }",
           "1:25 field \"title\" of type \"String!\" has no fields to select"},
          {"{ " BOOK "{ genre { x } } }",
           "1:25 field \"genre\" of type \"Genre\" has no fields to select"});
}

Test(gql_validate, argument_names)
{
    CHECK({"{ books(first: 1, after: \"\") { totalCount } }", ""},
          {"{ books(second: 1) { totalCount } }",
           "1:9 argument \"second\" is not defined by field \"Query.books\""},
          {"{ __typename @skip(if: true, unless: 1) }",
           "1:30 argument \"unless\" is not defined by directive \"@skip\""},
          {"{ things { ... on Author { books(upTo: 1) { totalCount } } } }",
           "1:34 argument \"upTo\" is not defined by field \"Author.books\""});
}

Test(gql_validate, argument_uniqueness)
{
    CHECK({"{ books(first: 1, first: 1) { totalCount } }",
           "1:19 argument \"first\" stands twice on field \"Query.books\""},
          {"{ __typename @tag(name: \"a\", name: \"a\") }",
           "1:30 argument \"name\" stands twice on directive \"@tag\""});
}

Test(gql_validate, required_arguments)
{
    CHECK({"{ book { id } }",
           "1:3 argument \"id\" of type \"ID!\" is required by field \"Query.book\""},
          {"{ book(id: null) { id } }", "1:12 expected a value of type \"ID!\", found null"},
          {"{ " BOOK "{ allows } }", ""},
          {"{ " BOOK "{ allows(role: null) } }",
           "1:30 expected a value of type \"String!\", found null"},
          {"{ __typename @skip }",
           "1:14 argument \"if\" of type \"Boolean!\" is required by directive \"@skip\""},
          {"mutation { addBook { errors } }",
           "1:12 argument \"input\" of type \"AddBookInput!\" is required by field "
           "\"Mutation.addBook\""});
}

Test(gql_validate, fragment_names)
{
    CHECK({"{ " BOOK "{ ...A ...B } } fragment A on Book { id } fragment B on Book { id }", ""},
          {"{ " BOOK "{ ...A } } fragment A on Book { id } fragment A on Book { title }",
           "1:52 two fragments are named \"A\" | 1:52 fragment \"A\" is not used"});
}

Test(gql_validate, fragment_types)
{
    CHECK({"{ " BOOK "{ ... on Node { id } ... on Thing { __typename } ... { id } } }", ""},
          {"{ " BOOK "{ ... on Missing { id } } }", "1:24 unknown type \"Missing\""},
          {"{ " BOOK "{ ...F } } fragment F on Missing { id }", "1:40 unknown type \"Missing\""},
          {"{ " BOOK "{ ... on Genre { id } } }",
           "1:24 a fragment cannot be on type \"Genre\", which has no fields"},
          {"{ " BOOK "{ ...F } } fragment F on Filter { id }",
           "1:40 fragment \"F\" cannot be on type \"Filter\", which has no fields"});
}

Test(gql_validate, fragments_used)
{
    CHECK({"{ " BOOK "{ ...A } } fragment A on Book { ...B } fragment B on Book { id }", ""},
          {"{ " BOOK "{ id } } fragment A on Book { id }", "1:24 fragment \"A\" is not used"},
          {"{ " BOOK "{ id } } fragment A on Book { ...B } fragment B on Book { id }",
           "1:24 fragment \"A\" is not used | 1:52 fragment \"B\" is not used"});
}

Test(gql_validate, spread_targets)
{
    CHECK({"{ " BOOK "{ ...Missing } }", "1:20 fragment \"Missing\" is not defined"});
}

Test(gql_validate, spread_cycles)
{
    CHECK(
        {"{ " BOOK "{ ...A } } fragment A on Book { ...A }", "1:47 fragment \"A\" contains itself"},
        {"{ " BOOK "{ ...A } } fragment A on Book { self { ...B } } "
         "fragment B on Book { ... { ...A } }",
         "1:90 fragment \"A\" contains itself"},
        {"{ " BOOK "{ id } } fragment A on Book { ...A }",
         "1:24 fragment \"A\" is not used | 1:45 fragment \"A\" contains itself"});
}

Test(gql_validate, spreads_possible)
{
    CHECK({"{ node(id: 1) { ... on Book { id } ...A } } fragment A on Author { id }", ""},
          {"{ things { ... on Node { id } } }", ""},
          {"{ " BOOK "{ ... on Author { id } } }",
           "1:17 a fragment on \"Author\" never applies to type \"Book\""},
          {"{ " BOOK "{ ...A } } fragment A on Author { id }",
           "1:17 a fragment on \"Author\" never applies to type \"Book\""},
          {"{ things { ... on PageInfo { hasNextPage } } }",
           "1:12 a fragment on \"PageInfo\" never applies to type \"Thing\""});
}

Test(gql_validate, values_of_correct_type)
{
    CHECK(
        {"{ echo(int: 1, float: 2, string: \"s\", boolean: true, id: 7, genre: NOVEL, ints: [1, "
         "null],"
         " nested: [[1]], strict: 3) }",
         ""},
        {"{ echo(int: 2147483648) }",
         "1:13 expected a whole number of 32 bits for type \"Int\", found a whole number"},
        {"{ echo(int: 1.0) }", "1:13 expected a whole number of 32 bits for type \"Int\", found a "
                               "number with a fraction"},
        {"{ echo(int: \"1\") }",
         "1:13 expected a whole number of 32 bits for type \"Int\", found a text"},
        {"{ echo(float: true) }", "1:15 expected a number for type \"Float\", found a boolean"},
        {"{ echo(string: 1) }", "1:16 expected a text for type \"String\", found a whole number"},
        {"{ echo(string: NOVEL) }",
         "1:16 expected a text for type \"String\", found an enum value"},
        {"{ echo(boolean: 1) }",
         "1:17 expected true or false for type \"Boolean\", found a whole number"},
        {"{ echo(id: 1.5) }",
         "1:12 expected a text or a whole number for type \"ID\", found a number with a fraction"},
        {"{ echo(genre: novel) }", "1:15 \"novel\" is not a value of enum \"Genre\""},
        {"{ echo(genre: \"NOVEL\") }",
         "1:15 expected an enum value for type \"Genre\", found a text"},
        {"{ echo(time: \"yesterday\") }",
         "1:14 expected a time like \"2026-04-22T00:15:30.726000+00:00\" for type \"DateTime\", "
         "found "
         "a text"},
        {"{ echo(date: \"2026-02-30\") }",
         "1:14 expected a date like \"2026-04-22\" for type \"Date\", found a text"},
        {"{ echo(uuid: \"x\") }",
         "1:14 expected a UUID of 36 characters for type \"UUID\", found a text"},
        {"{ echo(json: \"{\") }",
         "1:14 expected a text that is JSON for type \"JSONString\", found a text"},
        {"{ echo(big: 9223372036854775808) }", "1:13 expected a whole number of 64 bits, or one as "
                                               "text for type \"BigInt\", found a whole "
                                               "number"},
        {"{ echo(decimal: \"1.\") }",
         "1:17 expected a number, or one as text for type \"Decimal\", found a text"},
        {"{ echo(ints: [1, \"a\", true]) }",
         "1:18 expected a whole number of 32 bits for type \"Int\", found a text | "
         "1:23 expected a whole number of 32 bits for type \"Int\", found a boolean"},
        {"{ echo(strict: [1, null]) }", "1:20 expected a value of type \"Int!\", found null"},
        {"{ echo(int: {}) }",
         "1:13 expected a whole number of 32 bits for type \"Int\", found an object"},
        {"{ echo(filter: 1) }",
         "1:16 expected an object for type \"Filter\", found a whole number"},
        {"{ echo(int: [1]) }",
         "1:13 expected a whole number of 32 bits for type \"Int\", found a list"});
}

Test(gql_validate, input_object_fields)
{
    CHECK(
        {"{ echo(filter: {title: \"a\", and: {pages: 1}, sort: {field: \"x\"}}) }", ""},
        {"{ echo(filter: {titel: \"a\"}) }",
         "1:17 field \"titel\" is not defined by input type \"Filter\""},
        {"{ echo(filter: {pages: 1, pages: 2}) }",
         "1:27 field \"pages\" stands twice on input type \"Filter\""},
        {"{ echo(filter: {sort: {}}) }",
         "1:23 field \"field\" of type \"String!\" is required by input type \"BookSort\""},
        {"{ echo(filter: {sort: {field: null}}) }",
         "1:31 expected a value of type \"String!\", found null"},
        {"{ echo(filter: {limit: null}) }", "1:24 expected a value of type \"Int!\", found null"},
        {"{ echo(filter: {and: [{pages: \"x\"}, {nope: 1}]}) }",
         "1:31 expected a whole number of 32 bits for type \"Int\", found a text | "
         "1:38 field \"nope\" is not defined by input type \"Filter\""},
        {"{ echo(any: {a: 1, b: [{a: 1, a: 2}]}) }", "1:31 field \"a\" stands twice in an object"});
}

Test(gql_validate, directives)
{
    CHECK(
        {"query @tag(name: \"q\") { __typename @tag(name: \"a\") @tag(name: \"b\") @skip(if: "
         "false) }",
         ""},
        {"{ __typename @missing }", "1:14 directive \"@missing\" is not defined"},
        {"mutation @tag(name: \"q\") { __typename }",
         "1:10 directive \"@tag\" may not stand at MUTATION"},
        {"query @skip(if: true) { __typename }", "1:7 directive \"@skip\" may not stand at QUERY"},
        {"{ " BOOK "{ ... @tag(name: \"a\") { id } } }",
         "1:21 directive \"@tag\" may not stand at INLINE_FRAGMENT"},
        {"{ " BOOK "{ ...F @tag(name: \"a\") } } fragment F on Book @tag(name: \"b\") { id }",
         "1:61 directive \"@tag\" may not stand at FRAGMENT_DEFINITION"},
        {"query ($a: Int @tag(name: \"v\")) { echo(int: $a) }",
         "1:16 directive \"@tag\" may not stand at VARIABLE_DEFINITION"},
        {"{ __typename @skip(if: true) @skip(if: false) }",
         "1:30 directive \"@skip\" stands twice at one place"},
        {"{ __typename @include(if: \"yes\") }",
         "1:27 expected true or false for type \"Boolean\", found a text"});
}

Test(gql_validate, variable_definitions)
{
    CHECK({"query ($a: Int, $b: [Int!]! = []) { echo(int: $a, strict: $b) }", ""},
          {"query ($a: Int, $a: Int) { echo(int: $a) }", "1:17 variable \"$a\" is defined twice | "
                                                         "1:17 variable \"$a\" is not used"},
          {"query ($a: Missing) { echo(any: $a) }", "1:12 unknown type \"Missing\""},
          {"query ($a: [Book!]) { echo(any: $a) }",
           "1:13 variable \"$a\" cannot be of type \"Book\", which is no input type"},
          {"query ($a: Int = \"x\") { echo(int: $a) }",
           "1:18 expected a whole number of 32 bits for type \"Int\", found a text"},
          {"query ($a: Int! = null) { echo(int: $a) }",
           "1:19 expected a value of type \"Int!\", found null"},
          {"query ($a: BookSort = {}) { echo(filter: {sort: $a}) }",
           "1:23 field \"field\" of type \"String!\" is required by input type \"BookSort\""});
}

Test(gql_validate, variables_defined)
{
    CHECK(
        {"query Q { echo(int: $a) }", "1:21,1:1 variable \"$a\" is not defined by operation \"Q\""},
        {"{ echo(int: $a) }", "1:13,1:1 variable \"$a\" is not defined by the operation"},
        {"{ echo(filter: {tags: [$a]}) __typename @skip(if: $b) }",
         "1:24,1:1 variable \"$a\" is not defined by the operation | "
         "1:51,1:1 variable \"$b\" is not defined by the operation"},
        {"query A($a: Int) { ...F } query B { ...F } fragment F on Query { echo(int: $a) }",
         "1:76,1:27 variable \"$a\" is not defined by operation \"B\""},
        {"{ ...F } fragment F on Query { ...G } fragment G on Query { echo(any: [{x: $a}]) }",
         "1:76,1:1 variable \"$a\" is not defined by the operation"});
}

Test(gql_validate, variables_used)
{
    CHECK({"query ($a: Int) { ...F } fragment F on Query { echo(int: $a) }", ""},
          {"query ($a: Int, $b: Int) { echo(int: $b) }", "1:8 variable \"$a\" is not used"},
          {"query A($a: Int) { __typename } query B($a: Int) { echo(int: $a) }",
           "1:9 variable \"$a\" is not used"});
}

Test(gql_validate, variable_positions)
{
    CHECK({"query ($a: Int!) { echo(int: $a, ints: [$a], strict: [$a]) }", ""},
          {"query ($a: Int) { echo(strict: [$a]) }",
           "1:33,1:8 variable \"$a\" of type \"Int\" is used where type \"Int!\" is expected"},
          {"query ($a: Int = 1) { echo(strict: [$a]) }", ""},
          {"query ($a: Int = null) { echo(strict: [$a]) }",
           "1:40,1:8 variable \"$a\" of type \"Int\" is used where type \"Int!\" is expected"},
          {"query ($a: String) { " BOOK "{ allows(role: $a) } }", ""},
          {"query ($a: Int) { echo(filter: {limit: $a}) }", ""},
          {"query ($a: String) { echo(int: $a) }",
           "1:32,1:8 variable \"$a\" of type \"String\" is used where type \"Int\" is expected"},
          {"query ($a: Int) { echo(ints: $a) }",
           "1:30,1:8 variable \"$a\" of type \"Int\" is used where type \"[Int]\" is expected"},
          {"query ($a: [Int!]!) { echo(ints: $a, strict: $a) }", ""},
          {"query ($a: [Int]) { echo(strict: $a) }",
           "1:34,1:8 variable \"$a\" of type \"[Int]\" is used where type \"[Int!]!\" is expected"},
          {"query ($a: [[Int]]) { echo(nested: $a) }",
           "1:36,1:8 variable \"$a\" of type \"[[Int]]\" "
           "is used where type \"[[Int!]]\" is expected"},
          {"query ($a: Boolean) { __typename @skip(if: $a) }",
           "1:44,1:8 variable \"$a\" of type \"Boolean\" is used where type \"Boolean!\" is "
           "expected"},
          {"query ($a: String) { ...F } fragment F on Query { echo(genre: $a) }",
           "1:63,1:8 variable \"$a\" of type \"String\" is used where type \"Genre\" is expected"});
}

Test(gql_validate, fields_merge)
{
    CHECK(
        {"{ a: __typename a: __typename " BOOK "{ id } " BOOK "{ id title } }", ""},
        {"{ " BOOK "{ x: title x: subtitle } }",
         "1:17,1:26 fields \"x\" cannot be merged: they have different types; give one of them an "
         "alias"},
        {"{ " BOOK "{ x: subtitle x: fails } }",
         "1:17,1:29 fields \"x\" cannot be merged: they are different fields; give one of them an "
         "alias"},
        {"{ book(id: 1) { id } book(id: 2) { id } }",
         "1:3,1:22 fields \"book\" cannot be merged: they have different arguments; give one of "
         "them "
         "an alias"},
        {"{ book(id: 1) { id } book(id: \"1\") { id } }",
         "1:3,1:22 fields \"book\" cannot be merged: they have different arguments; give one of "
         "them "
         "an alias"},
        {"{ books { totalCount } books(first: 1) { totalCount } }",
         "1:3,1:24 fields \"books\" cannot be merged: they have different arguments; give one of "
         "them an alias"},
        {"{ books(first: 1, after: \"\") { totalCount } books(after: \"\", first: 1) { totalCount "
         "} }",
         ""});
}

/* Under an interface or union, fields of different objects may differ, but not in shape. */
Test(gql_validate, fields_merge_by_object)
{
    CHECK(
        {"{ things { ... on Book { x: title } ... on Author { x: name } } }", ""},
        {"{ things { ... on Book { x: subtitle } ... on Author { x: name } } }",
         "1:26,1:56 fields \"x\" cannot be merged: they have different types; give one of them an "
         "alias"},
        {"{ things { ... on Book { x: pages } ... on Author { x: name } } }",
         "1:26,1:53 fields \"x\" cannot be merged: they have different types; give one of them an "
         "alias"},
        {"{ things { ... on Book { x: author { y: id } } ... on Author { x: books { y: totalCount "
         "} } } }",
         "1:38,1:75 fields \"y\" cannot be merged: they have different types; give one of them an "
         "alias"},
        {"{ things { ... on Book { x: self { y: id } } ... on Author { x: books { y: totalCount } "
         "} } }",
         "1:36,1:73 fields \"y\" cannot be merged: they have different types; give one of them an "
         "alias"},
        {"{ things { ... on Book { x: self { y: title } } ... on Book { x: author { y: name } } } "
         "}",
         "1:26,1:63 fields \"x\" cannot be merged: they are different fields; give one of them an "
         "alias"},
        {"{ node(id: 1) { x: id ... on Book { x: id } ... on Author { x: id } } }", ""},
        {"{ node(id: 1) { x: id ... on Author { x: name } } }",
         "1:17,1:39 fields \"x\" cannot be merged: they have different types; give one of them an "
         "alias"},
        {"{ node(id: 1) { x: __typename ... on Author { x: name } } }",
         "1:17,1:47 fields \"x\" cannot be merged: they are different fields; give one of them an "
         "alias"});
}

Test(gql_validate, fields_merge_through_fragments)
{
    CHECK(
        {"{ " BOOK
         "{ ...A ...A ...B } } fragment A on Book { x: title } fragment B on Book { x: title }",
         ""},
        {"{ " BOOK "{ ...A ...B } } fragment A on Book { x: title } fragment B on Book { x: path }",
         "1:52,1:84 fields \"x\" cannot be merged: they are different fields; give one of them an "
         "alias"},
        {"{ " BOOK "{ self { x: title } ...A } } fragment A on Book { self { x: path } }",
         "1:24,1:72 fields \"x\" cannot be merged: they are different fields; give one of them an "
         "alias"},
        {"{ echo(filter: {tags: [\"a\"], pages: 1}) ...A } "
         "fragment A on Query { echo(filter: {pages: 1, tags: [\"a\"]}) }",
         ""},
        {"{ echo(filter: {tags: [\"a\"]}) ...A } fragment A on Query { echo(filter: {tags: "
         "[\"b\"]}) }",
         "1:3,1:60 fields \"echo\" cannot be merged: they have different arguments; give one of "
         "them "
         "an alias"},
        {"query ($a: Int, $b: Int) { echo(int: $a) echo(int: $b) }",
         "1:28,1:42 fields \"echo\" cannot be merged: they have different arguments; give one of "
         "them an alias"});
}

/* Several faults of different kinds are all reported, in the order of the walks. */
Test(gql_validate, many_faults)
{
    CHECK({"query Q($x: Int) { nope " BOOK "{ title(a: 1) { b } } ...G } fragment F on Book { id }",
           "1:62 fragment \"G\" is not defined | 1:66 fragment \"F\" is not used | "
           "1:20 Cannot query field \"nope\" on type \"Query\". | "
           "1:45 argument \"a\" is not defined by field \"Book.title\" | "
           "1:53 field \"title\" of type \"String!\" has no fields to select"});
}
