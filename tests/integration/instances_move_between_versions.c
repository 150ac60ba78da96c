/*
 * An instance moves to another version and back: config goes along by stable key, else key; flow
 * configs, their URLs and keys stay as they are for ever; what is deployed runs until the next
 * deploy.
 */
#include "tests/lib/kit_definition.h"
#include "tests/lib/kit_story.h"

#define VARS(first, second, third)                                                                 \
    "requiredConfigVars:\n"                                                                        \
    "  - {key: " first ", stableKey: url, dataType: string}\n"                                     \
    "  - {key: Region, dataType: string, defaultValue: EU}\n"                                      \
    "  - {key: " second ", dataType: " third "}\n"

#define SAY(text)                                                                                  \
    KIT_STEP("Say", "log", "writeLog", "{message: {type: template, value: '" text "'}}")

static const char version_one[] =
    KIT_DEFINITION("Moving") VARS("URL", "Limit", "string") "flows:\n" KIT_FLOW_WITH(
        "Receive", "    stableKey: receive\n    endpointSecurityType: customer_optional\n")
        SAY("one {{#URL}} {{#Region}}") KIT_FLOW("Same") KIT_FLOW("Gone");

static const char version_two[] = KIT_DEFINITION("Moving")
    VARS("Address", "Amount", "number") "flows:\n" KIT_FLOW("New") KIT_FLOW_WITH(
        "Take", "    stableKey: receive\n    endpointSecurityType: customer_optional\n")
        SAY("two {{#Address}} {{#Region}}") KIT_FLOW("Same");

/* An instance of version 1 that is fully configured, and the id of version 2. */
struct moving {
    struct kit_instance instance;
    const char *draft;
    const char *two;
};

static struct moving make_moving(struct kit_story *story)
{
    struct moving it;
    it.instance = kit_story_instance(story, version_one, "Acme",
                                     "[{\"key\": \"URL\", \"value\": \"u\"}, {\"key\": \"Region\", "
                                     "\"value\": \"US\"}, {\"key\": \"Limit\", \"value\": \"9\"}]");
    const struct value *data =
        GQL(story,
            "mutation($id: ID!, $text: String!) { importIntegration(input: {integrationId: $id, "
            "definition: $text}) { integration { id } errors { messages } } }",
            {"id", .text = it.instance.version}, {"text", .text = version_two});
    it.draft = TEXT_AT(data, "importIntegration.integration.id");
    data = GQL(story,
               "mutation($id: ID!) { publishIntegration(input: {id: $id}) { integration { id } "
               "errors { messages } } }",
               {"id", .text = it.draft});
    it.two = TEXT_AT(data, "publishIntegration.integration.id");
    return it;
}

#define STATE                                                                                      \
    "integration { versionNumber } deployedVersion needsDeploy missingConfig "                     \
    "newestAvailableVersion { versionNumber } flowConfigs { nodes { id webhookUrl apiKeys flow { " \
    "id name } } } configVariables { nodes { requiredConfigVariable { key } value } }"

static const struct value *state(struct kit_story *story, const char *id)
{
    return VALUE_AT(
        GQL(story, "query($id: ID!) { instance(id: $id) { " STATE " } }", {"id", .text = id}),
        "instance");
}

static const struct value *move(struct kit_story *story, const char *id, const char *version)
{
    const struct value *data =
        GQL(story,
            "mutation($id: ID!, $version: ID!) { updateInstance(input: {id: $id, integration: "
            "$version}) { instance { " STATE " } errors { field messages } } }",
            {"id", .text = id}, {"version", .text = version});
    EXPECT_NO_PROBLEMS(data, "updateInstance");
    return VALUE_AT(data, "updateInstance.instance");
}

/* What a call of the webhook logs; NULL when the flow is not there. */
static const char *said(struct kit_story *story, const char *url)
{
    struct kit_message answer = kit_story_send(story, url, "{}");
    if (answer.status == 404) {
        EXPECT(slice_find(answer.body, SLICE("flow_not_in_version")) != SIZE_MAX);
        return NULL;
    }
    struct slice id = kit_message_header(&answer, "prismatic-executionid");
    const struct value *execution =
        kit_story_await(story, kit_story_text(story, "%.*s", SLICE_ARGS(id)));
    EXPECT_TEXT(execution, "status", "SUCCESS");
    return TEXT_AT(execution, "logs.nodes[1].message");
}

TEST(moving, carries_config_and_keeps_urls)
{
    struct moving it = make_moving(story);
    const char *id = it.instance.id;
    (void)kit_story_deploy(story, &it.instance);
    const struct value *before = state(story, id);
    EXPECT_INT(before, "newestAvailableVersion.versionNumber", 2);
    EXPECT_LIST(before, "flowConfigs.nodes", "flow.name", "Receive, Same, Gone");
    const char *receive = TEXT_AT(before, "flowConfigs.nodes[0].webhookUrl");
    const char *same = TEXT_AT(before, "flowConfigs.nodes[1].webhookUrl");
    const char *gone = TEXT_AT(before, "flowConfigs.nodes[2].webhookUrl");

    STEP("moved, not deployed: what is deployed goes on");
    const struct value *moved = move(story, id, it.two);
    EXPECT_INT(moved, "integration.versionNumber", 2);
    EXPECT_BOOL(moved, "needsDeploy", true);
    EXPECT_NULL(moved, "newestAvailableVersion");
    EXPECT_LIST(moved, "configVariables.nodes", "requiredConfigVariable.key",
                "Address, Region, Amount");
    EXPECT_LIST(moved, "configVariables.nodes", "value", "u, US, null");
    EXPECT_LIST(moved, "missingConfig", "", "Amount: it has neither a value nor a default");
    EXPECT_LIST(moved, "flowConfigs.nodes", "flow.name", "New, Take, Same");
    EXPECT_TEXT(moved, "flowConfigs.nodes[1].webhookUrl", receive);
    EXPECT_TEXT(moved, "flowConfigs.nodes[2].webhookUrl", same);
    EXPECT(strcmp(said(story, receive), "one u US") == 0);
    EXPECT(said(story, gone) != NULL);
    const char *new_url = TEXT_AT(moved, "flowConfigs.nodes[0].webhookUrl");
    EXPECT(said(story, new_url) == NULL);

    STEP("what is missing is set, and deployed");
    kit_story_configure(story, &it.instance, "Amount", "5");
    EXPECT(kit_story_deploy(story, &it.instance) == 2);
    EXPECT(strcmp(said(story, receive), "two u US") == 0);
    EXPECT(said(story, new_url) != NULL);
    EXPECT(said(story, gone) == NULL);

    STEP("back to the first: values and URLs are as they were");
    const struct value *back = move(story, id, it.instance.version);
    EXPECT_LIST(back, "configVariables.nodes", "value", "u, US, 9");
    EXPECT_INT(back, "newestAvailableVersion.versionNumber", 2);
    EXPECT(kit_story_deploy(story, &it.instance) == 3);
    EXPECT_TEXT(state(story, id), "flowConfigs.nodes[0].webhookUrl", receive);
    EXPECT(strcmp(said(story, receive), "one u US") == 0);
    EXPECT(said(story, gone) != NULL);
    EXPECT(said(story, new_url) == NULL);

    STEP("the draft's id means the newest version");
    EXPECT_INT(move(story, id, it.draft), "integration.versionNumber", 2);
}

TEST(moving, is_judged_by_the_version_moved_to)
{
    struct moving it = make_moving(story);
    const char *mutation =
        "mutation($id: ID!, $version: ID!, $config: [InputInstanceConfigVariable]) { "
        "updateInstance(input: {id: $id, integration: $version, configVariables: $config}) "
        "{ instance { " STATE " } errors { field messages } } }";
    const struct value *wrong =
        GQL(story, mutation, {"id", .text = it.instance.id}, {"version", .text = it.two},
            {"config", .json = "[{\"key\": \"URL\", \"value\": \"x\"}, "
                               "{\"key\": \"Amount\", \"value\": \"x\"}]"});
    EXPECT_COUNT(wrong, "updateInstance.errors", 2);
    EXPECT_PROBLEM(wrong, "updateInstance", "configVariables.URL",
                   "no config variable of this key");
    EXPECT_PROBLEM(wrong, "updateInstance", "configVariables.Amount", "a number like");
    EXPECT_INT(state(story, it.instance.id), "integration.versionNumber", 1);
    const struct value *right =
        GQL(story, mutation, {"id", .text = it.instance.id}, {"version", .text = it.two},
            {"config", .json = "[{\"key\": \"Address\", \"value\": \"x\"}, "
                               "{\"key\": \"Amount\", \"value\": \"5\"}]"});
    EXPECT_NO_PROBLEMS(right, "updateInstance");
    EXPECT_LIST(right, "updateInstance.instance.configVariables.nodes", "value", "x, EU, 5");

    STEP("another integration's version will not do");
    static const char other[] = KIT_DEFINITION("Other") "flows:\n" KIT_FLOW("Only");
    const struct value *foreign =
        GQL(story, mutation, {"id", .text = it.instance.id},
            {"version", .text = kit_story_publish(story, other)}, {"config", .json = "null"});
    EXPECT_PROBLEM(foreign, "updateInstance", "integration", "that is another integration");

    STEP("a version that is marked unavailable is deployed by force only");
    (void)GQL(
        story,
        "mutation($id: ID!) { updateIntegrationVersionAvailability(input: {id: $id, available: "
        "false}) { errors { field } } }",
        {"id", .text = it.two});
    const struct value *refused =
        GQL(story,
            "mutation($id: ID!) { deployInstance(input: {id: $id}) { errors { field messages } } }",
            {"id", .text = it.instance.id});
    EXPECT_PROBLEM(refused, "deployInstance", "integration", "version 2 is marked unavailable");
    EXPECT_NO_PROBLEMS(GQL(story,
                           "mutation($id: ID!) { deployInstance(input: {id: $id, force: true}) "
                           "{ errors { field messages } } }",
                           {"id", .text = it.instance.id}),
                       "deployInstance");
    STEP("what is deployed may be deployed again");
    EXPECT(kit_story_deploy(story, &it.instance) == 2);
}

static const struct value *
set_keys(struct kit_story *story, const char *id, const char *flow, const char *keys)
{
    return GQL(
        story,
        "mutation($id: ID!, $flow: ID!, $keys: [String]) { updateInstance(input: {id: $id, "
        "flowConfigs: [{flowId: $flow, apiKeys: $keys}]}) { instance { needsDeploy flowConfigs "
        "{ nodes { apiKeys } } } errors { field messages } } }",
        {"id", .text = id}, {"flow", .text = flow}, {"keys", .json = keys});
}

static int status_with_key(struct kit_story *story, const char *url, const char *key)
{
    struct kit_message answer;
    struct kit_request request = {.method = "POST",
                                  .path = kit_story_path(story, url),
                                  .headers = kit_story_text(story, "Api-Key: %s\r\n", key),
                                  .body = SLICE("{}")};
    EXPECT_OK(kit_client_request(&story->caller, &request, &answer, KIT_ERROR));
    return answer.status;
}

TEST(moving, leaves_api_keys_in_place)
{
    struct moving it = make_moving(story);
    const char *id = it.instance.id;
    (void)kit_story_deploy(story, &it.instance);
    const struct value *flows = state(story, id);
    const char *url = TEXT_AT(flows, "flowConfigs.nodes[0].webhookUrl");
    const char *flow = TEXT_AT(flows, "flowConfigs.nodes[0].flow.id");

    STEP("keys are kept as digests, shown as fingerprints, in force at once");
    const struct value *set = set_keys(story, id, flow, "[\"k-first\", \"k-second\"]");
    EXPECT_NO_PROBLEMS(set, "updateInstance");
    EXPECT_BOOL(set, "updateInstance.instance.needsDeploy", false);
    EXPECT_COUNT(set, "updateInstance.instance.flowConfigs.nodes[0].apiKeys", 2);
    EXPECT(strncmp(TEXT_AT(set, "updateInstance.instance.flowConfigs.nodes[0].apiKeys[0]"),
                   "key:", 4) == 0);
    EXPECT(strstr(kit_expect_show(set), "k-first") == NULL);
    EXPECT(status_with_key(story, url, "k-wrong") == 401);
    EXPECT(status_with_key(story, url, "k-second") == 200);

    STEP("in another version the flow of the same stable key has them");
    kit_story_configure(story, &it.instance, "Limit", "9");
    (void)move(story, id, it.two);
    kit_story_configure(story, &it.instance, "Amount", "5");
    (void)kit_story_deploy(story, &it.instance);
    EXPECT(status_with_key(story, url, "k-wrong") == 401);
    EXPECT(status_with_key(story, url, "k-first") == 200);

    STEP("a flow is named by its id in any version; giving keys replaces those there are");
    EXPECT_NO_PROBLEMS(set_keys(story, id, flow, "\"k-third\""), "updateInstance");
    EXPECT(status_with_key(story, url, "k-first") == 401);
    EXPECT(status_with_key(story, url, "k-third") == 200);
    EXPECT_NO_PROBLEMS(set_keys(story, id, flow, "null"), "updateInstance");
    EXPECT(status_with_key(story, url, "k-third") == 200);
    EXPECT_NO_PROBLEMS(set_keys(story, id, flow, "[]"), "updateInstance");
    EXPECT(status_with_key(story, url, "k-wrong") == 200);
    EXPECT_PROBLEM(set_keys(story, id, id, "[\"k\"]"), "updateInstance", "flowConfigs",
                   "no such flow");
    STEP("a flow of another integration is none of this one's, whatever it is called");
    static const char other[] = KIT_DEFINITION("Other") "flows:\n" KIT_FLOW("Same");
    const struct value *same =
        GQL(story, "query($id: ID!) { integration(id: $id) { flows { nodes { id } } } }",
            {"id", .text = kit_story_publish(story, other)});
    EXPECT_PROBLEM(set_keys(story, id, TEXT_AT(same, "integration.flows.nodes[0].id"), "[\"k\"]"),
                   "updateInstance", "flowConfigs", "no such flow");
}

/* Version 1 knows variables and flows by their names; version 2 gives them stable keys; version 3
 * other names. */
#define KEYED(number, url_key, login_key, flow_key, url, login, flow)                              \
    KIT_DEFINITION("Keyed")                                                                        \
    "description: version " number "\n"                                                            \
    "requiredConfigVars:\n"                                                                        \
    "  - {key: " url url_key ", dataType: string}\n"                                               \
    "  - key: " login login_key "\n"                                                               \
    "    dataType: connection\n"                                                                   \
    "    connection: {key: basic, component: {key: http, version: LATEST, isPublic: true}}\n"      \
    "    inputs: {username: {type: value, value: \"\"}, password: {type: value, value: \"\"}}\n"   \
    "flows:\n" KIT_FLOW_WITH(flow, flow_key "    endpointSecurityType: customer_optional\n")       \
        SAY(number " {{#" url "}}")

static const char named[] = KEYED("1", "", "", "", "URL", "Login", "Receive");
static const char keyed[] = KEYED("2",
                                  ", stableKey: url",
                                  "\n    stableKey: login",
                                  "    stableKey: receive\n",
                                  "URL",
                                  "Login",
                                  "Receive");
static const char renamed[] = KEYED("3",
                                    ", stableKey: url",
                                    "\n    stableKey: login",
                                    "    stableKey: receive\n",
                                    "Address",
                                    "Account",
                                    "Take");

static const char *
publish_over(struct kit_story *story, const char *integration, const char *definition)
{
    const struct value *data =
        GQL(story,
            "mutation($id: ID!, $text: String!) { importIntegration(input: {integrationId: $id, "
            "definition: $text}) { errors { messages } } publishIntegration(input: {id: $id}) { "
            "integration { id } errors { messages } } }",
            {"id", .text = integration}, {"text", .text = definition});
    EXPECT_NO_PROBLEMS(data, "publishIntegration");
    return TEXT_AT(data, "publishIntegration.integration.id");
}

TEST(moving, survives_that_names_get_stable_keys)
{
    struct kit_instance instance = kit_story_instance(
        story, named, "Acme",
        "[{\"key\": \"URL\", \"value\": \"u\"}, {\"key\": \"Login\", \"values\": "
        "\"[{\\\"name\\\": \\\"username\\\", \\\"value\\\": \\\"bob\\\"}, "
        "{\\\"name\\\": \\\"password\\\", \\\"value\\\": \\\"hush\\\"}]\"}]");
    (void)kit_story_deploy(story, &instance);
    const char *url = kit_story_webhook(story, &instance, "Receive");
    const char *two = publish_over(story, instance.version, keyed);
    const char *three = publish_over(story, instance.version, renamed);

    STEP("the flow that gets a stable key keeps its URL, the variables their values");
    const struct value *moved = move(story, instance.id, two);
    EXPECT_TEXT(moved, "flowConfigs.nodes[0].webhookUrl", url);
    EXPECT_COUNT(moved, "flowConfigs.nodes", 1);
    EXPECT_COUNT(moved, "missingConfig", 0);
    EXPECT_TEXT(moved, "configVariables.nodes[0].value", "u");
    (void)kit_story_deploy(story, &instance);
    EXPECT(strcmp(said(story, url), "2 u") == 0);

    STEP("keys are set, and values changed, as before");
    const char *flow = TEXT_AT(moved, "flowConfigs.nodes[0].flow.id");
    EXPECT_NO_PROBLEMS(set_keys(story, instance.id, flow, "[\"k-one\"]"), "updateInstance");
    EXPECT(status_with_key(story, url, "k-two") == 401);
    EXPECT_NO_PROBLEMS(set_keys(story, instance.id, flow, "[]"), "updateInstance");
    const struct value *partly = GQL(
        story,
        "mutation($id: ID!) { updateInstanceConfigVariables(input: {id: $id, configVariables: "
        "[{key: \"Login\", values: \"[{\\\"name\\\": \\\"password\\\", \\\"value\\\": "
        "\\\"new\\\"}]\"}]}) { instance { missingConfig configVariables { nodes { status inputs "
        "{ nodes { value } } } } } errors { messages } } }",
        {"id", .text = instance.id});
    EXPECT_COUNT(partly, "updateInstanceConfigVariables.instance.missingConfig", 0);
    EXPECT_LIST(partly,
                "updateInstanceConfigVariables.instance.configVariables.nodes[1].inputs.nodes",
                "value", "bob, ");
    const struct value *runs =
        GQL(story, "query($flow: ID) { executionResults(flow: $flow) { totalCount } }",
            {"flow", .text = flow});
    EXPECT(VALUE_AT(runs, "executionResults.totalCount")->integer >= 1);
    STEP("and all of it may be set anew");
    kit_story_configure(story, &instance, "URL", "v");
    (void)kit_story_deploy(story, &instance);
    EXPECT(strcmp(said(story, url), "2 v") == 0);

    STEP("from then on the stable key counts: other names change nothing");
    const struct value *far = move(story, instance.id, three);
    EXPECT_TEXT(far, "flowConfigs.nodes[0].webhookUrl", url);
    EXPECT_TEXT(far, "flowConfigs.nodes[0].flow.name", "Take");
    EXPECT_COUNT(far, "missingConfig", 0);
    EXPECT_TEXT(far, "configVariables.nodes[0].value", "v");
    EXPECT(strcmp(said(story, url), "2 v") == 0);
    (void)kit_story_deploy(story, &instance);
    EXPECT(strcmp(said(story, url), "3 v") == 0);
    STEP("back at the first, everything is there");
    const struct value *back = move(story, instance.id, instance.version);
    EXPECT_TEXT(back, "flowConfigs.nodes[0].webhookUrl", url);
    EXPECT_COUNT(back, "missingConfig", 0);
    EXPECT(strcmp(said(story, url), "3 v") == 0);
    (void)kit_story_deploy(story, &instance);
    EXPECT(strcmp(said(story, url), "1 v") == 0);
}

TEST(moving, drafts_that_get_stable_keys_keep_their_test_urls)
{
    const char *one = kit_story_publish(story, named);
    const char *query = "query($id: ID!) { integration(id: $id) { flows { nodes { id testUrl } } "
                        "systemInstance { id } "
                        "testConfigVariables { nodes { value } } } }";
    const struct value *before = GQL(story, query, {"id", .text = one});
    const char *url = TEXT_AT(before, "integration.flows.nodes[0].testUrl");
    const char *system = TEXT_AT(before, "integration.systemInstance.id");
    kit_story_configure(story, &(struct kit_instance){.id = system}, "URL", "u");
    const char *three = publish_over(story, publish_over(story, one, keyed), renamed);
    const struct value *after = GQL(story, query, {"id", .text = three});
    EXPECT_TEXT(after, "integration.flows.nodes[0].testUrl", url);
    EXPECT_TEXT(after, "integration.testConfigVariables.nodes[0].value", "u");
    EXPECT(strcmp(said(story, url), "3 u") == 0);
    STEP("also by the id of the flow in any version");
    const char *const flows[] = {TEXT_AT(before, "integration.flows.nodes[0].id"),
                                 TEXT_AT(after, "integration.flows.nodes[0].id")};
    for (size_t i = 0; i < 2; i++) {
        const struct value *test = GQL(story,
                                       "mutation($id: ID!) { testIntegrationFlow(input: {id: $id}) "
                                       "{ testIntegrationFlowResult "
                                       "{ execution { id } } errors { messages } } }",
                                       {"id", .text = flows[i]});
        const struct value *run = kit_story_await(
            story, TEXT_AT(test, "testIntegrationFlow.testIntegrationFlowResult.execution.id"));
        EXPECT_TEXT(run, "logs.nodes[1].message", "3 u");
    }
}

#define TYPED(type)                                                                                \
    KIT_DEFINITION("Typed")                                                                        \
    "requiredConfigVars:\n  - {key: Value, dataType: " type "}\nflows:\n" KIT_FLOW("Receive")      \
        SAY("{{#Value}}")

TEST(moving, judges_values_by_the_type_they_have_now)
{
    struct kit_instance instance = kit_story_instance(
        story, TYPED("string"), "Acme", "[{\"key\": \"Value\", \"value\": \"soon\"}]");
    static const char *const definitions[] = {TYPED("number"), TYPED("boolean"), TYPED("date"),
                                              TYPED("schedule"), TYPED("jsonForm")};
    static const char *const reasons[] = {"a number like", "true or false is wanted",
                                          "is not a date", "a schedule has five fields",
                                          "malformed JSON"};
    const char *url = kit_story_webhook(story, &instance, "Receive");
    for (size_t i = 0; i < sizeof definitions / sizeof *definitions; i++) {
        (void)move(story, instance.id, publish_over(story, instance.version, definitions[i]));
        (void)kit_story_deploy(story, &instance);
        const struct value *run = kit_story_await(story, kit_story_call(story, url, "{}"));
        STEP("a value of version %zu", i + 2);
        EXPECT_TEXT(run, "status", "ERROR");
        EXPECT_THAT(strstr(TEXT_AT(run, "error"), "config variable \"Value\"") != NULL &&
                        strstr(TEXT_AT(run, "error"), reasons[i]) != NULL,
                    "the error is %s", TEXT_AT(run, "error"));
    }
    kit_story_configure(story, &instance, "Value", "{\"a\": 1}");
    (void)kit_story_deploy(story, &instance);
    EXPECT(strcmp(said(story, url), "{\"a\":1}") == 0);
}
