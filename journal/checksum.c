#include "journal/checksum_priv.h"

#include <isa-l/crc.h>
#include <limits.h>

/* The library takes lengths as int and leaves complementing to its caller. */
static uint32_t add(uint32_t state, struct slice bytes)
{
    while (bytes.size > 0) {
        size_t size = bytes.size < INT_MAX ? bytes.size : INT_MAX;
        state = crc32_iscsi((unsigned char *)(uintptr_t)bytes.data, (int)size, state);
        bytes = slice_from(bytes, size);
    }
    return state;
}

uint32_t checksum_crc32c(struct slice bytes)
{
    return ~add(UINT32_MAX, bytes);
}

uint32_t checksum_crc32c_pair(struct slice first, struct slice second)
{
    return ~add(add(UINT32_MAX, first), second);
}
