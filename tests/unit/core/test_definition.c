/*
 * Whole definitions: the large example and the sample into the model, other ways to write the same,
 * the finders, and running out of memory at every place.
 */
#include "core/base/json_in.h"
#include "core/base/json_out.h"
#include "core/base/limits.h"
#include "core/base/memory.h"
#include "core/definition/component.h"
#include "tests/lib/definition_dump.h"
#include "tests/unit/core/definition_kit.h"

#include <criterion/criterion.h>

#define EXAMPLE    "tests/unit/core/data/parcel_tracker.yml"
#define SAMPLE     "tools/sample/orders.yml"
#define DUMP_BYTES (4 * MIB)

static struct definition_kit parse_file(const char *path)
{
    struct arena arena;
    arena_init(&arena, 8 * MIB);
    struct definition_kit kit = definition_kit_parse(definition_kit_file(&arena, path), NULL);
    cr_assert_eq(kit.result, ERR_OK, "%s", definition_kit_problems(&kit));
    arena_deinit(&arena);
    return kit;
}

#define EXPECT_TEXT(slice, text) cr_expect(slice_is((slice), (text)), "%.*s", SLICE_ARGS(slice))

Test(definition, example_head_and_pages)
{
    struct definition_kit kit = parse_file(EXAMPLE);
    const struct definition *d = kit.definition;
    cr_expect_eq(d->version, 7);
    EXPECT_TEXT(d->name, "Parcel Tracker to Ledger");
    EXPECT_TEXT(d->documentation, "# Parcel Tracker to Ledger\n"
                                  "Set the carrier connection, choose a depot, deploy.\n");
    EXPECT_TEXT(d->category, "Logistics");
    cr_assert_eq(d->label_count, 2);
    EXPECT_TEXT(d->labels[1], "parcels");
    cr_expect_eq(d->endpoint_type, ENDPOINT_FLOW_SPECIFIC);
    cr_assert_eq(d->page_count, 2);
    EXPECT_TEXT(d->pages[0].tagline, "Sign in");
    cr_assert_eq(d->pages[0].element_count, 3);
    cr_expect_eq(d->pages[0].elements[0].type, ELEMENT_HTML);
    EXPECT_TEXT(d->pages[1].elements[3].value, "Depot");
    definition_kit_free(&kit);
}

Test(definition, example_config_variables)
{
    struct definition_kit kit = parse_file(EXAMPLE);
    const struct definition *d = kit.definition;
    cr_assert_eq(d->config_var_count, 17);
    const struct config_var *carrier = definition_config_var(d, SLICE("Carrier Connection"));
    cr_assert_not_null(carrier);
    EXPECT_TEXT(carrier->identity, "carrier-connection");
    cr_expect_eq(carrier->data_type, CONFIG_CONNECTION);
    EXPECT_TEXT(carrier->connection.component, "carrier");
    cr_expect_not(carrier->connection.is_public);
    cr_assert_eq(carrier->input_count, 5);
    cr_expect_not(carrier->inputs[0].secret); /* authorizeUrl */
    cr_expect(carrier->inputs[4].secret);     /* clientSecret */
    cr_expect(carrier->inputs[4].visibility.org_only);
    cr_expect_not(carrier->inputs[4].visibility.visible_to_customer_deployer);
    cr_expect(carrier->visibility.visible_to_customer_deployer);
    EXPECT_TEXT(definition_config_var(d, SLICE("Shared Warehouse Connection"))->scoped_config_var,
                "warehouse-api");
    const struct config_var *max = definition_config_var(d, SLICE("Max Parcels"));
    cr_expect_eq(max->data_type, CONFIG_NUMBER);
    cr_expect(max->has_default && max->visibility.org_only);
    EXPECT_TEXT(max->default_value, "25");
    cr_expect_eq(max->line, 47);
    const struct config_var *region = definition_config_var(d, SLICE("Region"));
    cr_expect_eq(region->pick_list_count, 3);
    const struct config_var *map = definition_config_var(d, SLICE("Status Map"));
    cr_expect_eq(map->collection, COLLECTION_KEYVALUELIST);
    const struct config_var *sweep = definition_config_var(d, SLICE("Sweep Schedule"));
    cr_expect_eq(sweep->schedule_type, SCHEDULE_CUSTOM);
    EXPECT_TEXT(sweep->time_zone, "Europe/Amsterdam");
    const struct config_var *depot = definition_config_var(d, SLICE("Depot"));
    cr_expect(depot->has_data_source && depot->has_default);
    EXPECT_TEXT(depot->data_source.key, "listDepots");
    const struct config_var *layout = definition_config_var(d, SLICE("Field Layout"));
    cr_expect_not(layout->has_default);
    EXPECT_TEXT(value_get_text(&layout->meta, SLICE("validationMode")), "ValidateAndShow");
    cr_expect_null(definition_config_var(d, SLICE("region")));
    definition_kit_free(&kit);
}

Test(definition, example_flows)
{
    struct definition_kit kit = parse_file(EXAMPLE);
    const struct definition *d = kit.definition;
    static const enum trigger_kind kinds[] = {TRIGGER_WEBHOOK, TRIGGER_WEBHOOK, TRIGGER_SCHEDULE,
                                              TRIGGER_DEPLOY, TRIGGER_REMOVE};
    cr_assert_eq(d->flow_count, 5);
    for (uint32_t i = 0; i < d->flow_count; i++) {
        cr_expect_eq(d->flows[i].index, i);
        cr_expect_eq(d->flows[i].trigger_kind, kinds[i]);
    }
    const struct flow_definition *event = definition_flow(d, SLICE("receive-parcel-event"));
    cr_assert_not_null(event);
    cr_expect_eq(event->security, SECURITY_CUSTOMER_REQUIRED);
    cr_expect_eq(event->retry.max_attempts, 3);
    EXPECT_TEXT(event->retry.unique_request_id, "parcelTrigger.results.body.data.eventId");
    cr_expect(event->queue.fifo && event->queue.concurrency_limit == 4);
    cr_expect_eq(event->total_step_count, 7);
    const struct flow_definition *quote = definition_flow(d, SLICE("quote"));
    cr_expect(quote->is_synchronous);
    cr_assert_eq(quote->organization_key_count, 1);
    EXPECT_TEXT(quote->organization_keys[0], "k-change-me");
    const struct step *timer = &definition_flow(d, SLICE("sweep"))->steps[0];
    cr_expect(timer->schedule.given && timer->schedule.type == INPUT_CONFIGVAR);
    EXPECT_TEXT(timer->schedule.text, "Sweep Schedule");
    cr_expect_not_null(
        definition_flow(d, SLICE("On Removal"))); /* without a stable key: its name */
    cr_expect_null(definition_flow(d, SLICE("Quote")));
    definition_kit_free(&kit);
}

Test(definition, example_steps)
{
    struct definition_kit kit = parse_file(EXAMPLE);
    const struct flow_definition *flow = &kit.definition->flows[0];
    cr_assert_eq(flow->step_count, 4);
    cr_expect(flow->steps[0].is_trigger);
    EXPECT_TEXT(definition_input(&flow->steps[0], "body")->text, "{\"accepted\":true}");
    const struct step *fetch = &flow->steps[1];
    EXPECT_TEXT(fetch->reference, "fetchParcel");
    cr_assert_not_null(fetch->builtin);
    cr_expect_str_eq(fetch->builtin->http_method, "GET");
    cr_expect(fetch->error.handler == HANDLER_RETRY && fetch->error.max_attempts == 4);
    const struct input *headers = definition_input(fetch, "headers");
    cr_assert_eq(headers->item_count, 2);
    EXPECT_TEXT(headers->items[0].name, "X-Region");
    cr_expect_eq(headers->items[0].type, INPUT_CONFIGVAR);
    cr_assert_not_null(headers->items[1].name_input);
    EXPECT_TEXT(headers->items[1].name_input->text, "X-Source");
    cr_expect_null(flow->steps[2].builtin); /* code.runCode is not built in */
    const struct step *branch = &flow->steps[3];
    cr_assert_eq(branch->branch_count, 2);
    const struct input *conditions = definition_input(branch, "conditions");
    const struct input *expression = &conditions->items[0];
    cr_assert_eq(expression->item_count, 3);
    EXPECT_TEXT(expression->items[0].text, "and");
    cr_expect_eq(expression->items[1].type, INPUT_LIST);
    EXPECT_TEXT(expression->items[1].items[1].text, "shapeRecord.results.status");
    const struct step *loop = &branch->branches[0].steps[0];
    cr_expect_eq(loop->index, 4);
    cr_expect_eq(loop->steps[0].index, 5);
    cr_expect_eq(branch->branches[1].steps[0].index, 6);
    cr_expect_null(definition_input(fetch, "nothing"));
    definition_kit_free(&kit);
}

Test(definition, sample_parses)
{
    struct definition_kit kit = parse_file(SAMPLE);
    const struct definition *d = kit.definition;
    cr_expect_eq(d->flow_count, 3);
    cr_expect_not(definition_flow(d, SLICE("receive-order"))->is_synchronous);
    cr_expect(definition_flow(d, SLICE("ledger"))->is_synchronous);
    cr_expect_eq(definition_flow(d, SLICE("ping"))->step_count, 1);
    cr_expect_not(definition_config_var(d, SLICE("Ledger URL"))->has_default);
    EXPECT_TEXT(definition_config_var(d, SLICE("Ledger Status"))->default_value, "500");
    cr_expect_eq(d->secrets.count, 0);
    definition_kit_free(&kit);
}

/* What component tests of the command line client send: version 6, no pages, no inputs. */
Test(definition, version_6_of_a_component_test)
{
    struct definition_kit kit = definition_kit_parse(
        SLICE(
            "definitionVersion: 6\nname: Harness\ndescription: Test Harness\n"
            "category: Component Development\nrequiredConfigVars:\n  - key: testConnection\n"
            "    description: Test Connection\n    dataType: connection\n    connection:\n"
            "      component:\n        key: crm\n        isPublic: false\n"
            "        version: LATEST\n      key: apiKey\n    inputs:\n      apiKey:\n"
            "        type: value\n        value: s3cret\nflows:\n  - name: Flow 1\n    steps:\n"
            "      - name: Trigger\n        isTrigger: true\n        action:\n"
            "          component:\n            key: webhook-triggers\n            isPublic: true\n"
            "            version: LATEST\n          key: webhook\n      - name: Test Step\n"
            "        action:\n          component:\n            key: crm\n"
            "            isPublic: false\n            version: LATEST\n          key: act\n"
            "        inputs:\n          connection:\n            type: configVar\n"
            "            value: testConnection\n"),
        NULL);
    cr_assert_eq(kit.result, ERR_OK, "%s", definition_kit_problems(&kit));
    cr_expect_eq(kit.definition->version, 6);
    cr_expect_eq(slice_find(kit.definition->text, SLICE("s3cret")), SIZE_MAX);
    definition_kit_free(&kit);
}

static void expect_same(const struct definition *a, const struct definition *b)
{
    struct buf one;
    struct buf two;
    buf_init(&one, DUMP_BYTES);
    buf_init(&two, DUMP_BYTES);
    definition_dump(&one, a);
    definition_dump(&two, b);
    cr_expect_not(one.failed || two.failed);
    cr_expect(slice_equal(buf_slice(&one), buf_slice(&two)), "%.*s\n----\n%.*s",
              SLICE_ARGS(buf_slice(&one)), SLICE_ARGS(buf_slice(&two)));
    buf_deinit(&one);
    buf_deinit(&two);
}

/* The same small definition as block YAML, as JSON, with anchors, with merge keys, with Windows
 * line ends and behind a byte order mark. */
Test(definition, other_spellings_give_the_same)
{
    static const char *const spellings[] = {
        "definitionVersion: 7\nname: Tür\nrequiredConfigVars:\n  - key: K\n    dataType: number\n"
        "    defaultValue: 25\n  - key: C\n    dataType: connection\n    connection:\n"
        "      key: basic\n      component: {key: http}\n    inputs:\n      password:\n"
        "        type: value\n        value: \"a\\\"b\\u00fc\"\nflows:\n  - name: F\n    steps:\n"
        "      - name: S\n        isTrigger: true\n        action: {key: webhook, component: "
        "{key: webhook-triggers}}\n",
        "{\"definitionVersion\":7,\"name\":\"T\\u00fcr\",\"requiredConfigVars\":[{\"key\":\"K\","
        "\"dataType\":\"number\",\"defaultValue\":\"25\"},{\"key\":\"C\",\"dataType\":"
        "\"connection\","
        "\"connection\":{\"key\":\"basic\",\"component\":{\"key\":\"http\"}},\"inputs\":{"
        "\"password\":"
        "{\"type\":\"value\",\"value\":\"a\\\"b\\u00fc\"}}}],\"flows\":[{\"name\":\"F\",\"steps\":"
        "[{\"name\":\"S\",\"isTrigger\":true,\"action\":{\"key\":\"webhook\",\"component\":"
        "{\"key\":\"webhook-triggers\"}}}]}]}",
        "definitionVersion: 7\nname: &n Tür\nrequiredConfigVars:\n- {key: K, dataType: number, "
        "defaultValue: '25'}\n- {key: C, dataType: connection, connection: &c {key: basic, "
        "component: {key: http}}, inputs: {password: {type: &v value, value: 'a\"bü'}}}\nflows:\n"
        "- {name: F, steps: [{name: S, isTrigger: true, action: {key: webhook, component: {key: "
        "webhook-triggers}}}]}\nunknown: [*n, *c, *v]\n",
        "x-parts:\n- &var {key: K, dataType: number}\n- &more {dataType: connection, key: "
        "nothing}\n"
        "definitionVersion: 7\nname: Tür\nrequiredConfigVars:\n- {<<: *var, defaultValue: 25}\n"
        "- {<<: [*more, {inputs: {password: {type: value, value: &s\n    'a\"bü'\n    }}, key: "
        "no}], "
        "key: C, connection: {key: basic, component: {key: http}}}\nflows:\n- name: F\n  steps:\n"
        "  - {name: S, isTrigger: true, action: {key: webhook, component: {key: "
        "webhook-triggers}}}\n",
        "\xef\xbb\xbf"
        "definitionVersion: 7\r\nname: Tür\r\nrequiredConfigVars:\r\n- {key: K, dataType: number, "
        "defaultValue: 25}\r\n- key: C\r\n  dataType: connection\r\n  connection: {key: basic, "
        "component: {key: http}}\r\n  inputs:\r\n    password: {type: value, value: a\"bü}\r\n"
        "flows:\r\n- name: F\r\n  steps:\r\n  - {name: S, isTrigger: true, action: {key: webhook, "
        "component: {key: webhook-triggers}}}\r\n",
    };
    struct definition_kit first = definition_kit_parse(slice_of_text(spellings[0]), NULL);
    cr_assert_eq(first.result, ERR_OK, "%s", definition_kit_problems(&first));
    for (size_t i = 1; i < sizeof spellings / sizeof *spellings; i++) {
        struct definition_kit other = definition_kit_parse(slice_of_text(spellings[i]), NULL);
        cr_assert_eq(other.result, ERR_OK, "%zu: %s", i, definition_kit_problems(&other));
        expect_same(first.definition, other.definition);
        definition_kit_free(&other);
    }
    definition_kit_free(&first);
}

Test(definition, gives_the_same_again_from_its_own_text)
{
    struct definition_kit first = parse_file(EXAMPLE);
    struct definition_kit again =
        definition_kit_parse(first.definition->text, &first.definition->secrets);
    cr_assert_eq(again.result, ERR_OK, "%s", definition_kit_problems(&again));
    expect_same(first.definition, again.definition);
    cr_expect(slice_equal(first.definition->text, again.definition->text));
    definition_kit_free(&first);
    definition_kit_free(&again);
}

/* Whatever allocation fails, the answer is an error of memory, nothing leaks and nothing is half
 * done. */
Test(definition, survives_every_failing_allocation)
{
    struct arena arena;
    arena_init(&arena, 16 * MIB);
    struct slice text = definition_kit_file(&arena, EXAMPLE);
    enum err e = ERR_NO_MEMORY;
    for (long allowed = 0; e != ERR_OK && allowed < 1000; allowed++) {
        struct arena problem_arena;
        arena_init(&problem_arena, MIB);
        struct problem_list problems;
        problem_list_init(&problems, &problem_arena);
        struct definition *definition = NULL;
        struct error error = {0};
        memory_fail_after(allowed);
        e = definition_parse(text, NULL, &problems, &definition, &error);
        memory_fail_after(-1);
        cr_expect_eq(definition != NULL, e == ERR_OK);
        cr_expect(e == ERR_OK || e == ERR_NO_MEMORY || e == ERR_LIMIT, "after %ld: %s", allowed,
                  error.text);
        cr_expect(problem_none(&problems));
        definition_destroy(&definition);
        arena_deinit(&problem_arena);
    }
    cr_expect_eq(e, ERR_OK);
    arena_deinit(&arena);
}

Test(definition, destroy_takes_nothing)
{
    struct definition *definition = NULL;
    definition_destroy(&definition);
    definition_destroy(NULL);
    cr_expect_null(definition);
}

/* Block style: the line is that of the key, or of the value that is wrong. */
Test(definition, problems_name_the_very_line)
{
    struct definition_kit kit = definition_kit_parse(SLICE("definitionVersion: 7\n"
                                                           "name: T\n"
                                                           "# a comment\n"
                                                           "labels:\n"
                                                           "  - one\n"
                                                           "  - {two: 2}\n"
                                                           "flows:\n"
                                                           "  - name: F\n"
                                                           "    queueConfig:\n"
                                                           "      usesFifoQueue: false\n"
                                                           "      concurrencyLimit: 4\n"
                                                           "    steps:\n"
                                                           "      - name: S\n"
                                                           "        isTrigger: true\n"
                                                           "        action:\n"
                                                           "          key: webhook\n"
                                                           "          component:\n"
                                                           "            key: webhook-triggers\n"
                                                           "            version: x\n"
                                                           "      - name: Get\n"
                                                           "        action:\n"
                                                           "          key: httpGet\n"
                                                           "          component: {key: http}\n"
                                                           "        inputs:\n"
                                                           "          url:\n"
                                                           "            type: configVar\n"
                                                           "            value: Nope\n"
                                                           "          headers:\n"
                                                           "            type: complex\n"
                                                           "            value:\n"
                                                           "              - name: A\n"
                                                           "                type: template\n"
                                                           "                value: '{{#Nil}}'\n"),
                                                     NULL);
    cr_expect_str_eq(
        definition_kit_problems(&kit),
        "labels[1] (line 6): a text is wanted; a map was given\n"
        "flows[0].steps[0].action.component.version (line 19): a version is LATEST or a whole "
        "number; \"x\" was given\n"
        "flows[0].queueConfig.concurrencyLimit (line 11): a limit needs usesFifoQueue: true beside "
        "it\n"
        "flows[0].steps[1].inputs.url (line 25): \"Nope\" is the key of no config variable\n"
        "flows[0].steps[1].inputs.headers.value[0] (line 31): \"Nil\" is the key of no config "
        "variable\n");
    definition_kit_free(&kit);
}

Test(definition, counts_problems_past_the_maximum)
{
    struct arena arena;
    arena_init(&arena, 4 * MIB);
    struct buf piece;
    buf_init(&piece, MIB);
    for (int i = 0; i < 300; i++) {
        buf_put_text(&piece, "- {key: A, dataType: odd}\n");
    }
    buf_put_char(&piece, '\0');
    struct definition_kit kit =
        definition_kit_parse(definition_kit_text(&arena, PLACE_VARS, piece.data), NULL);
    cr_expect_eq(kit.result, ERR_INVALID);
    cr_expect_eq(kit.problems.count, PROBLEM_COUNT_MAX);
    EXPECT_TEXT(kit.problems.last->field, PROBLEM_ALL);
    /* 300 unknown types and 299 keys that stand twice; 199 of them are shown. */
    EXPECT_TEXT(kit.problems.last->message,
                "and 400 more problems, left out here: mend these first");
    definition_kit_free(&kit);
    buf_deinit(&piece);
    arena_deinit(&arena);
}
