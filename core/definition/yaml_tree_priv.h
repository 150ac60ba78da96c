/*
 * yaml_tree: a YAML (or JSON) text as a tree of nodes, each with its line.
 *
 * libyaml gives events; the tree is ours, so that aliases are expanded under our bounds and every
 * scalar is known by its bytes in the text (secrets are cut out of the text later).
 *
 *   - An alias shares the node of its anchor: expanding costs nothing, but every walk over the tree
 *     sees the expanded size. So nodes, bytes and nesting are counted as if everything was written
 *     out, and over the bound the text is refused. An alias inside its own anchor is refused.
 *   - `<<` merges maps as YAML 1.1 describes it: keys that stand in the map itself win, then those
 * of the first map named.
 *   - Scalars are kept as text; what "true", "null" or "7" mean is decided where they stand. Tags
 * of the core schema are taken (!!str makes a plain scalar text), every other tag is refused.
 *   - Keys are plain texts without anchors; a key that stands twice is a problem naming both lines.
 *
 * What is wrong with the text goes to the problem list; reading goes on where it can. Nodes live in
 * a scratch arena, the texts of scalars in the arena of what is built from the tree.
 */
#ifndef DAYBOOK_CORE_DEFINITION_YAML_TREE_PRIV_H
#define DAYBOOK_CORE_DEFINITION_YAML_TREE_PRIV_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/limits.h"
#include "core/base/problem.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* Lists and maps inside each other, after aliases are expanded. Ten levels of branches inside each
 * other take some fifty. */
#define YAML_TREE_DEPTH_MAX 100

/* Anchors of one text: each alias is looked up among them. */
#define YAML_TREE_ANCHORS_MAX 1000

/* Lines that begin with "%", as YAML's directives do. */
#define YAML_TREE_DIRECTIVES_MAX 100

/* Bytes of scalars and keys after aliases are expanded. */
#define YAML_TREE_BYTES_MAX (16 * MIB)

/* Memory for the nodes of one text. */
#define YAML_TREE_MEMORY_BYTES (128 * MIB)

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_child;

struct yaml_node {
    enum yaml_kind kind;
    uint32_t line; /* from 1; of its anchor or tag, if it has one */
    /* as if aliases were written out, this node included */
    uint32_t node_count;
    uint32_t depth; /* 1 for a scalar */
    size_t byte_count;
    /* scalars */
    bool is_plain;  /* without quotes, block or tag: may stand for null, true or a number */
    bool is_secret; /* `text` was moved to `secret` */
    struct slice text;
    struct slice secret; /* see secret_text_priv.h */
    struct yaml_node *next_secret;
    size_t from; /* first byte in the text, of its anchor or tag if it has one */
    size_t to;   /* byte behind it */
    /* lists and maps */
    bool is_open; /* while it is being read */
    struct yaml_child *first;
    struct yaml_child *last;
    uint32_t count;
};

/* An item of a list (key empty) or an entry of a map. */
struct yaml_child {
    struct slice key;
    uint32_t line; /* of the key */
    bool is_merge; /* a plain "<<": gone once the map is closed */
    struct yaml_node *node;
    struct yaml_child *next;
};

struct yaml_tree {
    struct arena nodes;  /* scratch: freed with yaml_tree_deinit */
    struct arena *texts; /* borrowed */
    struct problem_list *problems;
    struct yaml_node *root; /* a map; NULL when the text is none */
};

/**
 * Reads `text` into a tree. Texts of scalars are put into `texts`.
 * Returns: ERR_OK with *ret (free with yaml_tree_deinit), also when problems were added but the
 * tree can be read on; ERR_INVALID when problems were added and there is no tree; ERR_LIMIT or
 * ERR_NO_MEMORY in `reterr`.
 */
MUST_USE enum err yaml_tree_parse(struct slice text,
                                  struct arena *texts,
                                  struct problem_list *problems,
                                  struct yaml_tree *ret,
                                  struct error *reterr);

/** Frees the nodes. Takes a zeroed tree too. */
void yaml_tree_deinit(struct yaml_tree *tree);

/** The value of a key. Returns: NULL when `map` is no map (or NULL) or has no such key. */
struct yaml_node *yaml_tree_get(const struct yaml_node *map, const char *key);

/** Whether the node is NULL or a plain null ("", "~", "null"). */
bool yaml_tree_is_null(const struct yaml_node *node);

#endif
