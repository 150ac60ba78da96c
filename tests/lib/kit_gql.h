/*
 * kit_gql: one GraphQL document over a client, its answer as a value.
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_GQL_H
#define DAYBOOK_TESTS_LIB_KIT_GQL_H

#include "core/base/value.h"
#include "tests/lib/kit_client.h"

/* One variable: of `text`, `json` and `integer` the first that is given counts. */
struct kit_gql_variable {
    const char *name;
    const char *text;
    const char *json; /* a JSON text: "true", "[1, 2]", "null" */
    int64_t integer;
};

/**
 * Posts a document to /api with the variables, up to one without a name.
 * Returns: the whole answer ({data, errors}) in `arena`, and the message it came in.
 * Errors: those of kit_client_request; ERR_INVALID when the answer is no JSON.
 */
MUST_USE enum err kit_gql_run(struct kit_client *client,
                              const char *token,
                              const char *query,
                              const struct kit_gql_variable *variables,
                              struct arena *arena,
                              struct kit_message *ret_message,
                              struct value *ret,
                              struct error *reterr);

#endif
