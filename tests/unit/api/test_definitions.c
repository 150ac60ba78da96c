/* definitions: parsed drafts, shared and kept for a while; and imports through the engine, small
 * and large, alone and in one batch with what needs them. */
#include "api/commands/access_commands.h"
#include "api/commands/customer_commands.h"
#include "api/commands/instance_commands.h"
#include "api/commands/integration_commands.h"
#include "api/engine/definitions.h"
#include "api/engine/reading.h"
#include "core/base/limits.h"
#include "journal/body.h"
#include "projections/integrations_view.h"
#include "tests/unit/api/engine_kit.h"
#include "tests/unit/core/domain_kit.h"
#include "tests/unit/journal/journal_kit.h"

#include <pthread.h>
#include <stdio.h>

struct rig {
    struct engine_kit kit;
    struct readings *readings;
    struct sealer *sealer;
    struct arena arena;
};

/* ---- commands ---- */

static void on_done(struct command *command)
{
    command->bytes = 0; /* a mark: it is done */
}

static void submit(struct rig *rig, struct command *command, command_execute_cb execute)
{
    command->execute = execute;
    command->done = on_done;
    command->arena = &rig->arena;
    command->bytes = 1;
    cr_assert_eq(engine_submit(rig->kit.engine, command, &rig->kit.error), ERR_OK);
}

static void await(struct rig *rig, const struct command *command)
{
    while (command->bytes != 0) {
        (void)uv_run(&rig->kit.loop, UV_RUN_ONCE);
    }
    cr_assert_eq(command->outcome, COMMAND_DONE, "%s", command->error.text);
}

static void begin(struct rig *rig)
{
    engine_kit_begin(&rig->kit);
    arena_init(&rig->arena, 64 * MIB);
    cr_assert_eq(readings_create(rig->kit.engine, &rig->readings, NULL), ERR_OK);
    cr_assert_eq(sealer_create(engine_journal(rig->kit.engine), &rig->sealer, NULL), ERR_OK);
    static char digest[ACCESS_DIGEST_BYTES];
    struct bootstrap_command bootstrap = {
        .base.append_id = engine_new_id(rig->kit.engine),
        .organization_name = SLICE("O"),
        .user_name = SLICE("Ada"),
        .token_digest = slice_of(digest, sizeof digest),
        .user = engine_new_id(rig->kit.engine),
        .customer = engine_new_id(rig->kit.engine),
        .token = engine_new_id(rig->kit.engine),
    };
    submit(rig, &bootstrap.base, access_command_bootstrap);
    await(rig, &bootstrap.base);
}

static void end(struct rig *rig)
{
    sealer_destroy(&rig->sealer);
    readings_destroy(&rig->readings);
    engine_kit_demand_rebuilt(&rig->kit);
    engine_kit_end(&rig->kit);
    arena_deinit(&rig->arena);
}

/* A definition of the name with `size` bytes of comment. */
static struct slice text_of(struct rig *rig, const char *name, size_t size)
{
    struct buf text;
    buf_init(&text, 4 * MIB);
    buf_printf(&text, "definitionVersion: 7\nname: %s\nflows:\n" DOMAIN_KIT_FLOW("F"), name);
    for (size_t i = 0; i * 80 < size; i++) { /* noise, so that it stays large when compressed */
        buf_printf(&text, "# %016llx%016llx%016llx\n",
                   (unsigned long long)(i * UINT64_C(0x9e3779b97f4a7c15)),
                   (unsigned long long)(i * UINT64_C(0xbf58476d1ce4e5b9)),
                   (unsigned long long)(i * UINT64_C(0x94d049bb133111eb)));
    }
    struct slice copy = arena_copy(&rig->arena, buf_slice(&text));
    buf_deinit(&text);
    return copy;
}

static void prepare(struct rig *rig, struct integration_import_command *import, struct slice text)
{
    struct reading *reading = NULL;
    *import = (struct integration_import_command){
        .base = {.arena = &rig->arena, .append_id = engine_new_id(rig->kit.engine)},
        .is_new = true,
        .text = text,
        .system_instance = engine_new_id(rig->kit.engine)};
    cr_assert_eq(reading_open(rig->readings, &reading, NULL), ERR_OK);
    enum err e = integration_import_prepare(import, reading, rig->sealer, &rig->kit.error);
    cr_assert_eq(e, ERR_OK, "%s", rig->kit.error.text);
    cr_assert(problem_none(&import->parse_problems));
    reading_close(rig->readings, &reading);
}

/* Imports a new integration. Returns: the sequence of its draft. */
static uint64_t import(struct rig *rig, const char *name, size_t size)
{
    struct integration_import_command command;
    prepare(rig, &command, text_of(rig, name, size));
    submit(rig, &command.base, integration_command_import);
    await(rig, &command.base);
    integration_import_deinit(&command);
    return command.base.result.first_seq + 1;
}

static const struct definition *acquire(struct rig *rig, struct reading *reading, uint64_t seq)
{
    const struct definition *definition = NULL;
    enum err e = reading_definition(reading, seq, &definition, &rig->kit.error);
    cr_assert_eq(e, ERR_OK, "%s", rig->kit.error.text);
    return definition;
}

static struct uuid make_customer(struct rig *rig)
{
    struct customer_create_command create = {.base.append_id = engine_new_id(rig->kit.engine),
                                             .input.name = SLICE("C")};
    submit(rig, &create.base, customer_command_create);
    await(rig, &create.base);
    return create.base.append_id;
}

/* ---- the cache ---- */

Test(definitions, are_parsed_once_and_shared)
{
    struct rig rig;
    struct reading *reading = NULL;
    begin(&rig);
    uint64_t seq = import(&rig, "One", 0);
    struct definitions *definitions = engine_definitions(rig.kit.engine);
    cr_assert_eq(reading_open(rig.readings, &reading, NULL), ERR_OK);
    const struct definition *a = acquire(&rig, reading, seq);
    const struct definition *b = acquire(&rig, reading, seq);
    cr_expect_eq(a, b);
    cr_expect(slice_is(a->name, "One"));
    definitions_release(definitions, &a);
    cr_expect_null(a);
    definitions_release(definitions, &a);
    a = acquire(&rig, reading, seq);
    cr_expect_eq(a, b);
    definitions_release(definitions, &a);
    definitions_release(definitions, &b);
    a = acquire(&rig, reading, seq);
    cr_expect_eq(a, acquire(&rig, reading, seq), "kept though nobody used it");
    b = a;
    definitions_release(definitions, &a);
    definitions_release(definitions, &b);
    reading_close(rig.readings, &reading);
    end(&rig);
}

Test(definitions, what_is_no_draft_is_not_found)
{
    struct rig rig;
    struct reading *reading = NULL;
    const struct definition *definition = NULL;
    begin(&rig);
    uint64_t seq = import(&rig, "One", 0);
    cr_assert_eq(reading_open(rig.readings, &reading, NULL), ERR_OK);
    const uint64_t wrong[] = {0, 1, seq - 1, seq + 1, seq + 2, UINT64_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_eq(reading_definition(reading, wrong[i], &definition, &rig.kit.error),
                     ERR_NOT_FOUND, "%llu", (unsigned long long)wrong[i]);
    }
    cr_expect_null(definition);
    reading_close(rig.readings, &reading);
    end(&rig);
}

/* Of those that nobody uses the one released longest ago goes; those in use stay however many there
 * are. */
Test(definitions, old_ones_fall_out)
{
    static const struct definition *used[DEFINITIONS_IDLE_MAX + 10];
    struct rig rig;
    struct reading *reading = NULL;
    uint64_t seqs[DEFINITIONS_IDLE_MAX + 10];
    begin(&rig);
    for (size_t i = 0; i < DEFINITIONS_IDLE_MAX + 10; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "N%zu", i);
        seqs[i] = import(&rig, name, 0);
    }
    struct definitions *definitions = engine_definitions(rig.kit.engine);
    cr_assert_eq(reading_open(rig.readings, &reading, NULL), ERR_OK);
    for (size_t i = 0; i < DEFINITIONS_IDLE_MAX + 10; i++) {
        used[i] = acquire(&rig, reading, seqs[i]);
    }
    const struct definition *last = used[DEFINITIONS_IDLE_MAX + 9];
    for (size_t i = 0; i < DEFINITIONS_IDLE_MAX + 10; i++) {
        definitions_release(definitions, &used[i]);
    }
    const struct definition *again = acquire(&rig, reading, seqs[DEFINITIONS_IDLE_MAX + 9]);
    cr_expect_eq(again, last);
    definitions_release(definitions, &again);
    again = acquire(&rig, reading, seqs[0]); /* fell out: parsed again */
    cr_expect(slice_is(again->name, "N0"));
    definitions_release(definitions, &again);
    reading_close(rig.readings, &reading);
    end(&rig);
}

struct sharer {
    struct rig *rig;
    uint64_t seqs[3];
    pthread_t thread;
};

static void *use(void *data)
{
    struct sharer *it = data;
    for (size_t i = 0; i < 60; i++) {
        struct reading *reading = NULL;
        const struct definition *definition = NULL;
        cr_assert_eq(reading_open(it->rig->readings, &reading, NULL), ERR_OK);
        cr_assert_eq(reading_definition(reading, it->seqs[i % 3], &definition, NULL), ERR_OK);
        cr_assert_eq(definition->name.data[0], (char)('A' + i % 3));
        definitions_release(engine_definitions(it->rig->kit.engine), &definition);
        reading_close(it->rig->readings, &reading);
    }
    return NULL;
}

Test(definitions, on_many_threads)
{
    struct rig rig;
    struct sharer users[4];
    begin(&rig);
    const uint64_t seqs[3] = {import(&rig, "A", 0), import(&rig, "B", 0), import(&rig, "C", 0)};
    for (int i = 0; i < 4; i++) {
        users[i] = (struct sharer){.rig = &rig, .seqs = {seqs[0], seqs[1], seqs[2]}};
        cr_assert_eq(pthread_create(&users[i].thread, NULL, use, &users[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        cr_assert_eq(pthread_join(users[i].thread, NULL), 0);
    }
    end(&rig);
}

/* ---- imports ---- */

/* The state body of a large definition is sealed beforehand, as a blob. */
Test(definitions, large_ones_are_imported_too)
{
    static const size_t sizes[] = {10 * KIB, 100 * KIB, 2 * MIB};
    struct rig rig;
    begin(&rig);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const char name[] = {(char)('A' + i), '\0'};
        struct reading *reading = NULL;
        uint64_t seq = import(&rig, name, sizes[i]);
        cr_assert_eq(reading_open(rig.readings, &reading, NULL), ERR_OK);
        const struct definition *definition = acquire(&rig, reading, seq);
        cr_expect_gt(definition->text.size, sizes[i] / 2);
        definitions_release(engine_definitions(rig.kit.engine), &definition);
        reading_close(rig.readings, &reading);
    }
    end(&rig);
}

/* A definition that the same batch brought cannot be read yet: the batch is committed first, and
 * the command that needs it begins anew. */
Test(definitions, a_command_waits_for_the_draft_it_needs)
{
    struct rig rig;
    struct engine_kit_command holder;
    struct integration_import_command draft;
    begin(&rig);
    prepare(&rig, &draft, text_of(&rig, "One", 0));
    struct integration_publish_command publish = {.base.append_id = engine_new_id(rig.kit.engine),
                                                  .integration = draft.base.append_id,
                                                  .input.version_id =
                                                      engine_new_id(rig.kit.engine)};
    struct instance_create_command create = {.base.append_id = engine_new_id(rig.kit.engine),
                                             .integration = draft.base.append_id,
                                             .customer = make_customer(&rig),
                                             .name = SLICE("I")};
    engine_kit_hold(&rig.kit, &holder);
    uint64_t batches = engine_stats(rig.kit.engine).batches;
    submit(&rig, &draft.base, integration_command_import);
    submit(&rig, &publish.base, integration_command_publish);
    submit(&rig, &create.base, instance_command_create);
    engine_kit_let_go(&holder);
    await(&rig, &draft.base);
    await(&rig, &publish.base);
    await(&rig, &create.base);
    cr_expect_eq(engine_stats(rig.kit.engine).batches - batches, 2);
    cr_expect_eq(create.base.result.first_seq, publish.base.result.last_seq + 1);
    integration_import_deinit(&draft);
    engine_kit_free(&holder, 1);
    end(&rig);
}
