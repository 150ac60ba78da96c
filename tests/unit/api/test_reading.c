/* reading: what is true at one moment, the pool and its bound, threads beside the writer. */
#include "api/engine/reading.h"
#include "core/base/limits.h"
#include "projections/access_view.h"
#include "tests/unit/api/engine_kit.h"
#include "tests/unit/journal/journal_kit.h"

#include <pthread.h>

struct rig {
    struct engine_kit kit;
    struct readings *readings;
};

static void begin(struct rig *rig)
{
    engine_kit_begin(&rig->kit);
    cr_assert_eq(readings_create(rig->kit.engine, &rig->readings, NULL), ERR_OK);
}

static void end(struct rig *rig)
{
    readings_destroy(&rig->readings);
    readings_destroy(&rig->readings);
    engine_kit_end(&rig->kit);
}

static struct reading *open_one(struct rig *rig)
{
    struct reading *reading = NULL;
    enum err e = reading_open(rig->readings, &reading, &rig->kit.error);
    cr_assert_eq(e, ERR_OK, "%s", rig->kit.error.text);
    return reading;
}

static uint64_t seq_of(struct reading *reading)
{
    uint64_t seq = 0;
    cr_assert_eq(reading_seq(reading, &seq, NULL), ERR_OK);
    return seq;
}

Test(reading, is_one_moment_of_views_and_journal)
{
    struct rig rig;
    struct record_view record;
    begin(&rig);
    (void)engine_kit_say(&rig.kit);
    struct reading *before = open_one(&rig);
    (void)engine_kit_say(&rig.kit);
    struct reading *after = open_one(&rig);
    cr_expect_eq(seq_of(before), 3);
    cr_expect_eq(seq_of(after), 4);
    cr_expect_eq(journal_read(before->journal, 4, &record, NULL), ERR_NOT_FOUND);
    cr_expect_eq(journal_read(after->journal, 4, &record, NULL), ERR_OK);
    reading_close(rig.readings, &before);
    cr_expect_null(before);
    reading_close(rig.readings, &before);
    before = open_one(&rig);
    cr_expect_eq(seq_of(before), 4, "the pooled one is renewed");
    reading_close(rig.readings, &before);
    reading_close(rig.readings, &after);
    end(&rig);
}

Test(reading, so_many_and_no_more)
{
    static struct reading *readings[READINGS_MAX + 1];
    struct rig rig;
    begin(&rig);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < READINGS_MAX; i++) {
            readings[i] = open_one(&rig);
        }
        cr_expect_eq(reading_open(rig.readings, &readings[READINGS_MAX], &rig.kit.error), ERR_BUSY);
        cr_expect_str_eq(rig.kit.error.text, "too many reads at once");
        reading_close(rig.readings, &readings[7]);
        readings[7] = open_one(&rig);
        (void)engine_kit_say(&rig.kit); /* the writer is not held up */
        for (size_t i = 0; i < READINGS_MAX; i++) {
            reading_close(rig.readings, &readings[i]);
        }
    }
    end(&rig);
}

Test(reading, events_with_their_bodies)
{
    struct rig rig;
    struct arena arena;
    const struct recorded_event *event = NULL;
    unsigned absent = 9;
    begin(&rig);
    arena_init(&arena, MIB);
    uint64_t seq = engine_kit_say(&rig.kit);
    struct reading *reading = open_one(&rig);
    enum err e = reading_event(reading, seq, 1U << BODY_STATE, &arena, &event, &absent, NULL);
    cr_assert_eq(e, ERR_OK);
    cr_expect_eq(event->event.type, EVENT_USER_CREATED);
    cr_expect_eq(absent, 0);
    cr_expect(slice_is(value_get_text(&event->event.bodies[BODY_STATE], SLICE("name")), "Ada"));
    cr_expect_eq(reading_event(reading, 2, 0, &arena, &event, NULL, NULL), ERR_OK);
    cr_expect_eq(event->event.type, EVENT_DICTIONARY_ADDED, "not the first of its record");
    cr_expect_eq(reading_event(reading, seq + 1, 0, &arena, &event, NULL, NULL), ERR_NOT_FOUND);
    reading_close(rig.readings, &reading);
    arena_deinit(&arena);
    end(&rig);
}

/* ---- threads ---- */

struct reader {
    struct rig *rig;
    pthread_t thread;
    uint64_t readings;
};

/* Reads until everything is said: sequences never go back, and the journal has what views name. */
static void *read_on(void *data)
{
    struct reader *it = data;
    uint64_t last = 0;
    while (last < 2 + 200) {
        struct reading *reading = NULL;
        struct record_view record;
        cr_assert_eq(reading_open(it->rig->readings, &reading, NULL), ERR_OK);
        uint64_t seq = seq_of(reading);
        cr_assert_geq(seq, last);
        cr_assert_eq(journal_read(reading->journal, seq, &record, NULL), ERR_OK);
        reading_close(it->rig->readings, &reading);
        last = seq;
        it->readings++;
    }
    return NULL;
}

Test(reading, on_threads_beside_the_writer)
{
    static struct engine_kit_command commands[200];
    struct rig rig;
    struct reader readers[4];
    begin(&rig);
    for (int i = 0; i < 4; i++) {
        readers[i] = (struct reader){.rig = &rig};
        cr_assert_eq(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    for (size_t i = 0; i < 200; i++) {
        engine_kit_submit(&rig.kit, &commands[i], ENGINE_KIT_SAY);
        (void)uv_run(&rig.kit.loop, UV_RUN_NOWAIT);
    }
    engine_kit_wait(&rig.kit, 200);
    for (int i = 0; i < 4; i++) {
        cr_assert_eq(pthread_join(readers[i].thread, NULL), 0);
        cr_expect_gt(readers[i].readings, 0);
    }
    engine_kit_free(commands, 200);
    end(&rig);
}
