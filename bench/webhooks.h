/*
 * webhooks: whole HTTP requests with JSON bodies, made before anything is measured.
 */
#ifndef DAYBOOK_BENCH_WEBHOOKS_H
#define DAYBOOK_BENCH_WEBHOOKS_H

#include "bench/payload.h"

/* Requests made up when there is no corpus; sent again and again. */
#define WEBHOOKS_MADE 2000

/* Lines taken of a corpus, and their bytes. */
#define WEBHOOKS_CORPUS_MAX       100000
#define WEBHOOKS_CORPUS_BYTES_MAX ((size_t)256 << 20)

struct webhooks {
    struct buf bytes;
    struct slice *requests; /* in `bytes` */
    size_t count;
    double body_bytes; /* mean */
};

/** Makes WEBHOOKS_MADE requests to a path with bodies of a shape, of `body_bytes`. Errors:
 * ERR_NO_MEMORY, ERR_LIMIT. */
MUST_USE enum err webhooks_make(const char *path,
                                enum payload_shape shape,
                                size_t body_bytes,
                                struct webhooks *ret,
                                struct error *reterr);

/** Makes a request of every line of a file of JSON texts (NDJSON). Errors: ERR_INVALID without
 * lines; ERR_LIMIT; as small_file_read. */
MUST_USE enum err
webhooks_load(const char *path, const char *corpus, struct webhooks *ret, struct error *reterr);

/** Frees them. Takes a zeroed one too. */
void webhooks_deinit(struct webhooks *webhooks);

#endif
