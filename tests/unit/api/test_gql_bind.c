/*
 * Tables against schema: whatever is missing, too much or does not fit is named, all at once.
 */
#include "tests/unit/api/gql_fixture.h"

struct thing {
    int number;
    struct slice text;
    bool flag;
    struct uuid id;
    enum library_genre genre;
    struct gql_objects objects;
};

static enum err resolve(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    return library_null(call, ret, reterr);
}

static const struct gql_binding query_fields[] = {GQL_CALL("t", resolve)};
static const struct gql_type_binding query_table = GQL_TYPE("Query", query_fields);

/* Binds one table beside the query's. Returns: the report. */
static const char *report(const char *sdl,
                          const struct gql_type_binding *table,
                          size_t count,
                          const struct gql_abstract_binding *abstract,
                          const struct gql_input_binding *inputs,
                          size_t input_count)
{
    static char text[2000];
    struct gql_type_binding tables[8] = {query_table};
    struct gql_schema *schema = NULL;
    struct error error = {0};
    struct buf out;
    cr_assert(count < ARRAY_COUNT(tables));
    if (count > 0) {
        memcpy(tables + 1, table, count * sizeof *table);
    }
    struct gql_bindings set = {tables, count + 1, abstract, abstract != NULL, inputs, input_count};
    buf_init(&out, sizeof text - 1);
    cr_assert(gql_schema_create(slice_of_text(sdl), &schema, NULL, &error) == ERR_OK, "%s",
              error.text);
    enum err e = gql_schema_bind(schema, &set, 1, &out, &error);
    (void)snprintf(text, sizeof text, "%.*s", SLICE_ARGS(buf_slice(&out)));
    cr_expect((e == ERR_OK) == (text[0] == '\0'));
    if (e != ERR_OK) {
        size_t first = strcspn(text, "\n");
        cr_expect(strstr(error.text, "faults between schema and resolvers, the first: ") != NULL);
        cr_expect(strncmp(error.text + strlen(error.text) - first, text, first) == 0, "%s",
                  error.text);
    }
    gql_schema_destroy(&schema);
    buf_deinit(&out);
    return text;
}

static void
expect_rows(const char *sdl, const struct gql_binding *rows, size_t count, const char *expected)
{
    struct gql_type_binding table = {"T", rows, count};
    const char *found = report(sdl, &table, 1, NULL, NULL, 0);
    cr_expect(strcmp(found, expected) == 0, "%s\n found:\n%s expected:\n%s", sdl, found, expected);
}

#define EXPECT_ROWS(sdl, expected, ...)                                                            \
    do {                                                                                           \
        static const struct gql_binding rows_[] = {__VA_ARGS__};                                   \
        expect_rows("type Query { t: T } " sdl, rows_, ARRAY_COUNT(rows_), expected);              \
    } while (0)

Test(gql_bind, fields)
{
    EXPECT_ROWS("type T { a: Int }", "", GQL_INT("a", struct thing, number));
    EXPECT_ROWS("type T { a: Int b: Int c: Int }", "T.b is not bound\nT.c is not bound\n",
                GQL_INT("a", struct thing, number));
    EXPECT_ROWS("type T { a: Int }", "T.b is bound, but there is no such field\n",
                GQL_INT("a", struct thing, number), GQL_INT("b", struct thing, number));
    EXPECT_ROWS("type T { a: Int }", "T.a is bound twice\n", GQL_INT("a", struct thing, number),
                GQL_CALL("a", resolve));
    EXPECT_ROWS("type T { a: Int } type U { b: Int }", "U.b is not bound\n",
                GQL_INT("a", struct thing, number));
}

Test(gql_bind, kinds)
{
    EXPECT_ROWS("type T { a: String }", "T.a is bound to something that cannot be a String\n",
                GQL_INT("a", struct thing, number));
    EXPECT_ROWS("type T { a: [Int!]! }", "T.a is bound to something that cannot be a [Int!]!\n",
                GQL_INT("a", struct thing, number));
    EXPECT_ROWS("type T { a: T }", "T.a is bound to something that cannot be a T\n",
                GQL_TEXT("a", struct thing, text));
    EXPECT_ROWS("type T { a: T }", "T.a is bound to something that cannot be a T\n",
                GQL_OBJECTS("a", struct thing, objects));
    EXPECT_ROWS("type T { a: [T] b: T c: T }", "", GQL_OBJECTS("a", struct thing, objects),
                GQL_SELF("b"), GQL_INSIDE("c", struct thing, text));
    EXPECT_ROWS("type T { a: [T] }", "T.a is bound to something that cannot be a [T]\n",
                GQL_SELF("a"));
    EXPECT_ROWS("type T { a: ID b: UUID c: Boolean } scalar UUID",
                "T.b is bound to something that cannot be a UUID\n",
                GQL_ID("a", struct thing, id, "T"), GQL_ID("b", struct thing, id, "T"),
                GQL_BOOL("c", struct thing, flag));
    EXPECT_ROWS("type T { a: Int! b: Boolean c: Int d: E } enum E { X }",
                "T.a is bound to something that cannot be a Int!\n"
                "T.b is bound to something that cannot be a Boolean\n",
                GQL_ALWAYS_NULL("a"), GQL_ALWAYS_INT("b", 1), GQL_ALWAYS_INT("c", 1),
                GQL_ALWAYS_TEXT("d", "X"));
    EXPECT_ROWS("type T { a: E } enum E { NOVEL }",
                "T.a may be \"POETRY\", which is no value of its enum\n",
                GQL_ENUM("a", struct thing, genre, library_genres));
}

Test(gql_bind, roots)
{
    EXPECT_ROWS("type T { a: Int }", "T.a is bound to a start function, but is no root mutation\n",
                GQL_START("a", library_start, NULL));
    static const struct gql_binding rows[] = {GQL_START("m", library_start, NULL),
                                              GQL_INT("n", struct thing, number)};
    static const struct gql_type_binding table = GQL_TYPE("Mutation", rows);
    cr_expect_str_eq(
        report("type Query { t: Int } type Mutation { m: Int n: Int }", &table, 1, NULL, NULL, 0),
        "Mutation.n is bound to a member, but a root has none\n");
}

Test(gql_bind, arguments)
{
    EXPECT_ROWS("type T { a(x: Int, y: Int): Int }", "", GQL_CALL_ARGS("a", resolve, " x  y "));
    EXPECT_ROWS("type T { a(x: Int, y: Int): Int }",
                "T.a: argument x is not read\nT.a: argument y is not read\n",
                GQL_CALL("a", resolve));
    EXPECT_ROWS("type T { a(x: Int): Int }", "T.a reads argument z, which it does not have\n",
                GQL_CALL_ARGS("a", resolve, "x z"));
    EXPECT_ROWS("type T { a(xy: Int): Int }",
                "T.a: argument xy is not read\nT.a reads argument x, which it does not have\n",
                GQL_CALL_ARGS("a", resolve, "x"));
}

Test(gql_bind, patterns)
{
    static const struct gql_binding all[] = {GQL_ALWAYS_INT("a", 1), GQL_ALWAYS_INT("b", 2)};
    static const struct gql_binding more[] = {GQL_ALWAYS_INT("a", 3)};
    static const struct gql_binding exact[] = {GQL_ALWAYS_INT("a", 4)};
    static const struct gql_binding query[] = {
        GQL_CALL("x", library_book), GQL_CALL("yx", library_book), GQL_CALL("zyx", library_book)};
    static const struct gql_type_binding tables[] = {GQL_TYPE("ZYX", exact), GQL_TYPE("*X", all),
                                                     GQL_TYPE("*YX", more),
                                                     GQL_TYPE("Query", query)};
    static const struct gql_bindings set = {.types = tables, .type_count = ARRAY_COUNT(tables)};
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    gql_schema_destroy(&fixture.schema);
    cr_assert(gql_schema_create(SLICE("type Query { x: X yx: YX zyx: ZYX } type X { a: Int b: Int }"
                                      " type YX { a: Int b: Int } type ZYX { a: Int b: Int }"),
                                &fixture.schema, NULL, NULL) == ERR_OK);
    struct error error = {0};
    cr_expect(gql_schema_bind(fixture.schema, &set, 1, NULL, &error) == ERR_OK, "%s", error.text);
    gql_fixture_deinit(&fixture);

    static const struct gql_type_binding twice[] = {GQL_TYPE("*X", all), GQL_TYPE("*X", all)};
    cr_expect_str_eq(
        report("type Query { t: AX } type AX { a: Int b: Int }", twice, 2, NULL, NULL, 0),
        "AX.a is bound twice\nAX.b is bound twice\n");
    static const struct gql_type_binding nowhere[] = {GQL_TYPE("*Z", all), GQL_TYPE("*AX", all)};
    cr_expect_str_eq(report("type Query { t: AX } type AX { a: Int }", nowhere, 2, NULL, NULL, 0),
                     "*Z is bound, but there is no such object type\n"
                     "*AX.b is bound, but there is no such field\n");
}

Test(gql_bind, abstracts)
{
    static const struct gql_binding rows[] = {GQL_ALWAYS_INT("a", 1)};
    static const struct gql_type_binding table = GQL_TYPE("T", rows);
    static const struct gql_abstract_binding right = {"U", library_type_of};
    static const struct gql_abstract_binding wrong = {"T", library_type_of};
    const char *sdl = "type Query { t: U } union U = T type T { a: Int }";
    cr_expect_str_eq(report(sdl, &table, 1, &right, NULL, 0), "");
    cr_expect_str_eq(report(sdl, &table, 1, NULL, NULL, 0),
                     "Query.t answers U, but nothing tells its objects apart\n");
    cr_expect_str_eq(report(sdl, &table, 1, &wrong, NULL, 0),
                     "T is bound as an interface or union, but is none\n"
                     "Query.t answers U, but nothing tells its objects apart\n");
}

Test(gql_bind, inputs)
{
    static const struct gql_input_binding right[] = {{"A", "x y"}, {"*Order", "by"}};
    static const struct gql_input_binding wrong[] = {{"A", "x z"}, {"B", "x"}, {"*Order", "by up"}};
    const char *sdl = "type Query { t: Int } input A { x: Int y: Int } input AOrder { by: Int }"
                      " input BOrder { by: Int }";
    cr_expect_str_eq(report(sdl, NULL, 0, NULL, right, 2), "");
    cr_expect_str_eq(report(sdl, NULL, 0, NULL, wrong, 3),
                     "input field A.y is not read\n"
                     "A.z is read, but there is no such input field\n"
                     "B is read, but there is no such input type\n"
                     "*Order.up is read, but there is no such input field\n");
    cr_expect_str_eq(report(sdl, NULL, 0, NULL, NULL, 0),
                     "input field A.x is not read\ninput field A.y is not read\n"
                     "input field AOrder.by is not read\ninput field BOrder.by is not read\n");
}

/* Sets add up: one per family of types. */
Test(gql_bind, several_sets)
{
    static const struct gql_binding rows[] = {GQL_ALWAYS_INT("a", 1)};
    static const struct gql_type_binding table = GQL_TYPE("T", rows);
    static const struct gql_input_binding input = {"I", "x"};
    struct gql_bindings sets[] = {{.types = &query_table, .type_count = 1},
                                  {.types = &table, .type_count = 1},
                                  {.inputs = &input, .input_count = 1}};
    struct gql_schema *schema = NULL;
    cr_assert(gql_schema_create(SLICE("type Query { t: T } type T { a: Int } input I { x: Int }"),
                                &schema, NULL, NULL) == ERR_OK);
    cr_expect(gql_schema_bind(schema, sets, 3, NULL, NULL) == ERR_OK);
    gql_schema_destroy(&schema);
}
