#include "api/control_message.h"

#include "core/base/json_in.h"
#include "core/base/quoted.h"
#include "core/base/time_text.h"

#include <sodium.h>

#define DAY_US ((int64_t)24 * 60 * 60 * 1000000)

/* ---- out ---- */

static void put_link(struct json_out *json, const unsigned char link[JOURNAL_LINK_BYTES])
{
    char hex[2 * JOURNAL_LINK_BYTES + 1];
    (void)sodium_bin2hex(hex, sizeof hex, link, JOURNAL_LINK_BYTES);
    json_out_member_string(json, "head", hex);
}

/* Null for 0. */
static void put_time(struct json_out *json, const char *key, int64_t us)
{
    char text[TIME_TEXT_SIZE];
    time_text_format(us, text);
    json_out_member_string(json, key, us != 0 ? text : NULL);
}

void control_put_status(struct json_out *json, const struct control_status *status)
{
    json_out_begin_object(json);
    json_out_member_int(json, "pid", status->pid);
    json_out_member_string(json, "version", status->version);
    json_out_member_string(json, "url", status->url);
    json_out_member_u64(json, "seq", status->seq);
    put_link(json, status->head);
    json_out_member_u64(json, "viewsSeq", status->views_seq);
    json_out_member_int(json, "uptimeSeconds", status->uptime_seconds);
    json_out_member_u64(json, "queuedCommands", status->queued_commands);
    json_out_member_u64(json, "queuedBytes", status->queued_bytes);
    json_out_member_u64(json, "openExecutions", status->open_executions);
    json_out_member_u64(json, "running", status->running);
    json_out_member_u64(json, "executionsStarted", status->executions_started);
    json_out_member_u64(json, "executionsFinished", status->executions_finished);
    json_out_member_int(json, "lastSyncUs", status->last_sync_us);
    json_out_member_int(json, "longestSyncUs", status->longest_sync_us);
    put_time(json, "lastCommitAt", status->last_commit_at_us);
    json_out_member_u64(json, "diskFreeBytes", status->disk_free_bytes);
    json_out_member_u64(json, "connections", status->connections);
    json_out_member_u64(json, "webhooksAccepted", status->webhooks_accepted);
    json_out_member_u64(json, "webhooksRejected", status->webhooks_rejected);
    json_out_member_bool(json, "ready", status->ready);
    json_out_end_object(json);
}

void control_put_token(struct json_out *json, const struct token *token)
{
    char id[ID_TEXT_SIZE];
    id_encode(CONTROL_TOKEN_TYPE, token->id, id);
    json_out_begin_object(json);
    json_out_member_string(json, "id", id);
    json_out_member_text(json, "name", token->name);
    json_out_member_string(json, "role", role_name(token->role));
    put_time(json, "createdAt", token->created_at_us);
    put_time(json, "expiresAt", token->expires_at_us);
    json_out_member_bool(json, "revoked", token->is_revoked);
    json_out_end_object(json);
}

/* ---- in ---- */

static enum err check_members(const struct value *object, struct error *reterr)
{
    for (uint32_t i = 0; i < object->map.count; i++) {
        struct slice key = object->map.members[i].key;
        if (!slice_is(key, "name") && !slice_is(key, "role") && !slice_is(key, "expiresDays")) {
            return error_set(reterr, ERR_INVALID,
                             "there is no member \"%s\"; a token has name, role and expiresDays",
                             quoted(key).text);
        }
    }
    return ERR_OK;
}

static enum err
read_text(const struct value *object, const char *key, struct slice *ret, struct error *reterr)
{
    const struct value *value = value_get(object, slice_of_text(key));
    if (value_is_null(value)) {
        return error_set(reterr, ERR_INVALID, "%s is missing", key);
    }
    if (value->type != VALUE_TEXT) {
        return error_set(reterr, ERR_INVALID, "%s: a text is wanted; %s was given", key,
                         value_type_name(value->type));
    }
    *ret = value->bytes;
    return ERR_OK;
}

/* *ret is 0 for never. */
static enum err
read_expiry(const struct value *object, int64_t now_us, int64_t *ret, struct error *reterr)
{
    const struct value *days = value_get(object, SLICE("expiresDays"));
    if (value_is_null(days)) {
        *ret = 0;
        return ERR_OK;
    }
    if (days->type != VALUE_INT || days->integer < 1 || days->integer > CONTROL_EXPIRES_DAYS_MAX) {
        return error_set(reterr, ERR_INVALID,
                         "expiresDays: a whole number from 1 to %d is wanted, or null for never",
                         CONTROL_EXPIRES_DAYS_MAX);
    }
    *ret = now_us + days->integer * DAY_US;
    return ERR_OK;
}

enum err control_read_token(struct slice body,
                            int64_t now_us,
                            struct arena *arena,
                            struct token_create *ret,
                            struct error *reterr)
{
    struct value object;
    struct slice name = {NULL, 0};
    struct slice role = {NULL, 0};
    int64_t expires_at_us = 0;
    enum err e = json_in_parse(body, arena, &object, reterr);
    if (e == ERR_OK && object.type != VALUE_MAP) {
        e = error_set(reterr, ERR_INVALID, "an object is wanted; %s was given",
                      value_type_name(object.type));
    }
    e = e != ERR_OK ? e : check_members(&object, reterr);
    e = e != ERR_OK ? e : read_text(&object, "name", &name, reterr);
    e = e != ERR_OK ? e : read_text(&object, "role", &role, reterr);
    e = e != ERR_OK ? e : read_expiry(&object, now_us, &expires_at_us, reterr);
    if (e == ERR_OK) {
        ret->name = name;
        ret->role = role_of(role);
        ret->expires_at_us = expires_at_us;
        ret->now_us = now_us;
    }
    return e;
}
