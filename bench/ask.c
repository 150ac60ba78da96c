#include "bench/ask.h"

#include "api/http/http_client.h"
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/base/json_out.h"
#include "core/base/limits.h"
#include "core/base/memory.h"

#include <stdio.h>

#define TIMEOUT_MS     60000
#define BODY_BYTES_MAX (16 * MIB)
#define SHOWN_BYTES    300

struct ask {
    uv_loop_t loop;
    struct http_client *client;
    char url[200];
    char authorization[200];
    /* ---- of the request under way ---- */
    bool done;
    struct buf *body;
    enum err code;
    struct error *error;
};

enum err ask_create(const char *url, const char *token, struct ask **ret, struct error *reterr)
{
    struct http_client_options options;
    struct ask *ask = memory_zalloc(1, sizeof *ask);
    if (ask == NULL || uv_loop_init(&ask->loop) != 0) {
        memory_free(ask);
        return error_set(reterr, ERR_NO_MEMORY, "no memory for an HTTP client");
    }
    (void)snprintf(ask->url, sizeof ask->url, "%s", url);
    (void)snprintf(ask->authorization, sizeof ask->authorization, "Bearer %s", token);
    http_client_options_init(&options);
    options.allow_private_targets = true; /* the server is on this machine */
    enum err e = http_client_create(&ask->loop, &options, &ask->client, reterr);
    if (e != ERR_OK) {
        ASSERT(uv_loop_close(&ask->loop) == 0);
        memory_free(ask);
        return e;
    }
    *ret = ask;
    return ERR_OK;
}

static void on_closed(void *data)
{
    (void)data;
}

void ask_destroy(struct ask **ask)
{
    if (*ask == NULL) {
        return;
    }
    http_client_close((*ask)->client, on_closed, NULL);
    (void)uv_run(&(*ask)->loop, UV_RUN_DEFAULT);
    ASSERT(uv_loop_close(&(*ask)->loop) == 0);
    memory_free(*ask);
    *ask = NULL;
}

/* ---- one request ---- */

static void on_done(struct http_client_result *result, void *data)
{
    struct ask *ask = data;
    struct slice body = buf_slice(result->body);
    ask->done = true;
    if (result->code != ERR_OK) {
        ask->code = error_set(ask->error, ERR_IO, "%s", error_text(&result->error));
    } else if (result->status != 200) {
        body.size = body.size < SHOWN_BYTES ? body.size : SHOWN_BYTES;
        ask->code = error_set(ask->error, ERR_IO, "the server answered %d: %.*s", result->status,
                              SLICE_ARGS(body));
    } else {
        buf_put_slice(ask->body, body);
        ask->code = buf_check(ask->body, "an answer", ask->error);
    }
}

static enum err run(struct ask *ask,
                    struct http_client_request *request,
                    const char *path,
                    struct buf *ret,
                    struct error *reterr)
{
    char url[300];
    int size = snprintf(url, sizeof url, "%s%s", ask->url, path);
    ASSERT(size > 0 && (size_t)size < sizeof url);
    struct http_header token = {SLICE("Authorization"), slice_of_text(ask->authorization)};
    request->url = slice_of_text(url);
    request->secret_headers = &token;
    request->secret_header_count = 1;
    request->timeout_ms = TIMEOUT_MS;
    ask->done = false;
    ask->body = ret;
    ask->error = reterr;
    enum err e = http_client_start(ask->client, request, on_done, ask, NULL, reterr);
    while (e == ERR_OK && !ask->done) {
        (void)uv_run(&ask->loop, UV_RUN_ONCE);
    }
    e = e != ERR_OK ? e : ask->code;
    return e == ERR_OK ? e : error_wrap(reterr, e, "%s", path);
}

enum err ask_get(struct ask *ask, const char *path, struct buf *ret, struct error *reterr)
{
    struct http_client_request request = {.method = SLICE("GET")};
    return run(ask, &request, path, ret, reterr);
}

/* ---- GraphQL ---- */

static enum err check_errors(const struct value *errors, const char *message, struct error *reterr)
{
    const struct value *first = value_at(errors, 0);
    if (first == NULL) {
        return ERR_OK;
    }
    const struct value *text = value_get(first, slice_of_text(message));
    text = text != NULL && text->type == VALUE_LIST ? value_at(text, 0) : text;
    struct slice said = value_text_of(text);
    return error_set(reterr, ERR_REFUSED, "the server says: %.*s", SLICE_ARGS(said));
}

static enum err take_answer(const struct value *answer, struct value *ret, struct error *reterr)
{
    const struct value *data = value_get(answer, SLICE("data"));
    enum err e = check_errors(value_get(answer, SLICE("errors")), "message", reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (data == NULL || data->type != VALUE_MAP || data->map.count != 1) {
        return error_set(reterr, ERR_MALFORMED, "the server's answer has no data");
    }
    const struct value *field = &data->map.members[0].value;
    e = check_errors(value_get(field, SLICE("errors")), "messages", reterr);
    if (e == ERR_OK) {
        *ret = *field;
    }
    return e;
}

static void put_request(struct buf *out, const char *document, const struct value *variables)
{
    struct json_out json = json_out(out);
    json_out_begin_object(&json);
    json_out_member_string(&json, "query", document);
    json_out_key(&json, "variables");
    json_out_value(&json, variables);
    json_out_end_object(&json);
}

enum err ask_graphql(struct ask *ask,
                     const char *document,
                     const struct value *variables,
                     struct arena *arena,
                     struct value *ret,
                     struct error *reterr)
{
    struct http_header type = {SLICE("Content-Type"), SLICE("application/json")};
    struct buf body;
    struct buf answer;
    struct value parsed;
    buf_init(&body, BODY_BYTES_MAX);
    buf_init(&answer, BODY_BYTES_MAX);
    put_request(&body, document, variables);
    struct http_client_request request = {
        .method = SLICE("POST"), .headers = &type, .header_count = 1, .body = buf_slice(&body)};
    enum err e = buf_check(&body, "a request", reterr);
    e = e != ERR_OK ? e : run(ask, &request, "/api", &answer, reterr);
    e = e != ERR_OK ? e : json_in_parse(buf_slice(&answer), arena, &parsed, reterr);
    e = e != ERR_OK ? e : take_answer(&parsed, ret, reterr);
    buf_deinit(&body);
    buf_deinit(&answer);
    return e;
}
