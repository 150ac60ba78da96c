/*
 * Flows and config variables that were known by their names and get a stable key: an instance that
 * moves through such a version knows them by both, whatever they are called later.
 */
#include "core/base/limits.h"
#include "core/domain/instance.h"
#include "tests/unit/core/domain_kit.h"

#include <criterion/criterion.h>

#define STABLE_FLOW(key, name)                                                                     \
    "- name: " name "\n"                                                                           \
    "  stableKey: " key "\n"                                                                       \
    "  steps:\n"                                                                                   \
    "  - {name: Start, isTrigger: true, action: {key: webhook, component: {key: "                  \
    "webhook-triggers}}}\n"

static const char named[] =
    "requiredConfigVars:\n- {key: Url, dataType: string}\nflows:\n" DOMAIN_KIT_FLOW("F");
static const char keyed[] =
    "requiredConfigVars:\n- {key: Url, stableKey: u, dataType: string}\nflows:\n" STABLE_FLOW("f",
                                                                                              "F");
static const char renamed[] =
    "requiredConfigVars:\n- {key: Address, stableKey: u, dataType: string}\nflows:\n" STABLE_FLOW(
        "f", "Take");
/* Another thing has the name by now, and its stable key. */
static const char taken[] =
    "requiredConfigVars:\n- {key: Address, stableKey: Url, dataType: string}\n"
    "- {key: Url, stableKey: u, dataType: string}\nflows:\n" STABLE_FLOW("F", "Other")
        STABLE_FLOW("f", "F");

#define GIVEN                                                                                      \
    "instance.created {'integration':'n','version':1,'customer':'c','key':7,'name':'Acme',"        \
    "'flows':[{'id':'@f1','identity':'F'}],'config':{'Url':{'value':'a','mark':'@a|||'}}}"
#define LEARNED "{'version':2,'flows':[{'identity':'F','alias':'f'}],'aliases':{'Url':'u'}}"

static void evolve(void *state, const struct recorded_event *event, struct arena *arena)
{
    instance_evolve(state, event, arena);
}

static void move(struct domain_kit *kit,
                 const struct instance *instance,
                 const struct definition *definition,
                 uint64_t version)
{
    const struct uuid fresh[2] = {domain_kit_id("g1"), domain_kit_id("g2")};
    struct instance_update update = {.new_definition = definition,
                                     .definition = definition,
                                     .new_version = version,
                                     .fresh_ids = fresh};
    instance_decide_update(instance, &update, &kit->decision);
}

static void expect_move(const char *given, const char *yaml, uint64_t version, const char *then)
{
    struct domain_kit kit;
    struct instance instance = {.version = 0};
    domain_kit_begin(&kit);
    domain_kit_given(&kit, given, evolve, &instance);
    move(&kit, &instance, domain_kit_definition(&kit, yaml), version);
    domain_kit_then(&kit, given, then);
    domain_kit_end(&kit);
}

Test(instance_alias, is_learned_once)
{
    expect_move(GIVEN, keyed, 2, "instance.version_changed " LEARNED);
    expect_move(GIVEN "\ninstance.version_changed " LEARNED, renamed, 3,
                "instance.version_changed {'version':3,'flows':[]}");
    expect_move(GIVEN "\ninstance.version_changed " LEARNED, named, 1,
                "instance.version_changed {'version':1,'flows':[]}");
    /* Never having seen both together, it cannot know. */
    expect_move(GIVEN, renamed, 3,
                "instance.version_changed {'version':3,'flows':[{'id':'@g1','identity':'f'}]}");
    expect_move(GIVEN, taken, 4,
                "instance.version_changed {'version':4,'flows':[{'id':'@g2','identity':'f'}]}");
}

/* The value of the first variable and the flow config of the first flow of a definition. */
static void
expect_found(const struct instance *instance, const struct definition *definition, bool found)
{
    const struct config_entry *entry =
        config_entry_for(&instance->config, definition, &definition->config_vars[0]);
    const struct instance_flow *flow =
        instance_flow_for(instance, definition, &definition->flows[0], NULL);
    cr_expect_eq(entry != NULL, found);
    cr_expect_eq(flow != NULL, found);
    cr_expect_eq(
        flow != NULL && instance_flow_definition(flow, definition) == &definition->flows[0], found);
}

Test(instance_alias, is_known_beside_the_name)
{
    struct domain_kit kit;
    struct instance it = {.version = 0};
    domain_kit_begin(&kit);
    const struct definition *one = domain_kit_definition(&kit, named);
    const struct definition *two = domain_kit_definition(&kit, keyed);
    const struct definition *three = domain_kit_definition(&kit, renamed);
    domain_kit_given(&kit, GIVEN, evolve, &it);
    expect_found(&it, one, true);
    expect_found(&it, two, true);
    expect_found(&it, three, false);
    domain_kit_given(&kit, "instance.version_changed " LEARNED, evolve, &it);
    expect_found(&it, one, true);
    expect_found(&it, two, true);
    expect_found(&it, three, true);
    cr_expect_eq(it.flow_count, 1);
    cr_expect_eq(it.config.count, 1);
    cr_expect_eq(it.config_seq, 2, "runs of the draft see what was learned");
    /* Setting the value keeps it where it is, and what was learned. */
    domain_kit_given(&kit,
                     "instance.config_changed {'config':{'Url':{'value':'b','mark':'@b|||'}}}",
                     evolve, &it);
    expect_found(&it, three, true);
    cr_expect_eq(it.config.count, 1);
    domain_kit_end(&kit);
}

Test(instance_alias, changes_are_written_where_the_value_is)
{
    struct domain_kit kit;
    struct instance it = {.version = 0};
    domain_kit_begin(&kit);
    domain_kit_given(&kit, GIVEN "\ninstance.version_changed " LEARNED, evolve, &it);
    const struct config_assignment assignment = {
        .key = SLICE("Address"), .has_value = true, .value = SLICE("b")};
    struct instance_update update = {.definition = domain_kit_definition(&kit, renamed),
                                     .has_config = true,
                                     .replace_config = true,
                                     .assignments = &assignment,
                                     .assignment_count = 1,
                                     .marker = &domain_kit_marker};
    instance_decide_update(&it, &update, &kit.decision);
    domain_kit_then(&kit, "moved",
                    "instance.config_changed {'config':{'Url':{'value':'b','mark':"
                    "'@b|||'}}}");
    domain_kit_end(&kit);
}

Test(instance_alias, is_learned_by_system_instances_too)
{
    struct domain_kit kit;
    struct instance it = {.version = 0};
    const struct uuid fresh[2] = {domain_kit_id("g1"), domain_kit_id("g2")};
    domain_kit_begin(&kit);
    domain_kit_given(&kit, GIVEN, evolve, &it);
    instance_decide_new_flows(&it, domain_kit_definition(&kit, named), fresh, &kit.decision);
    domain_kit_then(&kit, "the same", "");
    instance_decide_new_flows(&it, domain_kit_definition(&kit, keyed), fresh, &kit.decision);
    domain_kit_then(&kit, "keyed",
                    "instance.flows_changed {'flows':[{'identity':'F','alias':'f'}],'aliases':"
                    "{'Url':'u'}}");
    domain_kit_end(&kit);
}

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

Test(instance_alias, is_kept_in_the_row)
{
    struct domain_kit kit;
    struct instance it = {.version = 0};
    struct instance again;
    struct buf row;
    domain_kit_begin(&kit);
    buf_init(&row, MIB);
    domain_kit_given(&kit, GIVEN "\ninstance.version_changed " LEARNED, evolve, &it);
    instance_put(&row, &it);
    domain_kit_row(&kit, &row, reread);
    cr_assert_eq(instance_get(buf_slice(&row), it.id, &kit.arena, &again, NULL), ERR_OK);
    cr_expect(slice_is(again.flows[0].alias, "f") && slice_is(again.config.entries[0].alias, "u"));
    buf_deinit(&row);
    domain_kit_end(&kit);
}
