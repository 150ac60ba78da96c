/* integration: importing, publishing and marking, in every state. */
#include "core/base/limits.h"
#include "core/domain/integration.h"
#include "tests/unit/core/domain_kit.h"

#include <criterion/criterion.h>

#define YAML                                                                                       \
    "description: d\ncategory: c\nlabels: [a, b]\nflows:\n" DOMAIN_KIT_FLOW("F")                   \
        DOMAIN_KIT_FLOW("G")

#define DRAFT     "integration.draft_imported {'name':'N','mark':'#one','flows':['F','G']}"
#define CREATED   "integration.created {'system_instance':'test'}\n" DRAFT
#define PUBLISHED CREATED "\nintegration.published {'version':1,'version_id':'v1','draft':2}"
#define REDRAFTED PUBLISHED "\nintegration.draft_imported {'name':'N','mark':'#two'}"
#define TWICE     REDRAFTED "\nintegration.published {'version':2,'version_id':'v2','draft':4}"

static void evolve(void *state, const struct recorded_event *event, struct arena *arena)
{
    integration_evolve(state, event, arena);
}

/* ---- import ---- */

struct import_row {
    const char *given;
    struct slice mark;
    uint64_t expected_version;
    const char *name_owner;
    const char *then; /* names of events, or the refusal */
};

static const struct import_row import_rows[] = {
    {"", TEXT("one"), 0, "", "integration.created,integration.draft_imported"},
    {CREATED, TEXT("one"), 0, "self", ""},
    {CREATED, TEXT("two"), 0, "self", "integration.draft_imported"},
    {CREATED, TEXT("two"), 2, "self", "integration.draft_imported"},
    {PUBLISHED, TEXT("one"), 0, "self", ""},
    {PUBLISHED, TEXT("two"), 0, "self", "integration.draft_imported"},
    {REDRAFTED, TEXT("one"), 0, "self", "integration.draft_imported"},
    {TWICE, TEXT("two"), 0, "self", ""},
    {CREATED, TEXT("one"), 1, "self",
     "refused expectedVersion: is 1, but the current streamVersion is 2: read it again and decide "
     "anew"},
    {"", TEXT("one"), 0, "other",
     "refused name: an integration named \"N\" exists already: "
     "SW50ZWdyYXRpb246NmY3NDY4NjUtNzIwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAw; to replace its draft, "
     "import with that integrationId"},
};

Test(integration, import)
{
    for (size_t i = 0; i < sizeof import_rows / sizeof *import_rows; i++) {
        const struct import_row *row = &import_rows[i];
        struct domain_kit kit;
        domain_kit_begin(&kit);
        struct integration integration = {.version = 0};
        struct integration_import when = {.definition = domain_kit_definition(&kit, YAML),
                                          .mark = row->mark,
                                          .expected_version = row->expected_version,
                                          .name_owner = domain_kit_id(row->name_owner),
                                          .system_instance = domain_kit_id("test")};
        domain_kit_given(&kit, row->given, evolve, &integration);
        integration_decide_import(&integration, &when, &kit.decision);
        const char *names = domain_kit_names(&kit);
        cr_expect_str_eq(names, row->then, "given\n%s\ncame\n%s", row->given, names);
        domain_kit_end(&kit);
    }
}

Test(integration, a_draft_says_what_was_imported)
{
    struct domain_kit kit;
    struct integration integration = {.version = 0};
    domain_kit_begin(&kit);
    struct integration_import when = {.definition = domain_kit_definition(&kit, YAML),
                                      .mark = SLICE("one"),
                                      .system_instance = domain_kit_id("test")};
    integration_decide_import(&integration, &when, &kit.decision);
    struct value *state = &kit.decision.events[1].bodies[BODY_STATE];
    cr_expect(slice_equal(value_get_text(state, SLICE("definition")), when.definition->text));
    value_get(state, SLICE("definition"))->bytes = SLICE("its text");
    domain_kit_then(&kit, NULL,
                    "integration.created {'system_instance':'test'}\n"
                    "integration.draft_imported {'definition_version':7,'flows':2,'name':'N',"
                    "'description':'d','category':'c','labels':['a','b'],'flows':['F','G'],"
                    "'mark':'#one','definition':'its text','secrets':[]}");
    domain_kit_end(&kit);
}

Test(integration, secrets_go_in_and_come_out)
{
    struct domain_kit kit;
    domain_kit_begin(&kit);
    const struct definition *definition = domain_kit_definition(
        &kit, "flows:\n- name: F\n  organizationApiKeys: [k1, k2]\n  steps:\n"
              "  - {name: S, isTrigger: true, action: {key: webhook, component: {key: "
              "webhook-triggers}}}\n");
    struct value body = integration_draft_body(&kit.arena, definition, SLICE("m"));
    cr_expect_eq(slice_find(value_get_text(&body, SLICE("definition")), SLICE("k1")), SIZE_MAX);
    struct definition_secrets secrets = integration_secrets_of(&kit.arena, &body);
    cr_assert_eq(secrets.count, 2);
    cr_expect(slice_is(secrets.items[0].path, "flow/F/key/0"));
    cr_expect(slice_is(secrets.items[1].value, "k2"));
    cr_expect_eq(integration_secrets_of(&kit.arena, NULL).count, 0);
    domain_kit_end(&kit);
}

/* ---- publish ---- */

struct publish_row {
    const char *given;
    struct integration_publish when;
    const char *then;
};

static const struct publish_row publish_rows[] = {
    {CREATED,
     {.comment = TEXT("first"), .attributes = TEXT("{}")},
     "integration.published {'version':1,'version_id':'new','draft':2,'comment':'first',"
     "'attributes':'{}'}"},
    {REDRAFTED,
     {.expected_version = 4},
     "integration.published {'version':2,'version_id':'new','draft':4,'comment':'',"
     "'attributes':''}"},
    {PUBLISHED,
     {.expected_version = 0},
     "refused __all__: the draft equals version 1, which is published already: import a changed "
     "definition first"},
    {REDRAFTED "\n" DRAFT,
     {.expected_version = 0},
     "refused __all__: the draft equals version 1, which is published already: import a changed "
     "definition first"},
    {CREATED,
     {.expected_version = 1, .comment = TEXT("\xff"), .attributes = TEXT("\xff")},
     "refused expectedVersion: is 1, but the current streamVersion is 2: read it again and decide "
     "anew\nrefused comment: must be UTF-8 text\nrefused attributes: must be UTF-8 text"},
    {CREATED,
     {.attributes = TEXT("{")},
     "refused attributes: must be a JSON text: malformed JSON at line 1, column 1: string or '}' "
     "expected near end of file"},
    {"", {.expected_version = 0}, "refused __all__: there is no such integration"},
};

Test(integration, publish)
{
    for (size_t i = 0; i < sizeof publish_rows / sizeof *publish_rows; i++) {
        const struct publish_row *row = &publish_rows[i];
        struct domain_kit kit;
        struct integration integration = {.version = 0};
        struct integration_publish when = row->when;
        domain_kit_begin(&kit);
        when.version_id = domain_kit_id("new");
        domain_kit_given(&kit, row->given, evolve, &integration);
        integration_decide_publish(&integration, &when, &kit.decision);
        domain_kit_then(&kit, row->given, row->then);
        domain_kit_end(&kit);
    }
}

/* ---- availability ---- */

struct availability_row {
    const char *given;
    uint64_t version;
    bool is_available;
    bool wanted;
    uint64_t expected_version;
    const char *then;
};

static const struct availability_row availability_rows[] = {
    {PUBLISHED, 1, true, false, 0, "integration.availability_changed {'version':1}"},
    {PUBLISHED, 1, false, true, 3,
     "integration.availability_changed {'version':1,'available':true}"},
    {PUBLISHED, 1, true, true, 0, ""},
    {PUBLISHED, 1, false, false, 0, ""},
    {PUBLISHED, 1, true, false, 9,
     "refused expectedVersion: is 9, but the current streamVersion is 3: read it again and decide "
     "anew"},
    {CREATED, 0, false, true, 0,
     "refused id: is the draft's: give that of the version to be marked"},
    {PUBLISHED, 2, false, true, 0, "refused id: there is no such version"},
};

Test(integration, availability)
{
    for (size_t i = 0; i < sizeof availability_rows / sizeof *availability_rows; i++) {
        const struct availability_row *row = &availability_rows[i];
        struct domain_kit kit;
        struct integration integration = {.version = 0};
        struct integration_version version = {.number = row->version,
                                              .is_available = row->is_available};
        domain_kit_begin(&kit);
        domain_kit_given(&kit, row->given, evolve, &integration);
        integration_decide_availability(&integration, &version, row->wanted, row->expected_version,
                                        &kit.decision);
        domain_kit_then(&kit, row->given, row->then);
        domain_kit_end(&kit);
    }
}

/* ---- what becomes of it ---- */

static enum err
reread(struct slice bytes, struct arena *arena, struct buf *out, struct error *reterr)
{
    struct integration integration;
    enum err e = integration_get(bytes, domain_kit_id("self"), arena, &integration, reterr);
    if (e == ERR_OK) {
        integration_put(out, &integration);
    }
    return e;
}

static enum err
reread_version(struct slice bytes, struct arena *arena, struct buf *out, struct error *reterr)
{
    struct integration_version version;
    enum err e = integration_version_get(bytes, arena, &version, reterr);
    if (e == ERR_OK) {
        integration_version_put(out, &version);
    }
    return e;
}

Test(integration, evolves)
{
    struct domain_kit kit;
    struct integration it = {.version = 0};
    struct buf row;
    domain_kit_begin(&kit);
    buf_init(&row, MIB);
    domain_kit_given(&kit,
                     "integration.created {'system_instance':'test'}\n"
                     "integration.draft_imported {'name':'N','description':'d','category':'c',"
                     "'labels':['a'],'flows':['F'],'mark':'#one'}",
                     evolve, &it);
    cr_expect(uuid_equal(it.id, domain_kit_id("self")));
    cr_expect(uuid_equal(it.system_instance, domain_kit_id("test")));
    cr_expect_eq(it.draft_seq, 2);
    cr_expect_eq(it.created_at_us, 1000000);
    cr_expect_eq(it.updated_at_us, 2000000);
    cr_expect_eq(it.latest_version, 0);
    cr_expect_eq(it.published_mark.size, 0);
    domain_kit_given(&kit, "integration.published {'version':1,'version_id':'v1','draft':2}",
                     evolve, &it);
    cr_expect_eq(it.latest_version, 1);
    cr_expect_eq(it.latest_available, 1);
    cr_expect(slice_is(it.published_mark, "one"));
    cr_expect_eq(it.version, 3);
    integration_put(&row, &it);
    domain_kit_row(&kit, &row, reread);
    domain_kit_given(&kit, "integration.draft_imported {'name':'M','mark':'#two'}", evolve, &it);
    cr_expect(slice_is(it.name, "M"));
    cr_expect_eq(it.description.size + it.labels.count + it.flows.count, 0, "replaced whole");
    cr_expect(slice_is(it.published_mark, "one"));
    buf_deinit(&row);
    domain_kit_end(&kit);
}

Test(integration, the_newest_available_version_is_known)
{
    static const struct {
        const char *line;
        uint64_t newest; /* available */
    } steps[] = {
        {"integration.published {'version':1}", 1},
        {"integration.published {'version':2}", 2},
        {"integration.availability_changed {'version':1}", 2},
        {"integration.availability_changed {'version':2}", 0},
        {"integration.availability_changed {'version':1,'available':true}", 1},
        {"integration.published {'version':3}", 3},
        {"integration.availability_changed {'version':3}", 1},
        {"integration.availability_changed {'version':2,'available':true}", 2},
        {"integration.availability_changed {'version':3,'available':true}", 3},
    };
    struct domain_kit kit;
    struct integration it = {.version = 0};
    domain_kit_begin(&kit);
    domain_kit_given(&kit, CREATED, evolve, &it);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct buf row;
        buf_init(&row, MIB);
        domain_kit_given(&kit, steps[i].line, evolve, &it);
        cr_expect_eq(it.latest_available, steps[i].newest, "step %zu", i);
        integration_put(&row, &it);
        domain_kit_row(&kit, &row, reread);
        buf_deinit(&row);
    }
    domain_kit_end(&kit);
}

Test(integration, versions_evolve)
{
    struct domain_kit kit;
    struct integration_version it = {.number = 0};
    static struct slice labels[] = {TEXT("a")};
    struct integration draft = {.name = SLICE("N"),
                                .description = SLICE("d"),
                                .category = SLICE("c"),
                                .labels = {labels, 1}};
    struct buf row;
    domain_kit_begin(&kit);
    buf_init(&row, MIB);
    integration_version_evolve(
        &it, &draft,
        domain_kit_event(&kit, "integration.published {'version':3,'version_id':'v3',"
                               "'draft':9,'comment':'c','attributes':'{}'}"));
    cr_expect_eq(it.number, 3);
    cr_expect(uuid_equal(it.id, domain_kit_id("v3")));
    cr_expect(uuid_equal(it.created_by, domain_kit_id("ada")));
    cr_expect_eq(it.draft_seq, 9);
    cr_expect(it.is_available);
    cr_expect(slice_is(it.name, "N") && slice_is(it.description, "d"));
    cr_expect(slice_is(it.category, "c") && text_list_equal(it.labels, draft.labels));
    integration_version_put(&row, &it);
    domain_kit_row(&kit, &row, reread_version);
    draft.name = SLICE("renamed");
    integration_version_evolve(
        &it, &draft, domain_kit_event(&kit, "integration.availability_changed {'version':3}"));
    cr_expect(!it.is_available);
    cr_expect_eq(it.number, 3);
    cr_expect(slice_is(it.comment, "c"));
    cr_expect(slice_is(it.name, "N"), "a version stays as it was published");
    buf_deinit(&row);
    domain_kit_end(&kit);
}
