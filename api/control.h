/*
 * control: what DATA/daybook.sock answers: HTTP over a unix socket that only the owner of DATA may
 * open, so whoever reaches it is the operator.
 *
 *     GET    /control/status         {"pid", "version", "url", "seq", "head" (hex link),
 * "uptimeSeconds", "queuedCommands", "queuedBytes", "openExecutions", "running",
 *                                     "executionsStarted", "executionsFinished", "lastSyncUs",
 *                                     "longestSyncUs", "lastCommitAt", "diskFreeBytes",
 * "connections", "webhooksAccepted", "webhooksRejected", "ready"} GET    /control/tokens {"tokens":
 * [{"id", "name", "role", "createdAt", "expiresAt", "revoked"}]} POST   /control/tokens {"name",
 * "role", "expiresDays"} -> {"id", "token"} DELETE /control/tokens/<id>    {"id"}; the token has
 * stopped working when this is answered
 *
 * Errors: {"error", "code"} with 400, 404, 503.
 */
#ifndef DAYBOOK_API_CONTROL_H
#define DAYBOOK_API_CONTROL_H

#include "api/http/http.h"
#include "api/server.h"

/** A complete request to /control/... over the local socket. */
void control_on_request(struct server *server, struct http_request *request);

#endif
