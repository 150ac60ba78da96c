/*
 * Ids and nonces are small and asked for several times a webhook, so they come from a block of
 * random bytes that each thread fetches at once. What is handed out is wiped from it, and a forked
 * child begins with an empty one, so no byte is ever given twice. Keys and secrets, which are
 * larger, come straight from the system.
 */
#include "core/base/random.h"

#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#define BLOCK_BYTES 768 /* some thirty nonces */
#define SMALL_BYTES 31  /* a key has 32 */

struct block {
    size_t left; /* bytes at the start of `bytes` that were not handed out */
    unsigned char bytes[BLOCK_BYTES];
};

static _Thread_local struct block block;

/* Of all threads only the one that forked is in the child. */
static void forget_block(void)
{
    sodium_memzero(&block, sizeof block);
}

static bool watches_forks;

static void watch_forks(void)
{
    watches_forks = pthread_atfork(NULL, NULL, forget_block) == 0;
}

enum err random_init(struct error *reterr)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (sodium_init() < 0) {
        return error_set(reterr, ERR_IO, "libsodium cannot reach the system's random source");
    }
    (void)pthread_once(&once, watch_forks);
    return watches_forks ? ERR_OK : error_set(reterr, ERR_NO_MEMORY, "random: out of memory");
}

void random_fill(void *at, size_t size)
{
    if (size > SMALL_BYTES) {
        randombytes_buf(at, size);
        return;
    }
    if (block.left < size) {
        randombytes_buf(block.bytes, sizeof block.bytes);
        block.left = sizeof block.bytes;
    }
    block.left -= size;
    memcpy(at, block.bytes + block.left, size);
    sodium_memzero(block.bytes + block.left, size);
}
