/*
 * flow_headers: header lines that come out of a flow, checked before they go onto a wire.
 *
 * A name is a token and a value has no control characters (RFC 9110, 5.1 and 5.5), so that no
 * payload can smuggle a line of its own into a request or an answer. What belongs to the
 * connection and not to the message (Content-Length, Transfer-Encoding, Host ...) is not taken:
 * whoever sends the message sets it.
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_CORE_FLOW_FLOW_HEADERS_H
#define DAYBOOK_CORE_FLOW_FLOW_HEADERS_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* Header lines of one message from a flow, ours included, and the bytes of one value. */
#define FLOW_HEADERS_MAX      100
#define FLOW_HEADER_BYTES_MAX ((size_t)8 * 1024)

struct flow_header {
    struct slice name;
    struct slice value;
    bool secret; /* made of a connection's secrets */
};

struct flow_headers {
    struct flow_header *items;
    uint32_t count;
    uint32_t capacity;
};

/** An empty list with room for FLOW_HEADERS_MAX. Errors: ERR_LIMIT, ERR_NO_MEMORY (arena). */
MUST_USE enum err
flow_headers_init(struct flow_headers *headers, struct arena *arena, struct error *reterr);

/**
 * Adds a line, replacing one of the same name (case ignored). Both texts are borrowed.
 * Errors: ERR_INVALID (name, value, FLOW_HEADERS_MAX, FLOW_HEADER_BYTES_MAX).
 */
MUST_USE enum err
flow_headers_set(struct flow_headers *headers, struct flow_header header, struct error *reterr);

/** The line of a name, case ignored. Returns: NULL when there is none. */
struct flow_header *flow_headers_find(const struct flow_headers *headers, const char *name);

/** Whether a name is one of those that belong to the connection. */
bool flow_headers_is_reserved(struct slice name);

#endif
