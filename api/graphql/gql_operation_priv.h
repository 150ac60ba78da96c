/*
 * gql_operation_priv: the state of an operation, for the files that execute it.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_OPERATION_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_OPERATION_PRIV_H

#include "api/graphql/gql_document_priv.h"
#include "api/graphql/gql_error.h"
#include "api/graphql/gql_operation.h"
#include "api/graphql/gql_plan_priv.h"
#include "core/base/json_out.h"

/*
 *   NEW ─► RUNNING ─► FINISHED
 *            │  ▲
 *            ▼  │
 *          WAITING ─► (abandoned: freed on completion)
 */
enum gql_operation_state {
    GQL_OPERATION_NEW,
    GQL_OPERATION_RUNNING,
    GQL_OPERATION_WAITING, /* for gql_operation_complete */
    GQL_OPERATION_FINISHED,
};

struct gql_operation {
    struct arena arena;
    const struct gql_schema *schema;
    struct gql_document *document; /* held */
    const struct gql_ast_operation *ast;
    struct value variables; /* coerced, a map */
    void *user;
    struct gql_hooks hooks;
    struct gql_plan *root;
    uint64_t cost;

    enum gql_operation_state state;
    bool abandoned;
    bool open;                /* `open` was called and `close` not yet */
    struct gql_errors errors; /* of the answer */
    enum err failed;          /* a root field's code: `data` will be null */
    bool stopped;             /* a limit ended the execution: nothing more is resolved */
    size_t steps;
    struct gql_planned *current; /* root field being executed */
    size_t completed;            /* root mutations carried out */
    struct buf *out;
    size_t out_start;  /* size of `out` before the answer */
    size_t data_start; /* where the value of `data` begins */
    struct json_out json;
    gql_finished_cb *finished;
    void *finished_arg;
};

/* ---- gql_execute.c ---- */

/** The arguments of a field, coerced once. Returns: NULL after adding errors. */
const struct value *gql_execute_arguments(struct gql_operation *operation,
                                          struct gql_planned *planned,
                                          const struct gql_path *path);

/** Resolves a root field (not a GQL_READ_START one). Returns: false when it failed. */
bool gql_execute_root(struct gql_operation *operation,
                      struct gql_planned *planned,
                      struct gql_result *ret);

/** Writes a root field with its key. Returns: false when it failed. */
bool gql_execute_root_result(struct gql_operation *operation,
                             struct gql_planned *planned,
                             const struct gql_result *result);

/** Adds an error of a field. Returns: false. */
bool gql_execute_fail(struct gql_operation *operation,
                      const struct gql_planned *planned,
                      const struct gql_path *path,
                      enum err code,
                      const char *format,
                      ...) PRINTF_LIKE(5, 6);

/** As gql_execute_fail with the sentence of `error`; NULL or none: what the code says. */
bool gql_execute_fail_error(struct gql_operation *operation,
                            const struct gql_planned *planned,
                            const struct gql_path *path,
                            enum err code,
                            const struct error *error);

/** What a resolver is called with. */
struct gql_call gql_execute_call(struct gql_operation *operation,
                                 const struct gql_planned *planned,
                                 const void *parent,
                                 const struct value *arguments,
                                 const struct gql_path *path);

/* ---- gql_cost.c ---- */

/** The estimated cost of the operation's selections; stops at UINT64_MAX. */
uint64_t gql_cost(const struct gql_operation *operation);

#endif
