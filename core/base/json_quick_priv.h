/*
 * json_quick: reads plain JSON texts, as most webhooks are, straight into values.
 *
 * jansson builds a tree of its own, node by node on the heap, which is then copied: 20 µs for an
 * order of 1 KiB, which is more than all else that one step of a flow costs. What json_scan is sure
 * of is read here instead in a tenth of that; everything unusual or wrong stays jansson's. A fuzz
 * target holds the two against each other.
 */
#ifndef DAYBOOK_CORE_BASE_JSON_QUICK_PRIV_H
#define DAYBOOK_CORE_BASE_JSON_QUICK_PRIV_H

#include "core/base/arena.h"
#include "core/base/value.h"

/* Members of a map that are compared one by one with a new key; larger maps are jansson's. */
#define JSON_QUICK_MEMBERS_MAX 64

/**
 * Parses a text into `arena`, copying everything. Thread: any. Returns: false when it must be left
 * to jansson, or when the arena is exhausted.
 */
bool json_quick_parse(struct slice text, struct arena *arena, struct value *ret);

#endif
