#include "core/base/text_list.h"

struct text_list text_list_of(struct arena *arena, const struct value *list)
{
    struct text_list texts = {NULL, 0};
    if (list == NULL || list->type != VALUE_LIST || list->list.count == 0) {
        return texts;
    }
    texts.items = ARENA_ARRAY(arena, struct slice, list->list.count);
    for (uint32_t i = 0; texts.items != NULL && i < list->list.count; i++) {
        if (list->list.items[i].type == VALUE_TEXT) {
            texts.items[texts.count++] = list->list.items[i].bytes;
        }
    }
    return texts;
}

struct value text_list_value(struct arena *arena, struct text_list list)
{
    struct value value = value_list();
    for (uint32_t i = 0; i < list.count; i++) {
        if (!value_list_push(arena, &value, value_text(list.items[i]))) {
            return value_null();
        }
    }
    return value;
}

bool text_list_equal(struct text_list a, struct text_list b)
{
    if (a.count != b.count) {
        return false;
    }
    for (uint32_t i = 0; i < a.count; i++) {
        if (!slice_equal(a.items[i], b.items[i])) {
            return false;
        }
    }
    return true;
}

void text_list_put(struct buf *out, struct text_list list)
{
    codec_put_list(out, list.count);
    for (uint32_t i = 0; i < list.count; i++) {
        codec_put_text(out, list.items[i]);
    }
}

struct text_list text_list_take(struct codec_reader *reader, struct arena *arena)
{
    const struct value *list = codec_take(reader);
    if (list == NULL || list->type != VALUE_LIST) {
        reader->bad = true;
    }
    return text_list_of(arena, list);
}
