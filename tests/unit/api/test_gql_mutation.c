/*
 * Mutations that wait: order, snapshots, failures, what was carried out, clients that go away.
 */
#include "tests/unit/api/gql_fixture.h"

#define BOOK_0 "Qm9vazowMjAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDA="

#define TWO                                                                                        \
    "mutation { a: addBook(input: {title: \"A\"}) { book { title } }"                              \
    " b: addBook(input: {title: \"B\"}) { book { title } } }"

static void expect_text(struct gql_fixture *fixture, const char *expected)
{
    const char *text = gql_fixture_text(fixture);
    cr_expect(strcmp(text, expected) == 0, "\n found:    %s\n expected: %s", text, expected);
}

Test(gql_mutation, one_after_the_other)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    cr_assert(gql_fixture_run(&fixture, TWO, NULL) == NULL);
    cr_expect(gql_operation_kind(fixture.operation) == GQL_MUTATION);
    cr_expect(fixture.library.pending_count == 1);
    cr_expect(fixture.library.opens == 1 && fixture.library.closes == 1);

    library_complete(&fixture.library, ERR_OK);
    cr_expect(fixture.finished == 0 && fixture.library.pending_count == 1);
    cr_expect(fixture.library.opens == 2 && fixture.library.closes == 2);

    library_complete(&fixture.library, ERR_OK);
    cr_expect(fixture.finished == 1 && fixture.library.pending_count == 0);
    cr_expect(fixture.library.opens == 3 && fixture.library.closes == 3);
    expect_text(&fixture, "{\"data\":{\"a\":{\"book\":{\"title\":\"A\"}},"
                          "\"b\":{\"book\":{\"title\":\"B\"}}}}");
    cr_expect(gql_operation_failed(fixture.operation) == ERR_OK);
    gql_fixture_deinit(&fixture);
}

Test(gql_mutation, stops_at_the_first_that_fails)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    cr_assert(gql_fixture_run(&fixture, TWO, NULL) == NULL);
    library_complete(&fixture.library, ERR_OK);
    library_complete(&fixture.library, ERR_IO);
    cr_expect(fixture.finished == 1);
    expect_text(&fixture,
                "{\"data\":null,\"errors\":[{\"message\":\"the press is broken\","
                "\"locations\":[{\"line\":1,\"column\":63}],\"path\":[\"b\"],"
                "\"extensions\":{\"code\":\"IO\"}}],\"extensions\":{\"completed\":[\"a\"]}}");
    cr_expect(gql_operation_failed(fixture.operation) == ERR_IO);

    cr_assert(gql_fixture_run(&fixture, TWO, NULL) == NULL);
    library_complete(&fixture.library, ERR_CONFLICT);
    cr_expect(fixture.finished == 2 && fixture.library.pending_count == 0, "b is not started");
    expect_text(&fixture,
                "{\"data\":null,\"errors\":[{\"message\":\"the press is broken\","
                "\"locations\":[{\"line\":1,\"column\":12}],\"path\":[\"a\"],"
                "\"extensions\":{\"code\":\"CONFLICT\"}}],\"extensions\":{\"completed\":[]}}");
    gql_fixture_deinit(&fixture);
}

Test(gql_mutation, start_may_refuse)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    EXPECT_ANSWER(&fixture, "mutation { refuse { errors } }", NULL,
                  "{\"data\":null,\"errors\":[{\"message\":\"not today\","
                  "\"locations\":[{\"line\":1,\"column\":12}],\"path\":[\"refuse\"],"
                  "\"extensions\":{\"code\":\"REFUSED\"}}]}");
    cr_expect(fixture.library.opens == 1 && fixture.library.closes == 1);
    cr_assert(
        gql_fixture_run(&fixture,
                        "mutation { addBook(input: {title: \"x\"}) { errors } refuse { errors } }",
                        NULL) == NULL);
    library_complete(&fixture.library, ERR_OK);
    cr_expect(fixture.finished == 1);
    expect_text(&fixture, "{\"data\":null,\"errors\":[{\"message\":\"not today\","
                          "\"locations\":[{\"line\":1,\"column\":52}],\"path\":[\"refuse\"],"
                          "\"extensions\":{\"code\":\"REFUSED\"}}],"
                          "\"extensions\":{\"completed\":[\"addBook\"]}}");
    gql_fixture_deinit(&fixture);
}

/* The mutation was carried out, but its payload cannot be shown: `completed` says so. */
Test(gql_mutation, payload_fails)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    cr_assert(gql_fixture_run(
                  &fixture,
                  "mutation { addStrictly(input: {title: \"x\"}) { book { nullHard { id } } } }",
                  NULL) == NULL);
    library_complete(&fixture.library, ERR_OK);
    expect_text(&fixture, "{\"data\":{\"addStrictly\":{\"book\":null}},\"errors\":[{\"message\":"
                          "\"null was found for \\\"Book.nullHard\\\", which cannot be null\","
                          "\"locations\":[{\"line\":1,\"column\":54}],"
                          "\"path\":[\"addStrictly\",\"book\",\"nullHard\"],"
                          "\"extensions\":{\"code\":\"DAMAGED\"}}]}");
    cr_assert(gql_fixture_run(&fixture,
                              "mutation { addBook(input: {title: \"x\"}) { book { title } } }",
                              NULL) == NULL);
    fixture.library.refuse_open = true;
    library_complete(&fixture.library, ERR_OK);
    expect_text(&fixture, "{\"data\":null,\"errors\":[{\"message\":\"the door is locked\","
                          "\"locations\":[{\"line\":1,\"column\":12}],\"path\":[\"addBook\"],"
                          "\"extensions\":{\"code\":\"IO\"}}],"
                          "\"extensions\":{\"completed\":[\"addBook\"]}}");
    gql_fixture_deinit(&fixture);
}

Test(gql_mutation, done_when_the_resolver_returns)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    EXPECT_ANSWER(
        &fixture,
        "mutation { __typename renameBook(id: \"" BOOK_0 "\", title: \"New\") { title } }", NULL,
        "{\"data\":{\"__typename\":\"Mutation\",\"renameBook\":{\"title\":\"New\"}}}");
    cr_expect(fixture.library.opens == fixture.library.closes && fixture.library.opens == 3);
    EXPECT_ANSWER(
        &fixture,
        "mutation { a: renameBook(id: \"" BOOK_0 "\", title: \"1\") { title }"
        " b: renameBook(id: \"x\", title: \"2\") { title } }",
        NULL,
        "{\"data\":null,\"errors\":[{\"message\":\"\\\"x\\\" is not an id of this server\","
        "\"locations\":[{\"line\":1,\"column\":112}],\"path\":[\"b\"],"
        "\"extensions\":{\"code\":\"INVALID\"}}],\"extensions\":{\"completed\":[\"a\"]}}");
    gql_fixture_deinit(&fixture);
}

Test(gql_mutation, abandoned)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    cr_assert(gql_fixture_run(&fixture, TWO, NULL) == NULL);
    gql_operation_destroy(&fixture.operation);
    cr_expect(fixture.operation == NULL);
    size_t written = fixture.out.size;
    library_complete(&fixture.library, ERR_OK); /* frees the operation: the sanitizer watches */
    cr_expect(fixture.finished == 0 && fixture.library.pending_count == 0);
    cr_expect(fixture.library.opens == 1 && fixture.library.closes == 1);
    cr_expect(fixture.out.size == written);
    gql_fixture_deinit(&fixture);
}

static void destroy_finished(struct gql_operation *operation, void *arg)
{
    struct gql_fixture *fixture = arg;
    cr_expect(operation == fixture->operation);
    gql_operation_destroy(&fixture->operation);
    fixture->finished++;
}

Test(gql_mutation, may_be_destroyed_when_finished)
{
    struct gql_fixture fixture;
    struct gql_document *document = NULL;
    gql_fixture_init(&fixture);
    cr_assert(gql_document_create(fixture.schema, SLICE(TWO), &document, &fixture.errors) ==
              ERR_OK);
    struct gql_operation_start start = {.user = &fixture.library};
    cr_assert(gql_operation_create(document, &start, &fixture.operation, &fixture.errors) ==
              ERR_OK);
    gql_document_destroy(&document);
    cr_assert(gql_operation_run(fixture.operation, &fixture.out, destroy_finished, &fixture) ==
              GQL_WAITING);
    library_complete(&fixture.library, ERR_OK);
    library_complete(&fixture.library, ERR_OK);
    cr_expect(fixture.finished == 1 && fixture.operation == NULL);
    gql_fixture_deinit(&fixture);
}

/* One document, two operations at the same time. */
Test(gql_mutation, documents_are_shared)
{
    struct gql_fixture fixture;
    struct gql_document *document = NULL;
    struct gql_operation *operations[2] = {NULL, NULL};
    struct buf outs[2];
    gql_fixture_init(&fixture);
    cr_assert(
        gql_document_create(
            fixture.schema,
            SLICE("mutation ($t: String!) { addBook(input: {title: $t}) { book { title } } }"),
            &document, &fixture.errors) == ERR_OK);
    cr_expect(gql_document_bytes(document) > 0);
    for (size_t i = 0; i < 2; i++) {
        struct value variables = value_map();
        cr_assert(value_map_put(&fixture.arena, &variables, SLICE("t"),
                                value_text(i == 0 ? SLICE("first") : SLICE("second"))));
        struct gql_operation_start start = {.user = &fixture.library, .variables = &variables};
        cr_assert(gql_operation_create(document, &start, &operations[i], &fixture.errors) ==
                  ERR_OK);
        buf_init(&outs[i], 10000);
        cr_assert(gql_operation_run(operations[i], &outs[i], NULL, NULL) == GQL_WAITING);
    }
    gql_document_destroy(&document);
    library_complete(&fixture.library, ERR_OK);
    library_complete(&fixture.library, ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        cr_expect(slice_is(buf_slice(&outs[i]),
                           i == 0 ? "{\"data\":{\"addBook\":{\"book\":{\"title\":\"first\"}}}}"
                                  : "{\"data\":{\"addBook\":{\"book\":{\"title\":\"second\"}}}}"));
        gql_operation_destroy(&operations[i]);
        buf_deinit(&outs[i]);
    }
    gql_fixture_deinit(&fixture);
}
