#include "tools/difference.h"

#include "tools/shape.h"

/* Maps inside each other are followed this far; deeper ones are compared as a whole. */
#define DEPTH_MAX 8

struct comparing {
    struct arena *arena;
    const char *const *left_out;
    struct value found;
};

static bool is_left_out(const struct comparing *it, struct slice key)
{
    for (size_t i = 0; it->left_out != NULL && it->left_out[i] != NULL; i++) {
        if (slice_is(key, it->left_out[i])) {
            return true;
        }
    }
    return false;
}

static void
add(struct comparing *it, struct slice field, const struct value *before, const struct value *after)
{
    struct shape row = shape_in(it->arena);
    shape_text(&row, "field", field);
    shape_value(&row, "before", before != NULL ? *before : value_null());
    shape_value(&row, "after", after != NULL ? *after : value_null());
    shape_push(&row, &it->found);
}

static bool is_map(const struct value *value)
{
    return value != NULL && value->type == VALUE_MAP;
}

/* Whether the two are to be looked at member by member. A map that is new or gone is, too. */
static bool is_followed(const struct value *a, const struct value *b, unsigned depth)
{
    bool maps = (is_map(a) || value_is_null(a)) && (is_map(b) || value_is_null(b));
    return depth < DEPTH_MAX && maps && (is_map(a) || is_map(b));
}

static void compare(struct comparing *it,
                    struct slice path,
                    const struct value *before,
                    const struct value *after,
                    unsigned depth);

/* The members of one side, those that both have with the side that came after. */
static void compare_members(struct comparing *it,
                            struct slice path,
                            const struct value *before,
                            const struct value *after,
                            bool of_after,
                            unsigned depth)
{
    const struct value *map = of_after ? after : before;
    for (uint32_t i = 0; is_map(map) && i < map->map.count; i++) {
        struct slice key = map->map.members[i].key;
        const struct value *old = is_map(before) ? value_get(before, key) : NULL;
        const struct value *new = is_map(after) ? value_get(after, key) : NULL;
        bool skipped = (depth == 0 && is_left_out(it, key)) || (!of_after && new != NULL);
        if (!skipped) {
            struct slice field = depth == 0 ? key
                                            : arena_format(it->arena, "%.*s.%.*s", SLICE_ARGS(path),
                                                           SLICE_ARGS(key));
            compare(it, field, old, new, depth + 1);
        }
    }
}

static void compare(struct comparing *it,
                    struct slice path,
                    const struct value *before,
                    const struct value *after,
                    unsigned depth)
{
    bool both_null = value_is_null(before) && value_is_null(after);
    if (is_followed(before, after, depth)) {
        compare_members(it, path, before, after, true, depth);
        compare_members(it, path, before, after, false, depth);
    } else if (!both_null && (before == NULL || after == NULL || !value_equal(before, after))) {
        add(it, path, before, after);
    }
}

struct value difference(struct arena *arena,
                        const struct value *before,
                        const struct value *after,
                        const char *const *left_out)
{
    struct comparing it = {arena, left_out, value_list()};
    compare(&it, (struct slice){NULL, 0}, before, after, 0);
    return it.found;
}
