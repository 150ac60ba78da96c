/*
 * http_parse: bytes become requests. Pure and incremental: no sockets, no time; the outcome does
 * not depend on where the bytes were cut.
 *
 *     feed ─► MORE (all taken) ─► feed ─► HEAD ─► http_parse_accept or http_parse_discard
 *                                          └► feed ─► MORE ... ─► DONE ─► http_parse_reset
 *     FAILED at any point: answer `fault` and close; what follows cannot be trusted.
 *
 * No parser is strict enough alone, and whoever reads a request differently from the proxy before
 * it lets a second request be smuggled inside the first. So there are three gates:
 *
 *   1. http_head's line guard sees every byte that is not body before its meaning counts: a CR
 *      stands only before LF, an LF only behind CR, no NUL, no line begins with a space or tab.
 *   2. llhttp in strict mode reads the head, and the framing of chunked bodies.
 *   3. http_head: one Host, version 1.0 or 1.1, one Transfer-Encoding that is exactly
 *      "chunked", single spaces in the request line, the forms of targets.
 *
 * Bodies of known length are copied, not parsed. Chunk sizes, extensions and trailers together may
 * take HTTP_PARSE_FRAMING_BYTES over the plain size lines; trailers are checked and dropped.
 *
 * Memory: head and body stand in buffers that are kept for the next request until
 * http_parse_trim; the header array comes from the arena. Body memory is charged to a budget
 * shared by all parsers.
 */
#ifndef DAYBOOK_API_HTTP_HTTP_PARSE_H
#define DAYBOOK_API_HTTP_HTTP_PARSE_H

#include "api/http/http.h"
#include "api/http/http_body.h"
#include "api/http/http_fault.h"
#include "api/http/http_lines.h"

#include <llhttp/llhttp.h>

/* Chunk extensions, trailers and oversized chunk-size lines of one request, together. */
#define HTTP_PARSE_FRAMING_BYTES ((size_t)8192)

/* What every chunk may have beside: up to 16 hex digits, and CRLF behind size and data. */
#define HTTP_PARSE_CHUNK_BYTES ((size_t)20)

struct http_parse_limits {
    size_t head_bytes_max;
    size_t header_count_max;
};

enum http_parse_step {
    HTTP_PARSE_MORE,   /* all input taken, more is needed */
    HTTP_PARSE_HEAD,   /* the request is filled in but for its body */
    HTTP_PARSE_DONE,   /* the request is complete; what was not taken belongs to the next */
    HTTP_PARSE_FAILED, /* see fault */
};

enum http_parse_stage {
    HTTP_PARSE_IN_HEAD,
    HTTP_PARSE_AT_BODY, /* HEAD was returned, accept or discard must come */
    HTTP_PARSE_IN_LENGTH,
    HTTP_PARSE_IN_CHUNKS,
    HTTP_PARSE_AT_END,
    HTTP_PARSE_BROKEN,
};

struct http_parse {
    struct http_parse_limits limits;
    struct http_request *request; /* filled in; borrowed */
    struct arena *arena;          /* for the header array; borrowed */

    enum http_parse_stage stage;
    struct http_fault fault;
    struct http_lines lines; /* gate 1 */
    llhttp_t machine;        /* gate 2 */

    struct buf head;
    struct http_body body;
    size_t body_bytes_max;     /* what the handler accepted */
    uint64_t body_bytes;       /* received */
    uint64_t body_left;        /* of a body of known length */
    bool discarding;           /* count the body, do not keep it */
    bool chunk_too_large;      /* announced more than the body may still have */
    size_t framing_bytes;      /* of a chunked body, since the last byte of data */
    size_t framing_excess;     /* of it so far, over HTTP_PARSE_CHUNK_BYTES a chunk */
    const char *framing_start; /* in the present input, first byte llhttp took that is not data */
    struct http_header *headers;
    size_t headers_room;
    bool skipped_line; /* the one empty line that may stand before a request */
};

/** An empty parser that fills in `request`. Allocates nothing yet. Takes: all pointers borrowed
 * until deinit; `budget` may be NULL. */
void http_parse_init(struct http_parse *parse,
                     const struct http_parse_limits *limits,
                     struct http_request *request,
                     struct arena *arena,
                     struct http_budget *budget);

/** Frees buffers and gives back the budget. */
void http_parse_deinit(struct http_parse *parse);

/** Ready for the next request; buffers of ordinary size stay. The caller resets the arena. */
void http_parse_reset(struct http_parse *parse);

/** Between requests: frees the buffers. */
void http_parse_trim(struct http_parse *parse);

/** Whether part of a head has been taken. */
static inline bool http_parse_begun(const struct http_parse *parse)
{
    return parse->stage == HTTP_PARSE_IN_HEAD && parse->head.size > 0;
}

/** Whether a complete head was returned, and the body not yet. */
static inline bool http_parse_in_body(const struct http_parse *parse)
{
    return parse->stage == HTTP_PARSE_AT_BODY || parse->stage == HTTP_PARSE_IN_LENGTH ||
           parse->stage == HTTP_PARSE_IN_CHUNKS;
}

/** Takes input up to the next step. `input` may be empty: after HEAD that finishes a request
 * without a body. Writes how many bytes were taken. */
MUST_USE enum http_parse_step
http_parse_feed(struct http_parse *parse, struct slice input, size_t *ret_taken);

/** After HEAD: the body may have `body_bytes_max` bytes.
 * Returns: false if it has announced more; the fault is set and the parser broken. */
MUST_USE bool http_parse_accept(struct http_parse *parse, size_t body_bytes_max);

/** After HEAD: reads the body without keeping it; DONE comes with an empty body.
 * Returns: false, doing nothing, if it has announced more than `body_bytes_max`; a chunked one
 * fails when it has more. */
MUST_USE bool http_parse_discard(struct http_parse *parse, size_t body_bytes_max);

#endif
