/*
 * expression: what an input of a step comes to at one moment of a run.
 *
 *     value       the literal text
 *     configVar   the variable's value; a connection shows its public fields only; "" is null
 *     reference   the value at a path, or null where something on the way is missing
 *     template    text
 *     complex     a list; items with a name become {key, value}
 *
 * A path starts with a step's reference name and goes on with `results` (of any step), or
 * `currentItem` or `index` (of a loop). Missing *data* is null, because it depends on what came in;
 * a step, a member or a config variable that cannot exist is an error, because it is a slip in the
 * definition that would else show up far from its cause.
 *
 * Values share memory with step results, snapshot and definition; copy what must outlive them.
 * Thread: one at a time per scope.
 */
#ifndef DAYBOOK_CORE_FLOW_EXPRESSION_H
#define DAYBOOK_CORE_FLOW_EXPRESSION_H

#include "core/definition/definition.h"
#include "core/flow/loose.h"
#include "core/flow/scope.h"

/**
 * Evaluates an input; NULL (not given) is null.
 * Errors: ERR_NOT_FOUND (a step, member or config variable that cannot exist); ERR_INVALID (a
 * malformed path, nesting over LIMIT_JSON_DEPTH); ERR_LIMIT (arena, work); ERR_NO_MEMORY.
 */
MUST_USE enum err expression_evaluate(const struct input *input,
                                      struct scope *scope,
                                      struct arena *arena,
                                      struct value *ret,
                                      struct error *reterr);

/** As expression_evaluate, telling missing (undefined) from null. */
MUST_USE enum err expression_operand(const struct input *input,
                                     struct scope *scope,
                                     struct arena *arena,
                                     struct loose_operand *ret,
                                     struct error *reterr);

/** The value at a path. Errors: as expression_evaluate. */
MUST_USE enum err expression_reference(struct slice path,
                                       struct scope *scope,
                                       struct arena *arena,
                                       struct loose_operand *ret,
                                       struct error *reterr);

/** The value of a config variable. Errors: ERR_NOT_FOUND when the snapshot has none of that key. */
MUST_USE enum err expression_config_var(struct slice key,
                                        struct scope *scope,
                                        struct arena *arena,
                                        struct value *ret,
                                        struct error *reterr);

/**
 * The connection an input names, with its secrets; *ret is NULL when it names none.
 * Errors: ERR_NOT_FOUND; ERR_INVALID when the input is no config variable, or that no connection.
 */
MUST_USE enum err expression_connection(const struct input *input,
                                        const struct scope *scope,
                                        const struct snapshot_connection **ret,
                                        struct error *reterr);

#endif
