/*
 * secret_text: which scalars of a definition are secrets, and the definition's text without them.
 *
 * Secret are the values of a connection's inputs that the catalogue of components does not call
 * public, and the API keys in `organizationApiKeys`. They are found before anything is read: each
 * such scalar's text moves to `secret` and leaves an empty text behind. So a scalar that is a
 * secret in one place and, by an alias, something public in another is blank in the public place:
 * what is stored, shown and exported is one text, and in that text the secret cannot stand
 * anywhere.
 *
 * Blanking replaces the bytes of each such scalar by `""` and keeps every other byte, comments and
 * anchors too. A block scalar (| or >) loses its lines.
 */
#ifndef DAYBOOK_CORE_DEFINITION_SECRET_TEXT_PRIV_H
#define DAYBOOK_CORE_DEFINITION_SECRET_TEXT_PRIV_H

#include "core/definition/definition.h"
#include "core/definition/yaml_tree_priv.h"

/* Secrets of one definition. */
#define SECRET_TEXT_COUNT_MAX 2000

/* The scalars that were marked, linked by next_secret. */
struct secret_marks {
    struct yaml_node *first;
    size_t count;
};

/** Moves the text of every secret scalar below `root` to its `secret`. */
struct secret_marks secret_text_mark(struct yaml_node *root);

/** Whether the config variable `node` is a connection, or may be meant as one: its inputs are
 * treated as a connection's. */
bool secret_text_is_connection(const struct yaml_node *node);

/** A copy of `text` in `arena` with the marked scalars blanked. Returns: data NULL when the arena
 * or `scratch` is exhausted. */
struct slice secret_text_blank(struct slice text,
                               const struct secret_marks *marks,
                               struct arena *scratch,
                               struct arena *arena);

/** Adds a part to the path of a secret, "/" and "%" in it escaped, all in `arena`. An empty `path`
 * begins one. Returns: data NULL when the arena is exhausted. */
struct slice secret_text_path(struct arena *arena, struct slice path, struct slice part);

/** The value stored under a path. Returns: the empty slice when there is none. */
struct slice secret_text_find(const struct definition_secrets *secrets, struct slice path);

#endif
