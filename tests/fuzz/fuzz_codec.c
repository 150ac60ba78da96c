/*
 * Any bytes as MessagePack. What must hold:
 *
 *   - refused as malformed or over the memory given, or read;
 *   - what was read takes no more memory than its arena has, and nests to the limit at most;
 *   - written again it reads the same;
 *   - as facts of an event, or as a body, it is read or refused.
 */
#include "core/base/codec.h"
#include "core/base/limits.h"
#include "core/event/event_codec.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define INPUT_BYTES_MAX    ((size_t)64 * 1024)
#define MEMORY_BYTES       (4 * MIB)

#define COMPARED_BYTES_MAX 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run, with the input that did it. */
static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* Whether it holds a NaN, which is not equal to itself. Ends the run when it nests too deep. */
static bool holds_nan(const struct value *value, int depth)
{
    bool found = value->type == VALUE_FLOAT && isnan(value->number);
    require(depth <= LIMIT_VALUE_DEPTH + 1);
    for (uint32_t i = 0; value->type == VALUE_LIST && i < value->list.count; i++) {
        found = holds_nan(&value->list.items[i], depth + 1) || found;
    }
    for (uint32_t i = 0; value->type == VALUE_MAP && i < value->map.count; i++) {
        found = holds_nan(&value->map.members[i].value, depth + 1) || found;
    }
    return found;
}

/* Whether some map has a key twice: the last one counts, so maps are not compared member by member.
 */
static bool holds_twins(const struct value *value)
{
    bool found = false;
    for (uint32_t i = 0; value->type == VALUE_LIST && i < value->list.count; i++) {
        found = holds_twins(&value->list.items[i]) || found;
    }
    for (uint32_t i = 0; value->type == VALUE_MAP && i < value->map.count; i++) {
        const struct value_member *member = &value->map.members[i];
        found =
            value_get(value, member->key) != &member->value || holds_twins(&member->value) || found;
    }
    return found;
}

static void write_again(const struct value *value, struct arena *arena)
{
    struct buf out;
    struct value again;
    buf_init(&out, 4 * INPUT_BYTES_MAX);
    codec_put_value(&out, value);
    /* An empty container below the last level costs the reader nothing and the writer one. */
    if (!out.failed) {
        enum err e = codec_decode(buf_slice(&out), arena, &again, NULL);
        require(e == ERR_OK || e == ERR_LIMIT);
        require(e != ERR_OK || value_equal(value, &again));
    }
    buf_deinit(&out);
}

static void try_facts(struct slice bytes, struct arena *arena)
{
    struct event events[2];
    for (size_t count = 1; count <= 2; count++) {
        enum err e =
            event_codec_get_facts(bytes, INT64_C(1700000000000000), arena, events, count, NULL);
        require(e == ERR_OK || e == ERR_MALFORMED || e == ERR_UNSUPPORTED || e == ERR_LIMIT);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct value value;
    if (size > INPUT_BYTES_MAX) {
        return 0;
    }
    arena_init(&arena, MEMORY_BYTES);
    enum err e = codec_decode(slice_of(data, size), &arena, &value, NULL);
    require(e == ERR_OK || e == ERR_MALFORMED || e == ERR_LIMIT);
    require(arena.used_bytes <= MEMORY_BYTES);
    /* Comparing maps is quadratic: only small ones. */
    bool comparable = e == ERR_OK && !holds_nan(&value, 0) && size <= COMPARED_BYTES_MAX;
    if (comparable && !holds_twins(&value)) {
        write_again(&value, &arena);
    }
    try_facts(slice_of(data, size), &arena);
    arena_deinit(&arena);
    return 0;
}
