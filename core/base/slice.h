/*
 * slice: a borrowed run of bytes. Not zero-terminated, may hold any byte, owns nothing.
 *
 * A slice lives as long as what it points into; functions that return one say what that is. The
 * empty slice may have data == NULL.
 */
#ifndef DAYBOOK_CORE_BASE_SLICE_H
#define DAYBOOK_CORE_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *data;
    size_t size; /* bytes */
};

/* The slice of a string literal. */
#define SLICE(literal) ((struct slice){("" literal), sizeof(literal) - 1})

/* For printf: printf("%.*s", SLICE_ARGS(s)). */
#define SLICE_ARGS(slice) (int)(slice).size, (slice).data != NULL ? (slice).data : ""

/** The slice of `size` bytes at `data`. */
static inline struct slice slice_of(const void *data, size_t size)
{
    return (struct slice){data, size};
}

/** The slice of a zero-terminated string; NULL gives the empty slice. */
static inline struct slice slice_of_text(const char *text)
{
    return (struct slice){text, text != NULL ? strlen(text) : 0};
}

/** Same bytes. Not constant-time: compare secrets with sodium_memcmp. */
static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/** Same bytes as a zero-terminated string. */
static inline bool slice_is(struct slice a, const char *text)
{
    return slice_equal(a, slice_of_text(text));
}

/** The part from byte `from` on; empty when there is none. */
static inline struct slice slice_from(struct slice a, size_t from)
{
    return from >= a.size ? (struct slice){a.data, 0}
                          : (struct slice){a.data + from, a.size - from};
}

/** Byte order, shorter first when one begins the other. Returns: <0, 0, >0. */
int slice_compare(struct slice a, struct slice b);

/** Same ASCII letters, case ignored. */
bool slice_equal_nocase(struct slice a, struct slice b);

/** Position of `needle` in `hay`, or SIZE_MAX. The empty needle is found at 0. */
size_t slice_find(struct slice hay, struct slice needle);

/** Whether `hay` holds `needle`, ASCII letters compared without case. */
bool slice_contains_nocase(struct slice hay, struct slice needle);

/** Whether `a` begins with `prefix`. */
bool slice_starts_with(struct slice a, struct slice prefix);

/** Whether `a` ends with `suffix`. */
bool slice_ends_with(struct slice a, struct slice suffix);

/** Without ASCII white space at both ends. */
struct slice slice_trim(struct slice a);

#endif
