/*
 * kit_path: finds a place in a value by a path: "data.instances.nodes[0].id".
 *
 * Keys are separated by dots; an index in brackets is a place in a list, counted from 0.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_PATH_H
#define DAYBOOK_TESTS_LIB_KIT_PATH_H

#include "core/base/value.h"

/** The value at `path`; the empty path is the value itself. Returns: NULL when it is not there. */
const struct value *kit_path_find(const struct value *value, const char *path);

/** The items of the list at `path`, or members of the map there. Returns: 0 when neither is there.
 */
size_t kit_path_count(const struct value *value, const char *path);

#endif
