/*
 * Which results a step may refer to. The results of a step are there for those that stand behind
 * it, in document order, with three exceptions, because there they would stand for nothing or for
 * many things:
 *
 *     - steps in a loop's body are seen only from inside that body: for those behind the loop there
 *       are the loop's own results;
 *     - the branches of one step do not see each other: only one of them runs;
 *     - inside its body a loop has no results; it has currentItem and index, which exist only
 * there.
 *
 * A step in a branch is seen by those behind the branch step, and stands for nothing if another
 * branch was taken: that shows only when it runs.
 */
#include "core/base/quoted.h"
#include "core/definition/component.h"
#include "core/definition/definition_check_priv.h"
#include "core/definition/reference_path.h"

/* What the second segment of a reference asks for. */
enum wanted { WANTED_RESULTS, WANTED_LOOP, WANTED_UNKNOWN };

static enum wanted what_is_wanted(struct slice segment)
{
    if (slice_is(segment, "results")) {
        return WANTED_RESULTS;
    }
    bool is_loop = slice_is(segment, "currentItem") || slice_is(segment, "index");
    return is_loop ? WANTED_LOOP : WANTED_UNKNOWN;
}

/* Steps of unknown components may be loops; they are, if they have a body. */
static bool is_loop(const struct step *step)
{
    if (step->builtin == NULL) {
        return step->step_count > 0;
    }
    return step->builtin->kind == ACTION_LOOP_ITEMS || step->builtin->kind == ACTION_LOOP_TIMES;
}

static bool is_ancestor(const struct definition_check *check, uint32_t ancestor, uint32_t step)
{
    for (uint32_t at = check->places[step].parent; at != NAME_INDEX_NONE;
         at = check->places[at].parent) {
        if (at == ancestor) {
            return true;
        }
    }
    return false;
}

/* The branch of `ancestor` in which `step` stands. */
static uint32_t branch_under(const struct definition_check *check, uint32_t ancestor, uint32_t step)
{
    uint32_t at = step;
    while (check->places[at].parent != ancestor) {
        at = check->places[at].parent;
    }
    return check->places[at].branch;
}

/* Why the results of `target`, which stands before `step` and not around it, are not to be seen.
 * Returns: NULL when they are. */
static const char *
hidden_because(const struct definition_check *check, uint32_t target, uint32_t step)
{
    for (uint32_t at = target; check->places[at].parent != NAME_INDEX_NONE;
         at = check->places[at].parent) {
        uint32_t parent = check->places[at].parent;
        if (is_ancestor(check, parent, step)) {
            bool same = branch_under(check, parent, step) == check->places[at].branch;
            return same ? NULL : "stands in another branch; only one of them runs";
        }
        if (check->places[at].branch == NAME_INDEX_NONE) {
            return "is in the body of a loop; outside it, refer to the results of the loop";
        }
    }
    return NULL;
}

static const char *
check_results(const struct definition_check *check, uint32_t target, uint32_t step)
{
    if (target == step) {
        return "is this very step; it has no results yet";
    }
    if (target > step) {
        return "runs later; only steps before this one have results";
    }
    if (is_ancestor(check, target, step)) {
        return is_loop(check->places[target].step)
                   ? "is the loop around this step and has no results yet; it has currentItem"
                   : NULL;
    }
    return hidden_because(check, target, step);
}

static const char *check_loop(const struct definition_check *check, uint32_t target, uint32_t step)
{
    if (!is_loop(check->places[target].step)) {
        return "is no loop; only loops have currentItem and index";
    }
    return is_ancestor(check, target, step) ? NULL
                                            : "is no loop around this step; only steps in its body "
                                              "see its currentItem and index";
}

void definition_check_reference(struct definition_check *check,
                                struct slice text,
                                uint32_t step,
                                uint32_t line)
{
    struct reference_path path = reference_path(text);
    struct slice name = {NULL, 0};
    struct slice part = {NULL, 0};
    const char *fault = NULL;
    (void)reference_path_next(&path, &name);
    (void)reference_path_next(&path, &part);
    uint32_t target = name_index_find(&check->references, name);
    enum wanted wanted = what_is_wanted(part);
    if (target == NAME_INDEX_NONE) {
        definition_check_problem(check, line,
                                 "\"%s\" is no step of this flow; a step is called by its name in "
                                 "camel case, like fetchParcel",
                                 quoted(name).text);
        return;
    }
    if (wanted == WANTED_UNKNOWN) {
        definition_check_problem(check, line,
                                 "\"%s\" is followed by results, or by currentItem or index of a "
                                 "loop; \"%s\" was given",
                                 quoted(name).text, quoted(text).text);
        return;
    }
    fault = wanted == WANTED_RESULTS ? check_results(check, target, step)
                                     : check_loop(check, target, step);
    if (fault != NULL) {
        definition_check_problem(check, line, "\"%s\" %s",
                                 quoted(check->places[target].step->name).text, fault);
    }
}
