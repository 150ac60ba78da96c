/*
 * What the parser brings out of good requests, what it holds on to, and that none of it depends on
 * where the bytes were cut.
 */
#include "tests/lib/http_outcome.h"

#include <criterion/criterion.h>

#define INPUT(literal)                                                                             \
    {                                                                                              \
        literal, sizeof(literal) - 1                                                               \
    }

/* The whole input, then byte by byte, then with one cut at every place: all the same. */
static void check_cuts(const char *name, struct slice input, struct http_outcome_options options)
{
    struct http_outcome whole = http_outcome_run(input, &options);
    options.piece = http_outcome_single_bytes;
    struct http_outcome single = http_outcome_run(input, &options);
    cr_assert(slice_equal(buf_slice(&whole.text), buf_slice(&single.text)),
              "%s: whole gave\n%.*s\nbyte by byte gave\n%.*s", name,
              SLICE_ARGS(buf_slice(&whole.text)), SLICE_ARGS(buf_slice(&single.text)));
    http_outcome_deinit(&single);
    options.piece = http_outcome_one_cut;
    for (size_t cut = 1; cut < input.size; cut++) {
        options.state = &cut;
        struct http_outcome cut_once = http_outcome_run(input, &options);
        cr_assert(slice_equal(buf_slice(&whole.text), buf_slice(&cut_once.text)),
                  "%s: whole gave\n%.*s\ncut at %zu gave\n%.*s", name,
                  SLICE_ARGS(buf_slice(&whole.text)), cut, SLICE_ARGS(buf_slice(&cut_once.text)));
        http_outcome_deinit(&cut_once);
    }
    http_outcome_deinit(&whole);
}

static const struct good {
    const char *name;
    struct slice input;
    const char *body;
    size_t requests;
} goods[] = {
    {"GET", INPUT("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "", 1},
    {"length", INPUT("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"), "hello", 1},
    {"length 0", INPUT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), "", 1},
    {"length with zeros", INPUT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 005\r\n\r\nhello"),
     "hello", 1},
    {"length with space", INPUT("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \t3 \r\n\r\nabc"),
     "abc", 1},
    {"chunked",
     INPUT("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
           "5\r\nhello\r\n1\r\n \r\n0a\r\nworld\r\n\r\n!\r\n0\r\n\r\n"),
     "hello world\r\n\r\n!", 1},
    {"chunked in capitals",
     INPUT("POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding:\tChunKed \r\n\r\n0\r\n\r\n"), "", 1},
    {"chunk extensions and trailers",
     INPUT("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
           "3;a=b\r\nabc\r\n0;last\r\nDigest: x\r\nContent-Length: 99\r\n\r\n"),
     "abc", 1},
    {"pipelined",
     INPUT("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1"
           "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n2\r\n0\r\n\r\n"
           "GET /3 HTTP/1.0\r\n\r\n"),
     "", 3},
    {"an empty line before", INPUT("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), "", 1},
    {"1.0 without Host", INPUT("GET / HTTP/1.0\r\n\r\n"), "", 1},
    {"1.0 keep-alive", INPUT("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), "", 1},
    {"offer to upgrade",
     INPUT("POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
           "HTTP2-Settings: x\r\nContent-Length: 2\r\n\r\nok"),
     "ok", 1},
    {"offer to upgrade, chunked",
     INPUT("POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
           "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
     "ok", 1},
    {"body of NUL and line ends",
     INPUT("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
           "4\r\n\n\r\r \r\n0\r\n\r\n"),
     "\n\r\r ", 1},
};

Test(http_parse, good_requests_however_cut)
{
    for (size_t i = 0; i < ARRAY_COUNT(goods); i++) {
        struct http_outcome_options options = http_outcome_defaults();
        struct http_outcome outcome = http_outcome_run(goods[i].input, &options);
        cr_assert_eq(outcome.status, 0, "%s: %.*s", goods[i].name,
                     SLICE_ARGS(buf_slice(&outcome.text)));
        cr_assert_eq(outcome.done_count, goods[i].requests, "%s", goods[i].name);
        cr_assert(slice_is(buf_slice(&outcome.body), goods[i].body), "%s", goods[i].name);
        cr_assert_not(outcome.unfinished, "%s", goods[i].name);
        cr_assert_eq(outcome.budget_left, 0, "%s", goods[i].name);
        http_outcome_deinit(&outcome);
        check_cuts(goods[i].name, goods[i].input, options);
    }
}

static const struct part {
    const char *input; /* behind it: Host and the empty line */
    const char *method;
    const char *target;
    const char *path;
    const char *query; /* NULL: none */
} parts[] = {
    {"GET / HTTP/1.1", "GET", "/", "/", NULL},
    {"M-SEARCH /a/b%2Fc HTTP/1.1", "M-SEARCH", "/a/b%2Fc", "/a/b%2Fc", NULL},
    {"DELETE /a?b=c&d HTTP/1.0", "DELETE", "/a?b=c&d", "/a", "b=c&d"},
    {"GET /a? HTTP/1.1", "GET", "/a?", "/a", ""},
    {"GET /a?b?c/d HTTP/1.1", "GET", "/a?b?c/d", "/a", "b?c/d"},
    {"GET //x@y/.. HTTP/1.1", "GET", "//x@y/..", "//x@y/..", NULL},
    {"GET /%zz HTTP/1.1", "GET", "/%zz", "/%zz", NULL},
    {"OPTIONS * HTTP/1.1", "OPTIONS", "*", "*", NULL},
    {"GET http://a.example:80/x/y?z HTTP/1.1", "GET", "http://a.example:80/x/y?z", "/x/y", "z"},
    {"GET HTTPS://[::1]:8443?q HTTP/1.1", "GET", "HTTPS://[::1]:8443?q", "/", "q"},
    {"GET http://a HTTP/1.1", "GET", "http://a", "/", NULL},
};

static bool same(struct slice got, const char *wanted)
{
    return wanted == NULL ? got.data == NULL : got.data != NULL && slice_is(got, wanted);
}

struct fixture {
    struct http_request request;
    struct arena arena;
    struct http_budget budget;
    struct http_parse parse;
};

static void fixture_init(struct fixture *fixture, size_t budget_bytes)
{
    struct http_parse_limits limits = {65536, 100};
    memset(fixture, 0, sizeof *fixture);
    arena_init(&fixture->arena, 1 << 20);
    fixture->budget.max_bytes = budget_bytes;
    http_parse_init(&fixture->parse, &limits, &fixture->request, &fixture->arena, &fixture->budget);
}

static void fixture_deinit(struct fixture *fixture)
{
    http_parse_deinit(&fixture->parse);
    arena_deinit(&fixture->arena);
    cr_assert_eq(fixture->budget.used_bytes, 0);
}

static enum http_parse_step feed(struct fixture *fixture, const char *text)
{
    size_t taken;
    return http_parse_feed(&fixture->parse, slice_of_text(text), &taken);
}

Test(http_parse, targets_are_taken_apart)
{
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        struct fixture fixture;
        fixture_init(&fixture, 1 << 20);
        char text[256];
        (void)snprintf(text, sizeof text, "%s\r\nHost: a\r\n\r\n", parts[i].input);
        cr_assert_eq(feed(&fixture, text), HTTP_PARSE_HEAD, "%s: %s", parts[i].input,
                     fixture.parse.fault.text);
        cr_assert(same(fixture.request.method, parts[i].method), "%s", parts[i].input);
        cr_assert(same(fixture.request.target, parts[i].target), "%s", parts[i].input);
        cr_assert(same(fixture.request.path, parts[i].path), "%s", parts[i].input);
        cr_assert(same(fixture.request.query, parts[i].query), "%s", parts[i].input);
        fixture_deinit(&fixture);
    }
}

Test(http_parse, head_and_headers_are_kept_byte_for_byte)
{
    struct fixture fixture;
    fixture_init(&fixture, 1 << 20);
    const char *head = "PUT /\x7e HTTP/1.1\r\nhOsT:a:1\r\nX:  one\t \r\nx: two\r\nY: caf\xc3\xa9 "
                       "\xff\t\"q\"\r\nZ:\r\n\r\n";
    char input[200];
    (void)snprintf(input, sizeof input, "\r\n%sGET", head);
    size_t taken;
    enum http_parse_step step = http_parse_feed(&fixture.parse, slice_of_text(input), &taken);
    cr_assert_eq(step, HTTP_PARSE_HEAD, "%s", fixture.parse.fault.text);
    cr_assert_eq(taken, 2 + strlen(head));
    cr_assert(slice_is(fixture.request.head, head));
    static const char *const expected[][2] = {
        {"hOsT", "a:1"}, {"X", "one"}, {"x", "two"}, {"Y", "caf\xc3\xa9 \xff\t\"q\""}, {"Z", ""}};
    cr_assert_eq(fixture.request.header_count, ARRAY_COUNT(expected));
    for (size_t i = 0; i < ARRAY_COUNT(expected); i++) {
        cr_assert(slice_is(fixture.request.headers[i].name, expected[i][0]));
        cr_assert(same(fixture.request.headers[i].value, expected[i][1]));
    }
    cr_assert(slice_is(http_request_header(&fixture.request, "x"), "one"));
    cr_assert(same(http_request_header(&fixture.request, "absent"), NULL));
    fixture_deinit(&fixture);
}

Test(http_parse, keep_alive_is_the_clients_will)
{
    static const struct {
        const char *head;
        bool keep_alive;
    } rows[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct fixture fixture;
        fixture_init(&fixture, 1 << 20);
        cr_assert_eq(feed(&fixture, rows[i].head), HTTP_PARSE_HEAD);
        cr_assert_eq(fixture.request.keep_alive, rows[i].keep_alive, "%s", rows[i].head);
        fixture_deinit(&fixture);
    }
}

Test(http_parse, a_body_over_the_limit_is_refused_before_and_while_it_comes)
{
    struct fixture fixture;
    fixture_init(&fixture, 1 << 20);
    cr_assert_eq(feed(&fixture, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n"),
                 HTTP_PARSE_HEAD);
    cr_assert_not(http_parse_accept(&fixture.parse, 10));
    cr_assert_eq(fixture.parse.fault.status, 413);
    cr_assert_eq(feed(&fixture, "x"), HTTP_PARSE_FAILED);
    fixture_deinit(&fixture);

    fixture_init(&fixture, 1 << 20);
    cr_assert_eq(feed(&fixture, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
                 HTTP_PARSE_HEAD);
    cr_assert(http_parse_accept(&fixture.parse, 10));
    cr_assert_eq(feed(&fixture, "8\r\n12345678\r\n"), HTTP_PARSE_MORE);
    cr_assert_eq(feed(&fixture, "3\r\n123"), HTTP_PARSE_FAILED);
    cr_assert_eq(fixture.parse.fault.status, 413);
    fixture_deinit(&fixture);
}

Test(http_parse, a_body_is_charged_before_it_is_stored)
{
    struct fixture fixture;
    fixture_init(&fixture, 6000);
    char head[] = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n";
    cr_assert_eq(feed(&fixture, head), HTTP_PARSE_HEAD);
    cr_assert(http_parse_accept(&fixture.parse, 1 << 20));
    cr_assert_eq(fixture.budget.used_bytes, 0, "announcing a length must not reserve memory");
    char body[4097];
    memset(body, 'x', sizeof body - 1);
    body[sizeof body - 1] = '\0';
    cr_assert_eq(feed(&fixture, body), HTTP_PARSE_MORE);
    cr_assert_eq(fixture.budget.used_bytes, 4096);
    cr_assert_eq(feed(&fixture, body), HTTP_PARSE_FAILED);
    cr_assert_eq(fixture.parse.fault.status, 503);
    cr_assert_eq(fixture.budget.used_bytes, 4096);
    fixture_deinit(&fixture);
}

Test(http_parse, a_discarded_body_takes_no_memory)
{
    static const char *const bodies[][2] = {
        {"Content-Length: 5", "hello"},
        {"Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(bodies); i++) {
        struct fixture fixture;
        fixture_init(&fixture, 0);
        char head[128];
        (void)snprintf(head, sizeof head, "POST / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", bodies[i][0]);
        cr_assert_eq(feed(&fixture, head), HTTP_PARSE_HEAD);
        cr_assert(http_parse_discard(&fixture.parse, 5));
        cr_assert_eq(feed(&fixture, bodies[i][1]), HTTP_PARSE_DONE);
        cr_assert_eq(fixture.request.body.size, 0);
        fixture_deinit(&fixture);
    }
}

Test(http_parse, buffers_of_ordinary_size_are_kept_until_trimmed)
{
    struct fixture fixture;
    fixture_init(&fixture, 1 << 20);
    const char *post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
    cr_assert_eq(feed(&fixture, post), HTTP_PARSE_HEAD);
    cr_assert(http_parse_accept(&fixture.parse, 100));
    cr_assert_eq(feed(&fixture, "hello"), HTTP_PARSE_DONE);
    http_parse_reset(&fixture.parse);
    cr_assert_eq(fixture.budget.used_bytes, 5, "what is kept stays charged");
    http_parse_trim(&fixture.parse);
    cr_assert_eq(fixture.budget.used_bytes, 0);
    cr_assert_eq(feed(&fixture, post), HTTP_PARSE_HEAD, "and it goes on after a trim");
    fixture_deinit(&fixture);
}

Test(http_parse, without_memory_the_answer_is_503)
{
    const char *input = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
    size_t failures = 0;
    for (long allowed = 0; allowed < 10; allowed++) {
        struct fixture fixture;
        fixture_init(&fixture, 1 << 20);
        memory_fail_after(allowed);
        enum http_parse_step step = feed(&fixture, input);
        if (step == HTTP_PARSE_HEAD) {
            cr_assert(http_parse_accept(&fixture.parse, 100));
            step = feed(&fixture, "hello");
        }
        memory_fail_after(-1);
        cr_assert(step == HTTP_PARSE_DONE || fixture.parse.fault.status == 503);
        failures += step == HTTP_PARSE_FAILED;
        fixture_deinit(&fixture);
    }
    cr_assert_gt(failures, 2);
    cr_assert_lt(failures, 10);
}
