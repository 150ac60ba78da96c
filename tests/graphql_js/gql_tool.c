/*
 * gql_tool: the GraphQL engine on the command line, for comparing it with another implementation.
 *
 *     gql_tool schema FILE             checks schema text; prints {"errors": [...]} or {}
 *     gql_tool validate FILE < LINES   each line a request {"query": ...}; prints a line for each:
 *                                      {"errors": [...]} or {}
 *     gql_tool run FILE < REQUEST      executes one request and prints the answer; without
 *                                      resolvers only introspection has something to say
 *
 * Exit codes: 0 done, 2 wrong usage, 3 could not read FILE or build the schema.
 */
#include "api/graphql/gql_document.h"
#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_operation.h"
#include "api/graphql/gql_request.h"
#include "core/base/json_in.h"

#include <stdio.h>

static bool read_all(FILE *file, struct buf *out)
{
    char chunk[16384];
    size_t size = 0;
    buf_init(out, 64 * MIB);
    while ((size = fread(chunk, 1, sizeof chunk, file)) > 0) {
        buf_put(out, chunk, size);
    }
    return !ferror(file) && !out->failed;
}

static void print(const struct buf *out)
{
    (void)fwrite(out->data, 1, out->size, stdout);
    (void)putchar('\n');
}

static void print_errors(const struct gql_errors *errors)
{
    struct buf out;
    if (gql_errors_none(errors)) {
        (void)puts("{}");
        return;
    }
    buf_init(&out, 4 * MIB);
    gql_errors_answer(errors, &out);
    print(&out);
    buf_deinit(&out);
}

static enum err run(const struct gql_schema *schema,
                    struct slice body,
                    struct arena *arena,
                    struct gql_errors *errors,
                    bool execute)
{
    struct gql_request request;
    struct gql_document *document = NULL;
    struct gql_operation *operation = NULL;
    enum err e = gql_request_parse(body, arena, &request, errors);
    if (e == ERR_OK) {
        e = gql_document_create(schema, request.query, &document, errors);
    }
    if (e == ERR_OK && execute) {
        struct gql_operation_start start = {.name = request.operation_name,
                                            .variables = &request.variables};
        e = gql_operation_create(document, &start, &operation, errors);
    }
    if (operation != NULL) {
        struct buf out;
        buf_init(&out, GQL_RESPONSE_BYTES_MAX * 2);
        (void)gql_operation_run(operation, &out, NULL, NULL);
        print(&out);
        buf_deinit(&out);
    }
    gql_operation_destroy(&operation);
    gql_document_destroy(&document);
    return e;
}

static void run_request(const struct gql_schema *schema, struct slice body, bool execute)
{
    struct arena arena;
    struct gql_errors errors;
    arena_init(&arena, 64 * MIB);
    gql_errors_init(&errors, &arena, SLICE(""));
    enum err e = run(schema, body, &arena, &errors, execute);
    if (e != ERR_OK || !execute) {
        print_errors(&errors);
    }
    arena_deinit(&arena);
}

static void validate_lines(const struct gql_schema *schema, struct slice lines)
{
    while (lines.size > 0) {
        size_t end = slice_find(lines, SLICE("\n"));
        struct slice line = end == SIZE_MAX ? lines : slice_of(lines.data, end);
        run_request(schema, line, false);
        lines = slice_from(lines, line.size + 1);
    }
}

static int with_schema(const struct gql_schema *schema, const char *mode)
{
    struct buf input;
    bool read = read_all(stdin, &input);
    if (read && strcmp(mode, "validate") == 0) {
        validate_lines(schema, buf_slice(&input));
    } else if (read) {
        run_request(schema, buf_slice(&input), true);
    }
    buf_deinit(&input);
    return read ? 0 : 3;
}

static int with_text(const char *mode, struct slice text)
{
    struct arena arena;
    struct gql_errors errors;
    struct gql_schema *schema = NULL;
    struct error error = {0};
    int status = 0;
    arena_init(&arena, 16 * MIB);
    gql_errors_init(&errors, &arena, SLICE(""));
    enum err e = gql_schema_create(text, &schema, &errors, &error);
    if (strcmp(mode, "schema") == 0) {
        print_errors(&errors);
    } else if (e != ERR_OK) {
        (void)fprintf(stderr, "gql_tool: %s\n", error_text(&error));
        status = 3;
    } else {
        status = with_schema(schema, mode);
    }
    gql_schema_destroy(&schema);
    arena_deinit(&arena);
    return status;
}

int main(int count, char **args)
{
    if (count != 3 || (strcmp(args[1], "schema") != 0 && strcmp(args[1], "validate") != 0 &&
                       strcmp(args[1], "run") != 0)) {
        (void)fprintf(stderr, "usage: gql_tool schema|validate|run FILE\n");
        return 2;
    }
    json_in_init();
    FILE *file = fopen(args[2], "rb");
    struct buf text = {0};
    bool read = file != NULL && read_all(file, &text);
    int status = read ? with_text(args[1], buf_slice(&text)) : 3;
    if (!read) {
        (void)fprintf(stderr, "gql_tool: cannot read %s\n", args[2]);
    }
    buf_deinit(&text);
    if (file != NULL) {
        (void)fclose(file);
    }
    return status;
}
