/*
 * A draft is tested on its integration's system instance, which is made with it, always enabled,
 * always of the draft, and configured by updateInstance. What runs there is marked as a test.
 */
#include "tests/lib/kit_definition.h"
#include "tests/lib/kit_story.h"

#define DRAFT(word, more)                                                                          \
    KIT_DEFINITION("Echo")                                                                         \
    "requiredConfigVars:\n"                                                                        \
    "  - {key: Tone, dataType: string, defaultValue: plain}\n"                                     \
    "flows:\n" KIT_FLOW("Echo")                                                                    \
        KIT_STEP("Say", "log", "writeLog",                                                         \
                 "{message: {type: template, value: '" word                                        \
                 " {{#Tone}} {{$call.results.body.data}} {{$call.results.headers.X-Event}}'}}")    \
            more

static const char first[] = DRAFT("one", "");
static const char second[] = DRAFT("two", KIT_FLOW("Other"));

#define SYSTEM                                                                                     \
    "id systemInstance { id isSystem enabled needsDeploy customer { isSystem } integration { id "  \
    "versionNumber } flowConfigs { nodes { id webhookUrl flow { name } } } } testConfigVariables " \
    "{ nodes { value requiredConfigVariable { key } } } flows { nodes { id name testUrl } }"

static const struct value *
import(struct kit_story *story, const char *definition, const char *integration)
{
    const struct value *data =
        GQL(story,
            "mutation($text: String!, $id: ID) { importIntegration(input: {definition: $text, "
            "integrationId: $id}) { integration { " SYSTEM " } errors { field messages } } }",
            {"text", .text = definition}, {"id", .text = integration, .json = "null"});
    EXPECT_NO_PROBLEMS(data, "importIntegration");
    return VALUE_AT(data, "importIntegration.integration");
}

static const struct value *await(struct kit_story *story, struct kit_message answer)
{
    EXPECT_STATUS(&answer, 200);
    struct slice id = kit_message_header(&answer, "prismatic-executionid");
    return kit_story_await(story, kit_story_text(story, "%.*s", SLICE_ARGS(id)));
}

TEST(drafts, have_a_system_instance)
{
    const struct value *draft = import(story, first, NULL);
    const char *id = TEXT_AT(draft, "id");
    const char *system = TEXT_AT(draft, "systemInstance.id");
    const char *test_url = TEXT_AT(draft, "flows.nodes[0].testUrl");
    EXPECT_BOOL(draft, "systemInstance.isSystem", true);
    EXPECT_BOOL(draft, "systemInstance.enabled", true);
    EXPECT_BOOL(draft, "systemInstance.needsDeploy", false);
    EXPECT_BOOL(draft, "systemInstance.customer.isSystem", true);
    EXPECT_TEXT(draft, "systemInstance.integration.id", id);
    EXPECT_INT(draft, "systemInstance.integration.versionNumber", 0);
    EXPECT_TEXT(draft, "systemInstance.flowConfigs.nodes[0].webhookUrl", test_url);

    STEP("it is listed only when asked for");
    const struct value *lists = GQL(story, "{ instances { totalCount } system: instances(isSystem: "
                                           "true) { nodes { id } } }");
    EXPECT_INT(lists, "instances.totalCount", 0);
    EXPECT_LIST(lists, "system.nodes", "id", system);

    STEP("a call of the test URL is a test, of the draft as it is");
    const struct value *run = await(story, kit_story_send(story, test_url, "\"hey\""));
    EXPECT_BOOL(run, "isTestExecution", true);
    EXPECT_TEXT(run, "logs.nodes[1].message", "one plain hey ");
    const struct value *changed = import(story, second, id);
    EXPECT_TEXT(changed, "flows.nodes[0].testUrl", test_url);
    EXPECT_LIST(changed, "flows.nodes", "name", "Echo, Other");
    EXPECT_LIST(changed, "systemInstance.flowConfigs.nodes", "flow.name", "Echo, Other");
    run = await(story, kit_story_send(story, test_url, "\"hey\""));
    EXPECT_TEXT(run, "logs.nodes[1].message", "two plain hey ");

    STEP("its config is that of the tests, in force at once");
    const struct value *configured =
        GQL(story,
            "mutation($id: ID!) { updateInstance(input: {id: $id, configVariables: {key: \"Tone\", "
            "value: \"loud\"}}) { instance { integration { " SYSTEM " } } errors { messages } } }",
            {"id", .text = system});
    EXPECT_LIST(configured, "updateInstance.instance.integration.testConfigVariables.nodes",
                "value", "loud");
    run = await(story, kit_story_send(story, test_url, "\"hey\""));
    EXPECT_TEXT(run, "logs.nodes[1].message", "two loud hey ");
}

TEST(drafts, system_instances_stay_what_they_are)
{
    const struct value *draft = import(story, first, NULL);
    const char *system = TEXT_AT(draft, "systemInstance.id");
    const struct value *version =
        GQL(story,
            "mutation($id: ID!) { publishIntegration(input: {id: $id}) { integration { id } "
            "errors { messages } } }",
            {"id", .text = TEXT_AT(draft, "id")});
    const struct value *data =
        GQL(story,
            "mutation($id: ID!, $version: ID!) { disable: updateInstance(input: {id: $id, enabled: "
            "false}) { errors { field messages } } move: updateInstance(input: {id: $id, "
            "integration: $version}) { errors { field messages } } deploy: deployInstance(input: "
            "{id: $id}) { errors { field messages } } }",
            {"id", .text = system},
            {"version", .text = TEXT_AT(version, "publishIntegration.integration.id")});
    EXPECT_PROBLEM(data, "disable", "enabled", "always enabled");
    EXPECT_PROBLEM(data, "move", "integration", "always runs the draft");
    EXPECT_PROBLEM(data, "deploy", "__all__", "cannot be deployed");
    STEP("the system customer has no other instances");
    const struct value *own = GQL(
        story,
        "mutation($customer: ID!, $integration: ID!) { createInstance(input: {name: \"Mine\", "
        "customer: $customer, integration: $integration}) { errors { field messages } } }",
        {"customer", .text = TEXT_AT(GQL(story, "{ customers(isSystem: true) { nodes { id } } }"),
                                     "customers.nodes[0].id")},
        {"integration", .text = TEXT_AT(draft, "id")});
    EXPECT_PROBLEM(own, "createInstance", "customer", "test instances only");
}

/* testIntegrationFlow with more members. Returns: data. */
static const struct value *test_flow(struct kit_story *story, const char *flow, const char *members)
{
    return GQL(story, kit_story_text(story,
                                     "mutation { testIntegrationFlow(input: {id: \"%s\"%s}) { "
                                     "testIntegrationFlowResult { execution { id isTestExecution "
                                     "invokeType } flow { id name } } errors { field messages } "
                                     "clientMutationId } }",
                                     flow, members));
}

TEST(drafts, are_tested_with_payload_type_and_headers)
{
    const struct value *draft = import(story, first, NULL);
    const char *flow = TEXT_AT(draft, "flows.nodes[0].id");
    const struct value *data =
        test_flow(story, flow,
                  ", payload: \"{\\\"a\\\": 1}\", contentType: \"application/json\", headers: "
                  "\"{\\\"X-Event\\\": \\\"push\\\"}\", clientMutationId: \"m\"");
    EXPECT_NO_PROBLEMS(data, "testIntegrationFlow");
    EXPECT_TEXT(data, "testIntegrationFlow.clientMutationId", "m");
    const struct value *result = VALUE_AT(data, "testIntegrationFlow.testIntegrationFlowResult");
    EXPECT_TEXT(result, "flow.id", flow);
    EXPECT_BOOL(result, "execution.isTestExecution", true);
    EXPECT_TEXT(result, "execution.invokeType", "INTEGRATION_FLOW_TEST");
    const struct value *run = kit_story_await(story, TEXT_AT(result, "execution.id"));
    EXPECT_TEXT(run, "status", "SUCCESS");
    EXPECT_TEXT(run, "logs.nodes[1].message", "one plain {\"a\":1} push");

    STEP("nothing but the flow is needed");
    data = test_flow(story, flow, "");
    EXPECT_NO_PROBLEMS(data, "testIntegrationFlow");
    run = kit_story_await(
        story, TEXT_AT(data, "testIntegrationFlow.testIntegrationFlowResult.execution.id"));
    EXPECT_TEXT(run, "status", "SUCCESS");

    STEP("the id of a flow of a version means that of the draft; a removed one is gone");
    const char *id = TEXT_AT(draft, "id");
    const struct value *version =
        GQL(story,
            "mutation($id: ID!) { publishIntegration(input: {id: $id}) { integration { flows "
            "{ nodes { id } } } errors { messages } } }",
            {"id", .text = id});
    (void)import(story, second, id);
    const char *old = TEXT_AT(version, "publishIntegration.integration.flows.nodes[0].id");
    data = test_flow(story, old, "");
    EXPECT_TEXT(data, "testIntegrationFlow.testIntegrationFlowResult.flow.id", flow);
    EXPECT_ERROR(GQL_ERRORS(story,
                            "mutation($id: ID!) { testIntegrationFlow(input: {id: $id}) "
                            "{ errors { field } } }",
                            {"id", .text = id}),
                 "Flow not found");
}

TEST(drafts, tests_refuse_headers_that_are_none)
{
    const char *flow = TEXT_AT(import(story, first, NULL), "flows.nodes[0].id");
    static const char *const wrong[][2] = {
        {"push", "must be a JSON object"},
        {"[]", "must be a JSON object"},
        {"{\\\"X-Event\\\": 1}", "\"X-Event\" must be a text"},
        {"{\\\"X Event\\\": \\\"a\\\"}", "\"X Event\" is no header name"},
        {"{\\\"\\\": \\\"a\\\"}", "\"\" is no header name"},
        {"{\\\"X-Event\\\": \\\"a\\\\r\\\\nX-Other: b\\\"}", "\"X-Event\" has a value"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const struct value *data =
            test_flow(story, flow, kit_story_text(story, ", headers: \"%s\"", wrong[i][0]));
        EXPECT_PROBLEM(data, "testIntegrationFlow", "headers", wrong[i][1]);
        EXPECT_NULL(data, "testIntegrationFlow.testIntegrationFlowResult");
    }
    const struct value *type = test_flow(story, flow, ", contentType: \"text/plain\\r\\nX: y\"");
    EXPECT_PROBLEM(type, "testIntegrationFlow", "contentType", "is no content type");
    EXPECT_INT(GQL(story, "{ executionResults { totalCount } }"), "executionResults.totalCount", 0);
}
