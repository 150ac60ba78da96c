/* projector: the live fold, catching up and a fold from nothing give the same rows. */
#include "projections/executions_view.h"
#include "tests/unit/projections/views_kit.h"

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
