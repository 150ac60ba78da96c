/*
 * difference: what two maps differ in, member by member: "config.Region.value: eu -> us".
 *
 * Maps are compared member by member, down to the first that is none; lists as a whole.
 */
#ifndef DAYBOOK_TOOLS_DIFFERENCE_H
#define DAYBOOK_TOOLS_DIFFERENCE_H

#include "core/base/value.h"

/**
 * A list of {field, before, after}, null where a side has nothing, in the order of `after`, with
 * what is gone at the end of its map. Members in `left_out` (up to a NULL; may be NULL) do not
 * count at the top. Lives in `arena`, shares the values.
 */
struct value difference(struct arena *arena,
                        const struct value *before,
                        const struct value *after,
                        const char *const *left_out);

#endif
