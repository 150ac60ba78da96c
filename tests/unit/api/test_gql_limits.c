/*
 * Every bound of validation and execution: what just fits, and what is one more. Those of the text
 * are in test_gql_parser.
 */
#include "tests/unit/api/gql_fixture.h"

/* `count` times a piece, as text of the fixture's arena. */
static const char *times(struct gql_fixture *fixture, const char *piece, size_t count)
{
    struct buf text;
    buf_init(&text, 1 * MIB);
    for (size_t i = 0; i < count; i++) {
        buf_put_text(&text, piece);
    }
    const char *copy = arena_text(&fixture->arena, buf_slice(&text));
    buf_deinit(&text);
    return copy;
}

static const char *format(struct gql_fixture *fixture, const char *text, ...) PRINTF_LIKE(2, 3);

static const char *format(struct gql_fixture *fixture, const char *text, ...)
{
    struct buf out;
    char part[70000];
    va_list args;
    va_start(args, text);
    (void)vsnprintf(part, sizeof part, text, args);
    va_end(args);
    buf_init(&out, sizeof part);
    buf_put_text(&out, part);
    const char *copy = arena_text(&fixture->arena, buf_slice(&out));
    buf_deinit(&out);
    return copy;
}

Test(gql_limits, depth)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    /* book, 18 times self, title: 20 levels */
    EXPECT_RIGHT(&fixture, format(&fixture, "{book(id:1)%s{title}%s}", times(&fixture, "{self", 18),
                                  times(&fixture, "}", 18)));
    EXPECT_FAULTS(&fixture,
                  format(&fixture, "{book(id:1)%s{title}%s}", times(&fixture, "{self", 19),
                         times(&fixture, "}", 19)),
                  "1:1 the operation is 21 levels deep, at most 20 are allowed");
    /* fragments count as what they hold: 1 + 10 + 9 + 1 */
    EXPECT_FAULTS(&fixture,
                  format(&fixture, "{book(id:1)%s{...F}%s} fragment F on Book %s{title}%s",
                         times(&fixture, "{self", 10), times(&fixture, "}", 10),
                         times(&fixture, "{self", 9), times(&fixture, "}", 9)),
                  "1:1 the operation is 21 levels deep, at most 20 are allowed");
    gql_fixture_deinit(&fixture);
}

/* Fragments inside each other without fields between them. */
Test(gql_limits, nesting)
{
    struct gql_fixture fixture;
    struct buf text;
    gql_fixture_init(&fixture);
    for (int count = 62; count <= 63; count++) {
        buf_init(&text, 100000);
        buf_put_text(&text, "{...F0}");
        for (int i = 0; i < count; i++) {
            buf_printf(&text, "fragment F%d on Query{%s%d}", i, i + 1 < count ? "...F" : "a",
                       i + 1);
        }
        const char *query = arena_text(&fixture.arena, buf_slice(&text));
        const char *faults = gql_fixture_check(&fixture, query);
        bool nested = strstr(faults, "nested over 64 levels") != NULL;
        cr_expect(nested == (count == 63) || strstr(faults, "Cannot query field \"a63\"") != NULL,
                  "%s", faults);
        buf_deinit(&text);
    }
    gql_fixture_deinit(&fixture);
}

Test(gql_limits, fields)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    EXPECT_RIGHT(&fixture,
                 format(&fixture, "{%s}", times(&fixture, "__typename ", GQL_FIELDS_MAX)));
    EXPECT_FAULTS(&fixture,
                  format(&fixture, "{%s}", times(&fixture, "__typename ", GQL_FIELDS_MAX + 1)),
                  "1:1 the operation has more than 2000 fields, fragments expanded");
    /* 2 to the power of 30 fields in a short text */
    struct buf text;
    buf_init(&text, 10000);
    buf_put_text(&text, "{...F0}");
    for (int i = 0; i < 30; i++) {
        buf_printf(&text, "fragment F%d on Query{...F%d ...F%d}", i, i + 1, i + 1);
    }
    buf_put_text(&text, "fragment F30 on Query{__typename}");
    EXPECT_FAULTS(&fixture, arena_text(&fixture.arena, buf_slice(&text)),
                  "1:1 the operation has more than 2000 fields, fragments expanded");
    buf_deinit(&text);
    gql_fixture_deinit(&fixture);
}

/* A spread may stand often; it is collected once per set of fields, in every set. */
Test(gql_limits, overlapping_fields_are_cheap_when_they_agree)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    EXPECT_RIGHT(&fixture,
                 format(&fixture, "{%s}", times(&fixture, "book(id:1){title self{title}}", 400)));
    EXPECT_RIGHT(
        &fixture,
        format(&fixture, "{things{%s}}",
               times(&fixture, "...on Book{x:id}...on Author{x:id}...on Node{x:id}", 100)));
    gql_fixture_deinit(&fixture);
}

/* Fields of abstract parents belong to the part of every object type: they multiply per level. */
Test(gql_limits, merging_steps)
{
    struct gql_fixture fixture;
    struct buf sdl;
    struct buf query;
    gql_fixture_init(&fixture);
    buf_init(&sdl, 100000);
    buf_init(&query, 100000);
    buf_put_text(&sdl, "type Query{i:I} interface I{i:I}");
    buf_put_text(&query, "{i{");
    for (int i = 0; i < 60; i++) {
        buf_printf(&sdl, "type T%d implements I{i:I}", i);
        buf_printf(&query, "...on T%d{i{i{i{i{i{__typename}}}}}}", i);
    }
    for (int i = 0; i < 60; i++) {
        buf_put_text(&query, "i{i{i{i{i{i{__typename}}}}}}");
    }
    buf_put_text(&query, "}}");
    gql_schema_destroy(&fixture.schema);
    cr_assert(gql_schema_create(buf_slice(&sdl), &fixture.schema, NULL, NULL) == ERR_OK);
    const char *text = arena_text(&fixture.arena, buf_slice(&query));
    EXPECT_RIGHT(&fixture, text);
    struct buf all;
    buf_init(&all, 100000);
    /* the budget is the document's, not the operation's */
    for (int i = 0; i < 4; i++) {
        buf_printf(&all, "query Q%d%s", i, text);
    }
    const char *faults = gql_fixture_check(&fixture, arena_text(&fixture.arena, buf_slice(&all)));
    cr_expect(strstr(faults, "the fields overlap too much: checking that they can be merged takes "
                             "over 100000 steps") != NULL,
              "%s", faults);
    buf_deinit(&all);
    buf_deinit(&sdl);
    buf_deinit(&query);
    gql_fixture_deinit(&fixture);
}

Test(gql_limits, cost)
{
    static const struct {
        const char *query;
        unsigned cost;
    } cases[] = {
        {"{ __typename }", 1},
        {"{ things { __typename } }", 2}, /* a list that is not paged counts once */
        {"{ books(first: 20) { totalCount nodes { id pages } } }", 62},
        {"{ books { nodes { id } } }", 1 + 100 * 2},
        {"{ books(last: 5) { nodes { id } } }", 1 + 5 * 2},
        {"{ books(first: 7, last: 5) { nodes { id } } }", 1 + 7 * 2},
        {"{ books(first: 5000) { nodes { id } } }", 1 + 1000 * 2}, /* the binding's page_max */
        {"{ books(first: 0) { nodes { id } } }", 1 + 2},
        {"{ books(first: -5) { nodes { id } } }", 1 + 2},
        {"{ books(first: 2) { edges { node { id } } } }", 1 + 2 * 3},
        {"{ books(first: 2) { pageInfo { hasNextPage } } }", 3},
        {"{ shelf(first: 3) { id } }", 3 * 2},
        {"{ shelf(first: 3000) { id } }", 100 * 2},
        {"{ books(first: 10) { nodes { author { books(first: 10) { nodes { id } } } } } }",
         1 + 10 * (1 + 1 + 1 + 10 * 2)},
        {"{ books(first: 10) { nodes { author { books(first: 90) { nodes { id } } } } } }",
         1 + 10 * (1 + 1 + 1 + 50 * 2)},
        {"{ ...F ... { b: __typename } } fragment F on Query { books(first: 2) { nodes { id } } }",
         1 + 1 + 2 * 2},
        {"query ($n: Int = 4) { books(first: $n) { nodes { id } } }", 1 + 4 * 2},
        {"{ books(first: 2) { nodes { id @skip(if: true) pages } } }", 1 + 2 * 2},
    };
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        cr_assert(gql_fixture_run(&fixture, cases[i].query, NULL) != NULL &&
                  fixture.operation != NULL);
        uint64_t cost = gql_operation_cost(fixture.operation);
        cr_expect(cost == cases[i].cost, "%s costs %u", cases[i].query, (unsigned)cost);
    }
    EXPECT_ANSWER(&fixture,
                  "{ books(first: 1000) { nodes { author { books { nodes { author {"
                  " books { nodes { id } } } } } } } } }",
                  NULL,
                  "{\"errors\":[{\"message\":\"the operation may come to 5153001 fields, at most "
                  "1000000 are allowed: ask for smaller pages (first) or fewer lists inside each "
                  "other\",\"locations\":[{\"line\":1,\"column\":1}],"
                  "\"extensions\":{\"code\":\"LIMIT\"}}]}");
    /* the sum stops instead of going round */
    const char *endless =
        format(&fixture, "{books(first:1000)%s{nodes{id}}%s}",
               times(&fixture, "{nodes{author{books", 6), times(&fixture, "}}}", 6));
    EXPECT_FAULTS(&fixture, endless, "1:1 the operation is 21 levels deep, at most 20 are allowed");
    gql_fixture_deinit(&fixture);
}

/* A list that is much longer than its estimate. */
static enum err long_list(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    static const int object;
    size_t count = (size_t)(uintptr_t)call->user;
    const void **items = ARENA_ARRAY(call->arena, const void *, count);
    if (items == NULL) {
        return arena_error(call->arena, "the list", reterr);
    }
    for (size_t i = 0; i < count; i++) {
        items[i] = &object;
    }
    *ret = gql_result_objects(items, count);
    return ERR_OK;
}

static enum err wide_text(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    char *text = arena_alloc(call->arena, 1 * MIB);
    if (text == NULL) {
        return arena_error(call->arena, "the text", reterr);
    }
    memset(text, 'x', 1 * MIB);
    *ret = gql_result_text(slice_of(text, 1 * MIB));
    return ERR_OK;
}

static void long_schema(struct gql_fixture *fixture)
{
    static const struct gql_binding query_fields[] = {GQL_CALL("list", long_list),
                                                      GQL_CALL("strict", long_list)};
    static const struct gql_binding t_fields[] = {GQL_ALWAYS_INT("i", 1),
                                                  GQL_CALL("wide", wide_text)};
    static const struct gql_type_binding types[] = {GQL_TYPE("Query", query_fields),
                                                    GQL_TYPE("T", t_fields)};
    static const struct gql_bindings set = {.types = types, .type_count = ARRAY_COUNT(types)};
    gql_fixture_init(fixture);
    gql_schema_destroy(&fixture->schema);
    cr_assert(gql_schema_create(
                  SLICE("type Query { list: [T] strict: [T!]! } type T { i: Int! wide: String }"),
                  &fixture->schema, NULL, NULL) == ERR_OK);
    cr_assert(gql_schema_bind(fixture->schema, &set, 1, NULL, NULL) == ERR_OK);
}

static const char *
run_long(struct gql_fixture *fixture, const char *query, size_t count, size_t out_bytes_max)
{
    struct gql_document *document = NULL;
    struct gql_operation *operation = NULL;
    /* the list's length travels as the user context */
    struct gql_operation_start start = {.user = (void *)(uintptr_t)count};
    cr_assert(gql_document_create(fixture->schema, slice_of_text(query), &document,
                                  &fixture->errors) == ERR_OK);
    cr_assert(gql_operation_create(document, &start, &operation, &fixture->errors) == ERR_OK);
    buf_deinit(&fixture->out);
    buf_init(&fixture->out, out_bytes_max);
    cr_expect(gql_operation_run(operation, &fixture->out, NULL, NULL) == GQL_FINISHED);
    gql_operation_destroy(&operation);
    gql_document_destroy(&document);
    return gql_fixture_text(fixture);
}

#define STOPPED(column, path, message)                                                             \
    "{\"data\":null,\"errors\":[{\"message\":\"" message                                           \
    "\",\"locations\":[{\"line\":1,\"column\":" column "}],\"path\":[" path                        \
    "],\"extensions\":{\"code\":\"LIMIT\"}}]}"

Test(gql_limits, steps)
{
    struct gql_fixture fixture;
    long_schema(&fixture);
    cr_expect_str_eq(
        run_long(&fixture, "{list{a:i b:i c:i d:i}}", 400000, 64 * MIB),
        STOPPED("19", "\"list\",399999,\"d\"", "the answer has more fields than 2000000"));
    gql_fixture_deinit(&fixture);
}

Test(gql_limits, response_bytes)
{
    struct gql_fixture fixture;
    long_schema(&fixture);
    cr_expect_str_eq(run_long(&fixture, "{strict{wide}}", 20, 64 * MIB),
                     STOPPED("2", "\"strict\",16", "the answer has more bytes than 16777216"));
    gql_fixture_deinit(&fixture);
}

/* The caller's own bound on the buffer: the answer gives way to one that says so. */
Test(gql_limits, response_buffer)
{
    struct gql_fixture fixture;
    long_schema(&fixture);
    cr_expect_str_eq(
        run_long(&fixture, "{list{i}}", 200, 1000),
        "{\"data\":null,\"errors\":[{\"message\":\"the answer has more than 1000 bytes, or "
        "memory is out\",\"extensions\":{\"code\":\"LIMIT\"}}]}");
    gql_fixture_deinit(&fixture);
}

Test(gql_limits, operation_memory)
{
    struct gql_fixture fixture;
    long_schema(&fixture);
    const char *text =
        run_long(&fixture, "{list{i}}", GQL_OPERATION_BYTES_MAX / sizeof(void *) + 1, 1000);
    cr_expect_str_eq(text, "{\"data\":null,\"errors\":[{\"message\":\"the list needs more than "
                           "67108864 bytes of memory\","
                           "\"locations\":[{\"line\":1,\"column\":2}],\"path\":[\"list\"],"
                           "\"extensions\":{\"code\":\"LIMIT\"}}]}");
    gql_fixture_deinit(&fixture);
}

/* Many errors: the first hundred, and how many more. */
Test(gql_limits, errors)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    const char *query = format(&fixture, "{%s}", times(&fixture, "nope ", 150));
    struct gql_document *document = NULL;
    cr_expect(gql_document_create(fixture.schema, slice_of_text(query), &document,
                                  &fixture.errors) == ERR_INVALID);
    cr_expect(fixture.errors.count == GQL_ERRORS_MAX && fixture.errors.left_out == 50);
    struct error error = {0};
    cr_expect(gql_errors_first(&fixture.errors, &error) == ERR_INVALID);
    cr_expect_str_eq(
        error.text,
        "line 1, column 2: Cannot query field \"nope\" on type \"Query\". (and 149 more)");
    const char *answer = gql_fixture_errors(&fixture);
    cr_expect(strstr(answer, "{\"message\":\"50 more errors were left "
                             "out\",\"extensions\":{\"code\":\"LIMIT\"}}]}") != NULL);
    gql_fixture_deinit(&fixture);
}

/* A message quotes at most a sentence, cut between code points. */
Test(gql_limits, messages)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    const char *query = format(&fixture, "query { echo(any: 1) @%s }", times(&fixture, "x", 2000));
    const char *faults = gql_fixture_check(&fixture, query);
    cr_expect(strlen(faults) < ERROR_TEXT_SIZE + 10, "%zu", strlen(faults));
    struct gql_error *error =
        gql_errors_add(&fixture.errors, ERR_INVALID, GQL_NOWHERE, "%s\xe2\x82\xac",
                       times(&fixture, "y", ERROR_TEXT_SIZE - 3));
    cr_expect(error != NULL && error->message.size == ERROR_TEXT_SIZE - 3);
    gql_fixture_deinit(&fixture);
}

/* Variables with more members than any declaration asks for; free JSON may have them. */
Test(gql_limits, given_members)
{
    struct gql_fixture fixture;
    struct buf members;
    gql_fixture_init(&fixture);
    buf_init(&members, 1 * MIB);
    for (int i = 0; i < GQL_GIVEN_MAX; i++) {
        buf_printf(&members, "\"m%d\":1,", i);
    }
    const char *list = arena_text(&fixture.arena, buf_slice(&members));
    const char *query = "query ($f: Filter, $a: JSONOrString) { echo(filter: $f, any: $a) }";
    EXPECT_ANSWER(&fixture, query, format(&fixture, "{%s\"f\": null}", list),
                  "{\"errors\":[{\"message\":\"the variables, or an object in them, have more than "
                  "1000 members\",\"extensions\":{\"code\":\"LIMIT\"}}]}");
    EXPECT_ANSWER(&fixture, query, format(&fixture, "{\"f\": {%s\"n\": 1}}", list),
                  "{\"errors\":[{\"message\":\"the variables, or an object in them, have more than "
                  "1000 members\",\"locations\":[{\"line\":1,\"column\":8}],"
                  "\"extensions\":{\"code\":\"LIMIT\"}}]}");
    const char *answer =
        gql_fixture_run(&fixture, query, format(&fixture, "{\"a\": {%s\"n\": 1}}", list));
    cr_expect(strstr(answer, "\"m999\":1,\"n\":1}") != NULL);
    buf_deinit(&members);
    gql_fixture_deinit(&fixture);
}

/* A long list of wrong items ends after the errors that are kept. */
Test(gql_limits, wrong_items)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    const char *given = format(&fixture, "{\"i\": [%s0]}", times(&fixture, "\"x\",", 10000));
    const char *answer = gql_fixture_run(&fixture, "query ($i: [Int]) { echo(ints: $i) }", given);
    cr_expect(strstr(answer, "at \\\"[99]\\\": expected a whole number") != NULL);
    cr_expect(strstr(answer, "{\"message\":\"1 more errors were left out\"") != NULL);
    gql_fixture_deinit(&fixture);
}
