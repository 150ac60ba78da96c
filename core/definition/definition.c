/*
 * Parsing from end to end:
 *
 *     yaml_tree_parse -> secret_text_mark -> definition_read_root -> definition_check_all
 *                                                                 -> secret_text_blank
 *
 * Either the definition comes out of it whole, or problems do; everything in between is freed.
 */
#include "core/definition/definition.h"

#include "core/base/limits.h"
#include "core/base/memory.h"
#include "core/definition/definition_check_priv.h"
#include "core/definition/definition_read_priv.h"
#include "core/definition/secret_text_priv.h"

/* What parsing needs besides the definition itself, freed when it ends. */
struct parsing {
    struct definition *definition;
    const struct definition_secrets *stored;
    struct problem_list *problems;
    size_t problems_before;
    struct yaml_tree tree;
};

static size_t problem_total(const struct problem_list *problems)
{
    return problems->count + problems->left_out;
}

static bool read_model(struct parsing *parsing)
{
    struct definition_read read = {
        .reader = {.arena = &parsing->definition->arena, .problems = parsing->problems},
        .definition = parsing->definition,
        .stored = parsing->stored,
    };
    struct definition_check check = {
        .definition = parsing->definition,
        .problems = parsing->problems,
        .scratch = &parsing->tree.nodes,
    };
    definition_read_root(&read, parsing->tree.root);
    /* A model cut short by a full arena is not worth checking. */
    return !arena_exhausted(read.reader.arena) && definition_check_all(&check);
}

/* Puts the text without its secrets into the definition. It may be longer than what was given, by
 * one byte for every secret of one byte, and must be readable again. */
static bool keep_text(struct parsing *parsing, struct slice text, const struct secret_marks *marks)
{
    struct definition *definition = parsing->definition;
    definition->text = secret_text_blank(text, marks, &parsing->tree.nodes, &definition->arena);
    if (definition->text.size > LIMIT_DEFINITION_BYTES) {
        problem_add(parsing->problems, SLICE(PROBLEM_ALL),
                    "without its secrets the definition has %zu bytes; at most %zu are read",
                    definition->text.size, LIMIT_DEFINITION_BYTES);
    }
    return definition->text.data != NULL;
}

static enum err parse(struct parsing *parsing, struct slice text, struct error *reterr)
{
    struct definition *definition = parsing->definition;
    enum err e =
        yaml_tree_parse(text, &definition->arena, parsing->problems, &parsing->tree, reterr);
    if (e != ERR_OK) {
        return e;
    }
    struct secret_marks marks = secret_text_mark(parsing->tree.root);
    bool good = read_model(parsing) && keep_text(parsing, text, &marks);
    if (!good || arena_exhausted(&definition->arena)) {
        const struct arena *spent =
            arena_exhausted(&definition->arena) ? &definition->arena : &parsing->tree.nodes;
        e = arena_error(spent, "the definition", reterr);
    } else if (problem_total(parsing->problems) > parsing->problems_before) {
        e = error_set(reterr, ERR_INVALID, "the definition has faults");
    }
    yaml_tree_deinit(&parsing->tree);
    return e;
}

enum err definition_parse(struct slice text,
                          const struct definition_secrets *stored,
                          struct problem_list *problems,
                          struct definition **ret,
                          struct error *reterr)
{
    if (text.size > LIMIT_DEFINITION_BYTES) {
        problem_add(problems, SLICE(PROBLEM_ALL),
                    "the definition has %zu bytes; at most %zu are read", text.size,
                    LIMIT_DEFINITION_BYTES);
        return error_set(reterr, ERR_INVALID, "the definition is too large");
    }
    struct definition *definition = memory_zalloc(1, sizeof *definition);
    if (definition == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "no memory for a definition");
    }
    arena_init(&definition->arena, DEFINITION_MEMORY_BYTES);
    struct parsing parsing = {
        .definition = definition,
        .stored = stored,
        .problems = problems,
        .problems_before = problem_total(problems),
    };
    enum err e = parse(&parsing, text, reterr);
    if (e != ERR_OK) {
        definition_destroy(&definition);
        return e;
    }
    *ret = definition;
    return ERR_OK;
}

void definition_destroy(struct definition **definition)
{
    if (definition == NULL || *definition == NULL) {
        return;
    }
    arena_deinit(&(*definition)->arena);
    memory_free(*definition);
    *definition = NULL;
}

const struct flow_definition *definition_flow(const struct definition *definition,
                                              struct slice identity)
{
    for (uint32_t i = 0; i < definition->flow_count; i++) {
        if (slice_equal(definition->flows[i].identity, identity)) {
            return &definition->flows[i];
        }
    }
    return NULL;
}

const struct flow_definition *definition_flow_named(const struct definition *definition,
                                                    struct slice name)
{
    for (uint32_t i = 0; i < definition->flow_count; i++) {
        if (slice_equal(definition->flows[i].name, name)) {
            return &definition->flows[i];
        }
    }
    return NULL;
}

const struct config_var *definition_config_var(const struct definition *definition,
                                               struct slice key)
{
    for (uint32_t i = 0; i < definition->config_var_count; i++) {
        if (slice_equal(definition->config_vars[i].key, key)) {
            return &definition->config_vars[i];
        }
    }
    return NULL;
}

/* Indexes rise in document order: the step is the last one that does not come behind `index`, or
 * inside it. */
static const struct step *last_before(const struct step *steps, uint32_t count, uint32_t index)
{
    const struct step *found = NULL;
    for (uint32_t i = 0; i < count && steps[i].index <= index; i++) {
        found = &steps[i];
    }
    return found;
}

/* As last_before, among the steps inside a step. */
static const struct step *last_inside(const struct step *step, uint32_t index)
{
    const struct step *found = last_before(step->steps, step->step_count, index);
    for (uint32_t i = 0; i < step->branch_count; i++) {
        const struct branch *branch = &step->branches[i];
        const struct step *inside = last_before(branch->steps, branch->step_count, index);
        found = inside != NULL ? inside : found;
    }
    return found;
}

const struct step *definition_step(const struct flow_definition *flow, uint32_t index)
{
    const struct step *step = last_before(flow->steps, flow->step_count, index);
    while (step != NULL && step->index != index) { /* at most DEFINITION_NESTING_MAX deep */
        step = last_inside(step, index);
    }
    return step;
}

const struct input *definition_input(const struct step *step, const char *key)
{
    for (uint32_t i = 0; i < step->input_count; i++) {
        if (slice_is(step->inputs[i].key, key)) {
            return &step->inputs[i];
        }
    }
    return NULL;
}
