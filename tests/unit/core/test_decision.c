/* decision: the checks that all deciders share. */
#include "core/base/limits.h"
#include "tests/unit/core/domain_kit.h"

#include <criterion/criterion.h>

Test(decision, expected_versions)
{
    static const struct {
        uint64_t expected;
        uint64_t current;
        const char *then;
    } rows[] = {
        {0, 0, ""},
        {0, 5, ""},
        {5, 5, ""},
        {1, 0,
         "refused expectedVersion: is 1, but the current streamVersion is 0: read it again and "
         "decide anew"},
        {6, 5,
         "refused expectedVersion: is 6, but the current streamVersion is 5: read it again and "
         "decide anew"},
        {DECISION_NO_VERSION, 5,
         "refused expectedVersion: is below 1, but the current streamVersion is 5: read it again "
         "and decide anew"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct domain_kit kit;
        domain_kit_begin(&kit);
        bool agree = decision_check_version(&kit.decision, rows[i].expected, rows[i].current);
        cr_expect_eq(agree, rows[i].then[0] == '\0');
        domain_kit_then(&kit, "a version", rows[i].then);
        domain_kit_end(&kit);
    }
}

Test(decision, names)
{
    static const struct {
        struct slice name;
        const char *then;
    } rows[] = {
        {TEXT("A"), ""},
        {TEXT(" A "), ""},
        {TEXT("\xc3\xa4\xf0\x9f\x98\x80"), ""},
        {TEXT(""), "refused name: must not be empty"},
        {TEXT("  "), "refused name: must not be empty"},
        {TEXT("a\x7f"), "refused name: must be UTF-8 text without control characters"},
        {TEXT("a\0b"), "refused name: must be UTF-8 text without control characters"},
        {TEXT("\xc3"), "refused name: must be UTF-8 text without control characters"},
        {TEXT("\xed\xa0\x80"), "refused name: must be UTF-8 text without control characters"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct domain_kit kit;
        domain_kit_begin(&kit);
        decision_check_name(&kit.decision, "name", rows[i].name);
        domain_kit_then(&kit, "a name", rows[i].then);
        domain_kit_end(&kit);
    }
}

Test(decision, labels_are_names)
{
    struct domain_kit kit;
    domain_kit_begin(&kit);
    decision_check_labels(&kit.decision, domain_kit_words(&kit, "a,,\x01"));
    domain_kit_then(&kit, "labels",
                    "refused labels: must not be empty\n"
                    "refused labels: must be UTF-8 text without control characters");
    domain_kit_end(&kit);
}

Test(decision, problems_win_over_events)
{
    struct domain_kit kit;
    domain_kit_begin(&kit);
    struct event *event = decision_add(&kit.decision, EVENT_CUSTOMER_UPDATED);
    cr_expect_eq(event->bodies[BODY_STATE].type, VALUE_NULL);
    decision_put_text(&kit.decision, event, "name", SLICE("Beta"));
    domain_kit_then(&kit, "an event", "customer.updated {'name':'Beta'}");
    decision_refuse(&kit.decision, "name", "no");
    domain_kit_then(&kit, "an event and a problem", "refused name: no");
    domain_kit_end(&kit);
}

/* A problem or a part of an event that finds no memory: the event must not be journaled without. */
Test(decision, what_found_no_memory_is_refused)
{
    struct arena arena;
    struct decision decision;
    for (int round = 0; round < 2; round++) {
        arena_init(&arena, 1);
        decision_init(&decision, &arena);
        struct event *event = decision_add(&decision, EVENT_CUSTOMER_UPDATED);
        cr_expect(!decision_refused(&decision));
        if (round == 0) {
            decision_refuse(&decision, "name", "no");
        } else {
            decision_put_text(&decision, event, "name", SLICE("Beta"));
        }
        cr_expect(decision_refused(&decision), "round %d", round);
        arena_deinit(&arena);
    }
}
