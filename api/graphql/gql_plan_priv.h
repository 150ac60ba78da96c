/*
 * gql_plan: which fields of an object the answer has, in order (specification 6.3.2,
 * CollectFields).
 *
 * A plan belongs to one place of the query and one object type. It is made when the first object of
 * that type is met there and used for all others: the items of a list are collected once. Plans and
 * what they consist of live in the operation's arena.
 */
#ifndef DAYBOOK_API_GRAPHQL_GQL_PLAN_PRIV_H
#define DAYBOOK_API_GRAPHQL_GQL_PLAN_PRIV_H

#include "api/graphql/gql_type_priv.h"

struct gql_operation;
struct gql_plan;

/* A selection that is merged into a field of the answer. */
struct gql_planned_node {
    const struct gql_ast_selection *selection;
    struct gql_planned_node *next;
};

/* One field of the answer. */
struct gql_planned {
    struct slice response;
    const struct gql_field *field; /* of the object type, also when an interface was asked */
    struct gql_planned_node *nodes;
    struct gql_planned_node **nodes_end;
    struct value arguments; /* a map, when ready */
    bool arguments_ready;
    struct gql_plan *below;    /* one per object type met */
    struct gql_planned *next;  /* in the plan */
    struct gql_planned *chain; /* in its bucket, while collecting */
};

struct gql_plan {
    const struct gql_type *type;
    struct gql_planned *first;
    size_t count;
    struct gql_plan *next; /* of the same place, for another type */
};

/** The plan of the operation's root. Returns: NULL when the arena is exhausted. */
struct gql_plan *gql_plan_root(struct gql_operation *operation);

/** The plan for objects of `type` below a field. Returns: NULL when the arena is exhausted. */
struct gql_plan *gql_plan_below(struct gql_operation *operation,
                                struct gql_planned *planned,
                                const struct gql_type *type);

/** Whether @skip and @include let a selection be. */
bool gql_plan_included(const struct gql_operation *operation,
                       const struct gql_ast_selection *selection);

#endif
