/*
 * gql_read: what a bound member says.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_READ_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_READ_PRIV_H

#include "api/graphql/gql_bind.h"

/** The member of `parent` that a binding names; the binding is no function. */
struct gql_result gql_read_member(const struct gql_binding *binding, const void *parent);

#endif
