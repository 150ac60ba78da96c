/* Requests outward, to the project's own server and to sockets that misbehave. */
#include "api/http/http_client.h"
#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/base/memory.h"
#include "tests/unit/api/http_rig.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* What came back, copied out of the callback. */
struct answer {
    size_t calls;
    enum err code;
    enum http_client_failure failure;
    int status;
    unsigned redirects;
    char error[ERROR_TEXT_SIZE];
    struct buf body;
    struct buf headers; /* "name=value\n" each */
    char url[300];
};

struct fixture {
    struct rig rig;
    struct http_client *client;
    struct http_client_options options;
    bool closed;
};

static void fixture_start(struct fixture *fixture, const struct http_client_options *options)
{
    memset(fixture, 0, sizeof *fixture);
    rig_start(&fixture->rig, NULL);
    http_client_options_init(&fixture->options);
    fixture->options.allow_private_targets = true;
    if (options != NULL) {
        fixture->options = *options;
    }
    struct error error;
    cr_assert_eq(
        http_client_create(&fixture->rig.loop, &fixture->options, &fixture->client, &error), ERR_OK,
        "%s", error.text);
}

static void on_client_closed(void *data)
{
    struct fixture *fixture = data;
    cr_assert_not(fixture->closed);
    fixture->closed = true;
}

static bool client_closed(void *state)
{
    return ((struct fixture *)state)->closed;
}

static void fixture_stop(struct fixture *fixture)
{
    http_client_close(fixture->client, on_client_closed, fixture);
    cr_assert_not(fixture->closed, "called back before it returned");
    cr_assert(rig_turn_until(&fixture->rig, client_closed, fixture), "the client does not close");
    rig_stop(&fixture->rig);
}

static void answer_init(struct answer *answer)
{
    *answer = (struct answer){0};
    buf_init(&answer->body, SIZE_MAX);
    buf_init(&answer->headers, SIZE_MAX);
}

static void answer_deinit(struct answer *answer)
{
    buf_deinit(&answer->body);
    buf_deinit(&answer->headers);
}

static void on_answer(struct http_client_result *result, void *data)
{
    struct answer *answer = data;
    answer->calls++;
    answer->code = result->code;
    answer->failure = result->failure;
    answer->status = result->status;
    answer->redirects = result->redirect_count;
    (void)snprintf(answer->error, sizeof answer->error, "%s", result->error.text);
    (void)snprintf(answer->url, sizeof answer->url, "%.*s", SLICE_ARGS(result->url));
    buf_put_slice(&answer->body, buf_slice(result->body));
    for (size_t i = 0; i < result->header_count; i++) {
        buf_printf(&answer->headers, "%.*s=%.*s\n", SLICE_ARGS(result->headers[i].name),
                   SLICE_ARGS(result->headers[i].value));
    }
}

static bool answered(void *state)
{
    return ((struct answer *)state)->calls > 0;
}

static struct slice url_of(const struct fixture *fixture, const char *path, char *text, size_t size)
{
    (void)snprintf(text, size, "http://127.0.0.1:%u%s", fixture->rig.port, path);
    return slice_of_text(text);
}

/* Starts it and waits for its end. */
static void
exchange(struct fixture *fixture, const struct http_client_request *request, struct answer *answer)
{
    struct error error;
    answer_init(answer);
    cr_assert_eq(http_client_start(fixture->client, request, on_answer, answer, NULL, &error),
                 ERR_OK, "%s", error.text);
    cr_assert_eq(answer->calls, 0, "called back before it returned");
    cr_assert(rig_turn_until(&fixture->rig, answered, answer), "no answer");
    rig_turn(&fixture->rig, 3);
    cr_assert_eq(answer->calls, 1);
}

static void get(struct fixture *fixture, const char *url, struct answer *answer)
{
    struct http_client_request request = {.url = slice_of_text(url), .redirects_max = 5};
    exchange(fixture, &request, answer);
}

/* ---- answers ---- */

Test(http_client, methods_headers_and_bodies_go_out_as_given)
{
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    const struct http_header headers[] = {{SLICE("X-One"), SLICE("caf\xc3\xa9")},
                                          {SLICE("X-Empty"), SLICE("")},
                                          {SLICE("content-length"), SLICE("999")},
                                          {SLICE("Expect"), SLICE("100-continue")},
                                          {SLICE("X-One"), SLICE("again")}};
    char url[100];
    struct http_client_request request = {.method = SLICE("PATCH"),
                                          .url = url_of(&fixture, "/echo?a=b", url, sizeof url),
                                          .headers = headers,
                                          .header_count = ARRAY_COUNT(headers),
                                          .body = slice_of("a\0b", 3)};
    struct answer answer;
    exchange(&fixture, &request, &answer);
    cr_assert_eq(answer.code, ERR_OK, "%s", answer.error);
    cr_assert_eq(answer.status, 200);
    cr_assert(slice_equal(buf_slice(&answer.body), slice_of("a\0b", 3)));
    cr_assert_eq(rig_count(&answer.headers, "Content-Length=3\n"), 1);
    const struct buf *head = &fixture.rig.last_head;
    cr_assert_eq(rig_count(head, "PATCH /echo?a=b HTTP/1.1\r\n"), 1);
    cr_assert_eq(rig_count(head, "X-One: caf\xc3\xa9\r\n"), 1);
    cr_assert_eq(rig_count(head, "X-One: again\r\n"), 1);
    cr_assert_eq(rig_count(head, "X-Empty:\r\n"), 1);
    cr_assert_eq(rig_count(head, "Content-Length: 3\r\n"), 1);
    cr_assert_eq(rig_count(head, "999"), 0);
    cr_assert_eq(rig_count(head, "Expect"), 0);
    cr_assert_eq(rig_count(head, "Content-Type"), 0);
    cr_assert_eq(rig_count(head, "User-Agent: daybook/"), 1);
    answer_deinit(&answer);
    fixture_stop(&fixture);
}

Test(http_client, methods_without_body)
{
    static const struct {
        const char *method;
        const char *line;
        const char *length; /* "": none sent */
    } rows[] = {{"", "GET /head HTTP/1.1\r\n", ""},
                {"POST", "POST /head HTTP/1.1\r\n", "Content-Length: 0\r\n"},
                {"PUT", "PUT /head HTTP/1.1\r\n", "Content-Length: 0\r\n"},
                {"DELETE", "DELETE /head HTTP/1.1\r\n", ""},
                {"HEAD", "HEAD /head HTTP/1.1\r\n", ""},
                {"OPTIONS", "OPTIONS /head HTTP/1.1\r\n", ""}};
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char url[100];
        struct http_client_request request = {.method = slice_of_text(rows[i].method),
                                              .url = url_of(&fixture, "/head", url, sizeof url)};
        struct answer answer;
        exchange(&fixture, &request, &answer);
        cr_assert_eq(answer.status, 200, "%s: %s", rows[i].method, answer.error);
        cr_assert_eq(rig_count(&fixture.rig.last_head, rows[i].line), 1, "%s", rows[i].method);
        cr_assert_eq(rig_count(&fixture.rig.last_head, "Content-Length"), rows[i].length[0] != '\0',
                     "%s", rows[i].method);
        answer_deinit(&answer);
    }
    fixture_stop(&fixture);
}

Test(http_client, an_error_status_is_an_answer)
{
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    char url[100];
    (void)url_of(&fixture, "/early", url, sizeof url);
    struct answer answer;
    get(&fixture, url, &answer);
    cr_assert_eq(answer.code, ERR_OK);
    cr_assert_eq(answer.status, 401);
    cr_assert_eq(rig_count(&answer.body, "key_required"), 1);
    answer_deinit(&answer);
    fixture_stop(&fixture);
}

/* ---- redirects ---- */

static void
redirect_url(const struct fixture *fixture, int status, const char *to, char *text, size_t size)
{
    (void)snprintf(text, size, "http://127.0.0.1:%u/redirect/%d?%s", fixture->rig.port, status, to);
}

Test(http_client, redirects_are_answers_unless_asked_for)
{
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    char url[200];
    redirect_url(&fixture, 302, "/echo", url, sizeof url);
    struct http_client_request request = {.url = slice_of_text(url)};
    struct answer answer;
    exchange(&fixture, &request, &answer);
    cr_assert_eq(answer.status, 302);
    cr_assert_eq(rig_count(&answer.headers, "Location=/echo\n"), 1);
    cr_assert_eq(answer.redirects, 0);
    answer_deinit(&answer);
    fixture_stop(&fixture);
}

Test(http_client, methods_across_redirects)
{
    static const struct {
        int status;
        const char *method;
        const char *then;
        bool body_stays;
    } rows[] = {{301, "POST", "GET /head ", false}, {302, "POST", "GET /head ", false},
                {303, "POST", "GET /head ", false}, {303, "PUT", "GET /head ", false},
                {307, "POST", "POST /head ", true}, {308, "PUT", "PUT /head ", true},
                {301, "PUT", "PUT /head ", true}};
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    const struct http_header headers[] = {{SLICE("Content-Type"), SLICE("text/x")}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char url[200];
        redirect_url(&fixture, rows[i].status, "/head?x", url, sizeof url);
        struct http_client_request request = {.method = slice_of_text(rows[i].method),
                                              .url = slice_of_text(url),
                                              .headers = headers,
                                              .header_count = 1,
                                              .body = SLICE("body"),
                                              .redirects_max = 1};
        struct answer answer;
        exchange(&fixture, &request, &answer);
        cr_assert_eq(answer.status, 200, "%zu %s", i, answer.error);
        cr_assert_eq(answer.redirects, 1);
        cr_assert(slice_starts_with(buf_slice(&answer.body),
                                    (struct slice){rows[i].then, strlen(rows[i].then) - 1}),
                  "%zu", i);
        cr_assert_eq(rig_count(&answer.body, "text/x"), rows[i].body_stays, "%zu", i);
        cr_assert_eq(slice_is(buf_slice(&fixture.rig.last_body), "body"), rows[i].body_stays);
        cr_assert_neq(strstr(answer.url, "/head?x"), NULL);
        answer_deinit(&answer);
    }
    fixture_stop(&fixture);
}

static void check_secrets(struct fixture *fixture, const char *to, bool sent)
{
    const struct http_header headers[] = {{SLICE("Authorization"), SLICE("Bearer s3cret")},
                                          {SLICE("COOKIE"), SLICE("s3cret")},
                                          {SLICE("Api-Key"), SLICE("s3cret")},
                                          {SLICE("x-api-key"), SLICE("s3cret")},
                                          {SLICE("X-Plain"), SLICE("plain")}};
    const struct http_header secrets[] = {{SLICE("X-Token"), SLICE("s3cret")}};
    char url[300];
    redirect_url(fixture, 307, to, url, sizeof url);
    struct http_client_request request = {.url = slice_of_text(url),
                                          .headers = headers,
                                          .header_count = ARRAY_COUNT(headers),
                                          .secret_headers = secrets,
                                          .secret_header_count = 1,
                                          .redirects_max = 3};
    struct answer answer;
    exchange(fixture, &request, &answer);
    cr_assert_eq(answer.status, 200, "%s", answer.error);
    cr_assert_eq(rig_count(&answer.body, "plain"), 1, "%s", to);
    cr_assert_eq(rig_count(&answer.body, "s3cret"), sent ? 5 : 0, "%s: %.*s", to,
                 SLICE_ARGS(buf_slice(&answer.body)));
    answer_deinit(&answer);
}

Test(http_client, secrets_stay_with_their_origin)
{
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    uint16_t other_port;
    cr_assert_eq(http_server_listen_tcp(fixture.rig.server, "127.0.0.1", 0, &other_port, NULL),
                 ERR_OK);
    char to[200];
    check_secrets(&fixture, "/head", true);
    (void)snprintf(to, sizeof to, "http://127.0.0.1:%u/head", fixture.rig.port);
    check_secrets(&fixture, to, true);
    (void)snprintf(to, sizeof to, "http://127.0.0.1:%u/head", other_port);
    check_secrets(&fixture, to, false);
    (void)snprintf(to, sizeof to, "http://localhost:%u/head", fixture.rig.port);
    check_secrets(&fixture, to, false);
    /* There and back again: what was left out stays out. */
    (void)snprintf(to, sizeof to, "http://127.0.0.1:%u/redirect/307?http://127.0.0.1:%u/head",
                   other_port, fixture.rig.port);
    check_secrets(&fixture, to, false);
    fixture_stop(&fixture);
}

Test(http_client, redirects_that_lead_nowhere)
{
    static const struct {
        const char *to;
        const char *error;
    } rows[] = {
        {"file:///etc/passwd",
         "redirect of 127.0.0.1: the URL must begin with http:// or https://"},
        {"ftp://127.0.0.1/x", "redirect of 127.0.0.1: the URL must begin with"},
        {"gopher://127.0.0.1/x", "redirect of 127.0.0.1: the URL must begin with"},
    };
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char url[200];
        redirect_url(&fixture, 302, rows[i].to, url, sizeof url);
        struct answer answer;
        get(&fixture, url, &answer);
        cr_assert_eq(answer.failure, HTTP_CLIENT_REDIRECT, "%s: %d %s", rows[i].to, answer.status,
                     answer.error);
        cr_assert_eq(strncmp(answer.error, rows[i].error, strlen(rows[i].error)), 0, "%s",
                     answer.error);
        cr_assert_eq(answer.status, 0);
        answer_deinit(&answer);
    }
    char loop[400];
    redirect_url(&fixture, 302, "", loop, sizeof loop);
    (void)snprintf(loop + strlen(loop), 200, "%s",
                   "/redirect/302?/redirect/302?/redirect/302?"
                   "/redirect/302?/redirect/302?/redirect/302?/x");
    struct answer answer;
    get(&fixture, loop, &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_REDIRECT);
    cr_assert_str_eq(answer.error, "answer of 127.0.0.1: more than 5 redirects");
    cr_assert_eq(answer.redirects, 5);
    answer_deinit(&answer);
    fixture_stop(&fixture);
}

/* ---- addresses ---- */

Test(http_client, private_targets_are_refused_however_they_are_written)
{
    static const char *const hosts[] = {
        "127.0.0.1",         "localhost",       "0x7f000001",
        "2130706433",        "127.1",           "0177.0.0.1",
        "0.0.0.0",           "[::1]",           "[::ffff:127.0.0.1]",
        "169.254.169.254",   "10.0.0.1",        "192.168.1.1",
        "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]"};
    struct http_client_options options;
    http_client_options_init(&options);
    cr_assert_not(options.allow_private_targets);
    struct fixture fixture;
    fixture_start(&fixture, &options);
    for (size_t i = 0; i < ARRAY_COUNT(hosts); i++) {
        char url[100];
        (void)snprintf(url, sizeof url, "http://%s:%u/echo", hosts[i], fixture.rig.port);
        struct answer answer;
        get(&fixture, url, &answer);
        cr_assert_eq(answer.failure, HTTP_CLIENT_ADDRESS_REFUSED, "%s: %s", url, answer.error);
        cr_assert_eq(answer.code, ERR_DENIED);
        cr_assert_neq(strstr(answer.error, "are not allowed"), NULL, "%s", answer.error);
        answer_deinit(&answer);
    }
    cr_assert_eq(fixture.rig.heads, 0);
    fixture_stop(&fixture);
}

static bool only_127_0_0_1(const struct sockaddr *address, void *data)
{
    (void)data;
    return ((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr ==
           htonl(INADDR_LOOPBACK);
}

Test(http_client, a_redirect_to_a_refused_address_is_refused)
{
    struct http_client_options options;
    http_client_options_init(&options);
    options.address_allowed = only_127_0_0_1;
    struct fixture fixture;
    fixture_start(&fixture, &options);
    uint16_t port;
    cr_assert_eq(http_server_listen_tcp(fixture.rig.server, "127.0.0.2", 0, &port, NULL), ERR_OK);
    char to[100];
    char url[300];
    (void)snprintf(to, sizeof to, "http://127.0.0.2:%u/echo", port);
    redirect_url(&fixture, 307, to, url, sizeof url);
    struct answer answer;
    get(&fixture, url, &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_ADDRESS_REFUSED, "%d", answer.status);
    cr_assert_str_eq(answer.error, "connect to 127.0.0.2: requests to 127.0.0.2 (loopback) are not "
                                   "allowed");
    cr_assert_eq(fixture.rig.heads, 1);
    answer_deinit(&answer);
    fixture_stop(&fixture);
}

Test(http_client, the_environments_proxy_is_not_used)
{
    (void)setenv("http_proxy", "http://127.0.0.1:1", 1);
    (void)setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    char url[100];
    (void)url_of(&fixture, "/echo", url, sizeof url);
    struct answer answer;
    get(&fixture, url, &answer);
    cr_assert_eq(answer.status, 200, "%s", answer.error);
    answer_deinit(&answer);
    fixture_stop(&fixture);
}

/* ---- failures ---- */

Test(http_client, a_response_over_the_limit)
{
    static const struct {
        const char *path;
        size_t max;
        enum http_client_failure failure;
    } rows[] = {{"/large/1000", 1000, HTTP_CLIENT_OK},
                {"/large/1001", 1000, HTTP_CLIENT_TOO_LARGE},
                {"/large/9000000", 1000, HTTP_CLIENT_TOO_LARGE}};
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char url[100];
        struct http_client_request request = {.url =
                                                  url_of(&fixture, rows[i].path, url, sizeof url),
                                              .response_bytes_max = rows[i].max};
        struct answer answer;
        exchange(&fixture, &request, &answer);
        cr_assert_eq(answer.failure, rows[i].failure, "%s: %s", rows[i].path, answer.error);
        if (answer.failure != HTTP_CLIENT_OK) {
            cr_assert_str_eq(answer.error, "answer of 127.0.0.1: its body is over 1000 bytes");
            cr_assert_eq(answer.body.size, 0);
        }
        answer_deinit(&answer);
    }
    fixture_stop(&fixture);
}

Test(http_client, responses_over_the_budget_of_all)
{
    struct http_client_options options;
    http_client_options_init(&options);
    options.allow_private_targets = true;
    options.response_total_bytes_max = 100000;
    struct fixture fixture;
    fixture_start(&fixture, &options);
    char url[100];
    (void)url_of(&fixture, "/large/100001", url, sizeof url);
    struct answer answer;
    get(&fixture, url, &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_OVERLOADED);
    cr_assert_eq(answer.code, ERR_BUSY);
    answer_deinit(&answer);
    (void)url_of(&fixture, "/large/100000", url, sizeof url);
    get(&fixture, url, &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_OK, "%s", answer.error);
    answer_deinit(&answer);
    fixture_stop(&fixture);
}

Test(http_client, timeouts)
{
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    char url[100];
    struct http_client_request request = {.url = url_of(&fixture, "/later", url, sizeof url),
                                          .timeout_ms = 50};
    struct answer answer;
    exchange(&fixture, &request, &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_TIMEOUT);
    cr_assert_eq(answer.code, ERR_TIMEOUT);
    cr_assert_eq(strncmp(answer.error, "request 127.0.0.1: no complete answer in time: ", 47), 0,
                 "%s", answer.error);
    answer_deinit(&answer);
    fixture_stop(&fixture);
}

/* A socket that says `text` to whoever connects, then closes. */
struct impostor {
    uv_tcp_t listener;
    uv_tcp_t peer;
    uv_write_t write;
    const char *text;
    char url[60];
    char input[4096];
};

static void on_impostor_written(uv_write_t *write, int status)
{
    (void)status;
    struct impostor *impostor = write->data;
    uv_close((uv_handle_t *)&impostor->peer, NULL);
}

static void on_impostor_alloc(uv_handle_t *handle, size_t size, uv_buf_t *ret_buf)
{
    (void)size;
    struct impostor *impostor = handle->data;
    *ret_buf = uv_buf_init(impostor->input, sizeof impostor->input);
}

static void on_impostor_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    (void)buf;
    struct impostor *impostor = stream->data;
    (void)uv_read_stop(stream);
    cr_assert_gt(size, 0);
    uv_buf_t out = uv_buf_init((char *)(uintptr_t)impostor->text, (unsigned)strlen(impostor->text));
    impostor->write.data = impostor;
    cr_assert_eq(uv_write(&impostor->write, stream, &out, 1, on_impostor_written), 0);
}

static void on_impostor_connection(uv_stream_t *listener, int status)
{
    struct impostor *impostor = listener->data;
    cr_assert_eq(status, 0);
    cr_assert_eq(uv_tcp_init(listener->loop, &impostor->peer), 0);
    impostor->peer.data = impostor;
    cr_assert_eq(uv_accept(listener, (uv_stream_t *)&impostor->peer), 0);
    (void)uv_read_start((uv_stream_t *)&impostor->peer, on_impostor_alloc, on_impostor_read);
}

static void impostor_start(struct impostor *impostor, uv_loop_t *loop, const char *text)
{
    memset(impostor, 0, sizeof *impostor);
    impostor->text = text;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = sizeof address;
    cr_assert_eq(uv_tcp_init(loop, &impostor->listener), 0);
    impostor->listener.data = impostor;
    cr_assert_eq(uv_tcp_bind(&impostor->listener, (struct sockaddr *)&address, 0), 0);
    cr_assert_eq(uv_listen((uv_stream_t *)&impostor->listener, 1, on_impostor_connection), 0);
    cr_assert_eq(uv_tcp_getsockname(&impostor->listener, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(impostor->url, sizeof impostor->url, "http://127.0.0.1:%u/",
                   ntohs(address.sin_port));
}

static void
check_impostor(const char *text, enum http_client_failure failure, struct answer *answer)
{
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    struct impostor impostor;
    impostor_start(&impostor, &fixture.rig.loop, text);
    get(&fixture, impostor.url, answer);
    cr_assert_eq(answer->failure, failure, "%.60s: %d %s", text, answer->status, answer->error);
    uv_close((uv_handle_t *)&impostor.listener, NULL);
    fixture_stop(&fixture);
}

Test(http_client, servers_that_misbehave)
{
    static const struct {
        const char *text;
        enum http_client_failure failure;
    } rows[] = {
        {"", HTTP_CLIENT_BROKEN},
        {"hello\r\n\r\n", HTTP_CLIENT_BROKEN},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", HTTP_CLIENT_BROKEN},
        {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nx", HTTP_CLIENT_BROKEN},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", HTTP_CLIENT_BROKEN},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", HTTP_CLIENT_BROKEN},
        {"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n",
         HTTP_CLIENT_REDIRECT},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct answer answer;
        check_impostor(rows[i].text, rows[i].failure, &answer);
        answer_deinit(&answer);
    }
}

Test(http_client, interim_answers_and_trailers_are_not_headers)
{
    struct answer answer;
    check_impostor("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
                   "HTTP/1.1 200 OK\r\nX-Real:  2 \r\nTransfer-Encoding: chunked\r\n\r\n"
                   "1\r\nx\r\n0\r\nX-Trailer: 3\r\n\r\n",
                   HTTP_CLIENT_OK, &answer);
    cr_assert_eq(answer.status, 200);
    cr_assert(slice_is(buf_slice(&answer.headers), "X-Real=2\nTransfer-Encoding=chunked\n"), "%.*s",
              SLICE_ARGS(buf_slice(&answer.headers)));
    cr_assert(slice_is(buf_slice(&answer.body), "x"));
    answer_deinit(&answer);
}

Test(http_client, headers_over_the_limit)
{
    struct buf text;
    buf_init(&text, SIZE_MAX);
    buf_put_text(&text, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 3000; i++) {
        buf_put_text(&text, "X-Header: 01234567890123456789\r\n");
    }
    buf_put_text(&text, "Content-Length: 0\r\n\r\n");
    buf_put_char(&text, '\0');
    struct answer answer;
    check_impostor(text.data, HTTP_CLIENT_TOO_LARGE, &answer);
    cr_assert_str_eq(answer.error, "answer of 127.0.0.1: its headers are over 65536 bytes");
    answer_deinit(&answer);
    buf_deinit(&text);
}

Test(http_client, what_cannot_be_reached)
{
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    struct answer answer;
    get(&fixture, "http://127.0.0.1:1/", &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_CONNECT);
    cr_assert_str_eq(answer.error, "connect to 127.0.0.1 port 1: Connection refused");
    answer_deinit(&answer);
    get(&fixture, "http://no-such-host.invalid/", &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_RESOLVE, "%s", answer.error);
    cr_assert_eq(strncmp(answer.error, "resolve no-such-host.invalid: ", 30), 0, "%s",
                 answer.error);
    answer_deinit(&answer);
    char url[100];
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%u/", fixture.rig.port);
    get(&fixture, url, &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_TLS, "%s", answer.error);
    cr_assert_eq(strncmp(answer.error, "TLS with 127.0.0.1: ", 20), 0, "%s", answer.error);
    answer_deinit(&answer);
    fixture_stop(&fixture);
}

Test(http_client, what_is_refused_at_once)
{
    static const struct {
        const char *method;
        struct slice url;
        const char *name;
        const char *value;
        const char *error;
    } rows[] = {
        {"GET", {"ftp://a/", 8}, "X", "y", "the URL must begin with http:// or https://"},
        {"GET", {"file:///etc/passwd", 18}, "X", "y", "the URL must begin"},
        {"GET", {"/relative", 9}, "X", "y", "the URL cannot be read"},
        {"GET", {"", 0}, "X", "y", "the URL cannot be read"},
        {"GET", {"http://a b/", 11}, "X", "y", "the URL cannot be read"},
        {"GET", {"http://a\0b/", 11}, "X", "y", "the URL holds a NUL byte"},
        {"GET", {"http://a:99999/", 15}, "X", "y", "the URL cannot be read"},
        {"G ET", {"http://a/", 9}, "X", "y", "the method must be a word"},
        {"GET\r\nX: y", {"http://a/", 9}, "X", "y", "the method must be a word"},
        {"GET", {"http://a/", 9}, "X y", "y", "\"X y\" is not a valid header name"},
        {"GET", {"http://a/", 9}, "X", "y\r\nZ: z", "the value of header X holds a line end"},
    };
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct http_header headers[] = {
            {slice_of_text(rows[i].name), slice_of_text(rows[i].value)}};
        struct http_client_request request = {.method = slice_of_text(rows[i].method),
                                              .url = rows[i].url,
                                              .headers = headers,
                                              .header_count = 1};
        struct error error;
        struct answer answer;
        answer_init(&answer);
        cr_assert_eq(http_client_start(fixture.client, &request, on_answer, &answer, NULL, &error),
                     ERR_INVALID, "%zu", i);
        cr_assert_eq(strncmp(error.text, rows[i].error, strlen(rows[i].error)), 0, "%zu: %s", i,
                     error.text);
        rig_turn(&fixture.rig, 2);
        cr_assert_eq(answer.calls, 0);
        cr_assert_eq(http_client_count(fixture.client), 0);
        answer_deinit(&answer);
    }
    fixture_stop(&fixture);
}

/* ---- many at once ---- */

#define MANY 100

static bool all_answered(void *state)
{
    struct answer *answers = state;
    size_t count = 0;
    for (size_t i = 0; i < MANY; i++) {
        count += answers[i].calls;
    }
    return count == MANY;
}

Test(http_client, a_hundred_in_parallel_within_the_limits)
{
    struct http_client_options options;
    http_client_options_init(&options);
    options.allow_private_targets = true;
    options.transfers_max = 8;
    options.waiting_max = MANY - 8;
    struct fixture fixture;
    fixture_start(&fixture, &options);
    static struct answer answers[MANY];
    char url[100];
    struct http_client_request request = {.method = SLICE("POST"),
                                          .url = url_of(&fixture, "/echo", url, sizeof url)};
    struct error error;
    for (size_t i = 0; i < MANY; i++) {
        char body[16];
        (void)snprintf(body, sizeof body, "#%zu", i);
        request.body = slice_of_text(body); /* copied */
        answer_init(&answers[i]);
        cr_assert_eq(
            http_client_start(fixture.client, &request, on_answer, &answers[i], NULL, &error),
            ERR_OK, "%s", error.text);
    }
    cr_assert_eq(http_client_start(fixture.client, &request, on_answer, NULL, NULL, &error),
                 ERR_LIMIT);
    cr_assert_str_eq(error.text, "92 requests are waiting already");
    cr_assert_eq(http_client_count(fixture.client), MANY);
    cr_assert(rig_turn_until(&fixture.rig, all_answered, answers));
    for (size_t i = 0; i < MANY; i++) {
        char body[16];
        (void)snprintf(body, sizeof body, "#%zu", i);
        cr_assert_eq(answers[i].status, 200, "%s", answers[i].error);
        cr_assert(slice_is(buf_slice(&answers[i].body), body));
        answer_deinit(&answers[i]);
    }
    cr_assert_leq(rig_stats(&fixture.rig).accepted, 8);
    fixture_stop(&fixture);
}

Test(http_client, bodies_of_requests_are_bounded)
{
    struct http_client_options options;
    http_client_options_init(&options);
    options.allow_private_targets = true;
    options.request_total_bytes_max = 10;
    struct fixture fixture;
    fixture_start(&fixture, &options);
    char url[100];
    struct http_client_request request = {.method = SLICE("POST"),
                                          .url = url_of(&fixture, "/echo", url, sizeof url),
                                          .body = SLICE("12345678901")};
    struct error error;
    cr_assert_eq(http_client_start(fixture.client, &request, on_answer, NULL, NULL, &error),
                 ERR_LIMIT);
    request.body = SLICE("1234567890");
    for (size_t i = 0; i < 3; i++) {
        struct answer answer;
        exchange(&fixture, &request, &answer); /* given back each time */
        cr_assert_eq(answer.status, 200);
        answer_deinit(&answer);
    }
    fixture_stop(&fixture);
}

Test(http_client, those_in_line_time_out_too)
{
    struct http_client_options options;
    http_client_options_init(&options);
    options.allow_private_targets = true;
    options.transfers_max = 1;
    struct fixture fixture;
    fixture_start(&fixture, &options);
    char url[100];
    struct answer running;
    struct answer waiting;
    answer_init(&running);
    answer_init(&waiting);
    struct http_client_request request = {.url = url_of(&fixture, "/later", url, sizeof url)};
    cr_assert_eq(http_client_start(fixture.client, &request, on_answer, &running, NULL, NULL),
                 ERR_OK);
    request.timeout_ms = 100;
    cr_assert_eq(http_client_start(fixture.client, &request, on_answer, &waiting, NULL, NULL),
                 ERR_OK);
    cr_assert(rig_turn_until(&fixture.rig, answered, &waiting));
    cr_assert_eq(waiting.failure, HTTP_CLIENT_TIMEOUT);
    cr_assert_eq(running.calls, 0);
    fixture_stop(&fixture);
    cr_assert_eq(running.calls, 1);
    cr_assert_eq(running.failure, HTTP_CLIENT_CANCELED);
    answer_deinit(&running);
    answer_deinit(&waiting);
}

/* ---- the end ---- */

Test(http_client, canceling_in_every_state)
{
    struct http_client_options options;
    http_client_options_init(&options);
    options.allow_private_targets = true;
    options.transfers_max = 1;
    struct fixture fixture;
    fixture_start(&fixture, &options);
    char url[100];
    struct http_client_request request = {.url = url_of(&fixture, "/later", url, sizeof url)};
    struct answer answers[2];
    struct http_client_transfer *transfers[2];
    for (size_t turns = 0; turns < 3; turns++) {
        for (size_t i = 0; i < 2; i++) {
            answer_init(&answers[i]);
            cr_assert_eq(http_client_start(fixture.client, &request, on_answer, &answers[i],
                                           &transfers[i], NULL),
                         ERR_OK);
        }
        rig_turn(&fixture.rig, (int)turns * 5);
        http_client_cancel(transfers[1]); /* waiting */
        http_client_cancel(transfers[0]); /* running, for some time */
        http_client_cancel(transfers[0]); /* canceled already */
        cr_assert_eq(answers[0].calls + answers[1].calls, 0, "called back from inside");
        rig_turn(&fixture.rig, 5);
        for (size_t i = 0; i < 2; i++) {
            cr_assert_eq(answers[i].calls, 1);
            cr_assert_eq(answers[i].failure, HTTP_CLIENT_CANCELED);
            answer_deinit(&answers[i]);
        }
        cr_assert_eq(http_client_count(fixture.client), 0);
    }
    fixture_stop(&fixture);
}

/* Looking up a name cannot be interrupted; it must not be waited for either. */
Test(http_client, canceling_while_a_name_is_looked_up_does_not_wait)
{
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    for (size_t i = 0; i < 20; i++) {
        char url[64];
        (void)snprintf(url, sizeof url, "http://host-%zu.invalid/", i);
        struct http_client_request request = {.url = slice_of_text(url)};
        struct answer answer;
        answer_init(&answer);
        struct http_client_transfer *transfer;
        cr_assert_eq(
            http_client_start(fixture.client, &request, on_answer, &answer, &transfer, NULL),
            ERR_OK);
        (void)uv_run(&fixture.rig.loop, UV_RUN_NOWAIT);
        if (answer.calls == 0) {
            http_client_cancel(transfer);
        }
        cr_assert(rig_turn_until(&fixture.rig, answered, &answer));
        answer_deinit(&answer);
    }
    fixture_stop(&fixture);
}

struct chain {
    struct fixture *fixture;
    size_t left;
    size_t answers;
    struct http_client_request request;
};

static void on_chained(struct http_client_result *result, void *data)
{
    struct chain *chain = data;
    cr_assert_eq(result->status, 200, "%s", result->error.text);
    struct buf taken = *result->body;
    buf_init(result->body, SIZE_MAX);
    cr_assert(slice_is(buf_slice(&taken), "again"));
    buf_deinit(&taken);
    chain->answers++;
    if (chain->left-- > 0) {
        cr_assert_eq(http_client_start(chain->fixture->client, &chain->request, on_chained, chain,
                                       NULL, NULL),
                     ERR_OK);
    } else {
        http_client_close(chain->fixture->client, on_client_closed, chain->fixture);
    }
}

Test(http_client, the_callback_may_start_the_next_take_the_body_and_close)
{
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    char url[100];
    struct chain chain = {.fixture = &fixture,
                          .left = 50,
                          .request = {.method = SLICE("POST"),
                                      .url = url_of(&fixture, "/echo", url, sizeof url),
                                      .body = SLICE("again")}};
    cr_assert_eq(http_client_start(fixture.client, &chain.request, on_chained, &chain, NULL, NULL),
                 ERR_OK);
    cr_assert(rig_turn_until(&fixture.rig, client_closed, &fixture));
    cr_assert_eq(chain.answers, 51);
    cr_assert_eq(rig_stats(&fixture.rig).accepted, 1, "connections are kept");
    rig_stop(&fixture.rig);
}

Test(http_client, closing_cancels_what_runs_and_refuses_what_comes)
{
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    char url[100];
    struct http_client_request request = {.url = url_of(&fixture, "/later", url, sizeof url)};
    struct answer answer;
    answer_init(&answer);
    cr_assert_eq(http_client_start(fixture.client, &request, on_answer, &answer, NULL, NULL),
                 ERR_OK);
    rig_turn(&fixture.rig, 10);
    http_client_close(fixture.client, on_client_closed, &fixture);
    cr_assert_eq(http_client_start(fixture.client, &request, on_answer, &answer, NULL, NULL),
                 ERR_CLOSED);
    cr_assert(rig_turn_until(&fixture.rig, client_closed, &fixture));
    cr_assert_eq(answer.calls, 1);
    cr_assert_eq(answer.failure, HTTP_CLIENT_CANCELED);
    answer_deinit(&answer);
    rig_stop(&fixture.rig);
}

Test(http_client, no_memory_anywhere)
{
    struct fixture fixture;
    fixture_start(&fixture, NULL);
    char url[100];
    struct http_client_request request = {.url = url_of(&fixture, "/echo", url, sizeof url),
                                          .timeout_ms = 50};
    size_t good = 0;
    for (long allowed = 0; allowed < 150; allowed += allowed < 60 ? 1 : 10) {
        struct answer answer;
        answer_init(&answer);
        struct http_client_transfer *transfer = NULL;
        memory_fail_after(allowed);
        enum err code =
            http_client_start(fixture.client, &request, on_answer, &answer, &transfer, NULL);
        for (int i = 0; i < 3; i++) {
            (void)uv_run(&fixture.rig.loop, UV_RUN_NOWAIT);
        }
        memory_fail_after(-1);
        if (code == ERR_OK) {
            cr_assert(rig_turn_until(&fixture.rig, answered, &answer), "after %ld", allowed);
            good += answer.code == ERR_OK;
        }
        cr_assert_eq(http_client_count(fixture.client), 0);
        answer_deinit(&answer);
    }
    cr_assert_gt(good, 0);
    fixture_stop(&fixture);
}
