/*
 * definition_check: what can only be seen when the whole model is there.
 *
 *     definition_check.c            names that must be unique, config variables, flows
 *     definition_check_step.c       which steps may stand where
 *     definition_check_input.c      what inputs refer to: config variables, templates
 *     definition_check_scope.c      references: has that step run by then?
 *     definition_check_condition.c  conditions and branch values
 *
 * A model with faults is checked as far as it goes: what a reader reported is empty here and passed
 * over.
 */
#ifndef DAYBOOK_CORE_DEFINITION_DEFINITION_CHECK_PRIV_H
#define DAYBOOK_CORE_DEFINITION_DEFINITION_CHECK_PRIV_H

#include "core/definition/definition.h"
#include "core/definition/field_path_priv.h"
#include "core/definition/name_index_priv.h"

/* Where a step stands among the others of its flow. */
struct step_place {
    const struct step *step;
    uint32_t parent; /* index of the loop or branch step it is in; NAME_INDEX_NONE: none */
    uint32_t branch; /* which branch of it; NAME_INDEX_NONE: the loop's body */
};

struct definition_check {
    const struct definition *definition;
    struct problem_list *problems;
    struct arena *scratch;
    struct field_path path;
    struct name_index vars; /* config variables by key */
    /* of the flow that is checked */
    const struct flow_definition *flow;
    struct step_place *places;    /* by step index */
    struct name_index references; /* step indexes by reference name */
};

#define definition_check_problem(check, line, ...)                                                 \
    field_path_problem(&(check)->path, (check)->problems, (line), __VA_ARGS__)

/** Checks everything. Returns: false when `scratch` is exhausted. */
bool definition_check_all(struct definition_check *check);

/** Checks the steps of `check->flow`; places and references are set. */
void definition_check_steps(struct definition_check *check);

/**
 * Checks one input, the place the path leads to, and what is in it. `step`: index of the step that
 * has it; NAME_INDEX_NONE for a config variable's, where no step has run.
 */
void definition_check_input(struct definition_check *check,
                            const struct input *input,
                            uint32_t step);

/** Whether the step a reference begins with has run by the time step number `step` does. Adds a
 * problem otherwise. */
void definition_check_reference(struct definition_check *check,
                                struct slice text,
                                uint32_t step,
                                uint32_t line);

/** Checks the input `conditions` or `branchValueMappings` of a branch step, to which the path
 * leads, against its branches. */
void definition_check_conditions(struct definition_check *check,
                                 const struct step *step,
                                 const struct input *input);
void definition_check_branch_values(struct definition_check *check,
                                    const struct step *step,
                                    const struct input *input);

#endif
