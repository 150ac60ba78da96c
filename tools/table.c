#include "tools/table.h"

#include "core/base/check.h"
#include "core/base/json_out.h"
#include "core/base/utf8.h"

#include <stdio.h>

#define TABLE_COLUMNS_MAX 24
#define CELL_BYTES_MAX    ((size_t)1 << 20)

/* ---- one cell ---- */

/* Length of the next code point of `text`, and what stands for it: itself, or "?" when a terminal
 * must not get it. */
static size_t next_shown(struct slice text, struct slice *ret)
{
    unsigned char first = (unsigned char)text.data[0];
    size_t length = utf8_sequence_length(text);
    bool c1 = length == 2 && first == 0xc2 && (unsigned char)text.data[1] < 0xa0;
    if (length == 0 || first < 0x20 || first == 0x7f || c1) {
        *ret = SLICE("?");
        return length == 0 ? 1 : length;
    }
    *ret = slice_of(text.data, length);
    return length;
}

/* Appends text fit for a terminal, at most `columns_max` code points of it. */
static void put_clean(struct buf *out, struct slice text, size_t columns_max)
{
    size_t columns = 0;
    size_t cut_at = out->size; /* where "..." would begin */
    while (text.size > 0) {
        struct slice shown;
        size_t length = next_shown(text, &shown);
        if (columns == columns_max) {
            buf_truncate(out, cut_at);
            buf_put_text(out, "...");
            return;
        }
        buf_put_slice(out, shown);
        columns++;
        cut_at = columns + 3 <= columns_max ? out->size : cut_at;
        text = slice_from(text, length);
    }
}

/* 1234567 as 1,234,567. */
static void put_count(struct buf *out, int64_t number)
{
    char digits[32];
    int size = snprintf(digits, sizeof digits, "%lld", (long long)number);
    for (int i = 0; i < size; i++) {
        buf_put_char(out, digits[i]);
        bool group_ends = (size - 1 - i) % 3 == 0 && i + 1 < size && digits[i] != '-';
        if (group_ends) {
            buf_put_char(out, ',');
        }
    }
}

static void put_bytes(struct buf *out, int64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    if (bytes < 1024) {
        buf_printf(out, "%lld B", (long long)bytes);
        return;
    }
    size_t unit = 0;
    double amount = (double)bytes / 1024;
    for (; amount >= 1023.95 && unit + 1 < ARRAY_COUNT(units); unit++) {
        amount /= 1024;
    }
    buf_printf(out, "%.1f %s", amount, units[unit]);
}

static void put_duration(struct buf *out, int64_t us)
{
    int64_t seconds = us / 1000000;
    if (us < 1000) {
        buf_printf(out, "%lld us", (long long)us);
    } else if (seconds < 1) {
        buf_printf(out, "%.1f ms", (double)us / 1000);
    } else if (seconds < 60) {
        buf_printf(out, "%.1f s", (double)us / 1000000);
    } else if (seconds < 3600) {
        buf_printf(out, "%lld min %02lld s", (long long)(seconds / 60), (long long)(seconds % 60));
    } else if (seconds < 86400) {
        buf_printf(out, "%lld h %02lld min", (long long)(seconds / 3600),
                   (long long)(seconds % 3600 / 60));
    } else {
        buf_printf(out, "%lld d %02lld h", (long long)(seconds / 86400),
                   (long long)(seconds % 86400 / 3600));
    }
}

/* "2026-04-22T00:15:30.726000+00:00" as "2026-04-22 00:15:30". */
static void put_time(struct buf *out, struct slice text)
{
    if (text.size >= 19 && text.data[10] == 'T') {
        buf_put(out, text.data, 10);
        buf_put_char(out, ' ');
        buf_put(out, text.data + 11, 8);
    } else {
        put_clean(out, text, TABLE_CELL_MAX);
    }
}

static void put_json(struct buf *out, const struct value *value, size_t columns_max)
{
    struct buf text;
    buf_init(&text, CELL_BYTES_MAX);
    struct json_out json = json_out(&text);
    json_out_value(&json, value);
    put_clean(out, buf_slice(&text), columns_max);
    buf_deinit(&text);
}

static void put_list_of_texts(struct buf *out, const struct value *list, size_t columns_max)
{
    struct buf text;
    buf_init(&text, CELL_BYTES_MAX);
    for (uint32_t i = 0; i < list->list.count; i++) {
        buf_put_text(&text, i > 0 ? ", " : "");
        table_put_cell(&text, &list->list.items[i], TABLE_TEXT, columns_max);
    }
    put_clean(out, buf_slice(&text), columns_max);
    buf_deinit(&text);
}

static void put_plain(struct buf *out, const struct value *value, size_t columns_max)
{
    if (value->type == VALUE_TEXT) {
        put_clean(out, value->bytes, columns_max);
    } else if (value->type == VALUE_LIST) {
        put_list_of_texts(out, value, columns_max);
    } else {
        put_json(out, value, columns_max);
    }
}

void table_put_cell(struct buf *out,
                    const struct value *value,
                    enum table_style style,
                    size_t columns_max)
{
    if (value_is_null(value)) {
        buf_put_char(out, '-');
    } else if (style == TABLE_COUNT && value->type == VALUE_INT) {
        put_count(out, value->integer);
    } else if (style == TABLE_BYTES && value->type == VALUE_INT) {
        put_bytes(out, value->integer);
    } else if (style == TABLE_RATIO && value->type == VALUE_FLOAT) {
        buf_printf(out, "%.2f", value->number);
    } else if (style == TABLE_DURATION && value->type == VALUE_INT) {
        put_duration(out, value->integer);
    } else if (style == TABLE_TIME && value->type == VALUE_TEXT) {
        put_time(out, value->bytes);
    } else if (style == TABLE_YES_NO && value->type == VALUE_BOOL) {
        buf_put_text(out, value->boolean ? "yes" : "no");
    } else {
        put_plain(out, value, columns_max);
    }
}

/* ---- places in a map ---- */

/* "head.seq": a member, or a member of a member. */
static const struct value *member_of(const struct value *map, const char *path)
{
    struct slice rest = slice_of_text(path);
    while (map != NULL && rest.size > 0) {
        size_t dot = slice_find(rest, SLICE("."));
        size_t size = dot < rest.size ? dot : rest.size;
        map = value_get(map, slice_of(rest.data, size));
        rest = slice_from(rest, size + 1);
    }
    return map;
}

static bool is_right(enum table_style style)
{
    return style == TABLE_NUMBER || style == TABLE_COUNT || style == TABLE_BYTES ||
           style == TABLE_RATIO || style == TABLE_DURATION;
}

/* Code points of text that is fit to print. */
static size_t width_of(struct slice text)
{
    size_t width = 0;
    for (size_t i = 0; i < text.size; i++) {
        width += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    }
    return width;
}

/* ---- lists ---- */

static void pad(struct buf *out, size_t columns)
{
    for (size_t i = 0; i < columns; i++) {
        buf_put_char(out, ' ');
    }
}

static void put_aligned(
    struct buf *out, struct slice text, size_t width, const struct table_column *column, bool last)
{
    size_t missing = width - width_of(text);
    if (is_right(column->style)) {
        pad(out, missing);
    }
    buf_put_slice(out, text);
    if (!is_right(column->style) && !last) {
        pad(out, missing);
    }
    buf_put_text(out, last ? "\n" : "  ");
}

static struct slice cell_text(struct buf *scratch,
                              const struct value *row,
                              const struct table_column *column,
                              bool last)
{
    buf_clear(scratch);
    table_put_cell(scratch, member_of(row, column->member), column->style,
                   last ? TABLE_LINE_MAX : TABLE_CELL_MAX);
    return buf_slice(scratch);
}

static void measure(struct buf *scratch,
                    const struct value *list,
                    const struct table_column *columns,
                    size_t count,
                    size_t *ret_widths)
{
    for (size_t c = 0; c < count; c++) {
        ret_widths[c] = width_of(slice_of_text(columns[c].title));
        for (uint32_t i = 0; i < list->list.count; i++) {
            size_t width =
                width_of(cell_text(scratch, &list->list.items[i], &columns[c], c + 1 == count));
            ret_widths[c] = width > ret_widths[c] ? width : ret_widths[c];
        }
    }
}

void table_put_list(struct buf *out,
                    const struct value *list,
                    const struct table_column *columns,
                    size_t count)
{
    ASSERT(list->type == VALUE_LIST && count <= TABLE_COLUMNS_MAX);
    size_t widths[TABLE_COLUMNS_MAX];
    struct buf scratch;
    buf_init(&scratch, CELL_BYTES_MAX);
    measure(&scratch, list, columns, count, widths);
    for (size_t c = 0; c < count; c++) {
        put_aligned(out, slice_of_text(columns[c].title), widths[c], &columns[c], c + 1 == count);
    }
    for (uint32_t i = 0; i < list->list.count; i++) {
        for (size_t c = 0; c < count; c++) {
            bool last = c + 1 == count;
            struct slice text = cell_text(&scratch, &list->list.items[i], &columns[c], last);
            put_aligned(out, text, widths[c], &columns[c], last);
        }
    }
    buf_deinit(&scratch);
}

/* ---- sheets ---- */

static bool is_shown(const struct value *value)
{
    bool empty = value_is_null(value) || (value->type == VALUE_TEXT && value->bytes.size == 0) ||
                 (value->type == VALUE_LIST && value->list.count == 0);
    return !empty;
}

void table_put_sheet(struct buf *out,
                     const struct value *map,
                     const struct table_column *columns,
                     size_t count)
{
    size_t width = 0;
    for (size_t c = 0; c < count; c++) {
        size_t title = width_of(slice_of_text(columns[c].title));
        bool shown = is_shown(member_of(map, columns[c].member));
        width = shown && title > width ? title : width;
    }
    for (size_t c = 0; c < count; c++) {
        const struct value *value = member_of(map, columns[c].member);
        if (!is_shown(value)) {
            continue;
        }
        struct slice title = slice_of_text(columns[c].title);
        buf_put_slice(out, title);
        pad(out, width - width_of(title) + 2);
        table_put_cell(out, value, columns[c].style, TABLE_LINE_MAX);
        buf_put_char(out, '\n');
    }
}
