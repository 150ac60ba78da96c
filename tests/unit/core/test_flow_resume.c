/*
 * Resuming and replaying: a run that was cut off goes on as if it had not been, and does nothing
 * that is finished a second time.
 *
 * The main property: a flow is run to its end; then, for every prefix of its journaled entries, it
 * is made again with what that prefix tells, and must do and report exactly the rest.
 */
#include "core/flow/flow.h"
#include "tests/unit/core/flow_kit.h"
#include "tests/unit/core/flow_story.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define MEMORY_BYTES ((size_t)512 * 1024 * 1024)
#define ID           FLOW_STORY_ID_TEXT
#define TRIGGER      "{\"do\":\"webhook\",\"name\":\"Trigger\"}"

/* A bit of everything: pages fetched in a loop with retries, a branch, a nested loop with a break,
 * an ignored failure, a sleep, a stop at the end. All requests are GETs, so that a lost one may be
 * repeated. */
static const char everything[] =
    "[" TRIGGER ","
    "{\"do\":\"httpGet\",\"name\":\"List\",\"in\":{\"url\":\"http://x/list\"},"
    "\"error\":{\"retry\":2,\"delay\":3,\"backoff\":true}},"
    "{\"do\":\"loopOverItems\",\"name\":\"Each\",\"in\":{\"items\":{\"ref\":\"list.results\"}},"
    "\"steps\":["
    "{\"do\":\"httpGet\",\"name\":\"Fetch\",\"in\":{\"url\":{\"tpl\":"
    "\"http://x/{{$each.currentItem}}\"},\"maxRetries\":\"1\",\"debugRequest\":\"true\"},"
    "\"error\":{\"retry\":1,\"delay\":1,\"ignoreFinal\":true}},"
    "{\"do\":\"branchOnExpression\",\"name\":\"Which\",\"in\":{\"conditions\":{\"pairs\":{\"Big\":"
    "[\"greaterThan\",{\"ref\":\"fetch.results.size\"},\"10\"]}}},\"branches\":{"
    "\"Big\":[{\"do\":\"loopNTimes\",\"name\":\"Poll\",\"in\":{\"iterationCount\":\"4\"},\"steps\":"
    "["
    "{\"do\":\"sleep\",\"name\":\"Nap\",\"in\":{\"ms\":\"500\"}},"
    "{\"do\":\"httpGet\",\"name\":\"Ready\",\"in\":{\"url\":\"http://x/ready\"}},"
    "{\"do\":\"branchOnValue\",\"name\":\"Done\",\"in\":{\"inputValue\":{\"ref\":\"ready.results\"}"
    ","
    "\"branchValueMappings\":{\"pairs\":{\"Yes\":\"true\"}}},\"branches\":{"
    "\"Yes\":[{\"do\":\"breakLoop\",\"name\":\"Out\"}],\"Else\":[]}}]}],"
    "\"Else\":[{\"do\":\"writeLog\",\"name\":\"Small\",\"in\":{\"message\":{\"tpl\":"
    "\"{{$each.currentItem}} is small\"}}}]}},"
    "{\"do\":\"httpGet\",\"name\":\"Mark\",\"in\":{\"url\":{\"tpl\":"
    "\"http://x/mark?size={{$fetch.results.size}}\"}},\"error\":\"ignore\"}]},"
    "{\"do\":\"writeLog\",\"name\":\"All\",\"in\":{\"message\":{\"ref\":\"each.results\"}}},"
    "{\"do\":\"stopExecution\",\"name\":\"Stop\",\"in\":{\"jsonBody\":{\"ref\":\"poll.results\"}}}"
    "]";

static const char answers[] =
    "{\"list\":{\"status\":500},\"list#1\":\"connection\",\"list#2\":{\"body\":[\"a\",\"b\",\"c\"]}"
    ","
    "\"fetch@0\":{\"body\":{\"size\":11}},"
    "\"fetch@1\":{\"status\":503},\"fetch@1#1\":{\"status\":503},\"fetch@1#2\":{\"status\":502},"
    "\"fetch@1#3\":{\"status\":404},"
    "\"fetch@2\":\"timeout\",\"fetch@2#1\":{\"body\":{\"size\":12}},"
    "\"ready@0.0\":{\"body\":false},\"ready@0.1\":{\"body\":true},"
    "\"ready@2.0\":{\"body\":true},"
    "\"mark@1\":{\"status\":404},\"mark@2\":{\"body\":\"m\"}}";

/* The lines that must follow after item `from` of the whole story: a start that has no end is told
 * again; effects that had begun are begun again. */
static const char *expected_rest(const struct flow_story *whole, size_t from)
{
    struct flow_story rest = *whole;
    if (from == 0 || whole->items[from - 1].kind != FLOW_STORY_STARTED) {
        return flow_story_text_from(&rest, from);
    }
    return (const char *)arena_format(whole->arena, "%s again\n%s", whole->items[from - 1].line,
                                      flow_story_text_from(&rest, from))
        .data;
}

/* Cuts come only where a command ends: lines of the log are always in one with what follows. */
static bool may_cut_before(const struct flow_story *story, size_t at)
{
    return at == 0 || story->items[at - 1].kind == FLOW_STORY_STARTED ||
           story->items[at - 1].kind == FLOW_STORY_FINISHED;
}

static void expect_same_rest(struct arena *arena,
                             const char *flow,
                             const char *script,
                             const char *body,
                             const struct flow_story *whole,
                             size_t at)
{
    struct arena_mark mark = arena_mark(arena);
    struct flow_history history = flow_story_history(whole, at);
    struct flow_story rest = flow_story(arena, flow, "{}", script, body);
    rest.now_us = at < whole->count ? whole->items[at].now_us : whole->now_us;
    flow_story_run(&rest, &history, SIZE_MAX);
    cr_expect_str_eq(flow_story_text(&rest), expected_rest(whole, at), "cut before item %zu", at);
    arena_rewind(arena, mark);
}

static void expect_resumable(const char *flow, const char *script, const char *body)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story whole = flow_story(&arena, flow, "{}", script, body);
    flow_story_run(&whole, NULL, SIZE_MAX);
    size_t cuts = 0;
    for (size_t at = 0; at + 1 < whole.count; at++) {
        if (may_cut_before(&whole, at)) {
            expect_same_rest(&arena, flow, script, body, &whole, at);
            cuts++;
        }
    }
    cr_expect_gt(cuts, 3u);
    arena_deinit(&arena);
}

Test(flow_resume, at_every_cut_the_rest_is_the_same)
{
    expect_resumable(everything, answers, "null");
}

/* The story that the property is about, so that a reader sees what is cut. */
Test(flow_resume, the_whole_story)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story whole = flow_story(&arena, everything, "{}", answers, "null");
    flow_story_run(&whole, NULL, SIZE_MAX);
    const char *text = flow_story_text(&whole);
    static const char *const lines[] = {
        "list#1 retried connection: GET http://x/list: the other side is not there\n> wait 6000 "
        "ms\n",
        "list#2 ok [\"a\",\"b\",\"c\"]\n",
        "which@0 ok -> Big\nstart nap@0.0\n> sleep 500 ms\n",
        "out@0.1 ok null\npoll@0 ok [\"Else\",null]\n",
        "fetch@1#3 ignored http_status: GET http://x/b answered 404\nwhich@1 ok -> Else\n"
        "log small@1: INFO b is small\n",
        "mark@1 ignored http_status: GET http://x/mark answered 404\n",
        "each ok [\"\",null,\"m\"]\n",
        "end stopped 200 application/json [null]\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        cr_expect_not_null(strstr(text, lines[i]), "%s is not in\n%s", lines[i], text);
    }
    arena_deinit(&arena);
}

Test(flow_resume, runs_that_fail_are_the_same_at_every_cut)
{
    expect_resumable("[" TRIGGER ",{\"do\":\"loopOverItems\",\"name\":\"Each\",\"in\":{\"items\":"
                     "{\"ref\":\"trigger.results.body.data\"}},\"error\":\"ignore\",\"steps\":["
                     "{\"do\":\"httpGet\",\"name\":\"Get\",\"in\":{\"url\":\"http://x\"}},"
                     "{\"do\":\"writeLog\",\"name\":\"Log\",\"in\":{\"message\":\"m\"}}]},"
                     "{\"do\":\"writeLog\",\"name\":\"After\",\"in\":{\"message\":{\"ref\":"
                     "\"get.results\"}}},"
                     "{\"do\":\"unheardOf\",\"name\":\"Gone\",\"error\":\"ignore\"},"
                     "{\"do\":\"httpGet\",\"name\":\"Last\",\"in\":{\"url\":\"http://x\"},"
                     "\"error\":{\"retry\":1,\"delay\":1}}]",
                     "{\"get@0\":{\"body\":\"first\"},\"get@1\":{\"status\":410},"
                     "\"last\":{\"status\":500}}",
                     "[1,2,3]");
}

/* ---- steps in doubt ---- */

/* Runs `flow` with the first `at` items of its story and tells the rest. */
static void expect_rest(const char *flow,
                        const char *script,
                        const char *cut_line,
                        uint32_t starts,
                        const char *expected)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story whole = flow_story(&arena, flow, "{}", script, "null");
    flow_story_run(&whole, NULL, SIZE_MAX);
    size_t at = 0;
    while (at < whole.count && strcmp(whole.items[at].line, cut_line) != 0) {
        at++;
    }
    cr_assert_lt(at, whole.count, "no line %s in\n%s", cut_line, flow_story_text(&whole));
    struct flow_history history = flow_story_history(&whole, at + 1);
    history.starts = starts;
    struct flow_story rest = flow_story(&arena, flow, "{}", script, "null");
    rest.now_us = whole.items[at].now_us;
    flow_story_run(&rest, &history, SIZE_MAX);
    cr_expect_str_eq(flow_story_text(&rest), expected);
    arena_deinit(&arena);
}

#define ONE(action, settings)                                                                      \
    "[" TRIGGER ",{\"do\":\"" action                                                               \
    "\",\"name\":\"Do\",\"in\":{\"url\":\"http://x\",\"ms\":\"900\"}" settings "}]"

Test(flow_resume, a_lost_post_fails_with_unknown_outcome)
{
    expect_rest(ONE("httpPost", ""), "{}", "start do " ID ":1", 1,
                "do failed unknown_outcome: the server stopped while this step ran; whether it "
                "took effect is not known, and doing it again could do it twice\n"
                "end failed unknown_outcome at do: the server stopped while this step ran; whether "
                "it took effect is not known, and doing it again could do it twice\n");
}

Test(flow_resume, a_lost_post_may_be_ignored)
{
    expect_rest(ONE("httpPost", ",\"error\":\"ignore\""), "{}", "start do " ID ":1", 1,
                "do ignored unknown_outcome: the server stopped while this step ran; whether it "
                "took effect is not known, and doing it again could do it twice\n"
                "end ok null\n");
}

Test(flow_resume, a_lost_post_is_repeated_under_its_key_when_its_setting_is_retry)
{
    expect_rest(ONE("httpPost", ",\"error\":{\"retry\":2,\"delay\":1}"), "{}", "start do " ID ":1",
                1,
                "do retried unknown_outcome: the server stopped while this step ran; whether it "
                "took effect is not known, and doing it again could do it twice\n"
                "> wait 1000 ms\n"
                "start do#1 " ID ":1\n"
                "> POST http://x\n"
                "do#1 ok \"\"\n"
                "end ok \"\"\n");
}

Test(flow_resume, a_lost_last_attempt_is_the_last)
{
    expect_rest(ONE("httpPut", ",\"error\":{\"retry\":1,\"delay\":0}"), "{\"do\":{\"status\":500}}",
                "start do#1 " ID ":1", 1,
                "do#1 failed unknown_outcome: the server stopped while this step ran; whether it "
                "took effect is not known, and doing it again could do it twice\n"
                "end failed unknown_outcome at do#1: the server stopped while this step ran; "
                "whether it took effect is not known, and doing it again could do it twice\n");
}

Test(flow_resume, a_lost_get_is_repeated)
{
    expect_rest(ONE("httpGet", ""), "{\"do\":{\"body\":\"b\"}}", "start do " ID ":1", 4,
                "start do " ID ":1 again\n"
                "> GET http://x\n"
                "do ok \"b\"\n"
                "end ok \"b\"\n");
}

Test(flow_resume, a_get_that_never_comes_back_is_not_repeated_for_ever)
{
    expect_rest(ONE("httpGet", ""), "{}", "start do " ID ":1", FLOW_STARTS_MAX,
                "do failed unknown_outcome: the server stopped each time while this step ran; it "
                "is not begun again\n"
                "end failed unknown_outcome at do: the server stopped each time while this step "
                "ran; it is not begun again\n");
}

Test(flow_resume, a_sleep_goes_on_for_what_is_left)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story whole = flow_story(&arena, ONE("sleep", ""), "{}", "{}", "null");
    flow_story_run(&whole, NULL, SIZE_MAX);
    struct flow_history history = flow_story_history(&whole, 2);
    cr_assert(history.has_started);
    struct flow_story rest = flow_story(&arena, ONE("sleep", ""), "{}", "{}", "null");
    rest.now_us = history.started_us + 600000;
    flow_story_run(&rest, &history, SIZE_MAX);
    cr_expect_str_eq(flow_story_text(&rest),
                     "start do again\n> sleep 300 ms\ndo ok null\nend ok null\n");
    rest = flow_story(&arena, ONE("sleep", ""), "{}", "{}", "null");
    rest.now_us = history.started_us + 5000000;
    flow_story_run(&rest, &history, SIZE_MAX);
    cr_expect_str_eq(flow_story_text(&rest),
                     "start do again\n> sleep 0 ms\ndo ok null\nend ok null\n");
    rest = flow_story(&arena, ONE("sleep", ""), "{}", "{}", "null");
    rest.now_us = history.started_us - 5000000;
    flow_story_run(&rest, &history, SIZE_MAX);
    cr_expect_str_eq(flow_story_text(&rest),
                     "start do again\n> sleep 900 ms\ndo ok null\nend ok null\n",
                     "the clock went back: no longer than all of it");
    arena_deinit(&arena);
}

Test(flow_resume, a_wait_goes_on_for_what_is_left)
{
    static const char flow[] = ONE("httpGet", ",\"error\":{\"retry\":1,\"delay\":10}");
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story whole = flow_story(&arena, flow, "{}", "{\"do\":{\"status\":500}}", "null");
    flow_story_run(&whole, NULL, SIZE_MAX);
    struct flow_history history = flow_story_history(&whole, 4);
    cr_assert_eq(history.count, 2u);
    cr_assert_not(history.has_started);
    struct flow_story rest = flow_story(&arena, flow, "{}", "{\"do#1\":{\"body\":\"b\"}}", "null");
    rest.now_us = history.records[1].finished_us + 4000000;
    flow_story_run(&rest, &history, SIZE_MAX);
    cr_expect_str_eq(flow_story_text(&rest), "> wait 6000 ms\n"
                                             "start do#1 " ID ":1\n"
                                             "> GET http://x\n"
                                             "do#1 ok \"b\"\n"
                                             "end ok \"b\"\n");
    rest = flow_story(&arena, flow, "{}", "{\"do#1\":{\"body\":\"b\"}}", "null");
    rest.now_us = history.records[1].finished_us - 4000000;
    flow_story_run(&rest, &history, SIZE_MAX);
    cr_expect(strncmp(flow_story_text(&rest), "> wait 10000 ms\n", 16) == 0,
              "the clock went back: no longer than all of it; %s", flow_story_text(&rest));
    arena_deinit(&arena);
}

/* A journal that did not keep the HTTP status cannot tell a component's retry from one of the
 * step; that an attempt followed is known all the same. */
Test(flow_resume, a_retried_attempt_is_followed_by_another_whatever_the_record_lacks)
{
    static const char flow[] = "[" TRIGGER ",{\"do\":\"httpGet\",\"name\":\"Do\",\"in\":{\"url\":"
                               "\"http://x\",\"maxRetries\":\"1\"}}]";
    static const char script[] = "{\"do\":{\"status\":500},\"do#1\":{\"body\":\"b\"}}";
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story whole = flow_story(&arena, flow, "{}", script, "null");
    flow_story_run(&whole, NULL, SIZE_MAX);
    for (size_t i = 0; i < whole.count; i++) {
        whole.items[i].record.http_status = 0;
    }
    struct flow_history history = flow_story_history(&whole, 4);
    struct flow_story rest = flow_story(&arena, flow, "{}", script, "null");
    rest.now_us = whole.items[4].now_us;
    flow_story_run(&rest, &history, SIZE_MAX);
    cr_expect_str_eq(flow_story_text(&rest), "> wait 0 ms\n"
                                             "start do#1 " ID ":1\n"
                                             "> GET http://x\n"
                                             "do#1 ok \"b\"\n"
                                             "end ok \"b\"\n");
    arena_deinit(&arena);
}

/* A branch is taken as it was, even if its conditions would now give another one. */
Test(flow_resume, a_recorded_branch_stands)
{
    static const char flow[] =
        "[" TRIGGER ",{\"do\":\"branchOnValue\",\"name\":\"Which\",\"in\":{\"inputValue\":{\"ref\":"
        "\"trigger.results.body.data\"},\"branchValueMappings\":{\"pairs\":{\"A\":\"a\"}}},"
        "\"branches\":{\"A\":[{\"do\":\"sleep\",\"name\":\"In A\",\"in\":{\"ms\":\"1\"}}],"
        "\"Else\":[]}}]";
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story whole = flow_story(&arena, flow, "{}", "{}", "\"a\"");
    flow_story_run(&whole, NULL, SIZE_MAX);
    struct flow_history history = flow_story_history(&whole, 2);
    struct flow_story rest = flow_story(&arena, flow, "{}", "{}", "\"b\"");
    flow_story_run(&rest, &history, SIZE_MAX);
    cr_expect_str_eq(flow_story_text(&rest),
                     "start inA\n> sleep 1 ms\ninA ok null\nend ok \"A\"\n");
    arena_deinit(&arena);
}

/* Over all cuts together, with POSTs: no doing of a step goes out in both lives. */
Test(flow_resume, nothing_unsafe_is_done_twice)
{
    static const char flow[] =
        "[" TRIGGER ",{\"do\":\"loopOverItems\",\"name\":\"Each\",\"in\":{\"items\":{\"ref\":"
        "\"trigger.results.body.data\"}},\"steps\":["
        "{\"do\":\"httpPost\",\"name\":\"Post\",\"in\":{\"url\":\"http://x\",\"data\":\"d\"},"
        "\"error\":{\"retry\":2,\"delay\":1}},"
        "{\"do\":\"httpDelete\",\"name\":\"Delete\",\"in\":{\"url\":\"http://x\"},"
        "\"error\":\"ignore\"}]}]";
    static const char script[] = "{\"post@1\":{\"status\":500},\"post@1#1\":{\"status\":200},"
                                 "\"post@1#2\":{\"status\":200}}";
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story whole = flow_story(&arena, flow, "{}", script, "[1,2]");
    flow_story_run(&whole, NULL, SIZE_MAX);
    size_t lost = 0;
    for (size_t at = 1; at + 1 < whole.count; at++) {
        struct flow_history history = flow_story_history(&whole, at);
        struct flow_story rest = flow_story(&arena, flow, "{}", script, "[1,2]");
        rest.now_us = whole.items[at].now_us;
        flow_story_run(&rest, &history, SIZE_MAX);
        cr_expect(rest.succeeded, "cut before item %zu:\n%s", at, flow_story_text(&rest));
        lost += history.has_started;
        for (size_t i = 0; i < at; i++) {
            for (size_t j = 0; j < rest.count; j++) {
                const char *first = whole.items[i].doing;
                const char *second = rest.items[j].doing;
                cr_expect(first == NULL || second == NULL || strcmp(first, second) != 0,
                          "%s went out twice, cut before item %zu", first, at);
            }
        }
    }
    cr_expect_gt(lost, 4u);
    arena_deinit(&arena);
}

/* ---- replays ---- */

static void replay(struct arena *arena,
                   const char *flow,
                   const char *script,
                   const char *body,
                   const char *new_body,
                   enum flow_history_use use,
                   uint32_t from_step,
                   const char *expected)
{
    struct flow_story whole = flow_story(arena, flow, "{}", script, body);
    flow_story_run(&whole, NULL, SIZE_MAX);
    struct flow_history history = flow_story_history(&whole, whole.count - 1);
    history.use = use;
    history.from_step = from_step;
    struct flow_story again = flow_story(arena, flow, "{}", "{}", new_body);
    flow_story_run(&again, &history, SIZE_MAX);
    cr_expect_str_eq(flow_story_text(&again), expected);
}

static const char replayed[] =
    "[" TRIGGER ",{\"do\":\"httpPost\",\"name\":\"A\",\"in\":{\"url\":\"http://x\"},"
    "\"error\":{\"retry\":1,\"delay\":60}},"
    "{\"do\":\"sleep\",\"name\":\"Nap\",\"in\":{\"ms\":\"5000\"}},"
    "{\"do\":\"writeLog\",\"name\":\"Log\",\"in\":{\"message\":{\"tpl\":"
    "\"{{$a.results}} {{$trigger.results.body.data}}\"}}},"
    "{\"do\":\"branchOnValue\",\"name\":\"Which\",\"in\":{\"inputValue\":{\"ref\":"
    "\"trigger.results.body.data\"},\"branchValueMappings\":{\"pairs\":{\"More\":\"2\"}}},"
    "\"branches\":{\"More\":[{\"do\":\"httpPost\",\"name\":\"B\",\"in\":{\"url\":\"http://y\"}}],"
    "\"Else\":[]}}]";

static const char replayed_answers[] = "{\"a\":{\"status\":500},\"a#1\":{\"body\":\"answer\"}}";

Test(flow_replay, recorded_nothing_goes_out)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    replay(&arena, replayed, replayed_answers, "1", "1", FLOW_HISTORY_RECORDED, 0,
           "trigger ok\n"
           "a retried http_status: POST http://x answered 500 (recorded)\n"
           "a#1 ok \"answer\" (recorded)\n"
           "nap ok null\n"
           "log log: INFO answer 1\n"
           "log ok null\n"
           "which ok -> Else\n"
           "end ok \"Else\"\n");
    arena_deinit(&arena);
}

Test(flow_replay, recorded_ends_where_the_recording_has_no_answer)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    replay(&arena, replayed, replayed_answers, "1", "2", FLOW_HISTORY_RECORDED, 0,
           "trigger ok\n"
           "a retried http_status: POST http://x answered 500 (recorded)\n"
           "a#1 ok \"answer\" (recorded)\n"
           "nap ok null\n"
           "log log: INFO answer 2\n"
           "log ok null\n"
           "which ok -> More\n"
           "b failed unknown_outcome: this run is answered from a recording, and the recording has "
           "no answer for this step at this place\n"
           "end failed unknown_outcome at b: this run is answered from a recording, and the "
           "recording has no answer for this step at this place\n");
    arena_deinit(&arena);
}

Test(flow_replay, from_a_step_everything_before_it_is_recorded)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    replay(&arena, replayed, replayed_answers, "1", "2", FLOW_HISTORY_FROM_STEP, 3,
           "trigger ok (recorded)\n"
           "a retried http_status: POST http://x answered 500 (recorded)\n"
           "a#1 ok \"answer\" (recorded)\n"
           "nap ok null (recorded)\n"
           "log log: INFO answer 2\n"
           "log ok null\n"
           "which ok -> More\n"
           "start b " ID ":5\n"
           "> POST http://y\n"
           "b ok \"\"\n"
           "end ok \"More\"\n");
    arena_deinit(&arena);
}
