/* projector: the live fold, catching up and a fold from nothing give the same rows. */
#include "core/base/failpoint.h"
#include "projections/executions_view.h"
#include "tests/unit/projections/views_kit.h"

#include <stdio.h>

#define INSTANCE                                                                                   \
    "instance.created {'integration':'n','version':1,'customer':'acme','key':2,'name':'A',"        \
    "'flows':[{'id':'@hook','identity':'F'}]}"

/* One command about an execution of the instance "inst", of one event that occurred before. */
static void say_earlier(struct views_kit *kit, const char *line, int64_t before_us)
{
    struct event event;
    cr_assert_eq(domain_kit_parse(&kit->words, line, &event, 1), 1);
    event.occurred_at_us = kit->base.clock.wall - before_us;
    struct views_kit_stream *stream = &kit->streams[kit->stream_count - 1];
    struct append_record record = {.stream = stream->stream,
                                   .owner = stream->owner,
                                   .key = stream->key,
                                   .first_stream_version = ++stream->version,
                                   .events = &event,
                                   .event_count = 1};
    struct append append = kit_append(&kit->base);
    append.records = &record;
    append.record_count = 1;
    (void)views_kit_append(kit, &append);
}

/* The journal keeps when something occurred only if that is over a second before it was recorded:
 * the live fold must not know better. */
Test(projector, times_are_those_that_a_reader_is_told)
{
    static const int64_t before_us[] = {1, 999999, 1000000, 1000001, 5000000};
    struct views_kit kit;
    views_kit_begin(&kit);
    views_kit_say(&kit, "inst", INSTANCE);
    for (size_t i = 0; i < sizeof before_us / sizeof *before_us; i++) {
        const char name[] = {'e', (char)('0' + i), '\0'};
        views_kit_say_of(&kit, "inst", name, "execution.queued {'flow':0}");
        say_earlier(&kit, "execution.started", before_us[i]);
        say_earlier(&kit, "step.finished {'step':1,'duration_us':7}", before_us[i]);
        say_earlier(&kit, "execution.finished {'state':2}", before_us[i]);
    }
    views_kit_demand_rebuilt(&kit, "executions");
    struct views_txn *txn = views_kit_read(&kit);
    struct execution execution;
    cr_assert_eq(executions_view_get(txn, domain_kit_id("e2"), &kit.arena, &execution, NULL),
                 ERR_OK);
    cr_expect_eq(execution.started_at_us, KIT_NOW_US, "a second counts as at once");
    cr_assert_eq(executions_view_get(txn, domain_kit_id("e3"), &kit.arena, &execution, NULL),
                 ERR_OK);
    cr_expect_eq(execution.started_at_us, KIT_NOW_US - 1000001);
    views_end(&txn);
    views_kit_end(&kit);
}

/* ---- bodies that go ---- */

static void say_a_little_of_everything(struct views_kit *kit)
{
    views_kit_say(kit, "org", "organization.created {'name':'O'}");
    views_kit_say(kit, "ada", "user.created {'role':1,'name':'Ada','email':'a@b'}");
    views_kit_say(kit, "token", "token.created {'user':'ada','role':1,'digest':'#t','name':'t'}");
    views_kit_say(kit, "n",
                  "integration.created {'system_instance':'test'}\n"
                  "integration.draft_imported {'name':'N','mark':'#m','flows':['F']}");
    views_kit_say(kit, "n", "integration.published {'version':1,'version_id':'v1','draft':7}");
    views_kit_say(kit, "inst", INSTANCE);
    views_kit_say(kit, "acme", "customer.created {'key':3,'name':'Acme','labels':['x']}");
    views_kit_say(kit, "beta", "customer.created {'key':4,'name':'Beta'}");
    views_kit_say(kit, "inst",
                  "instance.config_changed {'config':{'Url':{'value':'a','mark':'@a'}}}\n"
                  "instance.updated {'description':'d','labels':['y']}");
    views_kit_say(kit, "inst", "instance.deployed {'deployment':1,'version':1}");
    views_kit_say(kit, "inst", "instance.logged {'levels':'#x','log':[[1,'hello']]}");
    views_kit_say_of(kit, "inst", "run", "execution.queued {'flow':0}");
    views_kit_say_of(kit, "inst", "run",
                     "execution.started\nstep.finished {'step':1,'status':1,'error':'no'}\n"
                     "execution.logged {'levels':'#xy','log':[[1,'hello']]}");
    views_kit_say_of(kit, "inst", "run", "execution.finished {'state':3,'error':'no'}");
}

Test(projector, expired_payloads_results_and_logs_change_nothing)
{
    struct views_kit kit;
    views_kit_begin(&kit);
    say_a_little_of_everything(&kit);
    views_kit_demand_rebuilt(&kit, "before");
    views_kit_expire(&kit, BODY_PAYLOAD);
    views_kit_expire(&kit, BODY_RESULT);
    views_kit_expire(&kit, BODY_LOG);
    views_kit_catch_up(&kit);
    views_kit_demand_rebuilt(&kit, "after expiry");
    views_kit_end(&kit);
}

/* Views hold texts and config of customers and instances: with their key all of it goes, as if it
 * had never been there. */
Test(projector, a_destroyed_key_takes_what_it_sealed_out_of_the_views)
{
    struct views_kit kit;
    views_kit_begin(&kit);
    say_a_little_of_everything(&kit);
    views_kit_destroy_key(&kit, 2, (struct stream_ref){STREAM_INSTANCE, domain_kit_id("inst")});
    views_kit_catch_up(&kit);
    views_kit_demand_rebuilt(&kit, "an instance is erased");
    cr_expect_str_eq(views_kit_rows(&kit, VIEWS_FLOW_CONFIGS), "");
    views_kit_destroy_key(&kit, 3, (struct stream_ref){STREAM_CUSTOMER, domain_kit_id("acme")});
    views_kit_catch_up(&kit);
    views_kit_demand_rebuilt(&kit, "a customer is erased");
    cr_expect_str_eq(views_kit_rows(&kit, VIEWS_CUSTOMER_NAMES), "Beta -> beta.\n");
    struct slice all = slice_of_text(views_kit_rows(&kit, VIEWS_INSTANCES));
    cr_expect_eq(slice_find(all, SLICE("Url")), SIZE_MAX, "%.*s", SLICE_ARGS(all));
    views_kit_say(&kit, "inst", "instance.disabled");
    views_kit_demand_rebuilt(&kit, "it is paused afterwards");
    views_kit_end(&kit);
}

/* The name of an erased customer may be somebody else's by then. */
Test(projector, an_erased_customer_leaves_its_name_to_who_has_it)
{
    struct views_kit kit;
    views_kit_begin(&kit);
    views_kit_say(&kit, "old", "customer.created {'key':2,'name':'Acme'}");
    views_kit_say(&kit, "old", "customer.deleted");
    views_kit_say(&kit, "new", "customer.created {'key':3,'name':'Acme'}");
    views_kit_destroy_key(&kit, 2, (struct stream_ref){STREAM_CUSTOMER, domain_kit_id("old")});
    views_kit_catch_up(&kit);
    cr_expect_str_eq(views_kit_rows(&kit, VIEWS_CUSTOMER_NAMES), "Acme -> new.\n");
    views_kit_demand_rebuilt(&kit, "the name moved on");
    views_kit_end(&kit);
}

/* A key is destroyed while the views are behind: they fold what came before without its bodies. */
Test(projector, catching_up_over_a_destroyed_key)
{
    struct views_kit kit;
    views_kit_begin(&kit);
    say_a_little_of_everything(&kit);
    views_kit_destroy_key(&kit, 3, (struct stream_ref){STREAM_CUSTOMER, domain_kit_id("acme")});
    views_kit_destroy_key(&kit, 2, (struct stream_ref){STREAM_CUSTOMER, domain_kit_id("other")});
    views_kit_die(&kit);
    views_kit_open(&kit);
    views_kit_demand_rebuilt(&kit, "both are erased, one told with another owner");
    views_kit_end(&kit);
}

/* ---- catching up ---- */

static struct journal_head position_of(struct views_kit *kit)
{
    struct journal_head position;
    struct views_txn *txn = views_kit_read(kit);
    cr_assert_eq(projector_position(txn, &position, NULL), ERR_OK);
    views_end(&txn);
    return position;
}

Test(projector, the_position_is_the_journals_head)
{
    struct views_kit kit;
    views_kit_begin(&kit);
    say_a_little_of_everything(&kit);
    struct journal_head head = journal_head(kit.base.journal);
    struct journal_head position = position_of(&kit);
    cr_expect_eq(position.seq, head.seq);
    cr_expect_eq(position.recorded_at_us, head.recorded_at_us);
    cr_expect_arr_eq(position.link, head.link, JOURNAL_LINK_BYTES);
    views_kit_end(&kit);
}

/* Empty views that are caught up to one sequence after the other hold, at each, what the live ones
 * held there. */
Test(projector, catches_up_to_the_end_of_any_command)
{
    struct views_kit kit;
    struct views *views = NULL;
    char dir[128];
    const char *live[32];
    uint64_t seqs[32];
    size_t count = 0;
    views_kit_begin(&kit);
    (void)snprintf(dir, sizeof dir, "%s/other", kit.base.dir);
    struct views_options options = {.dir = dir, .map_bytes = 1 << 30, .create = true};
    cr_assert_eq(views_open(&options, &views, NULL), ERR_OK);
    for (; count < 5; count++) {
        const char name[] = {(char)('a' + count), '\0'};
        seqs[count] = views_kit_say(&kit, name, "user.created {'role':1}\nuser.created {}");
        live[count] = views_kit_dump(&kit, kit.views);
    }
    for (size_t i = 0; i < count; i++) {
        enum err e =
            projector_catch_up_to(views, kit.base.journal, seqs[i], NULL, NULL, &kit.base.error);
        cr_assert_eq(e, ERR_OK, "%s", kit.base.error.text);
        cr_expect_str_eq(views_kit_dump(&kit, views), live[i], "at %llu",
                         (unsigned long long)seqs[i]);
    }
    views_close(&views);
    views_kit_end(&kit);
}

/* A cut inside a command is no place to stand. */
Test(projector, does_not_stop_inside_a_command)
{
    struct views_kit kit;
    struct views *views = NULL;
    char dir[128];
    views_kit_begin(&kit);
    uint64_t seq = views_kit_say(&kit, "a", "user.created {'role':1}\nuser.created {}");
    (void)snprintf(dir, sizeof dir, "%s/other", kit.base.dir);
    struct views_options options = {.dir = dir, .map_bytes = 1 << 30, .create = true};
    cr_assert_eq(views_open(&options, &views, NULL), ERR_OK);
    enum err e =
        projector_catch_up_to(views, kit.base.journal, seq - 1, NULL, NULL, &kit.base.error);
    cr_expect_eq(e, ERR_INVALID);
    cr_expect_str_eq(kit.base.error.text, "no command ends at sequence 3");
    views_close(&views);
    views_kit_end(&kit);
}

Test(projector, knows_its_projections)
{
    const struct projection *const *list = NULL;
    bool owned[VIEWS_TABLE_COUNT] = {[VIEWS_META] = true};
    size_t count = projector_list(&list);
    for (size_t i = 0; i < count; i++) {
        cr_expect_eq(projector_find(list[i]->name), list[i]);
        for (size_t k = 0; k < list[i]->table_count; k++) {
            cr_expect(!owned[list[i]->tables[k]], "%s has two owners",
                      views_table_name(list[i]->tables[k]));
            owned[list[i]->tables[k]] = true;
        }
    }
    for (int i = 0; i < VIEWS_TABLE_COUNT; i++) {
        cr_expect(owned[i], "nobody builds %s", views_table_name((enum views_table)i));
    }
    cr_expect_null(projector_find("nothing"));
}

/* ---- more than one transaction ---- */

#define PARTS 4000

/* A command of PARTS records, which the views have not seen. */
static void append_many(struct views_kit *kit)
{
    static struct append_record records[PARTS];
    static const struct event event = {.type = EVENT_USER_CREATED};
    struct append append = kit_append(&kit->base);
    struct append_result result;
    for (size_t i = 0; i < PARTS; i++) {
        records[i] = (struct append_record){.stream = {STREAM_USER, kit_id(&kit->base)},
                                            .owner = {STREAM_JOURNAL, {{1}}},
                                            .first_stream_version = 1,
                                            .events = &event,
                                            .event_count = 1};
    }
    append.records = records;
    append.record_count = PARTS;
    kit_batch(&kit->base);
    enum err e = journal_append(kit->base.journal, &append, &result, &kit->base.error);
    cr_assert_eq(e, ERR_OK, "%s", kit->base.error.text);
    kit_commit(&kit->base);
}

static void count_call(void *data, uint64_t seq, uint64_t head_seq)
{
    cr_expect_leq(seq, head_seq);
    (*(size_t *)data)++;
}

/* Catching up commits every PROJECTOR_BATCH_RECORDS, at the end of a command; what fails between
 * goes on from the last commit. */
Test(projector, long_journals_take_several_transactions)
{
    struct views_kit kit;
    size_t calls = 0;
    views_kit_begin(&kit);
    for (int i = 0; i < 6; i++) {
        append_many(&kit);
    }
    cr_assert_eq(failpoint_arm("views_before_commit:error@2", NULL), ERR_OK);
    enum err e = projector_catch_up(kit.views, kit.base.journal, NULL, NULL, NULL);
    cr_expect_eq(e, ERR_IO);
    cr_assert_eq(failpoint_arm(NULL, NULL), ERR_OK);
    cr_expect_eq(position_of(&kit).seq, 2 + 3 * PARTS, "three commands are over a batch");
    e = projector_catch_up(kit.views, kit.base.journal, count_call, &calls, NULL);
    cr_expect_eq(e, ERR_OK);
    cr_expect_geq(calls, 2);
    cr_expect_eq(position_of(&kit).seq, 2 + 6 * PARTS);
    views_kit_demand_rebuilt(&kit, "24,000 records");
    views_kit_end(&kit);
}
