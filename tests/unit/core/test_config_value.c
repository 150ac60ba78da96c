/*
 * Values of config variables by type, the inputs of connections, and what is missing.
 */
#include "core/base/buf.h"
#include "core/base/check.h"
#include "core/base/json_in.h"
#include "core/base/limits.h"
#include "core/definition/config_value.h"

#include <criterion/criterion.h>

/* kept: the value as it is kept; NULL: refused with `fault` in the sentence. */
struct value_row {
    enum config_data_type type;
    const char *given;
    const char *kept;
    const char *fault;
};

static struct slice choices[] = {{"EU", 2}, {"US", 2}, {" x ", 3}};

static struct config_var var_of(enum config_data_type type)
{
    struct config_var var = {.key = SLICE("Max Parcels"), .data_type = type};
    if (type == CONFIG_PICKLIST) {
        var.pick_list = choices;
        var.pick_list_count = ARRAY_COUNT(choices);
    }
    return var;
}

static void check_row(const struct config_var *var, const struct value_row *row)
{
    struct arena arena;
    arena_init(&arena, 16 * MIB);
    struct config_value given = {.value = slice_of_text(row->given)};
    struct config_value kept = {.value = SLICE("untouched")};
    struct error error = {0};
    enum err e = config_value_check(var, &given, &arena, &kept, &error);
    if (row->kept != NULL) {
        cr_expect_eq(e, ERR_OK, "%s: %s", row->given, error.text);
        cr_expect(slice_is(kept.value, row->kept), "%s gave %.*s", row->given,
                  SLICE_ARGS(kept.value));
    } else {
        cr_expect(e == ERR_INVALID || e == ERR_LIMIT, "%s was taken", row->given);
        cr_expect(slice_starts_with(slice_of_text(error.text),
                                    SLICE("config variable \"Max Parcels\": ")),
                  "%s", error.text);
        cr_expect_not_null(strstr(error.text, row->fault), "%s: %s", row->given, error.text);
        cr_expect(slice_is(kept.value, "untouched"));
    }
    arena_deinit(&arena);
}

static const struct value_row value_rows[] = {
    {CONFIG_STRING, "", "", NULL},
    {CONFIG_STRING, " any \n text ", " any \n text ", NULL},
    {CONFIG_STRING, "\xff", NULL, "the value is no UTF-8 text"},
    {CONFIG_NUMBER, "25", "25", NULL},
    {CONFIG_NUMBER, " -1.5 ", "-1.5", NULL},
    {CONFIG_NUMBER, "1e3", "1e3", NULL},
    {CONFIG_NUMBER, "+.5", "+.5", NULL},
    {CONFIG_NUMBER, "99999999999999999999", "99999999999999999999", NULL},
    {CONFIG_NUMBER, "", "", NULL},
    {CONFIG_NUMBER, "  ", "", NULL},
    {CONFIG_NUMBER, "abc", NULL, "a number like 25 or -1.5 is wanted; \"abc\" was given"},
    {CONFIG_NUMBER, "1,5", NULL, "\"1,5\" was given"},
    {CONFIG_NUMBER, "0x10", NULL, "\"0x10\" was given"},
    {CONFIG_NUMBER, "1e999", NULL, "\"1e999\" was given"},
    {CONFIG_NUMBER, "NaN", NULL, "\"NaN\" was given"},
    {CONFIG_NUMBER, "Infinity", NULL, "a number"},
    {CONFIG_NUMBER, "-", NULL, "a number"},
    {CONFIG_NUMBER, ".", NULL, "a number"},
    {CONFIG_NUMBER, "1e", NULL, "a number"},
    {CONFIG_NUMBER, "1 2", NULL, "a number"},
    {CONFIG_NUMBER, "\"1\"", NULL, "a number"},
    {CONFIG_BOOLEAN, "true", "true", NULL},
    {CONFIG_BOOLEAN, " FALSE", "false", NULL},
    {CONFIG_BOOLEAN, "", "", NULL},
    {CONFIG_BOOLEAN, "yes", NULL, "true or false is wanted; \"yes\" was given"},
    {CONFIG_BOOLEAN, "1", NULL, "true or false"},
    {CONFIG_DATE, "2026-02-28", "2026-02-28", NULL},
    {CONFIG_DATE, " 2024-02-29 ", "2024-02-29", NULL},
    {CONFIG_DATE, "2026-02-29", NULL, "\"2026-02-29\" is not a date such as"},
    {CONFIG_DATE, "2026-01-01T00:00:00Z", NULL, "is not a date"},
    {CONFIG_DATE, "01/02/2026", NULL, "is not a date"},
    {CONFIG_TIMESTAMP, "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z", NULL},
    {CONFIG_TIMESTAMP, "2026-01-01T00:00:00+02:00", "2026-01-01T00:00:00+02:00", NULL},
    {CONFIG_TIMESTAMP, "2026-01-01T00:00:00", NULL, "is not a time such as"},
    {CONFIG_TIMESTAMP, "yesterday", NULL, "is not a time"},
    {CONFIG_PICKLIST, "US", "US", NULL},
    {CONFIG_PICKLIST, " x ", " x ", NULL},
    {CONFIG_PICKLIST, "", "", NULL},
    {CONFIG_PICKLIST, "us", NULL, "one of the 3 choices is wanted (EU ...); \"us\" was given"},
    {CONFIG_PICKLIST, " US", NULL, "one of the 3 choices"},
    {CONFIG_SCHEDULE, "*/5 * * * *", "*/5 * * * *", NULL},
    {CONFIG_SCHEDULE, "", "", NULL},
    {CONFIG_SCHEDULE, "often", NULL, "a schedule has five fields"},
    {CONFIG_JSONFORM, "{\"a\": [1, 2]}", "{\"a\": [1, 2]}", NULL},
    {CONFIG_JSONFORM, "{", NULL, "malformed JSON at line 1"},
    {CONFIG_OBJECTSELECTION, "[]", "[]", NULL},
    {CONFIG_OBJECTSELECTION, "[{\"object\": {\"key\": \"a\"}}]", "[{\"object\": {\"key\": \"a\"}}]",
     NULL},
    {CONFIG_OBJECTSELECTION, "{}", NULL, "a JSON list of {\"object\": {\"key\": ...}} is wanted"},
    {CONFIG_OBJECTSELECTION, "[{\"object\": 1}]", NULL, "a JSON list of"},
    {CONFIG_OBJECTSELECTION, "[1]", NULL, "a JSON list of"},
    {CONFIG_OBJECTFIELDMAP, "{\"fields\": []}", "{\"fields\": []}", NULL},
    {CONFIG_OBJECTFIELDMAP, "{\"fields\": {}}", NULL, "the list \"fields\""},
    {CONFIG_OBJECTFIELDMAP, "[]", NULL, "the list \"fields\""},
    {CONFIG_OBJECTFIELDMAP, "x", NULL, "malformed JSON"},
    {CONFIG_CODE, " <x> ", " <x> ", NULL},
    {CONFIG_CREDENTIAL, "anything", "anything", NULL},
    {CONFIG_CONNECTION, "hunter2", NULL, "a connection has no value of its own; set its inputs"},
    {CONFIG_CONNECTION, "", NULL, "a connection has no value of its own"},
};

Test(config_value, by_type)
{
    json_in_init();
    for (size_t i = 0; i < ARRAY_COUNT(value_rows); i++) {
        struct config_var var = var_of(value_rows[i].type);
        check_row(&var, &value_rows[i]);
    }
}

Test(config_value, code_by_language)
{
    static const struct value_row json_rows[] = {
        {CONFIG_CODE, " {\"a\": 1} ", " {\"a\": 1} ", NULL},
        {CONFIG_CODE, "", "", NULL},
        {CONFIG_CODE, "{a: 1}", NULL, "malformed JSON at line 1, column 2"},
    };
    struct config_var var = var_of(CONFIG_CODE);
    var.code_language = CODE_JSON;
    for (size_t i = 0; i < ARRAY_COUNT(json_rows); i++) {
        check_row(&var, &json_rows[i]);
    }
    var.code_language = CODE_XML;
    check_row(&var, &(struct value_row){CONFIG_CODE, "<a", "<a", NULL});
}

Test(config_value, any_choice_where_a_data_source_gives_them)
{
    struct config_var var = var_of(CONFIG_PICKLIST);
    var.has_data_source = true;
    check_row(&var, &(struct value_row){CONFIG_PICKLIST, "AMS", "AMS", NULL});
}

struct collection_row {
    enum config_data_type type;
    enum config_collection collection;
    const char *given;
    const char *kept;
    const char *fault;
};

static const struct collection_row collection_rows[] = {
    {CONFIG_STRING, COLLECTION_VALUELIST, " [ \"a\", \"b\" ] ", "[\"a\",\"b\"]", NULL},
    {CONFIG_STRING, COLLECTION_VALUELIST, "[]", "[]", NULL},
    {CONFIG_STRING, COLLECTION_VALUELIST, "", "", NULL},
    {CONFIG_STRING, COLLECTION_VALUELIST, "[1, true, \"x\\\"y\"]", "[\"1\",\"true\",\"x\\\"y\"]",
     NULL},
    {CONFIG_NUMBER, COLLECTION_VALUELIST, "[1, \"2\"]", "[\"1\",\"2\"]", NULL},
    {CONFIG_NUMBER, COLLECTION_VALUELIST, "[1, \"x\"]", NULL, "item 2: a number like"},
    {CONFIG_PICKLIST, COLLECTION_VALUELIST, "[\"EU\", \"XX\"]", NULL, "item 2: one of the 3"},
    {CONFIG_DATE, COLLECTION_VALUELIST, "[\"2026-01-01\", \"soon\"]", NULL,
     "item 2: \"soon\" is not"},
    {CONFIG_STRING, COLLECTION_VALUELIST, "a, b", NULL,
     "a JSON list like [\"a\", \"b\"] is wanted: malformed JSON"},
    {CONFIG_STRING, COLLECTION_VALUELIST, "{}", NULL, "is wanted; map was given"},
    {CONFIG_STRING, COLLECTION_VALUELIST, "[[1]]", NULL,
     "item 1: a text is wanted; list was given"},
    {CONFIG_STRING, COLLECTION_VALUELIST, "[null]", NULL,
     "item 1: a text is wanted; null was given"},
    {CONFIG_STRING, COLLECTION_KEYVALUELIST, "[{\"key\": \"a\", \"value\": \"b\", \"x\": 1}]",
     "[{\"key\":\"a\",\"value\":\"b\"}]", NULL},
    {CONFIG_STRING, COLLECTION_KEYVALUELIST, "[{\"key\": 1, \"value\": 2}]",
     "[{\"key\":\"1\",\"value\":\"2\"}]", NULL},
    {CONFIG_NUMBER, COLLECTION_KEYVALUELIST, "[{\"key\": \"a\", \"value\": \"b\"}]", NULL,
     "item 1: value of \"a\": a number like"},
    {CONFIG_STRING, COLLECTION_KEYVALUELIST, "[\"a\"]", NULL, "item 1: {\"key\": ..."},
    {CONFIG_STRING, COLLECTION_KEYVALUELIST, "[{\"value\": \"b\"}]", NULL,
     "item 1: key: a text is wanted; nothing was given"},
    {CONFIG_STRING, COLLECTION_KEYVALUELIST, "[{\"key\": \"a\"}]", NULL,
     "item 1: value of \"a\": a text is wanted; nothing was given"},
    {CONFIG_STRING, COLLECTION_KEYVALUELIST, "{\"a\": \"b\"}", NULL,
     "a JSON list like [{\"key\": \"a\", \"value\": \"b\"}] is wanted"},
};

Test(config_value, collections)
{
    json_in_init();
    for (size_t i = 0; i < ARRAY_COUNT(collection_rows); i++) {
        const struct collection_row *row = &collection_rows[i];
        struct config_var var = var_of(row->type);
        var.collection = row->collection;
        check_row(&var, &(struct value_row){row->type, row->given, row->kept, row->fault});
    }
}

static struct buf fill(size_t size, const char *piece)
{
    struct buf text;
    buf_init(&text, 8 * MIB);
    while (text.size < size) {
        buf_put_text(&text, piece);
    }
    return text;
}

Test(config_value, limits)
{
    json_in_init();
    struct arena arena;
    arena_init(&arena, 64 * MIB);
    struct error error = {0};
    struct slice kept = {NULL, 0};
    struct config_var var = var_of(CONFIG_STRING);
    struct buf text = fill(LIMIT_CONFIG_VALUE_BYTES, "x");
    cr_expect_eq(config_value_check_text(&var, buf_slice(&text), &arena, &kept, &error), ERR_OK);
    buf_put_char(&text, 'x');
    cr_expect_eq(config_value_check_text(&var, buf_slice(&text), &arena, &kept, &error),
                 ERR_INVALID);
    cr_expect_str_eq(error.text, "the value has 262145 bytes; at most 262144 are allowed");
    cr_expect_eq(config_value_check_text(&var, slice_of("a\0b", 3), &arena, &kept, &error),
                 ERR_INVALID);
    buf_deinit(&text);

    text = fill(LIMIT_CONFIG_VALUE_BYTES - 8, "[");
    var.data_type = CONFIG_JSONFORM;
    cr_expect_eq(config_value_check_text(&var, buf_slice(&text), &arena, &kept, &error), ERR_LIMIT);
    buf_deinit(&text);

    /* More items than allowed, and items that grow when they are written as texts. */
    var.data_type = CONFIG_STRING;
    var.collection = COLLECTION_VALUELIST;
    buf_init(&text, MIB);
    for (int i = 0; i < CONFIG_VALUE_ITEMS_MAX; i++) {
        buf_put_text(&text, i == 0 ? "[1" : ",1");
    }
    buf_put_text(&text, "]");
    cr_expect_eq(config_value_check_text(&var, buf_slice(&text), &arena, &kept, &error), ERR_OK);
    buf_truncate(&text, text.size - 1);
    buf_put_text(&text, ",1]");
    cr_expect_eq(config_value_check_text(&var, buf_slice(&text), &arena, &kept, &error),
                 ERR_INVALID);
    cr_expect_str_eq(error.text, "the list has 2001 items; at most 2000 are allowed");
    buf_deinit(&text);
    arena_deinit(&arena);
}

Test(config_value, long_values_are_shown_short)
{
    struct arena arena;
    arena_init(&arena, MIB);
    struct error error = {0};
    struct slice kept = {NULL, 0};
    struct config_var var = var_of(CONFIG_NUMBER);
    struct buf text = fill(1000, "\xc3\xa4\n");
    cr_expect_eq(config_value_check_text(&var, buf_slice(&text), &arena, &kept, &error),
                 ERR_INVALID);
    cr_expect_lt(strlen(error.text), 200);
    cr_expect_null(strchr(error.text, '\n'));
    buf_deinit(&text);
    arena_deinit(&arena);
}

Test(config_value, schedules_have_a_type_and_a_zone)
{
    struct arena arena;
    arena_init(&arena, MIB);
    struct error error = {0};
    struct config_var var = var_of(CONFIG_SCHEDULE);
    struct config_value kept = {.value = SLICE("")};
    struct config_value given = {SLICE(" 0 9 * * 1 "), SLICE("CUSTOM"), SLICE("Europe/Berlin")};
    cr_expect_eq(config_value_check(&var, &given, &arena, &kept, &error), ERR_OK);
    cr_expect(slice_is(kept.value, "0 9 * * 1"));
    cr_expect(slice_is(kept.schedule_type, "custom"));
    cr_expect(slice_is(kept.time_zone, "Europe/Berlin"));
    given.schedule_type = SLICE("yearly");
    cr_expect_eq(config_value_check(&var, &given, &arena, &kept, &error), ERR_INVALID);
    cr_expect_not_null(strstr(error.text, "minute, hour, day or week; \"yearly\" was given"));
    given.schedule_type = SLICE("");
    given.time_zone = SLICE("../x");
    cr_expect_eq(config_value_check(&var, &given, &arena, &kept, &error), ERR_INVALID);
    cr_expect_not_null(strstr(error.text, "named like Europe/Amsterdam; \"../x\" was given"));
    var.data_type = CONFIG_STRING;
    given.time_zone = SLICE("UTC");
    cr_expect_eq(config_value_check(&var, &given, &arena, &kept, &error), ERR_INVALID);
    cr_expect_not_null(strstr(error.text, "belong to schedules; this is of type string"));
    arena_deinit(&arena);
}

/* ---- connections ---- */

static struct input connection_inputs[] = {
    {.key = {"username", 8}},
    {.key = {"password", 8}, .secret = true},
};

static struct config_var connection_var(void)
{
    return (struct config_var){
        .key = SLICE("Ledger"),
        .data_type = CONFIG_CONNECTION,
        .inputs = connection_inputs,
        .input_count = ARRAY_COUNT(connection_inputs),
    };
}

Test(config_connection, reads_inputs)
{
    json_in_init();
    struct arena arena;
    arena_init(&arena, MIB);
    struct error error = {0};
    struct config_var var = connection_var();
    struct config_connection got = {NULL, 0};
    cr_assert_eq(
        config_connection_parse(&var,
                                SLICE("[{\"name\":\"username\",\"type\":\"value\","
                                      "\"value\":\"bob\"},{\"name\":\"password\",\"value\":"
                                      "\"hunter2\"}]"),
                                &arena, &got, &error),
        ERR_OK, "%s", error.text);
    cr_assert_eq(got.count, 2);
    cr_expect(slice_is(got.items[0].value, "bob") && !got.items[0].secret);
    cr_expect(slice_is(got.items[1].value, "hunter2") && got.items[1].secret);
    cr_expect_eq(got.items[1].type, INPUT_VALUE);
    cr_expect_eq(config_connection_parse(&var, SLICE("[]"), &arena, &got, &error), ERR_OK);
    cr_expect_eq(got.count, 0);
    /* Where the definition lists no inputs, the component knows them, and we do not. */
    var.input_count = 0;
    cr_expect_eq(config_connection_parse(&var,
                                         SLICE("[{\"name\":\"apiKey\",\"type\":\"configVar\","
                                               "\"value\":\"K\"}]"),
                                         &arena, &got, &error),
                 ERR_OK);
    cr_expect_eq(got.items[0].type, INPUT_CONFIGVAR);
    arena_deinit(&arena);
}

static const char *const bad_connections[][2] = {
    {"hunter2", "a JSON list of {\"name\", \"type\", \"value\"} is wanted; the text is not JSON"},
    {"\"hunter2\"", "is wanted; text was given"},
    {"{\"password\": \"hunter2\"}", "is wanted; map was given"},
    {"[\"hunter2\"]", "an input is {\"name\", \"type\", \"value\"}; text was given"},
    {"[{\"value\": \"hunter2\"}]", "\"name\" is missing"},
    {"[{\"name\": \"pasword\", \"value\": \"hunter2\"}]",
     "input \"pasword\": the connection has no such input"},
    {"[{\"name\":\"password\",\"value\":\"hunter2\"},{\"name\":\"password\",\"value\":\"hunter2\"}"
     "]",
     "input \"password\": the input stands twice"},
    {"[{\"name\": \"password\", \"type\": \"hunter2\", \"value\": \"hunter2\"}]",
     "input \"password\": the type is value, configVar or template"},
    {"[{\"name\": \"password\", \"type\": \"reference\", \"value\": \"hunter2\"}]",
     "the type is value, configVar or template"},
    {"[{\"name\": \"password\", \"value\": [\"hunter2\"]}]",
     "input \"password\": \"value\" is a text; list was given"},
    {"[{\"name\": \"password\", \"value\": \"hunter2\\u0000\"}]", "the value has a zero byte"},
};

Test(config_connection, refuses_without_showing_values)
{
    json_in_init();
    struct arena arena;
    arena_init(&arena, MIB);
    struct config_var var = connection_var();
    for (size_t i = 0; i < ARRAY_COUNT(bad_connections); i++) {
        struct error error = {0};
        struct config_connection got = {NULL, 77};
        cr_expect_eq(config_connection_parse(&var, slice_of_text(bad_connections[i][0]), &arena,
                                             &got, &error),
                     ERR_INVALID, "%s", bad_connections[i][0]);
        cr_expect_not_null(strstr(error.text, bad_connections[i][1]), "%s: %s",
                           bad_connections[i][0], error.text);
        cr_expect_null(strstr(error.text, "hunter2"), "%s", error.text);
        cr_expect(
            slice_starts_with(slice_of_text(error.text), SLICE("config variable \"Ledger\": ")));
        cr_expect_eq(got.count, 77);
    }
    var.data_type = CONFIG_STRING;
    struct error error = {0};
    struct config_connection got = {NULL, 0};
    cr_expect_eq(config_connection_parse(&var, SLICE("[]"), &arena, &got, &error), ERR_INVALID);
    cr_expect_not_null(strstr(error.text, "it is of type string and has a value, not inputs"));
    var.data_type = CONFIG_CONNECTION;
    var.scoped_config_var = SLICE("warehouse");
    cr_expect_eq(config_connection_parse(&var, SLICE("[]"), &arena, &got, &error), ERR_INVALID);
    cr_expect_not_null(strstr(error.text, "uses the organisation's connection \"warehouse\""));
    arena_deinit(&arena);
}

Test(config_connection, limits_and_memory)
{
    json_in_init();
    struct arena arena;
    arena_init(&arena, 16 * MIB);
    struct error error = {0};
    struct config_var var = connection_var();
    var.input_count = 0;
    struct config_connection got = {NULL, 0};
    struct buf text;
    buf_init(&text, MIB);
    for (int i = 0; i <= DEFINITION_INPUTS_MAX; i++) {
        buf_printf(&text, "%s{\"name\":\"n%d\"}", i == 0 ? "[" : ",", i);
    }
    buf_put_char(&text, ']');
    cr_expect_eq(config_connection_parse(&var, buf_slice(&text), &arena, &got, &error),
                 ERR_INVALID);
    cr_expect_not_null(strstr(error.text, "there are 201 inputs; at most 200 are allowed"));
    buf_deinit(&text);
    arena_deinit(&arena);

    arena_init(&arena, 64);
    cr_expect_neq(config_connection_parse(&var, SLICE("[{\"name\":\"a long enough name\"}]"),
                                          &arena, &got, &error),
                  ERR_OK);
    arena_deinit(&arena);
}

/* ---- missing ---- */

Test(config_missing, plain_variables)
{
    const char *reason = NULL;
    struct config_var var = var_of(CONFIG_NUMBER);
    struct config_presence nothing = {.has_value = false};
    struct config_presence something = {.has_value = true};
    cr_expect(config_value_is_missing(&var, &nothing, &reason));
    cr_expect_str_eq(reason, "it has neither a value nor a default");
    cr_expect_not(config_value_is_missing(&var, &something, &reason));
    var.has_default = true; /* even the empty one */
    cr_expect_not(config_value_is_missing(&var, &nothing, &reason));
    static const enum config_data_type never[] = {CONFIG_JSONFORM, CONFIG_OBJECTSELECTION,
                                                  CONFIG_OBJECTFIELDMAP};
    for (size_t i = 0; i < ARRAY_COUNT(never); i++) {
        var = var_of(never[i]);
        cr_expect_not(config_value_is_missing(&var, &nothing, &reason));
    }
}

Test(config_missing, connections)
{
    const char *reason = NULL;
    struct config_var var = connection_var();
    struct slice names[] = {SLICE("username"), SLICE("password")};
    bool nonempty[] = {true, true};
    struct config_presence presence = {.inputs = names, .inputs_nonempty = nonempty};
    cr_expect(config_value_is_missing(&var, &presence, &reason));
    cr_expect_str_eq(reason, "an input of the connection has no value");
    presence.input_count = 1;
    cr_expect(config_value_is_missing(&var, &presence, &reason));
    presence.input_count = 2;
    cr_expect_not(config_value_is_missing(&var, &presence, &reason));
    nonempty[1] = false;
    cr_expect(config_value_is_missing(&var, &presence, &reason));
    /* what the definition gives counts, until somebody sets it to nothing */
    struct input given[] = {{.key = SLICE("password"), .text = SLICE("x")}};
    var.inputs = given;
    var.input_count = 1;
    cr_expect(config_value_is_missing(&var, &presence, &reason));
    presence.input_count = 0;
    cr_expect_not(config_value_is_missing(&var, &presence, &reason));
}

Test(config_missing, oauth_and_shared_connections)
{
    const char *reason = NULL;
    struct input code[] = {{.key = SLICE("authorizeUrl"), .text = SLICE("u")},
                           {.key = SLICE("tokenUrl"), .text = SLICE("u")}};
    struct config_var var = {.data_type = CONFIG_CONNECTION, .inputs = code, .input_count = 2};
    struct config_presence presence = {.is_authorized = false};
    cr_expect_eq(config_connection_kind(&var), CONNECTION_OAUTH2_CODE);
    cr_expect(config_value_is_missing(&var, &presence, &reason));
    cr_expect_str_eq(reason, "the connection is not authorised");
    presence.is_authorized = true;
    cr_expect_not(config_value_is_missing(&var, &presence, &reason));
    var.inputs = code + 1;
    var.input_count = 1;
    cr_expect_eq(config_connection_kind(&var), CONNECTION_OAUTH2_CLIENT);
    var.input_count = 0;
    cr_expect_eq(config_connection_kind(&var), CONNECTION_PLAIN);
    var.scoped_config_var = SLICE("shared");
    cr_expect_not(config_value_is_missing(&var, &presence, &reason));
    presence.is_authorized = false;
    cr_expect(config_value_is_missing(&var, &presence, &reason));
    cr_expect_str_eq(reason, "the organisation's connection it uses is not set up");
}
