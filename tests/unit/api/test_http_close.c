/* The end of a server: what is asked for is answered, what is idle goes, and at the deadline all.
 */
#include "tests/unit/api/http_rig.h"

#include <criterion/criterion.h>

static bool is_closed(void *state)
{
    return ((struct rig *)state)->closed;
}

Test(http_close, without_connections)
{
    struct rig rig;
    rig_start(&rig, NULL);
    rig_close(&rig, 10000);
    cr_assert(rig_turn_until(&rig, is_closed, &rig));
    rig_stop(&rig);
}

Test(http_close, right_after_it_was_made)
{
    uv_loop_t loop;
    cr_assert_eq(uv_loop_init(&loop), 0);
    struct http_server_options options;
    http_server_options_init(&options);
    struct rig rig = {.closed = false};
    struct http_handler handler = {0};
    cr_assert_eq(http_server_create(&loop, &options, &handler, &rig.server, NULL), ERR_OK);
    rig_close(&rig, 0);
    cr_assert_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
    cr_assert(rig.closed);
    cr_assert_eq(uv_loop_close(&loop), 0);
}

Test(http_close, idle_connections_go_at_once)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int silent = rig_connect(&rig);
    int used = rig_connect(&rig);
    struct buf text = rig_buf();
    rig_say(&rig, used, RIG_GET("/echo"));
    cr_assert(rig_read(&rig, used, &text, "200 OK", 1));
    rig_close(&rig, 60000);
    cr_assert(rig_turn_until(&rig, is_closed, &rig));
    cr_assert(rig_read_end(&rig, used, &text));
    cr_assert(rig_read_end(&rig, silent, &text));
    rig_hang_up(silent, false);
    rig_hang_up(used, false);
    buf_deinit(&text);
    rig_stop(&rig);
}

Test(http_close, requests_in_flight_are_answered_and_the_connection_closed)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int asked = rig_connect(&rig);
    int sending = rig_connect(&rig);
    struct buf text = rig_buf();
    rig_say(&rig, asked, RIG_GET("/later"));
    rig_say(&rig, sending, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
    rig_turn(&rig, 10);
    rig_close(&rig, 60000);
    rig_turn(&rig, 20);
    cr_assert_not(rig.closed);
    rig_say(&rig, sending, "lo");
    cr_assert(rig_read_end(&rig, sending, &text));
    cr_assert_eq(rig_count(&text, "Connection: close\r\n\r\nhello"), 1, "%s", text.data);
    rig_respond_held(&rig, 0, "held");
    cr_assert(rig_read_end(&rig, asked, &text));
    cr_assert_eq(rig_count(&text, "Connection: close\r\n\r\nheld"), 1, "%s", text.data);
    rig_hang_up(asked, false);
    rig_hang_up(sending, false);
    cr_assert(rig_turn_until(&rig, is_closed, &rig));
    buf_deinit(&text);
    rig_stop(&rig);
}

Test(http_close, the_deadline_cuts_and_requests_outlive_the_server)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int asked = rig_connect(&rig);
    struct buf text = rig_buf();
    rig_say(&rig, asked, "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    rig_turn(&rig, 10);
    rig_close(&rig, 50);
    cr_assert(rig_turn_until(&rig, is_closed, &rig));
    cr_assert(http_request_gone(rig.held[0]));
    cr_assert(slice_is(rig.held[0]->body, "hello"));
    (void)rig_read_end(&rig, asked, &text);
    cr_assert_eq(text.size, 0);
    rig_hang_up(asked, false);
    buf_deinit(&text);
    rig_stop(&rig); /* responds to it */
}

Test(http_close, a_second_call_brings_the_deadline_forward)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int asked = rig_connect(&rig);
    rig_say(&rig, asked, RIG_GET("/later"));
    rig_turn(&rig, 10);
    rig_close(&rig, 60000);
    rig_turn(&rig, 20);
    cr_assert_not(rig.closed);
    rig_close(&rig, 0);
    cr_assert(rig_turn_until(&rig, is_closed, &rig));
    rig_hang_up(asked, false);
    rig_stop(&rig);
}

Test(http_close, what_is_not_here_whole_can_be_cut_before_what_is)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int asked = rig_connect(&rig);
    int sending = rig_connect(&rig);
    struct buf text = rig_buf();
    rig_say(&rig, asked, RIG_GET("/later"));
    rig_say(&rig, sending, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
    rig_turn(&rig, 10);
    rig_close(&rig, 60000);
    http_server_close_incoming(rig.server, 20);
    cr_assert(rig_read_end(&rig, sending, &text));
    cr_assert_eq(text.size, 0);
    cr_assert_not(rig.closed);
    rig_respond_held(&rig, 0, "held");
    cr_assert(rig_read_end(&rig, asked, &text));
    cr_assert_eq(rig_count(&text, "Connection: close\r\n\r\nheld"), 1, "%s", text.data);
    rig_hang_up(asked, false);
    rig_hang_up(sending, false);
    cr_assert(rig_turn_until(&rig, is_closed, &rig));
    buf_deinit(&text);
    rig_stop(&rig);
}

Test(http_close, nobody_new_gets_in)
{
    struct rig rig;
    rig_start(&rig, NULL);
    int asked = rig_connect(&rig);
    rig_say(&rig, asked, RIG_GET("/later"));
    rig_turn(&rig, 10);
    rig_close(&rig, 60000);
    rig_turn(&rig, 5);
    int late = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(rig.port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    cr_assert_neq(connect(late, (struct sockaddr *)&address, sizeof address), 0);
    rig_hang_up(late, false);
    rig_hang_up(asked, false);
    rig_stop(&rig);
}
