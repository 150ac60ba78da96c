/*
 * nearest: how far two names are apart, for messages about unknown ones that say which was meant.
 */
#ifndef DAYBOOK_CORE_BASE_NEAREST_H
#define DAYBOOK_CORE_BASE_NEAREST_H

#include "core/base/slice.h"

/* Bytes of a name that are compared; all behind them count as different. */
#define NEAREST_BYTES_MAX 64

/**
 * How many bytes must be added, left out, changed or swapped with their neighbour to make one name
 * of the other. Case does not count, and "-" is the same as "_".
 */
size_t nearest_distance(struct slice a, struct slice b);

#endif
