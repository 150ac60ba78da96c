/*
 * capability: unguessable URLs that give one thing for one hour, without credentials and without a
 * table.
 *
 *     base64url( kind u8 | execution id | sequence u64 | expiry u64, seconds | MAC 16 )
 *
 * The MAC is keyed BLAKE2b under a sub-key of the journal's own key: who has the URL was given it.
 */
#ifndef DAYBOOK_API_CAPABILITY_H
#define DAYBOOK_API_CAPABILITY_H

#include "journal/journal.h"

#define CAPABILITY_LIFE_SECONDS 3600

/* 33 bytes and a MAC of 16, as base64url, with its zero. */
#define CAPABILITY_TEXT_SIZE 67

/* What the URL gives. Numbers are in URLs that live for an hour. */
enum capability_kind {
    CAPABILITY_STEP_RESULT = 1,     /* seq: of step.finished */
    CAPABILITY_TRIGGER_RESULT = 2,  /* seq: of execution.queued */
    CAPABILITY_REQUEST_PAYLOAD = 3, /* seq: of execution.queued */
};

struct capability {
    enum capability_kind kind;
    struct uuid execution;
    uint64_t seq;
    int64_t expires_at; /* seconds since 1970 */
};

/** The text of a capability. Thread: any. Errors: those of keyring_get. */
MUST_USE enum err capability_make(struct journal *journal,
                                  const struct capability *capability,
                                  char ret_text[CAPABILITY_TEXT_SIZE],
                                  struct error *reterr);

/** Reads and checks one. Errors: ERR_NOT_FOUND (not ours), ERR_EXPIRED. */
MUST_USE enum err capability_open(struct journal *journal,
                                  struct slice text,
                                  int64_t now_us,
                                  struct capability *ret,
                                  struct error *reterr);

#endif
