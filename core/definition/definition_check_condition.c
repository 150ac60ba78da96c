/*
 * Conditions of a branch step:
 *
 *     conditions = [ {name: <branch>, type: complex, value: <expression>}, ... ]
 *     expression = [ and | or, expression, ... ]
 *                | [ operator, operand ]
 *                | [ operator, operand, operand ]
 *
 * A unary operator may have a second operand, which design tools leave there; it does not count.
 */
#include "core/base/quoted.h"
#include "core/definition/definition_check_priv.h"
#include "core/flow/condition.h"

/* Operands of one operator, a dummy one counted. */
#define CONDITION_OPERANDS_MAX 2

static bool has_branch(const struct step *step, struct slice name)
{
    for (uint32_t i = 0; i < step->branch_count; i++) {
        if (slice_equal(step->branches[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* The branch an item of the list is for. */
static void
check_branch_name(struct definition_check *check, const struct step *step, const struct input *item)
{
    struct slice name = item->name;
    if (item->name_input != NULL) {
        if (item->name_input->type != INPUT_VALUE) {
            definition_check_problem(check, item->line,
                                     "the name of a branch is a plain text here");
            return;
        }
        name = item->name_input->text;
    }
    if (slice_is(name, "Else")) {
        definition_check_problem(check, item->line,
                                 "\"Else\" is taken when nothing else is; it has no condition");
    } else if (!has_branch(step, name)) {
        definition_check_problem(check, item->line, "\"%s\" is the name of no branch of this step",
                                 quoted(name).text);
    }
}

/* The operator is the first item of the expression, its operands are the others. */
static void
check_operands(struct definition_check *check, const struct input *expression, uint32_t wanted)
{
    uint32_t given = expression->item_count - 1;
    if (given < wanted || given > CONDITION_OPERANDS_MAX) {
        definition_check_problem(
            check, expression->line, "the operator %s reads %u operand%s; %u were given",
            quoted(expression->items[0].text).text, wanted, wanted == 1 ? "" : "s", given);
        return;
    }
    for (uint32_t i = 1; i <= wanted; i++) {
        if (expression->items[i].type == INPUT_LIST) {
            field_path_push_index(&check->path, i);
            definition_check_problem(check, expression->items[i].line,
                                     "an operand is an input, like {type: value, value: 7}; a list "
                                     "was given");
            field_path_pop(&check->path);
        }
    }
}

static void check_term(struct definition_check *check, const struct input *expression)
{
    const struct input *first = &expression->items[0];
    enum condition_operator ignored_operator = CONDITION_IS_TRUE;
    int operands = 0;
    if (condition_operator_find(first->text, &ignored_operator, &operands)) {
        check_operands(check, expression, (uint32_t)operands);
        return;
    }
    definition_check_problem(check, first->line,
                             "\"%s\" is no operator; there are and, or, equal, notEqual, isTrue, "
                             "exists, isEmpty, greaterThan, in, startsWith and others",
                             quoted(first->text).text);
}

/* Recursion: as deep as readers let lists be. */
static void check_expression(struct definition_check *check, const struct input *expression)
{
    const struct input *first = expression->item_count > 0 ? &expression->items[0] : NULL;
    if (first == NULL || first->type != INPUT_VALUE || first->text.size == 0) {
        definition_check_problem(check, expression->line,
                                 "a condition is a list like [equal, left, right] or [and, "
                                 "[...], [...]]");
        return;
    }
    if (!slice_is(first->text, "and") && !slice_is(first->text, "or")) {
        check_term(check, expression);
        return;
    }
    if (expression->item_count == 1) {
        definition_check_problem(check, expression->line, "\"%s\" needs at least one condition",
                                 quoted(first->text).text);
    }
    for (uint32_t i = 1; i < expression->item_count; i++) {
        field_path_push_index(&check->path, i);
        if (expression->items[i].type == INPUT_LIST) {
            check_expression(check, &expression->items[i]);
        } else {
            definition_check_problem(check, expression->items[i].line,
                                     "inside \"%s\" stand conditions, each a list",
                                     quoted(first->text).text);
        }
        field_path_pop(&check->path);
    }
}

static void
check_condition(struct definition_check *check, const struct step *step, const struct input *item)
{
    check_branch_name(check, step, item);
    field_path_push(&check->path, SLICE("value"));
    if (item->type == INPUT_COMPLEX) {
        check_expression(check, item);
    } else {
        definition_check_problem(check, item->line,
                                 "a condition is of type complex, like {name: Yes, type: complex, "
                                 "value: [isTrue, ...]}");
    }
    field_path_pop(&check->path);
}

typedef void
item_check(struct definition_check *check, const struct step *step, const struct input *item);

/* Checks each item of an input that must be complex. */
static void check_each(struct definition_check *check,
                       const struct step *step,
                       const struct input *input,
                       item_check *check_item)
{
    if (input->type != INPUT_COMPLEX) {
        definition_check_problem(check, input->line,
                                 "this input is of type complex, with an item for each branch");
        return;
    }
    field_path_push(&check->path, SLICE("value"));
    for (uint32_t i = 0; i < input->item_count; i++) {
        field_path_push_index(&check->path, i);
        check_item(check, step, &input->items[i]);
        field_path_pop(&check->path);
    }
    field_path_pop(&check->path);
}

void definition_check_conditions(struct definition_check *check,
                                 const struct step *step,
                                 const struct input *input)
{
    check_each(check, step, input, check_condition);
}

void definition_check_branch_values(struct definition_check *check,
                                    const struct step *step,
                                    const struct input *input)
{
    check_each(check, step, input, check_branch_name);
}
