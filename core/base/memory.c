#include "core/base/memory.h"

#include <stdbool.h>
#include <stdlib.h>

static _Thread_local long allocations_left = -1;

static bool may_allocate(void)
{
    if (allocations_left < 0) {
        return true;
    }
    if (allocations_left == 0) {
        return false;
    }
    allocations_left--;
    return true;
}

void *memory_alloc(size_t size)
{
    return may_allocate() ? malloc(size) : NULL;
}

void *memory_zalloc(size_t count, size_t size)
{
    return may_allocate() ? calloc(count, size) : NULL;
}

void *memory_realloc(void *block, size_t size)
{
    return may_allocate() ? realloc(block, size) : NULL;
}

void memory_free(void *block)
{
    free(block);
}

void memory_fail_after(long count)
{
    allocations_left = count;
}
