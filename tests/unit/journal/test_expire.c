/* journal, expiry and erasure: what may be absent, what is said about it, and that it is gone. */
#include "core/base/failpoint.h"
#include "journal/journal_priv.h"
#include "tests/unit/journal/journal_kit.h"

#include <stdio.h>
#include <stdlib.h>

static struct append_result
expire(struct kit *kit, enum body_class body_class, struct stream_ref selector, uint64_t up_to)
{
    struct expiry expiry = {
        .body_class = body_class, .selector = selector, .up_to = up_to, .policy_days = 90};
    struct append append = kit_append(kit);
    struct append_result result;
    append.reason = SLICE("retention");
    enum err e = journal_expire(kit->journal, &expiry, &append, &result, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
    return result;
}

static const struct stream_ref everybody = {.kind = STREAM_NONE};

static int delete_all(struct kit *kit)
{
    bool more = true;
    int commits = -1;
    while (more) {
        cr_assert_eq(journal_expire_continue(kit->journal, &more, &kit->error), ERR_OK, "%s",
                     kit->error.text);
        commits++;
    }
    return commits;
}

static uint64_t bodies(struct kit *kit, enum body_class body_class)
{
    struct journal_stats stats;
    cr_assert_eq(journal_stats(kit->journal, &stats, NULL), ERR_OK);
    return stats.bodies[body_class];
}

static struct body_absence absence(struct kit *kit, uint64_t seq, enum body_class body_class)
{
    struct journal_reader *reader = NULL;
    struct record_view record;
    struct body_absence found = {.why = ERR_IO};
    cr_assert_eq(journal_reader_create(kit->journal, &reader, NULL), ERR_OK);
    cr_assert_eq(journal_reader_begin(reader, NULL), ERR_OK);
    cr_assert_eq(journal_read(reader, seq, &record, NULL), ERR_OK);
    enum err e = journal_body_absence(reader, &record, body_class, &found, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
    journal_reader_destroy(&reader);
    return found;
}

Test(expire, answers_when_and_why_before_and_after_deletion)
{
    struct kit kit;
    struct slice raw;
    kit_begin(&kit);
    kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}"));
    kit_add_execution(&kit, kit_owner(2), KIT_KEY + 1, kit_noise(&kit, 100000, 1));
    uint64_t kept = kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}"));
    struct append_result result = expire(&kit, BODY_PAYLOAD, everybody, 4);
    for (int round = 0; round < 2; round++) {
        for (uint64_t seq = 3; seq <= 4; seq++) {
            cr_assert_eq(kit_open_body(&kit, seq, BODY_PAYLOAD, &raw), ERR_EXPIRED, "round %d",
                         round);
            cr_assert_not_null(strstr(kit.error.text, "expired at 2023-11-14T22:13:20"), "%s",
                               kit.error.text);
            cr_assert_not_null(strstr(kit.error.text, "retention of 90 days"), "%s",
                               kit.error.text);
            struct body_absence found = absence(&kit, seq, BODY_PAYLOAD);
            cr_assert_eq(found.why, ERR_EXPIRED);
            cr_assert_eq(found.seq, result.last_seq);
            cr_assert_eq(found.at_us, KIT_NOW_US);
            cr_assert_eq(found.policy_days, 90);
        }
        cr_assert_eq(kit_open_body(&kit, kept, BODY_PAYLOAD, &raw), ERR_OK);
        cr_assert_eq(absence(&kit, kept, BODY_PAYLOAD).why, ERR_OK);
        cr_assert_eq(absence(&kit, kept, BODY_LOG).why, ERR_NOT_FOUND);
        cr_assert_eq(bodies(&kit, BODY_PAYLOAD), round == 0 ? 2 : 1);
        kit_close(&kit);
        struct verify_report *report = kit_verify(&kit);
        cr_assert_eq(report->finding_count, 0, "round %d: %s", round, report->findings[0].text);
        cr_assert_eq(report->bodies_expired, 2);
        kit_open(&kit);
        delete_all(&kit);
    }
    struct journal_stats stats;
    cr_assert_eq(journal_stats(kit.journal, &stats, NULL), ERR_OK);
    cr_assert_eq(stats.blob_chunks, 0);
    kit_end(&kit);
}

Test(expire, concerns_its_class_and_owner_only)
{
    struct kit kit;
    struct slice raw;
    kit_begin(&kit);
    uint64_t mine = kit_add_step(&kit, kit_owner(1), KIT_KEY, "mine");
    uint64_t yours = kit_add_step(&kit, kit_owner(2), KIT_KEY + 1, "yours");
    expire(&kit, BODY_RESULT, kit_owner(1), yours);
    delete_all(&kit);
    cr_assert_eq(kit_open_body(&kit, mine, BODY_RESULT, &raw), ERR_EXPIRED);
    cr_assert_eq(kit_open_body(&kit, mine, BODY_LOG, &raw), ERR_OK);
    cr_assert_eq(kit_open_body(&kit, yours, BODY_RESULT, &raw), ERR_OK);
    unsigned absent = 0;
    struct recorded_event *events = kit_read(&kit, mine, NULL, &absent);
    cr_assert_eq(absent, 1U << BODY_RESULT);
    cr_assert(value_is_null(&events[0].event.bodies[BODY_RESULT]));
    cr_assert(slice_is(value_text_of(&events[1].event.bodies[BODY_LOG]), "mine"));
    kit_close(&kit);
    kit_assert_sound(&kit);
    kit_end(&kit);
}

Test(expire, names_the_first_that_covers)
{
    struct kit kit;
    kit_begin(&kit);
    uint64_t early = kit_add_step(&kit, kit_owner(1), KIT_KEY, "early");
    struct append_result first = expire(&kit, BODY_RESULT, kit_owner(1), early);
    uint64_t late = kit_add_step(&kit, kit_owner(1), KIT_KEY, "late");
    struct append_result second = expire(&kit, BODY_RESULT, everybody, late);
    struct append_result third = expire(&kit, BODY_RESULT, everybody, late);
    cr_assert_gt(third.last_seq, second.last_seq);
    delete_all(&kit);
    cr_assert_eq(absence(&kit, early, BODY_RESULT).seq, first.last_seq);
    cr_assert_eq(absence(&kit, late, BODY_RESULT).seq, second.last_seq);
    kit_close(&kit);
    kit_assert_sound(&kit);
    kit_end(&kit);
}

Test(expire, refuses_what_is_not_there_yet)
{
    struct kit kit;
    struct append_result result;
    kit_begin(&kit);
    struct append append = kit_append(&kit);
    struct expiry expiry = {.body_class = BODY_LOG, .up_to = 3};
    cr_assert_eq(journal_expire(kit.journal, &expiry, &append, &result, &kit.error), ERR_INVALID);
    expiry.up_to = 0;
    cr_assert_eq(journal_expire(kit.journal, &expiry, &append, &result, &kit.error), ERR_INVALID);
    kit_end(&kit);
}

/* Views are folds of state bodies: a rebuild without them would give other views. */
Test(expire, state_stays)
{
    struct kit kit;
    kit_begin(&kit);
    struct expiry expiry = {.body_class = BODY_STATE, .up_to = 1};
    struct append append = kit_append(&kit);
    struct append_result result;
    cr_assert_eq(journal_expire(kit.journal, &expiry, &append, &result, &kit.error), ERR_INVALID);
    cr_assert_str_eq(kit.error.text, "state bodies do not expire, names and config are made of "
                                     "them: destroy the key of their owner instead");
    cr_assert_eq(journal_head(kit.journal).seq, 2);
    kit_end(&kit);
}

Test(expire, deletes_in_bounded_steps_and_goes_on_after_a_restart)
{
    struct kit kit;
    kit_begin(&kit);
    uint64_t last = 0;
    for (int batch = 0; batch < 5; batch++) {
        kit_batch(&kit);
        for (int i = 0; i < 1000; i++) {
            last = kit_put_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}"));
        }
        kit_commit(&kit);
    }
    expire(&kit, BODY_PAYLOAD, everybody, last);
    bool more = false;
    cr_assert_eq(journal_expire_continue(kit.journal, &more, NULL), ERR_OK);
    cr_assert(more);
    cr_assert_eq(bodies(&kit, BODY_PAYLOAD), 5000 - 2048);
    kit_reopen(&kit);
    cr_assert_eq(delete_all(&kit), 2);
    cr_assert_eq(bodies(&kit, BODY_PAYLOAD), 0);
    uint64_t next = kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}"));
    expire(&kit, BODY_PAYLOAD, everybody, next);
    cr_assert_eq(delete_all(&kit), 1, "what is gone is not looked at again");
    kit_close(&kit);
    kit_assert_sound(&kit);
    kit_end(&kit);
}

Test(expire, a_reader_with_an_older_snapshot_gets_an_answer_too)
{
    struct kit kit;
    struct journal_reader *reader = NULL;
    struct record_view record;
    struct slice raw;
    kit_begin(&kit);
    uint64_t seq = kit_add_execution(&kit, kit_owner(1), KIT_KEY, kit_noise(&kit, 100000, 1));
    cr_assert_eq(journal_reader_create(kit.journal, &reader, NULL), ERR_OK);
    cr_assert_eq(journal_reader_begin(reader, NULL), ERR_OK);
    cr_assert_eq(journal_read(reader, seq, &record, NULL), ERR_OK);
    expire(&kit, BODY_PAYLOAD, everybody, seq);
    delete_all(&kit);
    /* Its snapshot knows nothing of the expiry, but the blob is gone. */
    cr_assert_eq(journal_open_body(reader, &record, BODY_PAYLOAD, &kit.arena, &raw, &kit.error),
                 ERR_EXPIRED, "%s", kit.error.text);
    journal_reader_destroy(&reader);
    kit_end(&kit);
}

/* ---- erasure ---- */

static void destroy(struct kit *kit, uint64_t key, struct stream_ref owner)
{
    struct append append = kit_append(kit);
    append.reason = SLICE("the customer left");
    enum err e = journal_destroy_key(kit->journal, key, owner, &append, &kit->error);
    cr_assert_eq(e, ERR_OK, "%s", kit->error.text);
}

Test(erase, nothing_of_the_owner_opens_and_the_skeleton_stays)
{
    struct kit kit;
    struct slice raw;
    kit_begin(&kit);
    uint64_t payload = kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{\"secret\":1}"));
    uint64_t blob = kit_add_execution(&kit, kit_owner(1), KIT_KEY, kit_noise(&kit, 100000, 1));
    uint64_t step = kit_add_step(&kit, kit_owner(1), KIT_KEY, "a result");
    uint64_t other = kit_add_step(&kit, kit_owner(2), KIT_KEY + 1, "somebody else's");
    destroy(&kit, KIT_KEY, kit_owner(1));
    for (int round = 0; round < 2; round++) {
        cr_assert_eq(kit_open_body(&kit, payload, BODY_PAYLOAD, &raw), ERR_ERASED);
        cr_assert_not_null(strstr(kit.error.text, "was erased at 2023-11-14"), "%s",
                           kit.error.text);
        cr_assert_eq(kit_open_body(&kit, blob, BODY_PAYLOAD, &raw), ERR_ERASED);
        cr_assert_eq(kit_open_body(&kit, step, BODY_RESULT, &raw), ERR_ERASED);
        cr_assert_eq(kit_open_body(&kit, step, BODY_LOG, &raw), ERR_ERASED);
        cr_assert_eq(kit_open_body(&kit, other, BODY_RESULT, &raw), ERR_OK);
        unsigned absent = 0;
        struct recorded_event *events = kit_read(&kit, step, NULL, &absent);
        cr_assert_eq(absent, 1U << BODY_RESULT | 1U << BODY_LOG);
        cr_assert_eq(events[0].event.type, EVENT_STEP_FINISHED);
        cr_assert_eq(events[0].event.facts.step_finished.size, 8);
        cr_assert(stream_equal(events[0].owner, kit_owner(1)));
        struct body_absence found = absence(&kit, payload, BODY_PAYLOAD);
        cr_assert_eq(found.why, ERR_ERASED);
        cr_assert_eq(found.seq, journal_head(kit.journal).seq);
        cr_assert_eq(found.at_us, KIT_NOW_US);
        kit_reopen(&kit);
    }
    kit_close(&kit);
    struct verify_report *report = kit_verify(&kit);
    cr_assert_eq(report->finding_count, 0, "%s", report->findings[0].text);
    cr_assert_eq(report->bodies_erased, 4);
    kit_end(&kit);
}

/* What has no body needs no key: that an erased instance is paused, or called, can be told. */
Test(erase, events_without_bodies_go_on)
{
    struct kit kit;
    kit_begin(&kit);
    kit_add_step(&kit, kit_owner(1), KIT_KEY, "a result");
    destroy(&kit, KIT_KEY, kit_owner(1));
    struct event event = {.type = EVENT_INSTANCE_DISABLED};
    struct append_record record = {.stream = kit_owner(1),
                                   .owner = kit_owner(1),
                                   .key = KIT_KEY,
                                   .first_stream_version = 3,
                                   .events = &event,
                                   .event_count = 1};
    struct append append = kit_append(&kit);
    struct append_result result;
    append.records = &record;
    append.record_count = 1;
    kit_batch(&kit);
    cr_assert_eq(journal_append(kit.journal, &append, &result, &kit.error), ERR_OK, "%s",
                 kit.error.text);
    append.reason = SLICE("a body after all");
    cr_assert_eq(journal_append(kit.journal, &append, &result, &kit.error), ERR_ERASED);
    kit_commit(&kit);
    kit_close(&kit);
    kit_assert_sound(&kit);
    kit_end(&kit);
}

Test(erase, the_reason_stays_readable)
{
    struct kit kit;
    struct slice reason;
    kit_begin(&kit);
    destroy(&kit, KIT_KEY, kit_owner(1));
    struct recorded_event *events = kit_read(&kit, 3, &reason, NULL);
    cr_assert(slice_is(reason, "the customer left"));
    cr_assert_eq(events[0].event.type, EVENT_KEY_DESTROYED);
    cr_assert_eq(events[0].event.facts.key_destroyed.key, KIT_KEY);
    cr_assert_eq(events[0].event.facts.key_destroyed.owner_kind, STREAM_INSTANCE);
    cr_assert_eq(events[0].actor.kind, ACTOR_USER);
    cr_assert(events[0].ends_command);
    kit_end(&kit);
}

/* An older backup of the journal, put beside the keyring of today. */
Test(erase, an_older_copy_of_the_journal_opens_nothing_either)
{
    struct kit kit;
    struct slice raw;
    char copy[128];
    char command[512];
    kit_begin(&kit);
    uint64_t seq = kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{\"secret\":1}"));
    uint64_t other = kit_add_execution(&kit, kit_owner(2), KIT_KEY + 1, SLICE("{}"));
    kit_close(&kit);
    (void)snprintf(copy, sizeof copy, "%s.copy", kit.dir);
    kit_copy(kit.dir, copy);
    kit_open(&kit);
    destroy(&kit, KIT_KEY, kit_owner(1));
    kit_close(&kit);
    (void)snprintf(command, sizeof command, "cp %s/keyring %s/keyring", kit.dir, copy);
    cr_assert_eq(system(command), 0);
    kit.options.data_dir = copy;
    kit_open(&kit);
    cr_assert_eq(kit_open_body(&kit, seq, BODY_PAYLOAD, &raw), ERR_ERASED);
    cr_assert_eq(kit_open_body(&kit, other, BODY_PAYLOAD, &raw), ERR_OK);
    cr_assert_eq(absence(&kit, seq, BODY_PAYLOAD).why, ERR_ERASED);
    cr_assert_eq(absence(&kit, seq, BODY_PAYLOAD).seq, 0, "this copy does not know when");
    kit_close(&kit);
    struct verify_report *report = kit_verify(&kit);
    cr_assert_eq(report->finding_count, 0, "%s", report->findings[0].text);
    cr_assert_eq(report->bodies_unopened, 1, "and verify says that it could not look");
    kit_remove(copy);
    kit_end(&kit);
}

/* An older copy of the keyring, put beside the journal of today: the keys are destroyed again. */
Test(erase, an_older_copy_of_the_keyring_does_not_bring_keys_back)
{
    struct kit kit;
    struct slice raw;
    struct data_key key;
    char command[512];
    kit_begin(&kit);
    uint64_t seq = kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{\"secret\":1}"));
    (void)snprintf(command, sizeof command, "cp %s/keyring %s/keyring.old", kit.dir, kit.dir);
    cr_assert_eq(system(command), 0);
    destroy(&kit, KIT_KEY, kit_owner(1));
    destroy(&kit, KIT_KEY + 5, kit_owner(5));
    kit_close(&kit);
    (void)snprintf(command, sizeof command, "mv %s/keyring.old %s/keyring", kit.dir, kit.dir);
    cr_assert_eq(system(command), 0);
    kit.options.read_only = true;
    kit.options.create = false;
    kit_open(&kit);
    cr_assert_eq(kit_open_body(&kit, seq, BODY_PAYLOAD, &raw), ERR_ERASED, "for a reader");
    kit_close(&kit);
    kit.options.read_only = false;
    kit_open(&kit);
    cr_assert_eq(kit_open_body(&kit, seq, BODY_PAYLOAD, &raw), ERR_ERASED);
    cr_assert_eq(keyring_get(journal_keyring(kit.journal), KIT_KEY + 5, &key, NULL), ERR_ERASED);
    cr_assert_eq(keyring_stats(journal_keyring(kit.journal)).held, KEYRING_RESERVE - 2,
                 "gone from the file too");
    kit_end(&kit);
}

Test(erase, again_appends_nothing)
{
    struct kit kit;
    kit_begin(&kit);
    destroy(&kit, KIT_KEY, kit_owner(1));
    uint64_t head = journal_head(kit.journal).seq;
    destroy(&kit, KIT_KEY, kit_owner(1));
    cr_assert_eq(journal_head(kit.journal).seq, head);
    kit_end(&kit);
}

Test(erase, refuses_the_journals_own_key_and_unknown_ones)
{
    struct kit kit;
    kit_begin(&kit);
    struct append append = kit_append(&kit);
    cr_assert_eq(journal_destroy_key(kit.journal, 1, kit_owner(1), &append, &kit.error),
                 ERR_REFUSED);
    cr_assert_eq(journal_destroy_key(kit.journal, 0, kit_owner(1), &append, &kit.error),
                 ERR_NOT_FOUND);
    cr_assert_eq(journal_destroy_key(kit.journal, 100000, kit_owner(1), &append, &kit.error),
                 ERR_NOT_FOUND);
    kit_end(&kit);
}
