/*
 * text_list: a short list of texts (labels, pick lists), borrowed like a slice.
 */
#ifndef DAYBOOK_CORE_BASE_TEXT_LIST_H
#define DAYBOOK_CORE_BASE_TEXT_LIST_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/codec.h"
#include "core/base/value.h"

struct text_list {
    struct slice *items;
    uint32_t count;
};

/** The texts of a list value, other items left out; empty for NULL and other types. */
struct text_list text_list_of(struct arena *arena, const struct value *list);

/** A list value of the texts. Returns: null when the arena is exhausted. */
struct value text_list_value(struct arena *arena, struct text_list list);

/** Same texts in the same order. */
bool text_list_equal(struct text_list a, struct text_list b);

/** Appends it as a MessagePack list. */
void text_list_put(struct buf *out, struct text_list list);

/** Takes a list of texts from a reader. */
struct text_list text_list_take(struct codec_reader *reader, struct arena *arena);

#endif
