/*
 * The decoding half of codec: msgpack-c's parser template, told to build our values.
 *
 * The template is the library's own extension point (msgpack/unpack_define.h). Used so, the parser
 * is theirs, but lists and maps are taken from our arena and only after their claimed count was
 * compared with the bytes that are left: five bytes that promise four billion items cost nothing.
 */
#include "core/base/codec.h"
#include "core/base/limits.h"

/* Containers that are not empty; an empty one costs no level. */
#define MSGPACK_EMBED_STACK_SIZE LIMIT_VALUE_DEPTH
#include <msgpack/unpack_define.h>
/* The template's own refusals; both are answered alike. */
#define MSGPACK_UNPACK_PARSE_ERROR (-1)
#define MSGPACK_UNPACK_NOMEM_ERROR (-1)

enum refusal {
    REFUSED_NOTHING,
    REFUSED_INTEGER,
    REFUSED_EXTENSION,
    REFUSED_KEY,
    REFUSED_COUNT,
    REFUSED_MEMORY,
};

struct decoding {
    struct arena *arena;
    size_t items_left; /* no more items than bytes can follow: every item takes one at least */
    enum refusal refusal;
};

static int refuse(struct decoding *decoding, enum refusal refusal)
{
    decoding->refusal = refusal;
    return -1; /* stops the parser */
}

static int put_unsigned(struct decoding *decoding, uint64_t number, struct value *ret)
{
    if (number > INT64_MAX) {
        return refuse(decoding, REFUSED_INTEGER);
    }
    *ret = value_int((int64_t)number);
    return 0;
}

static int put_signed(int64_t number, struct value *ret)
{
    *ret = value_int(number);
    return 0;
}

/* Reserves a container's items before it is filled. */
static int claim(struct decoding *decoding, size_t count, size_t item_size, void **ret_items)
{
    if (count > decoding->items_left) {
        return refuse(decoding, REFUSED_COUNT);
    }
    decoding->items_left -= count;
    *ret_items = count == 0 ? NULL : arena_alloc(decoding->arena, count * item_size);
    return count > 0 && *ret_items == NULL ? refuse(decoding, REFUSED_MEMORY) : 0;
}

#define msgpack_unpack_struct(name)    struct decode##name
#define msgpack_unpack_func(ret, name) static ret decode##name
#define msgpack_unpack_callback(name)  decode_callback##name
#define msgpack_unpack_object          struct value
#define msgpack_unpack_user            struct decoding

msgpack_unpack_struct(_context);

static struct value decode_callback_root(struct decoding *decoding)
{
    (void)decoding;
    return value_null();
}

static int decode_callback_uint8(struct decoding *d, uint8_t number, struct value *ret)
{
    return put_unsigned(d, number, ret);
}

static int decode_callback_uint16(struct decoding *d, uint16_t number, struct value *ret)
{
    return put_unsigned(d, number, ret);
}

static int decode_callback_uint32(struct decoding *d, uint32_t number, struct value *ret)
{
    return put_unsigned(d, number, ret);
}

static int decode_callback_uint64(struct decoding *d, uint64_t number, struct value *ret)
{
    return put_unsigned(d, number, ret);
}

static int decode_callback_int8(struct decoding *d, int8_t number, struct value *ret)
{
    (void)d;
    return put_signed(number, ret);
}

static int decode_callback_int16(struct decoding *d, int16_t number, struct value *ret)
{
    (void)d;
    return put_signed(number, ret);
}

static int decode_callback_int32(struct decoding *d, int32_t number, struct value *ret)
{
    (void)d;
    return put_signed(number, ret);
}

static int decode_callback_int64(struct decoding *d, int64_t number, struct value *ret)
{
    (void)d;
    return put_signed(number, ret);
}

static int decode_callback_float(struct decoding *d, float number, struct value *ret)
{
    (void)d;
    *ret = value_float((double)number);
    return 0;
}

static int decode_callback_double(struct decoding *d, double number, struct value *ret)
{
    (void)d;
    *ret = value_float(number);
    return 0;
}

static int decode_callback_nil(struct decoding *d, struct value *ret)
{
    (void)d;
    *ret = value_null();
    return 0;
}

static int decode_callback_true(struct decoding *d, struct value *ret)
{
    (void)d;
    *ret = value_bool(true);
    return 0;
}

static int decode_callback_false(struct decoding *d, struct value *ret)
{
    (void)d;
    *ret = value_bool(false);
    return 0;
}

static int decode_callback_array(struct decoding *d, unsigned int count, struct value *ret)
{
    void *items = NULL;
    *ret = value_list();
    int status = claim(d, count, sizeof(struct value), &items);
    ret->list.items = items;
    ret->list.capacity = status == 0 ? count : 0;
    return status;
}

static int decode_callback_array_item(struct decoding *d, struct value *list, struct value item)
{
    (void)d;
    list->list.items[list->list.count++] = item;
    return 0;
}

static int decode_callback_map(struct decoding *d, unsigned int count, struct value *ret)
{
    void *members = NULL;
    *ret = value_map();
    int status = claim(d, count, sizeof(struct value_member), &members);
    ret->map.members = members;
    ret->map.capacity = status == 0 ? count : 0;
    return status;
}

static int
decode_callback_map_item(struct decoding *d, struct value *map, struct value key, struct value item)
{
    if (key.type != VALUE_TEXT) {
        return refuse(d, REFUSED_KEY);
    }
    map->map.members[map->map.count++] = (struct value_member){key.bytes, item};
    return 0;
}

static int decode_callback_str(
    struct decoding *d, const char *base, const char *at, unsigned int size, struct value *ret)
{
    (void)d;
    (void)base;
    *ret = value_text(slice_of(at, size));
    return 0;
}

static int decode_callback_bin(
    struct decoding *d, const char *base, const char *at, unsigned int size, struct value *ret)
{
    (void)d;
    (void)base;
    *ret = value_binary(slice_of(at, size));
    return 0;
}

static int decode_callback_ext(
    struct decoding *d, const char *base, const char *at, unsigned int size, struct value *ret)
{
    (void)base;
    (void)at;
    (void)size;
    (void)ret;
    return refuse(d, REFUSED_EXTENSION);
}

/* The template is not written for our warning set. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wimplicit-fallthrough"
#include <msgpack/unpack_template.h>
#pragma GCC diagnostic pop

static enum err explain(const struct decoding *decoding, size_t at, struct error *reterr)
{
    static const char *const reasons[] = {
        [REFUSED_NOTHING] = "not MessagePack, cut short or nested too deep",
        [REFUSED_INTEGER] = "an integer over 63 bits",
        [REFUSED_EXTENSION] = "an extension type",
        [REFUSED_KEY] = "a map key that is no text",
        [REFUSED_COUNT] = "a container that claims more items than bytes follow",
        [REFUSED_MEMORY] = "too large for its memory",
    };
    if (decoding->refusal == REFUSED_MEMORY) {
        return arena_error(decoding->arena, "decoding MessagePack", reterr);
    }
    return error_set(reterr, ERR_MALFORMED, "MessagePack at byte %zu: %s", at,
                     reasons[decoding->refusal]);
}

enum err
codec_decode(struct slice bytes, struct arena *arena, struct value *ret, struct error *reterr)
{
    struct decode_context context;
    decode_init(&context);
    context.user = (struct decoding){.arena = arena, .items_left = bytes.size};
    size_t at = 0;
    int status = bytes.size == 0 ? 0 : decode_execute(&context, bytes.data, bytes.size, &at);
    if (status <= 0) {
        return explain(&context.user, at, reterr);
    }
    if (at != bytes.size) {
        return error_set(reterr, ERR_MALFORMED, "MessagePack: %zu bytes behind the value",
                         bytes.size - at);
    }
    *ret = decode_data(&context);
    return ERR_OK;
}
