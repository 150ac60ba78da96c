/* Requests outward and what comes back: as given, across redirects, and only where allowed. */
#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/base/memory.h"
#include "tests/unit/api/http_client_rig.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- answers ---- */

Test(http_client, methods_headers_and_bodies_go_out_as_given)
{
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    const struct http_header headers[] = {{SLICE("X-One"), SLICE("caf\xc3\xa9")},
                                          {SLICE("X-Empty"), SLICE("")},
                                          {SLICE("content-length"), SLICE("999")},
                                          {SLICE("Expect"), SLICE("100-continue")},
                                          {SLICE("X-One"), SLICE("again")}};
    char url[100];
    struct http_client_request request = {
        .method = SLICE("PATCH"),
        .url = client_rig_url(&fixture, "/echo?a=b", url, sizeof url),
        .headers = headers,
        .header_count = ARRAY_COUNT(headers),
        .body = slice_of("a\0b", 3)};
    struct answer answer;
    client_rig_exchange(&fixture, &request, &answer);
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
    client_rig_answer_deinit(&answer);
    client_rig_stop(&fixture);
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
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char url[100];
        struct http_client_request request = {
            .method = slice_of_text(rows[i].method),
            .url = client_rig_url(&fixture, "/head", url, sizeof url)};
        struct answer answer;
        client_rig_exchange(&fixture, &request, &answer);
        cr_assert_eq(answer.status, 200, "%s: %s", rows[i].method, answer.error);
        cr_assert_eq(rig_count(&fixture.rig.last_head, rows[i].line), 1, "%s", rows[i].method);
        cr_assert_eq(rig_count(&fixture.rig.last_head, "Content-Length"), rows[i].length[0] != '\0',
                     "%s", rows[i].method);
        client_rig_answer_deinit(&answer);
    }
    client_rig_stop(&fixture);
}

Test(http_client, an_error_status_is_an_answer)
{
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    char url[100];
    (void)client_rig_url(&fixture, "/early", url, sizeof url);
    struct answer answer;
    client_rig_get(&fixture, url, &answer);
    cr_assert_eq(answer.code, ERR_OK);
    cr_assert_eq(answer.status, 401);
    cr_assert_eq(rig_count(&answer.body, "key_required"), 1);
    client_rig_answer_deinit(&answer);
    client_rig_stop(&fixture);
}

/* ---- redirects ---- */

static void
redirect_url(const struct client_rig *fixture, int status, const char *to, char *text, size_t size)
{
    (void)snprintf(text, size, "http://127.0.0.1:%u/redirect/%d?%s", fixture->rig.port, status, to);
}

Test(http_client, redirects_are_answers_unless_asked_for)
{
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    char url[200];
    redirect_url(&fixture, 302, "/echo", url, sizeof url);
    struct http_client_request request = {.url = slice_of_text(url)};
    struct answer answer;
    client_rig_exchange(&fixture, &request, &answer);
    cr_assert_eq(answer.status, 302);
    cr_assert_eq(rig_count(&answer.headers, "Location=/echo\n"), 1);
    cr_assert_eq(answer.redirects, 0);
    client_rig_answer_deinit(&answer);
    client_rig_stop(&fixture);
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
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
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
        client_rig_exchange(&fixture, &request, &answer);
        cr_assert_eq(answer.status, 200, "%zu %s", i, answer.error);
        cr_assert_eq(answer.redirects, 1);
        cr_assert(slice_starts_with(buf_slice(&answer.body),
                                    (struct slice){rows[i].then, strlen(rows[i].then) - 1}),
                  "%zu", i);
        cr_assert_eq(rig_count(&answer.body, "text/x"), rows[i].body_stays, "%zu", i);
        cr_assert_eq(slice_is(buf_slice(&fixture.rig.last_body), "body"), rows[i].body_stays);
        cr_assert_neq(strstr(answer.url, "/head?x"), NULL);
        client_rig_answer_deinit(&answer);
    }
    client_rig_stop(&fixture);
}

static void check_secrets(struct client_rig *fixture, const char *to, bool sent)
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
    client_rig_exchange(fixture, &request, &answer);
    cr_assert_eq(answer.status, 200, "%s", answer.error);
    cr_assert_eq(rig_count(&answer.body, "plain"), 1, "%s", to);
    cr_assert_eq(rig_count(&answer.body, "s3cret"), sent ? 5 : 0, "%s: %.*s", to,
                 SLICE_ARGS(buf_slice(&answer.body)));
    client_rig_answer_deinit(&answer);
}

Test(http_client, secrets_stay_with_their_origin)
{
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
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
    client_rig_stop(&fixture);
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
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char url[200];
        redirect_url(&fixture, 302, rows[i].to, url, sizeof url);
        struct answer answer;
        client_rig_get(&fixture, url, &answer);
        cr_assert_eq(answer.failure, HTTP_CLIENT_REDIRECT, "%s: %d %s", rows[i].to, answer.status,
                     answer.error);
        cr_assert_eq(strncmp(answer.error, rows[i].error, strlen(rows[i].error)), 0, "%s",
                     answer.error);
        cr_assert_eq(answer.status, 0);
        client_rig_answer_deinit(&answer);
    }
    char loop[400];
    redirect_url(&fixture, 302, "", loop, sizeof loop);
    (void)snprintf(loop + strlen(loop), 200, "%s",
                   "/redirect/302?/redirect/302?/redirect/302?"
                   "/redirect/302?/redirect/302?/redirect/302?/x");
    struct answer answer;
    client_rig_get(&fixture, loop, &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_REDIRECT);
    cr_assert_str_eq(answer.error, "answer of 127.0.0.1: more than 5 redirects");
    cr_assert_eq(answer.redirects, 5);
    client_rig_answer_deinit(&answer);
    client_rig_stop(&fixture);
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
    struct client_rig fixture;
    client_rig_start(&fixture, &options);
    for (size_t i = 0; i < ARRAY_COUNT(hosts); i++) {
        char url[100];
        (void)snprintf(url, sizeof url, "http://%s:%u/echo", hosts[i], fixture.rig.port);
        struct answer answer;
        client_rig_get(&fixture, url, &answer);
        cr_assert_eq(answer.failure, HTTP_CLIENT_ADDRESS_REFUSED, "%s: %s", url, answer.error);
        cr_assert_eq(answer.code, ERR_DENIED);
        cr_assert_neq(strstr(answer.error, "are not allowed"), NULL, "%s", answer.error);
        client_rig_answer_deinit(&answer);
    }
    cr_assert_eq(fixture.rig.heads, 0);
    client_rig_stop(&fixture);
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
    struct client_rig fixture;
    client_rig_start(&fixture, &options);
    uint16_t port;
    cr_assert_eq(http_server_listen_tcp(fixture.rig.server, "127.0.0.2", 0, &port, NULL), ERR_OK);
    char to[100];
    char url[300];
    (void)snprintf(to, sizeof to, "http://127.0.0.2:%u/echo", port);
    redirect_url(&fixture, 307, to, url, sizeof url);
    struct answer answer;
    client_rig_get(&fixture, url, &answer);
    cr_assert_eq(answer.failure, HTTP_CLIENT_ADDRESS_REFUSED, "%d", answer.status);
    cr_assert_str_eq(answer.error, "connect to 127.0.0.2: requests to 127.0.0.2 (loopback) are not "
                                   "allowed, only to public addresses, unless the operator sets "
                                   "allow_private_targets");
    cr_assert_eq(fixture.rig.heads, 1);
    client_rig_answer_deinit(&answer);
    client_rig_stop(&fixture);
}

Test(http_client, the_environments_proxy_is_not_used)
{
    (void)setenv("http_proxy", "http://127.0.0.1:1", 1);
    (void)setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    struct client_rig fixture;
    client_rig_start(&fixture, NULL);
    char url[100];
    (void)client_rig_url(&fixture, "/echo", url, sizeof url);
    struct answer answer;
    client_rig_get(&fixture, url, &answer);
    cr_assert_eq(answer.status, 200, "%s", answer.error);
    client_rig_answer_deinit(&answer);
    client_rig_stop(&fixture);
}
