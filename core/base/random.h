/*
 * random: bytes nobody can guess, from the operating system through libsodium.
 *
 * Thread: any, after random_init.
 */
#ifndef DAYBOOK_CORE_BASE_RANDOM_H
#define DAYBOOK_CORE_BASE_RANDOM_H

#include "core/base/error.h"

#include <stddef.h>

/** Readies libsodium; call once before any thread starts. Calling it again does nothing. */
MUST_USE enum err random_init(struct error *reterr);

/** Fills `size` bytes at `at`. After a fork parent and child get different ones. */
void random_fill(void *at, size_t size);

#endif
