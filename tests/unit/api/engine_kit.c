/* What engine_kit.h says. */
#include "tests/unit/api/engine_kit.h"

#include "core/base/limits.h"
#include "projections/access_view.h"
#include "tests/unit/journal/journal_kit.h"

#include <sodium.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ARENA_BYTES   (2 * MIB)
#define CRAMPED_BYTES 600
#define BIG_BYTES     (500 * KIB)

/* ---- life ---- */

static void on_fatal(void *data, const char *text)
{
    (void)data;
    (void)fprintf(stderr, "fatal: %s\n", text);
    _exit(99);
}

void engine_kit_prepare(struct engine_kit *kit)
{
    *kit = (struct engine_kit){.engine = NULL};
    (void)snprintf(kit->dir, sizeof kit->dir, "/tmp/daybook-engine-XXXXXX");
    cr_assert_not_null(mkdtemp(kit->dir));
    cr_assert_eq(uv_loop_init(&kit->loop), 0);
    clock_manual_init(&kit->clock, KIT_NOW_US);
    kit->options = (struct engine_options){.data_dir = kit->dir,
                                           .clock = &kit->clock.clock,
                                           .map_bytes = (uint64_t)1 << 30,
                                           .create = true,
                                           .fatal = on_fatal};
}

void engine_kit_open(struct engine_kit *kit)
{
    enum err e = engine_create(&kit->loop, &kit->options, &kit->engine, &kit->reason, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
}

void engine_kit_begin(struct engine_kit *kit)
{
    engine_kit_prepare(kit);
    engine_kit_open(kit);
}

static void on_closed(void *data)
{
    struct engine_kit *kit = data;
    kit->closed++;
}

void engine_kit_close(struct engine_kit *kit)
{
    size_t before = kit->closed;
    engine_close(kit->engine, on_closed, kit);
    while (kit->closed == before) {
        (void)uv_run(&kit->loop, UV_RUN_ONCE);
    }
    engine_destroy(&kit->engine);
    cr_assert_null(kit->engine);
}

void engine_kit_end(struct engine_kit *kit)
{
    if (kit->engine != NULL) {
        engine_kit_close(kit);
    }
    cr_assert_eq(uv_loop_close(&kit->loop), 0);
    kit_remove(kit->dir);
}

/* ---- what commands do: on the writer thread ---- */

static enum err say(struct engine_kit_command *it, struct writer *writer, struct error *reterr)
{
    struct decision decision;
    struct journal *journal = writer_journal(writer);
    decision_init(&decision, it->base.arena);
    struct event *event = decision_add(&decision, EVENT_USER_CREATED);
    event->facts.user_created.role = 1;
    decision_put_text(&decision, event, "name", SLICE("Ada"));
    if (it->doing != ENGINE_KIT_SAY) {
        char *bytes = arena_alloc(it->base.arena, BIG_BYTES);
        if (bytes != NULL) {
            unsigned char seed[randombytes_SEEDBYTES] = {1};
            randombytes_buf_deterministic(bytes, BIG_BYTES, seed);
        }
        decision_put(&decision, event, "noise", value_binary(slice_of(bytes, BIG_BYTES)));
    }
    struct append_record record = {.stream = {STREAM_USER, it->base.append_id},
                                   .owner = {STREAM_JOURNAL, journal_id(journal)},
                                   .key = journal_own_key(journal),
                                   .first_stream_version = 1,
                                   .events = decision.events,
                                   .event_count = decision.count};
    return writer_append(writer, &it->base, &record, 1, reterr);
}

static enum err execute(struct command *command, struct writer *writer, struct error *reterr)
{
    struct engine_kit_command *it = LIST_ENTRY(command, struct engine_kit_command, base);
    it->times++;
    switch (it->doing) {
    case ENGINE_KIT_NOTHING:
        return ERR_OK;
    case ENGINE_KIT_REFUSE:
        problem_add(&command->problems, SLICE("name"), "no");
        return ERR_OK;
    case ENGINE_KIT_FAIL:
        return error_set(reterr, ERR_NOT_FOUND, "no such thing");
    case ENGINE_KIT_HOLD:
        uv_sem_post(&it->held);
        uv_sem_wait(&it->let_go);
        return ERR_OK;
    case ENGINE_KIT_SAY:
    case ENGINE_KIT_SAY_BIG:
    case ENGINE_KIT_CRAMPED:
        break;
    }
    return say(it, writer, reterr);
}

/* ---- and on the loop ---- */

/* Whether a reader finds what the command appended, in views and journal. */
static bool is_there(struct engine_kit_command *it)
{
    struct views_txn *txn = NULL;
    struct journal_reader *reader = NULL;
    struct record_view record;
    struct user user;
    bool found = views_begin(engine_views(it->kit->engine), false, &txn, NULL) == ERR_OK &&
                 access_view_user(txn, it->base.append_id, &it->arena, &user, NULL) == ERR_OK;
    found = found &&
            journal_reader_create(engine_journal(it->kit->engine), &reader, NULL) == ERR_OK &&
            journal_reader_begin(reader, NULL) == ERR_OK &&
            journal_read(reader, it->base.result.last_seq, &record, NULL) == ERR_OK &&
            uuid_equal(record.append_id, it->base.append_id);
    journal_reader_destroy(&reader);
    views_end(&txn);
    return found;
}

static void on_done(struct command *command)
{
    struct engine_kit_command *it = LIST_ENTRY(command, struct engine_kit_command, base);
    cr_assert_eq(it->place, 0, "done twice");
    it->place = ++it->kit->done;
    it->seen = command->appended && is_there(it);
}

void engine_kit_command(struct engine_kit *kit,
                        struct engine_kit_command *command,
                        enum engine_kit_doing doing)
{
    *command = (struct engine_kit_command){.kit = kit, .doing = doing};
    arena_init(&command->arena, doing == ENGINE_KIT_CRAMPED ? CRAMPED_BYTES : ARENA_BYTES);
    cr_assert_eq(uv_sem_init(&command->held, 0), 0);
    cr_assert_eq(uv_sem_init(&command->let_go, 0), 0);
    command->base = (struct command){.execute = execute,
                                     .done = on_done,
                                     .arena = &command->arena,
                                     .append_id = engine_new_id(kit->engine),
                                     .bytes = 100};
}

void engine_kit_submit(struct engine_kit *kit,
                       struct engine_kit_command *command,
                       enum engine_kit_doing doing)
{
    engine_kit_command(kit, command, doing);
    enum err e = engine_submit(kit->engine, &command->base, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
}

void engine_kit_key(struct engine_kit_command *command, char key, char request)
{
    char *digests = arena_alloc(&command->arena, 64);
    memset(digests, key, 32);
    memset(digests + 32, request, 32);
    command->base.idempotency = slice_of(digests, 32);
    command->base.request = slice_of(digests + 32, 32);
}

void engine_kit_wait(struct engine_kit *kit, size_t done)
{
    while (kit->done < done) {
        (void)uv_run(&kit->loop, UV_RUN_ONCE);
    }
}

void engine_kit_hold(struct engine_kit *kit, struct engine_kit_command *holder)
{
    engine_kit_submit(kit, holder, ENGINE_KIT_HOLD);
    uv_sem_wait(&holder->held);
}

void engine_kit_let_go(struct engine_kit_command *holder)
{
    uv_sem_post(&holder->let_go);
}

void engine_kit_free(struct engine_kit_command *commands, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uv_sem_destroy(&commands[i].held);
        uv_sem_destroy(&commands[i].let_go);
        arena_deinit(&commands[i].arena);
    }
}

uint64_t engine_kit_say(struct engine_kit *kit)
{
    struct engine_kit_command command;
    engine_kit_submit(kit, &command, ENGINE_KIT_SAY);
    engine_kit_wait(kit, kit->done + 1);
    cr_assert_eq(command.base.outcome, COMMAND_DONE, "%s", command.base.error.text);
    engine_kit_free(&command, 1);
    return command.base.result.first_seq;
}

void engine_kit_demand_rebuilt(struct engine_kit *kit)
{
    struct journal *journal = NULL;
    struct rebuild_check check;
    struct journal_options options = {
        .data_dir = kit->dir, .clock = &kit->clock.clock, .map_bytes = kit->options.map_bytes};
    struct rebuild_options rebuild = {.data_dir = kit->dir, .map_bytes = kit->options.map_bytes};
    engine_kit_close(kit);
    enum err e = journal_open(&options, &journal, &kit->error);
    e = e != ERR_OK ? e : rebuild_compare(journal, &rebuild, NULL, &check, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
    cr_assert(check.equal, "%s", check.difference);
    journal_close(&journal);
    engine_kit_open(kit);
}
