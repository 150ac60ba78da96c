/* survey: what is in the journal, counted without opening anything. */
#include "journal/body_priv.h"
#include "journal/survey.h"
#include "tests/unit/journal/journal_kit.h"

#include <criterion/criterion.h>

static struct survey survey(struct kit *kit)
{
    struct survey found;
    enum err e = survey_run(kit->journal, NULL, NULL, &found, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
    return found;
}

static struct body_size size_of(struct kit *kit, uint64_t seq, enum body_class body_class)
{
    struct journal_reader *reader = NULL;
    struct record_view record;
    struct body_size size = {0, 0};
    cr_assert_eq(journal_reader_create(kit->journal, &reader, NULL), ERR_OK);
    cr_assert_eq(journal_reader_begin(reader, NULL), ERR_OK);
    cr_assert_eq(journal_read(reader, seq, &record, NULL), ERR_OK);
    enum err e = journal_body_size(reader, &record, body_class, &size, &kit->error);
    cr_assert(e == ERR_OK || (e == ERR_NOT_FOUND && size.raw_bytes == 0), "%s", kit->error.text);
    journal_reader_destroy(&reader);
    return size;
}

Test(survey, counts_events_by_type_and_bytes_by_class)
{
    struct kit kit;
    kit_begin(&kit);
    struct survey before = survey(&kit);
    cr_assert_eq(before.events_of[EVENT_JOURNAL_CREATED], 1);
    cr_assert_eq(before.events_of[EVENT_DICTIONARY_ADDED], 1);
    for (unsigned i = 0; i < 3; i++) {
        kit.clock.wall += KIT_MINUTE;
        kit.clock.monotonic += KIT_MINUTE;
        (void)kit_add_execution(&kit, kit_owner(2), KIT_KEY, SLICE("{\"order\": 1}"));
        (void)kit_add_step(&kit, kit_owner(2), KIT_KEY, "a result");
    }
    struct survey after = survey(&kit);
    cr_assert_eq(after.events_of[EVENT_EXECUTION_QUEUED], 3);
    cr_assert_eq(after.events_of[EVENT_STEP_FINISHED], 3);
    cr_assert_eq(after.bodies[BODY_PAYLOAD].count, 3);
    cr_assert_eq(after.bodies[BODY_RESULT].count, 3);
    cr_assert_eq(after.bodies[BODY_PAYLOAD].blobs, 0);
    cr_assert_eq(after.head_seq, journal_head(kit.journal).seq);
    cr_assert_eq(after.events, after.head_seq);
    cr_assert_gt(after.record_bytes, before.record_bytes);
    cr_assert_eq(after.oldest_us, before.oldest_us);
    cr_assert_eq(after.newest_us, before.oldest_us + 3 * KIT_MINUTE);
    kit_end(&kit);
}

Test(survey, sums_what_bodies_take_before_and_after)
{
    struct kit kit;
    kit_begin(&kit);
    char same[4000];
    memset(same, 'a', sizeof same);
    uint64_t seq = kit_add_execution(&kit, kit_owner(2), KIT_KEY, slice_of(same, sizeof same));
    struct body_size size = size_of(&kit, seq, BODY_PAYLOAD);
    cr_assert_gt(size.raw_bytes, sizeof same);
    cr_assert_lt(size.stored_bytes, sizeof same / 4);
    cr_assert_gt(size.stored_bytes, BODY_OVERHEAD_BYTES);
    struct survey found = survey(&kit);
    cr_assert_eq(found.bodies[BODY_PAYLOAD].raw_bytes, size.raw_bytes);
    cr_assert_eq(found.bodies[BODY_PAYLOAD].stored_bytes, size.stored_bytes);
    cr_assert_eq(size_of(&kit, seq, BODY_LOG).raw_bytes, 0, "there is no log body");
    kit_end(&kit);
}

static void count_calls(void *data, uint64_t seq, uint64_t head_seq)
{
    (void)seq;
    (void)head_seq;
    ++*(unsigned *)data;
}

Test(survey, goes_on_from_one_snapshot_to_the_next)
{
    struct kit kit;
    unsigned calls = 0;
    struct survey found;
    kit_begin(&kit);
    for (unsigned i = 0; i < 5; i++) {
        kit_batch(&kit);
        for (unsigned k = 0; k < 2100; k++) {
            (void)kit_put_execution(&kit, kit_owner(2), KIT_KEY, SLICE("{}"));
        }
        kit_commit(&kit);
    }
    cr_assert_eq(survey_run(kit.journal, count_calls, &calls, &found, &kit.error), ERR_OK, "%s",
                 kit.error.text);
    cr_assert_eq(calls, 2, "one snapshot holds 10,000 records");
    cr_assert_eq(found.events_of[EVENT_EXECUTION_QUEUED], 5 * 2100);
    cr_assert_eq(found.bodies[BODY_PAYLOAD].count, 5 * 2100);
    cr_assert_eq(found.events, journal_head(kit.journal).seq);
    kit_end(&kit);
}

Test(survey, knows_the_size_of_blobs)
{
    struct kit kit;
    kit_begin(&kit);
    struct slice noise = kit_noise(&kit, 200000, 1);
    uint64_t seq = kit_add_execution(&kit, kit_owner(2), KIT_KEY, noise);
    struct body_size size = size_of(&kit, seq, BODY_PAYLOAD);
    struct journal_stats stats;
    cr_assert_eq(journal_stats(kit.journal, &stats, NULL), ERR_OK);
    cr_assert_eq(stats.blob_chunks, 4);
    cr_assert_gt(size.raw_bytes, noise.size);
    cr_assert_gt(size.stored_bytes, noise.size, "noise does not shrink");
    cr_assert_lt(size.stored_bytes, 4 * BLOB_CHUNK_BYTES);
    cr_assert_eq(survey(&kit).bodies[BODY_PAYLOAD].blobs, 1);
    kit_end(&kit);
}

Test(survey, counts_what_is_gone_as_absent)
{
    struct kit kit;
    kit_begin(&kit);
    uint64_t seq = kit_add_execution(&kit, kit_owner(2), KIT_KEY, SLICE("{}"));
    struct expiry expiry = {.body_class = BODY_PAYLOAD,
                            .selector = {.kind = STREAM_NONE},
                            .up_to = seq,
                            .policy_days = 90};
    struct append append = kit_append(&kit);
    struct append_result result;
    cr_assert_eq(journal_expire(kit.journal, &expiry, &append, &result, &kit.error), ERR_OK, "%s",
                 kit.error.text);
    for (bool more = true; more;) {
        cr_assert_eq(journal_expire_continue(kit.journal, &more, &kit.error), ERR_OK);
    }
    struct survey found = survey(&kit);
    cr_assert_eq(found.bodies[BODY_PAYLOAD].count, 0);
    cr_assert_eq(found.bodies[BODY_PAYLOAD].absent, 1);
    cr_assert_eq(found.events_of[EVENT_BODIES_EXPIRED], 1);
    kit_end(&kit);
}

Test(survey, needs_no_key)
{
    struct kit kit;
    kit_begin(&kit);
    (void)kit_add_execution(&kit, kit_owner(2), KIT_KEY, SLICE("{}"));
    uint64_t raw = survey(&kit).bodies[BODY_PAYLOAD].raw_bytes;
    kit_close(&kit);
    kit.options.without_keys = true;
    kit.options.create = false;
    kit_open(&kit);
    cr_assert_eq(survey(&kit).bodies[BODY_PAYLOAD].raw_bytes, raw);
    kit_end(&kit);
}
