/*
 * Queries from text to answer: what members are written as, order and merging of fields, fragments,
 * directives, errors and the nulls they make, looking ahead.
 */
#include "tests/unit/api/gql_fixture.h"

#define ID_0    "Qm9vazowMjAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDA="
#define ID_1    "Qm9vazowMjAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDE="
#define ID_2    "Qm9vazowMjAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDI="
#define ID_GONE "Qm9vazowMjAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwZmY="

struct answer_case {
    const char *query;
    const char *answer;
};

static void check(const struct answer_case *cases, size_t count)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    for (size_t i = 0; i < count; i++) {
        EXPECT_ANSWER(&fixture, cases[i].query, NULL, cases[i].answer);
    }
    gql_fixture_deinit(&fixture);
}

#define CHECK(...)                                                                                 \
    do {                                                                                           \
        static const struct answer_case cases_[] = {__VA_ARGS__};                                  \
        check(cases_, ARRAY_COUNT(cases_));                                                        \
    } while (0)

#define BOOK(n) "book(id: \"" ID_##n "\") "

/* An error with its place and path. */
#define ERROR(line, column, path, code, message)                                                   \
    "{\"message\":\"" message "\",\"locations\":[{\"line\":" #line ",\"column\":" #column          \
    "}],\"path\":[" path "],\"extensions\":{\"code\":\"" code "\"}}"

Test(gql_execute, members)
{
    CHECK(
        {"{ " BOOK(1) "{ id uuid title subtitle pages rating sold price genre tags addedAt inPrint"
                      " extra meta } }",
         "{\"data\":{\"book\":{\"id\":\"" ID_1 "\","
         "\"uuid\":\"02000000-0000-4000-8000-000000000001\",\"title\":\"Book 1\","
         "\"subtitle\":null,\"pages\":101,\"rating\":0.25,\"sold\":\"9007199254740993\","
         "\"price\":\"12.50\",\"genre\":\"POETRY\",\"tags\":[\"old\"],"
         "\"addedAt\":\"2026-04-22T00:15:30.726001+00:00\",\"inPrint\":false,\"extra\":null,"
         "\"meta\":null}}}"},
        {"{ " BOOK(
             2) "{ subtitle sold price genre tags inPrint extra meta author { name born } } }",
         "{\"data\":{\"book\":{\"subtitle\":\"Even\",\"sold\":2,\"price\":null,\"genre\":null,"
         "\"tags\":[\"old\",\"good\"],\"inPrint\":true,\"extra\":2,\"meta\":\"2\","
         "\"author\":{\"name\":\"Ada \\\"Q\\\" Byron\",\"born\":null}}}}"},
        {"{ " BOOK(0) "{ addedAt tags author { books(first: 1) { nodes { author { born } } } } } }",
         "{\"data\":{\"book\":{\"addedAt\":null,\"tags\":[],\"author\":{\"books\":{\"nodes\":["
         "{\"author\":{\"born\":null}}]}}}}}"},
        {"{ " BOOK(1) "{ author { name born } } matrix }",
         "{\"data\":{\"book\":{\"author\":{\"name\":\"Zo\xc3\xab\",\"born\":\"2000-01-01\"}},"
         "\"matrix\":[[1,null],[1]]}}"});
}

Test(gql_execute, order_aliases_and_merging)
{
    CHECK({"{ b: " BOOK(0) "{ title } a: " BOOK(1) "{ title } __typename t: __typename }",
           "{\"data\":{\"b\":{\"title\":\"Book 0\"},\"a\":{\"title\":\"Book 1\"},"
           "\"__typename\":\"Query\",\"t\":\"Query\"}}"},
          {"{ " BOOK(0) "{ pages title self { pages } } " BOOK(0) "{ title id self { title } } }",
           "{\"data\":{\"book\":{\"pages\":100,\"title\":\"Book 0\",\"self\":{\"pages\":100,"
           "\"title\":\"Book 0\"},\"id\":\"" ID_0 "\"}}}"},
          {"{ ...A " BOOK(0) "{ pages } } fragment A on Query { " BOOK(0) "{ title } }",
           "{\"data\":{\"book\":{\"title\":\"Book 0\",\"pages\":100}}}"});
}

Test(gql_execute, fragments_and_types)
{
    CHECK({"{ things { __typename ... on Node { id } ...B ... on Author { name } } }"
           " fragment B on Book { title ...B2 } fragment B2 on Thing { ... on Book { pages } }",
           "{\"data\":{\"things\":[{\"__typename\":\"Author\","
           "\"id\":\"QXV0aG9yOjAxMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMg==\","
           "\"name\":\"Zo\xc3\xab\"},{\"__typename\":\"Book\",\"id\":\"" ID_1 "\","
           "\"title\":\"Book 1\",\"pages\":101}]}}"},
          {"{ node(id: \"" ID_2
           "\") { id __typename ... on Book { title } ... on Author { name } } }",
           "{\"data\":{\"node\":{\"id\":\"" ID_2 "\",\"__typename\":\"Book\","
           "\"title\":\"Book 2\"}}}"},
          {"{ node(id: \"" ID_GONE "\") { id } }", "{\"data\":{\"node\":null}}"},
          {"{ " BOOK(0) "{ ... { title } ... on Thing { __typename } } }",
           "{\"data\":{\"book\":{\"title\":\"Book 0\",\"__typename\":\"Book\"}}}"});
}

Test(gql_execute, skip_and_include)
{
    CHECK(
        {"{ a: __typename @skip(if: true) b: __typename @include(if: false) c: __typename"
         " @skip(if: false) @include(if: true) d: __typename @skip(if: true) @include(if: true) }",
         "{\"data\":{\"c\":\"Query\"}}"},
        {"{ ...F @skip(if: true) ...F @include(if: true) ... @include(if: false) { b: __typename } "
         "}"
         " fragment F on Query { a: __typename }",
         "{\"data\":{\"a\":\"Query\"}}"},
        {"query ($y: Boolean = true, $n: Boolean = false) { a: __typename @skip(if: $y)"
         " b: __typename @include(if: $y) c: __typename @skip(if: $n) ... @include(if: $n) {"
         " d: __typename } }",
         "{\"data\":{\"b\":\"Query\",\"c\":\"Query\"}}"},
        {"{ a: __typename @skip(if: true) }", "{\"data\":{}}"},
        {"{ " BOOK(0) "{ title @skip(if: true) } }", "{\"data\":{\"book\":{}}}"});
}

Test(gql_execute, root_failures)
{
    CHECK(
        {"{ a: " BOOK(0) "{ title } b: " BOOK(GONE) "{ title } }",
         "{\"data\":null,\"errors\":["
         "{\"message\":\"Book not found\",\"locations\":[{\"line\":1,\"column\":85}],"
         "\"path\":[\"b\"],\"extensions\":{\"code\":\"NOT_FOUND\"}}]}"},
        {"{\n  book(id: \"x\") { title }\n}",
         "{\"data\":null,\"errors\":[{\"message\":\"\\\"x\\\" is not an id of this server\","
         "\"locations\":[{\"line\":2,\"column\":3}],\"path\":[\"book\"],"
         "\"extensions\":{\"code\":\"INVALID\"}}]}"},
        {"{ lost { __typename } }", "{\"data\":null,\"errors\":[" ERROR(
                                        1, 3, "\"lost\"", "DAMAGED",
                                        "what was found cannot be written as \\\"Thing\\\"") "]}"});
}

/* A null that may not stand makes the nearest parent null that may be. */
Test(gql_execute, nulls_travel_up)
{
#define TORN(column, path) ERROR(1, column, path, "BUSY", "the page is \\\"torn\\\"")
    CHECK(
        {"{ " BOOK(0) "{ title fails pages } }",
         "{\"data\":{\"book\":{\"title\":\"Book "
         "0\",\"fails\":null,\"pages\":100}},\"errors\":[" TORN(80, "\"book\",\"fails\"") "]}"},
        {"{ " BOOK(0) "{ title sequels { title failsHard pages } pages } }",
         "{\"data\":{\"book\":{\"title\":\"Book 0\",\"sequels\":[null,null],\"pages\":100}},"
         "\"errors\":[" TORN(96, "\"book\",\"sequels\",0,\"failsHard\"") "]}"},
        {"{ " BOOK(0) "{ sequels { self { self { failsHard } } title } pages } }",
         "{\"data\":{\"book\":{\"sequels\":[null,null],\"pages\":100}},"
         "\"errors\":[" TORN(98, "\"book\",\"sequels\",0,\"self\",\"self\",\"failsHard\"") "]}"},
        {"{ " BOOK(0) "{ title strictSequels { title } pages } }",
         "{\"data\":{\"book\":{\"title\":\"Book 0\",\"strictSequels\":null,\"pages\":100}},"
         "\"errors\":[" ERROR(
             1, 80, "\"book\",\"strictSequels\",1", "DAMAGED",
             "null was found for \\\"Book.strictSequels\\\", which cannot be null") "]}"},
        {"{ " BOOK(0) "{ same { ... on Book { nullHard { title } } } pages } }",
         "{\"data\":{\"book\":{\"same\":null,\"pages\":100}},\"errors\":[" ERROR(
             1, 95, "\"book\",\"same\",\"nullHard\"", "DAMAGED",
             "null was found for \\\"Book.nullHard\\\", which cannot be null") "]}"},
        {"{ " BOOK(0) "{ wrong wrongEnum } }",
         "{\"data\":{\"book\":{\"wrong\":null,\"wrongEnum\":null}},\"errors\":[" ERROR(
             1, 74, "\"book\",\"wrong\"", "DAMAGED",
             "what was found cannot be written as \\\"Int\\\"") "," ERROR(1, 80,
                                                                          "\"book\",\"wrongEnum\"",
                                                                          "DAMAGED",
                                                                          "what was found cannot "
                                                                          "be written as "
                                                                          "\\\"Genre\\\"") "]}"});
}

/* Up to the root: no data at all, also where the root field may be null. */
Test(gql_execute, nulls_reach_the_root)
{
    CHECK({"{ " BOOK(0) "{ failsHard } }",
           "{\"data\":null,\"errors\":[" TORN(74, "\"book\",\"failsHard\"") "]}"},
          {"{ x: requiredBook(id: \"" ID_0 "\") { title self { failsHard } } }",
           "{\"data\":null,\"errors\":[" TORN(98, "\"x\",\"self\",\"failsHard\"") "]}"},
          {"{ shelf(first: 2) { failsHard } }",
           "{\"data\":null,\"errors\":[" TORN(21, "\"shelf\",0,\"failsHard\"") "]}"});
}

Test(gql_execute, null_items)
{
    CHECK({"{ books(first: 4) { nodes { pages } } }",
           "{\"data\":{\"books\":{\"nodes\":[{\"pages\":100},{\"pages\":101},{\"pages\":102},null]}"
           "}}"},
          {"{ books(first: 4) { edges { cursor node { pages } } } }",
           "{\"data\":null,\"errors\":[" ERROR(
               1, 21, "\"books\",\"edges\",3", "DAMAGED",
               "null was found for \\\"BookConnection.edges\\\", which cannot be null") "]}"});
}

Test(gql_execute, arguments_with_defaults)
{
    CHECK({"{ " BOOK(0) "{ allows other: allows(role: \"guest\") } }",
           "{\"data\":{\"book\":{\"allows\":true,\"other\":false}}}"});
}

Test(gql_execute, paths)
{
    CHECK({"{ books(first: 2) { nodes { p: path self { path } } } }",
           "{\"data\":{\"books\":{\"nodes\":[{\"p\":\"books.nodes[0].p\",\"self\":"
           "{\"path\":\"books.nodes[0].self.path\"}},{\"p\":\"books.nodes[1].p\",\"self\":"
           "{\"path\":\"books.nodes[1].self.path\"}}]}}}"});
}

Test(gql_execute, looking_ahead)
{
    static const struct {
        const char *query;
        int counted;
    } cases[] = {
        {"{ books(first: 1) { totalCount } }", 1},
        {"{ books(first: 1) { n: totalCount nodes { id } } }", 1},
        {"{ books(first: 1) { pageInfo { hasNextPage } } }", 0},
        {"{ books(first: 1) { ...F } } fragment F on BookConnection { ... { totalCount } }", 1},
        {"{ books(first: 1) { totalCount @skip(if: true) pageInfo { hasNextPage } } }", 0},
        {"query ($n: Boolean = false) { books(first: 1) { totalCount @include(if: $n) pageInfo {"
         " hasNextPage } } }",
         0},
        {"{ books(first: 1) { nodes { author { books(first: 1) { totalCount } } } } }", 1},
        {"{ books(first: 1) { nodes { author { books(first: 1) { totalCount } } } totalCount } }",
         2},
    };
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        fixture.library.totals_computed = 0;
        cr_assert(gql_fixture_run(&fixture, cases[i].query, NULL) != NULL);
        cr_expect(fixture.library.totals_computed == cases[i].counted, "%s", cases[i].query);
    }
    gql_fixture_deinit(&fixture);
}

static int selected; /* answers of look_ahead, as bits */

static enum err look_ahead(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    selected = gql_selects(call, "a") | gql_selects(call, "a.b") << 1 |
               gql_selects(call, "a.b.c") << 2 | gql_selects(call, "b") << 3;
    *ret = gql_result_null();
    return ERR_OK;
}

Test(gql_execute, looking_ahead_along_paths)
{
    static const struct gql_binding query_fields[] = {GQL_CALL("t", look_ahead)};
    static const struct gql_binding t_fields[] = {GQL_SELF("a"), GQL_SELF("b"),
                                                  GQL_ALWAYS_NULL("c"), GQL_ALWAYS_NULL("i")};
    static const struct gql_type_binding types[] = {GQL_TYPE("Query", query_fields),
                                                    GQL_TYPE("T", t_fields)};
    static const struct gql_bindings set = {.types = types, .type_count = ARRAY_COUNT(types)};
    static const struct {
        const char *query;
        int selected;
    } cases[] = {
        {"{ t { i } }", 0},
        {"{ t { a { c } } }", 1},
        {"{ t { a { b { i } } } }", 3},
        {"{ t { x: a { c } } }", 1},
        {"{ t { a { b { c } } } }", 7},
        {"{ t { a: b { b { c } } } }", 8},
        {"{ t { ...F a { i } } t { b { c } } } fragment F on T { a { b { i ... { c } } } }", 15},
    };
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    gql_schema_destroy(&fixture.schema);
    cr_assert(gql_schema_create(SLICE("type Query { t: T } type T { a: T b: T c: Int i: Int }"),
                                &fixture.schema, NULL, NULL) == ERR_OK);
    cr_assert(gql_schema_bind(fixture.schema, &set, 1, NULL, NULL) == ERR_OK);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        EXPECT_ANSWER(&fixture, cases[i].query, NULL, "{\"data\":{\"t\":null}}");
        cr_expect(selected == cases[i].selected, "%s: %d", cases[i].query, selected);
    }
    gql_fixture_deinit(&fixture);
}

/* An interface's field is answered by the object's own, with its own arguments and defaults. */
Test(gql_execute, fields_of_the_object_not_of_the_interface)
{
    static const struct gql_binding query_fields[] = {GQL_CALL("i", library_lost)};
    static const struct gql_binding object_fields[] = {GQL_CALL_ARGS("echo", library_echo, "x y")};
    static const struct gql_type_binding types[] = {GQL_TYPE("Query", query_fields),
                                                    GQL_TYPE("PageInfo", object_fields)};
    static const struct gql_abstract_binding abstracts[] = {{"I", library_type_of}};
    static const struct gql_bindings set = {.types = types,
                                            .type_count = ARRAY_COUNT(types),
                                            .abstracts = abstracts,
                                            .abstract_count = 1};
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    gql_schema_destroy(&fixture.schema);
    cr_assert(
        gql_schema_create(
            SLICE("scalar JSONOrString type Query { i: I }"
                  " interface I { echo(x: Int = 1): JSONOrString }"
                  " type PageInfo implements I { echo(x: Int = 2, y: Int = 3): JSONOrString }"),
            &fixture.schema, NULL, NULL) == ERR_OK);
    cr_assert(gql_schema_bind(fixture.schema, &set, 1, NULL, NULL) == ERR_OK);
    EXPECT_ANSWER(&fixture, "{ i { a: echo b: echo(x: 7) } }", NULL,
                  "{\"data\":{\"i\":{\"a\":{\"x\":2,\"y\":3},\"b\":{\"x\":7,\"y\":3}}}}");
    gql_fixture_deinit(&fixture);
}

Test(gql_execute, what_an_operation_says_of_itself)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    cr_assert(
        gql_fixture_run(&fixture,
                        "{ x: books(first: 2) { totalCount nodes { id pages } } y: __typename }",
                        NULL) != NULL);
    cr_expect(gql_operation_kind(fixture.operation) == GQL_QUERY);
    cr_expect(gql_operation_root_count(fixture.operation) == 2);
    cr_expect(slice_is(gql_operation_root_name(fixture.operation, 0), "books"));
    cr_expect(slice_is(gql_operation_root_name(fixture.operation, 1), "__typename"));
    cr_expect(gql_operation_failed(fixture.operation) == ERR_OK);
    cr_expect(gql_operation_cost(fixture.operation) == 1 + 1 + 2 * 3 + 1);
    cr_assert(gql_fixture_run(&fixture, "{ " BOOK(GONE) "{ id } }", NULL) != NULL);
    cr_expect(gql_operation_failed(fixture.operation) == ERR_NOT_FOUND);
    gql_fixture_deinit(&fixture);
}

Test(gql_execute, operation_names)
{
    struct gql_fixture fixture;
    struct gql_document *document = NULL;
    struct gql_operation *operation = NULL;
    gql_fixture_init(&fixture);
    cr_assert(gql_document_create(fixture.schema,
                                  SLICE("query A { a: __typename } query B { b: __typename }"),
                                  &document, &fixture.errors) == ERR_OK);
    struct gql_operation_start start = {.name = SLICE("B")};
    cr_assert(gql_operation_create(document, &start, &operation, &fixture.errors) == ERR_OK);
    cr_expect(gql_operation_run(operation, &fixture.out, NULL, NULL) == GQL_FINISHED);
    cr_expect_str_eq(gql_fixture_text(&fixture), "{\"data\":{\"b\":\"Query\"}}");
    gql_operation_destroy(&operation);
    start.name = SLICE("");
    cr_expect(gql_operation_create(document, &start, &operation, &fixture.errors) == ERR_INVALID);
    cr_expect_str_eq(gql_fixture_faults(&fixture),
                     " the document has several operations: say which by operationName");
    start.name = SLICE("C");
    cr_expect(gql_operation_create(document, &start, &operation, &fixture.errors) == ERR_INVALID);
    cr_expect_str_eq(gql_fixture_faults(&fixture), " the document has no operation \"C\"");
    gql_document_destroy(&document);
    gql_fixture_deinit(&fixture);
}

/* The answer is appended: what stands in the buffer before stays. */
Test(gql_execute, answers_are_appended)
{
    struct gql_fixture fixture;
    struct gql_document *document = NULL;
    struct gql_operation *operation = NULL;
    gql_fixture_init(&fixture);
    cr_assert(gql_document_create(fixture.schema, SLICE("{ " BOOK(0) "{ failsHard } }"), &document,
                                  &fixture.errors) == ERR_OK);
    struct gql_operation_start start = {.user = &fixture.library};
    cr_assert(gql_operation_create(document, &start, &operation, &fixture.errors) == ERR_OK);
    gql_document_destroy(&document); /* the operation holds it */
    buf_put_text(&fixture.out, "before ");
    cr_expect(gql_operation_run(operation, &fixture.out, NULL, NULL) == GQL_FINISHED);
    cr_expect(
        slice_starts_with(buf_slice(&fixture.out), SLICE("before {\"data\":null,\"errors\":[")));
    gql_operation_destroy(&operation);
    gql_fixture_deinit(&fixture);
}

Test(gql_execute, unbound_fields_are_not_served)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    gql_schema_destroy(&fixture.schema);
    cr_assert(gql_schema_create(slice_of_text(library_sdl), &fixture.schema, NULL, NULL) == ERR_OK);
    EXPECT_ANSWER(
        &fixture, "{ matrix }", NULL,
        "{\"data\":null,\"errors\":[" ERROR(1, 3, "\"matrix\"", "UNSUPPORTED",
                                            "field \\\"Query.matrix\\\" is not served") "]}");
    gql_fixture_deinit(&fixture);
}

Test(gql_execute, snapshots_are_opened_and_closed)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    cr_assert(gql_fixture_run(&fixture, "{ a: " BOOK(0) "{ id } b: " BOOK(1) "{ id } }", NULL) !=
              NULL);
    cr_expect(fixture.library.opens == 1 && fixture.library.closes == 1);
    cr_assert(gql_fixture_run(&fixture, "{ " BOOK(GONE) "{ id } }", NULL) != NULL);
    cr_expect(fixture.library.opens == 2 && fixture.library.closes == 2);
    fixture.library.refuse_open = true;
    EXPECT_ANSWER(
        &fixture, "{ a: " BOOK(0) "{ id } }", NULL,
        "{\"data\":null,\"errors\":[" ERROR(1, 3, "\"a\"", "IO", "the door is locked") "]}");
    cr_expect(fixture.library.opens == 2 && fixture.library.closes == 2);
    gql_fixture_deinit(&fixture);
}
