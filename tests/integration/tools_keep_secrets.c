/*
 * No command shows a secret: passwords of connections and API keys of flows appear as fingerprints,
 * which tell whether one changed, now, as of then and in the history.
 */
#include "tests/lib/kit_command.h"

#include "core/base/check.h"

#define FIRST_PASSWORD  "open-sesame-1"
#define SECOND_PASSWORD "open-sesame-2"
#define API_KEY         "key-of-the-flow"

static const char definition[] =
    "definitionVersion: 7\n"
    "name: Keeps secrets\n"
    "requiredConfigVars:\n"
    "  - key: Login\n"
    "    dataType: connection\n"
    "    connection: {key: basic, component: {key: http, version: LATEST, isPublic: true}}\n"
    "    inputs:\n"
    "      username: {type: value, value: \"\"}\n"
    "      password: {type: value, value: \"\"}\n"
    "flows:\n"
    "  - name: Receive\n"
    "    endpointSecurityType: customer_required\n"
    "    steps:\n"
    "      - name: Order\n"
    "        isTrigger: true\n"
    "        action: {key: webhook, component: {key: webhook-triggers, version: LATEST, isPublic: "
    "true}}\n"
    "        inputs: {}\n";

static void set_password(struct kit_story *story, const char *instance, const char *password)
{
    struct slice values =
        arena_format(&story->arena,
                     "[{\"name\": \"username\", \"type\": \"value\", \"value\": \"clerk\"}, "
                     "{\"name\": \"password\", \"type\": \"value\", \"value\": \"%s\"}]",
                     password);
    const struct value *data =
        GQL(story,
            "mutation($id: ID!, $values: JSONString!) { updateInstanceConfigVariables(input: {"
            "id: $id, configVariables: [{key: \"Login\", values: $values}]}) "
            "{ errors { field messages } } }",
            {"id", .text = instance}, {"values", .text = arena_text(&story->arena, values)});
    EXPECT_COUNT(data, "updateInstanceConfigVariables.errors", 0);
}

static void set_key(struct kit_story *story, const char *instance)
{
    const struct value *flows = GQL(
        story, "query($id: ID!) { instance(id: $id) { flowConfigs { nodes { flow { id } } } } }",
        {"id", .text = instance});
    const struct value *data =
        GQL(story,
            "mutation($id: ID!, $flow: ID!, $key: String!) { updateInstance(input: {id: $id, "
            "flowConfigs: [{flowId: $flow, apiKeys: [$key]}]}) { errors { field messages } } }",
            {"id", .text = instance},
            {"flow", .text = TEXT_AT(flows, "instance.flowConfigs.nodes[0].flow.id")},
            {"key", .text = API_KEY});
    EXPECT_COUNT(data, "updateInstance.errors", 0);
}

/* What a command says, whole. */
static void expect_no_secret(struct kit_said said)
{
    static const char *const secrets[] = {"open-sesame", API_KEY};
    for (size_t i = 0; i < ARRAY_COUNT(secrets); i++) {
        EXPECT_THAT(strstr(said.out, secrets[i]) == NULL, "%s is in: %s", secrets[i], said.out);
        EXPECT_THAT(strstr(said.err, secrets[i]) == NULL, "%s is in: %s", secrets[i], said.err);
    }
}

static const char *fingerprint_of(const struct value *state)
{
    return TEXT_AT(state, "config.Login.inputs.password.fingerprint");
}

TEST(tools, show_no_secret)
{
    struct kit_instance instance = kit_story_instance(story, definition, "Acme", NULL);
    set_password(story, instance.id, FIRST_PASSWORD);
    set_key(story, instance.id);
    const struct value *first = RUN_JSON(story, 0, "show", instance.id);
    set_password(story, instance.id, SECOND_PASSWORD);
    const struct value *second = RUN_JSON(story, 0, "show", instance.id);
    EXPECT_BOOL(second, "config.Login.inputs.password.hasValue", true);
    EXPECT(strcmp(fingerprint_of(first), fingerprint_of(second)) != 0);
    EXPECT_TEXT(second, "config.Login.inputs.username.fingerprint",
                TEXT_AT(first, "config.Login.inputs.username.fingerprint"));
    EXPECT_SAYS(TEXT_AT(second, "flowConfigs.Receive.keys[0]"), "key:");
    STEP("the history tells that it changed, and nothing else");
    const struct value *history = RUN_JSON(story, 0, "history", instance.id, "--limit", "1");
    EXPECT_COUNT(history, "[0].changes", 1);
    EXPECT_TEXT(history, "[0].changes[0].field", "config.Login.inputs.password.fingerprint");
    EXPECT_TEXT(history, "[0].changes[0].before", fingerprint_of(first));
    EXPECT_TEXT(history, "[0].changes[0].after", fingerprint_of(second));
    STEP("no command says a secret");
    expect_no_secret(RUN(story, 0, "show", instance.id));
    expect_no_secret(RUN(story, 0, "show", instance.id, "--json"));
    expect_no_secret(RUN(story, 0, "show", instance.id, "--as-of", "0s", "--json"));
    expect_no_secret(RUN(story, 0, "history", instance.id));
    expect_no_secret(RUN(story, 0, "history", instance.id, "--json"));
    expect_no_secret(RUN(story, 0, "show", instance.version, "--json"));
    expect_no_secret(RUN(story, 0, "history", instance.version, "--json"));
    expect_no_secret(RUN(story, 0, "show", TEXT_AT(second, "flowConfigs.Receive.id"), "--json"));
    expect_no_secret(RUN(story, 0, "stats"));
    expect_no_secret(RUN(story, 0, "verify", "--json"));
    expect_no_secret(RUN(story, 0, "status", "--json"));
    expect_no_secret(RUN(story, 0, "token", "list", "--json"));
}
