/*
 * field_path: where in a definition a problem is: `flows[0].steps[2].inputs.url (line 41)`.
 *
 * Readers push a segment on the way in and pop it on the way out; the text is made only when there
 * is a problem. Keys are borrowed.
 */
#ifndef DAYBOOK_CORE_DEFINITION_FIELD_PATH_PRIV_H
#define DAYBOOK_CORE_DEFINITION_FIELD_PATH_PRIV_H

#include "core/base/error.h"
#include "core/base/problem.h"
#include "core/base/slice.h"
#include "core/definition/yaml_tree_priv.h"

/* As deep as a tree can be, and the key of something that is missing at its bottom. */
#define FIELD_PATH_DEPTH_MAX (YAML_TREE_DEPTH_MAX + 2)

struct field_segment {
    struct slice key; /* data NULL: an index */
    uint32_t index;
};

struct field_path {
    struct field_segment segments[FIELD_PATH_DEPTH_MAX];
    size_t depth;
};

/** Goes into the entry `key` of a map (borrowed until popped). */
void field_path_push(struct field_path *path, struct slice key);

/** Goes into the `index`-th item of a list. */
void field_path_push_index(struct field_path *path, uint32_t index);

/** Comes back from the last push. */
void field_path_pop(struct field_path *path);

/** Adds a problem of the place `path` in line `line` (from 1). The whole definition, for which the
 * path is empty, is "__all__". */
void field_path_problem(const struct field_path *path,
                        struct problem_list *problems,
                        uint32_t line,
                        const char *format,
                        ...) PRINTF_LIKE(4, 5);

#endif
