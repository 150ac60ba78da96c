/* figures: numbers out of a page of Prometheus text. */
#include "bench/figures.h"

#include <criterion/criterion.h>

#define REST                                                                                       \
    "daybook_journal_sync_seconds_bucket{le=\"0.1\"} 99\n"                                         \
    "daybook_journal_sync_seconds_count 2\n"                                                       \
    "daybook_commands_appended_total 3\n"                                                          \
    "daybook_executions_finished_total{state=\"failed\"} 98\n"                                     \
    "daybook_executions_finished_total{state=\"succeeded\"} 4\n"                                   \
    "daybook_executions_open 5\n"                                                                  \
    "daybook_journal_file_bytes 6000000000\n"                                                      \
    "daybook_views_file_bytes 7"

Test(figures, are_found_by_name_and_label)
{
    struct figures figures;
    struct error error = {.code = ERR_OK};
    struct slice page = SLICE("# HELP daybook_webhooks_accepted_total Webhooks.\n"
                              "daybook_webhooks_accepted_total 1\n" REST);
    cr_assert_eq(figures_parse(page, &figures, &error), ERR_OK, "%s", error.text);
    cr_assert_eq(figures.webhooks, 1);
    cr_assert_eq(figures.commits, 2);
    cr_assert_eq(figures.commands, 3);
    cr_assert_eq(figures.finished, 4);
    cr_assert_eq(figures.open, 5);
    cr_assert_eq(figures.journal_file_bytes, UINT64_C(6000000000));
    cr_assert_eq(figures.views_file_bytes, 7);
}

Test(figures, one_that_is_missing_is_named)
{
    struct figures figures;
    struct error error = {.code = ERR_OK};
    cr_assert_eq(figures_parse(SLICE(REST), &figures, &error), ERR_NOT_FOUND);
    cr_assert_neq(slice_find(slice_of_text(error.text), SLICE("daybook_webhooks_accepted_total")),
                  SIZE_MAX);
}
