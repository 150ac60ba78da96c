/*
 * record: header | envelope | facts | body digests, written once and never rewritten.
 *
 *     offset  size  field
 *          0     1  version, 1
 *          1     1  flags, 0
 *          2     2  events, 1 or more
 *          4     2  part of its command, from 0
 *          6     2  parts of the command
 *          8     8  first seq
 *         16     8  first stream version
 *         24     8  recorded-at, microseconds since 1970
 *         32     4  length of the facts
 *         36     2  length of the envelope
 *         38     1  body forms: two bits a class, state lowest: 0 absent, 1 inline, 2 blob,
 *                   3 not stored
 *         39     5  zero
 *         44     4  crc32c of the record without these four bytes
 *         48        envelope, facts, 32 bytes digest for each class that is not absent
 *
 * Little-endian. Envelope, positional MessagePack, nulls at the end left out:
 *
 *     0 append id     1 stream kind   2 stream id, null: the append id
 *     3 owner kind    4 owner id      both null: the stream itself
 *     5 actor kind    6 actor's user  7 actor's token
 *     8 correlation   9 causation    10 idempotency digest   11 request digest
 *
 * The owner is written where it tells something: in a record with bodies, and in the first of a
 * stream. The two digests stand in the first record of a command only.
 */
#ifndef DAYBOOK_JOURNAL_RECORD_PRIV_H
#define DAYBOOK_JOURNAL_RECORD_PRIV_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/event/event.h"
#include "journal/journal.h"

#define RECORD_VERSION      1
#define RECORD_HEADER_BYTES 48
#define RECORD_CRC_AT       44
#define RECORD_KEY_BYTES    8

/* Longest envelope: all places filled are 199 bytes. */
#define RECORD_ENVELOPE_BYTES_MAX 256

enum body_form {
    BODY_FORM_ABSENT = 0,
    BODY_FORM_INLINE = 1,
    BODY_FORM_BLOB = 2,
    BODY_FORM_NOT_STORED = 3,
};

/* All that makes a record. */
struct record_source {
    uint64_t first_seq;
    uint64_t first_stream_version;
    int64_t recorded_at_us;
    uint16_t part;
    uint16_t part_count;
    struct uuid append_id;
    struct stream_ref stream;
    struct stream_ref owner;
    struct actor actor;
    struct uuid correlation;
    uint64_t causation;
    struct slice idempotency;
    struct slice request;
    const struct event *events;
    size_t event_count;
    enum body_form forms[BODY_CLASS_COUNT];
    const unsigned char *digests[BODY_CLASS_COUNT]; /* 32 bytes where the form is not absent */
};

/** Appends the record to `out` (buf_check tells whether it fitted). */
void record_encode(struct buf *out, const struct record_source *source);

/**
 * Reads a record; slices in *ret borrow from `bytes`. The facts are not decoded. `arena` is
 * scratch. Errors: ERR_DAMAGED (crc, lengths, envelope), ERR_UNSUPPORTED (version, flags or kinds
 * of a newer daybook), ERR_LIMIT (arena).
 */
MUST_USE enum err record_decode(struct slice bytes,
                                struct arena *arena,
                                struct record_view *ret,
                                struct error *reterr);

/** The form of a body in a decoded record. */
enum body_form record_body_form(const struct record_view *record, enum body_class body_class);

/** The key of a record and of its bodies: its last seq, big-endian. */
void record_key(uint64_t last_seq, char ret[RECORD_KEY_BYTES]);

#endif
