#include "core/base/utf8.h"

static bool is_tail(struct slice text, size_t index)
{
    return index < text.size && ((unsigned char)text.data[index] & 0xc0) == 0x80;
}

size_t utf8_sequence_length(struct slice text)
{
    if (text.size == 0) {
        return 0;
    }
    unsigned char first = (unsigned char)text.data[0];
    unsigned char second = text.size > 1 ? (unsigned char)text.data[1] : 0;
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return is_tail(text, 1) ? 2 : 0;
    }
    if ((first & 0xf0) == 0xe0) {
        bool overlong = first == 0xe0 && second < 0xa0;
        bool surrogate = first == 0xed && second > 0x9f;
        return is_tail(text, 1) && is_tail(text, 2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        bool overlong = first == 0xf0 && second < 0x90;
        bool past_end = first == 0xf4 && second > 0x8f;
        bool tails = is_tail(text, 1) && is_tail(text, 2) && is_tail(text, 3);
        return tails && !overlong && !past_end ? 4 : 0;
    }
    return 0;
}

bool utf8_valid(struct slice text)
{
    size_t at = 0;
    while (at < text.size) {
        size_t length = utf8_sequence_length(slice_from(text, at));
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

size_t utf8_encode(uint32_t code_point, char ret_bytes[4])
{
    unsigned char *at = (unsigned char *)ret_bytes;
    if (code_point < 0x80) {
        at[0] = (unsigned char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        at[0] = (unsigned char)(0xc0 | code_point >> 6);
        at[1] = (unsigned char)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point >= 0xd800 && code_point <= 0xdfff) {
        return 0;
    }
    if (code_point < 0x10000) {
        at[0] = (unsigned char)(0xe0 | code_point >> 12);
        at[1] = (unsigned char)(0x80 | (code_point >> 6 & 0x3f));
        at[2] = (unsigned char)(0x80 | (code_point & 0x3f));
        return 3;
    }
    if (code_point > 0x10ffff) {
        return 0;
    }
    at[0] = (unsigned char)(0xf0 | code_point >> 18);
    at[1] = (unsigned char)(0x80 | (code_point >> 12 & 0x3f));
    at[2] = (unsigned char)(0x80 | (code_point >> 6 & 0x3f));
    at[3] = (unsigned char)(0x80 | (code_point & 0x3f));
    return 4;
}

/* The character that stands for what is none, and its bytes. */
#define REPLACEMENT 0xfffd
#define GROWTH_MAX  3

/* A copy with another sequence in place of each byte that cannot stay: as ISO 8859-1 reads it, or
 * the replacement character. */
static struct slice replace(struct slice text, bool is_latin1, struct arena *arena)
{
    char *out =
        text.size <= SIZE_MAX / GROWTH_MAX ? arena_alloc(arena, text.size * GROWTH_MAX) : NULL;
    size_t size = 0;
    for (size_t at = 0; out != NULL && at < text.size;) {
        size_t length = utf8_sequence_length(slice_from(text, at));
        bool whole = length == 1 || (length > 1 && !is_latin1);
        if (whole) {
            memcpy(out + size, text.data + at, length);
            size += length;
            at += length;
        } else {
            uint32_t code_point = is_latin1 ? (unsigned char)text.data[at] : REPLACEMENT;
            size += utf8_encode(code_point, out + size);
            at++;
        }
    }
    return out != NULL ? slice_of(out, size) : (struct slice){NULL, 0};
}

struct slice utf8_repair(struct slice text, struct arena *arena)
{
    return utf8_valid(text) ? text : replace(text, false, arena);
}

struct slice utf8_of_latin1(struct slice text, struct arena *arena)
{
    return utf8_valid(text) ? text : replace(text, true, arena);
}
