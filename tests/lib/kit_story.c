#include "tests/lib/kit_story.h"
#include "core/base/check.h"
#include "core/base/json_in.h"

#include <stdarg.h>
#include <stdio.h>

#define AWAIT_POLL_MS  20
#define FILE_BYTES_MAX ((size_t)1 << 20)

/* Stories send to the test's own target server, which is on loopback. */
static const char *const default_arguments[] = {"--allow-private-targets", NULL};

#define EXECUTION_FIELDS                                                                           \
    "id status state resultType error payloadDigest startedAt endedAt isTestExecution "            \
    "replayForExecution { id } resolvedBy { id } "                                                 \
    "stepResults { nodes { id displayStepName stepName hasError resultsUrl } } "                   \
    "logs { nodes { severity message } }"

void kit_story_init(struct kit_story *story, const struct kit_story_options *options)
{
    *story = (struct kit_story){.options = *options};
    if (options->arguments == NULL) {
        story->options.arguments = default_arguments;
    }
    json_in_init();
    arena_init(&story->arena, KIT_STORY_MEMORY_BYTES);
    kit_client_init(&story->client);
    kit_client_init(&story->caller);
    kit_expect_use(&(struct kit_expect_context){
        &story->server, {&story->client, &story->caller}, &story->arena});
    EXPECT_OK(kit_server_init(&story->server, KIT_ERROR));
    if (!options->no_server) {
        kit_story_start(story);
    }
}

void kit_story_deinit(struct kit_story *story)
{
    if (story->server.pid > 0) {
        STEP("the story ends: the server must stop cleanly");
        kit_story_stop(story);
    }
    kit_expect_use(&(struct kit_expect_context){0});
    kit_target_destroy(&story->target);
    kit_client_deinit(&story->client);
    kit_client_deinit(&story->caller);
    kit_server_deinit(&story->server);
    arena_deinit(&story->arena);
}

void kit_story_start(struct kit_story *story)
{
    EXPECT_OK(kit_server_start(&story->server, story->options.arguments, KIT_ERROR));
    EXPECT_OK(kit_client_connect(&story->client, story->server.port, KIT_ERROR));
    EXPECT_OK(kit_client_connect(&story->caller, story->server.port, KIT_ERROR));
}

void kit_story_stop(struct kit_story *story)
{
    EXPECT_OK(kit_server_stop(&story->server, KIT_ERROR));
}

void kit_story_kill(struct kit_story *story)
{
    EXPECT_OK(kit_server_kill(&story->server, KIT_ERROR));
}

struct kit_target *kit_story_target(struct kit_story *story)
{
    if (story->target == NULL) {
        EXPECT_OK(kit_target_create(&story->target, 0, KIT_ERROR));
    }
    return story->target;
}

const char *kit_story_text(struct kit_story *story, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    ASSERT(size >= 0);
    char *text = arena_alloc(&story->arena, (size_t)size + 1);
    ASSERT(text != NULL);
    va_start(args, format);
    (void)vsnprintf(text, (size_t)size + 1, format, args);
    va_end(args);
    return text;
}

const char *kit_story_file(struct kit_story *story, const char *path)
{
    struct buf text;
    buf_init(&text, FILE_BYTES_MAX);
    EXPECT_OK(
        kit_dir_read(kit_story_text(story, "%s/%s", DAYBOOK_SOURCE_DIR, path), &text, KIT_ERROR));
    const char *copy = arena_text(&story->arena, buf_slice(&text));
    buf_deinit(&text);
    ASSERT(copy != NULL);
    return copy;
}

/* The whole answer, which must be HTTP 200 and JSON. */
static const struct value *run(struct kit_story *story,
                               const char *file,
                               int line,
                               const char *query,
                               const struct kit_gql_variable *variables)
{
    struct kit_message message;
    struct value *answer = ARENA_NEW(&story->arena, struct value);
    ASSERT(answer != NULL);
    enum err e = kit_gql_run(&story->client, story->server.token, query, variables, &story->arena,
                             &message, answer, KIT_ERROR);
    kit_expect_ok(file, line, query, e);
    kit_expect_status(file, line, &message, 200);
    return answer;
}

const struct value *kit_story_gql(struct kit_story *story,
                                  const char *file,
                                  int line,
                                  const char *query,
                                  const struct kit_gql_variable *variables)
{
    const struct value *answer = run(story, file, line, query, variables);
    kit_expect_null(file, line, answer, "errors");
    return kit_expect_value(file, line, answer, "data");
}

const struct value *kit_story_gql_errors(struct kit_story *story,
                                         const char *file,
                                         int line,
                                         const char *query,
                                         const struct kit_gql_variable *variables)
{
    const struct value *answer = run(story, file, line, query, variables);
    (void)kit_expect_text_at(file, line, answer, "errors[0].message");
    kit_expect_null(file, line, answer, "data");
    return answer;
}

const char *kit_story_publish(struct kit_story *story, const char *definition)
{
    const struct value *data =
        GQL(story,
            "mutation($definition: String!) { importIntegration(input: {definition: $definition}) "
            "{ integration { id } errors { field messages } } }",
            {"definition", .text = definition});
    EXPECT_COUNT(data, "importIntegration.errors", 0);
    data = GQL(story,
               "mutation($id: ID!) { publishIntegration(input: {id: $id}) "
               "{ integration { id } errors { field messages } } }",
               {"id", .text = TEXT_AT(data, "importIntegration.integration.id")});
    EXPECT_COUNT(data, "publishIntegration.errors", 0);
    return TEXT_AT(data, "publishIntegration.integration.id");
}

const char *kit_story_customer(struct kit_story *story, const char *name)
{
    const struct value *data =
        GQL(story,
            "mutation($name: String!) { createCustomer(input: {name: $name}) "
            "{ customer { id } errors { field messages } } }",
            {"name", .text = name});
    EXPECT_COUNT(data, "createCustomer.errors", 0);
    return TEXT_AT(data, "createCustomer.customer.id");
}

struct kit_instance kit_story_instance(struct kit_story *story,
                                       const char *definition,
                                       const char *name,
                                       const char *config)
{
    struct kit_instance instance = {.version = kit_story_publish(story, definition),
                                    .customer = kit_story_customer(story, name)};
    const struct value *data =
        GQL(story,
            "mutation($name: String!, $customer: ID!, $integration: ID!, "
            "$config: [InputInstanceConfigVariable]) { createInstance(input: {name: $name, "
            "customer: $customer, integration: $integration, configVariables: $config}) { instance "
            "{ id flowConfigs { nodes { id webhookUrl flow { name } } } } "
            "errors { field messages } } }",
            {"name", .text = name}, {"customer", .text = instance.customer},
            {"integration", .text = instance.version},
            {"config", .json = config != NULL ? config : "[]"});
    EXPECT_COUNT(data, "createInstance.errors", 0);
    instance.id = TEXT_AT(data, "createInstance.instance.id");
    instance.flow_configs = VALUE_AT(data, "createInstance.instance.flowConfigs.nodes");
    return instance;
}

void kit_story_configure(struct kit_story *story,
                         const struct kit_instance *instance,
                         const char *key,
                         const char *value)
{
    const struct value *data =
        GQL(story,
            "mutation($id: ID!, $key: String!, $value: String!) { updateInstanceConfigVariables("
            "input: {id: $id, configVariables: [{key: $key, value: $value}]}) "
            "{ errors { field messages } } }",
            {"id", .text = instance->id}, {"key", .text = key}, {"value", .text = value});
    EXPECT_COUNT(data, "updateInstanceConfigVariables.errors", 0);
}

int64_t kit_story_deploy(struct kit_story *story, const struct kit_instance *instance)
{
    const struct value *data = GQL(story,
                                   "mutation($id: ID!) { deployInstance(input: {id: $id}) "
                                   "{ instance { deployedVersion } errors { field messages } } }",
                                   {"id", .text = instance->id});
    EXPECT_COUNT(data, "deployInstance.errors", 0);
    const struct value *number = VALUE_AT(data, "deployInstance.instance.deployedVersion");
    EXPECT(number->type == VALUE_INT);
    return number->integer;
}

const char *
kit_story_webhook(struct kit_story *story, const struct kit_instance *instance, const char *flow)
{
    (void)story;
    for (size_t i = 0; i < kit_path_count(instance->flow_configs, ""); i++) {
        const struct value *config = value_at(instance->flow_configs, i);
        if (slice_is(value_text_of(kit_path_find(config, "flow.name")), flow)) {
            return TEXT_AT(config, "webhookUrl");
        }
    }
    kit_expect_failed(__FILE__, __LINE__, "the instance has no flow '%s'", flow);
}

const char *kit_story_path(struct kit_story *story, const char *url)
{
    size_t size = strlen(story->server.url);
    if (strncmp(url, story->server.url, size) == 0) {
        return url + size;
    }
    EXPECT_THAT(url[0] == '/', "%s is no URL of %s", url, story->server.url);
    return url;
}

struct kit_message kit_story_send(struct kit_story *story, const char *url, const char *body)
{
    struct kit_message message;
    struct kit_request request = {
        .method = "POST", .path = kit_story_path(story, url), .body = slice_of_text(body)};
    EXPECT_OK(kit_client_request(&story->caller, &request, &message, KIT_ERROR));
    return message;
}

const char *kit_story_call(struct kit_story *story, const char *url, const char *body)
{
    struct kit_message message = kit_story_send(story, url, body);
    struct slice id = kit_message_header(&message, "prismatic-executionid");
    EXPECT_STATUS(&message, 200);
    EXPECT_THAT(id.size > 0, "no header prismatic-executionid in %.*s", SLICE_ARGS(message.head));
    char *text = arena_text(&story->arena, id);
    ASSERT(text != NULL);
    return text;
}

const struct value *kit_story_await(struct kit_story *story, const char *execution)
{
    int64_t deadline = kit_time_ms() + KIT_PATIENCE_MS;
    for (;;) {
        const struct value *data =
            GQL(story, "query($id: ID!) { executionResult(id: $id) { " EXECUTION_FIELDS " } }",
                {"id", .text = execution});
        if (!value_is_null(kit_path_find(data, "executionResult.endedAt"))) {
            return VALUE_AT(data, "executionResult");
        }
        EXPECT_THAT(kit_time_left(deadline) > 0, "execution %s has not ended within %d ms",
                    execution, KIT_PATIENCE_MS);
        kit_time_pause(AWAIT_POLL_MS);
    }
}

const char *kit_story_replay(struct kit_story *story, const char *execution)
{
    const struct value *data = GQL(story,
                                   "mutation($id: ID!) { replayExecution(input: {id: $id}) "
                                   "{ instanceExecutionResult { id } errors { field messages } } }",
                                   {"id", .text = execution});
    EXPECT_COUNT(data, "replayExecution.errors", 0);
    return TEXT_AT(data, "replayExecution.instanceExecutionResult.id");
}

void kit_story_verify(struct kit_story *story)
{
    const char *const arguments[] = {"verify", "--data", story->server.data, NULL};
    struct kit_output output;
    EXPECT_OK(kit_server_command(arguments, (struct slice){0}, &output, KIT_ERROR));
    EXPECT_THAT(output.exit.code == 0, "verify ended with %d (signal %d): %.*s%.*s",
                output.exit.code, output.exit.signal, SLICE_ARGS(buf_slice(&output.out)),
                SLICE_ARGS(buf_slice(&output.err)));
    kit_program_output_deinit(&output);
}
