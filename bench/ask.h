/*
 * ask: asks a server over HTTP and waits for the answer: for what stands around a measurement, not
 * for what is measured.
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_BENCH_ASK_H
#define DAYBOOK_BENCH_ASK_H

#include "core/base/buf.h"
#include "core/base/value.h"

struct ask;

/** For the server at `url`, with an API token; both are copied. Errors: ERR_NO_MEMORY, ERR_IO. */
MUST_USE enum err
ask_create(const char *url, const char *token, struct ask **ret, struct error *reterr);

/** Ends it; sets the pointer to NULL. Takes NULL too. */
void ask_destroy(struct ask **ask);

/** GET of a path; the body is appended to *ret. Errors: ERR_IO, also for a status other than 200.
 */
MUST_USE enum err ask_get(struct ask *ask, const char *path, struct buf *ret, struct error *reterr);

/**
 * Runs a GraphQL document; `variables` is a map. *ret is what stands under the only field of
 * `data`, in `arena`. Errors: ERR_REFUSED with the first message when there are errors, the
 * payload's own too; as ask_get.
 */
MUST_USE enum err ask_graphql(struct ask *ask,
                              const char *document,
                              const struct value *variables,
                              struct arena *arena,
                              struct value *ret,
                              struct error *reterr);

#endif
