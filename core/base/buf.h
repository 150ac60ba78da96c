/*
 * buf: bytes that grow at the end, up to a named maximum.
 *
 * Appending never fails on the spot: past the maximum, or without memory, the buffer turns `failed`
 * and ignores what follows. Writers append freely and check once (buf_check).
 *
 * Thread: one at a time.
 */
#ifndef DAYBOOK_CORE_BASE_BUF_H
#define DAYBOOK_CORE_BASE_BUF_H

#include "core/base/error.h"
#include "core/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *data;
    size_t size;      /* bytes in use */
    size_t capacity;  /* bytes allocated */
    size_t max_bytes; /* it never grows over this */
    bool failed;
    bool no_memory; /* failed because the heap had nothing left, not because of the maximum */
};

/** An empty buffer that may grow to `max_bytes`. Allocates nothing yet. */
void buf_init(struct buf *buf, size_t max_bytes);

/** Frees the bytes. Takes a zeroed buffer too; it may be used again after buf_init. */
void buf_deinit(struct buf *buf);

/** Empty again, memory kept, failure forgotten. */
void buf_clear(struct buf *buf);

/** Room for `size` more bytes at data + size. Returns: where they go, or NULL (and failed). */
char *buf_reserve(struct buf *buf, size_t size);

/** Makes the memory exactly `capacity` bytes in all, for callers who account for it; does nothing
 * when there is as much already. Returns: false over the maximum or without memory; the buffer is
 * as before then. */
MUST_USE bool buf_grow(struct buf *buf, size_t capacity);

/** Appends bytes. */
void buf_put(struct buf *buf, const void *data, size_t size);

/** Appends a slice. */
void buf_put_slice(struct buf *buf, struct slice slice);

/** Appends a zero-terminated string without its zero. */
void buf_put_text(struct buf *buf, const char *text);

/** Appends one byte. */
void buf_put_char(struct buf *buf, char byte);

/** Appends formatted text. */
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);

/** Cuts back to `size` bytes; `size` must not be larger than what is there. */
void buf_truncate(struct buf *buf, size_t size);

/** Drops the first `size` bytes, moving the rest to the front. */
void buf_consume(struct buf *buf, size_t size);

/** What the buffer holds. Valid until the next append. */
static inline struct slice buf_slice(const struct buf *buf)
{
    return slice_of(buf->data, buf->size);
}

/**
 * ERR_OK; or, when an append failed, ERR_LIMIT ("<what> is over N bytes"), or ERR_NO_MEMORY when
 * the heap had nothing left.
 */
MUST_USE enum err buf_check(const struct buf *buf, const char *what, struct error *reterr);

#endif
