/*
 * instance_mutations: creating, changing and deploying instances.
 */
#ifndef DAYBOOK_API_RESOLVERS_INSTANCE_MUTATIONS_H
#define DAYBOOK_API_RESOLVERS_INSTANCE_MUTATIONS_H

#include "api/graphql/gql_bind.h"

#define INSTANCE_MUTATION_FIELDS 4

extern const struct gql_binding instance_mutation_fields[INSTANCE_MUTATION_FIELDS];

#endif
