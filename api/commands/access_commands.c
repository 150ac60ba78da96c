#include "api/commands/access_commands.h"

#include "core/domain/customer.h"
#include "projections/access_view.h"

static struct stream_ref journal_stream(struct writer *writer)
{
    return (struct stream_ref){STREAM_JOURNAL, journal_id(writer_journal(writer))};
}

/* One record of the first start: what a decision made of a stream that is new. */
static struct append_record first_record(struct writer *writer,
                                         enum stream_kind kind,
                                         struct uuid id,
                                         const struct decision *decision)
{
    return (struct append_record){
        .stream = {kind, id},
        .owner = journal_stream(writer),
        .key = journal_own_key(writer_journal(writer)),
        .first_stream_version = 1,
        .events = decision->events,
        .event_count = decision->count,
    };
}

static bool refused(struct command *command, const struct decision *decisions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (decision_refused(&decisions[i])) {
            command->problems = decisions[i].problems;
            return true;
        }
    }
    return false;
}

enum err
access_command_bootstrap(struct command *command, struct writer *writer, struct error *reterr)
{
    struct bootstrap_command *it = LIST_ENTRY(command, struct bootstrap_command, base);
    struct organization organization;
    enum err e =
        access_view_organization(writer_views(writer), command->arena, &organization, NULL);
    if (e != ERR_NOT_FOUND) {
        return e; /* there is one, or it cannot be read */
    }
    struct customer_create customer = {.name = SLICE("System"), .is_system = true};
    e = writer_new_key(writer, &customer.key, reterr);
    struct decision *decisions = ARENA_ARRAY(command->arena, struct decision, 4);
    if (e != ERR_OK || decisions == NULL) {
        return e != ERR_OK ? e : arena_error(command->arena, "the first start", reterr);
    }
    for (int i = 0; i < 4; i++) {
        decision_init(&decisions[i], command->arena);
    }
    struct token_create token = {.user = it->user,
                                 .role = ROLE_ADMIN,
                                 .digest = it->token_digest,
                                 .name = SLICE("admin.token"),
                                 .now_us = writer_now_us(writer)};
    organization_decide_create(it->organization_name, &decisions[0]);
    user_decide_create(it->user_name, it->user_email, ROLE_ADMIN, &decisions[1]);
    customer_decide_create(&customer, &decisions[2]);
    token_decide_create(&token, &decisions[3]);
    if (refused(command, decisions, 4)) {
        return ERR_OK;
    }
    struct append_record records[4] = {
        first_record(writer, STREAM_ORGANIZATION, command->append_id, &decisions[0]),
        first_record(writer, STREAM_USER, it->user, &decisions[1]),
        first_record(writer, STREAM_CUSTOMER, it->customer, &decisions[2]),
        first_record(writer, STREAM_TOKEN, it->token, &decisions[3]),
    };
    records[2].owner = records[2].stream; /* a customer owns itself */
    records[2].key = customer.key;
    return writer_append(writer, command, records, 4, reterr);
}

/* The user that the first start made. */
static enum err first_user(struct writer *writer, struct uuid *ret, struct error *reterr)
{
    struct views_cursor cursor;
    enum err e = views_cursor_open(writer_views(writer), VIEWS_USERS, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    bool found =
        views_cursor_seek(&cursor, (struct slice){NULL, 0}) && cursor.key.size == sizeof ret->bytes;
    if (found) {
        memcpy(ret->bytes, cursor.key.data, sizeof ret->bytes);
    }
    views_cursor_close(&cursor);
    return found ? ERR_OK
                 : error_set(reterr, ERR_NOT_FOUND, "there is no user yet: start the server once");
}

enum err token_command_create(struct command *command, struct writer *writer, struct error *reterr)
{
    struct token_create_command *it = LIST_ENTRY(command, struct token_create_command, base);
    struct decision decision;
    decision_init(&decision, command->arena);
    enum err e =
        uuid_is_zero(it->input.user) ? first_user(writer, &it->input.user, reterr) : ERR_OK;
    if (e != ERR_OK) {
        return e;
    }
    it->input.now_us = writer_now_us(writer);
    token_decide_create(&it->input, &decision);
    struct stream_ref stream = {STREAM_TOKEN, command->append_id};
    return writer_append_decision(writer, command, &decision, stream, journal_stream(writer),
                                  journal_own_key(writer_journal(writer)), 0, reterr);
}

enum err token_command_revoke(struct command *command, struct writer *writer, struct error *reterr)
{
    struct token_revoke_command *it = LIST_ENTRY(command, struct token_revoke_command, base);
    struct token token;
    struct decision decision;
    decision_init(&decision, command->arena);
    enum err e = access_view_token(writer_views(writer), it->token, command->arena, &token, reterr);
    if (e != ERR_OK) {
        return e == ERR_NOT_FOUND ? error_set(reterr, e, "there is no such token") : e;
    }
    token_decide_revoke(&token, &decision);
    struct stream_ref stream = {STREAM_TOKEN, token.id};
    return writer_append_decision(writer, command, &decision, stream, journal_stream(writer),
                                  journal_own_key(writer_journal(writer)), token.version, reterr);
}
