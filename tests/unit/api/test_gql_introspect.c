/*
 * The schema about itself. That whole schemas come through is compared with another implementation
 * in tests/graphql_js; here stands what each member says.
 */
#include "tests/unit/api/gql_fixture.h"

static const char sdl[] =
    "\"About.\" schema { query: Q mutation: M }\n"
    "\"What.\" directive @d(a: [Int!] = [1, 2], \"Why.\" b: E = X) repeatable on FIELD | OBJECT\n"
    "scalar UUID @specifiedBy(url: \"https://x\")\n"
    "interface N { id: ID! }\n"
    "\"\"\"\n  A query.\n\"\"\"\n"
    "type Q implements N { id: ID! u: U old: Int @deprecated n(i: I = {t: \"q\\\"\"}): [N!]! }\n"
    "type M { m: UUID }\n"
    "union U = Q | M\n"
    "enum E { X \"Y.\" Y @deprecated(reason: \"no\") }\n"
    "input I { t: String = \"x\" n: Int = null f: Float! = 1.50 }\n";

static void check(const char *query, const char *expected)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    gql_schema_destroy(&fixture.schema);
    cr_assert(gql_schema_create(slice_of_text(sdl), &fixture.schema, NULL, NULL) == ERR_OK);
    EXPECT_ANSWER(&fixture, query, NULL, expected);
    gql_fixture_deinit(&fixture);
}

Test(gql_introspect, schema)
{
    check(
        "{ __schema { description queryType { name } mutationType { name } subscriptionType { name "
        "}"
        " types { name } directives { name isRepeatable } } }",
        "{\"data\":{\"__schema\":{\"description\":\"About.\",\"queryType\":{\"name\":\"Q\"},"
        "\"mutationType\":{\"name\":\"M\"},\"subscriptionType\":null,\"types\":["
        "{\"name\":\"Int\"},{\"name\":\"Float\"},{\"name\":\"String\"},{\"name\":\"Boolean\"},"
        "{\"name\":\"ID\"},{\"name\":\"__Schema\"},{\"name\":\"__Type\"},{\"name\":\"__TypeKind\"},"
        "{\"name\":\"__Field\"},{\"name\":\"__InputValue\"},{\"name\":\"__EnumValue\"},"
        "{\"name\":\"__Directive\"},{\"name\":\"__DirectiveLocation\"},{\"name\":\"UUID\"},"
        "{\"name\":\"N\"},{\"name\":\"Q\"},{\"name\":\"M\"},{\"name\":\"U\"},{\"name\":\"E\"},"
        "{\"name\":\"I\"}],\"directives\":[{\"name\":\"skip\",\"isRepeatable\":false},"
        "{\"name\":\"include\",\"isRepeatable\":false},{\"name\":\"deprecated\","
        "\"isRepeatable\":false},{\"name\":\"specifiedBy\",\"isRepeatable\":false},"
        "{\"name\":\"d\",\"isRepeatable\":true}]}}}");
}

Test(gql_introspect, objects)
{
    check("{ __type(name: \"Q\") { kind name description interfaces { name } possibleTypes { name }"
          " enumValues { name } inputFields { name } ofType { name } specifiedByURL"
          " fields { name isDeprecated deprecationReason } } }",
          "{\"data\":{\"__type\":{\"kind\":\"OBJECT\",\"name\":\"Q\",\"description\":\"A query.\","
          "\"interfaces\":[{\"name\":\"N\"}],\"possibleTypes\":null,\"enumValues\":null,"
          "\"inputFields\":null,\"ofType\":null,\"specifiedByURL\":null,\"fields\":["
          "{\"name\":\"id\",\"isDeprecated\":false,\"deprecationReason\":null},"
          "{\"name\":\"u\",\"isDeprecated\":false,\"deprecationReason\":null},"
          "{\"name\":\"n\",\"isDeprecated\":false,\"deprecationReason\":null}]}}}");
    check("{ __type(name: \"Q\") { fields(includeDeprecated: true) { name isDeprecated "
          "deprecationReason } } }",
          "{\"data\":{\"__type\":{\"fields\":["
          "{\"name\":\"id\",\"isDeprecated\":false,\"deprecationReason\":null},"
          "{\"name\":\"u\",\"isDeprecated\":false,\"deprecationReason\":null},"
          "{\"name\":\"old\",\"isDeprecated\":true,\"deprecationReason\":\"No longer supported\"},"
          "{\"name\":\"n\",\"isDeprecated\":false,\"deprecationReason\":null}]}}}");
}

Test(gql_introspect, wrapped_types_and_arguments)
{
    check("{ __type(name: \"Q\") { fields { name type { kind name fields { name } ofType { kind "
          "ofType {"
          " kind ofType { kind name } } } } args { name description defaultValue type { name } } } "
          "} }",
          "{\"data\":{\"__type\":{\"fields\":["
          "{\"name\":\"id\",\"type\":{\"kind\":\"NON_NULL\",\"name\":null,\"fields\":null,"
          "\"ofType\":{\"kind\":\"SCALAR\",\"ofType\":null}},\"args\":[]},"
          "{\"name\":\"u\",\"type\":{\"kind\":\"UNION\",\"name\":\"U\",\"fields\":null,"
          "\"ofType\":null},\"args\":[]},"
          "{\"name\":\"n\",\"type\":{\"kind\":\"NON_NULL\",\"name\":null,\"fields\":null,"
          "\"ofType\":{\"kind\":\"LIST\",\"ofType\":{\"kind\":\"NON_NULL\",\"ofType\":"
          "{\"kind\":\"INTERFACE\",\"name\":\"N\"}}}},\"args\":[{\"name\":\"i\","
          "\"description\":null,\"defaultValue\":\"{t: \\\"q\\\\\\\"\\\"}\","
          "\"type\":{\"name\":\"I\"}}]}]}}}");
}

Test(gql_introspect, other_kinds)
{
    check("{ n: __type(name: \"N\") { kind possibleTypes { name } interfaces { name } fields { "
          "name } }"
          " u: __type(name: \"U\") { kind possibleTypes { name } interfaces { name } }"
          " e: __type(name: \"E\") { kind enumValues { name } all: enumValues(includeDeprecated: "
          "true) {"
          " name description isDeprecated deprecationReason } }"
          " i: __type(name: \"I\") { kind inputFields { name defaultValue } }"
          " s: __type(name: \"UUID\") { kind specifiedByURL }"
          " missing: __type(name: \"Missing\") { kind }"
          " own: __type(name: \"__Type\") { name } }",
          "{\"data\":{\"n\":{\"kind\":\"INTERFACE\",\"possibleTypes\":[{\"name\":\"Q\"}],"
          "\"interfaces\":[],\"fields\":[{\"name\":\"id\"}]},"
          "\"u\":{\"kind\":\"UNION\",\"possibleTypes\":[{\"name\":\"Q\"},{\"name\":\"M\"}],"
          "\"interfaces\":null},"
          "\"e\":{\"kind\":\"ENUM\",\"enumValues\":[{\"name\":\"X\"}],\"all\":[{\"name\":\"X\","
          "\"description\":null,\"isDeprecated\":false,\"deprecationReason\":null},{\"name\":\"Y\","
          "\"description\":\"Y.\",\"isDeprecated\":true,\"deprecationReason\":\"no\"}]},"
          "\"i\":{\"kind\":\"INPUT_OBJECT\",\"inputFields\":[{\"name\":\"t\","
          "\"defaultValue\":\"\\\"x\\\"\"},{\"name\":\"n\",\"defaultValue\":\"null\"},"
          "{\"name\":\"f\",\"defaultValue\":\"1.50\"}]},"
          "\"s\":{\"kind\":\"SCALAR\",\"specifiedByURL\":\"https://x\"},"
          "\"missing\":null,\"own\":{\"name\":\"__Type\"}}}");
}

Test(gql_introspect, directives)
{
    check(
        "{ __schema { directives { name description locations args { name description defaultValue "
        "} } } }",
        "{\"data\":{\"__schema\":{\"directives\":["
        "{\"name\":\"skip\",\"description\":\"Leaves a field or fragment out when the condition is "
        "true.\",\"locations\":[\"FIELD\",\"FRAGMENT_SPREAD\",\"INLINE_FRAGMENT\"],"
        "\"args\":[{\"name\":\"if\",\"description\":\"The condition.\",\"defaultValue\":null}]},"
        "{\"name\":\"include\",\"description\":\"Keeps a field or fragment only when the condition "
        "is true.\",\"locations\":[\"FIELD\",\"FRAGMENT_SPREAD\",\"INLINE_FRAGMENT\"],"
        "\"args\":[{\"name\":\"if\",\"description\":\"The condition.\",\"defaultValue\":null}]},"
        "{\"name\":\"deprecated\",\"description\":\"Marks what should not be used any more.\","
        "\"locations\":[\"FIELD_DEFINITION\",\"ENUM_VALUE\"],\"args\":[{\"name\":\"reason\","
        "\"description\":\"Why, and what to use instead.\","
        "\"defaultValue\":\"\\\"No longer supported\\\"\"}]},"
        "{\"name\":\"specifiedBy\",\"description\":\"Names the document that says what a scalar "
        "is.\",\"locations\":[\"SCALAR\"],\"args\":[{\"name\":\"url\",\"description\":\"Its "
        "address.\",\"defaultValue\":null}]},"
        "{\"name\":\"d\",\"description\":\"What.\",\"locations\":[\"FIELD\",\"OBJECT\"],"
        "\"args\":[{\"name\":\"a\",\"description\":null,\"defaultValue\":\"[1, 2]\"},"
        "{\"name\":\"b\",\"description\":\"Why.\",\"defaultValue\":\"X\"}]}]}}}");
}
