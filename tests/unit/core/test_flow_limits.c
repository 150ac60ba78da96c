/*
 * Runaway flows end with a sentence, long ones pause, and a run without memory gives up cleanly.
 */
#include "core/base/memory.h"
#include "core/flow/flow.h"
#include "tests/unit/core/flow_kit.h"
#include "tests/unit/core/flow_story.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define MEMORY_BYTES ((size_t)512 * 1024 * 1024)
#define TRIGGER      "{\"do\":\"webhook\",\"name\":\"Trigger\"}"
#define TIMES(count, inside)                                                                       \
    "[" TRIGGER ",{\"do\":\"loopNTimes\",\"name\":\"Loop\",\"error\":\"ignore\",\"in\":{"          \
    "\"iterationCount\":\"" count "\"},\"steps\":[" inside "]}]"
#define LOG(text) "{\"do\":\"writeLog\",\"name\":\"Log\",\"in\":{\"message\":\"" text "\"}}"
#define GET       "{\"do\":\"httpGet\",\"name\":\"Get\",\"in\":{\"url\":\"http://x\"}}"

/* The last line of a story. */
static const char *last_line(const struct flow_story *story)
{
    return story->items[story->count - 1].line;
}

static void expect_end(const char *flow,
                       const char *script,
                       const struct flow_limits *limits,
                       const char *expected)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story story = flow_story(&arena, flow, "{}", script, "null");
    story.limits = *limits;
    flow_story_run(&story, NULL, SIZE_MAX);
    cr_expect_str_eq(last_line(&story), expected);
    /* A limit is reported at the step that reached it, and no setting ignores it. */
    struct flow_story_item *before = &story.items[story.count - 2];
    cr_expect_eq(before->kind, FLOW_STORY_FINISHED);
    cr_expect_eq(before->record.error, ERROR_CLASS_LIMIT);
    arena_deinit(&arena);
}

Test(flow_limits, steps)
{
    struct flow_limits limits = flow_limits_default();
    limits.steps_max = 10;
    expect_end(TIMES("9", LOG("m")), "{}", &limits,
               "end failed limit at log@8: runaway flow: it runs over 10 steps, the limit of one "
               "execution");
}

Test(flow_limits, exactly_the_limit_is_within)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story story = flow_story(&arena, TIMES("8", LOG("m")), "{}", "{}", "null");
    story.limits.steps_max = 10;
    story.limits.iterations_max = 8;
    story.limits.log_lines_max = 8;
    story.limits.log_bytes_max = 8;
    flow_story_run(&story, NULL, SIZE_MAX);
    cr_expect(story.succeeded, "%s", last_line(&story));
    arena_deinit(&arena);
}

Test(flow_limits, iterations)
{
    struct flow_limits limits = flow_limits_default();
    limits.iterations_max = 5;
    expect_end(TIMES("6", ""), "{}", &limits,
               "end failed limit at loop: runaway flow: its loops run over 5 times, the limit of "
               "one execution");
    expect_end(
        TIMES("3", "{\"do\":\"loopNTimes\",\"name\":\"In\",\"in\":{\"iterationCount\":\"2\"}}"),
        "{}", &limits,
        "end failed limit at in@1: runaway flow: its loops run over 5 times, the limit of "
        "one execution");
}

Test(flow_limits, log_lines_and_bytes)
{
    struct flow_limits limits = flow_limits_default();
    limits.log_lines_max = 3;
    expect_end(TIMES("9", LOG("m")), "{}", &limits,
               "end failed limit at log@3: runaway flow: it logs over 3 lines");
    limits = flow_limits_default();
    limits.log_bytes_max = 20;
    expect_end(TIMES("9", LOG("ten bytes.")), "{}", &limits,
               "end failed limit at log@2: runaway flow: it logs over 20 bytes");
}

Test(flow_limits, memory_of_results)
{
    struct flow_limits limits = flow_limits_default();
    limits.memory_bytes_max = 16 * 1024;
    static char script[8192];
    (void)snprintf(script, sizeof script, "{\"get\":{\"body\":\"%04000d\"}}", 0);
    expect_end(TIMES("9", GET), script, &limits,
               "end failed limit at get@3: runaway flow: the step results of this execution need "
               "more than 16384 bytes of memory");
}

/* What no name and no list holds any more is free: the same pages one after the other fit. */
Test(flow_limits, a_replaced_result_gives_its_memory_back)
{
    static char script[8192];
    (void)snprintf(script, sizeof script, "{\"get\":{\"body\":\"%04000d\"}}", 0);
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story story =
        flow_story(&arena, TIMES("100", GET "," LOG("m")), "{}", script, "null");
    story.limits.memory_bytes_max = 64 * 1024;
    flow_story_run(&story, NULL, SIZE_MAX);
    cr_expect(story.succeeded, "%s", last_line(&story));
    arena_deinit(&arena);
}

Test(flow_limits, work)
{
    struct flow_limits limits = flow_limits_default();
    limits.work_max = 100;
    expect_end("[" TRIGGER ",{\"do\":\"writeLog\",\"name\":\"Log\",\"in\":{\"message\":{\"tpl\":"
               "\"0123456789012345678901234567890123456789012345678901234567890123456789"
               "0123456789012345678901234567890123456789\"}}}]",
               "{}", &limits,
               "end failed limit at log: runaway flow: input \"message\": the template takes more "
               "than 100 units of work (members searched, bytes written); the data is too large "
               "for it");
}

Test(flow_limits, nesting)
{
    struct buf flow;
    buf_init(&flow, 4096);
    buf_put_text(&flow, "[" TRIGGER);
    for (int i = 0; i <= DEFINITION_NESTING_MAX; i++) {
        buf_printf(&flow,
                   "%s{\"do\":\"loopNTimes\",\"name\":\"L%d\",\"in\":{\"iterationCount\":\"1\"},"
                   "\"steps\":[",
                   i == 0 ? "," : "", i);
    }
    for (int i = 0; i <= DEFINITION_NESTING_MAX; i++) {
        buf_put_text(&flow, "]}");
    }
    buf_put(&flow, "]", sizeof "]"); /* with its end */
    cr_assert_not(flow.failed);
    struct flow_limits limits = flow_limits_default();
    expect_end(flow.data, "{}", &limits,
               "end failed limit at l10@0.0.0.0.0.0.0.0.0.0: loops and branches are nested over 10 "
               "levels");
    buf_deinit(&flow);
}

Test(flow_limits, a_reply_that_is_too_deep_fails_its_step_only)
{
    char body[128] = "";
    memset(body, '[', 40);
    memset(body + 40, ']', 40);
    char script[256];
    (void)snprintf(script, sizeof script, "{\"get\":{\"body\":\"%s\"}}", body);
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story story = flow_story(&arena, TIMES("1", GET), "{}", script, "null");
    flow_story_run(&story, NULL, SIZE_MAX);
    cr_expect(story.succeeded);
    cr_expect_not_null(strstr(flow_story_text(&story),
                              "get@0 failed limit: GET http://x: the JSON text is nested over 28 "
                              "levels\nloop ignored limit:"),
                       "%s", flow_story_text(&story));
    arena_deinit(&arena);
}

Test(flow_limits, long_messages_are_cut_with_a_mark)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story story = flow_story(
        &arena,
        "[" TRIGGER ",{\"do\":\"writeLog\",\"name\":\"Log\",\"in\":{\"message\":{\"ref\":"
        "\"trigger.results.body.data\"}}}]",
        "{}", "{}", "null");
    size_t size = FLOW_LOG_MESSAGE_BYTES_MAX + 1;
    char *text = arena_zalloc(&arena, 1, size);
    memset(text, 'x', size);
    memcpy(text + size - 2, "\xc3\xa9", 2); /* a letter of two bytes across the cut */
    struct value message = value_text(slice_of(text, size));
    struct value body = value_map();
    struct value trigger = value_map();
    cr_assert(value_map_put(&arena, &body, SLICE("data"), message));
    cr_assert(value_map_put(&arena, &trigger, SLICE("body"), body));
    struct flow_params params = {.flow = story.flow,
                                 .snapshot = story.snapshot,
                                 .trigger = &trigger,
                                 .limits = story.limits};
    struct flow_run *run = NULL;
    struct flow_effect effect;
    cr_assert_eq(flow_run_create(&params, &run, NULL), ERR_OK);
    cr_assert_eq(flow_run_next(run, 0, &effect, NULL), ERR_OK);
    size_t count = 0;
    const struct flow_entry *entries = flow_run_entries(run, &count);
    cr_assert_eq(count, 3u);
    cr_expect_eq(entries[1].kind, FLOW_LOG_LINE);
    cr_expect(
        slice_ends_with(entries[1].message, SLICE("x... (cut: the message had 65537 bytes)")));
    cr_expect_lt(entries[1].message.size, size + 40);
    flow_run_destroy(&run);
    arena_deinit(&arena);
}

/* ---- pauses ---- */

Test(flow_limits, many_pure_steps_are_committed_in_batches)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story story = flow_story(&arena, TIMES("1000", LOG("m")), "{}", "{}", "null");
    struct flow_params params = {.flow = story.flow,
                                 .snapshot = story.snapshot,
                                 .trigger = &story.trigger,
                                 .limits = story.limits};
    struct flow_run *run = NULL;
    struct flow_effect effect = {.kind = FLOW_COMMIT};
    size_t total = 0;
    uint32_t commits = 0;
    cr_assert_eq(flow_run_create(&params, &run, NULL), ERR_OK);
    while (effect.kind == FLOW_COMMIT) {
        size_t count = 0;
        cr_assert_eq(flow_run_next(run, 0, &effect, NULL), ERR_OK);
        (void)flow_run_entries(run, &count);
        cr_expect_leq(count, (size_t)FLOW_BATCH_ENTRIES + 4);
        total += count;
        commits += effect.kind == FLOW_COMMIT;
        flow_run_clear_entries(run);
    }
    cr_expect_eq(effect.kind, FLOW_FINISHED);
    cr_expect_eq(total, 2002u);
    cr_expect_eq(commits, 7u);
    flow_run_destroy(&run);
    arena_deinit(&arena);
}

Test(flow_limits, a_long_walk_through_records_pauses_too)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story whole = flow_story(&arena, TIMES("9000", LOG("m")), "{}", "{}", "null");
    flow_story_run(&whole, NULL, SIZE_MAX);
    struct flow_history history = flow_story_history(&whole, whole.count - 1);
    struct flow_story rest = flow_story(&arena, TIMES("9000", LOG("m")), "{}", "{}", "null");
    flow_story_run(&rest, &history, SIZE_MAX);
    cr_expect_eq(rest.count, 1u, "only the end is told again");
    cr_expect_gt(rest.commits, 3u);
    arena_deinit(&arena);
}

/* ---- no memory ---- */

static const char busy[] =
    "[" TRIGGER
    ",{\"do\":\"httpPost\",\"name\":\"Post\",\"in\":{\"url\":{\"tpl\":\"http://x/{{#K}}\"},"
    "\"connection\":{\"var\":\"C\"},\"data\":{\"ref\":\"trigger.results\"},"
    "\"headers\":{\"pairs\":{\"A\":{\"var\":\"K\"}}},\"queryParams\":{\"pairs\":{\"q\":\"1\"}}},"
    "\"error\":{\"retry\":1,\"delay\":1}},"
    "{\"do\":\"loopOverItems\",\"name\":\"Each\",\"in\":{\"items\":{\"ref\":\"post.results.list\"}}"
    ","
    "\"steps\":[{\"do\":\"branchOnExpression\",\"name\":\"Which\",\"in\":{\"conditions\":{"
    "\"pairs\":{"
    "\"A\":[\"and\",[\"equal\",{\"ref\":\"each.currentItem\"},\"{\\\"a\\\":1}\"],"
    "[\"in\",\"x\",{\"ref\":\"post.results.text\"}]]}}},\"branches\":{"
    "\"A\":[{\"do\":\"writeLog\",\"name\":\"Log\",\"in\":{\"message\":{\"ref\":\"each\"}},"
    "\"error\":\"ignore\"}],\"Else\":[{\"do\":\"sleep\",\"name\":\"Nap\",\"in\":{\"ms\":\"1\"}}]}}]"
    "},"
    "{\"do\":\"stopExecution\",\"name\":\"Stop\",\"in\":{\"jsonBody\":{\"ref\":\"each.results\"}}}"
    "]";

/* Drives `busy` without allocating anything of its own. Returns: how the run ended. */
static enum err drive(const struct flow_params *params, char *ret_body, size_t size)
{
    static const char list[] = "{\"text\":\"xyz\",\"list\":[{\"a\":1},{\"a\":2}]}";
    struct flow_header header = {SLICE("content-type"), SLICE("application/json"), false};
    struct flow_reply reply = {
        .status = 500, .headers = &header, .header_count = 1, .body = SLICE("sorry")};
    struct flow_outcome replied = {.kind = FLOW_REPLIED, .reply = &reply};
    struct flow_outcome elapsed = {.kind = FLOW_ELAPSED};
    struct flow_effect effect = {.kind = FLOW_COMMIT};
    struct flow_run *run = NULL;
    enum err e = flow_run_create(params, &run, NULL);
    for (int64_t now_us = 0; e == ERR_OK && effect.kind != FLOW_FINISHED; now_us += 2000000) {
        e = flow_run_next(run, now_us, &effect, NULL);
        if (e != ERR_OK) {
            struct error error = {0};
            cr_assert_eq(flow_run_next(run, now_us, &effect, &error), ERR_NO_MEMORY);
            cr_assert_not_null(strstr(error_text(&error), "can be resumed from its journal"));
            break;
        }
        flow_run_clear_entries(run);
        if (effect.kind == FLOW_HTTP) {
            e = flow_run_resolve(run, now_us, &replied, NULL);
            reply.status = 200;
            reply.body = slice_of_text(list);
        } else if (effect.kind == FLOW_SLEEP || effect.kind == FLOW_WAIT) {
            e = flow_run_resolve(run, now_us, &elapsed, NULL);
        } else if (effect.kind == FLOW_FINISHED) {
            (void)snprintf(ret_body, size, "%.*s %.*s", SLICE_ARGS(effect.end->response.body),
                           SLICE_ARGS(effect.end->error_text));
        }
    }
    flow_run_destroy(&run);
    return e;
}

Test(flow_limits, at_every_failing_allocation_the_run_gives_up_or_is_right)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct flow_story story =
        flow_story(&arena, busy,
                   "{\"K\":\"k\",\"C\":{\"connection\":\"basic\",\"fields\":{\"username\":\"u\","
                   "\"password\":\"!pass\"}}}",
                   "{}", "{\"a\":[1,2.5,null]}");
    struct flow_params params = {.flow = story.flow,
                                 .snapshot = story.snapshot,
                                 .trigger = &story.trigger,
                                 .limits = story.limits};
    char right[512] = "";
    char body[512] = "";
    cr_assert_eq(drive(&params, right, sizeof right), ERR_OK);
    cr_assert_str_eq(right, "[\"A\",\"Else\"] ");
    long failures = 0;
    for (long allocations = 0;; allocations++) {
        memory_fail_after(allocations);
        enum err e = drive(&params, body, sizeof body);
        memory_fail_after(-1);
        if (e == ERR_OK) {
            cr_assert_str_eq(body, right, "%ld allocations gave %s", allocations, body);
            break;
        }
        cr_assert_eq(e, ERR_NO_MEMORY, "%ld allocations", allocations);
        failures++;
    }
    cr_expect_gt(failures, 20);
    arena_deinit(&arena);
}
