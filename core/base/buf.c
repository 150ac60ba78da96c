#include "core/base/buf.h"

#include "core/base/check.h"
#include "core/base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CAPACITY_MIN ((size_t)256)

void buf_init(struct buf *buf, size_t max_bytes)
{
    *buf = (struct buf){.max_bytes = max_bytes};
}

void buf_deinit(struct buf *buf)
{
    memory_free(buf->data);
    *buf = (struct buf){.max_bytes = buf->max_bytes};
}

void buf_clear(struct buf *buf)
{
    buf->size = 0;
    buf->failed = buf->no_memory = false;
}

bool buf_grow(struct buf *buf, size_t capacity)
{
    if (capacity <= buf->capacity) {
        return true;
    }
    char *data = capacity > buf->max_bytes ? NULL : memory_realloc(buf->data, capacity);
    if (data == NULL) {
        return false;
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

/* Doubles until `needed` fits. Returns: false over the maximum or without memory. */
static bool grow(struct buf *buf, size_t needed)
{
    size_t capacity = buf->capacity < CAPACITY_MIN ? CAPACITY_MIN : buf->capacity;
    while (capacity < needed) {
        capacity *= 2;
    }
    return buf_grow(buf, capacity < buf->max_bytes ? capacity : buf->max_bytes);
}

char *buf_reserve(struct buf *buf, size_t size)
{
    if (buf->failed) {
        return NULL;
    }
    if (size > buf->max_bytes || buf->size > buf->max_bytes - size) {
        buf->failed = true;
        return NULL;
    }
    size_t needed = buf->size + size;
    if (needed > buf->capacity && !grow(buf, needed)) {
        buf->failed = buf->no_memory = true;
        return NULL;
    }
    return buf->data + buf->size;
}

void buf_put(struct buf *buf, const void *data, size_t size)
{
    if (size == 0) {
        return;
    }
    char *at = buf_reserve(buf, size);
    if (at != NULL) {
        memcpy(at, data, size);
        buf->size += size;
    }
}

void buf_put_slice(struct buf *buf, struct slice slice)
{
    buf_put(buf, slice.data, slice.size);
}

void buf_put_text(struct buf *buf, const char *text)
{
    buf_put(buf, text, strlen(text));
}

void buf_put_char(struct buf *buf, char byte)
{
    buf_put(buf, &byte, 1);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *at = size < 0 ? NULL : buf_reserve(buf, (size_t)size + 1);
    if (at != NULL) {
        (void)vsnprintf(at, (size_t)size + 1, format, again);
        buf->size += (size_t)size;
    }
    va_end(again);
}

void buf_truncate(struct buf *buf, size_t size)
{
    ASSERT(size <= buf->size);
    buf->size = size;
}

void buf_consume(struct buf *buf, size_t size)
{
    ASSERT(size <= buf->size);
    buf->size -= size;
    if (buf->size > 0 && size > 0) {
        memmove(buf->data, buf->data + size, buf->size);
    }
}

enum err buf_check(const struct buf *buf, const char *what, struct error *reterr)
{
    if (!buf->failed) {
        return ERR_OK;
    }
    if (buf->no_memory) {
        return error_set(reterr, ERR_NO_MEMORY, "%s: out of memory", what);
    }
    return error_set(reterr, ERR_LIMIT, "%s is over %zu bytes", what, buf->max_bytes);
}
