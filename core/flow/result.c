#include "core/flow/result.h"

#include "core/base/check.h"
#include "core/base/memory.h"

/* The rest of a block that copies are taken from; everything is aligned for any of them. */
struct cursor {
    char *at;
    char *end;
};

#define ALIGNMENT _Alignof(max_align_t)

static size_t aligned(size_t size)
{
    return (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

size_t result_value_bytes(const struct value *value)
{
    size_t bytes = 0;
    if (value->type == VALUE_TEXT || value->type == VALUE_BINARY) {
        return aligned(value->bytes.size);
    }
    if (value->type == VALUE_LIST) {
        bytes = aligned(value->list.count * sizeof *value->list.items);
        for (uint32_t i = 0; i < value->list.count; i++) {
            bytes += result_value_bytes(&value->list.items[i]);
        }
    }
    if (value->type == VALUE_MAP) {
        bytes = aligned(value->map.count * sizeof *value->map.members);
        for (uint32_t i = 0; i < value->map.count; i++) {
            bytes += aligned(value->map.members[i].key.size);
            bytes += result_value_bytes(&value->map.members[i].value);
        }
    }
    return bytes;
}

/* Whether containers stay within `levels`. */
static bool fits_depth(const struct value *value, int levels)
{
    bool fits = true;
    if (value->type == VALUE_LIST) {
        for (uint32_t i = 0; i < value->list.count && fits && levels > 0; i++) {
            fits = fits_depth(&value->list.items[i], levels - 1);
        }
    } else if (value->type == VALUE_MAP) {
        for (uint32_t i = 0; i < value->map.count && fits && levels > 0; i++) {
            fits = fits_depth(&value->map.members[i].value, levels - 1);
        }
    } else {
        return true;
    }
    return fits && levels > 0;
}

static void *take(struct cursor *cursor, size_t size)
{
    ASSERT(aligned(size) <= (size_t)(cursor->end - cursor->at));
    void *taken = cursor->at;
    cursor->at += aligned(size);
    return taken;
}

static struct slice copy_bytes(struct cursor *cursor, struct slice source)
{
    char *data = take(cursor, source.size);
    if (source.size > 0) {
        memcpy(data, source.data, source.size);
    }
    return slice_of(data, source.size);
}

static struct value copy_value(struct cursor *cursor, const struct value *source)
{
    struct value copy = *source;
    if (source->type == VALUE_TEXT || source->type == VALUE_BINARY) {
        copy.bytes = copy_bytes(cursor, source->bytes);
    }
    if (source->type == VALUE_LIST) {
        copy.list.items = take(cursor, source->list.count * sizeof *copy.list.items);
        copy.list.capacity = source->list.count;
        for (uint32_t i = 0; i < source->list.count; i++) {
            copy.list.items[i] = copy_value(cursor, &source->list.items[i]);
        }
    }
    if (source->type == VALUE_MAP) {
        copy.map.members = take(cursor, source->map.count * sizeof *copy.map.members);
        copy.map.capacity = source->map.count;
        for (uint32_t i = 0; i < source->map.count; i++) {
            copy.map.members[i].key = copy_bytes(cursor, source->map.members[i].key);
            copy.map.members[i].value = copy_value(cursor, &source->map.members[i].value);
        }
    }
    return copy;
}

/* A block with `bytes` behind its head, zeroed head, held once. */
static enum err create(struct result_pool *pool,
                       size_t bytes,
                       struct result **ret,
                       struct cursor *ret_cursor,
                       struct error *reterr)
{
    size_t head = aligned(sizeof(struct result));
    size_t left = pool->cap_bytes - pool->used_bytes;
    if (left < head || bytes > left - head) {
        return error_set(reterr, ERR_LIMIT,
                         "the step results of this execution need more than %zu bytes of memory",
                         pool->cap_bytes);
    }
    char *block = memory_alloc(head + bytes);
    if (block == NULL) {
        return error_set(reterr, ERR_NO_MEMORY, "a step result: out of memory");
    }
    struct result *result = (struct result *)(void *)block;
    *result = (struct result){.pool = pool, .holders = 1, .bytes = head + bytes};
    pool->used_bytes += result->bytes;
    *ret_cursor = (struct cursor){block + head, block + head + bytes};
    *ret = result;
    return ERR_OK;
}

static enum err too_deep(struct error *reterr)
{
    return error_set(reterr, ERR_LIMIT, "a step result is nested over %d levels", RESULT_DEPTH_MAX);
}

enum err result_create(struct result_pool *pool,
                       const struct value *value,
                       struct slice content_type,
                       struct result **ret,
                       struct error *reterr)
{
    struct cursor cursor = {NULL, NULL};
    struct result *result = NULL;
    if (!fits_depth(value, RESULT_DEPTH_MAX)) {
        return too_deep(reterr);
    }
    size_t bytes = result_value_bytes(value) + aligned(content_type.size);
    enum err e = create(pool, bytes, &result, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    result->value = copy_value(&cursor, value);
    result->content_type = copy_bytes(&cursor, content_type);
    *ret = result;
    return ERR_OK;
}

enum err result_create_list(struct result_pool *pool,
                            struct result *const *parts,
                            uint32_t count,
                            struct result **ret,
                            struct error *reterr)
{
    struct cursor cursor = {NULL, NULL};
    struct result *result = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i] != NULL && !fits_depth(&parts[i]->value, RESULT_DEPTH_MAX - 1)) {
            return too_deep(reterr);
        }
    }
    size_t bytes = aligned(count * sizeof(struct value)) + aligned(count * sizeof *parts);
    enum err e = create(pool, bytes, &result, &cursor, reterr);
    if (e != ERR_OK) {
        return e;
    }
    result->value = value_list();
    result->value.list.items = take(&cursor, count * sizeof(struct value));
    result->value.list.count = result->value.list.capacity = count;
    result->parts = take(&cursor, count * sizeof *parts);
    result->part_count = count;
    for (uint32_t i = 0; i < count; i++) {
        result->parts[i] = result_hold(parts[i]);
        result->value.list.items[i] = parts[i] != NULL ? parts[i]->value : value_null();
    }
    *ret = result;
    return ERR_OK;
}

struct result *result_hold(struct result *result)
{
    if (result != NULL) {
        ASSERT(result->holders < UINT32_MAX);
        result->holders++;
    }
    return result;
}

void result_release(struct result **result)
{
    struct result *held = *result;
    *result = NULL;
    if (held == NULL || --held->holders > 0) {
        return;
    }
    for (uint32_t i = 0; i < held->part_count; i++) {
        result_release(&held->parts[i]);
    }
    held->pool->used_bytes -= held->bytes;
    memory_free(held);
}
