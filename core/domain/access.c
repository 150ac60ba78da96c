#include "core/domain/access.h"

#include "core/base/limits.h"

#include <string.h>

const char *role_name(enum role role)
{
    return role == ROLE_ADMIN ? "admin" : "none";
}

enum role role_of(struct slice name)
{
    return slice_equal_nocase(name, SLICE("admin")) ? ROLE_ADMIN : ROLE_NONE;
}

void organization_decide_create(struct slice name, struct decision *decision)
{
    decision_check_name(decision, "name", name);
    if (!decision_refused(decision)) {
        struct event *event = decision_add(decision, EVENT_ORGANIZATION_CREATED);
        decision_put_text(decision, event, "name", name);
    }
}

void user_decide_create(struct slice name,
                        struct slice email,
                        enum role role,
                        struct decision *decision)
{
    decision_check_name(decision, "name", name);
    decision_check_text(decision, "email", email, LIMIT_NAME_BYTES);
    if (role == ROLE_NONE) {
        decision_refuse(decision, "role", "must be \"admin\"");
    }
    if (decision_refused(decision)) {
        return;
    }
    struct event *event = decision_add(decision, EVENT_USER_CREATED);
    event->facts.user_created.role = (uint64_t)role;
    decision_put_text(decision, event, "name", name);
    decision_put_text(decision, event, "email", email);
}

void token_decide_create(const struct token_create *command, struct decision *decision)
{
    decision_check_name(decision, "name", command->name);
    if (command->role == ROLE_NONE) {
        decision_refuse(decision, "role", "must be \"admin\"");
    }
    if (command->expires_at_us != 0 && command->expires_at_us <= command->now_us) {
        decision_refuse(decision, "expires", "must lie in the future");
    }
    if (decision_refused(decision)) {
        return;
    }
    struct event *event = decision_add(decision, EVENT_TOKEN_CREATED);
    event->facts.token_created = (struct facts_token_created){
        .user = command->user,
        .role = (uint64_t)command->role,
        .expires_at = command->expires_at_us,
        .digest = command->digest,
    };
    decision_put_text(decision, event, "name", command->name);
}

void token_decide_revoke(const struct token *token, struct decision *decision)
{
    if (token->version == 0) {
        decision_refuse(decision, PROBLEM_ALL, "there is no such token");
    } else if (!token->is_revoked) {
        (void)decision_add(decision, EVENT_TOKEN_REVOKED);
    }
}

bool token_is_valid(const struct token *token, int64_t now_us)
{
    return token->version > 0 && !token->is_revoked &&
           (token->expires_at_us == 0 || now_us < token->expires_at_us);
}

static struct slice state_text(const struct recorded_event *event, struct slice key)
{
    return value_get_text(&event->event.bodies[BODY_STATE], key);
}

void organization_evolve(struct organization *organization, const struct recorded_event *event)
{
    organization->id = event->stream.id;
    organization->created_at_us = event->recorded_at_us;
    organization->name = state_text(event, SLICE("name"));
}

void user_evolve(struct user *user, const struct recorded_event *event)
{
    user->id = event->stream.id;
    user->role = (enum role)event->event.facts.user_created.role;
    user->created_at_us = event->recorded_at_us;
    user->name = state_text(event, SLICE("name"));
    user->email = state_text(event, SLICE("email"));
}

void token_evolve(struct token *token, const struct recorded_event *event)
{
    token->version = event->stream_version;
    if (event->event.type == EVENT_TOKEN_REVOKED) {
        token->is_revoked = true;
        return;
    }
    const struct facts_token_created *facts = &event->event.facts.token_created;
    token->id = event->stream.id;
    token->user = facts->user;
    token->customer = facts->customer;
    token->role = (enum role)facts->role;
    token->created_at_us = event->recorded_at_us;
    token->expires_at_us = facts->expires_at;
    token->digest = facts->digest;
    token->name = state_text(event, SLICE("name"));
}

void organization_put(struct buf *out, const struct organization *organization)
{
    codec_put_list(out, 3);
    codec_put_uuid(out, organization->id);
    codec_put_int(out, organization->created_at_us);
    codec_put_text(out, organization->name);
}

enum err organization_get(struct slice bytes,
                          struct arena *arena,
                          struct organization *ret,
                          struct error *reterr)
{
    struct value row;
    enum err e = codec_decode(bytes, arena, &row, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct codec_reader reader = codec_reader(&row);
    struct organization organization = {0};
    organization.id = codec_take_uuid(&reader);
    organization.created_at_us = codec_take_int(&reader);
    organization.name = codec_take_text(&reader);
    e = codec_check(&reader, "organization", reterr);
    if (e == ERR_OK) {
        *ret = organization;
    }
    return e;
}

void user_put(struct buf *out, const struct user *user)
{
    codec_put_list(out, 4);
    codec_put_u64(out, (uint64_t)user->role);
    codec_put_int(out, user->created_at_us);
    codec_put_text(out, user->name);
    codec_put_text(out, user->email);
}

enum err user_get(
    struct slice bytes, struct uuid id, struct arena *arena, struct user *ret, struct error *reterr)
{
    struct value row;
    enum err e = codec_decode(bytes, arena, &row, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct codec_reader reader = codec_reader(&row);
    struct user user = {.id = id};
    user.role = (enum role)codec_take_u64(&reader);
    user.created_at_us = codec_take_int(&reader);
    user.name = codec_take_text(&reader);
    user.email = codec_take_text(&reader);
    e = codec_check(&reader, "user", reterr);
    if (e == ERR_OK) {
        *ret = user;
    }
    return e;
}

void token_put(struct buf *out, const struct token *token)
{
    codec_put_list(out, 9);
    codec_put_u64(out, token->version);
    codec_put_uuid(out, token->user);
    codec_put_uuid(out, token->customer);
    codec_put_u64(out, (uint64_t)token->role);
    codec_put_bool(out, token->is_revoked);
    codec_put_int(out, token->created_at_us);
    codec_put_int(out, token->expires_at_us);
    codec_put_binary(out, token->digest);
    codec_put_text(out, token->name);
}

enum err token_get(struct slice bytes,
                   struct uuid id,
                   struct arena *arena,
                   struct token *ret,
                   struct error *reterr)
{
    struct value row;
    enum err e = codec_decode(bytes, arena, &row, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct codec_reader reader = codec_reader(&row);
    struct token token = {.id = id};
    token.version = codec_take_u64(&reader);
    token.user = codec_take_uuid(&reader);
    token.customer = codec_take_uuid(&reader);
    token.role = (enum role)codec_take_u64(&reader);
    token.is_revoked = codec_take_bool(&reader);
    token.created_at_us = codec_take_int(&reader);
    token.expires_at_us = codec_take_int(&reader);
    token.digest = codec_take_binary(&reader);
    token.name = codec_take_text(&reader);
    e = codec_check(&reader, "token", reterr);
    if (e == ERR_OK) {
        *ret = token;
    }
    return e;
}
