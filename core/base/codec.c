#include "core/base/codec.h"

#include "core/base/check.h"
#include "core/base/limits.h"

#include <msgpack/pack.h>

/* ---- writing ---- */

static int append(void *data, const char *bytes, size_t size)
{
    buf_put(data, bytes, size);
    return 0; /* a full buffer remembers; msgpack-c need not know */
}

/* A packer is two pointers: made on the spot, it costs nothing. */
#define PACKER(out) (&(msgpack_packer){.data = (out), .callback = append})

void codec_put_list(struct buf *out, size_t count)
{
    (void)msgpack_pack_array(PACKER(out), count);
}

void codec_put_map(struct buf *out, size_t count)
{
    (void)msgpack_pack_map(PACKER(out), count);
}

void codec_put_null(struct buf *out)
{
    (void)msgpack_pack_nil(PACKER(out));
}

void codec_put_bool(struct buf *out, bool boolean)
{
    (void)(boolean ? msgpack_pack_true(PACKER(out)) : msgpack_pack_false(PACKER(out)));
}

void codec_put_int(struct buf *out, int64_t integer)
{
    (void)msgpack_pack_int64(PACKER(out), integer);
}

void codec_put_u64(struct buf *out, uint64_t number)
{
    ASSERT(number <= INT64_MAX);
    (void)msgpack_pack_uint64(PACKER(out), number);
}

void codec_put_float(struct buf *out, double number)
{
    (void)msgpack_pack_double(PACKER(out), number);
}

void codec_put_text(struct buf *out, struct slice text)
{
    (void)msgpack_pack_str(PACKER(out), text.size);
    (void)msgpack_pack_str_body(PACKER(out), text.data, text.size);
}

void codec_put_binary(struct buf *out, struct slice bytes)
{
    (void)msgpack_pack_bin(PACKER(out), bytes.size);
    (void)msgpack_pack_bin_body(PACKER(out), bytes.data, bytes.size);
}

void codec_put_uuid(struct buf *out, struct uuid id)
{
    if (uuid_is_zero(id)) {
        codec_put_null(out);
    } else {
        codec_put_binary(out, slice_of(id.bytes, sizeof id.bytes));
    }
}

static void put_nested(struct buf *out, const struct value *value, int depth);

static void put_members(struct buf *out, const struct value *map, int depth)
{
    codec_put_map(out, map->map.count);
    for (uint32_t i = 0; i < map->map.count; i++) {
        codec_put_text(out, map->map.members[i].key);
        put_nested(out, &map->map.members[i].value, depth);
    }
}

static void put_items(struct buf *out, const struct value *list, int depth)
{
    codec_put_list(out, list->list.count);
    for (uint32_t i = 0; i < list->list.count; i++) {
        put_nested(out, &list->list.items[i], depth);
    }
}

static void put_nested(struct buf *out, const struct value *value, int depth)
{
    bool container = value->type == VALUE_LIST || value->type == VALUE_MAP;
    if (container && depth >= LIMIT_VALUE_DEPTH) {
        out->failed = true;
        return;
    }
    switch (value->type) {
    case VALUE_NULL:
        codec_put_null(out);
        break;
    case VALUE_BOOL:
        codec_put_bool(out, value->boolean);
        break;
    case VALUE_INT:
        codec_put_int(out, value->integer);
        break;
    case VALUE_FLOAT:
        codec_put_float(out, value->number);
        break;
    case VALUE_TEXT:
        codec_put_text(out, value->bytes);
        break;
    case VALUE_BINARY:
        codec_put_binary(out, value->bytes);
        break;
    case VALUE_LIST:
        put_items(out, value, depth + 1);
        break;
    case VALUE_MAP:
        put_members(out, value, depth + 1);
        break;
    }
}

void codec_put_value(struct buf *out, const struct value *value)
{
    put_nested(out, value, 0);
}

/* ---- positional reading ---- */

struct codec_reader codec_reader(const struct value *list)
{
    if (list == NULL || list->type != VALUE_LIST) {
        return (struct codec_reader){.bad = true};
    }
    return (struct codec_reader){.items = list->list.items, .count = list->list.count};
}

const struct value *codec_take(struct codec_reader *reader)
{
    return codec_more(reader) ? &reader->items[reader->index++] : NULL;
}

/* The next place if it has the type; else marks the reader bad and stays there, for the message. */
static const struct value *take_typed(struct codec_reader *reader, enum value_type type)
{
    if (reader->bad || !codec_more(reader) || reader->items[reader->index].type != type) {
        reader->bad = true;
        return NULL;
    }
    return &reader->items[reader->index++];
}

uint64_t codec_take_u64(struct codec_reader *reader)
{
    const struct value *value = take_typed(reader, VALUE_INT);
    if (value != NULL && value->integer < 0) {
        reader->bad = true;
        return 0;
    }
    return value != NULL ? (uint64_t)value->integer : 0;
}

int64_t codec_take_int(struct codec_reader *reader)
{
    const struct value *value = take_typed(reader, VALUE_INT);
    return value != NULL ? value->integer : 0;
}

bool codec_take_bool(struct codec_reader *reader)
{
    const struct value *value = take_typed(reader, VALUE_BOOL);
    return value != NULL && value->boolean;
}

struct slice codec_take_text(struct codec_reader *reader)
{
    const struct value *value = take_typed(reader, VALUE_TEXT);
    return value != NULL ? value->bytes : (struct slice){NULL, 0};
}

struct slice codec_take_binary(struct codec_reader *reader)
{
    const struct value *value = take_typed(reader, VALUE_BINARY);
    return value != NULL ? value->bytes : (struct slice){NULL, 0};
}

struct uuid codec_take_uuid(struct codec_reader *reader)
{
    struct uuid id = {{0}};
    if (codec_more(reader) && reader->items[reader->index].type == VALUE_NULL && !reader->bad) {
        reader->index++;
        return id;
    }
    struct slice bytes = codec_take_binary(reader);
    if (bytes.size == sizeof id.bytes) {
        memcpy(id.bytes, bytes.data, sizeof id.bytes);
    } else {
        reader->bad = true;
    }
    return id;
}

enum err codec_check(const struct codec_reader *reader, const char *what, struct error *reterr)
{
    if (!reader->bad) {
        return ERR_OK;
    }
    return error_set(reterr, ERR_MALFORMED, "%s: place %zu of %zu is missing or of another type",
                     what, reader->index, reader->count);
}
