/* Results of steps: where each is to be had, not what it is. The trigger's has no row: it is
 * computed from the payload, and stands before all others. */
#include "api/resolvers/steps.h"

#include "api/resolvers/bindings.h"
#include "api/resolvers/execution.h"
#include "api/resolvers/filter.h"
#include "core/base/bytes.h"
#include "projections/executions_view.h"

struct step_node {
    const struct execution *execution;
    const struct step *step; /* NULL: the definition has none of that index */
    struct step_row row;     /* seq 0: the trigger */
    struct slice loop_path;
    struct uuid id;
};

struct listing {
    const struct gql_call *call;
    const struct execution *execution;
    const struct flow_definition *flow; /* NULL: unknown */
};

static bool is_trigger(const struct step_node *node)
{
    return node->row.seq == 0;
}

static bool has_error(const struct step_node *node)
{
    return node->row.status == STEP_FAILED || node->row.status == STEP_IGNORED;
}

/* ---- lists ---- */

static bool passes(const struct gql_call *call, const struct step_node *node)
{
    struct slice name = node->step != NULL ? node->step->name : SLICE("");
    struct slice reference = node->step != NULL ? node->step->reference : SLICE("");
    return filter_text(call, "displayStepName", name) && filter_text(call, "stepName", reference) &&
           filter_bool(call, "hasError", has_error(node)) &&
           filter_text(call, "loopPath", node->loop_path) &&
           filter_begins(call, "loopPath_Istartswith", node->loop_path) &&
           filter_time(call, "startedAt", node->row.started_at_us) &&
           filter_time(call, "endedAt", node->row.ended_at_us);
}

static void complete(const struct listing *it, struct step_node *node)
{
    char seq[8];
    bytes_put_be64(seq, node->row.seq);
    node->execution = it->execution;
    node->step = it->flow != NULL ? definition_step(it->flow, (uint32_t)node->row.step) : NULL;
    node->loop_path = node->row.loop_path.data != NULL ? node->row.loop_path : SLICE("");
    node->id = id_derived(it->execution->id, "step", slice_of(seq, sizeof seq));
}

static enum err
on_row(void *data, struct slice key, struct slice row, const void **ret_node, struct error *reterr)
{
    const struct listing *it = data;
    struct arena *arena = it->call->arena;
    struct step_node *node = ARENA_NEW(arena, struct step_node);
    if (node == NULL) {
        return arena_error(arena, "a list of steps", reterr);
    }
    enum err e = executions_view_step(key, arena_copy(arena, row), arena, &node->row, reterr);
    if (e == ERR_OK) {
        complete(it, node);
    }
    *ret_node = e == ERR_OK && passes(it->call, node) ? node : NULL;
    return e;
}

/* The trigger, once the execution has started; NULL when a filter leaves it out. */
static const struct step_node *trigger_of(const struct listing *it)
{
    struct step_node *node = ARENA_NEW(it->call->arena, struct step_node);
    if (node == NULL || it->execution->started_at_us == 0) {
        return NULL;
    }
    node->row.started_at_us = it->execution->queued_at_us;
    node->row.ended_at_us = it->execution->started_at_us;
    complete(it, node);
    return passes(it->call, node) ? node : NULL;
}

static struct filter_key key_of(const void *node, struct slice field)
{
    const struct step_row *row = &((const struct step_node *)node)->row;
    bool by_end = slice_is(field, "ENDED_AT");
    return (struct filter_key){.number = by_end ? row->ended_at_us : row->started_at_us};
}

enum err steps_page(const struct gql_call *call,
                    const struct execution *execution,
                    const struct page **ret,
                    struct error *reterr)
{
    struct listing listing = {.call = call, .execution = execution};
    const struct flow_node *flow = NULL;
    enum err e = execution_node_flow(call, execution, &flow, reterr);
    if (e != ERR_OK) {
        return e;
    }
    listing.flow = flow != NULL ? flow->flow : NULL;
    struct views_key prefix = views_key_of_id(execution->id);
    struct page_source source = {
        .views = graph_context_of(call)->reading->views,
        .table = VIEWS_STEPS,
        .prefix = views_key_slice(&prefix),
        .leader = trigger_of(&listing),
        .row = on_row,
        .data = &listing,
        .total_known = -1,
    };
    return filter_page(call, &source, key_of, ret, reterr);
}

static enum err resolve_steps(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    struct uuid id;
    const struct execution_node *node = NULL;
    const struct page *page = NULL;
    enum err e = graph_id_argument(call, "executionResult", "InstanceExecutionResult", "Execution",
                                   &id, reterr);
    e = e != ERR_OK ? e : execution_node_load(call, id, &node, reterr);
    e = e != ERR_OK ? e : steps_page(call, &node->execution, &page, reterr);
    *ret = gql_result_object(page);
    return e;
}

/* ---- fields ---- */

/* The branch that a branch step took stands beside its result. */
static enum err resolve_branch(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct step_node *node = call->parent;
    const struct recorded_event *event = NULL;
    *ret = gql_result_null();
    if (is_trigger(node) || node->step == NULL || node->step->branch_count == 0) {
        return ERR_OK;
    }
    enum err e = reading_event(graph_context_of(call)->reading, node->row.seq, 1U << BODY_RESULT,
                               call->arena, &event, NULL, reterr);
    if (e == ERR_OK) {
        struct slice branch = value_get_text(&event->event.bodies[BODY_RESULT], SLICE("branch"));
        *ret = branch.size > 0 ? gql_result_text(branch) : gql_result_null();
    }
    return e;
}

static enum err
resolve_action_key(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct step *step = ((const struct step_node *)call->parent)->step;
    (void)reterr;
    *ret = step != NULL ? gql_result_text(step->action.key) : gql_result_null();
    return ERR_OK;
}

static enum err
resolve_display_name(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct step *step = ((const struct step_node *)call->parent)->step;
    (void)reterr;
    *ret = step != NULL ? gql_result_text(step->name) : gql_result_null();
    return ERR_OK;
}

static enum err resolve_name(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct step *step = ((const struct step_node *)call->parent)->step;
    (void)reterr;
    *ret = step != NULL ? gql_result_text(step->reference) : gql_result_null();
    return ERR_OK;
}

static enum err
resolve_stable_key(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct step *step = ((const struct step_node *)call->parent)->step;
    bool given = step != NULL && step->stable_key.size > 0;
    (void)reterr;
    *ret = given ? gql_result_text(step->stable_key) : gql_result_null();
    return ERR_OK;
}

static enum err
resolve_execution(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct step_node *node = call->parent;
    const struct execution_node *execution = NULL;
    enum err e = execution_node_load(call, node->execution->id, &execution, reterr);
    *ret = gql_result_object(execution);
    return e;
}

static enum err
resolve_has_error(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_bool(has_error(call->parent));
    return ERR_OK;
}

static enum err resolve_is_loop(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    (void)reterr;
    *ret = gql_result_bool(((const struct step_node *)call->parent)->loop_path.size > 0);
    return ERR_OK;
}

static enum err resolve_url(struct gql_call *call, struct gql_result *ret, struct error *reterr)
{
    const struct step_node *node = call->parent;
    struct slice url = {NULL, 0};
    uint64_t seq = is_trigger(node) ? node->execution->queued_seq : node->row.seq;
    enum err e = execution_result_url(
        call, is_trigger(node) ? CAPABILITY_TRIGGER_RESULT : CAPABILITY_STEP_RESULT,
        node->execution->id, seq, &url, reterr);
    *ret = gql_result_text(url);
    return e;
}

/* ---- tables ---- */

#define LIST_ARGS                                                                                  \
    PAGE_ARGS " displayStepName endedAt_Gte endedAt_Lte executionResult hasError loopPath "        \
              "loopPath_Istartswith orderBy sortBy startedAt_Gte startedAt_Lte stepName"

static const struct gql_binding query_fields[] = {
    GQL_PAGED("stepResults", resolve_steps, LIST_ARGS, PAGE_SIZE),
};

static const struct gql_binding step_fields[] = {
    GQL_CALL("branchName", resolve_branch),
    GQL_CALL("componentActionKey", resolve_action_key),
    GQL_CALL("displayStepName", resolve_display_name),
    GQL_TIME("endedAt", struct step_node, row.ended_at_us),
    GQL_CALL("executionResult", resolve_execution),
    GQL_CALL("hasError", resolve_has_error),
    GQL_ID("id", struct step_node, id, "InstanceStepResult"),
    GQL_CALL("isLoopStep", resolve_is_loop),
    GQL_TEXT("loopPath", struct step_node, loop_path),
    GQL_CALL("resultsUrl", resolve_url),
    GQL_TIME("startedAt", struct step_node, row.started_at_us),
    GQL_CALL("stepName", resolve_name),
    GQL_CALL("stepStableKey", resolve_stable_key),
};

static const struct gql_type_binding types[] = {
    GQL_TYPE("RootQuery", query_fields),
    GQL_TYPE("InstanceStepResult", step_fields),
};

static const struct gql_input_binding inputs[] = {
    {"InstanceStepResultOrder", "direction field"},
};

const struct gql_bindings steps_bindings = {
    .types = types,
    .type_count = sizeof types / sizeof types[0],
    .inputs = inputs,
    .input_count = sizeof inputs / sizeof inputs[0],
};
