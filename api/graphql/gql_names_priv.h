/*
 * gql_names: finds things of a schema by name, in one probe.
 *
 * An open-addressing hash table in the schema's arena, filled while the schema is built and only
 * read afterwards. Names come from the program's own schema, so nobody can choose colliding ones.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_NAMES_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_NAMES_PRIV_H

#include "core/base/arena.h"

#include <stdint.h>

struct gql_names_slot {
    struct slice name; /* data == NULL: free */
    void *thing;
};

struct gql_names {
    struct gql_names_slot *slots;
    uint32_t mask; /* slots - 1; slots are a power of two */
};

/** A hash of a name, for tables of others too. */
uint32_t gql_names_hash(struct slice name);

/** An empty table for up to `count` names. Returns: false when the arena is exhausted. */
bool gql_names_init(struct gql_names *names, struct arena *arena, size_t count);

/** Adds a name (borrowed). Returns: false when it is there already; the first one stays. */
bool gql_names_put(struct gql_names *names, struct slice name, void *thing);

/** The thing of a name. Returns: NULL when there is none. */
void *gql_names_get(const struct gql_names *names, struct slice name);

#endif
