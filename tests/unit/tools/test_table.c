/* table and shape: answers for people, made from the values that are also printed as JSON. */
#include "core/base/check.h"
#include "core/base/json_out.h"
#include "core/base/limits.h"
#include "tools/shape.h"
#include "tools/table.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct kit {
    struct arena arena;
    struct buf out;
};

static void begin(struct kit *kit)
{
    arena_init(&kit->arena, MIB);
    buf_init(&kit->out, MIB);
}

static void end(struct kit *kit)
{
    buf_deinit(&kit->out);
    arena_deinit(&kit->arena);
}

static void expect_cell(struct value value, enum table_style style, const char *text)
{
    struct kit kit;
    begin(&kit);
    table_put_cell(&kit.out, &value, style, TABLE_CELL_MAX);
    cr_assert(slice_is(buf_slice(&kit.out), text), "wanted \"%s\", got \"%.*s\"", text,
              SLICE_ARGS(buf_slice(&kit.out)));
    end(&kit);
}

static void expect_text(struct kit *kit, const char *text)
{
    cr_assert(slice_is(buf_slice(&kit->out), text), "wanted:\n%s\ngot:\n%.*s", text,
              SLICE_ARGS(buf_slice(&kit->out)));
}

Test(table, shows_counts_in_groups_of_three)
{
    expect_cell(value_int(0), TABLE_COUNT, "0");
    expect_cell(value_int(999), TABLE_COUNT, "999");
    expect_cell(value_int(1000), TABLE_COUNT, "1,000");
    expect_cell(value_int(1234567), TABLE_COUNT, "1,234,567");
    expect_cell(value_int(-123456), TABLE_COUNT, "-123,456");
    expect_cell(value_int(INT64_MIN), TABLE_COUNT, "-9,223,372,036,854,775,808");
    expect_cell(value_int(1234567), TABLE_NUMBER, "1234567");
}

Test(table, shows_bytes_in_the_unit_that_fits)
{
    expect_cell(value_int(0), TABLE_BYTES, "0 B");
    expect_cell(value_int(1023), TABLE_BYTES, "1023 B");
    expect_cell(value_int(1024), TABLE_BYTES, "1.0 KiB");
    expect_cell(value_int(1536 * 1024), TABLE_BYTES, "1.5 MiB");
    expect_cell(value_int(1024 * 1024 - 1), TABLE_BYTES, "1.0 MiB");
    expect_cell(value_int(INT64_MAX), TABLE_BYTES, "8192.0 PiB");
}

Test(table, shows_durations_as_people_say_them)
{
    expect_cell(value_int(812), TABLE_DURATION, "812 us");
    expect_cell(value_int(1200), TABLE_DURATION, "1.2 ms");
    expect_cell(value_int(3400000), TABLE_DURATION, "3.4 s");
    expect_cell(value_int((int64_t)125 * 1000000), TABLE_DURATION, "2 min 05 s");
    expect_cell(value_int((int64_t)7500 * 1000000), TABLE_DURATION, "2 h 05 min");
    expect_cell(value_int((int64_t)93600 * 1000000), TABLE_DURATION, "1 d 02 h");
}

Test(table, shows_times_to_the_second)
{
    expect_cell(value_text(SLICE("2026-04-22T00:15:30.726000+00:00")), TABLE_TIME,
                "2026-04-22 00:15:30");
    expect_cell(value_text(SLICE("yesterday")), TABLE_TIME, "yesterday");
    expect_cell(value_null(), TABLE_TIME, "-");
}

Test(table, shows_other_values_too)
{
    struct kit kit;
    begin(&kit);
    expect_cell(value_bool(true), TABLE_YES_NO, "yes");
    expect_cell(value_bool(false), TABLE_YES_NO, "no");
    expect_cell(value_float(2.484), TABLE_RATIO, "2.48");
    struct value list = value_list();
    cr_assert(value_list_push(&kit.arena, &list, value_text(SLICE("a"))));
    cr_assert(value_list_push(&kit.arena, &list, value_text(SLICE("b"))));
    expect_cell(list, TABLE_TEXT, "a, b");
    struct value map = value_map();
    cr_assert(value_map_put(&kit.arena, &map, SLICE("k"), list));
    expect_cell(map, TABLE_TEXT, "{\"k\":[\"a\",\"b\"]}");
    end(&kit);
}

Test(table, lets_no_text_speak_to_the_terminal)
{
    expect_cell(value_text(SLICE("a\x1b[31mb\nc\td\x7f")), TABLE_TEXT, "a?[31mb?c?d?");
    expect_cell(value_text(SLICE("csi \xc2\x9b here")), TABLE_TEXT, "csi ? here");
    expect_cell(value_text(SLICE("not utf-8: \xff\xfe")), TABLE_TEXT, "not utf-8: ??");
    expect_cell(value_text(SLICE("Köln \xe2\x82\xac")), TABLE_TEXT, "Köln \xe2\x82\xac");
}

Test(table, cuts_long_cells_between_code_points)
{
    char text[3 * TABLE_CELL_MAX];
    char cut[3 * TABLE_CELL_MAX] = "";
    for (int i = 0; i < TABLE_CELL_MAX; i++) {
        memcpy(text + 2 * i, "\xc3\xbc", 2);
    }
    expect_cell(value_text(slice_of(text, (size_t)2 * TABLE_CELL_MAX)), TABLE_TEXT,
                memcpy(cut, text, (size_t)2 * TABLE_CELL_MAX));
    memcpy(text + (ptrdiff_t)2 * TABLE_CELL_MAX, "x", 1);
    memcpy(cut + (ptrdiff_t)2 * (TABLE_CELL_MAX - 3), "...", 4);
    expect_cell(value_text(slice_of(text, (size_t)2 * TABLE_CELL_MAX + 1)), TABLE_TEXT, cut);
}

Test(table, aligns_columns_by_code_points)
{
    static const struct table_column columns[] = {
        {"name", "name", TABLE_TEXT}, {"count", "count", TABLE_COUNT}, {"in", "a.b", TABLE_TEXT}};
    struct kit kit;
    begin(&kit);
    struct value list = value_list();
    struct shape inner = shape_in(&kit.arena);
    shape_string(&inner, "b", "x");
    struct shape row = shape_in(&kit.arena);
    shape_string(&row, "name", "Köln");
    shape_u64(&row, "count", 12345678);
    shape_value(&row, "a", inner.map);
    shape_push(&row, &list);
    row = shape_in(&kit.arena);
    shape_string(&row, "name", "Hamburg");
    shape_u64(&row, "count", 7);
    shape_push(&row, &list);
    table_put_list(&kit.out, &list, columns, ARRAY_COUNT(columns));
    expect_text(&kit, "name          count  in\n"
                      "Köln     12,345,678  x\n"
                      "Hamburg           7  -\n");
    end(&kit);
}

Test(table, sheets_leave_out_what_is_not_there)
{
    static const struct table_column columns[] = {
        {"a long title that has no value", "z", TABLE_TEXT},
        {"name", "name", TABLE_TEXT},
        {"in use", "used", TABLE_YES_NO},
        {"gone", "gone", TABLE_TEXT}};
    struct kit kit;
    begin(&kit);
    struct shape shape = shape_in(&kit.arena);
    shape_string(&shape, "name", "Acme");
    shape_bool(&shape, "used", true);
    shape_null(&shape, "gone");
    table_put_sheet(&kit.out, &shape.map, columns, ARRAY_COUNT(columns));
    expect_text(&kit, "name    Acme\nin use  yes\n");
    end(&kit);
}

Test(shape, writes_times_ids_and_bytes_as_everywhere_outside)
{
    struct kit kit;
    begin(&kit);
    struct shape shape = shape_in(&kit.arena);
    struct uuid id = {.bytes = {1}};
    shape_time(&shape, "at", INT64_C(1700000000123456));
    shape_time(&shape, "never", 0);
    shape_id(&shape, "id", "Instance", id);
    shape_id(&shape, "none", "Instance", (struct uuid){.bytes = {0}});
    shape_hex(&shape, "mark", slice_of("\x00\xff", 2));
    struct json_out json = json_out(&kit.out);
    json_out_value(&json, &shape.map);
    char text[ID_TEXT_SIZE];
    char wanted[300];
    id_encode("Instance", id, text);
    (void)snprintf(wanted, sizeof wanted,
                   "{\"at\":\"2023-11-14T22:13:20.123456+00:00\",\"never\":null,\"id\":\"%s\","
                   "\"none\":null,\"mark\":\"00ff\"}",
                   text);
    expect_text(&kit, wanted);
    end(&kit);
}
