/* deploy_notice: what a deploy says about what is not acted upon. */
#include "core/base/limits.h"
#include "core/domain/deploy_notice.h"
#include "tests/unit/core/domain_kit.h"

#include <criterion/criterion.h>

#define FLOW(keys, trigger)                                                                        \
    "flows:\n- name: F\n" keys "  steps:\n  - {name: S, isTrigger: true, action: " trigger "}\n"

#define IS_KEPT  "; it is kept and exported"
#define WEBHOOK  "{key: webhook, component: {key: webhook-triggers}}"
#define SCHEDULE "{key: schedule, component: {key: schedule-triggers}}"

struct row {
    const char *yaml;
    const char *message; /* of the only line; NULL: no event */
};

static const struct row rows[] = {
    {FLOW("", WEBHOOK), NULL},
    {FLOW("  retryConfig: {maxAttempts: 0}\n", WEBHOOK), NULL},
    {FLOW("  retryConfig: {maxAttempts: 3}\n", WEBHOOK),
     "Flow \"F\": this server does not act on retryConfig" IS_KEPT},
    {FLOW("  queueConfig: {usesFifoQueue: true}\n", WEBHOOK),
     "Flow \"F\": this server does not act on queueConfig" IS_KEPT},
    {FLOW("  retryConfig: {maxAttempts: 3}\n  queueConfig: {usesFifoQueue: true}\n", WEBHOOK),
     "Flow \"F\": this server does not act on retryConfig, queueConfig" IS_KEPT},
    {FLOW("", SCHEDULE ", schedule: {type: value, value: '* * * * *'}"),
     "Flow \"F\": this server does not act on its schedule" IS_KEPT},
    {FLOW("", "{key: instanceDeploy, component: {key: management-triggers}}"),
     "Flow \"F\": this server does not act on its deploy trigger" IS_KEPT},
    {FLOW("", "{key: instanceRemove, component: {key: management-triggers}}"),
     "Flow \"F\": this server does not act on its remove trigger" IS_KEPT},
    {FLOW("", "{key: inbox, component: {key: mail}}"),
     "Flow \"F\": this server does not act on its trigger" IS_KEPT},
    {"requiredConfigVars:\n- {key: P, dataType: picklist, dataSource: {key: list, component: {key: "
     "crm}}}\n" FLOW("", WEBHOOK),
     "Config variables with a data source: this server does not fetch choices; values are taken as "
     "given"},
};

static void expect_line(const struct decision *decision, const char *message)
{
    cr_assert_eq(decision->count, 1);
    const struct event *event = &decision->events[0];
    const struct value *line = value_at(&event->bodies[BODY_LOG], 0);
    cr_expect_eq(event->type, EVENT_INSTANCE_LOGGED);
    cr_expect_eq(event->bodies[BODY_LOG].list.count, 1);
    cr_expect(slice_is(event->facts.instance_logged.levels, "\3"), "a warning");
    cr_expect_eq(value_int_of(value_at(line, 0), 0), 5);
    struct slice text = value_text_of(value_at(line, 1));
    cr_expect(slice_is(text, message), "%.*s", SLICE_ARGS(text));
}

Test(deploy_notice, one_line_a_flow)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct domain_kit kit;
        domain_kit_begin(&kit);
        deploy_notice_decide(domain_kit_definition(&kit, rows[i].yaml), 5, &kit.decision);
        if (rows[i].message == NULL) {
            cr_expect_eq(kit.decision.count, 0, "%s", rows[i].yaml);
        } else {
            expect_line(&kit.decision, rows[i].message);
        }
        domain_kit_end(&kit);
    }
}

/* Facts are short: however many flows there are, the event's levels fit. */
Test(deploy_notice, many_flows)
{
    struct domain_kit kit;
    struct buf yaml;
    domain_kit_begin(&kit);
    buf_init(&yaml, MIB);
    buf_put_text(&yaml, "flows:\n");
    for (int i = 0; i < DEFINITION_FLOWS_MAX; i++) {
        buf_printf(&yaml, "- name: F%d\n  queueConfig: {usesFifoQueue: true}\n  steps:\n", i);
        buf_put_text(&yaml, "  - {name: S, isTrigger: true, action: " WEBHOOK "}\n");
    }
    buf_put_char(&yaml, '\0');
    deploy_notice_decide(domain_kit_definition(&kit, yaml.data), 5, &kit.decision);
    size_t lines = 0;
    for (size_t i = 0; i < kit.decision.count; i++) {
        struct slice levels = kit.decision.events[i].facts.instance_logged.levels;
        cr_expect_lt(levels.size, 64);
        cr_expect_eq(levels.size, kit.decision.events[i].bodies[BODY_LOG].list.count);
        lines += levels.size;
    }
    cr_expect_eq(lines, DEFINITION_FLOWS_MAX);
    buf_deinit(&yaml);
    domain_kit_end(&kit);
}
