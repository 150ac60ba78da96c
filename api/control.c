/*
 * Tokens are made and revoked by commands, like everything else: on_done answers once they are
 * durable. A call lives in its request's arena, which lasts until it is answered, also when the
 * client has gone meanwhile.
 */
#include "api/control.h"

#include "api/auth.h"
#include "api/commands/access_commands.h"
#include "api/control_message.h"
#include "api/diag.h"
#include "api/http/http_url.h"
#include "api/server_priv.h"
#include "projections/access_view.h"

#include <sodium.h>
#include <unistd.h>

#define TOKEN_PATH SLICE("/control/tokens/")

/* An answer: a token takes some hundreds of bytes. */
#define ANSWER_BYTES (4 * MIB)

struct control_call {
    struct server *server;
    struct http_request *request;
    union {
        struct token_create_command create;
        struct token_revoke_command revoke;
    };
    unsigned char digest[ACCESS_DIGEST_BYTES];
    char token[AUTH_TOKEN_SIZE];
};

/* ---- answers ---- */

static void respond(struct http_request *request, struct buf *body)
{
    if (body->failed) {
        http_respond_error(request, 500, "internal", "the answer is too large");
        return;
    }
    struct http_response response = {
        .status = 200, .content_type = SLICE("application/json"), .body = buf_slice(body)};
    http_respond(request, &response);
}

static void respond_failed(struct http_request *request, enum err code, const struct error *error)
{
    switch ((int)code) {
    case ERR_INVALID:
    case ERR_LIMIT:
        http_respond_error(request, 400, "invalid", error_text(error));
        break;
    case ERR_NOT_FOUND:
        http_respond_error(request, 404, "not_found", error_text(error));
        break;
    case ERR_BUSY:
        http_respond_error(request, 503, "overloaded", error_text(error));
        break;
    case ERR_CLOSED:
        http_respond_error(request, 503, "closing", error_text(error));
        break;
    case ERR_DISK_FULL:
        http_respond_error(request, 503, "disk_full", error_text(error));
        break;
    default:
        diag_error("an operator's request failed", diag_string("why", error_text(error)));
        http_respond_error(request, 500, "internal", error_text(error));
    }
}

/* {"id"} or {"id", "token"}. */
static void respond_token(struct control_call *call, struct uuid id, const char *token)
{
    char text[ID_TEXT_SIZE];
    struct buf body;
    buf_init(&body, ANSWER_BYTES);
    struct json_out json = json_out(&body);
    id_encode(CONTROL_TOKEN_TYPE, id, text);
    json_out_begin_object(&json);
    json_out_member_string(&json, "id", text);
    if (token != NULL) {
        json_out_member_string(&json, "token", token);
    }
    json_out_end_object(&json);
    sodium_memzero(call->token, sizeof call->token);
    respond(call->request, &body);
    sodium_memzero(body.data, body.size);
    buf_deinit(&body);
}

/* ---- status ---- */

static enum err look(struct server *server,
                     struct reading *reading,
                     struct control_status *ret,
                     struct error *reterr)
{
    struct journal_head head;
    enum err e = journal_reader_head(reading->journal, &head, reterr);
    e = e != ERR_OK ? e : reading_seq(reading, &ret->views_seq, reterr);
    e = e != ERR_OK
            ? e
            : journal_disk_free(engine_journal(server->engine), &ret->disk_free_bytes, reterr);
    if (e == ERR_OK) {
        ret->seq = head.seq;
        memcpy(ret->head, head.link, sizeof ret->head);
        ret->open_executions = views_count(reading->views, VIEWS_EXECUTIONS_OPEN);
    }
    return e;
}

static void count(const struct server *server, struct control_status *ret)
{
    struct engine_stats engine = engine_stats(server->engine);
    struct runner_stats runner = runner_stats(server->runner);
    struct hook_stats hook = hook_stats(server->hook);
    struct http_server_stats http;
    http_server_stats(server->http, &http);
    ret->queued_commands = engine.queued_commands;
    ret->queued_bytes = engine.queued_bytes;
    ret->last_sync_us = engine.last_sync_us;
    ret->longest_sync_us = engine.longest_sync_us;
    ret->last_commit_at_us = engine.last_commit_at_us;
    ret->running = runner.running;
    ret->executions_started = runner.started;
    ret->executions_finished = runner.finished;
    ret->connections = http.connections;
    ret->webhooks_accepted = hook.accepted;
    ret->webhooks_rejected = hook.rejected;
}

void control_on_status(struct server *server, struct http_request *request)
{
    struct error error = {0};
    struct reading *reading = NULL;
    int64_t now = clock_monotonic_us(clock_system());
    struct control_status status = {
        .pid = getpid(),
        .version = DAYBOOK_VERSION,
        .url = server->url,
        .uptime_seconds = (now - server->started_at_us) / 1000000,
        .ready = server_unready(server) == NULL,
    };
    count(server, &status);
    enum err e = reading_open(server->readings, &reading, &error);
    e = e != ERR_OK ? e : look(server, reading, &status, &error);
    reading_close(server->readings, &reading);
    if (e != ERR_OK) {
        respond_failed(request, e, &error);
        return;
    }
    struct buf body;
    buf_init(&body, ANSWER_BYTES);
    struct json_out json = json_out(&body);
    control_put_status(&json, &status);
    respond(request, &body);
    buf_deinit(&body);
}

/* ---- listing tokens ---- */

static enum err put_tokens(struct views_cursor *cursor,
                           struct arena *arena,
                           struct json_out *json,
                           struct error *reterr)
{
    enum err e = ERR_OK;
    bool found = views_cursor_seek_before(cursor, (struct slice){NULL, 0});
    json_out_begin_object(json);
    json_out_key(json, "tokens");
    json_out_begin_list(json);
    for (size_t i = 0; found && e == ERR_OK && i < CONTROL_TOKENS_MAX; i++) {
        struct token token;
        struct uuid id;
        struct arena_mark mark = arena_mark(arena);
        memcpy(id.bytes, cursor->key.data, sizeof id.bytes);
        e = token_get(cursor->row, id, arena, &token, reterr);
        if (e == ERR_OK) {
            control_put_token(json, &token);
        }
        arena_rewind(arena, mark);
        found = views_cursor_previous(cursor);
    }
    json_out_end_list(json);
    json_out_member_bool(json, "more", found);
    json_out_end_object(json);
    return e;
}

static enum err
list_tokens(struct server *server, struct arena *arena, struct json_out *json, struct error *reterr)
{
    struct reading *reading = NULL;
    struct views_cursor cursor = {0};
    enum err e = reading_open(server->readings, &reading, reterr);
    e = e != ERR_OK ? e : views_cursor_open(reading->views, VIEWS_TOKENS, &cursor, reterr);
    e = e != ERR_OK ? e : put_tokens(&cursor, arena, json, reterr);
    views_cursor_close(&cursor);
    reading_close(server->readings, &reading);
    return e;
}

static void on_list(struct server *server, struct http_request *request)
{
    struct error error = {0};
    struct buf body;
    buf_init(&body, ANSWER_BYTES);
    struct json_out json = json_out(&body);
    enum err e = list_tokens(server, request->arena, &json, &error);
    if (e != ERR_OK) {
        respond_failed(request, e, &error);
    } else {
        respond(request, &body);
    }
    buf_deinit(&body);
}

/* ---- commands ---- */

/* Readies a command of the operator's. */
static void ready(struct control_call *call,
                  struct command *command,
                  command_execute_cb execute,
                  command_done_cb done)
{
    command->execute = execute;
    command->done = done;
    command->arena = call->request->arena;
    command->actor.kind = ACTOR_OPERATOR;
    command->append_id = engine_new_id(call->server->engine);
    command->bytes = sizeof *call;
}

static struct control_call *make_call(struct server *server, struct http_request *request)
{
    struct control_call *call = ARENA_NEW(request->arena, struct control_call);
    if (call == NULL) {
        http_respond_error(request, 503, "overloaded", "no memory for the request");
        return NULL;
    }
    call->server = server;
    call->request = request;
    return call;
}

/* Answers a command that did not do what was asked. Returns: whether it did. */
static bool is_done(const struct command *command, struct http_request *request)
{
    struct error error = command->error;
    if (command->outcome == COMMAND_FAILED) {
        respond_failed(request, error.code, &error);
    } else if (command->outcome == COMMAND_REFUSED) {
        enum err e = problem_error(&command->problems, ERR_INVALID, &error);
        respond_failed(request, e, &error);
    }
    return command->outcome == COMMAND_DONE;
}

static void submit(struct control_call *call, struct command *command)
{
    struct error error = {0};
    enum err e = engine_submit(call->server->engine, command, &error);
    if (e != ERR_OK) {
        sodium_memzero(call->token, sizeof call->token);
        respond_failed(call->request, e, &error);
    }
}

static void on_created(struct command *command)
{
    struct control_call *call = LIST_ENTRY(command, struct control_call, create.base);
    if (is_done(command, call->request)) {
        respond_token(call, command->append_id, call->token);
    }
}

static void create(struct server *server, struct http_request *request)
{
    struct error error = {0};
    struct control_call *call = make_call(server, request);
    if (call == NULL) {
        return;
    }
    struct token_create *input = &call->create.input;
    enum err e = control_read_token(request->body, clock_wall_us(engine_clock(server->engine)),
                                    request->arena, input, &error);
    e = e != ERR_OK
            ? e
            : auth_new_token(engine_journal(server->engine), call->token, call->digest, &error);
    if (e != ERR_OK) {
        respond_failed(request, e, &error);
        return;
    }
    input->digest = slice_of(call->digest, sizeof call->digest);
    ready(call, &call->create.base, token_command_create, on_created);
    submit(call, &call->create.base);
}

void control_on_tokens(struct server *server, struct http_request *request)
{
    if (slice_is(request->method, "POST")) {
        create(server, request);
    } else {
        on_list(server, request);
    }
}

static void on_revoked(struct command *command)
{
    struct control_call *call = LIST_ENTRY(command, struct control_call, revoke.base);
    if (is_done(command, call->request)) {
        respond_token(call, call->revoke.token, NULL);
    }
}

void control_on_token(struct server *server, struct http_request *request)
{
    struct slice text;
    struct slice segment = slice_from(request->path, TOKEN_PATH.size);
    struct control_call *call = make_call(server, request);
    if (call == NULL) {
        return;
    }
    if (http_url_decode(request->arena, segment, &text, NULL) != ERR_OK ||
        id_decode(text, CONTROL_TOKEN_TYPE, &call->revoke.token, NULL) != ERR_OK) {
        http_respond_error(request, 404, "not_found", "there is no such token");
        return;
    }
    ready(call, &call->revoke.base, token_command_revoke, on_revoked);
    submit(call, &call->revoke.base);
}
