/*
 * journal_kit: what the tests of journal/ share. A kit is a journal in a directory of its own, with
 * a clock that the test moves, and short words for appending and reading.
 *
 * Every test tears down in its own body: kit_end closes and removes.
 */
#ifndef DAYBOOK_TESTS_UNIT_JOURNAL_JOURNAL_KIT_H
#define DAYBOOK_TESTS_UNIT_JOURNAL_JOURNAL_KIT_H

#include "core/base/arena.h"
#include "journal/journal.h"
#include "journal/verify.h"

#include <criterion/criterion.h>

/* 2023-11-14T22:13:20Z */
#define KIT_NOW_US INT64_C(1700000000000000)
#define KIT_MINUTE (INT64_C(60) * 1000000)
#define KIT_DAY    (24 * 60 * KIT_MINUTE)

/* The key of the first owner; the journal's own is 1. */
#define KIT_KEY 2

struct kit {
    char dir[64];
    struct clock_manual clock;
    struct journal_options options;
    struct journal *journal;
    struct id_source ids;
    struct arena arena; /* for what tests read */
    struct error error;
};

/** A new journal in a new directory. */
void kit_begin(struct kit *kit);

/** A kit whose journal is not open yet, and does not exist. */
void kit_prepare(struct kit *kit);

/** Opens what kit_prepare or kit_close left; create as the options say. */
void kit_open(struct kit *kit);

/** Closes the journal, keeps the directory. */
void kit_close(struct kit *kit);

/** Closes and opens again. */
void kit_reopen(struct kit *kit);

/** Closes, removes the directory, frees. */
void kit_end(struct kit *kit);

/** Removes a directory and all in it. */
void kit_remove(const char *dir);

/** Copies a data directory as `cp -r` would. */
void kit_copy(const char *from, const char *to);

/** A new id at the kit's time. */
struct uuid kit_id(struct kit *kit);

/** An instance as owner: its id is `number` sixteen times. */
struct stream_ref kit_owner(unsigned char number);

/** Begins a batch. */
void kit_batch(struct kit *kit);

/** Commits it. */
void kit_commit(struct kit *kit);

/** `size` bytes that do not compress, different for each `seed`. In the kit's arena. */
struct slice kit_noise(struct kit *kit, size_t size, unsigned seed);

/** [[1, head, body]] with `body` as the body: the payload of an execution. In the kit's arena. */
struct slice kit_payload(struct kit *kit, struct slice body);

/** Appends execution.queued with a payload sealed beforehand to the open batch. Returns: its seq.
 */
uint64_t
kit_put_execution(struct kit *kit, struct stream_ref owner, uint64_t key, struct slice body);

/** As kit_put_execution in a batch of its own. */
uint64_t
kit_add_execution(struct kit *kit, struct stream_ref owner, uint64_t key, struct slice body);

/** Appends step.finished with a result of `text` and a log line in a batch of its own. */
uint64_t kit_add_step(struct kit *kit, struct stream_ref owner, uint64_t key, const char *text);

/** An append of nothing yet, by a user. */
struct append kit_append(struct kit *kit);

/** Opens the body of the record at `seq` in a snapshot of its own. Returns: the code. */
enum err
kit_open_body(struct kit *kit, uint64_t seq, enum body_class body_class, struct slice *ret);

/** Reads the events of the record at `seq` with all bodies. Returns: the first. */
struct recorded_event *
kit_read(struct kit *kit, uint64_t seq, struct slice *ret_reason, unsigned *ret_absent);

/** Runs verify in a child, as users do. The journal must be closed. */
struct verify_report *kit_verify(struct kit *kit);

/** Asserts that verify finds nothing; prints what it finds. */
void kit_assert_sound(struct kit *kit);

/** The bytes of `name` in vectors/<file>. In the kit's arena. */
struct slice kit_vector(struct kit *kit, const char *file, const char *name);

/** Asserts that `bytes` are the vector's; prints both as hex. */
void kit_assert_vector(struct kit *kit, const char *file, const char *name, struct slice bytes);

#endif
