/* executions_view and logs_view: which are open, which failed, replays, steps, lines. */
#include "core/base/limits.h"
#include "core/domain/log_line.h"
#include "projections/executions_view.h"
#include "projections/logs_view.h"
#include "tests/unit/projections/views_kit.h"

#define INSTANCE                                                                                   \
    "instance.created {'integration':'n','version':1,'customer':'c','key':2,'name':'A'}"
#define OPEN   views_kit_rows(&kit, VIEWS_EXECUTIONS_OPEN)
#define FAILED views_kit_rows(&kit, VIEWS_EXECUTIONS_FAILED)

static struct execution execution_of(struct views_kit *kit, const char *name)
{
    struct execution execution;
    struct views_txn *txn = views_kit_read(kit);
    enum err e = executions_view_get(txn, domain_kit_id(name), &kit->arena, &execution, NULL);
    cr_assert_eq(e, ERR_OK);
    views_end(&txn);
    return execution;
}

Test(executions_view, open_until_they_end)
{
    struct views_kit kit;
    views_kit_begin(&kit);
    views_kit_say(&kit, "i", INSTANCE);
    views_kit_say_of(&kit, "i", "a", "execution.queued {'flow':3}");
    views_kit_say_of(&kit, "i", "b", "execution.queued");
    views_kit_say_of(&kit, "i", "c", "execution.queued\nexecution.finished {'state':3}");
    cr_expect_str_eq(OPEN, "a. -> i.\\03\nb. -> i.\n");
    cr_expect_str_eq(FAILED, "c. -> i.\n");
    views_kit_say_of(&kit, "i", "a", "execution.started\nstep.started");
    cr_expect_str_eq(OPEN, "a. -> i.\\03\nb. -> i.\n");
    views_kit_say_of(&kit, "i", "a", "execution.finished {'state':2}");
    views_kit_say_of(&kit, "i", "b", "execution.started\nexecution.finished {'state':4}");
    cr_expect_str_eq(OPEN, "");
    cr_expect_str_eq(FAILED, "b. -> i.\nc. -> i.\n");
    cr_expect_str_eq(views_kit_rows(&kit, VIEWS_EXECUTIONS_BY_INSTANCE),
                     "i.a. -> .\\03\ni.b. -> .\ni.c. -> .\n");
    views_kit_demand_rebuilt(&kit, "open and failed");
    views_kit_end(&kit);
}

Test(executions_view, the_first_success_of_a_replay_resolves)
{
    struct views_kit kit;
    views_kit_begin(&kit);
    views_kit_say(&kit, "i", INSTANCE);
    views_kit_say_of(&kit, "i", "a", "execution.queued\nexecution.finished {'state':3}");
    views_kit_say_of(&kit, "i", "r1", "execution.queued {'replay_of':'a'}");
    views_kit_say_of(&kit, "i", "r2", "execution.queued {'replay_of':'a'}");
    views_kit_say_of(&kit, "i", "r3", "execution.queued {'replay_of':'gone'}");
    views_kit_say_of(&kit, "i", "r1", "execution.started\nexecution.finished {'state':3}");
    cr_expect(uuid_is_zero(execution_of(&kit, "a").resolved_by), "a failure resolves nothing");
    views_kit_say_of(&kit, "i", "r2", "execution.started\nexecution.finished {'state':2}");
    views_kit_say_of(&kit, "i", "r3", "execution.started\nexecution.finished {'state':2}");
    cr_expect(uuid_equal(execution_of(&kit, "a").resolved_by, domain_kit_id("r2")));
    views_kit_say_of(&kit, "i", "r4", "execution.queued {'replay_of':'a'}");
    views_kit_say_of(&kit, "i", "r4", "execution.started\nexecution.finished {'state':2}");
    cr_expect(uuid_equal(execution_of(&kit, "a").resolved_by, domain_kit_id("r2")), "the first");
    cr_expect_str_eq(views_kit_rows(&kit, VIEWS_REPLAYS),
                     "a.r1. -> \na.r2. -> \na.r4. -> \ngone.r3. -> \n");
    views_kit_demand_rebuilt(&kit, "replays");
    views_kit_end(&kit);
}

Test(executions_view, steps_in_the_order_of_their_end)
{
    struct views_kit kit;
    struct step_row *steps = NULL;
    size_t count = 0;
    views_kit_begin(&kit);
    views_kit_say(&kit, "i", INSTANCE);
    views_kit_say_of(&kit, "i", "a", "execution.queued");
    uint64_t seq = views_kit_say_of(
        &kit, "i", "a",
        "execution.started\nstep.started\nstep.finished {'step':4,'loop_path':'#2.0','attempt':0,"
        "'status':3}\nstep.finished {'step':4,'loop_path':'#2.0','attempt':1,'status':1,"
        "'error_class':5,'duration_us':250,'size':9}\nstep.finished {'step':2}");
    views_kit_say_of(&kit, "i", "b", "execution.queued");
    struct views_txn *txn = views_kit_read(&kit);
    struct uuid id = domain_kit_id("a");
    cr_assert_eq(executions_view_steps(txn, id, 10, &kit.arena, &steps, &count, NULL), ERR_OK);
    cr_assert_eq(count, 2, "a retried attempt has no row");
    cr_expect_eq(steps[0].seq, seq - 1);
    cr_expect_eq(steps[0].step, 4);
    cr_expect(slice_is(steps[0].loop_path, "2.0"));
    cr_expect_eq(steps[0].attempt, 1);
    cr_expect_eq(steps[0].status, STEP_FAILED);
    cr_expect_eq(steps[0].error_class, ERROR_CLASS_CONNECTION);
    cr_expect_eq(steps[0].ended_at_us, KIT_NOW_US);
    cr_expect_eq(steps[0].started_at_us, KIT_NOW_US - 250);
    cr_expect_eq(steps[0].size, 9);
    cr_expect_eq(steps[1].step, 2);
    cr_assert_eq(executions_view_steps(txn, id, 1, &kit.arena, &steps, &count, NULL), ERR_OK);
    cr_expect_eq(count, 1, "at most so many");
    cr_assert_eq(
        executions_view_steps(txn, domain_kit_id("b"), 9, &kit.arena, &steps, &count, NULL),
        ERR_OK);
    cr_expect_eq(count, 0);
    views_end(&txn);
    cr_expect_eq(execution_of(&kit, "a").steps, 3);
    views_kit_end(&kit);
}

/* More steps than the array first has room for, and a bounded arena. */
Test(executions_view, many_steps)
{
    struct views_kit kit;
    struct step_row *steps = NULL;
    struct arena tiny;
    size_t count = 0;
    views_kit_begin(&kit);
    views_kit_say(&kit, "i", INSTANCE);
    views_kit_say_of(&kit, "i", "a", "execution.queued\nexecution.started");
    for (int i = 0; i < 40; i++) {
        views_kit_say_of(&kit, "i", "a", "step.finished {'step':1}");
    }
    struct views_txn *txn = views_kit_read(&kit);
    struct uuid id = domain_kit_id("a");
    cr_assert_eq(executions_view_steps(txn, id, 100, &kit.arena, &steps, &count, NULL), ERR_OK);
    cr_expect_eq(count, 40);
    for (size_t i = 1; i < count; i++) {
        cr_expect_gt(steps[i].seq, steps[i - 1].seq);
    }
    arena_init(&tiny, 8 * KIB);
    cr_expect_eq(executions_view_steps(txn, id, 100, &tiny, &steps, &count, NULL), ERR_LIMIT);
    arena_deinit(&tiny);
    views_end(&txn);
    views_kit_end(&kit);
}

Test(executions_view, rows_of_another_size_are_damaged)
{
    struct uuid instance;
    struct error error = {0};
    struct step_row step;
    struct arena arena;
    uint32_t flow = 0;
    arena_init(&arena, 64 * KIB);
    cr_expect_eq(executions_view_place(SLICE("short"), &instance, &flow, &error), ERR_DAMAGED);
    cr_expect_str_eq(error.text, "a place row has 5 bytes");
    cr_expect_eq(executions_view_step(SLICE("key"), SLICE("\x90"), &arena, &step, &error),
                 ERR_DAMAGED);
    cr_expect_str_eq(error.text, "a step key has 3 bytes");
    cr_expect_eq(executions_view_step(SLICE("0123456789abcdef01234567"), SLICE("\x90"), &arena,
                                      &step, &error),
                 ERR_MALFORMED);
    struct log_row row;
    cr_expect_eq(logs_view_row(SLICE("12345678"), SLICE("short"), &row, &error), ERR_DAMAGED);
    cr_expect_str_eq(error.text, "a log row has 5 bytes");
    arena_deinit(&arena);
}

/* ---- logs ---- */

Test(logs_view, records_with_lines_have_rows)
{
    struct views_kit kit;
    struct log_row row;
    views_kit_begin(&kit);
    views_kit_say(&kit, "i", INSTANCE);
    uint64_t own = views_kit_say(&kit, "i", "instance.logged {'levels':'#x','log':[[1,'a']]}");
    uint64_t silent = views_kit_say_of(&kit, "i", "a", "execution.queued");
    uint64_t run = views_kit_say_of(&kit, "i", "a",
                                    "execution.started\nstep.started\nstep.finished {'status':1}\n"
                                    "execution.logged {'levels':'#x','log':[[1,'a']]}");
    struct views_txn *txn = views_kit_read(&kit);
    cr_assert_eq(logs_view_get(txn, own, &row, NULL), ERR_OK);
    cr_expect_eq(row.first_seq, own);
    cr_expect(uuid_equal(row.instance, domain_kit_id("i")) && uuid_is_zero(row.execution));
    cr_expect_eq(row.levels, 1U << LOG_LEVEL_INFO);
    cr_expect_eq(logs_view_get(txn, silent, &row, NULL), ERR_NOT_FOUND);
    cr_assert_eq(logs_view_get(txn, run, &row, NULL), ERR_OK);
    cr_expect_eq(row.first_seq, run - 3);
    cr_expect_eq(row.last_seq, run);
    cr_expect(uuid_equal(row.instance, domain_kit_id("i")));
    cr_expect(uuid_equal(row.execution, domain_kit_id("a")));
    cr_expect_eq(row.levels, 1U << LOG_LEVEL_INFO | 1U << LOG_LEVEL_DEBUG | 1U << LOG_LEVEL_ERROR);
    views_end(&txn);
    cr_expect_str_eq(views_kit_rows(&kit, VIEWS_LOGS_BY_INSTANCE),
                     "i.\\04 -> \\04\ni.\\09 -> \\16\n");
    views_kit_demand_rebuilt(&kit, "logs");
    views_kit_end(&kit);
}
