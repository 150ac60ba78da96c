/*
 * payload: made-up webhook bodies with random ids, names and numbers, of shapes that the built-in
 * dictionary was not trained on.
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_BENCH_PAYLOAD_H
#define DAYBOOK_BENCH_PAYLOAD_H

#include "core/base/buf.h"

#include <stdint.h>

/* The smallest body that payload_put_sized makes. */
#define PAYLOAD_BYTES_MIN 64

/* Where numbers come from; the same seed makes the same ones (not the same UUIDs). */
struct payload_source {
    uint64_t random; /* not 0 */
};

/** A source that begins at its usual place. */
struct payload_source payload_source(void);

/** Appends a random UUID as text. */
void payload_put_uuid(struct buf *out);

/** Appends a JSON order of 0.9 to 1.2 KiB. */
void payload_put_order(struct payload_source *source, struct buf *out);

/** Appends a JSON contact of about 0.9 KiB. */
void payload_put_contact(struct payload_source *source, struct buf *out);

/** Appends JSON of exactly `bytes` (at least PAYLOAD_BYTES_MIN): an order with as many positions as
 * fit, and a remark in words; when none fits, a remark alone. */
void payload_put_sized(struct payload_source *source, struct buf *out, size_t bytes);

#endif
