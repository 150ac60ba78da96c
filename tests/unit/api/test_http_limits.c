/* The server and clients that are slow, greedy, many, or gone: every limit ends in its answer. */
#include "core/base/check.h"
#include "core/base/memory.h"
#include "tests/unit/api/http_rig.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

/* ---- slow clients ---- */

/* Sends `start`, then nothing: expects the answer and the end. */
static void
check_cut_off(const struct http_server_options *options, const char *start, const char *answer)
{
    struct rig rig;
    rig_start(&rig, options);
    int peer = rig_connect(&rig);
    struct buf text = rig_buf();
    rig_say(&rig, peer, start);
    cr_assert(rig_read_end(&rig, peer, &text), "not cut off after: %s", start);
    cr_assert_eq(rig_count(&text, "HTTP/1.1 "), answer[0] != '\0', "%s", text.data);
    cr_assert_eq(rig_count(&text, answer), answer[0] != '\0', "%s", text.data);
    cr_assert_eq(rig.requests, 0);
    rig_hang_up(peer, false);
    rig_turn(&rig, 20);
    cr_assert_eq(rig_stats(&rig).connections, 0);
    buf_deinit(&text);
    rig_stop(&rig);
}

Test(http_limits, slow_heads_are_cut_off)
{
    struct http_server_options options;
    rig_options(&options);
    options.head_timeout_ms = 30;
    check_cut_off(&options, "GET / HTTP/1.1\r\nHos", "\"code\":\"request_timeout\"");
    check_cut_off(&options, "", "");
}

/* The clock of a head starts with its first byte: one byte at a time gains nothing. */
Test(http_limits, a_head_that_trickles_is_cut_off)
{
    struct http_server_options options;
    rig_options(&options);
    options.head_timeout_ms = 60;
    struct rig rig;
    rig_start(&rig, &options);
    int peer = rig_connect(&rig);
    struct buf text = rig_buf();
    int sent = 0;
    while (rig_send(&rig, peer, "G", 1) && sent < 100 && rig_stats(&rig).malformed == 0) {
        rig_turn(&rig, 10);
        sent++;
    }
    cr_assert_lt(sent, 50);
    cr_assert(rig_read_end(&rig, peer, &text));
    cr_assert_eq(rig_count(&text, "HTTP/1.1 408 Request Timeout"), 1);
    rig_hang_up(peer, false);
    buf_deinit(&text);
    rig_stop(&rig);
}

Test(http_limits, slow_bodies_are_cut_off)
{
    struct http_server_options options;
    rig_options(&options);
    options.body_timeout_ms = 30;
    check_cut_off(&options, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel",
                  "HTTP/1.1 408");
    check_cut_off(&options,
                  "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
                  "HTTP/1.1 408");
}

Test(http_limits, a_body_that_trickles_is_cut_off)
{
    struct http_server_options options;
    rig_options(&options);
    options.body_timeout_ms = 50;
    struct rig rig;
    rig_start(&rig, &options);
    int peer = rig_connect(&rig);
    struct buf text = rig_buf();
    rig_say(&rig, peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n");
    int sent = 0;
    while (rig_send(&rig, peer, "x", 1) && sent < 100 && rig_stats(&rig).malformed == 0) {
        rig_turn(&rig, 10); /* never silent for long, but under 256 bytes a second */
        sent++;
    }
    cr_assert_lt(sent, 50);
    cr_assert_gt(sent, 3);
    cr_assert(rig_read_end(&rig, peer, &text));
    cr_assert_eq(rig_count(&text, "HTTP/1.1 408"), 1);
    rig_hang_up(peer, false);
    buf_deinit(&text);
    rig_stop(&rig);
}

Test(http_limits, the_rest_of_an_answered_body_is_not_waited_for_and_not_answered_again)
{
    struct http_server_options options;
    rig_options(&options);
    options.body_timeout_ms = 30;
    struct rig rig;
    rig_start(&rig, &options);
    struct buf answer =
        rig_exchange(&rig, "POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
    cr_assert_eq(rig_count(&answer, "HTTP/1.1 "), 1, "%s", answer.data);
    cr_assert_eq(rig_count(&answer, "401"), 1);
    buf_deinit(&answer);
    answer = rig_exchange(&rig, "POST /early HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                                "\r\nnonsense" RIG_GET("/echo"));
    cr_assert_eq(rig_count(&answer, "HTTP/1.1 "), 1, "%s", answer.data);
    buf_deinit(&answer);
    rig_stop(&rig);
}

Test(http_limits, idle_connections_are_closed_and_hold_nothing_before)
{
    struct http_server_options options;
    rig_options(&options);
    options.idle_timeout_ms = 100;
    struct rig rig;
    rig_start(&rig, &options);
    int peer = rig_connect(&rig);
    struct buf text = rig_buf();
    rig_say(&rig, peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    cr_assert(rig_read(&rig, peer, &text, "hello", 1));
    rig_turn(&rig, 30);
    cr_assert_eq(rig_stats(&rig).body_bytes, 0, "an idle connection keeps a body's memory");
    cr_assert_eq(rig_stats(&rig).connections, 1);
    /* It still works after its buffers were freed. */
    rig_say(&rig, peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nagain");
    cr_assert(rig_read(&rig, peer, &text, "again", 1));
    cr_assert(rig_read_end(&rig, peer, &text));
    cr_assert_eq(rig_count(&text, "HTTP/1.1 "), 2);
    rig_hang_up(peer, false);
    buf_deinit(&text);
    rig_stop(&rig);
}

Test(http_limits, an_answer_that_nobody_takes_is_given_up)
{
    struct http_server_options options;
    rig_options(&options);
    options.write_timeout_ms = 50;
    struct rig rig;
    rig_start(&rig, &options);
    int peer = rig_connect(&rig);
    int small = 4096;
    (void)setsockopt(peer, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    rig_say(&rig, peer, RIG_GET("/large/30000000"));
    rig_turn(&rig, 5);
    cr_assert_gt(rig_stats(&rig).output_bytes, 1000000);
    rig_turn(&rig, 150);
    cr_assert_eq(rig_stats(&rig).connections, 0);
    cr_assert_eq(rig_stats(&rig).output_bytes, 0);
    rig_hang_up(peer, false);
    rig_stop(&rig);
}

Test(http_limits, a_client_that_never_closes_is_closed)
{
    struct http_server_options options;
    rig_options(&options);
    options.drain_timeout_ms = 40;
    struct rig rig;
    rig_start(&rig, &options);
    int peer = rig_connect(&rig);
    struct buf text = rig_buf();
    rig_say(&rig, peer, RIG_GET("/close"));
    cr_assert(rig_read_end(&rig, peer, &text));
    cr_assert_eq(rig_stats(&rig).connections, 1);
    rig_turn(&rig, 100);
    cr_assert_eq(rig_stats(&rig).connections, 0);
    rig_hang_up(peer, false);
    buf_deinit(&text);
    rig_stop(&rig);
}

Test(http_limits, draining_ends_at_its_limit)
{
    struct http_server_options options;
    rig_options(&options);
    options.drain_bytes_max = 1 << 20;
    struct rig rig;
    rig_start(&rig, &options);
    int peer = rig_connect(&rig);
    struct buf body = rig_buf();
    memset(buf_reserve(&body, 32 << 20), 'x', 32 << 20);
    body.size = 32 << 20;
    rig_say(&rig, peer, "POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 33554432\r\n\r\n");
    cr_assert_not(rig_send(&rig, peer, body.data, body.size), "it reads for ever");
    cr_assert_lt(rig_stats(&rig).received_bytes, 2 << 20);
    rig_hang_up(peer, false);
    buf_deinit(&body);
    rig_stop(&rig);
}

/* ---- greedy clients ---- */

Test(http_limits, heads)
{
    struct rig rig;
    rig_start(&rig, NULL);
    struct buf request = rig_buf();
    buf_put_text(&request, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 100; i++) {
        buf_put_text(&request, "X: y\r\n");
    }
    buf_put_text(&request, "\r\n");
    buf_put_char(&request, '\0');
    struct buf answer = rig_exchange(&rig, request.data);
    cr_assert_eq(rig_count(&answer, "HTTP/1.1 431 Request Header Fields Too Large"), 1);
    cr_assert_eq(rig_count(&answer, "\"code\":\"too_many_headers\""), 1);
    cr_assert_eq(rig_count(&answer, "Connection: close"), 1);
    buf_deinit(&answer);
    buf_deinit(&request);
    rig_stop(&rig);
}

Test(http_limits, pipelined_input_waits_in_the_kernel)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    struct buf input = rig_buf();
    while (input.size < (4 << 20)) {
        buf_put_text(&input, RIG_GET("/later"));
    }
    size_t sent = 0;
    for (int i = 0; i < 50; i++) {
        ssize_t some = send(peer, input.data + sent, input.size - sent, MSG_NOSIGNAL);
        sent += some < 0 ? 0 : (size_t)some;
        rig_turn(&rig, 1);
    }
    cr_assert_eq(rig.held_count, 1);
    cr_assert_leq(rig_stats(&rig).received_bytes, 2 * 65536);
    rig_hang_up(peer, true);
    buf_deinit(&input);
    rig_stop(&rig);
}

Test(http_limits, connections)
{
    struct http_server_options options;
    rig_options(&options);
    options.connections_max = 3;
    struct rig rig;
    rig_start(&rig, &options);
    int peers[3];
    struct buf text = rig_buf();
    for (size_t i = 0; i < 3; i++) {
        peers[i] = rig_connect(&rig);
        rig_say(&rig, peers[i], RIG_GET("/echo"));
        cr_assert(rig_read(&rig, peers[i], &text, "200 OK", i + 1));
    }
    struct buf answer = rig_exchange(&rig, RIG_GET("/echo"));
    cr_assert_eq(rig_count(&answer, "HTTP/1.1 503"), 1);
    cr_assert_eq(rig_count(&answer, "Retry-After: "), 1);
    cr_assert_eq(rig.requests, 3);
    cr_assert_eq(rig_stats(&rig).turned_away, 1);
    rig_hang_up(peers[0], false);
    rig_turn(&rig, 10);
    int again = rig_connect(&rig);
    rig_say(&rig, again, RIG_GET("/echo"));
    cr_assert(rig_read(&rig, again, &text, "200 OK", 4));
    rig_hang_up(again, false);
    rig_hang_up(peers[1], false);
    rig_hang_up(peers[2], false);
    buf_deinit(&answer);
    buf_deinit(&text);
    rig_stop(&rig);
}

/* Requests whose client has gone while the handler works count as connections: hanging up at once
 * gains nothing. */
Test(http_limits, abandoned_requests_count)
{
    struct http_server_options options;
    rig_options(&options);
    options.connections_max = 3;
    struct rig rig;
    rig_start(&rig, &options);
    for (size_t i = 0; i < 3; i++) {
        int peer = rig_connect(&rig);
        rig_say(&rig, peer, RIG_GET("/later"));
        rig_turn(&rig, 5);
        rig_hang_up(peer, true);
        rig_turn(&rig, 5);
    }
    cr_assert_eq(rig.held_count, 3);
    struct buf answer = rig_exchange(&rig, RIG_GET("/echo"));
    cr_assert_eq(rig_count(&answer, "HTTP/1.1 503"), 1);
    buf_deinit(&answer);
    rig_respond_held(&rig, 1, "nobody reads it");
    answer = rig_exchange(&rig, RIG_GET("/close"));
    cr_assert_eq(rig_count(&answer, "HTTP/1.1 200"), 1);
    buf_deinit(&answer);
    rig_stop(&rig);
}

Test(http_limits, bodies_held_in_memory)
{
    struct http_server_options options;
    rig_options(&options);
    options.body_total_bytes_max = 10000;
    struct rig rig;
    rig_start(&rig, &options);
    char body[8001];
    memset(body, 'x', 8000);
    body[8000] = '\0';
    int peer = rig_connect(&rig);
    rig_say(&rig, peer, "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 8000\r\n\r\n");
    rig_say(&rig, peer, body);
    rig_turn(&rig, 10);
    cr_assert_eq(rig.held_count, 1);
    cr_assert_eq(rig_stats(&rig).body_bytes, 8000);
    char request[8200];
    (void)snprintf(request, sizeof request,
                   "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 8000\r\n\r\n%s", body);
    struct buf answer = rig_exchange(&rig, request);
    cr_assert_eq(rig_count(&answer, "HTTP/1.1 503"), 1);
    cr_assert_eq(rig_count(&answer, "Retry-After: "), 1);
    buf_deinit(&answer);
    rig_respond_held(&rig, 0, "done");
    rig_turn(&rig, 20);
    cr_assert_eq(rig_stats(&rig).body_bytes, 0);
    rig_hang_up(peer, false);
    rig_stop(&rig);
}

Test(http_limits, answers)
{
    struct http_server_options options;
    rig_options(&options);
    options.response_bytes_max = 1000000;
    options.output_total_bytes_max = 500000;
    struct rig rig;
    rig_start(&rig, &options);
    static const char *const rows[][2] = {{"1000001", "\"code\":\"response_too_large\""},
                                          {"500001", "\"code\":\"overloaded\""}};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char request[128];
        (void)snprintf(request, sizeof request,
                       "GET /large/%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                       rows[i][0]);
        struct buf answer = rig_exchange(&rig, request);
        cr_assert_eq(rig_count(&answer, rows[i][1]), 1, "%s", answer.data);
        cr_assert_eq(rig_count(&answer, "X-Made: thing 7\r\n"), 1, "what was made is still named");
        buf_deinit(&answer);
    }
    rig_stop(&rig);
}

/* ---- clients that vanish ---- */

Test(http_limits, gone_in_the_middle_of_a_request)
{
    static const char *const starts[] = {
        "", "GET / HT", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        RIG_GET("/echo") "GET /"};
    struct rig rig;
    rig_start(&rig, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(starts) * 2; i++) {
        int peer = rig_connect(&rig);
        rig_say(&rig, peer, starts[i / 2]);
        rig_turn(&rig, 3);
        rig_hang_up(peer, i % 2 == 1);
        rig_turn(&rig, 5);
        cr_assert_eq(rig_stats(&rig).connections, 0, "%zu", i);
        cr_assert_eq(rig_stats(&rig).body_bytes, 0, "%zu", i);
    }
    cr_assert_eq(rig.requests, 2, "only the complete ones");
    rig_stop(&rig);
}

Test(http_limits, gone_while_the_handler_works)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    rig_say(&rig, peer, "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    rig_turn(&rig, 5);
    cr_assert_eq(rig.held_count, 1);
    cr_assert_not(http_request_gone(rig.held[0]));
    cr_assert_eq(rig_stats(&rig).in_flight, 1);
    rig_hang_up(peer, true);
    rig_turn(&rig, 10);
    cr_assert(http_request_gone(rig.held[0]));
    cr_assert(slice_is(rig.held[0]->body, "hello"), "the request stays valid");
    cr_assert(slice_is(rig.held[0]->method, "POST"));
    char text[HTTP_PEER_SIZE];
    http_request_peer(rig.held[0], text);
    cr_assert_str_eq(text, "gone");
    rig_respond_held(&rig, 0, "nobody reads it");
    cr_assert_eq(rig_stats(&rig).connections, 0);
    cr_assert_eq(rig_stats(&rig).in_flight, 0);
    cr_assert_eq(rig_stats(&rig).body_bytes, 0);
    rig_stop(&rig);
}

Test(http_limits, gone_while_an_answer_is_written)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    rig_say(&rig, peer, RIG_GET("/large/30000000") RIG_GET("/echo"));
    rig_turn(&rig, 5);
    rig_hang_up(peer, true);
    rig_turn(&rig, 20);
    cr_assert_eq(rig_stats(&rig).connections, 0);
    cr_assert_eq(rig_stats(&rig).output_bytes, 0);
    cr_assert_eq(rig.requests, 1, "the next waits until the answer is out");
    rig_stop(&rig);
}

Test(http_limits, gone_before_the_answer_does_not_end_the_process)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    rig_say(&rig, peer, RIG_GET("/later"));
    rig_turn(&rig, 5);
    rig_hang_up(peer, true);
    /* The loop has not turned: the server does not know yet, and writes into the reset. */
    rig_respond_held(&rig, 0, "answer");
    rig_turn(&rig, 5);
    cr_assert_eq(rig_stats(&rig).connections, 0);
    rig_stop(&rig);
}

/* The peer closed in order, so the first answer is taken and met with a reset; the second is a
 * write on a broken connection, which by default kills the process. */
Test(http_limits, writing_to_a_closed_peer_does_not_end_the_process)
{
    (void)signal(SIGPIPE, SIG_DFL);
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    rig_say(&rig, peer, RIG_GET("/later") RIG_GET("/later"));
    rig_turn(&rig, 5);
    rig_hang_up(peer, false);
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(rig.held_count, i + 1);
        rig_respond_held(&rig, i, "answer");
        rig_turn(&rig, 10);
    }
    cr_assert_eq(rig_stats(&rig).connections, 0);
    rig_stop(&rig);
}

/* ---- no memory ---- */

static void exchange_without_memory(struct rig *rig, const char *request, long allowed)
{
    int peer = rig_connect(rig);
    (void)rig_send(rig, peer, request, strlen(request) / 2);
    memory_fail_after(allowed);
    (void)uv_run(&rig->loop, UV_RUN_NOWAIT);
    (void)send(peer, request + strlen(request) / 2, strlen(request) - strlen(request) / 2,
               MSG_NOSIGNAL);
    for (int i = 0; i < 5; i++) {
        (void)uv_run(&rig->loop, UV_RUN_NOWAIT);
    }
    memory_fail_after(-1);
    rig_turn(rig, 2);
    rig_hang_up(peer, allowed % 2 == 0);
    rig_turn(rig, 2);
}

Test(http_limits, no_memory_anywhere_in_an_exchange)
{
    static const char *const requests[] = {
        "POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        RIG_GET("/early") RIG_GET("/early") RIG_GET("/early") "nonsense\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nExpect: 1\r\n\r\n"};
    struct rig rig;
    rig_start(&rig, NULL);
    for (size_t i = 0; i < ARRAY_COUNT(requests); i++) {
        for (long allowed = 0; allowed < 25; allowed++) {
            exchange_without_memory(&rig, requests[i], allowed);
        }
    }
    rig_turn(&rig, 20);
    cr_assert_eq(rig_stats(&rig).connections, 0);
    cr_assert_eq(rig_stats(&rig).body_bytes, 0);
    struct buf answer = rig_exchange(&rig, RIG_GET("/close"));
    cr_assert_eq(rig_count(&answer, "200 OK"), 1, "the server works on");
    buf_deinit(&answer);
    rig_stop(&rig);
}

Test(http_limits, a_connection_is_accepted_later_when_there_was_no_memory)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int peer = rig_connect(&rig);
    memory_fail_after(0);
    (void)uv_run(&rig.loop, UV_RUN_NOWAIT);
    memory_fail_after(-1);
    cr_assert_eq(rig_stats(&rig).accepted, 0);
    struct buf text = rig_buf();
    rig_say(&rig, peer, RIG_GET("/echo"));
    cr_assert(rig_read(&rig, peer, &text, "200 OK", 1));
    rig_hang_up(peer, false);
    buf_deinit(&text);
    rig_stop(&rig);
}
