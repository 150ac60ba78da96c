/*
 * integration_mutations: importing, publishing, validating definitions.
 *
 * Definitions are parsed on a pool thread: a text of 4 MiB takes a hundred milliseconds.
 */
#ifndef DAYBOOK_API_RESOLVERS_INTEGRATION_MUTATIONS_H
#define DAYBOOK_API_RESOLVERS_INTEGRATION_MUTATIONS_H

#include "api/graphql/gql_bind.h"

#define INTEGRATION_MUTATION_FIELDS 4
#define VALIDATE_PAYLOAD_FIELDS     1
#define VALIDATE_RESULT_FIELDS      1

extern const struct gql_binding integration_mutation_fields[INTEGRATION_MUTATION_FIELDS];
extern const struct gql_binding validate_payload_fields[VALIDATE_PAYLOAD_FIELDS];
extern const struct gql_binding validate_result_fields[VALIDATE_RESULT_FIELDS];

#endif
