/*
 * payload: made-up webhook bodies with random ids, names and numbers.
 *
 * The built-in dictionary was trained on none of these shapes. The usual one has names of members
 * that it knows from others, as most webhooks have; the unseen one has none.
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_BENCH_PAYLOAD_H
#define DAYBOOK_BENCH_PAYLOAD_H

#include "core/base/buf.h"

#include <stdint.h>

/* The smallest body that payload_put_sized makes. */
#define PAYLOAD_BYTES_MIN 64

enum payload_shape { PAYLOAD_USUAL, PAYLOAD_UNSEEN };

/* Where numbers come from; the same seed makes the same ones (not the same UUIDs). */
struct payload_source {
    uint64_t random; /* not 0 */
};

/** A source that begins at its usual place. */
struct payload_source payload_source(void);

/** Appends a random UUID as text. */
void payload_put_uuid(struct buf *out);

/** Appends a JSON order of the unseen shape, 0.9 to 1.2 KiB. */
void payload_put_order(struct payload_source *source, struct buf *out);

/** Appends a JSON contact of an unseen shape, of about 0.9 KiB. */
void payload_put_contact(struct payload_source *source, struct buf *out);

/** Appends JSON of exactly `bytes` (at least PAYLOAD_BYTES_MIN): an order with as many positions as
 * fit, and a remark in words; when none fits, a remark alone. */
void payload_put_sized(struct payload_source *source,
                       struct buf *out,
                       enum payload_shape shape,
                       size_t bytes);

#endif
