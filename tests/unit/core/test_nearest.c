/* How far two names are apart. */
#include "core/base/check.h"
#include "core/base/nearest.h"

#include <criterion/criterion.h>

static const struct row {
    const char *a;
    const char *b;
    size_t distance;
} rows[] = {
    {"listen", "listen", 0},
    {"", "", 0},
    {"", "abc", 3},
    {"listen", "listn", 1},
    {"listen", "lissten", 1},
    {"listen", "lasten", 1},
    {"listen", "litsen", 1},
    {"LISTEN", "listen", 0},
    {"log-level", "log_level", 0},
    {"kitten", "sitting", 3},
    {"ca", "abc", 3}, /* no byte is moved twice */
    {"listen", "public_url", 8},
};

Test(nearest, distances)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct slice a = slice_of_text(rows[i].a);
        struct slice b = slice_of_text(rows[i].b);
        cr_assert_eq(nearest_distance(a, b), rows[i].distance, "%s, %s: %zu", rows[i].a, rows[i].b,
                     nearest_distance(a, b));
        cr_assert_eq(nearest_distance(b, a), rows[i].distance, "%s, %s", rows[i].b, rows[i].a);
    }
}

Test(nearest, compares_the_beginning_of_long_names)
{
    char name[1000];
    memset(name, 'x', sizeof name);
    struct slice longest = slice_of(name, sizeof name);
    cr_assert_eq(nearest_distance(longest, longest), sizeof name - NEAREST_BYTES_MAX);
    cr_assert_eq(nearest_distance(longest, SLICE("x")), sizeof name - 1);
    cr_assert_eq(nearest_distance(SLICE(""), longest), sizeof name);
}
