/*
 * answer: what a command says in the end, on standard output: as JSON or for people.
 */
#ifndef DAYBOOK_TOOLS_ANSWER_H
#define DAYBOOK_TOOLS_ANSWER_H

#include "core/base/buf.h"
#include "core/base/value.h"
#include "tools/options.h"
#include "tools/table.h"

/* Memory of one command's answer, and of what is printed at a time. */
#define ANSWER_ARENA_BYTES ((size_t)512 << 20)
#define ANSWER_TEXT_BYTES  ((size_t)512 << 20)

/** Prints a value as one line of JSON. Returns: TOOL_DONE, or TOOL_FAILED, said. */
int answer_json(const struct options *options, const struct value *value);

/**
 * Prints a list as a table, or a map as a sheet; with --json the value itself. Returns: TOOL_DONE,
 * or TOOL_FAILED, said.
 */
int answer_table(const struct options *options,
                 const struct value *value,
                 const struct table_column *columns,
                 size_t count);

/** Prints text made for people. Returns: TOOL_DONE, or TOOL_FAILED, said. */
int answer_text(const struct options *options, const struct buf *text);

#endif
