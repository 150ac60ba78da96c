#include "api/resolvers/bindings.h"

#include "core/base/check.h"

size_t bindings_list(const struct gql_bindings **ret)
{
    static struct gql_bindings sets[11];
    sets[0] = shared_bindings;
    sets[1] = access_bindings;
    sets[2] = customers_bindings;
    sets[3] = integrations_bindings;
    sets[4] = flows_bindings;
    sets[5] = instances_bindings;
    sets[6] = executions_bindings;
    sets[7] = steps_bindings;
    sets[8] = logs_bindings;
    sets[9] = runs_bindings;
    sets[10] = journal_bindings;
    *ret = sets;
    return ARRAY_COUNT(sets);
}
