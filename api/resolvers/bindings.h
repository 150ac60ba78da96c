/*
 * bindings: the tables of all resolvers, one set per file of this folder.
 */
#ifndef DAYBOOK_API_RESOLVERS_BINDINGS_H
#define DAYBOOK_API_RESOLVERS_BINDINGS_H

#include "api/graphql/gql_bind.h"

/** All sets of bindings. Returns: their number; `ret` gets the first. */
size_t bindings_list(const struct gql_bindings **ret);

#endif
