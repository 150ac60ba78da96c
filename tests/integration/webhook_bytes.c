/*
 * What comes by webhook is kept byte for byte: the request's payload URL gives what was sent,
 * however it was framed; equal requests have equal digests and others have not; a replay starts
 * from the same bytes. What a flow sees of it is made from these bytes, and shows no secret header.
 */
#include "core/base/check.h"
#include "core/base/codec.h"
#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "tests/lib/kit_story.h"
#include "tests/lib/kit_yaml.h"

static const char definition[] =
    KIT_YAML("Bytes") KIT_YAML_FLOWS KIT_YAML_FLOW("Keep", "endpointSecurityType: unsecured")
        KIT_YAML_WEBHOOK("Call", "{}");

static const char reading_definition[] =
    KIT_YAML("Reading") KIT_YAML_FLOWS KIT_YAML_FLOW("Read", "endpointSecurityType: unsecured")
        KIT_YAML_WEBHOOK("Call", "{}")
            KIT_YAML_STEP("Say",
                          "log",
                          "writeLog",
                          "{message: {type: template, value: "
                          "\"seven is {{$call.results.body.data.n}}\"}}");

#define MASK "***"

/* ---- sending ---- */

static const char *start(struct kit_story *story)
{
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    return kit_story_path(story, kit_story_webhook(story, &instance, "Keep"));
}

/* The next answer, which must accept. Returns: the execution's id. */
static const char *receive(struct kit_story *story)
{
    struct kit_message message;
    EXPECT_OK(
        kit_client_receive(&story->caller, KIT_RESPONSE, KIT_PATIENCE_MS, &message, KIT_ERROR));
    EXPECT_STATUS(&message, 200);
    struct slice id = kit_message_header(&message, "prismatic-executionid");
    EXPECT(id.size > 0);
    return arena_text(&story->arena, id);
}

/* Sends a request with these header lines and these bytes behind them, as they are. */
static const char *
exchange(struct kit_story *story, const char *path, const char *lines, struct slice framed)
{
    struct slice head =
        arena_format(&story->arena, "POST %s HTTP/1.1\r\nHost: a\r\n%s\r\n", path, lines);
    EXPECT_OK(kit_client_send(&story->caller, head, KIT_ERROR));
    EXPECT_OK(kit_client_send(&story->caller, framed, KIT_ERROR));
    return receive(story);
}

/* As exchange, with a body under Content-Length. */
static const char *
deliver(struct kit_story *story, const char *path, const char *lines, struct slice body)
{
    struct slice all = arena_format(&story->arena, "%sContent-Length: %zu\r\n", lines, body.size);
    return exchange(story, path, all.data, body);
}

/* ---- looking ---- */

static struct kit_message fetch(struct kit_story *story, const char *url)
{
    struct kit_message message;
    struct kit_request request = {.path = kit_story_path(story, url)};
    EXPECT_OK(kit_client_request(&story->client, &request, &message, KIT_ERROR));
    EXPECT_STATUS(&message, 200);
    return message;
}

static const char *digest_of(struct kit_story *story, const char *execution)
{
    return TEXT_AT(kit_story_await(story, execution), "payloadDigest");
}

static void expect_payload(struct kit_story *story,
                           const char *execution,
                           struct slice body,
                           const char *content_type)
{
    const struct value *data =
        GQL(story, "query($id: ID!) { executionResult(id: $id) { requestPayloadUrl } }",
            {"id", .text = execution});
    struct kit_message message = fetch(story, TEXT_AT(data, "executionResult.requestPayloadUrl"));
    struct slice type = kit_message_header(&message, "content-type");
    EXPECT_THAT(slice_equal(message.body, body), "%zu bytes were sent, %zu are kept", body.size,
                message.body.size);
    EXPECT_THAT(slice_is(type, content_type), "%.*s", SLICE_ARGS(type));
}

/* Whether all text in it is UTF-8, as MessagePack says that text is. */
static bool is_readable(const struct value *value)
{
    bool good = value->type != VALUE_TEXT || utf8_valid(value->bytes);
    for (size_t i = 0; value->type == VALUE_LIST && i < value->list.count; i++) {
        good = good && is_readable(&value->list.items[i]);
    }
    for (size_t i = 0; value->type == VALUE_MAP && i < value->map.count; i++) {
        good = good && utf8_valid(value->map.members[i].key) &&
               is_readable(&value->map.members[i].value);
    }
    return good;
}

/* The result of the trigger step, from its URL. */
static struct value trigger_of(struct kit_story *story, const char *execution)
{
    struct value result;
    const struct value *ended = kit_story_await(story, execution);
    struct kit_message message = fetch(story, TEXT_AT(ended, "stepResults.nodes[0].resultsUrl"));
    EXPECT_OK(codec_decode(message.body, &story->arena, &result, KIT_ERROR));
    EXPECT_COUNT(&result, "", 2);
    EXPECT_TEXT(&result, "contentType", "");
    EXPECT(is_readable(&result));
    return *VALUE_AT(&result, "data");
}

static const struct value *header_of(const struct value *trigger, const char *name)
{
    return value_get(VALUE_AT(trigger, "headers"), slice_of_text(name));
}

static bool header_is(const struct value *trigger, const char *name, const char *text)
{
    const struct value *value = header_of(trigger, name);
    return value != NULL && slice_is(value_text_of(value), text);
}

/* ---- stories ---- */

TEST(webhook_bytes, headers_are_kept_in_order_and_case)
{
    const char *path = start(story);
    static const char lines[] = "x-LoWeR: a\r\n"
                                "X-Twice:  one \r\n"
                                "X-Obs: caf\xe9\r\n"
                                "X-Utf: caf\xc3\xa9\r\n"
                                "x-twice:two\r\n"
                                "X-Empty:\r\n"
                                "X-Tab: a\tb\r\n"
                                "!#$%&'*+-.^_`|~: odd\r\n"
                                "CONTENT-type: text/plain; charset=utf-8\r\n"
                                "Content-Type: application/json\r\n";
    const char *id = deliver(story, path, lines, SLICE("{\"not\": json"));
    struct value trigger = trigger_of(story, id);
    EXPECT(header_is(&trigger, "x-LoWeR", "a"));
    EXPECT(header_is(&trigger, "X-Twice", "one, two") && header_of(&trigger, "x-twice") == NULL);
    EXPECT(header_is(&trigger, "X-Utf", "caf\xc3\xa9"));
    EXPECT(header_is(&trigger, "X-Obs", "caf\xc3\xa9"));
    EXPECT(header_is(&trigger, "X-Empty", "") && header_is(&trigger, "X-Tab", "a\tb"));
    EXPECT(header_is(&trigger, "!#$%&'*+-.^_`|~", "odd"));
    expect_payload(story, id, SLICE("{\"not\": json"), "text/plain; charset=utf-8");
    STEP("equal bytes have equal digests; another case, order or space makes others");
    static const char *const others[] = {"X-lower: a\r\n", "x-LoWeR:  a\r\n", "x-LoWeR: a \r\n",
                                         "X-LoWeR: a\r\nX-More: b\r\n"};
    const char *first = deliver(story, path, "x-LoWeR: a\r\n", SLICE("1"));
    const char *digest = digest_of(story, first);
    EXPECT(strcmp(digest_of(story, deliver(story, path, "x-LoWeR: a\r\n", SLICE("1"))), digest) ==
           0);
    for (size_t i = 0; i < ARRAY_COUNT(others); i++) {
        const char *other = digest_of(story, deliver(story, path, others[i], SLICE("1")));
        EXPECT_THAT(strcmp(other, digest) != 0, "'%s' has the same digest", others[i]);
    }
    EXPECT(strcmp(digest_of(story, deliver(story, path, "x-LoWeR: a\r\n", SLICE("2"))), digest) !=
           0);
    STEP("a replay has the same");
    EXPECT(strcmp(digest_of(story, kit_story_replay(story, first)), digest) == 0);
    struct value again = trigger_of(story, kit_story_replay(story, id));
    EXPECT(value_equal(VALUE_AT(&again, "headers"), VALUE_AT(&trigger, "headers")));
}

TEST(webhook_bytes, secret_headers_are_masked_for_the_flow)
{
    const char *path = start(story);
    const char *id = deliver(story, path,
                             "API-key: planted-1\r\nauthorization: Bearer planted-2\r\n"
                             "Cookie: a=planted-3\r\ncookie: b=planted-4\r\n"
                             "Proxy-Authorization: planted-5\r\nX-Api: shown\r\n",
                             SLICE("{}"));
    struct value trigger = trigger_of(story, id);
    EXPECT(header_is(&trigger, "API-key", MASK) && header_is(&trigger, "authorization", MASK));
    EXPECT(header_is(&trigger, "Cookie", MASK) && header_is(&trigger, "Proxy-Authorization", MASK));
    EXPECT(header_is(&trigger, "X-Api", "shown"));
}

TEST(webhook_bytes, chunks_are_joined_and_what_stands_between_is_left_out)
{
    const char *path = start(story);
    static const char *const framings[] = {
        "6\r\nab\r\nc\x01\r\n0\r\n\r\n",
        "006\r\nab\r\nc\x01\r\n000\r\n\r\n",
        "1;name=value\r\na\r\n5;x=\"q;uoted\"\r\nb\r\nc\x01\r\n0;last\r\n\r\n",
        "2\r\nab\r\n2\r\n\r\n\r\n2\r\nc\x01\r\n0\r\nX-Trailer: t\r\nApi-Key: planted\r\n\r\n",
    };
    const char *digest = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(framings); i++) {
        STEP("framing %zu", i);
        const char *id =
            exchange(story, path, "Transfer-Encoding: chunked\r\n", slice_of_text(framings[i]));
        expect_payload(story, id, SLICE("ab\r\nc\x01"), "application/octet-stream");
        struct value trigger = trigger_of(story, id);
        EXPECT(header_of(&trigger, "X-Trailer") == NULL && header_of(&trigger, "Api-Key") == NULL);
        digest = digest != NULL ? digest : digest_of(story, id);
        EXPECT(strcmp(digest_of(story, id), digest) == 0);
    }
}

TEST(webhook_bytes, bodies_of_any_bytes_are_kept)
{
    const char *path = start(story);
    char all[512];
    for (size_t i = 0; i < sizeof all; i++) {
        all[i] = (char)(i < 256 ? i : 255 - i % 256);
    }
    struct slice body = slice_of(all, sizeof all);
    STEP("all bytes there are");
    const char *id = deliver(story, path, "Content-Type: image/png\r\n", body);
    expect_payload(story, id, body, "image/png");
    struct value trigger = trigger_of(story, id);
    EXPECT(VALUE_AT(&trigger, "rawBody.data")->type == VALUE_BINARY);
    EXPECT(slice_equal(VALUE_AT(&trigger, "rawBody.data")->bytes, body));
    EXPECT(slice_equal(VALUE_AT(&trigger, "body.data")->bytes, body));
    EXPECT_TEXT(&trigger, "body.contentType", "image/png");
    STEP("none");
    id = exchange(story, path, "", SLICE(""));
    expect_payload(story, id, SLICE(""), "application/octet-stream");
    trigger = trigger_of(story, id);
    EXPECT(VALUE_AT(&trigger, "rawBody.data")->bytes.size == 0);
    EXPECT_NULL(&trigger, "body.data");
    EXPECT_NULL(&trigger, "body.contentType");
    STEP("a form");
    id = deliver(story, path, "Content-Type: application/x-www-form-urlencoded\r\n",
                 SLICE("a=1&b=%26+&a=2"));
    trigger = trigger_of(story, id);
    EXPECT_TEXT(&trigger, "body.data.a[1]", "2");
    EXPECT_TEXT(&trigger, "body.data.b", "& ");
    STEP("a type that is no text");
    id = deliver(story, path, "Content-Type: te\xffxt/pl\xe9in\r\n", SLICE("x"));
    expect_payload(story, id, SLICE("x"), "te\xffxt/pl\xe9in");
    trigger = trigger_of(story, id);
    EXPECT_TEXT(&trigger, "body.data", "x");
    STEP("a type that no header may hold is refused at the door, not kept");
    struct kit_message message;
    struct kit_request request = {.path = path,
                                  .content_type = "a\x01"
                                                  "b",
                                  .body = SLICE("x")};
    EXPECT_OK(kit_client_request(&story->caller, &request, &message, KIT_ERROR));
    EXPECT_STATUS(&message, 400);
}

/* Bytes without any repetition that compression could use. */
static struct slice noise(struct kit_story *story, size_t size)
{
    char *bytes = arena_alloc(&story->arena, size);
    ASSERT(bytes != NULL);
    uint64_t state = 88172645463325252U;
    for (size_t i = 0; i < size; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes[i] = (char)(state >> 24);
    }
    return slice_of(bytes, size);
}

TEST(webhook_bytes, a_body_as_large_as_may_be_is_kept)
{
    const char *path = start(story);
    struct slice body = noise(story, 8 * MIB);
    struct kit_message message;
    const char *id = deliver(story, path, "Content-Type: application/zip\r\n", body);
    expect_payload(story, id, body, "application/zip");
    STEP("a byte more is not");
    struct kit_request request = {.path = path, .body = noise(story, 8 * MIB + 1)};
    EXPECT_OK(kit_client_request(&story->caller, &request, &message, KIT_ERROR));
    EXPECT_STATUS(&message, 413);
    STEP("and a replay starts from the same, also after a restart");
    const char *digest = digest_of(story, id);
    kit_story_stop(story);
    kit_story_start(story);
    const char *replay = kit_story_replay(story, id);
    EXPECT(strcmp(digest_of(story, replay), digest) == 0);
    expect_payload(story, replay, body, "application/zip");
}

/* {"n": 7, "pad": [...]} of `size` bytes and a few; `end` is what stands behind. */
static struct slice large_json(struct kit_story *story, size_t size, const char *end)
{
    struct buf out;
    buf_init(&out, 16 * MIB);
    buf_put_text(&out, "{\"n\": 7, \"pad\": [");
    while (out.size < size) {
        buf_put_text(&out, "\"0123456789abcdefghijklmnopqrstuvwxyz\",");
    }
    buf_printf(&out, "0]}%s", end);
    struct slice text = arena_copy(&story->arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

TEST(webhook_bytes, large_json_is_read_by_flows_and_checked)
{
    enum { CALLS = 6 };
    struct kit_instance instance = kit_story_instance(story, reading_definition, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    const char *path = kit_story_path(story, kit_story_webhook(story, &instance, "Read"));
    const char *ids[CALLS];
    STEP("several at once, more than there are threads");
    for (int i = 0; i < CALLS; i++) {
        ids[i] = deliver(story, path, "Content-Type: application/json\r\n",
                         large_json(story, MIB + 70 * KIB * (size_t)i, ""));
    }
    for (int i = 0; i < CALLS; i++) {
        const struct value *execution = kit_story_await(story, ids[i]);
        EXPECT_TEXT(execution, "status", "SUCCESS");
        EXPECT_TEXT(execution, "logs.nodes[1].message", "seven is 7");
    }
    STEP("one that runs when the server is killed, and one when it stops");
    const char *killed =
        deliver(story, path, "Content-Type: application/json\r\n", large_json(story, 2 * MIB, ""));
    kit_story_kill(story);
    kit_story_start(story);
    const char *stopped =
        deliver(story, path, "Content-Type: application/json\r\n", large_json(story, 2 * MIB, ""));
    kit_story_stop(story);
    kit_story_start(story);
    EXPECT_TEXT(kit_story_await(story, killed), "status", "SUCCESS");
    EXPECT_TEXT(kit_story_await(story, stopped), "status", "SUCCESS");
    STEP("one that is none, and its replay");
    struct kit_message message;
    struct kit_request request = {.path = path, .body = large_json(story, MIB, "x")};
    EXPECT_OK(kit_client_request(&story->caller, &request, &message, KIT_ERROR));
    EXPECT_STATUS(&message, 400);
    const char *id =
        arena_text(&story->arena, kit_message_header(&message, "prismatic-executionid"));
    EXPECT_TEXT(kit_story_await(story, id), "state", "FAILED");
    EXPECT_TEXT(kit_story_await(story, kit_story_replay(story, id)), "state", "FAILED");
}

TEST(webhook_bytes, a_caller_that_asks_is_told_to_go_on)
{
    const char *path = start(story);
    struct slice head = arena_format(&story->arena,
                                     "POST %s HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                                     "Content-Length: 5\r\n\r\n",
                                     path);
    EXPECT_OK(kit_client_send(&story->caller, head, KIT_ERROR));
    EXPECT_OK(kit_client_read_until(&story->caller, "HTTP/1.1 100 Continue\r\n\r\n",
                                    KIT_PATIENCE_MS, KIT_ERROR));
    EXPECT_OK(kit_client_send(&story->caller, SLICE("\0\1\2\3\4"), KIT_ERROR));
    const char *id = receive(story);
    expect_payload(story, id, SLICE("\0\1\2\3\4"), "application/octet-stream");
    STEP("one that must not come is told so instead");
    head = arena_format(&story->arena,
                        "POST %s HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                        "Content-Length: 8388609\r\n\r\n",
                        path);
    struct kit_message message;
    EXPECT_OK(kit_client_send(&story->caller, head, KIT_ERROR));
    EXPECT_OK(
        kit_client_receive(&story->caller, KIT_RESPONSE, KIT_PATIENCE_MS, &message, KIT_ERROR));
    EXPECT_STATUS(&message, 413);
    EXPECT(kit_client_closed(&story->caller, KIT_PATIENCE_MS));
}

TEST(webhook_bytes, calls_behind_each_other_are_kept_apart)
{
    enum { CALLS = 12 };
    const char *path = start(story);
    const char *ids[CALLS];
    struct buf calls;
    buf_init(&calls, MIB);
    for (int i = 0; i < CALLS; i++) {
        const char *framing = i % 2 == 0 ? "Content-Length: 9" : "Transfer-Encoding: chunked";
        buf_printf(&calls, "POST %s HTTP/1.1\r\nHost: a\r\nX-Number: %d\r\n%s\r\n\r\n", path, i,
                   framing);
        buf_printf(&calls, i % 2 == 0 ? "{\"n\": %02d}" : "9\r\n{\"n\": %02d}\r\n0\r\n\r\n", i);
    }
    EXPECT_OK(kit_client_send(&story->caller, buf_slice(&calls), KIT_ERROR));
    buf_deinit(&calls);
    for (int i = 0; i < CALLS; i++) {
        ids[i] = receive(story);
    }
    for (int i = 0; i < CALLS; i++) {
        struct slice body = arena_format(&story->arena, "{\"n\": %02d}", i);
        const char *number = arena_format(&story->arena, "%d", i).data;
        STEP("call %d", i);
        expect_payload(story, ids[i], body, "application/octet-stream");
        struct value trigger = trigger_of(story, ids[i]);
        EXPECT(header_is(&trigger, "X-Number", number));
    }
}
