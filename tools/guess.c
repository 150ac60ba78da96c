#include "tools/guess.h"

#include "core/base/nearest.h"

struct guess guess_at(const char *given)
{
    return (struct guess){.given = given};
}

void guess_consider(struct guess *guess, const char *name)
{
    struct slice wanted = slice_of_text(name);
    size_t distance = nearest_distance(slice_of_text(guess->given), wanted);
    size_t most = (wanted.size + 2) / 3;
    if (distance <= most && (guess->name == NULL || distance < guess->distance)) {
        guess->name = name;
        guess->distance = distance;
    }
}
