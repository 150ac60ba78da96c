#include "core/base/arena.h"

#include "core/base/check.h"
#include "core/base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

/* First chunk of an arena; later ones double up to the maximum. A small request costs one malloc.
 */
#define CHUNK_BYTES_MIN ((size_t)4 * 1024)
#define CHUNK_BYTES_MAX ((size_t)256 * 1024)
#define ALIGNMENT       _Alignof(max_align_t)

struct arena_chunk {
    struct arena_chunk *older;
    size_t size; /* bytes behind this header */
    size_t used;
    max_align_t bytes[];
};

void arena_init(struct arena *arena, size_t cap_bytes)
{
    *arena = (struct arena){.cap_bytes = cap_bytes};
}

void arena_deinit(struct arena *arena)
{
    while (arena->head != NULL) {
        struct arena_chunk *older = arena->head->older;
        memory_free(arena->head);
        arena->head = older;
    }
    arena->used_bytes = 0;
    arena->exhausted = arena->no_memory = false;
}

void arena_reset(struct arena *arena)
{
    while (arena->head != NULL && arena->head->older != NULL) {
        struct arena_chunk *older = arena->head->older;
        memory_free(arena->head);
        arena->head = older;
    }
    if (arena->head != NULL && arena->head->size > CHUNK_BYTES_MAX) {
        memory_free(arena->head);
        arena->head = NULL;
    }
    if (arena->head != NULL) {
        arena->head->used = 0;
    }
    arena->used_bytes = arena->head != NULL ? arena->head->size : 0;
    arena->exhausted = arena->no_memory = false;
}

static size_t next_chunk_size(const struct arena *arena, size_t size)
{
    size_t wanted = arena->head == NULL ? CHUNK_BYTES_MIN : arena->head->size * 2;
    if (wanted > CHUNK_BYTES_MAX) {
        wanted = CHUNK_BYTES_MAX;
    }
    return wanted < size ? size : wanted;
}

static struct arena_chunk *add_chunk(struct arena *arena, size_t size)
{
    size_t left = arena->cap_bytes - arena->used_bytes;
    size_t chunk_size = next_chunk_size(arena, size);
    if (chunk_size > left) {
        chunk_size = size; /* near the cap: exactly what is asked for */
    }
    if (chunk_size > left || chunk_size > SIZE_MAX - sizeof(struct arena_chunk)) {
        return NULL;
    }
    struct arena_chunk *chunk = memory_alloc(sizeof *chunk + chunk_size);
    if (chunk == NULL) {
        arena->no_memory = true;
        return NULL;
    }
    chunk->older = arena->head;
    chunk->size = chunk_size;
    chunk->used = 0;
    arena->head = chunk;
    arena->used_bytes += chunk_size;
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX - ALIGNMENT) {
        arena->exhausted = true;
        return NULL;
    }
    size_t rounded = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    struct arena_chunk *chunk = arena->head;
    if (chunk == NULL || chunk->size - chunk->used < rounded) {
        chunk = add_chunk(arena, rounded);
    }
    if (chunk == NULL) {
        arena->exhausted = true;
        return NULL;
    }
    void *block = (char *)chunk->bytes + chunk->used;
    chunk->used += rounded;
    return block;
}

void *arena_zalloc(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        arena->exhausted = true;
        return NULL;
    }
    void *block = arena_alloc(arena, count * size);
    if (block != NULL) {
        memset(block, 0, count * size);
    }
    return block;
}

char *arena_text(struct arena *arena, struct slice source)
{
    char *text = source.size < SIZE_MAX ? arena_alloc(arena, source.size + 1) : NULL;
    if (text == NULL) {
        return NULL;
    }
    if (source.size > 0) {
        memcpy(text, source.data, source.size);
    }
    text[source.size] = '\0';
    return text;
}

struct slice arena_copy(struct arena *arena, struct slice source)
{
    char *text = arena_text(arena, source);
    return text == NULL ? (struct slice){NULL, 0} : slice_of(text, source.size);
}

struct slice arena_format(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = size < 0 ? NULL : arena_alloc(arena, (size_t)size + 1);
    if (text != NULL) {
        (void)vsnprintf(text, (size_t)size + 1, format, again);
    }
    va_end(again);
    return text == NULL ? (struct slice){NULL, 0} : slice_of(text, (size_t)size);
}

enum err arena_error(const struct arena *arena, const char *what, struct error *reterr)
{
    if (arena->no_memory) {
        return error_set(reterr, ERR_NO_MEMORY, "%s: out of memory", what);
    }
    return error_set(reterr, ERR_LIMIT, "%s needs more than %zu bytes of memory", what,
                     arena->cap_bytes);
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){arena->head, arena->head != NULL ? arena->head->used : 0};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    while (arena->head != mark.chunk && arena->head != NULL && arena->head->older != NULL) {
        struct arena_chunk *older = arena->head->older;
        arena->used_bytes -= arena->head->size;
        memory_free(arena->head);
        arena->head = older;
    }
    if (arena->head != NULL) {
        ASSERT(mark.chunk == NULL || arena->head == mark.chunk);
        arena->head->used = mark.chunk != NULL ? mark.chunk_used : 0;
    }
}
