/* Requests outward that fail, are too many, or are given up; servers that misbehave. */
#include "core/base/check.h"
#include "core/base/memory.h"
#include "tests/unit/api/http_client_rig.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>

/* ---- failures ---- */

Test(http_client_limits, a_response_over_the_limit)
{
    static const struct {
        const char *path;
        size_t max;
        enum http_client_failure failure;
    } rows[] = {{"/large/1000", 1000, HTTP_CLIENT_OK},
                {"/large/1001", 1000, HTTP_CLIENT_TOO_LARGE},
                {"/large/9000000", 1000, HTTP_CLIENT_TOO_LARGE}};
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char url[100];
        struct http_client_request request = {
            .url = client_rig_url(&fixture, rows[i].path, url, sizeof url),
            .response_bytes_max = rows[i].max};
        struct answer answer;
        client_rig_exchange(&fixture, &request, &answer);
        cr_assert_eq(answer.failure, rows[i].failure, "%s: %s", rows[i].path, answer.error);
        if (answer.failure != HTTP_CLIENT_OK) {
            cr_assert_str_eq(answer.error, "answer of 127.0.0.1: its body is over 1000 bytes");
            cr_assert_eq(answer.body.size, 0);
        }
        client_rig_answer_deinit(&answer);
    }
    client_rig_stop(&fixture);
}

Test(http_client_limits, responses_over_the_budget_of_all)
{
    struct http_client_options options;
    http_client_options_init(&options);
    options.allow_private_targets = true;
    options.response_total_bytes_max = 100000;
    struct client_rig fixture;
    client_rig_start(&fixture, &options);
    char url[100];
    (void)client_rig_url(&fixture, "/large/100001", url, sizeof url);
    struct answer answer;
    client_rig_get(&fixture, url, &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_OVERLOADED);
    cr_assert_eq(answer.code, ERR_BUSY);
    client_rig_answer_deinit(&answer);
    (void)client_rig_url(&fixture, "/large/100000", url, sizeof url);
    client_rig_get(&fixture, url, &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_OK, "%s", answer.error);
    client_rig_answer_deinit(&answer);
    client_rig_stop(&fixture);
}

Test(http_client_limits, a_timer_of_0_stays_0)
{
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    rig_turn(&fixture.rig, 10);
    char url[100];
    struct http_client_request request = {.url =
                                              client_rig_url(&fixture, "/echo", url, sizeof url)};
    struct answer answer;
    client_rig_answer_init(&answer);
    cr_assert_eq(
        http_client_start(fixture.client, &request, client_rig_on_answer, &answer, NULL, NULL),
        ERR_OK);
    cr_assert_eq(uv_backend_timeout(&fixture.rig.loop), 0, "libcurl waits for the next turn only");
    cr_assert(rig_turn_until(&fixture.rig, client_rig_answered, &answer));
    client_rig_answer_deinit(&answer);
    client_rig_stop(&fixture);
}

Test(http_client_limits, an_answer_that_stalls)
{
    struct http_client_options options;
    http_client_options_init(&options);
    options.allow_private_targets = true;
    options.stall_timeout_s = 1;
    struct client_rig fixture;
    client_rig_start(&fixture, &options);
    char url[100];
    (void)client_rig_url(&fixture, "/later", url, sizeof url);
    struct answer answer;
    client_rig_get(&fixture, url, &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_TIMEOUT, "%s", answer.error);
    cr_assert_neq(strstr(answer.error, "too slow"), NULL, "%s", answer.error);
    client_rig_answer_deinit(&answer);
    client_rig_stop(&fixture);
}

Test(http_client_limits, timeouts)
{
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    char url[100];
    struct http_client_request request = {
        .url = client_rig_url(&fixture, "/later", url, sizeof url), .timeout_ms = 50};
    struct answer answer;
    client_rig_exchange(&fixture, &request, &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_TIMEOUT);
    cr_assert_eq(answer.code, ERR_TIMEOUT);
    cr_assert_eq(strncmp(answer.error, "request 127.0.0.1: no complete answer in time: ", 47), 0,
                 "%s", answer.error);
    client_rig_answer_deinit(&answer);
    client_rig_stop(&fixture);
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
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    struct impostor impostor;
    impostor_start(&impostor, &fixture.rig.loop, text);
    client_rig_get(&fixture, impostor.url, answer);
    cr_assert_eq(answer->failure, failure, "%.60s: %d %s", text, answer->status, answer->error);
    uv_close((uv_handle_t *)&impostor.listener, NULL);
    client_rig_stop(&fixture);
}

Test(http_client_limits, servers_that_misbehave)
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
        client_rig_answer_deinit(&answer);
    }
}

Test(http_client_limits, interim_answers_and_trailers_are_not_headers)
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
    client_rig_answer_deinit(&answer);
}

Test(http_client_limits, headers_over_the_limit)
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
    client_rig_answer_deinit(&answer);
    buf_deinit(&text);
}

Test(http_client_limits, what_cannot_be_reached)
{
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    struct answer answer;
    client_rig_get(&fixture, "http://127.0.0.1:1/", &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_CONNECT);
    cr_assert_str_eq(answer.error, "connect to 127.0.0.1 port 1: Connection refused");
    client_rig_answer_deinit(&answer);
    client_rig_get(&fixture, "http://no-such-host.invalid/", &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_RESOLVE, "%s", answer.error);
    cr_assert_eq(strncmp(answer.error, "resolve no-such-host.invalid: ", 30), 0, "%s",
                 answer.error);
    client_rig_answer_deinit(&answer);
    char url[100];
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%u/", fixture.rig.port);
    client_rig_get(&fixture, url, &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_TLS, "%s", answer.error);
    cr_assert_eq(strncmp(answer.error, "TLS with 127.0.0.1: ", 20), 0, "%s", answer.error);
    client_rig_answer_deinit(&answer);
    client_rig_stop(&fixture);
}

Test(http_client_limits, what_is_refused_at_once)
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
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct http_header headers[] = {
            {slice_of_text(rows[i].name), slice_of_text(rows[i].value)}};
        struct http_client_request request = {.method = slice_of_text(rows[i].method),
                                              .url = rows[i].url,
                                              .headers = headers,
                                              .header_count = 1};
        struct error error;
        struct answer answer;
        client_rig_answer_init(&answer);
        cr_assert_eq(http_client_start(fixture.client, &request, client_rig_on_answer, &answer,
                                       NULL, &error),
                     ERR_INVALID, "%zu", i);
        cr_assert_eq(strncmp(error.text, rows[i].error, strlen(rows[i].error)), 0, "%zu: %s", i,
                     error.text);
        rig_turn(&fixture.rig, 2);
        cr_assert_eq(answer.calls, 0);
        cr_assert_eq(http_client_count(fixture.client), 0);
        client_rig_answer_deinit(&answer);
    }
    client_rig_stop(&fixture);
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

Test(http_client_limits, a_hundred_in_parallel_within_the_limits)
{
    struct http_client_options options;
    http_client_options_init(&options);
    options.allow_private_targets = true;
    options.transfers_max = 8;
    options.waiting_max = MANY - 8;
    struct client_rig fixture;
    client_rig_start(&fixture, &options);
    static struct answer answers[MANY];
    char url[100];
    struct http_client_request request = {
        .method = SLICE("POST"), .url = client_rig_url(&fixture, "/echo", url, sizeof url)};
    struct error error;
    for (size_t i = 0; i < MANY; i++) {
        char body[16];
        (void)snprintf(body, sizeof body, "#%zu", i);
        request.body = slice_of_text(body); /* copied */
        client_rig_answer_init(&answers[i]);
        cr_assert_eq(http_client_start(fixture.client, &request, client_rig_on_answer, &answers[i],
                                       NULL, &error),
                     ERR_OK, "%s", error.text);
    }
    cr_assert_eq(
        http_client_start(fixture.client, &request, client_rig_on_answer, NULL, NULL, &error),
        ERR_LIMIT);
    cr_assert_str_eq(error.text, "92 requests are waiting already");
    cr_assert_eq(http_client_count(fixture.client), MANY);
    cr_assert(rig_turn_until(&fixture.rig, all_answered, answers));
    for (size_t i = 0; i < MANY; i++) {
        char body[16];
        (void)snprintf(body, sizeof body, "#%zu", i);
        cr_assert_eq(answers[i].status, 200, "%s", answers[i].error);
        cr_assert(slice_is(buf_slice(&answers[i].body), body));
        client_rig_answer_deinit(&answers[i]);
    }
    cr_assert_leq(rig_stats(&fixture.rig).accepted, 8);
    client_rig_stop(&fixture);
}

Test(http_client_limits, bodies_of_requests_are_bounded)
{
    struct http_client_options options;
    http_client_options_init(&options);
    options.allow_private_targets = true;
    options.request_total_bytes_max = 10;
    struct client_rig fixture;
    client_rig_start(&fixture, &options);
    char url[100];
    struct http_client_request request = {.method = SLICE("POST"),
                                          .url = client_rig_url(&fixture, "/echo", url, sizeof url),
                                          .body = SLICE("12345678901")};
    struct error error;
    cr_assert_eq(
        http_client_start(fixture.client, &request, client_rig_on_answer, NULL, NULL, &error),
        ERR_LIMIT);
    request.body = SLICE("1234567890");
    for (size_t i = 0; i < 3; i++) {
        struct answer answer;
        client_rig_exchange(&fixture, &request, &answer); /* given back each time */
        cr_assert_eq(answer.status, 200);
        client_rig_answer_deinit(&answer);
    }
    client_rig_stop(&fixture);
}

Test(http_client_limits, those_in_line_time_out_too)
{
    struct http_client_options options;
    http_client_options_init(&options);
    options.allow_private_targets = true;
    options.transfers_max = 1;
    struct client_rig fixture;
    client_rig_start(&fixture, &options);
    char url[100];
    struct answer running;
    struct answer waiting;
    client_rig_answer_init(&running);
    client_rig_answer_init(&waiting);
    struct http_client_request request = {.url =
                                              client_rig_url(&fixture, "/later", url, sizeof url)};
    cr_assert_eq(
        http_client_start(fixture.client, &request, client_rig_on_answer, &running, NULL, NULL),
        ERR_OK);
    request.timeout_ms = 100;
    cr_assert_eq(
        http_client_start(fixture.client, &request, client_rig_on_answer, &waiting, NULL, NULL),
        ERR_OK);
    cr_assert(rig_turn_until(&fixture.rig, client_rig_answered, &waiting));
    cr_assert_eq(waiting.failure, HTTP_CLIENT_TIMEOUT);
    cr_assert_eq(running.calls, 0);
    client_rig_stop(&fixture);
    cr_assert_eq(running.calls, 1);
    cr_assert_eq(running.failure, HTTP_CLIENT_CANCELED);
    client_rig_answer_deinit(&running);
    client_rig_answer_deinit(&waiting);
}

/* ---- the end ---- */

Test(http_client_limits, canceling_in_every_state)
{
    struct http_client_options options;
    http_client_options_init(&options);
    options.allow_private_targets = true;
    options.transfers_max = 1;
    struct client_rig fixture;
    client_rig_start(&fixture, &options);
    char url[100];
    struct http_client_request request = {.url =
                                              client_rig_url(&fixture, "/later", url, sizeof url)};
    struct answer answers[2];
    struct http_client_transfer *transfers[2];
    for (size_t turns = 0; turns < 3; turns++) {
        for (size_t i = 0; i < 2; i++) {
            client_rig_answer_init(&answers[i]);
            cr_assert_eq(http_client_start(fixture.client, &request, client_rig_on_answer,
                                           &answers[i], &transfers[i], NULL),
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
            client_rig_answer_deinit(&answers[i]);
        }
        cr_assert_eq(http_client_count(fixture.client), 0);
    }
    client_rig_stop(&fixture);
}

/* Looking up a name cannot be interrupted; it must not be waited for either. */
Test(http_client_limits, canceling_while_a_name_is_looked_up_does_not_wait)
{
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    for (size_t i = 0; i < 20; i++) {
        char url[64];
        (void)snprintf(url, sizeof url, "http://host-%zu.invalid/", i);
        struct http_client_request request = {.url = slice_of_text(url)};
        struct answer answer;
        client_rig_answer_init(&answer);
        struct http_client_transfer *transfer;
        cr_assert_eq(http_client_start(fixture.client, &request, client_rig_on_answer, &answer,
                                       &transfer, NULL),
                     ERR_OK);
        (void)uv_run(&fixture.rig.loop, UV_RUN_NOWAIT);
        if (answer.calls == 0) {
            http_client_cancel(transfer);
        }
        cr_assert(rig_turn_until(&fixture.rig, client_rig_answered, &answer));
        client_rig_answer_deinit(&answer);
    }
    client_rig_stop(&fixture);
}

struct chain {
    struct client_rig *fixture;
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
        http_client_close(chain->fixture->client, client_rig_on_closed, chain->fixture);
    }
}

Test(http_client_limits, the_callback_may_start_the_next_take_the_body_and_close)
{
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    char url[100];
    struct chain chain = {.fixture = &fixture,
                          .left = 50,
                          .request = {.method = SLICE("POST"),
                                      .url = client_rig_url(&fixture, "/echo", url, sizeof url),
                                      .body = SLICE("again")}};
    cr_assert_eq(http_client_start(fixture.client, &chain.request, on_chained, &chain, NULL, NULL),
                 ERR_OK);
    cr_assert(rig_turn_until(&fixture.rig, client_rig_closed, &fixture));
    cr_assert_eq(chain.answers, 51);
    cr_assert_eq(rig_stats(&fixture.rig).accepted, 1, "connections are kept");
    rig_stop(&fixture.rig);
}

Test(http_client_limits, closing_cancels_what_runs_and_refuses_what_comes)
{
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    char url[100];
    struct http_client_request request = {.url =
                                              client_rig_url(&fixture, "/later", url, sizeof url)};
    struct answer answer;
    client_rig_answer_init(&answer);
    cr_assert_eq(
        http_client_start(fixture.client, &request, client_rig_on_answer, &answer, NULL, NULL),
        ERR_OK);
    rig_turn(&fixture.rig, 10);
    http_client_close(fixture.client, client_rig_on_closed, &fixture);
    cr_assert_eq(
        http_client_start(fixture.client, &request, client_rig_on_answer, &answer, NULL, NULL),
        ERR_CLOSED);
    cr_assert(rig_turn_until(&fixture.rig, client_rig_closed, &fixture));
    cr_assert_eq(answer.calls, 1);
    cr_assert_eq(answer.failure, HTTP_CLIENT_CANCELED);
    client_rig_answer_deinit(&answer);
    rig_stop(&fixture.rig);
}

Test(http_client_limits, no_memory_anywhere)
{
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    char url[100];
    struct http_client_request request = {.url = client_rig_url(&fixture, "/echo", url, sizeof url),
                                          .timeout_ms = 50};
    size_t good = 0;
    for (long allowed = 0; allowed < 150; allowed += allowed < 60 ? 1 : 10) {
        struct answer answer;
        client_rig_answer_init(&answer);
        struct http_client_transfer *transfer = NULL;
        memory_fail_after(allowed);
        enum err code = http_client_start(fixture.client, &request, client_rig_on_answer, &answer,
                                          &transfer, NULL);
        for (int i = 0; i < 3; i++) {
            (void)uv_run(&fixture.rig.loop, UV_RUN_NOWAIT);
        }
        memory_fail_after(-1);
        if (code == ERR_OK) {
            cr_assert(rig_turn_until(&fixture.rig, client_rig_answered, &answer), "after %ld",
                      allowed);
            good += answer.code == ERR_OK;
        }
        cr_assert_eq(http_client_count(fixture.client), 0);
        client_rig_answer_deinit(&answer);
    }
    cr_assert_gt(good, 0);
    client_rig_stop(&fixture);
}
