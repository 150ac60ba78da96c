/*
 * control: what DATA/daybook.sock answers: HTTP over a unix socket that only the owner of DATA may
 * open, so whoever reaches it is the operator. Its JSON is in control_message.h, the other end in
 * control_client.h.
 *
 *     GET    /control/status         the figures of struct control_status
 *     GET    /control/tokens         {"tokens": [...], "more"}: newest first, at most
 *                                    CONTROL_TOKENS_MAX; "more": whether there are others
 *     POST   /control/tokens         {"name", "role", "expiresDays"} -> {"id", "token"}; this
 *                                    answer alone ever holds the token
 *     DELETE /control/tokens/<id>    {"id"}; the token has stopped working when this is answered
 *
 * Errors: {"error", "code"} with 400 (the request), 404 (no such token), 503 (try again), 500.
 *
 * Thread: loop.
 */
#ifndef DAYBOOK_API_CONTROL_H
#define DAYBOOK_API_CONTROL_H

#include "api/http/http.h"
#include "api/server.h"

/* Tokens of one answer. */
#define CONTROL_TOKENS_MAX 1000

/* Body of a request. */
#define CONTROL_BODY_BYTES_MAX ((size_t)64 * 1024)

/** GET /control/status. */
void control_on_status(struct server *server, struct http_request *request);

/** GET and POST /control/tokens. */
void control_on_tokens(struct server *server, struct http_request *request);

/** DELETE /control/tokens/<id>. */
void control_on_token(struct server *server, struct http_request *request);

#endif
