/*
 * An instance is created, configured, deployed, paused: what is wrong with a value is said with its
 * key and rule, what is missing keeps it from being deployed, and whether it needs a deploy is told
 * by comparing what is set with what is deployed.
 */
#include "tests/lib/kit_definition.h"
#include "tests/lib/kit_story.h"

static const char all_types[] = KIT_DEFINITION(
    "All types") "labels: [offered]\n"
                 "requiredConfigVars:\n"
                 "  - {key: Text, dataType: string}\n"
                 "  - {key: Number, dataType: number}\n"
                 "  - {key: Flag, dataType: boolean, defaultValue: \"true\"}\n"
                 "  - {key: Day, dataType: date}\n"
                 "  - {key: Moment, dataType: timestamp}\n"
                 "  - {key: Region, dataType: picklist, pickList: [EU, US]}\n"
                 "  - {key: Json, dataType: code, codeLanguage: json, defaultValue: \"\"}\n"
                 "  - {key: When, dataType: schedule, scheduleType: custom, defaultValue: \"0 1 * "
                 "* *\", "
                 "timeZone: Europe/Amsterdam}\n"
                 "  - {key: Form, dataType: jsonForm}\n"
                 "  - {key: Objects, dataType: objectSelection}\n"
                 "  - {key: Fields, dataType: objectFieldMap}\n"
                 "  - {key: List, dataType: string, collectionType: valuelist, defaultValue: "
                 "\"[]\"}\n"
                 "  - {key: Pairs, dataType: number, collectionType: keyvaluelist, defaultValue: "
                 "\"[]\"}\n"
                 "  - key: Login\n"
                 "    dataType: connection\n"
                 "    connection: {key: basic, component: {key: http, version: LATEST, isPublic: "
                 "true}}\n"
                 "    inputs: {username: {type: value, value: \"\"}, password: {type: value, "
                 "value: \"\"}}\n"
                 "flows:\n" KIT_FLOW("Receive");

#define INSTANCE                                                                                   \
    "instance { id name description labels enabled streamVersion configState missingConfig "       \
    "needsDeploy deployedVersion lastDeployedAt configVariables { totalCount nodes { "             \
    "requiredConfigVariable { key dataType } value status scheduleType timeZone inputs { nodes "   \
    "{ name value hasValue } } } } } errors { field messages }"

static const struct value *
create(struct kit_story *story, const char *customer, const char *integration, const char *members)
{
    return GQL(story,
               kit_story_text(story,
                              "mutation { createInstance(input: {customer: \"%s\", integration: "
                              "\"%s\"%s}) { " INSTANCE " suggestedLabels } }",
                              customer, integration, members));
}

static const struct value *update(struct kit_story *story, const char *id, const char *members)
{
    return GQL(story,
               kit_story_text(story,
                              "mutation { updateInstance(input: {id: \"%s\"%s}) { " INSTANCE " } }",
                              id, members));
}

static const struct value *configure(struct kit_story *story, const char *id, const char *config)
{
    return GQL(story, kit_story_text(story,
                                     "mutation { updateInstanceConfigVariables(input: {id: \"%s\", "
                                     "configVariables: %s}) { " INSTANCE " } }",
                                     id, config));
}

static const struct value *deploy(struct kit_story *story, const char *id, const char *members)
{
    return GQL(story,
               kit_story_text(story,
                              "mutation { deployInstance(input: {id: \"%s\"%s}) { " INSTANCE " } }",
                              id, members));
}

/* As the API takes it: every thin type with a value it accepts. */
#define GOOD_CONFIG                                                                                \
    "[{key: \"Text\", value: \"h\\u00e9llo\"}, {key: \"Number\", value: \"-1.5e3\"}, {key: "       \
    "\"Flag\", value: \"FALSE\"}, {key: \"Day\", value: \"2026-02-28\"}, {key: \"Moment\", "       \
    "value: "                                                                                      \
    "\"2026-01-01T00:00:00Z\"}, {key: \"Region\", value: \"US\"}, {key: \"Json\", value: "         \
    "\"{\\\"a\\\": 1}\"}, {key: \"When\", value: \"5 4 * * *\", scheduleType: \"DAY\", timeZone: " \
    "\"America/New_York\"}, {key: \"Form\", value: \"{}\"}, {key: \"Objects\", value: "            \
    "\"[{\\\"object\\\": {\\\"key\\\": \\\"a\\\"}}]\"}, {key: \"Fields\", value: "                 \
    "\"{\\\"fields\\\": []}\"}, {key: \"List\", value: \"[\\\"a\\\", 1]\"}, {key: \"Pairs\", "     \
    "value: "                                                                                      \
    "\"[{\\\"key\\\": \\\"a\\\", \\\"value\\\": 2}]\"}, {key: \"Login\", values: "                 \
    "\"[{\\\"name\\\": \\\"username\\\", \\\"value\\\": \\\"clerk\\\"}, {\\\"name\\\": "           \
    "\\\"password\\\", \\\"type\\\": \\\"value\\\", \\\"value\\\": \\\"hush\\\"}]\"}]"

static const char *const wrong_values[][3] = {
    {"Number", "many", "a number like 25 or -1.5 is wanted; \"many\" was given"},
    {"Flag", "perhaps", "true or false is wanted; \"perhaps\" was given"},
    {"Day", "28.02.2026", "\"28.02.2026\" is not a date such as"},
    {"Moment", "soon", "\"soon\" is not a time such as"},
    {"Region", "APAC", "one of the 2 choices is wanted (EU ...); \"APAC\" was given"},
    {"Json", "{", "malformed JSON"},
    {"When", "daily", "a schedule has five fields"},
    {"Form", "{", "malformed JSON"},
    {"Objects", "{}", "a JSON list of {\"object\": {\"key\": ...}} is wanted"},
    {"Fields", "[]", "a JSON object with the list \"fields\" is wanted"},
    {"List", "a, b", "a JSON list like [\"a\", \"b\"] is wanted"},
    {"Pairs", "[{\\\"key\\\": \\\"a\\\", \\\"value\\\": \\\"x\\\"}]", "value of \"a\": a number"},
    {"Login", "hush", "is a connection: give its inputs as `values`"},
    {"Colour", "red", "the integration has no config variable of this key"},
};

TEST(instances, have_all_their_problems_named_at_once)
{
    const char *version = kit_story_publish(story, all_types);
    const char *customer = kit_story_customer(story, "Acme");
    const char *config = "";
    size_t count = sizeof wrong_values / sizeof *wrong_values;
    for (size_t i = 0; i < count; i++) {
        config = kit_story_text(story, "%s{key: \"%s\", value: \"%s\"}, ", config,
                                wrong_values[i][0], wrong_values[i][1]);
    }
    config =
        kit_story_text(story, ", configVariables: [%s{key: \"Text\", values: \"[]\"}]", config);
    const struct value *data = create(
        story, customer, version, kit_story_text(story, ", name: \"\", labels: [\"\"]%s", config));
    EXPECT_NULL(data, "createInstance.instance");
    EXPECT_COUNT(data, "createInstance.suggestedLabels", 0);
    for (size_t i = 0; i < count; i++) {
        EXPECT_PROBLEM(data, "createInstance",
                       kit_story_text(story, "configVariables.%s", wrong_values[i][0]),
                       wrong_values[i][2]);
    }
    EXPECT_PROBLEM(data, "createInstance", "configVariables.Text", "is no connection");
    EXPECT_PROBLEM(data, "createInstance", "name", "must not be empty");
    EXPECT_PROBLEM(data, "createInstance", "labels", "must not be empty");
    EXPECT_COUNT(data, "createInstance.errors", count + 3);

    STEP("customer and integration that are not there are named together with the rest");
    const struct value *nothing = create(
        story, version, customer, ", name: \" \", configVariables: {key: \"x\", value: \"\"}");
    EXPECT_COUNT(nothing, "createInstance.errors", 3);
    EXPECT_PROBLEM(nothing, "createInstance", "customer", "no such customer");
    EXPECT_PROBLEM(nothing, "createInstance", "integration", "no such integration");
    EXPECT_PROBLEM(nothing, "createInstance", "name", "must not be empty");

    STEP("a key that is given twice; a zone that is none");
    const struct value *twice =
        create(story, customer, version,
               ", name: \"I\", configVariables: [{key: \"Text\", value: \"a\"}, {key: \"Text\", "
               "value: \"b\"}, {key: \"When\", value: \"0 0 * * *\", timeZone: \"Mars/ Base\"}]");
    EXPECT_PROBLEM(twice, "createInstance", "configVariables.Text", "is given twice");
    EXPECT_PROBLEM(twice, "createInstance", "configVariables.When", "a time zone is named like");
    STEP("what a connection is given is never said again");
    const struct value *secret =
        create(story, customer, version,
               ", name: \"I\", configVariables: [{key: \"Login\", values: \"[{\\\"name\\\": "
               "\\\"password\\\", \\\"value\\\": {\\\"a\\\": \\\"sesame\\\"}}]\"}]");
    EXPECT_PROBLEM(secret, "createInstance", "configVariables.Login", "\"value\" is a text");
    EXPECT(strstr(kit_expect_show(secret), "sesame") == NULL);
    EXPECT_INT(GQL(story, "{ instances { totalCount } }"), "instances.totalCount", 0);
}

TEST(instances, are_configured_by_every_type)
{
    const char *version = kit_story_publish(story, all_types);
    const char *customer = kit_story_customer(story, "Acme");
    STEP("without config: what is missing is told, and keeps it from being deployed");
    const struct value *bare = create(story, customer, version, ", name: \"Bare\"");
    EXPECT_TEXT(bare, "createInstance.instance.configState", "NEEDS_INSTANCE_CONFIGURATION");
    EXPECT_LIST(
        bare, "createInstance.instance.missingConfig", "",
        "Text: it has neither a value nor a default, Number: it has neither a value nor a "
        "default, Day: it has neither a value nor a default, Moment: it has neither a value "
        "nor a default, Region: it has neither a value nor a default, Login: an input of "
        "the connection has no value");
    EXPECT_LIST(bare, "createInstance.instance.configVariables.nodes", "status",
                "null, null, null, null, null, null, null, null, null, null, null, null, null, "
                "PENDING");
    EXPECT_LIST(bare, "createInstance.suggestedLabels", "", "offered");
    EXPECT_COUNT(bare, "createInstance.instance.labels", 0);
    const struct value *refused =
        deploy(story, TEXT_AT(bare, "createInstance.instance.id"), ", expectedVersion: 9");
    EXPECT_NULL(refused, "deployInstance.instance");
    EXPECT_COUNT(refused, "deployInstance.errors", 7);
    EXPECT_PROBLEM(refused, "deployInstance", "configVariables.Day",
                   "neither a value nor a default");
    EXPECT_PROBLEM(refused, "deployInstance", "expectedVersion", "the current streamVersion is 1");

    STEP("with config of every type");
    const struct value *full = create(story, customer, version,
                                      ", name: \"Full\", description: \"d\", labels: "
                                      "[\"offered\"], configVariables: " GOOD_CONFIG);
    EXPECT_NO_PROBLEMS(full, "createInstance");
    EXPECT_TEXT(full, "createInstance.instance.configState", "FULLY_CONFIGURED");
    EXPECT_LIST(full, "createInstance.instance.configVariables.nodes", "value",
                "h\xc3\xa9llo, -1.5e3, false, 2026-02-28, 2026-01-01T00:00:00Z, US, {\"a\": 1}, "
                "5 4 * * *, {}, [{\"object\": {\"key\": \"a\"}}], {\"fields\": []}, [\"a\",\"1\"], "
                "[{\"key\":\"a\",\"value\":\"2\"}], null");
    EXPECT_TEXT(full, "createInstance.instance.configVariables.nodes[7].scheduleType", "DAY");
    EXPECT_TEXT(full, "createInstance.instance.configVariables.nodes[7].timeZone",
                "America/New_York");
    EXPECT_TEXT(full, "createInstance.instance.configVariables.nodes[13].status", "ACTIVE");
    EXPECT_LIST(full, "createInstance.instance.configVariables.nodes[13].inputs.nodes", "value",
                "clerk, ");
    EXPECT_LIST(full, "createInstance.instance.configVariables.nodes[13].inputs.nodes", "hasValue",
                "true, true");

    STEP("variables are filtered by status, and come in one page unless less is asked for");
    const struct value *data = GQL(
        story,
        "query($id: ID!) { instance(id: $id) { active: configVariables(status: \"active\") { nodes "
        "{ requiredConfigVariable { key } } } either: configVariables(status_In: [\"pending\", "
        "\"Active\"]) { totalCount } two: configVariables(first: 2, after: \"\") { nodes { value } "
        "pageInfo { hasNextPage endCursor } } } }",
        {"id", .text = TEXT_AT(full, "createInstance.instance.id")});
    EXPECT_LIST(data, "instance.active.nodes", "requiredConfigVariable.key", "Login");
    EXPECT_INT(data, "instance.either.totalCount", 1);
    EXPECT_LIST(data, "instance.two.nodes", "value", "h\xc3\xa9llo, -1.5e3");
    EXPECT_BOOL(data, "instance.two.pageInfo.hasNextPage", true);
}

static const char greeting[] =
    KIT_DEFINITION("Greeting") "requiredConfigVars:\n"
                               "  - {key: Word, dataType: string, defaultValue: hello}\n"
                               "  - {key: Name, dataType: string, defaultValue: \"\"}\n"
                               "flows:\n" KIT_FLOW("Greet") KIT_STEP(
                                   "Say",
                                   "log",
                                   "writeLog",
                                   "{message: {type: template, value: '{{#Word}} {{#Name}}'}}");

static void
expect_state(const struct value *data, const char *mutation, bool needs, const char *values)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    const char *path = arena_format(&arena, "%s.instance%c", mutation, '\0').data;
    const struct value *instance = VALUE_AT(data, path);
    EXPECT_BOOL(instance, "needsDeploy", needs);
    EXPECT_LIST(instance, "configVariables.nodes", "value", values);
    arena_deinit(&arena);
}

TEST(instances, need_a_deploy_when_what_is_set_is_not_what_is_deployed)
{
    struct kit_instance instance = kit_story_instance(story, greeting, "Acme", NULL);
    const char *id = instance.id;
    expect_state(update(story, id, ""), "updateInstance", true, "hello, ");
    const struct value *first = deploy(story, id, ", expectedVersion: 1");
    EXPECT_INT(first, "deployInstance.instance.deployedVersion", 1);
    expect_state(first, "deployInstance", false, "hello, ");

    STEP("changed, and changed back");
    expect_state(configure(story, id, "[{key: \"Name\", value: \"Bo\"}]"),
                 "updateInstanceConfigVariables", true, "hello, Bo");
    expect_state(configure(story, id, "[{key: \"Name\", value: \"\"}]"),
                 "updateInstanceConfigVariables", true, "hello, ");
    expect_state(update(story, id, ", configVariables: []"), "updateInstance", false, "hello, ");

    STEP("one call changes only what is given, the other sets all");
    expect_state(configure(story, id, "[{key: \"Name\", value: \"Bo\"}]"),
                 "updateInstanceConfigVariables", true, "hello, Bo");
    expect_state(configure(story, id, "[{key: \"Word\", value: \"hi\"}]"),
                 "updateInstanceConfigVariables", true, "hi, Bo");
    expect_state(configure(story, id, "[]"), "updateInstanceConfigVariables", true, "hi, Bo");
    expect_state(update(story, id, ", configVariables: null"), "updateInstance", true, "hi, Bo");
    expect_state(update(story, id, ", configVariables: {key: \"Name\", value: \"Bo\"}"),
                 "updateInstance", true, "hello, Bo");

    STEP("the next deploy takes it over; every deploy is a new number");
    expect_state(deploy(story, id, ""), "deployInstance", false, "hello, Bo");
    EXPECT_INT(deploy(story, id, ""), "deployInstance.instance.deployedVersion", 3);
    STEP("name, description and labels need none");
    const struct value *renamed =
        update(story, id, ", name: \"New\", description: \"text\", labels: [\"a\", \"b\"]");
    expect_state(renamed, "updateInstance", false, "hello, Bo");
    EXPECT_TEXT(renamed, "updateInstance.instance.name", "New");
    EXPECT_LIST(renamed, "updateInstance.instance.labels", "", "a, b");
    EXPECT_INT(renamed, "updateInstance.instance.deployedVersion", 3);
}

TEST(instances, run_with_what_is_deployed)
{
    struct kit_instance instance = kit_story_instance(story, greeting, "Acme", NULL);
    (void)kit_story_deploy(story, &instance);
    const char *url = kit_story_webhook(story, &instance, "Greet");
    kit_story_configure(story, &instance, "Name", "Bo");
    const struct value *old = kit_story_await(story, kit_story_call(story, url, "{}"));
    EXPECT_TEXT(old, "logs.nodes[1].message", "hello ");
    (void)kit_story_deploy(story, &instance);
    const struct value *new = kit_story_await(story, kit_story_call(story, url, "{}"));
    EXPECT_TEXT(new, "logs.nodes[1].message", "hello Bo");
}

TEST(instances, are_paused_and_unpaused)
{
    struct kit_instance instance = kit_story_instance(story, greeting, "Acme", NULL);
    const char *url = kit_story_webhook(story, &instance, "Greet");
    struct kit_message answer = kit_story_send(story, url, "{}");
    EXPECT_STATUS(&answer, 409);
    (void)kit_story_deploy(story, &instance);
    EXPECT_BOOL(update(story, instance.id, ", enabled: false"), "updateInstance.instance.enabled",
                false);
    answer = kit_story_send(story, url, "{}");
    EXPECT_STATUS(&answer, 409);
    EXPECT(slice_find(answer.body, SLICE("instance_paused")) != SIZE_MAX);
    STEP("deploying does not unpause");
    EXPECT_BOOL(deploy(story, instance.id, ""), "deployInstance.instance.enabled", false);
    EXPECT_BOOL(update(story, instance.id, ", enabled: true"), "updateInstance.instance.enabled",
                true);
    (void)kit_story_call(story, url, "{}");
}

TEST(instances, refuse_in_the_payload_with_everything_that_is_wrong)
{
    struct kit_instance instance = kit_story_instance(story, greeting, "Acme", NULL);
    const struct value *data =
        update(story, instance.id,
               ", expectedVersion: 5, name: \"\", configMode: \"customer\", integration: \"zz\", "
               "flowConfigs: [{flowId: \"zz\", apiKeys: [\"k\"]}]");
    EXPECT_COUNT(data, "updateInstance.errors", 5);
    EXPECT_PROBLEM(data, "updateInstance", "expectedVersion", "the current streamVersion is 1");
    EXPECT_PROBLEM(data, "updateInstance", "name", "must not be empty");
    EXPECT_PROBLEM(data, "updateInstance", "configMode", "must be INSTANCE");
    EXPECT_PROBLEM(data, "updateInstance", "integration", "no such integration or version");
    EXPECT_PROBLEM(data, "updateInstance", "flowConfigs", "no such flow");
    EXPECT_NO_PROBLEMS(update(story, instance.id, ", configMode: \"instance\""), "updateInstance");

    STEP("a customer's id is no instance's; nor is none");
    static const char *const calls[] = {"updateInstance", "updateInstanceConfigVariables",
                                        "deployInstance"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        const char *call =
            kit_story_text(story, "mutation { %s(input: {id: \"%s\"}) { errors { field } } }",
                           calls[i], instance.customer);
        EXPECT_ERROR(GQL_ERRORS(story, call), "Instance not found");
    }
    EXPECT_ERROR(GQL_ERRORS(story, "mutation { deployInstance(input: {}) { errors { field } } }"),
                 "Instance not found");
}
