/*
 * Bodies of requests, and the whole way of a request when memory runs out.
 */
#include "tests/unit/api/gql_fixture.h"

#include "api/graphql/gql_request.h"
#include "core/base/memory.h"

static void expect(const char *body, enum err code, const char *faults)
{
    struct gql_fixture fixture;
    struct gql_request request;
    gql_fixture_init(&fixture);
    cr_expect(gql_request_parse(slice_of_text(body), &fixture.arena, &request, &fixture.errors) ==
                  code,
              "%s", body);
    cr_expect_str_eq(gql_fixture_faults(&fixture), faults);
    gql_fixture_deinit(&fixture);
}

Test(gql_request, wrong_bodies)
{
    expect("", ERR_MALFORMED,
           " malformed JSON at line 1, column 1: unexpected token near end of file");
    expect("{", ERR_MALFORMED,
           " malformed JSON at line 1, column 1: string or '}' expected near end of file");
    expect("query=%7Ba%7D", ERR_MALFORMED,
           " malformed JSON at line 1, column 5: invalid token near 'query'");
    expect("[{\"query\": \"{a}\"}]", ERR_INVALID,
           " the body must be a JSON object with a member \"query\"");
    expect("null", ERR_INVALID, " the body must be a JSON object with a member \"query\"");
    expect("{}", ERR_INVALID, " the body lacks the member \"query\", a text");
    expect("{\"query\": null}", ERR_INVALID, " the body lacks the member \"query\", a text");
    expect("{\"query\": 1}", ERR_INVALID, " the body lacks the member \"query\", a text");
    expect("{\"query\": \"{a}\", \"variables\": []}", ERR_INVALID,
           " \"variables\" must be an object or null");
    expect("{\"query\": \"{a}\", \"operationName\": 1}", ERR_INVALID,
           " \"operationName\" must be a text or null");
}

Test(gql_request, right_bodies)
{
    struct gql_fixture fixture;
    struct gql_request request;
    gql_fixture_init(&fixture);
    cr_assert(gql_request_parse(
                  SLICE("{\"query\": \"{a}\", \"variables\": {\"x\": 1}, \"operationName\": \"Q\","
                        " \"extensions\": {}}"),
                  &fixture.arena, &request, &fixture.errors) == ERR_OK);
    cr_expect(slice_is(request.query, "{a}") && slice_is(request.operation_name, "Q"));
    cr_expect(value_int_of(value_get(&request.variables, SLICE("x")), 0) == 1);
    cr_assert(
        gql_request_parse(SLICE("{\"query\": \"\", \"variables\": null, \"operationName\": null}"),
                          &fixture.arena, &request, &fixture.errors) == ERR_OK);
    cr_expect(request.query.size == 0 && request.operation_name.size == 0);
    cr_expect(request.variables.type == VALUE_NULL);
    gql_fixture_deinit(&fixture);
}

Test(gql_request, errors_as_an_answer)
{
    struct gql_fixture fixture;
    gql_fixture_init(&fixture);
    EXPECT_ANSWER(
        &fixture, "{ a", NULL,
        "{\"errors\":[{\"message\":\"syntax error: expected \\\"}\\\", found the end of the "
        "text\",\"locations\":[{\"line\":1,\"column\":4}],"
        "\"extensions\":{\"code\":\"MALFORMED\"}}]}");
    EXPECT_ANSWER(
        &fixture, "{ a b }", NULL,
        "{\"errors\":[{\"message\":\"Cannot query field \\\"a\\\" on type \\\"Query\\\".\","
        "\"locations\":[{\"line\":1,\"column\":3}],\"extensions\":{\"code\":\"INVALID\"}},"
        "{\"message\":\"Cannot query field \\\"b\\\" on type \\\"Query\\\".\","
        "\"locations\":[{\"line\":1,\"column\":5}],\"extensions\":{\"code\":\"INVALID\"}}]}");
    gql_fixture_deinit(&fixture);
}

/* From body to answer. Returns: whether an answer with data came out. */
static bool answer(struct gql_fixture *fixture, const char *body)
{
    struct gql_request request;
    struct gql_document *document = NULL;
    struct gql_operation *operation = NULL;
    buf_deinit(&fixture->out);
    buf_init(&fixture->out, 100000);
    enum err e =
        gql_request_parse(slice_of_text(body), &fixture->arena, &request, &fixture->errors);
    if (e == ERR_OK) {
        e = gql_document_create(fixture->schema, request.query, &document, &fixture->errors);
    }
    if (e == ERR_OK) {
        struct gql_operation_start start = {
            .variables = &request.variables, .user = &fixture->library, .hooks = library_hooks};
        e = gql_operation_create(document, &start, &operation, &fixture->errors);
    }
    if (e == ERR_OK && gql_operation_run(operation, &fixture->out, NULL, NULL) == GQL_WAITING) {
        library_complete(&fixture->library, ERR_OK);
        e = gql_operation_failed(operation);
    } else if (e == ERR_OK) {
        e = gql_operation_failed(operation);
    } else {
        gql_errors_answer(&fixture->errors, &fixture->out);
    }
    gql_operation_destroy(&operation);
    gql_document_destroy(&document);
    return e == ERR_OK && !fixture->out.failed;
}

/* Each allocation on the way fails once: never a crash, never a leak, in the end the answer. */
static void run_out_of_memory(const char *body)
{
    bool answered = false;
    for (long count = 0; !answered; count++) {
        struct gql_fixture fixture;
        gql_fixture_init(&fixture);
        cr_assert(count < 300);
        memory_fail_after(count);
        answered = answer(&fixture, body);
        memory_fail_after(-1);
        gql_fixture_deinit(&fixture);
    }
}

Test(gql_request, without_memory)
{
    run_out_of_memory(
        "{\"query\": \"query ($f: Filter, $s: Boolean = false) { echo(filter: $f) books(first: 20) "
        "{"
        " totalCount nodes { ...B } } } fragment B on Book { id title fails @skip(if: $s)"
        " tags sequels { ... on Node { id } } author { name books(first: 3) { nodes { title"
        " } } } }\", \"variables\": {\"f\": {\"tags\": [\"a\", \"b\"]}}}");
    run_out_of_memory("{\"query\": \"{ __schema { types { name fields { name args { name "
                      "defaultValue } } } } }\"}");
}
