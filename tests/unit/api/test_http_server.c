/* The server and honest clients: what goes down and what comes back up. */
#include "core/base/check.h"
#include "tests/unit/api/http_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

Test(http_server, a_request_is_answered_and_the_connection_kept)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    struct buf text = rig_buf();
    const char *post = "POST /echo?a=b HTTP/1.1\r\nHost: a\r\nX-Any:  caf\xc3\xa9\r\n"
                       "Content-Length: 5\r\n\r\nhello";
    rig_say(&rig, peer, post);
    cr_assert(rig_read(&rig, peer, &text, "hello", 1));
    cr_assert_eq(rig_count(&text, "HTTP/1.1 200 OK\r\nDate: "), 1, "%s", text.data);
    cr_assert_eq(rig_count(&text, " GMT\r\nContent-Length: 5\r\n\r\nhello"), 1, "%s", text.data);
    cr_assert(slice_equal(buf_slice(&rig.last_head), slice_of(post, strlen(post) - 5)));
    cr_assert_eq(strncmp(rig.last_peer, "127.0.0.1:", 10), 0, "%s", rig.last_peer);
    cr_assert_not(rig.last_local);
    rig_say(&rig, peer, RIG_GET("/echo"));
    cr_assert(rig_read(&rig, peer, &text, "\r\n\r\n", 2));
    cr_assert_eq(rig.last_number, 2);
    rig_hang_up(peer, false);
    buf_deinit(&text);
    rig_stop(&rig);
}

Test(http_server, single_bytes_are_enough)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    struct buf text = rig_buf();
    const char *post = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    for (const char *at = post; *at != '\0'; at++) {
        cr_assert(rig_send(&rig, peer, at, 1));
    }
    cr_assert(rig_read(&rig, peer, &text, "abcde", 1));
    rig_hang_up(peer, false);
    buf_deinit(&text);
    rig_stop(&rig);
}

static struct buf pipelined(const char *path, size_t count)
{
    struct buf input = rig_buf();
    for (size_t i = 0; i < count; i++) {
        buf_printf(&input, "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n#%04zu;", path,
                   i);
    }
    return input;
}

static void check_in_order(const struct buf *text, size_t count)
{
    struct slice rest = buf_slice(text);
    for (size_t i = 0; i < count; i++) {
        char mark[16];
        (void)snprintf(mark, sizeof mark, "#%04zu;", i);
        size_t at = slice_find(rest, slice_of_text(mark));
        cr_assert_neq(at, SIZE_MAX, "answer %zu is missing or out of order", i);
        rest = slice_from(rest, at + 6);
    }
}

Test(http_server, a_hundred_pipelined_requests_are_answered_in_order)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    struct buf input = pipelined("/echo", 100);
    struct buf text = rig_buf();
    cr_assert(rig_send(&rig, peer, input.data, input.size));
    cr_assert(rig_read(&rig, peer, &text, ";", 100));
    check_in_order(&text, 100);
    cr_assert_eq(rig.requests, 100);
    rig_hang_up(peer, false);
    buf_deinit(&text);
    buf_deinit(&input);
    rig_stop(&rig);
}

Test(http_server, pipelined_requests_that_are_answered_later_come_one_at_a_time)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    struct buf input = pipelined("/later", 100);
    struct buf text = rig_buf();
    cr_assert(rig_send(&rig, peer, input.data, input.size));
    for (size_t i = 0; i < 100; i++) {
        rig_turn(&rig, 3);
        cr_assert_eq(rig.held_count, i + 1, "one request in flight per connection");
        char body[16];
        (void)snprintf(body, sizeof body, "#%04zu;", i);
        cr_assert(slice_equal(rig.held[i]->body, slice_of_text(body)));
        rig_respond_held(&rig, i, body);
        cr_assert_eq(rig.held_count, i + 1, "the next is not handed over from inside the answer");
    }
    cr_assert(rig_read(&rig, peer, &text, ";", 100));
    check_in_order(&text, 100);
    rig_hang_up(peer, false);
    buf_deinit(&text);
    buf_deinit(&input);
    rig_stop(&rig);
}

Test(http_server, answers_in_turn_at_once_and_later_keep_their_order)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    struct buf text = rig_buf();
    rig_say(&rig, peer,
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1;"
            "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n2;"
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n3;");
    cr_assert(rig_read(&rig, peer, &text, "1;", 1), "held back although the next is slow");
    cr_assert_eq(rig.held_count, 1);
    rig_respond_held(&rig, 0, "2;");
    cr_assert(rig_read(&rig, peer, &text, "3;", 1));
    cr_assert_lt(slice_find(buf_slice(&text), SLICE("2;")),
                 slice_find(buf_slice(&text), SLICE("3;")));
    rig_hang_up(peer, false);
    buf_deinit(&text);
    rig_stop(&rig);
}

static void exchange_large(struct rig *rig, const char *head, const char *tail, size_t size)
{
    int peer = rig_connect(rig);
    struct buf text = rig_buf();
    struct buf body = rig_buf();
    for (size_t i = 0; i < size; i++) {
        buf_put_char(&body, (char)(i * 31 % 251));
    }
    rig_say(rig, peer, head);
    cr_assert(rig_send(rig, peer, body.data, body.size));
    rig_say(rig, peer, tail);
    cr_assert(rig_read_end(rig, peer, &text));
    cr_assert(slice_ends_with(buf_slice(&text), buf_slice(&body)), "the echo differs");
    cr_assert(slice_equal(buf_slice(&rig->last_body), buf_slice(&body)));
    rig_hang_up(peer, false);
    buf_deinit(&text);
    buf_deinit(&body);
}

Test(http_server, large_bodies_come_back_byte_for_byte)
{
    struct rig rig;
    rig_start(&rig, NULL);
    exchange_large(&rig,
                   "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                   "Content-Length: 8388608\r\n\r\n",
                   "", 8388608);
    exchange_large(&rig,
                   "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n800000\r\n",
                   "\r\n0\r\n\r\n", 8388608);
    rig_turn(&rig, 20);
    cr_assert_eq(rig_stats(&rig).body_bytes, 0);
    cr_assert_eq(rig_stats(&rig).output_bytes, 0);
    rig_stop(&rig);
}

Test(http_server, large_answers_handed_over_or_lent)
{
    static const char *const paths[] = {"/large/5000000", "/lent/5000000"};
    struct rig rig;
    rig_start(&rig, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        int peer = rig_connect(&rig);
        struct buf text = rig_buf();
        char request[128];
        (void)snprintf(request, sizeof request,
                       "GET %s HTTP/1.1\r\nHost: a\r\n\r\n" RIG_GET("/close"), paths[i]);
        rig_say(&rig, peer, request);
        cr_assert(rig_read_end(&rig, peer, &text));
        cr_assert_eq(rig_count(&text, "x"), 5000000);
        cr_assert_eq(rig_count(&text, "Connection: close\r\n\r\nok"), 1, "the next one follows");
        rig_hang_up(peer, false);
        buf_deinit(&text);
    }
    rig_stop(&rig);
}

Test(http_server, what_the_protocol_asks_of_answers)
{
    static const struct {
        const char *request;
        const char *has;
        const char *has_not;
    } rows[] = {
        {"GET /echo HTTP/1.0\r\n\r\n", "Connection: close\r\n", "keep-alive"},
        {"HEAD /close HTTP/1.1\r\nHost: a\r\n\r\n", "Content-Length: 2\r\n", "\r\n\r\nok"},
        {"GET /empty HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "204 No Content\r\n",
         "Content-Length"},
        {"GET /split HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "\"code\":\"bad_response\"",
         "Y: b"},
        {"GET /status/100 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "500 Internal",
         "100 "},
        {"GET /status/999 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "500 Internal", "999"},
        {"GET /framed HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "X-Own: kept", "99"},
        {"GET /framed HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "text/plain", "text/html"},
        {"GET /framed HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "close", "chunked"},
        {"GET http://elsewhere/echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200 OK",
         "x"},
        {"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "200 OK", "x"},
    };
    struct rig rig;
    rig_start(&rig, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct buf answer = rig_exchange(&rig, rows[i].request);
        cr_assert_eq(rig_count(&answer, rows[i].has), 1, "%s: %s", rows[i].request, answer.data);
        cr_assert_eq(rig_count(&answer, rows[i].has_not), 0, "%s: %s", rows[i].request,
                     answer.data);
        buf_deinit(&answer);
    }
    rig_stop(&rig);
}

Test(http_server, http_1_0_may_keep_its_connection)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    struct buf text = rig_buf();
    rig_say(&rig, peer, "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    cr_assert(rig_read(&rig, peer, &text, "Connection: keep-alive\r\n\r\n", 1));
    rig_say(&rig, peer, "GET /echo HTTP/1.0\r\n\r\n");
    cr_assert(rig_read_end(&rig, peer, &text));
    cr_assert_eq(rig_count(&text, "200 OK"), 2);
    rig_hang_up(peer, false);
    buf_deinit(&text);
    rig_stop(&rig);
}

Test(http_server, expect_continue)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    struct buf text = rig_buf();
    rig_say(&rig, peer,
            "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    cr_assert(rig_read(&rig, peer, &text, "HTTP/1.1 100 Continue\r\n\r\n", 1));
    cr_assert_eq(rig.requests, 0);
    rig_say(&rig, peer, "hello");
    cr_assert(rig_read(&rig, peer, &text, "hello", 1));
    /* Nothing to wait for: no 100. */
    rig_say(&rig, peer, "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n");
    cr_assert(rig_read(&rig, peer, &text, "200 OK", 2));
    rig_say(
        &rig, peer,
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi");
    cr_assert(rig_read(&rig, peer, &text, "200 OK", 3));
    cr_assert_eq(rig_count(&text, "100 Continue"), 1);
    rig_hang_up(peer, false);
    buf_deinit(&text);
    rig_stop(&rig);
}

static const struct early {
    const char *request;
    const char *status;
    bool stays; /* the connection */
} earlies[] = {
    {"POST /early HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", "401",
     false},
    {"POST /limit/4 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
     "413", false},
    {"POST /limit/4 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", "413", false},
    {"POST /limit/4 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n", "413", false},
    {"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", "401", false},
    {"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", "401", true},
    {"POST /early HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "401", true},
    {"GET /early HTTP/1.1\r\nHost: a\r\n\r\n", "401", true},
};

Test(http_server, an_early_answer_comes_before_the_body)
{
    struct rig rig;
    rig_start(&rig, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(earlies); i++) {
        int peer = rig_connect(&rig);
        struct buf text = rig_buf();
        rig_say(&rig, peer, earlies[i].request);
        cr_assert(rig_read(&rig, peer, &text, "\"}", 1), "%zu", i);
        cr_assert_eq(strncmp(text.data + 9, earlies[i].status, 3), 0, "%s", text.data);
        cr_assert_eq(rig_count(&text, "100 Continue"), 0, "%zu", i);
        cr_assert_eq(rig_count(&text, "Connection: close"), !earlies[i].stays, "%zu: %s", i,
                     text.data);
        if (!earlies[i].stays) {
            cr_assert(rig_read_end(&rig, peer, &text), "%zu", i);
        }
        rig_hang_up(peer, false);
        buf_deinit(&text);
    }
    cr_assert_eq(rig.requests, 0);
    rig_stop(&rig);
}

Test(http_server, a_small_body_nobody_wanted_is_read_past)
{
    static const char *const bodies[] = {
        "Content-Length: 5\r\n\r\nGET /",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nGET /\r\n0\r\n\r\n"};
    struct rig rig;
    rig_start(&rig, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(bodies); i++) {
        int peer = rig_connect(&rig);
        struct buf text = rig_buf();
        for (size_t round = 0; round < 3; round++) {
            rig_say(&rig, peer, "POST /early HTTP/1.1\r\nHost: a\r\n");
            rig_say(&rig, peer, bodies[i]);
        }
        rig_say(&rig, peer, RIG_GET("/close"));
        cr_assert(rig_read_end(&rig, peer, &text));
        cr_assert_eq(rig_count(&text, "HTTP/1.1 401"), 3, "%s", text.data);
        cr_assert_eq(rig_count(&text, "HTTP/1.1 200"), 1, "%s", text.data);
        cr_assert_eq(rig_count(&text, "HTTP/1.1"), 4, "%s", text.data);
        rig_hang_up(peer, false);
        buf_deinit(&text);
    }
    rig_stop(&rig);
}

/* Without draining the close would reset the connection, and the answer might be lost. */
Test(http_server, a_client_that_sends_everything_first_still_sees_the_early_answer)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    struct buf text = rig_buf();
    struct buf body = rig_buf();
    memset(buf_reserve(&body, 8 << 20), 'x', 8 << 20);
    body.size = 8 << 20;
    rig_say(&rig, peer, "POST /limit/100 HTTP/1.1\r\nHost: a\r\nContent-Length: 8388608\r\n\r\n");
    cr_assert(rig_send(&rig, peer, body.data, body.size), "cut off while sending");
    cr_assert(rig_read_end(&rig, peer, &text), "reset");
    cr_assert_eq(rig_count(&text, "413 Content Too Large"), 1);
    cr_assert_eq(rig_stats(&rig).body_bytes, 0);
    rig_hang_up(peer, false);
    buf_deinit(&text);
    buf_deinit(&body);
    rig_stop(&rig);
}

Test(http_server, malformed_input_ends_the_connection_after_what_was_good)
{
    struct rig rig;
    rig_start(&rig, NULL);
    struct buf answer = rig_exchange(&rig, RIG_GET("/echo") "POST /echo HTTP/1.1\r\nHost: a\r\n"
                                                            "Content-Length: 5\r\n"
                                                            "Transfer-Encoding: chunked\r\n\r\n"
                                                            "0\r\n\r\n" RIG_GET("/smuggled"));
    cr_assert_eq(rig_count(&answer, "HTTP/1.1 200"), 1);
    cr_assert_eq(rig_count(&answer, "HTTP/1.1 400"), 1);
    cr_assert_eq(rig_count(&answer, "Date: "), 2);
    cr_assert_eq(rig_count(&answer, "\"code\":\"malformed_request\""), 1);
    cr_assert_eq(rig_count(&answer, "Connection: close"), 1);
    cr_assert_eq(rig.requests, 1);
    cr_assert_eq(rig_stats(&rig).malformed, 1);
    buf_deinit(&answer);
    rig_stop(&rig);
}

Test(http_server, a_client_that_ended_its_sending_still_gets_its_answers)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    struct buf text = rig_buf();
    rig_say(&rig, peer, RIG_GET("/later") RIG_GET("/later") RIG_GET("/echo"));
    (void)shutdown(peer, SHUT_WR);
    for (size_t i = 0; i < 2; i++) {
        rig_turn(&rig, 10);
        cr_assert_eq(rig.held_count, i + 1);
        cr_assert_not(http_request_gone(rig.held[i]));
        rig_respond_held(&rig, i, "answer");
    }
    cr_assert(rig_read_end(&rig, peer, &text));
    cr_assert_eq(rig_count(&text, "200 OK"), 3);
    rig_hang_up(peer, false);
    buf_deinit(&text);
    rig_stop(&rig);
}

Test(http_server, unix_sockets_are_local_and_private)
{
    struct rig rig;
    rig_start(&rig, NULL);
    char path[] = "/tmp/daybook-http-XXXXXX";
    cr_assert_neq(mkdtemp(path), NULL);
    char socket_path[64];
    (void)snprintf(socket_path, sizeof socket_path, "%s/s", path);
    struct error error;
    cr_assert_eq(http_server_listen_unix(rig.server, socket_path, &error), ERR_OK, "%s",
                 error.text);
    struct stat found;
    cr_assert_eq(stat(socket_path, &found), 0);
    cr_assert_eq(found.st_mode & 0777, 0600);
    int peer = rig_connect_unix(&rig, socket_path);
    struct buf text = rig_buf();
    rig_say(&rig, peer, RIG_GET("/close"));
    cr_assert(rig_read_end(&rig, peer, &text));
    cr_assert_eq(rig_count(&text, "200 OK"), 1);
    cr_assert(rig.last_local);
    cr_assert_str_eq(rig.last_peer, "local");
    rig_hang_up(peer, false);
    buf_deinit(&text);
    rig_stop(&rig);
    cr_assert_neq(stat(socket_path, &found), 0, "the socket is removed with the server");
    cr_assert_eq(rmdir(path), 0);
}

Test(http_server, a_left_socket_is_replaced_another_file_is_not)
{
    struct rig rig;
    rig_start(&rig, NULL);
    char path[] = "/tmp/daybook-http-XXXXXX";
    cr_assert_neq(mkdtemp(path), NULL);
    char socket_path[64];
    (void)snprintf(socket_path, sizeof socket_path, "%s/s", path);
    cr_assert_eq(mknod(socket_path, S_IFSOCK | 0777, 0), 0);
    struct error error;
    cr_assert_eq(http_server_listen_unix(rig.server, socket_path, &error), ERR_OK, "%s",
                 error.text);
    char file_path[64];
    (void)snprintf(file_path, sizeof file_path, "%s/f", path);
    (void)fclose(fopen(file_path, "w"));
    cr_assert_eq(http_server_listen_unix(rig.server, file_path, &error), ERR_EXISTS);
    cr_assert_eq(unlink(file_path), 0, "it must still be there");
    char long_path[200];
    memset(long_path, 'a', sizeof long_path);
    long_path[0] = '/';
    long_path[108] = '\0';
    cr_assert_eq(http_server_listen_unix(rig.server, long_path, &error), ERR_INVALID);
    rig_stop(&rig);
    cr_assert_eq(rmdir(path), 0);
}

Test(http_server, listening_where_it_cannot)
{
    struct rig rig;
    rig_start(&rig, NULL);
    struct error error;
    uint16_t port = 0;
    cr_assert_eq(http_server_listen_tcp(rig.server, "127.0.0.1", rig.port, &port, &error),
                 ERR_EXISTS);
    char expected[80];
    (void)snprintf(expected, sizeof expected, "listen on 127.0.0.1 port %u: Address already in use",
                   rig.port);
    cr_assert_str_eq(error.text, expected);
    cr_assert_eq(http_server_listen_tcp(rig.server, "example.org", 0, &port, &error), ERR_INVALID);
    cr_assert_eq(http_server_listen_tcp(rig.server, "192.0.2.1", 0, &port, &error), ERR_IO);
    cr_assert_eq(http_server_listen_tcp(rig.server, "localhost", 0, &port, &error), ERR_OK);
    cr_assert_eq(port != 0, true);
    enum err code = ERR_OK;
    for (size_t i = 0; i < 20 && code == ERR_OK; i++) {
        code = http_server_listen_tcp(rig.server, "127.0.0.1", 0, &port, &error);
    }
    cr_assert_eq(code, ERR_LIMIT);
    rig_stop(&rig);
}
