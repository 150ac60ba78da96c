/*
 * One schema and one document, many threads: nothing of them is written after they are made, but
 * the document's count of references. The thread sanitizer watches.
 */
#include "tests/unit/api/gql_fixture.h"

#include <pthread.h>

#define THREADS 4
#define ROUNDS  100

struct worker {
    pthread_t thread;
    struct gql_document *document;
    int wrong; /* answers that were not as expected */
};

static const char answer[] =
    "{\"data\":{\"books\":{\"nodes\":[{\"title\":\"Book 0\",\"author\":{\"name\":"
    "\"Ada \\\"Q\\\" Byron\"},\"tags\":[]}]},\"__schema\":{\"queryType\":{\"name\":\"Query\"}}}}";

static bool run_once(struct worker *worker, struct library *library)
{
    struct gql_operation *operation = NULL;
    struct arena arena;
    struct gql_errors errors;
    struct buf out;
    arena_init(&arena, 1 * MIB);
    gql_errors_init(&errors, &arena, SLICE(""));
    buf_init(&out, 1 * MIB);
    struct gql_operation_start start = {.user = library, .hooks = library_hooks};
    bool good = gql_operation_create(worker->document, &start, &operation, &errors) == ERR_OK &&
                gql_operation_run(operation, &out, NULL, NULL) == GQL_FINISHED &&
                slice_is(buf_slice(&out), answer);
    gql_operation_destroy(&operation);
    buf_deinit(&out);
    arena_deinit(&arena);
    return good;
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct library library;
    library_init(&library);
    for (int i = 0; i < ROUNDS; i++) {
        worker->wrong += !run_once(worker, &library);
    }
    return NULL;
}

Test(gql_threads, documents_serve_many_at_once)
{
    struct gql_fixture fixture;
    struct gql_document *document = NULL;
    struct worker workers[THREADS] = {0};
    gql_fixture_init(&fixture);
    cr_assert(gql_document_create(
                  fixture.schema,
                  SLICE("query ($n: Int = 1) { books(first: $n) { nodes { ...B } }"
                        " __schema { queryType { name } } }"
                        " fragment B on Book { title author { name } tags @skip(if: false) }"),
                  &document, &fixture.errors) == ERR_OK);
    for (int i = 0; i < THREADS; i++) {
        workers[i].document = document;
        cr_assert(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        cr_assert(pthread_join(workers[i].thread, NULL) == 0);
        cr_expect(workers[i].wrong == 0);
    }
    gql_document_destroy(&document);
    gql_fixture_deinit(&fixture);
}
