/*
 * codec: MessagePack, the one encoding of everything we keep. msgpack-c does the bytes; the memory
 * is ours (a buf out, an arena in), so that both are bounded.
 *
 * Kept data is *positional*: a list whose places have a meaning given for ever. Writers write
 * places in order; readers take them in order with codec_take_*, which never fail on the spot: a
 * missing or mistyped place gives zero and marks the reader bad, checked once at the end.
 *
 * Integers are at most 63 bits wide on disk: larger ones are refused when decoding.
 */
#ifndef DAYBOOK_CORE_BASE_CODEC_H
#define DAYBOOK_CORE_BASE_CODEC_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/id.h"
#include "core/base/value.h"

#include <stdint.h>

/* ---- writing: each appends one item to `out` (buf_check tells whether all fitted) ---- */

/** Begins a list of exactly `count` items, which must follow. */
void codec_put_list(struct buf *out, size_t count);

/** Begins a map of exactly `count` pairs of key and value, which must follow. */
void codec_put_map(struct buf *out, size_t count);

void codec_put_null(struct buf *out);
void codec_put_bool(struct buf *out, bool boolean);
void codec_put_int(struct buf *out, int64_t integer);

/** `number` must be below 2^63. */
void codec_put_u64(struct buf *out, uint64_t number);
void codec_put_float(struct buf *out, double number);
void codec_put_text(struct buf *out, struct slice text);
void codec_put_binary(struct buf *out, struct slice bytes);

/** A uuid as 16 bytes binary; the zero uuid as null. */
void codec_put_uuid(struct buf *out, struct uuid id);

/** A whole value. Nesting over LIMIT_VALUE_DEPTH marks `out` failed. */
void codec_put_value(struct buf *out, const struct value *value);

/* ---- reading: places in order; a bad or missing one gives zero and is told by codec_check ---- */

/**
 * Decodes exactly one value that takes all of `bytes`. Text and binary point into `bytes`, lists
 * and maps are in `arena`. Errors: ERR_MALFORMED (not MessagePack, trailing bytes, too deep,
 * integer over 63 bits, a map key that is no text, an extension type), ERR_LIMIT (arena).
 */
MUST_USE enum err
codec_decode(struct slice bytes, struct arena *arena, struct value *ret, struct error *reterr);

/* Takes the places of a list one after the other. */
struct codec_reader {
    const struct value *items;
    size_t count;
    size_t index;
    bool bad; /* a place was missing or of another type */
};

/** A reader of `list`; bad from the start when it is NULL or no list. */
struct codec_reader codec_reader(const struct value *list);

/** The next place as it is, or NULL when there is none (not bad: later versions append places). */
const struct value *codec_take(struct codec_reader *reader);

uint64_t codec_take_u64(struct codec_reader *reader);
int64_t codec_take_int(struct codec_reader *reader);
bool codec_take_bool(struct codec_reader *reader);
struct slice codec_take_text(struct codec_reader *reader);
struct slice codec_take_binary(struct codec_reader *reader);

/** A uuid; null gives the zero uuid. */
struct uuid codec_take_uuid(struct codec_reader *reader);

/** Whether places are left. */
static inline bool codec_more(const struct codec_reader *reader)
{
    return reader->index < reader->count;
}

/** ERR_OK, or ERR_MALFORMED naming `what` and the place that was wrong. */
MUST_USE enum err
codec_check(const struct codec_reader *reader, const char *what, struct error *reterr);

#endif
