/*
 * kit_shim: moves the wall clock of a running server, fills its disk, breaks its writes. The
 * program stays the one that users run: a small library comes between it and the C library
 * (shim.c).
 *
 *     kit_shim_begin(story)              before the server starts: TEST(..., .no_server = true)
 *     kit_story_start(story)
 *     kit_shim_move_clock(-3600)
 *     kit_shim_free_bytes(0)
 *
 * Programs started before kit_shim_begin, and the test itself, see the truth.
 *
 * Thread: any; begin from one.
 */
#ifndef DAYBOOK_TESTS_LIB_KIT_SHIM_H
#define DAYBOOK_TESTS_LIB_KIT_SHIM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Names the file with what is pretended. */
#define KIT_SHIM_VARIABLE "DAYBOOK_TEST_SHIM"

/* free_bytes: as it really is. */
#define KIT_SHIM_TRUTH (-1)

/* What is pretended, shared with the programs. */
struct kit_shim_state {
    _Atomic int64_t clock_us;   /* added to the wall clock */
    _Atomic int64_t free_bytes; /* of every file system; KIT_SHIM_TRUTH */
    _Atomic int write_error;    /* what writes, syncs and allocations fail with; 0: they do not */
    _Atomic int sync_error;     /* what syncs fail with; 0: they do not */
    _Atomic uint64_t failures;
    _Atomic unsigned user; /* whom a program that root starts becomes; 0: root */
};

struct kit_story;

/** Makes programs that start from now on see what is pretended; nothing is so far. */
void kit_shim_begin(struct kit_story *story);

/** Moves the wall clock by so many seconds, beside what it was moved before. */
void kit_shim_move_clock(int64_t seconds);

/** What is free on every disk; KIT_SHIM_TRUTH: what really is. */
void kit_shim_free_bytes(int64_t bytes);

/** Makes every write to a file, sync and allocation fail with this errno; 0: no more. */
void kit_shim_write_error(int error);

/** Makes programs that root starts from now on run as this user, for whom permissions count; 0: as
 * root. Does nothing for others. */
void kit_shim_become(unsigned user);

/** Makes every sync of a file or directory fail with this errno, while writes go well; 0: no more.
 */
void kit_shim_sync_error(int error);

/** How many writes and syncs have failed so far. */
uint64_t kit_shim_failures(void);

#endif
