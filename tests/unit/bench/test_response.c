/* response: where an answer ends, however it is cut. */
#include "bench/response.h"

#include <criterion/criterion.h>

#define HEAD "HTTP/1.1 429 Too Many\r\nContent-Type: a/b\r\nContent-Length: 5\r\nX: y\r\n\r\n"

static struct response response;

static enum response_state feed(const char *text)
{
    return response_feed(&response, slice_of_text(text));
}

Test(response, one_read_holds_all_of_it)
{
    cr_assert_eq(feed(HEAD "hello"), RESPONSE_DONE);
    cr_assert_eq(response.status, 429);
}

Test(response, it_may_come_byte_by_byte)
{
    const struct slice whole = SLICE(HEAD "hello");
    for (int round = 0; round < 2; round++) {
        response_reset(&response);
        for (size_t i = 0; i + 1 < whole.size; i++) {
            cr_assert_eq(response_feed(&response, slice_of(whole.data + i, 1)), RESPONSE_MORE);
        }
        cr_assert_eq(response_feed(&response, SLICE("o")), RESPONSE_DONE);
    }
}

Test(response, it_may_come_in_two_pieces_of_any_size)
{
    const struct slice whole = SLICE(HEAD "hello");
    for (size_t cut = 1; cut < whole.size; cut++) {
        response_reset(&response);
        cr_assert_eq(response_feed(&response, slice_of(whole.data, cut)), RESPONSE_MORE);
        cr_assert_eq(response_feed(&response, slice_from(whole, cut)), RESPONSE_DONE);
    }
}

Test(response, a_body_longer_than_the_buffer_is_counted)
{
    static char body[3 * RESPONSE_HEAD_BYTES];
    memset(body, 'x', sizeof body - 1);
    cr_assert_eq(feed("HTTP/1.1 200 OK\r\nContent-Length: 12287\r\n\r\n"), RESPONSE_MORE);
    cr_assert_eq(feed(body), RESPONSE_DONE);
}

Test(response, an_empty_body_ends_with_the_head)
{
    cr_assert_eq(feed("HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n"), RESPONSE_DONE);
}

Test(response, more_than_one_at_a_time_is_broken)
{
    cr_assert_eq(feed(HEAD "helloH"), RESPONSE_BROKEN);
}

Test(response, what_is_no_answer_is_broken)
{
    static const char *const texts[] = {
        "HTTP/1.1 200 OK\r\nX: y\r\n\r\n", "HTTP/1.1 abc\r\nContent-Length: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "SSH-2.0\r\nContent-Length: 0\r\n\r\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        response_reset(&response);
        cr_assert_eq(feed(texts[i]), RESPONSE_BROKEN, "%s", texts[i]);
    }
}

Test(response, a_head_without_end_is_broken)
{
    static char head[2 * RESPONSE_HEAD_BYTES];
    memset(head, 'x', sizeof head - 1);
    cr_assert_eq(feed(head), RESPONSE_BROKEN);
}
