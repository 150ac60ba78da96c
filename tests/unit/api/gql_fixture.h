/*
 * gql_fixture: what the tests of the GraphQL engine share: the library schema, one request at a
 * time, its answer as text.
 */
#ifndef DAYBOOK_TESTS_UNIT_API_GQL_FIXTURE_H
#define DAYBOOK_TESTS_UNIT_API_GQL_FIXTURE_H

#include "tests/lib/gql_library.h"

#include "api/graphql/gql_document.h"
#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_operation.h"
#include "core/base/json_in.h"

#include <criterion/criterion.h>

struct gql_fixture {
    struct gql_schema *schema;
    struct library library;
    struct arena arena; /* of what one test gathers */
    struct gql_errors errors;
    struct gql_operation *operation; /* of a request that waits */
    struct buf out;
    int finished; /* calls of the finished callback */
};

static void gql_fixture_init(struct gql_fixture *fixture)
{
    json_in_init();
    *fixture = (struct gql_fixture){.schema = library_schema()};
    library_init(&fixture->library);
    arena_init(&fixture->arena, 64 * MIB);
    gql_errors_init(&fixture->errors, &fixture->arena, SLICE(""));
    buf_init(&fixture->out, 2 * GQL_RESPONSE_BYTES_MAX);
}

static void gql_fixture_deinit(struct gql_fixture *fixture)
{
    gql_operation_destroy(&fixture->operation);
    gql_schema_destroy(&fixture->schema);
    arena_deinit(&fixture->arena);
    buf_deinit(&fixture->out);
}

__attribute__((unused)) static void gql_fixture_finished(struct gql_operation *operation, void *arg)
{
    struct gql_fixture *fixture = arg;
    cr_assert(operation == fixture->operation);
    fixture->finished++;
}

/* What stands in `out`, as a zero-terminated text of the fixture's arena. */
__attribute__((unused)) static const char *gql_fixture_text(struct gql_fixture *fixture)
{
    return arena_text(&fixture->arena, buf_slice(&fixture->out));
}

/* The fixture's errors as the answer {"errors": [...]}, and none from here on. */
__attribute__((unused)) static const char *gql_fixture_errors(struct gql_fixture *fixture)
{
    buf_clear(&fixture->out);
    gql_errors_answer(&fixture->errors, &fixture->out);
    gql_errors_init(&fixture->errors, &fixture->arena, SLICE(""));
    return gql_fixture_text(fixture);
}

/* The errors in short, "line:column,line:column message", one after the other with " | " between.
 */
__attribute__((unused)) static const char *gql_fixture_faults(struct gql_fixture *fixture)
{
    buf_clear(&fixture->out);
    for (const struct gql_error *e = fixture->errors.first; e != NULL; e = e->next) {
        for (size_t i = 0; i < e->location_count; i++) {
            buf_printf(&fixture->out, "%s%u:%u", i > 0 ? "," : "", e->locations[i].line,
                       e->locations[i].column);
        }
        buf_printf(&fixture->out, " %.*s%s", SLICE_ARGS(e->message), e->next != NULL ? " | " : "");
    }
    gql_errors_init(&fixture->errors, &fixture->arena, SLICE(""));
    return gql_fixture_text(fixture);
}

/* Makes and drops a document. Returns: its faults in short, "" when it is right. */
__attribute__((unused)) static const char *gql_fixture_check(struct gql_fixture *fixture,
                                                             const char *query)
{
    struct gql_document *document = NULL;
    enum err e =
        gql_document_create(fixture->schema, slice_of_text(query), &document, &fixture->errors);
    cr_assert((e == ERR_OK) == gql_errors_none(&fixture->errors));
    cr_assert((e == ERR_OK) == (document != NULL));
    gql_document_destroy(&document);
    return gql_fixture_faults(fixture);
}

#define EXPECT_FAULTS(fixture, query, expected)                                                    \
    do {                                                                                           \
        const char *faults_ = gql_fixture_check((fixture), (query));                               \
        cr_expect(strcmp(faults_, (expected)) == 0, "%s\n found:    %s\n expected: %s", (query),   \
                  faults_, (expected));                                                            \
    } while (0)

#define EXPECT_RIGHT(fixture, query) EXPECT_FAULTS(fixture, query, "")

/* Starts a request; `variables` is JSON or NULL. Returns: the answer, or NULL when it waits. */
__attribute__((unused)) static const char *
gql_fixture_run(struct gql_fixture *fixture, const char *query, const char *variables)
{
    struct gql_document *document = NULL;
    struct value given = value_null();
    gql_operation_destroy(&fixture->operation);
    buf_clear(&fixture->out);
    if (variables != NULL) {
        cr_assert(json_in_parse(slice_of_text(variables), &fixture->arena, &given, NULL) == ERR_OK);
    }
    struct gql_operation_start start = {
        .variables = &given, .user = &fixture->library, .hooks = library_hooks};
    enum err e =
        gql_document_create(fixture->schema, slice_of_text(query), &document, &fixture->errors);
    if (e == ERR_OK) {
        e = gql_operation_create(document, &start, &fixture->operation, &fixture->errors);
    }
    gql_document_destroy(&document);
    if (e != ERR_OK) {
        return gql_fixture_errors(fixture);
    }
    enum gql_progress progress =
        gql_operation_run(fixture->operation, &fixture->out, gql_fixture_finished, fixture);
    return progress == GQL_FINISHED ? gql_fixture_text(fixture) : NULL;
}

/* A request and the whole of its answer. */
#define EXPECT_ANSWER(fixture, query, variables, expected)                                         \
    do {                                                                                           \
        const char *answer_ = gql_fixture_run((fixture), (query), (variables));                    \
        cr_assert(answer_ != NULL, "waits: %s", (query));                                          \
        cr_expect(strcmp(answer_, (expected)) == 0, "%s\n answered: %s\n expected: %s", (query),   \
                  answer_, (expected));                                                            \
    } while (0)

#endif
