/*
 * bindings: the tables of all resolvers, one set per file of this folder.
 */
#ifndef DAYBOOK_API_RESOLVERS_BINDINGS_H
#define DAYBOOK_API_RESOLVERS_BINDINGS_H

#include "api/graphql/gql_bind.h"

extern const struct gql_bindings shared_bindings;       /* pages, payloads, problems */
extern const struct gql_bindings access_bindings;       /* users, organization */
extern const struct gql_bindings customers_bindings;    /* customers and their mutations */
extern const struct gql_bindings integrations_bindings; /* drafts, versions and their mutations */
extern const struct gql_bindings flows_bindings; /* flows, steps, config variables of definitions */
extern const struct gql_bindings instances_bindings;  /* instances and their mutations */
extern const struct gql_bindings executions_bindings; /* executions */
extern const struct gql_bindings steps_bindings;      /* results of their steps */
extern const struct gql_bindings logs_bindings;
extern const struct gql_bindings runs_bindings;    /* tests and replays */
extern const struct gql_bindings journal_bindings; /* where the journal stands */

/** All sets of bindings. Returns: their number; `ret` gets the first. Thread: before others start.
 */
size_t bindings_list(const struct gql_bindings **ret);

#endif
