/*
 * The client and the target server against each other.
 */
#include "core/base/check.h"
#include "tests/lib/kit_client.h"
#include "tests/lib/kit_target.h"
#include "tests/lib/kit_time.h"

#include <criterion/criterion.h>

struct pair {
    struct kit_target *target;
    struct kit_client client;
};

static void pair_init(struct pair *pair)
{
    *pair = (struct pair){0};
    kit_client_init(&pair->client);
    cr_assert_eq(kit_target_create(&pair->target, 0, NULL), ERR_OK);
    cr_assert_eq(kit_client_connect(&pair->client, kit_target_port(pair->target), NULL), ERR_OK);
}

static void pair_deinit(struct pair *pair)
{
    kit_client_deinit(&pair->client);
    kit_target_destroy(&pair->target);
    cr_assert_null(pair->target);
}

static int status_of(struct pair *pair, const char *path)
{
    struct kit_message message;
    struct kit_request request = {.path = path};
    enum err e = kit_client_request(&pair->client, &request, &message, NULL);
    return e == ERR_OK ? message.status : -(int)e;
}

Test(kit_client, answers_as_scripted_in_order)
{
    struct pair pair;
    pair_init(&pair);
    kit_target_answer(pair.target, "/a", 2, (struct kit_answer){.status = 503});
    kit_target_answer(pair.target, "/a", 0, (struct kit_answer){.status = 201});
    kit_target_answer(pair.target, "/b", 1, (struct kit_answer){.status = 404});
    cr_assert_eq(status_of(&pair, "/a/1"), 503);
    cr_assert_eq(status_of(&pair, "/b"), 404);
    cr_assert_eq(status_of(&pair, "/a/2"), 503);
    cr_assert_eq(status_of(&pair, "/a/3"), 201);
    cr_assert_eq(status_of(&pair, "/a/4"), 201);
    cr_assert_eq(status_of(&pair, "/b"), 200);
    cr_assert_eq(kit_target_count(pair.target, "/a"), 4);
    cr_assert_eq(kit_target_count(pair.target, "/"), 6);
    pair_deinit(&pair);
}

Test(kit_client, requests_are_recorded_byte_for_byte)
{
    struct pair pair;
    struct arena arena;
    struct kit_message message;
    struct kit_received received;
    pair_init(&pair);
    arena_init(&arena, 1 << 20);
    struct kit_request request = {.path = "/x?y=1",
                                  .headers = "X-Shop: spring\r\n",
                                  .token = "t0k3n",
                                  .content_type = "text/plain",
                                  .body = SLICE("a\0b")};
    cr_assert_eq(kit_client_request(&pair.client, &request, &message, NULL), ERR_OK);
    cr_assert(slice_is(message.body, "{\"ok\": true}"));
    cr_assert(kit_target_wait(pair.target, "/x", 1, KIT_PATIENCE_MS));
    cr_assert(kit_target_request(pair.target, "/x", 0, &arena, &received));
    cr_assert_not(kit_target_request(pair.target, "/x", 1, &arena, &received));
    cr_assert(slice_is(received.message.method, "POST"));
    cr_assert(slice_is(received.message.target, "/x?y=1"));
    cr_assert(slice_equal(received.message.body, SLICE("a\0b")));
    cr_assert(slice_is(kit_message_header(&received.message, "x-shop"), "spring"));
    cr_assert(slice_is(kit_message_header(&received.message, "authorization"), "Bearer t0k3n"));
    arena_deinit(&arena);
    pair_deinit(&pair);
}

Test(kit_client, a_request_may_come_byte_by_byte_and_two_at_once)
{
    struct pair pair;
    struct kit_message message;
    pair_init(&pair);
    struct slice bytes = SLICE("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
    cr_assert_eq(kit_client_send_slowly(&pair.client, bytes, 1, 1, NULL), ERR_OK);
    cr_assert_eq(kit_client_receive(&pair.client, KIT_RESPONSE, KIT_PATIENCE_MS, &message, NULL),
                 0);
    struct slice two = SLICE("GET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n");
    cr_assert_eq(kit_client_send(&pair.client, two, NULL), ERR_OK);
    cr_assert_eq(kit_client_receive(&pair.client, KIT_RESPONSE, KIT_PATIENCE_MS, &message, NULL),
                 0);
    cr_assert_eq(kit_client_receive(&pair.client, KIT_RESPONSE, KIT_PATIENCE_MS, &message, NULL),
                 0);
    cr_assert_eq(kit_target_count(pair.target, "/"), 3);
    pair_deinit(&pair);
}

Test(kit_client, a_large_body_with_go_ahead)
{
    struct pair pair;
    struct kit_message message;
    struct buf body;
    pair_init(&pair);
    buf_init(&body, 8 << 20);
    char *at = buf_reserve(&body, 4 << 20);
    cr_assert_not_null(at);
    memset(at, 'x', 4 << 20);
    body.size = 4 << 20;
    struct kit_request request = {
        .path = "/large", .headers = "Expect: 100-continue\r\n", .body = buf_slice(&body)};
    cr_assert_eq(kit_client_request(&pair.client, &request, &message, NULL), ERR_OK);
    cr_assert_eq(message.status, 200);
    buf_deinit(&body);
    pair_deinit(&pair);
}

Test(kit_client, an_answer_that_never_comes_times_out)
{
    struct pair pair;
    struct kit_message message;
    pair_init(&pair);
    kit_target_answer(pair.target, "/", 0, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    cr_assert_eq(kit_client_send(&pair.client, SLICE("GET / HTTP/1.1\r\n\r\n"), NULL), ERR_OK);
    cr_assert_eq(kit_client_receive(&pair.client, KIT_RESPONSE, 50, &message, NULL), ERR_TIMEOUT);
    cr_assert_not(kit_client_closed(&pair.client, 50));
    pair_deinit(&pair);
}

Test(kit_client, a_connection_that_breaks_is_told)
{
    struct pair pair;
    pair_init(&pair);
    kit_target_answer(pair.target, "/none", 0, (struct kit_answer){.kind = KIT_ANSWER_CLOSE});
    kit_target_answer(pair.target, "/half", 0,
                      (struct kit_answer){.kind = KIT_ANSWER_HALF, .body = "0123456789"});
    cr_assert_eq(status_of(&pair, "/none"), -ERR_CLOSED);
    cr_assert_eq(status_of(&pair, "/half"), -ERR_CLOSED);
    cr_assert_eq(status_of(&pair, "/other"), 200); /* it connects again by itself */
    pair_deinit(&pair);
}

Test(kit_client, a_delayed_answer_holds_up_nobody_else)
{
    struct pair pair;
    struct kit_client other;
    struct kit_message message;
    pair_init(&pair);
    kit_client_init(&other);
    kit_target_answer(pair.target, "/slow", 0, (struct kit_answer){.delay_ms = 300});
    cr_assert_eq(kit_client_connect(&other, kit_target_port(pair.target), NULL), ERR_OK);
    int64_t start = kit_time_ms();
    cr_assert_eq(kit_client_send(&other, SLICE("GET /slow HTTP/1.1\r\n\r\n"), NULL), ERR_OK);
    cr_assert(kit_target_wait(pair.target, "/slow", 1, KIT_PATIENCE_MS));
    cr_assert_eq(status_of(&pair, "/fast"), 200);
    cr_assert_eq(kit_client_receive(&other, KIT_RESPONSE, KIT_PATIENCE_MS, &message, NULL), ERR_OK);
    cr_assert_geq(kit_time_ms() - start, 300);
    kit_client_deinit(&other);
    pair_deinit(&pair);
}

Test(kit_client, closing_is_seen)
{
    struct pair pair;
    struct kit_message message;
    pair_init(&pair);
    cr_assert_eq(kit_client_send(&pair.client, SLICE("not http\r\n\r\n"), NULL), ERR_OK);
    cr_assert(kit_client_closed(&pair.client, KIT_PATIENCE_MS));
    cr_assert_eq(kit_client_connect(&pair.client, kit_target_port(pair.target), NULL), ERR_OK);
    cr_assert_eq(kit_client_send(&pair.client, SLICE("GET / HTTP/1.1\r\n"), NULL), ERR_OK);
    kit_client_end(&pair.client);
    cr_assert_eq(kit_client_receive(&pair.client, KIT_RESPONSE, KIT_PATIENCE_MS, &message, NULL),
                 ERR_CLOSED);
    pair_deinit(&pair);
}

Test(kit_client, a_connection_closed_while_idle_is_made_anew)
{
    struct pair pair;
    pair_init(&pair);
    cr_assert_eq(status_of(&pair, "/1"), 200);
    int port = kit_target_port(pair.target);
    kit_target_destroy(&pair.target);
    cr_assert_eq(kit_target_create(&pair.target, port, NULL), ERR_OK);
    cr_assert_eq(status_of(&pair, "/2"), 200);
    pair_deinit(&pair);
}

Test(kit_client, a_stream_is_read_as_it_comes)
{
    struct pair pair;
    pair_init(&pair);
    kit_target_answer(
        pair.target, "/", 0,
        (struct kit_answer){.kind = KIT_ANSWER_HALF, .body = "data: 1\n\ndata: 2\n\n"});
    cr_assert_eq(kit_client_send(&pair.client, SLICE("GET / HTTP/1.1\r\n\r\n"), NULL), ERR_OK);
    cr_assert_eq(kit_client_read_until(&pair.client, "200", KIT_PATIENCE_MS, NULL), ERR_OK);
    cr_assert_eq(kit_client_read_until(&pair.client, "data: 2", KIT_PATIENCE_MS, NULL), ERR_CLOSED);
    cr_assert_eq(kit_client_connect(&pair.client, kit_target_port(pair.target), NULL), ERR_OK);
    cr_assert_eq(kit_client_read_until(&pair.client, "data", 30, NULL), ERR_TIMEOUT);
    pair_deinit(&pair);
}

Test(kit_client, nobody_listens)
{
    struct kit_target *target = NULL;
    struct kit_client client;
    struct error error = {0};
    cr_assert_eq(kit_target_create(&target, 0, NULL), ERR_OK);
    int port = kit_target_port(target);
    kit_target_destroy(&target);
    kit_client_init(&client);
    cr_assert_eq(kit_client_connect(&client, port, &error), ERR_CLOSED);
    cr_assert_not_null(strstr(error_text(&error), "connect to 127.0.0.1:"));
    kit_client_deinit(&client);
}
