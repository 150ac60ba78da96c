/*
 * libcurl over the unix socket: it frames, bounds and times out.
 */
#include "api/control_client.h"

#include "api/http/http_header.h"
#include "core/base/buf.h"
#include "core/base/json_in.h"
#include "core/base/quoted.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>

/* sun_path of unix(7), and its zero. */
#define SOCKET_PATH_SIZE 108

struct call {
    const struct control_client_request *request;
    char path[SOCKET_PATH_SIZE];
    char url[512];
    char text[CURL_ERROR_SIZE]; /* what libcurl says of a failure */
    CURL *easy;
    struct curl_slist *lines;
    struct buf body;
};

/* ---- sending ---- */

static size_t on_data(char *at, size_t size, size_t count, void *data)
{
    struct buf *body = data;
    buf_put(body, at, size * count);
    return body->failed ? 0 : size * count; /* 0 ends it with CURLE_WRITE_ERROR */
}

static enum err name_places(struct call *call, struct error *reterr)
{
    const struct control_client_request *request = call->request;
    int path = snprintf(call->path, sizeof call->path, "%s/daybook.sock", request->data_dir);
    if (path < 0 || path >= (int)sizeof call->path) {
        return error_set(reterr, ERR_INVALID,
                         "%s/daybook.sock: the path is over the %d bytes a socket may have: give "
                         "the directory by a shorter path",
                         request->data_dir, SOCKET_PATH_SIZE - 1);
    }
    /* The host is only for the Host header. */
    int url = snprintf(call->url, sizeof call->url, "http://localhost%s", request->path);
    if (url < 0 || url >= (int)sizeof call->url) {
        return error_set(reterr, ERR_INVALID, "the path of the request is over %zu bytes",
                         sizeof call->url);
    }
    return ERR_OK;
}

static bool set_body(struct call *call)
{
    struct slice body = call->request->body;
    call->lines = curl_slist_append(call->lines, "Content-Type: application/json");
    return call->lines != NULL &&
           curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->lines) == CURLE_OK &&
           curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size) ==
               CURLE_OK &&
           curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, body.data) == CURLE_OK;
}

/* Nothing of the environment counts: no proxy, no redirect, no other protocol. */
static bool set_options(struct call *call)
{
    const struct control_client_request *request = call->request;
    uint64_t timeout = request->timeout_ms != 0 ? request->timeout_ms : CONTROL_CLIENT_TIMEOUT_MS;
    CURL *easy = call->easy;
    return curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, call->path) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_URL, call->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->text) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, &call->body) == CURLE_OK &&
           (request->body.data == NULL || set_body(call)) &&
           curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
}

/* ---- what failed ---- */

static enum err explain_connect(const struct call *call, struct error *reterr)
{
    long sys = 0;
    (void)curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &sys);
    switch (sys) {
    case ENOENT:
    case ENOTDIR:
    case ECONNREFUSED: /* left behind by a server that was killed */
        return error_set(reterr, ERR_NOT_FOUND, "no server listens on %s", call->path);
    case EACCES:
    case EPERM:
        return error_set(reterr, ERR_DENIED, "connect to %s: it belongs to another user",
                         call->path);
    default:
        return error_set_sys(reterr, ERR_IO, (int)sys, "connect to %s", call->path);
    }
}

static enum err explain(const struct call *call, CURLcode code, struct error *reterr)
{
    const char *told = call->text[0] != '\0' ? call->text : curl_easy_strerror(code);
    switch ((int)code) {
    case CURLE_COULDNT_CONNECT:
        return explain_connect(call, reterr);
    case CURLE_OPERATION_TIMEDOUT:
        return error_set(reterr, ERR_TIMEOUT, "the server on %s does not answer in time",
                         call->path);
    case CURLE_WRITE_ERROR:
        return buf_check(&call->body, "the server's answer", reterr);
    case CURLE_OUT_OF_MEMORY:
        return error_set(reterr, ERR_NO_MEMORY, "ask the server on %s: out of memory", call->path);
    default:
        return error_set(reterr, ERR_MALFORMED, "answer of the server on %s: %s", call->path, told);
    }
}

/* ---- the answer ---- */

static enum err read_answer(const struct call *call,
                            struct arena *arena,
                            struct control_client_answer *ret,
                            struct error *reterr)
{
    long status = 0;
    const char *type = NULL;
    (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &type);
    if (!http_header_type_is_json(slice_of_text(type))) {
        return error_set(reterr, ERR_MALFORMED, "answer of the server on %s: no JSON but \"%s\"",
                         call->path, quoted(slice_of_text(type)).text);
    }
    struct value value;
    enum err e = json_in_parse(buf_slice(&call->body), arena, &value, reterr);
    if (e != ERR_OK) {
        e = e == ERR_INVALID ? error_recode(reterr, ERR_MALFORMED) : e;
        return error_wrap(reterr, e, "answer of the server on %s", call->path);
    }
    *ret = (struct control_client_answer){(int)status, value};
    return ERR_OK;
}

static enum err perform(struct call *call,
                        struct arena *arena,
                        struct control_client_answer *ret,
                        struct error *reterr)
{
    call->easy = curl_easy_init();
    if (call->easy == NULL || !set_options(call)) {
        return error_set(reterr, ERR_NO_MEMORY, "ready libcurl: out of memory");
    }
    CURLcode code = curl_easy_perform(call->easy);
    return code != CURLE_OK ? explain(call, code, reterr) : read_answer(call, arena, ret, reterr);
}

enum err control_client_call(const struct control_client_request *request,
                             struct arena *arena,
                             struct control_client_answer *ret,
                             struct error *reterr)
{
    struct call call = {.request = request};
    enum err e = name_places(&call, reterr);
    if (e != ERR_OK) {
        return e;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return error_set(reterr, ERR_IO, "ready libcurl: it does not start");
    }
    buf_init(&call.body, CONTROL_CLIENT_BYTES_MAX);
    e = perform(&call, arena, ret, reterr);
    curl_easy_cleanup(call.easy);
    curl_slist_free_all(call.lines);
    buf_deinit(&call.body);
    curl_global_cleanup();
    return e;
}

enum err control_client_check(const struct control_client_answer *answer, struct error *reterr)
{
    if (answer->status >= 200 && answer->status < 300) {
        return ERR_OK;
    }
    enum err code = answer->status == 400   ? ERR_INVALID
                    : answer->status == 404 ? ERR_NOT_FOUND
                    : answer->status == 503 ? ERR_BUSY
                                            : ERR_IO;
    struct slice text = value_get_text(&answer->value, SLICE("error"));
    return text.size > 0
               ? error_set(reterr, code, "%.*s", SLICE_ARGS(text))
               : error_set(reterr, code, "the server answered with status %d", answer->status);
}
