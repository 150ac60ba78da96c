/*
 * fuzz_graphql: any bytes as a request or as schema text.
 *
 * The first byte decides: even is a request, odd is a schema. A request is the query text and,
 * behind a NUL, its variables as JSON. It is parsed, validated and executed against the library
 * schema; mutations are completed, every third one is abandoned. The answer must be JSON.
 */
#include "tests/lib/gql_library.h"

#include "api/graphql/gql_document.h"
#include "api/graphql/gql_limits.h"
#include "core/base/json_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gql_schema *schema;

static void check_json(const struct buf *out)
{
    struct error error = {0};
    enum err e = json_in_check(buf_slice(out), &error);
    ASSERT(e == ERR_OK || e == ERR_LIMIT);
}

static void run(struct gql_document *document, const struct value *variables, bool abandon)
{
    static struct library library;
    struct gql_operation *operation = NULL;
    struct arena arena;
    struct gql_errors errors;
    struct buf out;
    library_init(&library);
    arena_init(&arena, 1 * MIB);
    gql_errors_init(&errors, &arena, SLICE(""));
    buf_init(&out, 1 * MIB);
    struct gql_operation_start start = {
        .variables = variables, .user = &library, .hooks = library_hooks};
    if (gql_operation_create(document, &start, &operation, &errors) != ERR_OK) {
        gql_errors_answer(&errors, &out);
    } else if (gql_operation_run(operation, &out, NULL, NULL) == GQL_WAITING) {
        if (abandon) {
            gql_operation_destroy(&operation);
        }
        while (library.pending_count > 0) {
            library_complete(&library, ERR_OK);
        }
    }
    ASSERT(abandon || library.opens == library.closes);
    if (!abandon || library.opens == 0) {
        check_json(&out);
    }
    gql_operation_destroy(&operation);
    buf_deinit(&out);
    arena_deinit(&arena);
}

static void
fuzz_request(struct slice text, struct arena *arena, struct gql_errors *errors, bool abandon)
{
    struct gql_document *document = NULL;
    struct value variables = value_null();
    struct slice query = text;
    const char *end = text.size > 0 ? memchr(text.data, '\0', text.size) : NULL;
    if (end != NULL) {
        query.size = (size_t)(end - text.data);
        IGNORE(
            json_in_parse(slice_from(text, query.size + 1), arena, &variables, NULL)); /* or none */
    }
    enum err e = gql_document_create(schema, query, &document, errors);
    ASSERT((e == ERR_OK) == gql_errors_none(errors));
    if (e == ERR_OK) {
        run(document, &variables, abandon);
    } else {
        struct buf out;
        buf_init(&out, 1 * MIB);
        gql_errors_answer(errors, &out);
        check_json(&out);
        buf_deinit(&out);
    }
    gql_document_destroy(&document);
}

static void fuzz_schema(struct slice text, struct gql_errors *errors)
{
    struct gql_schema *built = NULL;
    enum err e = gql_schema_create(text, &built, errors, NULL);
    ASSERT((e == ERR_OK) == gql_errors_none(errors));
    if (e == ERR_OK) {
        struct gql_document *document = NULL;
        struct value none = value_null();
        e = gql_document_create(
            built,
            SLICE("{__schema{types{name fields{name args{defaultValue type{name}}}}"
                  "directives{name args{defaultValue}}}}"),
            &document, errors);
        ASSERT(e == ERR_OK);
        run(document, &none, false);
        gql_document_destroy(&document);
    }
    gql_schema_destroy(&built);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct gql_errors errors;
    if (schema == NULL) {
        json_in_init();
        schema = library_schema();
    }
    if (size == 0) {
        return 0;
    }
    arena_init(&arena, 16 * MIB);
    gql_errors_init(&errors, &arena, SLICE(""));
    struct slice text = slice_of(data + 1, size - 1);
    if (data[0] % 2 == 0) {
        fuzz_request(text, &arena, &errors, data[0] % 3 == 0);
    } else {
        fuzz_schema(text, &errors);
    }
    arena_deinit(&arena);
    return 0;
}
