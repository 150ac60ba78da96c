/* What happens when the views cannot be read or committed: an error, never half an answer. */
#include "core/base/failpoint.h"
#include "core/base/limits.h"
#include "projections/as_of.h"
#include "projections/executions_view.h"
#include "projections/idempotency_view.h"
#include "projections/instances_view.h"
#include "projections/keys_view.h"
#include "tests/unit/projections/views_kit.h"

static void arm(const char *spec)
{
    cr_assert_eq(failpoint_arm(spec, NULL), ERR_OK);
}

static bool
no_event(void *data, const struct recorded_event *event, struct slice reason, unsigned absent)
{
    (void)data;
    (void)event;
    (void)reason;
    (void)absent;
    return true;
}

/* A walk that breaks off is no shorter list, and no lower number of the next key. */
Test(faults, walks_that_break_off_are_errors)
{
    struct views_kit kit;
    struct step_row *steps = NULL;
    size_t count = 77;
    uint64_t number = 77;
    views_kit_begin(&kit);
    views_kit_say(&kit, "c", "customer.created {'key':2,'name':'C'}");
    views_kit_say(&kit, "i", "instance.created {'customer':'c','key':3,'name':'I'}");
    struct views_txn *txn = views_kit_read(&kit);
    struct journal_reader *reader = views_kit_reader(&kit);
    struct uuid c = domain_kit_id("c");
    struct stream_ref stream = {STREAM_CUSTOMER, c};
    arm("views_read:error");
    cr_expect_eq(keys_view_next(txn, &number, &kit.base.error), ERR_IO);
    cr_expect_str_eq(kit.base.error.text, "views: a row cannot be read");
    arm("views_read:error");
    cr_expect_eq(instances_view_count_of_customer(txn, c, 9, &number, NULL), ERR_IO);
    cr_expect_eq(number, 77);
    arm("views_read:error");
    cr_expect_eq(executions_view_steps(txn, c, 9, &kit.arena, &steps, &count, NULL), ERR_IO);
    cr_expect_eq(count, 77);
    for (int move = 1; move <= 2; move++) {
        arm(move == 1 ? "views_read:error" : "views_read:error@2");
        cr_expect_eq(as_of_walk(txn, reader, stream, 0, UINT64_MAX, 0, &kit.arena, no_event, NULL,
                                &kit.base.error),
                     ERR_IO);
    }
    arm(NULL);
    journal_reader_destroy(&reader);
    views_end(&txn);
    views_kit_end(&kit);
}

/* A fold that cannot read gives up its transaction rather than leave rows that a rebuild lacks. */
Test(faults, a_fold_that_cannot_read_is_given_up)
{
    struct views_kit kit;
    struct views_txn *txn = NULL;
    struct event event = {.type = EVENT_USER_CREATED};
    char digest[IDEMPOTENCY_DIGEST_BYTES] = "digest";
    views_kit_begin(&kit);
    struct append_record record = {.stream = {STREAM_USER, domain_kit_id("u")},
                                   .first_stream_version = 1,
                                   .events = &event,
                                   .event_count = 1};
    struct append append = {.records = &record,
                            .record_count = 1,
                            .idempotency = slice_of(digest, sizeof digest),
                            .request = slice_of(digest, sizeof digest)};
    struct append_result result = {.first_seq = 3, .last_seq = 3, .recorded_at_us = KIT_NOW_US};
    cr_assert_eq(views_begin(kit.views, true, &txn, NULL), ERR_OK);
    struct projection_context context = {.txn = txn, .arena = &kit.arena, .row = &kit.row};
    arm("views_read:error");
    cr_expect_eq(projector_apply_append(&context, &append, &result, &kit.base.error), ERR_IO);
    cr_expect_str_eq(kit.base.error.text, "view idempotency at seq 3: views: a row cannot be read");
    arm(NULL);
    views_end(&txn);
    views_kit_end(&kit);
}

Test(faults, a_commit_that_fails_leaves_what_was)
{
    struct views_kit kit;
    struct views_txn *txn = NULL;
    struct slice row;
    views_kit_begin(&kit);
    cr_assert_eq(views_begin(kit.views, true, &txn, NULL), ERR_OK);
    cr_assert_eq(views_put(txn, VIEWS_USERS, SLICE("key"), SLICE("row"), NULL), ERR_OK);
    arm("views_before_commit:error");
    cr_expect_eq(views_commit(&txn, &kit.base.error), ERR_IO);
    cr_expect_null(txn);
    cr_expect_not_null(strstr(kit.base.error.text, "views: commit: "), "%s", kit.base.error.text);
    arm(NULL);
    txn = views_kit_read(&kit);
    cr_expect_eq(views_get(txn, VIEWS_USERS, SLICE("key"), &row, NULL), ERR_NOT_FOUND);
    views_end(&txn);
    views_kit_end(&kit);
}

/* Catching up that fails half-way goes on from there the next time. */
Test(faults, catching_up_goes_on_where_it_failed)
{
    struct views_kit kit;
    views_kit_begin(&kit);
    views_kit_say(&kit, "c", "customer.created {'key':2,'name':'C'}");
    struct stream_ref owner = {STREAM_CUSTOMER, domain_kit_id("c")};
    views_kit_destroy_key(&kit, 2, owner);
    arm("views_before_commit:error");
    cr_expect_eq(projector_catch_up(kit.views, kit.base.journal, NULL, NULL, NULL), ERR_IO);
    arm(NULL);
    views_kit_catch_up(&kit);
    views_kit_demand_rebuilt(&kit, "behind the failure");
    views_kit_end(&kit);
}
