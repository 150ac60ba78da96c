#include "tools/shape.h"

#include "core/base/time_text.h"

struct shape shape_in(struct arena *arena)
{
    return (struct shape){arena, value_map()};
}

void shape_value(struct shape *shape, const char *key, struct value value)
{
    /* The arena remembers what did not fit. */
    (void)value_map_put(shape->arena, &shape->map, slice_of_text(key), value);
}

void shape_text(struct shape *shape, const char *key, struct slice text)
{
    shape_value(shape, key, value_text(text));
}

void shape_string(struct shape *shape, const char *key, const char *text)
{
    shape_text(shape, key, slice_of_text(text));
}

void shape_int(struct shape *shape, const char *key, int64_t number)
{
    shape_value(shape, key, value_int(number));
}

void shape_u64(struct shape *shape, const char *key, uint64_t number)
{
    shape_value(shape, key, value_int(number <= INT64_MAX ? (int64_t)number : INT64_MAX));
}

void shape_bool(struct shape *shape, const char *key, bool boolean)
{
    shape_value(shape, key, value_bool(boolean));
}

void shape_null(struct shape *shape, const char *key)
{
    shape_value(shape, key, value_null());
}

void shape_texts(struct shape *shape, const char *key, struct text_list texts)
{
    shape_value(shape, key, text_list_value(shape->arena, texts));
}

void shape_time(struct shape *shape, const char *key, int64_t us)
{
    char text[TIME_TEXT_SIZE];
    if (us == 0) {
        shape_null(shape, key);
        return;
    }
    time_text_format(us, text);
    shape_text(shape, key, arena_copy(shape->arena, slice_of_text(text)));
}

void shape_id(struct shape *shape, const char *key, const char *type, struct uuid id)
{
    if (uuid_is_zero(id)) {
        shape_null(shape, key);
    } else {
        shape_text(shape, key, id_text(shape->arena, type, id));
    }
}

struct slice shape_hex_text(struct arena *arena, struct slice bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_alloc(arena, 2 * bytes.size + 1);
    if (text == NULL) {
        return (struct slice){NULL, 0};
    }
    for (size_t i = 0; i < bytes.size; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];
        text[2 * i] = digits[byte >> 4];
        text[2 * i + 1] = digits[byte & 15];
    }
    return slice_of(text, 2 * bytes.size);
}

void shape_hex(struct shape *shape, const char *key, struct slice bytes)
{
    if (bytes.size == 0) {
        shape_null(shape, key);
    } else {
        shape_text(shape, key, shape_hex_text(shape->arena, bytes));
    }
}

void shape_push(struct shape *shape, struct value *list)
{
    (void)value_list_push(shape->arena, list, shape->map);
}
