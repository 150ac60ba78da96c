/*
 * Messages cut at every byte, framed in every way, and malformed ones.
 */
#include "core/base/buf.h"
#include "core/base/check.h"
#include "tests/lib/kit_message.h"

#include <criterion/criterion.h>

static struct arena memory;

static enum err parse(struct slice bytes,
                      enum kit_message_kind kind,
                      bool at_end,
                      struct kit_message *ret,
                      bool *done)
{
    return kit_message_parse(bytes, kind, at_end, &memory, ret, done, NULL);
}

static const struct {
    enum kit_message_kind kind;
    const char *bytes;
    const char *body;
    int status;
    bool keep_alive;
} whole[] = {
    {KIT_RESPONSE, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc", 200, true},
    {KIT_RESPONSE, "HTTP/1.1 204 No Content\r\n\r\n", "", 204, true},
    {KIT_RESPONSE_TO_HEAD, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "", 200, true},
    {KIT_RESPONSE,
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n"
     "0\r\nTrailer: x\r\n\r\n",
     "abc0123456789", 200, true},
    {KIT_RESPONSE, "HTTP/1.1 503 Busy\r\ncontent-length:0\r\nCONNECTION: Close\r\n\r\n", "", 503,
     false},
    {KIT_RESPONSE, "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", "x", 200, false},
    {KIT_REQUEST, "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n", "", 0, true},
    {KIT_REQUEST, "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi", "hi", 0, true},
};

Test(kit_message, whole_ones_cut_at_every_byte)
{
    arena_init(&memory, 1 << 20);
    for (size_t i = 0; i < ARRAY_COUNT(whole); i++) {
        struct slice bytes = slice_of_text(whole[i].bytes);
        for (size_t size = 0; size <= bytes.size; size++) {
            struct kit_message message;
            bool done = false;
            enum err e = parse(slice_of(bytes.data, size), whole[i].kind, false, &message, &done);
            cr_assert_eq(e, ERR_OK, "case %zu at %zu", i, size);
            cr_assert_eq(done, size == bytes.size, "case %zu at %zu", i, size);
            if (done) {
                cr_assert(slice_is(message.body, whole[i].body), "case %zu", i);
                cr_assert_eq(message.status, whole[i].status);
                cr_assert_eq(message.keep_alive, whole[i].keep_alive, "case %zu", i);
                cr_assert_eq(message.size, size);
            }
        }
    }
    arena_deinit(&memory);
}

Test(kit_message, without_a_length_ends_with_the_connection)
{
    arena_init(&memory, 1 << 20);
    struct slice bytes = SLICE("HTTP/1.1 200 OK\r\n\r\nabc");
    struct kit_message message;
    bool done = true;
    cr_assert_eq(parse(bytes, KIT_RESPONSE, false, &message, &done), ERR_OK);
    cr_assert_not(done);
    cr_assert_eq(parse(bytes, KIT_RESPONSE, true, &message, &done), ERR_OK);
    cr_assert(done);
    cr_assert(slice_is(message.body, "abc"));
    cr_assert_not(message.keep_alive);
    arena_deinit(&memory);
}

Test(kit_message, pipelined_ones_are_told_apart)
{
    arena_init(&memory, 1 << 20);
    struct slice bytes = SLICE("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 404 No\r\n");
    struct kit_message message;
    bool done = false;
    cr_assert_eq(parse(bytes, KIT_RESPONSE, false, &message, &done), ERR_OK);
    cr_assert(done);
    cr_assert(slice_is(message.body, "a"));
    cr_assert(slice_starts_with(slice_from(bytes, message.size), SLICE("HTTP/1.1 404")));
    arena_deinit(&memory);
}

Test(kit_message, malformed_ones_are_refused)
{
    static const char *const bad[] = {
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 99 OK\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "hello\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    };
    arena_init(&memory, 1 << 20);
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct kit_message message;
        bool done = false;
        cr_assert_eq(parse(slice_of_text(bad[i]), KIT_RESPONSE, true, &message, &done),
                     ERR_MALFORMED, "%zu", i);
    }
    arena_deinit(&memory);
}

Test(kit_message, headers_are_found_without_case)
{
    arena_init(&memory, 1 << 20);
    struct kit_message message;
    bool done = false;
    struct slice bytes =
        SLICE("GET / HTTP/1.1\r\nX-One:  a b \r\nx-two:\r\nExpect: 100-Continue\r\n\r\n");
    cr_assert_eq(parse(bytes, KIT_REQUEST, false, &message, &done), ERR_OK);
    cr_assert(slice_is(kit_message_header(&message, "x-one"), "a b"));
    cr_assert_not_null(kit_message_header(&message, "X-Two").data);
    cr_assert_eq(kit_message_header(&message, "X-Two").size, 0);
    cr_assert_null(kit_message_header(&message, "X-Three").data);
    cr_assert(message.wants_go_ahead);
    cr_assert(slice_is(message.method, "GET") && slice_is(message.target, "/"));
    arena_deinit(&memory);
}

Test(kit_message, too_many_headers_are_refused)
{
    arena_init(&memory, 1 << 20);
    struct buf bytes;
    buf_init(&bytes, 1 << 20);
    buf_put_text(&bytes, "GET / HTTP/1.1\r\n");
    for (int i = 0; i <= KIT_HEADER_COUNT_MAX; i++) {
        buf_put_text(&bytes, "A: b\r\n");
    }
    buf_put_text(&bytes, "\r\n");
    struct kit_message message;
    bool done = false;
    cr_assert_eq(parse(buf_slice(&bytes), KIT_REQUEST, false, &message, &done), ERR_LIMIT);
    buf_deinit(&bytes);
    arena_deinit(&memory);
}
