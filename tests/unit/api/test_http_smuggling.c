/*
 * Requests that two readers could read differently, and requests past a limit: each must be
 * refused, with the same fault however it is cut. A row that passed here could hide a second
 * request from the proxy before us.
 */
#include "tests/lib/http_outcome.h"

#include <criterion/criterion.h>

#define INPUT(literal)                                                                             \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }
#define POST   "POST /x HTTP/1.1\r\nHost: a\r\n"
#define CHUNKS POST "Transfer-Encoding: chunked\r\n\r\n"
#define SECOND "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

static const struct bad {
    const char *name;
    struct slice input;
    int status;
} bads[] = {
    /* Two lengths. */
    {"length and chunked",
     INPUT(POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECOND), 400},
    {"chunked and length",
     INPUT(POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" SECOND), 400},
    {"two different lengths", INPUT(POST "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" SECOND),
     400},
    {"two equal lengths", INPUT(POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"), 400},
    {"list of lengths", INPUT(POST "Content-Length: 3, 3\r\n\r\nabc"), 400},
    {"length with plus", INPUT(POST "Content-Length: +3\r\n\r\nabc"), 400},
    {"negative length", INPUT(POST "Content-Length: -3\r\n\r\nabc"), 400},
    {"hexadecimal length", INPUT(POST "Content-Length: 0x3\r\n\r\nabc"), 400},
    {"length with a gap", INPUT(POST "Content-Length: 1 0\r\n\r\nabc"), 400},
    {"length over 64 bits", INPUT(POST "Content-Length: 18446744073709551616\r\n\r\nabc"), 400},
    {"length of 64 bits", INPUT(POST "Content-Length: 18446744073709551615\r\n\r\nabc"), 413},
    {"length over the limit", INPUT(POST "Content-Length: 1048577\r\n\r\nabc"), 413},
    {"empty length", INPUT(POST "Content-Length:\r\n\r\nabc"), 400},
    {"length in letters", INPUT(POST "Content-Length: three\r\n\r\nabc"), 400},

    /* Transfer codings. */
    {"chunked, identity", INPUT(POST "Transfer-Encoding: chunked, identity\r\n\r\n" SECOND), 400},
    {"identity", INPUT(POST "Transfer-Encoding: identity\r\n\r\n" SECOND), 400},
    {"xchunked", INPUT(POST "Transfer-Encoding: xchunked\r\n\r\n" SECOND), 400},
    {"chunked;q=1", INPUT(POST "Transfer-Encoding: chunked;q=1\r\n\r\n" SECOND), 400},
    {"\"chunked\"", INPUT(POST "Transfer-Encoding: \"chunked\"\r\n\r\n" SECOND), 400},
    {"vertical tab before chunked", INPUT(POST "Transfer-Encoding: \vchunked\r\n\r\n"), 400},
    {"empty coding", INPUT(POST "Transfer-Encoding:\r\n\r\n" SECOND), 400},
    {"gzip, chunked", INPUT(POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501},
    {"chunked twice in one", INPUT(POST "Transfer-Encoding: chunked, chunked\r\n\r\n"), 400},
    {"chunked twice",
     INPUT(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
    {"identity, then chunked",
     INPUT(POST "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
    {"chunked in 1.0",
     INPUT("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECOND), 400},

    /* Line ends and white space. */
    {"space before colon", INPUT(POST "Content-Length : 3\r\n\r\nabc"), 400},
    {"tab before colon", INPUT(POST "Content-Length\t: 3\r\n\r\nabc"), 400},
    {"space before the name", INPUT(POST " Content-Length: 3\r\n\r\nabc"), 400},
    {"space before the first name", INPUT("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), 400},
    {"folded value", INPUT(POST "X: a\r\n b\r\n\r\n"), 400},
    {"folded coding", INPUT(POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" SECOND), 400},
    {"folded coding by tab", INPUT(POST "Transfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n"), 400},
    {"bare CR behind colon", INPUT(POST "Dummy:\rContent-Length: 33\r\n\r\n" SECOND), 400},
    {"bare CR in a value", INPUT(POST "Dummy: a\rb\r\n\r\n"), 400},
    {"bare CR before CRLF", INPUT(POST "Dummy: a\r\r\n\r\n"), 400},
    {"bare CR in the target", INPUT("GET /\r HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"bare LF after the request line", INPUT("GET / HTTP/1.1\nHost: a\r\n\r\n"), 400},
    {"bare LF after a header", INPUT("GET / HTTP/1.1\r\nHost: a\n\r\n"), 400},
    {"bare LF as empty line", INPUT("GET / HTTP/1.1\r\nHost: a\r\n\n"), 400},
    {"bare LF before", INPUT("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"two empty lines before", INPUT("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"NUL in a value", INPUT(POST "X: a\0b\r\n\r\n"), 400},
    {"NUL in a name", INPUT(POST "X\0: a\r\n\r\n"), 400},
    {"NUL in the target", INPUT("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"control character in a value", INPUT(POST "X: a\x01\r\n\r\n"), 400},
    {"DEL in a value", INPUT(POST "X: a\x7f\r\n\r\n"), 400},
    {"no colon", INPUT(POST "X\r\n\r\n"), 400},
    {"no name", INPUT(POST ": x\r\n\r\n"), 400},
    {"non-ASCII name", INPUT(POST "X\xc3\xa9: x\r\n\r\n"), 400},
    {"brackets in a name", INPUT(POST "X[0]: x\r\n\r\n"), 400},

    /* Host. */
    {"no Host", INPUT("GET / HTTP/1.1\r\nX: y\r\n\r\n"), 400},
    {"no header at all", INPUT("GET / HTTP/1.1\r\n\r\n"), 400},
    {"two Hosts", INPUT("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400},
    {"two equal Hosts", INPUT("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"), 400},
    {"two Hosts in 1.0", INPUT("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"), 400},
    {"Host with a path", INPUT("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400},
    {"Host with a user", INPUT("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"), 400},
    {"Host of two words", INPUT("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400},

    /* The request line. */
    {"two spaces", INPUT("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"two spaces behind", INPUT("GET /  HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"tab for space", INPUT("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"space in the target", INPUT("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"space behind the version", INPUT("GET / HTTP/1.1 \r\nHost: a\r\n\r\n"), 400},
    {"no target", INPUT("GET HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"only spaces", INPUT("   \r\n\r\n"), 400},
    {"one word", INPUT("HELLO\r\n\r\n"), 400},
    {"HTTP/0.9", INPUT("GET /\r\n\r\n"), 400},
    {"version 0.9", INPUT("GET / HTTP/0.9\r\nHost: a\r\n\r\n"), 505},
    {"version 1.2", INPUT("GET / HTTP/1.2\r\nHost: a\r\n\r\n"), 505},
    {"version 2.0", INPUT("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505},
    {"preface of HTTP/2", INPUT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505},
    {"version 1.10", INPUT("GET / HTTP/1.10\r\nHost: a\r\n\r\n"), 400},
    {"version 1,1", INPUT("GET / HTTP/1,1\r\nHost: a\r\n\r\n"), 400},
    {"version in small letters", INPUT("GET / http/1.1\r\nHost: a\r\n\r\n"), 400},
    {"RTSP", INPUT("GET / RTSP/1.0\r\nHost: a\r\n\r\n"), 400},
    {"ICE", INPUT("SOURCE / ICE/1.0\r\nHost: a\r\n\r\n"), 400},
    {"unknown method", INPUT("FOO / HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"method in small letters", INPUT("get / HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"method of RTSP", INPUT("DESCRIBE / HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"CONNECT", INPUT("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"), 501},
    {"CONNECT with a length",
     INPUT("CONNECT a:80 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"), 501},
    {"authority as target", INPUT("GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"star without OPTIONS", INPUT("GET * HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"another scheme", INPUT("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"absolute without host", INPUT("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"absolute with user", INPUT("GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"fragment", INPUT("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"relative target", INPUT("GET a HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"non-ASCII target", INPUT("GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
    {"TLS", INPUT("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), 400},
    {"another expectation", INPUT(POST "Expect: 200-ok\r\n\r\n"), 417},

    /* Chunks. */
    {"chunk size ended by LF", INPUT(CHUNKS "3\nabc\r\n0\r\n\r\n"), 400},
    {"chunk size ended by CR", INPUT(CHUNKS "3\rabc\r\n0\r\n\r\n"), 400},
    {"chunk ended by LF", INPUT(CHUNKS "3\r\nabc\n0\r\n\r\n"), 400},
    {"chunk longer than said", INPUT(CHUNKS "3\r\nabcd\r\n0\r\n\r\n"), 400},
    {"last line ended by LF", INPUT(CHUNKS "3\r\nabc\r\n0\r\n\n" SECOND), 400},
    {"chunk size with 0x", INPUT(CHUNKS "0x3\r\nabc\r\n0\r\n\r\n"), 400},
    {"chunk size with plus", INPUT(CHUNKS "+3\r\nabc\r\n0\r\n\r\n"), 400},
    {"negative chunk size", INPUT(CHUNKS "-3\r\nabc\r\n0\r\n\r\n"), 400},
    {"space before chunk size", INPUT(CHUNKS " 3\r\nabc\r\n0\r\n\r\n"), 400},
    {"space behind chunk size", INPUT(CHUNKS "3 \r\nabc\r\n0\r\n\r\n"), 400},
    {"tab behind chunk size", INPUT(CHUNKS "3\t\r\nabc\r\n0\r\n\r\n"), 400},
    {"no chunk size", INPUT(CHUNKS "\r\n3\r\nabc\r\n0\r\n\r\n"), 400},
    {"chunk size over 64 bits", INPUT(CHUNKS "10000000000000003\r\nabc\r\n0\r\n\r\n"), 400},
    {"chunk over the limit", INPUT(CHUNKS "FFFFFFFFFFFFFFFF\r\nabc"), 413},
    {"empty extension", INPUT(CHUNKS "3;\r\nabc\r\n0\r\n\r\n"), 400},
    {"NUL in an extension", INPUT(CHUNKS "3;a\0\r\nabc\r\n0\r\n\r\n"), 400},
    {"bare LF in an extension", INPUT(CHUNKS "3;a\nb\r\nabc\r\n0\r\n\r\n"), 400},
    {"bare CR in an extension", INPUT(CHUNKS "3;a\rb\r\nabc\r\n0\r\n\r\n"), 400},
    {"bare CR in a trailer", INPUT(CHUNKS "0\r\nX:\ry\r\n\r\n" SECOND), 400},
    {"bare LF in a trailer", INPUT(CHUNKS "0\r\nX: y\n\r\n" SECOND), 400},
    {"folded trailer", INPUT(CHUNKS "0\r\nX: y\r\n z\r\n\r\n" SECOND), 400},
    {"trailer with a coding", INPUT(CHUNKS "0\r\nTransfer-Encoding: chunked\r\n\r\n" SECOND), 400},
};

static void check_row(const struct bad *row, struct http_outcome_options options)
{
    struct http_outcome whole = http_outcome_run(row->input, &options);
    cr_assert_eq(whole.status, row->status, "%s: %.*s", row->name,
                 SLICE_ARGS(buf_slice(&whole.text)));
    cr_assert_eq(whole.done_count, 0, "%s: a request came through", row->name);
    options.piece = http_outcome_one_cut;
    for (size_t cut = 1; cut < row->input.size; cut++) {
        options.state = &cut;
        struct http_outcome outcome = http_outcome_run(row->input, &options);
        cr_assert(slice_equal(buf_slice(&whole.text), buf_slice(&outcome.text)),
                  "%s: cut at %zu gave %.*s instead of %.*s", row->name, cut,
                  SLICE_ARGS(buf_slice(&outcome.text)), SLICE_ARGS(buf_slice(&whole.text)));
        http_outcome_deinit(&outcome);
    }
    options.piece = http_outcome_single_bytes;
    struct http_outcome single = http_outcome_run(row->input, &options);
    cr_assert(slice_equal(buf_slice(&whole.text), buf_slice(&single.text)), "%s", row->name);
    http_outcome_deinit(&single);
    http_outcome_deinit(&whole);
}

Test(http_smuggling, every_row_is_refused_however_cut)
{
    for (size_t i = 0; i < ARRAY_COUNT(bads); i++) {
        check_row(&bads[i], http_outcome_defaults());
    }
}

/* `start`, then `filler` `count` times, then `end`. */
static struct buf long_input(const char *start, const char *filler, size_t count, const char *end)
{
    struct buf input;
    buf_init(&input, SIZE_MAX);
    buf_put_text(&input, start);
    for (size_t i = 0; i < count; i++) {
        buf_put_text(&input, filler);
    }
    buf_put_text(&input, end);
    return input;
}

static const struct large {
    const char *name;
    const char *start;
    const char *filler;
    size_t count;
    const char *end;
    int status; /* 0: accepted */
} larges[] = {
    {"target over the head", "GET /", "a", 70000, " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
    {"target that fits", "GET /", "a", 65000, " HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"headers over the head", POST, "X: 345678901234567890123456789012\r\n", 2000, "\r\n", 431},
    {"one header over the head", POST "X: ", "a", 70000, "\r\n\r\n", 431},
    {"100 headers", "GET / HTTP/1.1\r\nHost: a\r\n", "X: y\r\n", 99, "\r\n", 0},
    {"101 headers", "GET / HTTP/1.1\r\nHost: a\r\n", "X: y\r\n", 100, "\r\n", 431},
    {"extension of 200 kB", CHUNKS "1;a=", "b", 200000, "\r\nx\r\n0\r\n\r\n", 431},
    {"extension that fits", CHUNKS "1;a=", "b", 8000, "\r\nx\r\n0\r\n\r\n", 0},
    {"extensions over the limit together", CHUNKS, "1;abcdefghijklmnopqrstuvwxyz\r\nx\r\n", 1000,
     "0\r\n\r\n", 431},
    {"trailers over the limit", CHUNKS "0\r\n", "X: y\r\n", 2000, "\r\n", 431},
    {"trailers that fit", CHUNKS "0\r\n", "X: y\r\n", 1000, "\r\n", 0},
    {"zeros before a chunk size", CHUNKS, "0", 9000, "1\r\nx\r\n0\r\n\r\n", 431},
    {"many small chunks", CHUNKS, "1\r\nx\r\n", 50000, "0\r\n\r\n", 0},
};

Test(http_smuggling, limits_hold_however_cut)
{
    for (size_t i = 0; i < ARRAY_COUNT(larges); i++) {
        const struct large *row = &larges[i];
        struct buf input = long_input(row->start, row->filler, row->count, row->end);
        struct http_outcome_options options = http_outcome_defaults();
        struct http_outcome whole = http_outcome_run(buf_slice(&input), &options);
        cr_assert_eq(whole.status, row->status, "%s: %d", row->name, whole.status);
        cr_assert_eq(whole.done_count, row->status == 0, "%s", row->name);
        options.piece = http_outcome_single_bytes;
        struct http_outcome single = http_outcome_run(buf_slice(&input), &options);
        cr_assert(slice_equal(buf_slice(&whole.text), buf_slice(&single.text)), "%s", row->name);
        http_outcome_deinit(&single);
        http_outcome_deinit(&whole);
        buf_deinit(&input);
    }
}

/* The framing counted is what is held or looked at, not what passes: the limit ends the reading. */
Test(http_smuggling, an_endless_extension_ends_at_the_limit)
{
    struct buf input = long_input(CHUNKS "1;a=", "b", 100000, "");
    struct http_outcome_options options = http_outcome_defaults();
    struct http_outcome outcome = http_outcome_run(buf_slice(&input), &options);
    cr_assert_eq(outcome.status, 431);
    cr_assert_str_eq(outcome.code, "chunk_framing_too_large");
    http_outcome_deinit(&outcome);
    buf_deinit(&input);
}
