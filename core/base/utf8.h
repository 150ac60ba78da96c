/*
 * utf8: is it UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing past U+10FFFF)?
 */
#ifndef DAYBOOK_CORE_BASE_UTF8_H
#define DAYBOOK_CORE_BASE_UTF8_H

#include "core/base/arena.h"
#include "core/base/slice.h"

#include <stdint.h>

/** Bytes of the valid sequence at the start of `text`, 1 to 4; 0 when there is none. */
size_t utf8_sequence_length(struct slice text);

/** Whether all of `text` is UTF-8. */
bool utf8_valid(struct slice text);

/** Writes one code point. Returns: bytes written, 1 to 4; 0 for a surrogate or past U+10FFFF. */
size_t utf8_encode(uint32_t code_point, char ret_bytes[4]);

/** `text` if it is UTF-8, else a copy with U+FFFD for each byte that is none. Returns: data NULL
 * with `arena` exhausted. */
struct slice utf8_repair(struct slice text, struct arena *arena);

/** `text` if it is UTF-8, else a copy read as ISO 8859-1, which any bytes are. Returns: as above.
 */
struct slice utf8_of_latin1(struct slice text, struct arena *arena);

#endif
