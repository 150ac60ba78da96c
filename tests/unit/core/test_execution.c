/* execution: which events may follow which, and what they make of it. */
#include "core/base/limits.h"
#include "core/domain/execution.h"
#include "tests/unit/core/domain_kit.h"

#include <criterion/criterion.h>

#define QUEUED               "execution.queued {'flow':1,'definition':3,'config':4,'size':10}"
#define RUNS                 QUEUED "\nexecution.started"

#define CANNOT(event, state) "refused __all__: " event " cannot follow: the execution is " state

static void evolve(void *state, const struct recorded_event *event, struct arena *arena)
{
    (void)arena;
    execution_evolve(state, event);
}

/* ---- what may follow ---- */

struct progress_row {
    const char *given;
    const char *when; /* events, a line each */
    const char *then; /* "": they may be appended */
};

static const struct progress_row rows[] = {
    /* waiting */
    {QUEUED, "execution.started", ""},
    {QUEUED, "execution.finished {'state':3}", ""},
    {QUEUED, "execution.finished {'state':5}", ""},
    {QUEUED, "execution.finished {'state':2}", CANNOT("execution.finished", "QUEUED")},
    {QUEUED, "execution.finished {'state':4}", CANNOT("execution.finished", "QUEUED")},
    {QUEUED, "execution.queued", CANNOT("execution.queued", "QUEUED")},
    {QUEUED, "step.started", CANNOT("step.started", "QUEUED")},
    {QUEUED, "step.finished", CANNOT("step.finished", "QUEUED")},
    {QUEUED, "execution.logged", CANNOT("execution.logged", "QUEUED")},
    {QUEUED, "execution.resumed", CANNOT("execution.resumed", "QUEUED")},
    /* running */
    {RUNS, "step.started", ""},
    {RUNS, "step.finished", ""},
    {RUNS, "execution.logged", ""},
    {RUNS, "execution.resumed", ""},
    {RUNS, "execution.finished {'state':2}", ""},
    {RUNS, "execution.finished {'state':3}", ""},
    {RUNS, "execution.finished {'state':4}", ""},
    {RUNS, "execution.finished {'state':5}", ""},
    {RUNS, "execution.finished", CANNOT("execution.finished", "RUNNING")},
    {RUNS, "execution.finished {'state':1}", CANNOT("execution.finished", "RUNNING")},
    {RUNS, "execution.finished {'state':6}", CANNOT("execution.finished", "RUNNING")},
    {RUNS, "execution.started", CANNOT("execution.started", "RUNNING")},
    {RUNS, "execution.queued", CANNOT("execution.queued", "RUNNING")},
    {RUNS, "customer.created", CANNOT("customer.created", "RUNNING")},
    {RUNS, "instance.logged", CANNOT("instance.logged", "RUNNING")},
    /* several at once */
    {QUEUED,
     "execution.started\nstep.started\nstep.finished\nexecution.logged\nexecution.finished "
     "{'state':2}",
     ""},
    {QUEUED, "execution.started\nexecution.started", CANNOT("execution.started", "RUNNING")},
    {RUNS, "execution.finished {'state':2}\nexecution.logged",
     CANNOT("execution.logged", "SUCCEEDED")},
    {RUNS, "", ""},
    {QUEUED, "", ""},
    /* nothing there */
    {"", "execution.started", "refused __all__: there is no such execution"},
};

static void decide(struct domain_kit *kit, const struct execution *execution, const char *lines)
{
    struct event events[8];
    size_t count = domain_kit_parse(kit, lines, events, 8);
    execution_decide_progress(execution, events, count, &kit->decision);
}

static void try_row(const struct progress_row *row)
{
    struct domain_kit kit;
    struct execution execution = {.version = 0};
    domain_kit_begin(&kit);
    domain_kit_given(&kit, row->given, evolve, &execution);
    decide(&kit, &execution, row->when);
    domain_kit_then(&kit, row->given, row->then);
    domain_kit_end(&kit);
}

Test(execution, what_may_follow)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        try_row(&rows[i]);
    }
}

Test(execution, nothing_follows_the_end)
{
    static const char *const every[] = {"execution.queued",  "execution.started",
                                        "step.started",      "step.finished",
                                        "execution.logged",  "execution.finished {'state':2}",
                                        "execution.resumed", "execution.finished {'state':5}"};
    for (int state = EXECUTION_SUCCEEDED; state <= EXECUTION_CANCELED; state++) {
        for (size_t i = 0; i < sizeof every / sizeof *every; i++) {
            struct domain_kit kit;
            domain_kit_begin(&kit);
            struct execution execution = {.version = 9, .state = (enum execution_state)state};
            decide(&kit, &execution, every[i]);
            cr_expect(decision_refused(&kit.decision), "%s follows %s", every[i],
                      execution_state_name(execution.state));
            domain_kit_end(&kit);
        }
    }
}

/* ---- what becomes of it ---- */

static enum err
reread(struct slice bytes, struct arena *arena, struct buf *out, struct error *reterr)
{
    struct execution execution;
    enum err e = execution_get(bytes, domain_kit_id("self"), arena, &execution, reterr);
    if (e == ERR_OK) {
        execution_put(out, &execution);
    }
    return e;
}

Test(execution, evolves)
{
    struct domain_kit kit;
    struct execution it = {.version = 0};
    struct buf row;
    domain_kit_begin(&kit);
    buf_init(&row, MIB);
    domain_kit_given(&kit,
                     "execution.queued {'flow':1,'definition':3,'config':4,'invoke':2,'flags':3,"
                     "'size':10,'replay_of':'first'}",
                     evolve, &it);
    cr_expect(uuid_equal(it.id, domain_kit_id("self")));
    cr_expect(uuid_equal(it.instance, domain_kit_id("owner")), "the record's owner");
    cr_expect(uuid_equal(it.replay_of, domain_kit_id("first")));
    cr_expect_eq(it.flow + it.definition + it.config + it.size, 18);
    cr_expect_eq(it.invoke, INVOKE_INSTANCE_TEST);
    cr_expect_eq(it.flags, EXECUTION_FLAG_TEST | EXECUTION_FLAG_SYNCHRONOUS);
    cr_expect_eq(it.state, EXECUTION_WAITING);
    cr_expect_eq(it.queued_at_us, 1000000);
    cr_expect_eq(it.queued_seq, 1);
    domain_kit_given(&kit, "execution.started\nstep.started\nstep.finished\nexecution.resumed",
                     evolve, &it);
    cr_expect_eq(it.state, EXECUTION_RUNNING);
    cr_expect_eq(it.started_at_us, 2000000);
    cr_expect_eq(it.steps, 1);
    cr_expect_eq(it.resumes, 1);
    cr_expect_eq(it.finished_seq, 0);
    domain_kit_given(&kit, "execution.finished {'state':4,'error_class':7,'steps':1}", evolve, &it);
    cr_expect_eq(it.state, EXECUTION_TIMED_OUT);
    cr_expect_eq(it.error_class, ERROR_CLASS_TIMEOUT);
    cr_expect_eq(it.finished_at_us, 6000000);
    cr_expect_eq(it.finished_seq, 6);
    cr_expect_eq(it.version, 6);
    execution_put(&row, &it);
    domain_kit_row(&kit, &row, reread);
    buf_deinit(&row);
    domain_kit_end(&kit);
}

Test(execution, starts_when_it_started_not_when_that_was_recorded)
{
    struct domain_kit kit;
    struct execution it = {.version = 0};
    domain_kit_begin(&kit);
    domain_kit_given(&kit, QUEUED, evolve, &it);
    struct recorded_event started = *domain_kit_event(&kit, "execution.started");
    started.event.occurred_at_us = 5;
    execution_evolve(&it, &started);
    cr_expect_eq(it.started_at_us, 5);
    domain_kit_end(&kit);
}

/* ---- names ---- */

Test(execution, names)
{
    cr_expect_str_eq(execution_state_name(EXECUTION_WAITING), "QUEUED");
    cr_expect_str_eq(execution_state_name(EXECUTION_CANCELED), "CANCELED");
    cr_expect_str_eq(execution_state_name((enum execution_state)6), "UNKNOWN");
    static const char *const statuses[] = {"QUEUED", "PENDING", "SUCCESS",
                                           "ERROR",  "ERROR",   "ERROR"};
    for (unsigned i = 0; i < 6; i++) {
        cr_expect_str_eq(execution_status_name((enum execution_state)i), statuses[i]);
        cr_expect_eq(execution_is_final((enum execution_state)i), i >= 2);
    }
    cr_expect_str_eq(execution_status_name((enum execution_state)6), "ERROR");
    cr_expect_str_eq(execution_error_class_name(ERROR_CLASS_NONE), "none");
    cr_expect_str_eq(execution_error_class_name(ERROR_CLASS_HTTP_STATUS), "http_status");
    cr_expect_str_eq(execution_error_class_name(ERROR_CLASS_INTERNAL), "internal");
    cr_expect_str_eq(execution_error_class_name((enum error_class)13), "unknown");
}

Test(execution, levels)
{
    for (unsigned i = 0; i < LOG_LEVEL_COUNT; i++) {
        enum log_level level = LOG_LEVEL_COUNT;
        cr_expect(log_level_of(slice_of_text(log_level_name((enum log_level)i)), &level));
        cr_expect_eq(level, i);
    }
    enum log_level level = LOG_LEVEL_FATAL;
    cr_expect(log_level_of(SLICE("warn"), &level));
    cr_expect_eq(level, LOG_LEVEL_WARN);
    cr_expect(!log_level_of(SLICE("WARNING"), &level));
    cr_expect_eq(level, LOG_LEVEL_WARN, "untouched");
    cr_expect_str_eq(log_level_name(LOG_LEVEL_COUNT), "INFO");
}
