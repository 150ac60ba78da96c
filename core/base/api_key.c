#include "core/base/api_key.h"

const char *api_key_flaw(struct slice key)
{
    if (key.size == 0) {
        return "is empty";
    }
    if (key.size > API_KEY_BYTES_MAX) {
        return "is over 1000 bytes long";
    }
    if (slice_trim(key).size != key.size) {
        return "begins or ends with a space, which a header cannot carry";
    }
    for (size_t i = 0; i < key.size; i++) {
        unsigned char c = (unsigned char)key.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return "holds a line end or control character, which a header cannot carry";
        }
    }
    return NULL;
}
