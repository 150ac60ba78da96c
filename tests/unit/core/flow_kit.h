/*
 * flow_kit: flows, scopes and snapshots for tests, from short JSON texts.
 *
 * An input is a text (literal) or one of
 *
 *     {"ref": "fetch.results.id"}    {"var": "Ledger URL"}    {"tpl": "{{#Ledger URL}}/x"}
 *     {"list": [input, ...]}         {"pairs": {"name": input, ...}}
 *     [input, ...]                   a plain list, as conditions are written
 *
 * A step is {"do": "httpPost", "name": "Post Item", "in": {...}, "error": ..., "steps": [...],
 * "branches": {"A": [...]}}; "error" is "ignore" or {"retry": 2, "delay": 1, "backoff": true,
 * "ignoreFinal": true}. "do" is the key of a built-in action; every other is unknown to the
 * machine. A flow is a list of steps; the first is the trigger.
 *
 * A snapshot is {"Key": value} or {"Key": {"connection": "basic", "token": "...", "fields":
 * {"username": "ada", "password": "!secret"}}}: "!" makes a field secret.
 *
 * Everything lives in the arena given. A text that is not right aborts: it is a bug of the test.
 */
#ifndef DAYBOOK_TESTS_UNIT_CORE_FLOW_KIT_H
#define DAYBOOK_TESTS_UNIT_CORE_FLOW_KIT_H

#include "core/definition/definition.h"
#include "core/flow/scope.h"
#include "core/flow/snapshot.h"

/** A value from JSON. */
struct value flow_kit_value(struct arena *arena, const char *json);

/** An input from JSON. */
const struct input *flow_kit_input(struct arena *arena, const char *json);

/** A flow from a JSON list of steps. */
const struct flow_definition *flow_kit_flow(struct arena *arena, const char *json);

/** A snapshot from JSON. */
const struct snapshot *flow_kit_snapshot(struct arena *arena, const char *json);

/**
 * A scope in which step names have results: {"fetch": <results>, ...}. A name that ends with "[]"
 * is a loop in its third iteration whose current item is given.
 */
struct scope flow_kit_scope(struct arena *arena, const char *snapshot, const char *steps);

/** A value as JSON text, zero-terminated. */
const char *flow_kit_json(struct arena *arena, const struct value *value);

#endif
