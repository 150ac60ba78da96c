/*
 * gql_operation: one execution of one operation of a document.
 *
 * A query, from request to answer:
 *
 *     gql_request_parse(body, &arena, &request, &errors)       JSON -> query, variables, name
 *     gql_document_create(schema, request.query, ...)          or the one a cache holds
 *     gql_operation_create(document, &start, &operation, &errors)
 *     gql_operation_run(operation, &out, NULL, NULL)           GQL_FINISHED: `out` is the answer
 *     gql_operation_destroy(&operation)
 *
 * Whatever fails before gql_operation_run fills `errors`; gql_errors_answer writes them.
 *
 * A mutation may have to wait (for a commit, say). Then gql_operation_run gives GQL_WAITING:
 *
 *     run ─► start(call) of root field 1 ─► GQL_WAITING            the loop goes on
 *                                            :
 *     gql_operation_complete(call->operation, ...) ─► its payload is written from the fresh state
 *         ─► start(call) of root field 2 ─► waiting again
 *                                            :
 *     gql_operation_complete(...) ─► ... ─► finished(operation, arg)
 *
 * Queries never wait: they run to the end on the thread that calls. All state is in the operation.
 *
 * Snapshots. The hooks bracket every stretch in which resolvers run: `open` before the first, and
 * again after every mutation, so that a payload shows what the mutation did; `close` before
 * waiting and at the end. A mutation's `start` runs inside such a bracket as well.
 *
 * Failing. A root field fails when its resolver does, or when null travels up to it. Then the whole
 * `data` is null: clients look at `errors` only when there is no data (a deliberate deviation from
 * the specification). Below the root the specification holds: a field that fails is null, and a
 * null that may not be there makes its parent null. A mutation of several root fields stops at the
 * first that fails; those before it stand, and `extensions.completed` lists the response names of
 * all that were carried out.
 *
 * Abandoning. gql_operation_destroy while it waits (the client is gone) lets the started mutation
 * complete: its result is dropped, later root fields are not started, hooks, `out` and `finished`
 * are not touched any more, and the memory goes when gql_operation_complete comes.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_OPERATION_H
#define DAYBOOK_API_GRAPHQL_GQL_OPERATION_H

#include "api/graphql/gql_document.h"
#include "api/graphql/gql_resolve.h"
#include "core/base/buf.h"

#include <stdint.h>

struct gql_operation;

/* Both may be NULL. */
struct gql_hooks {
    /* Before resolvers run. An error fails the root field (or the whole query). */
    enum err (*open)(void *user, struct error *reterr);
    /* After every `open` that succeeded. */
    void (*close)(void *user);
};

/* What an operation is made from; nothing of it but `user` is used after gql_operation_create. */
struct gql_operation_start {
    struct slice name;             /* which operation of the document; empty: the only one */
    const struct value *variables; /* a map; NULL: none */
    void *user;                    /* what resolvers get as call->user */
    struct gql_hooks hooks;
};

enum gql_progress {
    GQL_FINISHED,
    GQL_WAITING,
};

/** The answer of an operation that had to wait is complete. It may be destroyed here. */
typedef void gql_finished_cb(struct gql_operation *operation, void *arg);

/**
 * Prepares an operation: selects it, coerces the variables, collects the root fields, estimates the
 * cost. Holds the document; copies everything else.
 * Errors: ERR_INVALID (no such operation, variables that do not fit), ERR_LIMIT (cost, memory),
 * ERR_NO_MEMORY; `errors` tells.
 */
MUST_USE enum err gql_operation_create(struct gql_document *document,
                                       const struct gql_operation_start *start,
                                       struct gql_operation **ret,
                                       struct gql_errors *errors);

/** Ends an operation and sets the pointer to NULL; takes NULL. One that waits is abandoned. */
void gql_operation_destroy(struct gql_operation **operation);

/** Whether it is a query or a mutation. */
enum gql_operation_kind gql_operation_kind(const struct gql_operation *operation);

/** Number of root fields, after fragments, @skip and @include. */
size_t gql_operation_root_count(const struct gql_operation *operation);

/** Schema name of the i-th root field ("createInstance"), not its alias. */
struct slice gql_operation_root_name(const struct gql_operation *operation, size_t index);

/** Estimated cost; gql_cost.c says how it is computed. At most GQL_COST_MAX. */
uint64_t gql_operation_cost(const struct gql_operation *operation);

/**
 * Runs an operation once, appending the answer to `out`.
 * Takes: `out`, until it is finished or destroyed; nobody else may append to it meanwhile.
 * Callback: `finished`, exactly once, only if GQL_WAITING is returned and the operation is not
 * destroyed before; from gql_operation_complete. May be NULL for queries.
 */
enum gql_progress gql_operation_run(struct gql_operation *operation,
                                    struct buf *out,
                                    gql_finished_cb *finished,
                                    void *arg);

/**
 * Completes the mutation that the operation waits for: `code` ERR_OK with its `result`, or a code
 * with its sentence in `error` (may be NULL). The operation may be gone when this returns.
 * Thread: the one that ran the operation; never from within the mutation's `start`.
 */
void gql_operation_complete(struct gql_operation *operation,
                            enum err code,
                            const struct gql_result *result,
                            const struct error *error);

/** Once finished: why `data` is null; ERR_OK when it is not. */
enum err gql_operation_failed(const struct gql_operation *operation);

#endif
