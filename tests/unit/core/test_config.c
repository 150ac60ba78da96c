/* config: what assignments change, what is refused, what a config becomes, what is missing. */
#include "core/base/limits.h"
#include "core/domain/config.h"
#include "tests/unit/core/domain_kit.h"

#include <criterion/criterion.h>

#define VARS                                                                                       \
    "requiredConfigVars:\n"                                                                        \
    "- {key: Url, stableKey: url, dataType: string}\n"                                             \
    "- {key: Count, dataType: number, defaultValue: '1'}\n"                                        \
    "- {key: Plan, dataType: schedule}\n"                                                          \
    "- {key: Form, dataType: jsonForm}\n"                                                          \
    "- {key: Conn, dataType: connection, connection: {key: basic, component: {key: http}}, "       \
    "inputs: {username: {type: value, value: ''}, password: {type: value, value: ''}}}\n"          \
    "- {key: Open, dataType: connection, connection: {key: any, component: {key: own}}}\n"         \
    "- {key: Cred, dataType: credential}\n"                                                        \
    "flows:\n" DOMAIN_KIT_FLOW("F")

#define CHANGED "instance.config_changed "

#define SET(key_text, value_text)                                                                  \
    {                                                                                              \
        .key = TEXT(key_text), .has_value = true, .value = TEXT(value_text)                        \
    }
#define INPUTS(key_text, json)                                                                     \
    {                                                                                              \
        .key = TEXT(key_text), .has_inputs = true, .inputs = TEXT(json)                            \
    }

#define URL_A   CHANGED "{'config':{'url':{'value':'a','mark':'@a|||'}}}"
#define COUNT_5 CHANGED "{'config':{'Count':{'value':'5','mark':'@5|||'}}}"
#define ADA     CHANGED "{'config':{'Conn':{'inputs':{'username':['ada','@ada|0|',0]}}}}"

static void evolve(void *state, const struct recorded_event *event, struct arena *arena)
{
    config_evolve(state, &event->event.bodies[BODY_STATE], event->seq, arena);
}

/* ---- deciding ---- */

struct row {
    const char *given;
    struct config_assignment when[2]; /* those with a key */
    bool replace;
    const char *then;
};

static const struct row rows[] = {
    /* plain values, kept under their identity */
    {"", {{.has_value = false}}, false, ""},
    {"", {SET("Url", "a")}, false, URL_A},
    {URL_A, {SET("Url", "a")}, false, ""},
    {URL_A, {SET("Url", "b")}, false, CHANGED "{'config':{'url':{'value':'b','mark':'@b|||'}}}"},
    {URL_A, {SET("Url", "")}, false, CHANGED "{'config':{'url':{'value':'','mark':'@|||'}}}"},
    {"", {SET("Count", " 5 ")}, false, COUNT_5},
    {"",
     {SET("Url", "a"), SET("Count", "5")},
     false,
     CHANGED
     "{'config':{'url':{'value':'a','mark':'@a|||'},'Count':{'value':'5','mark':'@5|||'}}}"},
    {"",
     {{.key = TEXT("Plan"),
       .has_value = true,
       .value = TEXT("0 6 * * *"),
       .schedule_type = TEXT("custom"),
       .time_zone = TEXT("Europe/Vienna")}},
     false,
     CHANGED "{'config':{'Plan':{'value':'0 6 * * *','mark':'@0 6 * * aicdmyzx','scheduleType':"
             "'custom','timeZone':'Europe/Vienna'}}}"},
    {"", {{.key = TEXT("Url")}}, false, ""},
    /* refusals */
    {"",
     {SET("Nope", "a")},
     false,
     "refused configVariables.Nope: the integration has no config variable of this key"},
    {"",
     {SET("url", "a")},
     false,
     "refused configVariables.url: the integration has no config variable of this key"},
    {"",
     {SET("Count", "many")},
     false,
     "refused configVariables.Count: config variable \"Count\": a number like 25 or -1.5 is "
     "wanted; "
     "\"many\" was given"},
    {"",
     {SET("Conn", "a")},
     false,
     "refused configVariables.Conn: is a connection: give its inputs as `values`, not a `value`"},
    {"",
     {INPUTS("Url", "[]")},
     false,
     "refused configVariables.Url: is no connection: give a `value`, not `values`"},
    {"", {SET("Url", "a"), SET("Url", "b")}, false, "refused configVariables.Url: is given twice"},
    {"",
     {INPUTS("Conn", "[{\"name\":\"x\",\"value\":\"secret\"}]")},
     false,
     "refused configVariables.Conn: config variable \"Conn\": input \"x\": the connection has no "
     "such input"},
    /* connections: only what changes */
    {"", {INPUTS("Conn", "[{\"name\":\"username\",\"value\":\"ada\"}]")}, false, ADA},
    {ADA, {INPUTS("Conn", "[{\"name\":\"username\",\"value\":\"ada\"}]")}, false, ""},
    {ADA, {INPUTS("Conn", "[]")}, false, ""},
    {"",
     {INPUTS("Cred", "[{\"name\":\"k\",\"value\":\"v\"}]")},
     false,
     CHANGED "{'config':{'Cred':{'inputs':{'k':['v','@v|0|',0]}}}}"},
    {"",
     {SET("Cred", "v")},
     false,
     "refused configVariables.Cred: is a connection: give its inputs as `values`, not a `value`"},
    {ADA,
     {INPUTS("Conn",
             "[{\"name\":\"username\",\"value\":\"ada\"},{\"name\":\"password\",\"value\":"
             "\"p\"}]")},
     false,
     CHANGED "{'config':{'Conn':{'inputs':{'password':['p','@p|0|',0]}}}}"},
    {ADA,
     {INPUTS("Conn", "[{\"name\":\"username\",\"value\":\"ada\",\"type\":\"configVar\"}]")},
     false,
     CHANGED "{'config':{'Conn':{'inputs':{'username':['ada','@ada|1|',1]}}}}"},
    /* replacing: what is not assigned goes back to its default */
    {"", {{.has_value = false}}, true, ""},
    {URL_A, {{.has_value = false}}, true, CHANGED "{'unset':['url']}"},
    {URL_A, {SET("Url", "a")}, true, ""},
    {URL_A "\n" COUNT_5 "\n" ADA,
     {SET("Url", "b")},
     true,
     CHANGED "{'config':{'url':{'value':'b','mark':'@b|||'}},'unset':['Count','Conn']}"},
    {CHANGED "{'config':{'Gone':{'value':'x','mark':'@x|||'}}}",
     {{.has_value = false}},
     true,
     CHANGED "{'unset':['Gone']}"},
};

/* Decides the row's assignments. Returns: whether anything changes. */
static bool
decide(struct domain_kit *kit, const struct config *config, const struct row *row, size_t count)
{
    struct event *event = decision_add(&kit->decision, EVENT_INSTANCE_CONFIG_CHANGED);
    bool changes = config_decide(kit->definitions[0], config, row->when, count, row->replace,
                                 &domain_kit_marker, event, &kit->decision);
    kit->decision.count -= !changes;
    return changes;
}

Test(config, assignments)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct domain_kit kit;
        struct config config = {.count = 0};
        domain_kit_begin(&kit);
        (void)domain_kit_definition(&kit, VARS);
        domain_kit_given(&kit, rows[i].given, evolve, &config);
        size_t count = rows[i].when[1].key.size > 0 ? 2 : rows[i].when[0].key.size > 0;
        (void)decide(&kit, &config, &rows[i], count);
        domain_kit_then(&kit, rows[i].given, rows[i].then);
        if (!decision_refused(&kit.decision)) {
            domain_kit_happen(&kit, evolve, &config);
            cr_expect(!decide(&kit, &config, &rows[i], count), "row %zu: decided twice", i);
        }
        domain_kit_end(&kit);
    }
}

Test(config, more_assignments_than_variables_there_can_be)
{
    struct domain_kit kit;
    struct config config = {.count = 0};
    domain_kit_begin(&kit);
    (void)domain_kit_definition(&kit, VARS);
    struct event *event = decision_add(&kit.decision, EVENT_INSTANCE_CONFIG_CHANGED);
    cr_expect(!config_decide(kit.definitions[0], &config, NULL, DEFINITION_CONFIG_VARS_MAX + 1,
                             false, &domain_kit_marker, event, &kit.decision));
    domain_kit_then(&kit, NULL,
                    "refused configVariables: has 501 entries, at most 500 are allowed");
    domain_kit_end(&kit);
}

/* A connection that lists no inputs takes any; all of them together are bounded. */
Test(config, inputs_do_not_grow_without_limit)
{
    struct domain_kit kit;
    struct config config = {.count = 0};
    struct buf json;
    domain_kit_begin(&kit);
    (void)domain_kit_definition(&kit, VARS);
    for (int round = 0; round < 2; round++) {
        buf_init(&json, MIB);
        for (int i = 0; i < DEFINITION_INPUTS_MAX; i++) {
            buf_printf(&json, "%c{\"name\":\"n%d.%d\",\"value\":\"v\"}", i == 0 ? '[' : ',', round,
                       i);
        }
        buf_put_char(&json, ']');
        struct row row = {.when = {{.key = SLICE("Open"),
                                    .has_inputs = true,
                                    .inputs = arena_copy(&kit.arena, buf_slice(&json))}}};
        buf_deinit(&json);
        (void)decide(&kit, &config, &row, 1);
        if (round == 0) {
            domain_kit_happen(&kit, evolve, &config);
        }
    }
    domain_kit_then(&kit, "200 inputs",
                    "refused configVariables.Open: would have 400 inputs, at most 200 are allowed");
    domain_kit_end(&kit);
}

/* ---- evolving ---- */

static enum err
reread(struct slice bytes, struct arena *arena, struct buf *out, struct error *reterr)
{
    struct value row;
    enum err e = codec_decode(bytes, arena, &row, reterr);
    struct codec_reader reader = codec_reader(&row);
    struct config config = config_take(&reader, arena);
    e = e != ERR_OK ? e : codec_check(&reader, "config", reterr);
    if (e == ERR_OK) {
        codec_put_list(out, 1);
        config_put(out, &config);
    }
    return e;
}

Test(config, entries_say_where_the_values_are)
{
    struct domain_kit kit;
    struct config config = {.count = 0};
    struct buf row;
    domain_kit_begin(&kit);
    buf_init(&row, MIB);
    domain_kit_given(&kit, URL_A "\n" ADA "\n" COUNT_5, evolve, &config);
    domain_kit_given(&kit,
                     CHANGED "{'config':{'url':{'value':'b','mark':'@b'},'Conn':{'inputs':"
                             "{'password':['','@p',0]}}}}",
                     evolve, &config);
    cr_assert_eq(config.count, 3);
    const struct config_entry *url = config_entry_of(&config, SLICE("url"));
    const struct config_entry *conn = config_entry_of(&config, SLICE("Conn"));
    cr_expect_eq(url->seq, 4);
    cr_expect_eq(config_entry_of(&config, SLICE("Count"))->seq, 3);
    cr_expect_null(config_entry_of(&config, SLICE("Nope")));
    cr_expect_eq(conn->seq, 0);
    cr_assert_eq(conn->input_count, 2);
    cr_expect_eq(conn->inputs[0].seq, 2);
    cr_expect_eq(conn->inputs[1].seq, 4);
    cr_expect(conn->inputs[0].has_value && !conn->inputs[1].has_value);
    codec_put_list(&row, 1);
    config_put(&row, &config);
    domain_kit_row(&kit, &row, reread);
    domain_kit_given(&kit, CHANGED "{'unset':['url','Nope']}", evolve, &config);
    cr_expect_eq(config.count, 2);
    cr_expect_null(config_entry_of(&config, SLICE("url")));
    buf_deinit(&row);
    domain_kit_end(&kit);
}

/* The deployed config shares the arrays: a change makes new ones. */
Test(config, changes_leave_copies_as_they_were)
{
    struct domain_kit kit;
    struct config config = {.count = 0};
    domain_kit_begin(&kit);
    domain_kit_given(&kit, URL_A "\n" ADA, evolve, &config);
    struct config deployed = config;
    domain_kit_given(&kit,
                     CHANGED "{'config':{'url':{'value':'b','mark':'@b'},'Conn':{'inputs':"
                             "{'username':['eve','@eve',0]}}}}\n" CHANGED "{'unset':['url']}",
                     evolve, &config);
    cr_expect(slice_starts_with(config_entry_of(&deployed, SLICE("url"))->mark, SLICE("a|||")));
    const struct config_entry *conn = config_entry_of(&deployed, SLICE("Conn"));
    cr_expect(slice_starts_with(conn->inputs[0].mark, SLICE("ada|")));
    cr_expect(!config_equal(&config, &deployed));
    domain_kit_end(&kit);
}

/* Another version of the integration may give a variable another type: what is set then replaces
 * what was there, and nothing of the other kind stays. */
Test(config, a_variable_of_another_type_begins_anew)
{
    struct domain_kit kit;
    struct config config = {.count = 0};
    domain_kit_begin(&kit);
    domain_kit_given(&kit, URL_A "\n" CHANGED "{'config':{'url':{'inputs':{'u':['v','@v',0]}}}}",
                     evolve, &config);
    const struct config_entry *entry = config_entry_of(&config, SLICE("url"));
    cr_expect_eq(entry->seq, 0, "no value stays beside the inputs");
    cr_expect_eq(entry->mark.size, 0);
    cr_expect_eq(entry->input_count, 1);
    domain_kit_given(&kit, URL_A, evolve, &config);
    entry = config_entry_of(&config, SLICE("url"));
    cr_expect_eq(entry->seq, 3);
    cr_expect_eq(entry->input_count, 0, "no inputs stay beside the value");
    domain_kit_end(&kit);
}

Test(config, without_bodies_nothing_changes)
{
    struct domain_kit kit;
    struct config config = {.count = 0};
    domain_kit_begin(&kit);
    domain_kit_given(&kit, URL_A "\ninstance.config_changed", evolve, &config);
    cr_expect_eq(config.count, 1);
    domain_kit_end(&kit);
}

/* ---- comparing ---- */

struct equal_row {
    const char *a;
    const char *b;
    bool equal;
};

static const struct equal_row equal_rows[] = {
    {"", "", true},
    {URL_A, URL_A, true},
    {URL_A, "", false},
    {URL_A, COUNT_5, false},
    {URL_A "\n" COUNT_5, COUNT_5 "\n" URL_A, true},
    {URL_A "\n" CHANGED "{'config':{'url':{'value':'b','mark':'@b'}}}\n" URL_A, URL_A, true},
    {URL_A, CHANGED "{'config':{'url':{'value':'b','mark':'@b'}}}", false},
    {ADA, ADA, true},
    {ADA, CHANGED "{'config':{'Conn':{'inputs':{'username':['eve','@eve',0]}}}}", false},
    {ADA, CHANGED "{'config':{'Conn':{'inputs':{'password':['ada','@ada|0|',0]}}}}", false},
    {ADA, ADA "\n" CHANGED "{'config':{'Conn':{'inputs':{'password':['p','@p',0]}}}}", false},
};

Test(config, equality_is_by_marks)
{
    for (size_t i = 0; i < sizeof equal_rows / sizeof *equal_rows; i++) {
        struct domain_kit kit;
        struct config a = {.count = 0};
        struct config b = {.count = 0};
        domain_kit_begin(&kit);
        domain_kit_given(&kit, equal_rows[i].a, evolve, &a);
        domain_kit_given(&kit, equal_rows[i].b, evolve, &b);
        cr_expect_eq(config_equal(&a, &b), equal_rows[i].equal, "row %zu", i);
        cr_expect_eq(config_equal(&b, &a), equal_rows[i].equal, "row %zu", i);
        domain_kit_end(&kit);
    }
}

/* ---- missing ---- */

struct missing_row {
    const char *given;
    const char *key;
    const char *reason; /* NULL: it is not missing */
};

static const struct missing_row missing_rows[] = {
    {"", "Url", "it has neither a value nor a default"},
    {URL_A, "Url", NULL},
    {CHANGED "{'config':{'url':{'value':'','mark':'@'}}}", "Url", NULL},
    {URL_A "\n" CHANGED "{'unset':['url']}", "Url", "it has neither a value nor a default"},
    {"", "Count", NULL},
    {"", "Form", NULL},
    {"", "Conn", "an input of the connection has no value"},
    {ADA, "Conn", "an input of the connection has no value"},
    {ADA "\n" CHANGED "{'config':{'Conn':{'inputs':{'password':['p','@p',0]}}}}", "Conn", NULL},
    {ADA "\n" CHANGED "{'config':{'Conn':{'inputs':{'password':['','@p',0]}}}}", "Conn",
     "an input of the connection has no value"},
    {"", "Cred", NULL},
    {CHANGED "{'config':{'Cred':{'inputs':{'k':['v','@v',0]}}}}", "Cred", NULL},
    {CHANGED "{'config':{'Conn':{'value':'a','mark':'@a'}}}", "Conn",
     "an input of the connection has no value"},
};

Test(config, missing)
{
    for (size_t i = 0; i < sizeof missing_rows / sizeof *missing_rows; i++) {
        struct domain_kit kit;
        struct config config = {.count = 0};
        const char *reason = NULL;
        domain_kit_begin(&kit);
        const struct definition *definition = domain_kit_definition(&kit, VARS);
        domain_kit_given(&kit, missing_rows[i].given, evolve, &config);
        const struct config_var *var =
            definition_config_var(definition, slice_of_text(missing_rows[i].key));
        bool missing = config_is_missing(var, config_entry_of(&config, var->identity), &reason);
        cr_expect_eq(missing, missing_rows[i].reason != NULL, "row %zu", i);
        if (missing && missing_rows[i].reason != NULL) {
            cr_expect_str_eq(reason, missing_rows[i].reason, "row %zu: %s", i, reason);
        }
        domain_kit_end(&kit);
    }
}

/* ---- opening ---- */

Test(config, values_are_found_in_bodies)
{
    struct domain_kit kit;
    struct slice text;
    enum input_type type = INPUT_LIST;
    domain_kit_begin(&kit);
    const struct recorded_event *event =
        domain_kit_event(&kit, CHANGED "{'config':{'url':{'value':'a','mark':'@a'},'Conn':"
                                       "{'inputs':{'u':['ada','@u',1],'old':['x','@x']}}}}");
    const struct value *state = &event->event.bodies[BODY_STATE];
    cr_assert(config_value_in(state, SLICE("url"), &text));
    cr_expect(slice_is(text, "a"));
    cr_expect(!config_value_in(state, SLICE("Conn"), &text));
    cr_expect(!config_value_in(NULL, SLICE("url"), &text));
    cr_assert(config_input_in(state, SLICE("Conn"), SLICE("u"), &text, &type));
    cr_expect(slice_is(text, "ada"));
    cr_expect_eq(type, INPUT_CONFIGVAR);
    cr_assert(config_input_in(state, SLICE("Conn"), SLICE("old"), &text, &type));
    cr_expect_eq(type, INPUT_VALUE, "the type came later");
    cr_expect(!config_input_in(state, SLICE("Conn"), SLICE("p"), &text, &type));
    cr_expect(!config_input_in(state, SLICE("url"), SLICE("u"), &text, &type));
    domain_kit_end(&kit);
}
