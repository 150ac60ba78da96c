/*
 * trigger: the exact bytes that started an execution, as they are kept and as they are read again.
 *
 * The payload body of execution.queued holds for that event the list
 *
 *     [1, head, body]
 *
 * head: request line and header lines byte for byte as received, ending with the empty line; body:
 * the request's body. Nothing is parsed and written again: parts are found in the head when they
 * are asked for. What did not come over HTTP gets a head of the same form.
 */
#ifndef DAYBOOK_CORE_DOMAIN_TRIGGER_H
#define DAYBOOK_CORE_DOMAIN_TRIGGER_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/value.h"

#include <stdint.h>

/* Header lines of a head; the door lets 100 in. */
#define TRIGGER_HEADERS_MAX 128

struct trigger_header {
    struct slice name;
    struct slice value;
};

/* A trigger taken apart; everything borrows from head and body. */
struct trigger {
    struct slice head;
    struct slice body;
    struct slice method;
    struct slice target;
    struct slice path;  /* of the target */
    struct slice query; /* behind "?", empty when there is none */
    struct slice content_type;
    struct trigger_header headers[TRIGGER_HEADERS_MAX];
    size_t header_count;
};

/** Appends the raw payload body of an execution.queued that is the first event of its record. */
void trigger_put_body(struct buf *out, struct slice head, struct slice body);

/** Head and body of the payload value of an execution.queued. Errors: ERR_MALFORMED. */
MUST_USE enum err trigger_get_body(const struct value *payload,
                                   struct slice *ret_head,
                                   struct slice *ret_body,
                                   struct error *reterr);

/** Takes head and body apart. Errors: ERR_MALFORMED. */
MUST_USE enum err
trigger_parse(struct slice head, struct slice body, struct trigger *ret, struct error *reterr);

/** Why a header cannot stand in a head, as "is no header name"; NULL when it can. */
const char *trigger_header_flaw(const struct trigger_header *header);

/** A head for a request that did not come over HTTP: POST, the target (far shorter than a head may
 * be), the given header lines and a Content-Type. Headers with bytes that cannot stand in a head
 * are left out, and those for which there is no room in LIMIT_HEAD_BYTES. Lives in `arena`. */
struct slice trigger_make_head(struct arena *arena,
                               struct slice target,
                               struct slice content_type,
                               const struct trigger_header *headers,
                               size_t header_count);

#endif
