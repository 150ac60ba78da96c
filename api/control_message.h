/*
 * control_message: the JSON that control.h speaks. Pure.
 *
 * Ids are global ids of type "Token", as everywhere outside; times are RFC 3339.
 */
#ifndef DAYBOOK_API_CONTROL_MESSAGE_H
#define DAYBOOK_API_CONTROL_MESSAGE_H

#include "core/base/json_out.h"
#include "core/domain/access.h"
#include "journal/journal.h"

/* Type of a token's global id. */
#define CONTROL_TOKEN_TYPE "Token"

/* A hundred years; longer is better said by leaving it out. */
#define CONTROL_EXPIRES_DAYS_MAX 36500

struct control_status {
    int64_t pid;
    const char *version;
    const char *url;                        /* as bound */
    uint64_t seq;                           /* of the journal's last event */
    unsigned char head[JOURNAL_LINK_BYTES]; /* the chain's link there; hex in JSON */
    uint64_t views_seq;                     /* what the views have folded */
    int64_t uptime_seconds;
    uint64_t queued_commands; /* waiting for the writer */
    uint64_t queued_bytes;
    uint64_t open_executions; /* waiting and running */
    uint64_t running;
    uint64_t executions_started; /* since the start, as all below */
    uint64_t executions_finished;
    int64_t last_sync_us;
    int64_t longest_sync_us;
    int64_t last_commit_at_us; /* wall time; 0: none yet, null in JSON */
    uint64_t disk_free_bytes;
    uint64_t connections;
    uint64_t webhooks_accepted;
    uint64_t webhooks_rejected;
    bool ready; /* as /readyz says */
};

/** Writes it as an object: the fields' names in camel case. */
void control_put_status(struct json_out *json, const struct control_status *status);

/** Writes {"id", "name", "role", "createdAt", "expiresAt" (null: never), "revoked"}. */
void control_put_token(struct json_out *json, const struct token *token);

/**
 * Reads {"name", "role", "expiresDays"}; the last may be missing or null, for never. Of `ret` it
 * sets name, role, expires_at_us and now_us; `name` lives in `arena`. Whether name and role will do
 * is decided later, by token_decide_create. Errors: ERR_INVALID, naming the member and what would
 * be right; those of json_in_parse.
 */
MUST_USE enum err control_read_token(struct slice body,
                                     int64_t now_us,
                                     struct arena *arena,
                                     struct token_create *ret,
                                     struct error *reterr);

#endif
