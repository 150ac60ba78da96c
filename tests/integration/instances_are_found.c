/*
 * Instances are found by every filter, in every order, across customers and below one; system
 * instances, on which drafts are tested, only when asked for.
 */
#include "tests/lib/kit_definition.h"
#include "tests/lib/kit_story.h"

static const char working[] = KIT_DEFINITION("Working") "flows:\n" KIT_FLOW("Only");
static const char failing[] = KIT_DEFINITION("Breaking") "flows:\n" KIT_FLOW("Only")
    KIT_STEP("Fail", "http", "httpGet", "{url: {type: value, value: 'nowhere'}}");

/* Three instances of two integrations and two customers. */
struct field {
    const char *acme;
    const char *beta;
    const char *working;
    const char *breaking;
    const char *alpha;
    const char *gamma;
    const char *delta;
};

static const char *
create(struct kit_story *story, const char *customer, const char *integration, const char *members)
{
    const struct value *data = GQL(
        story, kit_story_text(story,
                              "mutation { createInstance(input: {customer: \"%s\", integration: "
                              "\"%s\", %s}) { instance { id } errors { field messages } } }",
                              customer, integration, members));
    EXPECT_NO_PROBLEMS(data, "createInstance");
    return TEXT_AT(data, "createInstance.instance.id");
}

static const char *customer(struct kit_story *story, const char *name, const char *external_id)
{
    const struct value *data = GQL(
        story,
        "mutation($name: String!, $id: String) { createCustomer(input: {name: $name, externalId: "
        "$id}) { customer { id } errors { messages } } }",
        {"name", .text = name}, {"id", .text = external_id});
    return TEXT_AT(data, "createCustomer.customer.id");
}

static struct field make_field(struct kit_story *story)
{
    struct field it;
    it.acme = customer(story, "Acme", "a-1");
    it.beta = customer(story, "Beta", "b-1");
    it.working = kit_story_publish(story, working);
    it.breaking = kit_story_publish(story, failing);
    it.alpha = create(story, it.beta, it.working,
                      "name: \"alpha\", description: \"the FIRST\", labels: [\"eu\", \"vip\"]");
    it.gamma = create(story, it.acme, it.breaking, "name: \"Gamma\", labels: [\"vip\"]");
    it.delta = create(story, it.acme, it.working, "name: \"Delta\", description: \"zz\"");
    return it;
}

static void expect_names(struct kit_story *story, const char *arguments, const char *names)
{
    const struct value *data = GQL(
        story, kit_story_text(story, "{ instances(%s) { nodes { name } totalCount } }", arguments));
    STEP("instances(%s)", arguments);
    EXPECT_LIST(data, "instances.nodes", "name", names);
    EXPECT_INT(data, "instances.totalCount", (int64_t)kit_path_count(data, "instances.nodes"));
}

static const char *webhook(struct kit_story *story, const char *instance)
{
    const struct value *data =
        GQL(story, "query($id: ID!) { instance(id: $id) { flowConfigs { nodes { webhookUrl } } } }",
            {"id", .text = instance});
    return TEXT_AT(data, "instance.flowConfigs.nodes[0].webhookUrl");
}

static void deploy_and_call(struct kit_story *story, const char *instance)
{
    (void)kit_story_deploy(story, &(struct kit_instance){.id = instance});
    (void)kit_story_await(story, kit_story_call(story, webhook(story, instance), "{}"));
}

static const char *time_of(struct kit_story *story, const char *id, const char *field)
{
    return TEXT_AT(
        GQL(story, kit_story_text(story, "{ instance(id: \"%s\") { at: %s } }", id, field)),
        "instance.at");
}

TEST(found, by_what_they_are)
{
    struct field it = make_field(story);
    expect_names(story, "first: 9", "alpha, Gamma, Delta");
    expect_names(story, "name: \"Gamma\"", "Gamma");
    expect_names(story, "name: \"gamma\"", "");
    expect_names(story, "name_Icontains: \"A\"", "alpha, Gamma, Delta");
    expect_names(story, "name_Icontains: \"EL\"", "Delta");
    expect_names(story, "description_Icontains: \"first\"", "alpha");
    expect_names(story, "labels_Contains: \"vip\"", "alpha, Gamma");
    expect_names(story, "labels_Contains: \"VIP\"", "");
    expect_names(story, kit_story_text(story, "customer: \"%s\"", it.acme), "Gamma, Delta");
    expect_names(story, kit_story_text(story, "customer: \"%s\"", it.working), "");
    expect_names(story, "customer_ExternalId: \"b-1\"", "alpha");
    expect_names(story, kit_story_text(story, "integration: \"%s\"", it.working), "alpha, Delta");
    expect_names(story, kit_story_text(story, "integration: \"%s\"", it.acme), "");
    expect_names(
        story, kit_story_text(story, "integration: \"%s\", customer: \"%s\"", it.working, it.acme),
        "Delta");
    expect_names(story, kit_story_text(story, "id_In: [\"%s\", \"%s\", \"x\"]", it.delta, it.alpha),
                 "alpha, Delta");
    expect_names(story, kit_story_text(story, "id_In: \"%s\"", it.gamma), "Gamma");
    expect_names(story, "id_In: []", "");
    const char *sequence =
        TEXT_AT(GQL(story, "query($id: ID!) { integration(id: $id) { versionSequenceId } }",
                    {"id", .text = it.breaking}),
                "integration.versionSequenceId");
    expect_names(story, kit_story_text(story, "integration_VersionSequenceId: \"%s\"", sequence),
                 "Gamma");

    STEP("by times");
    const char *created = time_of(story, it.gamma, "createdAt");
    expect_names(story, kit_story_text(story, "createdAt_Gte: \"%s\"", created), "Gamma, Delta");
    expect_names(story, kit_story_text(story, "createdAt_Lte: \"%s\"", created), "alpha, Gamma");
    (void)GQL(story,
              "mutation($id: ID!) { updateInstance(input: {id: $id, labels: [\"new\"]}) { errors "
              "{ field } } }",
              {"id", .text = it.alpha});
    const char *updated = time_of(story, it.alpha, "updatedAt");
    expect_names(story, kit_story_text(story, "updatedAt_Gte: \"%s\"", updated), "alpha");
    expect_names(story, kit_story_text(story, "updatedAt_Lte: \"%s\"", created), "Gamma");
}

TEST(found, by_how_they_are)
{
    struct field it = make_field(story);
    expect_names(story, "needsDeploy: true", "alpha, Gamma, Delta");
    expect_names(story, "inFailedState: false", "alpha, Gamma, Delta");
    EXPECT_NULL(GQL(story, "query($id: ID!) { instance(id: $id) { lastExecutedAt } }",
                    {"id", .text = it.alpha}),
                "instance.lastExecutedAt");
    deploy_and_call(story, it.gamma);
    deploy_and_call(story, it.alpha);
    (void)GQL(story,
              "mutation($id: ID!) { updateInstance(input: {id: $id, enabled: false}) { errors "
              "{ field } } }",
              {"id", .text = it.delta});
    expect_names(story, "needsDeploy: true", "Delta");
    expect_names(story, "needsDeploy: false", "alpha, Gamma");
    expect_names(story, "enabled: true", "alpha, Gamma");
    expect_names(story, "enabled: false", "Delta");
    expect_names(story, "inFailedState: true", "Gamma");
    expect_names(story, "inFailedState: false", "alpha, Delta");
    const struct value *data =
        GQL(story,
            "{ instances { nodes { inFailedState lastDeployedAt lastExecutedAt flowConfigs { nodes "
            "{ inFailedState } } } } }");
    EXPECT_LIST(data, "instances.nodes", "inFailedState", "false, true, null");
    EXPECT_LIST(data, "instances.nodes", "flowConfigs.nodes[0].inFailedState",
                "false, true, false");
    EXPECT_NULL(data, "instances.nodes[2].lastDeployedAt");
    EXPECT(strcmp(TEXT_AT(data, "instances.nodes[1].lastExecutedAt"),
                  TEXT_AT(data, "instances.nodes[0].lastExecutedAt")) < 0);
    expect_names(story, "orderBy: {field: LAST_EXECUTED_AT, direction: DESC}",
                 "alpha, Gamma, Delta");
    expect_names(story, "orderBy: {field: ENABLED, direction: ASC}", "Delta, alpha, Gamma");
}

TEST(found, in_every_order)
{
    struct field it = make_field(story);
    expect_names(story, "orderBy: {field: NAME, direction: ASC}", "Delta, Gamma, alpha");
    expect_names(story, "orderBy: {field: CREATED_AT, direction: DESC}", "Delta, Gamma, alpha");
    expect_names(story, "orderBy: {field: DESCRIPTION, direction: ASC}", "Gamma, alpha, Delta");
    expect_names(story, "orderBy: {field: INTEGRATION, direction: ASC}", "Gamma, alpha, Delta");
    expect_names(story,
                 "sortBy: [{field: CUSTOMER, direction: ASC}, {field: NAME, direction: DESC}]",
                 "Gamma, Delta, alpha");
    expect_names(story, "sortBy: {field: VERSION, direction: DESC}", "alpha, Gamma, Delta");
    (void)GQL(story,
              "mutation($id: ID!) { updateInstance(input: {id: $id, description: \"x\"}) { errors "
              "{ field } } }",
              {"id", .text = it.gamma});
    expect_names(story, "orderBy: {field: UPDATED_AT, direction: DESC}", "Gamma, Delta, alpha");

    STEP("paged, filtered and sorted");
    const struct value *data = GQL(
        story,
        "{ instances(first: 2, orderBy: {field: NAME, direction: ASC}) { nodes { name } pageInfo "
        "{ endCursor hasNextPage } totalCount } }");
    EXPECT_INT(data, "instances.totalCount", 3);
    EXPECT_BOOL(data, "instances.pageInfo.hasNextPage", true);
    data = GQL(story,
               "query($after: String) { instances(first: 2, after: $after, orderBy: {field: NAME, "
               "direction: ASC}) { nodes { name } pageInfo { hasNextPage hasPreviousPage } } }",
               {"after", .text = TEXT_AT(data, "instances.pageInfo.endCursor")});
    EXPECT_LIST(data, "instances.nodes", "name", "alpha");
    EXPECT_BOOL(data, "instances.pageInfo.hasPreviousPage", true);
    EXPECT_BOOL(data, "instances.pageInfo.hasNextPage", false);

    STEP("below a customer and an integration");
    data =
        GQL(story,
            "query($acme: ID!, $working: ID!) { customer(id: $acme) { instances(last: 1) { nodes "
            "{ name } pageInfo { hasPreviousPage } } } integration(id: $working) { instances "
            "{ nodes { name } } enabled: instances(enabled: false) { totalCount } } }",
            {"acme", .text = it.acme}, {"working", .text = it.working});
    EXPECT_LIST(data, "customer.instances.nodes", "name", "Delta");
    EXPECT_BOOL(data, "customer.instances.pageInfo.hasPreviousPage", true);
    EXPECT_LIST(data, "integration.instances.nodes", "name", "alpha, Delta");
    EXPECT_INT(data, "integration.enabled.totalCount", 0);
}

TEST(found, by_any_version_of_their_integration)
{
    const char *acme = kit_story_customer(story, "Acme");
    const char *one = kit_story_publish(story, working);
    (void)create(story, acme, one, "name: \"first\"");
    static const char changed[] =
        KIT_DEFINITION("Working") "description: changed\nflows:\n" KIT_FLOW("Only");
    const struct value *data =
        GQL(story,
            "mutation($id: ID!, $text: String!) { importIntegration(input: {integrationId: $id, "
            "definition: $text}) { integration { id } errors { messages } } publishIntegration("
            "input: {id: $id}) { integration { id } errors { messages } } }",
            {"id", .text = one}, {"text", .text = changed});
    const char *draft = TEXT_AT(data, "importIntegration.integration.id");
    const char *two = TEXT_AT(data, "publishIntegration.integration.id");
    (void)create(story, acme, two, "name: \"second\"");
    const char *const ids[] = {draft, one, two};
    for (size_t i = 0; i < 3; i++) {
        expect_names(story, kit_story_text(story, "integration: \"%s\"", ids[i]), "first, second");
    }
    expect_names(story, "orderBy: {field: VERSION, direction: DESC}", "second, first");
    data = GQL(story,
               "query($draft: ID!, $one: ID!) { draft: integration(id: $draft) { instances { nodes "
               "{ name } } } one: integration(id: $one) { instances { nodes { name } } } }",
               {"draft", .text = draft}, {"one", .text = one});
    EXPECT_LIST(data, "draft.instances.nodes", "name", "first, second");
    EXPECT_LIST(data, "one.instances.nodes", "name", "first");
}
