/*
 * Secrets: what is one, that the text without them is the same but for them, that it reads as the
 * same definition again, and that blank ones keep what is stored.
 */
#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/definition/yaml_tree_priv.h"
#include "tests/lib/definition_dump.h"
#include "tests/unit/core/definition_kit.h"

#include <criterion/criterion.h>

#define FLOWS                                                                                      \
    "flows: [{name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, component: "      \
    "{key: "                                                                                       \
    "webhook-triggers}}}]}]\n"

#define EXPECT_TEXT(slice, text) cr_expect(slice_is((slice), (text)), "%.*s", SLICE_ARGS(slice))

static struct slice secret(const struct definition *definition, const char *path)
{
    for (uint32_t i = 0; i < definition->secrets.count; i++) {
        if (slice_is(definition->secrets.items[i].path, path)) {
            return definition->secrets.items[i].value;
        }
    }
    return (struct slice){NULL, 0};
}

/* The definition that comes out of its own text and secrets is the same. */
static void expect_round_trip(const struct definition *definition)
{
    struct definition_kit again = definition_kit_parse(definition->text, &definition->secrets);
    cr_assert_eq(again.result, ERR_OK, "%.*s\n%s", SLICE_ARGS(definition->text),
                 definition_kit_problems(&again));
    struct buf one;
    struct buf two;
    buf_init(&one, 4 * MIB);
    buf_init(&two, 4 * MIB);
    definition_dump(&one, definition);
    definition_dump(&two, again.definition);
    cr_expect(slice_equal(buf_slice(&one), buf_slice(&two)), "%.*s", SLICE_ARGS(definition->text));
    cr_expect(slice_equal(definition->text, again.definition->text));
    buf_deinit(&one);
    buf_deinit(&two);
    definition_kit_free(&again);
}

/* One way to write the secret `value`, and what stays of it. A block scalar takes the blank lines
 * behind it along: they are part of it. */
struct style_row {
    const char *written;
    const char *blanked;
    const char *value;
};

static const struct style_row style_rows[] = {
    {"value: hunter2", "value: \"\"", "hunter2"},
    {"value: hunter2   # a comment", "value: \"\"   # a comment", "hunter2"},
    {"value: \"hunter2\" # é", "value: \"\" # é", "hunter2"},
    {"value: 'hunt''er2'", "value: \"\"", "hunt'er2"},
    {"value: \"h\\u00fc\\n\\\"t\"", "value: \"\"", "hü\n\"t"},
    {"value: \"a\n          b\"", "value: \"\"", "a b"},
    {"value: a\n          b c\n", "value: \"\"\n", "a b c"},
    {"value: 7", "value: \"\"", "7"},
    {"value: true", "value: \"\"", "true"},
    {"value: &x hunter2", "value: &x \"\"", "hunter2"},
    {"value: !!str hunter2", "value: !!str \"\"", "hunter2"},
    {"value: &x !!str 'hunter2'", "value: &x !!str \"\"", "hunter2"},
    {"value: !!str &x\n          # why not\n          hunter2",
     "value: !!str &x\n          # why not\n          \"\"", "hunter2"},
    {"value: |\n          a\n          b", "value: \"\"", "a\nb\n"},
    {"value: |2-  # keep\n            a\n          b\n        # behind",
     "value: \"\"  # keep\n        # behind", "  a\nb"},
    {"value: |# tight\n          a", "value: \"\" # tight", "a\n"},
    {"value: >2-# t\n          a", "value: \"\" # t", "a"},
    {"value: >+\n          a\n          b\n\n", "value: \"\"", "a b\n\n\n"},
    {"value: &x |\n          a\n", "value: &x \"\"", "a\n"},
    {"value: \xe6\x97\xa5\xe6\x9c\xac # \xf0\x9f\x98\x80", "value: \"\" # \xf0\x9f\x98\x80",
     "\xe6\x97\xa5\xe6\x9c\xac"},
    {"value: *", NULL, NULL},
    {"value: \"\"", "value: \"\"", ""},
    {"value: ''", "value: ''", ""},
    {"value:", "value:", ""},
    {"value: ~", "value: ~", ""},
    {"value: null # none", "value: null # none", ""},
    {"value: &x", "value: &x", ""},
    {"# no value", "# no value", ""},
};

#define BEFORE                                                                                     \
    "# ä head\ndefinitionVersion: 7\nname: T\nrequiredConfigVars:\n  - key: C\n"                  \
    "    dataType: connection\n    connection: {key: k, component: {key: c}}\n    inputs:\n"       \
    "      token:\n        type: value\n        "
#define BEHIND "\n# tail ü\n" FLOWS

static void check_style(const struct style_row *row, const char *line_end)
{
    struct arena arena;
    arena_init(&arena, MIB);
    struct buf text;
    buf_init(&text, MIB);
    struct slice source = arena_format(&arena, "%s%s%s", BEFORE, row->written, BEHIND);
    for (size_t i = 0; i < source.size; i++) {
        if (source.data[i] == '\n') {
            buf_put_text(&text, line_end);
        } else {
            buf_put_char(&text, source.data[i]);
        }
    }
    struct definition_kit kit = definition_kit_parse(buf_slice(&text), NULL);
    if (row->value == NULL) {
        cr_expect_eq(kit.result, ERR_INVALID, "%s", row->written);
    } else {
        cr_assert_eq(kit.result, ERR_OK, "%s: %s", row->written, definition_kit_problems(&kit));
        EXPECT_TEXT(secret(kit.definition, "configVar/C/token"), row->value);
        EXPECT_TEXT(kit.definition->config_vars[0].inputs[0].text, row->value);
        cr_expect_eq(kit.definition->secrets.count, row->value[0] != '\0');
        if (line_end[0] == '\n') {
            struct slice want = arena_format(&arena, "%s%s%s", BEFORE, row->blanked, BEHIND);
            cr_expect(slice_equal(kit.definition->text, want), "%s gave\n%.*s", row->written,
                      SLICE_ARGS(kit.definition->text));
        }
        expect_round_trip(kit.definition);
    }
    definition_kit_free(&kit);
    buf_deinit(&text);
    arena_deinit(&arena);
}

Test(definition_secret, every_style_of_scalar)
{
    for (size_t i = 0; i < ARRAY_COUNT(style_rows); i++) {
        check_style(&style_rows[i], "\n");
        check_style(&style_rows[i], "\r\n");
        check_style(&style_rows[i], "\r");
    }
}

Test(definition_secret, flow_style_keeps_its_neighbours)
{
    struct definition_kit kit = definition_kit_parse(
        SLICE("{\"definitionVersion\":7,\"name\":\"é\",\"requiredConfigVars\":[{\"key\":\"C\","
              "\"dataType\":\"connection\",\"connection\":{\"key\":\"k\",\"component\":{\"key\":"
              "\"c\"}},\"inputs\":{\"username\":{\"type\":\"value\",\"value\":\"bob\"},\"token\":"
              "{\"value\":\"hunter2\",\"type\":\"value\"},\"other\":{\"type\":\"value\",\"value\":"
              "s3cret }}}],\"flows\":[{\"name\":\"F\",\"organizationApiKeys\":[k1,\"k2\", k3],"
              "\"steps\":[{\"name\":\"S\",\"isTrigger\":true,\"action\":{\"key\":\"webhook\","
              "\"component\":{\"key\":\"webhook-triggers\"}}}]}]}"),
        NULL);
    cr_assert_eq(kit.result, ERR_OK, "%s", definition_kit_problems(&kit));
    EXPECT_TEXT(kit.definition->text,
                "{\"definitionVersion\":7,\"name\":\"é\",\"requiredConfigVars\":[{\"key\":\"C\","
                "\"dataType\":\"connection\",\"connection\":{\"key\":\"k\",\"component\":{\"key\":"
                "\"c\"}},\"inputs\":{\"username\":{\"type\":\"value\",\"value\":\"bob\"},\"token\":"
                "{\"value\":\"\",\"type\":\"value\"},\"other\":{\"type\":\"value\",\"value\":"
                "\"\" }}}],\"flows\":[{\"name\":\"F\",\"organizationApiKeys\":[\"\",\"\", \"\"],"
                "\"steps\":[{\"name\":\"S\",\"isTrigger\":true,\"action\":{\"key\":\"webhook\","
                "\"component\":{\"key\":\"webhook-triggers\"}}}]}]}");
    EXPECT_TEXT(secret(kit.definition, "flow/F/key/2"), "k3");
    cr_expect_eq(kit.definition->secrets.count, 5);
    expect_round_trip(kit.definition);
    definition_kit_free(&kit);
}

#define CONNECTION(inputs)                                                                         \
    "definitionVersion: 7\nname: T\nrequiredConfigVars:\n- {key: K, dataType: string}\n"           \
    "- {key: C, stableKey: a/b%c, dataType: connection, connection: {key: k, component: {key: "    \
    "c}}, inputs: {" inputs "}}\n" FLOWS

Test(definition_secret, complex_inputs_templates_and_config_variables)
{
    struct definition_kit kit = definition_kit_parse(
        SLICE(CONNECTION("list: {type: complex, value: [one, {type: value, value: two}, {name: n, "
                         "type: configVar, value: K}, [{type: template, value: '{{#K}}x'}]]}, "
                         "t: {type: template, value: 'Bearer {{#K}}'}, v: {type: configVar, value: "
                         "K}, x/y: {type: value, value: z}")),
        NULL);
    cr_assert_eq(kit.result, ERR_OK, "%s", definition_kit_problems(&kit));
    cr_expect_eq(kit.definition->secrets.count, 5);
    EXPECT_TEXT(secret(kit.definition, "configVar/a%2Fb%25c/list/0"), "one");
    EXPECT_TEXT(secret(kit.definition, "configVar/a%2Fb%25c/list/1"), "two");
    EXPECT_TEXT(secret(kit.definition, "configVar/a%2Fb%25c/list/2"), "{{#K}}x");
    EXPECT_TEXT(secret(kit.definition, "configVar/a%2Fb%25c/t"), "Bearer {{#K}}");
    EXPECT_TEXT(secret(kit.definition, "configVar/a%2Fb%25c/x%2Fy"), "z");
    cr_expect(kit.definition->config_vars[1].inputs[0].items[0].secret);
    cr_expect_neq(slice_find(kit.definition->text, SLICE("{type: configVar, value: K}")), SIZE_MAX);
    expect_round_trip(kit.definition);
    definition_kit_free(&kit);
}

Test(definition_secret, public_inputs_stay)
{
    struct definition_kit kit = definition_kit_parse(
        SLICE(CONNECTION("username: {type: value, value: bob}, tokenUrl: {type: value, value: "
                         "'https://x'}, password: {type: value, value: hunter2}")),
        NULL);
    cr_assert_eq(kit.result, ERR_OK, "%s", definition_kit_problems(&kit));
    cr_expect_eq(kit.definition->secrets.count, 1);
    const struct config_var *var = &kit.definition->config_vars[1];
    cr_expect(!var->inputs[0].secret && !var->inputs[1].secret && var->inputs[2].secret);
    definition_kit_free(&kit);
}

/* A secret that an alias puts in a public place is blank there. */
Test(definition_secret, aliases_in_public_places_are_blank)
{
    struct definition_kit kit = definition_kit_parse(
        SLICE("description: &s hunter2\n" CONNECTION(
            "a: {type: value, value: *s}, b: {type: value, value: *s}") "category: *s\n"),
        NULL);
    cr_assert_eq(kit.result, ERR_OK, "%s", definition_kit_problems(&kit));
    EXPECT_TEXT(kit.definition->description, "");
    EXPECT_TEXT(kit.definition->category, "");
    cr_expect_eq(slice_find(kit.definition->text, SLICE("hunter2")), SIZE_MAX);
    cr_expect_eq(kit.definition->secrets.count, 2);
    EXPECT_TEXT(secret(kit.definition, "configVar/a%2Fb%25c/b"), "hunter2");
    expect_round_trip(kit.definition);
    definition_kit_free(&kit);
}

/* Where the blank is not enough, the definition is refused, and the message shows nothing. */
Test(definition_secret, aliases_in_needed_places_are_refused)
{
    static const char *const texts[] = {
        "name: &s hunter2\nx: 1\ndefinitionVersion: 7\nrequiredConfigVars:\n- {key: C, dataType: "
        "connection, connection: {key: k, component: {key: c}}, inputs: {a: {type: value, value: "
        "*s}}}\n" FLOWS,
        /* one scalar is both the type of one input and the value of another */
        CONNECTION("a: {type: &s configVar, value: hunter2}, b: {type: value, value: *s}"),
        CONNECTION("a: {type: value, value: &s configVar}, b: {type: *s, value: hunter2}"),
        "definitionVersion: 7\nname: T\nrequiredConfigVars:\n- {key: A, dataType: &s string, "
        "inputs: "
        "{x: {type: value, value: hunter2}}}\n- {key: B, dataType: connection, connection: {key: "
        "k, "
        "component: {key: c}}, inputs: {y: {type: value, value: *s}}}\n" FLOWS,
    };
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct definition_kit kit = definition_kit_parse(slice_of_text(texts[i]), NULL);
        cr_expect_eq(kit.result, ERR_INVALID, "%zu", i);
        cr_expect_null(strstr(definition_kit_problems(&kit), "hunter2"), "%zu: %s", i,
                       definition_kit_problems(&kit));
        definition_kit_free(&kit);
    }
}

Test(definition_secret, merged_inputs)
{
    struct definition_kit kit = definition_kit_parse(
        SLICE("defaults: &d {password: {type: value, value: hunter2}, username: {type: value, "
              "value: bob}}\n" CONNECTION("<<: *d, username: {type: value, value: eve}")),
        NULL);
    cr_assert_eq(kit.result, ERR_OK, "%s", definition_kit_problems(&kit));
    EXPECT_TEXT(secret(kit.definition, "configVar/a%2Fb%25c/password"), "hunter2");
    cr_expect_eq(slice_find(kit.definition->text, SLICE("hunter2")), SIZE_MAX);
    cr_expect_neq(slice_find(kit.definition->text, SLICE("bob")), SIZE_MAX);
    expect_round_trip(kit.definition);
    definition_kit_free(&kit);
}

Test(definition_secret, blank_ones_keep_what_is_stored)
{
    struct definition_secret items[] = {
        {SLICE("configVar/a%2Fb%25c/kept"), SLICE("old")},
        {SLICE("configVar/a%2Fb%25c/changed"), SLICE("old")},
        {SLICE("configVar/a%2Fb%25c/gone"), SLICE("old")},
        {SLICE("configVar/a%2Fb%25c/missing"), SLICE("old value")},
        {SLICE("configVar/a%2Fb%25c/list/1"), SLICE("old item")},
        {SLICE("flow/F/key/0"), SLICE("old key")},
        {SLICE("flow/F/key/5"), SLICE("old key")},
    };
    struct definition_secrets stored = {items, ARRAY_COUNT(items)};
    struct definition_kit kit = definition_kit_parse(
        SLICE(
            "definitionVersion: 7\nname: T\nrequiredConfigVars:\n- {key: C, stableKey: a/b%c, "
            "dataType: connection, connection: {key: k, component: {key: c}}, inputs: {kept: "
            "{type: value, value: ''}, changed: {type: value, value: new}, missing: {type: value}, "
            "blank: {type: value, value: ''}, list: {type: complex, value: [a, '']}}}\n"
            "flows: [{name: F, organizationApiKeys: ['', '', c], steps: [{name: S, isTrigger: "
            "true, action: {key: webhook, component: {key: webhook-triggers}}}]}]\n"),
        &stored);
    cr_assert_eq(kit.result, ERR_OK, "%s", definition_kit_problems(&kit));
    EXPECT_TEXT(secret(kit.definition, "configVar/a%2Fb%25c/kept"), "old");
    EXPECT_TEXT(secret(kit.definition, "configVar/a%2Fb%25c/changed"), "new");
    EXPECT_TEXT(secret(kit.definition, "configVar/a%2Fb%25c/missing"), "old value");
    EXPECT_TEXT(secret(kit.definition, "configVar/a%2Fb%25c/list/0"), "a");
    EXPECT_TEXT(secret(kit.definition, "configVar/a%2Fb%25c/list/1"), "old item");
    cr_expect_eq(kit.definition->secrets.count, 7);
    const struct flow_definition *flow = &kit.definition->flows[0];
    cr_assert_eq(flow->organization_key_count, 2); /* the second is blank and left out */
    EXPECT_TEXT(flow->organization_keys[0], "old key");
    EXPECT_TEXT(flow->organization_keys[1], "c");
    expect_round_trip(kit.definition);
    definition_kit_free(&kit);
}

/* The stored values are copied: the definition outlives them. */
Test(definition_secret, stored_values_are_copied)
{
    char value[] = "old";
    struct definition_secret item = {SLICE("configVar/a%2Fb%25c/s"), slice_of(value, 3)};
    struct definition_secrets stored = {&item, 1};
    struct definition_kit kit =
        definition_kit_parse(SLICE(CONNECTION("s: {type: value, value: ''}")), &stored);
    cr_assert_eq(kit.result, ERR_OK);
    memset(value, 'x', 3);
    EXPECT_TEXT(kit.definition->config_vars[1].inputs[0].text, "old");
    definition_kit_free(&kit);
}

Test(definition_secret, there_is_a_maximum)
{
    struct buf text;
    buf_init(&text, 4 * MIB);
    buf_put_text(&text, "definitionVersion: 7\nname: T\nrequiredConfigVars:\n");
    for (int var = 0; var < 21; var++) {
        buf_printf(&text,
                   "- {key: k%d, dataType: connection, connection: {key: k, component: {key: "
                   "c}}, inputs: {",
                   var);
        for (int input = 0; input < 100; input++) {
            buf_printf(&text, "s%d: {type: value, value: x},", input);
        }
        buf_put_text(&text, "}}\n");
    }
    buf_put_text(&text, FLOWS);
    struct definition_kit kit = definition_kit_parse(buf_slice(&text), NULL);
    cr_expect_eq(kit.result, ERR_INVALID);
    cr_expect_str_eq(definition_kit_problems(&kit),
                     "requiredConfigVars[20].inputs.s0 (line 24): a definition has at most 2000 "
                     "secrets; this one is one more\n");
    definition_kit_free(&kit);
    buf_deinit(&text);
}
