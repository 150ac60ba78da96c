/*
 * Requests: rendered from inputs and a connection, compared as text.
 */
#include "core/base/buf.h"
#include "core/flow/flow_reply.h"
#include "core/flow/flow_request.h"
#include "tests/unit/core/flow_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define MEMORY_BYTES ((size_t)256 * 1024 * 1024)

static const char config[] =
    "{\"Headers\":\"[{\\\"key\\\":\\\"X-From\\\",\\\"value\\\":\\\"config\\\"}]\","
    "\"Basic\":{\"connection\":\"basic\",\"fields\":{\"username\":\"ada\",\"password\":\"!"
    "hunter2\"}},"
    "\"Bare\":{\"connection\":\"basic\",\"fields\":{\"username\":\"ada\"}},"
    "\"Key\":{\"connection\":\"apiKey\",\"fields\":{\"apiKey\":\"!k-123456\"}},"
    "\"Key "
    "Basic\":{\"connection\":\"apiKey\",\"fields\":{\"apiKey\":\"!k-123456\",\"authType\":"
    "\"Basic\"}},"
    "\"Key "
    "Header\":{\"connection\":\"apiKey\",\"fields\":{\"apiKey\":\"!k-123456\",\"headerName\":\"X-"
    "Api-Key\"}},"
    "\"Token\":{\"connection\":\"pat\",\"fields\":{\"personalAccessToken\":\"!pat-1\",\"apiKey\":"
    "\"!k\"}},"
    "\"OAuth\":{\"connection\":\"oauth2\",\"token\":\"tok-1\",\"fields\":{\"clientId\":\"c\","
    "\"clientSecret\":\"!s\"}},"
    "\"Pending\":{\"connection\":\"oauth2\",\"fields\":{\"clientId\":\"c\",\"clientSecret\":\"!s\"}"
    "},"
    "\"Evil\":{\"connection\":\"apiKey\",\"fields\":{\"apiKey\":\"!a\\r\\nX: y\"}},"
    "\"Plain\":\"text\"}";

static const char steps[] =
    "{\"t\":{\"map\":{\"a\":[1,null]},\"list\":[1],\"text\":\"hello\",\"json\":\"{\\\"a\\\":1}\","
    "\"number\":5,\"yes\":true,\"none\":null,\"evil\":\"a\\r\\nX-Evil: 1\",\"empty\":\"\"}}";

static enum err render(struct arena *arena,
                       const char *action,
                       const char *inputs,
                       struct flow_request *ret,
                       struct error *reterr)
{
    char flow[8192];
    (void)snprintf(flow, sizeof flow,
                   "[{\"do\":\"webhook\",\"name\":\"T\"},{\"do\":\"%s\",\"name\":"
                   "\"R\",\"in\":%s}]",
                   action, inputs);
    const struct flow_definition *definition = flow_kit_flow(arena, flow);
    struct scope *scope = ARENA_NEW(arena, struct scope);
    *scope = flow_kit_scope(arena, config, steps);
    struct flow_request_terms terms = {SLICE("key-1"), 120000, 900000};
    return flow_request_render(&definition->steps[1], &terms, scope, arena, ret, reterr);
}

/* "POST https://x|A: b|...|body" */
static void put_request(struct buf *out, const struct flow_request *request)
{
    buf_printf(out, "%.*s %.*s|", SLICE_ARGS(request->method), SLICE_ARGS(request->url));
    for (uint32_t i = 0; i < request->headers.count; i++) {
        buf_printf(out, "%.*s: %.*s|", SLICE_ARGS(request->headers.items[i].name),
                   SLICE_ARGS(request->headers.items[i].value));
    }
    buf_put_slice(out, request->has_body ? request->body : SLICE("-"));
}

struct row {
    const char *action;
    const char *inputs;
    const char *expected; /* or "!" and a part of the error */
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena arena;
        arena_init(&arena, MEMORY_BYTES);
        struct flow_request request;
        struct error error = {0};
        struct buf text;
        buf_init(&text, 100000);
        enum err e = render(&arena, rows[i].action, rows[i].inputs, &request, &error);
        if (rows[i].expected[0] == '!') {
            cr_expect_neq(e, ERR_OK, "%s", rows[i].inputs);
            cr_expect_not_null(strstr(error_text(&error), rows[i].expected + 1), "%s: %s",
                               rows[i].inputs, error_text(&error));
        } else if (e != ERR_OK) {
            cr_expect(false, "%s: %s", rows[i].inputs, error_text(&error));
        } else {
            put_request(&text, &request);
            cr_expect(slice_is(buf_slice(&text), rows[i].expected), "%s gave\n%.*s", rows[i].inputs,
                      SLICE_ARGS(buf_slice(&text)));
        }
        buf_deinit(&text);
        arena_deinit(&arena);
    }
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof *(rows))
#define IDEMPOTENT  "Idempotency-Key: key-1|"

Test(flow_request, methods_and_urls)
{
    static const struct row rows[] = {
        {"httpGet", "{\"url\":\"http://x\"}", "GET http://x|" IDEMPOTENT "-"},
        {"httpDelete", "{\"url\":\"http://x\"}", "DELETE http://x|" IDEMPOTENT "-"},
        {"httpRequest", "{\"url\":\"http://x\",\"method\":\"patch\"}",
         "PATCH http://x|" IDEMPOTENT "-"},
        {"httpRequest", "{\"url\":\"http://x\"}", "!input \"method\" is not one of GET, POST"},
        {"httpRequest", "{\"url\":\"http://x\",\"method\":\"CONNECT\"}", "!input \"method\""},
        {"httpGet", "{}", "!input \"url\" is empty"},
        {"httpGet", "{\"url\":\"x\"}", "!input \"url\": it is not a URL such as"},
        {"httpGet", "{\"url\":{\"ref\":\"t.results.evil\"}}", "!input \"url\": it is not a URL"},
        {"httpGet", "{\"url\":{\"tpl\":\"http://x/{{$t.results.evil}}\"}}", "!control character"},
        {"httpGet",
         "{\"url\":\"http://x\",\"queryParams\":{\"pairs\":{\"a b\":\"c&d\",\"n\":"
         "{\"ref\":\"t.results.number\"}}}}",
         "GET http://x?a%20b=c%26d&n=5|" IDEMPOTENT "-"},
        {"httpGet", "{\"url\":\"http://x?y=1#z\",\"queryParams\":{\"pairs\":{\"a\":\"\"}}}",
         "GET http://x?y=1&a=|" IDEMPOTENT "-"},
        {"httpGet", "{\"url\":{\"ref\":\"gone.results\"}}", "!input \"url\": a path begins with"},
    };
    CHECK(rows);
}

Test(flow_request, headers)
{
    static const struct row rows[] = {
        {"httpGet",
         "{\"url\":\"http://x\",\"headers\":{\"pairs\":{\"X-A\":\" b \",\"X-N\":"
         "{\"ref\":\"t.results.number\"}}}}",
         "GET http://x|X-A: b|X-N: 5|" IDEMPOTENT "-"},
        {"httpGet", "{\"url\":\"http://x\",\"headers\":{\"var\":\"Headers\"}}",
         "GET http://x|X-From: config|" IDEMPOTENT "-"},
        {"httpGet", "{\"url\":\"http://x\",\"headers\":{\"pairs\":{\"x-a\":\"1\",\"X-A\":\"2\"}}}",
         "GET http://x|X-A: 2|" IDEMPOTENT "-"},
        {"httpGet", "{\"url\":\"http://x\",\"headers\":{\"pairs\":{\"idempotency-key\":\"mine\"}}}",
         "GET http://x|idempotency-key: mine|-"},
        {"httpGet",
         "{\"url\":\"http://x\",\"headers\":{\"pairs\":{\"Content-Length\":\"5\",\"TE\":"
         "\"x\",\"transfer-encoding\":\"chunked\"}}}",
         "GET http://x|" IDEMPOTENT "-"},
        {"httpGet",
         "{\"url\":\"http://x\",\"headers\":{\"pairs\":{\"X-A\":{\"ref\":"
         "\"t.results.evil\"}}}}",
         "!the value of header \"X-A\" has a control character"},
        {"httpGet", "{\"url\":\"http://x\",\"headers\":{\"pairs\":{\"X A\":\"1\"}}}",
         "!\"X A\" is not the name of a header"},
        {"httpGet", "{\"url\":\"http://x\",\"headers\":{\"pairs\":{\"X:\":\"1\"}}}",
         "!\"X:\" is not the name of a header"},
    };
    CHECK(rows);
}

Test(flow_request, bodies)
{
    static const struct row rows[] = {
        {"httpPost", "{\"url\":\"http://x\",\"data\":\"plain\"}",
         "POST http://x|Content-Type: text/plain; charset=utf-8|" IDEMPOTENT "plain"},
        {"httpPost", "{\"url\":\"http://x\",\"data\":{\"ref\":\"t.results.json\"}}",
         "POST http://x|Content-Type: application/json|" IDEMPOTENT "{\"a\":1}"},
        {"httpPost", "{\"url\":\"http://x\",\"data\":{\"ref\":\"t.results.map\"}}",
         "POST http://x|Content-Type: application/json|" IDEMPOTENT "{\"a\":[1,null]}"},
        {"httpPost", "{\"url\":\"http://x\",\"data\":{\"ref\":\"t.results.yes\"}}",
         "POST http://x|Content-Type: application/json|" IDEMPOTENT "true"},
        {"httpPost",
         "{\"url\":\"http://x\",\"data\":\"a=b\",\"headers\":{\"pairs\":{"
         "\"content-type\":\"application/x-www-form-urlencoded\"}}}",
         "POST http://x|content-type: application/x-www-form-urlencoded|" IDEMPOTENT "a=b"},
        {"httpPost", "{\"url\":\"http://x\",\"data\":{\"ref\":\"t.results.none\"}}",
         "POST http://x|" IDEMPOTENT "-"},
        {"httpPost", "{\"url\":\"http://x\",\"data\":{\"ref\":\"t.results.empty\"}}",
         "POST http://x|" IDEMPOTENT "-"},
        {"httpPost",
         "{\"url\":\"http://x\",\"formData\":{\"pairs\":{\"a\":\"1\",\"q\\\"r\":\"2\"}},"
         "\"fileData\":{\"pairs\":{\"f.txt\":\"text\"}}}",
         "POST http://x|Content-Type: multipart/form-data; boundary=key-1-0|" IDEMPOTENT
         "--key-1-0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
         "--key-1-0\r\nContent-Disposition: form-data; name=\"q%22r\"\r\n\r\n2\r\n"
         "--key-1-0\r\nContent-Disposition: form-data; name=\"f.txt\"; filename=\"f.txt\"\r\n\r\n"
         "text\r\n--key-1-0--\r\n"},
        {"httpPost", "{\"url\":\"http://x\",\"formData\":{\"pairs\":{\"a\":\"key-1-0\"}}}",
         "POST http://x|Content-Type: multipart/form-data; boundary=key-1-1|" IDEMPOTENT
         "--key-1-1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nkey-1-0\r\n"
         "--key-1-1--\r\n"},
        {"httpPost", "{\"url\":\"http://x\",\"data\":\"d\",\"formData\":{\"pairs\":{\"a\":\"1\"}}}",
         "!a request can have only one body"},
    };
    CHECK(rows);
}

Test(flow_request, a_file_goes_out_with_its_type)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    const struct flow_definition *flow =
        flow_kit_flow(&arena, "[{\"do\":\"httpPost\",\"name\":\"R\",\"in\":{\"url\":\"http://x\","
                              "\"data\":{\"ref\":\"f.results\"}}}]");
    struct scope scope = flow_kit_scope(&arena, "{}", "{\"f\":null}");
    struct value file = value_map();
    cr_assert(value_map_put(&arena, &file, SLICE("data"), value_binary(slice_of("\0\xff", 2))));
    cr_assert(value_map_put(&arena, &file, SLICE("contentType"), value_text(SLICE("image/png"))));
    scope.steps[0].results = &file;
    struct flow_request_terms terms = {SLICE("key"), 1, 1};
    struct flow_request request;
    cr_assert_eq(flow_request_render(&flow->steps[0], &terms, &scope, &arena, &request, NULL),
                 ERR_OK);
    cr_expect(slice_equal(request.body, slice_of("\0\xff", 2)));
    cr_expect(slice_is(flow_headers_find(&request.headers, "content-type")->value, "image/png"));
    arena_deinit(&arena);
}

Test(flow_request, credentials)
{
    static const struct row rows[] = {
        {"httpGet", "{\"url\":\"http://x\",\"connection\":{\"var\":\"\"}}",
         "GET http://x|" IDEMPOTENT "-"},
        {"httpGet", "{\"url\":\"http://x\",\"connection\":{\"var\":\"Basic\"}}",
         "GET http://x|Authorization: Basic YWRhOmh1bnRlcjI=|" IDEMPOTENT "-"},
        {"httpGet", "{\"url\":\"http://x\",\"connection\":{\"var\":\"Bare\"}}",
         "GET http://x|Authorization: Basic YWRhOg==|" IDEMPOTENT "-"},
        {"httpGet", "{\"url\":\"http://x\",\"connection\":{\"var\":\"Key\"}}",
         "GET http://x|Authorization: Bearer k-123456|" IDEMPOTENT "-"},
        {"httpGet", "{\"url\":\"http://x\",\"connection\":{\"var\":\"Key Basic\"}}",
         "GET http://x|Authorization: Basic k-123456|" IDEMPOTENT "-"},
        {"httpGet", "{\"url\":\"http://x\",\"connection\":{\"var\":\"Key Header\"}}",
         "GET http://x|X-Api-Key: k-123456|" IDEMPOTENT "-"},
        {"httpGet", "{\"url\":\"http://x\",\"connection\":{\"var\":\"Token\"}}",
         "GET http://x|Authorization: Bearer pat-1|" IDEMPOTENT "-"},
        {"httpGet",
         "{\"url\":\"http://x\",\"connection\":{\"var\":\"OAuth\"},\"headers\":{\"pairs\":{"
         "\"authorization\":\"mine\"}}}",
         "GET http://x|Authorization: Bearer tok-1|" IDEMPOTENT "-"},
        {"httpGet", "{\"url\":\"http://x\",\"connection\":{\"var\":\"Pending\"}}",
         "!connection \"Pending\" has no credentials a request can carry"},
        {"httpGet", "{\"url\":\"http://x\",\"connection\":{\"var\":\"Plain\"}}",
         "!config variable \"Plain\" is not a connection"},
        {"httpGet", "{\"url\":\"http://x\",\"connection\":{\"var\":\"Gone\"}}",
         "!no config variable \"Gone\""},
        {"httpGet", "{\"url\":\"http://x\",\"connection\":{\"var\":\"Evil\"}}",
         "!credentials: the value of header \"Authorization\" has a control character"},
    };
    CHECK(rows);
}

Test(flow_request, options)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_request request;
    struct error error = {0};
    cr_assert_eq(render(&arena, "httpGet", "{\"url\":\"http://x\"}", &request, &error), ERR_OK);
    cr_expect_eq(request.timeout_ms, 120000);
    cr_expect_eq(request.response_type, FLOW_RESPONSE_JSON);
    cr_expect(!request.include_full_response && !request.ignore_ssl_errors);
    cr_expect_eq(request.retries_max, 0);
    cr_expect_eq(request.warning_count, 0u);
    cr_assert_eq(
        render(&arena, "httpGet",
               "{\"url\":\"http://x\",\"timeout\":\"2500\",\"responseType\":\"arraybuffer\","
               "\"includeFullResponse\":\"true\",\"ignoreSslErrors\":\"true\","
               "\"maxRetries\":\"50\",\"retryDelayMS\":\"99999\",\"retryOnAllErrors\":\"yes\","
               "\"useExponentialBackoff\":\"true\",\"debugRequest\":\"true\"}",
               &request, &error),
        ERR_OK);
    cr_expect_eq(request.timeout_ms, 2500);
    cr_expect_eq(request.response_type, FLOW_RESPONSE_BINARY);
    cr_expect(request.include_full_response && request.ignore_ssl_errors);
    cr_expect_eq(request.retries_max, FLOW_REQUEST_RETRIES_MAX);
    cr_expect_eq(request.retry_delay_ms, FLOW_REQUEST_RETRY_DELAY_MS_MAX);
    cr_expect(request.retry_on_all_errors && request.exponential_backoff);
    cr_expect_eq(request.warning_count, 3u);
    arena_deinit(&arena);
}

Test(flow_request, faulty_options)
{
    static const struct row rows[] = {
        {"httpGet", "{\"url\":\"http://x\",\"timeout\":\"900001\"}",
         "!input \"timeout\": \"900001\" is not a whole number from 0 to 900000"},
        {"httpGet", "{\"url\":\"http://x\",\"responseType\":\"stream\"}",
         "!input \"responseType\" is not one of json, text, binary"},
        {"httpGet", "{\"url\":\"http://x\",\"ignoreSslErrors\":\"maybe\"}",
         "!input \"ignoreSslErrors\": \"maybe\" is not true or false"},
    };
    CHECK(rows);
}

Test(flow_request, a_url_is_bounded)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    const struct flow_definition *flow =
        flow_kit_flow(&arena, "[{\"do\":\"httpGet\",\"name\":\"R\",\"in\":{\"url\":{\"tpl\":"
                              "\"http://x/{{$f.results}}\"}}}]");
    struct scope scope = flow_kit_scope(&arena, "{}", "{\"f\":null}");
    char *text = arena_zalloc(&arena, 1, FLOW_REQUEST_URL_BYTES_MAX);
    memset(text, 'a', FLOW_REQUEST_URL_BYTES_MAX);
    struct value value = value_text(slice_of(text, FLOW_REQUEST_URL_BYTES_MAX - 9));
    scope.steps[0].results = &value;
    struct flow_request_terms terms = {SLICE("key"), 1, 1};
    struct flow_request request;
    struct error error = {0};
    cr_expect_eq(flow_request_render(&flow->steps[0], &terms, &scope, &arena, &request, &error),
                 ERR_OK);
    value.bytes.size++;
    cr_expect_eq(flow_request_render(&flow->steps[0], &terms, &scope, &arena, &request, &error),
                 ERR_INVALID);
    cr_expect_str_eq(error_text(&error), "input \"url\" is over 16384 bytes with its query");
    arena_deinit(&arena);
}

/* ---- digests ---- */

static void put_piece(void *state, struct slice piece)
{
    buf_put_slice(state, piece);
}

static void feed(const char *inputs, struct buf *out)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_request request;
    cr_assert_eq(render(&arena, "httpPost", inputs, &request, NULL), ERR_OK);
    flow_request_feed(&request, put_piece, out);
    arena_deinit(&arena);
}

Test(flow_request, the_fed_bytes_tell_requests_apart)
{
    static const char *const inputs[] = {
        "{\"url\":\"http://x\",\"data\":\"a\"}",
        "{\"url\":\"http://x\",\"data\":\"b\"}",
        "{\"url\":\"http://xa\",\"data\":\"\"}",
        "{\"url\":\"http://x\",\"headers\":{\"pairs\":{\"A\":\"b\"}}}",
        "{\"url\":\"http://x\",\"headers\":{\"pairs\":{\"Ab\":\"\"}}}",
    };
    struct buf fed[5];
    for (size_t i = 0; i < 5; i++) {
        buf_init(&fed[i], 10000);
        feed(inputs[i], &fed[i]);
    }
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < i; k++) {
            cr_expect_not(slice_equal(buf_slice(&fed[i]), buf_slice(&fed[k])), "%zu and %zu", i, k);
        }
    }
    struct buf basic;
    struct buf oauth;
    buf_init(&basic, 10000);
    buf_init(&oauth, 10000);
    feed("{\"url\":\"http://x\",\"connection\":{\"var\":\"Basic\"}}", &basic);
    feed("{\"url\":\"http://x\",\"connection\":{\"var\":\"OAuth\"}}", &oauth);
    cr_expect(slice_equal(buf_slice(&basic), buf_slice(&oauth)), "credentials are left out");
    cr_expect_eq(slice_find(buf_slice(&basic), SLICE("YWRh")), SIZE_MAX);
    for (size_t i = 0; i < 5; i++) {
        buf_deinit(&fed[i]);
    }
    buf_deinit(&basic);
    buf_deinit(&oauth);
}

/* ---- replies ---- */

struct reply_row {
    const char *inputs;
    const char *body;
    const char *expected;
};

Test(flow_reply, results)
{
    static const struct reply_row rows[] = {
        {"{\"url\":\"http://x\"}", "{\"a\":1}", "{\"a\":1}"},
        {"{\"url\":\"http://x\"}", "not json", "\"not json\""},
        {"{\"url\":\"http://x\"}", "", "\"\""},
        {"{\"url\":\"http://x\"}", "7", "7"},
        {"{\"url\":\"http://x\",\"responseType\":\"text\"}", "{\"a\":1}", "\"{\\\"a\\\":1}\""},
        {"{\"url\":\"http://x\",\"responseType\":\"binary\"}", "abc", "\"YWJj\""},
        {"{\"url\":\"http://x\",\"includeFullResponse\":\"true\"}", "[1]",
         "{\"data\":[1],\"status\":201,\"headers\":{\"content-type\":\"text/x\",\"set-cookie\":"
         "\"a, b\"}}"},
    };
    const struct flow_header headers[] = {{SLICE("content-type"), SLICE("text/x"), false},
                                          {SLICE("set-cookie"), SLICE("a"), false},
                                          {SLICE("set-cookie"), SLICE("b"), false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        arena_init(&arena, MEMORY_BYTES);
        struct flow_request request;
        struct value value = value_null();
        struct slice type = {NULL, 0};
        cr_assert_eq(render(&arena, "httpGet", rows[i].inputs, &request, NULL), ERR_OK);
        struct flow_reply reply = {201, headers, 3, slice_of_text(rows[i].body)};
        cr_assert_eq(flow_reply_value(&reply, &request, &arena, &value, &type, NULL), ERR_OK);
        cr_expect_str_eq(flow_kit_json(&arena, &value), rows[i].expected, "%s", rows[i].inputs);
        cr_expect(slice_is(type, i == 6 ? "application/json" : "text/x"));
        arena_deinit(&arena);
    }
}

Test(flow_reply, sentences_quote_little_and_no_secret)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_request request;
    cr_assert_eq(render(&arena, "httpPost",
                        "{\"url\":\"https://u:p@x.example/a?token=t\","
                        "\"connection\":{\"var\":\"Key\"}}",
                        &request, NULL),
                 ERR_OK);
    char body[600];
    memset(body, 'z', sizeof body);
    memcpy(body, "you sent k-123456\r\nand \x01", 24);
    memcpy(body + 198, "k-123456", 8); /* begins before the cut, ends behind it */
    struct flow_reply reply = {500, NULL, 0, slice_of(body, sizeof body)};
    struct slice text = flow_reply_failure(&reply, &request, &arena);
    cr_expect(slice_starts_with(text, SLICE("POST https://x.example/a answered 500: you sent ***  "
                                            "and  zzz")),
              "%.*s", SLICE_ARGS(text));
    cr_expect_eq(text.size, strlen("POST https://x.example/a answered 500: ") + 200);
    cr_expect_eq(slice_find(text, SLICE("k-1")), SIZE_MAX);
    memset(body, 'z', sizeof body);
    memcpy(body + 199, "\xc3\xa9", 2); /* a letter across the cut is left out */
    text = flow_reply_failure(&reply, &request, &arena);
    cr_expect_eq(text.size, strlen("POST https://x.example/a answered 500: ") + 199);
    text = flow_reply_no_answer(&request, SLICE("connect to x: Bearer k-123456 refused"), &arena);
    cr_expect(slice_is(text, "POST https://x.example/a: connect to x: *** refused"), "%.*s",
              SLICE_ARGS(text));
    arena_deinit(&arena);
}
