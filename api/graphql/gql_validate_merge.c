/*
 * Fields of the same response name must be able to merge (specification 5.3.2).
 *
 * The specification compares every pair of fields and again every pair below them, which grows
 * exponentially with nesting. We walk sets of fields instead, twice:
 *
 *   shapes   All fields that can stand under one response name, whatever their parents, must answer
 *            the same shape: fields of one name form a group, every type in it is compared with the
 *            first, and the group's selections together form the next set.
 *
 *   meanings Fields whose parents can be the same object must be the same field with the same
 *            arguments. A group falls into one part per object type; fields of abstract parents
 *            belong to every part. In a part every field is compared with the first, and the
 *            selections of the part form the next set.
 *
 * Equality is transitive within a group and within a part, so comparing with the first says as much
 * as comparing all pairs. Each set holds a fragment once. A document without conflicts is visited
 * about twice; only abstract fields under many object types multiply, and GQL_MERGE_STEPS_MAX ends
 * that.
 *
 * Memory is taken from the document's arena and given back after each set. Recursion goes field by
 * field, so no deeper than GQL_DEPTH_MAX; within a set it follows GQL_NESTING_MAX.
 */
#include "api/graphql/gql_limits.h"
#include "api/graphql/gql_validate_priv.h"

/* A field of a set; those of the same response name are linked. */
struct entry {
    const struct gql_ast_selection *selection;
    const struct gql_type *parent;
    struct entry *same;  /* next of the same response name (or of the same part) */
    struct entry *last;  /* of the group; only in its first */
    struct entry *next;  /* first of the next group */
    struct entry *chain; /* first of the next group in the same bucket */
};

/* Groups are found through a few buckets: sets of thousands of fields are rare, but not free. */
#define BUCKETS 32

struct set {
    struct entry *groups; /* in the order of the text */
    struct entry **end;
    struct entry *buckets[BUCKETS];
};

struct merge {
    struct gql_validation *validation;
    size_t steps;
    bool stopped; /* over the limit or without memory */
};

static void set_init(struct set *set)
{
    *set = (struct set){.end = &set->groups};
}

/* Counts a visit. Returns: false when the walk must end. */
static bool step(struct merge *merge, uint32_t at)
{
    if (!merge->stopped && ++merge->steps > GQL_MERGE_STEPS_MAX) {
        merge->stopped = true;
        (void)gql_errors_add(merge->validation->errors, ERR_LIMIT, at,
                             "the fields overlap too much: checking that they can be merged takes "
                             "over %d steps",
                             GQL_MERGE_STEPS_MAX);
    }
    return !merge->stopped;
}

static void add_entry(struct merge *merge,
                      struct set *set,
                      const struct gql_ast_selection *selection,
                      const struct gql_type *parent)
{
    struct entry *entry = ARENA_NEW(merge->validation->arena, struct entry);
    if (entry == NULL) {
        merge->stopped = true;
        return;
    }
    entry->selection = selection;
    entry->parent = parent;
    entry->last = entry;
    struct entry **bucket = &set->buckets[gql_names_hash(selection->response) % BUCKETS];
    struct entry *group = *bucket;
    while (group != NULL && !slice_equal(group->selection->response, selection->response)) {
        group = group->chain;
    }
    if (group != NULL) {
        group->last->same = entry;
        group->last = entry;
        return;
    }
    entry->chain = *bucket;
    *bucket = entry;
    *set->end = entry;
    set->end = &entry->next;
}

/* Adds the fields of a selection set to a set, each fragment once per visit mark. */
static void collect(struct merge *merge,
                    struct set *set,
                    const struct gql_ast_selection *first,
                    const struct gql_type *parent)
{
    for (const struct gql_ast_selection *selection = first;
         selection != NULL && step(merge, selection->at); selection = selection->next) {
        struct gql_ast_fragment *fragment = selection->fragment;
        switch (selection->kind) {
        case GQL_AST_FIELD:
            add_entry(merge, set, selection, parent);
            break;
        case GQL_AST_INLINE:
            collect(merge, set, selection->selections,
                    selection->condition != NULL ? selection->condition : parent);
            break;
        case GQL_AST_SPREAD:
            if (fragment->visit_mark != merge->validation->visit_mark) {
                fragment->visit_mark = merge->validation->visit_mark;
                collect(merge, set, fragment->selections, fragment->type);
            }
            break;
        }
    }
}

/* The set of everything selected below the fields of a group or part. */
static void collect_below(struct merge *merge, struct set *set, const struct entry *first)
{
    set_init(set);
    merge->validation->visit_mark++;
    for (const struct entry *entry = first; entry != NULL; entry = entry->same) {
        collect(merge, set, entry->selection->selections, entry->selection->field->type->named);
    }
}

static void
conflict(struct merge *merge, const struct entry *a, const struct entry *b, const char *why)
{
    struct gql_errors *errors = merge->validation->errors;
    struct gql_error *error =
        gql_errors_add(errors, ERR_INVALID, a->selection->at,
                       "fields \"%.*s\" cannot be merged: %s; give one of them an alias",
                       SLICE_ARGS(a->selection->response), why);
    gql_errors_also_at(errors, error, b->selection->at);
}

/* ---- shapes ---- */

static bool same_shape(const struct gql_type_ref *a, const struct gql_type_ref *b)
{
    while (a->kind == b->kind && a->kind != GQL_REF_NAMED) {
        a = a->of;
        b = b->of;
    }
    bool fields = gql_type_is_composite(a->named) && gql_type_is_composite(b->named);
    return a->kind == b->kind && (fields || a->named == b->named);
}

static void check_shapes(struct merge *merge, const struct set *set)
{
    for (const struct entry *group = set->groups; group != NULL && !merge->stopped;
         group = group->next) {
        const struct gql_type_ref *type = group->selection->field->type;
        for (const struct entry *entry = group->same; entry != NULL; entry = entry->same) {
            if (!same_shape(type, entry->selection->field->type)) {
                conflict(merge, group, entry, "they have different types");
                return;
            }
        }
        if (group->selection->selections == NULL) {
            continue; /* the same shape: none of them has fields below */
        }
        struct arena_mark mark = arena_mark(merge->validation->arena);
        struct set below;
        collect_below(merge, &below, group);
        check_shapes(merge, &below);
        /* messages lie in an arena of their own */
        arena_rewind(merge->validation->arena, mark);
    }
}

/* ---- meanings ---- */

static bool same_value(const struct gql_ast_value *a, const struct gql_ast_value *b);

/* The same names with the same values, in whatever order. Names are unique by now. */
static bool same_arguments(const struct gql_ast_argument *a, const struct gql_ast_argument *b)
{
    size_t count = 0;
    for (const struct gql_ast_argument *one = a; one != NULL; one = one->next, count++) {
        const struct gql_ast_argument *other = gql_argument_find(b, one->name);
        if (other == NULL || !same_value(one->value, other->value)) {
            return false;
        }
    }
    for (; b != NULL; b = b->next) {
        count--;
    }
    return count == 0;
}

static bool same_value(const struct gql_ast_value *a, const struct gql_ast_value *b)
{
    if (a->kind != b->kind || !slice_equal(a->text, b->text) ||
        !same_arguments(a->fields, b->fields)) {
        return false;
    }
    const struct gql_ast_value *x = a->items;
    const struct gql_ast_value *y = b->items;
    while (x != NULL && y != NULL && same_value(x, y)) {
        x = x->next;
        y = y->next;
    }
    return x == NULL && y == NULL;
}

static void check_meanings(struct merge *merge, const struct set *set);

/* Fields that one object can answer together. */
static void check_part(struct merge *merge, const struct entry *part)
{
    const struct gql_ast_selection *first = part->selection;
    for (const struct entry *entry = part->same; entry != NULL; entry = entry->same) {
        if (!slice_equal(first->name, entry->selection->name)) {
            conflict(merge, part, entry, "they are different fields");
            return;
        }
        if (!same_arguments(first->arguments, entry->selection->arguments)) {
            conflict(merge, part, entry, "they have different arguments");
            return;
        }
    }
    if (first->selections != NULL) {
        struct set below;
        collect_below(merge, &below, part);
        check_meanings(merge, &below);
    }
}

/* The entries of a group whose parent is `object` or abstract, as a list of their own; with
 * `object` NULL those of abstract parents alone. */
static struct entry *
take_part(struct merge *merge, const struct entry *group, const struct gql_type *object)
{
    struct entry *part = NULL;
    struct entry **link = &part;
    for (const struct entry *entry = group; entry != NULL; entry = entry->same) {
        if (entry->parent != object && !gql_type_is_abstract(entry->parent)) {
            continue;
        }
        struct entry *copy = step(merge, entry->selection->at)
                                 ? ARENA_NEW(merge->validation->arena, struct entry)
                                 : NULL;
        if (copy == NULL) {
            merge->stopped = true;
            return NULL;
        }
        copy->selection = entry->selection;
        copy->parent = entry->parent;
        *link = copy;
        link = &copy->same;
    }
    return part;
}

static bool parent_seen(const struct entry *group, const struct entry *entry)
{
    while (group->parent != entry->parent) {
        group = group->same;
    }
    return group != entry;
}

static void check_group(struct merge *merge, const struct entry *group)
{
    bool objects = false;
    if (group->same == NULL) {
        check_part(merge, group);
        return;
    }
    for (const struct entry *entry = group; entry != NULL && !merge->stopped; entry = entry->same) {
        if (entry->parent->kind != GQL_KIND_OBJECT || parent_seen(group, entry)) {
            continue;
        }
        objects = true;
        const struct entry *part = take_part(merge, group, entry->parent);
        if (part != NULL) {
            check_part(merge, part);
        }
    }
    const struct entry *abstract = objects ? NULL : take_part(merge, group, NULL);
    if (abstract != NULL) {
        check_part(merge, abstract);
    }
}

static void check_meanings(struct merge *merge, const struct set *set)
{
    for (const struct entry *group = set->groups; group != NULL && !merge->stopped;
         group = group->next) {
        struct arena_mark mark = arena_mark(merge->validation->arena);
        check_group(merge, group);
        arena_rewind(merge->validation->arena, mark);
    }
}

void gql_validate_merge(struct gql_validation *validation)
{
    struct merge merge = {.validation = validation};
    for (const struct gql_ast_operation *operation = validation->document->operations;
         operation != NULL; operation = operation->next) {
        struct arena_mark mark = arena_mark(validation->arena);
        struct set set;
        set_init(&set);
        validation->visit_mark++;
        collect(&merge, &set, operation->selections, operation->root);
        check_shapes(&merge, &set);
        if (gql_errors_none(validation->errors)) {
            check_meanings(&merge, &set);
        }
        arena_rewind(validation->arena, mark);
    }
}
