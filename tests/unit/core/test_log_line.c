/* log_line: which lines events stand for, and of which level. */
#include "core/base/limits.h"
#include "core/domain/log_line.h"
#include "tests/unit/core/domain_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct row {
    const char *event;
    const char *levels; /* of its lines, in order */
};

static const struct row rows[] = {
    {"execution.started", "INFO"},
    {"execution.resumed", "WARN"},
    {"step.started", "DEBUG"},
    {"step.finished {'status':0}", "DEBUG"},
    {"step.finished {'status':1}", "ERROR"},
    {"step.finished {'status':2}", "WARN"},
    {"step.finished {'status':3}", "WARN"},
    {"execution.finished {'state':2}", "INFO"},
    {"execution.finished {'state':3}", "ERROR"},
    {"execution.finished {'state':4}", "ERROR"},
    {"execution.finished {'state':5}", "ERROR"},
    {"execution.queued", ""},
    {"customer.created", ""},
    {"instance.deployed", ""},
    {"execution.logged", ""},
    {"instance.logged", ""},
};

static void expect_levels(const struct event *event, const char *levels, const char *name)
{
    char found[200] = "";
    unsigned mask = 0;
    for (size_t i = 0; i < log_line_count(event); i++) {
        enum log_level level = log_line_level(event, i);
        mask |= 1U << level;
        (void)snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s",
                       i > 0 ? "," : "", log_level_name(level));
    }
    cr_expect_str_eq(found, levels, "%s: %s, not %s", name, found, levels);
    cr_expect_eq(log_line_mask(event), mask, "%s", name);
}

Test(log_line, automatic_lines)
{
    struct domain_kit kit;
    domain_kit_begin(&kit);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expect_levels(&domain_kit_event(&kit, rows[i].event)->event, rows[i].levels, rows[i].event);
    }
    domain_kit_end(&kit);
}

/* One fact byte a line; a number no level has reads as INFO. */
Test(log_line, written_lines)
{
    struct event event = {.type = EVENT_EXECUTION_LOGGED,
                          .facts.execution_logged = {.levels = SLICE("\0\1\2\3\4\5\6\7\xff")}};
    expect_levels(&event, "TRACE,DEBUG,INFO,WARN,ERROR,FATAL,METRIC,INFO,INFO", "execution.logged");
    event = (struct event){.type = EVENT_INSTANCE_LOGGED,
                           .facts.instance_logged = {.levels = SLICE("\3")}};
    expect_levels(&event, "WARN", "instance.logged");
    cr_expect_eq(log_line_level(&event, 1), LOG_LEVEL_INFO, "past the last");
}
