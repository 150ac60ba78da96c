#include "core/base/slice.h"

#include <stdint.h>

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

int slice_compare(struct slice a, struct slice b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    if (order != 0) {
        return order;
    }
    return (a.size > b.size) - (a.size < b.size);
}

static bool same_letters(const char *a, const char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

bool slice_equal_nocase(struct slice a, struct slice b)
{
    return a.size == b.size && same_letters(a.data, b.data, a.size);
}

size_t slice_find(struct slice hay, struct slice needle)
{
    if (needle.size == 0) {
        return 0;
    }
    if (needle.size > hay.size) {
        return SIZE_MAX;
    }
    const char *at = memmem(hay.data, hay.size, needle.data, needle.size);
    return at == NULL ? SIZE_MAX : (size_t)(at - hay.data);
}

bool slice_contains_nocase(struct slice hay, struct slice needle)
{
    if (needle.size == 0) {
        return true;
    }
    for (size_t i = 0; i + needle.size <= hay.size; i++) {
        if (lower(hay.data[i]) == lower(needle.data[0]) &&
            same_letters(hay.data + i, needle.data, needle.size)) {
            return true;
        }
    }
    return false;
}

bool slice_starts_with(struct slice a, struct slice prefix)
{
    return a.size >= prefix.size && slice_equal(slice_of(a.data, prefix.size), prefix);
}

bool slice_ends_with(struct slice a, struct slice suffix)
{
    return a.size >= suffix.size && slice_equal(slice_from(a, a.size - suffix.size), suffix);
}

struct slice slice_trim(struct slice a)
{
    while (a.size > 0 && is_space(a.data[0])) {
        a.data++;
        a.size--;
    }
    while (a.size > 0 && is_space(a.data[a.size - 1])) {
        a.size--;
    }
    return a;
}
