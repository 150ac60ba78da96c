#include "core/flow/expression.h"

#include "core/base/limits.h"
#include "core/definition/reference_path.h"
#include "core/flow/template.h"

/* How much of a name a message shows. */
#define SHOWN_BYTES_MAX 100

/* ---- references and config variables ---- */

/* Digits of the largest index a list can have (its count is a uint32_t). */
#define INDEX_DIGITS_MAX 10

static const struct value *item_of(const struct value *list, struct slice segment)
{
    size_t index = 0;
    if (segment.size == 0 || segment.size > INDEX_DIGITS_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < segment.size; i++) {
        if (segment.data[i] < '0' || segment.data[i] > '9') {
            return NULL;
        }
        index = index * 10 + (size_t)(segment.data[i] - '0');
    }
    return value_at(list, index);
}

/* Looking for a key costs one unit of work for every member of the map. */
static const struct value *
walk(struct reference_path *path, const struct value *root, struct work *work)
{
    const struct value *at = root;
    struct slice segment = {NULL, 0};
    while (at != NULL && reference_path_next(path, &segment)) {
        if (at->type == VALUE_LIST) {
            at = item_of(at, segment);
        } else {
            bool searched = at->type == VALUE_MAP && work_add(work, at->map.count);
            at = searched ? value_get(at, segment) : NULL;
        }
    }
    return at;
}

static enum err
unknown_member(const struct scope_step *step, struct slice member, struct error *reterr)
{
    return error_set(reterr, ERR_NOT_FOUND,
                     "a path goes on with \"%s%.*s\" behind the step \"%.*s\"; right would be "
                     "\"results\"%s",
                     member.size > 0 ? "" : "nothing", SLICE_ARGS(member),
                     SLICE_ARGS(step->reference),
                     step->is_loop ? ", \"currentItem\" or \"index\"" : "");
}

/* What stands under `<step>.<member>`. */
static enum err member_of(const struct scope_step *step,
                          struct slice member,
                          struct arena *arena,
                          const struct value **ret,
                          struct error *reterr)
{
    if (slice_is(member, "results")) {
        *ret = step->results;
        return ERR_OK;
    }
    if (step->is_loop && slice_is(member, "currentItem")) {
        *ret = step->current_item;
        return ERR_OK;
    }
    if (!step->is_loop || !slice_is(member, "index")) {
        return unknown_member(step, member, reterr);
    }
    struct value *index = ARENA_NEW(arena, struct value);
    if (index == NULL) {
        return arena_error(arena, "an expression", reterr);
    }
    *index = value_int(step->iteration);
    *ret = step->current_item != NULL ? index : NULL;
    return ERR_OK;
}

static enum err find_step(const struct scope *scope,
                          struct slice name,
                          const struct scope_step **ret,
                          struct error *reterr)
{
    const struct scope_step *step = scope_find(scope, name);
    if (step == NULL) {
        return error_set(reterr, ERR_NOT_FOUND,
                         "a path begins with \"%.*s\", but no step of this flow has that name "
                         "(in paths, step names are written in camel case: fetchParcel)",
                         (int)(name.size < SHOWN_BYTES_MAX ? name.size : SHOWN_BYTES_MAX),
                         name.data);
    }
    *ret = step;
    return ERR_OK;
}

enum err expression_reference(struct slice text,
                              struct scope *scope,
                              struct arena *arena,
                              struct loose_operand *ret,
                              struct error *reterr)
{
    struct reference_path path = reference_path(slice_trim(text));
    struct slice name = {NULL, 0};
    struct slice member = {NULL, 0};
    const struct scope_step *step = NULL;
    const struct value *root = NULL;
    enum err e = reference_path_check(path.text, reterr);
    if (e == ERR_OK && reference_path_next(&path, &name)) {
        (void)reference_path_next(&path, &member); /* none: told by member_of */
        e = find_step(scope, name, &step, reterr);
    }
    if (e == ERR_OK) {
        e = member_of(step, member, arena, &root, reterr);
    }
    if (e != ERR_OK) {
        return e;
    }
    const struct value *found = walk(&path, root, &scope->work);
    e = work_check(&scope->work, "the expression", reterr);
    if (e == ERR_OK) {
        ret->missing = found == NULL;
        ret->value = found != NULL ? *found : value_null();
    }
    return e;
}

static enum err unknown_config_var(struct slice key, struct error *reterr)
{
    return error_set(reterr, ERR_NOT_FOUND,
                     "there is no config variable \"%.*s\" in this instance's configuration",
                     SLICE_ARGS(key));
}

enum err expression_config_var(struct slice key,
                               struct scope *scope,
                               struct arena *arena,
                               struct value *ret,
                               struct error *reterr)
{
    work_add(&scope->work, scope->snapshot->count);
    const struct snapshot_var *var = snapshot_find(scope->snapshot, key);
    if (var == NULL) {
        return unknown_config_var(key, reterr);
    }
    if (var->connection == NULL) {
        *ret = var->value;
        return ERR_OK;
    }
    struct value value = snapshot_connection_value(var->connection, arena);
    if (value.type == VALUE_NULL) {
        return arena_error(arena, "a connection", reterr);
    }
    *ret = value;
    return ERR_OK;
}

enum err expression_connection(const struct input *input,
                               const struct scope *scope,
                               const struct snapshot_connection **ret,
                               struct error *reterr)
{
    if (input == NULL || input->text.size == 0) {
        *ret = NULL;
        return ERR_OK;
    }
    if (input->type != INPUT_CONFIGVAR) {
        return error_set(reterr, ERR_INVALID,
                         "input \"%.*s\" takes a connection, given as a config variable",
                         SLICE_ARGS(input->key));
    }
    const struct snapshot_var *var = snapshot_find(scope->snapshot, input->text);
    if (var == NULL) {
        return unknown_config_var(input->text, reterr);
    }
    if (var->connection == NULL) {
        return error_set(reterr, ERR_INVALID,
                         "input \"%.*s\": config variable \"%.*s\" is not a connection",
                         SLICE_ARGS(input->key), SLICE_ARGS(var->key));
    }
    *ret = var->connection;
    return ERR_OK;
}

/* ---- inputs ---- */

struct evaluation {
    struct scope *scope;
    struct arena *arena;
    int depth;
    struct error *reterr;
};

static enum err
evaluate(struct evaluation *evaluation, const struct input *input, struct loose_operand *ret);

static enum err
evaluate_value(struct evaluation *evaluation, const struct input *input, struct value *ret)
{
    struct loose_operand operand = {.value = value_null()};
    enum err e = evaluate(evaluation, input, &operand);
    if (e == ERR_OK) {
        *ret = operand.value;
    }
    return e;
}

/* Makes {key, value} of an item with a name; others stay as they are. */
static enum err
name_item(struct evaluation *evaluation, const struct input *item, struct value *value)
{
    if (item->name_input == NULL && item->name.size == 0) {
        return ERR_OK;
    }
    struct value name = value_text(item->name);
    if (item->name_input != NULL) {
        enum err e = evaluate_value(evaluation, item->name_input, &name);
        if (e != ERR_OK) {
            return e;
        }
    }
    struct value pair = value_map();
    if (!value_map_put(evaluation->arena, &pair, SLICE("key"), name) ||
        !value_map_put(evaluation->arena, &pair, SLICE("value"), *value)) {
        return arena_error(evaluation->arena, "an expression", evaluation->reterr);
    }
    *value = pair;
    return ERR_OK;
}

static enum err
evaluate_list(struct evaluation *evaluation, const struct input *input, struct value *ret)
{
    struct value list = value_list();
    for (uint32_t i = 0; i < input->item_count; i++) {
        struct value item = value_null();
        enum err e = evaluate_value(evaluation, &input->items[i], &item);
        if (e == ERR_OK) {
            e = name_item(evaluation, &input->items[i], &item);
        }
        if (e != ERR_OK) {
            return e;
        }
        if (!value_list_push(evaluation->arena, &list, item)) {
            return arena_error(evaluation->arena, "an expression", evaluation->reterr);
        }
    }
    *ret = list;
    return ERR_OK;
}

static enum err
evaluate_typed(struct evaluation *evaluation, const struct input *input, struct loose_operand *ret)
{
    struct scope *scope = evaluation->scope;
    struct arena *arena = evaluation->arena;
    struct slice text = {NULL, 0};
    enum err e = ERR_OK;
    switch (input->type) {
    case INPUT_VALUE:
        ret->value = value_text(input->text);
        break;
    case INPUT_CONFIGVAR:
        if (input->text.size > 0) {
            e = expression_config_var(input->text, scope, arena, &ret->value, evaluation->reterr);
        }
        break;
    case INPUT_REFERENCE:
        if (input->text.size > 0) {
            e = expression_reference(input->text, scope, arena, ret, evaluation->reterr);
        }
        break;
    case INPUT_TEMPLATE:
        e = template_render(input->text, scope, arena, &text, evaluation->reterr);
        ret->value = value_text(text);
        break;
    case INPUT_COMPLEX:
    case INPUT_LIST:
        e = evaluate_list(evaluation, input, &ret->value);
        break;
    case INPUT_DATASOURCE:
        break;
    }
    return e;
}

static enum err
evaluate(struct evaluation *evaluation, const struct input *input, struct loose_operand *ret)
{
    if (evaluation->depth == LIMIT_JSON_DEPTH) {
        return error_set(evaluation->reterr, ERR_INVALID, "an input is nested over %d levels",
                         LIMIT_JSON_DEPTH);
    }
    struct loose_operand operand = {.value = value_null()};
    evaluation->depth++;
    work_add(&evaluation->scope->work, 1);
    enum err e = evaluate_typed(evaluation, input, &operand);
    evaluation->depth--;
    if (e == ERR_OK) {
        e = work_check(&evaluation->scope->work, "the expression", evaluation->reterr);
    }
    if (e == ERR_OK) {
        *ret = operand;
    }
    return e;
}

enum err expression_operand(const struct input *input,
                            struct scope *scope,
                            struct arena *arena,
                            struct loose_operand *ret,
                            struct error *reterr)
{
    struct evaluation evaluation = {.scope = scope, .arena = arena, .reterr = reterr};
    if (input == NULL) {
        *ret = (struct loose_operand){.value = value_null(), .missing = true};
        return ERR_OK;
    }
    return evaluate(&evaluation, input, ret);
}

enum err expression_evaluate(const struct input *input,
                             struct scope *scope,
                             struct arena *arena,
                             struct value *ret,
                             struct error *reterr)
{
    struct loose_operand operand = {.value = value_null()};
    enum err e = expression_operand(input, scope, arena, &operand, reterr);
    if (e == ERR_OK) {
        *ret = operand.value;
    }
    return e;
}
