/*
 * table: answers for people: lists as aligned columns, single things as lines of name and value.
 *
 * What is printed came from customers: control characters become "?", so that no name or error can
 * speak to the terminal, and long cells are cut with "..." (JSON has them whole). Widths count code
 * points.
 */
#ifndef DAYBOOK_TOOLS_TABLE_H
#define DAYBOOK_TOOLS_TABLE_H

#include "core/base/buf.h"
#include "core/base/value.h"

/* Longest cell of a list; a sheet's lines may be longer. */
#define TABLE_CELL_MAX 60
#define TABLE_LINE_MAX 400

/* How a member is shown. */
enum table_style {
    TABLE_TEXT,     /* as it is; lists as "a, b", maps as JSON */
    TABLE_NUMBER,   /* 1234567, to the right: what somebody may copy */
    TABLE_COUNT,    /* 1,234,567, to the right */
    TABLE_BYTES,    /* 1.2 MiB, to the right */
    TABLE_RATIO,    /* 2.48, to the right */
    TABLE_DURATION, /* microseconds: 812 us, 1.2 ms, 3.4 s, 2 h 05 min, to the right */
    TABLE_TIME,     /* RFC 3339 cut to seconds: 2026-04-22 00:15:30 */
    TABLE_YES_NO,
};

struct table_column {
    const char *title;
    const char *member; /* "seq", "head.seq" */
    enum table_style style;
};

/** Appends the maps of a list as rows below their titles. */
void table_put_list(struct buf *out,
                    const struct value *list,
                    const struct table_column *columns,
                    size_t count);

/** Appends a map as one line a column: its title, then its value. A member that is missing, null,
 * or an empty text or list has no line. */
void table_put_sheet(struct buf *out,
                     const struct value *map,
                     const struct table_column *columns,
                     size_t count);

/** Appends one value as it would stand in a cell of at most `columns_max` code points. */
void table_put_cell(struct buf *out,
                    const struct value *value,
                    enum table_style style,
                    size_t columns_max);

#endif
