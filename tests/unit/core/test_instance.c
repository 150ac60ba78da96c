/* instance: creating, deploying, new flows, and what an instance becomes. test_instance_update.c
 * has the updates. */
#include "core/base/limits.h"
#include "core/domain/instance.h"
#include "tests/unit/core/domain_kit.h"

#include <criterion/criterion.h>

#define VARS                                                                                       \
    "requiredConfigVars:\n- {key: Url, dataType: string}\n- {key: Count, dataType: number}\n"
#define FLOWS "flows:\n" DOMAIN_KIT_FLOW("F") DOMAIN_KIT_FLOW("G")

#define BARE                                                                                       \
    "instance.created {'integration':'n','version':2,'customer':'c','key':7,'name':'Acme',"        \
    "'flows':[{'id':'@f1','identity':'F'}]}"
#define SET                                                                                        \
    "instance.config_changed {'config':{'Url':{'value':'a','mark':'@a|||'},"                       \
    "'Count':{'value':'5','mark':'@5|||'}}}"
#define READY    BARE "\n" SET
#define DEPLOYED READY "\ninstance.deployed {'deployment':1,'version':2}"
#define SYSTEM                                                                                     \
    "instance.created {'integration':'n','customer':'c','key':7,'is_system':true,'name':'N'}"

static void evolve(void *state, const struct recorded_event *event, struct arena *arena)
{
    instance_evolve(state, event, arena);
}

/* ---- create ---- */

struct create_row {
    struct slice name;
    struct slice description;
    const char *labels;
    struct config_assignment assignment; /* if it has a key */
    const char *then;
};

static const struct create_row create_rows[] = {
    {TEXT("Acme"),
     TEXT(""),
     "",
     {.has_value = false},
     "instance.created {'integration':'n','version':2,'customer':'c','key':7,'name':'Acme',"
     "'flows':[{'id':'@f1','identity':'F'},{'id':'@f2','identity':'G'}]}"},
    {TEXT("A"),
     TEXT("d"),
     "x,y",
     {.key = TEXT("Url"), .has_value = true, .value = TEXT("a")},
     "instance.created {'integration':'n','version':2,'customer':'c','key':7,'name':'A',"
     "'description':'d','labels':['x','y'],'flows':[{'id':'@f1','identity':'F'},{'id':'@f2',"
     "'identity':'G'}],'config':{'Url':{'value':'a','mark':'@a|||'}}}"},
    {TEXT(""),
     TEXT("\xff"),
     "x,,y",
     {.key = TEXT("No"), .has_value = true},
     "refused name: must not be empty\nrefused description: must be UTF-8 text\n"
     "refused labels: must not be empty\n"
     "refused configVariables.No: the integration has no config variable of this key"},
};

Test(instance, create)
{
    for (size_t i = 0; i < sizeof create_rows / sizeof *create_rows; i++) {
        const struct create_row *row = &create_rows[i];
        struct domain_kit kit;
        domain_kit_begin(&kit);
        struct uuid fresh[2] = {domain_kit_id("f1"), domain_kit_id("f2")};
        struct instance_create when = {
            .integration = domain_kit_id("n"),
            .integration_version = 2,
            .definition = domain_kit_definition(&kit, VARS FLOWS),
            .customer = domain_kit_id("c"),
            .name = row->name,
            .description = row->description,
            .labels = domain_kit_words(&kit, row->labels),
            .key = 7,
            .assignments = &row->assignment,
            .assignment_count = row->assignment.key.size > 0,
            .marker = &domain_kit_marker,
            .fresh_ids = fresh,
        };
        instance_decide_create(&when, &kit.decision);
        domain_kit_then(&kit, NULL, row->then);
        domain_kit_end(&kit);
    }
}

/* ---- deploy ---- */

struct deploy_row {
    const char *given;
    uint64_t expected_version;
    bool version_available;
    const char *yaml;
    const char *then;
};

static const struct deploy_row deploy_rows[] = {
    {READY, 0, true, VARS FLOWS, "instance.deployed {'deployment':1,'version':2}"},
    {READY, 2, true, VARS FLOWS, "instance.deployed {'deployment':1,'version':2}"},
    {DEPLOYED, 0, true, VARS FLOWS, "instance.deployed {'deployment':2,'version':2}"},
    {DEPLOYED "\ninstance.disabled", 4, true, VARS FLOWS,
     "instance.deployed {'deployment':2,'version':2}"},
    {DEPLOYED "\ninvocation.rejected {'count':3}", 3, true, VARS FLOWS,
     "instance.deployed {'deployment':2,'version':2}"},
    {READY, 1, true, VARS FLOWS,
     "refused expectedVersion: is 1, but the current streamVersion is 2: read it again and decide "
     "anew"},
    {BARE, 0, true, VARS FLOWS,
     "refused configVariables.Url: it has neither a value nor a default\n"
     "refused configVariables.Count: it has neither a value nor a default"},
    {READY, 0, false, VARS FLOWS,
     "refused integration: version 2 is marked unavailable: choose another version first"},
    {DEPLOYED, 0, false, VARS FLOWS, "instance.deployed {'deployment':2,'version':2}"},
    {DEPLOYED "\ninstance.version_changed {'version':3}", 0, false, VARS FLOWS,
     "refused integration: version 3 is marked unavailable: choose another version first"},
    {READY, 0, true, "endpointType: shared_instance\n" VARS FLOWS,
     "refused integration: its endpointType is not flow_specific, the only one that is served"},
    {BARE, 9, false, "endpointType: instance_specific\n" VARS FLOWS,
     "refused expectedVersion: is 9, but the current streamVersion is 1: read it again and decide "
     "anew\nrefused integration: version 2 is marked unavailable: choose another version first\n"
     "refused integration: its endpointType is not flow_specific, the only one that is served\n"
     "refused configVariables.Url: it has neither a value nor a default\n"
     "refused configVariables.Count: it has neither a value nor a default"},
    {SYSTEM, 0, true, FLOWS,
     "refused __all__: a system instance runs the draft as it is and cannot be deployed"},
    {"", 0, true, FLOWS, "refused __all__: there is no such instance"},
};

Test(instance, deploy)
{
    for (size_t i = 0; i < sizeof deploy_rows / sizeof *deploy_rows; i++) {
        const struct deploy_row *row = &deploy_rows[i];
        struct domain_kit kit;
        struct instance instance = {.version = 0};
        domain_kit_begin(&kit);
        struct instance_deploy when = {.expected_version = row->expected_version,
                                       .definition = domain_kit_definition(&kit, row->yaml),
                                       .version_available = row->version_available};
        domain_kit_given(&kit, row->given, evolve, &instance);
        instance_decide_deploy(&instance, &when, &kit.decision);
        domain_kit_then(&kit, row->given, row->then);
        domain_kit_end(&kit);
    }
}

/* ---- flows of a draft ---- */

Test(instance, new_flows_get_ids_and_old_ones_keep_theirs)
{
    struct domain_kit kit;
    struct instance instance = {.version = 0};
    struct uuid fresh[2] = {domain_kit_id("f8"), domain_kit_id("f9")};
    domain_kit_begin(&kit);
    const struct definition *definition = domain_kit_definition(&kit, FLOWS);
    domain_kit_given(&kit, BARE, evolve, &instance);
    instance_decide_new_flows(&instance, definition, fresh, &kit.decision);
    domain_kit_then(&kit, BARE, "instance.flows_changed {'flows':[{'id':'@f9','identity':'G'}]}");
    domain_kit_happen(&kit, evolve, &instance);
    instance_decide_new_flows(&instance, definition, fresh, &kit.decision);
    domain_kit_then(&kit, "both", "");
    cr_assert_eq(instance.flow_count, 2);
    uint32_t place = 9;
    cr_expect(uuid_equal(instance_flow_of(&instance, SLICE("F"), NULL)->id, domain_kit_id("f1")));
    cr_expect(uuid_equal(instance_flow_of(&instance, SLICE("G"), &place)->id, domain_kit_id("f9")));
    cr_expect_eq(place, 1);
    cr_expect_null(instance_flow_of(&instance, SLICE("H"), &place));
    cr_expect_eq(place, 1);
    domain_kit_end(&kit);
}

/* ---- needs deploy ---- */

Test(instance, needs_deploy_compares)
{
    static const struct {
        const char *given;
        bool needs;
    } rows[] = {
        {BARE, true},
        {DEPLOYED, false},
        {DEPLOYED "\ninstance.updated {'name':'B','labels':['x']}", false},
        {DEPLOYED "\ninstance.disabled", false},
        {DEPLOYED "\ninstance.version_changed {'version':3,'flows':[]}", true},
        {DEPLOYED "\ninstance.version_changed {'version':3}\ninstance.version_changed "
                  "{'version':2}",
         false},
        {DEPLOYED "\ninstance.config_changed {'unset':['Url']}", true},
        {DEPLOYED "\ninstance.config_changed {'unset':['Url','Count']}\n" SET, false},
        {SYSTEM, false},
        {SYSTEM "\n" SET, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct domain_kit kit;
        struct instance instance = {.version = 0};
        domain_kit_begin(&kit);
        domain_kit_given(&kit, rows[i].given, evolve, &instance);
        cr_expect_eq(instance_needs_deploy(&instance), rows[i].needs, "%s", rows[i].given);
        domain_kit_end(&kit);
    }
}

/* ---- what becomes of it ---- */

static enum err
reread(struct slice bytes, struct arena *arena, struct buf *out, struct error *reterr)
{
    struct instance instance;
    enum err e = instance_get(bytes, domain_kit_id("self"), arena, &instance, reterr);
    if (e == ERR_OK) {
        instance_put(out, &instance);
    }
    return e;
}

Test(instance, evolves)
{
    struct domain_kit kit;
    struct instance it = {.version = 0};
    struct buf row;
    domain_kit_begin(&kit);
    buf_init(&row, MIB);
    domain_kit_given(&kit,
                     READY "\ninstance.flows_changed {'flows':[{'identity':'F','keys':['#k1',"
                           "'#k2']}]}\ninstance.deployed {'deployment':1,'version':2}",
                     evolve, &it);
    cr_expect(uuid_equal(it.id, domain_kit_id("self")));
    cr_expect(uuid_equal(it.integration, domain_kit_id("n")));
    cr_expect(uuid_equal(it.customer, domain_kit_id("c")));
    cr_expect_eq(it.integration_version, 2);
    cr_expect_eq(it.key, 7);
    cr_expect(it.is_enabled && !it.is_system);
    cr_expect_eq(it.config_seq, 2);
    cr_assert_eq(it.flow_count, 1);
    cr_expect_eq(it.flows[0].keys.count, 2);
    cr_expect_eq(it.deployment, 1);
    cr_expect_eq(it.deployed_seq, 4);
    cr_expect_eq(it.deployed_at_us, 4000000);
    cr_expect_eq(it.deployed_config.count, 2);
    instance_put(&row, &it);
    domain_kit_row(&kit, &row, reread);
    domain_kit_given(&kit, "instance.disabled\ninstance.updated {'description':'d'}", evolve, &it);
    cr_expect(!it.is_enabled);
    cr_expect(slice_is(it.name, "Acme") && slice_is(it.description, "d"));
    cr_expect_eq(it.version, 6);
    cr_expect_eq(it.revision, 6);
    domain_kit_given(&kit, "instance.enabled", evolve, &it);
    cr_expect(it.is_enabled);
    buf_deinit(&row);
    domain_kit_end(&kit);
}

/* Rejected webhooks and log lines are told in the stream and change nothing: a caller's expected
 * version stays right. */
Test(instance, what_is_only_told_does_not_count)
{
    struct domain_kit kit;
    struct instance it = {.version = 0};
    domain_kit_begin(&kit);
    domain_kit_given(&kit, READY, evolve, &it);
    domain_kit_given(&kit, "invocation.rejected {'count':3}\ninstance.logged {'levels':'#x'}",
                     evolve, &it);
    cr_expect_eq(it.version, 4);
    cr_expect_eq(it.revision, 2);
    cr_expect_eq(it.updated_at_us, 2000000);
    domain_kit_end(&kit);
}

Test(instance, evolves_without_its_bodies)
{
    struct domain_kit kit;
    struct instance it = {.version = 0};
    domain_kit_begin(&kit);
    domain_kit_given(&kit,
                     "instance.created {'integration':'n','version':2,'customer':'c','key':7}\n"
                     "instance.config_changed\ninstance.flows_changed\ninstance.deployed "
                     "{'deployment':1,'version':2}",
                     evolve, &it);
    cr_expect_eq(it.flow_count + it.config.count + it.labels.count + it.name.size, 0);
    cr_expect_eq(it.deployment, 1);
    cr_expect_eq(it.config_seq, 2);
    domain_kit_end(&kit);
}
