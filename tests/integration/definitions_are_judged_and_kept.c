/*
 * A definition is judged whole: everything that is wrong with it is said at once, with place and
 * line. What is accepted comes out again as it went in, its secrets blanked; imported again like
 * that, it keeps the secrets that are stored.
 */
#include "tests/lib/kit_definition.h"
#include "tests/lib/kit_story.h"

static const struct value *validate(struct kit_story *story, const char *definition)
{
    return GQL(story,
               "mutation($text: String!) { validateIntegrationSchema(input: {definition: $text}) "
               "{ result { isValid } errors { field messages } } }",
               {"text", .text = definition});
}

static const struct value *
import_over(struct kit_story *story, const char *definition, const char *integration)
{
    return GQL(story,
               "mutation($text: String!, $id: ID) { importIntegration(input: {definition: $text, "
               "integrationId: $id}) { integration { id } errors { field messages } } }",
               {"text", .text = definition}, {"id", .text = integration, .json = "null"});
}

static const char *publish(struct kit_story *story, const char *id)
{
    const struct value *data =
        GQL(story,
            "mutation($id: ID!) { publishIntegration(input: {id: $id}) { integration { id } errors "
            "{ messages } } }",
            {"id", .text = id});
    EXPECT_NO_PROBLEMS(data, "publishIntegration");
    return TEXT_AT(data, "publishIntegration.integration.id");
}

static const char *exported(struct kit_story *story, const char *id)
{
    return TEXT_AT(GQL(story, "query($id: ID!) { integration(id: $id) { definition(version: 7) } }",
                       {"id", .text = id}),
                   "integration.definition");
}

static const char broken[] =
    "definitionVersion: 7\n"
    "name: ''\n"
    "requiredConfigVars:\n"
    "  - {key: Size, dataType: big}\n"
    "  - {key: Region, dataType: picklist, pickList: [EU], defaultValue: US}\n"
    "flows:\n"
    "  - name: A\n"
    "    endpointSecurityType: public\n"
    "    steps:\n"
    "      - name: Call\n"
    "        isTrigger: true\n"
    "        action: {key: webhook, component: {key: webhook-triggers}}\n"
    "      - name: Get\n"
    "        action: {key: httpGet, component: {key: http}}\n"
    "        inputs:\n"
    "          url: {type: reference, value: later.results}\n"
    "          data: {type: configVar, value: Colour}\n"
    "      - name: Get\n"
    "        action: {key: httpGet}\n"
    "  - {name: A, steps: []}\n";

TEST(definitions, have_all_their_errors_named_at_once)
{
    const struct value *data = validate(story, broken);
    EXPECT_BOOL(data, "validateIntegrationSchema.result.isValid", false);
    static const char *const problems[][2] = {
        {"name (line 2)", "1 to 200 bytes"},
        {"requiredConfigVars[0].dataType (line 4)", "\"big\" is unknown"},
        {"requiredConfigVars[1].defaultValue (line 5)", "\"US\" was given"},
        {"flows[0].endpointSecurityType (line 8)", "\"public\" is unknown"},
        {"flows[0].steps[1].inputs.url (line 16)", "later"},
        {"flows[0].steps[1].inputs.data (line 17)", "Colour"},
        {"flows[0].steps (line 18)", "both called get"},
        {"flows[0].steps[2].action.component (line 19)", "missing"},
        {"flows[1].name (line 20)", "\"A\" is used already"},
        {"flows[1].steps (line 20)", "the list is empty"},
    };
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        EXPECT_PROBLEM(data, "validateIntegrationSchema", problems[i][0], problems[i][1]);
    }
    EXPECT_COUNT(data, "validateIntegrationSchema.errors", sizeof problems / sizeof *problems);

    STEP("an import says the same, and leaves nothing behind");
    const struct value *refused = import_over(story, broken, NULL);
    EXPECT_NULL(refused, "importIntegration.integration");
    EXPECT_COUNT(refused, "importIntegration.errors", sizeof problems / sizeof *problems);
    EXPECT_INT(GQL(story, "{ integrations(allVersions: true) { totalCount } }"),
               "integrations.totalCount", 0);

    STEP("what is no YAML at all");
    EXPECT_PROBLEM(validate(story, ""), "validateIntegrationSchema", "__all__", "is empty");
    EXPECT_PROBLEM(validate(story, "a: [\n"), "validateIntegrationSchema", "__all__", "line 2");
    EXPECT_PROBLEM(validate(story, "name: x\nflows: {}\n"), "validateIntegrationSchema",
                   "definitionVersion (line 1)", "definitionVersion: 7");
}

TEST(definitions, the_whole_example_is_imported_published_and_exported)
{
    const char *text = kit_story_file(story, "tests/unit/core/data/parcel_tracker.yml");
    const struct value *valid = validate(story, text);
    EXPECT_BOOL(valid, "validateIntegrationSchema.result.isValid", true);
    EXPECT_NO_PROBLEMS(valid, "validateIntegrationSchema");
    const struct value *made = import_over(story, text, NULL);
    EXPECT_NO_PROBLEMS(made, "importIntegration");
    const char *draft = TEXT_AT(made, "importIntegration.integration.id");
    const char *version = publish(story, draft);

    STEP("it comes out as it went in, but for its one secret");
    const char *back = exported(story, version);
    EXPECT(strstr(back, "k-change-me") == NULL);
    EXPECT(strstr(back, "    organizationApiKeys: [\"\"]\n") != NULL);
    EXPECT(strlen(back) + strlen("k-change-me") == strlen(text) + strlen("\"\""));
    EXPECT(strstr(back, "meta: &hidden {orgOnly: true") != NULL);

    STEP("what came out goes in again: the draft is the same, with the secret");
    EXPECT_NO_PROBLEMS(import_over(story, back, version), "importIntegration");
    const struct value *data = GQL(
        story,
        "query($id: ID!) { integration(id: $id) { hasUnpublishedChanges flows { nodes { name "
        "organizationApiKeys usesFifoQueue singletonExecutions retryMaxAttempts trigger { action "
        "{ key scheduleSupport } } } } requiredConfigVariables { nodes { key dataType } } } }",
        {"id", .text = draft});
    EXPECT_BOOL(data, "integration.hasUnpublishedChanges", false);
    EXPECT_LIST(data, "integration.flows.nodes", "name",
                "Receive Parcel Event, Quote, Sweep, On Deploy, On Removal");
    EXPECT_LIST(data, "integration.flows.nodes", "trigger.action.key",
                "webhook, webhook, schedule, instanceDeploy, instanceRemove");
    EXPECT_LIST(data, "integration.flows.nodes", "usesFifoQueue",
                "true, false, false, false, false");
    EXPECT_LIST(data, "integration.flows.nodes", "retryMaxAttempts", "3, 0, 0, 0, 0");
    EXPECT_THAT(
        strncmp(TEXT_AT(data, "integration.flows.nodes[1].organizationApiKeys[0]"), "key:", 4) == 0,
        "a fingerprint is shown");
    EXPECT_COUNT(data, "integration.requiredConfigVariables.nodes", 17);

    STEP("an instance of it names what it lacks, and is not deployed");
    const struct value *instance = GQL(
        story,
        "mutation($customer: ID!, $version: ID!) { createInstance(input: {name: \"Parcels\", "
        "customer: $customer, integration: $version}) { instance { id configState missingConfig "
        "configVariables { totalCount nodes { requiredConfigVariable { key } value status "
        "scheduleType timeZone } } } errors { field messages } } }",
        {"customer", .text = kit_story_customer(story, "Acme")}, {"version", .text = version});
    EXPECT_TEXT(instance, "createInstance.instance.configState", "NEEDS_INSTANCE_CONFIGURATION");
    EXPECT_LIST(instance, "createInstance.instance.missingConfig", "",
                "Carrier Connection: the connection is not authorised, Ledger Connection: an input "
                "of the connection has no value, Shared Warehouse Connection: the organisation's "
                "connection it uses is not set up");
    EXPECT_INT(instance, "createInstance.instance.configVariables.totalCount", 17);
    EXPECT_TEXT(instance, "createInstance.instance.configVariables.nodes[12].value",
                "*/15 * * * *");
    EXPECT_TEXT(instance, "createInstance.instance.configVariables.nodes[12].timeZone",
                "Europe/Amsterdam");
    EXPECT_TEXT(instance, "createInstance.instance.configVariables.nodes[12].scheduleType",
                "CUSTOM");
    const struct value *deploy =
        GQL(story,
            "mutation($id: ID!) { deployInstance(input: {id: $id}) { errors { field messages } } }",
            {"id", .text = TEXT_AT(instance, "createInstance.instance.id")});
    EXPECT_COUNT(deploy, "deployInstance.errors", 3);
    EXPECT_PROBLEM(deploy, "deployInstance", "configVariables.Ledger Connection", "has no value");
}

/* A connection with a password, a flow that uses it and one with a key. */
#define SECRETS(description, first_var, second_var)                                                \
    KIT_DEFINITION("Secrets")                                                                      \
    "description: " description "\n"                                                               \
    "requiredConfigVars:\n" first_var second_var                                                   \
    "flows:\n" KIT_FLOW_WITH("Post", "    endpointSecurityType: organization\n"                    \
                                     "    organizationApiKeys: [k-open-sesame]\n")                 \
        KIT_STEP("Send", "http", "httpPost",                                                       \
                 "{url: {type: configVar, value: URL}, data: {type: value, value: x}, "            \
                 "connection: {type: configVar, value: Login}}")

#define URL_VAR "  - {key: URL, dataType: string}\n"
#define LOGIN_VAR                                                                                  \
    "  - key: Login\n"                                                                             \
    "    dataType: connection\n"                                                                   \
    "    connection: {key: basic, component: {key: http, version: LATEST, isPublic: true}}\n"      \
    "    inputs: {username: {type: value, value: clerk}, password: {type: value, value: hush}}\n"

static const char with_secrets[] = SECRETS("one", URL_VAR, LOGIN_VAR);

/* Deploys an instance of a version and calls its flow with the key that was imported first. */
static void expect_secrets_work(struct kit_story *story, const char *version, const char *name)
{
    struct kit_target *target = kit_story_target(story);
    const struct value *data =
        GQL(story,
            "mutation($customer: ID!, $version: ID!, $config: [InputInstanceConfigVariable]) { "
            "createInstance(input: {name: \"I\", customer: $customer, integration: $version, "
            "configVariables: $config}) { instance { id flowConfigs { nodes { webhookUrl } } } "
            "errors { field messages } } }",
            {"customer", .text = kit_story_customer(story, name)}, {"version", .text = version},
            {"config", .json = kit_story_text(story,
                                              "[{\"key\": \"URL\", \"value\": "
                                              "\"http://127.0.0.1:%d/%s\"}]",
                                              kit_target_port(target), name)});
    EXPECT_NO_PROBLEMS(data, "createInstance");
    (void)kit_story_deploy(
        story, &(struct kit_instance){.id = TEXT_AT(data, "createInstance.instance.id")});
    struct kit_message answer;
    struct kit_request request = {
        .method = "POST",
        .path = kit_story_path(
            story, TEXT_AT(data, "createInstance.instance.flowConfigs.nodes[0].webhookUrl")),
        .headers = "Api-Key: k-open-sesame\r\n",
        .body = SLICE("{}")};
    EXPECT_OK(kit_client_request(&story->caller, &request, &answer, KIT_ERROR));
    EXPECT_STATUS(&answer, 200);
    struct kit_received received;
    const char *path = kit_story_text(story, "/%s", name);
    EXPECT(kit_target_wait(target, path, 1, KIT_PATIENCE_MS));
    EXPECT(kit_target_request(target, path, 0, &story->arena, &received));
    EXPECT(
        slice_is(kit_message_header(&received.message, "Authorization"), "Basic Y2xlcms6aHVzaA=="));
}

/* The text with its first line about a description changed. */
static const char *
with_description(struct kit_story *story, const char *text, const char *description)
{
    const char *at = strstr(text, "description: ");
    EXPECT(at != NULL);
    return kit_story_text(story, "%.*sdescription: %s%s", (int)(at - text), text, description,
                          strchr(at, '\n'));
}

TEST(definitions, blanked_secrets_mean_those_that_are_stored)
{
    const char *draft =
        TEXT_AT(import_over(story, with_secrets, NULL), "importIntegration.integration.id");
    const char *one = publish(story, draft);
    expect_secrets_work(story, one, "one");

    STEP("exported, changed and imported again: the secrets are still there");
    const char *blanked = exported(story, draft);
    EXPECT(strstr(blanked, "hush") == NULL && strstr(blanked, "k-open") == NULL);
    EXPECT_NO_PROBLEMS(import_over(story, with_description(story, blanked, "two"), draft),
                       "importIntegration");
    expect_secrets_work(story, publish(story, draft), "two");

    STEP("wherever the connection now stands");
    static const char moved[] = SECRETS("three", LOGIN_VAR, URL_VAR);
    EXPECT_NO_PROBLEMS(import_over(story, moved, draft), "importIntegration");
    const char *moved_back = exported(story, draft);
    EXPECT_NO_PROBLEMS(import_over(story, with_description(story, blanked, "four"), draft),
                       "importIntegration");
    expect_secrets_work(story, publish(story, draft), "four");
    EXPECT_NO_PROBLEMS(import_over(story, moved_back, draft), "importIntegration");
    expect_secrets_work(story, publish(story, draft), "five");

    STEP("in another integration there are none to keep");
    static const char renaming[] = "name: Secrets\n";
    const char *at = strstr(blanked, renaming);
    EXPECT(at != NULL);
    const char *copy = kit_story_text(story, "%.*sname: Copy\n%s", (int)(at - blanked), blanked,
                                      at + sizeof renaming - 1);
    const struct value *other = import_over(story, copy, NULL);
    EXPECT_NO_PROBLEMS(other, "importIntegration");
    const struct value *data = GQL(
        story,
        "query($id: ID!) { integration(id: $id) { requiredConfigVariables { nodes { inputs { nodes "
        "{ name value hasValue } } } } } }",
        {"id", .text = TEXT_AT(other, "importIntegration.integration.id")});
    EXPECT_LIST(data, "integration.requiredConfigVariables.nodes[1].inputs.nodes", "hasValue",
                "true, false");
    EXPECT_LIST(data, "integration.requiredConfigVariables.nodes[1].inputs.nodes", "value",
                "clerk, ");
}

static const char not_acted_on[] = KIT_DEFINITION(
    "Ambitious") "requiredConfigVars:\n"
                 "  - {key: When, dataType: schedule, defaultValue: \"0 4 * * *\"}\n"
                 "flows:\n" KIT_FLOW("Plain") KIT_FLOW_WITH(
                     "Careful",
                     "    retryConfig: {maxAttempts: 3, delayMinutes: 1}\n"
                     "    queueConfig: {usesFifoQueue: true}\n") "  - name: Nightly\n"
                                                                 "    steps:\n"
                                                                 "      - name: Tick\n"
                                                                 "        isTrigger: true\n"
                                                                 "        action: " KIT_ACTION(
                                                                     "schedule-triggers",
                                                                     "schedule") "\n"
                                                                                 "        "
                                                                                 "schedule: {type: "
                                                                                 "configVar, "
                                                                                 "value: When}\n"
                                                                                 "  - name: "
                                                                                 "Welcome\n"
                                                                                 "    steps:\n"
                                                                                 "      - {name: "
                                                                                 "Deployed, "
                                                                                 "isTrigger: true, "
                                                                                 "action:"
                                                                                 " " KIT_ACTION(
                                                                                     "management-"
                                                                                     "triggers",
                                                                                     "instanceDeplo"
                                                                                     "y") "}\n";

TEST(definitions, what_is_not_acted_on_is_said_at_every_deploy)
{
    struct kit_instance instance = kit_story_instance(story, not_acted_on, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    const char *query = "query($id: ID!) { logs(instance: $id) { nodes { message severity logType "
                        "executionResult { id } flow { id } stepName } totalCount } }";
    const struct value *data = GQL(story, query, {"id", .text = instance.id});
    EXPECT_LIST(data, "logs.nodes", "severity", "WARN, WARN, WARN");
    EXPECT_LIST(data, "logs.nodes", "logType", "MANAGEMENT, MANAGEMENT, MANAGEMENT");
    EXPECT_LIST(data, "logs.nodes", "executionResult", "null, null, null");
    EXPECT_TEXT(
        data, "logs.nodes[0].message",
        "Flow \"Careful\": this server does not act on retryConfig, queueConfig; it is kept "
        "and exported");
    EXPECT(strstr(TEXT_AT(data, "logs.nodes[1].message"),
                  "\"Nightly\": this server does not act on "
                  "its schedule") != NULL);
    EXPECT(strstr(TEXT_AT(data, "logs.nodes[2].message"),
                  "\"Welcome\": this server does not act on "
                  "its deploy trigger") != NULL);
    (void)kit_story_deploy(story, &instance);
    EXPECT_INT(GQL(story, query, {"id", .text = instance.id}), "logs.totalCount", 6);
}

TEST(definitions, of_another_endpoint_type_are_kept_but_not_deployed)
{
    static const char shared[] = KIT_DEFINITION("Shared") "endpointType: shared_instance\n"
                                                          "preprocessFlowName: Only\n"
                                                          "flows:\n" KIT_FLOW("Only");
    struct kit_instance instance = kit_story_instance(story, shared, "Acme", NULL);
    const struct value *data =
        GQL(story,
            "mutation($id: ID!) { deployInstance(input: {id: $id}) { instance "
            "{ id } errors { field messages } } }",
            {"id", .text = instance.id});
    EXPECT_NULL(data, "deployInstance.instance");
    EXPECT_PROBLEM(data, "deployInstance", "integration",
                   "its endpointType is not flow_specific, the only one that is served");
    EXPECT_TEXT(GQL(story, "query($id: ID!) { integration(id: $id) { endpointType } }",
                    {"id", .text = instance.version}),
                "integration.endpointType", "SHARED_INSTANCE");
}
