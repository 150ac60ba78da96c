/*
 * id: who is who. UUIDs inside, base64 of "Type:uuid" outside.
 *
 * Things made in order (customers, instances, executions, appends) get UUIDv7 (RFC 9562): 48 bits
 * of milliseconds, then a counter, then random bits, strictly increasing within one source, so that
 * tables keyed by them grow at their right edge. An id that is also a capability (a webhook URL) is
 * 122 random bits: UUIDv4. An id that can be computed from others (a flow of a version) is derived:
 * UUIDv8.
 */
#ifndef DAYBOOK_CORE_BASE_ID_H
#define DAYBOOK_CORE_BASE_ID_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct uuid {
    unsigned char bytes[16];
};

/* "01234567-89ab-cdef-0123-456789abcdef" and its zero. */
#define UUID_TEXT_SIZE 37

/* Longest type name in a global id, and room for the base64 of "Type:uuid" with its zero. */
#define ID_TYPE_LENGTH_MAX 40
#define ID_TEXT_SIZE       ((ID_TYPE_LENGTH_MAX + 1 + 36 + 2) / 3 * 4 + 1)

/* Makes increasing UUIDv7s. Thread: one. */
struct id_source {
    uint64_t last_ms;
    uint32_t counter; /* within last_ms, 12 bits */
};

/** The next UUIDv7 at wall time `now_us`; greater than every earlier one of this source. */
struct uuid id_next(struct id_source *source, int64_t now_us);

/** A random UUIDv4, for ids that are capabilities. Thread: any. */
struct uuid id_random(void);

/** The UUIDv8 that always belongs to (parent, tag, name): BLAKE2b of the three. Thread: any. */
struct uuid id_derived(struct uuid parent, const char *tag, struct slice name);

/** Milliseconds since 1970 inside a UUIDv7. */
uint64_t id_time_ms(struct uuid id);

/** Same id. */
static inline bool uuid_equal(struct uuid a, struct uuid b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

/** Whether all bytes are zero, our "none". */
bool uuid_is_zero(struct uuid id);

/** The 36 characters and a zero. */
void uuid_format(struct uuid id, char ret_text[UUID_TEXT_SIZE]);

/** Reads the 36-character form, either case. Errors: ERR_INVALID. */
MUST_USE enum err uuid_parse(struct slice text, struct uuid *ret, struct error *reterr);

/** Standard base64 with padding of "Type:uuid", zero-terminated. */
void id_encode(const char *type, struct uuid id, char ret_text[ID_TEXT_SIZE]);

/** As id_encode, in an arena. Returns: the empty slice over the cap. */
struct slice id_text(struct arena *arena, const char *type, struct uuid id);

/**
 * Reads a global id whose type must be `type`. Padding may be missing.
 * Errors: ERR_INVALID, saying what was expected: a malformed id, or an id of another type.
 */
MUST_USE enum err
id_decode(struct slice text, const char *type, struct uuid *ret, struct error *reterr);

/**
 * Reads a global id of any type. `ret_type` gets the zero-terminated type name.
 * Errors: ERR_INVALID.
 */
MUST_USE enum err id_decode_any(struct slice text,
                                char ret_type[ID_TYPE_LENGTH_MAX + 1],
                                struct uuid *ret,
                                struct error *reterr);

#endif
