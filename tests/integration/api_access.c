/*
 * Who may ask the API, and what is said to who asks wrongly: tokens that are missing, wrong or
 * revoked, bodies that are no GraphQL request, routes and methods that are not there.
 */
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/base/limits.h"
#include "tests/lib/kit_story.h"

#define QUERY "{\"query\": \"{ organization { id } }\"}"

static struct kit_message ask(struct kit_story *story, const struct kit_request *request)
{
    struct kit_message message;
    EXPECT_OK(kit_client_request(&story->caller, request, &message, KIT_ERROR));
    return message;
}

static struct kit_message post(struct kit_story *story, const char *token, const char *body)
{
    struct kit_request request = {
        .method = "POST", .path = "/api", .token = token, .body = slice_of_text(body)};
    return ask(story, &request);
}

static struct value json_of(struct kit_story *story, const struct kit_message *message)
{
    struct value body;
    struct slice type = kit_message_header(message, "content-type");
    EXPECT_THAT(slice_starts_with(type, SLICE("application/json")), "%.*s", SLICE_ARGS(type));
    EXPECT_OK(json_in_parse(message->body, &story->arena, &body, KIT_ERROR));
    return body;
}

/* As GraphQL errors, without data. */
static void expect_errors(struct kit_story *story, const struct kit_message *message, int status)
{
    EXPECT_STATUS(message, status);
    struct value body = json_of(story, message);
    EXPECT(strlen(TEXT_AT(&body, "errors[0].message")) > 5);
    EXPECT_NULL(&body, "data");
}

/* As {"error", "code"}. */
static void expect_code(struct kit_story *story,
                        const struct kit_message *message,
                        int status,
                        const char *code)
{
    EXPECT_STATUS(message, status);
    struct value body = json_of(story, message);
    EXPECT_TEXT(&body, "code", code);
    EXPECT(strlen(TEXT_AT(&body, "error")) > 5);
}

static struct value run_token(struct kit_story *story, const char *word, const char *operand)
{
    const char *arguments[12] = {"token", word, "--data", story->server.data, "--json"};
    size_t count = 5;
    if (strcmp(word, "create") == 0) {
        arguments[count++] = "--role";
    }
    arguments[count] = operand;
    struct kit_output output;
    struct value answer = value_null();
    EXPECT_OK(kit_server_command(arguments, (struct slice){0}, &output, KIT_ERROR));
    EXPECT_THAT(output.exit.code == 0, "%.*s", SLICE_ARGS(buf_slice(&output.err)));
    EXPECT_OK(json_in_parse(buf_slice(&output.out), &story->arena, &answer, KIT_ERROR));
    kit_program_output_deinit(&output);
    return answer;
}

TEST(api_access, needs_a_token_that_is_known)
{
    const char *token = story->server.token;
    size_t size = strlen(token);
    char *changed = arena_text(&story->arena, slice_of_text(token));
    ASSERT(changed != NULL);
    changed[size - 1] = changed[size - 1] == 'A' ? 'B' : 'A';
    const char *shorter = arena_format(&story->arena, "%.*s", (int)size - 1, token).data;
    const char *longer = arena_format(&story->arena, "%sA", token).data;
    const char *huge = arena_format(&story->arena, "%010000d", 7).data;
    const char *const wrong[] = {NULL, "", "dbt_", changed, shorter, longer, huge, "*", "admin"};
    static const char *const paths[] = {"/api", "/api/", "/metrics"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        for (size_t k = 0; k < ARRAY_COUNT(paths); k++) {
            bool is_metrics = strcmp(paths[k], "/metrics") == 0;
            STEP("token %zu to %s", i, paths[k]);
            struct kit_request request = {
                .path = paths[k], .token = wrong[i], .body = is_metrics ? SLICE("") : SLICE(QUERY)};
            struct kit_message message = ask(story, &request);
            expect_errors(story, &message, 401);
            EXPECT(slice_is(kit_message_header(&message, "www-authenticate"), "Bearer"));
        }
    }
    STEP("other schemes, and two headers of which the first counts");
    const char *const lines[] = {
        arena_format(&story->arena, "Authorization: Basic %s\r\n", token).data,
        arena_format(&story->arena, "Authorization: %s\r\n", token).data,
        arena_format(&story->arena, "Authorization: Bearer%s\r\n", token).data,
        arena_format(&story->arena, "Authorization: Bearer x\r\nAuthorization: Bearer %s\r\n",
                     token)
            .data,
        arena_format(&story->arena, "X-Authorization: Bearer %s\r\n", token).data,
        arena_format(&story->arena, "Cookie: Authorization=Bearer %s\r\n", token).data};
    for (size_t i = 0; i < ARRAY_COUNT(lines); i++) {
        struct kit_request request = {.path = "/api", .headers = lines[i], .body = SLICE(QUERY)};
        struct kit_message message = ask(story, &request);
        expect_errors(story, &message, 401);
    }
    STEP("the right one, in any case of the scheme");
    struct kit_message message = post(story, token, QUERY);
    EXPECT_STATUS(&message, 200);
    struct kit_request request = {
        .path = "/api/",
        .headers = arena_format(&story->arena, "aUTHORIZATION:  bEARER   %s \r\n", token).data,
        .body = SLICE(QUERY)};
    message = ask(story, &request);
    EXPECT_STATUS(&message, 200);
}

TEST(api_access, ends_with_the_revocation)
{
    struct value made = run_token(story, "create", "admin");
    const char *token = TEXT_AT(&made, "token");
    struct kit_message message = post(story, token, QUERY);
    EXPECT_STATUS(&message, 200);
    STEP("the command has answered: the very next request is refused, on an open connection too");
    (void)run_token(story, "revoke", TEXT_AT(&made, "id"));
    message = post(story, token, QUERY);
    expect_errors(story, &message, 401);
    message = post(story, story->server.token, QUERY);
    EXPECT_STATUS(&message, 200);
    STEP("for ever");
    kit_story_kill(story);
    kit_story_start(story);
    message = post(story, token, QUERY);
    expect_errors(story, &message, 401);
    STEP("and one made and revoked while nobody serves");
    kit_story_stop(story);
    made = run_token(story, "create", "admin");
    struct value kept = run_token(story, "create", "admin");
    (void)run_token(story, "revoke", TEXT_AT(&made, "id"));
    kit_story_start(story);
    message = post(story, TEXT_AT(&made, "token"), QUERY);
    expect_errors(story, &message, 401);
    message = post(story, TEXT_AT(&kept, "token"), QUERY);
    EXPECT_STATUS(&message, 200);
}

TEST(api_access, wants_a_graphql_request)
{
    static const char *const none[] = {"",
                                       "{",
                                       "nope",
                                       "\"query\"",
                                       "[]",
                                       "null",
                                       "{}",
                                       "{\"q\": 1}",
                                       "{\"query\": 1}",
                                       "{\"query\": null}",
                                       "[" QUERY "]",
                                       "{\"query\": [\"{ organization { id } }\"]}",
                                       "{\"query\": \"\xff\"}",
                                       QUERY " x",
                                       "{\"query\": \"{ organization { id } }\", "
                                       "\"variables\": 7}"};
    for (size_t i = 0; i < ARRAY_COUNT(none); i++) {
        STEP("body %s", none[i]);
        struct kit_message message = post(story, story->server.token, none[i]);
        expect_errors(story, &message, 400);
    }
    STEP("what is one and asks for what is not there is answered as GraphQL does");
    struct kit_message message =
        post(story, story->server.token, "{\"query\": \"{ nothing { id } }\"}");
    expect_errors(story, &message, 200);
    STEP("over the limit");
    static char large[8 * MIB + 1];
    memset(large, ' ', sizeof large);
    struct kit_request request = {
        .path = "/api", .token = story->server.token, .body = slice_of(large, sizeof large)};
    message = ask(story, &request);
    EXPECT_STATUS(&message, 413);
}

TEST(api_access, has_these_routes_and_methods_and_no_others)
{
    static const struct {
        const char *method;
        const char *path;
        int status;
        const char *allow;
    } rows[] = {
        {"GET", "/", 404, NULL},
        {"GET", "/nothing", 404, NULL},
        {"POST", "/apix", 404, NULL},
        {"POST", "/api/x", 404, NULL},
        {"POST", "/API", 404, NULL},
        {"POST", "//api", 404, NULL},
        {"POST", "/trigger", 404, NULL},
        {"GET", "/control/status", 404, NULL},
        {"GET", "/control/tokens", 404, NULL},
        {"DELETE", "/control/tokens/x", 404, NULL},
        {"GET", "/admin.token", 404, NULL},
        {"GET", "/../data/admin.token", 404, NULL},
        {"GET", "/%2e%2e/data/master.key", 404, NULL},
        {"OPTIONS", "*", 404, NULL},
        {"GET", "/api", 405, "POST"},
        {"PUT", "/api/", 405, "POST"},
        {"OPTIONS", "/api", 405, "POST"},
        {"POST", "/healthz", 405, "GET"},
        {"DELETE", "/readyz", 405, "GET"},
        {"POST", "/metrics", 405, "GET"},
        {"POST", "/api/schema.graphql", 405, "GET"},
        {"POST", "/results/x", 405, "GET"},
        {"GET", "/healthz", 200, NULL},
        {"GET", "/readyz", 200, NULL},
        {"GET", "/api/schema.graphql", 200, NULL},
    };
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        STEP("%s %s", rows[i].method, rows[i].path);
        struct kit_request request = {.method = rows[i].method, .path = rows[i].path};
        struct kit_message message = ask(story, &request);
        EXPECT_STATUS(&message, rows[i].status);
        if (rows[i].status == 404) {
            expect_code(story, &message, 404, "not_found");
        } else if (rows[i].status == 405) {
            expect_code(story, &message, 405, "method_not_allowed");
            EXPECT(slice_is(kit_message_header(&message, "allow"), rows[i].allow));
        }
    }
}

TEST(api_access, has_bounds_for_heads)
{
    struct buf lines;
    buf_init(&lines, 256 * KIB);
    STEP("98 headers and two of the client's are as many as may be, and one more is too many");
    for (int i = 0; i < 98; i++) {
        buf_printf(&lines, "X-%d: %d\r\n", i, i);
    }
    struct kit_request request = {.method = "GET", .path = "/healthz", .headers = lines.data};
    struct kit_message message = ask(story, &request);
    EXPECT_STATUS(&message, 200);
    buf_printf(&lines, "X-98: 98\r\n");
    request.headers = lines.data;
    message = ask(story, &request);
    expect_code(story, &message, 431, "too_many_headers");
    STEP("a header of 64 KiB is over the bound of the head");
    buf_clear(&lines);
    buf_printf(&lines, "X-Long: %065536d\r\n", 1);
    request.headers = lines.data;
    message = ask(story, &request);
    EXPECT_STATUS(&message, 431);
    STEP("a target of 64 KiB too");
    request.headers = NULL;
    request.path = arena_format(&story->arena, "/%065536d", 1).data;
    message = ask(story, &request);
    EXPECT_STATUS(&message, 414);
    buf_deinit(&lines);
}
