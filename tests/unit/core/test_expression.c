/*
 * Expressions and templates: what inputs come to, and what is said when they cannot.
 */
#include "core/flow/expression.h"
#include "core/flow/template.h"
#include "tests/unit/core/flow_kit.h"

#include <criterion/criterion.h>

#define MEMORY_BYTES ((size_t)64 * 1024 * 1024)

static const char snapshot_json[] =
    "{\"Ledger URL\":\"https://ledger.example\",\"Notify\":true,\"Count\":25,\"Nothing\":null,"
    "\"Depots\":[\"AMS\",\"ROT\"],\"Odd }} Key\":\"x\","
    "\"Ledger\":{\"connection\":\"basic\",\"token\":\"tok-secret\",\"fields\":{"
    "\"username\":\"ada\",\"password\":\"!hunter2\"}}}";

static const char steps_json[] =
    "{\"trigger\":{\"body\":{\"data\":{\"id\":7,\"name\":\"Ada\",\"tags\":[\"a\",\"b\",[\"c\"]],"
    "\"none\":null,\"rate\":0.5,\"big\":1e21,\".tag\":\"dot\",\"a b\":{\"c\":1},\"0\":\"zero\","
    "\"yes\":true}},\"headers\":{\"Content-Type\":\"text/plain\"}},"
    "\"late\":null,\"eachItem[]\":{\"sku\":\"P-1\",\"n\":[1,2]}}";

struct row {
    const char *input;
    const char *expected; /* JSON, or "!" and a part of the error */
};

static void check_rows(const struct row *rows, size_t count)
{
    struct arena arena;
    for (size_t i = 0; i < count; i++) {
        arena_init(&arena, MEMORY_BYTES);
        struct scope scope = flow_kit_scope(&arena, snapshot_json, steps_json);
        const struct input *input = flow_kit_input(&arena, rows[i].input);
        struct value value = value_text(SLICE("untouched"));
        struct error error = {0};
        enum err e = expression_evaluate(input, &scope, &arena, &value, &error);
        if (rows[i].expected[0] == '!') {
            cr_expect_neq(e, ERR_OK, "%s gave %s", rows[i].input, flow_kit_json(&arena, &value));
            cr_expect_not_null(strstr(error_text(&error), rows[i].expected + 1), "%s: %s",
                               rows[i].input, error_text(&error));
            cr_expect(slice_is(value_text_of(&value), "untouched"));
        } else {
            cr_expect_eq(e, ERR_OK, "%s: %s", rows[i].input, error_text(&error));
            cr_expect_str_eq(flow_kit_json(&arena, &value), rows[i].expected, "%s", rows[i].input);
        }
        arena_deinit(&arena);
    }
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))

Test(expression, literals_and_config_variables)
{
    static const struct row rows[] = {
        {"\"\"", "\"\""},
        {"\"true\"", "\"true\""},
        {"\"{{#Ledger URL}}\"", "\"{{#Ledger URL}}\""},
        {"{\"var\":\"Ledger URL\"}", "\"https://ledger.example\""},
        {"{\"var\":\"Notify\"}", "true"},
        {"{\"var\":\"Count\"}", "25"},
        {"{\"var\":\"Depots\"}", "[\"AMS\",\"ROT\"]"},
        {"{\"var\":\"Nothing\"}", "null"},
        {"{\"var\":\"\"}", "null"},
        {"{\"var\":\"ledger url\"}", "!no config variable \"ledger url\""},
        {"{\"data\":\"anything\"}", "null"},
    };
    CHECK_ROWS(rows);
}

Test(expression, a_connection_shows_its_public_fields_only)
{
    static const struct row rows[] = {
        {"{\"var\":\"Ledger\"}", "{\"key\":\"basic\",\"configVarKey\":\"Ledger\","
                                 "\"fields\":{\"username\":\"ada\"}}"},
        {"{\"tpl\":\"{{#Ledger}}\"}",
         "\"{\\\"key\\\":\\\"basic\\\",\\\"configVarKey\\\":\\\"Ledger\\\",\\\"fields\\\":{"
         "\\\"username\\\":\\\"ada\\\"}}\""},
        {"{\"pairs\":{\"c\":{\"var\":\"Ledger\"}}}",
         "[{\"key\":\"c\",\"value\":{\"key\":\"basic\",\"configVarKey\":\"Ledger\","
         "\"fields\":{\"username\":\"ada\"}}}]"},
    };
    CHECK_ROWS(rows);
}

Test(expression, references)
{
    static const struct row rows[] = {
        {"{\"ref\":\"trigger.results.body.data.id\"}", "7"},
        {"{\"ref\":\"  trigger.results.body.data.name \"}", "\"Ada\""},
        {"{\"ref\":\"trigger.results.body.data.tags\"}", "[\"a\",\"b\",[\"c\"]]"},
        {"{\"ref\":\"trigger.results.body.data.tags.1\"}", "\"b\""},
        {"{\"ref\":\"trigger.results.body.data.tags[2][0]\"}", "\"c\""},
        {"{\"ref\":\"trigger.results.body.data.tags.2.0\"}", "\"c\""},
        {"{\"ref\":\"trigger.results.body.data.[\\\".tag\\\"]\"}", "\"dot\""},
        {"{\"ref\":\"trigger.results.body.data['.tag']\"}", "\"dot\""},
        {"{\"ref\":\"trigger.results.body.data.a b.c\"}", "1"},
        {"{\"ref\":\"trigger.results.body.data.0\"}", "\"zero\""},
        {"{\"ref\":\"trigger.results.headers.Content-Type\"}", "\"text/plain\""},
        {"{\"ref\":\"\"}", "null"},
        {"{\"ref\":\"eachItem.currentItem.sku\"}", "\"P-1\""},
        {"{\"ref\":\"eachItem.currentItem.n.1\"}", "2"},
        {"{\"ref\":\"eachItem.index\"}", "2"},
    };
    CHECK_ROWS(rows);
}

Test(expression, what_is_missing_is_null)
{
    static const struct row rows[] = {
        {"{\"ref\":\"trigger.results.body.data.nope\"}", "null"},
        {"{\"ref\":\"trigger.results.body.data.nope.deeper.still\"}", "null"},
        {"{\"ref\":\"trigger.results.body.data.none.x\"}", "null"},
        {"{\"ref\":\"trigger.results.body.data.name.length\"}", "null"},
        {"{\"ref\":\"trigger.results.body.data.tags.3\"}", "null"},
        {"{\"ref\":\"trigger.results.body.data.tags.-1\"}", "null"},
        {"{\"ref\":\"trigger.results.body.data.tags.99999999999999999999\"}", "null"},
        {"{\"ref\":\"trigger.results.body.data.tags.1x\"}", "null"},
        {"{\"ref\":\"trigger.results.body.data.Name\"}", "null"},
        {"{\"ref\":\"late.results.x\"}", "null"},
        {"{\"ref\":\"eachItem.results\"}", "null"},
    };
    CHECK_ROWS(rows);
}

Test(expression, what_cannot_exist_is_an_error)
{
    static const struct row rows[] = {
        {"{\"ref\":\"fetch.results.id\"}", "!begins with \"fetch\""},
        {"{\"ref\":\"Trigger.results\"}", "!no step of this flow has that name"},
        {"{\"ref\":\"trigger\"}", "!goes on with \"nothing\" behind the step \"trigger\""},
        {"{\"ref\":\"trigger.body\"}", "!\"body\" behind the step \"trigger\""},
        {"{\"ref\":\"trigger.currentItem\"}", "!right would be \"results\""},
        {"{\"ref\":\"eachItem.item\"}", "!\"results\", \"currentItem\" or \"index\""},
        {"{\"ref\":\"trigger.results.\"}", "!goes wrong at byte"},
        {"{\"ref\":\"trigger..results\"}", "!goes wrong at byte"},
        {"{\"ref\":\"trigger.results[\"}", "!goes wrong at byte"},
    };
    CHECK_ROWS(rows);
}

Test(expression, complex_inputs)
{
    static const struct row rows[] = {
        {"{\"list\":[]}", "[]"},
        {"{\"list\":[\"a\",{\"ref\":\"trigger.results.body.data.id\"}]}", "[\"a\",7]"},
        {"{\"pairs\":{\"X-Id\":{\"ref\":\"trigger.results.body.data.id\"},\"X\":\"y\"}}",
         "[{\"key\":\"X-Id\",\"value\":7},{\"key\":\"X\",\"value\":\"y\"}]"},
        {"{\"list\":[{\"list\":[\"a\"]},[\"b\"]]}", "[[\"a\"],[\"b\"]]"},
        {"{\"list\":[{\"ref\":\"nope.results\"}]}", "!begins with \"nope\""},
    };
    CHECK_ROWS(rows);
}

Test(expression, a_name_may_be_an_input)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct scope scope = flow_kit_scope(&arena, snapshot_json, steps_json);
    struct input name = {.type = INPUT_TEMPLATE, .text = SLICE("X-{{#Count}}")};
    struct input item = {.type = INPUT_VALUE, .text = SLICE("v"), .name_input = &name};
    struct input input = {.type = INPUT_COMPLEX, .items = &item, .item_count = 1};
    struct value value = value_null();
    cr_assert_eq(expression_evaluate(&input, &scope, &arena, &value, NULL), ERR_OK);
    cr_expect_str_eq(flow_kit_json(&arena, &value), "[{\"key\":\"X-25\",\"value\":\"v\"}]");
    arena_deinit(&arena);
}

Test(expression, an_input_that_is_not_given_is_missing)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct scope scope = flow_kit_scope(&arena, snapshot_json, steps_json);
    struct loose_operand operand = {.value = value_int(1)};
    cr_assert_eq(expression_operand(NULL, &scope, &arena, &operand, NULL), ERR_OK);
    cr_expect(operand.missing && operand.value.type == VALUE_NULL);
    const struct input *there =
        flow_kit_input(&arena, "{\"ref\":\"trigger.results.body.data.none\"}");
    cr_assert_eq(expression_operand(there, &scope, &arena, &operand, NULL), ERR_OK);
    cr_expect(!operand.missing && operand.value.type == VALUE_NULL);
    const struct input *gone =
        flow_kit_input(&arena, "{\"ref\":\"trigger.results.body.data.nope\"}");
    cr_assert_eq(expression_operand(gone, &scope, &arena, &operand, NULL), ERR_OK);
    cr_expect(operand.missing);
    arena_deinit(&arena);
}

Test(expression, nesting_is_bounded)
{
    struct input levels[64] = {{.type = INPUT_VALUE}};
    for (size_t i = 1; i < 64; i++) {
        levels[i] = (struct input){.type = INPUT_LIST, .items = &levels[i - 1], .item_count = 1};
    }
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct scope scope = flow_kit_scope(&arena, "{}", "{}");
    struct value value = value_null();
    struct error error = {0};
    cr_expect_eq(expression_evaluate(&levels[20], &scope, &arena, &value, &error), ERR_OK);
    cr_expect_eq(expression_evaluate(&levels[63], &scope, &arena, &value, &error), ERR_INVALID);
    cr_expect_str_eq(error_text(&error), "an input is nested over 28 levels");
    arena_deinit(&arena);
}

Test(expression, connections)
{
    struct arena arena;
    arena_init(&arena, MEMORY_BYTES);
    struct scope scope = flow_kit_scope(&arena, snapshot_json, steps_json);
    const struct snapshot_connection *connection = NULL;
    struct error error = {0};
    struct input input = {
        .key = SLICE("connection"), .type = INPUT_CONFIGVAR, .text = SLICE("Ledger")};
    cr_assert_eq(expression_connection(&input, &scope, &connection, &error), ERR_OK);
    cr_expect(slice_is(snapshot_field(connection, "password"), "hunter2"));
    input.text = SLICE("");
    cr_assert_eq(expression_connection(&input, &scope, &connection, &error), ERR_OK);
    cr_expect_null(connection);
    cr_assert_eq(expression_connection(NULL, &scope, &connection, &error), ERR_OK);
    input.text = SLICE("Notify");
    cr_expect_eq(expression_connection(&input, &scope, &connection, &error), ERR_INVALID);
    cr_expect_str_eq(error_text(&error),
                     "input \"connection\": config variable \"Notify\" is not a connection");
    input.text = SLICE("Gone");
    cr_expect_eq(expression_connection(&input, &scope, &connection, &error), ERR_NOT_FOUND);
    input.type = INPUT_VALUE;
    cr_expect_eq(expression_connection(&input, &scope, &connection, &error), ERR_INVALID);
    arena_deinit(&arena);
}

/* ---- templates ---- */

struct template_row {
    const char *text;
    const char *expected; /* or "!" and a part of the error */
};

Test(template, rendering)
{
    static const struct template_row rows[] = {
        {"", ""},
        {"plain", "plain"},
        {"{{#Ledger URL}}/parcels/{{$trigger.results.body.data.id}}",
         "https://ledger.example/parcels/7"},
        {"{{# Ledger URL }}|{{$ trigger.results.body.data.name }}", "https://ledger.example|Ada"},
        {"{{#Notify}} {{#Count}} [{{#Nothing}}] {{#Depots}}", "true 25 [] [\"AMS\",\"ROT\"]"},
        {"{{$trigger.results.body.data.rate}} {{$trigger.results.body.data.big}}", "0.5 1e+21"},
        {"<{{$trigger.results.body.data.nope}}>", "<>"},
        {"{{$trigger.results.body.data.a b}}", "{\"c\":1}"},
        {"{\"region\":\"{{#Count}}\"}", "{\"region\":\"25\"}"},
        {"{{{#Count}}}", "{25}"},
        {"{{ name }} {{mustache}} {{", "{{ name }} {{mustache}} {{"},
        {"{{eachItem.index}}", "{{eachItem.index}}"},
        {"{{$eachItem.index}}/{{$eachItem.currentItem.sku}}", "2/P-1"},
        {"{{#Gone}}", "!no config variable \"Gone\""},
        {"{{$gone.results}}", "!begins with \"gone\""},
        {"{{$}}", "!goes wrong"},
    };
    struct arena arena;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        arena_init(&arena, MEMORY_BYTES);
        struct scope scope = flow_kit_scope(&arena, snapshot_json, steps_json);
        struct slice text = SLICE("untouched");
        struct error error = {0};
        enum err e = template_render(slice_of_text(rows[i].text), &scope, &arena, &text, &error);
        if (rows[i].expected[0] == '!') {
            cr_expect_neq(e, ERR_OK, "%s gave %.*s", rows[i].text, SLICE_ARGS(text));
            cr_expect_not_null(strstr(error_text(&error), rows[i].expected + 1), "%s: %s",
                               rows[i].text, error_text(&error));
        } else {
            cr_expect_eq(e, ERR_OK, "%s: %s", rows[i].text, error_text(&error));
            cr_expect(slice_is(text, rows[i].expected), "%s gave %.*s", rows[i].text,
                      SLICE_ARGS(text));
        }
        arena_deinit(&arena);
    }
}

/* Sixteen references to a mebibyte are within the limit, with one byte more they are not. */
Test(template, length_is_bounded)
{
    struct arena arena;
    arena_init(&arena, 4 * MEMORY_BYTES);
    struct scope scope = flow_kit_scope(&arena, "{}", "{\"big\":null}");
    size_t size = TEMPLATE_BYTES_MAX / 16;
    char *bytes = arena_alloc(&arena, size);
    memset(bytes, 'x', size);
    struct value value = value_text(slice_of(bytes, size));
    scope.steps[0].results = &value;
    struct buf text;
    buf_init(&text, 400);
    for (int i = 0; i < 16; i++) {
        buf_put_text(&text, "{{$big.results}}");
    }
    struct slice rendered = {NULL, 0};
    struct error error = {0};
    cr_assert_eq(template_render(buf_slice(&text), &scope, &arena, &rendered, &error), ERR_OK, "%s",
                 error_text(&error));
    cr_expect_eq(rendered.size, (size_t)TEMPLATE_BYTES_MAX);
    buf_put_char(&text, '.');
    cr_expect_eq(template_render(buf_slice(&text), &scope, &arena, &rendered, &error), ERR_LIMIT);
    buf_deinit(&text);
    arena_deinit(&arena);
}

/* A large map and many references to a key at its far end: a small request, hours of searching. */
Test(template, work_is_bounded)
{
    struct arena arena;
    arena_init(&arena, 4 * MEMORY_BYTES);
    struct scope scope = flow_kit_scope(&arena, "{}", "{\"big\":null}");
    struct value map = value_map();
    for (int i = 0; i < 100000; i++) {
        cr_assert(value_map_put(&arena, &map, arena_format(&arena, "k%d", i), value_bool(true)));
    }
    scope.steps[0].results = &map;
    struct buf text;
    buf_init(&text, 2000 * 20);
    for (int i = 0; i < 2000; i++) {
        buf_put_text(&text, "{{$big.results.k}}");
    }
    struct slice rendered = {NULL, 0};
    struct error error = {0};
    cr_expect_eq(template_render(buf_slice(&text), &scope, &arena, &rendered, &error), ERR_LIMIT);
    cr_expect_not_null(strstr(error_text(&error), "units of work"), "%s", error_text(&error));
    buf_deinit(&text);
    arena_deinit(&arena);
}
