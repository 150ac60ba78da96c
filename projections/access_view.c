#include "projections/access_view.h"

#include "core/base/check.h"

#define ORGANIZATION_KEY SLICE("organization")

static enum err apply_organization(struct projection_context *context,
                                   const struct recorded_event *event,
                                   struct error *reterr)
{
    struct organization organization = {0};
    organization_evolve(&organization, event);
    buf_clear(context->row);
    organization_put(context->row, &organization);
    struct views_key key = views_key();
    views_key_text(&key, ORGANIZATION_KEY);
    return projection_put_row(context, VIEWS_ORGANIZATION, &key, reterr);
}

static enum err apply_user(struct projection_context *context,
                           const struct recorded_event *event,
                           struct error *reterr)
{
    struct user user = {0};
    user_evolve(&user, event);
    buf_clear(context->row);
    user_put(context->row, &user);
    struct views_key key = views_key_of_id(user.id);
    return projection_put_row(context, VIEWS_USERS, &key, reterr);
}

static enum err apply_token(struct projection_context *context,
                            const struct recorded_event *event,
                            struct error *reterr)
{
    struct token token = {.id = event->stream.id};
    enum err e = ERR_OK;
    if (event->stream_version > 1) {
        e = access_view_token(context->txn, token.id, context->arena, &token, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    token_evolve(&token, event);
    buf_clear(context->row);
    token_put(context->row, &token);
    struct views_key key = views_key_of_id(token.id);
    e = projection_put_row(context, VIEWS_TOKENS, &key, reterr);
    if (e == ERR_OK && event->event.type == EVENT_TOKEN_CREATED) {
        e = views_put(context->txn, VIEWS_TOKEN_DIGESTS, token.digest, views_key_slice(&key),
                      reterr);
    }
    return e;
}

static enum err apply(struct projection_context *context,
                      const struct projection_record *record,
                      struct error *reterr)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < record->count && e == ERR_OK; i++) {
        const struct recorded_event *event = &record->events[i];
        if (record->stream.kind == STREAM_ORGANIZATION) {
            e = apply_organization(context, event, reterr);
        } else if (record->stream.kind == STREAM_USER) {
            e = apply_user(context, event, reterr);
        } else if (record->stream.kind == STREAM_TOKEN) {
            e = apply_token(context, event, reterr);
        }
    }
    return e;
}

static const enum views_table tables[] = {VIEWS_ORGANIZATION, VIEWS_USERS, VIEWS_TOKENS,
                                          VIEWS_TOKEN_DIGESTS};

const struct projection access_view = {"access", 1, tables, ARRAY_COUNT(tables), apply};

enum err access_view_organization(struct views_txn *txn,
                                  struct arena *arena,
                                  struct organization *ret,
                                  struct error *reterr)
{
    struct slice row;
    enum err e = views_get_copy(txn, VIEWS_ORGANIZATION, ORGANIZATION_KEY, arena, &row, reterr);
    return e != ERR_OK ? e : organization_get(row, arena, ret, reterr);
}

enum err access_view_user(struct views_txn *txn,
                          struct uuid id,
                          struct arena *arena,
                          struct user *ret,
                          struct error *reterr)
{
    struct slice row;
    struct views_key key = views_key_of_id(id);
    enum err e = views_get_copy(txn, VIEWS_USERS, views_key_slice(&key), arena, &row, reterr);
    return e != ERR_OK ? e : user_get(row, id, arena, ret, reterr);
}

enum err access_view_token(struct views_txn *txn,
                           struct uuid id,
                           struct arena *arena,
                           struct token *ret,
                           struct error *reterr)
{
    struct slice row;
    struct views_key key = views_key_of_id(id);
    enum err e = views_get_copy(txn, VIEWS_TOKENS, views_key_slice(&key), arena, &row, reterr);
    return e != ERR_OK ? e : token_get(row, id, arena, ret, reterr);
}

enum err access_view_token_by_digest(struct views_txn *txn,
                                     struct slice digest,
                                     struct arena *arena,
                                     struct token *ret,
                                     struct error *reterr)
{
    struct slice row;
    enum err e = views_get(txn, VIEWS_TOKEN_DIGESTS, digest, &row, reterr);
    struct uuid id;
    if (e == ERR_OK && row.size != sizeof id.bytes) {
        return error_set(reterr, ERR_DAMAGED, "token digest row has %zu bytes", row.size);
    }
    if (e != ERR_OK) {
        return e;
    }
    memcpy(id.bytes, row.data, sizeof id.bytes);
    return access_view_token(txn, id, arena, ret, reterr);
}
