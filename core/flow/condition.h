/*
 * condition: the expressions that decide which branch of branchOnExpression is taken.
 *
 *     expression = [ "and" / "or", expression, ... ]
 *                / [ operator, operand ]
 *                / [ operator, operand, operand ]
 *
 * Operands are inputs. What the operators mean (people rely on it, oddities included):
 *
 *     isTrue isFalse           t, true, y, yes / f, false, n, no in any case; else JavaScript truth
 *     exists doesNotExist      what does not exist: missing, null, 0, false and empty text
 *     isEmpty isNotEmpty       of a text or a list; anything else is an error
 *     equal notEqual           JavaScript ==, deep for lists and objects (loose.h)
 *     exactlyMatches doesNotExactlyMatch      ===, deep
 *     greaterThan greaterThanOrEqual lessThan lessThanOrEqual    numbers, or texts by their bytes
 *     in notIn                 is the LEFT in the RIGHT: part of a text, item of a list, key of an
 *                              object; another right side is an error
 *     startsWith endsWith doesNotStartWith doesNotEndWith        the LEFT begins (ends) the RIGHT
 *     dateTimeAfter dateTimeBefore dateTimeSame
 *                              RFC 3339 times, dates, times without a zone (UTC), or numbers: Unix
 *                              seconds below 1e11, milliseconds from there on; else an error
 *
 * Before comparing, an operand that is text is parsed as JSON if it parses: "10" is a number,
 * "[1]" a list. isEmpty and the left side of `in` look at the text as it came, too.
 *
 * `and` stops at the first false, `or` at the first true; but every operator in the expression is
 * checked first, so that a slip shows at once and not on the day that part is reached.
 *
 * Thread: one at a time per scope.
 */
#ifndef DAYBOOK_CORE_FLOW_CONDITION_H
#define DAYBOOK_CORE_FLOW_CONDITION_H

#include "core/definition/definition.h"
#include "core/flow/loose.h"
#include "core/flow/scope.h"

/* Terms and groups of one expression, and groups inside each other. */
#define CONDITION_TERMS_MAX 1000
#define CONDITION_DEPTH_MAX 20

enum condition_operator {
#define CONDITION(name, text, operands, apply, negated) CONDITION_##name,
#include "core/flow/condition_operators.def"
#undef CONDITION
};

/**
 * The operator of a name ("isTrue"). `ret_operands`: how many operands it looks at, 1 or 2.
 * Returns: false when there is no such operator.
 */
bool condition_operator_find(struct slice name, enum condition_operator *ret, int *ret_operands);

/**
 * Applies an operator to evaluated operands (as they came, JSON not parsed).
 * Errors: ERR_INVALID (operands the operator cannot use), ERR_LIMIT (arena, work), ERR_NO_MEMORY.
 */
MUST_USE enum err condition_apply(enum condition_operator op,
                                  const struct loose_operand *left,
                                  const struct loose_operand *right,
                                  struct loose_context context,
                                  bool *ret,
                                  struct error *reterr);

/**
 * Evaluates an expression in a scope.
 * Errors: ERR_INVALID (no operator, a faulty operand, CONDITION_*_MAX), ERR_LIMIT (arena, work),
 * ERR_NO_MEMORY.
 */
MUST_USE enum err condition_evaluate(const struct input *expression,
                                     struct scope *scope,
                                     struct arena *arena,
                                     bool *ret,
                                     struct error *reterr);

#endif
