#include "core/base/random.h"

#include <sodium.h>

enum err random_init(struct error *reterr)
{
    if (sodium_init() < 0) {
        return error_set(reterr, ERR_IO, "libsodium cannot reach the system's random source");
    }
    return ERR_OK;
}

void random_fill(void *at, size_t size)
{
    randombytes_buf(at, size);
}
