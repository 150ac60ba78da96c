/* streams_view and as_of: which records belong to a stream, and what a thing was at a sequence. */
#include "core/base/limits.h"
#include "projections/as_of.h"
#include "projections/streams_view.h"
#include "tests/unit/projections/views_kit.h"

#include <stdio.h>

#define ACME ((struct stream_ref){STREAM_CUSTOMER, domain_kit_id("acme")})

/* Sequences of records: acme has 3, 5 (of events 5 and 6, its row at 6) and 8. */
static void say_two_customers(struct views_kit *kit)
{
    views_kit_say(kit, "acme", "customer.created {'key':2,'name':'A'}");
    views_kit_say(kit, "acmf", "customer.created {'key':3,'name':'B'}");
    views_kit_say(kit, "acme", "customer.updated {'name':'C'}\ncustomer.updated {'name':'D'}");
    views_kit_say(kit, "acmd", "customer.created {'key':4,'name':'E'}");
    views_kit_say(kit, "acme", "customer.deleted");
}

/* The records of acme behind `after_seq`, as text. */
static void expect_records(struct views_kit *kit, uint64_t after_seq, const char *records)
{
    char found[64] = "";
    struct streams_cursor cursor;
    struct views_txn *txn = views_kit_read(kit);
    cr_assert_eq(streams_cursor_open(txn, ACME, after_seq, &cursor, NULL), ERR_OK);
    while (streams_cursor_next(&cursor)) {
        size_t size = strlen(found);
        (void)snprintf(found + size, sizeof found - size, "%llu ", (unsigned long long)cursor.seq);
    }
    cr_expect_eq(cursor.seq, 0);
    cr_expect(!streams_cursor_next(&cursor), "the end stays the end");
    cr_expect_str_eq(found, records, "behind %llu: %s", (unsigned long long)after_seq, found);
    streams_cursor_close(&cursor);
    views_end(&txn);
}

Test(streams_view, records_of_one_stream_in_order)
{
    struct views_kit kit;
    views_kit_begin(&kit);
    expect_records(&kit, 0, "");
    say_two_customers(&kit);
    expect_records(&kit, 0, "3 6 8 ");
    expect_records(&kit, 2, "3 6 8 ");
    expect_records(&kit, 3, "6 8 ");
    expect_records(&kit, 5, "6 8 ");
    expect_records(&kit, 6, "8 ");
    expect_records(&kit, 8, "");
    expect_records(&kit, UINT64_MAX, "");
    views_kit_end(&kit);
}

/* ---- walking ---- */

struct walk {
    char events[64];
    int limit; /* events after which it stops */
};

static bool
note(void *data, const struct recorded_event *event, struct slice reason, unsigned absent)
{
    struct walk *walk = data;
    size_t size = strlen(walk->events);
    cr_expect_eq(reason.size, 0);
    cr_expect_eq(absent, 0);
    (void)snprintf(walk->events + size, sizeof walk->events - size, "%llu ",
                   (unsigned long long)event->seq);
    return --walk->limit != 0;
}

static void expect_events(
    struct views_kit *kit, uint64_t after_seq, uint64_t to_seq, int limit, const char *events)
{
    struct walk walk = {.limit = limit};
    struct views_txn *txn = views_kit_read(kit);
    struct journal_reader *reader = views_kit_reader(kit);
    enum err e = as_of_walk(txn, reader, ACME, after_seq, to_seq, 1U << BODY_STATE, &kit->arena,
                            note, &walk, &kit->base.error);
    cr_assert_eq(e, ERR_OK, "%s", kit->base.error.text);
    cr_expect_str_eq(walk.events, events, "(%llu, %llu]: %s", (unsigned long long)after_seq,
                     (unsigned long long)to_seq, walk.events);
    journal_reader_destroy(&reader);
    views_end(&txn);
}

Test(as_of, walks_exactly_the_events_asked_for)
{
    struct views_kit kit;
    views_kit_begin(&kit);
    say_two_customers(&kit);
    expect_events(&kit, 0, UINT64_MAX, 0, "3 5 6 8 ");
    expect_events(&kit, 0, 8, 0, "3 5 6 8 ");
    expect_events(&kit, 0, 5, 0, "3 5 ");
    expect_events(&kit, 0, 2, 0, "");
    expect_events(&kit, 3, 8, 0, "5 6 8 ");
    expect_events(&kit, 5, 8, 0, "6 8 "); /* from the middle of a record */
    expect_events(&kit, 6, 8, 0, "8 ");
    expect_events(&kit, 5, 6, 0, "6 ");
    expect_events(&kit, 5, 5, 0, "");
    expect_events(&kit, 0, 8, 2, "3 5 ");
    views_kit_end(&kit);
}

Test(as_of, a_thing_as_it_was)
{
    static const char *const names[] = {[3] = "A", "A", "C", "D", "D", "D"};
    struct views_kit kit;
    struct customer customer;
    views_kit_begin(&kit);
    say_two_customers(&kit);
    struct views_txn *txn = views_kit_read(&kit);
    struct journal_reader *reader = views_kit_reader(&kit);
    for (uint64_t seq = 3; seq <= 8; seq++) {
        enum err e = as_of_customer(txn, reader, domain_kit_id("acme"), seq, &kit.arena, &customer,
                                    &kit.base.error);
        cr_assert_eq(e, ERR_OK, "%s", kit.base.error.text);
        cr_expect(slice_is(customer.name, names[seq]), "%llu", (unsigned long long)seq);
        cr_expect_eq(customer.is_deleted, seq == 8);
    }
    struct error error = {0};
    cr_expect_eq(
        as_of_customer(txn, reader, domain_kit_id("acme"), 2, &kit.arena, &customer, &error),
        ERR_NOT_FOUND);
    cr_expect_str_eq(error.text, "there was no such customer at sequence 2");
    struct instance instance;
    cr_expect_eq(
        as_of_instance(txn, reader, domain_kit_id("acme"), 8, &kit.arena, &instance, &error),
        ERR_NOT_FOUND);
    cr_expect_str_eq(error.text, "there was no such instance at sequence 8");
    journal_reader_destroy(&reader);
    views_end(&txn);
    views_kit_end(&kit);
}

static bool
count_absent(void *data, const struct recorded_event *event, struct slice reason, unsigned absent)
{
    unsigned *found = data;
    (void)event;
    (void)reason;
    *found |= absent;
    return true;
}

Test(as_of, bodies_that_are_gone_are_told)
{
    struct views_kit kit;
    unsigned absent = 0;
    struct customer customer;
    views_kit_begin(&kit);
    say_two_customers(&kit);
    views_kit_destroy_key(&kit, 2, ACME);
    views_kit_catch_up(&kit);
    struct views_txn *txn = views_kit_read(&kit);
    struct journal_reader *reader = views_kit_reader(&kit);
    enum err e = as_of_walk(txn, reader, ACME, 0, 8, 1U << BODY_STATE, &kit.arena, count_absent,
                            &absent, NULL);
    cr_assert_eq(e, ERR_OK);
    cr_expect_eq(absent, 1U << BODY_STATE);
    e = as_of_customer(txn, reader, ACME.id, 6, &kit.arena, &customer, NULL);
    cr_assert_eq(e, ERR_OK, "the skeleton stays");
    cr_expect_eq(customer.name.size, 0);
    cr_expect_eq(customer.version, 3);
    journal_reader_destroy(&reader);
    views_end(&txn);
    views_kit_end(&kit);
}

Test(as_of, is_bounded_by_its_arena)
{
    struct views_kit kit;
    struct arena tiny;
    struct customer customer;
    views_kit_begin(&kit);
    say_two_customers(&kit);
    struct views_txn *txn = views_kit_read(&kit);
    struct journal_reader *reader = views_kit_reader(&kit);
    arena_init(&tiny, 256);
    cr_expect_eq(as_of_customer(txn, reader, ACME.id, 8, &tiny, &customer, &kit.base.error),
                 ERR_LIMIT, "%s", kit.base.error.text);
    arena_deinit(&tiny);
    journal_reader_destroy(&reader);
    views_end(&txn);
    views_kit_end(&kit);
}
