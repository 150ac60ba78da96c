/*
 * flow_request_priv: what the files that render a request share: flow_request.c (URL, headers,
 * options), flow_request_auth.c (credentials), flow_request_body.c (data and forms).
 */
#ifndef DAYBOOK_CORE_FLOW_FLOW_REQUEST_PRIV_H
#define DAYBOOK_CORE_FLOW_FLOW_REQUEST_PRIV_H

#include "core/flow/flow_request.h"

struct flow_request_rendering {
    const struct step *step;
    const struct flow_request_terms *terms;
    struct scope *scope;
    struct arena *arena;
    struct flow_request *request; /* being built */
    struct error *reterr;
};

/** The value of an input; null when it is not given. Errors: named by the input. */
MUST_USE enum err
flow_request_input(struct flow_request_rendering *rendering, const char *key, struct value *ret);

/** Sets the body and, unless the flow gave one, the Content-Type header. */
MUST_USE enum err flow_request_add_body(struct flow_request_rendering *rendering);

/** Sets the headers that the connection's fields make. */
MUST_USE enum err flow_request_add_credentials(struct flow_request_rendering *rendering);

#endif
