/*
 * gql_measure: how long a usual list query takes: 15 fields of each of 20 books, and a total.
 *
 *     gql_measure [ROUNDS]
 *
 * Prints microseconds per request: with the document parsed and validated each time, and with a
 * document that a cache holds; and of that, making and validating the document alone. Each is the
 * best of BATCHES batches of ROUNDS / BATCHES rounds: other work on the machine only adds.
 */
#include "tests/lib/gql_library.h"

#include "api/graphql/gql_document.h"
#include "core/base/clock.h"
#include "core/base/json_in.h"
#include "core/base/limits.h"

#include <stdlib.h>

#define ROUNDS  20000
#define BATCHES 20

static const char query[] =
    "query Books($first: Int!, $after: String) {\n"
    "  books(first: $first, after: $after) {\n"
    "    totalCount\n"
    "    nodes {\n"
    "      id uuid title subtitle pages rating sold price genre tags addedAt inPrint extra\n"
    "      author { id name }\n"
    "    }\n"
    "    pageInfo { hasNextPage endCursor }\n"
    "  }\n"
    "}\n";

struct measure {
    struct gql_schema *schema;
    struct library library;
    struct arena arena;
    struct gql_errors errors;
    struct value variables;
    struct buf out;
};

static struct gql_document *make_document(struct measure *measure)
{
    struct gql_document *document = NULL;
    enum err e =
        gql_document_create(measure->schema, slice_of_text(query), &document, &measure->errors);
    ASSERT(e == ERR_OK);
    return document;
}

static void execute(struct measure *measure, struct gql_document *document)
{
    struct gql_operation *operation = NULL;
    struct gql_operation_start start = {
        .variables = &measure->variables, .user = &measure->library, .hooks = library_hooks};
    enum err e = gql_operation_create(document, &start, &operation, &measure->errors);
    ASSERT(e == ERR_OK);
    buf_clear(&measure->out);
    (void)gql_operation_run(operation, &measure->out, NULL, NULL);
    ASSERT(gql_operation_failed(operation) == ERR_OK);
    gql_operation_destroy(&operation);
}

/* Microseconds per round of the parts that are asked for. */
static double run_batch(struct measure *measure, int rounds, bool cached, bool executed)
{
    struct gql_document *kept = make_document(measure);
    int64_t begin_us = clock_monotonic_us(clock_system());
    for (int i = 0; i < rounds; i++) {
        struct gql_document *document = cached ? kept : make_document(measure);
        if (executed) {
            execute(measure, document);
        }
        if (!cached) {
            gql_document_destroy(&document);
        }
    }
    int64_t end_us = clock_monotonic_us(clock_system());
    gql_document_destroy(&kept);
    return (double)(end_us - begin_us) / rounds;
}

static double run(struct measure *measure, int rounds, bool cached, bool executed)
{
    double best_us = run_batch(measure, rounds, cached, executed);
    for (int i = 1; i < BATCHES; i++) {
        double us = run_batch(measure, rounds, cached, executed);
        best_us = us < best_us ? us : best_us;
    }
    return best_us;
}

int main(int count, char **args)
{
    int rounds = count > 1 ? (int)strtol(args[1], NULL, 10) : ROUNDS;
    struct measure measure = {.variables = value_map()};
    if (rounds < 1) {
        (void)fprintf(stderr, "usage: gql_measure [ROUNDS]\n");
        return 2;
    }
    json_in_init();
    measure.schema = library_schema();
    library_init(&measure.library);
    arena_init(&measure.arena, 1 * MIB);
    gql_errors_init(&measure.errors, &measure.arena, SLICE(""));
    buf_init(&measure.out, 1 * MIB);
    bool put = value_map_put(&measure.arena, &measure.variables, SLICE("first"), value_int(20));
    ASSERT(put);
    rounds = rounds / BATCHES + 1;
    double document_us = run(&measure, rounds, false, false);
    double cached_us = run(&measure, rounds, true, true);
    double whole_us = run(&measure, rounds, false, true);
    (void)printf("parse and validate       %7.1f us\n", document_us);
    (void)printf("execute, document cached %7.1f us, %zu bytes of answer\n", cached_us,
                 measure.out.size);
    (void)printf("all of it                %7.1f us\n", whole_us);
    gql_schema_destroy(&measure.schema);
    arena_deinit(&measure.arena);
    buf_deinit(&measure.out);
    return 0;
}
