/* engine: order, group commit, what is done and seen when, refusals, bounds, closing. Without a
 * socket. test_engine_restart.c has what outlives a process. */
#include "api/engine/command_queue.h"
#include "core/base/limits.h"
#include "core/base/memory.h"
#include "tests/unit/api/engine_kit.h"
#include "tests/unit/journal/journal_kit.h"

#define MANY 300

/* ---- order and batches ---- */

Test(engine, commands_are_done_in_the_order_they_were_given)
{
    static struct engine_kit_command commands[MANY];
    struct engine_kit kit;
    engine_kit_begin(&kit);
    for (size_t i = 0; i < MANY; i++) {
        engine_kit_submit(&kit, &commands[i], ENGINE_KIT_SAY);
        if (i % 7 == 0) {
            (void)uv_run(&kit.loop, UV_RUN_NOWAIT);
        }
    }
    engine_kit_wait(&kit, MANY);
    for (size_t i = 0; i < MANY; i++) {
        cr_assert_eq(commands[i].place, i + 1);
        cr_assert_eq(commands[i].times, 1);
        cr_assert_eq(commands[i].base.outcome, COMMAND_DONE);
        cr_assert_eq(commands[i].base.result.first_seq, 3 + i, "gap-free");
    }
    cr_expect_eq(engine_head_seq(kit.engine), 2 + MANY);
    engine_kit_free(commands, MANY);
    engine_kit_demand_rebuilt(&kit);
    engine_kit_end(&kit);
}

/* What arrives while the writer is busy is committed with one sync. */
Test(engine, what_waits_is_committed_together)
{
    static struct engine_kit_command commands[MANY];
    struct engine_kit_command holder;
    struct engine_kit kit;
    engine_kit_begin(&kit);
    engine_kit_hold(&kit, &holder);
    for (size_t i = 0; i < MANY; i++) {
        engine_kit_submit(&kit, &commands[i], ENGINE_KIT_SAY);
    }
    struct engine_stats before = engine_stats(kit.engine);
    cr_expect_eq(before.queued_commands, MANY);
    cr_expect_eq(before.queued_bytes, MANY * 100);
    engine_kit_let_go(&holder);
    engine_kit_wait(&kit, MANY + 1);
    struct engine_stats after = engine_stats(kit.engine);
    cr_expect_eq(after.batches - before.batches, 1);
    cr_expect_eq(after.appends - before.appends, MANY);
    cr_expect_eq(after.queued_commands, 0);
    cr_expect_eq(after.queued_bytes, 0);
    engine_kit_free(commands, MANY);
    engine_kit_free(&holder, 1);
    engine_kit_end(&kit);
}

Test(engine, a_batch_has_a_bound)
{
    static struct engine_kit_command commands[ENGINE_BATCH_COMMANDS + 1];
    struct engine_kit_command holder;
    struct engine_kit kit;
    engine_kit_begin(&kit);
    engine_kit_hold(&kit, &holder);
    for (size_t i = 0; i <= ENGINE_BATCH_COMMANDS; i++) {
        engine_kit_submit(&kit, &commands[i], ENGINE_KIT_SAY);
    }
    engine_kit_let_go(&holder);
    engine_kit_wait(&kit, ENGINE_BATCH_COMMANDS + 2);
    cr_expect_eq(engine_stats(kit.engine).batches, 2);
    engine_kit_free(commands, ENGINE_BATCH_COMMANDS + 1);
    engine_kit_free(&holder, 1);
    engine_kit_end(&kit);
}

/* The journal takes 4 MiB in one batch: the command for which there is no room is executed again in
 * the next. */
Test(engine, a_batch_that_is_full_is_committed_and_goes_on)
{
    static struct engine_kit_command commands[12];
    struct engine_kit_command holder;
    struct engine_kit kit;
    size_t again = 0;
    engine_kit_begin(&kit);
    engine_kit_hold(&kit, &holder);
    for (size_t i = 0; i < 12; i++) {
        engine_kit_submit(&kit, &commands[i], ENGINE_KIT_SAY_BIG);
    }
    engine_kit_let_go(&holder);
    engine_kit_wait(&kit, 13);
    for (size_t i = 0; i < 12; i++) {
        cr_expect_eq(commands[i].base.outcome, COMMAND_DONE, "%s", commands[i].base.error.text);
        cr_expect_eq(commands[i].place, i + 2);
        again += commands[i].times - 1;
    }
    cr_expect_eq(engine_stats(kit.engine).batches, again + 1);
    engine_kit_free(commands, 12);
    engine_kit_free(&holder, 1);
    engine_kit_demand_rebuilt(&kit);
    engine_kit_end(&kit);
}

/* ---- what is true when it is done ---- */

Test(engine, when_a_command_is_done_everybody_sees_what_it_did)
{
    static struct engine_kit_command commands[50];
    struct engine_kit kit;
    engine_kit_begin(&kit);
    for (size_t i = 0; i < 50; i++) {
        engine_kit_submit(&kit, &commands[i], ENGINE_KIT_SAY);
    }
    cr_expect_eq(kit.done, 0, "never from within engine_submit");
    engine_kit_wait(&kit, 50);
    for (size_t i = 0; i < 50; i++) {
        cr_expect(commands[i].seen, "command %zu", i);
    }
    engine_kit_free(commands, 50);
    engine_kit_end(&kit);
}

/* ---- refusals and failures ---- */

Test(engine, refusals_and_failures_leave_nothing)
{
    static const enum engine_kit_doing doings[] = {ENGINE_KIT_REFUSE, ENGINE_KIT_FAIL,
                                                   ENGINE_KIT_NOTHING};
    static const enum command_outcome outcomes[] = {COMMAND_REFUSED, COMMAND_FAILED, COMMAND_DONE};
    struct engine_kit_command commands[3];
    struct engine_kit kit;
    engine_kit_begin(&kit);
    uint64_t txn = views_last_txn(engine_views(kit.engine));
    for (size_t i = 0; i < 3; i++) {
        engine_kit_submit(&kit, &commands[i], doings[i]);
    }
    engine_kit_wait(&kit, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(commands[i].base.outcome, outcomes[i]);
        cr_expect(!commands[i].base.appended);
    }
    cr_expect(slice_is(commands[0].base.problems.first->message, "no"));
    cr_expect_eq(commands[1].base.error.code, ERR_NOT_FOUND);
    cr_expect_str_eq(commands[1].base.error.text, "no such thing");
    struct engine_stats stats = engine_stats(kit.engine);
    cr_expect_eq(stats.batches, 0, "nothing was synced");
    cr_expect_eq(stats.commands, 3);
    cr_expect_eq(stats.appends, 0);
    cr_expect_eq(engine_head_seq(kit.engine), 2);
    cr_expect_eq(views_last_txn(engine_views(kit.engine)), txn);
    engine_kit_free(commands, 3);
    engine_kit_end(&kit);
}

Test(engine, a_refusal_in_a_batch_concerns_itself_alone)
{
    static const enum engine_kit_doing doings[] = {ENGINE_KIT_SAY, ENGINE_KIT_REFUSE,
                                                   ENGINE_KIT_SAY, ENGINE_KIT_FAIL, ENGINE_KIT_SAY};
    struct engine_kit_command commands[5];
    struct engine_kit_command holder;
    struct engine_kit kit;
    engine_kit_begin(&kit);
    engine_kit_hold(&kit, &holder);
    for (size_t i = 0; i < 5; i++) {
        engine_kit_submit(&kit, &commands[i], doings[i]);
    }
    engine_kit_let_go(&holder);
    engine_kit_wait(&kit, 6);
    for (size_t i = 0; i < 5; i++) {
        cr_expect_eq(commands[i].base.appended, doings[i] == ENGINE_KIT_SAY);
        cr_expect_eq(commands[i].seen, doings[i] == ENGINE_KIT_SAY);
    }
    cr_expect_eq(engine_head_seq(kit.engine), 5);
    engine_kit_free(commands, 5);
    engine_kit_free(&holder, 1);
    engine_kit_demand_rebuilt(&kit);
    engine_kit_end(&kit);
}

/* Events whose parts found no memory must not be journaled as if they were whole. */
Test(engine, a_command_without_memory_fails)
{
    struct engine_kit_command command;
    struct engine_kit kit;
    engine_kit_begin(&kit);
    engine_kit_submit(&kit, &command, ENGINE_KIT_CRAMPED);
    engine_kit_wait(&kit, 1);
    cr_expect_eq(command.base.outcome, COMMAND_FAILED);
    cr_expect_eq(command.base.error.code, ERR_LIMIT);
    cr_expect_str_eq(command.base.error.text, "the command needs more than 600 bytes of memory");
    cr_expect_eq(engine_head_seq(kit.engine), 2);
    engine_kit_free(&command, 1);
    engine_kit_end(&kit);
}

/* ---- bounds of the queue ---- */

Test(engine, the_queue_holds_so_many_commands)
{
    struct engine_kit_command *commands =
        memory_zalloc(COMMAND_QUEUE_COMMANDS_MAX + 1, sizeof *commands);
    struct engine_kit_command holder;
    struct engine_kit kit;
    engine_kit_begin(&kit);
    engine_kit_hold(&kit, &holder);
    for (size_t i = 0; i < COMMAND_QUEUE_COMMANDS_MAX; i++) {
        engine_kit_submit(&kit, &commands[i], ENGINE_KIT_NOTHING);
    }
    struct engine_kit_command *more = &commands[COMMAND_QUEUE_COMMANDS_MAX];
    engine_kit_command(&kit, more, ENGINE_KIT_SAY);
    cr_expect_eq(engine_submit(kit.engine, &more->base, &kit.error), ERR_BUSY);
    cr_expect_str_eq(kit.error.text, "too many commands wait for the writer");
    engine_kit_let_go(&holder);
    engine_kit_wait(&kit, COMMAND_QUEUE_COMMANDS_MAX + 1);
    cr_expect_eq(more->place, 0, "what is not taken is not done");
    cr_expect_eq(engine_submit(kit.engine, &more->base, &kit.error), ERR_OK);
    engine_kit_wait(&kit, COMMAND_QUEUE_COMMANDS_MAX + 2);
    cr_expect_eq(engine_stats(kit.engine).turned_away, 1);
    engine_kit_free(commands, COMMAND_QUEUE_COMMANDS_MAX + 1);
    engine_kit_free(&holder, 1);
    memory_free(commands);
    engine_kit_end(&kit);
}

Test(engine, the_queue_holds_so_many_bytes)
{
    struct engine_kit_command commands[3];
    struct engine_kit_command holder;
    struct engine_kit kit;
    engine_kit_begin(&kit);
    engine_kit_hold(&kit, &holder);
    for (size_t i = 0; i < 3; i++) {
        engine_kit_command(&kit, &commands[i], ENGINE_KIT_SAY);
    }
    commands[0].base.bytes = COMMAND_QUEUE_BYTES_MAX - 10;
    commands[1].base.bytes = 11;
    commands[2].base.bytes = 10;
    cr_expect_eq(engine_submit(kit.engine, &commands[0].base, &kit.error), ERR_OK);
    cr_expect_eq(engine_submit(kit.engine, &commands[1].base, &kit.error), ERR_BUSY);
    cr_expect_eq(engine_submit(kit.engine, &commands[2].base, &kit.error), ERR_OK);
    engine_kit_let_go(&holder);
    engine_kit_wait(&kit, 3);
    cr_expect_eq(engine_submit(kit.engine, &commands[1].base, &kit.error), ERR_OK);
    engine_kit_wait(&kit, 4);
    engine_kit_free(commands, 3);
    engine_kit_free(&holder, 1);
    engine_kit_end(&kit);
}

/* ---- closing ---- */

Test(engine, closing_executes_what_is_queued_and_takes_nothing_more)
{
    struct engine_kit_command commands[20];
    struct engine_kit_command late;
    struct engine_kit_command holder;
    struct engine_kit kit;
    engine_kit_begin(&kit);
    engine_kit_hold(&kit, &holder);
    for (size_t i = 0; i < 20; i++) {
        engine_kit_submit(&kit, &commands[i], ENGINE_KIT_SAY);
    }
    engine_kit_command(&kit, &late, ENGINE_KIT_SAY);
    engine_kit_let_go(&holder);
    engine_kit_close(&kit);
    cr_expect_eq(kit.done, 21);
    cr_expect_eq(kit.closed, 1);
    for (size_t i = 0; i < 20; i++) {
        cr_expect_eq(commands[i].base.outcome, COMMAND_DONE);
        cr_expect(commands[i].seen, "the engine was open when it was done");
    }
    engine_kit_open(&kit);
    cr_expect_str_eq(kit.reason, "closed cleanly");
    cr_expect_eq(engine_head_seq(kit.engine), 22);
    engine_kit_free(commands, 20);
    engine_kit_free(&late, 1);
    engine_kit_free(&holder, 1);
    engine_kit_end(&kit);
}

static void on_closed(void *data)
{
    *(bool *)data = true;
}

Test(engine, a_closing_engine_is_closed_for_commands)
{
    struct engine_kit_command late;
    struct engine_kit kit;
    bool closed = false;
    engine_kit_begin(&kit);
    engine_kit_command(&kit, &late, ENGINE_KIT_SAY);
    engine_close(kit.engine, on_closed, &closed);
    cr_expect(!closed, "not from within");
    cr_expect_eq(engine_submit(kit.engine, &late.base, &kit.error), ERR_CLOSED);
    cr_expect_str_eq(kit.error.text, "the server is shutting down");
    while (!closed) {
        (void)uv_run(&kit.loop, UV_RUN_ONCE);
    }
    cr_expect_eq(kit.done, 0);
    engine_destroy(&kit.engine);
    engine_destroy(&kit.engine);
    engine_kit_free(&late, 1);
    engine_kit_end(&kit);
}

/* ---- opening ---- */

Test(engine, what_cannot_be_opened_leaves_nothing_open)
{
    struct engine_kit kit;
    engine_kit_prepare(&kit);
    kit.options.create = false;
    enum err e = engine_create(&kit.loop, &kit.options, &kit.engine, &kit.reason, &kit.error);
    cr_expect_eq(e, ERR_NOT_FOUND, "%s", kit.error.text);
    cr_expect_null(kit.engine);
    kit.options.create = true;
    engine_kit_open(&kit);
    cr_expect_str_eq(kit.reason, "there were none");
    (void)engine_kit_say(&kit);
    engine_kit_end(&kit);
}

Test(engine, ids_grow)
{
    struct engine_kit kit;
    engine_kit_begin(&kit);
    struct uuid before = engine_new_id(kit.engine);
    for (int i = 0; i < 10000; i++) {
        struct uuid id = engine_new_id(kit.engine);
        cr_assert_lt(memcmp(before.bytes, id.bytes, sizeof id.bytes), 0);
        before = id;
    }
    engine_kit_end(&kit);
}
