/*
 * definition_read: from the tree to the model, section by section. Each section has its file:
 *
 *     definition_read.c          the top level and the config pages
 *     definition_read_config.c   requiredConfigVars
 *     definition_read_flow.c     flows
 *     definition_read_step.c     the steps of a flow, branches and loops inside each other
 *     definition_read_schedule.c the schedule of a trigger
 *     definition_read_input.c    inputs of steps, connections and data sources
 *     definition_read_secret.c   the literals among them that are secrets
 *     definition_read_reference.c  which component, and what of the trigger's results
 *
 * Readers check what can be seen in one place: types, words, ranges, what must be there. What needs
 * the whole model (references, names that must be unique) is checked afterwards
 * (definition_check_priv.h). A reader that finds a fault adds a problem and goes on with the value
 * that means "not given". When memory is gone the arena remembers it; definition_parse looks once.
 */
#ifndef DAYBOOK_CORE_DEFINITION_DEFINITION_READ_PRIV_H
#define DAYBOOK_CORE_DEFINITION_DEFINITION_READ_PRIV_H

#include "core/definition/definition.h"
#include "core/definition/yaml_reader_priv.h"

struct definition_read {
    struct yaml_reader reader;
    struct definition *definition;
    const struct definition_secrets *stored; /* of the definition that is replaced; may be NULL */
    uint32_t secret_capacity;
    bool secrets_full; /* reported already */
};

/* The place of a secret while the literals in it are read. */
struct secret_place {
    struct slice path; /* of the input */
    bool is_complex;   /* its literals are numbered */
    uint32_t count;    /* literals read so far */
};

/** Reads everything below the root. */
void definition_read_root(struct definition_read *read, const struct yaml_node *root);

/** Reads `requiredConfigVars`. */
void definition_read_config_vars(struct definition_read *read, const struct yaml_node *root);

/** Reads `flows`. */
void definition_read_flows(struct definition_read *read, const struct yaml_node *root);

/** Reads the `steps` of a flow into `flow`. */
void definition_read_steps(struct definition_read *read,
                           const struct yaml_node *node,
                           struct flow_definition *flow);

/** Reads the `schedule` of a step. */
void definition_read_schedule(struct definition_read *read,
                              const struct yaml_node *step,
                              struct schedule_definition *ret);

/** Reads {key, component: {key, version | signature, isPublic}}, the place the reader is at. */
void definition_read_component(struct definition_read *read,
                               const struct yaml_node *node,
                               struct component_ref *ret);

/** Reads the map `inputs` of `owner`: a step, or a config variable with a data source. */
void definition_read_inputs(struct definition_read *read,
                            const struct yaml_node *owner,
                            struct input **ret_inputs,
                            uint32_t *ret_count);

/** Reads one input {type, value, name, meta}, the place the reader is at. */
void definition_read_input(struct definition_read *read,
                           const struct yaml_node *node,
                           struct input *ret);

/** Reads the map `inputs` of a connection, secrets among them. */
void definition_read_connection(struct definition_read *read,
                                const struct yaml_node *owner,
                                struct config_var *var);

/** The text of a scalar that is a secret: its own, or the one stored under its path when it is
 * blank. It is added to the definition's secrets. */
struct slice definition_read_secret(struct definition_read *read,
                                    const struct yaml_node *node,
                                    struct slice path);

/** Reads {type: reference, value: path} under `key`, or a bare text, which is a path below the
 * results of the trigger. Returns: the path, or the empty slice. */
struct slice definition_read_path(struct definition_read *read,
                                  const struct yaml_node *map,
                                  const char *key,
                                  struct slice trigger);

/** Reads the map `meta` of `owner`: as a value, and out of it who may see and set, in the spelling
 * of today or the older one. `org_only` is what stands beside the map. */
void definition_read_meta(struct definition_read *read,
                          const struct yaml_node *owner,
                          bool org_only,
                          struct value *ret_meta,
                          struct visibility *ret_visibility);

#endif
