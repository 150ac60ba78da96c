/*
 * The steps that steer the walk: branches, loops, breakLoop.
 */
#include "core/base/json_in.h"
#include "core/flow/coerce.h"
#include "core/flow/condition.h"
#include "core/flow/expression.h"
#include "core/flow/flow_priv.h"

/* Where a branch step goes when nothing matches. */
#define ELSE "Else"

/* ---- branches ---- */

static const struct branch *find_branch(const struct step *step, struct slice name)
{
    for (uint32_t i = 0; i < step->branch_count; i++) {
        if (slice_equal(step->branches[i].name, name)) {
            return &step->branches[i];
        }
    }
    return NULL;
}

/* Reports the branch taken and enters it; "" is none. */
enum err flow_control_take_branch(struct flow_run *run,
                                  struct slice name,
                                  int64_t now_us,
                                  struct error *reterr)
{
    const struct branch *branch = find_branch(run->step, name);
    struct result *result = NULL;
    if (branch == NULL && name.size > 0) {
        struct slice text =
            arena_format(&run->scratch, "the branch \"%.*s\" is not among the step's branches",
                         SLICE_ARGS(name));
        return flow_step_fail(run, ERROR_CLASS_DEFINITION, text, now_us, reterr);
    }
    struct value value = name.size > 0 ? value_text(name) : value_null();
    enum err e = result_create(&run->pool, &value, (struct slice){NULL, 0}, &result, reterr);
    if (e != ERR_OK) {
        return flow_step_error(run, e, now_us, reterr);
    }
    e = flow_step_report_ok(run, result, name, false, now_us, reterr);
    flow_walk_set_result(run, run->step, &result);
    return e == ERR_OK ? flow_walk_enter_branch(run, branch, now_us, reterr) : e;
}

static struct slice else_branch(const struct step *step)
{
    return find_branch(step, SLICE(ELSE)) != NULL ? SLICE(ELSE) : SLICE("");
}

/* The items of a complex input. */
static enum err items_of(const struct step *step,
                         const char *key,
                         const struct input **ret_items,
                         uint32_t *ret_count,
                         struct error *reterr)
{
    const struct input *input = definition_input(step, key);
    bool is_list = input != NULL && (input->type == INPUT_COMPLEX || input->type == INPUT_LIST);
    if (input != NULL && !is_list && input->text.size > 0) {
        return error_set(reterr, ERR_INVALID, "input \"%s\" must be of type complex", key);
    }
    *ret_items = is_list ? input->items : NULL;
    *ret_count = is_list ? input->item_count : 0;
    return ERR_OK;
}

/* The name of an entry of a complex input, literal or evaluated. */
static enum err
name_of(struct flow_run *run, const struct input *item, struct slice *ret, struct error *reterr)
{
    struct value value = value_text(item->name);
    enum err e = ERR_OK;
    if (item->name_input != NULL) {
        e = expression_evaluate(item->name_input, &run->scope, &run->scratch, &value, reterr);
    }
    return e == ERR_OK ? coerce_text(&value, &run->scratch, ret, reterr) : e;
}

/* Whether an entry is the one: its condition holds, or its value is `wanted`. */
static enum err matches(struct flow_run *run,
                        const struct input *item,
                        const struct slice *wanted,
                        bool *ret,
                        struct error *reterr)
{
    struct value value = value_null();
    struct slice text = {NULL, 0};
    if (wanted == NULL) {
        return condition_evaluate(item, &run->scope, &run->scratch, ret, reterr);
    }
    enum err e = expression_evaluate(item, &run->scope, &run->scratch, &value, reterr);
    if (e == ERR_OK) {
        e = coerce_text(&value, &run->scratch, &text, reterr);
    }
    *ret = slice_equal(text, *wanted);
    return e;
}

/* The name of the first entry of `key` that matches, else the Else branch. */
static enum err choose(struct flow_run *run,
                       const char *key,
                       const struct slice *wanted,
                       struct slice *ret,
                       struct error *reterr)
{
    const struct input *items = NULL;
    uint32_t count = 0;
    bool found = false;
    enum err e = items_of(run->step, key, &items, &count, reterr);
    for (uint32_t i = 0; i < count && e == ERR_OK && !found; i++) {
        e = matches(run, &items[i], wanted, &found, reterr);
        if (e == ERR_OK && found) {
            return name_of(run, &items[i], ret, reterr);
        }
    }
    *ret = else_branch(run->step);
    return e;
}

enum err
flow_control_branch_on_expression(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    struct slice name = {NULL, 0};
    enum err e = choose(run, "conditions", NULL, &name, reterr);
    return e == ERR_OK ? flow_control_take_branch(run, name, now_us, reterr)
                       : flow_step_error(run, e, now_us, reterr);
}

/* Values are compared as text: true and "true", 5 and "5" are the same. */
enum err flow_control_branch_on_value(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    struct value value = value_null();
    struct slice wanted = {NULL, 0};
    struct slice name = {NULL, 0};
    enum err e = flow_step_input(run, "inputValue", &value, reterr);
    if (e == ERR_OK) {
        e = coerce_text(&value, &run->scratch, &wanted, reterr);
    }
    if (e == ERR_OK) {
        e = choose(run, "branchValueMappings", &wanted, &name, reterr);
    }
    return e == ERR_OK ? flow_control_take_branch(run, name, now_us, reterr)
                       : flow_step_error(run, e, now_us, reterr);
}

/* ---- loops ---- */

/* A list, or text that is the JSON of one (a config variable that is a list is such text). */
static enum err get_items(struct flow_run *run, struct value *ret, struct error *reterr)
{
    enum err e = flow_step_input(run, "items", ret, reterr);
    if (e == ERR_OK && coerce_is_empty(ret)) {
        return error_set(reterr, ERR_NOT_FOUND,
                         "input \"items\" is empty: it was not given, or what it refers to is "
                         "missing");
    }
    if (e == ERR_OK && ret->type == VALUE_TEXT) {
        struct error why = {0};
        e = json_in_parse(ret->bytes, &run->scratch, ret, &why);
        if (e == ERR_NO_MEMORY || (e == ERR_LIMIT && arena_exhausted(&run->scratch))) {
            return error_set(reterr, e, "input \"items\": %s", error_text(&why));
        }
        e = ERR_OK;
    }
    if (e == ERR_OK && ret->type != VALUE_LIST) {
        return error_set(reterr, ERR_INVALID, "input \"items\" is a %s; it must be a list",
                         value_type_name(ret->type));
    }
    return e;
}

enum err flow_control_loop_items(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    struct value items = value_null();
    struct result *kept = NULL;
    enum err e = get_items(run, &items, reterr);
    if (e == ERR_OK) {
        /* A copy: a step in the body may replace the result that the list is a part of. */
        e = result_create(&run->pool, &items, (struct slice){NULL, 0}, &kept, reterr);
    }
    if (e != ERR_OK) {
        return flow_step_error(run, e, now_us, reterr);
    }
    run->batch_work += kept->bytes;
    return flow_walk_enter_loop(run, &kept, items.list.count, now_us, reterr);
}

enum err flow_control_loop_times(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    struct value value = value_null();
    struct result *none = NULL;
    int64_t count = 0;
    enum err e = flow_step_input(run, "iterationCount", &value, reterr);
    if (e == ERR_OK) {
        e = coerce_int(&value, "iterationCount", 0, 0, INT32_MAX, &count, reterr);
    }
    if (e == ERR_OK && coerce_is_empty(&value)) {
        e = error_set(reterr, ERR_INVALID, "input \"iterationCount\" is empty");
    }
    return e == ERR_OK ? flow_walk_enter_loop(run, &none, (uint32_t)count, now_us, reterr)
                       : flow_step_error(run, e, now_us, reterr);
}

enum err flow_control_break(struct flow_run *run, int64_t now_us, struct error *reterr)
{
    bool in_loop = false;
    for (uint32_t i = 0; i < run->depth; i++) {
        in_loop = in_loop || run->frames[i].is_loop;
    }
    if (!in_loop) {
        return flow_step_fail(run, ERROR_CLASS_DEFINITION, SLICE("breakLoop stands in no loop"),
                              now_us, reterr);
    }
    enum err e = flow_step_done_with_nothing(run, now_us, reterr);
    return e == ERR_OK && run->state == FLOW_WALKING ? flow_walk_break(run, now_us, reterr) : e;
}
