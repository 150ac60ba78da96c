/*
 * The table of edit distances, of which three rows are kept: row i, column j is the distance of the
 * first i bytes of one name to the first j bytes of the other.
 */
#include "core/base/nearest.h"

#define ROW_SIZE (NEAREST_BYTES_MAX + 1)

static char plain(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (char)(c - 'A' + 'a');
    }
    return c == '-' ? '_' : c;
}

static bool same(struct slice a, size_t i, struct slice b, size_t j)
{
    return plain(a.data[i]) == plain(b.data[j]);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Row `i` from the two before it. */
static void fill_row(
    struct slice a, struct slice b, size_t i, const size_t *two, const size_t *one, size_t *row)
{
    row[0] = i;
    for (size_t j = 1; j <= b.size; j++) {
        size_t changed = one[j - 1] + (same(a, i - 1, b, j - 1) ? 0 : 1);
        row[j] = least(changed, least(one[j], row[j - 1]) + 1);
        bool swapped = i > 1 && j > 1 && same(a, i - 1, b, j - 2) && same(a, i - 2, b, j - 1);
        if (swapped) {
            row[j] = least(row[j], two[j - 2] + 1);
        }
    }
}

size_t nearest_distance(struct slice a, struct slice b)
{
    size_t rows[3][ROW_SIZE];
    size_t cut = a.size > b.size ? a.size : b.size;
    cut -= least(cut, NEAREST_BYTES_MAX);
    a.size = least(a.size, NEAREST_BYTES_MAX);
    b.size = least(b.size, NEAREST_BYTES_MAX);
    for (size_t j = 0; j <= b.size; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.size; i++) {
        fill_row(a, b, i, rows[(i + 1) % 3], rows[(i + 2) % 3], rows[i % 3]);
    }
    return rows[a.size % 3][b.size] + cut;
}
