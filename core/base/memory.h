/*
 * memory: the one door to the heap.
 *
 * Everything that allocates goes through these four, so that tests can make the n-th allocation
 * fail (memory_fail_after) and find the path that forgot it. Libraries are pointed here where they
 * allow it.
 */
#ifndef DAYBOOK_CORE_BASE_MEMORY_H
#define DAYBOOK_CORE_BASE_MEMORY_H

#include <stddef.h>

/** As malloc. Thread: any. Returns: NULL when memory is gone or a test says so. */
void *memory_alloc(size_t size);

/** As calloc. Thread: any. Returns: NULL when memory is gone or a test says so. */
void *memory_zalloc(size_t count, size_t size);

/** As realloc; the old block stays valid when NULL is returned. Thread: any. */
void *memory_realloc(void *block, size_t size);

/** As free; takes NULL. Thread: any. */
void memory_free(void *block);

/** Test seam: lets `count` allocations of this thread succeed and all later ones fail; negative:
 * off. */
void memory_fail_after(long count);

#endif
