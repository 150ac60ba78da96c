/* journal, reading: cursors, snapshots, links, times. */
#include "journal/chain_priv.h"
#include "journal/journal_priv.h"
#include "tests/unit/journal/journal_kit.h"

struct reading {
    struct kit kit;
    struct journal_reader *reader;
    struct record_view record;
};

static void begin(struct reading *r)
{
    kit_begin(&r->kit);
    r->reader = NULL;
    cr_assert_eq(journal_reader_create(r->kit.journal, &r->reader, &r->kit.error), ERR_OK);
}

static void take_snapshot(struct reading *r)
{
    journal_reader_end(r->reader);
    cr_assert_eq(journal_reader_begin(r->reader, &r->kit.error), ERR_OK, "%s", r->kit.error.text);
}

static void end(struct reading *r)
{
    journal_reader_end(r->reader);
    journal_reader_destroy(&r->reader);
    kit_end(&r->kit);
}

static void add(struct reading *r)
{
    kit_add_execution(&r->kit, kit_owner(1), KIT_KEY, SLICE("{}"));
}

Test(journal_read, finds_the_record_that_holds_a_sequence)
{
    struct reading r;
    begin(&r);
    kit_add_step(&r.kit, kit_owner(1), KIT_KEY, "two events");
    take_snapshot(&r);
    for (uint64_t seq = 1; seq <= 4; seq++) {
        cr_assert_eq(journal_read(r.reader, seq, &r.record, &r.kit.error), ERR_OK);
        cr_assert_eq(r.record.first_seq, seq <= 2 ? 1 : 3);
        cr_assert_eq(r.record.last_seq, seq <= 2 ? 2 : 4);
    }
    cr_assert_eq(journal_read(r.reader, 0, &r.record, &r.kit.error), ERR_NOT_FOUND);
    cr_assert_eq(journal_read(r.reader, 5, &r.record, &r.kit.error), ERR_NOT_FOUND);
    cr_assert_eq(journal_read(r.reader, UINT64_MAX, &r.record, &r.kit.error), ERR_NOT_FOUND);
    end(&r);
}

Test(journal_read, walks_both_ways)
{
    struct reading r;
    begin(&r);
    for (int i = 0; i < 5; i++) {
        add(&r);
    }
    take_snapshot(&r);
    uint64_t seq = 0;
    while (journal_next(r.reader, &r.record, &r.kit.error) == ERR_OK) {
        cr_assert_eq(r.record.first_seq, seq + 1);
        seq = r.record.last_seq;
    }
    cr_assert_eq(seq, 7);
    take_snapshot(&r);
    while (journal_previous(r.reader, &r.record, &r.kit.error) == ERR_OK) {
        cr_assert_eq(r.record.last_seq, seq);
        seq = r.record.first_seq - 1;
    }
    cr_assert_eq(seq, 0);
    cr_assert_eq(journal_read(r.reader, 4, &r.record, NULL), ERR_OK);
    cr_assert_eq(journal_next(r.reader, &r.record, NULL), ERR_OK);
    cr_assert_eq(r.record.first_seq, 5);
    cr_assert_eq(journal_previous(r.reader, &r.record, NULL), ERR_OK);
    cr_assert_eq(r.record.first_seq, 4);
    end(&r);
}

Test(journal_read, a_snapshot_does_not_move)
{
    struct reading r;
    struct journal_head head;
    begin(&r);
    take_snapshot(&r);
    add(&r);
    cr_assert_eq(journal_reader_head(r.reader, &head, NULL), ERR_OK);
    cr_assert_eq(head.seq, 2);
    cr_assert_eq(journal_read(r.reader, 3, &r.record, NULL), ERR_NOT_FOUND);
    take_snapshot(&r);
    cr_assert_eq(journal_reader_head(r.reader, &head, NULL), ERR_OK);
    cr_assert_eq(head.seq, 3);
    cr_assert_eq(journal_read(r.reader, 3, &r.record, NULL), ERR_OK);
    struct journal_head live = journal_head(r.kit.journal);
    cr_assert_eq(memcmp(live.link, head.link, sizeof head.link), 0);
    end(&r);
}

Test(journal_read, an_open_batch_is_not_seen)
{
    struct reading r;
    begin(&r);
    kit_batch(&r.kit);
    kit_put_execution(&r.kit, kit_owner(1), KIT_KEY, SLICE("{}"));
    take_snapshot(&r);
    cr_assert_eq(journal_read(r.reader, 3, &r.record, NULL), ERR_NOT_FOUND);
    kit_commit(&r.kit);
    end(&r);
}

Test(journal_read, gives_the_link_behind_every_record)
{
    struct reading r;
    unsigned char link[JOURNAL_LINK_BYTES];
    unsigned char walked[JOURNAL_LINK_BYTES];
    begin(&r);
    kit_add_step(&r.kit, kit_owner(1), KIT_KEY, "two events");
    for (int i = 0; i < 20; i++) {
        add(&r);
    }
    take_snapshot(&r);
    chain_origin(journal_id(r.kit.journal), JOURNAL_FORMAT, walked);
    cr_assert_eq(journal_link_at(r.reader, 0, link, NULL), ERR_OK);
    cr_assert_eq(memcmp(link, walked, sizeof link), 0, "before the first record");
    struct journal_reader *walker = NULL;
    cr_assert_eq(journal_reader_create(r.kit.journal, &walker, NULL), ERR_OK);
    cr_assert_eq(journal_reader_begin(walker, NULL), ERR_OK);
    while (journal_next(walker, &r.record, NULL) == ERR_OK) {
        chain_extend(walked, r.record.first_seq, r.record.event_count, r.record.bytes);
        cr_assert_eq(journal_link_at(r.reader, r.record.last_seq, link, &r.kit.error), ERR_OK, "%s",
                     r.kit.error.text);
        cr_assert_eq(memcmp(link, walked, sizeof link), 0, "at %llu",
                     (unsigned long long)r.record.last_seq);
    }
    cr_assert_eq(journal_link_at(r.reader, 3, link, NULL), ERR_NOT_FOUND, "within a record");
    cr_assert_eq(journal_link_at(r.reader, 99, link, NULL), ERR_NOT_FOUND, "past the head");
    struct journal_head head = journal_head(r.kit.journal);
    cr_assert_eq(memcmp(head.link, walked, sizeof walked), 0);
    journal_reader_destroy(&walker);
    end(&r);
}

/* Appends `count` instances' events in records of 4,000. */
static void add_many(struct reading *r, uint64_t *version)
{
    static struct event events[4000];
    struct append_result result;
    for (size_t i = 0; i < 4000; i++) {
        events[i] = (struct event){.type = EVENT_INSTANCE_ENABLED};
    }
    struct append append = kit_append(&r->kit);
    struct append_record record = {.stream = kit_owner(1),
                                   .owner = kit_owner(1),
                                   .first_stream_version = *version,
                                   .events = events,
                                   .event_count = 4000};
    append.records = &record;
    append.record_count = 1;
    kit_batch(&r->kit);
    cr_assert_eq(journal_append(r->kit.journal, &append, &result, NULL), ERR_OK);
    kit_commit(&r->kit);
    *version += 4000;
}

Test(journal_read, thins_checkpoints_and_still_finds_links)
{
    struct reading r;
    uint64_t version = 1;
    uint64_t count = 0;
    unsigned char link[JOURNAL_LINK_BYTES];
    begin(&r);
    for (int i = 0; i < 40; i++) {
        add_many(&r, &version);
    }
    take_snapshot(&r);
    cr_assert_eq(store_count(r.reader->txn, JOURNAL_CHECKPOINTS, &count, NULL), ERR_OK);
    cr_assert_eq(count, 160002 / JOURNAL_CHECKPOINT_EVENTS + 1,
                 "one in 65,536 events and the last");
    cr_assert_eq(journal_link_at(r.reader, 64002, link, NULL), ERR_OK);
    cr_assert_eq(journal_link_at(r.reader, 68002, link, NULL), ERR_OK);
    cr_assert_eq(journal_link_at(r.reader, 160002, link, NULL), ERR_OK);
    struct journal_head head = journal_head(r.kit.journal);
    cr_assert_eq(memcmp(head.link, link, sizeof link), 0);
    journal_reader_end(r.reader);
    journal_reader_destroy(&r.reader);
    kit_close(&r.kit);
    kit_assert_sound(&r.kit);
    kit_end(&r.kit);
}

Test(journal_read, finds_the_end_of_a_time)
{
    struct reading r;
    uint64_t seq = 99;
    begin(&r);
    for (int i = 0; i < 10; i++) {
        r.kit.clock.wall += 1000;
        r.kit.clock.monotonic += 1000;
        if (i == 5) {
            kit_add_step(&r.kit, kit_owner(1), KIT_KEY, "two events"); /* 8 and 9 */
        } else {
            add(&r);
        }
    }
    take_snapshot(&r);
    static const struct {
        int64_t after_us;
        uint64_t wanted;
    } cases[] = {{-1, 0},   {0, 2},    {999, 2},  {1000, 3},   {1500, 3},
                 {5999, 7}, {6000, 9}, {6001, 9}, {10000, 13}, {INT64_C(1) << 50, 13}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_assert_eq(journal_seq_at(r.reader, KIT_NOW_US + cases[i].after_us, &seq, NULL), ERR_OK);
        cr_assert_eq(seq, cases[i].wanted, "case %zu: %llu", i, (unsigned long long)seq);
    }
    cr_assert_eq(journal_seq_at(r.reader, INT64_MIN, &seq, NULL), ERR_OK);
    cr_assert_eq(seq, 0);
    end(&r);
}

Test(journal_read, opens_only_the_bodies_asked_for)
{
    struct reading r;
    struct recorded_event *events = NULL;
    begin(&r);
    kit_add_step(&r.kit, kit_owner(1), KIT_KEY, "text");
    take_snapshot(&r);
    cr_assert_eq(journal_read(r.reader, 3, &r.record, NULL), ERR_OK);
    cr_assert_eq(journal_read_events(r.reader, &r.record, 1 << BODY_LOG, &r.kit.arena, &events,
                                     NULL, NULL, &r.kit.error),
                 ERR_OK);
    cr_assert(value_is_null(&events[0].event.bodies[BODY_RESULT]));
    cr_assert(slice_is(value_text_of(&events[1].event.bodies[BODY_LOG]), "text"));
    cr_assert_eq(events[1].event.facts.execution_logged.levels.size, 1);
    struct slice raw = SLICE("x");
    cr_assert_eq(journal_open_body(r.reader, &r.record, BODY_STATE, &r.kit.arena, &raw, NULL),
                 ERR_OK);
    cr_assert_null(raw.data, "it has none of that class");
    end(&r);
}

Test(journal_read, is_bounded_by_the_arena)
{
    struct reading r;
    struct arena small;
    struct slice raw;
    begin(&r);
    kit_add_execution(&r.kit, kit_owner(1), KIT_KEY, kit_noise(&r.kit, 100000, 1));
    take_snapshot(&r);
    cr_assert_eq(journal_read(r.reader, 3, &r.record, NULL), ERR_OK);
    arena_init(&small, 50000);
    cr_assert_eq(journal_open_body(r.reader, &r.record, BODY_PAYLOAD, &small, &raw, &r.kit.error),
                 ERR_LIMIT);
    arena_deinit(&small);
    end(&r);
}

Test(journal_read, says_that_it_has_no_keys)
{
    struct kit kit;
    struct slice raw;
    kit_begin(&kit);
    kit_add_execution(&kit, kit_owner(1), KIT_KEY, SLICE("{}"));
    kit_close(&kit);
    kit.options.without_keys = true;
    kit_open(&kit);
    cr_assert_eq(kit_open_body(&kit, 3, BODY_PAYLOAD, &raw), ERR_DENIED);
    kit_end(&kit);
}
