/*
 * Executions of all kinds, found by every filter alone and together, in every order, forwards and
 * backwards: the queries by which people look for what failed.
 */
#include "tests/lib/kit_definition.h"
#include "tests/lib/kit_story.h"

static const char orders[] =
    KIT_DEFINITION("Orders") "requiredConfigVars:\n"
                             "  - {key: URL, dataType: string}\n"
                             "flows:\n" KIT_FLOW("Keep") KIT_FLOW("Send") KIT_STEP(
                                 "Get", "http", "httpGet", "{url: {type: configVar, value: URL}}");

static const char parcels[] = KIT_DEFINITION("Parcels") "flows:\n" KIT_FLOW("Keep");

enum {
    KEPT,   /* success of Acme's Keep */
    SENT,   /* failure of Acme's Send */
    MENDED, /* its replay, a success */
    BROKEN, /* a failure that stays */
    OTHER,  /* success of Beta's parcels */
    TESTED, /* test of Acme's Keep */
    DRAFT,  /* test of the draft's Keep */
    HANGS,  /* Acme's Send, still running */
    EXECUTIONS,
};

static const char *const labels[EXECUTIONS] = {"kept",  "sent",   "mended", "broken",
                                               "other", "tested", "draft",  "hangs"};

struct found {
    const char *ids[EXECUTIONS];
    struct kit_instance acme;
    struct kit_instance beta;
    const char *draft; /* of the orders */
    const char *keep;  /* flow of the version of the orders */
    const char *send;
};

static const char *send_config(struct kit_story *story)
{
    return kit_story_text(story, "[{\"key\": \"URL\", \"value\": \"http://127.0.0.1:%d/get\"}]",
                          kit_target_port(kit_story_target(story)));
}

static void run_the_working_ones(struct kit_story *story, struct found *it)
{
    const char *keep = kit_story_webhook(story, &it->acme, "Keep");
    const char *send = kit_story_webhook(story, &it->acme, "Send");
    it->ids[KEPT] = kit_story_call(story, keep, "{}");
    (void)kit_story_await(story, it->ids[KEPT]);
    it->ids[SENT] = kit_story_call(story, send, "{}");
    (void)kit_story_await(story, it->ids[SENT]);
    it->ids[MENDED] = kit_story_replay(story, it->ids[SENT]);
    (void)kit_story_await(story, it->ids[MENDED]);
    it->ids[BROKEN] = kit_story_call(story, send, "{}");
    (void)kit_story_await(story, it->ids[BROKEN]);
    it->ids[OTHER] = kit_story_call(story, kit_story_webhook(story, &it->beta, "Keep"), "{}");
    (void)kit_story_await(story, it->ids[OTHER]);
}

static void run_the_tests(struct kit_story *story, struct found *it)
{
    const struct value *data = GQL(
        story,
        "mutation($config: ID!, $flow: ID!) { testInstanceFlowConfig(input: {id: $config}) "
        "{ testInstanceFlowConfigResult { execution { id } } errors { messages } } "
        "testIntegrationFlow(input: {id: $flow}) { testIntegrationFlowResult { execution { id } } "
        "errors { messages } } }",
        {"config", .text = TEXT_AT(it->acme.flow_configs, "[0].id")}, {"flow", .text = it->keep});
    it->ids[TESTED] =
        TEXT_AT(data, "testInstanceFlowConfig.testInstanceFlowConfigResult.execution.id");
    it->ids[DRAFT] = TEXT_AT(data, "testIntegrationFlow.testIntegrationFlowResult.execution.id");
    (void)kit_story_await(story, it->ids[TESTED]);
    (void)kit_story_await(story, it->ids[DRAFT]);
}

static struct found make_found(struct kit_story *story)
{
    struct found it;
    struct kit_target *target = kit_story_target(story);
    kit_target_answer(target, "/get", 1, (struct kit_answer){.status = 500});
    kit_target_answer(target, "/get", 1, (struct kit_answer){.status = 200});
    kit_target_answer(target, "/get", 1, (struct kit_answer){.status = 500});
    kit_target_answer(target, "/get", 0, (struct kit_answer){.kind = KIT_ANSWER_HANG});
    it.acme = kit_story_instance(story, orders, "Acme", send_config(story));
    it.beta = kit_story_instance(story, parcels, "Beta", NULL);
    (void)kit_story_deploy(story, &it.acme);
    (void)kit_story_deploy(story, &it.beta);
    const struct value *data =
        GQL(story,
            "query($id: ID!) { integration(id: $id) { flows { nodes { id } } versionSequenceId } "
            "integrations(name: \"Orders\") { nodes { id } } }",
            {"id", .text = it.acme.version});
    it.keep = TEXT_AT(data, "integration.flows.nodes[0].id");
    it.send = TEXT_AT(data, "integration.flows.nodes[1].id");
    it.draft = TEXT_AT(data, "integrations.nodes[0].id");
    run_the_working_ones(story, &it);
    run_the_tests(story, &it);
    it.ids[HANGS] = kit_story_call(story, kit_story_webhook(story, &it.acme, "Send"), "{}");
    EXPECT(kit_target_wait(target, "/get", 4, KIT_PATIENCE_MS));
    return it;
}

/* Lets go of the execution that hangs, so that the server need not wait for it. */
static void let_go(struct kit_story *story, const struct found *it)
{
    kit_target_destroy(&story->target);
    EXPECT_TEXT(kit_story_await(story, it->ids[HANGS]), "status", "ERROR");
}

static const char *label_of(const struct found *it, struct slice id)
{
    for (int i = 0; i < EXECUTIONS; i++) {
        if (slice_is(id, it->ids[i])) {
            return labels[i];
        }
    }
    return "?";
}

/* The executions that a list with these arguments gives, and how many there are. */
static void expect_found(struct kit_story *story,
                         const struct found *it,
                         const char *arguments,
                         const char *wanted)
{
    const struct value *data =
        GQL(story, kit_story_text(story, "{ executionResults(%s) { nodes { id } totalCount } }",
                                  arguments));
    const struct value *nodes = VALUE_AT(data, "executionResults.nodes");
    const char *found = "";
    STEP("executionResults(%s)", arguments);
    for (size_t i = 0; i < kit_path_count(nodes, ""); i++) {
        found =
            kit_story_text(story, "%s%s%s", found, i > 0 ? " " : "",
                           label_of(it, value_text_of(kit_path_find(value_at(nodes, i), "id"))));
    }
    EXPECT_THAT(strcmp(found, wanted) == 0, "found \"%s\", expected \"%s\"", found, wanted);
    EXPECT_INT(data, "executionResults.totalCount", (int64_t)kit_path_count(nodes, ""));
}

/* A row of the table below: an argument and what it finds. */
struct row {
    const char *arguments;
    const char *wanted;
};

static const struct row plain_rows[] = {
    {"first: 20", "hangs draft tested other broken mended sent kept"},
    {"status: ERROR", "broken sent"},
    {"status: SUCCESS", "draft tested other mended kept"},
    {"status: PENDING", "hangs"},
    {"status: QUEUED", ""},
    {"state_In: [FAILED]", "broken sent"},
    {"state_In: [RUNNING, FAILED]", "hangs broken sent"},
    {"state_In: SUCCEEDED", "draft tested other mended kept"},
    {"state_In: [CANCELED, TIMED_OUT, QUEUED]", ""},
    {"state_In: []", ""},
    {"resultType: \"error\"", "broken sent"},
    {"resultType: \"COMPLETED\"", "draft tested other mended kept"},
    {"resultType_In: [\"completed\", \"Error\"]", "draft tested other broken mended sent kept"},
    {"error_Isnull: false", "broken sent"},
    {"error_Isnull: true", "hangs draft tested other mended kept"},
    {"endedAt_Isnull: true", "hangs"},
    {"endedAt_Isnull: false", "draft tested other broken mended sent kept"},
    {"isTestExecution: true", "draft tested"},
    {"isTestExecution: false", "hangs other broken mended sent kept"},
    {"invokeType_In: [\"webhook\"]", "hangs other broken mended sent kept"},
    {"invokeType_In: [\"INTEGRATION_FLOW_TEST\", \"integration_endpoint_test\"]", "draft tested"},
    {"instance_IsSystem: true", "draft"},
    {"instance_IsSystem: false", "hangs tested other broken mended sent kept"},
    {"replayForExecution_Isnull: false", "mended"},
    {"replayForExecution_Isnull: true", "hangs draft tested other broken sent kept"},
    {"resolvedBy_Isnull: false", "sent"},
    {"resolvedBy_Isnull: true, status: ERROR", "broken"},
    {"status: ERROR, isTestExecution: true", ""},
    {"status: PENDING, resultType: \"ERROR\"", ""},
    {"id_In: [\"x\"]", ""},
    {"instance: \"x\"", ""},
    {"flowConfig: \"x\"", ""},
    {"flow: \"x\"", ""},
    {"integration: \"x\"", ""},
    {"instance_Customer: \"x\"", ""},
    {"endedAt_Gte: null, status: null, flow: null, id_In: null",
     "hangs draft tested other broken mended sent kept"},
};

TEST(executions, are_found_by_what_became_of_them)
{
    struct found it = make_found(story);
    for (size_t i = 0; i < sizeof plain_rows / sizeof *plain_rows; i++) {
        expect_found(story, &it, plain_rows[i].arguments, plain_rows[i].wanted);
    }
    let_go(story, &it);
    expect_found(story, &it, "status: ERROR", "hangs broken sent");
}

#define FIND(wanted, ...) expect_found(story, &it, kit_story_text(story, __VA_ARGS__), wanted)

TEST(executions, are_found_by_what_they_are_of)
{
    struct found it = make_found(story);
    const char *system =
        TEXT_AT(GQL(story, "query($id: ID!) { integration(id: $id) { systemInstance { id } } }",
                    {"id", .text = it.draft}),
                "integration.systemInstance.id");
    FIND("hangs tested broken mended sent kept", "instance: \"%s\"", it.acme.id);
    FIND("draft", "instance: \"%s\"", system);
    FIND("broken sent", "instance: \"%s\", status: ERROR", it.acme.id);
    FIND("tested kept", "flowConfig: \"%s\"", TEXT_AT(it.acme.flow_configs, "[0].id"));
    FIND("hangs broken mended sent", "flowConfig: \"%s\"", TEXT_AT(it.acme.flow_configs, "[1].id"));
    FIND("", "flowConfig: \"%s\", instance: \"%s\"", TEXT_AT(it.acme.flow_configs, "[1].id"),
         it.beta.id);
    STEP("a flow and an integration mean all their versions, and the draft's tests");
    FIND("draft tested kept", "flow: \"%s\"", it.keep);
    FIND("hangs broken mended sent", "flowConfig_Flow: \"%s\"", it.send);
    FIND("tested kept", "flow: \"%s\", instance: \"%s\"", it.keep, it.acme.id);
    FIND("hangs draft tested broken mended sent kept", "integration: \"%s\"", it.acme.version);
    FIND("hangs draft tested broken mended sent kept", "instance_Integration: \"%s\"", it.draft);
    FIND("other", "integration: \"%s\"", it.beta.version);
    FIND("", "integration: \"%s\", instance_Integration: \"%s\"", it.beta.version, it.draft);
    const char *sequence =
        TEXT_AT(GQL(story, "query($id: ID!) { integration(id: $id) { versionSequenceId } }",
                    {"id", .text = it.beta.version}),
                "integration.versionSequenceId");
    FIND("other", "instance_Integration_VersionSequenceId: \"%s\"", sequence);
    FIND("other", "instance_Customer: \"%s\"", it.beta.customer);
    FIND("broken", "instance_Customer: \"%s\", status: ERROR, resolvedBy_Isnull: true",
         it.acme.customer);
    STEP("by ids, whatever else is asked");
    FIND("mended", "id: \"%s\"", it.ids[MENDED]);
    FIND("", "id: \"%s\", status: ERROR", it.ids[MENDED]);
    FIND("kept broken", "id_In: [\"%s\", \"%s\"]", it.ids[KEPT], it.ids[BROKEN]);
    FIND("broken", "id_In: [\"%s\", \"%s\"], error_Isnull: false", it.ids[KEPT], it.ids[BROKEN]);
    FIND("", "id: \"%s\", id_In: [\"%s\"]", it.ids[KEPT], it.ids[BROKEN]);
    let_go(story, &it);
}

static const char *time_of(struct kit_story *story, const char *id, const char *field)
{
    return TEXT_AT(
        GQL(story, kit_story_text(story, "{ executionResult(id: \"%s\") { at: %s } }", id, field)),
        "executionResult.at");
}

TEST(executions, are_found_by_their_times)
{
    struct found it = make_found(story);
    const char *queued = time_of(story, it.ids[BROKEN], "queuedAt");
    FIND("hangs draft tested other broken", "queuedAt_Gte: \"%s\"", queued);
    FIND("broken mended sent kept", "queuedAt_Lte: \"%s\"", queued);
    FIND("broken", "queuedAt_Lte: \"%s\", queuedAt_Gte: \"%s\"", queued, queued);
    const char *started = time_of(story, it.ids[OTHER], "startedAt");
    FIND("hangs draft tested other", "startedAt_Gte: \"%s\"", started);
    FIND("other broken mended sent kept", "startedAt_Lte: \"%s\"", started);
    STEP("what has not ended has no time of its end");
    const char *ended = time_of(story, it.ids[MENDED], "endedAt");
    FIND("draft tested other broken mended", "endedAt_Gte: \"%s\"", ended);
    FIND("mended sent kept", "endedAt_Lte: \"%s\"", ended);
    FIND("draft tested other broken mended sent kept", "endedAt_Lte: \"2199-01-01T00:00:00Z\"");
    FIND("", "startedAt_Gte: \"2199-01-01T00:00:00Z\"");

    STEP("and sorted by them");
    FIND("kept sent mended broken other tested draft hangs",
         "orderBy: {field: STARTED_AT, direction: ASC}");
    FIND("hangs draft tested other broken mended sent kept",
         "sortBy: [{field: STARTED_AT, direction: DESC}]");
    FIND("sent broken", "status: ERROR, orderBy: {field: STARTED_AT, direction: ASC}");
    FIND("sent broken", "status: ERROR, orderBy: {field: ENDED_AT, direction: ASC}");
    FIND("kept sent mended broken tested",
         "instance: \"%s\", endedAt_Isnull: false, orderBy: {field: ENDED_AT, direction: ASC}",
         it.acme.id);
    FIND("mended sent", "instance: \"%s\", endedAt_Lte: \"%s\", queuedAt_Gte: \"%s\"", it.acme.id,
         ended, time_of(story, it.ids[SENT], "queuedAt"));
    let_go(story, &it);
}

/* One page. Returns: the connection. */
static const struct value *page(struct kit_story *story, const char *arguments)
{
    const struct value *data = GQL(
        story,
        kit_story_text(story,
                       "{ executionResults(%s) { nodes { id } totalCount pageInfo { startCursor "
                       "endCursor hasNextPage hasPreviousPage } } }",
                       arguments));
    STEP("executionResults(%s)", arguments);
    return VALUE_AT(data, "executionResults");
}

static const char *names(struct kit_story *story, const struct found *it, const struct value *page)
{
    const char *found = "";
    for (size_t i = 0; i < kit_path_count(page, "nodes"); i++) {
        const struct value *node = value_at(VALUE_AT(page, "nodes"), i);
        found = kit_story_text(story, "%s %s", found,
                               label_of(it, value_text_of(value_get(node, SLICE("id")))));
    }
    return found;
}

#define EXPECT_PAGE(page, wanted, previous, next)                                                  \
    do {                                                                                           \
        EXPECT_THAT(strcmp(names(story, &it, page), wanted) == 0, "found%s, expected%s",           \
                    names(story, &it, page), wanted);                                              \
        EXPECT_BOOL(page, "pageInfo.hasPreviousPage", previous);                                   \
        EXPECT_BOOL(page, "pageInfo.hasNextPage", next);                                           \
    } while (0)

TEST(executions, are_paged_both_ways)
{
    struct found it = make_found(story);
    const struct value *first = page(story, "first: 3, after: \"\"");
    EXPECT_PAGE(first, " hangs draft tested", false, true);
    EXPECT_INT(first, "totalCount", 8);
    STEP("what arrives while paging does not shift what comes");
    const char *late = kit_story_call(story, kit_story_webhook(story, &it.beta, "Keep"), "{}");
    (void)kit_story_await(story, late);
    const struct value *second = page(story, kit_story_text(story, "first: 3, after: \"%s\"",
                                                            TEXT_AT(first, "pageInfo.endCursor")));
    EXPECT_PAGE(second, " other broken mended", true, true);
    const struct value *back = page(story, kit_story_text(story, "last: 2, before: \"%s\"",
                                                          TEXT_AT(second, "pageInfo.startCursor")));
    EXPECT_PAGE(back, " draft tested", true, true);
    const struct value *end = page(story, "last: 2");
    EXPECT_PAGE(end, " sent kept", true, false);

    STEP("filtered ones too: pages are of what is found");
    const struct value *failed =
        page(story, kit_story_text(story, "first: 1, status: ERROR, instance: \"%s\"", it.acme.id));
    EXPECT_PAGE(failed, " broken", false, true);
    EXPECT_INT(failed, "totalCount", 2);
    failed = page(story,
                  kit_story_text(story, "first: 1, status: ERROR, instance: \"%s\", after: \"%s\"",
                                 it.acme.id, TEXT_AT(failed, "pageInfo.endCursor")));
    EXPECT_PAGE(failed, " sent", true, false);
    const struct value *sorted =
        page(story, "first: 2, endedAt_Isnull: false, orderBy: {field: ENDED_AT, direction: ASC}");
    EXPECT_PAGE(sorted, " kept sent", false, true);
    sorted =
        page(story, kit_story_text(story,
                                   "first: 2, endedAt_Isnull: false, orderBy: {field: ENDED_AT, "
                                   "direction: ASC}, after: \"%s\"",
                                   TEXT_AT(sorted, "pageInfo.endCursor")));
    EXPECT_PAGE(sorted, " mended broken", true, true);
    let_go(story, &it);
}
