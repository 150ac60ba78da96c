/*
 * The machine, told as stories: a flow, what the other side answers, and every line of what
 * happens.
 */
#include "core/flow/flow.h"
#include "tests/unit/core/flow_kit.h"
#include "tests/unit/core/flow_story.h"

#include <criterion/criterion.h>

#define MEMORY_BYTES ((size_t)256 * 1024 * 1024)
#define ID           FLOW_STORY_ID_TEXT
#define TRIGGER      "{\"do\":\"webhook\",\"name\":\"Trigger\"}"

static const char config[] =
    "{\"URL\":\"https://ledger.example\",\"Basic\":{\"connection\":\"basic\","
    "\"fields\":{\"username\":\"ada\",\"password\":\"!hunter2\"}}}";

static void
expect_story(const char *flow, const char *script, const char *body, const char *expected)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story story = flow_story(&arena, flow, config, script, body);
    flow_story_run(&story, NULL, SIZE_MAX);
    cr_expect_str_eq(flow_story_text(&story), expected);
    arena_deinit(&arena);
}

Test(flow, a_request_and_its_answer)
{
    expect_story("[" TRIGGER ",{\"do\":\"httpPost\",\"name\":\"Post Item\",\"in\":{"
                 "\"url\":{\"tpl\":\"{{#URL}}/entries\"},"
                 "\"data\":{\"ref\":\"trigger.results.body.data\"}}},"
                 "{\"do\":\"writeLog\",\"name\":\"Log\",\"in\":{\"level\":\"Warn\","
                 "\"message\":{\"tpl\":\"entry {{$postItem.results.id}}\"}}}]",
                 "{\"postItem\":{\"status\":201,\"body\":{\"id\":42}}}", "{\"sku\":\"P-1\"}",
                 "trigger ok\n"
                 "start postItem " ID ":1\n"
                 "> POST https://ledger.example/entries {\"sku\":\"P-1\"}\n"
                 "postItem ok {\"id\":42}\n"
                 "log log: WARN entry 42\n"
                 "log ok null\n"
                 "end ok null\n");
}

Test(flow, the_last_step_answers_a_synchronous_caller)
{
    expect_story("[" TRIGGER
                 ",{\"do\":\"httpGet\",\"name\":\"Get\",\"in\":{\"url\":\"http://x\"}}]",
                 "{\"get\":{\"body\":[1,{\"a\":null}]}}", "null",
                 "trigger ok\n"
                 "start get " ID ":1\n"
                 "> GET http://x\n"
                 "get ok [1,{\"a\":null}]\n"
                 "end ok [1,{\"a\":null}]\n");
}

Test(flow, a_trigger_alone_succeeds)
{
    expect_story("[" TRIGGER "]", "{}", "{\"a\":1}",
                 "trigger ok\nend ok {\"body\":{\"data\":{\"a\":1}}}\n");
}

/* ---- failing, trying again, ignoring ---- */

#define POST(settings)                                                                             \
    "[" TRIGGER                                                                                    \
    ",{\"do\":\"httpPost\",\"name\":\"Post\",\"in\":{\"url\":\"https://u:p@x/y?key=1\","           \
    "\"data\":\"a\"}" settings "},{\"do\":\"sleep\",\"name\":\"Nap\",\"in\":{\"ms\":\"250\"}}]"

Test(flow, a_failing_step_fails_the_run)
{
    expect_story(POST(""), "{\"post\":{\"status\":409,\"body\":\"no\\nsuch\"}}", "null",
                 "trigger ok\n"
                 "start post " ID ":1\n"
                 "> POST https://u:p@x/y?key=1 a\n"
                 "post failed http_status: POST https://x/y answered 409: no such\n"
                 "end failed http_status at post: POST https://x/y answered 409: no such\n");
}

Test(flow, an_ignored_failure_lets_the_run_go_on)
{
    expect_story(POST(",\"error\":\"ignore\""), "{\"post\":\"connection\"}", "null",
                 "trigger ok\n"
                 "start post " ID ":1\n"
                 "> POST https://u:p@x/y?key=1 a\n"
                 "post ignored connection: POST https://x/y: the other side is not there\n"
                 "start nap\n"
                 "> sleep 250 ms\n"
                 "nap ok null\n"
                 "end ok null\n");
}

Test(flow, retries_wait_longer_each_time_under_one_key)
{
    expect_story(POST(",\"error\":{\"retry\":3,\"delay\":1,\"backoff\":true}"),
                 "{\"post\":{\"status\":500},\"post#3\":{\"body\":\"done\"}}", "null",
                 "trigger ok\n"
                 "start post " ID ":1\n"
                 "> POST https://u:p@x/y?key=1 a\n"
                 "post retried http_status: POST https://x/y answered 500\n"
                 "> wait 1000 ms\n"
                 "start post#1 " ID ":1\n"
                 "> POST https://u:p@x/y?key=1 a\n"
                 "post#1 retried http_status: POST https://x/y answered 500\n"
                 "> wait 2000 ms\n"
                 "start post#2 " ID ":1\n"
                 "> POST https://u:p@x/y?key=1 a\n"
                 "post#2 retried http_status: POST https://x/y answered 500\n"
                 "> wait 4000 ms\n"
                 "start post#3 " ID ":1\n"
                 "> POST https://u:p@x/y?key=1 a\n"
                 "post#3 ok \"done\"\n"
                 "start nap\n"
                 "> sleep 250 ms\n"
                 "nap ok null\n"
                 "end ok null\n");
}

Test(flow, retries_end)
{
    expect_story(POST(",\"error\":{\"retry\":1,\"delay\":0}"), "{\"post\":\"timeout\"}", "null",
                 "trigger ok\n"
                 "start post " ID ":1\n"
                 "> POST https://u:p@x/y?key=1 a\n"
                 "post retried timeout: POST https://x/y: the other side is not there\n"
                 "> wait 0 ms\n"
                 "start post#1 " ID ":1\n"
                 "> POST https://u:p@x/y?key=1 a\n"
                 "post#1 failed timeout: POST https://x/y: the other side is not there\n"
                 "end failed timeout at post#1: POST https://x/y: the other side is not there\n");
}

Test(flow, the_final_failure_may_be_ignored)
{
    expect_story(POST(",\"error\":{\"retry\":1,\"delay\":1,\"ignoreFinal\":true}"),
                 "{\"post\":{\"status\":503}}", "null",
                 "trigger ok\n"
                 "start post " ID ":1\n"
                 "> POST https://u:p@x/y?key=1 a\n"
                 "post retried http_status: POST https://x/y answered 503\n"
                 "> wait 1000 ms\n"
                 "start post#1 " ID ":1\n"
                 "> POST https://u:p@x/y?key=1 a\n"
                 "post#1 ignored http_status: POST https://x/y answered 503\n"
                 "start nap\n"
                 "> sleep 250 ms\n"
                 "nap ok null\n"
                 "end ok null\n");
}

Test(flow, what_trying_again_cannot_mend_is_not_tried_again)
{
    expect_story(POST(",\"error\":{\"retry\":3,\"delay\":1}"), "{\"post\":\"refused\"}", "null",
                 "trigger ok\n"
                 "start post " ID ":1\n"
                 "> POST https://u:p@x/y?key=1 a\n"
                 "post failed refused_target: POST https://x/y: the other side is not there\n"
                 "end failed refused_target at post: POST https://x/y: the other side is not "
                 "there\n");
}

Test(flow, the_components_own_retries_come_before_those_of_the_step)
{
    expect_story(
        "[" TRIGGER ",{\"do\":\"httpGet\",\"name\":\"Get\",\"in\":{\"url\":\"http://x\","
        "\"maxRetries\":\"1\",\"retryDelayMS\":\"50\"},\"error\":{\"retry\":1,\"delay\":2}}]",
        "{\"get\":{\"status\":500}}", "null",
        "trigger ok\n"
        "start get " ID ":1\n"
        "> GET http://x\n"
        "get retried http_status: GET http://x answered 500\n"
        "> wait 50 ms\n"
        "start get#1 " ID ":1\n"
        "> GET http://x\n"
        "get#1 retried http_status: GET http://x answered 500\n"
        "> wait 2000 ms\n"
        "start get#2 " ID ":1\n"
        "> GET http://x\n"
        "get#2 retried http_status: GET http://x answered 500\n"
        "> wait 50 ms\n"
        "start get#3 " ID ":1\n"
        "> GET http://x\n"
        "get#3 failed http_status: GET http://x answered 500\n"
        "end failed http_status at get#3: GET http://x answered 500\n");
}

Test(flow, the_component_repeats_a_post_only_when_told_to)
{
    expect_story("[" TRIGGER ",{\"do\":\"httpPost\",\"name\":\"A\",\"in\":{\"url\":\"http://x\","
                 "\"maxRetries\":\"1\"},\"error\":\"ignore\"},"
                 "{\"do\":\"httpPost\",\"name\":\"B\",\"in\":{\"url\":\"http://x\","
                 "\"maxRetries\":\"1\",\"retryOnAllErrors\":\"true\",\"useExponentialBackoff\":"
                 "\"true\"}}]",
                 "{\"a\":{\"status\":500},\"b\":{\"status\":404},\"b#1\":{\"status\":200}}", "null",
                 "trigger ok\n"
                 "start a " ID ":1\n"
                 "> POST http://x\n"
                 "a ignored http_status: POST http://x answered 500\n"
                 "start b " ID ":2\n"
                 "> POST http://x\n"
                 "b retried http_status: POST http://x answered 404\n"
                 "> wait 100 ms\n"
                 "start b#1 " ID ":2\n"
                 "> POST http://x\n"
                 "b#1 ok \"\"\n"
                 "end ok \"\"\n");
}

Test(flow, a_faulty_input_fails_before_anything_goes_out)
{
    expect_story("[" TRIGGER ",{\"do\":\"httpGet\",\"name\":\"Get\",\"in\":{\"url\":{\"ref\":"
                 "\"trigger.results.body.data.url\"}},\"error\":{\"retry\":3,\"delay\":1}}]",
                 "{}", "{}",
                 "trigger ok\n"
                 "get failed expression: input \"url\" is empty: it was not given, or what it "
                 "refers to is missing\n"
                 "end failed expression at get: input \"url\" is empty: it was not given, or what "
                 "it refers to is missing\n");
}

Test(flow, a_component_we_do_not_have_fails_by_name)
{
    expect_story("[" TRIGGER ",{\"do\":\"pollChanges\",\"name\":\"Poll\"}]", "{}", "{}",
                 "trigger ok\n"
                 "poll failed unknown_component: action \"pollChanges\" of component \"other\", "
                 "version LATEST, is not built into this server\n"
                 "end failed unknown_component at poll: action \"pollChanges\" of component "
                 "\"other\", version LATEST, is not built into this server\n");
}

/* ---- loops ---- */

#define LOOP(inside, settings)                                                                     \
    "[" TRIGGER ",{\"do\":\"loopOverItems\",\"name\":\"Each\",\"in\":{\"items\":{\"ref\":"         \
    "\"trigger.results.body.data\"}},\"steps\":[" inside "]" settings "},"                         \
    "{\"do\":\"writeLog\",\"name\":\"Log\",\"in\":{\"message\":{\"ref\":\"each.results\"}}}]"

#define POST_ITEM                                                                                  \
    "{\"do\":\"httpPost\",\"name\":\"Post\",\"in\":{\"url\":\"http://x\",\"data\":{\"tpl\":"       \
    "\"{{$each.index}}={{$each.currentItem}}\"}}}"

Test(flow, a_loop_collects_what_its_last_step_gives)
{
    expect_story(LOOP(POST_ITEM, ""), "{\"post@0\":{\"body\":\"a\"},\"post@1\":{\"body\":\"b\"}}",
                 "[\"x\",\"y\"]",
                 "trigger ok\n"
                 "start post@0 " ID ":2:0\n"
                 "> POST http://x 0=x\n"
                 "post@0 ok \"a\"\n"
                 "start post@1 " ID ":2:1\n"
                 "> POST http://x 1=y\n"
                 "post@1 ok \"b\"\n"
                 "each ok [\"a\",\"b\"]\n"
                 "log log: INFO [\"a\",\"b\"]\n"
                 "log ok null\n"
                 "end ok null\n");
}

Test(flow, a_loop_over_nothing)
{
    expect_story(LOOP(POST_ITEM, ""), "{}", "[]",
                 "trigger ok\neach ok []\nlog log: INFO []\nlog ok null\nend ok null\n");
}

Test(flow, items_may_be_the_json_text_of_a_list)
{
    expect_story(LOOP("{\"do\":\"writeLog\",\"name\":\"In\",\"in\":{\"message\":{\"ref\":"
                      "\"each.currentItem\"}}}",
                      ""),
                 "{}", "\"[7]\"",
                 "trigger ok\n"
                 "log in@0: INFO 7\n"
                 "in@0 ok null\n"
                 "each ok [null]\n"
                 "log log: INFO [null]\n"
                 "log ok null\n"
                 "end ok null\n");
}

Test(flow, items_must_be_a_list)
{
    expect_story(LOOP(POST_ITEM, ""), "{}", "{\"a\":1}",
                 "trigger ok\n"
                 "each failed input: input \"items\" is a map; it must be a list\n"
                 "end failed input at each: input \"items\" is a map; it must be a list\n");
    expect_story(LOOP(POST_ITEM, ""), "{}", "null",
                 "trigger ok\n"
                 "each failed expression: input \"items\" is empty: it was not given, or what it "
                 "refers to is missing\n"
                 "end failed expression at each: input \"items\" is empty: it was not given, or "
                 "what it refers to is missing\n");
}

Test(flow, a_failure_inside_fails_the_run)
{
    expect_story(LOOP(POST_ITEM, ""), "{\"post@1\":{\"status\":500}}", "[1,2,3]",
                 "trigger ok\n"
                 "start post@0 " ID ":2:0\n"
                 "> POST http://x 0=1\n"
                 "post@0 ok \"\"\n"
                 "start post@1 " ID ":2:1\n"
                 "> POST http://x 1=2\n"
                 "post@1 failed http_status: POST http://x answered 500\n"
                 "end failed http_status at post@1: POST http://x answered 500\n");
}

Test(flow, a_loop_may_ignore_what_fails_in_it)
{
    expect_story(LOOP(POST_ITEM, ",\"error\":\"ignore\""), "{\"post@1\":{\"status\":500}}",
                 "[1,2,3]",
                 "trigger ok\n"
                 "start post@0 " ID ":2:0\n"
                 "> POST http://x 0=1\n"
                 "post@0 ok \"\"\n"
                 "start post@1 " ID ":2:1\n"
                 "> POST http://x 1=2\n"
                 "post@1 failed http_status: POST http://x answered 500\n"
                 "each ignored http_status: POST http://x answered 500\n"
                 "log log: INFO \n"
                 "log ok null\n"
                 "end ok null\n");
}

#define NEST                                                                                       \
    "[" TRIGGER ",{\"do\":\"loopNTimes\",\"name\":\"Outer\",\"in\":{\"iterationCount\":\"2\"},"    \
    "\"steps\":[{\"do\":\"loopNTimes\",\"name\":\"Inner\",\"in\":{\"iterationCount\":\"5\"},"      \
    "\"steps\":[{\"do\":\"writeLog\",\"name\":\"Log\",\"in\":{\"message\":{\"tpl\":"               \
    "\"{{$outer.index}}.{{$inner.currentItem}}\"}}},"                                              \
    "{\"do\":\"branchOnExpression\",\"name\":\"Enough\",\"in\":{\"conditions\":{\"pairs\":{"       \
    "\"Yes\":[\"equal\",{\"ref\":\"inner.index\"},{\"ref\":\"outer.index\"}]}}},\"branches\":{"    \
    "\"Yes\":[{\"do\":\"breakLoop\",\"name\":\"Break\"}],\"Else\":[]}}]}]}]"

Test(flow, a_break_leaves_the_innermost_loop_from_within_a_branch)
{
    expect_story(NEST, "{}", "null",
                 "trigger ok\n"
                 "log log@0.0: INFO 0.0\n"
                 "log@0.0 ok null\n"
                 "enough@0.0 ok -> Yes\n"
                 "break@0.0 ok null\n"
                 "inner@0 ok [null]\n"
                 "log log@1.0: INFO 1.0\n"
                 "log@1.0 ok null\n"
                 "enough@1.0 ok -> Else\n"
                 "log log@1.1: INFO 1.1\n"
                 "log@1.1 ok null\n"
                 "enough@1.1 ok -> Yes\n"
                 "break@1.1 ok null\n"
                 "inner@1 ok [\"Else\",null]\n"
                 "outer ok [[null],[\"Else\",null]]\n"
                 "end ok [[null],[\"Else\",null]]\n");
}

Test(flow, a_break_outside_of_loops_fails)
{
    expect_story("[" TRIGGER ",{\"do\":\"breakLoop\",\"name\":\"Break\"}]", "{}", "null",
                 "trigger ok\n"
                 "break failed definition: breakLoop stands in no loop\n"
                 "end failed definition at break: breakLoop stands in no loop\n");
}

/* The list a loop goes over belongs to a result that the loop's own body replaces. */
Test(flow, a_loop_keeps_its_items_when_their_step_runs_again)
{
    expect_story(
        "[" TRIGGER ",{\"do\":\"loopNTimes\",\"name\":\"Pages\",\"in\":{\"iterationCount\":"
        "\"2\"},\"steps\":[{\"do\":\"httpGet\",\"name\":\"Get\",\"in\":{\"url\":\"http://x\"}},"
        "{\"do\":\"loopOverItems\",\"name\":\"Each\",\"in\":{\"items\":{\"ref\":\"get.results\"}},"
        "\"steps\":[{\"do\":\"writeLog\",\"name\":\"Log\",\"in\":{\"message\":{\"ref\":"
        "\"each.currentItem\"}}}]}]}]",
        "{\"get@0\":{\"body\":[\"a\",\"b\"]},\"get@1\":{\"body\":[\"c\"]}}", "null",
        "trigger ok\n"
        "start get@0 " ID ":2:0\n"
        "> GET http://x\n"
        "get@0 ok [\"a\",\"b\"]\n"
        "log log@0.0: INFO a\n"
        "log@0.0 ok null\n"
        "log log@0.1: INFO b\n"
        "log@0.1 ok null\n"
        "each@0 ok [null,null]\n"
        "start get@1 " ID ":2:1\n"
        "> GET http://x\n"
        "get@1 ok [\"c\"]\n"
        "log log@1.0: INFO c\n"
        "log@1.0 ok null\n"
        "each@1 ok [null]\n"
        "pages ok [[null,null],[null]]\n"
        "end ok [[null,null],[null]]\n");
}

/* ---- branches ---- */

#define BRANCH_VALUE(branches)                                                                     \
    "[" TRIGGER ",{\"do\":\"branchOnValue\",\"name\":\"Which\",\"in\":{\"inputValue\":{\"ref\":"   \
    "\"trigger.results.body.data\"},\"branchValueMappings\":{\"pairs\":{\"Yes\":\"true\","         \
    "\"Five\":\"5\"}}},\"branches\":{" branches                                                    \
    "}},{\"do\":\"writeLog\",\"name\":\"Log\",\"in\":{"                                            \
    "\"message\":{\"ref\":\"which.results\"}}}]"

Test(flow, branch_on_value_compares_texts)
{
    static const char flow[] = BRANCH_VALUE("\"Yes\":[{\"do\":\"sleep\",\"name\":\"Nap\",\"in\":{"
                                            "\"ms\":\"1\"}}],\"Five\":[],\"Else\":[]");
    expect_story(flow, "{}", "true",
                 "trigger ok\nwhich ok -> Yes\nstart nap\n> sleep 1 ms\nnap ok null\n"
                 "log log: INFO Yes\nlog ok null\nend ok null\n");
    expect_story(flow, "{}", "5",
                 "trigger ok\nwhich ok -> Five\nlog log: INFO Five\nlog ok null\nend ok null\n");
    expect_story(flow, "{}", "\"5.0\"",
                 "trigger ok\nwhich ok -> Else\nlog log: INFO Else\nlog ok null\nend ok null\n");
}

Test(flow, no_branch_may_be_taken)
{
    expect_story(BRANCH_VALUE("\"Yes\":[],\"Five\":[]"), "{}", "null",
                 "trigger ok\nwhich ok null\nlog log: INFO \nlog ok null\nend ok null\n");
}

Test(flow, a_branch_that_is_not_there_is_a_fault_of_the_definition)
{
    expect_story(BRANCH_VALUE("\"Else\":[]"), "{}", "5",
                 "trigger ok\n"
                 "which failed definition: the branch \"Five\" is not among the step's branches\n"
                 "end failed definition at which: the branch \"Five\" is not among the step's "
                 "branches\n");
}

Test(flow, a_faulty_condition_fails_its_step)
{
    expect_story("[" TRIGGER
                 ",{\"do\":\"branchOnExpression\",\"name\":\"Which\",\"in\":{\"conditions\":"
                 "{\"pairs\":{\"A\":[\"isEmpty\",{\"ref\":\"trigger.results.body.data\"}]}}},"
                 "\"branches\":{\"A\":[]},\"error\":\"ignore\"}]",
                 "{}", "7",
                 "trigger ok\n"
                 "which ignored input: condition \"isEmpty\": only a list or a text can be empty\n"
                 "end ok null\n");
}

Test(flow, a_branch_may_ignore_what_fails_in_it)
{
    expect_story("[" TRIGGER
                 ",{\"do\":\"branchOnValue\",\"name\":\"Which\",\"in\":{\"inputValue\":\"a\"},"
                 "\"error\":\"ignore\",\"branches\":{\"Else\":["
                 "{\"do\":\"httpGet\",\"name\":\"Get\",\"in\":{\"url\":\"http://x\"}},"
                 "{\"do\":\"sleep\",\"name\":\"Never\",\"in\":{\"ms\":\"1\"}}]}}]",
                 "{\"get\":{\"status\":404}}", "null",
                 "trigger ok\n"
                 "which ok -> Else\n"
                 "start get " ID ":2\n"
                 "> GET http://x\n"
                 "get failed http_status: GET http://x answered 404\n"
                 "end ok \"Else\"\n");
}

/* ---- stop, log ---- */

Test(flow, a_stop_ends_the_run_from_within_loops)
{
    expect_story(LOOP("{\"do\":\"stopExecution\",\"name\":\"Stop\",\"in\":{\"statusCode\":\"201\","
                      "\"contentType\":\"text/plain\",\"headers\":{\"pairs\":{\"X-A\":\"b\","
                      "\"Content-Length\":\"7\"}},\"jsonBody\":{\"tpl\":"
                      "\"item {{$each.currentItem}}\"}}}",
                      ""),
                 "{}", "[1,2]", "trigger ok\nstop@0 ok null\nend stopped 201 text/plain item 1\n");
}

Test(flow, a_stop_writes_objects_as_json)
{
    expect_story("[" TRIGGER ",{\"do\":\"stopExecution\",\"name\":\"Stop\",\"in\":{\"jsonBody\":"
                 "{\"ref\":\"trigger.results.body.data\"}}}]",
                 "{}", "{\"a\":[1]}",
                 "trigger ok\nstop ok null\nend stopped 200 application/json {\"a\":[1]}\n");
}

Test(flow, a_stop_with_a_faulty_status_fails)
{
    expect_story(
        "[" TRIGGER ",{\"do\":\"stopExecution\",\"name\":\"Stop\",\"in\":{\"statusCode\":"
        "\"99\"}}]",
        "{}", "null",
        "trigger ok\n"
        "stop failed input: input \"statusCode\": \"99\" is not a whole number from 200 to "
        "599\n"
        "end failed input at stop: input \"statusCode\": \"99\" is not a whole number from "
        "200 to 599\n");
}

Test(flow, an_unknown_level_is_info_with_a_note)
{
    expect_story("[" TRIGGER ",{\"do\":\"writeLog\",\"name\":\"Log\",\"in\":{\"level\":\"verbose\","
                 "\"message\":{\"ref\":\"trigger.results.body.data\"}}}]",
                 "{}", "{\"a\":1.5}",
                 "trigger ok\n"
                 "log log: WARN the level of the next line is none of trace, debug, info, warn, "
                 "error, fatal; info is used\n"
                 "log log: INFO {\"a\":1.5}\n"
                 "log ok null\n"
                 "end ok null\n");
}

Test(flow, what_a_request_cannot_do_is_logged_once)
{
    expect_story("[" TRIGGER ",{\"do\":\"httpGet\",\"name\":\"Get\",\"in\":{\"url\":\"http://x\","
                 "\"debugRequest\":\"true\",\"headers\":{\"pairs\":{\"Host\":\"y\"}}},"
                 "\"error\":{\"retry\":1,\"delay\":0}}]",
                 "{\"get\":{\"status\":500},\"get#1\":{\"status\":204}}", "null",
                 "trigger ok\n"
                 "log get: WARN header Host is set by the server itself and was left out\n"
                 "log get: WARN debugRequest is not acted on: requests are never logged, because "
                 "they hold credentials; the journal keeps their digests\n"
                 "start get " ID ":1\n"
                 "> GET http://x\n"
                 "get retried http_status: GET http://x answered 500\n"
                 "> wait 0 ms\n"
                 "start get#1 " ID ":1\n"
                 "> GET http://x\n"
                 "get#1 ok \"\"\n"
                 "end ok \"\"\n");
}

Test(flow, no_secret_in_a_sentence)
{
    expect_story("[" TRIGGER ",{\"do\":\"httpGet\",\"name\":\"Get\",\"in\":{\"url\":\"http://x\","
                 "\"connection\":{\"var\":\"Basic\"}}}]",
                 "{\"get\":{\"status\":401,\"body\":\"wrong: hunter2, Basic YWRhOmh1bnRlcjI=\"}}",
                 "null",
                 "trigger ok\n"
                 "start get " ID ":1\n"
                 "> GET http://x\n"
                 "get failed http_status: GET http://x answered 401: wrong: ***, ***\n"
                 "end failed http_status at get: GET http://x answered 401: wrong: ***, ***\n");
}

/* ---- the interface ---- */

Test(flow, an_effect_that_is_not_resolved_is_given_again)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story story = flow_story(
        &arena, "[" TRIGGER ",{\"do\":\"sleep\",\"name\":\"Nap\",\"in\":{\"ms\":\"2500\"}}]", "{}",
        "{}", "null");
    struct flow_params params = {.flow = story.flow,
                                 .snapshot = story.snapshot,
                                 .trigger = &story.trigger,
                                 .limits = story.limits};
    struct flow_run *run = NULL;
    struct flow_effect effect;
    cr_assert_eq(flow_run_create(&params, &run, NULL), ERR_OK);
    cr_assert_eq(flow_run_next(run, 1000, &effect, NULL), ERR_OK);
    cr_expect_eq(effect.kind, FLOW_SLEEP);
    cr_expect_eq(effect.wait_ms, 2500);
    cr_assert_eq(flow_run_next(run, 1001001, &effect, NULL), ERR_OK);
    cr_expect_eq(effect.kind, FLOW_SLEEP);
    cr_expect_eq(effect.wait_ms, 1500, "rounded up");
    size_t count = 0;
    (void)flow_run_entries(run, &count);
    cr_expect_eq(count, 2u, "the trigger and one start");
    struct flow_outcome outcome = {.kind = FLOW_ELAPSED};
    cr_assert_eq(flow_run_resolve(run, 2501000, &outcome, NULL), ERR_OK);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(flow_run_next(run, 2501000, &effect, NULL), ERR_OK);
        cr_expect_eq(effect.kind, FLOW_FINISHED);
        cr_expect(effect.end->succeeded);
    }
    const struct flow_entry *entries = flow_run_entries(run, &count);
    cr_assert_eq(count, 3u);
    cr_expect_eq(entries[2].started_us, 1000);
    cr_expect_eq(entries[2].finished_us, 2501000);
    flow_run_destroy(&run);
    cr_expect_null(run);
    flow_run_destroy(&run);
    arena_deinit(&arena);
}

Test(flow, places_have_texts)
{
    struct flow_place place = {.step_index = 7, .attempt = 2, .depth = 2, .iterations = {3, 0}};
    char text[FLOW_PLACE_LOOP_PATH_SIZE];
    flow_place_loop_path(&place, text);
    cr_expect_str_eq(text, "3.0");
    struct flow_place parsed;
    cr_assert_eq(flow_place_parse(7, slice_of_text(text), 2, &parsed, NULL), ERR_OK);
    cr_expect_eq(flow_place_compare(&place, &parsed), 0);
    cr_assert_eq(flow_place_parse(7, SLICE(""), 2, &parsed, NULL), ERR_OK);
    cr_expect_eq(parsed.depth, 0u);
    static const char *const wrong[] = {
        "x", "3.", ".3", "3..0", "3,0", "4294967296", "-1", "3 ", "1.2.3.4.5.6.7.8.9.10.11"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_eq(flow_place_parse(7, slice_of_text(wrong[i]), 0, &parsed, NULL), ERR_MALFORMED,
                     "%s", wrong[i]);
    }
    cr_expect_eq(flow_place_parse(UINT64_MAX, SLICE(""), 0, &parsed, NULL), ERR_MALFORMED);
    struct flow_place widest = {.depth = DEFINITION_NESTING_MAX};
    for (uint32_t i = 0; i < widest.depth; i++) {
        widest.iterations[i] = UINT32_MAX;
    }
    flow_place_loop_path(&widest, text);
    cr_expect_eq(strlen(text), (size_t)FLOW_PLACE_LOOP_PATH_SIZE - 2);
}
