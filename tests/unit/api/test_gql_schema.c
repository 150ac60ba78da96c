/*
 * Schema text: what is a schema, and what each fault is called.
 */
#include "tests/unit/api/gql_fixture.h"

#include "core/base/memory.h"

/* The faults of a schema text in short; "" when it is right. */
static const char *check(struct gql_fixture *fixture, const char *sdl)
{
    struct gql_schema *schema = NULL;
    struct error error = {0};
    /* Places are computed from the text while the errors are made, so the schema may go first. */
    enum err e = gql_schema_create(slice_of_text(sdl), &schema, &fixture->errors, &error);
    cr_expect((e == ERR_OK) == (schema != NULL));
    cr_expect((e == ERR_OK) == gql_errors_none(&fixture->errors));
    gql_schema_destroy(&schema);
    return gql_fixture_faults(fixture);
}

struct sdl_case {
    const char *sdl;
    const char *faults;
};

static void check_all(const struct sdl_case *cases, size_t count)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    for (size_t i = 0; i < count; i++) {
        const char *found = check(&fixture, cases[i].sdl);
        cr_expect(strcmp(found, cases[i].faults) == 0, "%s\n found:    %s\n expected: %s",
                  cases[i].sdl, found, cases[i].faults);
    }
    gql_fixture_deinit(&fixture);
}

#define CHECK(...)                                                                                 \
    do {                                                                                           \
        static const struct sdl_case cases_[] = {__VA_ARGS__};                                     \
        check_all(cases_, ARRAY_COUNT(cases_));                                                    \
    } while (0)

#define Q "type Query { a: Int } "

Test(gql_schema, roots)
{
    CHECK({"type Query { a: Int }", ""},
          {"schema { query: Q mutation: M } type Q { a: Int } type M { a: Int }", ""},
          {"type Q { a: Int }", " the schema has no query root"},
          {"schema { mutation: M } type M { a: Int }", " the schema has no query root"},
          {"schema { query: E } enum E { A }", "1:17 root type \"E\" is no object type"},
          {"schema { query: M }", "1:17 root type \"M\" is no object type"},
          {"schema { query: Q mutation: Q } type Q { a: Int }",
           " query and mutation have the same root type"},
          {"schema { query: Query query: Query } " Q, "1:30 two root types of the same operation"},
          {"schema { query: Query } schema { query: Query } " Q,
           "1:25 the schema is defined twice | 1:41 two root types of the same operation"},
          {Q "type Subscription { a: Int }", " subscriptions are not served"},
          {"", "1:1 syntax error: expected a definition, found the end of the text"},
          {Q "{ a }", "1:23 a schema holds no operations"},
          {Q "fragment F on Query { a }", "1:23 a schema holds no fragments"});
}

Test(gql_schema, names)
{
    CHECK(
        {Q "type A { a: Int } type A { b: Int }", "1:46 type \"A\" is defined twice"},
        {Q "type A { a: Int a: Int }", "1:39 field \"A.a\" is defined twice"},
        {Q "type A { a(x: Int, x: Int): Int }", "1:42 \"x\" is defined twice"},
        {Q "input A { a: Int a: Int }", "1:40 \"a\" is defined twice"},
        {Q "enum A { B B }", "1:34 enum value \"B\" is defined twice"},
        {Q "union U = Query | Query", "1:41 \"Query\" stands twice"},
        {Q "directive @d on FIELD directive @d on QUERY", "1:55 directive \"@d\" is defined twice"},
        {Q "directive @d on FIELD | FIELD", "1:47 location \"FIELD\" stands twice"},
        {Q "directive @d on SPACE", "1:39 \"SPACE\" is no place for directives"},
        {Q "scalar Int", "1:30 type \"Int\" is defined twice"},
        {Q "directive @skip on FIELD", "1:33 directive \"@skip\" is defined twice"},
        {Q "type __A { a: Int }", "1:28 \"__A\": names that begin with __ belong to introspection"},
        {Q "type A { __a: Int }", "1:32 \"__a\": names that begin with __ belong to introspection"},
        {Q "input A { __a: Int }",
         "1:33 \"__a\": names that begin with __ belong to introspection"},
        {Q "enum A { __B }", "1:32 \"__B\": names that begin with __ belong to introspection"},
        {Q "directive @__d(__x: Int) on FIELD",
         "1:33 \"__d\": names that begin with __ belong to introspection"},
        {Q "directive @d(__x: Int) on FIELD",
         "1:36 \"__x\": names that begin with __ belong to introspection"});
}

Test(gql_schema, references)
{
    CHECK({Q "type A { a: B }", "1:35 type \"B\" is not defined"},
          {Q "type A { a(x: [B!]!): Int }", "1:38 type \"B\" is not defined"},
          {Q "input A { a: B }", "1:36 type \"B\" is not defined"},
          {Q "type A { a(x: Query): Int }",
           "1:37 \"Query\" cannot be given as an argument: it is no input type"},
          {Q "input A { a: [Query] }",
           "1:36 \"Query\" cannot be given as an argument: it is no input type"},
          {Q "input I { a: Int } type A { a: [I] }",
           "1:54 a field cannot answer the input type \"I\""},
          {Q "union U = Int", "1:33 \"Int\" is no object type"},
          {Q "union U = Missing", "1:33 \"Missing\" is no object type"},
          {Q "type A implements Query { a: Int }", "1:41 \"Query\" is no interface"},
          {Q "scalar Money", "1:30 scalar \"Money\" is not known to this program"});
}

Test(gql_schema, emptiness)
{
    CHECK({Q "type A", "1:28 type \"A\" has no fields"},
          {Q "interface A", "1:33 type \"A\" has no fields"},
          {Q "union A", "1:29 union \"A\" has no members"},
          {Q "enum A", "1:28 enum \"A\" has no values"},
          {Q "input A", "1:29 input type \"A\" has no fields"},
          {Q "type A extend type A { a: Int }", ""});
}

Test(gql_schema, interfaces)
{
    CHECK(
        {Q "interface I { a: I } type A implements I { a: A! b: Int }", ""},
        {Q "interface I { a: Int } type A implements I { b: Int }",
         "1:51 \"A\" lacks field \"a\" of interface \"I\""},
        {Q "interface I { a: Int! } type A implements I { a: Int }",
         "1:69 \"A.a\" must be of type \"Int!\" as interface \"I\" says"},
        {Q "interface I { a: [Int] } type A implements I { a: Int }",
         "1:70 \"A.a\" must be of type \"[Int]\" as interface \"I\" says"},
        {Q "interface I { a(x: Int): Int } type A implements I { a: Int }",
         "1:76 \"A.a\" must have argument \"x\" of the type that \"I\" says"},
        {Q "interface I { a(x: Int): Int } type A implements I { a(x: Int!): Int }",
         "1:76 \"A.a\" must have argument \"x\" of the type that \"I\" says"},
        {Q "interface I { a: Int } type A implements I { a(x: Int!): Int }",
         "1:70 argument \"x\" is not in interface \"I\", so it cannot be required"},
        {Q "interface I { a: Int } type A implements I { a(x: Int! = 1, y: Int): Int }", ""},
        {Q "interface I implements I { a: Int }", "1:33 interface \"I\" implements itself"},
        {Q "interface I { a: Int } interface J implements I { a: Int } type A implements J { a: "
           "Int }",
         "1:87 \"A\" must implement \"I\" because \"J\" does"},
        {Q "interface I { a: Int } type A implements I & I { a: Int }", "1:68 \"I\" stands twice"});
}

Test(gql_schema, input_cycles)
{
    CHECK({Q "input A { a: A b: [A!]! }", ""},
          {Q "input A { a: A! }", "1:29 input type \"A\" requires itself without end"},
          {Q "input A { b: B! } input B { a: A! }",
           "1:29 input type \"A\" requires itself without end"},
          {Q "input A { b: B! } input B { a: A }", ""});
}

Test(gql_schema, default_values)
{
    CHECK(
        {Q "input A { a: Int = 1 b: B = {} } input B { x: E! = P y: [Int] = 7 } enum E { P }", ""},
        {Q "input A { a: Int = \"x\" }",
         "1:42 expected a whole number of 32 bits for type \"Int\", found a text"},
        {Q "type A { a(x: E = Q): Int } enum E { P }", "1:41 \"Q\" is not a value of enum \"E\""},
        {Q "input A { a: Int! = null }", "1:43 expected a value of type \"Int!\", found null"},
        {Q "input A { b: B = {} } input B { x: Int! }",
         "1:40 field \"x\" of type \"Int!\" is required by input type \"B\""},
        {Q "input A { a: A = {} }", "1:29 default values of \"A\" contain themselves"},
        {Q "directive @d(x: Int = true) on FIELD",
         "1:45 expected a whole number of 32 bits for type \"Int\", found a boolean"});
}

Test(gql_schema, directives)
{
    CHECK({Q "type A @d { a: Int @d } directive @d on OBJECT | FIELD_DEFINITION", ""},
          {Q "type A @d { a: Int }", "1:30 directive \"@d\" is not defined"},
          {Q "type A @deprecated { a: Int }",
           "1:30 directive \"@deprecated\" may not stand at OBJECT"},
          {Q "type A { a: Int @deprecated @deprecated }",
           "1:51 directive \"@deprecated\" stands twice at one place"},
          {Q "type A { a: Int @deprecated(reason: 1) }",
           "1:59 expected a text for type \"String\", found a whole number"},
          {Q "type A { a(x: Int @deprecated): Int }",
           "1:41 directive \"@deprecated\" may not stand at ARGUMENT_DEFINITION"},
          {Q "enum E { A @missing }", "1:34 directive \"@missing\" is not defined"},
          {Q "input I { a: Int @missing }", "1:40 directive \"@missing\" is not defined"},
          {Q "scalar UUID @specifiedBy",
           "1:35 argument \"url\" of type \"String!\" is required by directive \"@specifiedBy\""},
          {"schema @missing { query: Query } " Q, "1:8 directive \"@missing\" is not defined"},
          {Q "directive @d(x: Int @d) on ARGUMENT_DEFINITION",
           "1:33 directive \"@d\" is used in its own definition"},
          {Q "directive @d(x: E) on ENUM_VALUE enum E { A @d }",
           "1:33 directive \"@d\" is used in its own definition"},
          {Q "directive @d(x: I) on INPUT_OBJECT input I { y: J } input J @d { z: Int }",
           "1:33 directive \"@d\" is used in its own definition"},
          {Q "directive @d(x: Int @e) on ARGUMENT_DEFINITION "
             "directive @e(x: Int @d) on ARGUMENT_DEFINITION",
           "1:33 directive \"@d\" is used in its own definition | "
           "1:80 directive \"@e\" is used in its own definition"});
}

Test(gql_schema, extensions)
{
    CHECK({Q "extend type Query { b: E } enum E { A } extend enum E { B }", ""},
          {Q "extend type Query { a: Int }", "1:43 field \"Query.a\" is defined twice"},
          {Q "extend type Missing { a: Int }", "1:35 \"Missing\" is extended but not defined"},
          {Q "extend enum Query { A }",
           "1:35 \"Query\" is extended as another kind of type than it is"});
}

Test(gql_schema, first_fault_as_a_sentence)
{
    struct gql_schema *schema = NULL;
    struct error error = {0};
    cr_expect(gql_schema_create(SLICE(Q "\ntype A { a: B c: D }"), &schema, NULL, &error) ==
              ERR_INVALID);
    cr_expect_str_eq(error.text, "line 2, column 13: type \"B\" is not defined (and 1 more)");
    cr_expect(gql_schema_create(SLICE("type"), &schema, NULL, &error) == ERR_MALFORMED);
    cr_expect_str_eq(error.text,
                     "line 1, column 5: syntax error: expected a name, found the end of the text");
    cr_expect(schema == NULL);
}

Test(gql_schema, text_is_kept)
{
    struct gql_schema *schema = NULL;
    cr_assert(gql_schema_create(SLICE(Q), &schema, NULL, NULL) == ERR_OK);
    cr_expect(slice_is(gql_schema_text(schema), Q));
    gql_schema_destroy(&schema);
    cr_expect(schema == NULL);
    gql_schema_destroy(&schema);
}

/* Every allocation may fail; the schema is then not built, and nothing leaks. */
Test(gql_schema, without_memory)
{
    bool built = false;
    for (long count = 0; !built; count++) {
        struct gql_schema *schema = NULL;
        struct error error = {0};
        cr_assert(count < 200);
        memory_fail_after(count);
        enum err e = gql_schema_create(slice_of_text(library_sdl), &schema, NULL, &error);
        memory_fail_after(-1);
        built = e == ERR_OK;
        cr_expect(built == (schema != NULL) && (built || error.text[0] != '\0'));
        gql_schema_destroy(&schema);
    }
}
