/*
 * The trigger's result, and the answers of a webhook.
 */
#include "core/base/buf.h"
#include "core/flow/flow_response.h"
#include "core/flow/flow_trigger.h"
#include "tests/unit/core/flow_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define MEMORY_BYTES ((size_t)16 * 1024 * 1024)

Test(flow_trigger, the_whole_shape)
{
    const struct flow_header headers[] = {
        {SLICE("Content-Type"), SLICE("application/json; charset=utf-8"), false},
        {SLICE("X-GitHub-Event"), SLICE("push"), false},
        {SLICE("Accept"), SLICE("a"), false},
        {SLICE("accept"), SLICE("b"), false},
        {SLICE("Api-Key"), SLICE("k-1"), false},
        {SLICE("api-key"), SLICE("k-2"), false},
        {SLICE("AUTHORIZATION"), SLICE("Bearer x"), false},
    };
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct value urls = flow_kit_value(&arena, "{\"Receive\":\"http://h/trigger/1\"}");
    struct flow_trigger_facts facts = {
        .headers = headers,
        .header_count = 7,
        .query = SLICE("a=1&b=x+y&a=2"),
        .body = SLICE("{\"id\":7}"),
        .path_fragment = SLICE("/extra"),
        .execution_id = SLICE("e-1"),
        .started_us = 1776816930726000,
        .invoke_url = SLICE("http://h/trigger/1"),
        .webhook_urls = &urls,
        .customer = {SLICE("c-1"), SLICE("ext"), SLICE("Acme")},
        .instance = {SLICE("i-1"), SLICE("Parcels")},
        .integration = {SLICE("n-1"), SLICE("Tracker"), SLICE("v-1"), SLICE("1.2")},
        .flow = {SLICE("f-1"), SLICE("Receive"), SLICE("receive")},
    };
    struct value value = value_null();
    cr_assert_eq(flow_trigger_value(&facts, &arena, &value, NULL), ERR_OK);
    cr_expect_str_eq(
        flow_kit_json(&arena, &value),
        "{\"headers\":{\"Content-Type\":\"application/json; charset=utf-8\",\"X-GitHub-Event\":"
        "\"push\",\"Accept\":\"a, b\",\"Api-Key\":\"***\",\"AUTHORIZATION\":\"***\"},"
        "\"queryParameters\":{\"a\":[\"1\",\"2\"],\"b\":\"x y\"},"
        "\"rawBody\":{\"data\":\"eyJpZCI6N30=\",\"contentType\":\"application/json; "
        "charset=utf-8\"},"
        "\"body\":{\"data\":{\"id\":7},\"contentType\":\"application/json; charset=utf-8\"},"
        "\"pathFragment\":\"/extra\","
        "\"customer\":{\"id\":\"c-1\",\"externalId\":\"ext\",\"name\":\"Acme\"},"
        "\"instance\":{\"id\":\"i-1\",\"name\":\"Parcels\"},\"user\":null,"
        "\"integration\":{\"id\":\"n-1\",\"name\":\"Tracker\",\"versionSequenceId\":\"v-1\","
        "\"externalVersion\":\"1.2\"},"
        "\"flow\":{\"id\":\"f-1\",\"name\":\"Receive\",\"stableId\":\"receive\"},"
        "\"webhookUrls\":{\"Receive\":\"http://h/trigger/1\"},\"webhookApiKeys\":{},"
        "\"invokeUrl\":\"http://h/trigger/1\",\"executionId\":\"e-1\","
        "\"startedAt\":\"2026-04-22T00:15:30.726000+00:00\",\"globalDebug\":false}");
    arena_deinit(&arena);
}

Test(flow_trigger, all_text_is_text)
{
    const struct flow_header headers[] = {
        {SLICE("X-Old"), SLICE("caf\xe9"), false},
        {SLICE("x-old"), SLICE("caf\xc3\xa9"), false},
        {SLICE("Content-Type"), SLICE("te\xfft/plain"), false},
    };
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_trigger_facts facts = {.headers = headers,
                                       .header_count = 3,
                                       .query = SLICE("a=%ff"),
                                       .body = SLICE("x"),
                                       .path_fragment = SLICE("\xff")};
    struct value value = value_null();
    cr_assert_eq(flow_trigger_value(&facts, &arena, &value, NULL), ERR_OK);
    const struct value *map = value_get(&value, SLICE("headers"));
    cr_expect(slice_is(value_get_text(map, SLICE("X-Old")), "caf\xc3\xa9, caf\xc3\xa9"));
    cr_expect(slice_is(value_get_text(map, SLICE("Content-Type")), "te\xc3\xbft/plain"));
    map = value_get(&value, SLICE("rawBody"));
    cr_expect(slice_is(value_get_text(map, SLICE("contentType")), "te\xc3\xbft/plain"));
    map = value_get(&value, SLICE("queryParameters"));
    cr_expect(slice_is(value_get_text(map, SLICE("a")), "\xef\xbf\xbd"));
    cr_expect(slice_is(value_get_text(&value, SLICE("pathFragment")), "\xef\xbf\xbd"));
    arena_deinit(&arena);
}

Test(flow_trigger, a_schedule_has_the_same_shape)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_trigger_facts facts = {.started_us = 0};
    struct value value = value_null();
    cr_assert_eq(flow_trigger_value(&facts, &arena, &value, NULL), ERR_OK);
    cr_expect_str_eq(flow_kit_json(&arena, value_get(&value, SLICE("body"))),
                     "{\"data\":null,\"contentType\":null}");
    cr_expect_str_eq(flow_kit_json(&arena, value_get(&value, SLICE("headers"))), "{}");
    arena_deinit(&arena);
}

struct body_row {
    const char *type;
    const char *body;
    const char *expected;
};

Test(flow_trigger, bodies_by_type)
{
    static const struct body_row rows[] = {
        {"application/json", "[1]", "[1]"},
        {"APPLICATION/JSON", "[1]", "[1]"},
        {"application/vnd.api+json", "{}", "{}"},
        {"application/json", "{oops", "\"{oops\""},
        {"application/json", "", "null"},
        {"", "{\"a\":1}", "{\"a\":1}"},
        {"", "text", "\"text\""},
        {"text/plain", "{\"a\":1}", "\"{\\\"a\\\":1}\""},
        {"application/x-www-form-urlencoded", "a=1&b=%20", "{\"a\":\"1\",\"b\":\" \"}"},
        {"application/octet-stream", "\xff\xfe", "\"//4=\""},
        {"application/json", "\xff", "\"/w==\""},
        {"text/xml; charset=utf-8", "<a/>", "\"<a/>\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        arena_init(&arena, MEMORY_BYTES);
        struct flow_header header = {SLICE("content-type"), slice_of_text(rows[i].type), false};
        struct flow_trigger_facts facts = {.headers = &header,
                                           .header_count = rows[i].type[0] != '\0',
                                           .body = slice_of_text(rows[i].body)};
        struct value value = value_null();
        cr_assert_eq(flow_trigger_value(&facts, &arena, &value, NULL), ERR_OK);
        const struct value *data = value_get(value_get(&value, SLICE("body")), SLICE("data"));
        cr_expect_str_eq(flow_kit_json(&arena, data), rows[i].expected, "%s %s", rows[i].type,
                         rows[i].body);
        arena_deinit(&arena);
    }
}

Test(flow_trigger, a_body_nested_too_deep_stays_text)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    char body[100];
    memset(body, '[', 50);
    memset(body + 50, ']', 50);
    struct flow_trigger_facts facts = {.body = slice_of(body, sizeof body)};
    struct value value = value_null();
    cr_assert_eq(flow_trigger_value(&facts, &arena, &value, NULL), ERR_OK);
    const struct value *data = value_get(value_get(&value, SLICE("body")), SLICE("data"));
    cr_expect_eq(data->type, VALUE_TEXT);
    arena_deinit(&arena);
}

Test(flow_trigger, memory_is_bounded)
{
    struct arena arena;
    arena_init(&arena, 1000);
    static char body[64 * 1024];
    memset(body, ' ', sizeof body);
    body[0] = '[';
    body[sizeof body - 1] = ']';
    struct flow_trigger_facts facts = {.body = slice_of(body, sizeof body)};
    struct value value = value_int(1);
    cr_expect_eq(flow_trigger_value(&facts, &arena, &value, NULL), ERR_LIMIT);
    cr_expect_eq(value.type, VALUE_INT, "untouched");
    arena_deinit(&arena);
}

/* ---- answers ---- */

struct response_row {
    const char *inputs;
    const char *expected; /* "202 type|A: b|body" with "default" for the default body; "!error" */
};

Test(flow_response, of_a_trigger)
{
    static const struct response_row rows[] = {
        {"{}", "200 application/json|default"},
        {"{\"statusCode\":\"\",\"contentType\":\"\",\"headers\":{\"list\":[]},\"body\":\"\"}",
         "200 application/json|default"},
        {"{\"statusCode\":\"202\",\"contentType\":\"text/plain\",\"body\":\"ok\"}",
         "202 text/plain|ok"},
        {"{\"headers\":{\"pairs\":{\"X-A\":\"b\",\"content-type\":\"text/csv\",\"Connection\":"
         "\"close\",\"X-C\":\"d\"}}}",
         "200 text/csv|X-A: b|X-C: d|default"},
        {"{\"contentType\":\"text/plain\",\"headers\":{\"pairs\":{\"Content-Type\":\"text/csv\"}}}",
         "200 text/plain|default"},
        {"{\"body\":{\"tpl\":\"<{{$t.results.body.data.token}}>\"}}", "200 application/json|<x>"},
        {"{\"body\":{\"ref\":\"t.results.body.data\"}}", "200 application/json|{\"token\":\"x\"}"},
        {"{\"statusCode\":\"101\"}", "!input \"statusCode\": \"101\" is not a whole number"},
        {"{\"contentType\":\"a\\r\\nb\"}", "!control character"},
        {"{\"body\":{\"ref\":\"later.results\"}}", "!input \"body\": a path begins with \"later\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena;
        arena_init(&arena, MEMORY_BYTES);
        char json[1024];
        (void)snprintf(json, sizeof json, "[{\"do\":\"webhook\",\"name\":\"T\",\"in\":%s}]",
                       rows[i].inputs);
        const struct flow_definition *flow = flow_kit_flow(&arena, json);
        struct value trigger = flow_kit_value(&arena, "{\"body\":{\"data\":{\"token\":\"x\"}}}");
        struct flow_response response;
        struct error error = {0};
        enum err e = flow_response_of_trigger(flow, flow_kit_snapshot(&arena, "{}"), &trigger,
                                              &arena, &response, &error);
        if (rows[i].expected[0] == '!') {
            cr_expect_neq(e, ERR_OK, "%s", rows[i].inputs);
            cr_expect_not_null(strstr(error_text(&error), rows[i].expected + 1), "%s",
                               error_text(&error));
        } else {
            cr_assert_eq(e, ERR_OK, "%s: %s", rows[i].inputs, error_text(&error));
            struct buf text;
            buf_init(&text, 1000);
            buf_printf(&text, "%d %.*s|", response.status, SLICE_ARGS(response.content_type));
            for (uint32_t k = 0; k < response.headers.count; k++) {
                buf_printf(&text, "%.*s: %.*s|", SLICE_ARGS(response.headers.items[k].name),
                           SLICE_ARGS(response.headers.items[k].value));
            }
            buf_put_slice(&text, response.default_body ? SLICE("default") : response.body);
            cr_expect(slice_is(buf_slice(&text), rows[i].expected), "%s gave %.*s", rows[i].inputs,
                      SLICE_ARGS(buf_slice(&text)));
            buf_deinit(&text);
        }
        arena_deinit(&arena);
    }
}

Test(flow_response, of_a_value)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct value value = value_text(SLICE("a\"b"));
    struct flow_response response;
    cr_assert_eq(flow_response_of_value(&value, &arena, &response, NULL), ERR_OK);
    cr_expect_eq(response.status, 200);
    cr_expect(slice_is(response.content_type, "application/json"));
    cr_expect(slice_is(response.body, "\"a\\\"b\""));
    arena_deinit(&arena);
}
