/*
 * What an execution shows of itself: fields, steps in order with the trigger first, logs in order
 * of arrival, payloads and results by URL.
 */
#include "tests/lib/kit_definition.h"
#include "tests/lib/kit_story.h"

#define LOG(text) "{message: {type: template, value: '" text "'}}"

/* A loop in a loop, a branch, and a step that fails when it is told to. */
static const char busy[] = KIT_DEFINITION("Busy") "flows:\n" KIT_FLOW("Work") KIT_STEP(
    "Each Item",
    "loop",
    "loopOverItems",
    "{items: {type: reference, value: call.results.body.data.items}}") "        stableKey: each\n"
                                                                       "        steps:\n"
                                                                       "          - name: Look\n"
                                                                       "            "
                                                                       "action: " KIT_ACTION(
                                                                           "log",
                                                                           "writeLog") "\n"
                                                                                       "           "
                                                                                       " inputs:"
                                                                                       " " LOG(
                                                                                           "ite"
                                                                                           "m "
                                                                                           "{{$"
                                                                                           "eac"
                                                                                           "hIt"
                                                                                           "em."
                                                                                           "cur"
                                                                                           "ren"
                                                                                           "tIt"
                                                                                           "em}"
                                                                                           "}") "\n"
                                                                                                "  "
                                                                                                "  "
                                                                                                "  "
                                                                                                "  "
                                                                                                "  "
                                                                                                "- "
                                                                                                "na"
                                                                                                "me"
                                                                                                ": "
                                                                                                "Tw"
                                                                                                "ic"
                                                                                                "e"
                                                                                                "\n"
                                                                                                "  "
                                                                                                "  "
                                                                                                "  "
                                                                                                "  "
                                                                                                "  "
                                                                                                "  "
                                                                                                "ac"
                                                                                                "ti"
                                                                                                "on"
                                                                                                ":"
                                                                                                " " KIT_ACTION(
                                                                                                    "loop",
                                                                                                    "loopNTimes") "\n"
                                                                                                                  "            inputs: {iterationCount: {type: value, value: '2'}}\n"
                                                                                                                  "            steps:\n"
                                                                                                                  "              - name: Deep\n"
                                                                                                                  "                action: " KIT_ACTION(
                                                                                                                      "log",
                                                                                                                      "writeLog") "\n"
                                                                                                                                  "                inputs: {level: {type: value, value: warn}, message: {type: value, value: Deep "
                                                                                                                                  "down}}\n" KIT_STEP(
                                                                                                                                      "Which",
                                                                                                                                      "branch",
                                                                                                                                      "branchOnValue",
                                                                                                                                      "{inputValue: {type: reference, value: call.results.body.data.way}, "
                                                                                                                                      "branchValueMappings: {type: complex, value: [{name: Bad, type: value, value: bad}]}}") "        branches:\n"
                                                                                                                                                                                                                              "          - name: Bad\n"
                                                                                                                                                                                                                              "            steps:\n"
                                                                                                                                                                                                                              "              - name: Fail\n"
                                                                                                                                                                                                                              "                action: " KIT_ACTION(
                                                                                                                                                                                                                                  "http",
                                                                                                                                                                                                                                  "httpGet") "\n"
                                                                                                                                                                                                                                             "                inputs: {url: {type: value, value: nowhere}}\n"
                                                                                                                                                                                                                                             "          - {name: Else, steps: []}\n";

struct busy {
    struct kit_instance instance;
    const char *url;
};

static struct busy make_busy(struct kit_story *story)
{
    struct busy it;
    it.instance = kit_story_instance(story, busy, "Acme", NULL);
    (void)kit_story_deploy(story, &it.instance);
    it.url = kit_story_webhook(story, &it.instance, "Work");
    return it;
}

static const char *run(struct kit_story *story, const struct busy *it, const char *body)
{
    const char *id = kit_story_call(story, it->url, body);
    (void)kit_story_await(story, id);
    return id;
}

#define FIELDS                                                                                     \
    "id status state resultType error errorClass invokeType isTestExecution payloadDigest "        \
    "queuedAt startedAt endedAt stepCount requestPayloadUrl instance { id } integration { id "     \
    "versionNumber } flow { name id } flowConfig { id } replays { totalCount } "                   \
    "replayForExecution "                                                                          \
    "{ id } resolvedBy { id }"

TEST(telling, all_that_there_is_about_an_execution)
{
    struct busy it = make_busy(story);
    const char *query = "query($id: ID!) { executionResult(id: $id) { " FIELDS " } }";
    const char *good = run(story, &it, "{\"items\": [1, 2], \"way\": \"good\"}");
    const struct value *data = VALUE_AT(GQL(story, query, {"id", .text = good}), "executionResult");
    EXPECT_TEXT(data, "status", "SUCCESS");
    EXPECT_TEXT(data, "state", "SUCCEEDED");
    EXPECT_TEXT(data, "resultType", "COMPLETED");
    EXPECT_NULL(data, "error");
    EXPECT_NULL(data, "errorClass");
    EXPECT_TEXT(data, "invokeType", "WEBHOOK");
    EXPECT_BOOL(data, "isTestExecution", false);
    EXPECT_TEXT(data, "instance.id", it.instance.id);
    EXPECT_TEXT(data, "integration.id", it.instance.version);
    EXPECT_TEXT(data, "flow.name", "Work");
    EXPECT_TEXT(data, "flowConfig.id", TEXT_AT(it.instance.flow_configs, "[0].id"));
    EXPECT_INT(data, "replays.totalCount", 0);
    EXPECT(strcmp(TEXT_AT(data, "queuedAt"), TEXT_AT(data, "startedAt")) <= 0);
    EXPECT(strcmp(TEXT_AT(data, "startedAt"), TEXT_AT(data, "endedAt")) <= 0);
    EXPECT(strlen(TEXT_AT(data, "payloadDigest")) == 64);

    STEP("one that failed");
    const char *bad = run(story, &it, "{\"items\": [], \"way\": \"bad\"}");
    data = VALUE_AT(GQL(story, query, {"id", .text = bad}), "executionResult");
    EXPECT_TEXT(data, "status", "ERROR");
    EXPECT_TEXT(data, "state", "FAILED");
    EXPECT_TEXT(data, "resultType", "ERROR");
    EXPECT(strstr(TEXT_AT(data, "error"), "input \"url\": it is not a URL") != NULL);
    EXPECT_TEXT(data, "errorClass", "input");

    STEP("replayed twice: the replays are listed, none has resolved it");
    const char *one = kit_story_replay(story, bad);
    const char *two = kit_story_replay(story, bad);
    (void)kit_story_await(story, one);
    (void)kit_story_await(story, two);
    data =
        GQL(story,
            "query($id: ID!) { executionResult(id: $id) { resolvedBy { id } replays(first: 1) "
            "{ nodes { id replayForExecution { id } } totalCount pageInfo { endCursor hasNextPage "
            "} } last: replays(last: 1) { nodes { id } } } }",
            {"id", .text = bad});
    EXPECT_NULL(data, "executionResult.resolvedBy");
    EXPECT_LIST(data, "executionResult.replays.nodes", "id", one);
    EXPECT_LIST(data, "executionResult.replays.nodes", "replayForExecution.id", bad);
    EXPECT_INT(data, "executionResult.replays.totalCount", 2);
    EXPECT_LIST(data, "executionResult.last.nodes", "id", two);
    EXPECT_ERROR(GQL_ERRORS(story, query, {"id", .text = it.instance.id}), "Execution not found");
}

/* The names of the steps that a list with these arguments gives. */
static const struct value *
steps(struct kit_story *story, const char *execution, const char *arguments, const char *wanted)
{
    const struct value *data = GQL(
        story,
        kit_story_text(
            story,
            "{ stepResults(executionResult: \"%s\"%s) { nodes { stepName displayStepName "
            "loopPath hasError isLoopStep branchName stepStableKey componentActionKey } "
            "totalCount pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } "
            "executionResult(id: \"%s\") { same: stepResults(first: 100%s) { nodes { "
            "stepName } } } }",
            execution, arguments, execution,
            strstr(arguments, "first") != NULL || strstr(arguments, "last") != NULL ? ""
                                                                                    : arguments));
    STEP("stepResults(%s)", arguments);
    EXPECT_LIST(data, "stepResults.nodes", "stepName", wanted);
    return data;
}

static void expect_steps(struct kit_story *story,
                         const char *execution,
                         const char *arguments,
                         const char *wanted)
{
    const struct value *data = steps(story, execution, arguments, wanted);
    EXPECT_INT(data, "stepResults.totalCount", (int64_t)kit_path_count(data, "stepResults.nodes"));
    EXPECT_LIST(data, "executionResult.same.nodes", "stepName", wanted);
}

#define ALL_STEPS "call, look, deep, deep, twice, look, deep, deep, twice, eachItem, which"

TEST(telling, steps_begin_with_the_trigger)
{
    struct busy it = make_busy(story);
    const char *id = run(story, &it, "{\"items\": [\"a\", \"b\"], \"way\": \"good\"}");
    expect_steps(story, id, "", ALL_STEPS);
    const struct value *all = steps(story, id, "", ALL_STEPS);
    EXPECT_LIST(all, "stepResults.nodes", "loopPath", ", 0, 0.0, 0.1, 0, 1, 1.0, 1.1, 1, , ");
    EXPECT_LIST(all, "stepResults.nodes", "isLoopStep",
                "false, true, true, true, true, true, true, true, true, false, false");
    EXPECT_TEXT(all, "stepResults.nodes[10].branchName", "Else");
    EXPECT_NULL(all, "stepResults.nodes[9].branchName");
    EXPECT_TEXT(all, "stepResults.nodes[9].stepStableKey", "each");
    EXPECT_TEXT(all, "stepResults.nodes[0].componentActionKey", "webhook");
    EXPECT_TEXT(all, "stepResults.nodes[9].displayStepName", "Each Item");
    EXPECT_INT(GQL(story, "query($id: ID!) { executionResult(id: $id) { stepCount } }",
                   {"id", .text = id}),
               "executionResult.stepCount", 10);

    expect_steps(story, id, ", stepName: \"deep\"", "deep, deep, deep, deep");
    expect_steps(story, id, ", stepName: \"Deep\"", "");
    expect_steps(story, id, ", displayStepName: \"Each Item\"", "eachItem");
    expect_steps(story, id, ", loopPath: \"1.0\"", "deep");
    expect_steps(story, id, ", loopPath: \"\"", "call, eachItem, which");
    expect_steps(story, id, ", loopPath_Istartswith: \"1\"", "look, deep, deep, twice");
    expect_steps(story, id, ", hasError: true", "");
    expect_steps(story, id, ", hasError: false, stepName: \"call\"", "call");
    expect_steps(story, id, ", startedAt_Gte: \"2199-01-01T00:00:00Z\"", "");
    expect_steps(story, id, ", startedAt_Lte: \"2199-01-01T00:00:00Z\"", ALL_STEPS);
    expect_steps(story, id, ", endedAt_Gte: \"2000-01-01T00:00:00Z\"", ALL_STEPS);
    expect_steps(story, id, ", endedAt_Lte: \"2000-01-01T00:00:00Z\"", "");
    expect_steps(story, id, ", orderBy: {field: STARTED_AT, direction: ASC}", ALL_STEPS);
    expect_steps(story, id, ", sortBy: {field: ENDED_AT, direction: ASC}", ALL_STEPS);

    const char *bad = run(story, &it, "{\"items\": [], \"way\": \"bad\"}");
    expect_steps(story, bad, ", hasError: true", "fail");
    expect_steps(story, bad, ", orderBy: {field: STARTED_AT, direction: DESC}, stepName: \"fail\"",
                 "fail");
    EXPECT_ERROR(GQL_ERRORS(story, "{ stepResults(executionResult: \"x\") { totalCount } }"),
                 "Execution not found");
    EXPECT_ERROR(GQL_ERRORS(story, "{ stepResults { totalCount } }"), "executionResult");
}

TEST(telling, steps_are_paged_both_ways)
{
    struct busy it = make_busy(story);
    const char *id = run(story, &it, "{\"items\": [\"a\"], \"way\": \"good\"}");
    const struct value *first = steps(story, id, ", first: 1, after: \"\"", "call");
    EXPECT_BOOL(first, "stepResults.pageInfo.hasNextPage", true);
    EXPECT_BOOL(first, "stepResults.pageInfo.hasPreviousPage", false);
    EXPECT_INT(first, "stepResults.totalCount", 7);
    const struct value *second =
        steps(story, id,
              kit_story_text(story, ", first: 4, after: \"%s\"",
                             TEXT_AT(first, "stepResults.pageInfo.endCursor")),
              "look, deep, deep, twice");
    const struct value *last =
        steps(story, id,
              kit_story_text(story, ", first: 4, after: \"%s\"",
                             TEXT_AT(second, "stepResults.pageInfo.endCursor")),
              "eachItem, which");
    EXPECT_BOOL(last, "stepResults.pageInfo.hasNextPage", false);
    STEP("and back, to the trigger");
    const struct value *back =
        steps(story, id,
              kit_story_text(story, ", last: 2, before: \"%s\"",
                             TEXT_AT(second, "stepResults.pageInfo.endCursor")),
              "deep, deep");
    EXPECT_BOOL(back, "stepResults.pageInfo.hasPreviousPage", true);
    const struct value *begin =
        steps(story, id,
              kit_story_text(story, ", last: 9, before: \"%s\"",
                             TEXT_AT(back, "stepResults.pageInfo.startCursor")),
              "call, look");
    EXPECT_BOOL(begin, "stepResults.pageInfo.hasPreviousPage", false);
    EXPECT_BOOL(begin, "stepResults.pageInfo.hasNextPage", true);
    (void)steps(story, id,
                kit_story_text(story, ", last: 1, before: \"%s\"",
                               TEXT_AT(second, "stepResults.pageInfo.startCursor")),
                "call");
    (void)steps(story, id,
                kit_story_text(story, ", first: 1, before: \"%s\"",
                               TEXT_AT(first, "stepResults.pageInfo.endCursor")),
                "");
    (void)steps(story, id, ", last: 1, orderBy: {field: STARTED_AT, direction: ASC}", "which");
}

/* The messages that a list with these arguments gives. */
static const struct value *logs(struct kit_story *story, const char *arguments, const char *wanted)
{
    const struct value *data =
        GQL(story,
            kit_story_text(story,
                           "{ logs(%s) { nodes { id message severity logType stepName loopPath "
                           "timestamp isTestExecution flow { name } flowConfig { id } instance { "
                           "id } executionResult { id } } totalCount pageInfo { startCursor "
                           "endCursor hasNextPage hasPreviousPage } } }",
                           arguments));
    STEP("logs(%s)", arguments);
    EXPECT_LIST(data, "logs.nodes", "message", wanted);
    return VALUE_AT(data, "logs");
}

#define START "Starting Instance Execution"
#define END   "Ending Instance Execution"

TEST(telling, logs_are_in_order_of_arrival)
{
    struct busy it = make_busy(story);
    const char *id = run(story, &it, "{\"items\": [\"a\"], \"way\": \"good\"}");
    const char *of = kit_story_text(story, "executionResult: \"%s\"", id);
    const struct value *lines = logs(story, kit_story_text(story, "%s, severity_Gte: 2", of),
                                     START ", item a, Deep down, Deep down, " END);
    EXPECT_LIST(lines, "nodes", "severity", "INFO, INFO, WARN, WARN, INFO");
    EXPECT_LIST(lines, "nodes", "stepName", "null, Look, Deep, Deep, null");
    EXPECT_LIST(lines, "nodes", "loopPath", "null, 0, 0.0, 0.1, null");
    EXPECT_TEXT(lines, "nodes[1].logType", "EXECUTION");
    EXPECT_TEXT(lines, "nodes[1].flow.name", "Work");
    EXPECT_TEXT(lines, "nodes[1].instance.id", it.instance.id);
    EXPECT_TEXT(lines, "nodes[1].executionResult.id", id);
    EXPECT_TEXT(lines, "nodes[1].flowConfig.id", TEXT_AT(it.instance.flow_configs, "[0].id"));
    EXPECT_BOOL(lines, "nodes[1].isTestExecution", false);

    STEP("what arrives later comes after every cursor given out");
    const char *cursor = TEXT_AT(lines, "pageInfo.endCursor");
    EXPECT_BOOL(lines, "pageInfo.hasNextPage", false);
    const char *behind = kit_story_text(story, "instance: \"%s\", severity_Gte: 2, after: \"%s\"",
                                        it.instance.id, cursor);
    (void)logs(story, behind, "");
    (void)run(story, &it, "{\"items\": [\"b\"], \"way\": \"good\"}");
    (void)logs(story, behind, START ", item b, Deep down, Deep down, " END);
    (void)logs(story, kit_story_text(story, "severity_Gte: 2, after: \"%s\"", cursor),
               START ", item b, Deep down, Deep down, " END);

    STEP("paged within one record of many lines, both ways");
    const struct value *first =
        logs(story, kit_story_text(story, "%s, severity_Gte: 2, first: 2", of), START ", item a");
    EXPECT_INT(first, "totalCount", 5);
    const struct value *next =
        logs(story,
             kit_story_text(story, "%s, severity_Gte: 2, first: 2, after: \"%s\"", of,
                            TEXT_AT(first, "pageInfo.endCursor")),
             "Deep down, Deep down");
    EXPECT_BOOL(next, "pageInfo.hasNextPage", true);
    (void)logs(story,
               kit_story_text(story, "%s, severity_Gte: 2, last: 1, before: \"%s\"", of,
                              TEXT_AT(next, "pageInfo.startCursor")),
               "item a");
    (void)logs(story, kit_story_text(story, "%s, severity_Gte: 2, last: 2", of), "Deep down, " END);
    STEP("newest first");
    const struct value *newest =
        logs(story,
             kit_story_text(
                 story,
                 "%s, severity_Gte: 2, first: 2, orderBy: {field: TIMESTAMP, direction: DESC}", of),
             END ", Deep down");
    (void)logs(story,
               kit_story_text(story,
                              "%s, severity_Gte: 2, after: \"%s\", sortBy: {field: TIMESTAMP, "
                              "direction: DESC}",
                              of, TEXT_AT(newest, "pageInfo.endCursor")),
               "Deep down, item a, " START);
}

/* One good run, one bad, one test: "item 100%", a failure, "item t". */
static void make_logs(struct kit_story *story, const struct busy *it, const char *ret[2])
{
    ret[0] = run(story, it, "{\"items\": [\"100%\"], \"way\": \"good\"}");
    ret[1] = run(story, it, "{\"items\": [], \"way\": \"bad\"}");
    const struct value *test = GQL(
        story,
        "mutation($id: ID!) { testInstanceFlowConfig(input: {id: $id, payload: \"{\\\"items\\\": "
        "[\\\"t\\\"]}\"}) { testInstanceFlowConfigResult { execution { id } } errors { messages } "
        "} }",
        {"id", .text = TEXT_AT(it->instance.flow_configs, "[0].id")});
    (void)kit_story_await(
        story, TEXT_AT(test, "testInstanceFlowConfig.testInstanceFlowConfigResult.execution.id"));
}

TEST(telling, logs_are_found_by_what_they_say)
{
    struct busy it = make_busy(story);
    const char *ids[2];
    make_logs(story, &it, ids);
    (void)logs(story, "severity: 2, message_Icontains: \"ITEM\"", "item 100%, item t");
    (void)logs(story, "message_Icontains: \"0%\"", "item 100%");
    (void)logs(story, "severity: 3", "Deep down, Deep down, Deep down, Deep down");
    (void)logs(story, "severity: 3, isTestExecution: true", "Deep down, Deep down");
    (void)logs(story, "severity: 9", "");
    const struct value *debug =
        GQL(story, "{ logs(severity: 1, message_Icontains: \"step \\\"twice\\\" finished\", "
                   "isTestExecution: false) { totalCount nodes { severity } } }");
    EXPECT_INT(debug, "logs.totalCount", 1);
    EXPECT_LIST(debug, "logs.nodes", "severity", "DEBUG");
    (void)logs(story, "severity_Gte: 4, first: 1",
               "Step \"Fail\" failed: input \"url\": it is not a URL such as "
               "https://ledger.example/entries");
    (void)logs(story, "severity: 5", "");

    STEP("the levels have numbers and names");
    const struct value *levels = GQL(story, "{ logSeverityLevels { id name } }");
    EXPECT_LIST(levels, "logSeverityLevels", "id", "0, 1, 2, 3, 4, 5, 6");
    EXPECT_LIST(levels, "logSeverityLevels", "name",
                "TRACE, DEBUG, INFO, WARN, ERROR, FATAL, METRIC");
}

TEST(telling, logs_are_found_by_whose_they_are)
{
    struct busy it = make_busy(story);
    const char *ids[2];
    make_logs(story, &it, ids);
    (void)logs(story, kit_story_text(story, "executionResult: \"%s\", severity: 2", ids[1]), START);
    (void)logs(story,
               kit_story_text(story, "flowConfig: \"%s\", message_Icontains: \"item t\"",
                              TEXT_AT(it.instance.flow_configs, "[0].id")),
               "item t");
    (void)logs(story,
               kit_story_text(story,
                              "instance_Customer: \"%s\", severity: 2, message_Icontains: \"item\"",
                              it.instance.customer),
               "item 100%, item t");
    (void)logs(story,
               kit_story_text(
                   story, "instance_Integration: \"%s\", severity: 2, message_Icontains: \"item\"",
                   it.instance.version),
               "item 100%, item t");
    static const char *const nothing[] = {
        "instance: \"x\"",          "executionResult: \"x\"",      "flowConfig: \"x\"",
        "instance_Customer: \"x\"", "instance_Integration: \"x\"", "logType: \"management\"",
    };
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        (void)logs(story, nothing[i], "");
    }
    EXPECT_INT(logs(story, "logType: \"execution\", severity: 3, first: 1", "Deep down"),
               "totalCount", 4);
    const struct value *one = logs(
        story,
        kit_story_text(story, "executionResult: \"%s\", severity: 2, message_Icontains: \"item\"",
                       ids[0]),
        "item 100%");
    const char *at = TEXT_AT(one, "nodes[0].timestamp");
    (void)logs(story,
               kit_story_text(
                   story, "timestamp_Gte: \"%s\", severity: 2, message_Icontains: \"item\"", at),
               "item 100%, item t");
    (void)logs(story,
               kit_story_text(
                   story, "timestamp_Lte: \"%s\", severity: 2, message_Icontains: \"item\"", at),
               "item 100%");
    (void)logs(story,
               kit_story_text(story, "executionResult: \"%s\", instance: \"%s\", severity: 3",
                              ids[0], it.instance.id),
               "Deep down, Deep down");

    STEP("below an execution, with its own filters");
    const struct value *below = GQL(
        story,
        "query($id: ID!) { executionResult(id: $id) { logs(severity: 3, last: 1) { nodes { message "
        "executionResult { id } } totalCount } } }",
        {"id", .text = ids[0]});
    EXPECT_LIST(below, "executionResult.logs.nodes", "executionResult.id", ids[0]);
    EXPECT_INT(below, "executionResult.logs.totalCount", 2);
}

/* GET of a URL that needs no credentials. */
static struct kit_message get(struct kit_story *story, const char *url)
{
    struct kit_message answer;
    struct kit_request request = {.path = kit_story_path(story, url)};
    EXPECT_OK(kit_client_request(&story->caller, &request, &answer, KIT_ERROR));
    return answer;
}

TEST(telling, payloads_and_results_are_given_by_url)
{
    struct busy it = make_busy(story);
    static const char body[] = "{ \"items\":[1.50] ,\"way\" : \"good\"}";
    const char *id = run(story, &it, body);
    const struct value *data = GQL(
        story,
        "query($id: ID!) { executionResult(id: $id) { requestPayloadUrl stepResults(stepName: "
        "\"which\") { nodes { resultsUrl executionResult { id } } } trigger: stepResults(first: 1) "
        "{ nodes { resultsUrl } } } }",
        {"id", .text = id});
    EXPECT_TEXT(data, "executionResult.stepResults.nodes[0].executionResult.id", id);
    struct kit_message answer = get(story, TEXT_AT(data, "executionResult.requestPayloadUrl"));
    EXPECT_STATUS(&answer, 200);
    EXPECT(slice_is(answer.body, body));
    EXPECT(slice_is(kit_message_header(&answer, "Content-Type"), "application/json"));
    answer = get(story, TEXT_AT(data, "executionResult.stepResults.nodes[0].resultsUrl"));
    EXPECT_STATUS(&answer, 200);
    EXPECT_THAT(answer.body.size > 0 && (uint8_t)answer.body.data[0] == 0x82,
                "a map of data and contentType is wanted");
    answer = get(story, TEXT_AT(data, "executionResult.trigger.nodes[0].resultsUrl"));
    EXPECT_STATUS(&answer, 200);
    EXPECT(slice_find(answer.body, SLICE("webhookUrls")) != SIZE_MAX);
}
