/* instance, updates: texts, version, config, API keys of flows, pausing; alone and together. */
#include "core/base/limits.h"
#include "core/domain/instance.h"
#include "tests/unit/core/domain_kit.h"

#include <criterion/criterion.h>

#define VARS "requiredConfigVars:\n- {key: Url, dataType: string}\n"
#define OLD  VARS "flows:\n" DOMAIN_KIT_FLOW("F")
#define NEW  VARS "flows:\n" DOMAIN_KIT_FLOW("F") DOMAIN_KIT_FLOW("G")

#define ACME                                                                                       \
    "instance.created {'integration':'n','version':2,'customer':'c','key':7,'name':'Acme',"        \
    "'flows':[{'id':'@f1','identity':'F'}]}"
#define KEYED  ACME "\ninstance.flows_changed {'flows':[{'identity':'F','keys':['#k1']}]}"
#define PAUSED ACME "\ninstance.disabled"
#define SYSTEM                                                                                     \
    "instance.created {'integration':'n','customer':'c','key':7,'is_system':true,'name':'N',"      \
    "'flows':[{'id':'@f1','identity':'F'}]}"

#define STALE(expected, current)                                                                   \
    "refused expectedVersion: is " expected ", but the current streamVersion is " current          \
    ": read it again and decide anew"

static void evolve(void *state, const struct recorded_event *event, struct arena *arena)
{
    instance_evolve(state, event, arena);
}

/* A command in short. */
struct when {
    uint64_t expected_version;
    struct optional_text name;
    struct optional_text description;
    const char *labels;  /* NULL: not given */
    const char *enabled; /* "yes", "no"; NULL: not given */
    uint64_t version;    /* to move to; 0: not given */
    const char *url;     /* value of Url; NULL: not given */
    const char *keys_of; /* flow whose keys are given; NULL: none */
    const char *keys;
};

struct row {
    const char *given;
    struct when when;
    const char *then;
};

static const struct row rows[] = {
    {ACME, {.expected_version = 0}, ""},
    {ACME, {.expected_version = 1}, ""},
    /* texts */
    {ACME, {.name = {true, TEXT("B")}}, "instance.updated {'name':'B'}"},
    {ACME, {.name = {true, TEXT("Acme")}}, ""},
    {ACME, {.name = {true, TEXT("")}}, "refused name: must not be empty"},
    {ACME, {.description = {true, TEXT("d")}}, "instance.updated {'description':'d'}"},
    {ACME, {.description = {true, TEXT("\xff")}}, "refused description: must be UTF-8 text"},
    {ACME, {.labels = "a,b"}, "instance.updated {'labels':['a','b']}"},
    {ACME, {.labels = ""}, ""},
    {ACME "\ninstance.updated {'labels':['a']}", {.labels = ""}, "instance.updated {'labels':[]}"},
    {ACME, {.labels = "a,,"}, "refused labels: must not be empty"},
    /* pausing */
    {ACME, {.enabled = "no"}, "instance.disabled"},
    {ACME, {.enabled = "yes"}, ""},
    {PAUSED, {.enabled = "yes"}, "instance.enabled"},
    {PAUSED, {.enabled = "no"}, ""},
    {SYSTEM, {.enabled = "no"}, "refused enabled: a system instance is always enabled"},
    /* another version */
    {ACME,
     {.version = 3},
     "instance.version_changed {'version':3,'flows':[{'id':'@g2','identity':'G'}]}"},
    {ACME, {.version = 2}, ""},
    {ACME "\ninstance.version_changed {'version':3,'flows':[{'id':'@f2','identity':'G'}]}",
     {.version = 1},
     "instance.version_changed {'version':1,'flows':[]}"},
    {SYSTEM, {.version = 1}, "refused integration: a system instance always runs the draft"},
    /* config */
    {ACME, {.url = "a"}, "instance.config_changed {'config':{'Url':{'value':'a','mark':'@a|||'}}}"},
    {SYSTEM,
     {.url = "a"},
     "instance.config_changed {'config':{'Url':{'value':'a','mark':'@a|||'}}}"},
    /* API keys */
    {ACME,
     {.keys_of = "F", .keys = "k1,k2"},
     "instance.flows_changed {'flows':[{'identity':'F','keys':['#k1','#k2']}]}"},
    {KEYED, {.keys_of = "F", .keys = "k1"}, ""},
    {KEYED,
     {.keys_of = "F", .keys = ""},
     "instance.flows_changed {'flows':[{'identity':'F','keys':[]}]}"},
    {ACME, {.keys_of = "F", .keys = ""}, ""},
    {ACME, {.keys_of = "G", .keys = "k"}, "refused flowConfigs: the instance has no flow \"G\""},
    {ACME,
     {.version = 3, .keys_of = "G", .keys = "k"},
     "instance.version_changed {'version':3,'flows':[{'id':'@g2','identity':'G'}]}\n"
     "instance.flows_changed {'flows':[{'identity':'G','keys':['#k']}]}"},
    {ACME,
     {.version = 3, .keys_of = "G", .keys = ""},
     "instance.version_changed {'version':3,'flows':[{'id':'@g2','identity':'G'}]}"},
    /* all of it */
    {ACME,
     {.expected_version = 1,
      .name = {true, TEXT("B")},
      .enabled = "no",
      .version = 3,
      .url = "a",
      .keys_of = "F",
      .keys = "k"},
     "instance.updated {'name':'B'}\n"
     "instance.version_changed {'version':3,'flows':[{'id':'@g2','identity':'G'}]}\n"
     "instance.config_changed {'config':{'Url':{'value':'a','mark':'@a|||'}}}\n"
     "instance.flows_changed {'flows':[{'identity':'F','keys':['#k']}]}\n"
     "instance.disabled"},
    {SYSTEM,
     {.expected_version = 4,
      .name = {true, TEXT("")},
      .enabled = "no",
      .version = 3,
      .keys_of = "X",
      .keys = "k"},
     STALE("4", "1") "\nrefused name: must not be empty\n"
                     "refused integration: a system instance always runs the draft\n"
                     "refused flowConfigs: the instance has no flow \"X\"\n"
                     "refused enabled: a system instance is always enabled"},
    /* versions: only what somebody decided counts */
    {PAUSED, {.expected_version = 1, .enabled = "yes"}, STALE("1", "2")},
    {PAUSED "\ninvocation.rejected", {.expected_version = 2, .enabled = "yes"}, "instance.enabled"},
    {PAUSED "\ninvocation.rejected", {.expected_version = 3, .enabled = "yes"}, STALE("3", "2")},
    {"", {.enabled = "no"}, "refused __all__: there is no such instance"},
    /* its key is destroyed, its name with it: it can still be paused */
    {"instance.created {'version':2,'key':7}", {.enabled = "no"}, "instance.disabled"},
};

static void decide(struct domain_kit *kit, const struct instance *instance, const struct when *when)
{
    const struct uuid fresh[2] = {domain_kit_id("g1"), domain_kit_id("g2")};
    struct config_assignment url = {
        .key = SLICE("Url"), .has_value = true, .value = slice_of_text(when->url)};
    struct instance_flow_keys keys = {slice_of_text(when->keys_of),
                                      domain_kit_words(kit, when->keys != NULL ? when->keys : "")};
    struct instance_update update = {
        .expected_version = when->expected_version,
        .name = when->name,
        .description = when->description,
        .labels = {when->labels != NULL,
                   domain_kit_words(kit, when->labels != NULL ? when->labels : "")},
        .has_enabled = when->enabled != NULL,
        .enabled = when->enabled != NULL && strcmp(when->enabled, "yes") == 0,
        .new_definition = when->version != 0 ? kit->definitions[when->version == 3] : NULL,
        .new_version = when->version,
        .fresh_ids = fresh,
        .definition = kit->definitions[when->version == 3],
        .has_config = when->url != NULL,
        .assignments = &url,
        .assignment_count = 1,
        .marker = &domain_kit_marker,
        .flow_keys = &keys,
        .flow_key_count = when->keys_of != NULL,
    };
    instance_decide_update(instance, &update, &kit->decision);
}

static void try_row(const struct row *row)
{
    struct domain_kit kit;
    struct instance instance = {.version = 0};
    struct when again = row->when;
    domain_kit_begin(&kit);
    (void)domain_kit_definition(&kit, OLD);
    (void)domain_kit_definition(&kit, NEW);
    domain_kit_given(&kit, row->given, evolve, &instance);
    decide(&kit, &instance, &row->when);
    domain_kit_then(&kit, row->given, row->then);
    if (!decision_refused(&kit.decision)) {
        domain_kit_happen(&kit, evolve, &instance);
        again.expected_version = 0;
        decide(&kit, &instance, &again);
        domain_kit_then(&kit, "what is so already", "");
    }
    domain_kit_end(&kit);
}

Test(instance_update, every_part_in_every_state)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        try_row(&rows[i]);
    }
}

Test(instance_update, keys_are_bounded_and_given_once)
{
    struct domain_kit kit;
    struct instance instance = {.version = 0};
    struct slice digests[INSTANCE_FLOW_KEYS_MAX + 1];
    domain_kit_begin(&kit);
    domain_kit_given(&kit, ACME, evolve, &instance);
    for (size_t i = 0; i <= INSTANCE_FLOW_KEYS_MAX; i++) {
        digests[i] = SLICE("k");
    }
    struct instance_flow_keys keys[2] = {{SLICE("F"), {digests, INSTANCE_FLOW_KEYS_MAX}},
                                         {SLICE("F"), {digests, INSTANCE_FLOW_KEYS_MAX + 1}}};
    struct instance_update update = {.flow_keys = keys, .flow_key_count = 1};
    instance_decide_update(&instance, &update, &kit.decision);
    cr_expect_eq(kit.decision.count, 1);
    decision_init(&kit.decision, &kit.arena);
    update.flow_key_count = 2;
    instance_decide_update(&instance, &update, &kit.decision);
    domain_kit_then(&kit, ACME,
                    "refused flowConfigs: flow \"F\" is given twice\n"
                    "refused flowConfigs: flow \"F\" has 21 API keys, at most 20");
    domain_kit_end(&kit);
}
