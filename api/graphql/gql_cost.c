/*
 * The estimated cost of an operation: how many fields it may come to write.
 *
 *   - A field costs 1, plus what is selected below it.
 *   - A field with an argument `first` or `last` is a paged list. Its page is what is given there,
 *     at most what its binding says (page_max), or GQL_PAGE_DEFAULT when nothing is given.
 *   - What is selected below the list is multiplied by the page: below the field itself when it
 *     answers a list, else below those of its fields that are lists (`nodes` and `edges` of a
 *     connection; `totalCount` and `pageInfo` come once).
 *   - Other lists count once: they belong to their object and are short.
 *
 * For example, `instances(first: 20) { totalCount nodes { id name } }` costs
 * 1 + 1 + 20 * (1 + 1 + 1) = 62.
 *
 * An operation over GQL_COST_MAX is refused before anything is read. The estimate is no promise:
 * GQL_STEPS_MAX and GQL_RESPONSE_BYTES_MAX bound what really happens.
 */
#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_operation_priv.h"
#include "api/graphql/gql_scalar.h"

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
    return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

/* An integer argument as given, after its default; `otherwise` when it is not there. */
static int64_t integer_argument(const struct gql_operation *operation,
                                const struct gql_ast_selection *selection,
                                struct slice name,
                                int64_t otherwise)
{
    const struct gql_ast_argument *given = gql_argument_find(selection->arguments, name);
    const struct value *value = NULL;
    if (given != NULL && given->value->kind == GQL_AST_VARIABLE) {
        value = value_get(&operation->variables, given->value->text);
    } else {
        value = value_get(&selection->arguments_value, name);
    }
    return value_int_of(value, otherwise);
}

/* The page of a paged list; 0 when the field is none. */
static uint64_t page_size(const struct gql_operation *operation,
                          const struct gql_ast_selection *selection)
{
    const struct gql_field *field = selection->field;
    if (gql_input_find(field->arguments, field->argument_count, SLICE("first")) == NULL &&
        gql_input_find(field->arguments, field->argument_count, SLICE("last")) == NULL) {
        return 0;
    }
    unsigned page_max = field->binding != NULL && field->binding->page_max > 0
                            ? field->binding->page_max
                            : GQL_PAGE_DEFAULT;
    int64_t last = integer_argument(operation, selection, SLICE("last"), GQL_PAGE_DEFAULT);
    int64_t page = integer_argument(operation, selection, SLICE("first"), last);
    return page < 1 ? 1 : page > page_max ? page_max : (uint64_t)page;
}

static bool is_list(const struct gql_field *field)
{
    return gql_ref_nullable(field->type)->kind == GQL_REF_LIST;
}

static uint64_t cost_of(const struct gql_operation *operation,
                        const struct gql_ast_selection *first,
                        uint64_t page);

/* `page` is that of the connection around the field; 1: there is none. */
static uint64_t cost_of_field(const struct gql_operation *operation,
                              const struct gql_ast_selection *selection,
                              uint64_t page)
{
    uint64_t own_page = page_size(operation, selection);
    bool list = is_list(selection->field);
    uint64_t page_below = own_page > 0 && !list ? own_page : 1;
    uint64_t below = cost_of(operation, selection->selections, page_below);
    uint64_t times = !list ? 1 : own_page > 0 ? own_page : page;
    return multiply(times, add(1, below));
}

/* Bounded by the size of the operation with its fragments expanded. */
static uint64_t
cost_of(const struct gql_operation *operation, const struct gql_ast_selection *first, uint64_t page)
{
    uint64_t cost = 0;
    for (const struct gql_ast_selection *selection = first; selection != NULL;
         selection = selection->next) {
        if (!gql_plan_included(operation, selection)) {
            continue;
        }
        switch (selection->kind) {
        case GQL_AST_FIELD:
            cost = add(cost, cost_of_field(operation, selection, page));
            break;
        case GQL_AST_INLINE:
            cost = add(cost, cost_of(operation, selection->selections, page));
            break;
        case GQL_AST_SPREAD:
            cost = add(cost, cost_of(operation, selection->fragment->selections, page));
            break;
        }
    }
    return cost;
}

uint64_t gql_cost(const struct gql_operation *operation)
{
    return cost_of(operation, operation->ast->selections, 1);
}
