/*
 * json_in: parses JSON texts into values; jansson does, but for plain texts (json_quick).
 *
 * RFC 8259, UTF-8, nesting to LIMIT_JSON_DEPTH, memory to LIMIT_JSON_MEMORY_BYTES. Integers that do
 * not fit 64 bits become doubles. "\u0000" in text is allowed. Of a key that stands twice the last
 * counts.
 */
#ifndef DAYBOOK_CORE_BASE_JSON_IN_H
#define DAYBOOK_CORE_BASE_JSON_IN_H

#include "core/base/arena.h"
#include "core/base/value.h"

/** Points jansson's memory at ours. Call once before any thread starts. */
void json_in_init(void);

/**
 * Parses one JSON text of any type into `arena`, copying everything.
 * Thread: any. Errors: ERR_INVALID, naming line, column and fault; ERR_LIMIT (depth, memory);
 * ERR_NO_MEMORY when the heap had nothing left.
 */
MUST_USE enum err
json_in_parse(struct slice text, struct arena *arena, struct value *ret, struct error *reterr);

/** As json_in_parse without keeping anything: is this text JSON? */
MUST_USE enum err json_in_check(struct slice text, struct error *reterr);

#endif
