/*
 * Requests that mean harm: two readings of one message, clients that never finish, clients that
 * come in crowds. None gets past the door, none keeps others from being served, and the server is
 * afterwards as large as before.
 */
#include "core/base/check.h"
#include "core/base/limits.h"
#include "tests/lib/kit_story.h"
#include "tests/lib/kit_yaml.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const few_connections[] = {"--max-connections", "16", NULL};

static const char definition[] =
    KIT_YAML("Doors") KIT_YAML_FLOWS KIT_YAML_FLOW("Open", "endpointSecurityType: unsecured")
        KIT_YAML_WEBHOOK("Call", "{}")
            KIT_YAML_FLOW("Locked", "endpointSecurityType: customer_required")
                KIT_YAML_WEBHOOK("Call", "{}");

static struct kit_instance start(struct kit_story *story)
{
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    return instance;
}

static void
expect_executions(struct kit_story *story, const struct kit_instance *instance, int64_t count)
{
    const struct value *data =
        GQL(story, "query($id: ID!) { executionResults(instance: $id) { totalCount } }",
            {"id", .text = instance->id});
    EXPECT_INT(data, "executionResults.totalCount", count);
}

/* ---- two readings of one message ---- */

/* Behind "POST <path> HTTP/1.1", with PATH for the path of a webhook that nobody may reach. */
#define SMUGGLED "POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"

static const struct {
    const char *rest;
    int status;
} smuggling[] = {
    {"\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED,
     400},
    {"\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" SMUGGLED,
     400},
    {"\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nContent-Length: 0, 0\r\n\r\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nContent-Length: +0\r\n\r\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nContent-Length: -1\r\n\r\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nContent-Length: 0x0\r\n\r\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nContent-Length : 0\r\n\r\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nX: y\r\n Content-Length: 0\r\n\r\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nX: y\nContent-Length: 0\r\n\r\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nX: y\rContent-Length: 0\r\n\r\n" SMUGGLED, 400},
    {"\nHost: a\nContent-Length: 0\n\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" SMUGGLED, 501},
    {"\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\n\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n" SMUGGLED, 400},
    {"\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n" SMUGGLED, 400},
    {"\r\nContent-Length: 0\r\n\r\n" SMUGGLED, 400},
};

/* The text with each PATH replaced. */
static struct slice fill(struct kit_story *story, const char *text, const char *path)
{
    struct buf out;
    buf_init(&out, MIB);
    for (const char *mark = NULL; (mark = strstr(text, "PATH")) != NULL;) {
        buf_put(&out, text, (size_t)(mark - text));
        buf_put_text(&out, path);
        text = mark + strlen("PATH");
    }
    buf_put_text(&out, text);
    struct slice filled = arena_copy(&story->arena, buf_slice(&out));
    buf_deinit(&out);
    return filled;
}

TEST(hostile_requests, are_read_in_one_way)
{
    struct kit_instance instance = start(story);
    const char *path = kit_story_path(story, kit_story_webhook(story, &instance, "Open"));
    for (size_t i = 0; i < ARRAY_COUNT(smuggling); i++) {
        struct kit_message message;
        const char *text =
            arena_format(&story->arena, "POST /healthz HTTP/1.1%s", smuggling[i].rest).data;
        STEP("%zu: %s", i, smuggling[i].rest);
        EXPECT_OK(kit_client_connect(&story->caller, story->server.port, KIT_ERROR));
        EXPECT_OK(kit_client_send(&story->caller, fill(story, text, path), KIT_ERROR));
        EXPECT_OK(
            kit_client_receive(&story->caller, KIT_RESPONSE, KIT_PATIENCE_MS, &message, KIT_ERROR));
        EXPECT_THAT(message.status == smuggling[i].status || message.status == 405, "%d",
                    message.status);
        kit_client_end(&story->caller);
        EXPECT_THAT(kit_client_closed(&story->caller, KIT_PATIENCE_MS),
                    "another answer behind the refusal: %.*s",
                    SLICE_ARGS(buf_slice(&story->caller.in)));
    }
    expect_executions(story, &instance, 0);
    STEP("the way of trying works: what is one message behind another is two");
    struct slice two = fill(story, SMUGGLED SMUGGLED, path);
    EXPECT_OK(kit_client_connect(&story->caller, story->server.port, KIT_ERROR));
    EXPECT_OK(kit_client_send(&story->caller, two, KIT_ERROR));
    for (int i = 0; i < 2; i++) {
        struct kit_message message;
        EXPECT_OK(
            kit_client_receive(&story->caller, KIT_RESPONSE, KIT_PATIENCE_MS, &message, KIT_ERROR));
        EXPECT_STATUS(&message, 200);
    }
    expect_executions(story, &instance, 2);
}

/* ---- those who never finish ---- */

TEST(hostile_requests, that_never_finish_keep_nobody_waiting)
{
    enum { CROWD = 60 };
    static const char *const starts[] = {"", "P", "POST /api HTTP/1.1\r\nHost: a\r\nX-",
                                         "POST PATH HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n"
                                         "\r\n{",
                                         "POST PATH HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                                         "chunked\r\n\r\nFFF\r\n{"};
    static struct kit_client crowd[CROWD];
    struct kit_instance instance = start(story);
    const char *path = kit_story_path(story, kit_story_webhook(story, &instance, "Open"));
    for (size_t i = 0; i < CROWD; i++) {
        kit_client_init(&crowd[i]);
        EXPECT_OK(kit_client_connect(&crowd[i], story->server.port, KIT_ERROR));
        EXPECT_OK(kit_client_send(&crowd[i], fill(story, starts[i % ARRAY_COUNT(starts)], path),
                                  KIT_ERROR));
    }
    STEP("others are served meanwhile, also one who is slow and does finish");
    (void)kit_story_call(story, path, "{}");
    struct kit_message message;
    EXPECT_OK(kit_client_send_slowly(&story->caller, fill(story, SMUGGLED, path), 3, 2, KIT_ERROR));
    EXPECT_OK(
        kit_client_receive(&story->caller, KIT_RESPONSE, KIT_PATIENCE_MS, &message, KIT_ERROR));
    EXPECT_STATUS(&message, 200);
    STEP("the server stops although they are there");
    expect_executions(story, &instance, 2);
    kit_story_stop(story);
    for (size_t i = 0; i < CROWD; i++) {
        kit_client_deinit(&crowd[i]);
    }
}

TEST(hostile_requests, over_the_bound_of_connections_are_told_so, .arguments = few_connections)
{
    enum { BOUND = 16 };
    static struct kit_client crowd[BOUND];
    struct kit_message message;
    size_t open = 0;
    struct kit_request request = {.method = "GET", .path = "/healthz"};
    STEP("connections until one is refused; the story has two of its own");
    for (message.status = 200; message.status == 200 && open < BOUND; open++) {
        kit_client_init(&crowd[open]);
        EXPECT_OK(kit_client_connect(&crowd[open], story->server.port, KIT_ERROR));
        EXPECT_OK(kit_client_request(&crowd[open], &request, &message, KIT_ERROR));
    }
    EXPECT_STATUS(&message, 503);
    EXPECT(open == BOUND - 1);
    EXPECT(kit_message_header(&message, "retry-after").size > 0);
    STEP("one goes, and another may come");
    kit_client_deinit(&crowd[0]);
    int64_t deadline = kit_time_ms() + KIT_PATIENCE_MS;
    for (message.status = 503; message.status == 503;) {
        EXPECT(kit_time_left(deadline) > 0);
        EXPECT_OK(kit_client_connect(&crowd[open - 1], story->server.port, KIT_ERROR));
        EXPECT_OK(kit_client_request(&crowd[open - 1], &request, &message, KIT_ERROR));
    }
    EXPECT_STATUS(&message, 200);
    for (size_t i = 1; i < open; i++) {
        kit_client_deinit(&crowd[i]);
    }
}

/* ---- growth ---- */

/* Anonymous memory of the server, in KiB: mapped files grow with the journal. */
static long memory_kib(const struct kit_story *story)
{
    char path[64];
    char line[256];
    long kib = -1;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)story->server.pid);
    FILE *file = fopen(path, "r");
    EXPECT(file != NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "RssAnon:", 8) == 0) {
            kib = strtol(line + 8, NULL, 10);
        }
    }
    (void)fclose(file);
    EXPECT_THAT(kib > 0, "no RssAnon in %s", path);
    return kib;
}

/* Requests that are refused and keep their connection. ~ is a digit of its own. */
static const char *const refused[] = {
    "POST /trigger/SW5zdGFuY2VGbG93Q29uZmlnO~ HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
    "POST LOCKED HTTP/1.1\r\nHost: a\r\nApi-Key: ~\r\nContent-Length: 2\r\n\r\n{}",
    "POST LOCKED/~?~ HTTP/1.1\r\nHost: a\r\nIdempotency-Key: ~\r\nContent-Length: 2\r\n\r\n{}",
    "POST /api HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ~\r\nContent-Length: 2\r\n\r\n{}",
    "POST /api HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\nContent-Length: 2\r\n\r\n[~",
    "POST /api HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer TOKEN\r\nContent-Length: 43\r\n\r\n"
    "{\"query\":\"{ a~ { b { c { d { e } } } } }\"} ",
    "GET /results/~ HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /nothing/~ HTTP/1.1\r\nHost: a\r\nX-~: ~\r\n\r\n",
    "PROPFIND /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "HEAD /api HTTP/1.1\r\nHost: a\r\n\r\n",
};

static void replace(struct buf *text, struct buf *scratch, const char *word, const char *by)
{
    buf_clear(scratch);
    struct slice rest = buf_slice(text);
    for (size_t at = 0; (at = slice_find(rest, slice_of_text(word))) != SIZE_MAX;) {
        buf_put(scratch, rest.data, at);
        buf_put_text(scratch, by);
        rest = slice_from(rest, at + strlen(word));
    }
    buf_put_slice(scratch, rest);
    struct buf swapped = *text;
    *text = *scratch;
    *scratch = swapped;
}

/* Sends `count` of them behind each other and takes the answers, all of which must refuse. */
static void send_refused(struct kit_story *story, const char *locked, size_t first, size_t count)
{
    struct kit_client client;
    struct buf text;
    struct buf scratch;
    buf_init(&text, MIB);
    buf_init(&scratch, MIB);
    kit_client_init(&client);
    EXPECT_OK(kit_client_connect(&client, story->server.port, KIT_ERROR));
    for (size_t i = first; i < first + count; i++) {
        char number[8]; /* one digit, so that lengths stay right */
        const char *kind = refused[i % ARRAY_COUNT(refused)];
        (void)snprintf(number, sizeof number, "%zu", i / ARRAY_COUNT(refused) % 10);
        buf_clear(&text);
        buf_put_text(&text, kind);
        replace(&text, &scratch, "~", number);
        replace(&text, &scratch, "LOCKED", locked);
        replace(&text, &scratch, "TOKEN", story->server.token);
        EXPECT_OK(kit_client_send(&client, buf_slice(&text), KIT_ERROR));
    }
    for (size_t i = first; i < first + count; i++) {
        struct kit_message message;
        bool is_head = strncmp(refused[i % ARRAY_COUNT(refused)], "HEAD", 4) == 0;
        EXPECT_OK(kit_client_receive(&client, is_head ? KIT_RESPONSE_TO_HEAD : KIT_RESPONSE,
                                     KIT_PATIENCE_MS, &message, KIT_ERROR));
        EXPECT_THAT(message.status >= 400 ||
                        slice_find(message.body, SLICE("\"errors\"")) != SIZE_MAX,
                    "%d %.*s", message.status, SLICE_ARGS(message.body));
    }
    kit_client_deinit(&client);
    buf_deinit(&text);
    buf_deinit(&scratch);
}

/* One that ends its connection, sometimes before it is answered. */
static void send_broken(struct kit_story *story, size_t number)
{
    struct kit_client client;
    struct kit_message message;
    kit_client_init(&client);
    EXPECT_OK(kit_client_connect(&client, story->server.port, KIT_ERROR));
    const char *rest = smuggling[number % ARRAY_COUNT(smuggling)].rest;
    const char *text = arena_format(&story->arena, "POST /healthz HTTP/1.1%s", rest).data;
    EXPECT_OK(kit_client_send(&client, fill(story, text, "/healthz"), KIT_ERROR));
    if (number % 2 == 0) {
        EXPECT_OK(kit_client_receive(&client, KIT_RESPONSE, KIT_PATIENCE_MS, &message, KIT_ERROR));
    }
    kit_client_deinit(&client);
}

static void attack(struct kit_story *story, const char *locked, size_t requests)
{
    enum { BATCH = 100 };
    for (size_t i = 0; i < requests; i += BATCH) {
        send_refused(story, locked, i, BATCH - 5);
        for (size_t k = 0; k < 5; k++) {
            send_broken(story, i / BATCH + k);
        }
    }
}

/* What AddressSanitizer keeps of freed memory would look like growth. */
static void keep_little(void)
{
    const char *given = getenv("ASAN_OPTIONS");
    char options[512];
    (void)snprintf(options, sizeof options, "%s:quarantine_size_mb=8",
                   given != NULL ? given : "detect_leaks=1");
    EXPECT(setenv("ASAN_OPTIONS", options, 1) == 0);
}

TEST(hostile_requests, leave_the_server_as_large_as_before, .no_server = true)
{
    enum { WARMING = 2000, REQUESTS = 10000, GROWTH_KIB = 24 * 1024 };
    keep_little();
    kit_story_start(story);
    struct kit_instance instance = start(story);
    const char *locked = kit_story_path(story, kit_story_webhook(story, &instance, "Locked"));
    attack(story, locked, WARMING);
    long before = memory_kib(story);
    attack(story, locked, REQUESTS);
    long after = memory_kib(story);
    EXPECT_THAT(after - before < GROWTH_KIB, "%ld KiB before, %ld KiB after", before, after);
    expect_executions(story, &instance, 0);
    (void)kit_story_call(story, kit_story_webhook(story, &instance, "Open"), "{}");
}
