/*
 * The tree: which terms there are, in which order they are evaluated, where it stops. What one
 * operator does with its operands is in condition_term.c.
 */
#include "core/flow/condition.h"

#include "core/base/check.h"
#include "core/flow/expression.h"

/* How much of a name a message shows. */
#define SHOWN_BYTES_MAX 60

static const struct {
    const char *name;
    int operands;
} operators[] = {
#define CONDITION(name, text, operands, apply, negated) {text, operands},
#include "core/flow/condition_operators.def"
#undef CONDITION
};

bool condition_operator_find(struct slice name, enum condition_operator *ret, int *ret_operands)
{
    for (size_t i = 0; i < ARRAY_COUNT(operators); i++) {
        if (slice_is(name, operators[i].name)) {
            *ret = (enum condition_operator)i;
            *ret_operands = operators[i].operands;
            return true;
        }
    }
    return false;
}

struct condition {
    struct scope *scope;
    struct arena *arena;
    int depth;
    int terms;
    struct error *reterr;
};

static bool is_group(const struct input *expression)
{
    return expression->type == INPUT_LIST || expression->type == INPUT_COMPLEX;
}

/* The word an expression begins with. Returns: the empty slice when there is none. */
static struct slice word_of(const struct input *expression)
{
    if (!is_group(expression) || expression->item_count == 0 ||
        expression->items[0].type != INPUT_VALUE) {
        return (struct slice){NULL, 0};
    }
    return expression->items[0].text;
}

static bool is_and_or(struct slice word)
{
    return slice_is(word, "and") || slice_is(word, "or");
}

static enum err bad_word(struct slice word, struct error *reterr)
{
    size_t shown = word.size < SHOWN_BYTES_MAX ? word.size : SHOWN_BYTES_MAX;
    return error_set(reterr, ERR_INVALID,
                     "a condition begins with \"%.*s\"; right would be and, or, or an operator "
                     "such as equal, isTrue, in, startsWith, dateTimeAfter",
                     (int)shown, shown > 0 ? word.data : "");
}

/* Whether every group begins with a word that is known, within the bounds. */
static enum err check(struct condition *condition, const struct input *expression)
{
    struct slice word = word_of(expression);
    if (++condition->terms > CONDITION_TERMS_MAX || condition->depth == CONDITION_DEPTH_MAX) {
        return error_set(condition->reterr, ERR_INVALID,
                         "a condition has over %d terms or is nested over %d levels",
                         CONDITION_TERMS_MAX, CONDITION_DEPTH_MAX);
    }
    if (!is_and_or(word)) {
        enum condition_operator op = CONDITION_EQUAL;
        int operands = 0;
        return condition_operator_find(word, &op, &operands) ? ERR_OK
                                                             : bad_word(word, condition->reterr);
    }
    enum err e = ERR_OK;
    condition->depth++;
    for (uint32_t i = 1; i < expression->item_count && e == ERR_OK; i++) {
        e = check(condition, &expression->items[i]);
    }
    condition->depth--;
    return e;
}

static const struct input *operand_at(const struct input *expression, uint32_t index)
{
    return index < expression->item_count ? &expression->items[index] : NULL;
}

static enum err
evaluate_term(struct condition *condition, const struct input *expression, bool *ret)
{
    enum condition_operator op = CONDITION_EQUAL;
    int operands = 0;
    struct loose_operand left = {.value = value_null(), .missing = true};
    struct loose_operand right = left;
    if (!condition_operator_find(word_of(expression), &op, &operands)) {
        return bad_word(word_of(expression), condition->reterr);
    }
    enum err e = expression_operand(operand_at(expression, 1), condition->scope, condition->arena,
                                    &left, condition->reterr);
    if (e == ERR_OK && operands == 2) {
        e = expression_operand(operand_at(expression, 2), condition->scope, condition->arena,
                               &right, condition->reterr);
    }
    if (e == ERR_OK) {
        struct loose_context context = {condition->arena, &condition->scope->work};
        e = condition_apply(op, &left, &right, context, ret, condition->reterr);
    }
    return e == ERR_INVALID || e == ERR_NOT_FOUND
               ? error_wrap(condition->reterr, e, "condition \"%s\"", operators[op].name)
               : e;
}

static enum err evaluate(struct condition *condition, const struct input *expression, bool *ret)
{
    struct slice word = word_of(expression);
    if (!is_and_or(word)) {
        return evaluate_term(condition, expression, ret);
    }
    bool all = slice_is(word, "and");
    bool result = all;
    enum err e = ERR_OK;
    for (uint32_t i = 1; i < expression->item_count && e == ERR_OK && result == all; i++) {
        e = evaluate(condition, &expression->items[i], &result);
    }
    if (e == ERR_OK) {
        *ret = result;
    }
    return e;
}

enum err condition_evaluate(const struct input *expression,
                            struct scope *scope,
                            struct arena *arena,
                            bool *ret,
                            struct error *reterr)
{
    struct condition condition = {.scope = scope, .arena = arena, .reterr = reterr};
    enum err e = check(&condition, expression);
    return e == ERR_OK ? evaluate(&condition, expression, ret) : e;
}
