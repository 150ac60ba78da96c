/* journal, time: what is recorded when the clock stands, goes back or jumps. */
#include "tests/unit/journal/journal_kit.h"

static uint64_t add(struct kit *kit)
{
    return kit_add_execution(kit, kit_owner(1), KIT_KEY, SLICE("{}"));
}

/* Lets `wall` pass on the wall clock while `monotonic` passes. */
static void pass(struct kit *kit, int64_t wall, int64_t monotonic)
{
    kit->clock.wall += wall;
    kit->clock.monotonic += monotonic;
}

Test(time, never_goes_back)
{
    struct kit kit;
    kit_begin(&kit);
    uint64_t one = add(&kit);
    pass(&kit, -30 * 1000000, 1000);
    uint64_t two = add(&kit);
    int64_t first = kit_read(&kit, one, NULL, NULL)[0].recorded_at_us;
    int64_t second = kit_read(&kit, two, NULL, NULL)[0].recorded_at_us;
    cr_assert_eq(second, first);
    cr_assert_eq(two, one + 1, "less than a minute is no step");
    pass(&kit, KIT_MINUTE, KIT_MINUTE);
    uint64_t three = add(&kit);
    cr_assert_eq(kit_read(&kit, three, NULL, NULL)[0].recorded_at_us, KIT_NOW_US + KIT_MINUTE / 2);
    kit_end(&kit);
}

Test(time, notes_a_step_before_the_next_command)
{
    static const int64_t steps[] = {2 * KIT_MINUTE, -2 * KIT_MINUTE, 20 * KIT_DAY, -40 * KIT_DAY};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct kit kit;
        kit_begin(&kit);
        add(&kit);
        int64_t before = kit.clock.wall;
        pass(&kit, 5000 + steps[i], 5000);
        uint64_t seq = add(&kit);
        cr_assert_eq(seq, 5, "step %zu: the command comes behind clock.stepped", i);
        struct recorded_event *stepped = kit_read(&kit, 4, NULL, NULL);
        cr_assert_eq(stepped[0].event.type, EVENT_CLOCK_STEPPED);
        cr_assert_eq(stepped[0].event.facts.clock_stepped.from_us, before + 5000);
        cr_assert_eq(stepped[0].event.facts.clock_stepped.to_us, before + 5000 + steps[i]);
        cr_assert_eq(stepped[0].stream_version, 3);
        cr_assert(stepped[0].ends_command);
        cr_assert_eq(stepped[0].actor.kind, ACTOR_SYSTEM);
        cr_assert_eq(add(&kit), 6, "once");
        cr_assert_eq(journal_clock_suspect(kit.journal), steps[i] > KIT_DAY);
        kit_close(&kit);
        kit_assert_sound(&kit);
        kit_end(&kit);
    }
}

Test(time, a_step_stays_noted_if_the_batch_is_forgotten)
{
    struct kit kit;
    kit_begin(&kit);
    add(&kit);
    pass(&kit, 2 * KIT_DAY, 1000);
    kit_batch(&kit);
    cr_assert_eq(journal_head(kit.journal).seq, 4);
    journal_abort(kit.journal);
    cr_assert(journal_clock_suspect(kit.journal));
    cr_assert_eq(add(&kit), 5, "once");
    cr_assert_eq(kit_read(&kit, 4, NULL, NULL)[0].event.type, EVENT_CLOCK_STEPPED);
    kit_end(&kit);
}

Test(time, notes_a_clock_that_went_back_over_a_restart)
{
    struct kit kit;
    kit_begin(&kit);
    add(&kit);
    kit_close(&kit);
    pass(&kit, -10 * KIT_MINUTE, 0);
    kit_open(&kit);
    cr_assert_eq(add(&kit), 5);
    cr_assert_eq(kit_read(&kit, 4, NULL, NULL)[0].event.type, EVENT_CLOCK_STEPPED);
    cr_assert_eq(kit_read(&kit, 5, NULL, NULL)[0].recorded_at_us, KIT_NOW_US);
    kit_end(&kit);
}

Test(time, a_long_night_is_no_step)
{
    struct kit kit;
    kit_begin(&kit);
    add(&kit);
    kit_close(&kit);
    pass(&kit, 3 * KIT_DAY, 1);
    kit_open(&kit);
    cr_assert_eq(add(&kit), 4, "time passes while nobody runs");
    pass(&kit, 3 * KIT_DAY, 3 * KIT_DAY);
    cr_assert_eq(add(&kit), 5, "and while nothing happens");
    kit_end(&kit);
}

Test(time, suspicion_lasts_until_somebody_confirms)
{
    struct kit kit;
    struct append_result result;
    struct expiry expiry = {.body_class = BODY_PAYLOAD, .up_to = 3, .policy_days = 90};
    kit_begin(&kit);
    add(&kit);
    pass(&kit, 2 * KIT_DAY, 1000);
    struct append append = kit_append(&kit);
    cr_assert_eq(journal_expire(kit.journal, &expiry, &append, &result, &kit.error), ERR_BUSY,
                 "the step is found by expiry itself");
    cr_assert(journal_clock_suspect(kit.journal));
    cr_assert_eq(journal_expire(kit.journal, &expiry, &append, &result, &kit.error), ERR_BUSY);
    kit_reopen(&kit);
    cr_assert(journal_clock_suspect(kit.journal), "over a restart too");
    append = kit_append(&kit);
    cr_assert_eq(journal_trust_clock(kit.journal, &append, &kit.error), ERR_OK, "%s",
                 kit.error.text);
    cr_assert(!journal_clock_suspect(kit.journal));
    append = kit_append(&kit);
    cr_assert_eq(journal_expire(kit.journal, &expiry, &append, &result, &kit.error), ERR_OK);
    kit_reopen(&kit);
    cr_assert(!journal_clock_suspect(kit.journal));
    kit_close(&kit);
    kit_assert_sound(&kit);
    kit_end(&kit);
}
