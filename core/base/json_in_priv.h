/*
 * json_in_priv: the half of json_in that jansson does, for comparing the other with it.
 */
#ifndef DAYBOOK_CORE_BASE_JSON_IN_PRIV_H
#define DAYBOOK_CORE_BASE_JSON_IN_PRIV_H

#include "core/base/json_in.h"

/** As json_in_parse, by jansson alone. */
MUST_USE enum err
json_in_parse_tree(struct slice text, struct arena *arena, struct value *ret, struct error *reterr);

#endif
