/*
 * Fields are collected into a list in the order of their first appearance; a small hash table finds
 * the one that a further selection of the same response name is merged into.
 */
#include "api/graphql/gql_plan_priv.h"

#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_operation_priv.h"

/* Response names are found through a few buckets while a plan is made. */
#define BUCKETS 32

struct collect {
    struct gql_operation *operation;
    struct gql_plan *plan;
    struct gql_planned **end;
    struct gql_planned *buckets[BUCKETS];
    uint64_t visited[(GQL_FRAGMENTS_MAX + 63) / 64]; /* fragments, by their index */
};

static bool condition(const struct gql_operation *operation, const struct gql_ast_value *value)
{
    if (value->kind == GQL_AST_VARIABLE) {
        return value_bool_of(value_get(&operation->variables, value->text), false);
    }
    return slice_is(value->text, "true");
}

bool gql_plan_included(const struct gql_operation *operation,
                       const struct gql_ast_selection *selection)
{
    return (selection->skip_if == NULL || !condition(operation, selection->skip_if)) &&
           (selection->include_if == NULL || condition(operation, selection->include_if));
}

static struct gql_planned *find_planned(struct collect *collect,
                                        const struct gql_ast_selection *selection)
{
    struct gql_planned **bucket = &collect->buckets[gql_names_hash(selection->response) % BUCKETS];
    struct gql_planned *planned = *bucket;
    while (planned != NULL && !slice_equal(planned->response, selection->response)) {
        planned = planned->chain;
    }
    if (planned != NULL) {
        return planned;
    }
    planned = ARENA_NEW(&collect->operation->arena, struct gql_planned);
    if (planned == NULL) {
        return NULL;
    }
    planned->response = selection->response;
    planned->field =
        gql_schema_field(collect->operation->schema, collect->plan->type, selection->name);
    planned->nodes_end = &planned->nodes;
    planned->chain = *bucket;
    *bucket = planned;
    *collect->end = planned;
    collect->end = &planned->next;
    collect->plan->count++;
    return planned;
}

static bool collect_field(struct collect *collect, const struct gql_ast_selection *selection)
{
    struct gql_planned *planned = find_planned(collect, selection);
    struct gql_planned_node *node =
        planned != NULL ? ARENA_NEW(&collect->operation->arena, struct gql_planned_node) : NULL;
    if (node == NULL) {
        return false;
    }
    node->selection = selection;
    *planned->nodes_end = node;
    planned->nodes_end = &node->next;
    return true;
}

/* Whether this is the first spread of the fragment in this plan. */
static bool enter_fragment(struct collect *collect, const struct gql_ast_fragment *fragment)
{
    uint64_t bit = 1ULL << (fragment->index % 64);
    uint64_t *word = &collect->visited[fragment->index / 64];
    bool first = (*word & bit) == 0;
    *word |= bit;
    return first;
}

static bool applies(const struct collect *collect, const struct gql_type *condition_type)
{
    return condition_type == NULL || gql_type_can_be(condition_type, collect->plan->type);
}

/* Nesting is within GQL_NESTING_MAX. Returns: false when the arena is exhausted. */
static bool collect_selections(struct collect *collect, const struct gql_ast_selection *first)
{
    bool good = true;
    for (const struct gql_ast_selection *selection = first; selection != NULL && good;
         selection = selection->next) {
        if (!gql_plan_included(collect->operation, selection)) {
            continue;
        }
        switch (selection->kind) {
        case GQL_AST_FIELD:
            good = collect_field(collect, selection);
            break;
        case GQL_AST_INLINE:
            good = !applies(collect, selection->condition) ||
                   collect_selections(collect, selection->selections);
            break;
        case GQL_AST_SPREAD:
            good = !enter_fragment(collect, selection->fragment) ||
                   !applies(collect, selection->fragment->type) ||
                   collect_selections(collect, selection->fragment->selections);
            break;
        }
    }
    return good;
}

static struct gql_plan *
new_plan(struct collect *collect, struct gql_operation *operation, const struct gql_type *type)
{
    struct gql_plan *plan = ARENA_NEW(&operation->arena, struct gql_plan);
    if (plan != NULL) {
        plan->type = type;
        *collect = (struct collect){.operation = operation, .plan = plan, .end = &plan->first};
    }
    return plan;
}

struct gql_plan *gql_plan_root(struct gql_operation *operation)
{
    struct collect collect;
    struct gql_plan *plan = new_plan(&collect, operation, operation->ast->root);
    return plan != NULL && collect_selections(&collect, operation->ast->selections) ? plan : NULL;
}

struct gql_plan *gql_plan_below(struct gql_operation *operation,
                                struct gql_planned *planned,
                                const struct gql_type *type)
{
    struct gql_plan *plan = planned->below;
    while (plan != NULL && plan->type != type) {
        plan = plan->next;
    }
    if (plan != NULL) {
        return plan;
    }
    struct collect collect;
    plan = new_plan(&collect, operation, type);
    for (const struct gql_planned_node *node = planned->nodes; plan != NULL && node != NULL;
         node = node->next) {
        if (!collect_selections(&collect, node->selection->selections)) {
            return NULL;
        }
    }
    if (plan != NULL) {
        plan->next = planned->below;
        planned->below = plan;
    }
    return plan;
}
