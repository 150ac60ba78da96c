/* engine: idempotency keys, expected versions, and what outlives a process: closed, killed at every
 * place of a commit, with a full disk. */
#include "api/commands/customer_commands.h"
#include "core/base/failpoint.h"
#include "core/base/limits.h"
#include "projections/idempotency_view.h"
#include "tests/unit/api/engine_kit.h"
#include "tests/unit/journal/journal_kit.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- idempotency ---- */

/* A command under a key, done. Returns: its outcome; *ret_seq its first sequence. */
static enum command_outcome keyed(
    struct engine_kit *kit, char key, char request, enum engine_kit_doing doing, uint64_t *ret_seq)
{
    struct engine_kit_command command;
    engine_kit_command(kit, &command, doing);
    engine_kit_key(&command, key, request);
    cr_assert_eq(engine_submit(kit->engine, &command.base, &kit->error), ERR_OK);
    engine_kit_wait(kit, kit->done + 1);
    *ret_seq = command.base.result.first_seq;
    kit->error = command.base.error;
    engine_kit_free(&command, 1);
    return command.base.outcome;
}

Test(engine_idempotency, an_equal_request_gets_the_first_answer)
{
    struct engine_kit kit;
    uint64_t first = 0;
    uint64_t seq = 0;
    engine_kit_begin(&kit);
    cr_expect_eq(keyed(&kit, 'k', 'r', ENGINE_KIT_SAY, &first), COMMAND_DONE);
    cr_expect_eq(keyed(&kit, 'k', 'r', ENGINE_KIT_SAY, &seq), COMMAND_REPEATED);
    cr_expect_eq(seq, first);
    cr_expect_eq(keyed(&kit, 'k', 's', ENGINE_KIT_SAY, &seq), COMMAND_FAILED);
    cr_expect_eq(kit.error.code, ERR_IDEMPOTENCY_KEY_REUSED);
    cr_expect_str_eq(kit.error.text, "this Idempotency-Key was used for another request");
    cr_expect_eq(keyed(&kit, 'l', 'r', ENGINE_KIT_SAY, &seq), COMMAND_DONE);
    cr_expect_eq(seq, first + 1);
    engine_kit_close(&kit);
    engine_kit_open(&kit);
    cr_expect_eq(keyed(&kit, 'k', 'r', ENGINE_KIT_SAY, &seq), COMMAND_REPEATED, "after a restart");
    cr_expect_eq(seq, first);
    engine_kit_demand_rebuilt(&kit);
    engine_kit_end(&kit);
}

/* The first of them is not committed yet when the second is looked at. */
Test(engine_idempotency, equal_requests_in_one_batch_are_done_once)
{
    struct engine_kit_command commands[3];
    struct engine_kit_command holder;
    struct engine_kit kit;
    engine_kit_begin(&kit);
    engine_kit_hold(&kit, &holder);
    for (size_t i = 0; i < 3; i++) {
        engine_kit_command(&kit, &commands[i], ENGINE_KIT_SAY);
        engine_kit_key(&commands[i], 'k', i == 2 ? 's' : 'r');
        cr_assert_eq(engine_submit(kit.engine, &commands[i].base, NULL), ERR_OK);
    }
    engine_kit_let_go(&holder);
    engine_kit_wait(&kit, 4);
    cr_expect_eq(commands[0].base.outcome, COMMAND_DONE);
    cr_expect_eq(commands[1].base.outcome, COMMAND_REPEATED);
    cr_expect_eq(commands[1].times, 0);
    cr_expect_eq(commands[2].base.outcome, COMMAND_FAILED);
    cr_expect_eq(commands[2].times, 0);
    engine_kit_free(commands, 3);
    engine_kit_free(&holder, 1);
    engine_kit_end(&kit);
}

Test(engine_idempotency, what_appended_nothing_is_tried_again)
{
    struct engine_kit kit;
    uint64_t seq = 0;
    engine_kit_begin(&kit);
    cr_expect_eq(keyed(&kit, 'k', 'r', ENGINE_KIT_REFUSE, &seq), COMMAND_REFUSED);
    cr_expect_eq(keyed(&kit, 'k', 'r', ENGINE_KIT_FAIL, &seq), COMMAND_FAILED);
    cr_expect_eq(kit.error.code, ERR_NOT_FOUND);
    cr_expect_eq(keyed(&kit, 'k', 's', ENGINE_KIT_NOTHING, &seq), COMMAND_DONE);
    cr_expect_eq(keyed(&kit, 'k', 'r', ENGINE_KIT_SAY, &seq), COMMAND_DONE);
    engine_kit_end(&kit);
}

Test(engine_idempotency, a_key_is_forgotten_after_a_day)
{
    struct engine_kit kit;
    uint64_t first = 0;
    uint64_t seq = 0;
    engine_kit_begin(&kit);
    cr_expect_eq(keyed(&kit, 'k', 'r', ENGINE_KIT_SAY, &first), COMMAND_DONE);
    engine_kit_close(&kit);
    kit.clock.wall += IDEMPOTENCY_WINDOW_US - 1;
    engine_kit_open(&kit);
    cr_expect_eq(keyed(&kit, 'k', 'r', ENGINE_KIT_SAY, &seq), COMMAND_REPEATED);
    engine_kit_close(&kit);
    kit.clock.wall += 1;
    engine_kit_open(&kit);
    cr_expect_eq(keyed(&kit, 'k', 's', ENGINE_KIT_SAY, &seq), COMMAND_DONE);
    cr_expect_gt(seq, first);
    engine_kit_demand_rebuilt(&kit);
    engine_kit_end(&kit);
}

/* A view that cannot be read must not make a repeated request a new one. */
Test(engine_idempotency, a_key_that_cannot_be_looked_up_fails)
{
    struct engine_kit kit;
    struct views_txn *txn = NULL;
    char digest[IDEMPOTENCY_DIGEST_BYTES];
    uint64_t seq = 0;
    engine_kit_begin(&kit);
    memset(digest, 'k', sizeof digest);
    cr_assert_eq(views_begin(engine_views(kit.engine), true, &txn, NULL), ERR_OK);
    cr_assert_eq(
        views_put(txn, VIEWS_IDEMPOTENCY, slice_of(digest, sizeof digest), SLICE("bad"), NULL),
        ERR_OK);
    cr_assert_eq(views_commit(&txn, NULL), ERR_OK);
    cr_expect_eq(keyed(&kit, 'k', 'r', ENGINE_KIT_SAY, &seq), COMMAND_FAILED);
    cr_expect_eq(kit.error.code, ERR_DAMAGED);
    cr_expect_eq(engine_head_seq(kit.engine), 2);
    engine_kit_end(&kit);
}

/* ---- expected versions, by a command that is real ---- */

static void on_done(struct command *command)
{
    command->bytes = 0; /* a mark: it is done */
}

static void run(struct engine_kit *kit, struct command *command, command_execute_cb execute)
{
    command->execute = execute;
    command->done = on_done;
    command->append_id = engine_new_id(kit->engine);
    command->bytes = 1;
    cr_assert_eq(engine_submit(kit->engine, command, &kit->error), ERR_OK);
    while (command->bytes != 0) {
        (void)uv_run(&kit->loop, UV_RUN_ONCE);
    }
}

Test(engine_versions, of_two_who_decided_on_the_same_version_one_is_refused)
{
    struct engine_kit kit;
    struct arena arena;
    engine_kit_begin(&kit);
    arena_init(&arena, MIB);
    struct customer_create_command create = {.base.arena = &arena, .input.name = SLICE("Acme")};
    run(&kit, &create.base, customer_command_create);
    cr_assert_eq(create.base.outcome, COMMAND_DONE);
    struct customer_update_command updates[2];
    for (int i = 0; i < 2; i++) {
        updates[i] = (struct customer_update_command){
            .base.arena = &arena,
            .customer = create.base.append_id,
            .input = {.expected_version = 1,
                      .description = {true, i == 0 ? SLICE("a") : SLICE("b")}}};
        run(&kit, &updates[i].base, customer_command_update);
    }
    cr_expect_eq(updates[0].base.outcome, COMMAND_DONE);
    cr_expect_eq(updates[1].base.outcome, COMMAND_REFUSED);
    const struct problem *problem = updates[1].base.problems.first;
    cr_expect(slice_is(problem->field, "expectedVersion"));
    cr_expect(slice_is(problem->message, "is 1, but the current streamVersion is 2: read it again "
                                         "and decide anew"));
    struct customer_delete_command delete = {.base.arena = &arena,
                                             .customer = create.base.append_id};
    run(&kit, &delete.base, customer_command_delete);
    cr_expect_eq(delete.base.outcome, COMMAND_DONE);
    run(&kit, &delete.base, customer_command_delete);
    cr_expect_eq(delete.base.outcome, COMMAND_FAILED);
    cr_expect_eq(delete.base.error.code, ERR_NOT_FOUND);
    arena_deinit(&arena);
    engine_kit_demand_rebuilt(&kit);
    engine_kit_end(&kit);
}

/* ---- killed ---- */

/* Lives in a child until it dies at the failpoint: says one thing after the other, and tells
 * through the pipe what was answered. */
static void live_until(struct engine_kit *kit, const char *failpoint, int pipe)
{
    engine_kit_open(kit);
    for (;;) {
        uint64_t seq = engine_kit_say(kit);
        if (write(pipe, &seq, sizeof seq) != (ssize_t)sizeof seq) {
            _exit(1);
        }
        if (kit->done == 3 && failpoint_arm(failpoint, NULL) != ERR_OK) {
            _exit(1); /* armed beside a thread that waits: nobody else looks at it now */
        }
    }
}

/* Returns: the last sequence that was answered. */
static uint64_t kill_at(struct engine_kit *kit, const char *failpoint)
{
    int ends[2];
    int status = 0;
    uint64_t seq = 0;
    uint64_t last = 0;
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        live_until(kit, failpoint, ends[1]);
        _exit(1);
    }
    (void)close(ends[1]);
    while (read(ends[0], &seq, sizeof seq) == (ssize_t)sizeof seq) {
        last = seq;
    }
    (void)close(ends[0]);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "%s was not reached", failpoint);
    return last;
}

/* What was answered is there, what was not may be; the views are caught up. */
Test(engine_restart, killed_anywhere_nothing_answered_is_lost)
{
    static const struct {
        const char *failpoint;
        uint64_t more; /* committed and not answered */
    } rows[] = {
        {"journal_before_append:crash", 0},
        {"journal_before_commit:crash", 0},
        {"journal_after_commit:crash", 1},
        {"views_before_commit:crash", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct engine_kit kit;
        engine_kit_prepare(&kit);
        uint64_t answered = kill_at(&kit, rows[i].failpoint);
        cr_expect_eq(answered, 5, "%s", rows[i].failpoint);
        engine_kit_open(&kit);
        cr_expect_str_eq(kit.reason, "written in this life of the machine", "%s: %s",
                         rows[i].failpoint, kit.reason);
        cr_expect_eq(engine_head_seq(kit.engine), answered + rows[i].more, "%s", rows[i].failpoint);
        cr_expect_eq(engine_kit_say(&kit), answered + rows[i].more + 1);
        engine_kit_demand_rebuilt(&kit);
        engine_kit_end(&kit);
    }
}

/* A commit that fails ends the process: nobody knows what is on disk, and a failed sync must not be
 * repeated. */
Test(engine_restart, a_failed_commit_is_fatal_and_answered_by_nobody)
{
    static const char *const failpoints[] = {"journal_before_commit:error",
                                             "views_before_commit:error"};
    for (size_t i = 0; i < sizeof failpoints / sizeof *failpoints; i++) {
        struct engine_kit kit;
        int status = 0;
        engine_kit_prepare(&kit);
        pid_t child = fork();
        if (child == 0) {
            engine_kit_open(&kit);
            (void)engine_kit_say(&kit);
            if (failpoint_arm(failpoints[i], NULL) == ERR_OK) {
                (void)engine_kit_say(&kit);
            }
            _exit(1); /* it was answered */
        }
        cr_assert_eq(waitpid(child, &status, 0), child);
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 99, "%s: fatal was not called",
                  failpoints[i]);
        engine_kit_open(&kit);
        cr_expect_eq(engine_head_seq(kit.engine), 3 + i, "the views' failure comes too late");
        engine_kit_demand_rebuilt(&kit);
        engine_kit_end(&kit);
    }
}

/* ---- a full disk ---- */

Test(engine_restart, a_full_disk_refuses_until_there_is_room)
{
    struct engine_kit_command commands[2];
    struct engine_kit kit;
    engine_kit_begin(&kit);
    (void)engine_kit_say(&kit);
    cr_assert_eq(failpoint_arm("disk_check:error", NULL), ERR_OK);
    engine_kit_submit(&kit, &commands[0], ENGINE_KIT_SAY);
    engine_kit_wait(&kit, 2);
    cr_expect_eq(commands[0].base.outcome, COMMAND_FAILED);
    cr_expect_eq(commands[0].base.error.code, ERR_DISK_FULL);
    cr_expect_eq(commands[0].times, 0);
    cr_expect_not_null(strstr(commands[0].base.error.text, "free some space"), "%s",
                       commands[0].base.error.text);
    engine_kit_command(&kit, &commands[1], ENGINE_KIT_SAY);
    if (engine_disk_is_full(kit.engine)) { /* else the writer has looked again already */
        cr_expect_eq(engine_submit(kit.engine, &commands[1].base, &kit.error), ERR_DISK_FULL);
        cr_expect_str_eq(kit.error.text, "the disk is nearly full: nothing new is accepted until "
                                         "there is room");
    }
    while (engine_disk_is_full(kit.engine)) {
        (void)usleep(10000); /* the writer looks once a second */
    }
    cr_expect_eq(engine_kit_say(&kit), 4);
    engine_kit_free(commands, 2);
    engine_kit_demand_rebuilt(&kit);
    engine_kit_end(&kit);
}
