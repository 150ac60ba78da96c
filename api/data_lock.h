/*
 * data_lock: who may write a data directory. The holder has DATA/lock locked and its pid in it.
 */
#ifndef DAYBOOK_API_DATA_LOCK_H
#define DAYBOOK_API_DATA_LOCK_H

#include "core/base/error.h"

#include <stdbool.h>

struct data_lock {
    int fd; /* -1: not held */
};

/** Takes the lock; makes DATA (0700) when `create`. Errors: ERR_BUSY: "DIR is served by process
 * 4711; stop it first"; ERR_NOT_FOUND; ERR_IO. */
MUST_USE enum err
data_lock_take(const char *data_dir, bool create, struct data_lock *ret, struct error *reterr);

/** Lets it go; takes a lock that is not held too. */
void data_lock_release(struct data_lock *lock);

/** The pid that holds the lock, 0 when nobody does. Disturbs nobody who takes it meanwhile. */
int data_lock_holder(const char *data_dir);

#endif
