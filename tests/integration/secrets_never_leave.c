/*
 * Secrets are planted wherever one may be given, a whole life is lived with them, failures and
 * refusals included, and then every answer, every output of the program, its log and every file of
 * the data directory is looked through: none is there, though the system they are for got them.
 *
 * All but the token and what is made of a password begin with the same mark, so that one search
 * finds each of them.
 */
#include "core/base/check.h"
#include "core/base/limits.h"
#include "tests/lib/kit_story.h"
#include "tests/lib/kit_yaml.h"

#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>

#define MARK     "pLaNtEd-"
#define USER     "carl"
#define PASSWORD MARK "instance-password"

/* What a test of the search itself looks for: public, and shown. */
#define PUBLIC "https://public.example/base"

static const char *const debug_log[] = {"--allow-private-targets", "--log-level", "debug", NULL};

#define HEADER(name) "{{$call.results.headers." name "}}"

static const char definition[] = KIT_YAML("Secrets") KIT_YAML_VARIABLES
    "  - key: Ledger\n"
    "    dataType: connection\n"
    "    connection: {key: basic, component: {key: http, version: LATEST, isPublic: true}}\n"
    "    inputs:\n"
    "      username: {type: value, value: nobody}\n"
    "      baseUrl: {type: value, value: \"" PUBLIC "\"}\n"
    "      password: {type: value, value: &pw " MARK "default-password}\n"
    "      moreOf_it: {type: value, value: \"" MARK "other-input\"}\n"
    "    description: *pw\n" KIT_YAML_VARIABLE("URL", "dataType: string")
        KIT_YAML_FLOWS KIT_YAML_FLOW(
            "Send",
            "endpointSecurityType: organization\n    organizationApiKeys:\n      - " MARK
            "organization-key\n      - >\n        " MARK
            "organization-key-in-a-block\n    retryConfig: {maxAttempts: 0}")
            KIT_YAML_WEBHOOK("Call", "{}") KIT_YAML_STEP(
                "Say",
                "log",
                "writeLog",
                "{message: {type: template, value: \"" HEADER("Authorization") HEADER("Cookie")
                    HEADER("Api-Key") " {{#Ledger}}\"}}")
                KIT_YAML_STEP("Post",
                              "http",
                              "httpPost",
                              "{connection: " KIT_YAML_CONFIG("Ledger") ", url: " KIT_YAML_CONFIG(
                                  "URL") ", data: {type: reference, value: call.results}, headers: "
                                         "{type: complex, value: "
                                         "[{name: X-Copied, type: reference, value: "
                                         "call.results.headers.Authorization}]}}")
                    KIT_YAML_FLOW(
                        "Ask", "endpointSecurityType: customer_required\n    isSynchronous: true")
                        KIT_YAML_WEBHOOK("Call", "{}")
                            KIT_YAML_STEP("Get",
                                          "http",
                                          "httpGet",
                                          "{connection: " KIT_YAML_CONFIG(
                                              "Ledger") ", url: " KIT_YAML_CONFIG("URL") "}");

#define SECRET_HEADERS                                                                             \
    "Authorization: Bearer " MARK "authorization\r\nCookie: session=" MARK "cookie\r\n"            \
    "Proxy-Authorization: Basic " MARK "proxy\r\n"

/* ---- what was seen ---- */

struct scene {
    struct kit_story *story;
    struct kit_instance instance;
    struct buf seen; /* all answers and outputs */
    char basic[200]; /* what Authorization: Basic says */
};

static void see(struct scene *scene, struct slice bytes)
{
    buf_put_slice(&scene->seen, bytes);
    EXPECT(!scene->seen.failed);
}

static void see_message(struct scene *scene, const struct kit_message *message)
{
    see(scene, message->head);
    see(scene, message->body);
}

static struct kit_message ask(struct scene *scene, const struct kit_request *request)
{
    struct kit_message message;
    EXPECT_OK(kit_client_request(&scene->story->caller, request, &message, KIT_ERROR));
    see_message(scene, &message);
    return message;
}

/* Runs a document, whatever becomes of it. */
static const struct value *
gql(struct scene *scene, const char *query, const struct kit_gql_variable *variables)
{
    struct kit_message message;
    struct kit_story *story = scene->story;
    struct value *answer = ARENA_NEW(&story->arena, struct value);
    ASSERT(answer != NULL);
    EXPECT_OK(kit_gql_run(&story->client, story->server.token, query, variables, &story->arena,
                          &message, answer, KIT_ERROR));
    see_message(scene, &message);
    return answer;
}

#define SAY(scene, query, ...)                                                                     \
    gql((scene), (query), (struct kit_gql_variable[]){__VA_ARGS__ __VA_OPT__(, ){0}})

/* The program's output. */
static void run_command(struct scene *scene, int wanted, const char *const *words)
{
    const char *arguments[12] = {words[0], "--data", scene->story->server.data};
    size_t count = 3;
    struct kit_output output;
    for (size_t i = 1; words[i] != NULL; i++) {
        arguments[count++] = words[i];
    }
    arguments[count] = NULL;
    EXPECT_OK(kit_server_command(arguments, (struct slice){0}, &output, KIT_ERROR));
    EXPECT_THAT(output.exit.code == wanted, "%s: %.*s", words[0],
                SLICE_ARGS(buf_slice(&output.err)));
    see(scene, buf_slice(&output.out));
    see(scene, buf_slice(&output.err));
    kit_program_output_deinit(&output);
}

#define RUN(scene, ...) run_command((scene), 0, (const char *const[]){__VA_ARGS__, NULL})

/* ---- the search ---- */

static void expect_none(const struct scene *scene, const char *where, struct slice bytes)
{
    const char *const secrets[] = {MARK, scene->basic, scene->story->server.token};
    for (size_t i = 0; i < ARRAY_COUNT(secrets); i++) {
        size_t at = slice_find(bytes, slice_of_text(secrets[i]));
        size_t from = at > 200 && at != SIZE_MAX ? at - 200 : 0;
        size_t size = bytes.size - from < 400 ? bytes.size - from : 400;
        EXPECT_THAT(at == SIZE_MAX, "'%s' stands in %s: ...%.*s...", secrets[i], where,
                    (int)(at == SIZE_MAX ? 0 : size), bytes.data + from);
    }
}

static bool is_allowed(const char *name)
{
    return strcmp(name, "admin.token") == 0 || strcmp(name, "master.key") == 0;
}

/* Returns: how many files were looked through. */
static size_t search_folder(const struct scene *scene, const char *path)
{
    DIR *folder = opendir(path);
    size_t count = 0;
    EXPECT_THAT(folder != NULL, "%s", path);
    for (const struct dirent *entry = NULL; (entry = readdir(folder)) != NULL;) {
        char inner[KIT_PATH_SIZE * 2];
        struct stat info;
        (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] == '.' || is_allowed(entry->d_name) || lstat(inner, &info) != 0) {
            continue;
        }
        if (S_ISDIR(info.st_mode)) {
            count += search_folder(scene, inner);
        } else if (S_ISREG(info.st_mode)) {
            struct buf bytes;
            buf_init(&bytes, 512 * MIB);
            EXPECT_OK(kit_dir_read(inner, &bytes, KIT_ERROR));
            expect_none(scene, inner, buf_slice(&bytes));
            buf_deinit(&bytes);
            count++;
        }
    }
    (void)closedir(folder);
    return count;
}

/* ---- a life with secrets ---- */

static void configure(struct scene *scene)
{
    struct kit_story *story = scene->story;
    const struct value *answer =
        SAY(scene,
            "query($id: ID!) { instance(id: $id) { flowConfigs { nodes { flow { id name } } } } }",
            {"id", .text = scene->instance.id});
    const struct value *nodes = VALUE_AT(answer, "data.instance.flowConfigs.nodes");
    for (size_t i = 0; i < kit_path_count(nodes, ""); i++) {
        answer = SAY(scene,
                     "mutation($id: ID!, $flow: ID!) { updateInstance(input: {id: $id, "
                     "flowConfigs: [{flowId: $flow, apiKeys: [\"" MARK "flow-key\", \"" MARK
                     "second-flow-key\"]}]}) { errors { field messages } } }",
                     {"id", .text = scene->instance.id},
                     {"flow", .text = TEXT_AT(value_at(nodes, i), "flow.id")});
        EXPECT_COUNT(answer, "data.updateInstance.errors", 0);
    }
    answer = SAY(scene,
                 "mutation($id: ID!, $values: JSONString) { updateInstanceConfigVariables(input: "
                 "{id: $id, configVariables: [{key: \"Ledger\", values: $values}]}) { instance { "
                 "configVariables { nodes { value inputs { nodes { name value hasValue } } } } } "
                 "errors { field messages } } }",
                 {"id", .text = scene->instance.id},
                 {"values", .text = "[{\"name\": \"username\", \"type\": \"value\", \"value\": "
                                    "\"" USER "\"}, {\"name\": \"password\", \"type\": "
                                    "\"value\", \"value\": \"" PASSWORD "\"}]"});
    EXPECT_COUNT(answer, "data.updateInstanceConfigVariables.errors", 0);
    (void)kit_story_deploy(story, &scene->instance);
}

static struct kit_message
call(struct scene *scene, const char *flow, const char *key, const char *body)
{
    struct kit_story *story = scene->story;
    struct slice headers = arena_format(&story->arena, "Api-Key: %s\r\n" SECRET_HEADERS, key);
    struct kit_request request = {
        .method = "POST",
        .path = kit_story_path(story, kit_story_webhook(story, &scene->instance, flow)),
        .headers = headers.data,
        .body = slice_of_text(body)};
    return ask(scene, &request);
}

static const char *id_of(struct scene *scene, const struct kit_message *message)
{
    struct slice id = kit_message_header(message, "prismatic-executionid");
    EXPECT_THAT(id.size > 0, "%d %.*s", message->status, SLICE_ARGS(message->body));
    return arena_text(&scene->story->arena, id);
}

/* All that the API tells of an execution. Returns: it. */
static const struct value *look_at(struct scene *scene, const char *execution)
{
    struct kit_story *story = scene->story;
    (void)kit_story_await(story, execution);
    const struct value *answer = SAY(
        scene,
        "query($id: ID!) { executionResult(id: $id) { status error errorClass requestPayloadUrl "
        "stepResults { nodes { resultsUrl displayStepName } } logs { nodes { message } } "
        "integration { definition } } }",
        {"id", .text = execution});
    const struct value *steps = VALUE_AT(answer, "data.executionResult.stepResults.nodes");
    for (size_t i = 0; i < kit_path_count(steps, ""); i++) {
        struct kit_request request = {
            .path = kit_story_path(story, TEXT_AT(value_at(steps, i), "resultsUrl"))};
        struct kit_message message = ask(scene, &request);
        EXPECT_STATUS(&message, 200);
    }
    return VALUE_AT(answer, "data.executionResult");
}

/* Calls that succeed, fail and are refused. */
static void live(struct scene *scene)
{
    struct kit_story *story = scene->story;
    struct kit_target *target = kit_story_target(story);
    const char *echo =
        arena_format(&story->arena, "who is " USER ":" PASSWORD "? Authorization: Basic %s%s%s",
                     scene->basic, "\xff", PASSWORD PASSWORD)
            .data;
    kit_target_answer(target, "/", 1, (struct kit_answer){.body = "{\"fine\": true}"});
    kit_target_answer(target, "/", 2, (struct kit_answer){.status = 401, .body = echo});
    kit_target_answer(target, "/", 0, (struct kit_answer){.kind = KIT_ANSWER_CLOSE});
    STEP("a success, with the credentials of the instance");
    struct kit_message message = call(scene, "Send", MARK "organization-key", "{\"a\": 1}");
    const char *id = id_of(scene, &message);
    const struct value *execution = look_at(scene, id);
    EXPECT_TEXT(execution, "status", "SUCCESS");
    struct kit_received received;
    EXPECT(kit_target_request(target, "/", 0, &story->arena, &received));
    struct slice sent = kit_message_header(&received.message, "authorization");
    EXPECT_THAT(slice_ends_with(sent, slice_of_text(scene->basic)), "%.*s", SLICE_ARGS(sent));
    see(scene, received.message.body);
    EXPECT(slice_is(kit_message_header(&received.message, "x-copied"), "***"));
    STEP("failures whose cause repeats the credentials");
    message = call(scene, "Send", MARK "organization-key-in-a-block", "{}");
    const char *failed = id_of(scene, &message);
    EXPECT_TEXT(look_at(scene, failed), "status", "ERROR");
    message = call(scene, "Ask", MARK "second-flow-key", "{}");
    EXPECT_STATUS(&message, 500);
    EXPECT_TEXT(look_at(scene, id_of(scene, &message)), "status", "ERROR");
    message = call(scene, "Ask", MARK "flow-key", "{}");
    EXPECT_STATUS(&message, 500);
    STEP("replays and a malformed body");
    (void)look_at(scene, kit_story_replay(story, failed));
    message = call(scene, "Send", MARK "organization-key", "{");
    EXPECT_STATUS(&message, 400);
    (void)look_at(scene, id_of(scene, &message));
    STEP("refusals");
    message = call(scene, "Ask", MARK "wrong-key", "{}");
    EXPECT_STATUS(&message, 401);
    struct kit_request request = {.path = "/api/" MARK, .token = MARK "token"};
    message = ask(scene, &request);
    EXPECT_STATUS(&message, 404);
    request.path = "/metrics";
    message = ask(scene, &request);
    EXPECT_STATUS(&message, 401);
}

/* Mistakes of people who hold secrets in their hands. */
static void blunder(struct scene *scene)
{
    static const char *const values[] = {
        "[{\"name\": \"password\", \"type\": \"value\", \"value\": \"" MARK "cut-off",
        "{\"password\": \"" MARK "no-list\"}",
        "[{\"name\": \"password\", \"value\": [\"" MARK "list\"]}]",
        "[{\"name\": \"password\", \"type\": \"configVar\", \"value\": \"" MARK "variable\"}]",
        "[\"" MARK "bare\"]",
        "\"" MARK "text\"",
    };
    static const char *const documents[] = {
        "{ organization \"" MARK "string\" { id } }",
        "mutation { updateInstance(input: {id: \"x\", flowConfigs: [{flowId: \"" MARK
        "\", apiKeys: [\"" MARK "k\"]}]}) { errors { messages } } }",
        "mutation { updateInstance(input: {id: \"x\", flowConfigs: [{flowId: 1.5, apiKeys: [{k: "
        "\"" MARK "k\"}]}]}) { errors { messages } } }",
        "mutation { updateInstance(input: {id: \"x\", enabled: \"" MARK "\"}) { errors { messages "
        "} } }",
        "mutation { updateInstance(input: {apiKeys: [\"" MARK "\"]}) { errors { messages } } }",
        "mutation { updateInstanceConfigVariables(input: {id: \"x\", configVariables: [{key: "
        "\"Ledger\", values: {password: \"" MARK "\"}}]}) { errors { messages } } }",
        "{ instance(id: \"" MARK "id\") { name } }",
        "{ \"" MARK "\" }",
        "{ organization { id @include(if: \"" MARK "\") } }",
        "query($a: JSONString = \"" MARK "\", $a: Int) { organization { id } }",
    };
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        STEP("values %s", values[i]);
        (void)SAY(scene,
                  "mutation($id: ID!, $values: JSONString) { updateInstanceConfigVariables(input: "
                  "{id: $id, configVariables: [{key: \"Ledger\", values: $values}]}) { errors { "
                  "field messages } } }",
                  {"id", .text = scene->instance.id}, {"values", .text = values[i]});
        (void)SAY(scene,
                  "mutation($id: ID!, $values: JSONString) { updateInstanceConfigVariables(input: "
                  "{id: $id, configVariables: [{key: \"Ledger\", values: $values}]}) { errors { "
                  "field messages } } }",
                  {"id", .text = scene->instance.id},
                  {"values", .json = "{\"password\": \"" MARK "object\"}"});
    }
    for (size_t i = 0; i < ARRAY_COUNT(documents); i++) {
        STEP("document %zu", i);
        (void)SAY(scene, documents[i], {"unused", .text = MARK "unused"});
    }
    (void)SAY(scene,
              "mutation($id: ID!) { updateInstanceConfigVariables(input: {id: $id, "
              "configVariables: [{key: \"Ledger\", value: \"" MARK "value\"}]}) { errors { field "
              "messages } } }",
              {"id", .text = scene->instance.id});
}

/* Definitions that are refused, with secrets in the wrong places and shapes. */
static void import_badly(struct scene *scene)
{
    static const char *const inputs[] = {
        "{password: " MARK "short}",
        "{password: [" MARK "list]}",
        "{password: {type: reference, value: " MARK "reference}}",
        "{password: {type: value, value: {a: " MARK "map}}}",
        "{password: {type: value, value: " MARK "first, value: " MARK "second}}",
        "{password: {type: configVar, value: " MARK "variable}}",
        "{password: {type: value, value: \"" MARK "cut}}",
        "{password: {type: value, value: " MARK "unclosed}",
        MARK "inputs",
    };
    static const char *const keys[] = {MARK "scalar",        "{k: " MARK "map}",
                                       "[[" MARK "nested]]", "[{k: " MARK "key}]",
                                       "[" MARK "a, " MARK,  "[*" MARK "]"};
    const char *connection = "connection: {key: basic, component: {key: http, version: LATEST, "
                             "isPublic: true}}";
    for (size_t i = 0; i < ARRAY_COUNT(inputs) + ARRAY_COUNT(keys); i++) {
        bool by_inputs = i < ARRAY_COUNT(inputs);
        struct slice text = arena_format(
            &scene->story->arena,
            KIT_YAML("Bad %zu") KIT_YAML_VARIABLES
            "  - {key: Ledger, dataType: connection, %s, inputs: %s}\n" KIT_YAML_FLOWS
                KIT_YAML_FLOW("Flow",
                              "endpointSecurityType: organization\n    organizationApiKeys: "
                              "%s") KIT_YAML_WEBHOOK("Call", "{}"),
            i, connection, by_inputs ? inputs[i] : "{}",
            by_inputs ? "[x]" : keys[i - ARRAY_COUNT(inputs)]);
        STEP("definition %zu", i);
        static const char *const documents[] = {
            "mutation($text: String!) { importIntegration(input: {definition: $text}) { "
            "integration { id definition requiredConfigVariables { nodes { defaultValue meta "
            "inputs { nodes { name value meta } } } } flows { nodes { organizationApiKeys } } } "
            "errors { field messages } } }",
            "mutation($text: String!) { validateIntegrationSchema(input: {definition: $text}) { "
            "errors { field messages } } }"};
        for (size_t k = 0; k < ARRAY_COUNT(documents); k++) {
            size_t before = scene->seen.size;
            (void)SAY(scene, documents[k], {"text", .text = text.data});
            expect_none(scene, "the answer", slice_from(buf_slice(&scene->seen), before));
        }
    }
}

/* Everything the API shows of what holds secrets. */
static void read_all(struct scene *scene)
{
    const struct value *answer = SAY(
        scene,
        "query($id: ID!, $version: ID!) { instance(id: $id) { name flowConfigs { nodes { apiKeys "
        "webhookUrl } } configVariables { nodes { value meta inputs { nodes { name value type "
        "hasValue meta } } } } integration { definition flows { nodes { organizationApiKeys "
        "schemas } } } } integration(id: $version) { definition configPages "
        "requiredConfigVariables { nodes { key description defaultValue meta inputs { nodes { name "
        "value hasValue meta } } } } testConfigVariables { nodes { value inputs { nodes { name "
        "value hasValue } } } } versionSequence { nodes { definition } } } integrations { nodes { "
        "definition } } logs { nodes { message } } executionResults { nodes { error } } }",
        {"id", .text = scene->instance.id}, {"version", .text = scene->instance.version});
    EXPECT_NULL(answer, "errors");
    struct slice seen = buf_slice(&scene->seen);
    EXPECT_THAT(slice_find(seen, SLICE(PUBLIC)) != SIZE_MAX, "what is public is not shown");
    EXPECT(slice_find(seen, SLICE("\"" USER "\"")) != SIZE_MAX);
    EXPECT_THAT(slice_find(seen, SLICE("\"hasValue\":true")) != SIZE_MAX, "no input has a value");
    struct kit_request request = {.path = "/metrics", .token = scene->story->server.token};
    struct kit_message message = ask(scene, &request);
    EXPECT_STATUS(&message, 200);
}

static void run_commands(struct scene *scene, const char *execution)
{
    const char *const ids[] = {scene->instance.id, scene->instance.version,
                               scene->instance.customer, execution};
    for (size_t i = 0; i < ARRAY_COUNT(ids); i++) {
        RUN(scene, "show", ids[i]);
        RUN(scene, "show", "--json", ids[i]);
        RUN(scene, "history", ids[i]);
        RUN(scene, "history", "--json", ids[i]);
    }
    RUN(scene, "executions", "--json");
    RUN(scene, "executions", "--failed");
    RUN(scene, "stats", "--json");
    RUN(scene, "config", "--json");
    RUN(scene, "status", "--json");
    RUN(scene, "verify");
}

static void make_basic(struct scene *scene)
{
    static const char both[] = USER ":" PASSWORD;
    EXPECT(sodium_init() >= 0);
    (void)sodium_bin2base64(scene->basic, sizeof scene->basic, (const unsigned char *)both,
                            strlen(both), sodium_base64_VARIANT_ORIGINAL);
}

TEST(secrets_never_leave, not_in_answers_outputs_logs_or_files, .arguments = debug_log)
{
    struct scene scene = {.story = story};
    buf_init(&scene.seen, 256 * MIB);
    make_basic(&scene);
    const char *config =
        arena_format(&story->arena, "[{\"key\": \"URL\", \"value\": \"http://127.0.0.1:%d/\"}]",
                     kit_target_port(kit_story_target(story)))
            .data;
    scene.instance = kit_story_instance(story, definition, "Acme", config);
    configure(&scene);
    live(&scene);
    blunder(&scene);
    import_badly(&scene);
    read_all(&scene);
    STEP("the program's output");
    struct kit_message message = call(&scene, "Send", MARK "organization-key", "{}");
    const char *execution = id_of(&scene, &message);
    (void)look_at(&scene, execution);
    run_commands(&scene, execution);
    STEP("the server has ended, and everything is looked through");
    kit_story_stop(story);
    run_commands(&scene, execution);
    expect_none(&scene, "answers and outputs", buf_slice(&scene.seen));
    struct buf log;
    buf_init(&log, 64 * MIB);
    EXPECT_OK(kit_dir_read(story->server.log_path, &log, KIT_ERROR));
    EXPECT_OK(kit_dir_read(story->server.out_path, &log, KIT_ERROR));
    EXPECT(log.size > 0);
    expect_none(&scene, "the log", buf_slice(&log));
    buf_deinit(&log);
    EXPECT(search_folder(&scene, story->server.data) >= 5);
    buf_deinit(&scene.seen);
}
