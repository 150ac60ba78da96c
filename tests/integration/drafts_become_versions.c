/*
 * An integration is one draft, whose id never changes, and one node per published version. Imports
 * replace the draft, publishing freezes it, and instances are made of what is available.
 */
#include "tests/lib/kit_definition.h"
#include "tests/lib/kit_story.h"

#define INTEGRATION                                                                                \
    "integration { id name description labels category versionNumber versionCreatedAt "            \
    "versionIsAvailable versionIsLatest versionSequenceId versionComment versionAttributes "       \
    "hasUnpublishedChanges streamVersion updatedAt createdAt } errors { field messages }"

/* A definition named so, that says so. */
#define ORDERS(name, description)                                                                  \
    KIT_DEFINITION(name)                                                                           \
    "description: " description "\n"                                                               \
    "labels: [a, b]\n"                                                                             \
    "category: Logistics\n"                                                                        \
    "flows:\n" KIT_FLOW("Receive")

static const char first[] = ORDERS("Orders", "the first");
static const char second[] = ORDERS("Orders", "the second");
static const char renamed[] = ORDERS("Renamed", "the third");
static const char other[] = ORDERS("Other", "another one");

/* Imports with more members of the input. Returns: data. */
static const struct value *
import_with(struct kit_story *story, const char *definition, const char *members)
{
    const char *query = kit_story_text(story,
                                       "mutation($text: String!) { importIntegration(input: "
                                       "{definition: $text%s}) { " INTEGRATION " } }",
                                       members);
    return GQL(story, query, {"text", .text = definition});
}

static const struct value *
import_over(struct kit_story *story, const char *definition, const char *id)
{
    return import_with(story, definition, kit_story_text(story, ", integrationId: \"%s\"", id));
}

static const struct value *publish(struct kit_story *story, const char *id, const char *members)
{
    return GQL(story, kit_story_text(story,
                                     "mutation { publishIntegration(input: {id: \"%s\"%s}) "
                                     "{ " INTEGRATION " } }",
                                     id, members));
}

static const struct value *
mark(struct kit_story *story, const char *id, bool available, const char *members)
{
    return GQL(story,
               kit_story_text(story,
                              "mutation { updateIntegrationVersionAvailability(input: {id: \"%s\", "
                              "available: %s%s}) { " INTEGRATION " } }",
                              id, available ? "true" : "false", members));
}

/* Makes an instance of whatever the id means. Returns: data. */
static const struct value *
create_of(struct kit_story *story, const char *customer, const char *integration)
{
    return GQL(story,
               "mutation($customer: ID!, $integration: ID!) { createInstance(input: {name: \"I\", "
               "customer: $customer, integration: $integration}) { instance { id integration "
               "{ id versionNumber } newestAvailableVersion { versionNumber } } suggestedLabels "
               "errors { field messages } } }",
               {"customer", .text = customer}, {"integration", .text = integration});
}

/* An integration with two published versions. */
struct orders {
    const char *draft;
    const char *one;
    const char *two;
    const char *sequence;
};

static struct orders make_orders(struct kit_story *story)
{
    struct orders it;
    const struct value *made = import_with(story, first, "");
    it.draft = TEXT_AT(made, "importIntegration.integration.id");
    it.sequence = TEXT_AT(made, "importIntegration.integration.versionSequenceId");
    it.one = TEXT_AT(publish(story, it.draft, ""), "publishIntegration.integration.id");
    (void)import_over(story, second, it.draft);
    it.two = TEXT_AT(publish(story, it.draft, ""), "publishIntegration.integration.id");
    return it;
}

TEST(versions, a_draft_is_imported_and_published_again_and_again)
{
    STEP("a new integration: a draft that is no version");
    const struct value *made = import_with(story, first, ", clientMutationId: \"m\"");
    EXPECT_NO_PROBLEMS(made, "importIntegration");
    EXPECT_INT(made, "importIntegration.integration.versionNumber", 0);
    EXPECT_NULL(made, "importIntegration.integration.versionCreatedAt");
    EXPECT_BOOL(made, "importIntegration.integration.hasUnpublishedChanges", true);
    EXPECT_BOOL(made, "importIntegration.integration.versionIsAvailable", false);
    const char *draft = TEXT_AT(made, "importIntegration.integration.id");
    const char *sequence = TEXT_AT(made, "importIntegration.integration.versionSequenceId");

    STEP("the name is taken: the problem names whose it is");
    EXPECT_PROBLEM(import_with(story, first, ""), "importIntegration", "name", draft);
    EXPECT_NULL(import_with(story, first, ""), "importIntegration.integration");

    STEP("published by the draft's id: version 1, a node of its own");
    const struct value *one =
        publish(story, draft, ", comment: \"first release\", attributes: \"{\\\"a\\\": 1}\"");
    EXPECT_NO_PROBLEMS(one, "publishIntegration");
    EXPECT_INT(one, "publishIntegration.integration.versionNumber", 1);
    EXPECT_TEXT(one, "publishIntegration.integration.versionComment", "first release");
    EXPECT_TEXT(one, "publishIntegration.integration.versionAttributes", "{\"a\": 1}");
    EXPECT_TEXT(one, "publishIntegration.integration.versionSequenceId", sequence);
    EXPECT_BOOL(one, "publishIntegration.integration.versionIsLatest", true);
    EXPECT_BOOL(one, "publishIntegration.integration.versionIsAvailable", true);
    EXPECT(TEXT_AT(one, "publishIntegration.integration.versionCreatedAt")[0] == '2');
    const char *one_id = TEXT_AT(one, "publishIntegration.integration.id");
    EXPECT(strcmp(one_id, draft) != 0);

    STEP("an unchanged draft is not published again, whichever id is given");
    EXPECT_PROBLEM(publish(story, draft, ""), "publishIntegration", "__all__", "equals version 1");
    (void)import_over(story, first, draft);
    EXPECT_PROBLEM(publish(story, one_id, ""), "publishIntegration", "__all__", "equals version 1");

    STEP("imported over a version's id, the draft changes and the version does not");
    const struct value *again = import_over(story, renamed, one_id);
    EXPECT_TEXT(again, "importIntegration.integration.id", draft);
    EXPECT_TEXT(again, "importIntegration.integration.name", "Renamed");
    EXPECT_BOOL(again, "importIntegration.integration.hasUnpublishedChanges", true);
    const struct value *two = publish(story, one_id, "");
    EXPECT_INT(two, "publishIntegration.integration.versionNumber", 2);
    const struct value *data = GQL(
        story,
        "query($one: ID!, $draft: ID!) { one: integration(id: $one) { name description definition "
        "labels versionIsLatest versionCreatedBy { name } } draft: integration(id: $draft) { name "
        "hasUnpublishedChanges } }",
        {"one", .text = one_id}, {"draft", .text = draft});
    EXPECT_TEXT(data, "one.name", "Orders");
    EXPECT_TEXT(data, "one.description", "the first");
    EXPECT_TEXT(data, "one.definition", first);
    EXPECT_LIST(data, "one.labels", "", "a, b");
    EXPECT_BOOL(data, "one.versionIsLatest", false);
    EXPECT_TEXT(data, "one.versionCreatedBy.name", "Admin");
    EXPECT_TEXT(data, "draft.name", "Renamed");
    EXPECT_BOOL(data, "draft.hasUnpublishedChanges", false);
    STEP("its former name is free");
    EXPECT_NO_PROBLEMS(import_with(story, first, ""), "importIntegration");
}

TEST(versions, refusals_stand_in_the_payload)
{
    struct orders it = make_orders(story);
    (void)import_with(story, other, "");
    EXPECT_PROBLEM(import_over(story, other, it.draft), "importIntegration", "name",
                   "\"Other\" exists");
    const struct value *stale = import_with(
        story, other, kit_story_text(story, ", integrationId: \"%s\", expectedVersion: 3", it.two));
    EXPECT_COUNT(stale, "importIntegration.errors", 2);
    EXPECT_PROBLEM(stale, "importIntegration", "expectedVersion", "the current streamVersion is 5");
    EXPECT_PROBLEM(import_with(story, first, ", replace: true"), "importIntegration", "replace",
                   "goes with integrationId");
    EXPECT_NO_PROBLEMS(
        import_with(story, second,
                    kit_story_text(story, ", integrationId: \"%s\", replace: true", it.draft)),
        "importIntegration");

    const struct value *twice = publish(story, it.draft, ", expectedVersion: 4, attributes: \"{\"");
    EXPECT_COUNT(twice, "publishIntegration.errors", 3);
    EXPECT_PROBLEM(twice, "publishIntegration", "expectedVersion",
                   "the current streamVersion is 5");
    EXPECT_PROBLEM(twice, "publishIntegration", "attributes", "must be a JSON text");
    EXPECT_PROBLEM(twice, "publishIntegration", "__all__", "equals version 2");
    EXPECT_PROBLEM(mark(story, it.draft, true, ""), "updateIntegrationVersionAvailability", "id",
                   "is the draft's");
    EXPECT_PROBLEM(mark(story, it.one, false, ", expectedVersion: 1"),
                   "updateIntegrationVersionAvailability", "expectedVersion", "streamVersion is 5");

    STEP("what is not there is an error at the root");
    static const char *const calls[] = {
        "importIntegration(input: {definition: \"\", integrationId: \"SW50\"}) { errors { field } "
        "}",
        "publishIntegration(input: {id: \"SW50\"}) { errors { field } }",
        "publishIntegration(input: {}) { errors { field } }",
        "updateIntegrationVersionAvailability(input: {id: \"SW50\", available: true}) { errors "
        "{ field } }",
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        EXPECT_ERROR(GQL_ERRORS(story, kit_story_text(story, "mutation { %s }", calls[i])),
                     "Integration not found");
    }
}

TEST(versions, instances_are_made_of_what_is_available)
{
    const char *customer = kit_story_customer(story, "Acme");
    const struct value *made = import_with(story, first, "");
    const char *draft = TEXT_AT(made, "importIntegration.integration.id");
    EXPECT_PROBLEM(create_of(story, customer, draft), "createInstance", "integration",
                   "no published version");
    const char *one = TEXT_AT(publish(story, draft, ""), "publishIntegration.integration.id");
    (void)import_over(story, second, draft);
    const char *two = TEXT_AT(publish(story, draft, ""), "publishIntegration.integration.id");

    STEP("the draft's id means the newest available version, a version's id that version");
    const struct value *newest = create_of(story, customer, draft);
    EXPECT_TEXT(newest, "createInstance.instance.integration.id", two);
    EXPECT_NULL(newest, "createInstance.instance.newestAvailableVersion");
    EXPECT_LIST(newest, "createInstance.suggestedLabels", "", "a, b");
    const struct value *older = create_of(story, customer, one);
    EXPECT_TEXT(older, "createInstance.instance.integration.id", one);
    EXPECT_INT(older, "createInstance.instance.newestAvailableVersion.versionNumber", 2);

    STEP("version 2 is marked unavailable");
    const struct value *marked = mark(story, two, false, "");
    EXPECT_BOOL(marked, "updateIntegrationVersionAvailability.integration.versionIsAvailable",
                false);
    EXPECT_TEXT(create_of(story, customer, draft), "createInstance.instance.integration.id", one);
    EXPECT_NULL(GQL(story,
                    "query($id: ID!) { instance(id: $id) { newestAvailableVersion { id } } }",
                    {"id", .text = TEXT_AT(older, "createInstance.instance.id")}),
                "instance.newestAvailableVersion");
    STEP("none is left, then one again");
    EXPECT_NO_PROBLEMS(mark(story, one, false, ""), "updateIntegrationVersionAvailability");
    EXPECT_PROBLEM(create_of(story, customer, draft), "createInstance", "integration",
                   "no published version that is available");
    EXPECT_NO_PROBLEMS(mark(story, two, true, ""), "updateIntegrationVersionAvailability");
    EXPECT_TEXT(create_of(story, customer, draft), "createInstance.instance.integration.id", two);
}

/* The names and numbers that a list with these arguments gives. */
static void expect_listed(struct kit_story *story, const char *arguments, const char *wanted)
{
    const struct value *data =
        GQL(story, kit_story_text(story,
                                  "{ integrations(%s) { nodes { name description versionNumber } "
                                  "totalCount } }",
                                  arguments));
    STEP("integrations(%s)", arguments);
    EXPECT_LIST(data, "integrations.nodes", "versionNumber", wanted);
    EXPECT_INT(data, "integrations.totalCount",
               (int64_t)kit_path_count(data, "integrations.nodes"));
}

TEST(versions, are_listed_by_every_filter_and_order)
{
    struct orders it = make_orders(story);
    (void)import_over(story, renamed, it.draft);
    (void)import_with(story, other, "");
    (void)mark(story, it.one, false, "");

    expect_listed(story, "first: 9", "0, 0");
    expect_listed(story, "allVersions: false", "0, 0");
    expect_listed(story, "allVersions: true", "0, 2, 1, 0");
    expect_listed(story, "allVersions: true, versionNumber: 2", "2");
    expect_listed(story, "allVersions: true, versionIsAvailable: true", "2");
    expect_listed(story, "allVersions: true, versionIsAvailable: false, name: \"Orders\"", "1");
    expect_listed(story, kit_story_text(story, "versionSequenceId: \"%s\"", it.sequence), "0");
    expect_listed(
        story, kit_story_text(story, "allVersions: true, versionSequenceId: \"%s\"", it.sequence),
        "0, 2, 1");
    STEP("a version is found by what it says, not by what the draft says now");
    expect_listed(story, "allVersions: true, name: \"Orders\"", "2, 1");
    expect_listed(story, "allVersions: true, name: \"Renamed\"", "0");
    expect_listed(story, "allVersions: true, name_Icontains: \"ORDER\"", "2, 1");
    expect_listed(story, "allVersions: true, description_Icontains: \"FIRST\"", "1");
    expect_listed(story, "name: \"Orders\"", "");
    expect_listed(story, "category: \"Logistics\"", "0, 0");
    expect_listed(story, "category: \"logistics\"", "");
    expect_listed(story, "category_Icontains: \"GIST\"", "0, 0");
    expect_listed(story, "labels_Contains: \"b\"", "0, 0");
    expect_listed(story, "labels_Contains: \"c\"", "");
    expect_listed(story, "hasUnpublishedChanges: true", "0, 0");
    expect_listed(story, "hasUnpublishedChanges: false", "");
    expect_listed(story, "customer_Isnull: true", "0, 0");
    expect_listed(story, "customer_Isnull: false", "");

    const struct value *times =
        GQL(story,
            "query($one: ID!, $two: ID!) { one: integration(id: $one) { createdAt updatedAt "
            "versionCreatedAt } two: integration(id: $two) { createdAt } }",
            {"one", .text = it.one}, {"two", .text = it.two});
    const char *one_at = TEXT_AT(times, "one.createdAt");
    EXPECT_TEXT(times, "one.versionCreatedAt", one_at);
    EXPECT_TEXT(times, "one.updatedAt", one_at);
    expect_listed(story, kit_story_text(story, "allVersions: true, createdAt_Gte: \"%s\"", one_at),
                  "2, 1, 0");
    expect_listed(story, kit_story_text(story, "allVersions: true, createdAt_Lte: \"%s\"", one_at),
                  "0, 1");
    expect_listed(story,
                  kit_story_text(story, "allVersions: true, updatedAt_Gte: \"%s\"",
                                 TEXT_AT(times, "two.createdAt")),
                  "0, 2, 0");
    expect_listed(story, kit_story_text(story, "allVersions: true, updatedAt_Lte: \"%s\"", one_at),
                  "1");

#define ORDER(field, direction)                                                                    \
    "allVersions: true, orderBy: {field: " field ", direction: " direction "}"
    expect_listed(story, ORDER("CREATED_AT", "ASC"), "0, 1, 2, 0");
    expect_listed(story, ORDER("CREATED_AT", "DESC"), "0, 2, 1, 0");
    expect_listed(story, ORDER("VERSION_NUMBER", "DESC"), "2, 1, 0, 0");
    expect_listed(story, ORDER("PUBLISHED_AT", "ASC"), "0, 0, 1, 2");
    expect_listed(story, ORDER("UPDATED_AT", "ASC"), "1, 2, 0, 0");
    expect_listed(story, ORDER("DESCRIPTION", "DESC"), "0, 2, 1, 0");
    expect_listed(story, ORDER("CATEGORY", "ASC"), "0, 2, 1, 0");
    expect_listed(story,
                  "allVersions: true, sortBy: [{field: NAME, direction: ASC}, {field: "
                  "VERSION_NUMBER, direction: ASC}]",
                  "1, 2, 0, 0");
#undef ORDER
}

TEST(versions, are_a_sequence)
{
    struct orders it = make_orders(story);
    (void)mark(story, it.one, false, "");
    const struct value *data =
        GQL(story,
            "query($id: ID!) { integration(id: $id) { versionSequence { nodes { versionNumber } "
            "totalCount } rising: versionSequence(orderBy: {field: CREATED_AT, direction: ASC}) "
            "{ nodes { versionNumber } } available: versionSequence(versionIsAvailable: true) "
            "{ nodes { versionNumber } } last: versionSequence(last: 1) { nodes { versionNumber } "
            "pageInfo { hasPreviousPage } } } }",
            {"id", .text = it.one});
    EXPECT_LIST(data, "integration.versionSequence.nodes", "versionNumber", "2, 1");
    EXPECT_INT(data, "integration.versionSequence.totalCount", 2);
    EXPECT_LIST(data, "integration.rising.nodes", "versionNumber", "1, 2");
    EXPECT_LIST(data, "integration.available.nodes", "versionNumber", "2");
    EXPECT_LIST(data, "integration.last.nodes", "versionNumber", "1");
    EXPECT_BOOL(data, "integration.last.pageInfo.hasPreviousPage", true);
}
