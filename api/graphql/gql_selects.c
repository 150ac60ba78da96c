/*
 * gql_selects: looking ahead, so that what is not asked for is not computed.
 */
#include "api/graphql/gql_error.h"
#include "api/graphql/gql_operation_priv.h"
#include "api/graphql/gql_resolve.h"

/* Cuts the first name off a path "nodes.customer". */
static struct slice first_name(struct slice *path)
{
    size_t dot = slice_find(*path, SLICE("."));
    struct slice name = dot == SIZE_MAX ? *path : slice_of(path->data, dot);
    *path = dot == SIZE_MAX ? SLICE("") : slice_from(*path, dot + 1);
    return name;
}

/* Bounded by the size of the operation with its fragments expanded. */
static bool selects(const struct gql_operation *operation,
                    const struct gql_ast_selection *first,
                    struct slice path)
{
    struct slice rest = path;
    struct slice name = first_name(&rest);
    bool found = false;
    for (const struct gql_ast_selection *selection = first; selection != NULL && !found;
         selection = selection->next) {
        if (!gql_plan_included(operation, selection)) {
            continue;
        }
        switch (selection->kind) {
        case GQL_AST_FIELD:
            found = slice_equal(selection->name, name) &&
                    (rest.size == 0 || selects(operation, selection->selections, rest));
            break;
        case GQL_AST_INLINE:
            found = selects(operation, selection->selections, path);
            break;
        case GQL_AST_SPREAD:
            found = selects(operation, selection->fragment->selections, path);
            break;
        }
    }
    return found;
}

bool gql_selects(const struct gql_call *call, const char *path)
{
    for (const struct gql_planned_node *node = call->planned->nodes; node != NULL;
         node = node->next) {
        if (selects(call->operation, node->selection->selections, slice_of_text(path))) {
            return true;
        }
    }
    return false;
}

struct slice gql_call_path(const struct gql_call *call)
{
    return gql_path_text(call->arena, call->path);
}
