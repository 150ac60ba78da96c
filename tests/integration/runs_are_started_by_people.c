/*
 * Tests and replays: executions that people start. What cannot be started is refused with the
 * reason; a paused instance runs them by force only.
 */
#include "tests/lib/kit_definition.h"
#include "tests/lib/kit_story.h"

#define SAY                                                                                        \
    KIT_STEP("Say", "log", "writeLog",                                                             \
             "{message: {type: template, value: '{{#Word}} {{$call.results.body.data.n}} "         \
             "{{$call.results.headers.X-Event}}'}}")
#define WORDS                                                                                      \
    "requiredConfigVars:\n  - {key: Word, dataType: string, defaultValue: hello}\nflows:\n"

static const char one[] = KIT_DEFINITION("Echo") WORDS KIT_FLOW("Say") SAY KIT_FLOW("Gone") SAY;
static const char two[] = KIT_DEFINITION("Echo") "description: second\n" WORDS KIT_FLOW("Say") SAY;

static const struct value *replay(struct kit_story *story, const char *id, const char *members)
{
    return GQL(story,
               kit_story_text(story,
                              "mutation { replayExecution(input: {id: \"%s\"%s}) { "
                              "instanceExecutionResult { id replayForExecution { id } invokeType "
                              "isTestExecution } errors { field messages } clientMutationId } }",
                              id, members));
}

static const struct value *test(struct kit_story *story, const char *id, const char *members)
{
    return GQL(story, kit_story_text(story,
                                     "mutation { testInstanceFlowConfig(input: {id: \"%s\"%s}) { "
                                     "testInstanceFlowConfigResult { execution { id invokeType "
                                     "isTestExecution instance { id } } flowConfig { id } } errors "
                                     "{ field messages } clientMutationId } }",
                                     id, members));
}

static void set_enabled(struct kit_story *story, const struct kit_instance *instance, bool enabled)
{
    const struct value *data =
        GQL(story,
            "mutation($id: ID!, $enabled: Boolean) { updateInstance(input: {id: $id, enabled: "
            "$enabled}) { errors { messages } } }",
            {"id", .text = instance->id}, {"enabled", .json = enabled ? "true" : "false"});
    EXPECT_NO_PROBLEMS(data, "updateInstance");
}

/* Waits for the run that a payload names. Returns: it. */
static const struct value *
ended(struct kit_story *story, const struct value *data, const char *path)
{
    return kit_story_await(story, TEXT_AT(data, path));
}

#define REPLAY "replayExecution.instanceExecutionResult.id"
#define TESTED "testInstanceFlowConfig.testInstanceFlowConfigResult.execution.id"

TEST(runs, are_replayed_on_todays_deployment)
{
    struct kit_instance instance = kit_story_instance(story, one, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    const char *id =
        kit_story_call(story, kit_story_webhook(story, &instance, "Say"), "{\"n\": 7}");
    EXPECT_TEXT(kit_story_await(story, id), "logs.nodes[1].message", "hello 7 ");
    kit_story_configure(story, &instance, "Word", "bye");
    (void)kit_story_deploy(story, &instance);
    const struct value *data = replay(story, id, ", clientMutationId: \"m\"");
    EXPECT_NO_PROBLEMS(data, "replayExecution");
    EXPECT_TEXT(data, "replayExecution.clientMutationId", "m");
    EXPECT_TEXT(data, "replayExecution.instanceExecutionResult.replayForExecution.id", id);
    EXPECT_TEXT(data, "replayExecution.instanceExecutionResult.invokeType", "WEBHOOK");
    EXPECT_TEXT(ended(story, data, REPLAY), "logs.nodes[1].message", "bye 7 ");

    STEP("a success is not resolved by a replay; a replay may be replayed, and names its original");
    EXPECT_NULL(kit_story_await(story, id), "resolvedBy");
    const char *replayed = TEXT_AT(data, REPLAY);
    const struct value *again = replay(story, replayed, "");
    EXPECT_TEXT(again, "replayExecution.instanceExecutionResult.replayForExecution.id", replayed);
    EXPECT_TEXT(ended(story, again, REPLAY), "status", "SUCCESS");
}

static const char fetch[] =
    KIT_DEFINITION("Fetch") "requiredConfigVars:\n"
                            "  - {key: URL, dataType: string}\n"
                            "flows:\n" KIT_FLOW("Fetch") KIT_STEP(
                                "Get", "http", "httpGet", "{url: {type: configVar, value: URL}}");

TEST(runs, that_succeed_resolve_all_that_failed_before)
{
    struct kit_target *target = kit_story_target(story);
    kit_target_answer(target, "/", 2, (struct kit_answer){.status = 500});
    struct kit_instance instance = kit_story_instance(
        story, fetch, "Acme",
        kit_story_text(story, "[{\"key\": \"URL\", \"value\": \"http://127.0.0.1:%d/\"}]",
                       kit_target_port(target)));
    (void)kit_story_deploy(story, &instance);
    const char *first = kit_story_call(story, kit_story_webhook(story, &instance, "Fetch"), "{}");
    EXPECT_TEXT(kit_story_await(story, first), "status", "ERROR");
    const char *second = kit_story_replay(story, first);
    EXPECT_TEXT(kit_story_await(story, second), "status", "ERROR");
    EXPECT_NULL(kit_story_await(story, first), "resolvedBy");
    STEP("the replay of the replay succeeds");
    const char *third = kit_story_replay(story, second);
    EXPECT_TEXT(kit_story_await(story, third), "status", "SUCCESS");
    EXPECT_TEXT(kit_story_await(story, second), "resolvedBy.id", third);
    EXPECT_TEXT(kit_story_await(story, first), "resolvedBy.id", third);
    STEP("a later success changes nothing about that");
    const char *fourth = kit_story_replay(story, first);
    EXPECT_TEXT(kit_story_await(story, fourth), "status", "SUCCESS");
    EXPECT_TEXT(kit_story_await(story, first), "resolvedBy.id", third);
    EXPECT_INT(
        GQL(story, "{ executionResults(status: ERROR, resolvedBy_Isnull: true) { totalCount } }"),
        "executionResults.totalCount", 0);
}

TEST(runs, are_refused_with_the_reason)
{
    struct kit_instance instance = kit_story_instance(story, one, "Acme", NULL);
    const char *config = TEXT_AT(instance.flow_configs, "[0].id");
    EXPECT_PROBLEM(test(story, config, ""), "testInstanceFlowConfig", "__all__",
                   "the instance was never deployed");
    (void)kit_story_deploy(story, &instance);
    const char *id =
        kit_story_call(story, kit_story_webhook(story, &instance, "Say"), "{\"n\": 1}");
    (void)kit_story_await(story, id);

    STEP("paused: by force only");
    set_enabled(story, &instance, false);
    EXPECT_PROBLEM(replay(story, id, ""), "replayExecution", "__all__", "the instance is paused");
    EXPECT_PROBLEM(replay(story, id, ", force: false"), "replayExecution", "__all__",
                   "give \"force\": true");
    EXPECT_NULL(replay(story, id, ""), "replayExecution.instanceExecutionResult");
    EXPECT_PROBLEM(test(story, config, ""), "testInstanceFlowConfig", "__all__", "paused");
    EXPECT_TEXT(ended(story, replay(story, id, ", force: true"), REPLAY), "status", "SUCCESS");
    EXPECT_TEXT(ended(story, test(story, config, ", force: true, payload: \"{}\""), TESTED),
                "status", "SUCCESS");
    set_enabled(story, &instance, true);

    STEP("what is not there, under any id");
    EXPECT_ERROR(GQL_ERRORS(story, "mutation { replayExecution(input: {}) { errors { field } } }"),
                 "Execution not found");
    const char *const others[] = {instance.id, config, "x", "", "SW5zdGFuY2VFeGVjdXRpb25SZXN1bHQ6"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        EXPECT_ERROR(GQL_ERRORS(story,
                                "mutation($id: ID) { replayExecution(input: {id: $id}) { errors "
                                "{ field } } }",
                                {"id", .text = others[i]}),
                     "Execution not found");
    }
    EXPECT_ERROR(GQL_ERRORS(story,
                            "mutation($id: ID) { testInstanceFlowConfig(input: {id: $id}) { errors "
                            "{ field } } }",
                            {"id", .text = id}),
                 "Flow config not found");
    EXPECT_INT(GQL(story, "{ executionResults { totalCount } }"), "executionResults.totalCount", 3);
}

TEST(runs, of_a_flow_that_is_gone_are_refused)
{
    struct kit_instance instance = kit_story_instance(story, one, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    const char *gone = kit_story_call(story, kit_story_webhook(story, &instance, "Gone"), "{}");
    const char *stays = kit_story_call(story, kit_story_webhook(story, &instance, "Say"), "{}");
    (void)kit_story_await(story, gone);
    (void)kit_story_await(story, stays);
    const struct value *data =
        GQL(story,
            "mutation($id: ID!, $text: String!) { importIntegration(input: {integrationId: $id, "
            "definition: $text}) { errors { messages } } publishIntegration(input: {id: $id}) "
            "{ integration { id } errors { messages } } }",
            {"id", .text = instance.version}, {"text", .text = two});
    data = GQL(story,
               "mutation($id: ID!, $version: ID!) { updateInstance(input: {id: $id, integration: "
               "$version}) { errors { messages } } }",
               {"id", .text = instance.id},
               {"version", .text = TEXT_AT(data, "publishIntegration.integration.id")});
    EXPECT_NO_PROBLEMS(data, "updateInstance");
    STEP("moved, not deployed: what is deployed has it");
    EXPECT_TEXT(ended(story, replay(story, gone, ""), REPLAY), "status", "SUCCESS");
    (void)kit_story_deploy(story, &instance);
    EXPECT_PROBLEM(replay(story, gone, ""), "replayExecution", "id",
                   "has no flow \"Gone\" any more");
    EXPECT_PROBLEM(test(story, TEXT_AT(instance.flow_configs, "[1].id"), ", headers: \"x\""),
                   "testInstanceFlowConfig", "id", "has no flow \"Gone\" any more");
    EXPECT_TEXT(ended(story, replay(story, stays, ""), REPLAY), "status", "SUCCESS");
    STEP("the execution still tells what it was");
    data = GQL(story,
               "query($id: ID!) { executionResult(id: $id) { flow { name } integration { "
               "versionNumber } stepResults { nodes { stepName } } logs { totalCount } } }",
               {"id", .text = gone});
    EXPECT_TEXT(data, "executionResult.flow.name", "Gone");
    EXPECT_INT(data, "executionResult.integration.versionNumber", 1);
    EXPECT_LIST(data, "executionResult.stepResults.nodes", "stepName", "call, say");
}

TEST(runs, of_tests_have_payload_type_and_headers)
{
    struct kit_instance instance = kit_story_instance(story, one, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    const char *config = TEXT_AT(instance.flow_configs, "[0].id");
    const struct value *data =
        test(story, config,
             ", payload: \"{\\\"n\\\": 3}\", contentType: \"application/json\", headers: "
             "\"{\\\"X-Event\\\": \\\"push\\\"}\", clientMutationId: \"c\"");
    EXPECT_NO_PROBLEMS(data, "testInstanceFlowConfig");
    EXPECT_TEXT(data, "testInstanceFlowConfig.clientMutationId", "c");
    const struct value *result =
        VALUE_AT(data, "testInstanceFlowConfig.testInstanceFlowConfigResult");
    EXPECT_TEXT(result, "flowConfig.id", config);
    EXPECT_TEXT(result, "execution.instance.id", instance.id);
    EXPECT_TEXT(result, "execution.invokeType", "INTEGRATION_ENDPOINT_TEST");
    EXPECT_BOOL(result, "execution.isTestExecution", true);
    EXPECT_TEXT(ended(story, data, TESTED), "logs.nodes[1].message", "hello 3 push");

    STEP("replayed from the same bytes, and a test again");
    const struct value *again = replay(story, TEXT_AT(data, TESTED), "");
    EXPECT_BOOL(again, "replayExecution.instanceExecutionResult.isTestExecution", true);
    EXPECT_TEXT(ended(story, again, REPLAY), "logs.nodes[1].message", "hello 3 push");

    STEP("JSON that is none is an execution that failed, in a replay too");
    data = test(story, config, ", payload: \"{\", contentType: \"application/json\"");
    EXPECT_NO_PROBLEMS(data, "testInstanceFlowConfig");
    const struct value *failed = ended(story, data, TESTED);
    EXPECT_TEXT(failed, "status", "ERROR");
    EXPECT(strstr(TEXT_AT(failed, "error"), "malformed JSON") != NULL);
    again = replay(story, TEXT_AT(data, TESTED), "");
    EXPECT_NO_PROBLEMS(again, "replayExecution");
    EXPECT_TEXT(ended(story, again, REPLAY), "status", "ERROR");
    EXPECT_TEXT(ended(story, again, REPLAY), "payloadDigest", TEXT_AT(failed, "payloadDigest"));
    STEP("without a type a payload is text; wrong headers are told, all of them");
    data = test(story, config, ", payload: \"{\"");
    EXPECT_TEXT(ended(story, data, TESTED), "status", "SUCCESS");
    data = test(story, config,
                ", headers: \"{\\\"a b\\\": \\\"\\\", \\\"c\\\": 1}\", contentType: \"\\n\"");
    EXPECT_PROBLEM(data, "testInstanceFlowConfig", "headers", "\"a b\" is no header name");
    EXPECT_PROBLEM(data, "testInstanceFlowConfig", "headers", "\"c\" must be a text");
    EXPECT_PROBLEM(data, "testInstanceFlowConfig", "contentType", "is no content type");
}
