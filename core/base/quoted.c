/*
 * Cuts between characters, never inside one.
 */
#include "core/base/quoted.h"

#include "core/base/utf8.h"

struct quoted quoted(struct slice text)
{
    struct quoted out = {""};
    size_t size = 0;
    for (size_t at = 0; at < text.size;) {
        size_t length = utf8_sequence_length(slice_from(text, at));
        size_t shown = length > 0 ? length : 1;
        if (size + shown > QUOTED_BYTES_MAX) {
            memcpy(out.text + size, "...", sizeof "...");
            return out;
        }
        memcpy(out.text + size, text.data + at, shown);
        unsigned char c = (unsigned char)out.text[size];
        if (length == 0 || c < 0x20 || c == 0x7f) {
            out.text[size] = c == '\n' || c == '\t' ? ' ' : '?';
        }
        size += shown;
        at += shown;
    }
    return out;
}
